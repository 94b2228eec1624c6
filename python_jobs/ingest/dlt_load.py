"""The one place that runs dlt: rows, as Arrow, into a table of schema ``raw`` on either engine.

dlt stages the rows in schema ``raw_staging`` and merges them in one transaction, so a process that
dies leaves the old rows or the new ones. dlt's state and schema live in the warehouse; nothing is
kept on this machine, no dlt configuration is read from it, and nothing is reported anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from python_jobs.errors import PermanentError
from python_jobs.ingest.contracts import Contract, Kind
from python_jobs.ingest.tables import as_objects
from python_jobs.scratch import scratch_folder
from python_jobs.settings import Settings
from python_jobs.warehouse import DuckDBWarehouse, Warehouse, snowflake_options, what_broke

_DLT_TYPES: dict[Kind, str] = {
    "text": "text",
    "timestamp": "timestamp",
    "date": "date",
    "number": "double",
    "integer": "bigint",
    "boolean": "bool",
    "json": "json",
}


def merge_into_raw(
    warehouse: Warehouse,
    settings: Settings,
    contract: Contract,
    batches: Iterable[pa.RecordBatch],
) -> None:
    """Merge rows into ``raw.<entity>``: events are only inserted, state records replaced by key.

    Arrow goes as Parquet to DuckDB. Snowflake would store JSON text from Parquet as a string
    and not as an object, so there the rows go as JSON lines.

    Raises:
        TransientError: the disk is full; the raw table is as it was.
        PermanentError: dlt could not load; the raw table is as it was.
    """
    with scratch_folder("load") as folder, own_surroundings(folder):
        try:
            pipeline = make_pipeline(warehouse, settings, folder)
            pipeline.run(
                make_resource(warehouse, contract, batches),
                loader_file_format=_file_format(warehouse),
            )
        except Exception as error:
            cause = _root_cause(error)
            raise what_broke(cause) or PermanentError(
                f"{contract.entity} could not be loaded into {warehouse.target} "
                f"({_named(cause)}): nothing of it was written; put that right and load again"
            ) from None


def make_pipeline(warehouse: Warehouse, settings: Settings, folder: str) -> Any:
    """A dlt pipeline into schema raw that works in ``folder`` only."""
    import dlt

    destination: Any
    if isinstance(warehouse, DuckDBWarehouse):
        destination = dlt.destinations.duckdb(warehouse.connection)
    else:
        destination = dlt.destinations.snowflake(credentials=_snowflake_credentials(settings))
    return dlt.pipeline(
        "gtm_load", pipelines_dir=folder, destination=destination, dataset_name="raw"
    )


def make_resource(
    warehouse: Warehouse, contract: Contract, batches: Iterable[pa.RecordBatch]
) -> Any:
    """The rows as a dlt resource, with the types and the key of the raw table."""
    import dlt

    columns: Any = {
        name: {"name": name, "data_type": _DLT_TYPES[kind]}
        | ({"timezone": False} if kind == "timestamp" else {})
        for name, kind in contract.raw_columns
    }
    json_columns = [name for name, kind in contract.raw_columns if kind == "json"]
    strategy: Any = "insert-only" if contract.shape == "events" else "upsert"

    def rows() -> Iterator[Any]:
        for batch in batches:
            if warehouse.target == "duckdb":
                yield pa.Table.from_batches([batch])
            else:
                yield as_objects(batch, json_columns)

    return dlt.resource(
        rows,
        name=contract.table,
        primary_key=list(contract.raw_key),
        write_disposition={"disposition": "merge", "strategy": strategy},
        columns=columns,
        max_table_nesting=0,
    )


def _file_format(warehouse: Warehouse) -> Any:
    return "parquet" if warehouse.target == "duckdb" else "jsonl"


def _snowflake_credentials(settings: Settings) -> dict[str, Any]:
    """The connector's options under dlt's names: there, ``host`` is the account."""
    options = snowflake_options(settings)
    credentials = {
        "host": options["account"],
        "username": options["user"],
        "database": options["database"],
        "warehouse": options["warehouse"],
        "role": options["role"],
        "password": options.get("password"),
        "private_key_path": options.get("private_key_file"),
        "private_key_passphrase": options.get("private_key_file_pwd"),
    }
    if "host" in options:
        credentials["query"] = {name: str(options[name]) for name in ("host", "port", "protocol")}
    return {name: value for name, value in credentials.items() if value is not None}


@contextmanager
def own_surroundings(folder: str) -> Iterator[None]:
    """dlt reads its configuration from the environment: ours, for as long as it runs."""
    wanted = {
        "DLT_DATA_DIR": folder,
        "DLT_PROJECT_DIR": folder,
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "LOAD__TRUNCATE_STAGING_DATASET": "true",
        "LOAD__WORKERS": "2",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _root_cause(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error


def _named(error: BaseException) -> str:
    """An error's kind and number: its text may quote a record."""
    number = getattr(error, "errno", None)
    return type(error).__name__ + (f" {number}" if number else "")
