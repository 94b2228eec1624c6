"""Fixtures for every test: the two engines, each empty, and a tiny world, in files and served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from python_jobs.http import bypass_proxy_to_this_machine
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.sandbox.world import generate
from tests.emulator import emulator

bypass_proxy_to_this_machine()

TINY = ("--size", "tiny", "--as-of", "2026-06-30")


@pytest.fixture(scope="session", autouse=True)
def dbt_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where dbt keeps the project as it read it, once for all tests of a process.

    Manifest and results are not written as JSON: that takes a second of every run, for nobody.
    """
    folder = tmp_path_factory.getbasetemp() / "dbt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_TARGET_PATH", str(folder))
        patch.setenv("DBT_WRITE_JSON", "false")
        yield folder


@pytest.fixture(scope="session")
def snowflake_env() -> Iterator[dict[str, str]]:
    """Environment of a local Snowflake that all tests of this process share.

    ``Settings(**snowflake_env)`` gives settings, ``os.environ | snowflake_env`` a command's
    environment. Tests that need an empty one of their own use ``with emulator() as env``.
    """
    with emulator() as env:
        yield env


def duckdb_file(folder: Path) -> dict[str, str]:
    """Environment of a DuckDB file in a folder."""
    return {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(folder / "warehouse.duckdb")}


@pytest.fixture
def duckdb_env(tmp_path: Path) -> dict[str, str]:
    """Environment of a DuckDB file that no other test uses."""
    return duckdb_file(tmp_path)


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def engine_env(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Environment of an empty warehouse for the tests of a module: a DuckDB file, then a local
    Snowflake."""
    if request.param == "duckdb":
        yield duckdb_file(tmp_path_factory.mktemp("duckdb"))
    else:
        with emulator() as env:
            yield env


@pytest.fixture(scope="session")
def tiny_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny world as the sandbox has it, for its registries and its truth."""
    folder = tmp_path_factory.mktemp("world")
    generate("tiny", date(2026, 6, 30), 7, folder)
    return folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """One sandbox for the tests of a module; a test that lets days go by starts its own."""
    with started_sandbox(TINY) as running:
        yield running
