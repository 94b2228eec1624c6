"""PostHog: every event once, by when it was received, out of queries or out of an export."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import requests

from python_jobs.http import Patience
from python_jobs.ingest.connector import Page, Pull
from python_jobs.ingest.run import Wish
from python_jobs.ingest.sources import posthog
from python_jobs.ingest.sources.posthog import SOURCE, PostHog, PostHogConfig
from python_jobs.sandbox.commands import RunningSandbox, started_sandbox
from python_jobs.warehouse import open_warehouse
from tests.python.ingest.shop import NOW, Shop, counts
from tests.python.ingest.sources.conftest import LAST_DAY, Intake, intake_of

KEY = {"Authorization": "Bearer phx_sandbox"}
PROJECT = "/posthog/api/projects/1001"
EVENING = datetime(2026, 6, 30, 23)

KILLED_AFTER_TWO_CHUNKS = """
import os, signal
from python_jobs import cli
from python_jobs.ingest import landing
from python_jobs.ingest.sources import posthog

posthog.PAGE, landing.CHUNK_BYTES = 500, 1
flush, flushed = landing.Landing.flush, []

def flush_or_die(self):
    if len(flushed) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    flushed.append(1)
    flush(self)

landing.Landing.flush = flush_or_die
cli.app(["ingest", "posthog", "--only", "events"])
"""

BAD_DAYS = ("429-storm", "500", "reset", "malformed-json", "slow-drip", "duplicate-page")

COLUMNS = (
    "occurred_at, event_name, known_at, url, path, referrer, distinct_id, email, account_domain, "
    "account_key, content_type, lane, cta_id, user_agent"
)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posthog, "PAGE", 1_000)
    monkeypatch.setattr(posthog, "PERSONS_PAGE", 100)


@pytest.fixture(scope="module")
def other_sandbox() -> Iterator[RunningSandbox]:
    """For the tests that send events: what they send stays."""
    with started_sandbox(["--size", "tiny", "--as-of", LAST_DAY]) as running:
        yield running


@pytest.fixture
def busy(
    other_sandbox: RunningSandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Intake]:
    """An empty warehouse before the sandbox that events are sent to."""
    yield from intake_of(other_sandbox, tmp_path, monkeypatch)


def pull(intake: Intake, entity: str, *arguments: str) -> tuple[int, str]:
    return intake.gtm("ingest", "posthog", "--only", entity, *arguments)


def capture(intake: Intake, *events: dict[str, Any]) -> None:
    """Send events to PostHog, all in one moment."""
    body = {"api_key": "phc_sandbox", "batch": events}
    answer = requests.post(f"{intake.sandbox.url}/posthog/batch/", json=body, timeout=10)
    assert answer.json() == {"status": "Ok"}


def query(intake: Intake, text: str, **values: str) -> dict[str, Any]:
    body = {"query": {"kind": "HogQLQuery", "query": text, "values": values}}
    url = f"{intake.sandbox.url}{PROJECT}/query/"
    answer: dict[str, Any] = requests.post(url, json=body, headers=KEY, timeout=10).json()
    return answer


def names(text: str) -> set[str]:
    return set(text.split())


def client(intake: Intake, **changed: Any) -> PostHog:
    config = PostHogConfig.load(intake.sandbox.url).model_copy(update=changed)
    return PostHog(config, Patience(first_wait=0.01))


def test_every_event_lands_as_it_was_sent_and_a_full_pull_again_writes_nothing(
    intake: Intake, tiny_world: Path
) -> None:
    code, said = pull(intake, "events")
    assert code == 0
    assert "3,003 read, 2,981 written, 22 unchanged, 0 set aside, 4 calls" in said
    landed = intake.rows(f"select {COLUMNS} from raw.posthog__events order by all")
    with duckdb.connect() as world:
        sent = world.execute(
            f"select {COLUMNS} from '{tiny_world}/web_events.parquet' where known_at <= ? "
            "qualify row_number() over (partition by event_id order by known_at) = 1 order by all",
            [EVENING],
        ).fetchall()
    assert [tuple(row.values()) for row in landed] == sent
    kept = intake.rows("select properties from raw.posthog__events where properties is not null")
    other = set().union(*(json.loads(row["properties"]) for row in kept))
    assert other == {"$browser", "$device_type", "$lib", "$set"}, "what has no column of its own"
    before = intake.raw("posthog__events")
    assert ", 0 written, 3,003 unchanged," in pull(intake, "events", "--mode", "full")[1]
    assert intake.raw("posthog__events") == before
    assert intake.throttled("posthog") == 0


def test_the_sandbox_cuts_as_posthog_does_and_a_limit_is_always_given(intake: Intake) -> None:
    silent = query(intake, "select uuid from events")
    assert (len(silent["results"]), silent["hasMore"], silent["limit"]) == (100, True, 100)
    asked = query(intake, "select uuid, timestamp from events limit 60000")
    assert asked["types"] == [["uuid", "UUID"], ["timestamp", "DateTime64(6, 'America/Phoenix')"]]
    assert asked["columns"] == ["uuid", "timestamp"]
    assert len(asked["results"]) == 3_003
    assert asked["hasMore"] is None
    [row] = query(
        intake,
        "select count(uuid) from events where created_at < toDateTime({t}) and event = {e}",
        t="2026-06-01T00:00:00Z",
        e="$pageview",
    )["results"]
    assert 0 < row[0] < 3_003
    at_seven, at_midnight = (
        query(intake, "select count(uuid) from events where created_at < toDateTime({t})", t=time)
        for time in ("2026-06-01T07:00:00+00:00", "2026-06-01T00:00:00")
    )
    assert at_seven["results"] == at_midnight["results"], "without an offset: the project's zone"
    for wrong in ("select * from events", "select password from persons", "drop table events"):
        assert query(intake, wrong)["type"] == "validation_error"
    rows, more = client(intake).query("select uuid from events", {}, 100)
    assert len(rows) == 100
    assert more, "a full page is never taken for the last one"


def test_answers_have_the_fields_that_are_documented(intake: Intake) -> None:
    def get(path: str) -> dict[str, Any]:
        url = f"{intake.sandbox.url}/posthog{path}"
        found: dict[str, Any] = requests.get(url, headers=KEY, timeout=10).json()
        return found

    persons = get("/api/projects/1001/persons/?limit=2")
    assert set(persons) == {"next", "previous", "results"}
    assert set(persons["results"][0]) == names(
        "type id uuid created_at last_seen_at properties is_identified name distinct_ids "
        "matched_recordings value_at_data_point"
    )
    events = get("/api/projects/1001/events/?limit=2")
    assert set(events) == {"next", "results"}
    assert set(events["results"][0]) == names(
        "id distinct_id properties event timestamp person elements elements_chain"
    )
    assert "before=2026-06-30" in events["next"]
    following = requests.get(events["next"], headers=KEY, timeout=10).json()["results"]
    assert following[0]["timestamp"] < events["results"][-1]["timestamp"]
    definitions = get("/api/projects/1001/event_definitions/?limit=2&offset=2")
    assert set(definitions) == {"count", "next", "previous", "results"}
    assert [row["name"] for row in definitions["results"]] == ["cta_click", "form_started"]
    assert {"id", "name", "created_at", "last_seen_at", "tags"} <= set(definitions["results"][0])
    [project] = get("/api/projects/")["results"]
    assert {"id", "uuid", "organization", "api_token", "name", "timezone"} <= set(project)
    assert set(query(intake, "select uuid from events limit 1")) >= names(
        "columns types results hasMore hogql limit offset is_cached timings modifiers error"
    )
    refused = requests.get(f"{intake.sandbox.url}{PROJECT}/persons/", timeout=10)
    assert refused.status_code == 401
    assert set(refused.json()) == {"type", "code", "detail", "attr"}


def test_after_kill_nine_the_next_run_goes_on_from_the_last_chunk(intake: Intake) -> None:
    command = [sys.executable, "-c", KILLED_AFTER_TWO_CHUNKS]
    assert subprocess.run(command, capture_output=True).returncode == -9
    landed = intake.raw("posthog__events")
    assert 900 <= len(landed) <= 1_000
    assert pull(intake, "events")[0] == 0
    resumed = intake.last_run("posthog", "events")
    assert resumed["rows_read"] < 3_003 - 800, "what had landed is not read again"
    assert resumed["rows_written"] == 2_981 - len(landed)


@pytest.mark.parametrize("seed", [1, 2])
def test_bad_days_change_nothing_in_what_lands(intake: Intake, seed: int) -> None:
    intake.gtm("ingest", "posthog")
    expected = [intake.raw("posthog__events"), intake.raw("posthog__persons")]
    for table in ("posthog__events", "posthog__persons"):
        intake.execute(f"delete from raw.{table}")
    intake.execute("delete from ops.ingest_state")
    intake.faults(*BAD_DAYS, seed=seed)
    assert intake.gtm("ingest", "posthog")[0] == 0
    assert sum(intake.sandbox.get("/calls")["faults"]["posthog"].values()) > 2
    assert [intake.raw("posthog__events"), intake.raw("posthog__persons")] == expected


def test_queries_stop_at_the_hours_limit_which_earlier_runs_count_against(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake.sandbox.post("/limits", posthog=[[240, 60], [3, 3_600]])
    monkeypatch.setenv("POSTHOG_QUERIES_PER_HOUR", "3")
    code, said = pull(intake, "events")
    assert code == 1
    assert "the calls allowed for now are used up" in said
    assert len(intake.raw("posthog__events")) > 2_900, "what was read has landed"
    assert intake.last_run("posthog", "events")["status"] == "quota_exhausted"
    assert pull(intake, "persons")[0] == 0, "lists have a limit of their own"
    assert pull(intake, "events")[0] == 1
    assert intake.last_run("posthog", "events")["api_calls"] == 0
    assert intake.throttled("posthog") == 0
    monkeypatch.setenv("POSTHOG_QUERIES_PER_HOUR", "120")
    code, said = pull(intake, "events")
    assert code == 1
    assert re.search("posthog asks to wait 3,[456][0-9]{2} s", said), "the rest of the hour"
    intake.sandbox.post("/limits", posthog=[[240, 60], [120, 3_600]])
    assert pull(intake, "events")[0] == 0
    assert len(intake.raw("posthog__events")) == 2_981


def test_more_queries_at_once_than_the_key_may_make_are_refused_and_pass(intake: Intake) -> None:
    api = client(intake)
    text = "select uuid from events"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: api.query(text, {}, 5)[0], range(16)))
    assert found == [found[0]] * 16
    assert api.calls > 16, "some were refused at first"


def test_a_missing_scope_is_named_by_the_doctor_and_ends_the_pull(intake: Intake) -> None:
    assert all(check.is_ok for check in SOURCE.check(client(intake)))
    intake.faults("lost-scope", seed=2)
    [bad] = [check for check in SOURCE.check(client(intake)) if not check.is_ok]
    assert bad.what == "events can be queried"
    assert "the scope query:read" in bad.advice
    code, said = pull(intake, "events")
    assert code == 2
    assert "check the credentials and their permissions" in said
    assert "phx_" not in said + bad.advice
    intake.faults()
    elsewhere = SOURCE.check(client(intake, project_id="7"))
    assert not any(check.is_ok for check in elsewhere)


def export(intake: Intake, shown: str, where: str = "true") -> None:
    """A batch export's table in the warehouse, as PostHog would have written the events so far."""
    found = query(
        intake,
        "select uuid, event, timestamp, created_at, distinct_id, properties from events "
        "where created_at < toDateTime({end}) limit 50000",
        end="2027-01-01T00:00:00Z",
    )["results"]
    intake.execute("create schema if not exists exported")
    with duckdb.connect(str(intake.path)) as con:
        con.execute(
            "create or replace table exported.events (uuid varchar, event varchar, timestamp "
            "timestamptz, created_at timestamptz, distinct_id varchar, properties json)"
        )
        con.execute("set timezone = 'UTC'")
        columns = ["uuid", "event", "timestamp", "created_at", "distinct_id", "properties"]
        rows = pa.table(dict(zip(columns, zip(*found, strict=True), strict=True)))
        con.register("found_rows", rows)
        con.execute("insert into exported.events select * from found_rows")
        con.execute(
            f"create or replace table exported.events as select {shown} from exported.events "
            f"where {where}"
        )


@pytest.mark.parametrize("columns", ["*", "* exclude (created_at), 1 as team_id"])
def test_an_export_lands_the_same_events_as_queries(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    pull(intake, "events")
    known = "known_at" if columns == "*" else "null as known_at"
    same = f"select * exclude (loaded_at, known_at), {known} from raw.posthog__events order by all"
    expected = intake.rows(same)
    intake.execute("delete from raw.posthog__events")
    intake.execute("delete from ops.ingest_state")
    export(intake, columns)
    monkeypatch.setenv("POSTHOG_EXPORT_TABLE", "exported.Events")
    code, said = pull(intake, "events")
    assert code == 0
    assert "2,981 written" in said
    assert "0 calls" in said
    assert intake.rows(same) == expected
    code, said = pull(intake, "events")
    assert ", 0 written," in said


def test_an_export_that_does_not_say_when_events_came_dates_late_ones_by_the_pull(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = "timestamp between '2026-06-20' and '2026-06-21'"
    export(intake, "* exclude (created_at)", f"not ({late})")
    monkeypatch.setenv("POSTHOG_EXPORT_TABLE", "exported.events")
    pull(intake, "events")
    landed = len(intake.raw("posthog__events"))
    export(intake, "* exclude (created_at)")
    pull(intake, "events")
    run = intake.last_run("posthog", "events")
    assert run["rows_written"] == 2_981 - landed > 10
    assert run["rows_read"] < 200, "only what has not landed is moved"
    rows = intake.rows(
        f"select known_at from raw.posthog__events where {late}".replace("timestamp", "occurred_at")
    )
    assert {f"{row['known_at']:%Y-%m-%d %H}" for row in rows} == {"2026-06-30 23"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("events; drop", "is not a table: write schema.table"),
        ("exported.nowhere", "is not there, or lacks uuid"),
    ],
)
def test_a_table_that_is_no_export_is_one_sentence(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, table: str, says: str
) -> None:
    monkeypatch.setenv("POSTHOG_EXPORT_TABLE", table)
    code, said = pull(intake, "events")
    assert code == 2
    assert says in said


def test_persons_land_page_by_page_and_a_visit_makes_no_new_version(busy: Intake) -> None:
    code, said = pull(busy, "persons")
    assert code == 0
    assert "312 read, 312 written, 0 unchanged, 0 set aside, 4 calls" in said
    first = busy.raw("posthog__persons")
    someone = next(row for row in first if "email" in json.loads(row["payload"])["properties"])
    assert someone["known_at"] == someone["version_at"], "known since she was first seen"
    visitor = json.loads(someone["payload"])["distinct_ids"][0]
    capture(busy, {"event": "$pageview", "distinct_id": visitor})
    assert ", 0 written, 312 unchanged," in pull(busy, "persons")[1]
    told = {"email": "new@example.com", "seats": 5}
    capture(
        busy,
        {"event": "$identify", "distinct_id": visitor, "properties": {"$set": told}},
    )
    code, said = pull(busy, "persons")
    assert code == 0
    assert ", 1 written, 311 unchanged," in said
    assert "new field properties.seats" in said
    [_, now] = [r for r in busy.raw("posthog__persons") if r["record_id"] == someone["record_id"]]
    assert now["version_at"] == EVENING, "the version is when we saw it"
    busy.faults("malformed-record", seed=1)
    assert "id is missing" in pull(busy, "persons")[1]


def test_an_event_captured_twice_is_one_and_one_without_an_id_is_set_aside(
    busy: Intake,
) -> None:
    event = {
        "uuid": "0190a1b2-0000-7000-8000-000000000001",
        "event": "demo_watched",
        "properties": {"distinct_id": "v1", "$user_agent": "Firefox", "minutes": 3},
        "timestamp": "2026-06-30T10:00:00+02:00",
    }
    capture(busy, event, event)
    busy.faults("malformed-record", seed=1)
    code, said = pull(busy, "events")
    assert code == 0
    [landed] = busy.rows(
        "select event_id, occurred_at, user_agent, properties from raw.posthog__events "
        "where event_name = 'demo_watched'"
    )
    assert list(landed.values()) == [
        event["uuid"],
        datetime(2026, 6, 30, 8),
        "Firefox",
        '{"minutes":3}',
    ]
    letters = busy.rows("select reason from ops.dead_letters")
    assert {letter["reason"] for letter in letters} == {
        "event_id is missing; occurred_at is missing; event_name is missing"
    }
    assert "rows set aside" in said


def test_events_of_one_moment_late_ones_and_those_of_a_new_day_come_each_once(
    busy: Intake,
) -> None:
    pull(busy, "events")
    many = [
        {"event": "$pageview", "distinct_id": f"v{number}", "timestamp": "2026-06-27T08:00:00Z"}
        for number in range(2_100)
    ]
    capture(busy, *many)
    code, said = pull(busy, "events")
    assert code == 0
    assert ", 2,100 written," in said, "three pages of one moment, three days late"
    [late] = busy.rows(
        "select count(*) as n, count(distinct distinct_id) as visitors, min(known_at) as known_at, "
        "max(known_at) as last from raw.posthog__events where occurred_at = '2026-06-27 08:00:00'"
    )
    assert (late["n"], late["visitors"]) == (2_100, 2_100)
    assert late["known_at"] == late["last"] == EVENING
    busy.sandbox.post("/advance", days=1)
    pull(busy, "events")
    run = busy.last_run("posthog", "events")
    assert 0 < run["rows_written"] < 200
    assert run["rows_read"] < 2_500, "the overlap and the new day, not the rest"
    newest = busy.rows("select max(known_at) as t from raw.posthog__events")[0]["t"]
    [state] = busy.rows("select state from ops.ingest_state where entity = 'events'")
    assert json.loads(state["state"]) == {"received_at": newest.isoformat()}


def test_every_time_is_asked_for_with_its_offset() -> None:
    asked: list[dict[str, str]] = []

    def answer(text: str, values: dict[str, str], limit: int) -> tuple[list[Any], bool]:
        asked.append(values)
        moment = f"2026-06-30T0{len(asked)}:00:00.000001-07:00"
        return [[f"u{len(asked)}", "seen", moment, moment, "v1", "{}"]], len(asked) < 2

    state = {"received_at": "2026-06-30T03:00:00"}
    api = SimpleNamespace(query=answer)
    pull = Pull(api, None, "incremental", NOW, NOW, state, None)  # type: ignore[arg-type]
    with duckdb.connect() as con:
        pages = list(posthog._from_queries(pull, con))
    assert [values["since"] for values in asked] == [
        "2026-06-30T01:00:00.000000+00:00",
        "2026-06-30T08:00:00.000001+00:00",
    ]
    assert asked[0]["until"] == "2026-06-30T12:00:00.000000+00:00"
    assert asked[0]["oldest"] == "2026-05-31T01:00:00.000000+00:00"
    assert pages[-1].checkpoint == {"received_at": "2026-06-30T09:00:00.000001"}


def test_an_event_set_aside_keeps_what_posthog_sent(shop: Shop) -> None:
    width = len(posthog.COLUMNS)
    sent = ["u1", "seen", "yesterday-ish", "2026-06-30T09:00:00-07:00", "v1", '{"seats": 3}']
    assert len(sent) == width
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        events = posthog._as_events(con, posthog._as_table([sent, "no row", [1, 2]]))
    assert counts(shop.pages(Page(events), contract=posthog.EVENTS)) == (3, 0, 0, 3)
    letters = shop.rows("select payload from ops.dead_letters order by source_record_id")
    first, *others = [json.loads(letter["payload"]) for letter in letters]
    assert first["occurred_at"] == "yesterday-ish"
    assert first["properties"] == '{"seats":3}'
    assert {one["properties"] for one in others} == {'"no row"', "[1,2]"}
    with open_warehouse(shop.settings) as warehouse:
        warehouse.execute(
            "update ops.dead_letters set payload = "
            "replace(payload::varchar, 'yesterday-ish', '2026-06-30T08:00:00-07:00')"
        )
    retried = shop.pull(lambda pull: iter(()), posthog.EVENTS, Wish(retry_dead=True))
    assert retried.run.rows_written == 1
    [landed] = shop.rows("select event_id, occurred_at, known_at from raw.posthog__events")
    assert list(landed.values()) == ["u1", datetime(2026, 6, 30, 15), datetime(2026, 6, 30, 16)]
