"""Closed-lost mining over deals of a test's own, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from python_jobs.settings import Settings
from tests.emulator import emulator
from tests.python.closed_lost.lost_deals import Mining


@pytest.fixture(scope="session")
def mining(tmp_path_factory: pytest.TempPathFactory) -> Mining:
    folder = tmp_path_factory.mktemp("mining")
    path = folder / "warehouse.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        yield Mining(Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=path, GTM_THREADS=2), folder)


@pytest.fixture(scope="session")
def mining_on_snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mining]:
    folder = tmp_path_factory.mktemp("mining_on_snowflake")
    with pytest.MonkeyPatch.context() as patch, emulator() as env:
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        yield Mining(Settings(**env), folder)
