"""Plans as the warehouse keeps them: ``ops.sync_plans`` and, record by record, what they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import md5
from typing import Any, Literal

from python_jobs import runs
from python_jobs.activate import dialect
from python_jobs.activate.guards import Tripped
from python_jobs.errors import ConfigurationError
from python_jobs.settings import Settings
from python_jobs.warehouse import Warehouse

Status = Literal["planned", "applying", "applied", "refused", "superseded"]
"""planned: may be applied. applying: begun, and not all of it is settled. applied: it is. refused:
a guard holds it. superseded: a later plan of its destination has taken its place, or it was only to
be looked at."""

OPEN = ("planned", "applying", "refused")

NOT_FOUND_AGAIN = "it may have been made, and nothing finds it again: look for it there"
NOT_LINKED = "that it belongs to has not been written"
"""Why a record ended that was neither looked up nor sent (of the latter, the end)."""

UNANSWERED = f"""
    ops.sync_intents as intents
    where not exists (
        select 1
        from ops.sync_results as results
        where results.destination = intents.destination
            and results.object = intents.object
            and results.record_key = intents.record_key
            and results.attempted_at >= intents.intended_at
            and results.outcome <> 'unknown'
            and results.action not in ('skip', 'refuse')
            and coalesce(results.reason, '') <> '{NOT_FOUND_AGAIN}'
            and coalesce(results.reason, '') not like '%{NOT_LINKED}'
    )
"""
"""What was about to be sent, and is not known to have ended, whatever plan it was of (SQL). A
result of a record that nobody looked up says nothing of whether it had arrived."""


@dataclass(frozen=True)
class Plan:
    """A plan without its records.

    Attributes:
        kind: ``plan`` from the sync models, ``undo`` from the results of ``undoes_run_id``.
        hash: over all records and the org they go to: who applies a plan by its hash applies what
            they have seen, where they meant it.
        counts: records by action.
        guards: the guards that it tripped.
        calls, seconds: what it takes at most; ``quota_share`` of the calls left when it was made.
    """

    plan_id: str
    destination: str
    kind: Literal["plan", "undo"]
    undoes_run_id: str | None
    status: Status
    hash: str
    records: int
    counts: Mapping[str, int]
    guards: tuple[Tripped, ...]
    calls: int
    quota_share: float | None
    seconds: float
    created_by: str
    created_at: datetime
    applied_at: datetime | None = None

    @property
    def writes(self) -> int:
        """Records that are to be sent."""
        return self.records - sum(self.counts.get(action, 0) for action in ("skip", "refuse"))

    def as_json(self) -> dict[str, Any]:
        """The plan as a JSON object; times as ISO text."""
        values = asdict(self)
        for name in ("created_at", "applied_at"):
            values[name] = values[name].isoformat() if values[name] else None
        return values


def save(warehouse: Warehouse, plan: Plan) -> None:
    """Write a plan; the open ones of its destination are superseded by it, unless it is none."""
    if plan.status in OPEN:
        warehouse.execute(
            "update ops.sync_plans set status = 'superseded' "
            f"where destination = ? and status in {OPEN}",
            [plan.destination],
        )
    dialect.insert(warehouse, "sync_plans", [plan.as_json()])


def load(warehouse: Warehouse, plan_id: str) -> Plan:
    """The plan of that id.

    Raises:
        ConfigurationError: there is none.
    """
    found = find(warehouse, "where plan_id = ?", plan_id)
    if not found:
        raise ConfigurationError(f"there is no plan '{plan_id}': gtm sync status lists the last")
    return found[0]


def find(warehouse: Warehouse, condition: str, *params: Any) -> list[Plan]:
    """The plans of a condition (SQL, with ``where`` and what follows)."""
    plans = []
    for row in warehouse.rows(f"select * from ops.sync_plans {condition}", params):
        row["counts"] = json.loads(row["counts"])
        row["guards"] = tuple(Tripped(**guard) for guard in json.loads(row["guards"]))
        plans.append(Plan(**row))
    return plans


def set_status(
    warehouse: Warehouse, plan_id: str, status: Status, applied_at: datetime | None = None
) -> None:
    """Say how far a plan is."""
    warehouse.execute(
        "update ops.sync_plans set status = ?, applied_at = ? where plan_id = ?",
        [status, applied_at, plan_id],
    )


def hash_of(warehouse: Warehouse, plan_id: str, address: str) -> str:
    """The hash over a plan's records as they are in the warehouse now, and where they go."""
    records = _hash_of_records(warehouse, plan_id)
    return md5(f"{address} {records}".encode(), usedforsecurity=False).hexdigest()


def is_of(warehouse: Warehouse, plan_id: str, address: str) -> bool:
    """Whether a plan that was applied is of this address, as far as it says so: until there were
    addresses in hashes, none did."""
    whole = load(warehouse, plan_id).hash
    return whole in (
        hash_of(warehouse, plan_id, address),
        _hash_of_records(warehouse, plan_id),
    )


def _hash_of_records(warehouse: Warehouse, plan_id: str) -> str:
    query = dialect.hash_of_records(warehouse, "ops.sync_plan_records")
    return str(warehouse.rows(query, [plan_id])[0]["hash"])


@contextmanager
def only_one(settings: Settings, destination: str) -> Iterator[None]:
    """Hold a destination: one plan is made or applied at a time. Freed when the process dies.

    Raises:
        TransientError: another gtm holds it.
    """
    busy = f"another gtm run is planning or applying for {destination}: wait until it ends"
    with runs.only_one(settings, f"sync-{destination}", busy):
        yield
