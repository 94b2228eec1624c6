"""The demo's world: made once, then loaded as files, or served by the sandbox and pulled."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from python_jobs.errors import ConfigurationError
from python_jobs.printing import progress_bar
from python_jobs.settings import Settings

if TYPE_CHECKING:
    from python_jobs.registry.edits import Edit
    from python_jobs.sandbox.world import Size
    from python_jobs.warehouse import Warehouse

JOB = "demo"
SEED = 7
MARK = "world.json"

# What would take minutes at the vendors' pace is done for fewer accounts and days.
PACED_LESS = {"SIXSENSE_ACCOUNTS_PER_RUN": "40"}
FIRST_PULL_DAYS = 150

# Files of the world's registry folder and the key of each registry they fill.
REGISTRY_FILES = {
    "account_aliases": "alias_domain",
    "account_parents": "account_key",
    "job_boards": "board_id",
}


def checked_size(size: str) -> Size:
    """The size, if the generator knows it.

    Raises:
        ConfigurationError: it does not.
    """
    from python_jobs.sandbox.world import SPECS

    for known in SPECS:
        if size == known:
            return known
    raise ConfigurationError(f"there is no world of size '{size}': use {', '.join(SPECS)}")


def make_world(size: Size, as_of: date, out: Path) -> str:
    """Write the world into a folder, unless it is there already; one line on it."""
    from python_jobs.sandbox import world

    wanted = {"size": size, "as_of": as_of.isoformat(), "seed": SEED}
    if _mark(out) == wanted:
        return f"the {size} world up to {as_of} is in {out} already"
    began = monotonic()
    if not out.is_file():  # a file there is told by the generator
        (out / MARK).unlink(missing_ok=True)
    with progress_bar() as bar:
        task = bar.add_task(f"making the {size} world", total=None)
        summary = world.generate(
            size,
            as_of,
            SEED,
            out,
            progress=lambda done, days: bar.update(task, completed=done, total=days),
        )
    (out / MARK).write_text(json.dumps(wanted), encoding="utf-8")
    rows = sum(count for name, count in summary.rows.items() if "/" not in name)
    return (
        f"made the {size} world, {summary.world_start} to {as_of}, in {out}: {rows:,} rows of "
        f"{len(world.ENTITIES)} sources, {monotonic() - began:.0f} s"
    )


@contextmanager
def served_world(settings: Settings, size: Size, as_of: date, out: Path) -> Iterator[Settings]:
    """A sandbox of the world, and the settings with which every connector talks to it.

    Raises:
        TransientError: the sandbox did not start.
    """
    from python_jobs.sandbox.commands import started_sandbox

    for name, value in PACED_LESS.items():
        os.environ.setdefault(name, value)
    arguments = ["--size", size, "--as-of", as_of.isoformat(), "--out", str(out)]
    with started_sandbox([*arguments, "--world-seed", str(SEED)]) as sandbox:
        print(f"the {size} world up to {as_of} is served at {sandbox.url}", flush=True)
        wanted = {"sandbox_url": sandbox.url, "ingest_days": FIRST_PULL_DAYS}
        yield settings.model_copy(update=wanted)


def pull_world(settings: Settings, size: str, out: Path) -> None:
    """Pull every source from the sandbox; a line on each entity.

    Raises:
        ConfigurationError: the warehouse holds other rows, which a made-up world would spoil.
        TransientError: another run is writing.
        GtmError: what a source could not be pulled for.
    """
    from python_jobs.ingest.connector_commands import clock_of, run_and_print, wanted_entities
    from python_jobs.ingest.run import Wish
    from python_jobs.runs import ensure_ops_tables, ensure_raw_tables, job_run
    from python_jobs.warehouse import only_writer, open_warehouse

    with only_writer(settings), open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        ensure_raw_tables(warehouse)
        refuse_other_rows(warehouse, settings, size)
        with job_run(warehouse, JOB, "world", size, "pull"):
            edited = edit_registries(warehouse, out)
    if edited:
        print(f"told the registries of {edited:,} aliases, parents and boards", flush=True)
    failed = run_and_print(
        settings, wanted_entities(settings, "all", []), Wish(), clock_of(settings)
    )
    if failed:
        raise failed


def load_world(settings: Settings, size: str, out: Path) -> list[str]:
    """Load the world's files, and the aliases and parents a customer would keep; a line on each.

    Raises:
        ConfigurationError: the warehouse holds other rows, which a made-up world would spoil.
        TransientError: another run is writing.
    """
    from python_jobs.ingest.contracts import CONTRACTS, contract_of
    from python_jobs.ingest.load import load_entity, prepare
    from python_jobs.ingest.reading import files_of_folder
    from python_jobs.runs import job_run, utc_now
    from python_jobs.warehouse import only_writer, open_warehouse

    progress = progress_bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with only_writer(settings), open_warehouse(settings) as warehouse, progress:
        task = progress.add_task("preparing", total=None)
        prepare(warehouse, utc_now())
        refuse_other_rows(warehouse, settings, size)
        with job_run(warehouse, JOB, "world", size, "load") as run:
            for entity, files in files_of_folder(str(out), list(CONTRACTS)).items():
                progress.update(task, description=f"loading {entity}")
                loaded = load_entity(warehouse, settings, contract_of(entity), files)
                run.rows_read += loaded.rows_read
                run.rows_written += loaded.rows_written
                run.rows_unchanged += loaded.rows_unchanged
                run.rows_set_aside += loaded.rows_set_aside
            edited = edit_registries(warehouse, out)
    aside = f", {run.rows_set_aside:,} set aside" if run.rows_set_aside else ""
    return [
        f"loaded {run.rows_read:,} rows: {run.rows_written:,} new, "
        f"{run.rows_unchanged:,} unchanged{aside}, {run.seconds:.0f} s",
        *([f"told the registries of {edited:,} alias domains and parents"] if edited else []),
    ]


def refuse_other_rows(warehouse: Warehouse, settings: Settings, size: str) -> None:
    """Keep a made-up world out of a warehouse that holds anything else.

    Raises:
        ConfigurationError: it does.
    """
    tables = ("accounts", "web_events", "salesforce__accounts", "posthog__events")
    counts = " + ".join(f"(select count(*) from raw.{table})" for table in tables)
    [found] = warehouse.rows(f"select {counts} as n")
    sizes = [
        row["entity"]
        for row in warehouse.rows("select distinct entity from ops.job_runs where job = ?", [JOB])
    ]
    if found["n"] and size not in sizes:
        holds = f"the {sizes[0]} world" if sizes else "rows of yours"
        place = (
            f"{settings.duckdb_path} holds {holds}: set GTM_DUCKDB_PATH to another file"
            if settings.target == "duckdb"
            else f"{settings.snowflake_database} holds {holds}: set SNOWFLAKE_DATABASE to another"
        )
        raise ConfigurationError(f"{place} for the {size} world")


def edit_registries(warehouse: Warehouse, out: Path) -> int:
    """Set the world's aliases and parents, as one edit; how many rows that changed."""
    from python_jobs.registry.edits import Edit
    from python_jobs.registry.journal import append, read_registries
    from python_jobs.runs import utc_now

    edit = Edit(read_registries(warehouse), "gtm demo", utc_now(), "of the demo world")
    for name, key in REGISTRY_FILES.items():
        _set_rows(edit, name, key, out / "registry" / f"{name}.csv")
    if edit.changes:
        append(warehouse, edit.checked())
    return len(edit.changes)


def _set_rows(edit: Edit, name: str, key: str, path: Path) -> None:
    from python_jobs.registry.edits import set_row

    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            set_row(edit, name, row[key], row)


def _mark(out: Path) -> dict[str, Any] | None:
    """What the folder's world was made with; None if its files are newer, or not there."""
    mark = out / MARK
    files = list(out.glob("*.parquet"))
    if not mark.exists() or not files:
        return None
    if any(file.stat().st_mtime > mark.stat().st_mtime for file in files):
        return None
    try:
        made: dict[str, Any] = json.loads(mark.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return made
