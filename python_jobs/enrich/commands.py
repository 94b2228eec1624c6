"""``gtm enrich``: language work from the command line."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from python_jobs import log
from python_jobs.errors import ConfigurationError
from python_jobs.settings import EngineName, Settings, load_settings

if TYPE_CHECKING:
    from python_jobs.enrich.engines import Engine
    from python_jobs.enrich.runner import Outcome
    from python_jobs.enrich.task import Task

JOB = "enrich"


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
    target: Annotated[
        str | None, typer.Option("--target", help="duckdb or snowflake (default: GTM_TARGET).")
    ] = None,
) -> None:
    """Have summaries, briefs and the like written over rows of the warehouse, and checked.

    Only what has changed is asked again. Answers are in ops.llm_results and schema ai.

    Examples:

        gtm enrich all

        gtm enrich call_summary --engine claude --budget 5 --plan
    """
    settings = load_settings().with_target(target)
    wanted = tasks_for(task, engine, settings.engine)
    left = settings.budget if budget is None else budget
    for name, tasks in wanted.items():
        chosen = engine_named(name, settings)
        try:
            for each in tasks:
                if plan:
                    print(planned(settings, each, chosen, limit), flush=True)
                    continue
                began = monotonic()
                outcome = run_one(settings, each, chosen, limit, left)
                print(outcome.line(monotonic() - began), flush=True)
                if left is not None:
                    left -= outcome.cost
        finally:
            chosen.close()


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


def tasks_for(
    name: str, engine: EngineName | None, usual: EngineName = "offline"
) -> dict[EngineName, list[Task]]:
    """The task of that name, or all, by who does it: the engine, or if none is named the usual one
    where it can and the task's first where it cannot. 'all' leaves out what a named one cannot.

    Raises:
        ConfigurationError: there is no such task, or the engine cannot do it.
    """
    from python_jobs.enrich.tasks import task_named, task_names

    found = [task_named(each) for each in (task_names() if name == "all" else [name])]
    by_engine: dict[EngineName, list[Task]] = {}
    for task in found:
        chosen = engine or (usual if usual in task.engines else task.engines[0])
        if chosen in task.engines:
            by_engine.setdefault(chosen, []).append(task)
    if not by_engine:
        raise ConfigurationError(
            f"{name} cannot be done by {engine}: use --engine {' or '.join(found[0].engines)}"
        )
    return by_engine


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
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=log.console,
        transient=True,
        disable=not log.console.is_terminal,
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
