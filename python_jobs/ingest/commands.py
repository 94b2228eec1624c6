"""`gtm load`: files, or a query over files, into schema raw."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from python_jobs.errors import ConfigurationError
from python_jobs.ingest.contracts import CONTRACTS, Contract, contract_of
from python_jobs.options import Target
from python_jobs.printing import counted, progress_bar
from python_jobs.settings import load_settings


def load(
    entity: Annotated[
        str | None,
        typer.Argument(help="What the rows are, such as web_events; or 'all' with a folder."),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE…", help="csv, parquet, json or jsonl files, or globs."),
    ] = None,
    sql: Annotated[
        str | None,
        typer.Option("--sql", help="One DuckDB select over files that gives the contract columns."),
    ] = None,
    target: Target = None,
    describe: Annotated[
        str | None,
        typer.Option("--describe", metavar="ENTITY", help="Print an entity's columns, or all."),
    ] = None,
) -> None:
    """Load records from files. Loading the same file twice changes nothing.

    Examples:

        gtm load accounts accounts.csv

        gtm load all exports

        gtm load contacts --sql "select id as contact_id, mail as email from 'x.parquet'"

        gtm load --describe web_events
    """
    if describe is not None:
        _describe(describe)
        return
    inputs = _inputs(entity, files or [], sql)
    _run(inputs, sql, target)


def _inputs(entity: str | None, files: list[str], sql: str | None) -> dict[str, list[str]]:
    """The files to load, per entity."""
    from python_jobs.ingest.reading import files_of_folder

    if entity is None:
        raise ConfigurationError(
            "say what to load: gtm load web_events FILE…, gtm load all FOLDER, "
            f"or gtm load --describe all. Entities: {', '.join(CONTRACTS)}"
        )
    if entity == "all":
        if sql is not None or len(files) != 1:
            raise ConfigurationError("gtm load all takes one folder: gtm load all FOLDER")
        return files_of_folder(files[0], list(CONTRACTS))
    contract_of(entity)
    if (sql is None) == (not files):
        raise ConfigurationError(
            f"gtm load {entity} takes either files or --sql \"select … from 'FILE'\""
        )
    return {entity: files}


def _run(inputs: dict[str, list[str]], sql: str | None, target: str | None) -> None:
    from python_jobs.ingest.load import load_entity, prepare
    from python_jobs.runs import utc_now
    from python_jobs.warehouse import only_writer, open_warehouse

    settings = load_settings().with_target(target)
    progress = progress_bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with only_writer(settings), open_warehouse(settings) as warehouse, progress:
        task = progress.add_task("preparing", total=None)
        prepare(warehouse, utc_now())
        for entity, files in inputs.items():
            run = load_entity(
                warehouse,
                settings,
                contract_of(entity),
                files,
                sql,
                step=lambda text: progress.update(task, description=text),
            )
            progress.stop()
            print(
                f"{entity}: {counted(run.rows_read, 'row')} read, {run.rows_written:,} written, "
                f"{run.rows_unchanged:,} unchanged, {run.rows_set_aside:,} set aside, "
                f"{run.seconds:.1f} s",
                flush=True,
            )
            progress.start()


def _describe(entity: str) -> None:
    console = Console()
    contracts = list(CONTRACTS.values()) if entity == "all" else [contract_of(entity)]
    for contract in contracts:
        console.print(f"[bold]{contract.entity}[/bold]: {contract.meaning} {_key(contract)}")
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("column", "type", "required", "meaning"):
            table.add_column(heading, overflow="fold")
        for column in contract.columns:
            table.add_row(
                column.name, column.kind, "yes" if column.required else "", column.meaning
            )
        console.print(table)
        console.print()
    console.print(
        "Times are written 2026-06-30T12:00:00, with or without an offset; they are stored as UTC. "
        "Other columns are kept."
    )


def _key(contract: Contract) -> str:
    return f"Key: {', '.join(contract.key)}."
