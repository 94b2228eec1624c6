"""By kinds of values, the emulator refuses what Snowflake refuses or answers otherwise."""

from __future__ import annotations

import pytest
from fakesnow.dialect import parse_one

from tests.emulator.kinds import Catalog, Columns

RELATIONS = (
    "create table raw.t (n bigint, x double, k varchar, is_on boolean, day date, at timestamp_ntz, "
    "v variant)",
    "create view staging.numbers as "
    "select n, x * n as product, (v):a::varchar as a, v as all_of_it from raw.t",
)


@pytest.fixture
def catalog() -> Catalog:
    catalog = Catalog()
    for statement in RELATIONS:
        catalog.take(parse_one(statement))
    return catalog


def test_kinds_follow_from_what_a_view_selects(catalog: Catalog) -> None:
    expected: Columns = {"n": "number", "product": "float", "a": "text", "all_of_it": "variant"}
    assert catalog.relations["staging.numbers"] == expected


@pytest.mark.parametrize(
    "expression",
    [
        "n / 2",
        "n / n",
        "avg(n)",
        "try_cast(n as integer)",
        "coalesce(k, n)",
        "case when is_on then v else k end",
        "case when n then 1 end",
        "v = k",
        "lower(v)",
        "trim(k)",
        "k || v",
        "array_to_string(k, ',')",
        "to_json(k)",
        "(k):a",
        "cast(x as varchar)",
        "cast(is_on as double)",
        "(select n / 2 from raw.t as u where u.k = t.k)",
    ],
)
def test_refused(catalog: Catalog, expression: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        catalog.take(parse_one(f"select {expression} as found from raw.t"))


@pytest.mark.parametrize(
    "query",
    [
        "select k from raw.t union all select n from raw.t",
        "select e.value from raw.t, lateral flatten(input => t.k) as e",
        "with a as (select n as m from raw.t) select m / 3 from a",
        "create table marts.m (product integer) as (select product from staging.numbers)",
        "insert into raw.t (x) select n / 2 from raw.t",
        "insert into raw.t (v) values (parse_json('{}'))",
        "create view staging.v as select n as increment from raw.t",
        "select n as start from raw.t",
    ],
)
def test_refused_statement(catalog: Catalog, query: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        catalog.take(parse_one(query))


@pytest.mark.parametrize(
    "expression",
    [
        "n / x",
        "cast(n as double) / 2",
        "avg(cast(n as double))",
        "try_cast(k as integer)",
        "try_cast((v):a::varchar as double)",
        "coalesce(x, n)",
        "case when is_on then day else at end",
        "k || cast(n as varchar)",
        "cast(cast(x as decimal(18, 6)) as varchar)",
        "array_to_string(v, ',')",
        "trim(k, ' ' || chr(160))",
        "unknown_column / 2",
        "k in (select k from raw.t)",
        "coalesce(k, null)",
    ],
)
def test_taken(catalog: Catalog, expression: str) -> None:
    catalog.take(parse_one(f"select {expression} as found from raw.t"))
