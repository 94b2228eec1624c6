"""Bad rows are set aside once, with their reason; good ones load; a later good row resolves."""

from __future__ import annotations

import json

import pytest

from tests.python.ingest.conftest import Loader

LETTERS = (
    "select source_record_id as id, reason, resolved_at is not null as resolved, "
    "retried_at is not null as retried from ops.dead_letters order by source_record_id, reason"
)


BAD_EVENTS = [
    (",2026-01-01,page_view,,", "event_id is missing"),
    ("  ,2026-01-01,page_view,,", "event_id is missing"),
    ("e1,,page_view,,", "occurred_at is missing"),
    ("e2,yesterday,page_view,,", "occurred_at is not a timestamp"),
    ("e3,2026-02-30,page_view,,", "occurred_at is not a timestamp"),
    ("e4,infinity,page_view,,", "occurred_at is not a timestamp"),
    ("e5,2026-01-01,,,", "event_name is missing"),
    ("e6,2026-01-01,page_view,soon,", "known_at is not a timestamp"),
    ("e7,2026-01-01,page_view,,[1]", "properties is not a JSON object"),
    ("e8,2026-01-01,page_view,,{", "properties is not a JSON object"),
    ("e9,,,,", "occurred_at is missing; event_name is missing"),
    ("e10,2026-01-01,page_view", "the line has fewer columns than the header"),
    ("e11,2026-01-01,page_view,,,extra", "the line has more columns than the header"),
]


def test_each_bad_event_is_set_aside_with_its_reason_and_the_good_one_loads(
    loader: Loader,
) -> None:
    lines = [row for row, _ in BAD_EVENTS]
    header = "event_id,occurred_at,event_name,known_at,properties"
    path = loader.file("e.csv", "\n".join([header, *lines, "good,2026-01-01,x,,"]) + "\n")
    assert loader.counts("web_events", path) == (len(BAD_EVENTS) + 1, 1, 0, len(BAD_EVENTS))
    assert loader.values("select event_id from raw.web_events") == ["good"]
    assert sorted(loader.values("select reason from ops.dead_letters")) == sorted(
        reason for _, reason in BAD_EVENTS
    )


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("employee_count", "many", "is not a plain whole number (1200) below 10^9"),
        ("employee_count", "1772359200", "is not a plain whole number (1200) below 10^9"),
        ("annual_revenue_amount", "1,5", "is not a plain number (1200000.5) below 10^15"),
        ("annual_revenue_amount", "1,200,000", "is not a plain number (1200000.5) below 10^15"),
        ("annual_revenue_amount", "nan", "is not a plain number (1200000.5) below 10^15"),
        ("annual_revenue_amount", "1e300", "is not a plain number (1200000.5) below 10^15"),
        ("updated_at", "01/02/2026", "is not a timestamp"),
    ],
)
def test_a_value_that_does_not_parse_sets_the_record_aside(
    loader: Loader, column: str, value: str, what: str
) -> None:
    path = loader.file("a.jsonl", json.dumps({"account_id": "a", column: value}) + "\n")
    assert loader.counts("accounts", path) == (1, 0, 0, 1)
    (letter,) = loader.rows("select * from ops.dead_letters")
    assert (letter["source"], letter["entity"], letter["source_record_id"]) == (
        "files",
        "accounts",
        "a",
    )
    assert letter["reason"] == f"{column} {what}"
    assert json.loads(letter["payload"]) == {"account_id": "a", column: value}


def test_an_email_is_any_text_and_yes_is_true(loader: Loader) -> None:
    path = loader.file("c.csv", "contact_id,email,is_opted_out\nc1,not an address,Yes\n")
    assert loader.counts("contacts", path) == (1, 1, 0, 0)
    assert loader.values("select payload->>'is_opted_out' from raw.contacts") == ["true"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"account_id,name\na1,One\na2,bro\xffken\na3,Three\n"),
        (
            "a.jsonl",
            b'{"account_id": "a1"}\n{"account_id": "a2", "name": "bro\xffken"}\n'
            b'{"account_id": "a3"}\n',
        ),
    ],
)
def test_broken_utf8_costs_one_line(loader: Loader, name: str, content: bytes) -> None:
    path = loader.file(name, content)
    assert loader.counts("accounts", path) == (3, 2, 0, 1)
    assert loader.values("select record_id from raw.accounts order by 1") == ["a1", "a3"]
    assert loader.values("select reason from ops.dead_letters") == ["the line is not valid UTF-8"]


def test_lines_that_are_no_json_object_are_set_aside(loader: Loader) -> None:
    path = loader.file("a.jsonl", '{"account_id": "a1"}\n{"account_id": \n[1]\n"x"\n')
    assert loader.counts("accounts", path) == (4, 1, 0, 3)
    assert sorted(loader.values("select reason from ops.dead_letters")) == [
        "the line is not a JSON object",
        "the line is not a JSON object",
        "the line is not valid JSON",
    ]


def test_the_same_bad_row_twice_is_one_letter(loader: Loader) -> None:
    bad = "account_id,employee_count\na1,many\na1,many\n"
    assert loader.counts("accounts", loader.file("a.csv", bad)) == (2, 0, 0, 2)
    assert loader.counts("accounts", loader.file("again.csv", bad)) == (2, 0, 0, 2)
    assert loader.rows(LETTERS) == [
        {
            "id": "a1",
            "reason": "employee_count is not a plain whole number (1200) below 10^9",
            "resolved": False,
            "retried": True,
        }
    ]


def test_a_later_good_row_resolves_and_the_same_bad_row_after_it_reopens(loader: Loader) -> None:
    bad = loader.file("a.csv", "account_id,employee_count\na1,many\na2,few\n")
    loader.load("accounts", bad)

    def resolved() -> list[tuple[str, bool]]:
        return [(letter["id"], letter["resolved"]) for letter in loader.rows(LETTERS)]

    loader.load("accounts", loader.file("b.csv", "account_id,employee_count\na1,3\n"))
    assert resolved() == [("a1", True), ("a2", False)]
    loader.load("accounts", bad)
    assert resolved() == [("a1", False), ("a2", False)]


def test_a_bad_row_beside_a_good_one_of_its_id_stays_open_however_often_it_comes(
    loader: Loader,
) -> None:
    both = loader.file("a.csv", "account_id,employee_count\na1,many\na1,3\n")
    assert loader.counts("accounts", both) == (2, 1, 0, 1)
    assert loader.counts("accounts", both) == (2, 0, 1, 1)
    assert [letter["resolved"] for letter in loader.rows(LETTERS)] == [False]
