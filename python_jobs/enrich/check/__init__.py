"""Holds an answer against the rows it cites. What does not hold is taken out.

It is ours whatever the engine is, and knows no model: only texts, and what stands in them. A
missing statement is cheap, a lie is not: what cannot be told from a lie by its words is removed.
"""

from __future__ import annotations

import re

from pydantic import BaseModel

from python_jobs.enrich.check import words as lexicon
from python_jobs.enrich.check.facts import Row, unreal, why_not_fact, without_subject
from python_jobs.enrich.check.free import why_not_free
from python_jobs.enrich.check.text import clauses, gives_orders, normalised
from python_jobs.enrich.task import Asked, Checked, Output, Quote, Statement

_QUOTED = re.compile(
    "[\"“”«„]([^\"“”«»„]+)[\"“”»]|(?<![\\w])[‘']([^‘’']{3,}(?:[’']\\w[^‘’']*)*)[’'](?!\\w)"
)
_CITED = re.compile(r"\[([^\[\]\s]*[:_\d][^\[\]\s]*)\]")
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|\bwww\.\S+")


def checked(output: Output, asked: Asked) -> Checked:
    """The output without the statements and quotes that their rows do not bear out.

    What holds a statement or quote as a part falls with it; where an answer cannot do without one
    that fell, nothing of it is kept.
    """
    verdict = _Verdict(asked)
    kept: dict[str, object] = {}
    for name in type(output).model_fields:
        value = getattr(output, name)
        if isinstance(value, list):
            kept[name] = [item for item in value if verdict.holds(name, item)]
        elif not verdict.holds(name, value):
            kept[name] = None
            verdict.lost |= type(None) not in _kinds(output, name)
    made = verdict.made
    if verdict.lost:
        return Checked(output, made, made, tuple(verdict.reasons))
    return Checked(
        output.model_copy(update=kept), made, len(verdict.reasons), tuple(verdict.reasons)
    )


class _Verdict:
    """What was made, and why something of it was removed."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.made = 0
        self.reasons: list[str] = []
        self.lost = False

    def holds(self, name: str, item: object) -> bool:
        if isinstance(item, Statement | Quote):
            self.made += 1
            why = (
                why_not(item, self._asked)
                if isinstance(item, Statement)
                else (why_not_said(item, self._asked))
            )
            if why:
                self.reasons.append(f"{name}: {why}")
            return why is None
        if isinstance(item, BaseModel):
            parts: list[object] = [getattr(item, part) for part in type(item).model_fields]
        elif isinstance(item, list | tuple):
            parts = list(item)
        else:
            return True
        held = [self.holds(name, part) for part in parts]
        return all(held)


def _kinds(output: Output, name: str) -> tuple[object, ...]:
    annotation = type(output).model_fields[name].annotation
    return getattr(annotation, "__args__", (annotation,))


def why_not_said(quote: Quote, asked: Asked) -> str | None:
    """Why a quote does not hold: it must stand in its row, to the letter, where it says."""
    row = asked.evidence.get(quote.evidence)
    if row is None:
        return "quotes a row that was not given"
    if gives_orders(row):
        return "quotes an order to the writer"
    placed = 0 <= quote.start < quote.end <= len(row)
    if not placed or not quote.text.strip() or row[quote.start : quote.end] != quote.text:
        return "is not verbatim at its place"
    if _is_torn(row, quote.start, quote.end, ""):
        return "is torn from what undoes it"
    return None


def why_not(statement: Statement, asked: Asked) -> str | None:
    """Why a statement does not hold, in words without any of its own; None when it holds."""
    named = _CITED.findall(statement.text)
    if any(row not in asked.evidence for row in (*statement.evidence, *named)):
        return "cites a row that was not given"
    if gives_orders(statement.text):
        return "gives an order to the reader"
    is_fact = statement.kind == "fact"
    if is_fact and not statement.evidence:
        return "a fact without a row"
    cited = statement.evidence if is_fact else list(asked.evidence)
    rows = {row: asked.evidence[row] for row in cited if not gives_orders(asked.evidence[row])}
    if is_fact and not rows:
        return "rests on an order to the writer"
    text, quotes = _without_quotes(_CITED.sub("", statement.text))
    quoting: dict[str, str] = {}
    for quoted in quotes:
        found = {row: told for row, told in rows.items() if _is_quoted(quoted, told, text)}
        if not found:
            return "a quote that nobody said"
        quoting |= found
    if is_fact and quotes:
        rows = quoting
    for address in _ADDRESS.findall(text):
        if not any(normalised(address) in normalised(row) for row in rows.values()):
            return "an address that is not in its rows"
    told = clauses(without_subject(text, asked))
    if not is_fact:
        return why_not_free(statement, told, rows, text, asked)
    return why_not_fact(told, [Row.of(row, rows[row], asked) for row in rows], bool(quotes))


def _without_quotes(text: str) -> tuple[str, list[str]]:
    quotes = ["".join(found).strip() for found in _QUOTED.findall(text)]
    return _QUOTED.sub(" ", text), quotes


def _is_quoted(quoted: str, row: str, around: str) -> bool:
    """Whether the words stand in the row, whole, and not torn from what undoes them."""
    words, row = normalised(quoted).rstrip(",."), normalised(row)
    return any(
        not _is_torn(row, found.start(), found.end(), around)
        for found in re.finditer(re.escape(words), row)
    )


def _is_torn(row: str, start: int, end: int, around: str) -> bool:
    """Whether words of a row begin or end within a word, or a "not", "doubt" or "if" of their
    sentence is left out, which ``around`` does not say either."""
    edges = (row[max(0, start - 1) : start + 1], row[end - 1 : end + 1])
    if any(len(edge) == 2 and edge.isalnum() for edge in edges):
        return True
    before = re.split(r"[.!?;]", row[:start])[-1]
    after = re.split(r"[.!?;]", row[end:])[0]
    close = re.split(r",", before)[-1]
    if _denies(close) and not _denies(around):
        return True
    told = set(re.findall(r"\w+", around.lower()))
    if not unreal(re.findall(r"\w+", close.lower())) <= set(map(lexicon.stem, told)):
        return True
    left_out = set(re.findall(r"\w+", f"{before} {after}".lower()))
    return bool(lexicon.UNLESS & left_out) and not told & lexicon.IF


def _denies(text: str) -> bool:
    return any(clause.is_denial for clause in clauses(text))
