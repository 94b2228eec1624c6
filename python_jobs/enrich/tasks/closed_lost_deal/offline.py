"""What the registries' patterns find in what the buyer said, once a call each.

Questions are no objections. What was said is told as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from python_jobs.enrich.task import Asked, Statement
from python_jobs.enrich.tasks.closed_lost_deal.schema import (
    ClosedLostDeal,
    Objection,
    Point,
    RivalSeen,
    SegmentAdvice,
)

UNNAMED = "unnamed"
MOST_POINTS = 5
GOES_ON = 2
"""So many of the buyer's sentences after a competitor's name may tell how it is seen."""

_VIEWS = {
    "worse": re.compile(
        r"\b(worse|more expensive|slow(er)?|not happy|unhappy|unreliable|behind you|less than you|"
        r"lacks?|missing)\b"
    ),
    "better": re.compile(
        r"\b(better|cheaper|lower price|faster|includes?|comes with|ahead of you|prefer(red)?|"
        r"knows? them|went with|going with|trusts? them)\b"
    ),
    "equal": re.compile(r"\b(the same|as good as|no difference|similar|alike)\b"),
}


def write(asked: Asked) -> ClosedLostDeal:
    """What the patterns find in one part of a deal's transcripts."""
    listened = asked.input.get("categories") or []
    found = {entry["category"]: list(_found(asked, entry)) for entry in listened}

    def rows(kind: str) -> list[str]:
        of_kind = {
            row for entry in listened if entry["kind"] == kind for row in found[entry["category"]]
        }
        return [row for row in asked.evidence if row in of_kind]

    return ClosedLostDeal(
        objections=[
            Objection(
                category=entry["category"],
                severity=entry["weight"],
                statement=_said(asked, row),
                quote=asked.quote(row),
            )
            for entry in listened
            if entry["kind"] == "objection"
            for row in found[entry["category"]]
        ],
        pain_points=[_point(asked, row) for row in rows("pain_point")[:MOST_POINTS]],
        good_fit=[_point(asked, row) for row in rows("good_fit")[:MOST_POINTS]],
        poor_fit=[_point(asked, row) for row in rows("poor_fit")[:MOST_POINTS]],
        competitors=list(_rivals(asked)),
        segment=_segment(asked, rows("good_fit"), rows("poor_fit")),
        messaging=[
            Point(
                statement=Statement(kind="advice", text=entry["messaging"], evidence=[row]),
                quote=asked.quote(row),
            )
            for entry in listened
            if entry.get("messaging")
            for row in found[entry["category"]][:1]
        ],
    )


def _found(asked: Asked, entry: dict[str, Any]) -> Iterator[str]:
    """The first sentence of each call in which the buyer says it, and not that it is none."""
    pattern, calls = compiled(entry["pattern"]), set()
    asides = [
        compiled(other["pattern"])
        for other in asked.input.get("categories") or []
        if other["kind"] == "aside" and entry["kind"] == "objection"
    ]
    for row, text in asked.evidence.items():
        call, said = row.rpartition(":")[0], text.lower()
        is_told = asked.said_by.get(row) == "them" and not text.rstrip().endswith("?")
        if any(aside.search(said) for aside in asides):
            continue
        if is_told and call not in calls and pattern.search(said):
            calls.add(call)
            yield row


def _rivals(asked: Asked) -> Iterator[RivalSeen]:
    """Each competitor's first mention by the buyer in each call, and how it is seen there."""
    theirs = [row for row in asked.evidence if asked.said_by.get(row) == "them"]
    patterns = {
        entry["competitor"]: compiled(entry["pattern"])
        for entry in asked.input.get("competitors") or []
    }
    told = set()
    for place, row in enumerate(theirs):
        text = asked.evidence[row].lower()
        named = [name for name, pattern in patterns.items() if pattern.search(text)]
        for name in [name for name in named if name != UNNAMED] or named:
            call = row.rpartition(":")[0]
            if (name, call) in told:
                continue
            told.add((name, call))
            follows = [
                asked.evidence[later].lower()
                for later in theirs[place : place + 1 + GOES_ON]
                if later.rpartition(":")[0] == call
            ]
            yield RivalSeen(
                competitor=name,
                view=_view(" ".join(follows)),  # type: ignore[arg-type]
                statement=_said(asked, row),
                quote=asked.quote(row),
            )


def _view(text: str) -> str:
    return next((view for view, pattern in _VIEWS.items() if pattern.search(text)), "considered")


def _segment(asked: Asked, good: list[str], poor: list[str]) -> list[SegmentAdvice]:
    if not good and not poor:
        return []
    deprioritise = len(poor) > len(good)
    row = (poor if deprioritise else good or poor)[0]
    text = (
        "Companies like this one may have little use for it."
        if deprioritise
        else "Companies like this one may well want it."
    )
    return [
        SegmentAdvice(
            deprioritise=deprioritise,
            statement=Statement(kind="hypothesis", text=text, evidence=[row]),
            quote=asked.quote(row),
        )
    ]


def _point(asked: Asked, row: str) -> Point:
    return Point(statement=_said(asked, row), quote=asked.quote(row))


def _said(asked: Asked, row: str) -> Statement:
    text = asked.evidence[row]
    return Statement(kind="fact", text=f'They said: "{text}"', evidence=[row])


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A registry's pattern, from the beginning of a word on, as in int_lost_deal_competitors."""
    return re.compile(f"(^|[^a-z0-9])({pattern})")
