"""An extract: the sentences that stand most for the call, as they were said.

A sentence stands for its call by the words it shares with the rest of it, the rarer the more; what
the buyer holds against it and what was agreed are found by words.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from python_jobs.enrich.task import Asked, Statement
from python_jobs.enrich.tasks.call_summary.schema import CallSummary

MOST, FEWEST_WORDS, MOST_WORDS = 4, 6, 32
_WORD = re.compile(r"[a-z][a-z'-]{3,}")
_CONCERN = re.compile(
    r"\b((too|more|very|above|lower|high) (price|cost|expensive)|expensive|no budget|over budget|"
    r"price is|cannot afford|competitor|another provider|talking to|missing|does not support|"
    r"(cannot|can't) use|not the right time|postpone|not a priority|nobody (here )?(owns|has)|"
    r"who would decide|regulator|not permitted|compliance (will not|risk)|state law|not sure|"
    r"concern(ed|s)?|worr(y|ied|ies)|frustrated|disappointed|unhappy|problem|hard for us|"
    r"freeze|stay with what we have)\b"
)
_STEP = re.compile(
    r"\b(next step|(i|we) will (send|write|call|come back|set up|share|ask|check|prepare|bring)|"
    r"(i'll|we'll) (send|write|call|come back|set up|share|ask|check|prepare|bring)|let us plan|"
    r"take this to|get back to you|come back to you|speak next week|"
    r"by (mon|tues|wednes|thurs|fri)day|have them in an hour|please send)\b"
)
_FILLER = re.compile(r"\b(um|uh|you know|good to (see|be)|thank(s| you)|can you hear|hello|hi)\b")


def write(asked: Asked) -> CallSummary:
    """The extract of one call."""
    rows = list(asked.evidence.items())
    words = {row: _WORD.findall(text.lower()) for row, text in rows}
    spread = Counter(word for found in words.values() for word in set(found))

    def weight(row: str) -> float:
        found, text = words[row], asked.evidence[row]
        if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS or text.endswith("?"):
            return 0.0
        if _FILLER.search(text.lower()):
            return 0.0
        shared = (spread[word] - 1 for word in found)
        return sum(math.log1p(count) for count in shared) / math.sqrt(len(found) + 1)

    order = {row: place for place, (row, _) in enumerate(rows)}
    best = sorted((row for row, _ in rows), key=lambda row: (-weight(row), order[row]))[:MOST]
    theirs = [row for row, _ in rows if asked.said_by.get(row) == "them"]
    return CallSummary(
        summary=_said(asked, sorted((row for row in best if weight(row)), key=order.__getitem__)),
        concerns=_said(asked, [row for row in theirs if _found(_CONCERN, asked, row)][:MOST]),
        next_steps=_said(
            asked, [row for row, _ in rows[len(rows) // 2 :] if _found(_STEP, asked, row)][:MOST]
        ),
    )


def _found(pattern: re.Pattern[str], asked: Asked, row: str) -> bool:
    return bool(pattern.search(asked.evidence[row].lower()))


def _said(asked: Asked, rows: list[str]) -> list[Statement]:
    side = {"us": "We said", "them": "They said", "": "Somebody said"}
    return [
        Statement(
            kind="fact",
            text=f'{side[asked.said_by.get(row, "")]}: "{asked.evidence[row]}"',
            evidence=[row],
        )
        for row in rows
    ]
