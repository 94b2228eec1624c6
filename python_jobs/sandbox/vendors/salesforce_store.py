"""The records of the sandbox's Salesforce org, from the world and from clients, and their rules."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from python_jobs.ingest.salesforce_ids import id18
from python_jobs.sandbox.vendor import World
from python_jobs.sandbox.vendors.salesforce_objects import (
    INTEGRATION_USER,
    OBJECTS,
    STAGES,
    Field,
    Record,
    SObject,
    id_of,
    records_of,
    stamp,
)
from python_jobs.sandbox.vendors.salesforce_soql import Kind, Query, SoqlError, parse

LOCKED_ONE_IN = 61
"""One record in so many is locked by someone else when it is first written to."""

_FIRST_WRITTEN = 1 << 65
"""Ids of records that clients make are numbered from here, above all of the world's."""

_LOOKED_UP = {
    "Account": ("Domain__c", "Name"),
    "Contact": ("Email",),
    "Lead": ("Email",),
}
"""Fields by whose value, in small letters, records are found: keys of upserts, duplicate rules."""

_DUPLICATE_RULES = {"Account": "Name", "Contact": "Email", "Lead": "Email"}


class RowError(Exception):
    """Why one record was not written."""

    def __init__(self, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.code = code
        self.fields = list(fields)

    def as_json(self) -> Record:
        """As the collections answer with it."""
        return {"statusCode": self.code, "message": str(self), "fields": self.fields}


class SeveralMatch(Exception):
    """More than one record has the value of an upsert's key; ``ids`` are theirs."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__("several records match")
        self.ids = ids


class Store:
    """Every object's records by id, and the rules for writing them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in OBJECTS}
        self._given: dict[str, dict[str, Record]] = {name: {} for name in OBJECTS}
        self._index: dict[tuple[str, str], dict[str, set[str]]] = {
            (name, field): {} for name, fields in _LOOKED_UP.items() for field in fields
        }
        self._made = 0
        self._locked: set[str] = set()
        self._undo: list[tuple[str, str, Record | None]] | None = None

    def load(self) -> None:
        """Take in what the world has new; of a record that clients wrote to, only what changed."""
        for name, records in records_of(self._world).items():
            given = self._given[name]
            for record in records:
                before = given.get(record["Id"])
                if before is None:
                    self._put(name, record["Id"], record)
                elif before != record:
                    changes = {
                        key: value for key, value in record.items() if before.get(key) != value
                    }
                    mine = self.tables[name][record["Id"]]
                    for key in ("LastModifiedDate", "SystemModstamp"):
                        changes[key] = max(record.get(key) or "", mine.get(key) or "")
                    self._put(name, record["Id"], changes)
                given[record["Id"]] = dict(record)

    @contextmanager
    def undoable(self) -> Iterator[Any]:
        """Within it, calling what is given takes back everything written since. It may nest."""
        outer, self._undo = self._undo, []
        try:
            yield self._take_back
        finally:
            self._undo = None if outer is None else outer + self._undo

    def _take_back(self) -> None:
        for name, record_id, before in reversed(self._undo or []):
            record = self.tables[name].get(record_id)
            if record is not None:
                self._unlist(name, record)
            if before is None:
                self.tables[name].pop(record_id, None)
            else:
                self.tables[name][record_id] = before
                self._list(name, before)
        self._undo = []

    def find(self, sobject: SObject, field: Field, value: str) -> str | None:
        """The id of the live record with that value of a key field; None when there is none.

        Raises:
            SeveralMatch: more than one has it.
        """
        if field.name == "Id":
            return self.tables[sobject.name].get(id18(value), {}).get("Id")
        found = sorted(self._index.get((sobject.name, field.name), {}).get(value.lower(), ()))
        if len(found) > 1:
            raise SeveralMatch(found)
        return found[0] if found else None

    def resolve(self, name: str, path: str) -> Kind:
        """The field that a path of SOQL means.

        Raises:
            SoqlError: there is none.
        """
        sobject = OBJECTS.get(name)
        if sobject is None:
            raise SoqlError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        relation, dot, rest = path.partition(".")
        if not dot:
            found = sobject.named(path)
            if found is None:
                message = f"No such column '{path}' on entity '{name}'."
                raise SoqlError("INVALID_FIELD", message)
            return Kind(found.name, found.type)
        parent = next((f for f in sobject.fields.values() if f.relation == relation), None)
        if parent is None or parent.refers_to not in OBJECTS or "." in rest:
            message = f"Didn't understand relationship '{relation}' in field path."
            raise SoqlError("INVALID_FIELD", message)
        inner = self.resolve(parent.refers_to, rest)
        return Kind(f"{relation}.{inner.name}", inner.type)

    def lookup(self, name: str) -> Callable[[Record, str], Any]:
        """How the value of a path is read off a record of an object."""
        sobject = OBJECTS[name]
        keys = {f.relation: f for f in sobject.fields.values() if f.relation}

        def lookup(record: Record, path: str) -> Any:
            relation, dot, rest = path.partition(".")
            if not dot:
                return record.get(path)
            key = keys[relation]
            parents = self.tables[str(key.refers_to)]
            parent = parents.get(record.get(key.name) or "")
            return parent.get(rest) if parent else None

        return lookup

    def found(self, soql: str, with_deleted: bool) -> tuple[Query, list[Record]]:
        """A query, and the records it finds.

        Raises:
            SoqlError: it is none.
        """
        query = parse(soql, self.resolve)
        if query.sobject not in OBJECTS:
            raise SoqlError("INVALID_TYPE", f"sObject type '{query.sobject}' is not supported.")
        records = self.tables[query.sobject].values()
        live = records if with_deleted else (r for r in records if not r.get("IsDeleted"))
        return query, query.filter(live, self.lookup(query.sobject))

    def relation(self, name: str, relation: str) -> Field:
        """The field behind a relationship."""
        return next(f for f in OBJECTS[name].fields.values() if f.relation == relation)

    def insert(
        self, sobject: SObject, values: Mapping[str, Any], allow_duplicates: bool = False
    ) -> str:
        """Make a record and return its id.

        Raises:
            RowError: the record breaks a rule.
        """
        record = self._checked(sobject, values, inserting=True)
        missing = [
            one.name
            for one in sobject.fields.values()
            if one.required and not one.read_only and record.get(one.name) is None
        ]
        if missing:
            listed = f"Required fields are missing: [{', '.join(missing)}]"
            raise RowError("REQUIRED_FIELD_MISSING", listed, *missing)
        self._lock(sobject, str(record.get("Domain__c") or record.get("Email") or ""))
        if not allow_duplicates:
            self._look_for_duplicates(sobject, record)
        self._made += 1
        record_id = id_of(sobject.prefix, _FIRST_WRITTEN + self._made)
        now = stamp(self._world.now)
        fresh: Record = {
            one.name: False if one.type == "boolean" else None for one in sobject.fields.values()
        }
        fresh |= {"Id": record_id, "CreatedDate": now, "CreatedById": INTEGRATION_USER}
        if "OwnerId" in fresh:
            fresh["OwnerId"] = INTEGRATION_USER
        self._write(sobject, record_id, fresh | record)
        return record_id

    def update(self, sobject: SObject, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record.

        Raises:
            RowError: there is no such record, or the change breaks a rule.
        """
        record = self.tables[sobject.name].get(id18(record_id))
        if record is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if record.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        changes = self._checked(sobject, values, record_id=record["Id"])
        self._lock(sobject, record["Id"])
        self._write(sobject, record["Id"], changes)

    def delete(self, sobject: SObject, record_id: str) -> None:
        """Put a record into the recycle bin.

        Raises:
            RowError: it is not there, or is there already.
        """
        record = self.tables[sobject.name].get(id18(record_id))
        if record is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if record.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        self._write(sobject, record["Id"], {"IsDeleted": True})

    def upsert(
        self,
        sobject: SObject,
        field: Field,
        value: str,
        values: Mapping[str, Any],
        allow_duplicates: bool = False,
        update_only: bool = False,
    ) -> tuple[str, bool]:
        """Change the record with that key or make one; its id, and whether it was made.

        Raises:
            RowError: the record breaks a rule.
            SeveralMatch: more than one record has the key.
        """
        found = self.find(sobject, field, value)
        rest = {key: one for key, one in values.items() if key.lower() != field.name.lower()}
        if found is not None:
            self.update(sobject, found, rest)
            return found, False
        if update_only or field.name == "Id":
            raise RowError("NOT_FOUND", "The requested resource does not exist")
        return self.insert(sobject, rest | {field.name: value}, allow_duplicates), True

    def _write(self, sobject: SObject, record_id: str, changes: Record) -> None:
        now = stamp(self._world.now)
        merged = self.tables[sobject.name].get(record_id, {}) | changes
        changes = changes | _derived(sobject.name, merged)
        changes |= {"LastModifiedDate": now, "LastModifiedById": INTEGRATION_USER}
        changes["SystemModstamp"] = now
        self._put(sobject.name, record_id, changes)
        watched = {"StageName", "Amount", "CloseDate"}
        if sobject.name == "Opportunity" and watched & changes.keys():
            self._note_history(merged | changes)

    def _note_history(self, opportunity: Record) -> None:
        self._made += 1
        history_id = id_of("008", _FIRST_WRITTEN + self._made)
        amount = opportunity.get("Amount")
        probability = opportunity.get("Probability")
        row = {
            "Id": history_id,
            "IsDeleted": False,
            "OpportunityId": opportunity["Id"],
            **{
                key: opportunity.get(key)
                for key in ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
            },
            "ExpectedRevenue": None if amount is None else amount * (probability or 0) / 100,
            "CreatedDate": opportunity["SystemModstamp"],
            "CreatedById": INTEGRATION_USER,
            "SystemModstamp": opportunity["SystemModstamp"],
        }
        self._put("OpportunityHistory", history_id, row)

    def _checked(
        self,
        sobject: SObject,
        values: Mapping[str, Any],
        inserting: bool = False,
        record_id: str = "",
    ) -> Record:
        """The values under the schema's names and in its types.

        Raises:
            RowError: one of them breaks a rule.
        """
        checked: Record = {}
        for key, value in values.items():
            if key in ("attributes", "Id", "id"):
                continue
            if isinstance(value, dict):
                checked |= self._referred(sobject, key, value)
                continue
            field = sobject.named(key)
            if field is None:
                message = f"No such column '{key}' on sobject of type {sobject.name}"
                raise RowError("INVALID_FIELD", message, key)
            if field.read_only:
                raise RowError(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    f"Unable to create/update fields: {field.name}. Please check the security "
                    "settings of this field and verify that it is read/write for your profile or "
                    "permission set.",
                    field.name,
                )
            checked[field.name] = self._value(field, value)
            if field.external_id and value is not None:
                self._check_unique(sobject, field, str(value), record_id)
        return checked

    def _referred(self, sobject: SObject, relation: str, key: Mapping[str, Any]) -> Record:
        """A parent named by one of its keys: ``"Account": {"Domain__c": "acme.com"}``."""
        field = next((f for f in sobject.fields.values() if f.relation == relation), None)
        pairs = [(name, value) for name, value in key.items() if name != "attributes"]
        parent = OBJECTS.get(field.refers_to or "") if field else None
        key_field = parent.named(pairs[0][0]) if parent and len(pairs) == 1 else None
        if field is None or parent is None or key_field is None:
            message = f"No such column '{relation}' on sobject of type {sobject.name}"
            raise RowError("INVALID_FIELD", message, relation)
        found = self.find(parent, key_field, str(pairs[0][1]))
        if found is None:
            message = (
                f"Foreign key external ID: {str(pairs[0][1]).lower()} not found for field "
                f"{key_field.name} in entity {parent.name}"
            )
            raise RowError("INVALID_FIELD", message)
        return {field.name: found}

    def _value(self, field: Field, value: Any) -> Any:
        """One value in its field's type.

        Raises:
            RowError: it does not fit.
        """
        if value is None or value == "":
            if field.required:
                listed = f"Required fields are missing: [{field.name}]"
                raise RowError("REQUIRED_FIELD_MISSING", listed, field.name)
            return False if field.type == "boolean" else None
        try:
            if field.type == "boolean":
                if not isinstance(value, bool):
                    raise ValueError
                return value
            if field.type in ("double", "currency", "percent"):
                return float(value)
            if field.type == "int":
                return int(value)
            if field.type == "date":
                return date.fromisoformat(str(value)[:10]).isoformat()
            if field.type == "datetime":
                return stamp(datetime.fromisoformat(str(value)))
        except (ValueError, TypeError):
            raise RowError(
                "JSON_PARSER_ERROR",
                f"Cannot deserialize instance of {field.type} from a value of {field.name}",
                field.name,
            ) from None
        if field.type == "reference":
            return self._reference(field, str(value))
        text = str(value)
        if field.type == "email" and "@" not in text[1:-1]:
            message = f"{field.name}: invalid email address: {text}"
            raise RowError("INVALID_EMAIL_ADDRESS", message, field.name)
        if field.restricted and text not in field.values:
            message = f"{field.name}: bad value for restricted picklist field: {text}"
            raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
        if field.length and len(text) > field.length:
            message = f"{field.name}: data value too large: {text} (max length={field.length})"
            raise RowError("STRING_TOO_LONG", message, field.name)
        return text

    def _reference(self, field: Field, text: str) -> str:
        if len(text) not in (15, 18):
            message = f"{field.name}: id value of incorrect type: {text}"
            raise RowError("MALFORMED_ID", message, field.name)
        for name, sobject in OBJECTS.items():
            if text.startswith(sobject.prefix) and id18(text) in self.tables[name]:
                return id18(text)
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)

    def _check_unique(self, sobject: SObject, field: Field, value: str, record_id: str) -> None:
        holders = self._index.get((sobject.name, field.name), {}).get(value.lower(), set())
        others = sorted(holders - {record_id})
        if others:
            raise RowError(
                "DUPLICATE_VALUE",
                f"duplicate value found: {field.name} duplicates value on record with id: "
                f"{others[0][:15]}",
                field.name,
            )

    def _look_for_duplicates(self, sobject: SObject, record: Record) -> None:
        rule = _DUPLICATE_RULES.get(sobject.name)
        value = record.get(rule) if rule else None
        if value and self._index[sobject.name, str(rule)].get(str(value).lower()):
            raise RowError("DUPLICATES_DETECTED", "Use one of these records?")

    def _lock(self, sobject: SObject, key: str) -> None:
        """Some records are held by someone else when they are first written to, and free after."""
        name = f"{sobject.name} {key}"
        digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
        if int.from_bytes(digest, "big") % LOCKED_ONE_IN == 0 and name not in self._locked:
            self._locked.add(name)
            raise RowError(
                "UNABLE_TO_LOCK_ROW",
                "unable to obtain exclusive access to this record or 1 records: "
                f"{key if len(key) == 18 else sobject.prefix}",
            )

    def _put(self, name: str, record_id: str, changes: Record) -> None:
        table = self.tables[name]
        before = table.get(record_id)
        if self._undo is not None:
            self._undo.append((name, record_id, None if before is None else dict(before)))
        if before is not None:
            self._unlist(name, before)
        table[record_id] = (before or {}) | changes
        self._list(name, table[record_id])

    def _list(self, name: str, record: Record) -> None:
        if record.get("IsDeleted"):
            return
        for field in _LOOKED_UP.get(name, ()):
            value = record.get(field)
            if value:
                found = self._index[name, field].setdefault(str(value).lower(), set())
                found.add(record["Id"])

    def _unlist(self, name: str, record: Record) -> None:
        for field in _LOOKED_UP.get(name, ()):
            value = str(record.get(field) or "").lower()
            self._index[name, field].get(value, set()).discard(record["Id"])


def _derived(name: str, record: Record) -> Record:
    """The fields that follow from others."""
    if name in ("Contact", "Lead", "User"):
        parts = (record.get("FirstName"), record.get("LastName"))
        return {"Name": " ".join(part for part in parts if part)}
    if name == "Opportunity" and record.get("StageName") in STAGES:
        probability, category = STAGES[record["StageName"]]
        closed = record["StageName"].startswith("Closed")
        won = record["StageName"] == "Closed Won"
        return {
            "Probability": float(probability),
            "ForecastCategory": category,
            "IsClosed": closed,
            "IsWon": won,
        }
    if name == "Task":
        return {"IsClosed": record.get("Status") == "Completed"}
    return {}
