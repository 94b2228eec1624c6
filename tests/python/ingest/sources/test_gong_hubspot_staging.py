"""Gong and HubSpot staged the same on both engines: links, primaries, won deals, late versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from python_jobs.settings import PROJECT_DIR
from python_jobs.warehouse import Warehouse
from tests.python.ingest.sources.staged import SEEN, staged_on

LATER = datetime(2026, 7, 4, 23)
SHORT, LONG = "001dM00003jU9Gx", "001dM00003jU9GxQAK"


def crm(kind: str, object_id: str, *timings: str, system: str = "Salesforce") -> dict[str, Any]:
    return {
        "system": system,
        "objects": [
            {"objectType": kind, "objectId": object_id, "fields": [], "timing": timing}
            for timing in timings
        ],
    }


CALL: dict[str, Any] = {
    "metaData": {
        "id": "9007199254740993123",
        "started": "2026-06-29T10:00:00.000+02:00",
        "duration": 600,
        "primaryUserId": "7",
        "isPrivate": False,
    },
    "context": [
        crm("Account", SHORT, "Now", "TimeOfCall"),
        crm("Opportunity", "006000000000001AAA", "Now"),
        crm("Opportunity", "006000000000002AAA", "TimeOfCall"),
        crm("Deal", "31", "Now", system="HubSpot"),
    ],
    "parties": [
        {"id": "1", "userId": "7", "speakerId": "71", "affiliation": "Internal", "context": []},
        {
            "id": "2",
            "emailAddress": "Jane@Acme.com",
            "speakerId": "72",
            "affiliation": "External",
            "context": [crm("Contact", "003000000000001AAA", "Now")],
        },
        {"id": "3", "affiliation": "Unknown"},
        {"id": "4", "userId": "8", "affiliation": "Unknown"},
    ],
}
WORKED_UP = {
    **CALL,
    "content": {"brief": "They spoke.", "topics": [{"name": "Price", "duration": 60}]},
    "interaction": {"questions": {"companyCount": 3, "nonCompanyCount": 4}},
}
STAGES = [
    {"id": "s1", "label": "Talks", "metadata": {"isClosed": "false", "probability": "0.2"}},
    {"id": "s2", "label": "Signed!", "metadata": {"isClosed": "true", "probability": "1.0"}},
    {"id": "s3", "label": "Gone", "metadata": {"isClosed": "true", "probability": "0.0"}},
]


def deal(stage: str, close: str | None, **more: Any) -> dict[str, Any]:
    properties = {"pipeline": "p", "dealstage": stage, "amount": "5000.00", "closedate": close}
    return {"properties": properties, "createdAt": "2026-01-05T08:00:00.000Z", **more}


RAW: list[tuple[str, str, datetime, dict[str, Any]]] = [
    ("gong__calls", "9007199254740993123", datetime(2026, 6, 29, 8), CALL),
    ("gong__calls", "9007199254740993123", SEEN, WORKED_UP),
    ("gong__calls", "9007199254740993123", LATER, {**WORKED_UP, "content": {"brief": "Later."}}),
    (
        "gong__calls",
        "42",
        datetime(2026, 6, 1),
        {"metaData": {"id": "42", "started": 1_780_272_000, "duration": 60}, "parties": []},
    ),
    ("gong__transcripts", "42", datetime(2026, 6, 1), {"callId": "42", "transcript": None}),
    (
        "gong__transcripts",
        "9007199254740993123",
        SEEN,
        {
            "callId": "9007199254740993123",
            "callStarted": "2026-06-29T08:00:00Z",
            "transcript": [
                {"speakerId": "71", "sentences": [{"start": 0, "end": 9, "text": "Hi"}]}
            ],
        },
    ),
    (
        "gong__users",
        "7",
        datetime(2026, 1, 1),
        {
            "id": "7",
            "emailAddress": "Rep@Us.com",
            "active": True,
            "created": "2026-01-01T02:00:00+02:00",
        },
    ),
    (
        "hubspot__pipelines",
        "p",
        datetime(1970, 1, 1),
        {"id": "p", "label": "Sales", "stages": STAGES},
    ),
    (
        "hubspot__deals",
        "31",
        datetime(2026, 6, 1),
        deal(
            "s2",
            "2026-05-31T00:00:00Z",
            associations={
                "companies": [
                    {"id": "900", "type": "deal_to_company"},
                    {"id": "100", "type": "deal_to_company_unlabeled"},
                ]
            },
        ),
    ),
    ("hubspot__deals", "32", datetime(2026, 6, 2), deal("s3", "1780272000000")),
    ("hubspot__deals", "33", datetime(2026, 6, 3), deal("unknown", None, archived=True)),
    (
        "hubspot__companies",
        "900",
        datetime(2026, 6, 1),
        {
            "properties": {
                "name": "Acme",
                "domain": "acme.com",
                "numberofemployees": "250",
                "annualrevenue": "3000000",
                "lifecyclestage": "customer",
                "type": None,
            }
        },
    ),
    (
        "hubspot__contacts",
        "500",
        datetime(2026, 6, 1),
        {"properties": {"email": "jane@acme.com", "hs_email_optout": "true"}, "archived": False},
    ),
    (
        "hubspot__owners",
        "77",
        datetime(2026, 6, 1),
        {"id": "77", "email": "Rep@Us.com", "userId": 1077, "archived": False},
    ),
]


@pytest.fixture(scope="module")
def staged(
    engine_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """The staging models built over ``RAW`` as of 2026-06-30."""
    folder = tmp_path_factory.mktemp("staged")
    with staged_on(engine_env, folder, ("gong", "hubspot"), RAW) as warehouse:
        yield warehouse


def rows(staged: Warehouse, model: str, order: str = "1") -> list[dict[str, Any]]:
    return staged.rows(f"select * from staging.stg_{model} order by {order}")


def test_a_call_is_as_it_was_last_known_and_both_kinds_of_start_are_read(staged: Warehouse) -> None:
    old, call = rows(staged, "gong__calls")
    assert old["call_id"] == "42"
    assert old["started_at"] == datetime(2026, 6, 1), "seconds since 1970"
    assert (old["brief"], old["topics"], old["company_question_count"]) == (None, None, None)
    assert call["call_id"] == "9007199254740993123", "every digit"
    assert call["started_at"] == datetime(2026, 6, 29, 8), "an offset"
    assert (call["brief"], call["version_at"]) == ("They spoke.", SEEN), "not what came later"
    assert (call["company_question_count"], call["customer_question_count"]) == (3, 4)
    assert (call["duration_seconds"], call["is_private"]) == (600, False)
    assert json.loads(call["topics"]) == [{"name": "Price", "duration": 60}]


def test_parties_keep_their_place_and_those_without_a_user_or_an_address(staged: Warehouse) -> None:
    ours, theirs, caller, user = rows(staged, "gong__call_parties", "party_position")
    assert (ours["user_id"], ours["is_internal"], ours["email"]) == ("7", True, None)
    assert (theirs["user_id"], theirs["email"], theirs["speaker_id"]) == (
        None,
        "jane@acme.com",
        "72",
    )
    assert (caller["affiliation"], caller["is_internal"]) == ("Unknown", False)
    assert (user["affiliation"], user["is_internal"]) == ("Unknown", True), "a user is one of ours"


def test_links_to_the_crm_are_many_and_short_ids_are_made_long(staged: Warehouse) -> None:
    links = rows(staged, "gong__call_contexts", "crm_system, object_type, object_id")
    found = [
        (one["object_type"], one["object_id"], one["is_linked_at_call"], one["is_linked_now"])
        for one in links
    ]
    assert found == [
        ("Deal", "31", False, True),
        ("Account", LONG, True, True),
        ("Contact", "003000000000001AAA", False, True),
        ("Opportunity", "006000000000001AAA", False, True),
        ("Opportunity", "006000000000002AAA", True, False),
    ]
    assert [one["party_id"] for one in links] == [None, None, "2", None, None]


def test_a_transcript_that_waits_is_told_from_one_that_is_there(staged: Warehouse) -> None:
    waits, there = rows(staged, "gong__transcripts")
    assert (waits["is_transcribed"], waits["transcript"]) == (False, None)
    assert there["is_transcribed"]
    assert there["call_started_at"] == datetime(2026, 6, 29, 8)
    assert json.loads(there["transcript"])[0]["sentences"][0]["text"] == "Hi"
    [user] = rows(staged, "gong__users")
    assert (user["email"], user["is_active"]) == ("rep@us.com", True)
    assert user["created_at"] == datetime(2026, 1, 1)


def test_won_is_what_its_pipeline_closes_with_probability_one(staged: Warehouse) -> None:
    won, lost, gone = rows(staged, "hubspot__deals")
    assert (won["stage_name"], won["is_closed"], won["is_won"]) == ("Signed!", True, True)
    assert (won["account_id"], won["opportunity_amount"]) == ("900", 5000), "the primary company"
    assert (lost["is_closed"], lost["is_won"], lost["account_id"]) == (True, False, None)
    assert (won["close_date"], lost["close_date"]) == (date(2026, 5, 31), date(2026, 6, 1))
    assert (gone["stage_name"], gone["is_closed"], gone["is_won"]) == ("Deleted", True, False)
    assert won["created_at"] == datetime(2026, 1, 5, 8)


def test_hubspots_texts_become_numbers_and_flags(staged: Warehouse) -> None:
    [company] = rows(staged, "hubspot__companies")
    assert (company["employee_count"], company["annual_revenue_amount"]) == (250, 3_000_000)
    assert (company["account_type"], company["is_deleted"]) == ("customer", False)
    [contact] = rows(staged, "hubspot__contacts")
    assert (contact["is_opted_out"], contact["is_do_not_contact"]) == (True, False)
    [owner] = rows(staged, "hubspot__owners")
    assert (owner["owner_id"], owner["user_id"], owner["email"]) == ("77", "1077", "rep@us.com")


@pytest.mark.parametrize(
    ("model", "canonical"),
    [("companies", "accounts"), ("contacts", "contacts"), ("deals", "opportunities")],
)
def test_hubspot_has_the_columns_that_the_crms_share(
    staged: Warehouse, model: str, canonical: str
) -> None:
    collected = PROJECT_DIR / "models/intermediate/collected" / f"int_{canonical}_collected.sql"
    listed = collected.read_text().split("columns=[")[1].split("]")[0]
    shared = {name.strip().strip("'") for name in listed.split(",")} - {""}
    assert shared <= set(rows(staged, f"hubspot__{model}")[0])
