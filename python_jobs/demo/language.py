"""The end of `gtm demo`: what language work makes of the world, with no key."""

from __future__ import annotations

from datetime import date

from rich.markup import escape

from python_jobs.printing import wide
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, open_warehouse

OBJECTIONS = 5
"""Objections and proposals that are shown."""


def write_language(settings: Settings, as_of: date) -> None:
    """Have every task written offline, build what reads the answers, make proposals."""
    from python_jobs.build import Wish, run_build
    from python_jobs.closed_lost.proposing import propose
    from python_jobs.enrich.commands import do, tasks_for

    _headed("What is written, with no key and every statement checked")
    do(settings, tasks_for("all", "offline"))
    print(run_build(settings, Wish(as_of, select=("tag:language",), tests=False)), flush=True)
    propose(settings)


def show_language(settings: Settings, account: str) -> None:
    """Print one brief with its rows, one coaching case, why deals were lost, and proposals."""
    from python_jobs.brief import print_brief, read_brief

    with open_warehouse(settings, read_only=True) as warehouse:
        _headed("A brief, and the rows that it cites")
        print_brief(read_brief(warehouse, account))
        _show_coaching(warehouse)
        _show_closed_lost(warehouse)


def _show_coaching(warehouse: Warehouse) -> None:
    from python_jobs.calls.coaching import plan_for
    from python_jobs.calls.commands import plan_text

    reps = warehouse.rows(
        "select rep_id from marts.rep_performance "
        "where periods_ago = 0 and score is not null order by score, rep_id limit 1"
    )
    if reps:
        _headed("Whom to coach, on what, from which calls")
        print(plan_text(plan_for(warehouse, reps[0]["rep_id"])))


def _show_closed_lost(warehouse: Warehouse) -> None:
    from python_jobs.closed_lost.report import brief_statement, read_report

    report = read_report(warehouse)
    _headed(f"Why deals were lost, {report.month}")
    for place, entry in enumerate(report.brief["objections"][:OBJECTIONS], 1):
        print(f"{place}. {brief_statement(entry['statement'])}")
        for quote in entry["quotes"][:1]:
            print(f'   "{quote["text"]}" [{quote["evidence"]}]')
    _headed("What it proposes; gtm proposals approve ID makes one so")
    proposals = [one for one in report.proposals if one.status == "open"]
    for each in proposals[:OBJECTIONS]:
        print(f"{each.proposal_id}  {each.kind}: {each.reason}")
    if not proposals:
        print("nothing at present")


def _headed(text: str) -> None:
    wide().print(f"\n[bold]{escape(text)}[/bold]\n")
