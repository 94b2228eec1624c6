"""Personal data is no matter of everybody on the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o640), (0o077, 0o600)])
def test_a_warehouse_is_closed_to_others(
    duckdb_env: dict[str, str], tmp_path: Path, umask: int, mode: int
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("contact_id,email\nc1,ann@acme.com\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "python_jobs.cli", "load", "contacts", str(people)],
        env={**os.environ, **duckdb_env},
        umask=umask,
        check=True,
    )
    assert (tmp_path / "warehouse.duckdb").stat().st_mode & 0o777 == mode
