"""`gtm explain`: a score to the event, found by whatever a person calls the account."""

from __future__ import annotations

import json
import math

import pytest

from tests.python.conftest import LAST_DAY, Shop
from tests.typed import gtm

LEDGER = [
    "event_date",
    "event_name",
    "content_type",
    "cta_id",
    "lane",
    "event_count",
    "weight",
    "age_days",
    "decay",
    "points",
]


@pytest.fixture
def top(shop: Shop) -> dict:  # type: ignore[type-arg]
    """The account in the CRM with the most points."""
    [row] = shop.rows(
        "select account_key, account_name, crm_account_id from marts.hot_accounts "
        "where crm_account_id is not null order by raw_score_30d desc limit 1"
    )
    return row


def test_the_ledger_adds_up_to_the_score(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    printed = shop.gtm("explain", top["account_key"], "--json")
    assert (printed.code, printed.err) == (0, "")
    document = json.loads(printed.out)
    assert list(document) == [
        "account_key",
        "snapshot_date",
        "score_config_id",
        "raw_score_30d",
        "intent_score",
        "ledger",
    ]
    assert document["snapshot_date"] == LAST_DAY
    assert [list(row) for row in document["ledger"]] == [LEDGER] * len(document["ledger"])
    points = math.fsum(row["points"] for row in document["ledger"])
    assert points == pytest.approx(document["raw_score_30d"], rel=1e-9)
    for row in document["ledger"]:
        assert row["decay"] == pytest.approx(math.exp(-0.1 * row["age_days"]), rel=1e-12)
        assert row["points"] == pytest.approx(
            row["event_count"] * row["weight"] * row["decay"], rel=1e-12
        )
        assert 0 <= row["age_days"] <= 29


def test_any_past_day_can_be_explained(shop: Shop) -> None:
    days = shop.rows(
        "select account_key, snapshot_date, raw_score_30d from marts.fct_daily_account_intent "
        "where raw_score_30d > 0 order by hash(account_key, snapshot_date) limit 5"
    )
    for row in days:
        document = json.loads(
            shop.gtm(
                "explain", row["account_key"], "--date", str(row["snapshot_date"]), "--json"
            ).out
        )
        total = math.fsum(entry["points"] for entry in document["ledger"])
        assert total == pytest.approx(row["raw_score_30d"], rel=1e-9)


def test_an_account_answers_to_domain_url_email_id_and_name(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    key = top["account_key"]
    for called in (
        key.upper(),
        f"https://me@www.{key}:8443/pricing?x=1#y",
        f"app.{key}/login",
        f"somebody@{key}",
        top["crm_account_id"],
        top["account_name"].upper(),
    ):
        printed = shop.gtm("explain", called)
        assert printed.out.startswith(f"{key} on {LAST_DAY}: score "), called


def test_an_alias_domain_answers_for_its_account(shop: Shop) -> None:
    [alias] = shop.rows(
        "select alias_domain, account_key from staging.stg_registry__account_aliases "
        "where account_key in (select account_key from marts.fct_daily_account_intent) limit 1"
    )
    assert shop.gtm("explain", alias["alias_domain"]).out.startswith(f"{alias['account_key']} on ")


def test_names_that_fit_none_or_several(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    key = top["account_key"]
    assert f"did you mean {key}" in shop.gtm("explain", key.replace("m", "n", 1) + "x").said
    assert shop.gtm("explain", "qqqqqqqq").said == (
        "gtm: there is no account 'qqqqqqqq': marts.dim_accounts lists them all"
    )
    shop.execute(
        "update marts.dim_accounts set account_name = 'Twin' where account_key like '%.com'"
    )
    several = shop.gtm("explain", "twin")
    assert several.code == 2
    assert several.said.startswith("gtm: 'twin' is the name of several accounts: ")


def test_a_day_without_a_snapshot_names_those_there_are(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    refused = shop.gtm("explain", top["account_key"], "--date", "2020-01-01")
    assert refused.code == 2
    assert "has no snapshot of 2020-01-01: it has some from 2026-05-" in refused.said
    assert refused.said.endswith(f"to {LAST_DAY}")
    assert shop.gtm("explain", top["account_key"], "--date", "yesterday").said == (
        "gtm: 'yesterday' is not a day: write it as YYYY-MM-DD"
    )


def test_a_score_that_no_longer_adds_up_says_how_to_mend_it(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    key = top["account_key"]
    shop.execute(
        "update marts.fct_daily_account_intent set raw_score_30d = raw_score_30d + 1 "
        f"where account_key = '{key}' and snapshot_date = '{LAST_DAY}'"
    )
    printed = shop.gtm("explain", key)
    assert "≠ raw_score_30d" in printed.out
    assert f"gtm build --from {LAST_DAY} --to {LAST_DAY} builds it again" in printed.out
    assert "adds up to" in shop.gtm("explain", key, "--json").said


def test_nothing_built_yet(empty_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no warehouse at" in empty_shop.gtm("explain", "acme.com").said
    monkeypatch.chdir(empty_shop.folder)  # a name alone is of the folder that one is in
    nowhere = gtm("explain", "acme.com", env={"GTM_DUCKDB_PATH": "nowhere.duckdb"})
    assert f"no warehouse at {empty_shop.folder / 'nowhere.duckdb'}: run" in nowhere.said
    empty_shop.execute("create schema raw")
    assert empty_shop.gtm("explain", "acme.com").said == (
        "gtm: nothing has been built yet: run gtm build"
    )


def test_explaining_writes_nothing(shop: Shop, top: dict) -> None:  # type: ignore[type-arg]
    before = shop.path.stat().st_mtime_ns
    shop.gtm("explain", top["account_key"])
    assert shop.path.stat().st_mtime_ns == before
