"""One call, in full: scores, priority, what was said, and calls like it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from python_jobs.calls import titled
from python_jobs.calls.search import Found, like_call
from python_jobs.errors import ConfigurationError
from python_jobs.printing import printed_json
from python_jobs.warehouse import json_value

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

SIMILAR, THRESHOLD = 3, 0.7


@dataclass(frozen=True)
class Analysis:
    """``call`` is its row of ``marts.calls_enriched``, ``scores`` of ``marts.call_analysis``."""

    call: dict[str, Any]
    scores: dict[str, Any]
    coaching: list[dict[str, Any]]
    similar: list[Found]

    def as_json(self) -> str:
        """The analysis as one JSON object."""
        return printed_json(asdict(self))

    def as_text(self) -> str:
        """The analysis in lines."""
        call, scores = self.call, self.scores
        lines = [
            _listed(titled(call["title"]), f"{call['started_at']:%Y-%m-%d}", call["rep_name"]),
            f"{scores['priority']}: risk {_shown(scores['risk'])} of 100, "
            f"{scores['revenue_at_stake']:,.0f} at stake, "
            f"sentiment {call['sentiment'] or 'unknown'} "
            f"({_shown(call['sentiment_score'], 2)}), led {_shown(scores['conduct_score'])} of 100",
        ]
        if call["opportunity_name"]:
            lines.append(f"Deal: {_listed(call['opportunity_name'], call['stage_name'])}")
        for title, name in (
            ("Summary", "summary"),
            ("Held against it", "concerns"),
            ("Next steps", "next_steps"),
        ):
            lines += [f"{title}:" for _ in call[name][:1]]
            lines += [f"  {statement['text']}" for statement in call[name]]
        for title, name in (("Most negative", "most_negative"), ("Most positive", "most_positive")):
            lines += [f"{title}:" for _ in call[name][:1]]
            lines += [f'  "{quote["text"]}"' for quote in call[name]]
        lines += [
            f"To talk about: {row['reason']}, {row['measure_value']:.2f} ({row['threshold']:g})"
            for row in self.coaching
        ]
        lines += [
            f"Similar: {one.call_id} {one.score:.2f} {titled(one.title)}" for one in self.similar
        ]
        return "\n".join(lines)


def _listed(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def analysis_of(warehouse: Warehouse, call_id: str) -> Analysis:
    """Everything there is of a call.

    Raises:
        ConfigurationError: there is no such call.
    """
    calls = warehouse.rows("select * from marts.calls_enriched where call_id = ?", [call_id])
    if not calls:
        raise ConfigurationError(f"there is no call {call_id}")
    [call] = calls
    for name in ("summary", "concerns", "next_steps", "most_negative", "most_positive"):
        value = call[name]
        call[name] = json_value(value) or []
    [scores] = warehouse.rows("select * from marts.call_analysis where call_id = ?", [call_id])
    coaching = warehouse.rows(
        "select measure, reason, advice, measure_value, threshold from marts.calls_for_coaching "
        "where call_id = ? order by measure",
        [call_id],
    )
    known = warehouse.rows("select 1 from ai.call_embeddings where call_id = ?", [call_id])
    similar = like_call(warehouse, call_id, SIMILAR, THRESHOLD) if known else []
    return Analysis(call, scores, coaching, similar)


def _shown(value: Any, digits: int = 0) -> str:
    return "unknown" if value is None else f"{float(value):.{digits}f}"
