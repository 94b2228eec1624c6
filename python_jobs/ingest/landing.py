"""Landing a connector's pages: in chunks, with checkpoints, snapshots and a watch on the shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from python_jobs.ingest.checkpoints import Checkpoints
from python_jobs.ingest.connector import Page, Record, State
from python_jobs.ingest.contracts import Contract
from python_jobs.ingest.records import (
    canonical_json,
    fill_parsed,
    fill_parsed_from_arrow,
    record_id_of,
)
from python_jobs.ingest.shapes import Shape
from python_jobs.ingest.writing import scratch, write_parsed
from python_jobs.runs import JobRun, record_calls
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse, Warehouse

CHUNK_RECORDS = 20_000
CHUNK_BYTES = 12_000_000
CHUNK_SCOPES = 200
_SCRATCH_MEMORY = "200MB"

_IN_SCOPE = "record_id like ? escape '!'"

GONE = "is_gone"
"""Set in the last version of a record that a complete snapshot no longer holds."""


class Landing:
    """One entity's records on their way into ``raw``, a chunk at a time.

    A checkpoint is saved when everything before it is in the warehouse; so a run that dies repeats
    at most one chunk, and repeating changes nothing.
    """

    def __init__(
        self,
        warehouse: BriefWarehouse,
        settings: Settings,
        contract: Contract,
        run: JobRun,
        checkpoints: Checkpoints,
        now: datetime,
    ) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._contract = contract
        self._run = run
        self._checkpoints = checkpoints
        self._now = now
        self._records: list[Record] = []
        self._tables: list[pa.Table] = []
        self._bytes = 0
        # of each complete snapshot, the ids of the records that it holds
        self._complete: dict[str, set[str | None]] = {}
        self._checkpoint: State | None = None
        self.shape = Shape()

    def add(self, page: Page) -> None:
        """Take a page; what has come together is written once it makes a chunk."""
        if isinstance(page.records, pa.Table):
            self._tables.append(page.records)
            self._run.rows_read += page.records.num_rows
            self._bytes += page.records.nbytes
        else:
            self._take(page.records)
        if page.checkpoint is not None:
            self._checkpoint = page.checkpoint
        if page.complete is not None:
            held = {record_id_of(self._contract, record) for record in page.records}
            self._complete.setdefault(page.complete, set()).update(held)
        is_full = (
            self._bytes >= CHUNK_BYTES
            or len(self._records) >= CHUNK_RECORDS
            or len(self._complete) >= CHUNK_SCOPES
        )
        if page.is_costly or is_full:
            self.flush()

    def flush(self) -> None:
        """Write what has come together, then save the checkpoint it has reached."""
        nothing_came = not (self._records or self._tables or self._complete)
        if nothing_came and self._checkpoint is None:
            return
        with self._warehouse.held() as warehouse:
            self._take_gone(warehouse)
            if self._records or self._tables:
                with scratch(self._settings, _SCRATCH_MEMORY) as con:
                    if self._tables:
                        rows = pa.concat_tables(self._tables)
                        fill_parsed_from_arrow(con, self._contract, rows)
                    else:
                        fill_parsed(con, self._contract, self._records)
                    write_parsed(
                        warehouse, self._settings, self._contract, con, self._run, self._now
                    )
            self._records, self._tables, self._bytes = [], [], 0
            if self._checkpoint is not None:
                self._checkpoints.save(self._checkpoint)
                self._checkpoint = None
            record_calls(warehouse, self._run)

    def _take(self, records: Sequence[Any]) -> None:
        if not records:
            return
        self._records.extend(records)
        self._run.rows_read += len(records)
        self._bytes += len(canonical_json(records[0])) * len(records)
        self.shape.look_at(records)

    def _take_gone(self, warehouse: Warehouse) -> None:
        """Add a last version of every live record that the snapshots which came no longer hold."""
        if not self._complete:
            return
        live = warehouse.rows(
            f"select record_id, payload from raw.{self._contract.table} "
            f"where {' or '.join(_IN_SCOPE for _ in self._complete)} "
            "qualify row_number() over (partition by record_id order by version_at desc) = 1",
            [_like(scope) + "|%" for scope in self._complete],
        )
        payloads = {row["record_id"]: json.loads(row["payload"]) for row in live}
        held = {record_id for ids in self._complete.values() for record_id in ids}
        gone = [
            {**payload, GONE: True}
            for record_id, payload in payloads.items()
            if record_id not in held and not payload.get(GONE)
        ]
        self._records.extend(gone)
        self._run.rows_read += len(gone)
        self._complete = {}


def _like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
