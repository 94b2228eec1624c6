"""`dbt source freshness`: what has not been loaded for too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from python_jobs.runs import utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import json_parameter, open_warehouse
from tests.small_project import SmallProject


@pytest.mark.parametrize("engine", ["duckdb", "snowflake"])
def test_a_source_is_late_only_once_it_was_loaded(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    env: dict[str, str] = request.getfixturevalue(f"{engine}_env")
    project = SmallProject(tmp_path / "project", env, "models/staging/job_boards")
    project.dbt("run-operation", "ensure_sources")
    asked = ("source", "freshness", "--select", "source:job_boards")
    project.dbt(*asked)
    with open_warehouse(Settings(**env)) as warehouse:
        warehouse.execute(
            "insert into raw.job_boards__postings "
            "(record_id, version_at, payload, payload_hash, loaded_at) "
            f"select 'p', ?, {json_parameter(warehouse)}, 'h', ?",
            [utc_now(), "{}", utc_now()],
        )
    project.dbt(*asked)
    with open_warehouse(Settings(**env)) as warehouse:
        warehouse.execute("update raw.job_boards__postings set loaded_at = '2026-01-01'")
    with pytest.raises(AssertionError):
        project.dbt(*asked)
