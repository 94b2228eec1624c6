"""A tiny world, built once, and ``gtm`` as a user types it over a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.typed import Printed, gtm

LAST_DAY = "2026-06-30"

# What tests of the built world say of themselves; a file's tests run in one process anyway.
needs_built_world = pytest.mark.xdist_group("built world")


@dataclass
class Shop:
    """One warehouse file, always at the same place: dbt parses the project again for another."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    demo: Printed | None = None

    @property
    def path(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def world(self) -> Path:
        """The folder of the world's files."""
        return self.folder / "world"

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with open_warehouse(Settings(GTM_DUCKDB_PATH=self.path), read_only=True) as warehouse:
            return warehouse.rows(sql)

    def execute(self, sql: str) -> None:
        with open_warehouse(Settings(GTM_DUCKDB_PATH=self.path)) as warehouse:
            warehouse.execute(sql)

    def gtm(self, *arguments: str) -> Printed:
        """Run ``gtm …`` over it."""
        return gtm(*arguments, env=self.env)

    def snapshots(self) -> list[dict[str, Any]]:
        """Every snapshot, floats rounded where their last digits depend on the order of a sum."""
        rows = self.rows(
            "select * from marts.fct_daily_account_intent order by account_key, snapshot_date"
        )
        return [
            {name: round(v, 6) if isinstance(v, float) else v for name, v in row.items()}
            for row in rows
        ]


@pytest.fixture(scope="session")
def built_tiny(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The tiny world as ``gtm demo`` leaves it; what it printed is ``demo``. Use ``shop``."""
    folder = tmp_path_factory.mktemp("built")
    shop = Shop(folder)
    shop.env = {
        "GTM_TARGET": "duckdb",
        "GTM_DUCKDB_PATH": str(shop.path),
        "GTM_AS_OF": LAST_DAY,
        "GTM_THREADS": "2",
        "DBT_LOG_PATH": str(folder / "logs"),
        "COLUMNS": "1000",
    }
    shop.demo = shop.gtm("demo", "--files", "--size", "tiny", "--out", str(shop.world))
    assert shop.demo.code == 0, shop.demo.err
    shutil.copy(shop.path, folder / "kept.duckdb")
    return shop


@pytest.fixture
def shop(built_tiny: Shop) -> Shop:
    """The built tiny world, to do with as one likes."""
    shutil.copy(built_tiny.folder / "kept.duckdb", built_tiny.path)
    return built_tiny


@pytest.fixture
def empty_shop(built_tiny: Shop) -> Shop:
    """The same place without a warehouse."""
    built_tiny.path.unlink(missing_ok=True)
    return built_tiny


@pytest.fixture
def columns_of() -> Callable[[Any, str], set[tuple[str, str, str]]]:
    """Table, column and type of everything in a schema of a warehouse."""

    def read(warehouse: Any, schema: str) -> set[tuple[str, str, str]]:
        rows = warehouse.rows(
            "select lower(table_name) as t, lower(column_name) as c, lower(data_type) as d "
            "from information_schema.columns where lower(table_schema) = ?",
            [schema],
        )
        return {(row["t"], row["c"], row["d"]) for row in rows}

    return read
