"""`gtm explain`: one account's score of one day, taken apart to the events that made it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, Target
from python_jobs.printing import plain_table, printed_json, wide
from python_jobs.settings import load_settings, parse_day

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

# The sum of the ledger and the score agree to this, relative to the score.
TOLERANCE = 1e-9

LEDGER = (
    "event_date",
    "event_name",
    "content_type",
    "cta_id",
    "lane",
    "event_count",
    "weight",
    "age_days",
    "decay",
    "points",
)

NUMBERS: dict[str, type] = {
    "event_count": int,
    "weight": float,
    "age_days": int,
    "decay": float,
    "points": float,
}


@dataclass(frozen=True)
class Explanation:
    """A snapshot, how its score is made of its raw score, and its ledger, the largest first."""

    snapshot: dict[str, Any]
    normalize_k: float
    ledger: list[dict[str, Any]]

    @property
    def total(self) -> float:
        """The points of the ledger."""
        return float(sum(row["points"] for row in self.ledger))

    @property
    def agrees(self) -> bool:
        """Whether the ledger still adds up to the raw score that was stored."""
        raw = float(self.snapshot["raw_score_30d"])
        return abs(self.total - raw) <= TOLERANCE * max(1.0, abs(raw))

    def why_it_differs(self) -> str | None:
        """One sentence where the ledger does not add up, with the command that mends it."""
        if self.agrees:
            return None
        day = self.snapshot["snapshot_date"]
        return (
            f"the ledger adds up to {self.total:,.6f}, not to the stored "
            f"{self.snapshot['raw_score_30d']:,.6f}: an alias or the events of {day} changed since "
            f"that day was built; gtm build --from {day} --to {day} builds it again"
        )

    def as_json(self) -> str:
        """The explanation as one JSON object."""
        names = ("account_key", "snapshot_date", "score_config_id", "raw_score_30d", "intent_score")
        document = {name: self.snapshot[name] for name in names} | {"ledger": self.ledger}
        return printed_json(document)


def explain(
    account: Annotated[
        str, typer.Argument(help="Domain, URL, e-mail, CRM account id or name of the account.")
    ],
    day: Annotated[
        str | None,
        typer.Option("--date", help="Day of the snapshot, YYYY-MM-DD (default: the last)."),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Take a score apart: every event behind it, its weight, its age and its points.

    Examples:

        gtm explain acme.com

        gtm explain acme.com --date 2026-06-30 --json
    """
    from python_jobs.warehouse import open_warehouse

    wanted = parse_day(day) if day else None
    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        explanation = read_explanation(warehouse, account, wanted)
    if as_json:
        print(explanation.as_json())
        if not explanation.agrees:
            Console(stderr=True).print(f"gtm: {explanation.why_it_differs()}", soft_wrap=True)
    else:
        print_explanation(explanation)


def read_explanation(warehouse: Warehouse, account: str, day: date | None) -> Explanation:
    """Read the snapshot and the ledger of an account, of one day or of the last one.

    Raises:
        ConfigurationError: no such account, or no snapshot of it on that day.
    """
    from python_jobs.accounts import find_account

    key = find_account(warehouse, account)
    found = _day(warehouse, key, day)
    [snapshot] = warehouse.rows(
        "select * from marts.fct_daily_account_intent where account_key = ? and snapshot_date = ?",
        [key, found],
    )
    snapshot["why_hot"] = json.loads(snapshot["why_hot"] or "[]")
    _as_numbers(snapshot, {"raw_score_30d": float, "intent_score": int, "surge_ratio": float})
    [version] = warehouse.rows(
        "select min(normalize_k) as normalize_k from intermediate.int_score_versions "
        "where score_version = ?",
        [snapshot["score_version"]],
    )
    ledger = warehouse.rows(
        f"select {', '.join(LEDGER)} from marts.score_ledger "
        "where account_key = ? and snapshot_date = ? "
        "order by points desc, event_date desc, event_name, content_type, cta_id, lane",
        [key, found],
    )
    for row in ledger:
        _as_numbers(row, NUMBERS)
    return Explanation(snapshot, float(version["normalize_k"]), ledger)


def print_explanation(explanation: Explanation, top: int | None = None) -> None:
    """Print it to stdout; ``top`` rows of the ledger, or all of them."""
    console = wide()
    row = explanation.snapshot
    significant = ", significant" if row["is_surge_significant"] else ""
    people = row["unique_people_7d"]
    console.print(
        f"[bold]{escape(row['account_key'])}[/bold] on {row['snapshot_date']}: "
        f"score {row['intent_score']} {row['intent_stage']}, "
        f"surge {row['surge_ratio']:.2f} {row['surge_level']}{significant}, "
        f"top lane {escape(row['top_lane'])}, "
        f"{people} {'person' if people == 1 else 'people'} in 7 days"
    )
    if row["why_hot"]:
        console.print(f"why hot: {escape(', '.join(row['why_hot']))}")
    console.print()
    console.print(_ledger_table(explanation.ledger[:top]))
    left = explanation.ledger[top:] if top is not None else []
    if left:
        points = sum(entry["points"] for entry in left)
        console.print(f"and {len(left)} more with {points:,.6f} points together")
    console.print()
    console.print(_arithmetic(explanation))
    difference = explanation.why_it_differs()
    if difference:
        console.print(f"[yellow]{difference}[/yellow]")


def _ledger_table(ledger: list[dict[str, Any]]) -> Table:
    table = plain_table(*(f">{name}" if name in NUMBERS else name for name in LEDGER))
    for entry in ledger:
        table.add_row(
            str(entry["event_date"]),
            *(escape(entry[name] or "") for name in LEDGER[1:5]),
            str(entry["event_count"]),
            f"{entry['weight']:g}",
            str(entry["age_days"]),
            f"{entry['decay']:.6f}",
            f"{entry['points']:.6f}",
        )
    return table


def _arithmetic(explanation: Explanation) -> str:
    row = explanation.snapshot
    count = len(explanation.ledger)
    sign = "=" if explanation.agrees else "≠"
    return (
        f"sum of {count} row{'' if count == 1 else 's'}: {explanation.total:,.6f} {sign} "
        f"raw_score_30d {row['raw_score_30d']:,.6f} ({row['score_config_id']})\n"
        f"intent_score = round(100 × (1 − exp(−{row['raw_score_30d']:.6f} / "
        f"{explanation.normalize_k:g}))) = {row['intent_score']}"
    )


def _as_numbers(row: dict[str, Any], kinds: dict[str, type]) -> None:
    """Snowflake gives some numbers as decimals; JSON wants plain ones."""
    for name, kind in kinds.items():
        row[name] = kind(row[name])


def _day(warehouse: Warehouse, key: str, day: date | None) -> date:
    """The day asked for, or the account's last one; there is a snapshot of the account on it."""
    [own] = warehouse.rows(
        "select min(snapshot_date) as first, max(snapshot_date) as last, "
        "max(case when snapshot_date = ? then 1 else 0 end) as found "
        "from marts.fct_daily_account_intent where account_key = ?",
        [day, key],
    )
    if own["last"] is None:
        raise ConfigurationError(
            f"{key} has no score: no event of it has been seen in the days that were built"
        )
    if day is None:
        return own["last"]
    if not own["found"]:
        raise ConfigurationError(
            f"{key} has no snapshot of {day}: it has some from {own['first']} to {own['last']}"
        )
    return day
