"""Applying goes on after answers that did not come: what is known of a record is not forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from python_jobs.activate import dialect, plans
from python_jobs.activate.apply import apply_plan
from python_jobs.activate.destination import Batch, Cost, Destination, Found, Record, Written
from python_jobs.activate.plans import Plan
from python_jobs.runs import ensure_ops_tables, utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse

Row = dict[str, Any]
EMPTY: Row = {
    "external_id": None,
    "key_field": None,
    "key_value": None,
    "before": {},
    "after": {},
    "links": {},
    "reason": "to try it",
    "source_rows": [],
    "payload_hash": None,
}
ANN: Row = {
    "object": "prospect",
    "record_key": "ann",
    "action": "update",
    "external_id": "7",
    "before": {"custom4": "old"},
    "after": {"custom4": "new"},
}
ENROLMENT: Row = {
    "object": "sequenceState",
    "record_key": "ann|3",
    "action": "enrol",
    "links": {
        "prospect": {"object": "prospect", "record_key": "ann", "external_id": "7"},
        "sequence": {"external_id": "3"},
    },
}
TASK: Row = {
    "object": "task",
    "record_key": "hot|acme.example",
    "action": "create",
    "after": {"Subject": "Hot"},
    "links": {"WhatId": {"external_id": "001"}},
}


class Api:
    base_url = "memory"
    calls = 0


class There(Destination):
    """A vendor in memory. ``ends`` says how the next writes end: "unknown" has arrived and is not
    answered, "lost" has not arrived and is not answered, "killed" has arrived."""

    name = "there"
    objects = {"prospect": "prospects", "sequenceState": "sequence_states", "task": "tasks"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(Api())
        self.held: dict[str, Row] = {"7": {"custom4": "old"}}
        self.ends: list[str] = []
        self.made: list[str] = []

    def quota(self) -> None:
        return None

    def cost(self, batches: Sequence[Batch]) -> Cost:
        return Cost(0, 0)

    def check(self, mappings: Any, keys: Any) -> Any:
        return {}

    def page_size(self, object_name: str, action: str, records: int) -> int:
        return 200

    def look_up(self, records: Sequence[Record]) -> dict[int, Found]:
        found = {}
        for record in records:
            if record.external_id:
                found[record.position] = Found(
                    record.external_id, dict(self.held[record.external_id])
                )
            elif record.sent_at and record.record_key in self.held:
                found[record.position] = Found("T1", dict(self.held[record.record_key]))
        return found

    def write(self, records: Sequence[Record]) -> Iterator[tuple[int, Written]]:
        for record in records:
            end = self.ends.pop(0) if self.ends else "written"
            if end != "lost":
                key = record.external_id or record.record_key
                self.held.setdefault(key, {}).update(record.after)
                if record.external_id is None:
                    self.made.append(record.record_key)
            if end == "killed":
                raise KeyboardInterrupt
            outcome = "written" if end == "written" else "unknown"
            yield record.position, Written(outcome, record.external_id or "T1")  # type: ignore[arg-type]


@pytest.fixture
def warehouse(tmp_path: Path) -> BriefWarehouse:
    made = BriefWarehouse(Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=tmp_path / "w.duckdb"), 10)
    with made.held() as held:
        ensure_ops_tables(held)
    return made


@pytest.fixture
def apply(warehouse: BriefWarehouse) -> Callable[..., Plan]:
    """Plan these records, or go on with the last plan; gives the plan as it is after."""

    def applied(there: There, *records: Row) -> Plan:
        with warehouse.held() as held:
            if records:
                _planned(held, records)
            [plan] = plans.find(held, "order by created_at desc limit 1")
        apply_plan(warehouse, there, plan, plan.hash, utc_now)
        with warehouse.held() as held:
            return plans.load(held, plan.plan_id)

    return applied


def _planned(held: Any, records: Sequence[Row]) -> None:
    now = utc_now()
    name = f"plan {now.isoformat()}"
    whole = [
        {"plan_id": name, "position": place, "destination": There.name} | EMPTY | record
        for place, record in enumerate(records, 1)
    ]
    dialect.insert(held, "sync_plan_records", whole)
    digest = plans.hash_of(held, name, Api.base_url)
    plan = Plan(
        plan_id=name,
        destination=There.name,
        kind="plan",
        undoes_run_id=None,
        status="planned",
        hash=digest,
        records=len(whole),
        counts={},
        guards=(),
        calls=0,
        quota_share=None,
        seconds=0,
        created_by="test",
        created_at=now,
    )
    plans.save(held, plan)


def test_an_update_that_was_not_answered_at_first_holds_up_no_enrolment(
    warehouse: BriefWarehouse, apply: Callable[..., Plan]
) -> None:
    there = There()
    there.ends = ["lost", "written", "killed"]  # the second attempt, and then the enrolment
    with pytest.raises(KeyboardInterrupt):
        apply(there, ANN, ENROLMENT)
    assert apply(there).status == "applied"
    failed = warehouse.rows("select reason from ops.sync_results where outcome = 'failed'")
    assert failed == []
    assert there.held["7"] == {"custom4": "new"}


@pytest.mark.parametrize(
    "between",
    [
        TASK | {"action": "refuse", "after": {}},
        TASK | {"action": "skip", "after": {}},
        TASK | {"links": {"WhatId": {"object": "account", "record_key": "acme.example"}}},
    ],
    ids=["refused", "skipped", "without its account"],
)
def test_a_task_that_was_not_answered_is_not_made_again_plans_later(
    warehouse: BriefWarehouse, apply: Callable[..., Plan], between: Row
) -> None:
    """Results that nobody looked anything up for say nothing of whether it had arrived."""
    there = There()
    there.ends = ["killed"]
    with pytest.raises(KeyboardInterrupt):
        apply(there, TASK)
    apply(there, between, ANN)
    apply(there, TASK)
    assert there.made == ["hot|acme.example"]
    last = warehouse.rows("select reason from ops.sync_results order by attempted_at desc limit 1")
    assert last == [{"reason": "it had arrived: found when looked up"}]
    assert warehouse.rows(f"select count(*) as n from {plans.UNANSWERED}") == [{"n": 0}]
