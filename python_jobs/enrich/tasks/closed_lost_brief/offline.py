"""The rows themselves as sentences, with the registries' responses and positioning beside them."""

from __future__ import annotations

from python_jobs.enrich.task import Asked, Statement
from python_jobs.enrich.tasks.closed_lost_brief.schema import (
    ClosedLostBrief,
    Positioning,
    TopObjection,
)


def write(asked: Asked) -> ClosedLostBrief:
    """The brief of one month."""
    facts = asked.input
    objections = facts.get("objections") or []
    return ClosedLostBrief(
        overview=[_fact(asked, facts["month_row"])],
        objections=[
            TopObjection(
                category=entry["category"],
                statement=_fact(asked, entry["row"]),
                response=_advice(entry["response"], f"playbook:{entry['category']}"),
                quotes=[asked.quote(deal["quote"]) for deal in entry["deals"] or []],
            )
            for entry in objections
        ],
        deprioritise=[_fact(asked, row) for row in facts.get("deprioritise") or []],
        double_down=[_fact(asked, row) for row in facts.get("double_down") or []],
        messaging=[
            _advice(entry["messaging"], entry["row"], f"playbook:{entry['category']}")
            for entry in objections
            if entry["messaging"]
        ],
        competitors=[
            Positioning(
                competitor=entry["competitor"],
                statement=_fact(asked, entry["row"]),
                positioning=_advice(entry["positioning"], f"playbook:{entry['competitor']}"),
            )
            for entry in facts.get("competitors") or []
            if entry["positioning"]
        ],
    )


def _fact(asked: Asked, row: str) -> Statement:
    return Statement(kind="fact", text=asked.evidence[row], evidence=[row])


def _advice(text: str, *rows: str) -> Statement:
    return Statement(kind="advice", text=text, evidence=list(rows))
