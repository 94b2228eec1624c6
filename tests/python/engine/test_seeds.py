"""Seeds are read wherever the project lies."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.conftest import duckdb_file
from tests.small_project import SmallProject


def test_the_path_of_the_project_may_hold_quotes_blanks_and_globs(tmp_path: Path) -> None:
    folder = tmp_path / "it's a [new] *ü* folder"
    project = SmallProject(folder, duckdb_file(tmp_path))
    project.dbt("seed", "--select", "score_weights")
    with duckdb.connect(project.env["GTM_DUCKDB_PATH"], read_only=True) as con:
        [(rows,)] = con.execute("select count(*) from registry.score_weights").fetchall()
    assert rows > 0
