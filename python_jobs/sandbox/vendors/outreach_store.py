"""Outreach's records as they are: those of the world, and over them what clients wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from python_jobs.sandbox.vendor import World, iso
from python_jobs.sandbox.vendors.outreach_records import KINDS, Data, Kind, Records, Resource
from python_jobs.sandbox.vendors.outreach_world import load_world

OPEN_STATES = ("active", "pending", "paused")
EXCLUSIVE_SEQUENCES = frozenset({4})
EXCLUDED_DOMAIN = "sealwright.example"
LONGEST_NAME = 50
RACED = "raced."
"""Somebody else creates a prospect whose address begins so in the moment before we do."""
NEEDED = {
    "sequence": ("name",),
    "sequenceStep": ("stepType", "sequence"),
    "sequenceTemplate": ("sequenceStep", "template"),
    "template": ("name",),
}
"""Attributes and relationships that a new record of a type cannot do without."""


class Problem(Exception):
    """An answer in JSON:API's form of an error."""

    def __init__(self, status: int, name: str, title: str, detail: str, pointer: str = "") -> None:
        super().__init__(name)
        self.status = status
        error: Data = {"id": name, "title": title, "detail": detail}
        if pointer:
            error["source"] = {"pointer": pointer}
        self.body = {"errors": [error]}


def invalid(detail: str) -> Problem:
    """422: the record breaks a rule."""
    return Problem(422, "validationError", "Validation Error", detail, "/data")


def bad_request(detail: str) -> Problem:
    """400: the request makes no sense."""
    return Problem(400, "validationError", "Validation Error", detail)


class Store:
    """Every record, found, filtered, made and changed by the vendor's rules."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count(10_000_000_000)
        self._records: Records = {}
        self._created: Records = {path: {} for path in KINDS}
        self._patched: Records = {path: {} for path in KINDS}
        self._prospect_of: dict[str, int] = {}
        self._sorted: dict[tuple[str, str], list[Resource]] = {}

    def number(self) -> int:
        """The next that nothing has."""
        return next(self._numbers)

    def load(self) -> None:
        """The world's records, and over them what clients wrote."""
        self._records = load_world(self._world)
        for path, written in self._patched.items():
            for number, patch in written.items():
                record = self._records[path].get(number) or self._created[path][number]
                record.merge(patch)
        for path, created in self._created.items():
            self._records[path].update(created)
        self._prospect_of = {}
        active = defaultdict(list)
        for state in self._records["sequenceStates"].values():
            if state.attributes["state"] == "active":
                active[state.relations["prospect"]].append(state.id)
        for record in self._records["prospects"].values():
            self._know_addresses(record)
            record.relations["activeSequenceStates"] = active[record.id]
        self._sorted.clear()

    def record(self, path: str, number: Any) -> Resource:
        """The record of that number.

        Raises:
            Problem: there is none.
        """
        record = self._records[path].get(number)
        if record is None:
            raise Problem(
                404,
                "resourceNotFound",
                "Resource Not Found",
                f"Could not find '{KINDS[path].type}' with ID '{number}'.",
            )
        return record

    def filtered(self, kind: Kind, query: Data) -> list[Resource]:
        """The records that pass every filter, in the order asked for."""
        rows: Iterable[Resource] = self._in_order(kind, query.get("sort", "id"))
        for name, value in query.items():
            if not name.startswith("filter["):
                continue
            field_name, *inner = name.removeprefix("filter[").rstrip("]").split("][")
            if inner == ["id"] and field_name in kind.relations:
                wanted = {int(part) for part in value.split(",") if part.isdigit()}
                rows = [row for row in rows if wanted & row.related(field_name)]
            elif field_name == "id" and not inner:
                wanted = {int(part) for part in value.split(",") if part.isdigit()}
                rows = [row for row in rows if row.id in wanted]
            elif field_name in kind.filters and not inner:
                rows = _having(rows, field_name, value)
            else:
                raise bad_request(f"'{name}' is not a filter of {kind.type}.")
        return rows if isinstance(rows, list) else list(rows)

    def _in_order(self, kind: Kind, sort: str) -> list[Resource]:
        """Kept until something changes: a client pages through one order."""
        found = self._sorted.get((kind.path, sort))
        if found is None:
            found = sorted(self._records[kind.path].values(), key=lambda row: row.id)
            for part in reversed(sort.split(",")):
                name = part.removeprefix("-")
                if name != "id" and name not in kind.attributes:
                    raise bad_request(f"'{name}' is not sortable.")
                found.sort(key=lambda row, n=name: row.sort_key(n), reverse=part.startswith("-"))  # type: ignore[misc]
            self._sorted[kind.path, sort] = found
        return found

    def make(self, kind: Kind, data: Data) -> Resource:
        """A new record.

        Raises:
            Problem: an address is taken, excluded, or taken by somebody else in this very moment.
        """
        attributes, relations = writable(kind, data), self.relations_of(kind, data)
        if kind.path == "prospects":
            for address in _addresses(attributes):
                if address.startswith(RACED) and address not in self._prospect_of:
                    self._added(kind, attributes, relations)
                if address in self._prospect_of:
                    raise invalid("Contacts email hash has already been taken.")
                if address.endswith("@" + EXCLUDED_DOMAIN):
                    raise invalid("Contacts contact is using an excluded email address.")
        for name in NEEDED.get(kind.type, ()):
            if not attributes.get(name) and not relations.get(name):
                raise invalid(f"{name[0].upper()}{name[1:]} can't be blank.")
        if kind.path == "sequences":
            attributes = {**attributes, "enabled": False}
        if kind.path == "sequenceSteps":
            shown = str(attributes["stepType"]).replace("_", " ").title()
            name = f"Step #{attributes.get('order', 1)} ({shown})"
            attributes = {**attributes, "displayName": name}
        record = self._added(kind, attributes, relations)
        if kind.path in ("sequenceSteps", "sequenceTemplates"):
            self._join(kind, record)
        return record

    def _join(self, kind: Kind, record: Resource) -> None:
        """Show a new step on its sequence, or a new template of a step on the step."""
        name = "sequence" if kind.path == "sequenceSteps" else "sequenceStep"
        path = "sequences" if kind.path == "sequenceSteps" else "sequenceSteps"
        owner = self._records[path][min(record.related(name))]
        members = sorted(owner.related(kind.path) | {record.id})
        counts = {"sequenceStepCount": len(members)} if path == "sequences" else {}
        self.change(path, owner, counts, {kind.path: members})

    def refuse_known(self, emails: Any) -> None:
        """Let no address be of two prospects."""
        if any(str(address).lower() in self._prospect_of for address in emails or ()):
            raise Problem(
                422,
                "validationDuplicateValueError",
                "Validation Duplicate Value Error",
                "A Contact with this email_hash already exists.",
            )

    def _added(self, kind: Kind, attributes: Data, relations: dict[str, Any]) -> Resource:
        now = iso(self._world.now)
        times = {"createdAt": now, "updatedAt": now}
        record = Resource(self.number(), {**attributes, **times}, relations)
        self._created[kind.path][record.id] = record
        self._records[kind.path][record.id] = record
        if kind.path == "prospects":
            self._know_addresses(record)
        self._sorted.clear()
        return record

    def change(
        self, path: str, record: Resource, attributes: Data, relations: Data | None = None
    ) -> None:
        """Change a record, now and after every day that goes by."""
        patch = Resource(
            record.id, {**attributes, "updatedAt": iso(self._world.now)}, relations or {}
        )
        kept = self._patched[path].setdefault(record.id, Resource(record.id, {}, {}))
        kept.merge(patch)
        record.merge(patch)
        if path == "prospects":
            self._know_addresses(record)
        self._sorted.clear()

    def _know_addresses(self, prospect: Resource) -> None:
        for address in _addresses(prospect.attributes):
            self._prospect_of[address] = prospect.id

    def relations_of(self, kind: Kind, data: Data) -> dict[str, Any]:
        """The numbers that the relationships of a body name; each must exist."""
        relations: dict[str, Any] = {}
        for name, value in (data.get("relationships") or {}).items():
            target = (value or {}).get("data")
            if name not in kind.relations:
                raise bad_request(f"'{name}' is not a relationship of {kind.type}.")
            if target is None:
                relations[name] = None
                continue
            path = next(k.path for k in KINDS.values() if k.type == kind.relations[name])
            relations[name] = self.record(path, target.get("id")).id
        return relations

    def enrol(self, data: Data) -> Resource:
        """A new sequence state, and its first mailing unless the prospect wants none."""
        relations = self.relations_of(KINDS["sequenceStates"], data)
        missing = [name for name in ("prospect", "sequence", "mailbox") if not relations.get(name)]
        if missing:
            raise invalid(f"{missing[0].capitalize()} can't be blank.")
        prospect = self._records["prospects"][relations["prospect"]]
        mailbox = self._records["mailboxes"][relations["mailbox"]]
        self._refuse_enrolment(prospect.id, relations["sequence"], mailbox)
        user = mailbox.attributes.get("userId")
        step = self._first_step(relations["sequence"])
        relations |= {
            "user": user,
            "creator": user,
            "account": prospect.relations.get("account"),
            "sequenceStep": None if step is None else step.id,
        }
        now = iso(self._world.now)
        state = self._added(
            KINDS["sequenceStates"],
            {"state": "active", "activeAt": now, "stateChangedAt": now},
            relations,
        )
        self.note_active(state)
        if step is not None and not prospect.attributes.get("optedOut"):
            self._schedule(state, step, mailbox)
        return state

    def note_active(self, state: Resource) -> None:
        """Show on the prospect whether the state is active."""
        prospect = self._records["prospects"][min(state.related("prospect"))]
        others = prospect.related("activeSequenceStates") - {state.id}
        own = {state.id} if state.attributes["state"] == "active" else set()
        prospect.relations["activeSequenceStates"] = sorted(others | own)

    def _refuse_enrolment(self, prospect: int, sequence: int, mailbox: Resource) -> None:
        if self._records["sequences"][sequence].attributes.get("locked"):
            raise invalid("Sequence is locked.")
        if not self._records["sequences"][sequence].attributes.get("enabled"):
            raise invalid("Sequence is not enabled.")
        if mailbox.attributes.get("sendDisabled"):
            raise invalid("Mailbox is not enabled for sending.")
        for state in self._records["sequenceStates"].values():
            if state.relations["prospect"] != prospect:
                continue
            is_open = state.attributes["state"] in OPEN_STATES
            if state.relations["sequence"] == sequence:
                been = "is already" if is_open else "has already been"
                raise invalid(f"Prospect {been} in this sequence.")
            if is_open and state.relations["sequence"] in EXCLUSIVE_SEQUENCES:
                raise invalid("Prospect is active in another exclusive sequence.")

    def _first_step(self, sequence: int) -> Resource | None:
        steps = [
            step
            for step in self._records["sequenceSteps"].values()
            if step.relations.get("sequence") == sequence
        ]
        return min(steps, key=lambda step: step.attributes.get("order", 1), default=None)

    def _schedule(self, state: Resource, step: Resource, mailbox: Resource) -> None:
        if step.attributes.get("stepType") != "auto_email":
            return
        due = self._world.now + timedelta(seconds=step.attributes.get("interval") or 0)
        names = ("prospect", "sequence", "mailbox", "user", "sequenceStep")
        self._added(
            KINDS["mailings"],
            {
                "state": "scheduled",
                "scheduledAt": iso(due),
                "stateChangedAt": iso(self._world.now),
                "mailingType": "sequence",
                "mailboxAddress": mailbox.attributes.get("email"),
            },
            {**{name: state.relations.get(name) for name in names}, "sequenceState": state.id},
        )


def writable(kind: Kind, data: Data) -> Data:
    """The attributes of a body.

    Raises:
        Problem: one is unknown or read-only, or a name is too long.
    """
    attributes: Data = data.get("attributes") or {}
    for name, value in attributes.items():
        if name not in kind.attributes or name in kind.read_only:
            raise bad_request(f"'{name}' is not an attribute that can be written.")
        if name in ("firstName", "lastName") and len(value or "") > LONGEST_NAME:
            raise Problem(
                422,
                "validationDataTooLongError",
                "Validation Data Too Long Error",
                "Data provided is too long.",
            )
    return dict(attributes)


def _addresses(attributes: Data) -> list[str]:
    return [str(address).lower() for address in attributes.get("emails") or ()]


def _having(rows: Iterable[Resource], name: str, value: str) -> list[Resource]:
    """The records whose attribute is one of the values, or lies between the two, or is null."""
    if value == "__null__":
        return [row for row in rows if row.attributes.get(name) is None]
    first, dots, last = value.partition("..")
    if dots:
        low, high = _bound(first), _bound(last)
        return [row for row in rows if _lies_between(row.attributes.get(name), low, high)]
    wanted = {part.lower() for part in value.split(",")}
    return [row for row in rows if wanted & set(_as_texts(row.attributes.get(name)))]


def _bound(text: str) -> str | None:
    """An end of a range: none for ``inf``; times as the records write them."""
    if text in ("inf", "-inf", ""):
        return None
    if "T" not in text:
        return text
    try:
        return iso(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        raise bad_request(f"'{text}' is not a time.") from None


def _lies_between(value: Any, low: str | None, high: str | None) -> bool:
    if value is None:
        return False
    if isinstance(value, (int, float)):
        return (low is None or value >= float(low)) and (high is None or value <= float(high))
    return (low is None or value >= low) and (high is None or value <= high)


def _as_texts(value: Any) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [
        str(item).lower() if not isinstance(item, bool) else ("true" if item else "false")
        for item in values
        if item is not None
    ]
