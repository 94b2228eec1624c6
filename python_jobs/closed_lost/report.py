"""The brief of a month with its tables: read from the warehouse, as Markdown, and as files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_jobs.closed_lost.proposals import Proposal, read_proposals
from python_jobs.errors import ConfigurationError
from python_jobs.printing import printed_json
from python_jobs.warehouse import Warehouse

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

_FORMULAS = tuple("=+-@＝＋－＠")


@dataclass(frozen=True)
class Report:
    """The brief of a month with the tables it was written over."""

    month: str
    brief: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]
    texts: dict[str, str]
    proposals: list[Proposal]

    def json(self) -> str:
        """All of it: the brief, what its rows say, the proposals, and the tables by their names."""
        document = {
            "month": self.month,
            "brief": self.brief,
            "rows": self.texts,
            "proposals": [vars(proposal) for proposal in self.proposals],
            **self.tables,
        }
        return printed_json(document)


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
    return Report(
        month=row["brief_month"],
        brief=row,
        tables={name: read_table(warehouse, name) for name in TABLES},
        texts={item["id"]: item["text"] for item in evidence},
        proposals=read_proposals(warehouse),
    )


def read_table(warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    """The rows of one of ``TABLES``, in its order."""
    return [_plain_row(row) for row in warehouse.rows(f"select * from {TABLES[name]}")]


def write(found: Report, text: str, out: Path) -> None:
    """The folder: a Markdown and a JSON file of the month, and a CSV file of each table."""
    out.mkdir(parents=True, exist_ok=True)
    for ending, content in (("md", text), ("json", found.json())):
        (out / f"closed_lost_{found.month}.{ending}").write_text(content + "\n", encoding="utf-8")
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
    alerts = [f"- {_said(alert_line(row))}" for row in found.tables[ALERTS]]
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


def alert_line(row: dict[str, Any]) -> str:
    """A large deal that was lost: when, which, how much, to whom, and the words that tell."""
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
    """A statement of the brief as one line, with the rows it rests on."""
    cited = " ".join(f"[{row}]" for row in statement["evidence"])
    is_guess = statement["kind"] == "hypothesis"
    return f"{'Perhaps: ' if is_guess else ''}{_said(statement['text'])} {cited}"


def _said(text: str) -> str:
    """What a call, the CRM or a model says, as one line of Markdown without links and tags."""
    return re.sub(r"([\\`\[\]<>])", r"\\\1", " ".join(text.split()))


def _plain(value: Any) -> Any:
    """A column's value; JSON columns come as text."""
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
    is_formula = isinstance(value, str) and value.lstrip().startswith(_FORMULAS)
    return f"'{value}" if is_formula else value
