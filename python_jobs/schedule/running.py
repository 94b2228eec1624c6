"""Does a schedule: each step that is due as a process of its own, recorded in ops.job_runs.

A step is known by its command. What is done in this period is left out, so that a schedule that was
cut off goes on where it was, and one that is started too often does nothing twice.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

from python_jobs.errors import PermanentError, TransientError
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


def due(warehouse: Warehouse, schedule: Schedule, now: datetime) -> list[Step]:
    """The steps that have not succeeded since their period began, and those of the same rhythm
    behind one that has not."""
    done = {
        row["entity"]: row["at"]
        for row in warehouse.rows(
            "select entity, max(started_at) as at from ops.job_runs "
            "where job = ? and source = ? and status = 'succeeded' group by 1",
            [JOB, schedule.name],
        )
    }
    steps: list[Step] = []
    for step in schedule.steps:
        is_done = done.get(step.command, datetime.min) >= step.period_start(now)
        if not is_done or step.every in {earlier.every for earlier in steps}:
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
    """Do the steps that are due, or with ``again`` all of them.

    Raises:
        AlreadyRunning: this schedule is under way.
        ConfigurationError: the warehouse's folder cannot be written to.
        PermanentError: a step failed; those behind it were done only if it lets them.
    """
    now = clock()
    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    failed: list[str] = []
    with _alone(settings, schedule.name):
        with warehouse.held() as held:
            ensure_ops_tables(held)
            close_interrupted(held, JOB, now, schedule.name)
            steps = list(schedule.steps) if again else due(held, schedule, now)
        if len(steps) < len(schedule.steps):
            left_out = len(schedule.steps) - len(steps)
            say(f"{schedule.name}: {left_out} of {len(schedule.steps)} steps are done already")
        for step in steps:
            code = _run_step(warehouse, schedule, step, command, say, clock)
            if code == 0:
                continue
            failed.append(f"gtm {step.command}")
            if not step.go_on:
                break
    if failed:
        raise PermanentError(
            f"{schedule.name}: {' and '.join(failed)} failed: see above; "
            f"`gtm run {schedule.name}` goes on with what is not done"
        )


def _run_step(
    warehouse: BriefWarehouse,
    schedule: Schedule,
    step: Step,
    command: Command,
    say: Callable[[str], None],
    clock: Callable[[], datetime],
) -> int:
    arguments = step.arguments(clock())
    say(f"{schedule.name}: gtm {' '.join(arguments)}")
    try:
        with job_run(warehouse, JOB, schedule.name, step.command, step.every, clock):
            code = command(arguments)
            if code:
                raise PermanentError(f"gtm {' '.join(arguments)} ended with exit code {code}")
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
