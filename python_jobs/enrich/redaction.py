"""What is taken out of a subject before a model is told of it: registry ``redactions``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
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
        """The text with every match replaced, also of what only looks otherwise."""
        told, end = [], 0
        plain, places = _plain(text)
        for found in self.pattern.finditer(plain):
            if found[0]:  # not what fits between two letters
                begin, after = places[found.start()], places[found.end() - 1] + 1
                told += [text[end:begin], self.replacement]
                end = after
        left = "".join(told) + text[end:]
        return self.pattern.sub(lambda found: found[0] and self.replacement, left)


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """A text with plain blanks, hyphens, digits and letters for those that look like them and
    without what is not seen, and where each of its characters stands in the text.

    Numbers that were copied have blanks and hyphens that do not break.
    """
    if text.isascii():
        return text, range(len(text))
    kept = [(place, letter) for place, each in enumerate(text) if (letter := _as_plain(each))]
    return "".join(letter for _, letter in kept), [place for place, _ in kept]


@cache
def _as_plain(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return ""
    if kind == "Zs":
        return " "
    if kind == "Pd" or letter == "−":
        return "-"
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if letter == "。":
        return "."
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


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
