"""A new signal is one SQL file and one registry row, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.small_project import SmallProject

pytestmark = pytest.mark.xdist_group("new_signal")

# As README.md shows it.
SQL = """
with signal as (

    {{ signal_terms('customer_won', modifiers=['large_deal']) }}

),

run_days as (

    select * from {{ ref('int_run_days') }}

),

firings as (

    select
        'acme.com' as account_key,
        cast(null as varchar) as person_id,
        cast(run_days.run_date as timestamp) as occurred_at,
        run_days.run_date as detected_at,
        'crm' as source_name,
        'deal 1' as source_record_id,
        cast(null as timestamp) as loaded_at,
        {{ json_build({'opportunity_id': "'deal 1'"}) }} as facts,
        {{ once_if('100 > signal.large_deal_threshold') }} as large_deal
    from run_days
    cross join signal

),

final as (
    {{ signal_rows('customer_won', modifiers=['large_deal']) }}
)

select * from final
"""
ROW = "customer_won,true,Customer won,40,3,welcome,\n"
MODIFIER = "customer_won:large_deal,customer_won,large_deal,7,99,\n"
DAYS = json.dumps({"from_date": "2026-06-01", "to_date": "2026-06-05"})


def test_a_file_and_a_row_are_a_signal(tmp_path: Path) -> None:
    """Built without it, and again with it: the file and the row alone make it fire."""
    path = tmp_path / "new.duckdb"
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(path), "GTM_THREADS": "2"}
    project = SmallProject(tmp_path / "project", env, "models", "snapshots")
    untested = ("--exclude-resource-type", "unit_test", "test")
    build = ("--select", "+fct_signals", "--vars", DAYS)
    project.dbt("build", *untested, *build)

    (project.folder / "models" / "signals" / "sig_customer_won.sql").write_text(SQL)
    for seed, row in (("signals", ROW), ("signal_modifiers", MODIFIER)):
        with (project.folder / "seeds" / "registry" / f"{seed}.csv").open("a") as file:
            file.write(row)

    # dbt's partial parsing has not read fct_signals again, and says so instead of leaving it out
    with pytest.raises(AssertionError, match="sig_customer_won is new") as refused:
        project.dbt("run", *("--select", "sig_customer_won", "fct_signals", "--vars", DAYS))
    assert "dbt parse --no-partial-parse" in str(refused.value)

    project.dbt("parse", "--no-partial-parse")
    names = ("signals", "signal_modifiers", "sig_customer_won", "fct_signals")
    project.dbt("build", *untested, "--select", *names, "--vars", DAYS)
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.sql(
            "select cast(detected_at as varchar), strength, sequence_key, is_in_cool_down, batch_rank "
            "from marts.fct_signals where signal_name = 'customer_won' order by detected_at"
        ).fetchall()
    assert found == [
        ("2026-06-01", 47, "welcome", False, 1),
        ("2026-06-02", 47, "welcome", True, 1),
        ("2026-06-03", 47, "welcome", True, 1),
        ("2026-06-04", 47, "welcome", False, 1),
        ("2026-06-05", 47, "welcome", True, 1),
    ]
