"""Staging models built over raw records by hand, on one engine or the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from python_jobs.runs import ensure_ops_tables, ensure_raw_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, json_parameter, open_warehouse
from tests.small_project import SmallProject

Raw = tuple[str, str, datetime, dict[str, Any]]
"""Raw table, id, time of the version, record."""

SEEN = datetime(2026, 6, 29, 23)
"""When the records were loaded."""


@contextmanager
def staged_on(
    env: dict[str, str], folder: Path, sources: Iterable[str], raw: Iterable[Raw]
) -> Iterator[Warehouse]:
    """The staging models of some sources, but for those over Salesforce, as of 2026-06-30."""
    settings = Settings(**env)
    with open_warehouse(settings) as warehouse:
        ensure_ops_tables(warehouse)
        ensure_raw_tables(warehouse)
        for table, record_id, version_at, payload in raw:
            warehouse.execute(
                f"insert into raw.{table} "
                "(record_id, version_at, payload, payload_hash, loaded_at) "
                f"select ?, ?, {json_parameter(warehouse)}, ?, ?",
                [record_id, version_at, json.dumps(payload), str(version_at), SEEN],
            )
    project = SmallProject(folder / "project", env)
    project.take(*(f"models/staging/{source}/*" for source in sources))
    for path in (project.folder / "models").rglob("*salesforce*"):
        path.unlink()
    project.dbt("build", "--vars", "{as_of_date: 2026-06-30}", "--exclude", "resource_type:seed")
    with open_warehouse(settings) as warehouse:
        yield warehouse
