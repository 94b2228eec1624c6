"""Odd and broken input, from file to mart: a sensible result, or one clear sentence.

What loading alone does with it (broken UTF-8, files that are not what they say, rows that lack a
column) is in tests/python/ingest, an empty warehouse and a second run at once in test_build.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.conftest import LAST_DAY, Shop

ONLY_ANONYMOUS = {"account_domain": "onlyanonymous.com"}


def test_no_data_at_all_builds_to_empty_marts(empty_shop: Shop) -> None:
    built = empty_shop.gtm("build", "--as-of", LAST_DAY, "--skip-tests")
    assert built.code == 0, built.err
    marts = empty_shop.rows(
        "select table_name as name from information_schema.tables where table_schema = 'marts'"
    )
    assert len(marts) >= 11
    for mart in marts:
        counted = empty_shop.rows(f"select count(*) as n from marts.{mart['name']}")
        assert counted == [{"n": 0}], mart["name"]
    # a company that lost no deal has a schedule that ends well all the same
    run = empty_shop.gtm("closed-lost", "run")
    none = "no lost deal has been read, so there is no brief\n"
    assert (run.code, run.out) == (0, none)
    run = empty_shop.gtm("closed-lost", "run", "--json")
    assert (run.code, run.out) == (0, "null\n")
    assert run.err.endswith(none)


def test_odd_events_give_sensible_marts(empty_shop: Shop, tmp_path: Path) -> None:
    """Anonymous visits, unknown types and words, far dates, a megabyte of URL: data tests hold."""
    long_url = "https://site.test/docs/" + "a" * 1_000_000 + "?q=1"
    odd = [
        ONLY_ANONYMOUS | {"distinct_id": "v1", "path": "/pricing"},
        ONLY_ANONYMOUS | {"path": "/x", "content_type": "hologram"},
        ONLY_ANONYMOUS | {"path": "/y", "lane": "telepathy"},
        ONLY_ANONYMOUS | {"path": "/z", "event_name": "mind_read"},
        ONLY_ANONYMOUS | {"url": long_url},
        ONLY_ANONYMOUS | {"path": """/it's "quoted" \\ ünï 🙂 {'a': 1}"""},
        ONLY_ANONYMOUS | {"path": "", "email": "", "distinct_id": ""},
        ONLY_ANONYMOUS | {"occurred_at": "9999-12-31 23:59:59"},
        ONLY_ANONYMOUS | {"occurred_at": "1970-01-01 00:00:00"},
        {"account_domain": "192.168.0.1", "path": "/pricing"},
        {"account_domain": "localhost", "email": "not an address", "path": "/pricing"},
        {"email": "someone@gmail.com", "path": "/pricing"},
    ]
    path = tmp_path / "web_events.jsonl"
    common = {"occurred_at": f"{LAST_DAY} 08:00:00", "event_name": "page_view"}
    lines = [json.dumps({"event_id": f"e{n}"} | common | one) for n, one in enumerate(odd)]
    path.write_text("\n".join(lines))
    loaded = empty_shop.gtm("load", "web_events", str(path))
    assert loaded.code == 0, loaded.err
    vendor = tmp_path / "intent_accounts.csv"
    vendor.write_text(
        "account_domain,observed_on,intent_score,buying_stage,profile_fit\n"
        f"onlyanonymous.com,{LAST_DAY},1e12,Evaluating,weak\n"
        f"other.com,{LAST_DAY},1e12,Purchase,Strong\n"
    )
    assert empty_shop.gtm("load", "intent_accounts", str(vendor)).code == 0
    requests = tmp_path / "lead_requests.csv"
    requests.write_text(
        f"lead_request_id,occurred_at,website,lead_score\nl1,{LAST_DAY},other.com,1782777600000\n"
    )
    assert empty_shop.gtm("load", "lead_requests", str(requests)).code == 0
    built = empty_shop.gtm("build", "--as-of", LAST_DAY)
    assert built.code == 0, built.err
    assert ": 2 accounts, " in built.out

    [snapshot] = empty_shop.rows(
        "select * from marts.fct_daily_account_intent "
        f"where account_key = 'onlyanonymous.com' and snapshot_date = '{LAST_DAY}'"
    )
    # Pricing 25; the long URL is docs, 6; /x, /y, the quoted page and the one without a path count
    # as other, 1 each; an unknown event weighs nothing; the two far dates do not count.
    assert snapshot["raw_score_7d"] == pytest.approx(25 + 6 + 4 * 1, rel=1e-9)
    assert snapshot["raw_score_30d"] == pytest.approx(25 + 6 + 4 * 1, rel=1e-9)
    assert snapshot["unique_people_7d"] == 1
    assert json.loads(snapshot["why_hot"]) == ["1× Pricing"]
    assert sum(json.loads(snapshot["lane_scores_7d"]).values()) == pytest.approx(35, abs=1e-5)
    assert all(len(page["page_path"]) < 10_000 for page in json.loads(snapshot["top_pages_7d"]))
    assert empty_shop.rows(
        "select display_name, is_anonymous, account_key from marts.people_in_accounts"
    ) == [{"display_name": "Anonymous", "is_anonymous": True, "account_key": "onlyanonymous.com"}]
    # words that 6sense is not known to use stand as they came, and stop no build
    assert empty_shop.rows(
        "select sixsense_buying_stage as stage, sixsense_profile_fit as fit "
        "from marts.dim_accounts where account_key = 'onlyanonymous.com'"
    ) == [{"stage": "Evaluating", "fit": "weak"}]
    # figures that are none are read as they came, too
    assert empty_shop.rows(
        "select description from marts.account_timeline "
        "where account_key = 'other.com' and entry_type in ('lead_request', 'signal') order by 1"
    ) == [
        {"description": "Asked for contact (lead score 1782777600000)"},
        {"description": "Lead request (strength 95)"},
        {"description": "Third-party intent (strength 100)"},
    ]


def test_a_build_while_another_program_holds_the_file_is_one_sentence(empty_shop: Shop) -> None:
    holding = "import duckdb, sys; it = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, str(empty_shop.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        refused = empty_shop.gtm("build", "--as-of", LAST_DAY)
    finally:
        holder.communicate("\n")
    assert (refused.code, refused.out) == (1, "")
    assert "another process has" in refused.said
    assert len(refused.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["registry show lanes", "explain acme.com"])
def test_a_warehouse_that_is_no_database_is_one_sentence(empty_shop: Shop, command: str) -> None:
    empty_shop.path.write_text("this is no database, only some text" * 100)
    refused = empty_shop.gtm(*command.split())
    assert (refused.code, refused.out) == (2, "")
    assert "cannot be read as a DuckDB database" in refused.said
    assert len(refused.err.splitlines()) == 1
