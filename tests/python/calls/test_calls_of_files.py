"""Calls from files belong to the company that the file names, or whose people spoke."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.scenarios.lab import Lab

CALLS = """call_id,started_at,account_domain
named,2026-03-09 10:00,https://www.named.com/
heard,2026-03-09 11:00,
ours,2026-03-09 12:00,
"""
TRANSCRIPTS = """call_id,position,occurred_at,text,speaker,speaker_email,is_internal
heard,0,2026-03-09 11:00,Hello.,rep,rep@us.com,true
heard,1,2026-03-09 11:00,Hello.,guest,Zoe@Heard.com,false
ours,0,2026-03-09 12:00,Hello.,rep,rep@us.com,true
"""


def test_calls_of_companies_that_nothing_else_names(tmp_path: Path) -> None:
    lab = Lab.on_duckdb(tmp_path)
    paths = {name: tmp_path / f"{name}.csv" for name in ("calls", "transcripts")}
    for path, text in zip(paths.values(), (CALLS, TRANSCRIPTS), strict=True):
        path.write_text(text)
    lab.load(paths)
    day = date(2026, 3, 9)
    lab.build(day, from_day=day, select="+int_accounts_unioned")
    calls = lab.rows("select call_id, account_key from intermediate.int_call_accounts order by 1")
    assert [tuple(row.values()) for row in calls] == [
        ("heard", "heard.com"),
        ("named", "named.com"),
    ]
    accounts = lab.rows("select account_key from intermediate.int_accounts_unioned order by 1")
    assert [row["account_key"] for row in accounts] == ["heard.com", "named.com"]
