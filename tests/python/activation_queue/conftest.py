"""The activation models, run over worlds of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from python_jobs.dbt_runner import DbtProject
from python_jobs.registry.edits import Edit
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.python.activation_queue.world import World, lay_down

REGISTRIES = (
    *("personas", "eligibility_rules", "suppressions", "sequences", "mailboxes", "signals"),
    "account_aliases",
)
MODELS = (
    *(f"path:seeds/registry/{name}.csv" for name in REGISTRIES),
    *(f"stg_registry__{name}" for name in REGISTRIES),
    *("personal_mail_domains", "int_account_keys"),
    *("path:models/intermediate/activation", "path:models/marts/activation"),
)


class Morning:
    """A warehouse with one world, in which the queue is made."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "warehouse.duckdb"
        self.settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=self.path, GTM_THREADS=2)
        self._project: DbtProject | None = None

    def of(self, world: World, edit: Callable[[Edit], None] | None = None) -> Morning:
        """Start over with a world, and edits of the registries if any."""
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            warehouse.execute("delete from ops.registry_changes")
            made = Edit(read_registries(warehouse), "a test", datetime(2026, 1, 1))
            if edit is not None:
                edit(made)
                append(warehouse, made.checked())
        with duckdb.connect(str(self.path)) as con:
            lay_down(con, world)
        return self

    def build(self, day: date) -> Morning:
        """Make the queue as of a day."""
        if self._project is None:
            self._project = DbtProject(self.settings)
        outcome = self._project.run(
            *("build", "--exclude-resource-type", "unit_test", "test"),
            *("--select", *MODELS),
            variables={"as_of_date": day.isoformat()},
            on_start=lambda *_: None,
        )
        assert not outcome.failures, "\n".join(outcome.failures)
        return self

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.path), read_only=True) as con:
            return con.execute(sql).fetchall()


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_LOG_PATH", str(tmp_path_factory.mktemp("logs")))
        yield Morning(tmp_path_factory.mktemp("morning"))
