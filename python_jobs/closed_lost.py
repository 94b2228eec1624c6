"""``gtm closed-lost``: why deals were lost, once a month: read, counted, briefed, proposed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from python_jobs.enrich.commands import do, tasks_for
from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, Target
from python_jobs.proposals import Proposal, propose, read_proposals
from python_jobs.settings import EngineName, Settings, load_settings
from python_jobs.warehouse import BriefWarehouse, Warehouse

TASKS = ("closed_lost_deal", "closed_lost_brief")
"""In this order: the brief counts what was read in the deals."""

ALERTS = "lost_deal_alerts"
NO_ALERT = "no large deal was lost to a competitor in the last days"

TABLES = {
    "closed_lost_objections": "marts.closed_lost_objections order by category",
    "closed_lost_segments": "marts.closed_lost_segments order by segment_key",
    "closed_lost_competitors": "marts.closed_lost_competitors order by deal_count desc, competitor",
    ALERTS: "marts.lost_deal_alerts order by opportunity_amount desc, opportunity_id",
    "closed_lost_deals": "ai.closed_lost_deals order by close_date desc, opportunity_id",
}
"""What is written as tables, and in which order."""

app = typer.Typer(
    name="closed-lost",
    help="Why deals were lost: read from their calls, counted, and what to change about it.",
    no_args_is_help=True,
)

Out = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for tables, Markdown and JSON.", file_okay=False),
]


@dataclass(frozen=True)
class Report:
    """The brief of a month with the tables it was written over."""

    month: str
    brief: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]
    texts: dict[str, str]
    proposals: list[Proposal]


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
    target: Target = None,
) -> None:
    """Read what is new, write the brief of the month, make proposals, and print it.

    Deals are those of the last `gtm build`. Run again, it asks nothing that it has asked.

    Example:

        gtm closed-lost run --out closed_lost
    """
    settings = load_settings().with_target(target)
    work = [pair for name in TASKS for pair in tasks_for(name, engine, settings.engine)]
    do(settings, work, limit, settings.budget if budget is None else budget, _say)
    made = propose(settings)
    _say(f"{len(made)} new proposals")
    briefs = BriefWarehouse(settings, settings.patience_for_warehouse).rows(
        "select 1 from ai.closed_lost_briefs limit 1"
    )
    if not briefs:
        typer.echo("no lost deal has been read, so there is no brief")
        return
    _hand_over(settings, out)


@app.command()
def report(out: Out = None, target: Target = None) -> None:
    """The brief there is, with its tables; nothing is asked.

    Example:

        gtm closed-lost report --out closed_lost
    """
    _hand_over(load_settings().with_target(target), out)


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
    lost = [_plain_row(row) for row in warehouse.rows(f"select * from {TABLES[ALERTS]}")]
    if as_json:
        typer.echo(json.dumps(lost, ensure_ascii=False, default=str))
        return
    typer.echo("\n".join(_alert(row) for row in lost) or NO_ALERT)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _hand_over(settings: Settings, out: Path | None) -> None:
    found = read_report(BriefWarehouse(settings, settings.patience_for_warehouse))
    text = markdown(found)
    if out is not None:
        write(found, text, out)
        _say(f"written to {out}")
    typer.echo(text)


def read_report(warehouse: Warehouse) -> Report:
    """What is in the warehouse of the latest month.

    Raises:
        ConfigurationError: nothing has been written yet.
    """
    found = warehouse.rows("select * from ai.closed_lost_briefs order by brief_month desc limit 1")
    if not found:
        raise ConfigurationError(
            "there is no brief yet: run `gtm closed-lost run` (no deal lost, no brief)"
        )
    row = {name: _plain(value) for name, value in found[0].items()}
    inputs = warehouse.rows(
        "select evidence from enrich.closed_lost_brief_inputs where subject_key = ?",
        [row["brief_month"]],
    )
    evidence = _plain(inputs[0]["evidence"]) if inputs else []
    tables = {name: warehouse.rows(f"select * from {sql}") for name, sql in TABLES.items()}
    return Report(
        month=row["brief_month"],
        brief=row,
        tables={name: [_plain_row(line) for line in lines] for name, lines in tables.items()},
        texts={item["id"]: item["text"] for item in evidence},
        proposals=read_proposals(warehouse),
    )


def write(found: Report, text: str, out: Path) -> None:
    """The folder: a Markdown and a JSON file of the month, and a CSV file of each table."""
    out.mkdir(parents=True, exist_ok=True)
    (out / f"closed_lost_{found.month}.md").write_text(text + "\n", encoding="utf-8")
    everything = {
        "month": found.month,
        "brief": found.brief,
        "rows": found.texts,
        "proposals": [vars(proposal) for proposal in found.proposals],
        **found.tables,
    }
    (out / f"closed_lost_{found.month}.json").write_text(
        json.dumps(everything, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
    )
    for name, lines in found.tables.items():
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            if not lines:
                continue
            table = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            table.writeheader()
            for line in lines:
                table.writerow({key: _cell(value) for key, value in line.items()})


def markdown(found: Report) -> str:
    """The brief as people read it: every statement with the rows it rests on."""
    brief = found.brief
    lines = [f"# Why deals were lost, {found.month}", ""]
    lines += [brief_statement(statement) for statement in brief["overview"]]
    lines += _section("Objections")
    for place, entry in enumerate(brief["objections"], 1):
        lines.append(f"{place}. {brief_statement(entry['statement'])}")
        lines += [
            f'   - "{_said(quote["text"])}" [{quote["evidence"]}]' for quote in entry["quotes"]
        ]
        lines.append(f"   - Answer: {brief_statement(entry['response'])}")
    lines += _listed("Segments to deprioritise", brief["deprioritise"])
    lines += _listed("Segments to double down on", brief["double_down"])
    lines += _listed("What to say differently", brief["messaging"])
    lines += _section("Competitors")
    for entry in brief["competitors"]:
        lines.append(f"- {brief_statement(entry['statement'])}")
        lines.append(f"  - {brief_statement(entry['positioning'])}")
    if not brief["competitors"]:
        lines.append("- none was spoken of")
    lines += _section("Large deals lost to a competitor in the last days")
    alerts = [f"- {_said(_alert(row))}" for row in found.tables[ALERTS]]
    lines += alerts or [f"- {NO_ALERT}"]
    waiting = [proposal for proposal in found.proposals if proposal.status == "open"]
    lines += _section("Proposals that wait for a person (gtm proposals)")
    lines += [f"- {each.proposal_id} {each.kind}: {_said(each.reason)}" for each in waiting] or [
        "- none"
    ]
    lines += [
        "",
        f"Written by {brief['engine']} ({brief['model']}), {brief['answered_at']:%Y-%m-%d}.",
    ]
    removed = brief["claims_removed"]
    if removed:
        lines.append(
            f"{removed} of {brief['claims_made']} statements did not hold and are left out."
        )
    return "\n".join(lines)


def _alert(row: dict[str, Any]) -> str:
    rivals = ", ".join(row["competitors"])
    return (
        f"{row['close_date']} {row['opportunity_name'] or row['opportunity_id']}, "
        f"{row['opportunity_amount']:,.0f}, "
        f'to {rivals}: "{row["quote"]}"'
    )


def _section(title: str) -> list[str]:
    return ["", f"## {title}", ""]


def _listed(title: str, statements: Sequence[dict[str, Any]]) -> list[str]:
    told = [f"- {brief_statement(statement)}" for statement in statements]
    return [*_section(title), *(told or ["- none stands out"])]


def brief_statement(statement: dict[str, Any]) -> str:
    cited = " ".join(f"[{row}]" for row in statement["evidence"])
    is_guess = statement["kind"] == "hypothesis"
    return f"{'Perhaps: ' if is_guess else ''}{_said(statement['text'])} {cited}"


def _said(text: str) -> str:
    """What a call, the CRM or a model says, as one line of Markdown without links and tags."""
    return re.sub(r"([\\`\[\]<>])", r"\\\1", " ".join(text.split()))


def _plain(value: Any) -> Any:
    """JSON columns come as text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with suppress(ValueError):
            return json.loads(value)
    return value


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    """A value as a cell of CSV; text from outside that a spreadsheet would run begins with a '."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
    )
