"""Rows that could not be loaded: kept with their reason in ops.dead_letters, each once."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

from python_jobs.ingest.tables import insert_rows
from python_jobs.warehouse import Warehouse

_FEW = 500


def record_dead_letters(
    warehouse: Warehouse,
    con: duckdb.DuckDBPyConnection,
    source: str,
    entity: str,
    now: datetime,
) -> int:
    """Write the bad rows of temp table ``parsed``; returns how many rows were bad.

    A row seen before is not written again, only its ``retried_at`` moves, and it is open again if
    it was resolved. A good row whose id has an older dead letter, which is not bad again in this
    batch, resolves it.
    """
    con.execute(
        "create or replace temp table bad as "
        "select md5(concat_ws(chr(31), ?, ?, original)) as dead_letter_id, "
        "any_value(source_record_id) as source_record_id, original as payload, "
        "min(reason) as reason, count(*) as n "
        "from parsed where reason is not null group by original",
        [source, entity],
    )
    _keep_open_letters(warehouse, con, source, entity)
    new = con.sql(
        "select dead_letter_id, ? as source, ? as entity, source_record_id, payload, reason, "
        "?::timestamp as first_seen_at, null::timestamp as retried_at, "
        "null::timestamp as resolved_at "
        "from bad anti join known using (dead_letter_id)",
        params=[source, entity, now],
    ).to_arrow_table()
    again = con.execute(
        "select dead_letter_id, is_resolved from bad join known using (dead_letter_id)"
    ).fetchall()
    insert_rows(warehouse, "ops.dead_letters", new, json_columns=["payload"])
    stamp(warehouse, "retried_at", [letter for letter, _ in again], now)
    stamp(warehouse, "resolved_at", [letter for letter, is_resolved in again if is_resolved], None)
    return int(con.execute("select coalesce(sum(n), 0)::bigint from bad").fetchall()[0][0])


def resolve_dead_letters(
    warehouse: Warehouse, con: duckdb.DuckDBPyConnection, now: datetime
) -> None:
    """Set ``resolved_at`` of the earlier dead letters whose record has now come in good."""
    resolved = con.execute(
        "select dead_letter_id from known anti join bad using (dead_letter_id) "
        "where not is_resolved and source_record_id in "
        "(select source_record_id from parsed where reason is null)"
    ).fetchall()
    stamp(warehouse, "resolved_at", [row[0] for row in resolved], now)


def reasons(con: duckdb.DuckDBPyConnection, limit: int = 3) -> list[tuple[str, int]]:
    """The commonest reasons of temp table ``bad``, with how many rows each."""
    return con.execute(
        "select reason, sum(n)::bigint from bad group by reason order by 2 desc, 1 limit ?", [limit]
    ).fetchall()


def _keep_open_letters(
    warehouse: Warehouse, con: duckdb.DuckDBPyConnection, source: str, entity: str
) -> None:
    known: pa.Table = warehouse.arrow(
        "select dead_letter_id, source_record_id, "
        "case when resolved_at is null then 0 else 1 end as resolved "
        "from ops.dead_letters where source = ? and entity = ?",
        [source, entity],
    )
    con.register("known_rows", known)
    con.execute(
        "create or replace temp table known as select dead_letter_id, source_record_id, "
        "resolved = 1 as is_resolved from known_rows"
    )
    con.unregister("known_rows")


def stamp(warehouse: Warehouse, column: str, ids: list[str], now: datetime | None) -> None:
    """Set a time of these letters, ``retried_at`` or ``resolved_at``, or take it away."""
    for start in range(0, len(ids), _FEW):
        some = ids[start : start + _FEW]
        warehouse.execute(
            f"update ops.dead_letters set {column} = ? "
            f"where dead_letter_id in ({', '.join('?' * len(some))})",
            [now, *some],
        )
