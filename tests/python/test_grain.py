"""The data test `grain`: one query that says what a row of a model is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.small_project import SmallProject

MODELS = """
models:
  - name: sound
    data_tests: [{grain: {arguments: {key: [a, b], not_null: [c]}}}]
  - name: twice
    data_tests: [{grain: {arguments: {key: [a, b]}}}]
  - name: keyless
    data_tests: [{grain: {arguments: {key: [a, b]}}}]
  - name: empty_column
    data_tests: [{grain: {arguments: {key: [a], not_null: [b, c]}}}]
"""
ROWS = {
    "sound": "select 1 as a, 2 as b, 3 as c union all select 1, 3, 3",
    "twice": "select 1 as a, 2 as b union all select 1, 2 union all select 2, 2",
    "keyless": "select 1 as a, 2 as b union all select 1, cast(null as integer)",
    "empty_column": "select 1 as a, 2 as b, cast(null as integer) as c union all select 2, 2, 3",
}
PROBLEMS = {"twice": "several rows; ", "keyless": "no b; ", "empty_column": "no c; "}


@pytest.fixture(scope="module", params=["duckdb", "snowflake"])
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SmallProject:
    folder = tmp_path_factory.mktemp("grain")
    env: Mapping[str, str] = {
        "GTM_TARGET": "duckdb",
        "GTM_DUCKDB_PATH": str(folder / "warehouse.duckdb"),
    }
    if request.param == "snowflake":
        env = request.getfixturevalue("snowflake_env")
    made = SmallProject(folder / "project", env)
    (made.folder / "models" / "models.yml").write_text(MODELS)
    for name, sql in ROWS.items():
        (made.folder / "models" / f"{name}.sql").write_text(sql)
    made.dbt("run", "--select", *ROWS)
    return made


def test_rows_of_the_stated_grain_pass(project: SmallProject) -> None:
    project.dbt("test", "--select", "sound")


@pytest.mark.parametrize(("model", "problem"), PROBLEMS.items())
def test_what_breaks_it_is_told(project: SmallProject, model: str, problem: str) -> None:
    with pytest.raises(AssertionError, match="Got 1 result"):
        project.dbt("test", "--select", model)
    compiled = (project.folder / "target" / "compiled" / "gtm" / "models" / "models.yml").glob(
        f"grain_{model}_*.sql"
    )
    sql = next(compiled).read_text()
    assert project.dbt("show", "--inline", sql).count(problem.strip("; ")) == 1
