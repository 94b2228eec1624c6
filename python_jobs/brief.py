"""`gtm brief`: an account's brief, and beneath it the rows of the warehouse that it cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from python_jobs.errors import ConfigurationError
from python_jobs.options import AsJson, Target
from python_jobs.printing import printed_json, wide
from python_jobs.settings import load_settings

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse

TITLES = {
    "why_hot": "Why they're hot",
    "buying_stage": "Likely buying stage",
    "primary_interest": "Primary service interest",
    "next_sales": "Next action for sales",
    "next_marketing": "Next action for marketing",
    "personalisation": "Personalisation angle",
    "risks": "Risks and unknowns",
}


@dataclass(frozen=True)
class Brief:
    """The latest brief of an account.

    Attributes:
        status: whose and of which day, who wrote it, today's score.
        statements: in order, each with the numbers of the rows it cites.
        rows: the cited rows, in the order of their numbers, from 1.
    """

    status: dict[str, Any]
    statements: list[dict[str, Any]]
    rows: list[dict[str, Any]]

    def as_json(self) -> str:
        """The brief as one JSON object."""
        document = {**self.status, "statements": self.statements, "rows": self.rows}
        return printed_json(document)


def brief(
    account: Annotated[
        str, typer.Argument(help="Domain, URL, e-mail, CRM account id or name of the account.")
    ],
    as_json: AsJson = False,
    target: Target = None,
) -> None:
    """Print an account's brief, each statement with the rows it rests on.

    Briefs are written by gtm enrich account_brief.

    Example:

        gtm brief acme.com
    """
    from python_jobs.warehouse import open_warehouse

    with open_warehouse(load_settings().with_target(target), read_only=True) as warehouse:
        found = read_brief(warehouse, account)
    if as_json:
        print(found.as_json())
    else:
        print_brief(found)


def read_brief(warehouse: Warehouse, account: str) -> Brief:
    """Read the latest brief of an account.

    Raises:
        ConfigurationError: there is no such account, or no brief of it; the sentence says what to
            do.
    """
    from python_jobs.accounts import find_account

    key = find_account(warehouse, account)
    if not warehouse.has_table("marts", "account_brief_status"):
        raise ConfigurationError("there are no briefs yet: run gtm build, then gtm enrich all")
    found = warehouse.rows("select * from marts.account_brief_status where account_key = ?", [key])
    if not found:
        raise ConfigurationError(_why_none(warehouse, key))
    statements = warehouse.rows(
        "select statement_id, section, statement_kind, text "
        "from marts.account_brief_statements where account_key = ? "
        "order by section_number, statement_number",
        [key],
    )
    citations = warehouse.rows(
        "select statement_id, evidence_id, text, source_table, source_key "
        "from marts.account_brief_citations where account_key = ? order by citation_id",
        [key],
    )
    cited: dict[str, list[dict[str, Any]]] = {}
    for citation in citations:
        cited.setdefault(citation.pop("statement_id"), []).append(citation)
    rows: dict[str, dict[str, Any]] = {}
    for statement in statements:
        own = cited.get(statement.pop("statement_id"), [])
        for row in own:
            rows.setdefault(row["evidence_id"], {"number": len(rows) + 1, **row})
        statement["rows"] = [rows[row["evidence_id"]]["number"] for row in own]
    return Brief(found[0], statements, list(rows.values()))


def print_brief(found: Brief) -> None:
    """Print it to stdout: the sections, then the rows."""
    console = wide()
    status = found.status
    by = f"{status['engine']} ({status['model']})"
    if status["is_fallback"]:
        by = f"the offline writer, in place of {by}"
    console.print(
        f"[bold]{escape(status['account_name'] or status['account_key'])}[/bold] "
        f"({escape(status['account_key'])}), brief of {status['brief_date']} by {escape(by)}; now "
        f"score {status['intent_score']} {status['intent_stage']}, surge {status['surge_level']}"
    )
    if status["is_due"]:
        console.print("[yellow]a newer one is due: gtm enrich account_brief[/yellow]")
    section = None
    for statement in found.statements:
        if statement["section"] != section:
            section = statement["section"]
            console.print(f"\n[bold]{TITLES[section]}[/bold]")
        numbers = "".join(f" \\[{number}]" for number in statement["rows"])
        console.print(f"  • {escape(statement['text'])}[dim]{numbers}[/dim]")
    console.print("\n[bold]Rows[/bold]")
    for row in found.rows:
        where = f"{row['source_table']} {row['source_key']}"
        console.print(f"  \\[{row['number']}] {escape(row['text'])}  [dim]{escape(where)}[/dim]")


def _why_none(warehouse: Warehouse, key: str) -> str:
    [row] = warehouse.rows(
        "select accounts.intent_stage, inputs.subject_key from marts.dim_accounts as accounts "
        "left join enrich.account_brief_inputs as inputs "
        "on accounts.account_key = inputs.account_key where accounts.account_key = ?",
        [key],
    )
    if row["subject_key"] is None:
        stage = row["intent_stage"]
        return f"{key} has no brief: it is {stage}, and var brief_stages says who gets one"
    return f"the brief of {key} has not been written yet: run gtm enrich account_brief"
