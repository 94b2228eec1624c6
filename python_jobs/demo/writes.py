"""The end of `gtm demo`: whom to contact today, and the sandbox brought to that state by plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from python_jobs.printing import counted, plain_table, wide
from python_jobs.settings import Settings
from python_jobs.warehouse import json_value

if TYPE_CHECKING:
    from python_jobs.activate.plans import Plan
    from python_jobs.warehouse import BriefWarehouse, Warehouse

TOP = 10
DESTINATIONS = ("salesforce", "outreach")
ALLOWED = ("too_many_changed",)
"""The first plan over an untouched org changes most of it."""

EXAMPLES = 2
"""Records of a plan that are shown field by field."""


def show_queue(warehouse: Warehouse) -> None:
    """Print the first of today's queue with their evidence, and how many are blocked by what."""
    rows = warehouse.rows(
        "select queue_rank, display_name, title, account_key, signal_name, strength, "
        f"sequence_key, evidence from marts.activation_queue order by queue_rank limit {TOP}"
    )
    console = wide()
    [counted] = warehouse.rows("select count(*) as n from marts.activation_queue")
    console.print(f"\n[bold]Whom to contact today[/bold] (the first of {counted['n']:,})\n")
    table = plain_table(
        *(">", "person", "title", "account", "signal", ">strength", "sequence", "evidence")
    )
    for row in rows:
        table.add_row(
            str(row["queue_rank"]),
            escape(row["display_name"] or ""),
            escape(row["title"] or ""),
            escape(row["account_key"] or ""),
            row["signal_name"],
            str(row["strength"]),
            row["sequence_key"],
            escape(_told(row["evidence"])),
        )
    console.print(table)
    console.print("\n[bold]Who is not contacted, and why[/bold]\n")
    for row in warehouse.rows(
        "select rule, count(*) as n, min(retry_on) as retry_on from marts.activation_blocked "
        "where is_first group by rule order by n desc, rule"
    ):
        again = f"again from {row['retry_on']}" if row["retry_on"] else "not for this signal"
        console.print(f"  {row['n']:>6,} {row['rule']:<24} {again}")


def write_back(settings: Settings) -> None:
    """Plan, apply and plan again for each destination; a line on each, two records in full.

    Raises:
        GtmError: a plan could not be made or applied.
    """
    from python_jobs.activate.apply import apply_plan
    from python_jobs.activate.destinations import open_destination
    from python_jobs.activate.plan import make_plan
    from python_jobs.activate.plans import only_one
    from python_jobs.runs import ensure_ops_tables, utc_now
    from python_jobs.warehouse import BriefWarehouse

    console = wide()
    console.print("\n[bold]What is written back[/bold], by plans that a person would approve\n")
    warehouse = BriefWarehouse(settings, wait=settings.patience_for_warehouse)
    with warehouse.held() as held:
        ensure_ops_tables(held)
    for name in DESTINATIONS:
        with only_one(settings, name):
            destination = open_destination(name, settings, warehouse)
            made = make_plan(warehouse, destination, ALLOWED, settings.who(), utc_now())
            console.print(f"{name}: {_counted(made)}, up to {counted(made.calls, 'call')}")
            _show_examples(console, warehouse, made)
            applied = apply_plan(warehouse, destination, made, made.hash, utc_now)
            outcomes = ", ".join(
                f"{count:,} {outcome}"
                for outcome, count in sorted(applied.outcomes.items())
                if count
            )
            console.print(f"  applied: {outcomes or 'nothing'}, {counted(applied.calls, 'call')}")
            again = make_plan(warehouse, destination, ALLOWED, settings.who(), utc_now())
            console.print(f"  planned again: {_counted(again)}")


def _counted(plan: Plan) -> str:
    counts = ", ".join(f"{count:,} {action}" for action, count in plan.counts.items())
    return f"plan {plan.plan_id}: {counts or 'nothing to do'}"


def _show_examples(console: Console, warehouse: BriefWarehouse, plan: Plan) -> None:
    rows = warehouse.rows(
        "select object, action, record_key, before, after, reason from ops.sync_plan_records "
        "where plan_id = ? and action in ('create', 'update', 'enrol') "
        "qualify row_number() over (partition by object, action order by position) = 1 "
        f"order by position limit {EXAMPLES}",
        [plan.plan_id],
    )
    for row in rows:
        before, after = (json_value(row[name]) or {} for name in ("before", "after"))
        console.print(
            f"    {row['action']} {row['object']} {escape(row['record_key'])}: "
            f"{escape(row['reason'] or '')}"
        )
        for field, value in list(after.items())[:4]:
            console.print(f"        {field}: {escape(f'{before.get(field)!r} → {value!r}')}")


def _told(evidence: Any) -> str:
    """The facts of a signal in a few words: its figures and levels."""
    facts = (json_value(evidence) or {}).get("facts") or {}
    told = [
        f"{name.replace('_', ' ')} {value:g}"
        if isinstance(value, int | float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in facts.items()
        if isinstance(value, str | int | float) and not name.endswith(("_id", "_date", "events"))
    ]
    return ", ".join(told[:3])
