"""Outreach: pages in the order of change, what is new only, and pulls that are cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from python_jobs.http import Patience
from python_jobs.ingest.sources.outreach import RESOURCES, SOURCE, OutreachConfig, connect
from tests.python.ingest.sources.conftest import Intake

JSON_API = "application/vnd.api+json"

KILLED_AFTER_TWO_CHUNKS = """
import os, signal
from python_jobs import cli
from python_jobs.ingest import landing

landing.CHUNK_RECORDS = 20
flush, flushed = landing.Landing.flush, []

def flush_or_die(self):
    if len(flushed) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    flushed.append(1)
    flush(self)

landing.Landing.flush = flush_or_die
cli.app(["ingest", "outreach", "--only", "prospects"])
"""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_PAGE_SIZE", "20")


def patch(intake: Intake, prospect: int, **attributes: object) -> None:
    """Change a prospect in the vendor's hands."""
    api = connect(OutreachConfig.load(intake.sandbox.url), Patience())
    body = {"data": {"type": "prospect", "id": prospect, "attributes": attributes}}
    headers = {"Content-Type": JSON_API}
    api.json("PATCH", f"/prospects/{prospect}", data=json.dumps(body), headers=headers)


def test_every_entity_lands_and_a_full_pull_again_writes_nothing(intake: Intake) -> None:
    code, said = intake.gtm("ingest", "outreach")
    assert code == 0, said
    first = {entity: intake.raw(f"outreach__{entity}") for entity in RESOURCES}
    assert all(first.values())
    assert len(first["prospects"]) > 40, "so that there are three pages at least"
    assert intake.last_run("outreach", "prospects")["api_calls"] >= 3
    assert all(row["known_at"] is None for row in first["mailings"])
    again = ("prospects", "mailings")
    only = [part for entity in again for part in ("--only", entity)]
    code, said = intake.gtm("ingest", "outreach", "--mode", "full", *only)
    assert code == 0
    for entity in again:
        rows = first[entity]
        assert f"outreach {entity}: {len(rows)} read, 0 written, {len(rows)} unchanged" in said
        assert intake.raw(f"outreach__{entity}") == rows
    assert intake.throttled("outreach") == 0


def test_after_some_days_only_what_changed_is_read_and_the_rest_is_not_asked_for(
    own_intake: Intake,
) -> None:
    only = ["--only", "prospects", "--only", "mailings"]
    own_intake.gtm("ingest", "outreach", *only)
    before = {row["record_id"] for row in own_intake.raw("outreach__mailings")}
    own_intake.sandbox.post("/advance", days=3)
    assert own_intake.gtm("ingest", "outreach", *only)[0] == 0
    mailings = own_intake.last_run("outreach", "mailings")
    assert 0 < mailings["rows_written"] < len(before)
    assert mailings["rows_read"] < len(before)
    since = datetime(2026, 7, 1)
    new = [row for row in own_intake.raw("outreach__mailings") if row["version_at"] >= since]
    assert len(new) == mailings["rows_written"]
    assert {row["record_id"] for row in new} - before, "some were not there before"
    prospects = own_intake.last_run("outreach", "prospects")
    assert 0 < prospects["rows_read"] < 40


def test_a_prospect_counts_from_its_creation_and_the_checkpoint_is_what_was_read(
    intake: Intake,
) -> None:
    intake.gtm("ingest", "outreach", "--only", "prospects")
    rows = intake.raw("outreach__prospects")
    for row in rows:
        record = json.loads(row["payload"])
        attributes = record["attributes"]
        assert row["record_id"] == str(record["id"])
        assert f"{row['version_at'].isoformat(timespec='milliseconds')}Z" == attributes["updatedAt"]
        assert f"{row['known_at'].isoformat(timespec='milliseconds')}Z" == attributes["createdAt"]
    [kept] = intake.rows("select state from ops.ingest_state where entity = 'prospects'")
    reached = datetime.fromisoformat(json.loads(kept["state"])["updated_at"])
    assert reached == max(row["version_at"] for row in rows)


def test_a_backfill_reads_what_changed_in_its_days_alone(intake: Intake) -> None:
    days = ["--mode", "backfill", "--from", "2026-06-01", "--to", "2026-06-10"]
    assert intake.gtm("ingest", "outreach", "--only", "prospects", *days)[0] == 0
    rows = intake.raw("outreach__prospects")
    assert rows
    assert all(datetime(2026, 6, 1) <= row["version_at"] < datetime(2026, 6, 11) for row in rows)
    assert not intake.rows("select 1 from ops.ingest_state where stream = 'incremental'")


def test_a_record_that_no_one_can_read_is_set_aside(intake: Intake) -> None:
    intake.faults("malformed-record", seed=2)
    code, said = intake.gtm("ingest", "outreach", "--only", "prospects")
    assert code == 0, said
    letters = intake.rows("select reason from ops.dead_letters")
    assert {letter["reason"] for letter in letters} == {
        "id is missing",
        "the record is not an object",
    }
    assert intake.last_run("outreach", "prospects")["rows_set_aside"] >= len(letters)


def test_a_missing_scope_is_one_sentence_with_its_name(intake: Intake) -> None:
    seed = sorted(f"{resource}.read" for resource in _paths()).index("prospects.read")
    intake.faults("lost-scope", seed=seed)
    code, said = intake.gtm("ingest", "outreach", "--only", "prospects", "--only", "users")
    assert code == 2
    assert "the application lacks the scope prospects.read: add it" in said
    assert "users: 12 read" in said, "and what is in scope is read"


def _paths() -> list[str]:
    return [*(resource for resource, _ in RESOURCES.values()), "stages", "sequenceTemplates"]


def test_bad_days_change_nothing_in_what_lands(intake: Intake) -> None:
    only = ["--only", "prospects"]
    intake.gtm("ingest", "outreach", *only)
    expected = intake.raw("outreach__prospects")
    faults = ("429-storm", "500", "expired-token", "reset", "malformed-json", "duplicate-page")
    intake.faults(*faults, seed=5)
    intake.sandbox.forget_calls()
    intake.execute("delete from raw.outreach__prospects")
    pulls = iter(range(6))
    while intake.gtm("ingest", "outreach", "--mode", "full", *only)[0] != 0:
        assert next(pulls) < 5, "a token refused twice in a row ends a pull; the next goes on"
    happened = intake.sandbox.get("/calls")["faults"]["outreach"]
    assert happened["expired-token"] > 0
    assert sum(happened.values()) > 5
    assert intake.raw("outreach__prospects") == expected


def test_after_kill_nine_the_next_run_goes_on_from_the_last_chunk(intake: Intake) -> None:
    command = [sys.executable, "-c", KILLED_AFTER_TWO_CHUNKS]
    assert subprocess.run(command, capture_output=True).returncode == -9
    landed = intake.raw("outreach__prospects")
    assert 20 <= len(landed) < 80
    assert intake.gtm("ingest", "outreach", "--only", "prospects")[0] == 0
    whole = intake.raw("outreach__prospects")
    resumed = intake.last_run("outreach", "prospects")
    api = connect(OutreachConfig.load(intake.sandbox.url), Patience())
    assert len(whole) == api.json("GET", "/prospects", params={"count": "true"})["meta"]["count"]
    assert resumed["rows_read"] < len(whole), "what had landed is not read again"
    assert resumed["rows_written"] == len(whole) - len(landed)


def test_doctor_is_well_and_names_a_scope_that_is_missing(intake: Intake) -> None:
    api = connect(OutreachConfig.load(intake.sandbox.url), Patience(first_wait=0.01))
    checks = SOURCE.check(api)
    assert all(check.is_ok for check in checks), checks
    seed = sorted(f"{resource}.read" for resource in _paths()).index("mailings.read")
    intake.faults("lost-scope", seed=seed)
    [bad] = [check for check in SOURCE.check(api) if not check.is_ok]
    assert bad.what == "scope mailings.read"
    assert "add it (or mailings.all)" in bad.advice
    assert bad.exit_code == 2


def test_the_first_pull_of_mailings_goes_back_as_far_as_it_is_told(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GTM_INGEST_DAYS", "10")
    intake.gtm("ingest", "outreach", "--only", "mailings", "--only", "sequences")
    oldest = datetime(2026, 6, 30) - timedelta(days=10)
    rows = intake.raw("outreach__mailings")
    assert rows
    assert all(row["version_at"] >= oldest for row in rows)
    assert len(intake.raw("outreach__sequences")) == 5, "sequences are read however old"


def test_a_field_that_is_new_is_reported(intake: Intake) -> None:
    intake.gtm("ingest", "outreach", "--only", "prospects")
    [row] = intake.rows("select min(record_id::int) as id from raw.outreach__prospects")
    patch(intake, row["id"], custom9="a new slot")
    code, said = intake.gtm("ingest", "outreach", "--only", "prospects")
    assert code == 0
    assert "new field attributes.custom9" in said
    assert intake.last_run("outreach", "prospects")["rows_written"] == 1
