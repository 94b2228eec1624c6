"""The comparison of two warehouses finds every kind of difference, and only differences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse, open_warehouse
from tests.scenarios.compare import (
    MartTable,
    compare,
    compare_tables,
    difference,
    mart_tables,
    parity_table,
)

TABLE = """create table marts.scores as
select 'a.com' as account_key, 1.5 as score, '{"x": 1, "y": [2.0]}' as lanes,
    date '2026-01-31' as day
union all select 'b.com', 0.0, '[]', date '2026-01-31'"""


@pytest.fixture
def pair(tmp_path: Path, snowflake_env: dict[str, str]) -> Iterator[tuple[Warehouse, Warehouse]]:
    """The same table on DuckDB and on the emulator, where JSON is spelt otherwise."""
    duckdb = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "a.duckdb")
    with ExitStack() as stack:
        a, b = (
            stack.enter_context(open_warehouse(one)) for one in (duckdb, Settings(**snowflake_env))
        )
        for warehouse in (a, b):
            warehouse.execute("create schema if not exists marts")
            warehouse.execute("drop table if exists marts.scores")
            warehouse.execute(TABLE)
        b.execute(
            """update marts.scores set lanes = '{"y":[2],"x":1}' where account_key = 'a.com'"""
        )
        yield a, b


def test_equal_tables_have_no_difference(pair: tuple[Warehouse, Warehouse]) -> None:
    assert compare_tables(*pair, "marts", "scores", ["account_key"]) == []
    assert compare_tables(*pair, "marts", "scores") == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("update {} set score = 1.6 where account_key = 'a.com'", "score at account_key=a.com"),
        ("delete from {} where account_key = 'b.com'", "account_key=b.com only in duckdb"),
        ("insert into {} select 'c.com', 1, '[]', '2026-01-31'", "account_key=c.com only in snow"),
        ("insert into {} select * from {} where score = 0", "account_key=b.com is twice in snow"),
        ("alter table {} add column extra integer", "column extra only in snowflake"),
        ("alter table {} drop column day", "column day only in duckdb"),
        ("drop table {}", "is not there in snowflake"),
    ],
)
def test_a_difference_is_a_sentence(
    pair: tuple[Warehouse, Warehouse], change: str, sentence: str
) -> None:
    pair[1].execute(change.replace("{}", "marts.scores"))
    found = compare_tables(*pair, "marts", "scores", ["account_key"])
    assert any(sentence in one for one in found), found


def test_ten_differences_are_told_and_the_rest_counted(pair: tuple[Warehouse, Warehouse]) -> None:
    for warehouse, value in zip(pair, (1, 2), strict=True):
        warehouse.execute("create or replace table marts.many (id integer, score integer)")
        rows = ", ".join(f"({place}, {value})" for place in range(25))
        warehouse.execute(f"insert into marts.many values {rows}")
    table = MartTable("marts", "many", ("id",))
    assert len(compare(*pair, table).summary()) == 11
    assert "25 DIFFERENT" in parity_table([compare(*pair, table)])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, Decimal("1.0"), 0.0),
        (1.0, 1.0 + 1e-15, pytest.approx(1e-15, rel=0.5)),
        (0.0, 1e-13, 0.0),
        (100, 101.0, pytest.approx(1 / 101)),
        (math.nan, math.nan, 0.0),
        (math.nan, 1.0, math.inf),
        (None, 0, math.inf),
        (None, None, 0.0),
        (True, 1, math.inf),
        ('{"a": [1, {"b": 2}]}', '{"a":[1.0,{"b":2}]}', 0.0),
        ('{"a": 1}', '{"a": 1, "b": null}', math.inf),
        ("[1, 2]", "[2, 1]", 0.5),
        ("[1, 2]", "[1]", math.inf),
        ("{text", "{text", 0.0),
        (date(2026, 1, 1), datetime(2026, 1, 1), math.inf),
        ("a", "A", math.inf),
    ],
)
def test_difference(a: Any, b: Any, expected: float) -> None:
    assert difference(a, b) == expected
    assert difference(b, a) == difference(a, b)


def test_marts_come_from_the_manifest_with_their_keys() -> None:
    def node(name: str, schema: str = "MARTS") -> dict[str, Any]:
        config = {"materialized": "table", "unique_key": "what_a_run_replaces"}
        about = {"resource_type": "model", "schema": schema, "alias": name, "config": config}
        return {"unique_id": name, **about}

    def grain(model: str, *key: str) -> dict[str, Any]:
        about = {"name": "grain", "kwargs": {"key": list(key)}}
        return {"resource_type": "test", "attached_node": model, "test_metadata": about}

    nodes = [
        node("fct_days"),
        grain("fct_days", "account_key", "snapshot_date"),
        node("dim_accounts"),
        grain("dim_accounts", "account_key"),
        node("bare"),
        node("stg_x", "staging"),
        {"resource_type": "test", "attached_node": "bare", "test_metadata": None},
    ]
    assert mart_tables({"nodes": {str(place): one for place, one in enumerate(nodes)}}) == [
        MartTable("marts", "bare"),
        MartTable("marts", "dim_accounts", ("account_key",)),
        MartTable("marts", "fct_days", ("account_key", "snapshot_date")),
    ]
