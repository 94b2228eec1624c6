"""Every planted fault can be found in the data, and the truth beside it holds."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

WEBMAIL = "'(gmail[.]com|yahoo[.]com|outlook[.]com|hotmail[.]com|icloud[.]com|gmx[.]de)$'"


@pytest.fixture(params=["tiny", "demo"])
def made(request):
    return request.getfixturevalue(request.param)


def test_two_in_a_hundred_events_arrive_one_to_six_days_late(demo) -> None:
    share, longest = demo.rows(
        "select avg((known_at >= occurred_at + interval 1 day)::int), max(known_at - occurred_at)"
        " from web_events"
    )[0]
    assert 0.015 < share < 0.025
    assert longest < timedelta(days=9)
    assert demo.value("select count(*) from web_events where known_at is null") == 0


def test_copies_are_exact_or_differ_in_when_they_were_known(made) -> None:
    copied = made.rows(
        "select event_id, count(distinct known_at), count(distinct (occurred_at, url, event_name))"
        " from web_events group by 1 having count(*) > 1"
    )
    assert {times for _, times, _ in copied} == {1, 2}
    assert all(contents == 1 for _, _, contents in copied)
    listed = made.rows("select record_id from truth_faults where kind = 'duplicate_event'")
    assert {row[0] for row in copied} == {row[0] for row in listed}


def test_the_first_arrival_stands_before_its_copy(demo) -> None:
    """So that a load which keeps the first row keeps the earliest."""
    rows = demo.table("web_events")
    seen: dict[str, object] = {}
    for event, known in zip(
        rows["event_id"].to_pylist(), rows["known_at"].to_pylist(), strict=True
    ):
        assert seen.setdefault(event, known) <= known


@pytest.mark.parametrize(
    ("fault", "sql"),
    [
        (
            "personal mail",
            f"select count(*) from web_events where regexp_matches(email, {WEBMAIL})",
        ),
        (
            "subdomains",
            "select count(*) from web_events where regexp_matches(account_domain, '^(app|www)[.]')",
        ),
        (
            "mail at a subdomain",
            "select count(*) from truth_persons where identity_value like '%@mail.%'",
        ),
        ("mixed-case hosts", "select count(*) from web_events where account_domain ~ '.*[A-Z].*'"),
        ("mixed-case addresses", "select count(*) from web_events where email ~ '.*[A-Z].*'"),
        (
            "traffic at an alias domain",
            "select count(*) from web_events e join truth_aliases a"
            " on e.account_domain = a.alias_domain",
        ),
        (
            "mail at an alias domain",
            "select count(*) from truth_persons p join truth_aliases"
            " on split_part(identity_value, '@', 2) = alias_domain",
        ),
        (
            "an account under two names and web sites",
            "select count(*) from (select account_id from accounts group by 1"
            " having count(distinct name) > 1 and count(distinct linkedin_company_url) = 1)",
        ),
        (
            "clocks slightly ahead",
            "select count(*) from web_events where occurred_at > known_at"
            " and occurred_at < known_at + interval 6 minute",
        ),
        (
            "clocks hours ahead",
            "select count(*) from web_events where occurred_at > known_at + interval 20 minute",
        ),
        (
            "no identity at all",
            "select count(*) from web_events where distinct_id is null and email is null"
            " and account_domain is null",
        ),
        (
            "robots by user agent",
            "select count(*) from web_events where user_agent similar to '.*(bot|requests).*'",
        ),
        (
            "a robot inside a company",
            "select count(*) from truth_faults f join web_events e on f.record_id = e.distinct_id"
            " where f.kind = 'bot' and f.detail is not null and e.account_domain is not null",
        ),
        (
            "a personal address linked to an account",
            f"select count(*) from contacts where account_id is not null"
            f" and regexp_matches(lower(email), {WEBMAIL})",
        ),
        (
            "one person as two contacts",
            "select count(*) from (select person_id from truth_persons where identity_type ="
            " 'contact_id' group by 1 having count(*) = 2)",
        ),
    ],
)
def test_fault_is_in_the_data(made, fault, sql) -> None:
    assert made.value(sql) > 0, fault


@pytest.mark.parametrize(
    ("kind", "entity", "key"),
    [
        ("duplicate_event", "web_events", "event_id"),
        ("clock_skew", "web_events", "event_id"),
        ("missing_ids", "web_events", "event_id"),
        ("bot", "web_events", "distinct_id"),
        ("renamed_company", "accounts", "account_id"),
        ("duplicate_contact", "contacts", "contact_id"),
        ("personal_mail", "contacts", "contact_id"),
    ],
)
def test_listed_faults_are_records_of_the_data(made, kind, entity, key) -> None:
    listed = f"from truth_faults where kind = '{kind}' and entity = '{entity}'"
    assert made.value(f"select count(*) {listed}") > 0
    absent = f"select count(*) {listed} and record_id not in (select {key} from {entity} where"
    assert made.value(f"{absent} {key} is not null)") == 0


def test_clock_skew_and_lost_identities_are_all_listed(demo) -> None:
    for kind, condition in (
        ("clock_skew", "occurred_at > known_at"),
        ("missing_ids", "distinct_id is null"),
    ):
        found = demo.rows(f"select distinct event_id from web_events where {condition}")
        listed = demo.rows(f"select record_id from truth_faults where kind = '{kind}'")
        missing = {row[0] for row in found} - {row[0] for row in listed}
        assert not missing, kind


def test_robots_read_every_page_alike(demo) -> None:
    most, least = demo.rows(
        "select max(n), min(n) from (select path, count(*) as n from web_events"
        " where distinct_id in (select record_id from truth_faults where kind = 'bot')"
        " and distinct_id not in (select distinct_id from visitors) group by path)"
    )[0]
    assert most < 4 * least


def test_every_human_visitor_belongs_to_one_person(made) -> None:
    robots = "(select record_id from truth_faults where kind = 'bot')"
    assert (
        made.value(
            "select count(distinct distinct_id) from web_events where distinct_id not in"
            f" (select distinct_id from visitors) and distinct_id not in {robots}"
        )
        == 0
    )
    assert (
        made.value("select max(n) from (select count(*) as n from visitors group by distinct_id)")
        == 1
    )


def test_an_address_given_on_the_site_is_the_visitors_own(made) -> None:
    assert (
        made.value(
            """
        select count(*) from web_events e
        join visitors v using (distinct_id)
        left join truth_persons p on p.identity_type = 'email'
            and p.identity_value = lower(e.email) and p.person_id = v.person_id
        where e.email is not null and p.person_id is null
        """
        )
        == 0
    )


def test_contact_and_user_addresses_belong_to_the_person_truth_names(made) -> None:
    assert (
        made.value(
            """
        select count(*) from contacts c
        join truth_persons i on i.identity_type = 'contact_id' and i.identity_value = c.contact_id
        left join truth_persons p on p.identity_type = 'email'
            and p.identity_value = lower(c.email) and p.person_id = i.person_id
        where p.person_id is null
        """
        )
        == 0
    )
    assert (
        made.value(
            "select count(*) from contacts where contact_id not in (select identity_value"
            " from truth_persons where identity_type = 'contact_id')"
        )
        == 0
    )


def test_one_address_is_one_person(demo) -> None:
    assert (
        demo.rows(
            "select identity_value from truth_persons group by identity_type, identity_value"
            " having count(distinct person_id) > 1"
        )
        == []
    )


def test_a_named_company_is_the_visitors_or_its_alias(made) -> None:
    """Where reverse IP says a company, it is the true one, under one of its domains."""
    assert (
        made.value(
            """
        with seen as (
            select regexp_replace(lower(e.account_domain), '^(app|www)[.]', '') as domain,
                v.account_domain as company
            from web_events e join visitors v using (distinct_id) where e.account_domain is not null
        )
        select count(*) from seen
        left join truth_aliases a on a.alias_domain = seen.domain and a.account_domain = company
        where domain != company and a.alias_domain is null
        """
        )
        == 0
    )


def test_planted_surges_multiply_the_companys_own_traffic(demo) -> None:
    """Over all surges, seven days' events are about the multiple of the quiet expectation."""
    ratio, surges, least, most = demo.rows(
        """
        with each as (
            select s.account_domain, s.starts_on, any_value(multiple) as multiple,
                any_value(7 * baseline_events_per_day) as quiet, count(e.event_id) as events
            from truth_surges s
            left join company_events e on e.company = s.account_domain
                and e.occurred_at >= s.starts_on and e.occurred_at < s.starts_on + interval 7 day
            where s.starts_on between date '2026-03-10' and date '2026-06-20'
            group by all
        )
        select sum(events) / sum(multiple * quiet), count(*), min(multiple), max(multiple) from each
        """
    )[0]
    assert surges >= 30
    assert 0.85 < ratio < 1.3
    assert 3 <= least < most <= 8


def test_surging_companies_are_in_no_journey_then(demo) -> None:
    assert (
        demo.value(
            "select count(*) from truth_surges s join truth_in_market m using (account_domain)"
            " where s.starts_on + 7 > m.awareness_from and s.starts_on < m.in_market_until"
        )
        == 0
    )


def test_stages_follow_each_other_and_outcomes_are_in_the_crm(made) -> None:
    assert made.value("select count(*) from truth_in_market") > 0
    assert (
        made.value(
            "select count(*) from truth_in_market where awareness_from >= consideration_from"
            " or consideration_from >= decision_from"
            " or coalesce(decision_from, consideration_from, awareness_from) >= in_market_until"
        )
        == 0
    )
    assert (
        made.value(
            "select count(*) from truth_in_market t where closed_on <= date '2026-06-30'"
            " and not exists (select 1 from opportunities o"
            " where o.opportunity_id = t.opportunity_id"
            " and o.is_closed and o.stage_name = t.outcome and o.close_date = t.closed_on)"
        )
        == 0
    )


def test_registry_files_are_a_proper_part_of_the_truth(made) -> None:
    for name, truth, columns in (
        ("account_aliases", "aliases", "alias_domain, account_domain"),
        ("account_parents", "parents", "account_domain, parent_account_domain"),
    ):
        path = made.summary.out / "registry" / f"{name}.csv"
        with path.open(encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        true = made.rows(f"select {columns} from truth_{truth}")
        assert header[0] in ("alias_domain", "account_key")
        assert 0 < len(rows) < len(true)
        assert {tuple(row) for row in rows} < set(true)
        assert made.summary.rows[f"registry/{name}.csv"] == len(rows)


def test_a_parent_is_never_itself_a_subsidiary(demo) -> None:
    assert (
        demo.value(
            "select count(*) from truth_parents where parent_account_domain in"
            " (select account_domain from truth_parents)"
        )
        == 0
    )
