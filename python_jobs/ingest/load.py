"""Loading an entity: read, apply the contract, set bad rows aside, write only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import duckdb

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.parsing import make_parsed, parse
from python_jobs.ingest.reading import expand, read_file, read_sql
from python_jobs.ingest.writing import scratch, write_parsed
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

JOB = "load"

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
    recorded = job_run(warehouse, JOB, contract.source, contract.entity, mode, clock)
    with recorded as run, scratch(settings) as con:
        make_parsed(con, contract)
        for number, path in enumerate(paths, start=1):
            step(f"{contract.entity}: reading file {number} of {len(paths)}")
            with _one_sentence(str(path)):
                run.rows_read += parse(con, read_file(con, path, "found"), contract)
        if sql is not None:
            step(f"{contract.entity}: running the query")
            with _one_sentence("the query"):
                run.rows_read += parse(con, read_sql(con, sql, "found"), contract)
        if run.rows_read:
            step(f"{contract.entity}: writing {run.rows_read:,} rows")
            write_parsed(warehouse, settings, contract, con, run)
    return run


@contextmanager
def _one_sentence(name: str) -> Iterator[None]:
    """What DuckDB cannot do with an input is one sentence."""
    try:
        yield
    except duckdb.Error as error:
        if "encoding" in str(error).lower() or "utf" in str(error).lower():
            raise ConfigurationError(
                f"{name} holds text that is not UTF-8: export it again as UTF-8"
            ) from None
        raise PermanentError(
            f"{name} could not be read ({type(error).__name__}): check the file, and that there "
            "is room on the disk for temporary files"
        ) from None
