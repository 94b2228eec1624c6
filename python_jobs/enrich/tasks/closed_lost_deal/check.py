"""Beside what every answer must keep: categories and competitors are the registries', an objection
is the buyer's own words, and a statement rests on the row that it quotes."""

from __future__ import annotations

from dataclasses import replace

from python_jobs.enrich.check import checked
from python_jobs.enrich.task import Asked, Checked, Output
from python_jobs.enrich.tasks.closed_lost_deal.schema import (
    ClosedLostDeal,
    Objection,
    Point,
    RivalSeen,
)


def check(output: Output, asked: Asked) -> Checked:
    """The answer without what does not hold."""
    kept = checked(output, asked)
    if kept.made and kept.removed == kept.made:
        return kept
    reasons: list[str] = []
    held: dict[str, list[Point]] = {}
    for name in ClosedLostDeal.model_fields:
        held[name] = []
        for point in getattr(kept.output, name):
            why = _why_not(point, asked)
            if why:
                reasons.append(f"{name}: {why}")
            else:
                held[name].append(point)
    return replace(
        kept,
        output=kept.output.model_copy(update=held),
        removed=kept.removed + len(reasons),
        reasons=(*kept.reasons, *reasons),
    )


def _why_not(point: Point, asked: Asked) -> str | None:
    if point.quote.evidence not in point.statement.evidence:
        return "quotes another row than it rests on"
    if isinstance(point, Objection):
        if asked.said_by.get(point.quote.evidence) != "them":
            return "an objection that is not the buyer's"
        if point.category not in {
            entry["category"]
            for entry in asked.input.get("categories") or []
            if entry["kind"] == "objection"
        }:
            return "a category that the registry has not"
    if isinstance(point, RivalSeen) and point.competitor not in {
        entry["competitor"] for entry in asked.input.get("competitors") or []
    }:
        return "a competitor that the registry has not"
    return None
