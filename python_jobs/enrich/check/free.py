"""Whether an advice or a hypothesis is one, and states no fact that its rows do not bear out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from python_jobs.enrich.check import words as lexicon
from python_jobs.enrich.check.facts import (
    Row,
    counts_alike,
    equal,
    has_run,
    why_not_fact,
    without_subject,
)
from python_jobs.enrich.check.text import Clause, clauses, normalised
from python_jobs.enrich.task import Asked, Statement

_PARTS = re.compile(
    r"[,;:.!()\[\]–—]|\s-\s|\b(?:and|but|because|since|although|though|whereas|yet)\b", re.I
)
_TELLS_THAT = re.compile(
    r"\b(mention|tell|say|note|remind|explain|stress|emphasi[sz]e|acknowledge|remember|highlight)\b"
    r"([^,;:.]*?)\bthat\b",
    re.I,
)


def why_not_free(
    statement: Statement, told: Iterable[Clause], rows: Mapping[str, str], text: str, asked: Asked
) -> str | None:
    """Advice and hypotheses state no figure, date or name that no row has, and no fact that their
    rows do not bear out."""
    if statement.kind == "hypothesis" and not _is_hedged(text):
        return "a hypothesis told as a fact"
    told = list(told)
    parts = [part for row in rows.values() for part in clauses(row)]
    for clause in told:
        for number in clause.numbers:
            if not any(
                counts_alike(number, given, part) and equal(number, given)
                for part in parts
                for given in part.numbers
            ):
                return "a number that no row has"
        for day in clause.days:
            if not any(day.borne_out_by(given) for part in parts for given in part.days):
                return "a date that no row has"
        for name in clause.names:
            begins = clause is told[0] and name == (clause.plain[0],)
            if begins and name[0] in lexicon.TO_DO and statement.kind == "advice":
                continue
            if not any(has_run(part.plain, name) for part in parts):
                return "a name that no row has"
    cited = {row: rows[row] for row in statement.evidence if row in rows} or rows
    if not all(
        _is_free(sentence, statement.kind, cited, asked)
        for sentence in re.split(r"(?<=[.!?])\s+", without_subject(text, asked))
    ):
        return f"a fact told as {'an advice' if statement.kind == 'advice' else 'a hypothesis'}"
    return None


def _is_hedged(text: str) -> bool:
    return "?" in text or not lexicon.HEDGES.isdisjoint(re.findall(r"[a-z]+", text.lower()))


def _is_free(sentence: str, kind: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether a sentence says what to do or what may be; what it says to be so, rows bear out."""
    if sentence.endswith("?") or _stands_in_a_record(sentence, rows, asked):
        return True
    if kind == "advice":
        sentence = _TELLS_THAT.sub(r"\1\2, ", sentence)
    parts = [part.strip() for part in _PARTS.split(sentence) if part.strip()]
    is_free = _advises if kind == "advice" else _is_hedged
    if kind == "advice" and not any(map(is_free, parts)):
        return _is_borne_out(sentence, rows, asked)
    return all(
        is_free(part) or not _asserts(part) or _is_borne_out(part, rows, asked) for part in parts
    )


def _advises(part: str) -> bool:
    words = re.findall(r"[a-z]+(?:['’-][a-z]+)*", part.lower())
    starts = [word for word in words if word not in ("then", "first", "next", "also", "rather")]
    begins = starts[:1] and starts[0] in lexicon.TO_DO and starts[1:2] != ["that"]
    is_noun = bool(lexicon.ASSERTING & set(starts[1:2]))
    offers = words[:1] in (["i"], ["we"]) and words[1:2] in (["will"], ["can"], ["may"])
    return offers or bool(begins and not is_noun) or not lexicon.ADVISING.isdisjoint(words)


def _asserts(part: str) -> bool:
    """Whether a part of a sentence says by itself that something is so."""
    words = re.findall(r"[a-z]+", part.lower())
    if not words or words[0] in lexicon.GOES_ON:
        return False
    if lexicon.ASSERTING & set(words) or lexicon.SPEAKERS & set(words[:2]):
        return True
    articles = {"a", "an", "the", "their", "our", "your", "its", "of", "be", "been", "to", "any"}
    return any(
        word.endswith("ed") and len(word) > 4 and before not in articles
        for before, word in pairwise(words)
    )


def _is_borne_out(part: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether rows say so, or it says nothing that they would have to."""
    told = clauses(part)
    if not any(one.said or one.days or one.numbers or one.names for one in told):
        return True
    return why_not_fact(told, [Row.of(row, rows[row], asked) for row in rows], False) is None


def _stands_in_a_record(sentence: str, rows: Mapping[str, str], asked: Asked) -> bool:
    """Whether a row that nobody said, a text of our own, has the sentence as it is."""
    said = normalised(sentence).rstrip(".")
    own = [row for row in rows if row not in asked.said_by]
    return any(said in normalised(without_subject(rows[row], asked)) for row in own)
