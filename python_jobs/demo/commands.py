"""``gtm demo``: every step in its order, and what to type next."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from python_jobs.demo.world import checked_size, load_world, make_world, pull_world, served_world
from python_jobs.options import Target
from python_jobs.printing import plain_table, wide
from python_jobs.settings import default_as_of, load_settings

if TYPE_CHECKING:
    from python_jobs.warehouse import Warehouse


def demo(
    size: Annotated[
        str, typer.Option("--size", envvar="GTM_WORLD_SIZE", help="tiny, demo or bench.")
    ] = "demo",
    out: Annotated[Path, typer.Option("--out", help="Folder for the world's files.")] = Path(
        "world"
    ),
    files: Annotated[
        bool, typer.Option("--files", help="Load the world's files, past the vendors' APIs.")
    ] = False,
    target: Target = None,
) -> None:
    """A company world behind the vendors' APIs: pulled, built, explained, written back. Twice is
    once.

    The sandbox (`gtm sandbox`) serves the world over HTTP as the vendors would; every connector
    pulls from it, briefs and the like are written with no key, Salesforce and Outreach are written
    to, and it ends with the command. The data tests are left to `gtm build`.

    Examples:

        gtm demo

        gtm demo --files --size tiny --out world
    """
    from python_jobs.build import Wish, run_build
    from python_jobs.demo.language import show_language, write_language
    from python_jobs.demo.writes import show_queue, write_back
    from python_jobs.warehouse import open_warehouse

    began = monotonic()
    settings = load_settings().with_target(target)
    as_of = default_as_of()
    if files:
        print(make_world(checked_size(size), as_of, out), flush=True)
        for line in load_world(settings, size, out):
            print(line, flush=True)
        print(run_build(settings, Wish(as_of)), flush=True)
        with open_warehouse(settings, read_only=True) as warehouse:
            hottest = show(warehouse)
    else:
        with served_world(settings, checked_size(size), as_of, out) as served:
            pull_world(served, size, out)
            print(run_build(served, Wish(as_of, tests=False)), flush=True)
            with open_warehouse(served, read_only=True) as warehouse:
                hottest = show(warehouse)
                show_queue(warehouse)
            write_language(served, as_of)
            write_back(served)
            if hottest:
                show_language(served, hottest)
    if hottest:
        show_next(hottest, has_briefs=not files)
    print(f"{monotonic() - began:.0f} s in all")


def show(warehouse: Warehouse) -> str | None:
    """Print the hottest accounts and explain the first, which is returned."""
    from python_jobs.explain import print_explanation, read_explanation

    accounts = warehouse.rows(
        "select account_key, account_name, snapshot_date, intent_score, intent_stage, surge_ratio, "
        "surge_level, is_surge_significant, unique_people_7d, top_lane, why_hot_text "
        "from marts.hot_accounts order by intent_score desc, raw_score_30d desc limit 10"
    )
    if not accounts:
        print("no account has any activity yet")
        return None
    console = wide()
    console.print(f"\n[bold]Hottest accounts on {accounts[0]['snapshot_date']}[/bold]\n")
    console.print(_hot_table(accounts))
    top = accounts[0]["account_key"]
    console.print("\n[bold]Why the first is hot, to the event[/bold]\n")
    print_explanation(read_explanation(warehouse, top, None), top=8)
    return str(top)


def show_next(account: str, has_briefs: bool) -> None:
    """Print what to type next."""
    brief = (
        f"gtm brief {account}",
        "the brief again; gtm coach, gtm calls search, gtm closed-lost",
    )
    if not has_briefs:
        brief = ("gtm enrich account_brief", f"briefs, written with no key: gtm brief {account}")
    console = wide()
    console.print("\n[bold]Next[/bold]\n")
    for command, meaning in (
        (
            f"gtm explain {account}",
            "the whole ledger; --date for another day, --json for a program",
        ),
        brief,
        ("gtm sync status", "plans, runs, what failed and why; gtm sync undo RUN takes one back"),
        ("gtm registry list", "what can be changed without code: weights, rules, lanes, aliases"),
        ("gtm replay --config draft_v2", "who would move under another score config, and why"),
        ("gtm load --describe all", "the columns of your own files, for gtm load and gtm build"),
        ("make docs", "every table and column, and how they follow from each other"),
    ):
        shown = command if command.startswith("make") else f".venv/bin/{command}"
        console.print(f"  {escape(shown):<48} {meaning}")
    console.print()


def _hot_table(accounts: list[dict[str, Any]]) -> Table:
    table = plain_table(
        *("account", "name", ">score", "stage", ">surge", "", ">people 7d", "lane", "why")
    )
    for row in accounts:
        significant = ", significant" if row["is_surge_significant"] else ""
        table.add_row(
            escape(row["account_key"]),
            escape(row["account_name"] or ""),
            str(row["intent_score"]),
            row["intent_stage"],
            f"{row['surge_ratio']:.2f}",
            row["surge_level"] + significant,
            str(row["unique_people_7d"]),
            escape(row["top_lane"]),
            escape(row["why_hot_text"] or ""),
        )
    return table
