"""Loading files the way dlt does: several statements at once, quoted stages, JSON lines by name."""

from __future__ import annotations

import re

from fakesnow.transforms import stage
from sqlglot import exp

_QUOTED_STAGE = re.compile(r"""'@((?:"[^"]*"|[^'"])+)'""")
_COPY_JSON = re.compile(
    r"\s*copy\s+into\s+(?P<table>\S+)\s+from\s+@(?P<stage>[^/\s]+)/(?P<file>\S+)\s"
    r".*type\s*=\s*'json'",
    re.IGNORECASE | re.DOTALL,
)


def plain_stage(statement: str) -> str:
    """PUT and COPY with their stage unquoted, as fakesnow takes it; all else as it is."""
    if not re.match(r"\s*(put|copy)\s", statement, re.IGNORECASE):
        return statement
    statement = _QUOTED_STAGE.sub(lambda quoted: "@" + quoted[1].replace('"', ""), statement)
    return statement.replace("TRUE, AUTO_COMPRESS", "TRUE AUTO_COMPRESS")


def json_copy(statement: str, database: str | None) -> tuple[exp.Table, str] | None:
    """Table and file of a ``COPY INTO`` of JSON lines by column name; None for anything else."""
    copy = _COPY_JSON.match(statement)
    if copy is None:
        return None
    parts = stage.parts_from_var(copy["stage"], database, None)
    return exp.to_table(copy["table"], dialect="snowflake"), (
        stage.internal_dir(".".join(parts)) + copy["file"]
    )


def insert_json_lines(table: str, columns: list[tuple[str, str]], path: str) -> str:
    """DuckDB's statement that copies JSON lines into columns (name, type), missing ones null.

    It is at once for good, whatever transaction the session is in.
    """
    values = ", ".join(
        f"json -> '$.{name.lower()}'"
        if kind == "JSON"
        else f"""cast(json ->> '$.{name.lower()}' as {kind})"""
        for name, kind in columns
    )
    names = ", ".join(name for name, _ in columns)
    return (
        f"insert into {table} ({names}) select {values} "
        f"from read_ndjson_objects('{path}', maximum_object_size = 67108864)"
    )
