"""Scratch folders: gone at the end, and gone at the next start where there was no end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from python_jobs.scratch import scratch_folder

HOLDS_A_FOLDER = """
import sys
from python_jobs.scratch import scratch_folder
with scratch_folder("read") as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place for temporary files that no other test uses."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that holds rows of its own, and the folder it holds them in."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_FOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    folder = Path(process.stdout.readline().strip())
    (folder / "rows.parquet").write_text("on their way")
    try:
        yield process, folder
    finally:
        process.kill()
        process.wait()


def test_a_folder_is_only_ours_and_gone_at_the_end(tmp_path: Path) -> None:
    with scratch_folder("read") as folder:
        assert Path(folder).stat().st_mode & 0o077 == 0
        (Path(folder) / "rows").write_text("on their way")
    assert not Path(folder).exists()
    assert list(tmp_path.iterdir()) == []


def test_two_folders_of_one_process_stay_apart() -> None:
    with scratch_folder("read") as one, scratch_folder("read") as other:
        assert one != other
        assert Path(one).exists()


def test_what_a_killed_process_left_goes_with_the_next_start(
    other: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = other
    with scratch_folder("read"):
        assert (folder / "rows.parquet").exists(), "it still runs"
    process.kill()
    process.wait()
    with scratch_folder("load"):
        assert folder.exists(), "another purpose"
    with scratch_folder("read"):
        assert not folder.exists()


def test_what_is_not_ours_to_judge_stays(tmp_path: Path) -> None:
    odd = tmp_path / "gtm-read-1st-folder"
    odd.mkdir()
    with scratch_folder("read"):
        assert odd.exists()
