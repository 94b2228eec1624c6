"""dlt's own Snowflake loader runs on the emulator: staged files, copies and merges."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_jobs.ingest.contracts import ACCOUNTS, WEB_EVENTS
from python_jobs.ingest.dlt_load import merge_into_raw
from python_jobs.runs import ensure_raw_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.emulator import emulator

AT = datetime(2026, 1, 1, 2, 3, 4, 5)


def account(record_id: str, version_at: datetime, **payload: Any) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "version_at": version_at,
        "payload": json.dumps(payload),
        "payload_hash": str(payload),
        "loaded_at": AT,
    }


def event(event_id: str, name: str) -> dict[str, Any]:
    return {"event_id": event_id, "occurred_at": AT, "event_name": name, "properties": '{"a": "ü"}'}


def test_records_are_merged_by_key_and_events_only_inserted() -> None:
    with emulator() as env:
        settings = Settings(**env)
        with open_warehouse(settings) as warehouse:
            ensure_raw_tables(warehouse)
            for rows in (
                [account("a1", AT, name="One", inner={"x": [1.5]}), account("a2", AT, name="Two")],
                [account("a1", AT, name="Uno"), account("a1", datetime(2026, 2, 1), name="I")],
            ):
                batches = pa.Table.from_pylist(rows).to_batches()
                merge_into_raw(warehouse, settings, ACCOUNTS, batches)
            for name in ("page_view", "cta_click"):
                rows = [event("e1", name), event(name, name)]
                batches = pa.Table.from_pylist(rows).to_batches()
                merge_into_raw(warehouse, settings, WEB_EVENTS, batches)
            accounts = warehouse.rows(
                "select record_id, version_at, payload from raw.accounts order by 1, 2"
            )
            events = warehouse.rows("select * from raw.web_events order by event_id")
    assert [(row["record_id"], json.loads(row["payload"])["name"]) for row in accounts] == [
        ("a1", "Uno"),
        ("a1", "I"),
        ("a2", "Two"),
    ]
    assert accounts[0]["version_at"] == AT
    assert [(row["event_id"], row["event_name"]) for row in events] == [
        ("cta_click", "cta_click"),
        ("e1", "page_view"),
        ("page_view", "page_view"),
    ]
    assert json.loads(events[0]["properties"]) == {"a": "ü"}
    assert events[0]["known_at"] is None
