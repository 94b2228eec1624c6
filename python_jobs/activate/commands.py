"""``gtm sync``: what is written back, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from python_jobs.activate.sequences.commands import sequences
from python_jobs.errors import ConfigurationError, PermanentError, TransientError
from python_jobs.options import AsJson, Target
from python_jobs.printing import counted, one_line, plain_table, progress_bar, wide
from python_jobs.settings import Settings, load_settings

if TYPE_CHECKING:
    from python_jobs.activate.apply import Applied, Notice
    from python_jobs.activate.plans import Plan
    from python_jobs.warehouse import BriefWarehouse, Warehouse

app = typer.Typer(
    name="sync",
    help="Write to Salesforce and Outreach: plan, look at the plan, apply it, undo it.",
    no_args_is_help=True,
)

SHOWN = 20
"""Records that ``show`` prints unless told otherwise."""

LAST = 5
"""Plans and runs that ``status`` lists."""

DryRun = Annotated[bool, typer.Option("--dry-run", help="Look up and compare, write nothing.")]


@app.command()
def plan(
    destination: Annotated[str, typer.Option("--destination", help="salesforce or outreach.")],
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="GUARD", help="Let this guard pass; may be given again."),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Write down what would change, record by record, and send nothing.

    The sync models are read as they are; the last plan of the destination, if it is still open, is
    superseded. Guards refuse a plan that looks wrong, each with a sentence; --allow lets one pass.

    Examples:

        gtm sync plan --destination salesforce

        gtm sync plan --destination salesforce --allow too_many_changed

        gtm sync plan --destination outreach --json
    """
    from python_jobs.activate.guards import checked_allowances
    from python_jobs.activate.plan import make_plan
    from python_jobs.activate.plans import only_one
    from python_jobs.runs import utc_now

    settings = load_settings().with_target(target)
    allowed = checked_allowances(allow or ())
    with _opened(settings) as warehouse, only_one(settings, destination):
        made = make_plan(
            warehouse,
            _destination(settings, warehouse, destination),
            allowed,
            settings.who(),
            utc_now(),
        )
    if as_json:
        print(json.dumps(made.as_json(), ensure_ascii=False))
    else:
        _print_plan(made)
    if made.status == "refused":
        names = sorted({guard.guard for guard in made.guards if not guard.is_allowed})
        again = " ".join(f"--allow {name}" for name in names if name != "deletes")
        raise PermanentError(
            f"plan {made.plan_id} is refused by {', '.join(names)}: see to it, or plan again "
            f"with {again or 'less'}"
        )


@app.command()
def show(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id.")],
    limit: Annotated[int, typer.Option(help="Most records to print.", min=0)] = SHOWN,
    record: Annotated[
        str | None, typer.Option("--record", help="Only the record of this key.")
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Print a plan: each record's fields before and after, why, and from which rows.

    Examples:

        gtm sync show 3f2a9c01d4e5

        gtm sync show 3f2a9c01d4e5 --record acme.com
    """
    from python_jobs.activate import plans
    from python_jobs.warehouse import open_warehouse

    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        found = plans.load(warehouse, plan_id)
        records = _records(warehouse, plan_id, record, limit)
        if record is not None and limit and not records:
            raise ConfigurationError(
                f"plan {plan_id} has no record '{record}': gtm sync show {plan_id} lists them"
            )
    if as_json:
        document = {"plan": found.as_json(), "records": records}
        print(json.dumps(document, ensure_ascii=False, default=str))
        return
    console = wide()
    for one in records:
        _print_record(console, one)
    if record is None and found.records > len(records):
        console.print(f"… and {found.records - len(records):,} more (--limit)\n")
    _print_plan(found)


@app.command()
def apply(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id.")],
    given_hash: Annotated[str, typer.Option("--hash", help="The hash that the plan has.")],
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Send a plan, the one of this id and this hash, and nothing else.

    Every record is looked up first: what somebody changed since the plan was made is skipped. When
    it is cut off, whatever the reason, the same command goes on where it was.

    Example:

        gtm sync apply 3f2a9c01d4e5 --hash 0cc175b9c0f1b6a831c399e269772661
    """
    from python_jobs.activate import plans

    settings = load_settings().with_target(target)
    with _opened(settings) as warehouse:
        with warehouse.held() as held:
            found = plans.load(held, plan_id)
        with plans.only_one(settings, found.destination):
            applied = _applied(settings, warehouse, found.plan_id, given_hash, dry_run)
    _print_applied(applied, dry_run)


@app.command()
def undo(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or a plan's.")],
    dry_run: DryRun = False,
    target: Target = None,
) -> None:
    """Put the fields back that a run, or all runs of a plan, changed, where they still stand.

    What somebody changed since is left, and so are records that were made; enrolments that are
    still active are finished. It is a plan too: gtm sync show says what it does.

    Example:

        gtm sync undo 4be1f0b9c2d84c6ea0a3f6a7d5c8e912 --dry-run
    """
    from python_jobs.activate import plans
    from python_jobs.activate.plan import make_undo
    from python_jobs.activate.undo import check_address, destination_of, query_of, unanswered_of
    from python_jobs.runs import utc_now

    settings = load_settings().with_target(target)
    with _opened(settings) as warehouse:
        with warehouse.held() as held:
            name = destination_of(held, run_id)
            query, params = query_of(held, run_id)
        with plans.only_one(settings, name):
            destination = _destination(settings, warehouse, name)
            address = destination.address
            with warehouse.held() as held:
                check_address(held, run_id, address)
            made = make_undo(
                warehouse,
                destination,
                run_id,
                query,
                params,
                settings.who(),
                utc_now(),
                is_trial=dry_run,
            )
            applied = _applied(settings, warehouse, made.plan_id, made.hash, dry_run)
        with warehouse.held() as held:
            unanswered = 0 if dry_run else unanswered_of(held, run_id)
    _print_applied(applied, dry_run)
    kept = made.counts.get("skip", 0)
    if kept:
        print(f"kept: {counted(kept, 'record')} that it had made")
    if unanswered:
        print(
            f"not known: {counted(unanswered, 'record')} sent by it and not answered, which cannot "
            "be found by an id: look there"
        )


@app.command()
def status(as_json: AsJson = False, target: Target = None) -> None:
    """The open plans, the last plans and runs, what failed and why, and what is not known.

    Examples:

        gtm sync status

        gtm sync status --json
    """
    from python_jobs.warehouse import open_warehouse

    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        found = _status(warehouse)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, default=str))
    else:
        _print_status(found)


app.command()(sequences)


@contextmanager
def _opened(settings: Settings) -> Iterator[BriefWarehouse]:
    """The warehouse, held only while it is read or written."""
    from python_jobs.activate.plan import PLAN_MEMORY
    from python_jobs.runs import ensure_ops_tables
    from python_jobs.warehouse import BriefWarehouse

    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse, PLAN_MEMORY)
    with warehouse.held() as held:
        ensure_ops_tables(held)
    yield warehouse


def _destination(settings: Settings, warehouse: BriefWarehouse, name: str) -> Any:
    from python_jobs.activate.destinations import open_destination

    return open_destination(name, settings, warehouse)


def _applied(
    settings: Settings, warehouse: BriefWarehouse, plan_id: str, given_hash: str, dry_run: bool
) -> Applied:
    """Apply, with a progress bar; Ctrl-C is one sentence."""
    from python_jobs.activate import plans
    from python_jobs.activate.apply import JOB, apply_plan
    from python_jobs.runs import close_interrupted, utc_now

    with warehouse.held() as held:
        found = plans.load(held, plan_id)
        close_interrupted(held, JOB, utc_now(), found.destination)
    destination = _destination(settings, warehouse, found.destination)
    try:
        with _progress() as notice:
            return apply_plan(warehouse, destination, found, given_hash, utc_now, notice, dry_run)
    except KeyboardInterrupt:
        raise TransientError(
            f"stopped: gtm sync apply {plan_id} --hash {given_hash} goes on with the rest"
        ) from None


@contextmanager
def _progress() -> Iterator[Notice]:
    with progress_bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    ) as progress:
        task = progress.add_task("", total=None)

        def notice(found: Plan, done: int, total: int) -> None:
            progress.update(task, description=found.destination, completed=done, total=total)

        yield notice


def _print_plan(found: Plan) -> None:
    counts = ", ".join(f"{n:,} {action}" for action, n in found.counts.items()) or "nothing to do"
    print(f"plan {found.plan_id} for {found.destination} ({found.kind}, {found.status}): {counts}")
    if found.writes:
        share = (
            "" if found.quota_share is None else f", {found.quota_share:.1%} of those left for now"
        )
        print(
            f"takes up to {counted(found.calls, 'call')}{share}, about {_duration(found.seconds)}"
        )
    for guard in found.guards:
        state = "allowed" if guard.is_allowed else "refused"
        print(f"{state}: {guard.guard}: {guard.sentence}")
    print(f"hash {found.hash}")
    if found.status in ("planned", "applying") and found.writes:
        print(f"next: gtm sync apply {found.plan_id} --hash {found.hash}")


def _print_record(console: Console, one: dict[str, Any]) -> None:
    console.print(
        f"[bold]{escape(one['action'])} {escape(one['object'])}[/bold] "
        f"{_told(one['record_key'])} [dim]{_told(one['external_id'] or '')}[/dim]"
    )
    for name in one["after"]:
        before = _shown(one["before"].get(name))
        console.print(f"    {escape(name)}: {before} → {_shown(one['after'][name])}")
    for relation, link in one["links"].items():
        linked = link.get("external_id") or link.get("record_key") or ""
        console.print(f"    {escape(relation)}: {_told(linked)}")
    console.print(f"    why: {_told(one['reason'] or '')}")
    for row in one["source_rows"]:
        console.print(f"    from: {_told(row.get('table'))} {_told(row.get('key'))}")


def _told(value: Any) -> str:
    return escape(one_line(str(value)))


def _shown(value: Any) -> str:
    return _told(json.dumps(value, ensure_ascii=False))


def _print_applied(applied: Applied, dry_run: bool) -> None:
    outcomes = {
        name: applied.outcomes[name]
        for name in ("written", "unchanged", "skipped", "failed")
        if applied.outcomes[name] or (name == "written" and not dry_run)
    }
    told = ", ".join(f"{n:,} {name}" for name, n in outcomes.items())
    if dry_run:
        told = ", ".join(filter(None, (f"{applied.would_write:,} would be written", told)))
    else:
        told = f"run {applied.run_id}: {told}"
    print(f"{told}, {counted(applied.calls, 'call')}")
    if not dry_run and (applied.outcomes["failed"] or applied.outcomes["skipped"]):
        print("why: gtm sync status; what failed is planned again by the next plan")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def _records(
    warehouse: Warehouse, plan_id: str, record: str | None, limit: int
) -> list[dict[str, Any]]:
    rows = warehouse.rows(
        "select object, record_key, action, external_id, key_field, key_value, before, after, "
        "links, reason, source_rows from ops.sync_plan_records where plan_id = ? "
        f"and coalesce(record_key = ?, true) order by position limit {limit}",
        [plan_id, record],
    )
    for row in rows:
        for name in ("before", "after", "links"):
            row[name] = json.loads(row[name] or "{}")
        row["source_rows"] = json.loads(row["source_rows"] or "[]")
    return rows


def _status(warehouse: Warehouse) -> dict[str, Any]:
    """What ``status`` tells."""
    from python_jobs.activate import plans
    from python_jobs.activate.apply import JOB

    if not warehouse.has_table("ops", "sync_plans"):
        return {"plans": [], "runs": [], "reasons": [], "unknown": []}
    last = plans.find(warehouse, f"order by created_at desc limit {LAST}")
    runs = warehouse.rows(
        "select run_id, source as destination, entity as kind, status, started_at, finished_at, "
        "api_calls as calls, rows_written as written, rows_unchanged as unchanged, "
        "rows_set_aside as not_written, message "
        f"from ops.job_runs where job = ? order by started_at desc limit {LAST}",
        [JOB],
    )
    reasons = warehouse.rows(
        """
        select destination, object, outcome, reason, count(*) as records
        from ops.sync_results
        where outcome in ('skipped', 'failed')
            and plan_id in (
                select max_by(plan_id, attempted_at) from ops.sync_results group by destination
            )
        group by destination, object, outcome, reason
        order by destination, outcome, records desc, object, reason
        """
    )
    unknown = warehouse.rows(
        "select destination, object, count(distinct record_key) as records "
        f"from {plans.UNANSWERED} group by destination, object order by destination, object"
    )
    return {
        "plans": [one.as_json() for one in last],
        "runs": runs,
        "reasons": reasons,
        "unknown": unknown,
    }


def _print_status(found: dict[str, Any]) -> None:
    if not found["plans"]:
        print("no plan has been made: gtm sync plan --destination salesforce")
        return
    console = wide()
    plans = plain_table("plan", "destination", "kind", "status", ">records", "made")
    for one in found["plans"]:
        plans.add_row(
            one["plan_id"],
            one["destination"],
            one["kind"],
            one["status"],
            f"{one['records']:,}",
            one["created_at"][:16].replace("T", " "),
        )
    console.print(plans)
    for one in found["plans"]:
        if one["status"] == "planned" and one["records"]:
            print(f"open: gtm sync show {one['plan_id']}")
        if one["status"] == "applying":
            print(f"begun: gtm sync apply {one['plan_id']} --hash {one['hash']} goes on")
    for run in found["runs"]:
        print(
            f"run {run['run_id']} {run['destination']} {run['kind']} {run['status']}: "
            f"{run['written'] or 0:,} written, {run['unchanged'] or 0:,} unchanged, "
            f"{run['not_written'] or 0:,} not written, {counted(run['calls'] or 0, 'call')}"
            + (f" – {run['message']}" if run["message"] else "")
        )
    for row in found["reasons"]:
        again = " (tried again by the next plan)" if row["outcome"] == "failed" else ""
        print(
            f"{row['outcome']}: {row['records']:,} {row['object']} in {row['destination']}: "
            f"{row['reason']}{again}"
        )
    for row in found["unknown"]:
        print(
            f"not known: {row['records']:,} {row['object']} were sent to {row['destination']} and "
            "not answered; they are looked up before anything is sent"
        )
