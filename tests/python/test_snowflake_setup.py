"""The set-up SQL for a Snowflake account parses, is complete, and runs where the emulator can."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from python_jobs.runs import ensure_raw_tables
from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import SCHEMAS, open_warehouse
from tests.emulator import emulator

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
