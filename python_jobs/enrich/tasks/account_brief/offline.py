"""A brief without a model: what the rows say, and the plays they call for, in order."""

from __future__ import annotations

from collections import Counter

from python_jobs.enrich.task import Asked, Statement
from python_jobs.enrich.tasks.account_brief.schema import LENGTHS, AccountBrief

ALIKE = 2
"""At most so many reasons of one kind, where there are others."""


def write(asked: Asked) -> AccountBrief:
    """The brief of one account, shorter than its template allows."""
    sections = {name: _plays(asked, name)[:most] for name, most in LENGTHS.items()}
    sections["why_hot"] = [_fact(asked, [row]) for row in _reasons(asked)]
    lanes = asked.input.get("lanes") or []
    sections["primary_interest"] = [
        _fact(asked, lanes[:2])
        if lanes
        else Statement(
            kind="hypothesis", text="It is unknown which service interests them.", evidence=[]
        )
    ]
    brief = AccountBrief(**sections)
    most = asked.prompt.max_words if asked.prompt else None
    while most is not None and brief.words() >= most:
        longest = max(reversed(LENGTHS), key=lambda name: len(sections[name]))
        if len(sections[longest]) < 2:
            break
        sections[longest].pop()
        brief = AccountBrief(**sections)
    return brief


def _reasons(asked: Asked) -> list[str]:
    """The rows that tell most of what was done, not all of one kind."""
    rows: list[str] = asked.input.get("behaviour") or []
    seen: Counter[str] = Counter()
    first: list[str] = []
    rest: list[str] = []
    for row in rows:
        kind = row.partition(":")[0]
        (first if seen[kind] < ALIKE else rest).append(row)
        seen[kind] += 1
    return [*first, *rest][: LENGTHS["why_hot"]]


def _fact(asked: Asked, rows: list[str]) -> Statement:
    text = "; ".join(asked.evidence[row] for row in rows)
    return Statement(kind="fact", text=f"{text}.", evidence=rows)


def _plays(asked: Asked, section: str) -> list[Statement]:
    return [
        Statement(kind=play["kind"], text=play["text"], evidence=[play["evidence"]])
        for play in asked.input.get("plays") or []
        if play["section"] == section
    ]
