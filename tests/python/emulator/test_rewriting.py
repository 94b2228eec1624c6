"""Leaving out idle transforms changes no statement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.dialect import parse_one
from fakesnow.instance import FakeSnow

from tests.emulator.rewriting import Rewriting

STATEMENTS = (
    "select v:a:b::varchar, v:n::int, v[0], upper(v:a) from raw.t where v:flag = true",
    "select t.k, f.value::varchar, f.index from raw.t as t, lateral flatten(input => t.v) as f",
    "select object_construct('a', 1), object_agg(k, to_variant(n)), array_size(v) from raw.t",
    "select array_agg(n) within group (order by n), array_agg(n) over (partition by k) from raw.t",
    "select dateadd(day, 3, d::date), datediff(day, '2026-01-01', d), to_date('2026-01-01')",
    "select regexp_replace(k, 'a', 'b'), regexp_substr(k, 'a(.)', 1, 1, 'e', 1), sha2(k)",
    "select to_timestamp_ntz('2026-01-01'), to_decimal('1.5', 10, 2), split(k, ','), trim(n)",
    "create or replace transient table raw.u (k varchar(10), n number(38, 0)) comment = 'it''s'",
    "create or replace table raw.u as select k as kk from raw.t",
    "alter table raw.t cluster by (k)",
    "comment on table raw.t is 'x'",
    "alter session set autocommit = false",
    "show objects in schema raw",
    "show terse schemas in database gtm",
    "describe table raw.t",
    "insert into raw.t select column1 from values (1), (2)",
    "delete from raw.t where n in (select n from raw.u)",
    "use schema raw",
    "drop schema raw",
)


@pytest.fixture(scope="module")
def connection() -> Iterator[FakeSnowflakeConnection]:
    connected = FakeSnow().connect("GTM", "RAW")
    connected.cursor().execute("create table raw.t (k varchar, n integer, v variant, d date)")
    yield connected
    connected.close()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_result_is_that_of_the_whole_chain(
    connection: FakeSnowflakeConnection, statement: str
) -> None:
    cursor = connection.cursor()
    whole = FakeSnowflakeCursor._transform(cursor, parse_one(statement), None)
    fewer = FakeSnowflakeCursor._transform(cursor, Rewriting(parse_one(statement)), None).statement
    assert fewer.sql(dialect="duckdb") == whole.sql(dialect="duckdb")
    assert fewer.args.keys() == whole.args.keys()
