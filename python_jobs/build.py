"""`gtm build`: run dbt over the days that need it, and record it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from python_jobs.errors import ConfigurationError, PermanentError, TransientError
from python_jobs.options import Target
from python_jobs.printing import counted
from python_jobs.settings import Settings, default_as_of, load_settings, parse_day

if TYPE_CHECKING:
    from python_jobs.dbt_runner import Outcome
    from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

JOB = "build"
SNAPSHOTS = "fct_daily_account_intent"
SIGNALS = "fct_signals"
RUN_DAYS = "int_run_days"

# What a build did, in ops.job_runs.mode. Only whole ones leave nothing that was loaded aside.
WHOLE, PART, FULL_REFRESH = "whole", "part", "full refresh"
EVERY_MODEL_BUILT = "every model was built"

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What the user asked for; ``None`` leaves a day to the build."""

    as_of: date | None
    from_day: date | None = None
    to_day: date | None = None
    full_refresh: bool = False
    select: tuple[str, ...] = ()
    tests: bool = True

    @property
    def last_day(self) -> date:
        return self.to_day or self.as_of or default_as_of()


@dataclass(frozen=True)
class Past:
    """What the warehouse holds before a build.

    ``first`` and ``last`` are its first and last snapshot. ``late_from`` is the earliest day on
    which a row was known that no build has seen, ``whole_until`` the last day of which everything
    was built, ``interrupted`` whether a full refresh ended half way, ``recorded`` whether an
    earlier build is on record, ``built_from`` the first day that was built, as far as that shows:
    signals can come before the first score.
    """

    first: date | None = None
    last: date | None = None
    late_from: date | None = None
    whole_until: date | None = None
    interrupted: bool = False
    recorded: bool = False
    built_from: date | None = None


@dataclass(frozen=True)
class Plan:
    """The days to build (no first day: the project's first_build_days) and how; ``why`` if moved.

    ``whole`` is false when something loaded is left for a later build.
    """

    from_day: date | None
    to_day: date
    full_refresh: bool
    whole: bool
    why: str | None = None

    @property
    def days(self) -> str:
        """As it stands in ops.job_runs, for the next build to read."""
        return f"{self.from_day or 'first build'} to {self.to_day}"


def build(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The day to build as of, YYYY-MM-DD (default: yesterday)."),
    ] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="First day to snapshot (default: carry on).")
    ] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", help="Last day to snapshot (default: the as-of day).")
    ] = None,
    target: Target = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Make every table again, from the raw rows.")
    ] = False,
    select: Annotated[
        list[str] | None, typer.Option("--select", help="Only these models (dbt's selection).")
    ] = None,
    skip_tests: Annotated[
        bool, typer.Option("--skip-tests", help="Do not run the data tests.")
    ] = False,
) -> None:
    """Build the marts: one snapshot a day, carrying on after the last one there is.

    Examples:

        gtm build

        gtm build --as-of 2026-06-30

        gtm build --from 2026-01-01 --to 2026-06-30 --target snowflake
    """
    wish = wish_of(as_of, from_day, to_day, full_refresh, select or (), not skip_tests)
    print(run_build(load_settings().with_target(target), wish))


def wish_of(
    as_of: str | None = None,
    from_day: str | None = None,
    to_day: str | None = None,
    full_refresh: bool = False,
    select: Sequence[str] = (),
    tests: bool = True,
) -> Wish:
    """The days of a command line, read and held against each other.

    Raises:
        ConfigurationError: a text is no day, or the days are out of order.
    """
    first, last = (parse_day(day) if day else None for day in (from_day, to_day))
    pinned = parse_day(as_of) if as_of else None
    if last and pinned and last > pinned:
        raise ConfigurationError(
            f"--to {last} is after --as-of {pinned}: a build knows nothing after its as-of day"
        )
    wish = Wish(pinned, first, last, full_refresh, tuple(select), tests)
    if first and first > wish.last_day:
        raise ConfigurationError(
            f"--from {first} is after the last day to build, {wish.last_day}: swap them"
        )
    return wish


def run_build(settings: Settings, wish: Wish) -> str:
    """Build, record the run, and return its summary: one line for stdout.

    Raises:
        ConfigurationError: the days cannot be built so, or the warehouse cannot be opened.
        TransientError: another run is writing.
        PermanentError: models or tests failed; the message has one line for each.
    """
    from python_jobs.dbt_runner import DbtProject, build_progress
    from python_jobs.runs import (
        close_interrupted,
        ensure_ops_tables,
        ensure_raw_tables,
        job_run,
        utc_now,
    )
    from python_jobs.warehouse import BriefWarehouse, open_warehouse

    began = monotonic()
    now = utc_now()
    if wish.last_day >= now.date():
        logger.warning(
            "%s is not over yet (UTC): its snapshot counts what is known so far", wish.last_day
        )
    with its_turn(settings), build_progress("building") as on_start:
        with open_warehouse(settings) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)
            close_interrupted(warehouse, JOB, now)
        project = DbtProject(settings)
        with open_warehouse(settings) as warehouse:
            snapshots, signals = (
                project.sources_upstream_of(model, "raw") for model in (SNAPSHOTS, SIGNALS)
            )
            past = read_past(warehouse, snapshots, set(signals) - set(snapshots))
        plan = make_plan(wish, past, now.date())
        if plan.why:
            logger.info(plan.why)
        # dbt opens the file itself, so nobody else may hold it while dbt runs.
        recorder = BriefWarehouse(settings)
        mode = FULL_REFRESH if plan.full_refresh else WHOLE if plan.whole else PART
        entity = " ".join(wish.select) or "all"
        with job_run(recorder, JOB, "dbt", entity, mode) as run:
            outcome = project.run(
                *_dbt_arguments(wish, plan),
                variables=_variables(wish, plan, past),
                on_start=on_start,
            )
            run.message = plan.days
            if wish.select and not outcome.nodes:
                raise ConfigurationError(
                    f"--select {' '.join(wish.select)} names nothing: .venv/bin/dbt ls lists what "
                    "there is"
                )
            if outcome.failures:
                raise PermanentError(_failure_text(outcome, plan))
    with open_warehouse(settings, read_only=True) as warehouse:
        return _summary(warehouse, plan, outcome, monotonic() - began)


@contextmanager
def its_turn(settings: Settings) -> Iterator[None]:
    """Hold the right to write. Schedules run side by side: another's build or pull is waited for.

    Raises:
        TransientError: it goes on for longer than GTM_WAREHOUSE_WAIT.
    """
    from python_jobs.warehouse import only_writer

    with ExitStack() as held:
        try:
            held.enter_context(only_writer(settings))
        except TransientError:
            wait = settings.patience_for_warehouse
            logger.info("another gtm run is writing: it is waited for, up to %.0f s", wait)
            held.enter_context(only_writer(settings, wait))
        yield


def read_past(
    warehouse: Warehouse, sources: Iterable[str], signal_sources: Iterable[str] = ()
) -> Past:
    """Snapshots and earlier builds, and what was loaded into the sources since the last of them.

    What came into sources that only signals read, from before the first snapshot, is a reason to
    build the days there are again, and none to begin from nothing.
    """
    first, last = snapshot_range(warehouse)
    if first is None:
        return Past()
    runs = warehouse.rows(
        "select mode, status, started_at, message from ops.job_runs where job = ? "
        "order by started_at desc",
        [JOB],
    )
    done = [run for run in runs if run["mode"] != PART and _built_every_model(run)]
    since = _loaded_since(warehouse, done[0]["started_at"]) if done else None
    refreshes = [run for run in runs if run["mode"] == FULL_REFRESH]
    late_from = _earliest_known_day(warehouse, sources, since)
    if done and (late_signals := _earliest_known_day(warehouse, signal_sources, since)):
        late_signals = max(late_signals, first)
        late_from = min(late_from or late_signals, late_signals)
    return Past(
        first=first,
        last=last,
        late_from=late_from,
        whole_until=_last_day(done[0]) if done else None,
        interrupted=bool(refreshes) and not _built_every_model(refreshes[0]),
        recorded=bool(done),
        built_from=_built_from(warehouse),
    )


def _built_from(warehouse: Warehouse) -> date | None:
    """The first day with a signal, or of a build that was cut off before it wrote them."""
    days = [
        warehouse.rows(f"select min({column}) as day from {schema}.{table}")[0]["day"]
        for schema, table, column in (
            ("marts", SIGNALS, "detected_at"),
            ("intermediate", RUN_DAYS, "run_date"),
        )
        if warehouse.has_table(schema, table)
    ]
    return min((day for day in days if day), default=None)


def snapshot_range(warehouse: Warehouse) -> tuple[date, date] | tuple[None, None]:
    """The first and the last day with a snapshot; None and None without any."""
    if not warehouse.has_table("marts", SNAPSHOTS):
        return None, None
    [row] = warehouse.rows(
        f"select min(snapshot_date) as first, max(snapshot_date) as last from marts.{SNAPSHOTS}"
    )
    return row["first"], row["last"]


def make_plan(wish: Wish, past: Past, today: date) -> Plan:
    """Which days to build. By default those after the last that was built whole; further back where
    rows came in that were known on a day already built; all of them where history came in from
    before the first snapshot, or where a full refresh was interrupted.

    Raises:
        ConfigurationError: a day is still to come, or a full refresh would drop snapshots.
    """
    to_day = wish.last_day
    # worlds that are made for a day to come begin and go on there
    if past.last and past.last <= today < to_day:
        raise ConfigurationError(
            f"{to_day} is still to come (today is {today}, UTC), and its snapshot would stay the "
            "latest: give a day up to today"
        )
    if past.first is None or past.last is None:
        return Plan(wish.from_day, to_day, wish.full_refresh, whole=not wish.select)
    late = past.late_from if past.late_from and past.late_from <= past.last else None
    built_from = min(past.first, past.built_from or past.first)
    every_day = Plan(built_from, max(to_day, past.last), full_refresh=True, whole=True)
    if wish.full_refresh:
        first, last = wish.from_day or built_from, to_day
        # days to come may be dropped: their snapshots know nothing
        if first > past.first or last < min(past.last, today - ONE_DAY):
            raise ConfigurationError(
                f"a full refresh of {first} to {last} would drop snapshots: there are some from "
                f"{past.first} to {past.last}; give --from and --to that hold them, or leave out "
                "--full-refresh"
            )
        return Plan(first, last, full_refresh=True, whole=not wish.select)
    whole_until = min(past.last, past.whole_until or past.last)
    carry_on = min(whole_until + ONE_DAY, to_day)
    chosen = wish.from_day or carry_on
    if chosen > carry_on:
        logger.warning(
            "the days from %s to %s are left out: gtm build without --from builds them",
            *(carry_on, chosen - ONE_DAY),
        )
    is_free = not (wish.from_day or wish.select) and to_day >= past.last
    if is_free and past.interrupted:
        return _because(every_day, "a full refresh was interrupted: it is done again")
    if late is None or late >= chosen:
        whole = not wish.select and to_day >= past.last and chosen <= carry_on
        plan = Plan(chosen, to_day, full_refresh=False, whole=whole)
        if not wish.from_day and whole_until < chosen <= past.last:
            return _because(plan, f"from {chosen} on not all was built: those days are built again")
        return plan
    if not is_free:
        logger.warning(
            "rows known since %s were loaded after that day was built: run gtm build without "
            "--from and --select to count them",
            max(late, past.first),
        )
        return Plan(chosen, to_day, full_refresh=False, whole=False)
    if late >= past.first:
        return _because(
            Plan(late, to_day, full_refresh=False, whole=True),
            f"rows known since {late} were loaded after the last build: it goes back to that day",
        )
    if not past.recorded:
        why = "no earlier gtm build is on record as done: every day is built again"
    else:
        why = (
            f"rows known since {late}, before the first snapshot, were loaded after the last "
            f"build: every day from {built_from} is built again"
        )
    return _because(every_day, why)


def _because(plan: Plan, why: str) -> Plan:
    return Plan(plan.from_day, plan.to_day, plan.full_refresh, plan.whole, why)


def _last_day(run: dict[str, Any]) -> date | None:
    """The last day of a run on record; None of one from before it was written down."""
    days = re.search(r" to (\d{4}-\d\d-\d\d)", run["message"] or "")
    return date.fromisoformat(days[1]) if days else None


def _built_every_model(run: dict[str, Any]) -> bool:
    return run["status"] == "succeeded" or (run["message"] or "").startswith(EVERY_MODEL_BUILT)


def _loaded_since(warehouse: Warehouse, build_began: datetime) -> datetime:
    """From when on rows may be unseen by that build: a load that was running then counts whole."""
    [row] = warehouse.rows(
        "select min(started_at) as earliest from ops.job_runs "
        "where job in ('load', 'ingest') and coalesce(finished_at >= ?, true)",
        [build_began],
    )
    return min(row["earliest"] or build_began, build_began)


def _earliest_known_day(
    warehouse: Warehouse, sources: Iterable[str], since: datetime | None
) -> date | None:
    """The earliest day on which a row loaded since was known (rows without any time: no day)."""
    from python_jobs.ingest.sources import all_contracts

    shapes = {contract.table: contract.shape for contract in all_contracts()}
    days = []
    for source in sources:
        if shapes[source] == "events":
            happened, known = (
                "occurred_at",
                "greatest(occurred_at, coalesce(known_at, occurred_at))",
            )
        else:
            happened, known = "version_at", "coalesce(known_at, version_at)"
        [row] = warehouse.rows(
            f"select min(cast({known} as date)) as day from raw.{source} "
            f"where {happened} >= '1970-01-02' and loaded_at >= ?",
            [since or datetime(1970, 1, 1)],
        )
        days.append(row["day"])
    return min((day for day in days if day), default=None)


def _dbt_arguments(wish: Wish, plan: Plan) -> list[str]:
    # Unit tests prove the models on made-up rows; they belong to `make test`, not to a run.
    without = ["unit_test"] if wish.tests else ["unit_test", "test"]
    arguments = ["build"]
    for kind in without:
        arguments += ["--exclude-resource-type", kind]
    for selection in wish.select:
        arguments += ["--select", selection]
    if wish.select:
        # a test that reads a model beyond the selection would fail where that was never built
        arguments += ["--indirect-selection", "buildable"]
    return arguments + (["--full-refresh"] if plan.full_refresh else [])


def _variables(wish: Wish, plan: Plan, past: Past) -> dict[str, str]:
    # Building a past day again leaves what people see today as of the last day.
    as_of = wish.as_of or max(plan.to_day, past.last or plan.to_day)
    as_of = max(as_of, plan.to_day)
    days = {"as_of_date": as_of.isoformat(), "to_date": plan.to_day.isoformat()}
    return days | ({"from_date": plan.from_day.isoformat()} if plan.from_day else {})


def _failure_text(outcome: Outcome, plan: Plan) -> str:
    counts = [
        f"{counted(count, what)} {verb}"
        for count, what, verb in (
            (outcome.models_failed, "model", "failed"),
            (outcome.tests_failed, "test", "failed"),
            (outcome.models_skipped, "model", "not built because of it"),
        )
        if count
    ]
    said = f"{EVERY_MODEL_BUILT} ({plan.days}), but " if outcome.every_model_built else ""
    return "\n  ".join([said + ", ".join(counts) + ":", *outcome.failures])


def _summary(warehouse: Warehouse, plan: Plan, outcome: Outcome, seconds: float) -> str:
    models, tests = counted(outcome.models_built, "model"), counted(outcome.tests_passed, "test")
    done = f"{models}, {tests}, {seconds:.0f} s"
    if snapshot_range(warehouse)[0] is None:
        return (
            f"built as of {plan.to_day}, but there is no account to score yet ({done}): "
            "pull some with gtm ingest all, or load some with gtm load web_events FILE"
        )
    [days] = warehouse.rows(
        "select min(snapshot_date) as first, count(distinct snapshot_date) as n "
        f"from marts.{SNAPSHOTS} where snapshot_date between ? and ?",
        [plan.from_day or date(1970, 1, 1), plan.to_day],
    )
    if not days["n"]:
        return f"built {plan.from_day} to {plan.to_day}: no account had been seen by then ({done})"
    [row] = warehouse.rows(
        "select count(*) as accounts, "
        "sum(case when intent_stage = 'Hot' then 1 else 0 end) as hot, "
        "sum(case when surge_level in ('Surging', 'Exploding') then 1 else 0 end) as surging, "
        "sum(case when is_surge_significant then 1 else 0 end) as significant "
        f"from marts.{SNAPSHOTS} where snapshot_date = ?",
        [plan.to_day],
    )
    span = f"{days['first']} to {plan.to_day}" if days["n"] > 1 else f"{plan.to_day}"
    return (
        f"built {span} ({counted(days['n'], 'day')}): "
        f"{counted(row['accounts'] or 0, 'account')}, {row['hot'] or 0:,} hot, "
        f"{row['surging'] or 0:,} surging ({row['significant'] or 0:,} significantly); {done}"
    )
