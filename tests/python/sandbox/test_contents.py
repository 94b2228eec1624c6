"""The world looks like a company's data: contracts kept, traffic of the right shape."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from python_jobs import cli
from python_jobs.ingest.contracts import CONTRACTS
from python_jobs.sandbox import world


@pytest.mark.parametrize("entity", world.ENTITIES)
def test_columns_are_the_contract_and_required_ones_are_filled(demo, entity) -> None:
    rows, contract = demo.table(entity), CONTRACTS[entity]
    names = [column.name for column in contract.columns]
    assert rows.column_names[: len(names)] == names
    for column in contract.columns:
        if column.required:
            assert rows[column.name].null_count == 0, column.name
        else:
            assert rows[column.name].null_count < rows.num_rows, column.name


def test_some_entities_carry_columns_no_contract_knows() -> None:
    unknown = {
        entity: set(world.SCHEMAS[entity].names) - {c.name for c in CONTRACTS[entity].columns}
        for entity in world.ENTITIES
    }
    assert {entity for entity, names in unknown.items() if names} == {
        "accounts",
        "product_users",
        "product_events",
    }


def test_readers_see_plain_text(tiny) -> None:
    assert tiny.table("web_events").schema.field("url").type == "string"


@pytest.mark.parametrize(
    ("entity", "key"),
    [
        ("accounts", "account_id, updated_at"),
        ("contacts", "contact_id, updated_at"),
        ("opportunities", "opportunity_id, updated_at"),
        ("lead_requests", "lead_request_id"),
        ("intent_accounts", "account_domain, product, observed_on"),
        ("product_users", "user_id, updated_at"),
        ("job_postings", "posting_id, observed_at"),
    ],
)
def test_versions_of_records_are_unique(demo, entity, key) -> None:
    assert demo.rows(f"select {key} from {entity} group by all having count(*) > 1") == []


def test_sizes_are_what_they_promise(tiny, demo) -> None:
    assert 2_500 < tiny.summary.rows["web_events.parquet"] < 3_700
    assert 110_000 < demo.summary.rows["web_events.parquet"] < 130_000
    assert demo.value("select count(distinct company) from company_events") == 2_000


def test_domains_are_different_and_real_looking(demo) -> None:
    domains = [row[0] for row in demo.rows("select distinct account_domain from visitors")]
    aliases = [row[0] for row in demo.rows("select alias_domain from truth_aliases")]
    known = [domain for domain in domains if domain] + aliases
    assert len(known) == len(set(known))
    endings = {domain.partition(".")[2] for domain in known}
    assert {"com", "co.uk", "io", "de", "com.au"} <= endings


def test_traffic_is_heavy_tailed_over_accounts(demo) -> None:
    """Close to lognormal with sigma 1.5; a visit in 56 days at least and journeys flatten it."""
    spread, top_share = demo.rows(
        "with n as (select company, count(*) as events from company_events group by company)"
        " select stddev(ln(events)), sum(events) filter (events > (select"
        " quantile_cont(events, 0.9) from n)) / sum(events) from n"
    )[0]
    assert 1.1 < spread < 1.6
    assert 0.4 < top_share < 0.75


def test_quiet_companies_are_steady(demo) -> None:
    """Outside surges and journeys, weekly visits scatter only a little more than Poisson."""
    dispersion = demo.value(
        """
        with quiet as (
            select distinct company from company_events
            where company not in (select account_domain from truth_surges)
              and company not in (select account_domain from truth_in_market)
        ), weeks as (
            select unnest(range(date '2026-03-09', date '2026-06-22', interval 7 day)) as week
        ), visits as (
            select company, date_trunc('week', occurred_at) as week,
                count(distinct (distinct_id, occurred_at::date)) as n
            from company_events where occurred_at >= '2026-03-09' and occurred_at < '2026-06-22'
            group by all
        ), dense as (
            select quiet.company, coalesce(visits.n, 0) as n from quiet cross join weeks
            left join visits on visits.company = quiet.company and visits.week = weeks.week
        ), each as (
            select company, avg(n) as mean, var_samp(n) as spread from dense group by company
        )
        select sum(spread) / sum(mean) from each where mean >= 1
        """
    )
    assert 0.8 < dispersion < 1.5


def test_the_week_and_the_day_have_their_rhythm(demo) -> None:
    by_day = dict(
        demo.rows("select isodow(occurred_at), count(*) from company_events group by all")
    )
    assert by_day[2] > 3 * by_day[6] > 0
    by_hour = dict(demo.rows("select hour(occurred_at), count(*) from company_events group by all"))
    assert max(by_hour.values()) > 2 * min(by_hour.values())


def test_visits_have_about_five_pages(demo) -> None:
    pages = demo.value(
        "with n as (select distinct_id, occurred_at::date as day, count(*) as pages"
        " from company_events where event_name = 'page_view' group by all) select avg(pages) from n"
    )
    assert 4 < pages < 7


def test_about_a_third_of_visitors_are_named_and_many_only_later(demo) -> None:
    named, later = demo.rows(
        """
        with n as (
            select distinct_id, min(occurred_at) as first_seen,
                min(occurred_at) filter (email is not null) as named_at
            from web_events join visitors using (distinct_id) group by distinct_id
        )
        select avg((named_at is not null)::int),
            avg((named_at > first_seen + interval 1 day)::int) filter (named_at is not null)
        from n
        """
    )[0]
    assert 0.25 < named < 0.38
    assert later > 0.15


def test_reverse_ip_names_about_six_in_ten_company_visitors(demo) -> None:
    """Among visitors who did more than glance once."""
    share = demo.value(
        "with n as (select distinct_id, bool_or(account_domain is not null) as named"
        " from company_events group by all having count(*) >= 3) select avg(named::int) from n"
    )
    assert 0.55 < share < 0.7


def test_journeys_raise_every_trace(demo) -> None:
    """Decision pages, third-party stages and postings are commoner in market than outside."""
    pricing = (
        "select avg((path like '/pricing%')::int) from company_events e where {} exists"
        " (select 1 from truth_in_market m where m.account_domain = e.company"
        " and e.occurred_at >= m.decision_from and e.occurred_at < m.in_market_until)"
    )
    assert demo.value(pricing.format("")) > 3 * demo.value(pricing.format("not"))
    inside = demo.value(
        "select avg(intent_score) from intent_accounts i join truth_in_market m using"
        " (account_domain) where observed_on between decision_from and in_market_until"
    )
    assert inside > demo.value("select avg(intent_score) from intent_accounts") + 30


def test_a_won_deal_makes_a_customer_with_users(demo) -> None:
    types = "select distinct account_id from accounts where account_type = 'customer'"
    won = "select distinct account_id from opportunities where is_won"
    assert set(demo.rows(types)) == set(demo.rows(won))
    with_users = demo.value(
        "select count(distinct account_domain) from product_users where plan = 'business'"
    )
    assert with_users > 0.7 * len(demo.rows(won))


def test_opportunities_move_through_stages_to_one_end(demo) -> None:
    ends = demo.rows(
        "select opportunity_id, count(*) filter (is_closed), max(updated_at) filter (is_closed)"
        " = max(updated_at) from opportunities group by 1 having count(*) filter (is_closed) > 0"
    )
    assert ends
    assert all(closed == 1 and last for _, closed, last in ends)
    assert (
        demo.value(
            "select count(*) from opportunities where is_closed != (stage_name like 'Closed%')"
            " or is_won != (stage_name = 'Closed Won')"
            " or (loss_reason is not null) != (stage_name = 'Closed Lost')"
        )
        == 0
    )
    assert (
        demo.value(
            "select count(*) from (select opportunity_id from opportunities group by 1"
            " having count(distinct amount) > 1)"
        )
        > 100
    )


def test_records_point_at_records_that_exist(demo) -> None:
    accounts = "(select account_id from accounts)"
    for entity in ("contacts", "opportunities"):
        sql = f"select count(*) from {entity} where account_id not in {accounts}"
        assert demo.value(sql) == 0
    assert (
        demo.value(f"select count(*) from accounts where parent_account_id not in {accounts}") == 0
    )
    assert (
        demo.value(
            "select count(*) from product_events where user_id not in"
            " (select user_id from product_users)"
        )
        == 0
    )


def test_lead_requests_name_the_form_that_sent_them_or_came_otherwise(demo) -> None:
    assert (
        demo.value(
            "select count(*) from lead_requests where event_id is not null and event_id not in"
            " (select event_id from web_events where event_name = 'form_submitted')"
        )
        == 0
    )
    with_form, without = demo.rows(
        "select count(event_id), count(*) - count(event_id) from lead_requests"
    )[0]
    assert with_form > 50
    assert without > 10


def test_every_product_signal_has_something_to_find(demo) -> None:
    events = dict(demo.rows("select event_name, count(*) from product_events group by all"))
    assert set(events) == {
        "signed_up",
        "login",
        "transaction_completed",
        "notarization_completed",
        "team_member_invited",
    }
    assert (
        demo.value(
            "select count(*) from product_events e join truth_product p using (user_id)"
            " where e.occurred_at >= p.silent_from"
        )
        == 0
    )
    activated = demo.value(
        "select count(*) from truth_product p where activated_on between '2026-03-10' and"
        " '2026-06-20' and not exists (select 1 from product_events e where e.user_id = p.user_id"
        " and event_name = 'notarization_completed' and e.occurred_at::date = activated_on)"
    )
    assert activated == 0


def test_command_prints_one_line_a_file_and_its_rows(tmp_path) -> None:
    arguments = ["world", "--size", "tiny", "--as-of", "2026-06-30", "--out", str(tmp_path)]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0
    lines = dict(reversed(line.split()) for line in result.stdout.splitlines())
    for name in world.SCHEMAS:
        path = tmp_path / f"{name}.parquet"
        rows = pq.read_metadata(path).num_rows
        assert lines[str(path)] == f"{rows:,}"
