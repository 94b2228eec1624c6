"""HogQL as far as the sandbox speaks it: one select over ``events`` or ``persons``.

Columns, comparisons, ``and``/``or``/``not``, ``in``, ``is null``, a few functions, ``order by`` and
``limit``; ``{name}`` stands for a value. It becomes DuckDB's SQL word by word, and whatever is not
known is refused, so that no query means something else here than at PostHog.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from typing import Any

import duckdb

DEFAULT_ROWS, MOST_ROWS = 100, 50_000

ZONE_HOURS = -7
ZONE, OFFSET = "America/Phoenix", timezone(timedelta(hours=ZONE_HOURS))
"""The project's zone, which has no summer time: a time without an offset is of it."""

TABLES: dict[str, tuple[str, ...]] = {
    "events": ("uuid", "event", "properties", "timestamp", "created_at", "distinct_id"),
    "persons": ("id", "created_at", "properties", "is_identified"),
}
FUNCTIONS = {"toDateTime", "toString", "count", "min", "max", "lower"}
WORDS = {
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "order",
    "by",
    "asc",
    "desc",
    "limit",
    "as",
    "like",
}
TYPES = {
    "UUID": "UUID",
    "VARCHAR": "String",
    "JSON": "String",
    "TIMESTAMP": f"DateTime64(6, '{ZONE}')",
    "BIGINT": "UInt64",
    "BOOLEAN": "Bool",
}

_MACROS = f"""
create macro if not exists toDateTime(x) as case
    when regexp_matches(cast(x as varchar), '(Z|[+-][0-9][0-9]:?[0-9][0-9])$')
        then try_cast(x as timestamptz) at time zone 'UTC'
    else try_cast(x as timestamp) - interval ({ZONE_HOURS}) hours
end;
create macro if not exists toString(x) as cast(x as varchar);
"""
_TOKEN = re.compile(
    r"\s+|(?P<value>\{\w+\})|(?P<text>'(?:[^'\\]|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign><=|>=|!=|<>|[=<>(),*])"
)


class NotHogQL(Exception):
    """The query is none, or none that the sandbox speaks."""


@dataclass(frozen=True)
class Answer:
    """Columns, their types, and rows; ``limit`` is the most there could be, asked for or not."""

    columns: list[str]
    types: list[list[str]]
    rows: list[list[Any]]
    limit: int
    has_more: bool


def run(con: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any], table: str) -> Answer:
    """Run a query over tables ``<table>events`` and ``<table>persons``.

    Without a limit there are 100 rows and no word of it but ``hasMore``; no limit goes over 50,000.

    Raises:
        NotHogQL: with the reason.
    """
    body, limit = _without_limit(text.strip())
    query, params = _translated(body, values, table)
    con.execute(_MACROS)
    try:
        cursor = con.execute(f"{query} limit {limit + 1}", params)
        found = cursor.fetchall()
    except duckdb.Error as error:
        raise NotHogQL(str(error).splitlines()[0]) from None
    description = cursor.description or []
    columns = [column[0] for column in description]
    types = [[column[0], TYPES.get(str(column[1]), "String")] for column in description]
    rows = [[_shown(value) for value in row] for row in found[:limit]]
    return Answer(columns, types, rows, limit, len(found) > limit)


def _without_limit(text: str) -> tuple[str, int]:
    body, found, limit = text.rpartition(" limit ")
    if not found or not limit.strip().isdigit():
        return text, DEFAULT_ROWS
    return body, min(int(limit), MOST_ROWS)


def _translated(text: str, values: Mapping[str, Any], table: str) -> tuple[str, list[Any]]:
    source = re.search(r"\bfrom\s+(\w+)", text)
    if not text.lower().startswith("select ") or source is None or source[1] not in TABLES:
        raise NotHogQL(f"Only select … from {' or '.join(TABLES)} is spoken here")
    columns = TABLES[source[1]]
    words: list[str] = []
    params: list[Any] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise NotHogQL(f"Syntax error at position {position}")
        position = token.end()
        word, kind = token[0], token.lastgroup
        if kind == "value":
            name = word[1:-1]
            if name not in values:
                raise NotHogQL(f"Placeholder {word} has no value")
            params.append(values[name])
            words.append("?")
        elif kind == "name":
            words.append(_name(word, columns, table, words))
        elif word == "*" and words[-1] != "(":
            raise NotHogQL("Name the columns: * is not spoken here")
        elif kind is not None:
            words.append(word)
    return " ".join(words), params


def _name(word: str, columns: tuple[str, ...], table: str, before: list[str]) -> str:
    if before and before[-1] == "from":
        return f"{table}{word}"
    if word.lower() in WORDS:
        return word.lower()
    if word in columns or (before and before[-1] == "as"):
        return f'"{word}"'
    if word in FUNCTIONS:
        return word
    raise NotHogQL(f"Unable to resolve field: {word}")


def _shown(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.replace(tzinfo=UTC).astimezone(OFFSET).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
