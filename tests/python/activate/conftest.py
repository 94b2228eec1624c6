"""A desk before the module's sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from python_jobs.sandbox.commands import RunningSandbox
from tests.python.activate.desk import Desk


@pytest.fixture
def desk(sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Desk]:
    """A prepared warehouse before the sandbox, which has no faults and has counted no call."""
    sandbox.post("/faults", names=[], seed=0)
    sandbox.forget_calls()
    made = Desk(env_of(sandbox, tmp_path))
    made.prepare()
    yield made
    sandbox.post("/faults", names=[], seed=0)


def env_of(sandbox: RunningSandbox, folder: Path) -> dict[str, str]:
    """The environment of a user with a DuckDB file of that folder, and little patience."""
    return {
        "GTM_TARGET": "duckdb",
        "GTM_SANDBOX_URL": sandbox.url,
        "GTM_DUCKDB_PATH": str(folder / "warehouse.duckdb"),
        "GTM_HTTP_FIRST_WAIT": "0.01",
        "GTM_HTTP_TIMEOUT": "2",
    }
