"""``gtm world``: write a generated company world to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import typer

from python_jobs.printing import progress_bar
from python_jobs.settings import default_as_of, parse_day


def write_world(
    size: Literal["tiny", "demo", "bench"] = typer.Option(
        "demo",
        help="Accounts and days: tiny 60, 60; demo 2,000, 120; bench 50,000, 180 (10 M events).",
    ),
    as_of: str | None = typer.Option(
        None, "--as-of", help="Last day of the world, YYYY-MM-DD. Default: yesterday (UTC)."
    ),
    seed: int = typer.Option(7, help="Another number, another world; 0 or more."),
    out: Path = typer.Option(Path("world"), help="Folder for the files; made if missing."),
    start: str | None = typer.Option(
        None, help="First day of event history, YYYY-MM-DD. Default: the size's days before as-of."
    ),
) -> None:
    """Write a made-up company world: nine sources as Parquet, and the truth beside them.

    The sources are named as `gtm load` names them. `truth/` says who was really in market, where
    surges and faults were planted and who is one person; it is for evaluation, not for loading.
    The same size, day and seed always give the same rows.

    Example:

        gtm world --size demo --as-of 2026-06-30 --seed 7 --out world
    """
    from python_jobs.sandbox import world

    with progress_bar() as bar:
        task = bar.add_task(f"{size} world", total=None)
        summary = world.generate(
            size,
            parse_day(as_of) if as_of else default_as_of(),
            seed,
            out,
            world_start=parse_day(start) if start else None,
            progress=lambda done, days: bar.update(task, completed=done, total=days),
        )
    for name, rows in summary.rows.items():
        print(f"{rows:>12,}  {summary.out / name}")
