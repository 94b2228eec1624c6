"""What `gtm closed-lost report --out` writes."""

from __future__ import annotations

import csv
from pathlib import Path

from python_jobs.closed_lost import Report, write


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    line = {"account_name": '=HYPERLINK("http://x.test")', "lost_amount": -5, "stages": ["=1"]}
    found = Report(month="2026-06", brief={}, tables={"deals": [line]}, texts={}, proposals=[])
    write(found, "text", tmp_path)
    with (tmp_path / "deals.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "account_name": '\'=HYPERLINK("http://x.test")',
        "lost_amount": "-5",
        "stages": '["=1"]',
    }
