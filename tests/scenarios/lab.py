"""A warehouse of its own for a scenario: load a world, build days, copy it, compare it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_jobs.dbt_runner import DbtProject
from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.ingest.load import load_entity, prepare
from python_jobs.registry.edits import Edit
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.scenarios.compare import MartTable, compare, mart_tables

SNAPSHOTS = MartTable("marts", "fct_daily_account_intent", ("account_key", "snapshot_date"))
SIGNALS = MartTable("marts", "fct_signals", ("signal_id",))

EDITED_AT = datetime(2026, 6, 1, 12)

# The file's name is the database's name, which dbt writes into every relation of a parsed project.
FILE_NAME = "warehouse.duckdb"


@dataclass(frozen=True)
class Lab:
    """One warehouse and the parsed project that builds it."""

    settings: Settings
    project: DbtProject

    @classmethod
    def on_duckdb(cls, folder: Path, project: DbtProject | None = None) -> Lab:
        """A DuckDB warehouse in a folder; a project parsed for another one serves it too."""
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=folder / FILE_NAME, GTM_THREADS=2)
        if project is None:
            return cls(settings, DbtProject(settings))
        project = copy.copy(project)
        project.settings = settings
        return cls(settings, project)

    def copy_to(self, folder: Path) -> Lab:
        """The same warehouse once more, to continue from."""
        other = Lab.on_duckdb(folder, self.project)
        shutil.copy(self.settings.duckdb_path, other.settings.duckdb_path)
        return other

    def load(self, files: Mapping[str, Path]) -> None:
        """Load one file of each entity named."""
        with open_warehouse(self.settings) as warehouse:
            prepare(warehouse, utc_now())
            for entity, path in files.items():
                load_entity(warehouse, self.settings, CONTRACTS[entity], [str(path)])

    def edit(self, make: Callable[[Edit], None]) -> None:
        """Edit the registries, as `gtm registry` does."""
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            edit = Edit(read_registries(warehouse), "a test", EDITED_AT)
            make(edit)
            append(warehouse, edit.checked())

    def copy_registries(self, source: Lab) -> None:
        """Make the edits of another warehouse here too."""
        with open_warehouse(source.settings, read_only=True) as there:
            changes = read_registries(there).changes
        with open_warehouse(self.settings) as warehouse:
            ensure_ops_tables(warehouse)
            append(warehouse, changes)

    def deliver(self, source: Lab, until: date, after: date | None = None) -> None:
        """Copy the raw rows of another warehouse that arrived by the end of a day (after one)."""
        with open_warehouse(self.settings) as warehouse:
            prepare(warehouse, utc_now())
            warehouse.execute(f"attach '{source.settings.duckdb_path}' as source (read_only)")
            for entity, contract in CONTRACTS.items():
                happened = "occurred_at" if contract.shape == "events" else "version_at"
                arrived = f"cast(coalesce(known_at, {happened}) as date)"
                warehouse.execute(
                    f"insert into raw.{entity} by name select * from source.raw.{entity} "
                    f"where {arrived} <= ? and {arrived} > ?",
                    [until, after or date(1, 1, 1)],
                )

    def build(
        self,
        as_of: date,
        from_day: date | None = None,
        to_day: date | None = None,
        select: str = "",
        tests: bool = False,
        seeds: bool = True,
    ) -> None:
        """Build as of a day; every model selected, and every data test if asked, must succeed.

        Seeds take their time; a build on top of another can do without. Without them and without
        tests it is `dbt run`, which has no tests to put in order.
        """
        days = {"as_of_date": as_of, "from_date": from_day, "to_date": to_day}
        arguments = ["run"]
        if seeds or tests:
            arguments = ["build", "--exclude-resource-type", "unit_test"]
            arguments += [] if tests else ["--exclude-resource-type", "test"]
            arguments += [] if seeds else ["--exclude-resource-type", "seed"]
        outcome = self.project.run(
            *arguments,
            *(["--select", *select.split()] if select else []),
            variables={name: day.isoformat() for name, day in days.items() if day},
            on_start=lambda *_: None,
        )
        assert not outcome.failures, "\n".join(outcome.failures)
        assert outcome.models_built > 0

    def run_unit_tests(self) -> int:
        """Run dbt's unit tests, which must all hold; how many there are. Models must be built."""
        outcome = self.project.run("test", "--select", "test_type:unit", on_start=lambda *_: None)
        assert not outcome.failures, "\n".join(outcome.failures)
        return outcome.tests_passed

    def execute(self, sql: str) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(sql)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with open_warehouse(self.settings) as warehouse:
            return warehouse.rows(sql)

    def marts(self) -> list[MartTable]:
        """Every mart, with the columns that make its rows unique."""
        return mart_tables(self.project.manifest.writable_manifest().to_dict())

    def differences(self, other: Lab, tables: Iterable[MartTable] = (SNAPSHOTS,)) -> list[str]:
        """How tables here and there differ, as sentences; none if they agree to 1e-9."""
        found = []
        with open_warehouse(self.settings) as a, open_warehouse(other.settings) as b:
            for table in tables:
                found += compare(a, b, table).summary()
        return found

    def differences_by_day(self, other: Lab) -> set[date]:
        """The days that both have snapshots of, and that have not the same figures."""
        columns = "account_key, snapshot_date, round(raw_score_30d, 9) as points"
        mine, others = (
            {
                (row["account_key"], row["snapshot_date"]): row["points"]
                for row in lab.rows(f"select {columns} from marts.{SNAPSHOTS.name}")
            }
            for lab in (self, other)
        )
        assert mine.keys() >= others.keys()
        return {key[1] for key, points in others.items() if points != mine[key]}
