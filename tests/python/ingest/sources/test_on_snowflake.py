"""Connectors land the same on Snowflake as on DuckDB: on the emulator, by dlt's own way there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.emulator import emulator
from tests.python.ingest.sources.conftest import Intake


def landed(settings: Settings) -> list[tuple[Any, ...]]:
    with open_warehouse(settings) as warehouse:
        rows = warehouse.rows(
            "select record_id, version_at, known_at, payload, payload_hash "
            "from raw.job_boards__postings order by record_id, version_at"
        )
    return [(*list(row.values())[:3], json.loads(row["payload"])) for row in rows]


def test_a_pull_two_days_and_a_second_try_land_the_same_rows_on_both_engines(
    own_intake: Intake, tiny_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = tiny_world / "registry" / "job_boards.csv"
    own_intake.edit_registry("job_boards", "board_id", boards)
    with emulator() as env:
        snowflake = Settings(**env)
        own_intake.edit_registry("job_boards", "board_id", boards, snowflake)
        for days in (0, 45):
            if days:
                own_intake.sandbox.post("/advance", days=days)
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("GTM_DUCKDB_PATH", str(own_intake.path))
            for target in ("duckdb", "snowflake"):
                code, said = own_intake.gtm("ingest", "job_boards", "--target", target)
                assert code == 0, said
        code, said = own_intake.gtm("ingest", "job_boards", "--target", "snowflake")
        assert code == 0
        assert ", 0 written," in said
        here = landed(Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=own_intake.path))
        assert landed(snowflake) == here
        assert len(here) > 10
        with open_warehouse(snowflake) as warehouse:
            runs = warehouse.rows("select status, rows_read from ops.job_runs")
            [state] = warehouse.rows("select count(*) as n from ops.source_fields")
    assert [run["status"] for run in runs] == ["succeeded"] * 3
    assert state["n"] > 10
