"""Log lines, as a terminal, a file or a pipe gets them."""

from __future__ import annotations

import subprocess
import sys

SAYS = (
    "import logging; from python_jobs import log; log.configure(); "
    "logging.getLogger('python_jobs').warning('a long word ' * 30 + 'end')"
)


def test_a_line_in_a_file_is_an_event() -> None:
    """A log that is searched or mailed is not cut into pieces of a terminal's width."""
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True)
    [line] = said.stderr.splitlines()
    assert line.startswith("WARNING  a long word ")
    assert line.endswith(" end")
