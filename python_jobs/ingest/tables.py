"""Writing rows that are already in memory into a table of either engine, and copying raw tables."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pyarrow as pa

from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.runs import ensure_raw_tables
from python_jobs.warehouse import DuckDBWarehouse, Warehouse

_BATCH_ROWS = 2_000


def insert_rows(
    warehouse: Warehouse, table: str, rows: pa.Table, json_columns: Collection[str] = ()
) -> None:
    """Append rows to ``schema.table``, columns matched by name.

    ``json_columns`` hold JSON text; they arrive as JSON on DuckDB and as VARIANT on Snowflake.
    """
    if rows.num_rows == 0:
        return
    if isinstance(warehouse, DuckDBWarehouse):
        cursor = warehouse.connection.cursor()
        cursor.register("incoming_rows", rows)
        cursor.execute(f"insert into {table} by name select * from incoming_rows")
        cursor.close()
        return
    names = rows.column_names
    values = ", ".join(
        f"parse_json(column{position})" if name in json_columns else f"column{position}"
        for position, name in enumerate(names, start=1)
    )
    one_row = f"({', '.join('?' * len(names))})"
    for batch in rows.to_batches(max_chunksize=_BATCH_ROWS):
        cells = [cell for row in zip(*batch.to_pydict().values(), strict=True) for cell in row]
        warehouse.execute(
            f"insert into {table} ({', '.join(names)}) select {values} from values "
            + ", ".join([one_row] * batch.num_rows),
            cells,
        )


def copy_raw(source: Warehouse, target: Warehouse) -> dict[str, int]:
    """Replace the target's raw tables by the source's rows; returns rows copied per entity."""
    ensure_raw_tables(target)
    copied = {}
    for entity, contract in CONTRACTS.items():
        if not source.has_table("raw", entity):
            continue
        kinds = dict(contract.raw_columns)
        json_columns = [name for name, kind in kinds.items() if kind == "json"]
        listed = ", ".join(
            f"cast({name} as varchar) as {name}" if name in json_columns else name for name in kinds
        )
        rows = source.arrow(f"select {listed} from raw.{entity}")
        target.execute(f"delete from raw.{entity}")
        insert_rows(target, f"raw.{entity}", rows, json_columns)
        copied[entity] = rows.num_rows
    return copied


def as_objects(batch: pa.RecordBatch, json_columns: Collection[str]) -> list[dict[str, Any]]:
    """The rows of a batch as dicts, JSON text parsed."""
    rows: list[dict[str, Any]] = batch.to_pylist()
    for row in rows:
        for name in json_columns:
            if row[name] is not None:
                row[name] = json.loads(row[name])
    return rows
