"""What is taken out of a subject before a model is told of it: registry ``redactions``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from python_jobs.enrich.task import Asked
from python_jobs.registry.journal import read_registries
from python_jobs.warehouse import Warehouse

EVERY_TASK = "*"


@dataclass(frozen=True)
class Redaction:
    """A kind of personal data that no task needs, and what stands in its place."""

    pattern: re.Pattern[str]
    replacement: str

    @classmethod
    def of(cls, pattern: str, replacement: str) -> Redaction:
        """From a registry row: the pattern holds for whole words, in capitals or not."""
        return cls(re.compile(f"(?<![a-z0-9])({pattern})(?![a-z0-9])", re.I), replacement)

    def applied(self, text: str) -> str:
        return self.pattern.sub(lambda _: self.replacement, text)


def read_redactions(warehouse: Warehouse, task: str) -> list[Redaction]:
    """The enabled redactions of a task and of every task, in the registry's order."""
    rows = (row.values for row in read_registries(warehouse).effective("redactions").values())
    return [
        Redaction.of(row["pattern"], row["replacement"])
        for row in rows
        if row["enabled"] and row["task"] in (EVERY_TASK, task)
    ]


def redacted(asked: Asked, redactions: Sequence[Redaction]) -> Asked:
    """The subject without what they take out of its facts and rows.

    What a model answers is held against these rows: a quote has what stands in its place.
    """

    def told(value: Any) -> Any:
        if isinstance(value, str):
            for redaction in redactions:
                value = redaction.applied(value)
            return value
        if isinstance(value, dict):
            return {key: told(item) for key, item in value.items()}
        return [told(item) for item in value] if isinstance(value, list) else value

    return replace(asked, input=told(asked.input), evidence=told(asked.evidence))
