"""A source made of lists: the framework around connectors without a vendor, for its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from python_jobs.ingest import sources
from python_jobs.ingest.connector import Entity, Page, Pull, Source, SourceConfig
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.run import Outcome, Wish, ingest
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse

NOW = datetime(2026, 6, 30, 12)

THINGS = Contract(
    source="acme",
    entity="things",
    shape="state",
    meaning="Things, for tests.",
    key=("id",),
    columns=(Column("id", "text", "id", required=True), Column("name", "text", "", required=True)),
    version_from=("updated",),
)
HITS = Contract(
    source="acme",
    entity="hits",
    shape="events",
    meaning="Events, for tests.",
    key=("hit_id",),
    columns=(
        Column("hit_id", "text", "id", required=True),
        Column("occurred_at", "timestamp", "when", required=True),
        Column("known_at", "timestamp", "when known"),
        Column("properties", "json", "more"),
    ),
)


class Shop:
    """A source made of lists, over a warehouse of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings(
            GTM_DUCKDB_PATH=folder / "w.duckdb", GTM_TARGET="duckdb", GTM_WAREHOUSE_WAIT=0.2
        )
        self._monkeypatch = monkeypatch
        self.api = SimpleNamespace(calls=0)

    def pull(
        self,
        read: Callable[[Pull], Iterator[Page]],
        contract: Contract = THINGS,
        wish: Wish | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        [outcome] = self.ingest(
            Source(
                "acme",
                "Acme",
                SourceConfig,
                lambda config, patience: self.api,
                (Entity(contract, read),),
            ),
            wish=wish,
            now=now,
        )
        return outcome

    def ingest(
        self, *wanted: Source, wish: Wish | None = None, now: datetime = NOW
    ) -> list[Outcome]:
        for source in wanted:
            self._monkeypatch.setitem(sources.SOURCES, source.name, source)
        pairs = [(source, source.entities) for source in wanted]
        return ingest(self.settings, pairs, wish or Wish(), clock=lambda: now)

    def pages(self, *pages: Page, contract: Contract = THINGS, now: datetime = NOW) -> Outcome:
        return self.pull(lambda pull: iter(pages), contract, now=now)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with open_warehouse(self.settings, read_only=True) as warehouse:
            return warehouse.rows(sql)

    def things(self, columns: str = "record_id, version_at, known_at, payload") -> list[Any]:
        found = self.rows(f"select {columns} from raw.acme__things order by all")
        return [tuple(row.values()) for row in found]


def thing(number: int, updated: str = "2026-06-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"thing {number}", "updated": updated, **more}


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    run = outcome.run
    return run.rows_read, run.rows_written, run.rows_unchanged, run.rows_set_aside
