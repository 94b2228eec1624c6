"""A new signal is one SQL file and one registry row, and nothing else: README's own example."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import duckdb
import pytest

from tests.small_project import PROJECT_DIR, SmallProject

ROW = "customer_won,true,Customer won,40,3,7,welcome,\n"
DAYS = json.dumps({"from_date": "2026-06-01", "to_date": "2026-06-05"})
UNTESTED = ("--exclude-resource-type", "unit_test", "test")
# A deal that was won, one that was lost, and one that was won before anybody looked.
DEALS = """
insert into raw.opportunities (record_id, version_at, known_at, payload, loaded_at)
select deal, day + interval 9 hours, null, payload, timestamp '2026-06-04 10:00:00'
from (values
    ('won', date '2026-06-01', '{"stage_name": "Proposal"}'),
    ('won', date '2026-06-03', '{"stage_name": "Won", "is_closed": true, "is_won": true}'),
    ('won', date '2026-06-04', '{"stage_name":"Won","is_closed":true,"is_won":true,"amount":9}'),
    ('lost', date '2026-06-03', '{"stage_name": "Closed Lost", "is_closed": true}'),
    ('old', date '2026-06-03', '{"stage_name": "Won", "is_closed": true, "is_won": true}')
) as deals (deal, day, payload)
"""


def test_a_file_and_a_row_are_a_signal(tmp_path: Path) -> None:
    """Built without it, and again with it: the file and the row alone make it fire."""
    path = tmp_path / "new.duckdb"
    env = {"GTM_TARGET": "duckdb", "GTM_DUCKDB_PATH": str(path), "GTM_THREADS": "2"}
    project = SmallProject(tmp_path / "project", env, "models", "snapshots")
    build = ("build", *UNTESTED, "--vars", DAYS, "--select")
    project.dbt(*build, "+fct_signals", "+fct_opportunity_changes")
    with duckdb.connect(str(path)) as con:
        con.execute(DEALS)

    name, sql = example()
    (project.folder / name).write_text(sql)
    with (project.folder / "seeds" / "registry" / "signals.csv").open("a") as file:
        file.write(ROW)

    # dbt's partial parsing has not read fct_signals again, and says so instead of leaving it out
    with pytest.raises(AssertionError, match="sig_customer_won is new") as refused:
        project.dbt(*build, "fct_signals")
    assert "dbt parse --no-partial-parse" in str(refused.value)

    project.dbt("parse", "--no-partial-parse")
    project.dbt(
        *(*build, "signals", "int_opportunities_collected", "fct_opportunity_changes"),
        *("sig_customer_won", "fct_signals"),
    )
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.sql(
            "select signal_name, source_record_id, cast(detected_at as varchar), strength, "
            "sequence_key, is_in_cool_down, batch_rank from marts.fct_signals"
        ).fetchall()
    assert found == [("customer_won", "won", "2026-06-03", 40, "welcome", False, 1)]


def example() -> tuple[str, str]:
    """The file that README.md shows: its path, from the first line, and what is in it."""
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"(?m)^    -- models/signals/.*\n(?:(?:    .*)?\n)+", readme)
    sql = textwrap.dedent(block)
    return sql.splitlines()[0].removeprefix("-- "), sql
