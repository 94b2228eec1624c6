"""From a relation as found to the rows of an entity, in SQL: the contract, applied.

The result is a temp table ``parsed``, one row per input row in input order: the raw columns of the
entity, ``reason`` (null for a good row) and ``original`` (the row as found, JSON, bad rows only);
connectors also give ``first_known_at``.
"""

from __future__ import annotations

import duckdb

from python_jobs.errors import ConfigurationError
from python_jobs.ingest.contracts import LONG_TEXT, Column, Contract
from python_jobs.ingest.reading import Input, count_rows, literal, quoted

_MIDNIGHT_OF_TIME = "timestamp '1970-01-01 00:00:00'"
_YEARS = "between timestamp '0001-01-01 00:00:00' and timestamp '9999-12-31 23:59:59.999998'"

_SQL_TYPES = {
    "text": "varchar",
    "timestamp": "timestamp",
    "date": "date",
    "number": "double",
    "integer": "bigint",
    "boolean": "boolean",
    "json": "varchar",
}

_WHAT_IT_IS_NOT = {
    "timestamp": "is not a timestamp",
    "date": "is not a date",
    "number": "is not a plain number (1200000.5) below 10^15",
    "integer": "is not a plain whole number (1200) below 10^9",
    "boolean": "is neither true nor false",
    "json": "is not a JSON object",
}


def make_parsed(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An empty table ``parsed`` for the entity."""
    columns = ", ".join(
        f"{quoted(name)} {_SQL_TYPES[kind]}"
        for name, kind in contract.raw_columns
        if name != "loaded_at"
    )
    con.execute(
        f"create or replace temp table parsed ({columns}, source_record_id varchar, "
        "reason varchar, original varchar, first_known_at timestamp)"
    )


def parse(con: duckdb.DuckDBPyConnection, found: Input, contract: Contract) -> int:
    """Append an input's rows to ``parsed``; returns its rows, unreadable lines included.

    Raises:
        ConfigurationError: the input lacks a required column.
    """
    _set_rejects_aside(con, found)
    if not found.relation:
        return len(found.rejects)
    actual = {name.lower(): (name, kind.upper()) for name, kind in found.columns}
    missing = [name for name in contract.required if name not in actual]
    if missing:
        raise ConfigurationError(
            f"{found.name} lacks the required {_columns_word(missing)} {', '.join(missing)} of "
            f"{contract.entity}: rename with --sql \"select … as {missing[0]} from 'FILE'\" "
            f"and see `gtm load --describe {contract.entity}`"
        )
    con.execute(_insert_statement(found, contract, actual))
    return count_rows(con, found.relation) + len(found.rejects)


def _set_rejects_aside(con: duckdb.DuckDBPyConnection, found: Input) -> None:
    if found.rejects:
        con.executemany(
            "insert into parsed (reason, original) values (?, json_object('line', ?::varchar))",
            [[reason, line] for line, reason in found.rejects],
        )


def _insert_statement(found: Input, contract: Contract, actual: dict[str, tuple[str, str]]) -> str:
    """``insert into parsed``, in steps: as found, as text, as values, as the raw table has them."""
    as_found = {name: quoted(f"found {name}") for name, _ in found.columns}
    texts, values, checks = [], [], []
    for column in contract.columns:
        if column.name not in actual:
            values.append(f"null::{_SQL_TYPES[column.kind]} as {quoted(column.name)}")
            continue
        name, sql_type = actual[column.name]
        text = quoted(f"text of {column.name}")
        texts.append(f"{_text_of(as_found[name], sql_type)} as {text}")
        time = None
        if column.kind in ("timestamp", "date") and sql_type.startswith(("TIMESTAMP", "DATE")):
            time = _time_of(as_found[name], sql_type)
        values.append(f"{_value(column, text, time)} as {quoted(column.name)}")
        checks += _checks(column, text)
    unknown = sorted(
        (name, kind) for lower, (name, kind) in actual.items() if lower not in contract.names
    )
    extra = "null::varchar"
    if unknown:
        pairs = ", ".join(
            f"{literal(name)}, {_as_json(as_found[name], kind)}" for name, kind in unknown
        )
        extra = f"json_merge_patch('{{}}', json_object({pairs}))::varchar"
    original = ", ".join(
        f"{literal(name)}, left({_text_of(as_found[name], kind.upper())}, {LONG_TEXT})"
        for name, kind in found.columns
    )
    raw = _state_columns(contract) if contract.shape == "state" else _event_columns(contract)
    return f"""
        insert into parsed by name
        select
            {", ".join(f"{expression} as {quoted(name)}" for name, expression in raw)},
            {_record_id(contract)} as source_record_id,
            reason,
            case when reason is not null then json_object({original})::varchar end as original
        from (
            select *, {", ".join(values)}, {extra} as extra,
                nullif(concat_ws('; ', {", ".join(checks)}), '') as reason
            from (
                select *, {", ".join(texts)}
                from (
                    select {", ".join(f"{quoted(n)} as {new}" for n, new in as_found.items())}
                    from {found.relation}
                )
            )
        )
    """


def _text_of(name: str, sql_type: str) -> str:
    """A value as text without NUL bytes; empty text is null."""
    if sql_type == "VARCHAR":
        text = name
    elif sql_type == "JSON":
        text = f"json_extract_string({name}, '$')"
    elif _is_nested(sql_type):
        text = f"cast(to_json({name}) as varchar)"
    else:
        text = f"cast({name} as varchar)"
    if sql_type in ("VARCHAR", "JSON") or _is_nested(sql_type):
        return f"nullif(replace({text}, chr(0), ''), '')"
    return text


def _is_nested(sql_type: str) -> bool:
    return sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT"))


def _time_of(name: str, sql_type: str) -> str:
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"{name} at time zone 'UTC'"
    return f"cast({name} as timestamp)"


def _value(column: Column, text: str, typed: str | None) -> str:
    """The typed value of a column, null when the text is none."""
    if column.kind == "text":
        return f"left({text}, {column.max_length})" if column.max_length else text
    if column.kind in ("timestamp", "date"):
        time = typed or f"(try_cast(trim({text}) as timestamptz) at time zone 'UTC')"
        bounded = f"case when {time} {_YEARS} then {time} end"
        return bounded if column.kind == "timestamp" else f"cast({bounded} as date)"
    if column.kind == "number":
        number = f"try_cast(trim({text}) as double)"
        return f"case when abs({number}) < 1e15 then {number} end"
    if column.kind == "integer":
        number = f"try_cast(trim({text}) as bigint)"
        return f"case when {number} between -999999999 and 999999999 then {number} end"
    if column.kind == "boolean":
        return (
            f"case lower(trim({text})) when 'yes' then true when 'no' then false "
            f"when '1.0' then true when '0.0' then false else try_cast(trim({text}) as boolean) end"
        )
    is_object = f"case when json_valid({text}) then json_type({text}) = 'OBJECT' else false end"
    return f"case when {is_object} then {text} end"


def _checks(column: Column, text: str) -> list[str]:
    """What makes a row bad in this column, each an expression that is a reason or null."""
    checks = []
    if column.required:
        checks.append(
            f"case when coalesce(trim({text}), '') = '' then '{column.name} is missing' end"
        )
    if column.kind != "text":
        checks.append(
            f"case when trim({text}) <> '' and {quoted(column.name)} is null "
            f"then '{column.name} {_WHAT_IT_IS_NOT[column.kind]}' end"
        )
    return checks


def _as_json(column: str, sql_type: str) -> str:
    """An unknown column as a value of a JSON object, as it came."""
    if sql_type == "VARCHAR":
        return f"nullif(replace({column}, chr(0), ''), '')"
    if sql_type in ("DOUBLE", "FLOAT"):
        return f"case when isfinite({column}) then {column} end"
    if sql_type == "JSON" or sql_type == "BOOLEAN" or "INT" in sql_type.split("(")[0]:
        return column
    if _is_nested(sql_type):
        text = f"cast(to_json({column}) as varchar)"
        return f"case when json_valid({text}) then {text}::json else to_json({column}::varchar) end"
    if sql_type.startswith("DECIMAL"):
        return f"cast({column} as double)"
    if sql_type.startswith("TIMESTAMP"):
        return f"strftime({_time_of(column, sql_type)}, '%Y-%m-%d %H:%M:%S.%f')"
    return f"cast({column} as varchar)"


def _record_id(contract: Contract) -> str:
    parts = [f"coalesce(cast({quoted(name)} as varchar), '')" for name in contract.key]
    return f"nullif({' || chr(124) || '.join(parts)}, '')"


def _state_columns(contract: Contract) -> list[tuple[str, str]]:
    """record_id, version_at, known_at, payload and payload_hash from the contract's values."""
    pairs = []
    for column in contract.columns:
        value = quoted(column.name)
        if column.kind == "timestamp":
            value = f"strftime({value}, '%Y-%m-%d %H:%M:%S.%f')"
        elif column.kind == "date":
            value = f"strftime({value}, '%Y-%m-%d')"
        pairs.append(f"'{column.name}', {value}")
    payload = f"json_merge_patch(coalesce(extra, '{{}}'), json_object({', '.join(pairs)}))::varchar"
    versions = [f"cast({quoted(name)} as timestamp)" for name in contract.version_from]
    known = f"cast({quoted(contract.known_from)} as timestamp)" if contract.known_from else "null"
    return [
        ("record_id", _record_id(contract)),
        ("version_at", f"coalesce({', '.join([*versions, _MIDNIGHT_OF_TIME])})"),
        ("known_at", known),
        ("payload", payload),
        ("payload_hash", f"md5({payload})"),
    ]


def _event_columns(contract: Contract) -> list[tuple[str, str]]:
    """The contract's columns; ``properties`` takes the unknown columns in, its own keys first."""
    columns = [(column.name, quoted(column.name)) for column in contract.columns]
    folded = (
        "case when extra is null or extra = '{}' then properties "
        "else json_merge_patch(extra, coalesce(properties, '{}'))::varchar end"
    )
    return [(name, folded if name == "properties" else value) for name, value in columns]


def _columns_word(names: list[str]) -> str:
    return "column" if len(names) == 1 else "columns"
