"""What dlt would send to Snowflake, up to the files it uploads; a refusal of the warehouse."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from python_jobs.errors import PermanentError, TransientError
from python_jobs.ingest import dlt_load
from python_jobs.ingest.contracts import ACCOUNTS, WEB_EVENTS
from python_jobs.ingest.dlt_load import make_pipeline, make_resource, own_surroundings
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.python.ingest.conftest import Loader

AT = datetime(2026, 1, 1, 2, 3, 4, 5)


def test_snowflake_gets_json_lines_with_payloads_as_objects(
    snowflake_env: dict[str, str], tmp_path: Path
) -> None:
    settings = Settings(**snowflake_env)
    rows = pa.table(
        {
            "record_id": ["a1"],
            "version_at": [AT],
            "payload": ['{"account_id": "a1", "inner": {"x": [1.5]}}'],
        }
    )
    with open_warehouse(settings) as warehouse, own_surroundings(str(tmp_path)):
        pipeline = make_pipeline(warehouse, settings, str(tmp_path))
        pipeline.extract(
            make_resource(warehouse, ACCOUNTS, rows.to_batches()), loader_file_format="jsonl"
        )
        pipeline.normalize()
    (sent,) = tmp_path.rglob("accounts.*.jsonl.gz")
    row = json.loads(gzip.decompress(sent.read_bytes()))
    assert row["payload"] == {"account_id": "a1", "inner": {"x": [1.5]}}
    assert row["version_at"] == "2026-01-01T02:03:04.000005"
    table = pipeline.default_schema.tables["accounts"]
    assert table["columns"]["payload"]["data_type"] == "json"
    assert table["columns"]["version_at"]["timezone"] is False
    assert table["x-merge-strategy"] == "upsert"


def test_a_warehouse_that_refuses_is_one_sentence_and_the_run_is_failed(loader: Loader) -> None:
    loader.warehouse.execute("drop table raw.web_events")
    loader.warehouse.execute(
        "create table raw.web_events (event_id varchar, occurred_at timestamp, "
        "event_name varchar check (event_name <> 'private'))"
    )
    path = loader.file("e.csv", "event_id,occurred_at,event_name\ne1,2026-01-01,private\n")
    with pytest.raises(PermanentError, match="web_events could not be loaded into duckdb") as error:
        loader.load(WEB_EVENTS.entity, path)
    assert "private" not in str(error.value)
    assert loader.values("select status from ops.job_runs") == ["failed"]
    assert loader.values("select count(*) from raw.web_events") == [0]


def test_a_full_disk_is_said_to_be_full(loader: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        full = duckdb.TransactionException("Failed to commit: No space left on device")
        raise RuntimeError("Pipeline execution failed") from full

    monkeypatch.setattr(dlt_load, "make_pipeline", fail)
    path = loader.file("e.csv", "event_id,occurred_at,event_name\ne1,2026-01-01,page_view\n")
    with pytest.raises(TransientError, match="the disk is full: make room and run again"):
        loader.load(WEB_EVENTS.entity, path)
