"""Ctrl-C and SIGTERM end a command, and what it has started, with the exit code of the signal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.python.conftest import Shop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_leaves_no_sandbox_behind(
    empty_shop: Shop, number: signal.Signals
) -> None:
    world = empty_shop.folder / "served"
    with subprocess.Popen(
        [sys.executable, "-m", "python_jobs.cli", "demo", "--size", "tiny", "--out", str(world)],
        env={**os.environ, **empty_shop.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        served = re.search(r"is served at (\S+)", child.stdout.readline())
        assert served
        assert "registries" in child.stdout.readline()  # pulls are under way
        child.send_signal(number)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 128 + number
    assert said.splitlines()[-1] == "gtm: stopped: run it again to go on"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{served[1]}/_sandbox", timeout=5)
