"""The emulator answers as Snowflake does where fakesnow alone would not."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
import snowflake.connector
from snowflake.connector.errors import ProgrammingError

from python_jobs.settings import PROJECT_DIR, Settings
from python_jobs.warehouse import Warehouse, open_warehouse, snowflake_options, together


@pytest.fixture(scope="module")
def warehouse(snowflake_env: dict[str, str]) -> Iterator[Warehouse]:
    with open_warehouse(Settings(**snowflake_env)) as opened:
        opened.execute("create schema if not exists raw")
        yield opened


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("cast(null as timestamp)", None),
        ("array_to_string(array_construct_compact('a', null, 'b'), ',')", "a,b"),
        (
            "array_to_string(array_construct_compact(case when true then text end), ',')",
            "abc",
        ),
        ("array_to_string(array_construct(), ',')", ""),
        ("rtrim('/a/', '/')", "/a"),
        ("trim('xax', 'x')", "a"),
        ("regexp_substr(text, pattern, 1, 1, 'e', 1)", "b"),
        ("regexp_substr('none', pattern, 1, 1, 'e', 1)", None),
        ("try_to_timestamp_tz('none')", None),
        (
            "cast(convert_timezone('UTC', try_to_timestamp_tz('2026-01-31T08:00:00+05:00')) "
            "as timestamp_ntz)",
            datetime(2026, 1, 31, 3),
        ),
        # without its colon an offset is known after a blank only
        ("try_to_timestamp_tz('2026-01-31T08:00:00+0500')", None),
        (
            "cast(convert_timezone('UTC', try_to_timestamp_tz('2026-01-31 08:00:00 +0500')) "
            "as timestamp_ntz)",
            datetime(2026, 1, 31, 3),
        ),
    ],
)
def test_value(warehouse: Warehouse, sql: str, expected: Any) -> None:
    given = "select 'abc' as text, 'a(.)c' as pattern"
    assert warehouse.rows(f"select {sql} as found from ({given}) as given")[0]["found"] == expected


def test_array_agg_leaves_nulls_out(warehouse: Warehouse) -> None:
    given = "select 1 as v union all select null union all select 2"
    found = warehouse.rows(
        f"select array_agg(v) within group (order by v desc) as found from ({given}) as given"
    )
    assert json.loads(found[0]["found"]) == [2, 1]


def test_sum_of_whole_numbers_is_whole(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select sum(v) as found from (select 1 as v union all select 2) as given"
    )
    assert isinstance(found[0]["found"], int)


def test_a_failing_statement_is_an_error_at_once(warehouse: Warehouse) -> None:
    """What fakesnow answers with HTTP 500 would be tried again for minutes."""
    began = time.monotonic()
    for sql in (
        "select parse_json('[b') as broken",
        "select sum(v) over w from (select 1 as v) as t window w as (partition by v)",
        "select * from raw.no_such_table",
        "select 1 / v as ratio from (select 0 as v) as t",
        "select sqrt(v) as root from (select -1e-16 as v) as t",
        "select ln(v) as logarithm from (select 0 as v) as t",
        "with recursive t as (select 1 as n union all select t.n + 1 from t where t.n < 150) "
        "select max(n) as n from t",
    ):
        with pytest.raises(ProgrammingError):
            warehouse.rows(sql)
    assert time.monotonic() - began < 5


def test_chunks_of_one_result_go_together() -> None:
    """Snowflake sends each chunk's whole numbers as narrow as they are."""
    chunks = [
        pa.table({"n": pa.array([1], pa.int8()), "at": pa.array([0], pa.timestamp("us"))}),
        pa.table({"n": pa.array([70_000], pa.int32()), "at": pa.array([None], pa.timestamp("us"))}),
    ]
    assert together(chunks)["n"].to_pylist() == [1, 70_000]


def test_a_result_as_a_table_has_the_precision_of_what_is_kept(warehouse: Warehouse) -> None:
    """Microseconds, which hold every year; nanoseconds, which chunks have by their own values, do
    not."""
    at = "cast('0001-01-01 00:00:00.000001' as timestamp_ntz)"
    found = warehouse.arrow(f"select 1 as n, {at} as at union all select 2, null order by n")
    assert found.schema.field("at").type == pa.timestamp("us")
    assert found["at"].to_pylist() == [datetime(1, 1, 1, microsecond=1), None]


def test_a_large_literal_insert_keeps_every_character(warehouse: Warehouse) -> None:
    """Large inserts, such as dbt's seeds, are read without a syntax tree."""
    texts = [
        "it's",
        "back\\slash",
        "line\nbreak",
        "tab\t",
        "(a), 'b'",
        "ünï",
        "",
        "\\'",
        "/* no */",
    ]
    values = [(place, text) for place in range(1_000) for text in texts]
    escaped = ", ".join(
        "({}, '{}', null, {})".format(
            place,
            text.replace("\\", "\\\\")
            .replace("'", "\\'")
            .replace("\n", "\\n")
            .replace("\t", "\\t"),
            place % 2 == 0,
        )
        for place, text in values
    )
    warehouse.execute(
        "create or replace table raw.texts (place integer, text varchar, n double, flag boolean)"
    )
    warehouse.execute(f"insert into raw.texts (place, text, n, flag) values {escaped} /* end */")
    rows = warehouse.rows("select place, text, n, flag from raw.texts")
    assert sorted((row["place"], row["text"]) for row in rows) == sorted(values)
    assert all(row["n"] is None and row["flag"] == (row["place"] % 2 == 0) for row in rows)


def test_every_statement_of_a_request_runs(snowflake_env: dict[str, str]) -> None:
    options = snowflake_options(Settings(**snowflake_env))
    with snowflake.connector.connect(**options) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create or replace table raw.pairs (a integer, b varchar); "
            "insert into raw.pairs values (1, 'x;y'); insert into raw.pairs values (2, 'z')",
            num_statements=0,
        )
        cursor.execute("select a, b from raw.pairs order by a")
        assert cursor.fetchall() == [(1, "x;y"), (2, "z")]


def test_the_server_ends_with_whoever_started_it() -> None:
    starter = (
        "import os, sys; from tests.emulator import emulator\n"
        "with emulator() as env: print(env['SNOWFLAKE_PORT'], flush=True); os._exit(9)"
    )
    run = subprocess.run(
        [sys.executable, "-c", starter],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    port = int(run.stdout)
    deadline = time.monotonic() + 10
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
