"""Reading statements once, and large literal inserts (dbt's seeds) without a syntax tree."""

from __future__ import annotations

import re

import fakesnow.cursor
import fakesnow.dialect
import fakesnow.server
from sqlglot import exp

from tests.emulator import staging

_plain_parse_one = fakesnow.dialect.parse_one

# Below this many characters a syntax tree costs nothing to speak of.
_LARGE = 20_000
_INSERT = re.compile(
    r"\s*(insert\s+(?:overwrite\s+)?into\s[^(]+\([^()]*\))\s*values", re.IGNORECASE
)
_PIECE = re.compile(
    r"[\s(),;]+|null\b|true\b|false\b|-?[0-9][0-9.]*(?:e[+-]?[0-9]+)?|/[*].*?[*]/"
    r"|'(?:[^'\\]|\\.|'')*'",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}

# Statements the server has read and its cursor is about to ask for.
_read: dict[str, exp.Expr] = {}


def install() -> None:
    """Make fakesnow's server and cursor share one reading of each statement."""
    fakesnow.server.parse_one = _read_ahead
    fakesnow.cursor.parse_one = _take


def statements(request: str) -> list[str]:
    """The statements of one request: nearly always one, several when dlt sends them together."""
    if len(request) > _LARGE or ";" not in request.rstrip("; \n"):
        return [request]
    parsed = [one for one in fakesnow.dialect.parse(request) if one is not None]
    parsed = [one for one in parsed if not isinstance(one, exp.Semicolon)]
    return [one.sql(dialect="snowflake") for one in parsed] if len(parsed) > 1 else [request]


def _read_ahead(request: str) -> exp.Expr:
    """For the server, which only asks of what kind the (last) statement is."""
    statement = staging.plain_stage(statements(request)[-1])
    _read[statement] = _parse(statement)
    return _read[statement]


def _take(statement: str) -> exp.Expr:
    """For the cursor, which rewrites what it gets."""
    return _read.pop(statement, None) or _parse(statement)


def _parse(statement: str) -> exp.Expr:
    insert = _INSERT.match(statement) if len(statement) > _LARGE else None
    rows = _literal_rows(statement[insert.end() :]) if insert else None
    if insert is None or rows is None:
        return _plain_parse_one(statement)
    parsed = _plain_parse_one(f"{insert.group(1)} select 1")
    parsed.set("expression", exp.Var(this=f"values {rows}"))
    return parsed


def _literal_rows(text: str) -> str | None:
    """Rows of literals in DuckDB's spelling; None if there is anything but literals."""
    pieces = []
    position = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None:
            return None
        position = piece.end()
        pieces.append(_in_duckdb(piece.group()))
    return "".join(pieces).rstrip("; \n")


def _in_duckdb(piece: str) -> str:
    if piece.startswith("/*"):
        return ""
    if piece.startswith("'") and "\\" in piece:
        plain = _ESCAPE.sub(_plain_character, piece[1:-1])
        return "'" + plain.replace("'", "''") + "'"
    return piece


def _plain_character(escaped: re.Match[str]) -> str:
    character: str | None = escaped[1]
    return "'" if character is None else _ESCAPED.get(character, character)
