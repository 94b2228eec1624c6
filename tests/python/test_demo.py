"""`gtm demo`: what one command shows, and that twice is once."""

from __future__ import annotations

import re

from tests.python.conftest import LAST_DAY, Shop


def test_the_demo_shows_hot_accounts_one_of_them_explained_and_what_to_type_next(
    built_tiny: Shop,
) -> None:
    out = built_tiny.demo.out  # type: ignore[union-attr]
    assert f"made the tiny world, 2026-05-02 to {LAST_DAY}" in out
    assert f"Hottest accounts on {LAST_DAY}" in out
    top = re.search(r"gtm explain (\S+)", out)
    assert top
    assert re.search(rf"^{re.escape(top[1])} on {LAST_DAY}: score \d+ (Hot|Warm|Cold)", out, re.M)
    total, raw = re.search(r"sum of \d+ rows?: ([\d.,]+) = raw_score_30d ([\d.,]+)", out).groups()  # type: ignore[union-attr]
    assert total == raw
    assert "gtm load --describe all" in out
    # no brief has been written of files alone
    assert "the brief again" not in out
    assert re.search(r"gtm enrich account_brief +briefs, written with no key: gtm brief \S+", out)


def test_the_registries_know_the_aliases_of_the_world(shop: Shop) -> None:
    edits = shop.rows("select distinct registry, changed_by from ops.registry_changes")
    assert {row["changed_by"] for row in edits} == {"gtm demo"}
    assert "account_aliases" in {row["registry"] for row in edits}


def test_a_second_demo_on_the_same_day_changes_nothing(shop: Shop) -> None:
    before = shop.snapshots(), shop.rows("select count(*) as n from ops.registry_changes")
    again = shop.gtm("demo", "--files", "--size", "tiny", "--out", str(shop.world))
    assert again.code == 0
    assert "is in" in again.out.splitlines()[0]
    assert ": 0 new, " in again.out.splitlines()[1]
    assert f"built {LAST_DAY} (1 day)" in again.out
    assert (shop.snapshots(), shop.rows("select count(*) as n from ops.registry_changes")) == before


def test_the_demo_stays_out_of_a_warehouse_with_other_rows(shop: Shop) -> None:
    shop.execute("delete from ops.job_runs where job = 'demo'")
    refused = shop.gtm("demo", "--files", "--size", "tiny", "--out", str(shop.world))
    assert refused.code == 2
    assert "holds rows of yours: set GTM_DUCKDB_PATH to another file for the tiny world" in (
        refused.said
    )


def test_a_size_that_there_is_not(shop: Shop) -> None:
    refused = shop.gtm("demo", "--size", "huge")
    assert refused.code == 2
    assert refused.said == "gtm: there is no world of size 'huge': use tiny, demo, bench"


def test_by_default_the_world_comes_through_the_vendors_apis(empty_shop: Shop) -> None:
    shown = empty_shop.gtm("demo", "--size", "tiny", "--out", str(empty_shop.folder / "served"))
    assert shown.code == 0, shown.err
    assert re.search(rf"^the tiny world up to {LAST_DAY} is served at http://127", shown.out, re.M)
    assert f"Hottest accounts on {LAST_DAY}" in shown.out
    pulled = empty_shop.rows(
        "select source, sum(rows_written) as written from ops.job_runs where job = 'ingest' "
        "group by source"
    )
    without = {row["source"] for row in pulled if not row["written"]}
    assert without == set(), "every source of `gtm ingest all` has something to give"
    assert empty_shop.rows("select count(*) as n from raw.web_events") == [{"n": 0}]


def test_the_latest_lead_request_has_one_name_and_one_time(shop: Shop) -> None:
    [told] = shop.rows(
        "select count(hot.latest_lead_request_at) as requests, "
        "count_if(hot.latest_lead_request_at is distinct from accounts.latest_lead_request_at) "
        "as others from marts.hot_accounts as hot "
        "inner join marts.dim_accounts as accounts on hot.account_key = accounts.account_key"
    )
    assert told["requests"] > 0
    assert told["others"] == 0
