"""Edits: what a person asks for, as changes that were checked. Nothing here writes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path

from python_jobs.errors import ConfigurationError
from python_jobs.registry.checks import LISTED, problems
from python_jobs.registry.definitions import Row, parse, registry
from python_jobs.registry.journal import Action, Change, Registries


@dataclass
class Edit:
    """The changes of one edit by one person, made one after the other and kept or undone as one."""

    registries: Registries
    changed_by: str
    now: datetime
    note: str | None = None
    changes: list[Change] = field(default_factory=list)

    def add(self, name: str, key: str, action: Action, after: Row | None) -> None:
        """Add one change of one record."""
        current = self.registries.after(self.changes).effective(name).get(key)
        self.changes.append(
            Change(
                change_id="",
                registry=name,
                record_key=key,
                action=action,
                before=current.values if current else None,
                after=after,
                changed_by=self.changed_by,
                changed_at=self.now,
                note=self.note,
            )
        )

    def checked(self) -> list[Change]:
        """The changes, numbered and dated after the journal's last one.

        Raises:
            ConfigurationError: the registries would break a rule that they keep now.
        """
        known = {_breach(problem) for problem in problems(self.registries.values())}
        broken = [
            problem
            for problem in problems(self.registries.after(self.changes).values())
            if _breach(problem) not in known
        ]
        if broken:
            more = f" (and {len(broken) - 1} more like it)" if len(broken) > 1 else ""
            raise ConfigurationError(broken[0] + more)
        changed_at = self.now
        if self.registries.changes:
            last = max(change.changed_at for change in self.registries.changes)
            changed_at = max(changed_at, last + timedelta(microseconds=1))
        edit_id = f"{changed_at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        ids = [edit_id]
        if len(self.changes) > 1:
            ids = [f"{edit_id}.{number:03d}" for number in range(1, len(self.changes) + 1)]
        return [
            Change(**{**vars(change), "change_id": change_id, "changed_at": changed_at})
            for change_id, change in zip(ids, self.changes, strict=True)
        ]


def set_row(edit: Edit, name: str, key: str, given: Mapping[str, str]) -> None:
    """Put the given fields over the row in force, or make a row of them and the defaults.

    Raises:
        ConfigurationError: an unknown registry or field, a value of the wrong kind, or a new key.
    """
    definition = registry(name)
    parsed = {
        field_name: parse(definition, definition.field(field_name), text)
        for field_name, text in given.items()
    }
    if parsed.get(definition.key, key) != key:
        raise ConfigurationError(
            f"{name} {key} cannot be renamed: set {parsed[definition.key]} and delete {key}"
        )
    current = edit.registries.effective(name).get(key)
    if current:
        row = current.values | parsed
    else:
        row = {field.name: field.default for field in definition.fields}
        if "created_at" in row:
            row["created_at"] = edit.now.replace(microsecond=0).isoformat(sep=" ")
        row |= parsed | {definition.key: key}
    if current is None or row != current.values:
        edit.add(name, key, "set", row)


def delete_row(edit: Edit, name: str, key: str) -> None:
    """Take a row away; a score config takes its weights with it.

    Raises:
        ConfigurationError: there is no such row, or a model cannot do without it.
    """
    _require(edit, name, key)
    if registry(name).is_kept and key in edit.registries.shipped[name]:
        raise ConfigurationError(f"{name} {key} is read by a model: set another value instead")
    edit.add(name, key, "delete", None)
    if name == "score_configs":
        for weight_key, weight in edit.registries.effective("score_weights").items():
            if weight.values["score_config_id"] == key:
                edit.add("score_weights", weight_key, "delete", None)


def activate(edit: Edit, config: str) -> None:
    """Make a score config the active one, and archive the one that was.

    Raises:
        ConfigurationError: there is no such config.
    """
    _require(edit, "score_configs", config)
    for key, row in edit.registries.effective("score_configs").items():
        status = row.values["status"]
        if key == config and status != "active":
            edit.add("score_configs", key, "set", row.values | {"status": "active"})
        elif key != config and status == "active":
            edit.add("score_configs", key, "set", row.values | {"status": "archived"})


def copy_config(edit: Edit, config: str, new: str) -> None:
    """Make a draft that is a copy of a score config, weights included.

    Raises:
        ConfigurationError: there is no such config, or one of the new name.
    """
    source = _require(edit, "score_configs", config)
    if new in edit.registries.effective("score_configs"):
        raise ConfigurationError(f"there is a score config '{new}' already: choose another name")
    created_at = edit.now.replace(microsecond=0).isoformat(sep=" ")
    own = {"score_config_id": new, "status": "draft", "created_at": created_at}
    edit.add("score_configs", new, "set", source | own | {"notes": f"Copy of {config}"})
    weights = edit.registries.effective("score_weights")
    taken = set(weights)
    for row in weights.values():
        if row.values["score_config_id"] == config:
            of = row.values
            parts = (new, of["event_name"], of["content_type"], of["cta_id"])
            name = ":".join(part for part in parts if part)
            # A content type and a call to action of one name give one name: the second is name:2.
            numbered = (f"{name}:{number}" for number in count(2))
            key = next(key for key in chain([name], numbered) if key not in taken)
            taken.add(key)
            edit.add(
                "score_weights",
                key,
                "set",
                of | {"score_weight_id": key, "score_config_id": new},
            )


def revert(edit: Edit, change_id: str) -> None:
    """Undo an edit, whole: each of its records is again what the journal said before it.

    Later edits that were taken back do not stand in its way, so edits can be undone one by one.

    Raises:
        ConfigurationError: there is no such edit, or one of its records was changed since.
    """
    journal = edit.registries.changes
    undone = [change for change in journal if change_id in (change.change_id, change.edit_id)]
    if not undone:
        raise ConfigurationError(
            f"there is no change '{change_id}': gtm registry history lists them"
        )
    edit_id = undone[0].edit_id
    records = dict.fromkeys(
        (change.registry, change.record_key) for change in journal if change.edit_id == edit_id
    )
    for name, key in records:
        of_record = [
            change for change in journal if (change.registry, change.record_key) == (name, key)
        ]
        of_edit = [n for n, change in enumerate(of_record) if change.edit_id == edit_id]
        last = of_record[-1]
        if _left(edit, last) != _left(edit, of_record[of_edit[-1]]):
            raise ConfigurationError(
                f"{name} {key} was changed again by {last.edit_id}: revert that first"
            )
        earlier = of_record[: of_edit[0]]
        if earlier:
            edit.add(name, key, earlier[-1].action, earlier[-1].after)
        elif key in edit.registries.shipped[name]:
            edit.add(name, key, "reset", edit.registries.shipped[name][key])
        else:
            edit.add(name, key, "delete", None)


def _left(edit: Edit, change: Change) -> Row | None:
    """The row that a change left in force, if any."""
    if change.action == "reset":
        return edit.registries.shipped[change.registry].get(change.record_key)
    return change.after if change.action == "set" else None


def assignments(texts: Sequence[str]) -> dict[str, str]:
    """``field=value`` texts as a dict; ``field=@file`` takes the value from a file.

    Raises:
        ConfigurationError: a text has no ``=``, or its file cannot be read.
    """
    given = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigurationError(f"'{text}' is not field=value")
        if value.startswith("@"):
            try:
                value = Path(value[1:]).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                raise ConfigurationError(
                    f"{name}: {value[1:]} cannot be read as a text file"
                ) from None
        given[name.strip()] = value
    return given


def _breach(problem: str) -> str:
    """What is broken, whatever there is to choose from."""
    return problem.partition(LISTED)[0]


def _require(edit: Edit, name: str, key: str) -> Row:
    rows = edit.registries.effective(registry(name).name)
    if key not in rows:
        raise ConfigurationError(f"{name} has no '{key}': gtm registry show {name} lists its rows")
    return rows[key].values
