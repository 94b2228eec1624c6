"""From temp table ``parsed`` to schema ``raw``: bad rows set aside, and only what is new written.

Every way in (files, connectors) fills ``parsed`` in an in-memory DuckDB and calls ``write_parsed``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb
import pyarrow as pa

from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.dead_letters import (
    reasons,
    record_dead_letters,
    resolve_dead_letters,
)
from python_jobs.ingest.dlt_load import merge_into_raw
from python_jobs.ingest.reading import count_rows, quoted
from python_jobs.printing import counted
from python_jobs.runs import JobRun
from python_jobs.scratch import scratch_folder
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

_BATCH_ROWS = 200_000
_MEMORY = "3GB"


@contextmanager
def scratch(settings: Settings, memory: str = _MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB to parse in; what does not fit in memory goes to a folder."""
    with scratch_folder("read") as folder:
        con = duckdb.connect(":memory:", config={"temp_directory": folder})
        try:
            con.execute(f"set timezone = 'UTC'; set threads = {settings.threads}")
            con.execute(f"set enable_progress_bar = false; set memory_limit = '{memory}'")
            yield con
        finally:
            con.close()


def write_parsed(
    warehouse: Warehouse,
    settings: Settings,
    contract: Contract,
    con: duckdb.DuckDBPyConnection,
    run: JobRun,
    now: datetime | None = None,
) -> None:
    """Write the rows of ``parsed`` and add what was done to the run's counts.

    Dead letters first, then the rows that are new or changed, then the letters they resolve.
    ``now`` is the source's time at which the records were seen so, by default the run's start;
    ``loaded_at`` is always ours.
    """
    loaded_at = run.started_at
    now = now or loaded_at
    rows = count_rows(con, "parsed")
    set_aside = record_dead_letters(warehouse, con, contract.source, contract.entity, loaded_at)
    if set_aside:
        commonest = "; ".join(f"{reason} ({n:,})" for reason, n in reasons(con))
        logger.warning(
            "%s: %s set aside in ops.dead_letters: %s",
            contract.entity,
            counted(set_aside, "row"),
            commonest,
        )
    changed = _make_delta(warehouse, contract, con, now, loaded_at)
    if changed:
        before = _count(warehouse, contract)
        merge_into_raw(warehouse, settings, contract, _delta(con))
        # An event id that is already there with another time is not in the delta's range of
        # times, but is not inserted either: only the table knows.
        if contract.shape == "events":
            changed = _count(warehouse, contract) - before
    resolve_dead_letters(warehouse, con, loaded_at)
    run.rows_set_aside += set_aside
    run.rows_written += changed
    run.rows_unchanged += rows - set_aside - changed


def _make_delta(
    warehouse: Warehouse,
    contract: Contract,
    con: duckdb.DuckDBPyConnection,
    now: datetime,
    loaded_at: datetime,
) -> int:
    """Temp table ``delta``: the good rows that differ from the warehouse; returns how many.

    Of rows with one key in a batch, the first is taken for events and the last for state records.
    What is dated when it is seen is never dated later: a version after it could not follow.
    Rows lie in the order of time, which lets the warehouse skip what a range of days does not need.
    """
    time = "occurred_at" if contract.shape == "events" else "version_at"
    same = _take_existing(warehouse, contract, con, time)
    names = [name for name, _ in contract.raw_columns if name != "loaded_at"]
    dated = {name: quoted(name) for name in names}
    seen = ""
    if contract.is_observed or contract.first_known_from:
        seen = "left join seen using (record_id)"
        if contract.is_observed:
            undated = "version_at = timestamp '1970-01-01'"
            own = f"if(seen.is_seen or {undated}, $now::timestamp, version_at)"
            dated["version_at"] = f"least({own}, $now::timestamp)"
        if contract.first_known_from:
            # the first version stays the first when it comes again with other content
            is_later = f"{dated['version_at']} <> seen.first_version_at"
            dated["known_at"] = f"if({is_later}, known_at, coalesce(first_known_at, known_at))"
    listed = ", ".join(f"{value} as {quoted(name)}" for name, value in dated.items())
    order = "asc" if contract.shape == "events" else "desc"
    con.execute(
        f"""
        create or replace temp table delta as
        select {listed}, $loaded_at::timestamp as loaded_at
        from (
            select *
            from parsed
            where reason is null
            qualify row_number() over (
                partition by {", ".join(contract.raw_key)} order by rowid {order}
            ) = 1
        )
        anti join existing using ({", ".join(same)})
        {seen}
        order by {time}
        """,
        {"loaded_at": loaded_at} | ({"now": now} if contract.is_observed else {}),
    )
    return count_rows(con, "delta")


def _take_existing(
    warehouse: Warehouse, contract: Contract, con: duckdb.DuckDBPyConnection, time: str
) -> tuple[str, ...]:
    """Temp tables ``existing``, what a row equals when it is not new, and ``seen``, known ids.

    Returns the columns in which a row that is not new equals an existing one.
    """
    table = f"raw.{contract.table}"
    if contract.is_observed:
        same: tuple[str, ...] = ("record_id", "payload_hash")
        existing = warehouse.arrow(
            "select record_id, payload_hash, "
            f"min(version_at) over (partition by record_id) as first_version_at from {table} "
            "qualify row_number() over (partition by record_id order by version_at desc) = 1"
        )
    else:
        same = contract.raw_key
        if contract.shape == "state":
            same = (*same, "payload_hash")
        [bounds] = con.execute(
            f"select min({time}), max({time}) from parsed where reason is null"
        ).fetchall()
        existing = warehouse.arrow(
            f"select {', '.join(same)} from {table} where {time} between ? and ?", list(bounds)
        )
    _as_temp_table(con, "existing", existing)
    if contract.is_observed:
        con.execute(
            "create or replace temp table seen as "
            "select record_id, first_version_at, true as is_seen from existing"
        )
    elif contract.first_known_from:
        firsts = warehouse.arrow(
            f"select record_id, min(version_at) as first_version_at from {table} group by record_id"
        )
        _as_temp_table(con, "seen", firsts)
    return same


def _as_temp_table(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("warehouse_rows", rows)
    con.execute(f"create or replace temp table {name} as select * from warehouse_rows")
    con.unregister("warehouse_rows")


def _delta(con: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    yield from con.sql("from delta").to_arrow_reader(_BATCH_ROWS)


def _count(warehouse: Warehouse, contract: Contract) -> int:
    return int(warehouse.rows(f"select count(*) as n from raw.{contract.table}")[0]["n"])
