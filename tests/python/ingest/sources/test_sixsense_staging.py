"""6sense and Clay staged, and what their connectors ask the warehouse, the same on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from python_jobs.ingest.credits import CreditLedger
from python_jobs.ingest.sources.sixsense import DUE, SixSenseConfig, qualifying_accounts
from python_jobs.warehouse import Warehouse
from tests.python.ingest.sources.staged import SEEN, staged_on

LATER = datetime(2026, 7, 4, 23)
STRONG = {"company_profile_fit": "Strong", "company_profile_score": 81}
RAW: list[tuple[str, str, datetime, dict[str, Any]]] = [
    (
        "sixsense__account_scores",
        "acme.com|2026-06-29",
        datetime(2026, 6, 29),
        {
            "domain": "acme.com",
            "observed_on": "2026-06-29",
            "is_match": True,
            "scores": [
                {"product": "two", "company_intent_score": 7, "company_buying_stage": "Target"},
                {
                    "product": "one",
                    "company_intent_score": 88,
                    "company_buying_stage": "Decision",
                    "contact_intent_score": 40,
                    **STRONG,
                },
            ],
        },
    ),
    (
        "sixsense__account_scores",
        "hidden.com|2026-06-29",
        datetime(2026, 6, 29),
        {"domain": "hidden.com", "observed_on": "2026-06-29", "is_match": True},
    ),
    (
        "sixsense__account_scores",
        "acme.com|2026-07-04",
        datetime(2026, 7, 4),
        {
            "domain": "acme.com",
            "observed_on": "2026-07-04",
            "scores": [{"product": "one", "company_intent_score": 99}],
        },
    ),
    (
        "sixsense__segment_export",
        "beta.io|default|2026-06-28",
        datetime(2026, 6, 28),
        {
            "account_domain": "beta.io",
            "product": "default",
            "observed_on": "2026-06-28",
            "intent_score": 61,
            "segments": "ICP core;Tier 1",
        },
    ),
    (
        "sixsense__segments",
        "7|acme.com",
        SEEN,
        {"segment_id": "7", "segment_name": "Tier 1", "domain": "Acme.com", "name": "Acme"},
    ),
    (
        "sixsense__segments",
        "7|acme.com",
        LATER,
        {"segment_id": "7", "domain": "acme.com", "is_gone": True},
    ),
    (
        "sixsense__people",
        "acme.com|p1",
        SEEN,
        {"domain": "acme.com", "id": "p1", "jobLevel": "VP", "hasEmail": True, "hasPhone": False},
    ),
    (
        "sixsense__people_enrichment",
        "p1",
        SEEN,
        {
            "people_id": "p1",
            "email": "jane@acme.com",
            "emailConfidence": "A+",
            "company": {"domain": "acme.com"},
        },
    ),
    (
        "clay__enrichments",
        "function:t_1|acme.com",
        SEEN,
        {"routine_id": "function:t_1", "domain": "acme.com", "result": {"technologies": ["Okta"]}},
    ),
]


@dataclass
class Staged:
    """A warehouse with the staging models built over ``RAW`` as of 2026-06-30."""

    warehouse: Warehouse

    def rows(self, model: str) -> list[dict[str, Any]]:
        return self.warehouse.rows(f"select * from staging.{model} order by 1")


@pytest.fixture(scope="module")
def staged(
    engine_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staged]:
    folder = tmp_path_factory.mktemp("staged")
    with staged_on(engine_env, folder, ("sixsense", "clay"), RAW) as warehouse:
        yield Staged(warehouse)


def test_every_product_of_an_answer_is_a_row_of_its_day_and_a_hidden_score_is_none(
    staged: Staged,
) -> None:
    one, two = staged.rows("stg_sixsense__account_scores")
    assert one["intent_account_id"] == "acme.com|one|2026-06-29"
    assert (one["account_domain"], one["product"], one["observed_on"]) == (
        "acme.com",
        "one",
        date(2026, 6, 29),
    )
    assert (one["intent_score"], one["buying_stage"]) == (88, "Decision"), "not the contact's"
    assert (one["profile_fit"], one["profile_score"]) == ("Strong", 81)
    assert one["known_at"] == datetime(2026, 6, 29)
    assert (two["product"], two["intent_score"], two["profile_fit"]) == ("two", 7, None)


def test_both_ways_in_have_the_columns_of_the_files(staged: Staged) -> None:
    [exported] = staged.rows("stg_sixsense__segment_export")
    [scored, _] = staged.rows("stg_sixsense__account_scores")
    assert list(exported) == list(scored)
    assert list(exported) == [
        "intent_account_id",
        "account_domain",
        "observed_on",
        "product",
        "intent_score",
        "buying_stage",
        "profile_fit",
        "profile_score",
        "segments",
        "topics",
        "version_at",
        "known_at",
        "loaded_at",
    ]
    assert exported["intent_account_id"] == "beta.io|default|2026-06-28"
    assert (exported["intent_score"], exported["segments"]) == (61, "ICP core;Tier 1")


def test_what_was_seen_later_is_not_known_yet(staged: Staged) -> None:
    [segment] = staged.rows("stg_sixsense__segments")
    assert (segment["account_domain"], segment["is_member"]) == ("acme.com", True)
    assert segment["is_current"]


def test_people_and_what_was_paid_for(staged: Staged) -> None:
    [person] = staged.rows("stg_sixsense__people")
    assert (person["sixsense_people_id"], person["job_level"]) == ("p1", "VP")
    assert (person["has_email"], person["has_phone"], person["is_gone"]) == (True, False, False)
    [enriched] = staged.rows("stg_sixsense__people_enrichment")
    assert (enriched["email"], enriched["account_domain"]) == ("jane@acme.com", "acme.com")
    [enrichment] = staged.rows("stg_clay__enrichments")
    assert json.loads(enrichment["result"]) == {"technologies": ["Okta"]}


def test_who_is_asked_for_next_has_an_address_at_the_account_and_the_oldest_score(
    staged: Staged,
) -> None:
    for statement in (
        "create schema if not exists marts",
        "create or replace table marts.dim_accounts as "
        "select 'acme.com' as account_key, 'Acme' as account_name, 'US' as country, "
        "cast('2026-06-20' as timestamp) as last_seen_at "
        "union all select 'quiet.com', null, null, null "
        "union all select 'busy.com', null, null, cast('2026-06-28' as timestamp) "
        "union all select 'private.com', null, null, null",
        "create or replace table marts.dim_people as "
        "select '1' as person_id, 'acme.com' as account_key, 'jo@uk.acme.com' as email, "
        "false as is_opted_out, false as is_do_not_contact "
        "union all select '2', 'quiet.com', 'ann@quiet.com', false, false "
        "union all select '3', 'busy.com', 'bob@busy.com', false, false "
        "union all select '4', 'private.com', 'cy@gmail.com', false, false "
        "union all select '5', 'private.com', 'dee@private.com', false, true",
    ):
        staged.warehouse.execute(statement)
    due = staged.warehouse.rows(DUE, [datetime(2026, 7, 5)])
    assert [(row["domain"], row["email"]) for row in due] == [
        ("busy.com", "bob@busy.com"),
        ("quiet.com", "ann@quiet.com"),
        ("acme.com", "jo@uk.acme.com"),
    ]
    asked_today = staged.warehouse.rows(DUE, [datetime(2026, 7, 4)])
    assert "acme.com" not in {row["domain"] for row in asked_today}


def test_an_account_qualifies_by_the_latest_row_of_any_product(staged: Staged) -> None:
    rows = [
        ("one.com", "a", "2026-06-20", 90, "Decision", "Strong"),
        ("one.com", "b", "2026-06-21", 10, "Target", "Weak"),
        ("was.com", "a", "2026-06-20", 90, "Decision", "Strong"),
        ("was.com", "a", "2026-06-27", 20, "Target", "Strong"),
        ("sixty.com", "a", "2026-06-20", 60, "Purchase", "Moderate"),
        ("nofit.com", "a", "2026-06-20", 90, "Purchase", None),
        ("long-ago.com", "a", "2026-04-01", 90, "Purchase", "Strong"),
        # a web site is its company, whichever way it is written; some mail is nobody's company
        ("https://www.Top.com/", "a", "2026-06-20", 99, "Purchase", "Moderate"),
        ("top.com", "a", "2026-06-19", 5, "Target", "Weak"),
        ("gmail.com", "a", "2026-06-20", 99, "Purchase", "Moderate"),
    ]
    values = " union all ".join(
        f"select '{domain}' as account_domain, '{product}' as product, "
        f"cast('{day}' as date) as observed_on, {score} as intent_score, '{stage}' as buying_stage,"
        f" {'null' if fit is None else repr(fit)} as profile_fit, "
        f"cast('{day}' as timestamp) as version_at, true as is_current"
        for domain, product, day, score, stage, fit in rows
    )
    staged.warehouse.execute("create schema if not exists intermediate")
    staged.warehouse.execute(
        f"create or replace table intermediate.int_intent_accounts_collected as {values}"
    )
    companies = {domain: domain for domain, *_ in rows}
    companies["https://www.Top.com/"] = "top.com"
    del companies["gmail.com"]
    values = " union all ".join(
        f"select '{domain}' as domain_reference, '{company}' as company_domain"
        for domain, company in companies.items()
    )
    staged.warehouse.execute(f"create or replace table intermediate.int_account_keys as {values}")
    config = SixSenseConfig()
    found = qualifying_accounts(staged.warehouse, config, datetime(2026, 6, 30, 23), "people")
    assert found == ["top.com", "one.com"]


def test_the_ledger_keeps_a_subject_until_it_expires(staged: Staged) -> None:
    def ledger(day: int) -> CreditLedger:
        now = datetime(2026, 1, 1) + timedelta(days=day)
        return CreditLedger("sixsense", staged.warehouse, timedelta(days=90), now)

    subjects = ["a", "b", "c"]
    first = ledger(0).intend(subjects)
    assert ledger(0).unpaid(subjects) == []
    ledger(0).settle(first, {"a": "paid", "b": "unmatched"})
    assert ledger(1).settle_interrupted() == 1, "c was never settled"
    assert ledger(89).unpaid(subjects) == []
    assert ledger(90).unpaid(subjects) == subjects
    second = ledger(90).intend(["a"])
    ledger(90).refused(second)
    assert ledger(90).unpaid(["a"]) == ["a"], "nothing was paid"
    third = ledger(91).intend(["a"])
    ledger(91).started(third, "rr_1")
    assert ledger(92).settle_interrupted() == 0
    assert ledger(92).running() == {"rr_1": ["a"]}
    outcomes = staged.warehouse.rows(
        "select subject_key, outcome, credits from ops.credit_ledger "
        "order by requested_at, subject_key"
    )
    assert [tuple(row.values()) for row in outcomes] == [
        ("a", "paid", 1),
        ("b", "unmatched", 0),
        ("c", "unknown", 1),
        ("a", "refused", 0),
        ("a", "running", 1),
    ]
