"""HubSpot: lists, search below its ceiling, associations, what is archived, scopes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from python_jobs.http import Patience
from python_jobs.ingest.connector import Check, Pull
from python_jobs.ingest.sources import hubspot as connector
from python_jobs.ingest.sources.hubspot import Hubspot, HubspotConfig, check
from tests.python.ingest.shop import NOW
from tests.python.ingest.sources.conftest import Intake

TABLES = tuple(f"hubspot__{name}" for name in ("companies", "contacts", "deals", "owners"))


@pytest.fixture
def portal(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> Intake:
    """A portal without a pace but for search's."""
    monkeypatch.setenv("HUBSPOT_CALLS_PER_SECOND", "500")
    intake.sandbox.post("/limits", hubspot=[[500, 1], [5_000, 10]])
    return intake


def ask(portal: Intake, method: str, path: str, body: Any = None, **options: Any):
    """A request as anybody would send it."""
    return requests.request(
        method,
        f"{portal.sandbox.url}/hubspot{path}",
        json=body,
        headers={"Authorization": "Bearer pat-sandbox"},
        timeout=10,
        **options,
    )


def payloads(portal: Intake, table: str) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in portal.raw(table)]


def checks(portal: Intake, token: str = "pat-sandbox") -> list[Check]:
    config = HubspotConfig(HUBSPOT_BASE_URL=f"{portal.sandbox.url}/hubspot", HUBSPOT_TOKEN=token)
    return check(Hubspot(config, Patience()))


def test_a_full_pull_lands_everything_and_neither_list_nor_search_writes_it_again(
    portal: Intake,
) -> None:
    assert portal.gtm("ingest", "hubspot")[0] == 0
    landed = {table: portal.raw(table) for table in TABLES}
    assert len(landed["hubspot__contacts"]) > 100, "two pages"
    assert portal.last_run("hubspot", "contacts")["api_calls"] >= 3
    deals = payloads(portal, "hubspot__deals")
    assert all(deal["associations"]["companies"][0]["type"] == "deal_to_company" for deal in deals)
    values = {
        type(value)
        for table in TABLES[:3]
        for one in payloads(portal, table)
        for value in one["properties"].values()
    }
    assert values == {str, type(None)}
    for options in (
        ("--mode", "full"),
        ("--mode", "backfill", "--from", "2026-05-01", "--to", "2026-06-30"),
    ):
        code, said = portal.gtm("ingest", "hubspot", *options)
        assert code == 0
        assert all(f"hubspot {name}:" in said for name in ("companies", "contacts", "deals"))
        assert (
            portal.rows(
                "select sum(rows_written) as n from ops.job_runs where mode <> 'incremental'"
            )[0]["n"]
            == 0
        )
    assert {table: portal.raw(table) for table in TABLES} == landed
    assert portal.throttled("hubspot") == 0


def test_a_change_comes_alone_as_a_new_version(portal: Intake) -> None:
    portal.gtm("ingest", "hubspot", "--only", "contacts")
    before = portal.raw("hubspot__contacts")
    contact = before[7]["record_id"]
    path = f"/crm/v3/objects/contacts/{contact}"
    assert ask(portal, "PATCH", path, {"properties": {"jobtitle": "Head of Trial"}}).ok
    portal.gtm("ingest", "hubspot", "--only", "contacts")
    run = portal.last_run("hubspot", "contacts")
    assert run["rows_written"] == 1
    assert run["rows_read"] < 10, "not the whole list"
    old = {(row["record_id"], row["version_at"]) for row in before}
    [new] = [
        row
        for row in portal.raw("hubspot__contacts")
        if (row["record_id"], row["version_at"]) not in old
    ]
    assert new["record_id"] == contact
    assert json.loads(new["payload"])["properties"]["jobtitle"] == "Head of Trial"


def test_what_is_archived_gets_a_last_version(portal: Intake) -> None:
    portal.gtm("ingest", "hubspot", "--only", "deals")
    deal = portal.raw("hubspot__deals")[0]["record_id"]
    assert ask(portal, "DELETE", f"/crm/v3/objects/deals/{deal}").status_code == 204
    portal.gtm("ingest", "hubspot", "--only", "deals", "--mode", "full")
    assert portal.last_run("hubspot", "deals")["rows_written"] == 1
    versions = [one for one in payloads(portal, "hubspot__deals") if one["id"] == deal]
    assert [one["archived"] for one in versions] == [False, True]


def test_the_changes_of_many_pages_are_all_read(
    portal: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.gtm("ingest", "hubspot", "--only", "contacts")
    expected = {row["record_id"] for row in portal.raw("hubspot__contacts")}
    portal.execute("delete from raw.hubspot__contacts")
    monkeypatch.setattr(connector, "SEARCH_PAGE", 50)
    days = ("--mode", "backfill", "--from", "2015-01-01", "--to", "2026-06-30")
    assert portal.gtm("ingest", "hubspot", "--only", "contacts", *days)[0] == 0
    assert {row["record_id"] for row in portal.raw("hubspot__contacts")} == expected


def test_more_changes_of_one_moment_than_a_page_holds_are_all_read(
    portal: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.gtm("ingest", "hubspot", "--only", "contacts")
    some = [row["record_id"] for row in portal.raw("hubspot__contacts")][:40]
    inputs = [{"id": one, "properties": {"jobtitle": "Imported"}} for one in dict.fromkeys(some)]
    assert ask(portal, "POST", "/crm/v3/objects/contacts/batch/update", {"inputs": inputs}).ok
    monkeypatch.setattr(connector, "SEARCH_PAGE", 6)
    assert portal.gtm("ingest", "hubspot", "--only", "contacts")[0] == 0
    imported = {
        one["id"]
        for one in payloads(portal, "hubspot__contacts")
        if one["properties"]["jobtitle"] == "Imported"
    }
    assert imported == {one["id"] for one in inputs}


class LivePortal:
    """Contacts that changed a minute apart, of which one changes again after each page."""

    def __init__(self) -> None:
        self.times = {str(n): datetime(2026, 6, 1) + timedelta(minutes=n) for n in range(1, 601)}
        self.pages = 0

    def search(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        [reached] = [one["value"] for one in body["filterGroups"][0]["filters"]]
        since = datetime.fromtimestamp(int(reached) / 1000, UTC).replace(tzinfo=None)
        there = sorted((time, one) for one, time in self.times.items() if time >= since)
        start = int(body.get("after", 0))
        page = there[start : start + body["limit"]]
        self.pages += 1
        self.times[str(self.pages)] = datetime(2026, 6, 30, 11, self.pages)
        results = [
            {"id": one, "properties": {"lastmodifieddate": f"{time.isoformat()}Z"}}
            for time, one in page
        ]
        more = {"paging": {"next": {"after": str(start + body["limit"])}}}
        return {"results": results} | (more if start + len(page) < len(there) else {})


def test_what_changes_while_it_is_read_hides_no_other_record() -> None:
    portal = LivePortal()
    state = {"until": "2026-06-01T00:00:00", "archived_at": NOW.isoformat()}
    pull = Pull(portal, SimpleNamespace(), "incremental", NOW, NOW, state, None)  # type: ignore[arg-type]
    pages = list(connector._incremental(pull, "contacts", ["email"]))
    assert {record["id"] for page in pages for record in page.records} == set(portal.times)
    assert portal.pages < 6
    assert pages[-1].checkpoint is not None
    assert pages[-1].checkpoint["until"].startswith("2026-06-30T11:0")


@pytest.mark.parametrize("names", ["*", ",".join(f"a_property_of_our_own_{n}" for n in range(90))])
def test_properties_of_the_customers_own_are_read_few_or_many(
    portal: Intake, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    monkeypatch.setenv(
        "HUBSPOT_CONTACT_PROPERTIES", f"web_visitor_id,{names}" if "," in names else names
    )
    assert portal.gtm("ingest", "hubspot", "--only", "contacts")[0] == 0
    contacts = payloads(portal, "hubspot__contacts")
    assert any(one["properties"]["web_visitor_id"] for one in contacts)
    assert any(one["properties"]["email"] for one in contacts)


def test_bad_days_change_nothing_in_what_lands(portal: Intake) -> None:
    only = ("--only", "contacts", "--only", "deals")
    portal.gtm("ingest", "hubspot", *only)
    expected = {table: portal.raw(table) for table in TABLES[1:3]}
    for table in expected:
        portal.execute(f"delete from raw.{table}")
    portal.execute("delete from ops.ingest_state")
    portal.faults("429-storm", "500", "reset", "malformed-json", "duplicate-page", seed=3)
    assert portal.gtm("ingest", "hubspot", *only)[0] == 0
    assert sum(portal.sandbox.get("/calls")["faults"]["hubspot"].values()) > 2
    assert {table: portal.raw(table) for table in expected} == expected


def test_a_record_that_no_one_can_read_is_set_aside(portal: Intake) -> None:
    portal.faults("malformed-record", seed=2)
    assert portal.gtm("ingest", "hubspot", "--only", "companies")[0] == 0
    letters = portal.rows("select reason from ops.dead_letters")
    assert {letter["reason"] for letter in letters} == {
        "id is missing",
        "properties.hs_lastmodifieddate is not a time",
        "the record is not an object",
    }
    assert portal.last_run("hubspot", "companies")["rows_written"] > 50


def test_a_field_of_another_type_is_reported(portal: Intake) -> None:
    portal.gtm("ingest", "hubspot", "--only", "owners")
    portal.execute("update ops.source_fields set json_type = 'number' where field = 'email'")
    said = portal.gtm("ingest", "hubspot", "--only", "owners")[1]
    assert "email is now text, was number" in said


def test_a_missing_scope_is_named_and_the_rest_is_read(portal: Intake) -> None:
    portal.faults("lost-scope", seed=2)
    code, said = portal.gtm("ingest", "hubspot", "--only", "deals", "--only", "contacts")
    assert code == 2
    assert "the private app lacks the scope crm.objects.deals.read: add it to the app" in said
    assert portal.last_run("hubspot", "contacts")["status"] == "succeeded"


def test_a_spent_day_ends_the_run_as_quota_and_the_next_goes_on(portal: Intake) -> None:
    portal.sandbox.post("/limits", hubspot=[[500, 1], [500, 10], [1, 86_400]])
    code, said = portal.gtm("ingest", "hubspot", "--only", "contacts")
    assert code == 1
    assert "its quota or credits are spent" in said
    kept = portal.raw("hubspot__contacts")
    assert len(kept) == 100
    portal.sandbox.post("/limits", hubspot=[[500, 1], [5_000, 10]])
    assert portal.gtm("ingest", "hubspot", "--only", "contacts")[0] == 0
    assert portal.last_run("hubspot", "contacts")["rows_read"] < 150, "from where it was cut off"
    assert len(portal.raw("hubspot__contacts")) > 190


def test_the_doctor_tells_a_wrong_token_from_a_missing_scope(portal: Intake) -> None:
    assert all(one.is_ok for one in checks(portal))
    [wrong] = checks(portal, token="pat-of-nobody")
    assert "check the credentials" in wrong.advice
    portal.faults("lost-scope", seed=3)
    bad = [one for one in checks(portal) if not one.is_ok]
    assert [one.what for one in bad] == ["HubSpot owners can be read"]
    assert "crm.objects.owners.read" in bad[0].advice


def test_the_sandbox_answers_with_hubspots_names_headers_and_partial_successes(
    portal: Intake,
) -> None:
    listed = ask(
        portal, "GET", "/crm/v3/objects/deals", params={"limit": 5, "associations": "companies"}
    )
    page = listed.json()
    assert set(page["results"][0]) == {
        *("id", "properties", "createdAt", "updatedAt", "archived", "url", "associations")
    }
    assert page["paging"]["next"]["after"]
    assert listed.headers["X-HubSpot-RateLimit-Max"]
    found = ask(portal, "POST", "/crm/v3/objects/deals/search", {"limit": 1})
    assert set(found.json()) == {"total", "results", "paging"}
    assert "X-HubSpot-RateLimit-Max" not in found.headers
    beyond = {"limit": 100, "after": "9950"}
    assert ask(portal, "POST", "/crm/v3/objects/deals/search", beyond).status_code == 400
    email = {"properties": {"email": "first@new.example"}}
    made = ask(portal, "POST", "/crm/v3/objects/contacts", email)
    assert made.status_code == 201
    again = ask(portal, "POST", "/crm/v3/objects/contacts", email)
    assert again.status_code == 409
    assert made.json()["id"] in again.json()["message"]
    upserted = {
        "inputs": [
            {"id": "first@new.example", "idProperty": "email", "properties": {"lastname": "A"}},
            {"id": "second@new.example", "idProperty": "email", "properties": {"lastname": "B"}},
        ]
    }
    upsert = ask(portal, "POST", "/crm/v3/objects/contacts/batch/upsert", upserted).json()
    assert [one["new"] for one in upsert["results"]] == [False, True]
    part = {"inputs": [{"id": made.json()["id"]}, {"id": "1"}], "properties": ["email"]}
    read = ask(portal, "POST", "/crm/v3/objects/contacts/batch/read", part)
    assert read.status_code == 207
    assert read.json()["numErrors"] == 1
    company = page["results"][0]["associations"]["companies"]["results"][0]["id"]
    link = {
        "inputs": [
            {"from": {"id": made.json()["id"]}, "to": {"id": company}, "type": "contact_to_company"}
        ]
    }
    linked = ask(portal, "POST", "/crm/v3/associations/contacts/companies/batch/create", link)
    assert {one["type"] for one in linked.json()["results"]} == {
        "contact_to_company",
        "company_to_contact",
    }
    portal.sandbox.post("/limits", hubspot=[[1, 1], [5_000, 10]])
    turned = [ask(portal, "GET", "/crm/v3/owners") for _ in range(3)][-1]
    assert turned.status_code == 429
    assert turned.json()["policyName"] == "SECONDLY"
    assert "Retry-After" not in turned.headers
