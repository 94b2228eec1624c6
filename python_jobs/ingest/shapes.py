"""Changed shapes: fields that are new, are missing, or have another type. Reported, not fatal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.tables import insert_rows
from python_jobs.warehouse import Warehouse

ENOUGH_RECORDS = 20
"""A field is called missing when it is in none of so many records."""


class Shape:
    """The fields of the records seen in one run, two levels deep, and the JSON types they had."""

    def __init__(self) -> None:
        self.records = 0
        self.fields: set[tuple[str, str]] = set()

    def look_at(self, records: Sequence[Any]) -> None:
        """Take the fields of some records in."""
        self.records += len(records)
        for record in records:
            if isinstance(record, dict):
                for name, value in record.items():
                    self._note(name, value)
                    if isinstance(value, dict):
                        for inner, item in value.items():
                            self._note(f"{name}.{inner}", item)

    def _note(self, name: str, value: Any) -> None:
        if value is not None:
            self.fields.add((name, _type_of(value)))


def report_shape(
    warehouse: Warehouse, contract: Contract, shape: Shape, now: datetime
) -> list[str]:
    """Remember the fields seen and say what differs from earlier runs and from the contract.

    Returns sentences such as ``new field region``. The first run of an entity has nothing to
    differ from but the fields its contract requires.
    """
    source, entity = contract.source, contract.entity
    if not shape.records:
        return []
    known = {
        (row["field"], row["json_type"])
        for row in warehouse.rows(
            "select field, json_type from ops.source_fields where source = ? and entity = ?",
            [source, entity],
        )
    }
    new = sorted(shape.fields - known)
    if new:
        rows = {
            "source": [source] * len(new),
            "entity": [entity] * len(new),
            "field": [field for field, _ in new],
            "json_type": [json_type for _, json_type in new],
            "first_seen_at": pa.array([now] * len(new), pa.timestamp("us")),
        }
        insert_rows(warehouse, "ops.source_fields", pa.table(rows))
    names = {field for field, _ in known}
    said = []
    if known:
        for field, json_type in new:
            before = ", ".join(sorted(kind for name, kind in known if name == field))
            said.append(
                f"{field} is now {json_type}, was {before}"
                if field in names
                else f"new field {field}"
            )
    if shape.records >= ENOUGH_RECORDS:
        present = {field for field, _ in shape.fields}
        said += [f"field {field} is missing" for field in contract.required if field not in present]
    return said


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"
