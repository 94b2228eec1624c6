"""What a load leaves in the warehouse, and what loading again does."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from python_jobs.errors import ConfigurationError
from python_jobs.ingest.contracts import LONG_TEXT
from tests.python.ingest.conftest import Loader

EVENTS = """event_id,occurred_at,event_name,url,properties,score
e1,2026-03-01T10:00:00Z,page_view,https://x.test/a,"{""a"": 1, ""score"": 9}",5
e2,2026-03-02 10:00:00,form_submitted,,,
"""


def test_events_have_typed_columns_and_unknown_ones_in_properties(loader: Loader) -> None:
    assert loader.counts("web_events", loader.file("e.csv", EVENTS)) == (2, 2, 0, 0)
    first, second = loader.rows("select * from raw.web_events order by event_id")
    assert first["occurred_at"] == datetime(2026, 3, 1, 10)
    assert json.loads(first["properties"]) == {"a": 1, "score": 9}, "its own keys come first"
    assert second["properties"] is None
    assert second["url"] is None, "empty text is null"


def test_loading_the_same_file_twice_changes_nothing(loader: Loader) -> None:
    events = loader.file("e.csv", EVENTS)
    accounts = loader.file("a.csv", "account_id,name\na1,One\na2,Two\n")
    loader.load("web_events", events)
    loader.load("accounts", accounts)
    tables = ["raw.web_events", "raw.accounts", "raw._dlt_loads", "raw._dlt_version"]
    before = [loader.rows(f"select * from {table} order by all") for table in tables]
    assert loader.counts("web_events", events) == (2, 0, 2, 0)
    assert loader.counts("accounts", accounts) == (2, 0, 2, 0)
    assert [loader.rows(f"select * from {table} order by all") for table in tables] == before


def test_the_first_arrival_of_an_event_wins(loader: Loader) -> None:
    header = "event_id,occurred_at,event_name\n"
    both = header + "e1,2026-03-01,first\ne1,2026-03-01,second\n"
    assert loader.counts("web_events", loader.file("a.csv", both)) == (2, 1, 1, 0)
    later = header + "e1,2026-04-01,third\ne2,2026-04-01,new\n"
    assert loader.counts("web_events", loader.file("b.csv", later)) == (2, 1, 1, 0)
    assert loader.values("select event_name from raw.web_events order by event_id") == [
        "first",
        "new",
    ]


def test_a_state_record_keeps_its_versions_and_a_changed_one_replaces_its_own(
    loader: Loader,
) -> None:
    header = "account_id,name,updated_at\n"
    loader.load("accounts", loader.file("a.csv", header + "a1,Old,2026-01-01\n"))
    loader.load("accounts", loader.file("b.csv", header + "a1,New,2026-02-01\n"))
    loader.load("accounts", loader.file("c.csv", header + "a1,Newer,2026-02-01\n"))
    assert loader.rows(
        "select version_at, payload->>'name' as name from raw.accounts order by version_at"
    ) == [
        {"version_at": datetime(2026, 1, 1), "name": "Old"},
        {"version_at": datetime(2026, 2, 1), "name": "Newer"},
    ]


def test_versions_and_known_times_come_from_the_contract(loader: Loader) -> None:
    loader.load("accounts", loader.file("a.csv", "account_id,created_at\na1,2026-01-05\na2,\n"))
    assert loader.values("select version_at from raw.accounts order by record_id") == [
        datetime(2026, 1, 5),
        datetime(1970, 1, 1),
    ]
    loader.load(
        "intent_accounts",
        loader.file(
            "i.csv",
            "account_domain,observed_on,product,known_at\n"
            "x.test,2026-02-03,,2026-02-04 01:00:00\nx.test,2026-02-03,p,\n",
        ),
    )
    assert loader.rows(
        "select record_id, version_at, known_at from raw.intent_accounts "
        "order by known_at nulls last"
    ) == [
        {
            "record_id": "x.test||2026-02-03",
            "version_at": datetime(2026, 2, 3),
            "known_at": datetime(2026, 2, 4, 1),
        },
        {
            "record_id": "x.test|p|2026-02-03",
            "version_at": datetime(2026, 2, 3),
            "known_at": None,
        },
    ]


def test_a_payload_is_the_whole_record_typed_and_in_utc(loader: Loader) -> None:
    rows = (
        '{"account_id": 7, "name": "Z\u00fcrich \\u0000AG", "employee_count": "120", '
        '"annual_revenue_amount": 1e6, "updated_at": "2026-01-01T00:30:00+02:00", '
        '"tags": ["a", null], "nested": {"x": 1}, "empty": null, "website": ""}\n'
    )
    loader.load("accounts", loader.file("a.jsonl", rows))
    (payload,) = loader.values("select payload from raw.accounts")
    assert json.loads(payload) == {
        "account_id": "7",
        "name": "Zürich AG",
        "employee_count": 120,
        "annual_revenue_amount": 1e6,
        "updated_at": "2025-12-31 22:30:00.000000",
        "tags": ["a", None],
        "nested": {"x": 1},
    }


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet"])
def test_every_format_gives_the_same_rows(loader: Loader, suffix: str) -> None:
    out = loader.folder / f"contacts.{suffix}"
    kind = {"csv": "(header)", "json": "(format json, array true)", "jsonl": "(format json)"}
    loader.warehouse.execute(
        "copy (select 'c' || i as contact_id, 'Ann, \"A\"' as first_name, i % 2 = 0 as "
        "is_opted_out, timestamp '2026-01-01 00:00:00.5' as updated_at from range(3) as t(i)) "
        f"to '{out}' {kind.get(suffix, '(format parquet)')}"
    )
    assert loader.counts("contacts", str(out)) == (3, 3, 0, 0)
    assert json.loads(loader.values("select payload from raw.contacts order by record_id")[1]) == {
        "contact_id": "c1",
        "first_name": 'Ann, "A"',
        "is_opted_out": False,
        "updated_at": "2026-01-01 00:00:00.500000",
    }


def test_a_query_over_parquet_renames_and_derives(loader: Loader) -> None:
    out = loader.folder / "visits.parquet"
    loader.warehouse.execute(
        "copy (select i as id, timestamptz '2026-01-01 02:00:00+02' as seen, 'page_view' as kind, "
        f"{{'a': i}} as properties from range(5) as t(i)) to '{out}' (format parquet)"
    )
    query = (
        f"select id as event_id, seen as occurred_at, kind as event_name, properties from '{out}'"
    )
    assert loader.counts("web_events", sql=query) == (5, 5, 0, 0)
    assert loader.counts("web_events", sql=query) == (5, 0, 5, 0)
    assert loader.rows(
        "select event_id, occurred_at, properties->>'a' as a from raw.web_events "
        "where event_id = '3'"
    ) == [{"event_id": "3", "occurred_at": datetime(2026, 1, 1), "a": "3"}]


def test_a_glob_and_several_files_are_one_load(loader: Loader) -> None:
    for number in range(3):
        loader.file(f"part{number}.csv", f"account_id\na{number}\n")
    other = loader.file("other.jsonl", '{"account_id": "b"}\n')
    assert loader.counts("accounts", str(loader.folder / "part*.csv"), other) == (4, 4, 0, 0)


def test_columns_are_found_whatever_their_case_order_and_separator(loader: Loader) -> None:
    content = "\ufeffName;ACCOUNT_ID;Sök\r\nOne;a1;x\r\n"
    assert loader.counts("accounts", loader.file("a.csv", content)) == (1, 1, 0, 0)
    (payload,) = loader.values("select payload from raw.accounts")
    assert json.loads(payload) == {"account_id": "a1", "name": "One", "Sök": "x"}


def test_times_are_stored_as_naive_utc_the_future_included(loader: Loader) -> None:
    times = {
        "2026-03-01T10:00:00Z": datetime(2026, 3, 1, 10),
        "2026-03-01T10:00:00+02:00": datetime(2026, 3, 1, 8),
        "2026-03-01T10:00:00.123456-0730": datetime(2026, 3, 1, 17, 30, 0, 123456),
        "2026-03-01 10:00:00": datetime(2026, 3, 1, 10),
        "2026-03-01": datetime(2026, 3, 1),
        " 2026-03-01T10:00 ": datetime(2026, 3, 1, 10),
        "2026-03-01 10:00 Europe/Paris": datetime(2026, 3, 1, 9),
        "2099-01-01T00:00:00Z": datetime(2099, 1, 1),
    }
    lines = [f"{written},{written},page_view" for written in times]
    path = loader.file("e.csv", "\n".join(["event_id,occurred_at,event_name", *lines]))
    assert loader.counts("web_events", path) == (len(times), len(times), 0, 0)
    stored = loader.rows("select event_id, occurred_at from raw.web_events")
    assert {row["event_id"]: row["occurred_at"] for row in stored} == times


def test_a_time_in_another_form_is_never_guessed(loader: Loader) -> None:
    others = ["20260301T100000Z", "2026-W09-7", "1772359200", "03/01/2026", "01.03.2026", "46082"]
    lines = [f"{written},{written},page_view" for written in others]
    path = loader.file("e.csv", "\n".join(["event_id,occurred_at,event_name", *lines]))
    assert loader.counts("web_events", path) == (len(others), 0, 0, len(others))


def test_a_megabyte_url_is_cut_and_the_row_loads(loader: Loader) -> None:
    url = "https://x.test/" + "a" * 1_000_000
    content = f"event_id,occurred_at,event_name,url\ne1,2026-03-01,page_view,{url}\n"
    for name in ("e.csv", "e.jsonl"):
        if name.endswith("jsonl"):
            row = {"event_id": "e2", "occurred_at": "2026-03-01", "event_name": "x", "url": url}
            content = json.dumps(row) + "\n"
        assert loader.counts("web_events", loader.file(name, content)) == (1, 1, 0, 0)
    assert loader.values("select distinct length(url) from raw.web_events") == [LONG_TEXT]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("accounts.csv", ""),
        ("accounts.csv", "account_id,name\n"),
        ("accounts.csv", "account_id,name"),
        ("accounts.jsonl", ""),
        ("accounts.jsonl", "\n\n"),
        ("accounts.json", "[]"),
        ("accounts.parquet", ""),
    ],
)
def test_an_empty_file_is_no_rows(loader: Loader, name: str, content: str) -> None:
    assert loader.counts("accounts", loader.file(name, content)) == (0, 0, 0, 0)


def test_missing_required_columns_are_one_sentence_and_nothing_is_written(loader: Loader) -> None:
    path = loader.file("e.csv", "event_id,when\ne1,2026-01-01\n")
    with pytest.raises(ConfigurationError) as caught:
        loader.load("web_events", path)
    message = str(caught.value)
    assert path in message
    assert "occurred_at, event_name" in message
    assert "gtm load --describe web_events" in message
    assert loader.values("select count(*) from raw.web_events") == [0]
    assert loader.rows("select status, message from ops.job_runs") == [
        {"status": "failed", "message": message}
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.parquet", b"account_id\n1\n", "not a readable Parquet file"),
        ("a.parquet", b"PAR1 but broken", "not a readable Parquet file"),
        ("a.csv", b"PAR1\x00\x01", "not a readable CSV file"),
        ("a.json", b'[{"account_id": 1}, {', "not a readable JSON file"),
        ("a.json", b"account_id\n1\n", "not a readable JSON file"),
        ("a.csv.gz", b"account_id\n1\n", "not a readable CSV file"),
        ("a.csv", "account_id\na1\n".encode("utf-16"), "save it as UTF-8"),
        ("a.xlsx", b"PK", "not a csv, parquet, json or jsonl file"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_one_sentence(
    loader: Loader, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        loader.load("accounts", loader.file(name, content))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select * from 'nowhere.parquet'", "nowhere.parquet"),
        ("selec 1", "syntax error"),
        ("drop table x", "exactly one select"),
        ("select 1 as account_id; select 2", "exactly one select"),
        ("select 'secret'::integer as account_id", "try_cast"),
    ],
)
def test_a_query_that_cannot_run_is_one_sentence(loader: Loader, query: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        loader.load("accounts", sql=query)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_is_left_behind_outside_the_warehouse(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = loader.folder / "home"
    temporary = loader.folder / "tmp"
    home.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    loader.load("accounts", loader.file("a.csv", "account_id\na1\n"))
    assert list(home.iterdir()) == []
    assert list(temporary.iterdir()) == []
    assert loader.values("select count(*) from raw_staging.accounts") == [0]
    assert not Path(".dlt").exists()
