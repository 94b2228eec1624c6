"""On DuckDB a view or a table is replaced where it stands: there is the new one, or the old."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.small_project import SmallProject

MODELS = {
    "plain": "{{ config(materialized='table') }} select cast('{{ var('value') }}' as integer) as a",
    "contracted": "select cast('{{ var('value') }}' as integer) as a",
    "changing": "{{ config(materialized=var('kind')) }} select '{{ var('value') }}' as a",
}
CONTRACT = """
models:
  - name: contracted
    config: {materialized: table, contract: {enforced: true}}
    columns:
      - {name: a, data_type: integer, constraints: [{type: not_null}]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    folder = tmp_path_factory.mktemp("in_place")
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(folder / "warehouse.duckdb")}
    made = SmallProject(folder / "project", env)
    models = made.folder / "models"
    (models / "models.yml").write_text(CONTRACT)
    for name, sql in MODELS.items():
        (models / f"{name}.sql").write_text(sql)
    return made


def build(project: SmallProject, value: str, kind: str = "table") -> None:
    project.dbt("run", "--vars", f"{{value: '{value}', kind: {kind}}}")


def found(project: SmallProject, sql: str) -> list[tuple[object, ...]]:
    path = Path(project.env["GTM_DUCKDB_PATH"])
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_table_is_replaced_and_nothing_is_left_beside_it(project: SmallProject) -> None:
    for value in ("1", "2"):
        build(project, value)
    for name in ("plain", "contracted"):
        assert found(project, f"select a from staging.{name}") == [(2,)]
    tables = found(
        project, "select table_name from duckdb_tables() where schema_name = 'staging' order by 1"
    )
    assert tables == [("changing",), ("contracted",), ("plain",)]
    [(nullable,)] = found(
        project, "select is_nullable from duckdb_columns() where table_name = 'contracted'"
    )
    assert nullable is False


def test_a_table_that_cannot_be_made_leaves_the_old_one(project: SmallProject) -> None:
    build(project, "3")
    with pytest.raises(AssertionError, match="Could not convert"):
        build(project, "three")
    for name in ("plain", "contracted"):
        assert found(project, f"select a from staging.{name}") == [(3,)]


def test_a_view_becomes_a_table_and_a_table_a_view(project: SmallProject) -> None:
    for value, kind in (("4", "view"), ("5", "table"), ("6", "view")):
        build(project, value, kind)
        assert found(project, "select a from staging.changing") == [(value,)]
        views = found(project, "select count(*) from duckdb_views() where view_name = 'changing'")
        assert views == [(1 if kind == "view" else 0,)]
