"""The set-up SQL for a Snowflake account parses, is complete, and runs where the emulator can."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from python_jobs.dbt_runner import DbtProject
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import SCHEMAS, open_warehouse
from tests.emulator import emulator
from tests.small_project import SmallProject

FOLDER = PROJECT_DIR / "snowflake"
FILES = sorted(FOLDER.glob("*.sql"))

# Administration that only an account has; the emulator knows neither roles nor policies.
ACCOUNT_ONLY = re.compile(
    r"\s*(grant|alter (warehouse|user|tag)|create (or replace )?(if not exists )?"
    r"(role|warehouse|resource monitor|user|network policy|masking policy|procedure))\b",
    re.IGNORECASE,
)


def statements(path: Path) -> list[str]:
    """The statements of a file, each as Snowflake's dialect writes it."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    parsed = sqlglot.parse(path.read_text(), read="snowflake")
    return [
        one.sql(dialect="snowflake", comments=False)
        for one in parsed
        if one is not None and not isinstance(one, exp.Semicolon)
    ]


EVERYTHING = "\n".join(" ".join(one.lower().split()) for path in FILES for one in statements(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_statement_parses_and_says_who_runs_it(path: Path) -> None:
    first, *rest = statements(path)
    assert first.lower().startswith("use role ")
    assert rest


def test_every_schema_is_made() -> None:
    for schema in SCHEMAS:
        assert f"create schema if not exists gtm.{schema} with managed access" in EVERYTHING


def test_the_transformer_may_build_in_every_schema() -> None:
    for schema in {*SCHEMAS, "replay"} - {"raw", "ops"}:
        granted = f"grant create table, create view on schema gtm.{schema} to role gtm_transformer"
        assert granted in EVERYTHING


def test_a_scheduled_run_needs_one_role_and_raw_tables_have_one_owner() -> None:
    assert "grant role gtm_loader to role gtm_transformer" in EVERYTHING
    for schema in ("raw", "raw_staging"):
        owned = f"grant ownership on future tables in schema gtm.{schema} to role gtm_loader"
        assert owned in EVERYTHING


def test_readers_reach_the_marts_only() -> None:
    granted = [one for one in EVERYTHING.splitlines() if one.endswith("to role gtm_reader")]
    schemas = {schema for one in granted for schema in re.findall(r"schema gtm[.](\w+)", one)}
    assert schemas == {"marts"}
    assert not any(word in one for one in granted for word in ("insert", "create", "all schemas"))


def test_nothing_is_dropped_and_no_password_is_set() -> None:
    assert "drop " not in EVERYTHING
    assert "password" not in EVERYTHING
    assert "type = service" in EVERYTHING


def test_the_instructions_name_every_file() -> None:
    readme = (FOLDER / "README.md").read_text()
    assert [path.name for path in FILES] == re.findall(r"^\| `(\w+[.]sql)`", readme, re.MULTILINE)


def test_what_connectors_read_of_a_build_are_views_as_the_loader_may(tmp_path: Path) -> None:
    folder = PROJECT_DIR / "python_jobs" / "ingest"
    texts = [path.read_text() for path in folder.rglob("*.py")]
    read = {name for text in texts for name in re.findall(r"intermediate[.](int_\w+)", text)}
    assert read
    project = DbtProject(Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "w.duckdb"))
    made = {node.name: node.config.materialized for node in project.manifest.nodes.values()}
    assert {name: made[name] for name in read} == dict.fromkeys(read, "view")
    for views in ("all views", "future views"):
        assert (
            f"grant select on {views} in schema gtm.intermediate to role gtm_loader" in EVERYTHING
        )


MARTS = [
    model
    for path in sorted((PROJECT_DIR / "models" / "marts").rglob("_*.yml"))
    for model in yaml.safe_load(path.read_text()).get("models", [])
]

# Names and addresses of people, what they say of themselves, and what was said in calls.
PERSONAL = re.compile(
    r"((^|_)(email|phone|linkedin_url|identity)|(first|last|display|owner|rep|speaker|participant)_name"
    r"|message|said|most_negative|most_positive|quote)$"
)


def is_personal(described: dict[str, Any]) -> bool:
    return bool(described.get("config", {}).get("meta", {}).get("contains_pii"))


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: str(mart["name"]))
def test_every_column_with_personal_data_says_so(mart: dict[str, Any]) -> None:
    """The columns are masked that say so; a mart with any says so itself."""
    columns = [one for one in mart.get("columns", []) if one.get("data_type") != "boolean"]
    told = {one["name"] for one in columns if is_personal(one)}
    assert {one["name"] for one in columns if PERSONAL.search(one["name"])} <= told
    assert is_personal(mart) == bool(told)


PEOPLE = {
    "models/marts/people.sql": "select 'Ada' as first_name, 'a@b.org' as work_email, "
    "'email:a@b.org' as identity, 'engineer' as title",
    "models/marts/listed_people.sql": "{{ config(materialized='view') }}"
    "select first_name from {{ ref('people') }}",
    "models/marts/people.yml": """
        models:
          - name: people
            columns:
              - {name: first_name, config: {meta: {contains_pii: true}}}
              - {name: work_email, config: {meta: {contains_pii: true}}}
              - {name: identity, config: {meta: {contains_pii: true}}}
              - {name: title}
          - name: listed_people
            columns:
              - {name: first_name, config: {meta: {contains_pii: true}}}
    """,
}


def test_dbt_tags_what_is_personal_whenever_it_has_made_a_mart(tmp_path: Path) -> None:
    """A replaced table has no tags: every run sets them, each behind the mart it belongs to."""
    with emulator() as env:
        project = SmallProject(tmp_path / "project", env)
        for name, text in PEOPLE.items():
            path = project.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with open_warehouse(Settings(**env)) as warehouse:
            ensure_ops_tables(warehouse)
        run = ("run", "--select", "people", "listed_people")
        project.dbt(*run)
        log = project.folder / "logs" / "dbt.log"
        assert "set tag" not in log.read_text()
        for _ in range(2):
            log.unlink()
            project.dbt(*run, "--vars", "personal_data_tag: gtm.ops.pii")
            sent = " ".join(log.read_text().lower().split())
            tagged = re.findall(
                r"alter (\w+) gtm[.]marts[.](\w+) modify column (\w+) "
                r"set tag gtm[.]ops[.]pii = '(\w+)'",
                sent,
            )
            assert set(tagged) == {
                ("table", "people", "first_name", "name"),
                ("table", "people", "work_email", "email"),
                ("table", "people", "identity", "text"),
                ("view", "listed_people", "first_name", "name"),
            }
            made = sent.rindex("create or replace transient table gtm.marts.people")
            assert made < sent.rindex("alter table gtm.marts.people modify")


def test_the_tag_has_the_kinds_that_dbt_gives_and_a_policy_for_texts_and_json() -> None:
    [allowed] = re.findall(r"create tag .*? allowed_values (('\w+'(, )?)+)", EVERYTHING)
    macro = (PROJECT_DIR / "macros" / "engine" / "personal_data.sql").read_text()
    [kinds] = re.findall(r"set kinds = \{(.*)\}", macro)
    given = {*re.findall(r": '(\w+)'", kinds), *re.findall(r"return\('(\w+)'\)", macro)}
    assert given == set(re.findall(r"\w+", allowed[0]))
    assert "grant apply on tag gtm.ops.pii to role gtm_transformer" in EVERYTHING
    for kind in ("varchar", "variant"):
        assert f"(value {kind}) returns {kind} ->" in EVERYTHING


def test_what_the_emulator_knows_runs() -> None:
    """Database, schemas, tag and clustering; raw tables are made in between, as a load does."""
    with emulator() as env, open_warehouse(Settings(**env)) as warehouse:
        for path in FILES:
            if path.name.startswith("08"):
                ensure_raw_tables(warehouse)
            for statement in statements(path):
                if not ACCOUNT_ONLY.match(statement):
                    warehouse.execute(statement.replace(" with managed access", ""))
        made = warehouse.rows("select lower(schema_name) as name from information_schema.schemata")
    assert set(SCHEMAS) | {"raw_staging"} <= {row["name"] for row in made}
