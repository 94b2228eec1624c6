"""``gtm enrich``: language work from the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from python_jobs.errors import ConfigurationError
from python_jobs.options import Target
from python_jobs.printing import progress_bar
from python_jobs.settings import EngineName, Settings, load_settings

if TYPE_CHECKING:
    from python_jobs.enrich.engines import Engine
    from python_jobs.enrich.runner import Outcome
    from python_jobs.enrich.task import Task

JOB = "enrich"

Work = Sequence[tuple["Task", EngineName]]
"""Tasks in the order in which they are done, each with who does it."""


def enrich(
    task: Annotated[str, typer.Argument(help="A task, such as call_summary; or 'all'.")],
    engine: Annotated[
        EngineName | None,
        typer.Option("--engine", help="Who writes (default: GTM_ENGINE; offline needs no key)."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many subjects a task.")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0, help="At most so many US dollars (default: GTM_BUDGET)."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would be asked, and what it would cost.")
    ] = False,
    target: Target = None,
) -> None:
    """Have summaries, briefs and the like written over rows of the warehouse, and checked.

    Only what has changed is asked again. Answers are in ops.llm_results and schema ai.

    Examples:

        gtm enrich all

        gtm enrich call_summary --engine claude --budget 5 --plan
    """
    settings = load_settings().with_target(target)
    work = tasks_for(task, engine, settings.engine)
    if plan:
        for each, name in work:
            with closing(engine_named(name, settings)) as chosen:
                print(planned(settings, each, chosen, limit), flush=True)
        return
    do(settings, work, limit, settings.budget if budget is None else budget)


def do(
    settings: Settings,
    work: Work,
    limit: int | None = None,
    budget: float | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Do the tasks in their order, within one budget; a closing line on each."""
    for task, name in work:
        began = monotonic()
        with closing(engine_named(name, settings)) as engine:
            outcome = run_one(settings, task, engine, limit, budget)
        say(outcome.line(monotonic() - began))
        if budget is not None:
            budget -= outcome.cost


def engine_named(name: EngineName, settings: Settings) -> Engine:
    """The engine, ready to be asked.

    Raises:
        ConfigurationError: it is not configured, or not possible on this target.
    """
    from python_jobs.enrich.engines.offline import Offline
    from python_jobs.warehouse import BriefWarehouse

    if name == "offline":
        return Offline()
    if name == "cortex":
        from python_jobs.enrich.engines.cortex import Cortex, CortexConfig

        inside = CortexConfig.load(settings.sandbox_url)
        assert isinstance(inside, CortexConfig)
        return Cortex(inside, BriefWarehouse(settings))
    from python_jobs.enrich.engines.claude import Claude, ClaudeConfig

    config = ClaudeConfig.load(settings.sandbox_url)
    assert isinstance(config, ClaudeConfig)
    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    return Claude(config, settings.patience, warehouse)


def tasks_for(name: str, engine: EngineName | None, usual: EngineName = "offline") -> Work:
    """The task of that name, or all, each with who does it: the engine, or if none is named the
    usual one where it can and the task's first where it cannot. 'all' leaves out what a named one
    cannot.

    Raises:
        ConfigurationError: there is no such task, or the engine cannot do it.
    """
    from python_jobs.enrich.tasks import task_named, tasks_in_order

    found = tasks_in_order() if name == "all" else [task_named(name)]
    chosen = [
        (task, engine or (usual if usual in task.engines else task.engines[0])) for task in found
    ]
    work = [(task, each) for task, each in chosen if each in task.engines]
    if not work:
        raise ConfigurationError(
            f"{name} cannot be done by {engine}: use --engine {' or '.join(found[0].engines)}"
        )
    return work


def planned(settings: Settings, task: Task, engine: Engine, limit: int | None) -> str:
    """What a run would ask, and what it would cost at most, as one line; nothing is asked."""
    from python_jobs.enrich import runner
    from python_jobs.warehouse import BriefWarehouse

    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    wanted, cost = runner.plan(warehouse, task, engine, limit)
    return f"{task.name} ({engine.name}): {wanted:,} to ask, at most ${cost:,.2f}"


def run_one(
    settings: Settings, task: Task, engine: Engine, limit: int | None, budget: float | None
) -> Outcome:
    """Run a task with a progress bar, recorded in ops.job_runs.

    Raises:
        TransientError: another gtm is at it: together they would ask, and pay, everything twice.
    """
    from python_jobs.enrich import runner
    from python_jobs.runs import ensure_ops_tables, job_run, only_one
    from python_jobs.warehouse import BriefWarehouse

    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    bar = progress_bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )
    with warehouse.held() as held:
        ensure_ops_tables(held)
    busy = f"another gtm run is answering {task.name}: wait until it ends"
    alone = only_one(settings, f"enrich-{task.name}", busy)
    with alone, bar, job_run(warehouse, JOB, engine.name, task.name, "enrich") as run:
        row = bar.add_task(task.name, total=None)
        outcome = runner.run_task(
            warehouse, task, engine, limit, budget, lambda done: bar.advance(row, done)
        )
        run.rows_read = outcome.wanted
        run.rows_written = outcome.answered
        run.rows_unchanged = outcome.unchanged
        run.rows_set_aside = outcome.failed
        run.message = outcome.stopped
    return outcome
