"""A seller's plan: what to work on, from which calls, in the words that were said there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from python_jobs.errors import ConfigurationError
from python_jobs.printing import printed_json
from python_jobs.warehouse import json_value

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

MOST_CALLS = 3
LATELY = 3
"""Periods whose calls a plan is made from, the current one and those before it."""
BY_OUR_LONGEST_TURN = ("talk_ratio", "longest_monologue_seconds", "turns_per_minute")


@dataclass(frozen=True)
class Said:
    """Words of a call, as they stand in ``marts.call_segments``."""

    text: str
    segment_id: str
    starts_ms: int | None


@dataclass(frozen=True)
class Example:
    """A call to listen to again."""

    call_id: str
    title: str | None
    started_at: Any
    value: float
    said: list[Said]


@dataclass(frozen=True)
class Focus:
    """One measure to work on: what it costs the score, and where it showed."""

    measure: str
    label: str
    advice: str
    value: float
    good_value: float
    score: float
    points_lost: float
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What a seller is to work on, the most costly first."""

    rep_id: str
    rep_name: str | None
    score: float | None
    trend: float | None
    call_count: int
    period_ends_on: Any
    focus: list[Focus]

    def as_json(self) -> str:
        """The plan as one JSON object."""
        return printed_json(asdict(self))


def plan_for(warehouse: Warehouse, rep: str) -> Plan:
    """The plan of the seller whom a name, part of a name or id stands for, of the latest period.

    Raises:
        ConfigurationError: no seller is called so, or several are.
    """
    rep_id = _rep(warehouse, rep)
    latest, *_ = warehouse.rows(
        "select * from marts.rep_performance where rep_id = ? order by periods_ago limit 1",
        [rep_id],
    )
    parts = warehouse.rows(
        "select measure, label, advice, measure_value, good_value, score, weight_share, points "
        "from marts.rep_performance_parts where rep_id = ? and periods_ago = ? and needs_coaching "
        "order by (100 - score) * weight_share desc, measure",
        [rep_id, latest["periods_ago"]],
    )
    return Plan(
        rep_id,
        latest["rep_name"],
        _number(latest["score"]),
        _number(latest["trend"]),
        int(latest["call_count"]),
        latest["period_ends_on"],
        [_focus(warehouse, rep_id, latest["periods_ago"], part) for part in parts],
    )


def calls_to_review(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Calls of the current period and why to talk about them, by seller, the newest first."""
    return warehouse.rows(
        "select rep_id, rep_name, call_id, title, reason, measure_value, started_at "
        "from marts.calls_for_coaching where periods_ago = 0 "
        "order by rep_name, rep_id, started_at desc, call_id, measure"
    )


def _rep(warehouse: Warehouse, rep: str) -> str:
    found = warehouse.rows(
        "select distinct rep_id, rep_name from marts.rep_performance "
        "where rep_id = ? or contains(lower(rep_name), lower(?)) order by rep_name, rep_id",
        [rep, rep],
    )
    if len(found) == 1:
        return str(found[0]["rep_id"])
    if found:
        names = ", ".join(f"{row['rep_name']} ({row['rep_id']})" for row in found[:5])
        raise ConfigurationError(f"'{rep}' may be {names}: say which")
    raise ConfigurationError(f"no seller with transcribed calls is called '{rep}'")


def _focus(warehouse: Warehouse, rep_id: str, period: int, part: dict[str, Any]) -> Focus:
    calls = warehouse.rows(
        "select call_id, title, started_at, measure_value, threshold, said "
        "from marts.calls_for_coaching where rep_id = ? and measure = ? "
        "and periods_ago between ? and ? "
        f"order by abs(measure_value - threshold) desc, call_id limit {MOST_CALLS}",
        [rep_id, part["measure"], period, period + LATELY - 1],
    )
    return Focus(
        part["measure"],
        part["label"],
        part["advice"],
        float(part["measure_value"]),
        float(part["good_value"]),
        float(part["score"]),
        (100 - float(part["score"])) * float(part["weight_share"]),
        [
            Example(
                call["call_id"],
                call["title"],
                call["started_at"],
                float(call["measure_value"]),
                _said(warehouse, part["measure"], call),
            )
            for call in calls
        ],
    )


def _said(warehouse: Warehouse, measure: str, call: dict[str, Any]) -> list[Said]:
    """The words that show it: what they said of how they feel, or how our longest turn began."""
    if measure == "sentiment_score":
        quotes = json_value(call["said"])
        ids = [quote["evidence"].removeprefix("segment:") for quote in quotes or []]
        if not ids:
            return []
        marks = ", ".join("?" for _ in ids)
        rows = warehouse.rows(
            "select text, segment_id, starts_ms from marts.call_segments "
            f"where call_id = ? and segment_id in ({marks}) order by segment_number",
            [call["call_id"], *ids],
        )
    elif measure in BY_OUR_LONGEST_TURN:
        rows = warehouse.rows(
            "with turns as (select turn_number, sum(word_count) as words from marts.call_segments "
            "where call_id = ? and is_internal group by turn_number) "
            "select text, segment_id, starts_ms from marts.call_segments "
            "where call_id = ? and turn_number = (select turn_number from turns "
            "order by words desc, turn_number limit 1) order by segment_number limit 2",
            [call["call_id"], call["call_id"]],
        )
    else:
        return []
    return [Said(**row) for row in rows]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
