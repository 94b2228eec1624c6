"""The domain macros, rendered for each engine, over its reference seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.emulator import emulator
from tests.small_project import SmallProject


class Domains:
    """The two macros as functions over lists of texts."""

    def __init__(self, warehouse: Warehouse, host_of: str, registrable_domains: str) -> None:
        self._warehouse = warehouse
        self._host_of = host_of
        self._registrable = registrable_domains
        warehouse.execute("create schema if not exists staging")

    def hosts(self, texts: Sequence[str]) -> list[str | None]:
        self._give("raw", texts)
        rows = self._warehouse.rows(
            f"select id, {self._host_of} as host from staging.given order by id"
        )
        return [row["host"] for row in rows]

    def registrable(self, hosts: Sequence[str]) -> dict[str, tuple[str | None, bool]]:
        self._give("host", hosts)
        return {
            row["host"]: (row["registrable_domain"], row["is_personal_mail"])
            for row in self._warehouse.rows(self._registrable)
        }

    def _give(self, column: str, texts: Sequence[str]) -> None:
        self._warehouse.execute(
            f"create or replace table staging.given (id integer, {column} varchar)"
        )
        for start in range(0, len(texts), 500):
            batch = list(enumerate(texts))[start : start + 500]
            self._warehouse.execute(
                f"insert into staging.given values {', '.join(['(?, ?)'] * len(batch))}",
                [value for pair in batch for value in pair],
            )


@pytest.fixture(scope="session", params=["duckdb", "snowflake"])
def domains(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Domains]:
    """On DuckDB, and on the local Snowflake."""
    folder = tmp_path_factory.mktemp("domains")
    if request.param == "duckdb":
        yield from _domains(
            folder, {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": f"{folder}/x.duckdb"}
        )
    else:
        with emulator() as env:
            yield from _domains(folder, env)


def _domains(folder: Path, env: dict[str, str]) -> Iterator[Domains]:
    project = SmallProject(folder / "project", env)
    project.dbt("seed", "--select", "path:seeds/reference")
    # One start of dbt for both; before the warehouse is opened, for DuckDB lets only one in.
    rendered = project.render(
        "{{ host_of('raw') }}\n---\n{{ registrable_domains('staging.given') }}"
    )
    with open_warehouse(Settings(**env)) as warehouse:  # type: ignore[arg-type]
        yield Domains(warehouse, *rendered.split("---"))
