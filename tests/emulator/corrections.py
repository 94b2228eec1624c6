"""Where fakesnow answers otherwise than Snowflake does, put right before its server starts."""

from __future__ import annotations

from string import Template

import fakesnow.arrow
import fakesnow.macros
import fakesnow.variables
import pyarrow as pa
import pyarrow.compute as pc
from fakesnow import info_schema

_plain_timestamps = fakesnow.arrow.timestamp_to_sf_struct
_plain_comment_sql = info_schema.insert_table_comment_sql


def timestamps(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Timestamps as Snowflake sends them, a null staying null instead of becoming 1970."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    filled = _plain_timestamps(values.fill_null(0))
    return pa.StructArray.from_arrays(
        filled.flatten(), fields=list(filled.type), mask=pc.is_null(values)
    )


def comment_sql(catalog: str, schema: str, table: str, comment: str) -> str:
    """Keep a table's comment, which may hold an apostrophe."""
    return _plain_comment_sql(catalog, schema, table, comment.replace("'", "''"))


# Snowflake's information_schema.tables lists views too.
VIEWS_AMONG_TABLES = """
union all by name
select database_name as "TABLE_CATALOG", schema_name as "TABLE_SCHEMA", view_name as "TABLE_NAME",
    'VIEW' as "TABLE_TYPE"
from duckdb_views()
where database_name = '${catalog}' and schema_name != '_fs_information_schema'
"""

# The place of an element is its place in the array, not the order in which rows happen to come.
FLATTEN = Template(
    """
create or replace macro ${catalog}._fs_flatten(input) as table
    select
        hash(to_json(input))::ubigint as seq,
        element.k as key,
        coalesce(element.k, '[' || (element.i - 1) || ']') as path,
        case when element.k is null then (element.i - 1)::bigint end as index,
        element.v as value,
        to_json(input) as this
    from (
        select unnest(
            case when json_type(to_json(input)) = 'OBJECT'
                then list_transform(
                    json_keys(to_json(input)),
                    lambda x, i: struct_pack(k := x, v := cast(to_json(input) -> x as json), i := i)
                )
                else list_transform(
                    cast(to_json(input) as json[]),
                    lambda x, i: struct_pack(k := null::varchar, v := x, i := i)
                )
            end
        ) as element
    ) as elements
"""
)


def install() -> None:
    """Put the corrections in place; once, before a session is opened."""
    fakesnow.arrow.timestamp_to_sf_struct = timestamps
    # A $ in quotes, such as in a key of PostHog's, is no session variable; we use none.
    fakesnow.variables.Variables.inline_variables = lambda self, sql: sql
    info_schema.insert_table_comment_sql = comment_sql
    fakesnow.macros.FS_FLATTEN = FLATTEN
    tables = info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW.template
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW = Template(tables + VIEWS_AMONG_TABLES)
