"""What the sync models plan, case by case, on both engines.

The models of models/sync and models/intermediate/sync run over small relations by hand in place of
those they read. Each account is one case: what we say of it, and what Salesforce says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from python_jobs.warehouse import open_warehouse
from tests.python.sync.cases import (
    CASES,
    CONTACTS,
    DAY,
    DOUBLES,
    OWNER,
    PROSPECTS,
    SAID,
    SALESFORCE_ACCOUNTS,
    SIXSENSE,
    WRITTEN,
    theirs,
)
from tests.python.sync.org import Org

pytestmark = pytest.mark.xdist_group("sync_models")


@pytest.fixture(scope="module")
def org(engine_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Org:
    return Org(tmp_path_factory.mktemp("org"), engine_env)


def test_an_account_is_written_when_it_matters(org: Org) -> None:
    org.forget()
    planned = org.planned("sync_salesforce__accounts")
    for name, (_, given, written, reason) in CASES.items():
        key = f"{name}.com"
        row = planned.pop(key, None)
        if written is None:
            assert row is None, f"{name}: {row}"
            continue
        assert row is not None, name
        landed = theirs(key, given)
        said = {field: landed[field] for field in written}
        # what is blank there is empty, and times are in one form
        said = {field: None if value == " " else value for field, value in said.items()}
        if "Intent_Updated_At__c" in said:
            said["Intent_Updated_At__c"] = "2026-07-01T00:00:00Z"
        assert row["action"] == "update", name
        assert row["external_id"] == f"001{key}"
        assert row["after"] == written, name
        assert row["before"] == said, name
        assert row["reason"] == reason, name
        assert row["links"] == {}
    assert {key: row["action"] for key, row in planned.items()} == {
        SIXSENSE: "update",
        "double.com": "refuse",
        "deleted.com": "refuse",
        "new.com": "create",
        "queued.com": "create",
    }


def test_what_is_made_what_is_refused_and_what_rides_along(org: Org) -> None:
    org.forget()
    planned = org.planned("sync_salesforce__accounts")
    assert planned[SIXSENSE]["after"] == {
        "X6Sense_Buying_Stage__c": "Decision",
        "X6Sense_Intent_Score__c": 69,
        "X6Sense_Intent_Topic__c": "notary",
    }
    assert planned[SIXSENSE]["reason"] == "X6Sense_Buying_Stage__c Awareness → Decision"
    new = planned["new.com"]
    assert (new["external_id"], new["key_field"], new["key_value"]) == (
        None,
        "Domain__c",
        "new.com",
    )
    assert new["before"] == {}
    assert new["after"] == {
        "Domain__c": "new.com",
        "Name": "new.com",
        "Website": "www.new.com",
        "Intent_Score__c": 80,
        "Intent_Stage__c": "Hot",
        "Intent_Surge__c": "Exploding",
        "Intent_Top_Lane__c": "compliance",
        "Intent_Why_Hot__c": "2× Pricing, 1× Security",
        "Intent_Updated_At__c": "2026-07-01T00:00:00Z",
    }
    assert new["source_rows"] == [
        {"table": "marts.fct_daily_account_intent", "key": f"new.com {DAY}"}
    ]
    assert new["reason"] == "not in Salesforce, and Hot"
    assert (
        planned["queued.com"]["reason"]
        == "not in Salesforce, and one of its people is in the queue"
    )
    double = planned["double.com"]
    assert (double["after"], double["external_id"]) == ({}, None)
    assert double["reason"] == (
        "2 records stand for this one (001double1, 001double2): merge them in salesforce"
    )
    assert "was deleted" in planned["deleted.com"]["reason"]


def test_people_of_the_queue(org: Org) -> None:
    org.forget()
    contacts = org.planned("sync_salesforce__contacts")
    assert {key: row["action"] for key, row in contacts.items()} == {
        "known@queued.com": "update",
        "fresh@queued.com": "create",
        "twin@queued.com": "refuse",
        "nameless@queued.com": "refuse",
        **{
            f"{name}@queued.com": "create"
            for name in ("enrolled", "unsendable", "unmade", "gone", "unsubscribed")
        },
        **{
            f"{name}@queued.com": "update"
            for name in ("merged", "been", "both", "refused", "barred")
        },
    }
    # her title stays, the strength has moved by less than five and rides along
    known = contacts["known@queued.com"]
    assert known["after"] == {
        "FirstName": "Known",
        "Tech_Stack__c": "Okta, DocuSign",
        "Company_News__c": "Opened a branch",
        "Signal_Strength__c": 85,
    }
    assert known["before"]["Signal_Strength__c"] == 82
    assert known["reason"] == "Company_News__c; Tech_Stack__c"
    # found by the id that the queue names, unless a record has the very address
    ids = {
        name: contacts[f"{name}@queued.com"]["external_id"] for name in ("merged", "been", "both")
    }
    assert ids == {"merged": "003merged", "been": "003been", "both": "003both1"}
    assert contacts["been@queued.com"]["after"]["Email"] == "been@queued.com"
    assert "Email" not in contacts["merged@queued.com"]["after"]
    fresh = contacts["fresh@queued.com"]
    assert fresh["links"] == {
        "AccountId": {"object": "Account", "record_key": "queued.com", "external_id": None}
    }
    assert fresh["after"]["Email"] == "fresh@queued.com"
    assert not any("@" in row["reason"] for row in contacts.values())


def test_prospects_and_their_sequences(org: Org) -> None:
    org.forget()
    prospects = org.planned("sync_outreach__prospects")
    # found by her second address; her name there stays, and only the greeting differs
    known = prospects["known@queued.com"]
    assert (known["action"], known["external_id"]) == ("update", "11")
    assert known["after"]["custom4"] == "Known"
    assert {"custom1", "custom5", "custom6", "firstName"}.isdisjoint(known["after"])
    fresh = prospects["fresh@queued.com"]
    assert (fresh["action"], fresh["key_field"], fresh["key_value"]) == (
        "create",
        "emails",
        "fresh@queued.com",
    )
    found = {name: prospects[f"{name}@queued.com"] for name in ("merged", "been", "both", "gone")}
    assert {name: (row["action"], row["external_id"]) for name, row in found.items()} == {
        "merged": ("update", "13"),
        "been": ("update", "14"),
        "both": ("update", "16"),
        "gone": ("create", None),
    }
    # hers is written; whose is not, or did not pass the gate, gets the text of her signal
    assert {**SAID, **WRITTEN}.items() <= fresh["after"].items()
    assert SAID.items() <= prospects["twin@queued.com"]["after"].items()
    assert SAID.items() <= prospects["unmade@queued.com"]["after"].items()
    assert "enrolled@queued.com" not in prospects
    states = org.planned("sync_outreach__sequence_states")
    assert {key: row["action"] for key, row in states.items()} == {
        **{
            f"{name}@queued.com|4": "enrol"
            for name in ("known", "fresh", "twin", "nameless", "merged", "both", "gone")
        },
        "unsendable@queued.com|4": "skip",
        "unmade@queued.com|spike": "skip",
        "refused@queued.com|4": "skip",
        "barred@queued.com|4": "skip",
        "unsubscribed@queued.com|4": "skip",
    }
    assert prospects["refused@queued.com"]["action"] == "refuse"
    assert prospects["refused@queued.com"]["reason"] == "the CRM says that she wants no e-mail"
    merged = states["merged@queued.com|4"]["links"]["prospect"]
    assert merged["external_id"] == "13", "the prospect that is there, not a second one"
    state = states["known@queued.com|4"]
    assert (state["after"], state["before"], state["key_field"]) == ({}, {}, None)
    assert state["links"] == {
        "prospect": {"object": "prospect", "record_key": "known@queued.com", "external_id": "11"},
        "sequence": {"external_id": "4"},
        "mailbox": {"external_id": "7"},
    }


def test_leads_and_tasks(org: Org) -> None:
    org.forget()
    leads = org.planned("sync_salesforce__leads")
    assert list(leads) == ["lr_1"]
    assert leads["lr_1"]["after"] == {
        "Company": "equal.com",
        "Description": "quote: Please call",
        "Email": "asks@equal.com",
        "FirstName": "Ann",
        "LastName": "Asker",
        "LeadSource": "Other",
        "Lead_Score__c": 75,
    }
    tasks = org.planned("sync_salesforce__tasks")
    assert {key: row["action"] for key, row in tasks.items()} == {
        f"risen.com|Hot|{DAY}": "create",
        f"double.com|Exploding|{DAY}": "refuse",
        f"surging.com|Exploding|{DAY}": "create",
    }
    task = tasks[f"risen.com|Hot|{DAY}"]
    assert task["links"]["WhatId"]["external_id"] == "001risen.com"
    assert task["after"]["ActivityDate"] == "2026-07-02"
    assert task["after"]["OwnerId"] == OWNER
    assert "OwnerId" not in tasks[f"surging.com|Exploding|{DAY}"]["after"]


MODELS = [
    "sync_salesforce__accounts",
    "sync_salesforce__contacts",
    "sync_salesforce__leads",
    "sync_salesforce__tasks",
    "sync_outreach__prospects",
    "sync_outreach__sequence_states",
]


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_after_an_apply_is_empty(org: Org, model: str) -> None:
    org.forget()
    assert org.planned(model)
    org.apply(model, at="2026-07-01 10:00:00")
    assert org.planned(model) == {}


def test_what_each_destination_has_is_counted_once_a_record(org: Org) -> None:
    with open_warehouse(org.settings) as warehouse:
        rows = warehouse.rows("select * from intermediate.int_destination_tables")
    counted = {(row["destination"], row["entity"]): row["record_count"] for row in rows}
    assert counted == {
        ("salesforce", "accounts"): len(SALESFORCE_ACCOUNTS) + len(DOUBLES),
        ("salesforce", "contacts"): len(CONTACTS),
        ("salesforce", "leads"): 1,
        ("salesforce", "tasks"): 0,
        ("outreach", "prospects"): len(PROSPECTS),
        ("outreach", "sequence_states"): 2,
    }
    assert [row["entity"] for row in rows if row["last_landed_at"] is None] == ["tasks"]


def test_what_failed_is_planned_again(org: Org) -> None:
    org.forget()
    before = org.planned("sync_salesforce__accounts")
    org.apply("sync_salesforce__accounts", at="2026-07-01 10:00:00", outcome="failed")
    after = org.planned("sync_salesforce__accounts")
    told = {key for key, row in before.items() if row["action"] == "refuse"}
    assert after == {key: row for key, row in before.items() if key not in told}


def test_what_landed_later_counts_more_than_what_we_wrote(org: Org) -> None:
    org.forget()
    before = org.planned("sync_salesforce__accounts")
    org.apply("sync_salesforce__accounts", at="2026-06-30 05:00:00")
    after = org.planned("sync_salesforce__accounts")
    assert {key for key, row in before.items() if row["action"] == "update"} == set(after)


def test_what_was_skipped_rests_until_a_later_pull(org: Org) -> None:
    """A person had changed it meanwhile: it comes again once what she did has landed."""
    org.forget()
    before = org.planned("sync_outreach__sequence_states")
    org.apply("sync_outreach__sequence_states", at="2026-07-01 10:00:00", outcome="skipped")
    assert org.planned("sync_outreach__sequence_states") == {}
    org.forget()
    org.apply("sync_outreach__sequence_states", at="2026-06-30 05:00:00", outcome="skipped")
    again = org.planned("sync_outreach__sequence_states")
    assert set(again) == {key for key, row in before.items() if row["action"] == "enrol"}


def test_a_mapping_of_a_column_that_is_not_there_says_so(tmp_path: Path, org: Org) -> None:
    seed = org.project.folder / "seeds" / "registry" / "field_mappings.csv"
    kept = seed.read_text()
    seed.write_text(kept.replace("Intent_Top_Lane__c,top_lane,", "Intent_Top_Lane__c,first_lane,"))
    try:
        with pytest.raises(AssertionError, match="Intent_Top_Lane__c is to be first_lane, which"):
            org.build()
    finally:
        seed.write_text(kept)
