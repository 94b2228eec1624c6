"""``gtm proposals``: what closed-lost mining would change, until a person has decided."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from python_jobs.closed_lost.proposals import (
    OPEN,
    Decision,
    Proposal,
    decide,
    edit_of,
    named,
    read_proposals,
    way_back,
)
from python_jobs.options import AsJson, By, Target
from python_jobs.printing import one_line, printed_json, wide
from python_jobs.registry.journal import read_registries
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import load_settings
from python_jobs.warehouse import only_writer, open_warehouse

app = typer.Typer(
    name="proposals",
    help="What closed-lost mining would change: look at it, approve it, reject it.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="The proposal; `gtm proposals list` lists them.")]
Note = Annotated[str | None, typer.Option("--note", help="Why; kept with the decision.")]


@app.command("list")
def list_proposals(
    status: Annotated[
        Literal["open", "approved", "rejected"] | None,
        typer.Option("--status", help="Only those that are so."),
    ] = None,
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """The proposals, the newest first.

    Example:

        gtm proposals list --status open
    """
    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        found = [each for each in read_proposals(warehouse) if status in (None, each.status)]
    if as_json:
        typer.echo(json.dumps([vars(each) for each in found], ensure_ascii=False, default=str))
        return
    if not found:
        kind = f"{status} " if status else ""
        typer.echo(f"no {kind}proposals: gtm closed-lost run makes them")
        return
    table = Table("proposal", "kind", "status", "what and why", box=None)
    for each in found:
        table.add_row(each.proposal_id, each.kind, each.status, escape(one_line(each.reason)))
    wide().print(table)


@app.command()
def show(proposal_id: Id, as_json: AsJson = False, target: Target = None) -> None:
    """What it would change, and the rows that it rests on.

    Examples:

        gtm proposals show 3f2a9c01d4e5

        gtm proposals show 3f2a9c01d4e5 --json
    """
    settings = load_settings().with_target(target)
    with open_warehouse(settings, read_only=True) as warehouse:
        proposal = named(read_proposals(warehouse), proposal_id)
        registries = read_registries(warehouse)
    is_open = proposal.status == OPEN
    changes = edit_of(registries, proposal, settings.who(), utc_now()).changes if is_open else []
    if as_json:
        edited = [
            {name: getattr(change, name) for name in ("registry", "record_key", "before", "after")}
            for change in changes
        ]
        typer.echo(printed_json({**vars(proposal), "changes": edited}))
        return
    reason = one_line(proposal.reason)
    typer.echo(f"{proposal.proposal_id} {proposal.kind} ({proposal.status}): {reason}")
    for row in proposal.evidence:
        typer.echo(f"  [{row['id']}] {one_line(row['text'])}")
    if is_open:
        for change in changes:
            _print_change(change.registry, change.record_key, change.before, change.after)
        return
    typer.echo(f"  {proposal.status} by {proposal.decided_by}, {proposal.decided_at:%Y-%m-%d}")
    if proposal.note:
        typer.echo(f"  {proposal.note}")
    if proposal.change_id:
        typer.echo(f"  {way_back(proposal).removeprefix(': ')}")


@app.command()
def approve(proposal_id: Id, note: Note = None, by: By = None, target: Target = None) -> None:
    """Make the change; it counts from the next build on.

    Example:

        gtm proposals approve 3f2a9c01d4e5 --note "agreed with sales"
    """
    decided = _decide(proposal_id, "approved", note, by, target)
    typer.echo(f"{proposal_id} is approved and in force from the next build on" + way_back(decided))


@app.command()
def reject(proposal_id: Id, note: Note = None, by: By = None, target: Target = None) -> None:
    """Leave things as they are; the proposal rests before it may come again.

    Example:

        gtm proposals reject 3f2a9c01d4e5 --note "too few deals to tell"
    """
    _decide(proposal_id, "rejected", note, by, target)
    typer.echo(f"{proposal_id} is rejected; nothing has changed")


def _decide(
    proposal_id: str,
    status: Decision,
    note: str | None,
    by: str | None,
    target: str | None,
) -> Proposal:
    settings = load_settings().with_target(target)
    with only_writer(settings), open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        return decide(warehouse, proposal_id, status, settings.who(by), utc_now(), note)


def _print_change(registry: str, key: str, before: Any, after: Any) -> None:
    typer.echo(f"  {registry} {key}{'' if before else ' (new)'}")
    for name, value in (after or {}).items():
        old = (before or {}).get(name)
        if value != old:
            typer.echo(f"    {name}: {'' if before is None else f'{old} → '}{value}")
