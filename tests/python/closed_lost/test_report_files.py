"""What `gtm closed-lost report --out` writes."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from python_jobs.closed_lost.report import ALERTS, Report, markdown, write


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    line = {
        "account_name": '=HYPERLINK("http://x.test")',
        "contact": "\t=1",
        "note": "\r\n+1",
        "kind": "＝1",
        "lost_amount": -5,
        "stages": ["=1"],
    }
    found = Report(month="2026-06", brief={}, tables={"deals": [line]}, texts={}, proposals=[])
    write(found, "text", tmp_path)
    with (tmp_path / "deals.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "account_name": '\'=HYPERLINK("http://x.test")',
        "contact": "'\t=1",
        "note": "'\r\n+1",
        "kind": "'＝1",
        "lost_amount": "-5",
        "stages": '["=1"]',
    }


def test_what_is_told_from_outside_stays_one_line_of_plain_text() -> None:
    said = "dear\n## No\n![x](http://x.test/i) <img src=x>"
    told = r"dear ## No !\[x\](http://x.test/i) \<img src=x\>"
    statement = {"text": said, "kind": "fact", "evidence": ["call:1"]}
    quote = {"text": said, "evidence": "call:1"}
    brief = {
        "overview": [statement],
        "objections": [{"statement": statement, "quotes": [quote], "response": statement}],
        **{key: [statement] for key in ("deprioritise", "double_down", "messaging")},
        "competitors": [{"statement": statement, "positioning": statement}],
        **{"engine": "offline", "model": "rules", "answered_at": datetime(2026, 6, 30)},
        "claims_removed": 0,
    }
    lost = {
        "close_date": "2026-06-29",
        "opportunity_name": said,
        "opportunity_amount": 1,
        "competitors": [said],
        "quote": said,
    }
    text = markdown(Report("2026-06", brief, {ALERTS: [lost]}, {}, []))
    assert text.count(told) == 12
    assert "![" not in text
    assert "<img" not in text.replace(r"\<img", "")
    assert "\n## No" not in text
