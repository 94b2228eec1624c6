"""Salesforce: pages and bulk jobs, expired sessions, quotas, deletes, and what doctor finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from python_jobs.errors import ConfigurationError
from python_jobs.http import Patience
from python_jobs.ingest.sources.salesforce import (
    SOURCE,
    JobFailed,
    Org,
    Reader,
    SalesforceConfig,
    check,
)
from tests.python.ingest.shop import Shop
from tests.python.ingest.sources.conftest import Intake

TABLES = {
    "users": "User",
    "accounts": "Account",
    "contacts": "Contact",
    "leads": "Lead",
    "opportunities": "Opportunity",
    "opportunity_history": "OpportunityHistory",
    "tasks": "Task",
}
NO_LIMIT = [[100_000, 86_400]]
ACCOUNTS = SOURCE.entity("accounts").contract


@pytest.fixture
def crm(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intake]:
    """The module's org, in pages of 200."""
    monkeypatch.setenv("SALESFORCE_PAGE_ROWS", "200")
    yield intake
    intake.sandbox.post("/limits", salesforce=NO_LIMIT)


def org_of(intake: Intake, **settings: Any) -> Org:
    config = SalesforceConfig.load(intake.sandbox.url).model_copy(update=settings)
    return Org(config, Patience(attempts=4, first_wait=0.01, read_timeout=5))


def happened(intake: Intake) -> dict[str, int]:
    """The faults that calls have met, and how often."""
    return dict(intake.sandbox.get("/calls")["faults"]["salesforce"])


def payloads(intake: Intake, entity: str) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in intake.raw(f"salesforce__{entity}")]


def test_every_object_lands_and_a_second_run_writes_nothing(crm: Intake, tiny_world: Path) -> None:
    assert crm.gtm("ingest", "salesforce")[0] == 0
    first = {entity: crm.raw(f"salesforce__{entity}") for entity in TABLES}
    expected = {
        "accounts": "count(distinct account_id)",
        "contacts": "count(distinct contact_id)",
        "leads": "lead_requests",
        "opportunities": "count(distinct opportunity_id)",
        "opportunity_history": "opportunities",
    }
    for entity, what in expected.items():
        counted = what if what.startswith("count") else "count(*)"
        file = entity if what.startswith("count") else what
        [(count,)] = duckdb.execute(
            f"select {counted} from '{tiny_world}/{file}.parquet'"
        ).fetchall()
        assert len(first[entity]) == count, entity
    assert first["users"]
    assert first["tasks"]
    history = crm.last_run("salesforce", "opportunity_history")
    assert (history["rows_read"], history["api_calls"]) == (371, 4), "describe, count, two pages"
    only = ("--only", "opportunity_history", "--only", "contacts")
    code, said = crm.gtm("ingest", "salesforce", "--mode", "full", *only)
    assert code == 0
    assert "371 read, 0 written, 371 unchanged" in said
    assert "200 read, 0 written, 200 unchanged" in said
    assert {entity: crm.raw(f"salesforce__{entity}") for entity in TABLES} == first
    assert crm.throttled("salesforce") == 0


def test_an_account_counts_from_its_creation_and_a_deal_only_from_its_change(crm: Intake) -> None:
    crm.gtm("ingest", "salesforce", "--only", "accounts", "--only", "opportunities")
    accounts = crm.raw("salesforce__accounts")
    assert any(row["known_at"] < row["version_at"] for row in accounts)
    assert all(row["known_at"] is None for row in crm.raw("salesforce__opportunities"))


def test_a_bulk_query_lands_what_pages_land(crm: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    only = ("--only", "opportunity_history", "--only", "accounts", "--mode", "full")
    crm.gtm("ingest", "salesforce", *only)
    monkeypatch.setenv("SALESFORCE_BULK_FROM_ROWS", "40")
    code, said = crm.gtm("ingest", "salesforce", *only)
    assert code == 0
    assert "accounts: 55 read, 0 written, 55 unchanged" in said
    assert "opportunity_history: 371 read, 0 written, 371 unchanged" in said
    calls = crm.last_run("salesforce", "opportunity_history")["api_calls"]
    assert calls > 10, "ten pages of 40 and the job's"


def test_a_bulk_query_that_is_cut_off_goes_on_with_its_job(
    crm: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_BULK_FROM_ROWS", "100")
    monkeypatch.setenv("SALESFORCE_QUOTA_SHARE", "1")
    # token, describe, count, job, two polls, two of four pages
    crm.sandbox.post("/limits", salesforce=[[8, 86_401]])
    code, said = crm.gtm("ingest", "salesforce", "--only", "opportunity_history")
    assert code == 1
    assert "8 of the org's 8 daily calls are used" in said
    assert len(crm.raw("salesforce__opportunity_history")) == 200
    assert crm.last_run("salesforce", "opportunity_history")["status"] == "quota_exhausted"
    crm.sandbox.post("/limits", salesforce=NO_LIMIT)
    code, said = crm.gtm("ingest", "salesforce", "--only", "opportunity_history")
    assert code == 0
    run = crm.last_run("salesforce", "opportunity_history")
    assert run["rows_read"] == 171, "the pages before are not asked for again"
    assert len(crm.raw("salesforce__opportunity_history")) == 371
    code, said = crm.gtm("ingest", "salesforce", "--only", "opportunity_history")
    assert "0 written" in said


def test_bad_days_change_nothing_in_what_lands(crm: Intake) -> None:
    only = ("--only", "contacts", "--only", "opportunity_history")
    crm.gtm("ingest", "salesforce", *only)
    tables = ("salesforce__contacts", "salesforce__opportunity_history")
    expected = [crm.raw(table) for table in tables]
    for table in tables:
        crm.execute(f"delete from raw.{table}")
    crm.execute("delete from ops.ingest_state")
    crm.faults(
        *("429-storm", "500", "expired-token", "reset", "malformed-json", "slow-drip"),
        "duplicate-page",
        seed=1,
    )
    code, said = crm.gtm("ingest", "salesforce", *only)
    assert code == 0, said
    assert sum(happened(crm).values()) >= 2
    assert [crm.raw(table) for table in tables] == expected


def test_an_expired_session_is_opened_again_and_the_read_goes_on(crm: Intake) -> None:
    org = org_of(crm)
    org.fields("Account")
    crm.faults("expired-token", seed=0)
    for name in ("Contact", "Lead", "Opportunity", "User", "Task", "OpportunityHistory"):
        assert "Id" in org.fields(name)
    assert happened(crm)["expired-token"] >= 1


def test_too_many_at_once_passes_and_a_day_without_calls_does_not(
    crm: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUEST_LIMIT_EXCEEDED means both; only its text tells them apart."""
    crm.faults("429-storm", seed=0)
    org = org_of(crm)
    for name in ("Account", "Contact", "Lead", "User", "Task", "Opportunity"):
        org.fields(name)
    assert happened(crm)["429-storm"] >= 1
    crm.faults()
    crm.sandbox.post("/limits", salesforce=[[2, 86_402]])
    monkeypatch.setenv("SALESFORCE_QUOTA_SHARE", "1")
    full = org_of(crm, quota_share=1.0)
    full.fields("Account")
    full.used = 0  # as if another program's calls came between
    code, said = crm.gtm("ingest", "salesforce", "--only", "users")
    assert code == 1
    assert "salesforce says that its quota or credits are spent (HTTP 403)" in said


def test_calls_are_left_to_others(crm: Intake) -> None:
    crm.sandbox.post("/limits", salesforce=[[10, 86_403]])
    code, said = crm.gtm("ingest", "salesforce")
    assert code == 1
    assert "8 of the org's 10 daily calls are used, of which gtm leaves 20% to others" in said
    statuses = crm.rows("select status from ops.job_runs where source = 'salesforce'")
    assert [row["status"] for row in statuses].count("quota_exhausted") == 1


def test_a_lost_permission_is_one_sentence_and_exit_2(crm: Intake) -> None:
    crm.faults("lost-scope")
    code, said = crm.gtm("ingest", "salesforce", "--only", "accounts")
    assert code == 2
    assert "was refused with HTTP 403: check the credentials and their permissions" in said


def test_a_record_without_an_id_and_one_that_is_none_are_set_aside(crm: Intake) -> None:
    crm.faults("malformed-record", seed=0)
    code, said = crm.gtm("ingest", "salesforce", "--only", "contacts")
    assert code == 0
    assert "202 read, 200 written, 0 unchanged, 2 set aside" in said
    letters = crm.rows("select reason from ops.dead_letters order by reason")
    assert [letter["reason"] for letter in letters] == [
        "Id is missing",
        "the record is not an object",
    ]


def test_only_what_changed_comes_when_days_go_by(own_intake: Intake) -> None:
    crm = own_intake
    only = [part for name in ("accounts", "contacts") for part in ("--only", name)]
    crm.gtm("ingest", "salesforce", *only)
    before = {row["record_id"] for row in crm.raw("salesforce__accounts")}
    crm.sandbox.post("/advance", days=14)
    org = org_of(crm)
    kept, gone = payloads(crm, "contacts")[:2]
    for contact, change in ((kept, {"Tech_Stack__c": "DocuWare"}), (gone, None)):
        method = "DELETE" if change is None else "PATCH"
        path = f"{org.data_path}/sobjects/Contact/{contact['Id']}"
        org.call(method, path, reads=True, json=change)
    code, said = crm.gtm("ingest", "salesforce", *only)
    assert code == 0
    assert "salesforce contacts: new field Tech_Stack__c" in said
    assert crm.last_run("salesforce", "accounts")["rows_read"] < len(before)
    moved = {row["record_id"] for row in crm.raw("salesforce__accounts")}
    assert before <= moved
    changed = [p for p in payloads(crm, "contacts") if p["Id"] in (kept["Id"], gone["Id"])]
    assert len(changed) == 4, "one more version of each"
    assert [p["Id"] for p in changed if p["IsDeleted"]] == [gone["Id"]]
    assert crm.gtm("ingest", "salesforce", *only)[1].count("0 written") == 2


def test_a_user_signs_in_by_key_file(crm: Intake, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    by_key = {"client_secret": None, "private_key_path": path}
    org = org_of(crm, **by_key, username="integration@seller.example")
    assert org.client.limits()["DailyApiRequests"]["Max"] == 100_000
    with pytest.raises(ConfigurationError, match=r"sign in \(invalid_grant\): approve the app"):
        org_of(crm, **by_key, username="someone@else.example").client.limits()
    path.write_text("no key")
    with pytest.raises(ConfigurationError, match="is not a readable RSA key in PEM form"):
        org_of(crm, **by_key, username="integration@seller.example").client.limits()


def test_what_is_not_configured_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GTM_SANDBOX_URL", raising=False)
    assert SalesforceConfig.load(None).missing() == [
        "SALESFORCE_URL",
        "SALESFORCE_CLIENT_ID",
        "SALESFORCE_CLIENT_SECRET",
    ]
    half = SalesforceConfig(url="https://x", client_id="c", username="u", private_key_path="k")
    assert half.missing() == [], "a user and a key file do as well"


def test_doctor_finds_what_is_wrong(crm: Intake) -> None:
    found = check(org_of(crm))
    assert [one.what for one in found if one.is_ok] == [one.what for one in found]
    assert {f"{name} can be read" for name in TABLES.values()} < {one.what for one in found}
    crm.faults("lost-scope")
    [lost] = check(org_of(crm))
    assert (lost.is_ok, "HTTP 403" in lost.advice) == (False, True)
    crm.faults()
    crm.sandbox.post("/limits", salesforce=[[20, 86_404]])
    org = org_of(crm, quota_share=0.05)
    quota = check(org)[-1]
    assert not quota.is_ok
    assert "SALESFORCE_QUOTA_SHARE" in quota.advice


def test_all_readable_fields_are_read_but_no_compound_ones(crm: Intake) -> None:
    fields = org_of(crm).fields("Account")
    assert {"Name", "Domain__c", "accountIntentScore6sense__c", "SystemModstamp"} <= fields.keys()
    assert "BillingAddress" not in fields
    assert {entity.name for entity in SOURCE.entities} == TABLES.keys()


class BulkOrg:
    """An org of five accounts that answers in bulk, or fails, or never ends."""

    calls, jobs, state = 0, 0, "Failed"
    data_path = "/data"
    config = SimpleNamespace(bulk_from_rows=1, page_rows=200)
    client = SimpleNamespace(query=lambda text, include_deleted: {"totalSize": 5})

    def fields(self, name: str) -> dict[str, str]:
        return {"Id": "id", "SystemModstamp": "datetime"}

    def json(self, method: str, path: str, **options: Any) -> dict[str, str]:
        if method == "POST":
            self.jobs += 1
            return {"id": f"job{self.jobs}"}
        if self.state == "killed":
            raise KeyboardInterrupt
        return {"state": self.state}


def test_a_bulk_query_that_failed_is_asked_for_again_by_the_next_pull(shop: Shop) -> None:
    shop.api = org = BulkOrg()
    for jobs in (1, 2, 3):
        outcome = shop.pull(Reader("Account"), ACCOUNTS)
        assert isinstance(outcome.error, JobFailed)
        assert org.jobs == jobs


def test_a_run_that_dies_while_a_bulk_query_is_worked_on_leaves_its_id(shop: Shop) -> None:
    shop.api = org = BulkOrg()
    org.state = "killed"
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            shop.pull(Reader("Account"), ACCOUNTS)
    assert org.jobs == 1, "the second run waits for the first one's"
