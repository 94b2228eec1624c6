"""DuckDB and Snowflake agree: the same raw rows, built on both, give the same marts.

The project runs through the real dbt-snowflake adapter on the emulator: seeds, snapshots, models
and data tests, first a new warehouse, then the next day on top of it. ``make snowflake-check``
prints the table.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from python_jobs.dbt_runner import DbtProject
from python_jobs.ingest.tables import copy_raw
from python_jobs.registry.journal import append, read_registries
from python_jobs.runs import ensure_ops_tables
from python_jobs.sandbox import world
from python_jobs.settings import Settings
from python_jobs.warehouse import open_warehouse
from tests.emulator import emulator
from tests.scenarios.compare import compare, parity_table
from tests.scenarios.conftest import LAST_DAY
from tests.scenarios.lab import Lab


@pytest.mark.xdist_group("parity")
def test_every_mart_is_the_same_on_both_engines(loaded: Lab, tmp_path: Path) -> None:
    duckdb = loaded.copy_to(tmp_path / "duckdb")
    with emulator() as env:
        settings = Settings(**env, GTM_THREADS=2)
        snowflake = Lab(settings, DbtProject(settings, target_path=tmp_path / "snowflake"))
        with open_warehouse(duckdb.settings) as a, open_warehouse(snowflake.settings) as b:
            copied = copy_raw(a, b)
            ensure_ops_tables(b)
            append(b, read_registries(a).changes)
        empty = [entity for entity in world.ENTITIES if not copied[entity]]
        assert not empty, f"an entity without rows proves nothing: {empty}"
        for engine in (duckdb, snowflake):
            engine.build(LAST_DAY - timedelta(days=1))
            engine.build(LAST_DAY, tests=engine is snowflake)
        with open_warehouse(duckdb.settings) as a, open_warehouse(snowflake.settings) as b:
            compared = [compare(a, b, mart) for mart in duckdb.marts()]
        assert snowflake.run_unit_tests() == duckdb.run_unit_tests() > 0
    print("\n" + parity_table(compared))
    differences = [sentence for one in compared for sentence in one.summary()]
    assert not differences, "\n".join(differences)
    empty = [one.table for one in compared if one.row_count == 0]
    assert not empty, f"marts without rows prove nothing: {empty}"
