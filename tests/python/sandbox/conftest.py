"""Two worlds, made once: a tiny one and one of the size of the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from python_jobs.sandbox import world

AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class Made:
    """A generated world and SQL over its files, each a view of the file's name."""

    summary: world.WorldSummary
    database: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple]:
        return self.database.execute(sql).fetchall()

    def value(self, sql: str):
        return self.rows(sql)[0][0]

    def table(self, name: str) -> pa.Table:
        return pq.read_table(self.summary.out / f"{name}.parquet")


def open_world(summary: world.WorldSummary) -> Made:
    database = duckdb.connect()
    for name in world.SCHEMAS:
        view = name.replace("/", "_")
        database.execute(f"create view {view} as from '{summary.out / name}.parquet'")
    database.execute(
        "create view visitors as select identity_value as distinct_id, person_id, account_domain"
        " from truth_persons where identity_type = 'distinct_id'"
    )
    # What a company really did: one row an event, without copies and robots.
    database.execute(
        "create view company_events as select distinct on (event_id) v.account_domain as company,"
        " v.person_id, e.* from web_events e join visitors v using (distinct_id)"
        " where v.account_domain is not null"
    )
    return Made(summary, database)


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    def _make(size: world.Size = "tiny", as_of: date = AS_OF, seed: int = 7, **options) -> Made:
        out: Path = tmp_path_factory.mktemp("world")
        return open_world(world.generate(size, as_of, seed, out, **options))

    return _make


@pytest.fixture(scope="session")
def tiny(make: Callable[..., Made]) -> Made:
    return make("tiny")


@pytest.fixture(scope="session")
def demo(make: Callable[..., Made]) -> Made:
    return make("demo")
