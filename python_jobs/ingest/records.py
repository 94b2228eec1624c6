"""From records as a vendor gave them to rows of temp table ``parsed``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from python_jobs.errors import RecordError
from python_jobs.ingest.contracts import Contract, Kind
from python_jobs.ingest.parsing import make_parsed

EPOCH = datetime(1970, 1, 1)
MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds since 1970, smaller ones seconds."""

FAILED_BECAUSE = "failed_because"
"""Set by a reader in a record that the vendor could not make: why it is set aside."""

_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "json": pa.string(),
}


def fill_parsed(con: duckdb.DuckDBPyConnection, contract: Contract, records: Iterable[Any]) -> None:
    """Make ``parsed`` of JSON records: a record that does not fit has its reason beside it."""
    make_parsed(con, contract)
    rows = [_parsed_row(contract, record) for record in records]
    fields = [
        *((name, _ARROW[kind]) for name, kind in contract.raw_columns if name != "loaded_at"),
        ("source_record_id", pa.string()),
        ("reason", pa.string()),
        ("original", pa.string()),
        ("first_known_at", pa.timestamp("us")),
    ]
    _insert(con, pa.Table.from_pylist(rows, schema=pa.schema(fields)))


def fill_parsed_from_arrow(
    con: duckdb.DuckDBPyConnection, contract: Contract, rows: pa.Table
) -> None:
    """Make ``parsed`` of typed event rows; a row that lacks a required value gets its reason.

    Column ``original``, if there is one, has what the vendor gave instead of values that were not
    understood, as a JSON object: the letter holds the row with these.
    """
    make_parsed(con, contract)
    checks = ", ".join(
        f"case when {name} is null then '{name} is missing' end" for name in contract.required
    )
    if "original" not in rows.column_names:
        rows = rows.append_column("original", pa.nulls(rows.num_rows, pa.string()))
    con.register("incoming_rows", rows)
    con.execute(
        "insert into parsed by name "
        f"select * exclude (original), {contract.key[0]} as source_record_id, "
        f"nullif(concat_ws('; ', {checks}), '') as reason, "
        "case when reason is not null then json_merge_patch(to_json(incoming_rows), "
        "json_object('original', null), coalesce(original, '{}'))::varchar end as original "
        "from incoming_rows"
    )
    con.unregister("incoming_rows")


def value_at(record: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    for part in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record


def as_time(value: Any) -> datetime | None:
    """A vendor's time as UTC without an offset: ISO 8601, or seconds or milliseconds since 1970.

    Raises:
        RecordError: the value is none of these.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and not value.lstrip("-").replace(".", "", 1).isdigit():
            parsed = datetime.fromisoformat(value)
            return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
        seconds = number / 1000 if abs(number) >= MILLISECONDS_FROM else number
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError, OSError):
        raise RecordError("is not a time") from None


def time_or_none(value: Any) -> datetime | None:
    """As ``as_time``; None of what is no time, which is set aside when it lands."""
    try:
        return as_time(value)
    except RecordError:
        return None


def as_text(value: Any) -> str | None:
    """An id or other scalar as text, never through a float; None stays None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return canonical_json(value)
    return str(value)


def canonical_json(value: Any) -> str:
    """JSON text with sorted keys, and without what no warehouse stores (NUL, lone surrogates).

    What JSON has no type for, such as a database's time of day, is text in it.
    """
    text = _dumped(value)
    if "\\u0000" in text:
        text = _dumped(_without_nul(value))
    return text.encode("utf-8", "replace").decode("utf-8")


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def record_id_of(contract: Contract, record: Any) -> str | None:
    """The record's id, the parts of its key joined by a bar; None when a part is missing."""
    parts = [as_text(value_at(record, path)) for path in contract.key]
    return None if None in parts else "|".join(part for part in parts if part is not None)


def _parsed_row(contract: Contract, record: Any) -> dict[str, Any]:
    payload = canonical_json(record)
    record_id = record_id_of(contract, record)
    try:
        if not isinstance(record, dict):
            raise RecordError("the record is not an object")
        if FAILED_BECAUSE in record:
            raise RecordError(record[FAILED_BECAUSE])
        if record_id is None:
            raise RecordError(f"{' or '.join(contract.key)} is missing")
        row = (
            _state_row(contract, record, record_id, payload)
            if contract.shape == "state"
            else _event_row(contract, record)
        )
    except RecordError as error:
        return {"source_record_id": record_id, "reason": str(error), "original": payload}
    return {**row, "source_record_id": record_id}


def _state_row(contract: Contract, record: Any, record_id: str, payload: str) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "version_at": _first_time(record, contract.version_from) or EPOCH,
        "known_at": _time_at(record, contract.known_from) if contract.known_from else None,
        "first_known_at": (
            _time_at(record, contract.first_known_from) if contract.first_known_from else None
        ),
        "payload": payload,
        "payload_hash": hashlib.md5(payload.encode()).hexdigest(),
    }


def _event_row(contract: Contract, record: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in contract.columns:
        value = record.get(column.name)
        if column.required and (value is None or value == ""):
            raise RecordError(f"{column.name} is missing")
        row[column.name] = _converted(column.name, column.kind, value, column.max_length)
    return row


def _converted(name: str, kind: Kind, value: Any, max_length: int | None) -> Any:
    try:
        if value is None or value == "":
            return None
        if kind == "timestamp":
            return as_time(value)
        if kind == "date":
            return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
        if kind == "number":
            return float(value)
        if kind == "integer":
            return int(value)
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[value]
        if kind == "json":
            found = json.loads(value) if isinstance(value, str) else value
            return canonical_json(found) if isinstance(found, dict) else None
        text = (as_text(value) or "").replace("\x00", "")
        return text[:max_length] if max_length else text
    except (ValueError, TypeError, KeyError, RecordError):
        raise RecordError(f"{name} is no {kind}") from None


def _first_time(record: Any, paths: Sequence[str]) -> datetime | None:
    for path in paths:
        found = _time_at(record, path)
        if found is not None:
            return found
    return None


def _time_at(record: Any, path: str) -> datetime | None:
    try:
        return as_time(value_at(record, path))
    except RecordError:
        raise RecordError(f"{path} is not a time") from None


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def _insert(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    con.register("incoming_rows", rows)
    con.execute("insert into parsed by name select * from incoming_rows")
    con.unregister("incoming_rows")
