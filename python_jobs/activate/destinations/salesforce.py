"""Salesforce: accounts, contacts, leads and tasks, by collections of 200 or by Bulk 2.0 jobs.

Records are looked up by id, 2,000 a call, or by their key (``Domain__c``, ``Email``), as many a
query as its address holds. One that has several records is failed, never the first of them. What is
there is updated by its id; what is not is upserted by its key, so that sending it twice makes one;
only what has no key (a task) is simply made. A link is set when a record is made, and never moved.

An empty value clears its field either way: null in a collection, ``#N/A`` in a job, where a blank
cell leaves a field as it is. Calls answer 200 with rows that failed: each row has its own outcome.

Source: sObject Collections, Bulk API 2.0 Ingest and Describe of Salesforce's REST API.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from simple_salesforce.format import quote_soql_value

from python_jobs.activate import plans
from python_jobs.activate.compare import same
from python_jobs.activate.destination import (
    Action,
    Batch,
    Cost,
    Destination,
    FieldMapping,
    Found,
    Quota,
    Record,
    Written,
)
from python_jobs.errors import ConfigurationError, PermanentError, TransientError
from python_jobs.http import TurnedAway
from python_jobs.ingest.sources.salesforce import LONGEST_QUERY, Org, csv_rows, wait_for_job

COLLECTED = 200
RETRIEVED = 2_000
BULK_PAGE = 20_000
LOCK_ATTEMPTS, LOCK_WAIT = 4, 0.2
"""How often rows that somebody else holds are sent, and seconds before the second time."""

KEYS_A_QUERY = 250
SECONDS_A_CALL, SECONDS_A_JOB = 1.0, 60.0
"""What is assumed when a plan is priced."""

NULL = "#N/A"
LOCKED = "UNABLE_TO_LOCK_ROW"
ADVICE = {
    LOCKED: "somebody else kept it locked",
    "DUPLICATES_DETECTED": "a duplicate rule of the org says that it is there already",
    "DUPLICATE_VALUE": "another record has its unique value",
    "DUPLICATE_EXTERNAL_ID": "several records have its key",
    "STRING_TOO_LONG": "a text is longer than its field",
    "REQUIRED_FIELD_MISSING": "a field is required and was not given",
    "INVALID_EMAIL_ADDRESS": "Salesforce takes its e-mail address for none",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "a value is not in its picklist",
    "INSUFFICIENT_ACCESS_OR_READONLY": "this user may not change it",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "this user may not see what it belongs to",
    "ENTITY_IS_DELETED": "it was deleted meanwhile",
    "INVALID_CROSS_REFERENCE_KEY": "it, or what it belongs to, is not there",
}
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
_ADDRESS = re.compile(r"\S+@\S+")

WRITABLE: dict[str, frozenset[str]] = {
    "number": frozenset({"double", "currency", "percent", "int"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
    "text": frozenset(
        {
            "string", "textarea", "picklist", "multipicklist", "combobox", "url", "email", "phone",
            "reference", "id", "encryptedstring",
        }
    ),
}  # fmt: skip
"""Kind of a field mapping to the types of fields that take it."""


class SalesforceDestination(Destination):
    """An org, open for writing."""

    name: ClassVar[str] = "salesforce"
    objects: ClassVar[Mapping[str, str]] = {
        "Account": "accounts",
        "Contact": "contacts",
        "Lead": "leads",
        "Task": "tasks",
    }
    api: Org

    @property
    def address(self) -> str:
        return self.api.session.instance_url

    def quota(self) -> Quota:
        """Of the day's calls, what is left to us: ``SALESFORCE_QUOTA_SHARE`` of all, less those
        that are used."""
        daily = self.api.client.limits()["DailyApiRequests"]
        used = daily["Max"] - daily["Remaining"]
        ours = int(daily["Max"] * self.api.config.quota_share)
        return Quota(max(0, ours - used), daily["Max"])

    def cost(self, batches: Sequence[Batch]) -> Cost:
        calls, seconds = 0, 0.0
        for batch in batches:
            page = self.page_size(batch.object, batch.action, batch.records)
            known = batch.records - batch.unknown_ids
            calls += _times(known, RETRIEVED) + _times(batch.unknown_ids, KEYS_A_QUERY)
            if page == BULK_PAGE:
                jobs = _times(batch.records, BULK_PAGE)
                calls += 8 * jobs
                seconds += SECONDS_A_JOB * jobs
            else:
                calls += _times(batch.records, COLLECTED)
        return Cost(calls, seconds + SECONDS_A_CALL * calls)

    def page_size(self, object_name: str, action: Action, records: int) -> int:
        return BULK_PAGE if records >= self.api.config.bulk_write_from else RETRIEVED

    # --- Before a plan ------------------------------------------------------------------------

    def check(
        self, mappings: Sequence[FieldMapping], keys: Mapping[str, str]
    ) -> dict[tuple[str, str], frozenset[str]]:
        taken: dict[tuple[str, str], frozenset[str]] = {}
        for mapping in mappings:
            field = self._checked(mapping)
            if field.get("restrictedPicklist"):
                values = frozenset(one["value"] for one in field["picklistValues"] if one["active"])
                taken[mapping.object, mapping.field] = values
        for name, key in keys.items():
            field = self.api.describe(name).get(key) or {}
            if not (field.get("externalId") or field.get("idLookup")):
                raise ConfigurationError(
                    f"{name}.{key} is to find records, and Salesforce does not find them by it: "
                    f"make it an External ID (and unique) in the org's setup of {name}"
                )
        return taken

    def _checked(self, mapping: FieldMapping) -> dict[str, Any]:
        """The field of a mapping, as describe has it.

        Raises:
            ConfigurationError: it cannot be written, or not with values of that kind.
        """
        where = f"field mapping {mapping.mapping_id}: {mapping.object}.{mapping.field}"
        change = f"or change the mapping (gtm registry set field_mappings {mapping.mapping_id} …)"
        field = self.api.describe(mapping.object).get(mapping.field)
        if field is None:
            raise ConfigurationError(
                f"{where} is not there, or this user may not see it: make it in Salesforce and "
                f"give the permission set access to it, {change}"
            )
        if not (field["createable"] and field["updateable"]):
            raise ConfigurationError(
                f"{where} cannot be written by this user: give the permission set edit access, "
                f"{change}"
            )
        if field["type"] not in WRITABLE[mapping.kind]:
            raise ConfigurationError(
                f"{where} is of type {field['type']}, which takes no {mapping.kind}: {change[3:]}"
            )
        constant = mapping.constant
        if constant is None:
            return field
        if mapping.kind == "text" and field["length"] and len(constant) > field["length"]:
            raise ConfigurationError(
                f"{where} takes {field['length']} characters, its constant has {len(constant)}: "
                f"{change[3:]}"
            )
        values = {one["value"] for one in field["picklistValues"] if one["active"]}
        if field.get("restrictedPicklist") and constant not in values:
            raise ConfigurationError(
                f"{where} takes only the values of its picklist, which '{constant}' is not among: "
                f"add it there, {change}"
            )
        return field

    # --- Looking up ---------------------------------------------------------------------------

    def look_up(self, records: Sequence[Record]) -> dict[int, Found]:
        fields = sorted({name for record in records for name in record.after} - {"Id"})
        known = [record for record in records if record.external_id]
        keyed = [record for record in records if not record.external_id and record.key_field]
        lost = [
            record
            for record in records
            if not record.external_id and not record.key_field and record.sent_at
        ]
        return {
            **self._by_ids(known, fields),
            **self._by_keys(keyed, fields),
            **self._by_all(lost, fields),
        }

    def _by_ids(self, records: Sequence[Record], fields: Sequence[str]) -> dict[int, Found]:
        found: dict[int, Found] = {}
        for chunk in _chunks(records, RETRIEVED):
            answer = self.api.json(
                "POST",
                f"{self.api.data_path}/composite/sobjects/{chunk[0].object}",
                reads=True,
                json={
                    "ids": [record.external_id for record in chunk],
                    "fields": ["Id", *fields],
                },
            )
            for record, row in zip(chunk, answer, strict=True):
                if row is not None:
                    found[record.position] = Found(row["Id"], row)
        return found

    def _by_keys(self, records: Sequence[Record], fields: Sequence[str]) -> dict[int, Found]:
        """By a key's value, without regard to capitals, as Salesforce compares."""
        found: dict[int, Found] = {}
        if not records:
            return found
        name, key = records[0].object, str(records[0].key_field)
        select = (
            f"SELECT {', '.join(dict.fromkeys(['Id', key, *fields]))} FROM {name} WHERE {key} IN "
        )
        for chunk in _by_length(records, LONGEST_QUERY - len(quote(select)) - 10):
            values = ",".join(_literal(record.key_value) for record in chunk)
            rows: dict[str, list[dict[str, Any]]] = {}
            for row in self._rows(f"{select}({values})"):
                rows.setdefault(str(row[key]).casefold(), []).append(row)
            for record in chunk:
                there = rows.get(str(record.key_value).casefold(), [])
                if len(there) > 1:
                    reason = f"{len(there)} records have its {key}: merge them in Salesforce"
                    found[record.position] = Found(outcome="failed", reason=reason)
                elif there:
                    found[record.position] = Found(there[0]["Id"], there[0])
        return found

    def _by_all(self, records: Sequence[Record], fields: Sequence[str]) -> dict[int, Found]:
        """What has no key, among the records that belong to the same other one, by all it holds."""
        found: dict[int, Found] = {}
        linked = [record for record in records if record.links]
        for record in records:
            if not record.links:
                found[record.position] = Found(outcome="failed", reason=plans.NOT_FOUND_AGAIN)
        for chunk in _chunks(linked, KEYS_A_QUERY):
            relation = next(iter(chunk[0].links))
            ids = ",".join(_literal(record.links[relation]) for record in chunk)
            columns = dict.fromkeys(["Id", relation, *fields])
            rows = self._rows(
                f"SELECT {', '.join(columns)} FROM {chunk[0].object} WHERE {relation} IN ({ids})"
            )
            for record in chunk:
                wanted = {**record.after, relation: record.links[relation]}
                for row in rows:
                    if all(same(row.get(name), value) for name, value in wanted.items()):
                        found[record.position] = Found(row["Id"], row)
                        break
        return found

    def _rows(self, soql: str) -> list[dict[str, Any]]:
        return list(self.api.client.query_all(soql)["records"])

    # --- Writing ------------------------------------------------------------------------------

    def write(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        known = [record for record in records if record.external_id]
        others = [record for record in records if not record.external_id]
        for group in (known, others):
            if not group:
                continue
            by_job = len(group) >= self.api.config.bulk_write_from and self._has_key(group)
            yield from self._by_job(group) if by_job else self._by_collections(group)

    def _has_key(self, records: Sequence[Record]) -> bool:
        """Whether a job finds these records again: by their id, or by an external id."""
        first = records[0]
        if first.external_id:
            return True
        key = self.api.describe(first.object).get(first.key_field or "")
        return bool(key and key.get("externalId"))

    def _by_collections(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        """In calls of 200; rows that somebody else holds are sent again, a few times."""
        held: list[Record] = list(records)
        wait = LOCK_WAIT
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            again: list[Record] = []
            for chunk in _chunks(held, COLLECTED):
                for record, written, code in self._collection(chunk):
                    if code == LOCKED and attempt < LOCK_ATTEMPTS:
                        again.append(record)
                    else:
                        yield record.position, written
            if not again:
                return
            # rows of one parent one after the other: they lock each other out
            held = sorted(again, key=lambda record: sorted(record.links.values()))
            time.sleep(wait)
            wait *= 2

    def _collection(
        self, records: Sequence[Record]
    ) -> Iterator[tuple[Record, Written, str | None]]:
        """One call: each record, how it ended, and Salesforce's code if it failed."""
        first = records[0]
        path = f"{self.api.data_path}/composite/sobjects"
        method = "PATCH"
        if not first.external_id and first.key_field:
            path = f"{path}/{first.object}/{first.key_field}"
        elif not first.external_id:
            method = "POST"
        body = {"allOrNone": False, "records": [_as_json(record) for record in records]}
        try:
            rows = self.api.json(method, path, json=body)
        except TurnedAway:
            raise
        except TransientError as error:
            for record in records:
                yield record, Written("unknown", reason=_unanswered(error)), None
            return
        for record, row in zip(records, rows, strict=True):
            if row["success"]:
                yield record, Written("written", row.get("id") or record.external_id), None
            else:
                code, reason = _why(row["errors"])
                yield record, Written("failed", record.external_id, reason), code

    def _by_job(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        """As one Bulk 2.0 job; rows that were locked go once more, by collections."""
        first = records[0]
        key = "Id" if first.external_id else str(first.key_field)
        path = self._open_job(first.object, key, _as_csv(records, key))
        try:
            self.api.json("PATCH", path, json={"state": "UploadComplete"})
            wait_for_job(self.api, path)
            done = {kind: self._results(path, kind) for kind in ("successful", "failed")}
        except TurnedAway:
            raise
        except (TransientError, PermanentError) as error:
            for record in records:
                yield record.position, Written("unknown", reason=_unanswered(error))
            return
        # the results are in no order, and repeat what was sent
        written = {row[key]: row["sf__Id"] for row in done["successful"]}
        failed = {row[key]: row["sf__Error"] for row in done["failed"]}
        locked = []
        for record in records:
            name = str(record.external_id or record.key_value)
            if name in written:
                yield record.position, Written("written", written[name] or record.external_id)
            elif failed.get(name, "").startswith(LOCKED):
                locked.append(record)
            else:
                reason = _why_in_job(failed.get(name))
                yield record.position, Written("failed", record.external_id, reason)
        if locked:
            yield from self._by_collections(locked)

    def _open_job(self, name: str, key: str, text: str) -> str:
        """Make a job and give it its rows: nothing is written before it is told to begin.

        Raises:
            as ``Api.call`` does; what was begun is of no effect.
        """
        operation: dict[str, str] = {"operation": "update"}
        if key != "Id":
            operation = {"operation": "upsert", "externalIdFieldName": key}
        job = self.api.json(
            "POST",
            f"{self.api.data_path}/jobs/ingest",
            reads=True,  # an open job without rows costs nothing
            json={"object": name, "contentType": "CSV", "lineEnding": "LF", **operation},
        )
        path = f"{self.api.data_path}/jobs/ingest/{job['id']}"
        self.api.call(
            "PUT", f"{path}/batches", data=text.encode(), headers={"Content-Type": "text/csv"}
        )
        return path

    def _results(self, path: str, kind: str) -> list[Mapping[str, str]]:
        answer = self.api.call("GET", f"{path}/{kind}Results")
        assert answer is not None, "Salesforce answers nothing with an error"
        return list(csv_rows(answer))


def _as_json(record: Record) -> dict[str, Any]:
    """A record of a collection; ``attributes`` has to come first."""
    body: dict[str, Any] = {"attributes": {"type": record.object}}
    if record.external_id:
        return {**body, "id": record.external_id, **record.after}
    key = {record.key_field: record.key_value} if record.key_field else {}
    return {**body, **record.links, **record.after, **key}


def _as_csv(records: Sequence[Record], key: str) -> str:
    """Records as the rows of a job. What is not in a record's ``after`` is left blank, and as it
    is; null is ``#N/A``."""
    made = not records[0].external_id
    rows = []
    for record in records:
        values = {**(record.links if made else {}), **record.after}
        rows.append({**values, key: record.external_id or record.key_value})
    columns = sorted({name for row in rows for name in row} - {key})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([key, *columns])
    for row in rows:
        writer.writerow([_cell(row[name]) if name in row else "" for name in (key, *columns)])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _literal(value: Any) -> str:
    return str(quote_soql_value(str(value)))


def _why(errors: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The code, and a reason without any value of the record, which messages hold."""
    first = errors[0] if errors else {}
    code = str(first.get("statusCode") or "UNKNOWN")
    fields = ", ".join(first.get("fields") or [])
    advice = ADVICE.get(code, "")
    if code == RULE:
        # written by the org's administrators, for people; but may name the record
        advice = _ADDRESS.sub("…", str(first.get("message") or ""))[:200]
    parts = [code, f" on {fields}" if fields else "", f": {advice}" if advice else ""]
    return code, "".join(parts)


def _why_in_job(error: str | None) -> str:
    """``CODE:message:fields--``, as jobs give errors, as a reason."""
    if error is None:
        return "the job ended without it: Salesforce did not process it"
    code, _, rest = error.partition(":")
    message, _, fields = rest.rpartition(":")
    names = [name for name in re.sub(r"--\s*$", "", fields).strip().split(",") if name]
    return _why([{"statusCode": code.strip(), "message": message, "fields": names}])[1]


def _unanswered(error: Exception) -> str:
    return f"sent, and not answered: {error}"


def _times(records: int, each: int) -> int:
    return -(-records // each)


def _chunks(records: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), size):
        yield records[start : start + size]


def _by_length(records: Sequence[Record], most: int) -> Iterator[Sequence[Record]]:
    """Records in groups whose keys, as they stand in an address, are no longer than ``most``."""
    group: list[Record] = []
    length = 0
    for record in records:
        needs = len(quote(_literal(record.key_value))) + 3
        if group and length + needs > most:
            yield group
            group, length = [], 0
        group.append(record)
        length += needs
    if group:
        yield group
