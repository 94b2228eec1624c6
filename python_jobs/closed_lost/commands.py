"""``gtm closed-lost``: why deals were lost, once a month: read, counted, briefed, proposed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from python_jobs.closed_lost.proposing import propose
from python_jobs.closed_lost.report import (
    ALERTS,
    NO_ALERT,
    alert_line,
    markdown,
    read_report,
    read_table,
    write,
)
from python_jobs.enrich.commands import do, tasks_for
from python_jobs.options import AsJson, Target
from python_jobs.printing import counted
from python_jobs.settings import EngineName, Settings, load_settings
from python_jobs.warehouse import BriefWarehouse

TASKS = ("closed_lost_deal", "closed_lost_brief")
"""In this order: the brief counts what was read in the deals."""

app = typer.Typer(
    name="closed-lost",
    help="Why deals were lost: read from their calls, counted, and what to change about it.",
    no_args_is_help=True,
)

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for tables, Markdown and JSON.", file_okay=False),
]


@app.command()
def run(
    engine: Annotated[
        EngineName | None,
        typer.Option("--engine", help="Who reads and writes (default: GTM_ENGINE)."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="At most so many parts of deals, the newest first."),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget", min=0, help="At most so many US dollars in all (default: GTM_BUDGET)."
        ),
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Read what is new, write the brief of the month, make proposals, and print it.

    Deals are those of the last `gtm build`. Run again, it asks nothing that it has asked. JSON has
    the tables too; it is null where no lost deal has been read.

    Examples:

        gtm closed-lost run --out closed_lost

        gtm closed-lost run --json
    """
    settings = load_settings().with_target(target)
    work = [pair for name in TASKS for pair in tasks_for(name, engine, settings.engine)]
    do(settings, work, limit, settings.budget if budget is None else budget, _say)
    made = propose(settings)
    _say(f"{counted(len(made), 'new proposal')}")
    briefs = BriefWarehouse(settings, settings.patience_for_warehouse).rows(
        "select 1 from ai.closed_lost_briefs limit 1"
    )
    if not briefs:
        typer.echo("no lost deal has been read, so there is no brief", err=as_json)
        if as_json:
            typer.echo("null")
        return
    _hand_over(settings, out, as_json)


@app.command()
def report(out: Out = None, as_json: AsJson = False, target: Target = None) -> None:
    """The brief there is, with its tables; nothing is asked. JSON has the tables too.

    Examples:

        gtm closed-lost report --out closed_lost

        gtm closed-lost report --json
    """
    _hand_over(load_settings().with_target(target), out, as_json)


@app.command()
def alerts(
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Large deals lost to a competitor in the last days, as of the last build; nothing is asked.

    Example:

        gtm closed-lost alerts --json
    """
    settings = load_settings().with_target(target)
    warehouse = BriefWarehouse(settings, settings.patience_for_warehouse)
    lost = read_table(warehouse, ALERTS)
    if as_json:
        typer.echo(json.dumps(lost, ensure_ascii=False, default=str))
        return
    typer.echo("\n".join(alert_line(row) for row in lost) or NO_ALERT)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _hand_over(settings: Settings, out: Path | None, as_json: bool) -> None:
    found = read_report(BriefWarehouse(settings, settings.patience_for_warehouse))
    text = markdown(found)
    if out is not None:
        write(found, text, out)
        _say(f"written to {out}")
    typer.echo(found.json() if as_json else text)
