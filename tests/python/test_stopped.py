"""What ends a command early: Ctrl-C, SIGTERM, a reader that has seen enough, a full disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

GTM = (sys.executable, "-m", "python_jobs.cli")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_leaves_no_sandbox_behind(
    duckdb_env: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [*GTM, "demo", "--size", "tiny", "--out", str(tmp_path / "world")],
        env={**os.environ, **duckdb_env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # what runs in the background is born deaf to Ctrl-C, these tests perhaps
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
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


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as closed:
        ended = subprocess.run([*GTM, "schedule"], stdout=closed, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_output_that_the_disk_has_no_room_for_is_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run([*GTM, "schedule"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "gtm: the disk is full: make room and run again; nothing was lost\n"
