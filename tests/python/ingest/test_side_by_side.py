"""Sources are pulled side by side."""

from __future__ import annotations

from threading import Barrier

import pytest

from python_jobs.ingest.connector_commands import side_by_side


def test_jobs_are_done_at_once_and_told_as_they_end() -> None:
    both_are_running = Barrier(2)

    def job() -> int:
        return both_are_running.wait(timeout=10)

    assert sorted(side_by_side([job, job])) == [0, 1]


def test_a_jobs_error_reaches_who_asked() -> None:
    def fails() -> int:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        list(side_by_side([lambda: 1, fails]))
