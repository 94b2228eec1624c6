"""A sandbox of the tiny world, and ``gtm ingest`` as a user types it, over one warehouse a test."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from python_jobs.registry.edits import Edit, set_row
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables, utc_now
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.conftest import TINY
from tests.typed import gtm

LAST_DAY = "2026-06-30"


@dataclass
class Intake:
    """One warehouse, filled from one sandbox."""

    sandbox: RunningSandbox
    path: Path

    def gtm(self, *arguments: str) -> tuple[int, str]:
        """Run a command; its exit code, and what it printed, on both streams, in one line."""
        printed = gtm(*arguments)
        return printed.code, printed.said

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        with open_warehouse(Settings(GTM_DUCKDB_PATH=self.path), read_only=True) as warehouse:
            return warehouse.rows(sql, params)

    def execute(self, sql: str, *params: Any) -> None:
        with open_warehouse(Settings(GTM_DUCKDB_PATH=self.path)) as warehouse:
            warehouse.execute(sql, params)

    def raw(self, table: str) -> list[dict[str, Any]]:
        """Every row of a raw table but for the time it was loaded, in the order of its key."""
        return self.rows(f"select * exclude (loaded_at) from raw.{table} order by all")

    def last_run(self, source: str, entity: str) -> dict[str, Any]:
        """The last record in ops.job_runs of an entity."""
        return self.rows(
            "select * from ops.job_runs where source = ? and entity = ? "
            "order by started_at desc limit 1",
            source,
            entity,
        )[0]

    def faults(self, *names: str, seed: int = 0, **more: Any) -> None:
        """Switch faults on, and all others off; a storm and a stall are short in tests."""
        self.sandbox.post(
            "/faults", names=names, seed=seed, **{"retry_after": 0, "stall": 3} | more
        )

    def throttled(self, vendor: str) -> int:
        """Calls the vendor has turned away because they were too many."""
        return int(self.sandbox.get("/calls")["vendors"][vendor]["throttled"])

    def edit_registry(
        self, name: str, key: str, path: Path, settings: Settings | None = None
    ) -> None:
        """Set a registry's rows, here or in another warehouse, from a CSV file."""
        with open_warehouse(settings or Settings(GTM_DUCKDB_PATH=self.path)) as warehouse:
            ensure_ops_tables(warehouse)
            ensure_raw_tables(warehouse)
            edit = Edit(read_registries(warehouse), "test", utc_now(), "of the world")
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    set_row(edit, name, row[key], row)
            append(warehouse, edit.checked())


@pytest.fixture
def intake(
    sandbox: RunningSandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Intake]:
    """An empty warehouse before the module's sandbox, without faults."""
    yield from intake_of(sandbox, tmp_path, monkeypatch)


@pytest.fixture
def own_intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """An empty warehouse before a sandbox of the test's own, for tests that change the world."""
    with started_sandbox(TINY) as running:
        yield from intake_of(running, tmp_path, monkeypatch)


def intake_of(
    sandbox: RunningSandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Intake]:
    """Point the environment at a sandbox and at a new warehouse file, with little patience."""
    path = folder / "warehouse.duckdb"
    for name, value in {
        "GTM_SANDBOX_URL": sandbox.url,
        "GTM_DUCKDB_PATH": str(path),
        "GTM_TARGET": "duckdb",
        "GTM_HTTP_FIRST_WAIT": "0.01",
        "GTM_HTTP_TIMEOUT": "2",
    }.items():
        monkeypatch.setenv(name, value)
    sandbox.post("/faults", names=[], seed=0)
    sandbox.forget_calls()
    yield Intake(sandbox, path)
    sandbox.post("/faults", names=[], seed=0)
