"""The ops and raw tables on both engines, and the record of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pytest
import yaml

from python_jobs.errors import PermanentError
from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.ingest.tables import insert_rows
from python_jobs.runs import (
    OPS_TABLES,
    close_interrupted,
    ensure_ops_tables,
    ensure_raw_tables,
    job_run,
)
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import SCHEMAS, Warehouse, open_warehouse
from tests.raw_copy import copy_raw

NOON = datetime(2026, 1, 1, 12)


@pytest.fixture(params=["duckdb", "snowflake"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    settings = Settings(**request.getfixturevalue(f"{request.param}_env"))
    with open_warehouse(settings) as opened:
        yield opened


@pytest.fixture
def duckdb_warehouse(duckdb_env: dict[str, str]) -> Iterator[Warehouse]:
    with open_warehouse(Settings(**duckdb_env)) as opened:
        yield opened


def _columns(warehouse: Warehouse, schema: str, table: str) -> set[str]:
    found = warehouse.rows(
        "select lower(column_name) as name from information_schema.columns "
        "where lower(table_schema) = ? and lower(table_name) = ?",
        [schema, table],
    )
    return {row["name"] for row in found}


def test_the_tables_are_made_once_with_their_columns(warehouse: Warehouse) -> None:
    for _ in range(2):
        ensure_ops_tables(warehouse)
        ensure_raw_tables(warehouse)
    schemas = {
        row["name"]
        for row in warehouse.rows(
            "select lower(schema_name) as name from information_schema.schemata"
        )
    }
    assert set(SCHEMAS) <= schemas
    for table, columns in OPS_TABLES.items():
        assert _columns(warehouse, "ops", table) == {name for name, _ in columns}
    for entity, contract in CONTRACTS.items():
        assert _columns(warehouse, "raw", entity) >= {name for name, _ in contract.raw_columns}


def test_a_run_is_recorded_with_its_counts(warehouse: Warehouse) -> None:
    ensure_ops_tables(warehouse)
    with job_run(warehouse, "load", "files", "accounts", "files", lambda: NOON) as run:
        run.rows_read, run.rows_written, run.rows_unchanged, run.rows_set_aside = 10, 6, 3, 1
        (during,) = warehouse.rows("select * from ops.job_runs where run_id = ?", [run.run_id])
        assert during["status"] == "running"
    (after,) = warehouse.rows("select * from ops.job_runs where run_id = ?", [run.run_id])
    assert after["status"] == "succeeded"
    assert (after["job"], after["source"], after["entity"]) == ("load", "files", "accounts")
    assert [after[f"rows_{n}"] for n in ("read", "written", "unchanged", "set_aside")] == [
        10,
        6,
        3,
        1,
    ]
    assert (after["started_at"], after["finished_at"], after["message"]) == (NOON, NOON, None)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermanentError("the disk is full"), "the disk is full"),
        (ValueError("ann@secret.test"), "ValueError"),
    ],
)
def test_a_failed_run_says_why_without_quoting_a_record(
    duckdb_warehouse: Warehouse, error: Exception, message: str
) -> None:
    ensure_ops_tables(duckdb_warehouse)
    with pytest.raises(type(error)), job_run(duckdb_warehouse, "load", "files", "x", "files"):
        raise error
    assert duckdb_warehouse.rows("select status, message from ops.job_runs") == [
        {"status": "failed", "message": message}
    ]


def test_runs_that_never_ended_are_closed(duckdb_warehouse: Warehouse) -> None:
    ensure_ops_tables(duckdb_warehouse)
    duckdb_warehouse.execute(
        "insert into ops.job_runs (run_id, job, status) values ('1', 'load', 'running'), "
        "('2', 'other', 'running'), ('3', 'load', 'succeeded')"
    )
    close_interrupted(duckdb_warehouse, "load", NOON)
    assert duckdb_warehouse.rows(
        "select run_id, status, message, finished_at from ops.job_runs order by run_id"
    ) == [
        {"run_id": "1", "status": "failed", "message": "interrupted", "finished_at": NOON},
        {"run_id": "2", "status": "running", "message": None, "finished_at": None},
        {"run_id": "3", "status": "succeeded", "message": None, "finished_at": None},
    ]


def test_rows_are_inserted_by_name_with_json_as_objects(warehouse: Warehouse) -> None:
    ensure_ops_tables(warehouse)
    warehouse.execute("delete from ops.dead_letters")
    payload = {"text": 'Zürich "\\" it\'s', "list": [1, None, 2.5], "inner": {"a": True}}
    rows = pa.table(
        {
            "payload": [json.dumps(payload), None],
            "dead_letter_id": ["1", "2"],
            "first_seen_at": [datetime(2026, 1, 1, 2, 3, 4, 567890), None],
        }
    )
    insert_rows(warehouse, "ops.dead_letters", rows, json_columns=["payload"])
    first, second = warehouse.rows("select * from ops.dead_letters order by dead_letter_id")
    assert json.loads(first["payload"]) == payload
    assert first["first_seen_at"] == datetime(2026, 1, 1, 2, 3, 4, 567890)
    assert second["payload"] is None
    assert second["first_seen_at"] is None


def test_raw_rows_are_copied_to_snowflake_whole_and_again(
    duckdb_warehouse: Warehouse, snowflake_env: dict[str, str]
) -> None:
    ensure_raw_tables(duckdb_warehouse)
    duckdb_warehouse.execute(
        "insert into raw.web_events (event_id, occurred_at, event_name, url, properties) "
        "select 'e' || i, timestamp '2026-01-01 00:00:00.25' + to_seconds(i), 'page_view', "
        "'https://x.test/?a=b''c', case when i % 2 = 0 then '{\"a\": {\"b\": [1]}}' end "
        "from range(50) as t(i)"
    )
    duckdb_warehouse.execute(
        "insert into raw.accounts values "
        "('a1', '2026-01-01', null, '{\"account_id\": \"a1\", \"n\": 1.5}', 'hash', '2026-01-02')"
    )
    with open_warehouse(Settings(**snowflake_env)) as target:
        for _ in range(2):
            copied = copy_raw(duckdb_warehouse, target)
        assert (copied["web_events"], copied["accounts"], copied["contacts"]) == (50, 1, 0)
        for query in (
            "select event_id, occurred_at, known_at, url from raw.web_events order by event_id",
            "select record_id, version_at, known_at, payload_hash, loaded_at from raw.accounts",
            "select count(*) as n, count(properties) as filled from raw.web_events",
        ):
            assert target.rows(query) == duckdb_warehouse.rows(query)
        assert target.rows("select payload:n::float as n from raw.accounts") == [{"n": 1.5}]
        for entity in CONTRACTS:
            target.execute(f"delete from raw.{entity}")


def test_every_column_of_the_journals_is_described() -> None:
    [ops] = yaml.safe_load((PROJECT_DIR / "models/staging/ops/_ops.yml").read_text())["sources"]
    described = {
        table["name"]: [column["name"] for column in table["columns"] if column["description"]]
        for table in ops["tables"]
    }
    assert described == {
        table: [column for column, _ in columns] for table, columns in OPS_TABLES.items()
    }
