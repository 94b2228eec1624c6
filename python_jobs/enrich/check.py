"""Holds an answer against the rows it cites. What does not hold is taken out.

It is ours whatever the engine is, and knows no model: only texts, and what stands in them.
"""

from __future__ import annotations

import re
import unicodedata

from python_jobs.enrich.task import Asked, Checked, Output, Quote, Statement

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?")
_QUOTED = re.compile('["“”«]([^"“”«»]{3,})["“”»]')


def checked(output: Output, asked: Asked) -> Checked:
    """The output without the statements and quotes that their rows do not bear out."""
    made = removed = 0
    reasons: list[str] = []
    kept: dict[str, object] = {}
    for name in type(output).model_fields:
        value = getattr(output, name)
        if not isinstance(value, list):
            continue
        left = []
        for item in value:
            reason = None
            if isinstance(item, Statement | Quote):
                made += 1
                reason = (
                    why_not(item, asked)
                    if isinstance(item, Statement)
                    else why_not_said(item, asked)
                )
            if reason is None:
                left.append(item)
            else:
                removed += 1
                reasons.append(f"{name}: {reason}")
        kept[name] = left
    return Checked(output.model_copy(update=kept), made, removed, tuple(reasons))


def why_not(statement: Statement, asked: Asked) -> str | None:
    """Why a statement does not hold, in words without any of its own; None when it holds."""
    unknown = [row for row in statement.evidence if row not in asked.evidence]
    if unknown:
        return "cites a row that was not given"
    cited = normalised(" \n ".join(asked.evidence[row] for row in statement.evidence))
    if statement.kind == "fact" and not statement.evidence:
        return "a fact without a row"
    given = cited if statement.kind == "fact" else normalised(" \n ".join(asked.evidence.values()))
    for number in numbers(statement.text):
        if number not in numbers(given):
            return "a number that is not in its rows"
    for quoted in _QUOTED.findall(statement.text):
        if normalised(quoted) not in given:
            return "a quote that nobody said"
    return None


def why_not_said(quote: Quote, asked: Asked) -> str | None:
    """Why a quote does not hold: it must stand in its row, to the letter, where it says."""
    row = asked.evidence.get(quote.evidence)
    if row is None:
        return "quotes a row that was not given"
    if not quote.text.strip() or row[quote.start : quote.end] != quote.text:
        return "is not verbatim at its place"
    return None


def numbers(text: str) -> set[str]:
    """The numbers of a text, alike however they are written: 1,200 and 1200.0 are 1200."""
    found = set()
    for match in _NUMBER.findall(text):
        value = float(match.replace(",", "").rstrip("."))
        found.add(f"{value:g}")
    return found


def normalised(text: str) -> str:
    """Lower case, one kind of quotation mark and dash, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = text.translate(str.maketrans("“”„«»‘’–—", '"""""\'\'--'))
    return " ".join(text.split())
