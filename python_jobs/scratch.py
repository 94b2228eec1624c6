"""Folders for what a job holds only while it runs: rows on their way, maybe personal data."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout


@contextmanager
def scratch_folder(purpose: str) -> Iterator[str]:
    """A folder that only this user can read, gone at the end of the block.

    A process that is killed cannot tidy up: its folders go when the next one makes its own. The
    lock beside a folder says whether somebody works in it; the operating system frees it when a
    process dies.
    """
    _remove_left_behind(purpose)
    folder = Path(tempfile.gettempdir()) / f"gtm-{purpose}-{uuid4().hex}"
    with FileLock(_lock_of(folder)):
        folder.mkdir(mode=0o700)
        try:
            yield str(folder)
        finally:
            _remove(folder)


def _remove_left_behind(purpose: str) -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"gtm-{purpose}-*.lock"):
        try:
            if lock.lstat().st_uid == os.getuid():
                with FileLock(lock, timeout=0):
                    _remove(lock.with_suffix(""))
        except (Timeout, FileNotFoundError):
            continue


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _lock_of(folder).unlink(missing_ok=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")
