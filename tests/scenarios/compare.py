"""Comparing tables of two warehouses, row by row and column by column."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from python_jobs.warehouse import Warehouse

REPORTED = 10
NEAR_ZERO = 1e-12


@dataclass(frozen=True)
class MartTable:
    """A table to compare: where it is, and the columns that make a row unique (none: all)."""

    schema: str
    name: str
    keys: tuple[str, ...] = ()


@dataclass
class Comparison:
    """How two copies of a table compare; they agree when there are no differences."""

    table: str
    row_count: int = 0
    column_count: int = 0
    max_relative_difference: float = 0.0
    difference_count: int = 0
    differences: list[str] = field(default_factory=list)

    def differ(self, what: str) -> None:
        """Count a difference, and keep its sentence while they are few."""
        self.difference_count += 1
        if self.difference_count <= REPORTED:
            self.differences.append(f"{self.table}: {what}")

    def summary(self) -> list[str]:
        """The differences kept, and how many more there are."""
        more = self.difference_count - len(self.differences)
        return self.differences + ([f"{self.table}: and {more} more"] if more else [])


def mart_tables(manifest: Mapping[str, Any], schema: str = "marts") -> list[MartTable]:
    """Every model of a schema in dbt's manifest, with its unique key.

    The key is that of its data test ``grain``. (An incremental model's ``unique_key`` is what a run
    replaces, which may be a whole day.) Without one, all columns.
    """
    keys = {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["key"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "grain"
    }
    tables = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"].lower() != schema:
            continue
        if node["config"]["materialized"] == "ephemeral":
            continue
        key = keys.get(node["unique_id"], ())
        tables.append(MartTable(node["schema"].lower(), node["alias"].lower(), key))
    return sorted(tables, key=lambda table: table.name)


def compare_tables(
    a: Warehouse,
    b: Warehouse,
    schema: str,
    table: str,
    keys: Sequence[str] = (),
    rel_tol: float = 1e-9,
) -> list[str]:
    """The first differences between two copies of a table as sentences; none if they agree."""
    return compare(a, b, MartTable(schema, table, tuple(keys)), rel_tol).summary()


def compare(a: Warehouse, b: Warehouse, table: MartTable, rel_tol: float = 1e-9) -> Comparison:
    """Compare every row and column of a table in warehouse ``a`` with that in ``b``.

    Numbers agree to ``rel_tol`` relative (1e-12 absolute about zero) whatever their type, JSON as
    parsed, everything else exactly.
    """
    name = f"{table.schema}.{table.name}"
    result = Comparison(name)
    missing = [side.target for side in (a, b) if not side.has_table(table.schema, table.name)]
    for target in missing:
        result.differ(f"is not there in {target}")
    if missing:
        return result
    rows_a, rows_b = (side.rows(f"select * from {name}") for side in (a, b))
    columns = _columns(a, b, name, result)
    result.row_count, result.column_count = len(rows_a), len(columns)
    if len(rows_a) != len(rows_b):
        result.differ(f"{len(rows_a)} rows in {a.target}, {len(rows_b)} in {b.target}")
    if table.keys:
        pairs = _pairs_by_key(rows_a, rows_b, table.keys, (a.target, b.target), result)
    else:
        pairs = _pairs_in_order(rows_a, rows_b, columns)
    for place, row_a, row_b in pairs:
        for column in columns:
            distance = difference(row_a[column], row_b[column])
            if distance > rel_tol:
                shown = (
                    f"{_short(row_a[column])} in {a.target}, {_short(row_b[column])} in {b.target}"
                )
                result.differ(f"{column} at {place}: {shown}")
            if distance < math.inf:
                result.max_relative_difference = max(result.max_relative_difference, distance)
    return result


def difference(a: Any, b: Any) -> float:
    """How far two values are apart: 0 equal, a relative distance of numbers, infinite otherwise.

    Of arrays and objects it is the largest distance inside.
    """
    a, b = _plain(a), _plain(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return 0.0 if a is b else math.inf
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return _distance(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return math.inf
        return max((difference(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return math.inf
        return max((difference(*pair) for pair in zip(a, b, strict=True)), default=0.0)
    return 0.0 if type(a) is type(b) and a == b else math.inf


def parity_table(comparisons: Iterable[Comparison]) -> str:
    """A table to print: table, rows, columns, largest relative difference, verdict."""
    lines = [("table", "rows", "columns", "max relative difference", "")]
    for one in comparisons:
        verdict = f"{one.difference_count} DIFFERENT" if one.difference_count else "equal"
        largest = f"{one.max_relative_difference:.1e}" if one.max_relative_difference else "0"
        lines.append((one.table, f"{one.row_count:,}", str(one.column_count), largest, verdict))
    widths = [max(len(line[place]) for line in lines) for place in range(5)]
    return "\n".join(
        f"{line[0]:<{widths[0]}}  {line[1]:>{widths[1]}}  {line[2]:>{widths[2]}}  "
        f"{line[3]:>{widths[3]}}  {line[4]}".rstrip()
        for line in lines
    )


def _columns(a: Warehouse, b: Warehouse, name: str, result: Comparison) -> list[str]:
    """The columns both have; one that only one has is a difference."""
    names_a, names_b = (side.arrow(f"select * from {name} limit 0").column_names for side in (a, b))
    for names, others, target in ((names_a, names_b, a.target), (names_b, names_a, b.target)):
        for only in sorted({one.lower() for one in names} - {one.lower() for one in others}):
            result.differ(f"column {only} only in {target}")
    there = {one.lower() for one in names_b}
    return [one.lower() for one in names_a if one.lower() in there]


def _pairs_by_key(
    rows_a: list[dict[str, Any]],
    rows_b: list[dict[str, Any]],
    keys: Sequence[str],
    targets: tuple[str, str],
    result: Comparison,
) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    index_a, index_b = (
        _index(rows, keys, target, result)
        for rows, target in zip((rows_a, rows_b), targets, strict=True)
    )
    for one, other, target in ((index_a, index_b, targets[0]), (index_b, index_a, targets[1])):
        for place in sorted(one.keys() - other.keys()):
            result.differ(f"{place} only in {target}")
    return [(place, row, index_b[place]) for place, row in index_a.items() if place in index_b]


def _index(
    rows: list[dict[str, Any]], keys: Sequence[str], target: str, result: Comparison
) -> dict[str, dict[str, Any]]:
    index: dict[str, dict[str, Any]] = {}
    for row in rows:
        place = ", ".join(f"{key}={_plain(row[key])}" for key in keys)
        if place in index:
            result.differ(f"{place} is twice in {target}")
        index[place] = row
    return index


def _pairs_in_order(
    rows_a: list[dict[str, Any]], rows_b: list[dict[str, Any]], columns: Sequence[str]
) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Rows side by side in the order of their values, exact ones before rounded numbers."""

    def order(row: dict[str, Any]) -> tuple[list[str], list[str]]:
        values = [_plain(row[column]) for column in columns]
        exact = ["" if isinstance(value, (float, dict, list)) else repr(value) for value in values]
        rounded = [f"{value:.6e}" if isinstance(value, float) else "" for value in values]
        return exact, rounded

    ordered = zip(sorted(rows_a, key=order), sorted(rows_b, key=order), strict=False)
    return [(f"row {place + 1}", *pair) for place, pair in enumerate(ordered)]


def _plain(value: Any) -> Any:
    """Decimals as numbers, JSON text as what it holds, everything else as it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _distance(a: float, b: float) -> float:
    if a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= NEAR_ZERO:
        return 0.0
    distance = abs(a - b) / max(abs(a), abs(b))
    return math.inf if math.isnan(distance) else distance


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
