"""One warehouse's raw tables in another, so that both engines build over the same rows."""

from __future__ import annotations

from python_jobs.ingest.sources import all_contracts
from python_jobs.ingest.tables import insert_rows
from python_jobs.runs import ensure_raw_tables
from python_jobs.warehouse import Warehouse


def copy_raw(source: Warehouse, target: Warehouse) -> dict[str, int]:
    """Replace the target's raw tables by the source's rows; returns rows copied per table."""
    ensure_raw_tables(target)
    copied = {}
    for contract in all_contracts():
        table = contract.table
        if not source.has_table("raw", table):
            continue
        kinds = dict(contract.raw_columns)
        json_columns = [name for name, kind in kinds.items() if kind == "json"]
        listed = ", ".join(
            f"cast({name} as varchar) as {name}" if name in json_columns else name for name in kinds
        )
        rows = source.arrow(f"select {listed} from raw.{table}")
        target.execute(f"delete from raw.{table}")
        insert_rows(target, f"raw.{table}", rows, json_columns)
        copied[table] = rows.num_rows
    return copied
