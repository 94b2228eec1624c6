"""`selectors.yml`: what a person builds together under a name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.small_project import PROJECT_DIR, run_dbt


@pytest.mark.parametrize(
    ("selector", "model", "not_it"),
    [
        ("scores", "fct_daily_account_intent", "fct_signals"),
        ("calls", "int_call_segments", "fct_daily_account_intent"),
        ("language", "call_analysis", "fct_daily_account_intent"),
        ("replay", "fct_daily_account_intent", "int_company_event_days"),
    ],
)
def test_a_selector_names_what_it_says(
    selector: str, model: str, not_it: str, duckdb_env: dict[str, str], dbt_target: Path
) -> None:
    env = duckdb_env | {
        "DBT_TARGET_PATH": str(dbt_target),
        "DBT_LOG_PATH": os.environ.get("DBT_LOG_PATH", str(dbt_target / "logs")),
    }
    named = run_dbt(
        PROJECT_DIR,
        env,
        *("ls", "--selector", selector, "--resource-type", "model", "--output", "name"),
        *("--profiles-dir", str(PROJECT_DIR)),
    ).split()
    assert model in named
    assert not_it not in named


def test_what_plain_dbt_tests_is_what_its_run_makes(
    duckdb_env: dict[str, str], dbt_target: Path
) -> None:
    """`dbt run` makes no snapshot: a data test of one would fail after it."""
    env = duckdb_env | {
        "DBT_TARGET_PATH": str(dbt_target),
        "DBT_LOG_PATH": os.environ.get("DBT_LOG_PATH", str(dbt_target / "logs")),
    }
    of_snapshots = run_dbt(
        PROJECT_DIR,
        env,
        *("ls", "--select", "resource_type:snapshot+1", "--resource-type", "test"),
        *("--profiles-dir", str(PROJECT_DIR)),
    )
    assert "snap_" not in of_snapshots
