"""Who answers: no model at all (offline), Claude, or a model inside Snowflake (Cortex).

An engine is asked in chunks and answers in any order. It raises what ends the run (a key that is
wrong, a budget that is spent); what concerns one subject is in that subject's ``Answer``.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from python_jobs.enrich.task import Answer, Asked, Task


class Engine(Protocol):
    """One way to have a task done."""

    name: str
    model: str
    chunk: int
    """How many subjects it is best given at once."""

    def estimate(self, task: Task, asked: Sequence[Asked]) -> float:
        """What these subjects will cost at most, in US dollars, before any is spent."""
        ...

    def answer(self, task: Task, asked: Sequence[Asked]) -> Generator[Answer, None, None]:
        """One answer a subject, in any order. Closed, it asks no more."""
        ...

    def close(self) -> None: ...
