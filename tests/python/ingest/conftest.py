"""A loader, and a source made of lists, each over a warehouse of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from python_jobs.ingest.contracts import contract_of
from python_jobs.ingest.load import load_entity, prepare
from python_jobs.runs import JobRun, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.python.ingest.shop import Shop


@dataclass
class Loader:
    """Loads files into one warehouse and reads it."""

    warehouse: Warehouse
    settings: Settings
    folder: Path

    def file(self, name: str, content: str | bytes) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def load(self, entity: str, *files: str, sql: str | None = None) -> JobRun:
        return load_entity(self.warehouse, self.settings, contract_of(entity), files, sql)

    def counts(self, entity: str, *files: str, sql: str | None = None) -> tuple[int, int, int, int]:
        """Load; rows read, written, unchanged, set aside."""
        run = self.load(entity, *files, sql=sql)
        return run.rows_read, run.rows_written, run.rows_unchanged, run.rows_set_aside

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self.warehouse.rows(sql)

    def values(self, sql: str) -> list[Any]:
        """The first column of a query."""
        return [next(iter(row.values())) for row in self.rows(sql)]


@pytest.fixture
def loader(duckdb_env: dict[str, str], tmp_path: Path) -> Iterator[Loader]:
    settings = Settings(**duckdb_env)
    with open_warehouse(settings) as warehouse:
        prepare(warehouse, utc_now())
        yield Loader(warehouse, settings, tmp_path)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path, monkeypatch)
