"""A lexicon's view of each sentence of the buyer's, put right by the registry's phrases.

VADER knows general English. What calls say otherwise is in the registry ``sentiment_phrases``: a
phrase says its weight, or the contrary after a "not", and the lexicon judges what is left of the
sentence. Names are no feelings ("Rob from Care"). In a call of another language the phrases alone
count: to VADER the German "die" and "war" are death and war.
"""

from __future__ import annotations

import re
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from python_jobs.enrich.task import Asked
from python_jobs.enrich.tasks.call_sentiment.schema import CallSentiment

SHOWN = 2
"""Quotes at each end."""
FELT = 0.45
"""From where on a sentence says something of how they feel; below it is noise of the lexicon."""
QUESTION = 0.5
"""A question says half as much."""
DOUBT = 1
"""So many sentences of no feeling are added: one sentence alone makes no happy call."""
LABELLED_FROM = 0.04
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_NOT, _GAP = r"\b(?:not|never|no|isn't|aren't|wasn't|don't|doesn't|didn't)", r"[^a-z0-9']+"


def write(asked: Asked) -> CallSentiment:
    """The sentiment of one call."""
    felt = feelings(asked)
    ends = sorted((score, place, row) for place, (row, score) in enumerate(felt.items()))
    negative = [row for score, _, row in ends if score < 0][:SHOWN]
    positive = [row for score, _, row in sorted(ends, key=lambda end: (-end[0], end[1]))]
    positive = [row for row in positive if felt[row] > 0][:SHOWN]
    score = round(sum(felt.values()) / (len(felt) + DOUBT), 3)
    label = "neutral"
    if abs(score) >= LABELLED_FROM:
        label = "positive" if score > 0 else "negative"
    return CallSentiment.model_validate(
        {
            "label": label,
            "score": score,
            "most_negative": [asked.quote(row) for row in negative],
            "most_positive": [asked.quote(row) for row in positive],
        }
    )


def feelings(asked: Asked) -> dict[str, float]:
    """The buyer's sentences that say how they feel, from -1 to 1, in their order."""
    phrases: dict[str, list[tuple[str, float]]] = {}
    for found in asked.input.get("phrases") or []:
        phrases.setdefault(found["id"], []).append((found["phrase"], float(found["weight"])))
    felt = {}
    for row, text in asked.evidence.items():
        if asked.said_by.get(row) == "us":
            continue
        score = _score(text, phrases.get(row, []), is_english="language" not in asked.input)
        if text.endswith("?"):
            score *= QUESTION
        if abs(score) >= FELT:
            felt[row] = score
    return felt


def _score(text: str, phrases: list[tuple[str, float]], is_english: bool) -> float:
    said, left = 0.0, _NAME.sub("", text)
    for phrase, weight in sorted(phrases, key=lambda found: -len(found[0])):
        pattern = re.compile(
            rf"({_NOT}(?:\W+\w+)?\W+)?\b{_GAP.join(map(re.escape, phrase.split()))}\b", re.I
        )
        for match in pattern.finditer(left):
            said -= weight if match[1] else -weight
        left = pattern.sub(" ", left)
    if is_english:
        said += _lexicon().polarity_scores(left)["compound"]
    return max(-1.0, min(1.0, said))


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
