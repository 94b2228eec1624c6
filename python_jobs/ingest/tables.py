"""Writing rows that are already in memory into a table of either engine."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pyarrow as pa

from python_jobs.warehouse import DuckDBWarehouse, Warehouse

_BATCH_BYTES = 4_000_000
_BATCH_ROWS = 10_000


def insert_rows(
    warehouse: Warehouse, table: str, rows: pa.Table, json_columns: Collection[str] = ()
) -> None:
    """Append rows to ``schema.table``, columns matched by name.

    ``json_columns`` hold JSON text; they arrive as JSON on DuckDB and as VARIANT on Snowflake.
    There, a batch of rows travels as one JSON text in one bound value.
    """
    if rows.num_rows == 0:
        return
    if isinstance(warehouse, DuckDBWarehouse):
        cursor = warehouse.connection.cursor()
        cursor.register("incoming_rows", rows)
        cursor.execute(f"insert into {table} by name select * from incoming_rows")
        cursor.close()
        return
    values = ", ".join(
        f"item.value:{field.name}"
        + ("" if field.name in json_columns else f"::{_snowflake_type(field.type)}")
        for field in rows.schema
    )
    statement = (
        f"insert into {table} ({', '.join(rows.column_names)}) select {values} "
        "from table(flatten(input => parse_json(?))) as item"
    )
    a_row = rows.nbytes // rows.num_rows + 1
    for batch in rows.to_batches(max_chunksize=max(1, min(_BATCH_ROWS, _BATCH_BYTES // a_row))):
        objects = as_objects(batch, json_columns)
        warehouse.execute(statement, [json.dumps(objects, default=str, ensure_ascii=False)])


def _snowflake_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamp_ntz"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "bigint"
    return "double" if pa.types.is_floating(kind) else "varchar"


def as_objects(batch: pa.RecordBatch, json_columns: Collection[str]) -> list[dict[str, Any]]:
    """The rows of a batch as dicts, JSON text parsed. Nulls are left out: VARIANT has its own."""
    return [
        {
            name: json.loads(value) if name in json_columns else value
            for name, value in row.items()
            if value is not None
        }
        for row in batch.to_pylist()
    ]
