"""Where each entity's pull has got to, in ops.ingest_state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from python_jobs.ingest.connector import State
from python_jobs.runs import utc_now
from python_jobs.warehouse import Warehouse

INCREMENTAL = "incremental"


@dataclass
class Checkpoints:
    """The checkpoints of one entity.

    There is one ``incremental`` stream, which every scheduled run moves on, and one for each full
    pull or backfill that has begun and not ended, so that it is resumed and disturbs nothing.
    """

    warehouse: Warehouse
    source: str
    entity: str
    stream: str
    _last: State = field(default_factory=dict)

    def load(self) -> State:
        """The last checkpoint of the stream; empty when there is none."""
        rows = self.warehouse.rows(
            "select state from ops.ingest_state where source = ? and entity = ? and stream = ? "
            "order by updated_at desc limit 1",
            [self.source, self.entity, self.stream],
        )
        self._last = json.loads(rows[0]["state"]) if rows else {}
        return dict(self._last)

    def save(self, state: State) -> None:
        """Remember a checkpoint. The new row is there before the old one goes."""
        if state != self._last:
            self._write(self.stream, state)
            self._last = dict(state)

    def finish(self) -> None:
        """The pull is complete: a full pull's end is where incremental ones begin."""
        if self.stream == INCREMENTAL:
            return
        if self.stream == "full" and self._last:
            self._write(INCREMENTAL, self._last)
        self.warehouse.execute(
            "delete from ops.ingest_state where source = ? and entity = ? and stream = ?",
            [self.source, self.entity, self.stream],
        )

    def _write(self, stream: str, state: State) -> None:
        now = utc_now()
        key = [self.source, self.entity, stream]
        self.warehouse.execute(
            "insert into ops.ingest_state (source, entity, stream, state, updated_at) "
            "values (?, ?, ?, ?, ?)",
            [*key, json.dumps(state, sort_keys=True), now],
        )
        self.warehouse.execute(
            "delete from ops.ingest_state "
            "where source = ? and entity = ? and stream = ? and updated_at < ?",
            [*key, now],
        )
