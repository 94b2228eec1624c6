"""`gtm replay`: past days scored by another config, and what changes. Writes schema replay only.

Both configs are run over the same daily aggregates with the scoring models of the project, so that
like is compared with like; the comparison is in the models of models/marts/replay.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.options import AsJson, Target
from python_jobs.printing import plain_table, printed_json, wide
from python_jobs.settings import PROJECT_DIR, Settings, load_settings, parse_day

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

JOB = "replay"
DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Wish:
    """Two score configs, ``new`` on trial against ``old``, and the days to score by both."""

    new: str
    old: str
    from_day: date | None
    to_day: date | None


@dataclass(frozen=True)
class Comparison:
    """What a replay found: ``summary`` (one row), the accounts moved most, the weights behind it.

    Score changes are in points of the 0–100 score on the last day; the changes by weights, decay
    and scale add up to the change before rounding. Points of weights are over all account days.
    """

    summary: dict[str, Any]
    accounts: list[dict[str, Any]]
    weights: list[dict[str, Any]]

    def as_json(self) -> str:
        document = {**self.summary, "accounts": self.accounts, "weights": self.weights}
        return printed_json(document)


def replay(
    config: Annotated[str, typer.Option("--config", help="The score config on trial.")],
    against: Annotated[
        str | None,
        typer.Option("--against", help="The config to compare it with (default: the active one)."),
    ] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="First day (default: 30 days up to the last).")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", help="Last day (default: the last snapshot).")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Accounts and weights to show.")] = 10,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Score past days with another config: who would move, by how much, and because of what.

    Examples:

        gtm replay --config draft_v2

        gtm replay --config draft_v2 --against default_v1 --from 2026-06-01 --to 2026-06-30 --top 50
    """
    first, last = (parse_day(day) if day else None for day in (from_day, to_day))
    settings = load_settings().with_target(target)
    comparison = run_replay(settings, Wish(config, against or "", first, last), top)
    if as_json:
        print(comparison.as_json())
    else:
        print_comparison(comparison)


def run_replay(settings: Settings, wish: Wish, top: int) -> Comparison:
    """Score the days by both configs and compare; an empty ``wish.old`` is the active config.

    Raises:
        ConfigurationError: a config or a day that cannot be replayed.
        TransientError: another run is writing.
        PermanentError: a model failed.
    """
    from python_jobs.dbt_runner import DbtProject, build_progress
    from python_jobs.runs import close_interrupted, ensure_ops_tables, job_run, utc_now
    from python_jobs.warehouse import BriefWarehouse, only_writer, open_warehouse

    with open_warehouse(settings, read_only=True) as warehouse:
        wish = checked(warehouse, wish)
    with only_writer(settings), build_progress("replaying") as on_start:
        with open_warehouse(settings) as warehouse:
            ensure_ops_tables(warehouse)
            close_interrupted(warehouse, JOB, utc_now())
        with job_run(
            BriefWarehouse(settings), JOB, "dbt", f"{wish.new} against {wish.old}", "replay"
        ) as run:
            run.message = f"{wish.from_day} to {wish.to_day}"
            for side, config in (("old", wish.old), ("new", wish.new)):
                variables = {
                    "replay_side": side,
                    "replay_config": config,
                    "replay_against": wish.old,
                    "from_date": str(wish.from_day),
                    "to_date": str(wish.to_day),
                    "as_of_date": str(wish.to_day),
                }
                project = DbtProject(settings, variables, _target_path())
                outcome = project.run(
                    "run",
                    *("--selector", "replay"),
                    "--full-refresh",
                    on_start=on_start,
                )
                if outcome.failures:
                    raise PermanentError(
                        "\n  ".join([f"{config} could not be replayed:", *outcome.failures])
                    )
        # before another replay may write over it
        with open_warehouse(settings, read_only=True) as warehouse:
            return read_comparison(warehouse, wish, top)


def checked(warehouse: Warehouse, wish: Wish) -> Wish:
    """The wish with its defaults filled in.

    Raises:
        ConfigurationError: a config is not there or archived, both are one, nothing has been
            built, or the days are not within the snapshots there are.
    """
    from python_jobs.build import snapshot_range
    from python_jobs.registry.journal import read_registries

    rows = read_registries(warehouse).effective("score_configs")
    statuses = {key: row.values["status"] for key, row in rows.items()}
    active = next((key for key, status in statuses.items() if status == "active"), "")
    old = wish.old or active
    for config in (wish.new, old):
        _check_config(config, statuses)
    if wish.new == old:
        raise ConfigurationError(f"{old} against itself changes nothing: name another config")
    first, last = snapshot_range(warehouse)
    if first is None or last is None:
        raise ConfigurationError(
            "there is no snapshot to replay yet: run gtm ingest or gtm load, then gtm build"
        )
    to_day = wish.to_day or last
    from_day = wish.from_day or max(first, to_day - timedelta(days=DEFAULT_DAYS - 1))
    if from_day > to_day:
        raise ConfigurationError(f"--from {from_day} is after --to {to_day}: swap them")
    if from_day < first or to_day > last:
        raise ConfigurationError(
            f"{from_day} to {to_day} cannot be replayed whole: there are snapshots from {first} "
            f"to {last}"
        )
    return Wish(wish.new, old, from_day, to_day)


def _check_config(config: str, statuses: dict[str, str]) -> None:
    if config not in statuses:
        raise ConfigurationError(
            f"there is no score config '{config}': there is {', '.join(statuses)}"
        )
    if statuses[config] == "archived":
        raise ConfigurationError(
            f"{config} is archived: make a draft of it with gtm registry copy {config} NEW "
            "and replay that"
        )


def read_comparison(warehouse: Warehouse, wish: Wish, top: int) -> Comparison:
    """Read what the last replay found."""
    [last_day] = warehouse.rows(
        "select count(*) as accounts, "
        "coalesce(sum(case when stage_change > 0 then 1 else 0 end), 0) as accounts_up, "
        "coalesce(sum(case when stage_change < 0 then 1 else 0 end), 0) as accounts_down, "
        "coalesce(sum(case when old_intent_stage = 'Hot' then 1 else 0 end), 0) as old_hot, "
        "coalesce(sum(case when new_intent_stage = 'Hot' then 1 else 0 end), 0) as new_hot, "
        "avg(cast(score_change as double)) as mean_score_change, "
        "avg(score_change_by_weights) as mean_score_change_by_weights, "
        "avg(score_change_by_decay) as mean_score_change_by_decay, "
        "avg(score_change_by_scale) as mean_score_change_by_scale "
        "from replay.replay_accounts"
    )
    [all_days] = warehouse.rows(
        "select count(*) as account_days, "
        "coalesce(sum(case when stage_change <> 0 then 1 else 0 end), 0) "
        "as account_days_in_another_stage, "
        "coalesce(sum(case when old_surge_level <> new_surge_level then 1 else 0 end), 0) "
        "as account_days_of_another_surge_level "
        "from replay.replay_account_days"
    )
    accounts = warehouse.rows(
        "select account_key, old_intent_stage, new_intent_stage, old_intent_score, "
        "new_intent_score, score_change, stage_change, score_change_by_weights, "
        "score_change_by_decay, score_change_by_scale, days_in_another_stage "
        "from replay.replay_accounts where score_change <> 0 or stage_change <> 0 "
        "or days_in_another_stage > 0 "
        "order by abs(score_change) desc, abs(stage_change) desc, account_key "
        f"limit {top}"
    )
    weights = warehouse.rows(
        "select event_name, content_type, cta_id, old_weight, new_weight, event_count, old_points, "
        "new_points, points_change_by_weight, points_change_by_decay "
        "from replay.replay_weights where old_points <> 0 or new_points <> 0 "
        "order by abs(new_points - old_points) desc, event_name, content_type, cta_id "
        f"limit {top}"
    )
    summary = {"config": wish.new, "against": wish.old, "from": wish.from_day, "to": wish.to_day}
    return Comparison(
        summary | _plain(last_day) | _plain(all_days),
        [_plain(row) for row in accounts],
        [_plain(row) for row in weights],
    )


def print_comparison(comparison: Comparison) -> None:
    """Print it to stdout: what moves, who moves most, and which weights make it."""
    console = wide()
    of = comparison.summary
    console.print(
        f"[bold]{escape(of['config'])}[/bold] against {escape(of['against'])}, "
        f"{of['from']} to {of['to']}, {of['account_days']:,} account days"
    )
    if not of["accounts"]:
        console.print("no account had been seen by then")
        return
    console.print(
        f"on {of['to']}, of {of['accounts']:,} accounts {of['accounts_up']:,} move up a stage and "
        f"{of['accounts_down']:,} down; hot accounts {of['old_hot']:,} → {of['new_hot']:,}; "
        f"the stage differs on {of['account_days_in_another_stage']:,} account days, "
        f"the surge level on {of['account_days_of_another_surge_level']:,}"
    )
    console.print(
        f"mean change of the score {of['mean_score_change']:+.2f}: "
        f"{of['mean_score_change_by_weights']:+.2f} by weights, "
        f"{of['mean_score_change_by_decay']:+.2f} by lambda_decay, "
        f"{of['mean_score_change_by_scale']:+.2f} by normalize_k"
    )
    if comparison.accounts:
        console.print(f"\nmoved most on {of['to']}, in points of the score")
        console.print(_accounts_table(comparison.accounts))
    if comparison.weights:
        console.print("\nwhat drives it, in raw points over all account days")
        console.print(_weights_table(comparison.weights))
    console.print("\nall of it: replay.replay_accounts, replay_account_days, replay_weights")


def _accounts_table(rows: list[dict[str, Any]]) -> Table:
    table = plain_table(
        *("account", "stage", ">score", ">change"),
        *(">by weights", ">by decay", ">by scale", ">days in another stage"),
    )
    for row in rows:
        same = row["old_intent_stage"] == row["new_intent_stage"]
        stages = row["new_intent_stage"]
        table.add_row(
            escape(row["account_key"]),
            stages if same else f"{row['old_intent_stage']} → {stages}",
            f"{row['old_intent_score']} → {row['new_intent_score']}",
            f"{row['score_change']:+}",
            f"{row['score_change_by_weights']:+.1f}",
            f"{row['score_change_by_decay']:+.1f}",
            f"{row['score_change_by_scale']:+.1f}",
            str(row["days_in_another_stage"]),
        )
    return table


def _weights_table(rows: list[dict[str, Any]]) -> Table:
    table = plain_table(
        *("event", "content type", "call to action", ">events", ">weight", ">points"),
        *(">by weight", ">by decay"),
    )
    for row in rows:
        same = row["old_weight"] == row["new_weight"]
        weight = f"{row['new_weight']:g}"
        table.add_row(
            *(escape(row[name] or "") for name in ("event_name", "content_type", "cta_id")),
            f"{row['event_count']:,}",
            weight if same else f"{row['old_weight']:g} → {weight}",
            f"{row['old_points']:,.0f} → {row['new_points']:,.0f}",
            f"{row['points_change_by_weight']:+,.0f}",
            f"{row['points_change_by_decay']:+,.0f}",
        )
    return table


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without decimals, which Snowflake gives for whole numbers and JSON does not know."""
    return {
        name: (int(value) if value == int(value) else float(value))
        if isinstance(value, Decimal)
        else value
        for name, value in row.items()
    }


def _target_path() -> Path:
    """dbt's folder for replays: their parse differs from the usual one and must not displace it."""
    return Path(os.environ.get("DBT_TARGET_PATH", PROJECT_DIR / "target")).resolve() / "replay"
