"""Gong: windows and cursors, 404 for nothing, late transcripts, scopes, a day's budget."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from python_jobs.errors import ConfigurationError
from python_jobs.http import Patience
from python_jobs.ingest.connector import Check, Pull
from python_jobs.ingest.sources import gong as connector
from python_jobs.ingest.sources.gong import EXPOSED, GongConfig, check, connect
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from tests.python.ingest.shop import NOW, Shop, counts
from tests.python.ingest.sources.conftest import LAST_DAY, Intake

QUICK = [[500, 1], [100_000, 86_400]]
REAL = [[3, 1], [10_000, 86_400]]
KEY = ("sandbox-key", "sandbox-secret")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    """A demo world: the tiny one has no window of two pages. The last test lets days go by."""
    with started_sandbox(["--size", "demo", "--as-of", LAST_DAY]) as running:
        yield running


@pytest.fixture
def gong(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> Intake:
    """Forty-five days of calls, without a pace."""
    monkeypatch.setenv("GONG_CALLS_PER_SECOND", "500")
    monkeypatch.setenv("GTM_INGEST_DAYS", "45")
    # long enough for two pages
    monkeypatch.setattr(connector, "SHORTEST_WINDOW_DAYS", 30)
    intake.sandbox.post("/limits", gong=QUICK)
    return intake


def ask(gong: Intake, method: str, path: str, body: dict[str, Any] | None = None, **options: Any):
    """A request as anybody would send it."""
    url = f"{gong.sandbox.url}/gong{path}"
    return requests.request(method, url, json=body, auth=KEY, timeout=10, **options)


def checks(gong: Intake, key: str = KEY[0], secret: str = KEY[1]) -> list[Check]:
    config = GongConfig(
        GONG_BASE_URL=f"{gong.sandbox.url}/gong", GONG_ACCESS_KEY=key, GONG_ACCESS_KEY_SECRET=secret
    )
    return check(connect(config, Patience()))


def test_a_full_pull_lands_every_call_and_transcript_and_a_second_writes_nothing(
    gong: Intake,
) -> None:
    assert gong.gtm("ingest", "gong", "--mode", "full")[0] == 0
    calls = gong.raw("gong__calls")
    first, last = datetime(2026, 5, 16, 23), datetime(2026, 6, 30, 23, 59)
    assert len(calls) > 120
    assert all(first <= row["version_at"] < last for row in calls), "each dated by its start"
    transcripts = gong.raw("gong__transcripts")
    assert {row["record_id"] for row in transcripts} == {row["record_id"] for row in calls}
    assert {row["record_id"]: row["version_at"] for row in transcripts} == {
        row["record_id"]: row["version_at"] for row in calls
    }, "a transcript that is there at first counts from its call"
    assert gong.last_run("gong", "calls")["api_calls"] > 2, "windows of more than one page"
    code, said = gong.gtm("ingest", "gong", "--mode", "full")
    assert code == 0
    assert f"gong calls: {len(calls)} read, 0 written, {len(calls)} unchanged" in said
    assert gong.raw("gong__calls") == calls
    assert gong.raw("gong__transcripts") == transcripts
    assert gong.throttled("gong") == 0


def test_everything_useful_is_asked_for_and_lands_with_its_exact_ids(gong: Intake) -> None:
    gong.gtm("ingest", "gong")
    calls = [json.loads(row["payload"]) for row in gong.raw("gong__calls")]
    for section in ("metaData", "context", "parties", "content", "interaction", "collaboration"):
        assert all(section in call for call in calls), section
    assert not any("media" in call for call in calls)
    assert any(int(call["metaData"]["id"]) > 2**53 for call in calls)
    ids = {row["record_id"] for row in gong.raw("gong__calls")}
    assert ids == {call["metaData"]["id"] for call in calls}
    started = {type(call["metaData"]["started"]) for call in calls}
    assert started == {str, int}, "ISO texts and seconds since 1970"
    parties = [party for call in calls for party in call["parties"]]
    assert {"userId" in party for party in parties} == {True, False}
    timings = {one["timing"] for call in calls for crm in call["context"] for one in crm["objects"]}
    assert timings == {"Now", "TimeOfCall"}
    deals = [
        {
            one["objectId"]
            for crm in call["context"]
            for one in crm["objects"]
            if one["objectType"] == "Opportunity"
        }
        for call in calls
    ]
    assert {len(linked) for linked in deals} == {0, 1, 2}
    assert {len(one) for linked in deals for one in linked} == {15, 18}


def test_days_without_calls_are_an_empty_answer_and_only_calls_brings_only_calls(
    gong: Intake,
) -> None:
    quiet = ("--mode", "backfill", "--from", "2025-01-01", "--to", "2025-03-31")
    code, said = gong.gtm("ingest", "gong", *quiet)
    assert code == 0
    assert "gong calls: 0 read, 0 written" in said
    busy = ("--mode", "backfill", "--from", "2026-05-04", "--to", "2026-05-08")
    code, said = gong.gtm("ingest", "gong", "--only", "calls", *busy)
    assert code == 0
    landed = gong.raw("gong__calls")
    assert landed
    assert {f"{row['version_at']:%Y-%m-%d}" for row in landed} <= {
        f"2026-05-0{day}" for day in range(4, 9)
    }
    assert gong.raw("gong__transcripts") == []


def test_an_empty_answer_that_was_cut_short_is_asked_for_again(gong: Intake) -> None:
    quiet = ("--mode", "backfill", "--from", "2025-01-01", "--to", "2025-06-30")
    for seed in range(4):
        gong.faults("malformed-json", seed=seed)
        code, said = gong.gtm("ingest", "gong", "--only", "calls", *quiet)
        assert code == 0, said
        assert gong.last_run("gong", "calls")["rows_read"] == 0
    assert gong.sandbox.get("/calls")["faults"]["gong"]["malformed-json"] > 0


def test_a_record_that_no_one_can_read_is_set_aside(gong: Intake) -> None:
    gong.faults("malformed-record", seed=5)
    code, said = gong.gtm("ingest", "gong")
    assert code == 0
    assert "set aside in ops.dead_letters" in said
    letters = gong.rows("select entity, reason from ops.dead_letters")
    assert {(row["entity"], row["reason"]) for row in letters} >= {
        ("calls", "metaData.id is missing"),
        ("calls", "the record is not an object"),
    }
    assert gong.last_run("gong", "calls")["rows_written"] > 120, "the others land"


def test_a_missing_scope_is_named_and_the_other_entities_are_read(gong: Intake) -> None:
    gong.faults("lost-scope", seed=1)
    code, said = gong.gtm("ingest", "gong")
    assert code == 2
    assert "the key lacks the scope api:calls:read:transcript: give it to the key" in said
    assert gong.last_run("gong", "calls")["status"] == "succeeded"
    assert gong.last_run("gong", "users")["rows_written"] == 12


def test_transcripts_wait_for_calls_that_could_not_be_read(gong: Intake) -> None:
    gong.faults("lost-scope", seed=0)
    code, said = gong.gtm("ingest", "gong")
    assert code == 2
    assert "the key lacks the scope api:calls:read:extensive" in said
    assert "transcripts wait for calls, which could not be read in full" in said
    assert gong.raw("gong__transcripts") == [], "they would be dated when they came"
    gong.faults()
    assert gong.gtm("ingest", "gong")[0] == 0
    begun, dated = (
        gong.rows(
            f"select record_id, min(version_at) as began from raw.{table} group by 1 order by 1"
        )
        for table in ("gong__calls", "gong__transcripts")
    )
    assert dated == begun


def test_bad_days_change_nothing_in_what_lands(gong: Intake) -> None:
    gong.gtm("ingest", "gong")
    tables = ("gong__calls", "gong__transcripts", "gong__users")
    expected = {table: gong.raw(table) for table in tables}
    for table in tables:
        gong.execute(f"delete from raw.{table}")
    gong.execute("delete from ops.ingest_state")
    gong.faults("429-storm", "500", "reset", "malformed-json", "duplicate-page", seed=2)
    assert gong.gtm("ingest", "gong")[0] == 0
    assert sum(gong.sandbox.get("/calls")["faults"]["gong"].values()) > 3
    assert {table: gong.raw(table) for table in tables} == expected


def test_a_field_of_another_type_is_reported(gong: Intake) -> None:
    gong.gtm("ingest", "gong", "--only", "users")
    gong.execute("update ops.source_fields set json_type = 'number' where field = 'title'")
    assert "title is now text, was number" in gong.gtm("ingest", "gong", "--only", "users")[1]


def test_a_spent_day_ends_the_run_and_the_next_goes_on_to_the_same_end(
    gong: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GTM_INGEST_DAYS", "120")
    gong.gtm("ingest", "gong", "--only", "calls", "--mode", "full")
    expected = gong.raw("gong__calls")
    gong.execute("delete from raw.gong__calls")
    gong.sandbox.post("/limits", gong=[[500, 1], [4, 86_400]])
    code, said = gong.gtm("ingest", "gong", "--only", "calls", "--mode", "full")
    assert code == 1
    assert "gong asks to wait 86," in said
    assert gong.last_run("gong", "calls")["status"] == "quota_exhausted"
    kept = gong.raw("gong__calls")
    assert 0 < len(kept) < len(expected)
    gong.sandbox.post("/limits", gong=QUICK)
    assert gong.gtm("ingest", "gong", "--only", "calls", "--mode", "full")[0] == 0
    assert gong.raw("gong__calls") == expected


def test_the_real_pace_draws_no_throttle(gong: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONG_CALLS_PER_SECOND", "3")
    monkeypatch.setattr(connector, "SHORTEST_WINDOW_DAYS", 2)
    gong.sandbox.post("/limits", gong=REAL)
    assert gong.gtm("ingest", "gong")[0] == 0
    seen = gong.sandbox.get("/calls")["vendors"]["gong"]
    assert seen["calls"] >= 9, "four windows, read at a time"
    assert seen["throttled"] == 0


def test_the_doctor_tells_a_wrong_key_a_lost_scope_and_an_owner_who_sees_no_calls(
    gong: Intake,
) -> None:
    assert all(one.is_ok for one in checks(gong))
    [wrong] = checks(gong, key="nobody")
    assert not wrong.is_ok
    assert "check the credentials" in wrong.advice
    blind = checks(gong, key="sandbox-key-without-calls")
    assert [one.is_ok for one in blind] == [True, True, True, False]
    assert "it sees none, and Gong counts" in blind[-1].advice
    gong.faults("lost-scope", seed=0)
    lost = {one.what: one for one in checks(gong)}
    assert "api:calls:read:extensive" in lost["Gong calls can be read"].advice
    assert lost["Gong transcripts can be read"].is_ok


def test_a_wrong_secret_is_a_setting_to_change(gong: Intake) -> None:
    config = GongConfig(
        GONG_BASE_URL=f"{gong.sandbox.url}/gong",
        GONG_ACCESS_KEY=KEY[0],
        GONG_ACCESS_KEY_SECRET="wrong",
    )
    with pytest.raises(ConfigurationError, match="check the credentials"):
        connect(config, Patience()).json("GET", "/v2/users")


def test_the_sandbox_answers_with_gongs_field_names_and_its_two_kinds_of_404(gong: Intake) -> None:
    window = {"fromDateTime": "2026-05-01T00:00:00Z", "toDateTime": "2026-05-31T00:00:00Z"}
    first = ask(gong, "POST", "/v2/calls/extensive", {"filter": window, "contentSelector": EXPOSED})
    page = first.json()
    assert set(page) == {"requestId", "records", "calls"}
    assert set(page["records"]) == {
        "totalRecords",
        "currentPageSize",
        "currentPageNumber",
        "cursor",
    }
    assert len(page["calls"]) == page["records"]["currentPageSize"] == 100
    assert set(page["calls"][0]["metaData"]) == {
        *("id", "url", "title", "scheduled", "started", "duration", "primaryUserId", "direction"),
        *("system", "scope", "media", "language", "workspaceId", "sdrDisposition"),
        *("clientUniqueId", "customData", "purpose", "meetingUrl", "isPrivate"),
        "calendarEventId",
    }
    cursor = page["records"]["cursor"]
    body = {"filter": window, "contentSelector": EXPOSED, "cursor": cursor}
    second = ask(gong, "POST", "/v2/calls/extensive", body).json()
    assert "cursor" not in second["records"]
    assert second["records"]["currentPageNumber"] == 1
    bare = ask(gong, "POST", "/v2/calls/extensive", {"filter": window}).json()
    assert all(set(call) == {"metaData"} for call in bare["calls"]), "nothing unless asked for"
    said = ask(gong, "POST", "/v2/calls/transcript", {"filter": window}).json()
    turn = next(one["transcript"] for one in said["callTranscripts"] if one["transcript"])[0]
    assert set(turn) == {"speakerId", "topic", "sentences"}
    assert set(turn["sentences"][0]) == {"start", "end", "text"}
    empty = ask(gong, "GET", "/v2/calls", params={"fromDateTime": "2030-01-01T00:00:00Z"})
    assert empty.status_code == 404
    assert empty.json()["errors"] == ["No calls found corresponding to the provided filters"]
    unknown = ask(gong, "GET", "/v2/calls/123")
    assert unknown.status_code == 404
    assert unknown.json()["errors"] == ["Call ID 123 was not found"]
    known = page["calls"][0]["metaData"]
    assert ask(gong, "GET", f"/v2/calls/{known['id']}").json()["call"] == known
    for path, name in (
        ("/v2/workspaces", "workspaces"),
        ("/v2/settings/trackers", "keywordTrackers"),
        ("/v2/settings/scorecards", "scorecards"),
    ):
        assert ask(gong, "GET", path).json()[name], path
    users = ask(gong, "POST", "/v2/users/extensive", {"filter": {}}).json()["users"]
    assert users == ask(gong, "GET", "/v2/users").json()["users"]
    bad = {"filter": window, "contentSelector": {"contextTiming": ["Now"]}}
    assert ask(gong, "POST", "/v2/calls/extensive", bad).status_code == 400


def test_a_day_later_new_calls_and_late_transcripts_come_and_nothing_else(gong: Intake) -> None:
    gong.gtm("ingest", "gong")
    before = {table: gong.raw(table) for table in ("gong__calls", "gong__transcripts")}

    def waiting(rows: list[dict[str, Any]]) -> set[str]:
        return {
            row["record_id"]
            for row in rows
            if json.loads(row["payload"])["transcript"] is None
            and f"{row['version_at']:%Y-%m-%d}" == LAST_DAY
        }

    pending = waiting(before["gong__transcripts"])
    assert pending, "calls of the day that Gong has not worked up"
    gong.sandbox.post("/advance", days=1)
    gong.gtm("ingest", "gong")
    after = {table: gong.raw(table) for table in before}
    for table, rows in before.items():
        old = {(row["record_id"], row["version_at"]) for row in rows}
        assert [row for row in after[table] if (row["record_id"], row["version_at"]) in old] == rows
    came = [row for row in after["gong__transcripts"] if row["record_id"] in pending]
    ready = [row for row in came if json.loads(row["payload"])["transcript"]]
    assert ready
    assert all(f"{row['version_at']:%Y-%m-%d}" == "2026-07-01" for row in ready), "when it came"
    old = {row["record_id"] for row in before["gong__calls"]}
    new = [row for row in after["gong__calls"] if row["record_id"] not in old]
    assert new
    assert all(f"{row['version_at']:%Y-%m-%d}" >= LAST_DAY for row in new)
    code, said = gong.gtm("ingest", "gong")
    assert code == 0
    assert gong.last_run("gong", "calls")["rows_read"] < 30, "only a day is looked back on again"
    assert "0 written" in said


class OneCall:
    """A key that sees one call and its transcript, or after a while nothing."""

    calls = 0
    sees = True

    def json(self, method: str, path: str, json: dict[str, Any], **options: Any) -> Any:
        asked = json["filter"]
        held = asked["fromDateTime"] <= "2026-06-29T10:00:00Z" < asked["toDateTime"]
        if not self.sees or not held:
            return None
        call = {"metaData": {"id": "1", "started": "2026-06-29T10:00:00Z"}, "parties": []}
        spoken = {"callId": "1", "transcript": [{"sentences": []}]}
        return {"calls": [call], "callTranscripts": [None, spoken], "records": {}}


def test_a_transcript_that_gong_no_longer_shows_stays_as_it_is(shop: Shop) -> None:
    shop.api = key = OneCall()
    assert shop.pull(connector.read_calls, connector.CALLS).error is None
    first = shop.pull(connector.read_transcripts, connector.TRANSCRIPTS)
    assert counts(first) == (2, 1, 0, 1), "what is no transcript keeps none from landing"
    key.sees = False
    later = NOW + timedelta(hours=13)
    blind = shop.pull(connector.read_transcripts, connector.TRANSCRIPTS, now=later)
    assert (blind.error, blind.run.rows_written) == (None, 0)


def test_a_look_back_that_is_cut_off_moves_the_checkpoint_not_back() -> None:
    state = {"until": "2026-06-30T11:00:00", "looked_back": "2026-06-29T11:00:00"}
    pull = Pull(None, None, "incremental", datetime(2025, 6, 30), NOW, state, None)  # type: ignore[arg-type]
    reached = [page.checkpoint for page in connector._by_window(pull, lambda window: iter(()))]
    assert len(reached) == 4
    assert reached[:-1] == [state] * 3, "none of them is the end"
    assert reached[-1] == {"until": NOW.isoformat(), "looked_back": NOW.isoformat()}
