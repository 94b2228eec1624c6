"""The few expressions of the engine's SQL that DuckDB and Snowflake write differently."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from python_jobs.runs import OPS_TABLES, SQL_TYPES
from python_jobs.warehouse import Warehouse

IN_ONE_HASH = 1_000
"""Row hashes that are joined and hashed again, so that no text grows with the plan."""

UNIT = "chr(31)"
"""Stands between columns that are hashed as one text; no value of ours holds it."""


def json_text(warehouse: Warehouse, column: str) -> str:
    """A JSON column as text, always the same for the same value on one engine."""
    return f"to_json({column})" if warehouse.target == "snowflake" else f"cast({column} as varchar)"


def field_text(warehouse: Warehouse, column: str) -> str:
    """The field that a placeholder names, of a JSON column, as plain text."""
    if warehouse.target == "snowflake":
        return f"get({column}, ?)::varchar"
    return f"({column} ->> ('$.\"' || ? || '\"'))"


def joined(warehouse: Warehouse, column: str, order_by: str) -> str:
    """Aggregate: the texts of a group one after the other."""
    if warehouse.target == "snowflake":
        return f"listagg({column}, '') within group (order by {order_by})"
    return f"string_agg({column}, '' order by {order_by})"


def hash_of_records(warehouse: Warehouse, table: str) -> str:
    """A query for ``hash``: one MD5 over all records of a plan in their order, of any number."""
    texts = [
        "cast(position as varchar)",
        *(
            f"coalesce({name}, '')"
            for name in ("object", "record_key", "action", "external_id", "key_field", "key_value")
        ),
        *(f"coalesce({json_text(warehouse, name)}, '')" for name in ("before", "after", "links")),
    ]
    return f"""
        select coalesce(md5({joined(warehouse, "part", "bucket")}), md5('')) as hash
        from (
            select bucket, md5({joined(warehouse, "row_hash", "position")}) as part
            from (
                select
                    position,
                    floor(cast(position as double) / {IN_ONE_HASH}) as bucket,
                    md5(concat_ws({UNIT}, {", ".join(texts)})) as row_hash
                from {table}
                where plan_id = ?
            ) as hashed
            group by bucket
        ) as parts
    """


def fields_cleared(warehouse: Warehouse) -> str:
    """A query for ``object``, ``fields`` changed and ``cleared`` among them, over a plan."""
    if warehouse.target == "snowflake":
        return """
            select object, count(*) as fields, count_if(is_null_value(changed.value)) as cleared
            from ops.sync_plan_records, lateral flatten(input => after) as changed
            where plan_id = ? and action = 'update'
            group by object
        """
    return """
        select
            object,
            sum(len(json_keys(after))) as fields,
            sum(len(nulls)) as cleared
        from (
            select
                object,
                after,
                [one for one in json_extract(after, '$.*') if cast(one as varchar) = 'null']
                    as nulls
            from ops.sync_plan_records
            where plan_id = ? and action = 'update'
        ) as changed
        group by object
    """


def insert(warehouse: Warehouse, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows into an ops table in one statement: all of them, or none."""
    listed = list(rows)
    if not listed:
        return
    columns = OPS_TABLES[table]
    types = SQL_TYPES[warehouse.target]
    if warehouse.target == "snowflake":
        values = ", ".join(
            f"value:{name}" if kind == "json" else f"value:{name}::{types[kind]}"
            for name, kind in columns
        )
        source = "table(flatten(input => parse_json(?)))"
    else:
        shape = json.dumps([{name: types[kind] for name, kind in columns}])
        values = ", ".join(f"one.{name}" for name, _ in columns)
        source = f"(select unnest(from_json(cast(? as json), '{shape}')) as one)"
    names = ", ".join(name for name, _ in columns)
    warehouse.execute(
        f"insert into ops.{table} ({names}) select {values} from {source}",
        [json.dumps(listed, default=str, ensure_ascii=False)],
    )
