"""Salesforce's REST API over the store: describe, SOQL, single and collection writes, composite,
Bulk 2.0.

Every call is one ``Ask`` that ends in one ``Answer``, whether it came over HTTP or inside a
composite request.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from python_jobs.sandbox.vendors.salesforce_bulk import Job, Jobs, ingest, written
from python_jobs.sandbox.vendors.salesforce_objects import (
    OBJECTS,
    VERSIONS,
    Field,
    Record,
    SObject,
)
from python_jobs.sandbox.vendors.salesforce_soql import Query, SoqlError
from python_jobs.sandbox.vendors.salesforce_store import RowError, SeveralMatch, Store

MOST_CURSORS = 10
MOST_COLLECTED, MOST_RETRIEVED, MOST_COMPOSED = 200, 2_000, 25

Cut = Callable[[list[Record], str | None, int, str], tuple[list[Record], str | None]]
"""``Vendor.cut``."""


@dataclass(frozen=True)
class Ask:
    """One call: the path below the version, and what came with it."""

    method: str
    path: str
    version: str
    params: dict[str, str]
    body: Any
    headers: dict[str, str]

    def url(self, rest: str) -> str:
        """A path of this version, as answers give them."""
        return f"/services/data/v{self.version}/{rest}"


@dataclass(frozen=True)
class Answer:
    """What a call is answered with; ``body`` is JSON, or text when it is CSV."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A call that is refused as a whole."""

    def __init__(self, status: int, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.answer = errors(status, code, message, *fields)


def errors(status: int, code: str, message: str, *fields: str) -> Answer:
    """The answer to what was refused, in the form that all errors have."""
    error: Record = {"message": message, "errorCode": code}
    if fields:
        error["fields"] = list(fields)
    return Answer(status, [error])


@dataclass
class _Cursor:
    query: Query
    rows: list[Record]
    size: int


class RestApi:
    """What the org's calls are answered with.

    Args:
        usage: calls that a day allows, and those of the last 24 hours.
    """

    def __init__(self, store: Store, cut: Cut, usage: Callable[[], tuple[int, int]]) -> None:
        self.store = store
        self._cut = cut
        self._usage = usage
        self._cursors: OrderedDict[str, _Cursor] = OrderedDict()
        self._jobs = Jobs()
        self._handlers: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            (method, re.compile(pattern), handler)
            for method, pattern, handler in (
                ("GET", r"limits", self._limits),
                ("GET", r"sobjects", self._list_objects),
                ("GET", r"sobjects/(\w+)/describe", self._describe),
                ("GET", r"sobjects/(\w+)/deleted", self._deleted),
                ("GET", r"query", self._query),
                ("GET", r"queryAll", self._query_all),
                ("GET", r"query(?:All)?/([^/]+)", self._query_more),
                ("POST", r"sobjects/(\w+)", self._create),
                ("GET", r"sobjects/(\w+)/([^/]+)", self._retrieve),
                ("PATCH", r"sobjects/(\w+)/([^/]+)", self._update),
                ("DELETE", r"sobjects/(\w+)/([^/]+)", self._delete),
                ("PATCH", r"sobjects/(\w+)/(\w+)/([^/]+)", self._upsert),
                ("POST", r"composite/sobjects/(\w+)", self._retrieve_many),
                ("POST", r"composite/sobjects", self._create_many),
                ("PATCH", r"composite/sobjects", self._update_many),
                ("DELETE", r"composite/sobjects", self._delete_many),
                ("PATCH", r"composite/sobjects/(\w+)/(\w+)", self._upsert_many),
                ("POST", r"composite", self._composite),
                ("POST", r"jobs/(ingest|query)", self._open_job),
                ("GET", r"jobs/(?:ingest|query)/(\w+)", self._poll_job),
                ("PATCH", r"jobs/ingest/(\w+)", self._close_job),
                ("DELETE", r"jobs/(?:ingest|query)/(\w+)", self._delete_job),
                ("PUT", r"jobs/ingest/(\w+)/batches", self._upload),
                ("GET", r"jobs/ingest/(\w+)/(successful|failed)Results", self._ingest_results),
                ("GET", r"jobs/ingest/(\w+)/(unprocessed)records", self._ingest_results),
                ("GET", r"jobs/query/(\w+)/results", self._query_results),
            )
        ]

    def answer(self, ask: Ask) -> Answer:
        """Do what is asked, or say why not."""
        if ask.version not in VERSIONS:
            return errors(404, "NOT_FOUND", "The requested resource does not exist")
        try:
            for method, pattern, handler in self._handlers:
                match = pattern.fullmatch(ask.path)
                if method == ask.method and match:
                    return handler(ask, *(unquote(part) for part in match.groups()))
        except Refusal as refusal:
            return refusal.answer
        except SoqlError as error:
            return errors(400, error.code, str(error))
        except SeveralMatch as several:
            name = ask.path.split("/")[1]
            return Answer(300, [ask.url(f"sobjects/{name}/{one}") for one in several.ids])
        except RowError as error:
            status = 404 if error.code in ("ENTITY_IS_DELETED", "NOT_FOUND") else 400
            return errors(status, error.code, str(error), *error.fields)
        return errors(404, "NOT_FOUND", "The requested resource does not exist")

    def _object(self, name: str) -> SObject:
        found = OBJECTS.get(name)
        if found is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    # --- What there is ------------------------------------------------------------------------

    def _limits(self, ask: Ask) -> Answer:
        most = {
            "DailyApiRequests": self._usage(),
            "DailyAsyncApexExecutions": (250_000, 0),
            "DailyBulkApiBatches": (15_000, 0),
            "DailyBulkV2QueryFileStorageMB": (976_562, 0),
            "DailyBulkV2QueryJobs": (10_000, 0),
        }
        return Answer(
            body={name: {"Max": top, "Remaining": top - n} for name, (top, n) in most.items()}
        )

    def _list_objects(self, ask: Ask) -> Answer:
        shown = [
            {key: value for key, value in one.described().items() if key != "fields"}
            for one in OBJECTS.values()
        ]
        return Answer(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": shown})

    def _describe(self, ask: Ask, name: str) -> Answer:
        return Answer(body=self._object(name).described())

    def _deleted(self, ask: Ask, name: str) -> Answer:
        self._object(name)
        try:
            start, end = (_moment(ask.params[key]) for key in ("start", "end"))
        except (KeyError, ValueError):
            raise Refusal(400, "INVALID_REPLICATION_DATE", "start and end are dates") from None
        if not 60 < (end - start).total_seconds() <= 30 * 86_400:
            message = "startDate must be over one minute and at most 30 days before endDate"
            raise Refusal(400, "INVALID_REPLICATION_DATE", message)
        gone = [
            {"id": record["Id"], "deletedDate": record["SystemModstamp"]}
            for record in self.store.tables[name].values()
            if record.get("IsDeleted") and start <= _moment(record["SystemModstamp"]) < end
        ]
        return Answer(
            body={
                "deletedRecords": gone,
                "earliestDateAvailable": ask.params["start"],
                "latestDateCovered": ask.params["end"],
            }
        )

    # --- Queries ------------------------------------------------------------------------------

    def _query(self, ask: Ask, with_deleted: bool = False) -> Answer:
        query, rows = self.store.found(ask.params.get("q", ""), with_deleted)
        if query.is_count:
            return Answer(body={"totalSize": len(rows), "done": True, "records": []})
        match = re.search(r"batchSize=(\d+)", ask.headers.get("sforce-query-options", ""))
        size = min(max(int(match[1]) if match else 2_000, 200), 2_000)
        cursor_id = f"0r8{secrets.token_hex(7)}"
        self._cursors[cursor_id] = _Cursor(query, rows, size)
        if len(self._cursors) > MOST_CURSORS:
            self._cursors.popitem(last=False)
        return self._page(ask, cursor_id, None)

    def _query_all(self, ask: Ask) -> Answer:
        return self._query(ask, with_deleted=True)

    def _query_more(self, ask: Ask, locator: str) -> Answer:
        cursor_id, _, place = locator.partition("-")
        if cursor_id not in self._cursors:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(ask, cursor_id, place)

    def _page(self, ask: Ask, cursor_id: str, place: str | None) -> Answer:
        cursor = self._cursors[cursor_id]
        key = f"{cursor.query.sobject} {len(cursor.rows)}"
        try:
            rows, next_place = self._cut(cursor.rows, place, cursor.size, key)
        except ValueError:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from None
        shown = [self._shown(row, cursor.query, ask) for row in rows]
        body: Record = {"totalSize": len(cursor.rows), "done": next_place is None}
        if next_place is not None:
            body["nextRecordsUrl"] = ask.url(f"query/{cursor_id}-{next_place}")
        return Answer(body={**body, "records": shown})

    def _shown(self, record: Record, query: Query, ask: Ask) -> Record:
        if "Id" not in (record or ()):
            return record
        shown: Record = {"attributes": _attributes(query.sobject, record["Id"], ask)}
        if not any("." in name for name in query.fields):
            return shown | {name: record.get(name) for name in query.fields}
        lookup = self.store.lookup(query.sobject)
        for name in query.fields:
            relation, dot, rest = name.partition(".")
            parent_id = lookup(record, f"{relation}.Id") if dot else None
            if not dot:
                shown[name] = record.get(name)
            elif parent_id is None:
                shown[relation] = None
            else:
                parent = str(self.store.relation(query.sobject, relation).refers_to)
                inner = shown.setdefault(
                    relation, {"attributes": _attributes(parent, parent_id, ask)}
                )
                inner[rest] = lookup(record, name)
        return shown

    # --- Single records -----------------------------------------------------------------------

    def _create(self, ask: Ask, name: str) -> Answer:
        made = self.store.insert(self._object(name), _record(ask.body), _allows_duplicates(ask))
        location = {"Location": ask.url(f"sobjects/{name}/{made}")}
        return Answer(201, {"id": made, "success": True, "errors": []}, location)

    def _retrieve(self, ask: Ask, name: str, record_id: str) -> Answer:
        sobject = self._object(name)
        found = self.store.find(sobject, sobject.fields["Id"], record_id)
        if found is None:
            raise Refusal(404, "NOT_FOUND", "Provided external ID field does not exist")
        record = self.store.tables[name][found]
        if record.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        wanted = ask.params.get("fields")
        names = wanted.split(",") if wanted else list(sobject.fields)
        shown = {one: record.get(self.store.resolve(name, one).name) for one in names}
        return Answer(body={"attributes": _attributes(name, found, ask), **shown})

    def _update(self, ask: Ask, name: str, record_id: str) -> Answer:
        self.store.update(self._object(name), record_id, _record(ask.body))
        return Answer(204)

    def _delete(self, ask: Ask, name: str, record_id: str) -> Answer:
        self.store.delete(self._object(name), record_id)
        return Answer(204)

    def _upsert(self, ask: Ask, name: str, key: str, value: str) -> Answer:
        sobject = self._object(name)
        record_id, created = self.store.upsert(
            sobject,
            self._key(sobject, key),
            value,
            _record(ask.body),
            _allows_duplicates(ask),
            ask.params.get("updateOnly") == "true",
        )
        body = {"id": record_id, "success": True, "errors": [], "created": created}
        location = {"Location": ask.url(f"sobjects/{name}/{record_id}")}
        return Answer(201 if created else 200, body, location)

    def _key(self, sobject: SObject, name: str) -> Field:
        found = sobject.named(name)
        if found is None or not (found.external_id or found.id_lookup):
            message = f"Provided external ID field does not exist or is not accessible: {name}"
            raise Refusal(404, "NOT_FOUND", message)
        return found

    # --- Collections --------------------------------------------------------------------------

    def _retrieve_many(self, ask: Ask, name: str) -> Answer:
        """Records by their ids, in the order asked for; null for what is not there."""
        sobject = self._object(name)
        body = _record(ask.body)
        ids, fields = body.get("ids"), body.get("fields")
        if not ids or not fields:
            raise Refusal(400, "INVALID_INPUT", "ids and fields are required")
        if len(ids) > MOST_RETRIEVED:
            raise Refusal(
                400,
                "EXCEEDED_MAX_SIZE_REQUEST",
                f"record limit reached. cannot submit more than {MOST_RETRIEVED} records",
            )
        names = [self.store.resolve(name, one).name for one in fields]
        shown: list[Record | None] = []
        for one in ids:
            found = self.store.find(sobject, sobject.fields["Id"], one)
            record = self.store.tables[name][found] if found else {"IsDeleted": True}
            if record.get("IsDeleted"):
                shown.append(None)
            else:
                values = {field: record.get(field) for field in names}
                shown.append({"attributes": _attributes(name, record["Id"], ask), **values})
        return Answer(body=shown)

    def _create_many(self, ask: Ask) -> Answer:
        def create(record: Record) -> Record:
            sobject = self._typed(record)
            return {"id": self.store.insert(sobject, record, _allows_duplicates(ask))}

        return self._many(ask, create)

    def _update_many(self, ask: Ask) -> Answer:
        def update(record: Record) -> Record:
            record_id = str(record.get("id") or record.get("Id") or "")
            self.store.update(self._typed(record), record_id, record)
            return {"id": record_id}

        return self._many(ask, update)

    def _upsert_many(self, ask: Ask, name: str, key: str) -> Answer:
        sobject = self._object(name)
        key_field = self._key(sobject, key)
        given: set[str] = set()

        def upsert(record: Record) -> Record:
            self._typed(record)
            value = str(next((v for k, v in record.items() if k.lower() == key.lower()), "") or "")
            if not value:
                raise RowError("MISSING_ARGUMENT", f"{key_field.name} not specified")
            if value.lower() in given:
                message = f"Duplicate external id specified: {value}"
                raise RowError("DUPLICATE_VALUE", message, key_field.name)
            given.add(value.lower())
            try:
                record_id, created = self.store.upsert(
                    sobject, key_field, value, record, _allows_duplicates(ask)
                )
            except SeveralMatch:
                message = f"{key_field.name}: more than one record found for external id field"
                raise RowError("DUPLICATE_EXTERNAL_ID", message) from None
            return {"id": record_id, "created": created}

        return self._many(ask, upsert, {"created": False})

    def _delete_many(self, ask: Ask) -> Answer:
        ids = [one for one in ask.params.get("ids", "").split(",") if one]
        by_prefix = {one.prefix: one for one in OBJECTS.values()}

        def delete(record: Record) -> Record:
            sobject = by_prefix.get(record["id"][:3])
            if sobject is None:
                raise RowError("MALFORMED_ID", "malformed id")
            self.store.delete(sobject, record["id"])
            return {"id": record["id"]}

        body = {
            "allOrNone": ask.params.get("allOrNone") == "true",
            "records": [{"id": one} for one in ids],
        }
        return self._many(Ask(**{**vars(ask), "body": body}), delete)

    def _many(
        self, ask: Ask, write: Callable[[Record], Record], on_error: Record | None = None
    ) -> Answer:
        """Write each record and answer in their order; a row that fails fails alone, or all do."""
        body = _record(ask.body)
        records = body.get("records")
        if not isinstance(records, list) or not records:
            raise Refusal(400, "INVALID_INPUT", "records is required")
        if len(records) > MOST_COLLECTED:
            raise Refusal(
                400,
                "EXCEEDED_MAX_SIZE_REQUEST",
                f"record limit reached. cannot submit more than {MOST_COLLECTED} records",
            )
        results = []
        with self.store.undoable() as undo:
            for record in records:
                try:
                    done = write(record)
                except RowError as error:
                    failed = {"success": False, "errors": [error.as_json()]}
                    results.append({**failed, **(on_error or {})})
                else:
                    results.append({"success": True, "errors": [], **done})
            if body.get("allOrNone") and not all(one["success"] for one in results):
                undo()
                rolled = RowError(
                    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                    "Record rolled back because not all records were valid and the request was "
                    "using AllOrNone header",
                ).as_json()
                results = [
                    {"success": False, "errors": [rolled]} if one["success"] else one
                    for one in results
                ]
        return Answer(body=results)

    def _typed(self, record: Record) -> SObject:
        """The object a record of a collection is of: ``attributes`` says it, and comes first."""
        attributes = record.get("attributes")
        if next(iter(record), None) != "attributes" or not isinstance(attributes, dict):
            raise RowError(
                "JSON_PARSER_ERROR",
                "Nested object for polymorphic foreign key must have an attributes field before "
                "any other fields.",
            )
        sobject = OBJECTS.get(attributes.get("type", ""))
        if sobject is None:
            raise RowError("INVALID_TYPE", "sObject type is not supported")
        return sobject

    # --- Composite ----------------------------------------------------------------------------

    def _composite(self, ask: Ask) -> Answer:
        body = _record(ask.body)
        asked = body.get("compositeRequest", [])
        if len(asked) > MOST_COMPOSED:
            message = f"Limit of {MOST_COMPOSED} reached for number of operations"
            raise Refusal(400, "LIMIT_EXCEEDED", message)
        answered: dict[str, Any] = {}
        responses = []
        with self.store.undoable() as undo:
            for one in asked:
                answer = self.answer(_inner_ask(ask, one, answered))
                answered[one["referenceId"]] = answer.body
                responses.append(
                    {
                        "body": answer.body,
                        "httpHeaders": answer.headers,
                        "httpStatusCode": answer.status,
                        "referenceId": one["referenceId"],
                    }
                )
            failed = any(one["httpStatusCode"] >= 300 for one in responses)
            if body.get("allOrNone") and failed:
                undo()
                halted = errors(
                    400,
                    "PROCESSING_HALTED",
                    "The transaction was rolled back since another operation in the same "
                    "transaction failed.",
                )
                for one in responses:
                    if one["httpStatusCode"] < 300:
                        one |= {"body": halted.body, "httpStatusCode": halted.status}
        return Answer(body={"compositeResponse": responses})

    # --- Bulk 2.0 -----------------------------------------------------------------------------

    def _job(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return job

    def _open_job(self, ask: Ask, kind: str) -> Answer:
        body = _record(ask.body)
        if kind == "query":
            query, _ = self.store.found(body.get("query", ""), True)
            if query.is_count or query.offset:
                raise Refusal(400, "API_ERROR", "aggregate queries and OFFSET are not supported")
            addresses = [
                name
                for name in query.fields
                if self.store.resolve(query.sobject, name).type == "address"
            ]
            if addresses:
                message = f"Selecting compound data not supported in Bulk Query: {addresses[0]}"
                raise Refusal(400, "FUNCTIONALITY_NOT_ENABLED", message)
            return Answer(body=self._jobs.open(body, is_query=True).shown(ask.version))
        sobject = self._object(body.get("object", ""))
        if body.get("operation") == "upsert":
            self._key(sobject, body.get("externalIdFieldName") or "")
        return Answer(body=self._jobs.open(body, is_query=False).shown(ask.version))

    def _poll_job(self, ask: Ask, job_id: str) -> Answer:
        job = self._job(job_id)
        self._jobs.poll(job, self._work)
        return Answer(body=job.shown(ask.version))

    def _work(self, job: Job) -> None:
        if not job.is_query:
            ingest(job, self.store, self._object(job.body["object"]))
            return
        query, job.rows = self.store.found(
            job.body["query"], job.body.get("operation") == "queryAll"
        )
        job.fields = query.fields
        if any("." in name for name in query.fields):
            lookup = self.store.lookup(query.sobject)
            job.rows = [{name: lookup(row, name) for name in query.fields} for row in job.rows]

    def _upload(self, ask: Ask, job_id: str) -> Answer:
        job = self._job(job_id)
        if job.state != "Open" or job.csv:
            raise Refusal(400, "INVALIDJOBSTATE", f"Job is not open: {job.state}")
        job.csv = ask.body if isinstance(ask.body, str) else json.dumps(ask.body)
        return Answer(201)

    def _close_job(self, ask: Ask, job_id: str) -> Answer:
        job = self._job(job_id)
        state = _record(ask.body).get("state")
        if state not in ("UploadComplete", "Aborted") or job.state != "Open":
            raise Refusal(400, "INVALIDJOBSTATE", f"Job state cannot become {state}")
        job.state = str(state)
        return Answer(body=job.shown(ask.version))

    def _delete_job(self, ask: Ask, job_id: str) -> Answer:
        self._job(job_id)
        self._jobs.forget(job_id)
        return Answer(204)

    def _ingest_results(self, ask: Ask, job_id: str, kind: str) -> Answer:
        job = self._job(job_id)
        if kind == "successful":
            return Answer(body=written(job.successful, ["sf__Id", "sf__Created", *job.columns]))
        if kind == "failed":
            return Answer(body=written(job.failed, ["sf__Id", "sf__Error", *job.columns]))
        return Answer(body=written([], job.columns))

    def _query_results(self, ask: Ask, job_id: str) -> Answer:
        job = self._job(job_id)
        if job.state != "JobComplete":
            raise Refusal(400, "INVALIDJOBSTATE", f"Job is not complete: {job.state}")
        size = int(ask.params.get("maxRecords", 50_000))
        place = ask.params.get("locator") or None
        try:
            rows, next_place = self._cut(job.rows, place, size, f"bulk {job.body['query']}")
        except ValueError:
            raise Refusal(400, "INVALID_LOCATOR", "invalid locator") from None
        headers = {
            "Sforce-Locator": next_place or "null",
            "Sforce-NumberOfRecords": str(len(rows)),
        }
        return Answer(body=written(rows, job.fields), headers=headers)


def _attributes(name: str, record_id: str, ask: Ask) -> Record:
    return {"type": name, "url": ask.url(f"sobjects/{name}/{record_id}")}


def _record(body: Any) -> Record:
    if not isinstance(body, dict):
        raise Refusal(400, "JSON_PARSER_ERROR", "an object was expected")
    return body


def _allows_duplicates(ask: Ask) -> bool:
    header = ask.headers.get("sforce-duplicate-rule-header", "")
    return "allowsave=true" in header.lower().replace(" ", "")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _inner_ask(ask: Ask, one: Record, answered: dict[str, Any]) -> Ask:
    """A part of a composite request; ``@{reference.id}`` stands for an earlier part's answer."""

    def value(match: re.Match[str]) -> str:
        found = answered.get(match[1])
        for step in match[2].split("."):
            name, _, place = step.partition("[")
            found = found.get(name) if isinstance(found, dict) else None
            if place and isinstance(found, list):
                found = found[int(place.rstrip("]"))]
        return str(found)

    text = re.sub(r"@\{(\w+)\.([\w.\[\]]+)\}", value, json.dumps(one))
    filled = json.loads(text)
    parts = urlsplit(filled["url"])
    path = re.sub(r"^/services/data/v[\d.]+/", "", parts.path).strip("/")
    params = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    headers = {
        key.lower(): text for key, text in (filled.get("httpHeaders") or {}).items()
    } or ask.headers
    return Ask(filled["method"], path, ask.version, params, filled.get("body"), headers)
