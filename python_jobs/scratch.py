"""Folders for what a job holds only while it runs: rows on their way, maybe personal data."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(purpose: str) -> Iterator[str]:
    """A folder that only this user can read, gone at the end of the block.

    A process that is killed cannot tidy up: its folders go when the next one makes its own.
    """
    _remove_left_behind(purpose)
    with tempfile.TemporaryDirectory(prefix=f"gtm-{purpose}-{os.getpid()}-") as folder:
        yield folder


def _remove_left_behind(purpose: str) -> None:
    """Remove folders of this purpose and user whose process has ended."""
    for folder in Path(tempfile.gettempdir()).glob(f"gtm-{purpose}-[0-9]*-*"):
        process = folder.name.removeprefix(f"gtm-{purpose}-").partition("-")[0]
        try:
            is_left = folder.stat().st_uid == os.getuid() and not _is_running(int(process))
        except (FileNotFoundError, ValueError):
            continue
        if is_left:
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
