"""The worlds and the parsed project that scenarios share; each is made once a process."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest

from python_jobs.registry.edits import Edit, set_row
from python_jobs.sandbox import world
from tests.scenarios.lab import Lab

FIRST_DAY = date(2026, 5, 31)
LAST_DAY = date(2026, 6, 30)


@pytest.fixture(scope="session", autouse=True)
def _logs_aside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """dbt's log files go elsewhere than those of the project's own runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_LOG_PATH", str(tmp_path_factory.mktemp("logs")))
        yield


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A company world of 60 accounts and 60 days that ends on LAST_DAY, its aliases and parents in
    the registries, nothing built. Only to be copied from."""
    folder = tmp_path_factory.mktemp("world")
    world.generate("tiny", LAST_DAY, 7, folder)
    lab = Lab.on_duckdb(tmp_path_factory.mktemp("loaded"))
    lab.load({entity: folder / f"{entity}.parquet" for entity in world.ENTITIES})
    for path in sorted((folder / "registry").glob("*.csv")):
        with path.open(newline="") as rows:
            records = list(csv.DictReader(rows))
        lab.edit(partial(_set_all, path.stem, records))
    return lab


@pytest.fixture(scope="session")
def backfilled(loaded: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Every mart, built in one go as of LAST_DAY from FIRST_DAY on. Only to be copied from."""
    lab = loaded.copy_to(tmp_path_factory.mktemp("backfilled"))
    lab.build(LAST_DAY, from_day=FIRST_DAY)
    return lab


def _set_all(registry: str, records: list[dict[str, str]], edit: Edit) -> None:
    for record in records:
        set_row(edit, registry, next(iter(record.values())), record)
