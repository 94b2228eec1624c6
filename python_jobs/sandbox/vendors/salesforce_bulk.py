"""Bulk API 2.0 of the sandbox's Salesforce org: ingest and query jobs, and their CSV."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from python_jobs.sandbox.vendors.salesforce_objects import Field, Record, SObject, id_of
from python_jobs.sandbox.vendors.salesforce_store import RowError, SeveralMatch, Store

NULL = "#N/A"
POLLS_UNTIL_DONE = 2


@dataclass
class Job:
    """A job, and where its results are kept until they are asked for."""

    id: str
    body: Record
    is_query: bool
    state: str
    csv: str = ""
    polls: int = 0
    rows: list[Record] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    successful: list[Record] = field(default_factory=list)
    failed: list[Record] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def shown(self, version: str) -> Record:
        """The job resource."""
        shown = {
            "id": self.id,
            "apiVersion": float(version),
            "columnDelimiter": "COMMA",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "jobType": "V2Query" if self.is_query else "V2Ingest",
            "lineEnding": "LF",
            **{key: value for key, value in self.body.items() if key != "query"},
            "state": self.state,
        }
        if not self.is_query:
            shown["contentUrl"] = f"services/data/v{version}/jobs/ingest/{self.id}/batches"
        if self.state == "JobComplete":
            shown["numberRecordsProcessed"] = len(
                self.rows if self.is_query else [*self.successful, *self.failed]
            )
            if not self.is_query:
                shown["numberRecordsFailed"] = len(self.failed)
        return shown


class Jobs:
    """All jobs. One goes on by being asked how far it is."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._opened = 0

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._jobs.get(job_id)

    def open(self, body: Record, is_query: bool) -> Job:
        """A new job: an ingest waits for its data, a query is on its way."""
        self._opened += 1
        job_id = id_of("750", self._opened)
        job = Job(job_id, body, is_query, "UploadComplete" if is_query else "Open")
        self._jobs[job_id] = job
        return job

    def forget(self, job_id: str) -> None:
        """Drop a job and its results."""
        self._jobs.pop(job_id, None)

    def poll(self, job: Job, work: Callable[[Job], None]) -> None:
        """Let a job go on; its work is done at the last poll."""
        if job.state not in ("UploadComplete", "InProgress"):
            return
        job.polls += 1
        job.state = "InProgress"
        if job.polls >= POLLS_UNTIL_DONE:
            work(job)
            job.state = "JobComplete"


def ingest(job: Job, store: Store, sobject: SObject) -> None:
    """Write a job's rows; the results are not in the order of the input."""
    reader = csv.DictReader(io.StringIO(job.csv, newline=""))
    job.columns = list(reader.fieldnames or [])
    key = sobject.named(job.body.get("externalIdFieldName") or "Id")
    for row in reader:
        try:
            record_id, created = _write(job.body["operation"], store, sobject, key, row)
        except SeveralMatch:
            error = "DUPLICATE_EXTERNAL_ID:more than one record found for external id field:--"
            job.failed.append({"sf__Id": "", "sf__Error": error, **row})
        except RowError as error:
            listed = ",".join(error.fields)
            # the line break is part of how errors come, and breaks readers that split lines
            text = f"{error.code}:{error}:{listed}\n--"
            job.failed.append({"sf__Id": "", "sf__Error": text, **row})
        else:
            done = {"sf__Id": record_id, "sf__Created": "true" if created else "false"}
            job.successful.append({**done, **row})
    shuffle = random.Random(job.id).shuffle
    shuffle(job.successful)
    shuffle(job.failed)


def _write(
    operation: str, store: Store, sobject: SObject, key: Field | None, row: Record
) -> tuple[str, bool]:
    record_id = row.get("Id") or ""
    if operation in ("delete", "hardDelete"):
        store.delete(sobject, record_id)
        return record_id, False
    values = _values(sobject, row)
    if operation == "insert":
        return store.insert(sobject, values), True
    if operation == "update":
        store.update(sobject, record_id, values)
        return record_id, False
    if key is None or not row.get(key.name):
        raise RowError("MISSING_ARGUMENT", f"{key.name if key else 'Id'} not specified")
    return store.upsert(sobject, key, row[key.name], values)


def _values(sobject: SObject, row: Record) -> Record:
    """A row's values: what is blank is left as it is, ``#N/A`` empties."""
    values: Record = {}
    for name, text in row.items():
        if text == "" or text is None:
            continue
        one = sobject.named(name)
        if text == NULL:
            values[name] = None
        elif one is not None and one.type == "boolean":
            values[name] = {"true": True, "false": False}.get(text.lower(), text)
        elif "." in name:
            relation, _, key = name.partition(".")
            values[relation] = {key: text}
        else:
            values[name] = text
    return values


def written(rows: Iterable[Record], columns: list[str]) -> str:
    """Rows as CSV, every cell quoted; no rows: the header alone."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    for row in filter(None, rows):  # CSV has no null
        writer.writerow([cell(row.get(column)) for column in columns])
    return text.getvalue()


def cell(value: Any) -> str:
    """A value as a CSV cell: nothing for null, times with a Z."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text.removesuffix("+0000") + "Z" if text.endswith(".000+0000") else text
