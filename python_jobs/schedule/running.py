"""Does a schedule: each step that is due as a process of its own, recorded in ops.job_runs.

A step is known by its command. What is done in this period is left out, so that a schedule that was
cut off goes on where it was, and one that is started too often does nothing twice. A step of a
vendor that nobody configured is skipped; of one that is configured in part it is run, and fails.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

from python_jobs.errors import ConfigurationError, GtmError, PermanentError, TransientError
from python_jobs.runs import close_interrupted, ensure_ops_tables, job_run, only_one, utc_now
from python_jobs.schedule.declared import Schedule, Step
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse, Warehouse

JOB = "run"

Command = Callable[[Sequence[str]], int]


class AlreadyRunning(Exception):
    """The same schedule is under way: whoever started it a second time need do nothing."""


def gtm(arguments: Sequence[str]) -> int:
    """Run a gtm command in a process of its own; its exit code."""
    # -P: no code from the folder that it is run in
    return subprocess.run(
        [sys.executable, "-P", "-m", "python_jobs.cli", *arguments], check=False
    ).returncode


class _Skipped(GtmError):
    """The step's vendor is not configured."""

    run_status = "skipped"


def not_configured(settings: Settings, schedule: Schedule) -> dict[Step, str]:
    """The steps of vendors that nobody configured, each with a sentence that says so."""
    from python_jobs.ingest.sources import source_named

    found = {}
    for step in schedule.steps:
        if step.vendor is None:
            continue
        source = source_named(step.vendor)
        with suppress(ConfigurationError):  # a value that does not fit: the command tells of it
            config = source.config.load(settings.sandbox_url)
            if config.is_untouched() and (missing := config.missing()):
                found[step] = f"{source.title} is not configured ({', '.join(missing)} not set)"
    return found


def due(
    warehouse: Warehouse, schedule: Schedule, now: datetime, skipped: Mapping[Step, str]
) -> list[Step]:
    """The steps that have not succeeded since their period began, and those of the same rhythm
    behind one that has not. To have skipped one that is still to be skipped is enough."""
    ended: dict[str, dict[str, datetime]] = {"succeeded": {}, "skipped": {}}
    for row in warehouse.rows(
        "select entity, status, max(started_at) as at from ops.job_runs "
        "where job = ? and source = ? and status in ('succeeded', 'skipped') group by 1, 2",
        [JOB, schedule.name],
    ):
        ended[row["status"]][row["entity"]] = row["at"]
    steps: list[Step] = []
    for step in schedule.steps:
        done_at = ended["succeeded"].get(step.command, datetime.min)
        if step in skipped:
            done_at = max(done_at, ended["skipped"].get(step.command, datetime.min))
        behind = step.every in {earlier.every for earlier in steps if earlier not in skipped}
        if done_at < step.period_start(now) or (behind and step not in skipped):
            steps.append(step)
    return steps


def run_schedule(
    settings: Settings,
    schedule: Schedule,
    again: bool = False,
    command: Command = gtm,
    say: Callable[[str], None] = print,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Do the steps that are due, or with ``again`` all of them; those of vendors that are not
    configured are skipped.

    Raises:
        AlreadyRunning: this schedule is under way.
        ConfigurationError: the warehouse's folder cannot be written to.
        PermanentError: a step failed; those behind it were done only if it lets them.
    """
    now = clock()
    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    failed: list[str] = []
    skipped = not_configured(settings, schedule)
    with _alone(settings, schedule.name):
        with warehouse.held() as held:
            ensure_ops_tables(held)
            close_interrupted(held, JOB, now, schedule.name)
            steps = list(schedule.steps) if again else due(held, schedule, now, skipped)
        if len(steps) < len(schedule.steps):
            left_out = len(schedule.steps) - len(steps)
            say(f"{schedule.name}: {left_out} of {len(schedule.steps)} steps are done already")
        for step in steps:
            why_not = skipped.get(step)
            code = _run_step(warehouse, schedule, step, why_not, command, say, clock)
            if code == 0:
                continue
            failed.append(f"gtm {step.command}")
            if not step.go_on:
                break
    if steps and len(skipped) == len(schedule.steps):
        say(
            f"{schedule.name}: nothing was done, every step is of a vendor that is not configured: "
            "see .env.example and `gtm doctor`"
        )
    if failed:
        raise PermanentError(
            f"{schedule.name}: {' and '.join(failed)} failed: see above; "
            f"`gtm run {schedule.name}` goes on with what is not done"
        )


def _run_step(
    warehouse: BriefWarehouse,
    schedule: Schedule,
    step: Step,
    why_not: str | None,
    command: Command,
    say: Callable[[str], None],
    clock: Callable[[], datetime],
) -> int:
    """Do a step, or only record why it is skipped; its exit code."""
    arguments = step.arguments(clock())
    skipped = f" is skipped: {why_not}" if why_not else ""
    say(f"{schedule.name}: gtm {' '.join(arguments)}{skipped}")
    try:
        with job_run(warehouse, JOB, schedule.name, step.command, step.every, clock):
            if why_not:
                raise _Skipped(why_not)
            code = command(arguments)
            if code:
                raise PermanentError(f"gtm {' '.join(arguments)} ended with exit code {code}")
    except _Skipped:
        return 0
    except PermanentError:
        return code
    return 0


@contextmanager
def _alone(settings: Settings, name: str) -> Iterator[None]:
    """Hold the schedule's own lock; the operating system frees it when a process dies."""
    with ExitStack() as held:
        try:
            held.enter_context(only_one(settings, name, "the same schedule is under way"))
        except TransientError:
            raise AlreadyRunning from None
        yield
