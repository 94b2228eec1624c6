"""The sandbox's Salesforce org answers as Salesforce is documented to, and keeps what is sent."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from python_jobs.ingest.salesforce_ids import id18
from python_jobs.sandbox.commands import RunningSandbox
from python_jobs.sandbox.vendors.salesforce_objects import id_from_world


class Client:
    """Plain requests with a token, below the pinned version."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.root = f"{sandbox.url}/salesforce"
        self.token = requests.post(
            f"{self.root}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": "sandbox",
                "client_secret": "sandbox",
            },
            timeout=5,
        ).json()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.token['access_token']}"

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.root}/services/data/v61.0/{path}"
        return self.session.request(method, url, timeout=20, **options)

    def query(self, soql: str, path: str = "query") -> Any:
        return self("GET", path, params={"q": soql}).json()

    def collect(self, method: str, path: str, records: list[Any], **more: Any) -> Any:
        body = {"allOrNone": False, "records": records, **more}
        return self(method, f"composite/sobjects{path}", json=body).json()


@pytest.fixture(scope="module")
def org(sandbox: RunningSandbox) -> Iterator[Client]:
    sandbox.post("/faults", names=[], seed=0)
    return Client(sandbox)


def account(domain: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Account"}, "Domain__c": domain, **fields}


def settled(org: Client, method: str, path: str, records: list[Any], **more: Any) -> list[Any]:
    """The results once rows that were locked have been sent again."""
    results = org.collect(method, path, records, **more)
    for place, result in enumerate(results):
        if _codes(result) == ["UNABLE_TO_LOCK_ROW"]:
            [results[place]] = org.collect(method, path, [records[place]], **more)
    return results


def _codes(result: dict[str, Any]) -> list[str]:
    return [error["statusCode"] for error in result["errors"]]


def test_answers_have_the_documented_fields(org: Client) -> None:
    assert {"access_token", "instance_url", "id", "token_type", "issued_at", "signature"} <= (
        org.token.keys()
    )
    versions = requests.get(f"{org.root}/services/data", timeout=5).json()
    assert {"label", "url", "version"} == versions[0].keys()
    limits = org("GET", "limits").json()
    assert {"Max", "Remaining"} == limits["DailyApiRequests"].keys()
    assert {"DailyBulkApiBatches", "DailyBulkV2QueryJobs"} <= limits.keys()
    page = org("GET", "query", params={"q": "SELECT Id, Name FROM Account LIMIT 2"})
    assert page.headers["Sforce-Limit-Info"].startswith("api-usage=")
    assert {"totalSize", "done", "records"} == page.json().keys()
    assert {"attributes", "Id", "Name"} == page.json()["records"][0].keys()
    assert {"type", "url"} == page.json()["records"][0]["attributes"].keys()
    described = org("GET", "sobjects/Account/describe").json()
    documented = (
        "name type label length externalId idLookup unique createable updateable nillable "
        "calculated filterable referenceTo relationshipName picklistValues restrictedPicklist"
    )
    assert set(documented.split()) <= described["fields"][0].keys()
    unknown = org("GET", "sobjects/Nothing/describe")
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (404, "NOT_FOUND")
    expired = requests.get(f"{org.root}/services/data/v61.0/limits", timeout=5)
    assert (expired.status_code, expired.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_ids_are_made_from_the_worlds_each_its_own() -> None:
    world_ids = ("001c8cf9390b7d42739", "001c8cf9390b7d4273a", "005owner07", "005owner08")
    made = [id_from_world(world_id) or "" for world_id in world_ids]
    assert len({*made}) == len(world_ids)
    for world_id, sf_id in zip(world_ids, made, strict=True):
        assert sf_id[:3] == world_id[:3]
        assert len(sf_id) == 18
        assert id18(sf_id[:15]) == sf_id
    assert id18("001dM00003jU9Gx") == "001dM00003jU9GxQAK", "a real one, by its checksum"


def test_the_usage_climbs_with_every_call(org: Client) -> None:
    first, second = (
        int(org("GET", "limits").headers["Sforce-Limit-Info"].split("=")[1].split("/")[0])
        for _ in range(2)
    )
    assert second == first + 1


@pytest.mark.parametrize(
    ("condition", "test"),
    [
        ("Email LIKE '%.COM'", lambda c: (c["Email"] or "").lower().endswith(".com")),
        ("Title = null", lambda c: c["Title"] is None),
        ("NOT (Title != null OR Phone = 'x')", lambda c: c["Title"] is None),
        ("HasOptedOutOfEmail = true", lambda c: c["HasOptedOutOfEmail"]),
        ("FirstName IN ('Carl', 'Raj')", lambda c: c["FirstName"] in ("Carl", "Raj")),
        ("FirstName NOT IN ('Carl')", lambda c: c["FirstName"] != "Carl"),
        (
            "CreatedDate >= 2020-01-01T00:00:00Z AND LastName > 'm'",
            lambda c: c["CreatedDate"] >= "2020" and c["LastName"].lower() > "m",
        ),
    ],
)
def test_conditions_select_what_they_say(org: Client, condition: str, test: Any) -> None:
    fields = "Id, Email, AccountId, Title, Phone, HasOptedOutOfEmail, FirstName, LastName"
    everyone = org.query(f"SELECT {fields}, CreatedDate FROM Contact")["records"]
    found = org.query(f"SELECT Id FROM Contact WHERE {condition}")["records"]
    assert {one["Id"] for one in found} == {one["Id"] for one in everyone if test(one)}
    assert found, "the condition selects someone"
    counted = org.query(f"SELECT COUNT() FROM Contact WHERE {condition}")
    assert counted == {"totalSize": len(found), "done": True, "records": []}


def test_order_limit_and_parents(org: Client) -> None:
    rows = org.query(
        "SELECT Name, Account.Name, Account.Domain__c FROM Contact WHERE AccountId != null "
        "ORDER BY Account.Name DESC, Name LIMIT 5"
    )["records"]
    names = [row["Account"]["Name"].lower() for row in rows]
    assert names == sorted(names, reverse=True)
    assert rows[0]["Account"]["attributes"]["type"] == "Account"
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FRM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY"),
        ("SELECT X6Sense_Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Owner.Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE"),
    ],
)
def test_queries_that_salesforce_would_refuse(org: Client, soql: str, code: str) -> None:
    refused = org("GET", "query", params={"q": soql})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)


def test_pages_follow_each_other_and_a_dropped_cursor_is_told(org: Client) -> None:
    headers = {"Sforce-Query-Options": "batchSize=200"}
    params = {"q": "SELECT Id FROM OpportunityHistory"}
    page = org("GET", "queryAll", params=params, headers=headers).json()
    assert (len(page["records"]), page["done"]) == (200, False)
    url = f"{org.root}{page['nextRecordsUrl']}"
    rest = org.session.get(url, timeout=5).json()
    assert (len(rest["records"]), rest["done"]) == (page["totalSize"] - 200, True)
    assert "nextRecordsUrl" not in rest
    for _ in range(10):
        org("GET", "query", params=params)
    dropped = org.session.get(url, timeout=5)
    assert dropped.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_single_upserts_make_change_and_refuse_to_choose(org: Client) -> None:
    made = org("PATCH", "sobjects/Account/Domain__c/one.example", json={"Name": "One"})
    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "success": True,
        "errors": [],
        "created": True,
    }
    again = org("PATCH", "sobjects/Account/Domain__c/ONE.example", json={"Name": "Uno"})
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert again.json()["id"] == made.json()["id"]
    path = f"sobjects/Account/{made.json()['id'][:15]}"
    changed = org("PATCH", path, json={"Intent_Score__c": 71, "Website": None})
    assert (changed.status_code, changed.text) == (204, "")
    assert org("GET", path).json()["Intent_Score__c"] == 71
    twice = [
        {"attributes": {"type": "Contact"}, "LastName": n, "Email": "t@one.example"} for n in "ab"
    ]
    headers = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    for record in twice:
        assert org("POST", "sobjects/Contact", json=record, headers=headers).status_code == 201
    several = org("PATCH", "sobjects/Contact/Email/t@one.example", json={"LastName": "c"})
    assert (several.status_code, len(several.json())) == (300, 2)
    assert org("DELETE", path).status_code == 204
    gone = org("PATCH", path, json={"Name": "x"})
    assert (gone.status_code, gone.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
    assert org.query("SELECT Id FROM Account WHERE Name = 'Uno'")["totalSize"] == 0
    kept = org.query("SELECT Id, IsDeleted FROM Account WHERE Name = 'Uno'", "queryAll")
    assert [row["IsDeleted"] for row in kept["records"]] == [True]
    deleted = org(
        "GET",
        "sobjects/Account/deleted/",
        params={"start": "2026-06-15T00:00:00+00:00", "end": "2026-07-01T00:00:00+00:00"},
    ).json()
    assert {"deletedRecords", "earliestDateAvailable", "latestDateCovered"} == deleted.keys()
    assert made.json()["id"] in [row["id"] for row in deleted["deletedRecords"]]


def test_a_collection_fails_row_by_row_in_the_order_of_the_input(org: Client) -> None:
    records = [
        account("rows.example", Name="Rows"),
        account("ROWS.example", Name="The same key again"),
        account("nameless.example"),
        account("long.example", Name="x" * 256),
        account("other.example", Name="Other", Nothing__c=1),
        {"Domain__c": "typeless.example", "Name": "No attributes"},
        account("late.example", Name="Rows"),
    ]
    results = settled(org, "PATCH", "/Account/Domain__c", records)
    assert [_codes(result) for result in results] == [
        [],
        ["DUPLICATE_VALUE"],
        ["REQUIRED_FIELD_MISSING"],
        ["STRING_TOO_LONG"],
        ["INVALID_FIELD"],
        ["JSON_PARSER_ERROR"],
        ["DUPLICATES_DETECTED"],
    ]
    assert [result["created"] for result in results] == [True] + [False] * 6
    assert all("id" not in result for result in results[1:])
    updated = settled(
        org,
        "PATCH",
        "",
        [{"attributes": {"type": "Account"}, "id": results[0]["id"], "Industry": "Law"}],
    )
    assert updated == [{"id": results[0]["id"], "success": True, "errors": []}]
    too_many = org("POST", "composite/sobjects", json={"records": [account("x")] * 201})
    assert too_many.status_code == 400
    ids = f"{results[0]['id']},001000000000000AAA"
    gone = org("DELETE", "composite/sobjects", params={"ids": ids}).json()
    assert [_codes(one) for one in gone] == [[], ["INVALID_CROSS_REFERENCE_KEY"]]


def test_all_or_none_leaves_nothing_behind(org: Client) -> None:
    records = [account(f"all{n}.example", Name=f"All {n}") for n in range(3)]
    results = org.collect(
        "PATCH", "/Account/Domain__c", [*records, account("no.example")], allOrNone=True
    )
    codes = Counter(code for result in results for code in _codes(result))
    assert codes["ALL_OR_NONE_OPERATION_ROLLED_BACK"] >= 2
    assert org.query("SELECT Id FROM Account WHERE Domain__c LIKE 'all%.example'")["records"] == []


def test_a_locked_row_passes_when_it_is_sent_again(org: Client) -> None:
    records = [account(f"lock{n}.example", Name=f"Lock {n}") for n in range(200)]
    results = org.collect("PATCH", "/Account/Domain__c", records)
    locked = [r for r, one in zip(records, results, strict=True) if not one["success"]]
    assert 0 < len(locked) < 20
    assert {code for one in results for code in _codes(one)} == {"UNABLE_TO_LOCK_ROW"}
    again = org.collect("PATCH", "/Account/Domain__c", locked)
    assert all(one["success"] for one in again)


def test_parents_by_external_id_and_null_clears(org: Client) -> None:
    settled(org, "PATCH", "/Account/Domain__c", [account("parent.example", Name="Parent")])
    contact = {
        "attributes": {"type": "Contact"},
        "LastName": "Child",
        "Email": "child@parent.example",
        "Title": "CFO",
        "Account": {"Domain__c": "parent.example"},
    }
    [made] = settled(org, "PATCH", "/Contact/Email", [contact])
    soql = f"SELECT Title, Account.Name FROM Contact WHERE Id = '{made['id']}'"
    assert org.query(soql)["records"][0]["Account"]["Name"] == "Parent"
    cleared = {"attributes": {"type": "Contact"}, "Email": "child@parent.example", "Title": None}
    assert settled(org, "PATCH", "/Contact/Email", [cleared])[0]["success"]
    assert org.query(soql)["records"][0]["Title"] is None


def test_composite_parts_use_each_others_answers(org: Client) -> None:
    body = {
        "allOrNone": True,
        "compositeRequest": [
            {
                "method": "POST",
                "url": "/services/data/v61.0/sobjects/Account",
                "referenceId": "made",
                "body": {"Name": "Composed", "Domain__c": "composed.example"},
            },
            {
                "method": "POST",
                "url": "/services/data/v61.0/sobjects/Task",
                "referenceId": "task",
                "body": {"Subject": "Call", "Status": "Not Started", "WhatId": "@{made.id}"},
            },
        ],
    }
    parts = org("POST", "composite", json=body).json()["compositeResponse"]
    assert [part["httpStatusCode"] for part in parts] == [201, 201]
    assert {"body", "httpHeaders", "httpStatusCode", "referenceId"} == parts[0].keys()
    tasks = org.query(f"SELECT Id FROM Task WHERE WhatId = '{parts[0]['body']['id']}'")
    assert tasks["totalSize"] == 1
    many = {"compositeRequest": body["compositeRequest"] * 13}
    assert org("POST", "composite", json=many).json()[0]["errorCode"] == "LIMIT_EXCEEDED"


def test_a_bulk_ingest_keeps_blanks_clears_na_and_shuffles_results(org: Client) -> None:
    names = [f"bulk{n:03d}.example" for n in range(120)]
    rows = [account(name, Name=name, Industry="Law", Territory__c="N") for name in names]
    settled(org, "PATCH", "/Account/Domain__c", rows)
    job = org(
        "POST",
        "jobs/ingest",
        json={
            "object": "Account",
            "operation": "upsert",
            "externalIdFieldName": "Domain__c",
            "contentType": "CSV",
            "lineEnding": "LF",
        },
    ).json()
    assert {"id", "state", "contentUrl", "object", "operation"} <= job.keys()
    lines = [f"{name},,#N/A" for name in names]
    lines.append("new.example,,Law")
    data = "\n".join(["Domain__c,Industry,Territory__c", *lines]) + "\n"
    path = f"jobs/ingest/{job['id']}"
    csv_header = {"Content-Type": "text/csv"}
    assert org("PUT", f"{path}/batches", data=data, headers=csv_header).status_code == 201
    assert org("PATCH", path, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    states = [org("GET", path).json()["state"] for _ in range(2)]
    assert states == ["InProgress", "JobComplete"]
    done = org("GET", path).json()
    assert done["numberRecordsProcessed"] == 121
    successful, failed = (
        _csv(org("GET", f"{path}/{kind}")) for kind in ("successfulResults", "failedResults")
    )
    assert len(successful) + len(failed) == 121
    given = [row["Domain__c"] for row in successful]
    assert given != sorted(given), "not in the order of the input"
    [nameless] = [row for row in failed if row["Domain__c"] == "new.example"]
    assert nameless["sf__Error"].startswith("REQUIRED_FIELD_MISSING")
    assert "\n" in nameless["sf__Error"], "a cell may hold a line break"
    one = given[0]
    [record] = org.query(f"SELECT Industry, Territory__c FROM Account WHERE Domain__c = '{one}'")[
        "records"
    ]
    assert (record["Industry"], record["Territory__c"]) == ("Law", None)


def test_a_bulk_query_is_paged_by_locator(org: Client) -> None:
    soql = "SELECT Id, Name, CreatedDate FROM Opportunity"
    job = org("POST", "jobs/query", json={"operation": "query", "query": soql}).json()
    path = f"jobs/query/{job['id']}"
    assert org("GET", f"{path}/results").status_code == 400
    while org("GET", path).json()["state"] != "JobComplete":
        pass
    rows, locator = [], ""
    while locator != "null":
        params = {"maxRecords": "50", "locator": locator}
        answer = org("GET", f"{path}/results", params=params)
        locator = answer.headers["Sforce-Locator"]
        found = _csv(answer)
        assert int(answer.headers["Sforce-NumberOfRecords"]) == len(found)
        rows += found
    assert {row["Id"] for row in rows} == {row["Id"] for row in org.query(soql)["records"]}
    assert rows[0]["CreatedDate"].endswith("Z")


def test_stages_that_clients_set_are_kept_in_the_history(org: Client) -> None:
    [deal] = org.query("SELECT Id FROM Opportunity WHERE IsClosed = false LIMIT 1")["records"]
    path = f"sobjects/Opportunity/{deal['Id']}"
    while org("PATCH", path, json={"StageName": "Closed Lost"}).status_code != 204:
        pass
    assert org("GET", path).json()["IsClosed"] is True
    last = org.query(
        f"SELECT StageName FROM OpportunityHistory WHERE OpportunityId = '{deal['Id']}' "
        "ORDER BY CreatedDate DESC LIMIT 1"
    )
    assert last["records"][0]["StageName"] == "Closed Lost"


def _csv(answer: requests.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))
