"""The rows in force: shipped seeds, and above them the append-only journal of edits."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from python_jobs.registry.definitions import REGISTRIES, Registry, Row
from python_jobs.settings import PROJECT_DIR
from python_jobs.warehouse import Warehouse, json_parameter

SEEDS_DIR = PROJECT_DIR / "seeds" / "registry"

# set: the row is `after`; delete: the row is gone; reset: the shipped row stands again.
Action = Literal["set", "delete", "reset"]


@dataclass(frozen=True)
class Change:
    """One line of the journal. ``before`` and ``after`` are whole rows, or None for no row."""

    change_id: str
    registry: str
    record_key: str
    action: Action
    before: Row | None
    after: Row | None
    changed_by: str
    changed_at: datetime
    note: str | None = None

    @property
    def edit_id(self) -> str:
        """What the changes of one edit share: the id up to the dot."""
        return self.change_id.split(".")[0]


@dataclass(frozen=True)
class Effective:
    """A row in force, and the change it comes from; None for a shipped row."""

    values: Row
    change: Change | None = None


@dataclass
class Registries:
    """All registries at one moment: the shipped rows by key, and the journal, oldest first."""

    shipped: dict[str, dict[str, Row]]
    changes: list[Change] = field(default_factory=list)

    def effective(self, name: str) -> dict[str, Effective]:
        """The rows in force of one registry, by key: shipped ones in their order, then new ones."""
        latest = {change.record_key: change for change in self.changes if change.registry == name}
        rows = {key: Effective(values) for key, values in self.shipped[name].items()}
        for key, change in latest.items():
            if change.action == "set" and change.after is not None:
                rows[key] = Effective(change.after, change)
            elif change.action == "delete":
                rows.pop(key, None)
        return rows

    def values(self) -> dict[str, list[Row]]:
        """The rows in force of every registry."""
        return {name: [row.values for row in self.effective(name).values()] for name in REGISTRIES}

    def after(self, changes: Iterable[Change]) -> Registries:
        """The registries as they would be after more changes."""
        return Registries(self.shipped, [*self.changes, *changes])


def read_registries(warehouse: Warehouse | None, seeds_dir: Path = SEEDS_DIR) -> Registries:
    """Read everything: seeds from the warehouse where they are seeded, else from the CSV files.

    Raises:
        ConfigurationError: a seed or the journal holds a value of the wrong kind.
    """
    shipped = {}
    for registry in REGISTRIES.values():
        rows = [registry.coerce(raw) for raw in _shipped(registry, warehouse, seeds_dir)]
        shipped[registry.name] = {str(row[registry.key]): row for row in rows}
    return Registries(shipped, list(_journal(warehouse)) if warehouse else [])


def append(warehouse: Warehouse, changes: Iterable[Change]) -> None:
    """Write changes at the end of the journal, in one statement: an edit is whole or not at all."""
    value = json_parameter(warehouse)
    selects, params = [], list[Any]()
    for change in changes:
        selects.append(f"select ?, ?, ?, ?, {value}, {value}, ?, cast(? as timestamp), ?")
        params += [
            change.change_id,
            change.registry,
            change.record_key,
            change.action,
            _to_json(change.before),
            _to_json(change.after),
            change.changed_by,
            change.changed_at.isoformat(sep=" "),
            change.note,
        ]
    warehouse.execute(
        "insert into ops.registry_changes (change_id, registry, record_key, action, before, after, "
        "changed_by, changed_at, note) " + " union all ".join(selects),
        params,
    )


def _shipped(
    registry: Registry, warehouse: Warehouse | None, seeds_dir: Path
) -> Iterator[dict[str, Any]]:
    if warehouse and warehouse.has_table("registry", registry.name):
        yield from warehouse.rows(f"select * from registry.{registry.name}")
        return
    with (seeds_dir / f"{registry.name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _journal(warehouse: Warehouse) -> Iterator[Change]:
    if not warehouse.has_table("ops", "registry_changes"):
        return
    for raw in warehouse.rows("select * from ops.registry_changes order by changed_at, change_id"):
        registry = REGISTRIES.get(raw["registry"])
        if registry is None:
            continue
        raw["before"] = _from_json(registry, raw["before"])
        raw["after"] = _from_json(registry, raw["after"])
        yield Change(**{name: raw[name] for name in Change.__dataclass_fields__})


def _to_json(row: Row | None) -> str | None:
    return None if row is None else json.dumps(row, ensure_ascii=False)


def _from_json(registry: Registry, value: str | None) -> Row | None:
    return registry.coerce(json.loads(value)) if value and value != "null" else None
