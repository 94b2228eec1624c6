"""Loading an entity: read, apply the contract, set bad rows aside, write only what is new."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import duckdb
import pyarrow as pa

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.dead_letters import (
    reasons,
    record_dead_letters,
    resolve_dead_letters,
)
from python_jobs.ingest.dlt_load import merge_into_raw
from python_jobs.ingest.parsing import make_parsed, parse
from python_jobs.ingest.reading import Input, count_rows, expand, quoted, read_file, read_sql
from python_jobs.runs import (
    JobRun,
    close_interrupted,
    ensure_ops_tables,
    ensure_raw_tables,
    job_run,
    utc_now,
)
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse

logger = logging.getLogger(__name__)

JOB = "load"
SOURCE = "files"
_BATCH_ROWS = 200_000
_READER_MEMORY = "3GB"

Step = Callable[[str], None]


def prepare(warehouse: Warehouse, now: datetime) -> None:
    """Make the tables a load writes to, and close the records of loads that were killed."""
    ensure_ops_tables(warehouse)
    ensure_raw_tables(warehouse)
    close_interrupted(warehouse, JOB, now)


def load_entity(
    warehouse: Warehouse,
    settings: Settings,
    contract: Contract,
    files: Sequence[str] = (),
    sql: str | None = None,
    step: Step = lambda _: None,
    clock: Callable[[], datetime] = utc_now,
) -> JobRun:
    """Load files, or the rows of one query over files, into ``raw.<entity>``.

    Call it while holding ``only_writer``, after ``prepare``. ``step`` is told what is being done.
    Returns the counts, which are also in ops.job_runs.

    Raises:
        ConfigurationError: a file is missing, is not what its suffix says, or lacks a required
            column; or the query cannot be run.
        PermanentError: the warehouse refused the rows.
    """
    paths = expand(files)
    mode = "files" if sql is None else "sql"
    recorded = job_run(warehouse, JOB, SOURCE, contract.entity, mode, clock)
    with recorded as run, _reader(settings) as con:
        make_parsed(con, contract)
        for number, path in enumerate(paths, start=1):
            step(f"{contract.entity}: reading file {number} of {len(paths)}")
            run.rows_read += _parse(con, contract, read_file(con, path, "found"))
        if sql is not None:
            step(f"{contract.entity}: running the query")
            run.rows_read += _parse(con, contract, read_sql(con, sql, "found"))
        if run.rows_read:
            step(f"{contract.entity}: writing {run.rows_read:,} rows")
            _write(warehouse, settings, contract, con, run)
    return run


@contextmanager
def _reader(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that reads the files; what does not fit in memory goes to a folder."""
    with tempfile.TemporaryDirectory(prefix="gtm-read-") as folder:
        con = duckdb.connect(":memory:", config={"temp_directory": folder})
        try:
            con.execute(f"set timezone = 'UTC'; set threads = {settings.threads}")
            con.execute(f"set enable_progress_bar = false; set memory_limit = '{_READER_MEMORY}'")
            yield con
        finally:
            con.close()


def _parse(con: duckdb.DuckDBPyConnection, contract: Contract, found: Input) -> int:
    """Parse one input; what DuckDB cannot decode in it is one sentence."""
    try:
        return parse(con, found, contract)
    except duckdb.Error as error:
        if "encoding" in str(error).lower() or "utf" in str(error).lower():
            raise ConfigurationError(
                f"{found.name} holds text that is not UTF-8: export it again as UTF-8"
            ) from None
        raise PermanentError(
            f"{found.name} could not be read ({type(error).__name__}): check the file, and that "
            "there is room on the disk for temporary files"
        ) from None


def _write(
    warehouse: Warehouse,
    settings: Settings,
    contract: Contract,
    con: duckdb.DuckDBPyConnection,
    run: JobRun,
) -> None:
    """Dead letters first, then the rows that are new or changed, then the letters they resolve."""
    now = run.started_at
    run.rows_set_aside = record_dead_letters(warehouse, con, SOURCE, contract.entity, now)
    if run.rows_set_aside:
        commonest = "; ".join(f"{reason} ({n:,})" for reason, n in reasons(con))
        logger.warning(
            "%s: %s rows set aside in ops.dead_letters: %s",
            contract.entity,
            f"{run.rows_set_aside:,}",
            commonest,
        )
    changed = _make_delta(warehouse, contract, con, now)
    if changed:
        before = _count(warehouse, contract)
        merge_into_raw(warehouse, settings, contract, _delta(con))
        # An event id that is already there with another time is not in the delta's range of
        # times, but is not inserted either: only the table knows.
        if contract.shape == "events":
            changed = _count(warehouse, contract) - before
    resolve_dead_letters(warehouse, con, now)
    run.rows_written = changed
    run.rows_unchanged = run.rows_read - run.rows_set_aside - changed


def _make_delta(
    warehouse: Warehouse, contract: Contract, con: duckdb.DuckDBPyConnection, now: datetime
) -> int:
    """Temp table ``delta``: the good rows that differ from the warehouse; returns how many.

    Of rows with one key in a batch, the first is taken for events and the last for state records.
    Rows lie in the order of time, which lets the warehouse skip what a range of days does not need.
    """
    time = "occurred_at" if contract.shape == "events" else "version_at"
    same = contract.raw_key if contract.shape == "events" else (*contract.raw_key, "payload_hash")
    [(earliest, latest)] = con.execute(
        f"select min({time}), max({time}) from parsed where reason is null"
    ).fetchall()
    existing = warehouse.arrow(
        f"select {', '.join(same)} from raw.{contract.entity} where {time} between ? and ?",
        [earliest, latest],
    )
    con.register("existing_rows", existing)
    con.execute("create or replace temp table existing as select * from existing_rows")
    con.unregister("existing_rows")
    names = ", ".join(quoted(name) for name, _ in contract.raw_columns if name != "loaded_at")
    order = "asc" if contract.shape == "events" else "desc"
    con.execute(
        f"""
        create or replace temp table delta as
        select {names}, ?::timestamp as loaded_at
        from (
            select *
            from parsed
            where reason is null
            qualify row_number() over (
                partition by {", ".join(contract.raw_key)} order by rowid {order}
            ) = 1
        )
        anti join existing using ({", ".join(same)})
        order by {time}
        """,
        [now],
    )
    return count_rows(con, "delta")


def _delta(con: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
    yield from con.sql("from delta").to_arrow_reader(_BATCH_ROWS)


def _count(warehouse: Warehouse, contract: Contract) -> int:
    return int(warehouse.rows(f"select count(*) as n from raw.{contract.entity}")[0]["n"])
