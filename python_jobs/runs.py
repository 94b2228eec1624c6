"""The tables of schema ``ops`` that every job writes, and the record of each job run."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from python_jobs.errors import GtmError
from python_jobs.settings import Settings
from python_jobs.warehouse import SCHEMAS, Warehouse, beside, held_lock

logger = logging.getLogger(__name__)

Columns = tuple[tuple[str, str], ...]

SQL_TYPES: dict[str, dict[str, str]] = {
    "duckdb": {
        "text": "varchar",
        "timestamp": "timestamp",
        "date": "date",
        "number": "double",
        "integer": "bigint",
        "boolean": "boolean",
        "json": "json",
    },
    "snowflake": {
        "text": "varchar",
        "timestamp": "timestamp_ntz",
        "date": "date",
        "number": "double",
        "integer": "bigint",
        "boolean": "boolean",
        "json": "variant",
    },
}
"""The column type of each kind of column, per engine."""

OPS_TABLES: dict[str, Columns] = {
    "job_runs": (
        ("run_id", "text"),
        ("job", "text"),
        ("source", "text"),
        ("entity", "text"),
        ("mode", "text"),
        ("status", "text"),
        ("rows_read", "integer"),
        ("rows_written", "integer"),
        ("rows_unchanged", "integer"),
        ("rows_set_aside", "integer"),
        ("api_calls", "integer"),
        ("started_at", "timestamp"),
        ("finished_at", "timestamp"),
        ("message", "text"),
    ),
    "dead_letters": (
        ("dead_letter_id", "text"),
        ("source", "text"),
        ("entity", "text"),
        ("source_record_id", "text"),
        ("payload", "json"),
        ("reason", "text"),
        ("first_seen_at", "timestamp"),
        ("retried_at", "timestamp"),
        ("resolved_at", "timestamp"),
    ),
    "ingest_state": (
        ("source", "text"),
        ("entity", "text"),
        ("stream", "text"),
        ("state", "text"),
        ("updated_at", "timestamp"),
    ),
    "source_fields": (
        ("source", "text"),
        ("entity", "text"),
        ("field", "text"),
        ("json_type", "text"),
        ("first_seen_at", "timestamp"),
    ),
    "credit_ledger": (
        ("source", "text"),
        ("subject_key", "text"),
        ("run_id", "text"),
        ("requested_at", "timestamp"),
        ("outcome", "text"),
        ("credits", "integer"),
        ("expires_at", "timestamp"),
    ),
    "llm_results": (
        ("result_id", "text"),
        ("run_id", "text"),
        ("task", "text"),
        ("subject_key", "text"),
        ("engine", "text"),
        ("model", "text"),
        ("cache_key", "text"),
        ("input_hash", "text"),
        ("prompt_version", "text"),
        ("status", "text"),
        ("output", "json"),
        ("reason", "text"),
        ("claims_made", "integer"),
        ("claims_removed", "integer"),
        ("input_tokens", "integer"),
        ("output_tokens", "integer"),
        ("cost", "number"),
        ("created_at", "timestamp"),
    ),
    "llm_batches": (
        ("submission_id", "text"),
        ("batch_id", "text"),
        ("task", "text"),
        ("cache_key", "text"),
        ("status", "text"),
        ("submitted_at", "timestamp"),
    ),
    "proposals": (
        ("proposal_id", "text"),
        ("kind", "text"),
        ("reason", "text"),
        ("payload", "json"),
        ("evidence", "json"),
        ("created_at", "timestamp"),
        ("status", "text"),
        ("decided_by", "text"),
        ("decided_at", "timestamp"),
        ("note", "text"),
        ("change_id", "text"),
    ),
    "registry_changes": (
        ("change_id", "text"),
        ("registry", "text"),
        ("record_key", "text"),
        ("action", "text"),
        ("before", "json"),
        ("after", "json"),
        ("changed_by", "text"),
        ("changed_at", "timestamp"),
        ("note", "text"),
    ),
    "sync_plans": (
        ("plan_id", "text"),
        ("destination", "text"),
        ("kind", "text"),
        ("undoes_run_id", "text"),
        ("status", "text"),
        ("hash", "text"),
        ("records", "integer"),
        ("counts", "json"),
        ("guards", "json"),
        ("calls", "integer"),
        ("quota_share", "number"),
        ("seconds", "number"),
        ("created_by", "text"),
        ("created_at", "timestamp"),
        ("applied_at", "timestamp"),
    ),
    "sync_plan_records": (
        ("plan_id", "text"),
        ("position", "integer"),
        ("destination", "text"),
        ("object", "text"),
        ("record_key", "text"),
        ("action", "text"),
        ("external_id", "text"),
        ("key_field", "text"),
        ("key_value", "text"),
        ("before", "json"),
        ("after", "json"),
        ("links", "json"),
        ("reason", "text"),
        ("source_rows", "json"),
        ("payload_hash", "text"),
    ),
    "sync_intents": (
        ("run_id", "text"),
        ("plan_id", "text"),
        ("destination", "text"),
        ("object", "text"),
        ("record_key", "text"),
        ("attempt", "integer"),
        ("intended_at", "timestamp"),
    ),
    "sync_results": (
        ("run_id", "text"),
        ("plan_id", "text"),
        ("destination", "text"),
        ("object", "text"),
        ("record_key", "text"),
        ("action", "text"),
        ("outcome", "text"),
        ("reason", "text"),
        ("external_id", "text"),
        ("before", "json"),
        ("after", "json"),
        ("attempted_at", "timestamp"),
    ),
}
"""Columns (name, kind) of the ops tables."""

_DLT_COLUMNS: Columns = (("_dlt_load_id", "text"), ("_dlt_id", "text"))


@contextmanager
def only_one(settings: Settings, name: str, busy: str) -> Iterator[None]:
    """Hold a piece of work by its name, so that one gtm at a time does it. Freed when the process
    dies.

    Raises:
        TransientError: another gtm holds it; the sentence is ``busy``.
        ConfigurationError: the warehouse's folder cannot be written to.
    """
    with held_lock(beside(settings.duckdb_path, f"{name}.lock"), busy):
        yield


def utc_now() -> datetime:
    """Now, UTC, without an offset, as the warehouse stores times."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class JobRun:
    """One job over one entity, while it runs: what is counted here ends up in ops.job_runs."""

    job: str
    source: str
    entity: str
    mode: str
    started_at: datetime
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    rows_read: int = 0
    rows_written: int = 0
    rows_unchanged: int = 0
    rows_set_aside: int = 0
    api_calls: int = 0
    message: str | None = None
    finished_at: datetime | None = None

    @property
    def seconds(self) -> float:
        """Wall time of the finished run."""
        return ((self.finished_at or utc_now()) - self.started_at).total_seconds()


@contextmanager
def job_run(
    warehouse: Warehouse,
    job: str,
    source: str,
    entity: str,
    mode: str,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[JobRun]:
    """Record a run in ops.job_runs: ``running`` on entry, ``succeeded`` at the end, or what
    the error that ended it says (``run_status``).

    The message of a failure is the sentence of our own error, or only the kind of any other: those
    may quote a record.
    """
    run = JobRun(job, source, entity, mode, clock())
    warehouse.execute(
        "insert into ops.job_runs (run_id, job, source, entity, mode, status, started_at) "
        "values (?, ?, ?, ?, ?, 'running', ?)",
        [run.run_id, job, source, entity, mode, run.started_at],
    )
    try:
        yield run
    except BaseException as error:
        run.message = str(error) if isinstance(error, GtmError) else type(error).__name__
        _finish(warehouse, run, getattr(error, "run_status", "failed"), clock())
        raise
    _finish(warehouse, run, "succeeded", clock())


def record_calls(warehouse: Warehouse, run: JobRun) -> None:
    """Write down the calls so far, which count against the vendor's limits if the run is killed."""
    warehouse.execute(
        "update ops.job_runs set api_calls = ? where run_id = ?", [run.api_calls, run.run_id]
    )


def close_interrupted(
    warehouse: Warehouse, job: str, now: datetime, source: str | None = None
) -> None:
    """Mark the job's runs, of one source or of all, that never ended as failed.

    Call it while holding the lock that lets only one such run be. Only on DuckDB: there, nobody
    else can be running. On Snowflake another machine may be.
    """
    if warehouse.target == "duckdb":
        warehouse.execute(
            "update ops.job_runs set status = 'failed', finished_at = ?, message = 'interrupted' "
            "where job = ? and status = 'running' and coalesce(source = ?, true)",
            [now, job, source],
        )


def ensure_ops_tables(warehouse: Warehouse) -> None:
    """Make the project's schemas and the ops tables that are missing."""
    _ensure(warehouse, "ops", OPS_TABLES)


def ensure_raw_tables(warehouse: Warehouse) -> None:
    """Make the raw table of every entity that is missing, empty, with its typed columns.

    A build works over a warehouse that holds only some entities, and dlt loads into these tables
    later. On Snowflake they have dlt's own two columns, which its JSON loads fill.
    """
    from python_jobs.ingest.sources import all_contracts  # brings every vendor's client along

    extra = _DLT_COLUMNS if warehouse.target == "snowflake" else ()
    tables = {contract.table: (*contract.raw_columns, *extra) for contract in all_contracts()}
    _ensure(warehouse, "raw", tables)


def _ensure(warehouse: Warehouse, schema: str, tables: dict[str, Columns]) -> None:
    schemas = {
        row["name"]
        for row in warehouse.rows(
            "select lower(schema_name) as name from information_schema.schemata"
        )
    }
    for name in SCHEMAS:
        if name not in schemas:
            warehouse.execute(f"create schema if not exists {name}")
    existing = {
        row["name"]
        for row in warehouse.rows(
            "select lower(table_name) as name from information_schema.tables "
            "where lower(table_schema) = ?",
            [schema],
        )
    }
    types = SQL_TYPES[warehouse.target]
    for table, columns in tables.items():
        if table not in existing:
            listed = ", ".join(f"{name} {types[kind]}" for name, kind in columns)
            warehouse.execute(f"create table if not exists {schema}.{table} ({listed})")


def _finish(warehouse: Warehouse, run: JobRun, status: str, now: datetime) -> None:
    run.finished_at = now
    try:
        warehouse.execute(
            "update ops.job_runs set status = ?, rows_read = ?, rows_written = ?, "
            "rows_unchanged = ?, rows_set_aside = ?, api_calls = ?, finished_at = ?, message = ? "
            "where run_id = ?",
            [
                status,
                run.rows_read,
                run.rows_written,
                run.rows_unchanged,
                run.rows_set_aside,
                run.api_calls,
                now,
                run.message,
                run.run_id,
            ],
        )
    except Exception as error:
        if status == "succeeded":
            raise
        logger.warning("the failed run could not be recorded (%s)", type(error).__name__)
