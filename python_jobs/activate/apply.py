"""Applying a plan: look up, compare, note, send, note again, page by page.

What makes it safe to kill at any moment: before a page is sent, ``ops.sync_intents`` says so; after
it, ``ops.sync_results`` says how each record ended. An intent without a result is a record of which
nobody knows whether it arrived. Every record is looked up and compared before it is sent, so such a
one is found as it is to be, and sent again only if it is as it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from python_jobs.activate import dialect, guards, plans
from python_jobs.activate.compare import same
from python_jobs.activate.destination import (
    Destination,
    Found,
    Outcome,
    Record,
    Values,
    Written,
)
from python_jobs.activate.plan import SENT
from python_jobs.activate.plans import Plan
from python_jobs.errors import ConfigurationError, PermanentError, QuotaExhausted, TransientError
from python_jobs.printing import counted
from python_jobs.runs import JobRun, job_run
from python_jobs.warehouse import BriefWarehouse, Warehouse, json_parameter

JOB = "sync"
ATTEMPTS = 3
"""How often a record that was not answered is looked up and sent again within a run."""

Notice = Callable[[Plan, int, int], None]
"""Told of the plan, how many records are settled, and how many there are."""

Key = tuple[Any, Any]
"""Object and record key."""


@dataclass
class Applied:
    """What came of a run: outcomes by number, and what it would have sent in a dry run."""

    run_id: str
    plan: Plan
    outcomes: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    would_write: int = 0


@dataclass(frozen=True)
class _Planned:
    """A record of the plan before its links have ids; ``wants`` are those still without one."""

    record: Record
    wants: dict[str, Key]


@dataclass(frozen=True)
class _Ready:
    """A record that is to be sent: ``sent`` is as the destination gets it, only the fields that
    differ; ``before`` and ``after`` are all of its fields, but for those that are left alone."""

    record: Record
    sent: Record
    before: Values
    after: Values
    reason: str | None = None


@dataclass(frozen=True)
class _Result:
    record: Record
    outcome: Outcome
    external_id: str | None
    reason: str | None
    before: Values
    after: Values


def apply_plan(
    warehouse: BriefWarehouse,
    destination: Destination,
    plan: Plan,
    given_hash: str,
    clock: Callable[[], datetime],
    notice: Notice = lambda plan, done, total: None,
    dry_run: bool = False,
) -> Applied:
    """Apply a plan, or go on with one that was begun. Call it while holding the destination.

    Args:
        given_hash: the hash of what its reader has approved.
        dry_run: look up and compare only; nothing is sent, nor written to the warehouse.

    Raises:
        ConfigurationError: it may not be applied; the sentence says why.
        QuotaExhausted, TransientError, PermanentError: it was stopped; what is settled is kept, and
            applying it again goes on.
    """
    with warehouse.held() as held:
        _check(held, plan, given_hash, clock(), dry_run)
    address = destination.address
    with warehouse.held() as held:
        _check_records(held, plan, address)
    run = _Run(warehouse, destination, plan, clock, notice)
    if dry_run:
        return run.rehearse()
    with job_run(warehouse, JOB, destination.name, plan.kind, "apply", clock) as recorded:
        return run.apply(recorded)


def _check(warehouse: Warehouse, plan: Plan, given_hash: str, now: datetime, dry_run: bool) -> None:
    """Whether this plan may be applied, and is the one that was approved."""
    name = f"plan {plan.plan_id}"
    again = f"make a new one with gtm sync plan --destination {plan.destination}"
    if plan.status == "applied":
        raise ConfigurationError(f"{name} has been applied already: {again}")
    if plan.status == "superseded" and not dry_run:
        raise ConfigurationError(f"{name} was superseded by a later one: apply that, or {again}")
    if plan.status == "refused":
        held_by = [guard for guard in plan.guards if not guard.is_allowed]
        raise ConfigurationError(
            f"{name} is refused by {', '.join(sorted({guard.guard for guard in held_by}))}: "
            + "; ".join(guard.sentence for guard in held_by)
        )
    if given_hash != plan.hash:
        raise ConfigurationError(
            f"{name} has another hash than the one given: read it with gtm sync show "
            f"{plan.plan_id}, which ends with its own"
        )
    old = guards.too_old(warehouse, plan.destination, plan.created_at, now)
    if old and plan.kind == "plan" and not dry_run:
        raise ConfigurationError(f"{name} is refused by {guards.STALE_PLAN}: {old}; {again}")


def _check_records(warehouse: Warehouse, plan: Plan, address: str) -> None:
    """Whether the plan's records are those that were approved, for this org."""
    if plans.hash_of(warehouse, plan.plan_id, address) != plan.hash:
        raise ConfigurationError(
            f"the records of plan {plan.plan_id} are not those that were planned, or they were "
            f"planned for another org than {address}: make a new one with gtm sync plan "
            f"--destination {plan.destination}"
        )


class _Run:
    def __init__(
        self,
        warehouse: BriefWarehouse,
        destination: Destination,
        plan: Plan,
        clock: Callable[[], datetime],
        notice: Notice,
    ) -> None:
        self.warehouse = warehouse
        self.destination = destination
        self.plan = plan
        self.clock = clock
        self.notice = notice
        self.made: dict[Key, str] = {}
        self.sent: dict[Key, datetime] = {}
        self.left: set[Key] = set()
        self.settled = 0

    def apply(self, recorded: JobRun) -> Applied:
        applied = Applied(recorded.run_id, self.plan)
        recorded.rows_read = self.plan.records
        calls_before = self.destination.calls
        with self.warehouse.held() as held:
            plans.set_status(held, self.plan.plan_id, "applying")
            self._tell_of_the_rest(held, recorded.run_id)
            self._recall(held)
        try:
            for records in self._pages():
                self._apply_page(recorded.run_id, records, applied.outcomes)
                self.notice(self.plan, self.settled, self.plan.records)
        except QuotaExhausted as spent:
            raise QuotaExhausted(
                f"{spent}; {self.settled:,} of {self.plan.records:,} records are settled, and the "
                "same command goes on with the others"
            ) from None
        finally:
            applied.calls = recorded.api_calls = self.destination.calls - calls_before
            recorded.rows_written = applied.outcomes["written"]
            recorded.rows_unchanged = applied.outcomes["unchanged"]
            recorded.rows_set_aside = applied.outcomes["skipped"] + applied.outcomes["failed"]
        if applied.outcomes["unknown"]:
            raise TransientError(
                f"{counted(applied.outcomes['unknown'], 'record')} sent and not answered: run the "
                "same command again, which looks there first"
            )
        with self.warehouse.held() as held:
            plans.set_status(held, self.plan.plan_id, "applied", self.clock())
        if applied.outcomes["failed"] and applied.outcomes["failed"] == applied.outcomes.total():
            raise PermanentError(
                f"none of {counted(applied.outcomes['failed'], 'record')} could be written: "
                "gtm sync status says why"
            )
        return applied

    def rehearse(self) -> Applied:
        """What applying would do now."""
        applied = Applied("", self.plan)
        calls_before = self.destination.calls
        with self.warehouse.held() as held:
            self._recall(held)
        for planned in self._pages(is_dry=True):
            ready, results = self._judged([one.record for one in planned if not one.wants])
            applied.would_write += len(ready) + sum(1 for one in planned if one.wants)
            applied.outcomes.update(result.outcome for result in results)
            self.settled += len(planned)
            self.notice(self.plan, self.settled, self.plan.records)
        applied.calls = self.destination.calls - calls_before
        return applied

    # --- What is known from before ------------------------------------------------------------

    def _tell_of_the_rest(self, warehouse: Warehouse, run_id: str) -> None:
        """A result for each record that the plan skips or refuses, once."""
        empty = json_parameter(warehouse)
        warehouse.execute(
            f"""
            insert into ops.sync_results (
                run_id, plan_id, destination, object, record_key, action, outcome, reason,
                external_id, before, after, attempted_at
            )
            select
                ?, plan_id, destination, object, record_key, action, 'skipped', reason,
                external_id, {empty}, {empty}, cast(? as timestamp)
            from ops.sync_plan_records as records
            where plan_id = ?
                and action in ('skip', 'refuse')
                and not exists (
                    select 1
                    from ops.sync_results as results
                    where results.plan_id = records.plan_id
                        and results.object = records.object
                        and results.record_key = records.record_key
                )
            """,
            [run_id, "{}", "{}", self.clock().isoformat(), self.plan.plan_id],
        )

    def _recall(self, warehouse: Warehouse) -> None:
        """What earlier runs made for this plan, and what they sent without hearing of it again."""
        [settled] = warehouse.rows(
            "select count(*) as n from ops.sync_results where plan_id = ? and outcome <> 'unknown'",
            [self.plan.plan_id],
        )
        self.settled = int(settled["n"])
        # a record that was not answered has several results: the one that settles it counts
        for row in warehouse.rows(
            """
            select object, record_key, action, outcome, external_id
            from (
                select
                    object,
                    record_key,
                    action,
                    coalesce(max(case when outcome <> 'unknown' then outcome end), 'unknown')
                        as outcome,
                    max(external_id) as external_id
                from ops.sync_results
                where plan_id = ?
                group by object, record_key, action
            ) as settled
            where action = 'create' or outcome not in ('written', 'unchanged')
            """,
            [self.plan.plan_id],
        ):
            made = row["external_id"] if row["action"] == "create" else None
            self._remember((row["object"], row["record_key"]), row["outcome"], made)
        sent = warehouse.rows(
            "select object, record_key, max(intended_at) as sent_at "
            f"from {plans.UNANSWERED} and destination = ? group by object, record_key",
            [self.destination.name],
        )
        self.sent = {(row["object"], row["record_key"]): row["sent_at"] for row in sent}

    def _pages(self, is_dry: bool = False) -> Iterator[list[_Planned]]:
        """The records that are to be sent and have no result yet, a page at a time."""
        with self.warehouse.held() as held:
            kinds = held.rows(
                "select object, action, count(*) as records, min(position) as first_position "
                f"from ops.sync_plan_records where plan_id = ? and action in {SENT} "
                "group by object, action order by first_position",
                [self.plan.plan_id],
            )
        for kind in kinds:
            size = self.destination.page_size(kind["object"], kind["action"], int(kind["records"]))
            last = 0
            while True:
                with self.warehouse.held() as held:
                    rows = self._page(held, kind["object"], kind["action"], last, size)
                if not rows:
                    break
                last = rows[-1]["position"]
                yield [self._planned(row) for row in rows]

    def _page(
        self, warehouse: Warehouse, object_name: str, action: str, last: int, size: int
    ) -> list[dict[str, Any]]:
        return warehouse.rows(
            f"""
            select
                position, object, record_key, action, external_id, key_field, key_value,
                before, after, links
            from ops.sync_plan_records as records
            where plan_id = ?
                and object = ?
                and action = ?
                and position > ?
                and not exists (
                    select 1
                    from ops.sync_results as results
                    where results.plan_id = ?
                        and results.object = records.object
                        and results.record_key = records.record_key
                        and results.outcome <> 'unknown'
                )
            order by position
            limit {size}
            """,
            [self.plan.plan_id, object_name, action, last, self.plan.plan_id],
        )

    def _planned(self, row: dict[str, Any]) -> _Planned:
        """A row of the plan as a record, its links resolved as far as that is possible now."""
        key = (row["object"], row["record_key"])
        links, wants = {}, {}
        for relation, link in json.loads(row.pop("links") or "{}").items():
            other = (link.get("object"), link.get("record_key"))
            external_id = link.get("external_id") or self.made.get(other)
            # an enrolment mails what its prospect holds: not before that is written
            if external_id is None or (row["action"] == "enrol" and other in self.left):
                wants[relation] = other
            else:
                links[relation] = str(external_id)
        before, after = (json.loads(row.pop(name) or "{}") for name in ("before", "after"))
        record = Record(**row, before=before, after=after, links=links, sent_at=self.sent.get(key))
        return _Planned(record, wants)

    # --- One page -----------------------------------------------------------------------------

    def _apply_page(self, run_id: str, planned: Sequence[_Planned], outcomes: Counter[str]) -> None:
        """Settle a page; what was not answered is looked up, and sent again if need be."""
        results = [_without_link(one) for one in planned if one.wants]
        records = [one.record for one in planned if not one.wants]
        for attempt in range(1, ATTEMPTS + 1):
            ready, settled = self._judged(records)
            results += settled
            sent_at = self.clock()
            self._note_intents(run_id, ready, attempt, sent_at)
            try:
                # one by one, so that an error, or Ctrl-C, keeps what has been told of
                for result in self._sent(ready):
                    results.append(result)
            finally:
                self._note_results(run_id, results)
                outcomes.update(result.outcome for result in results)
            records = [
                replace(result.record, sent_at=sent_at)
                for result in results
                if result.outcome == "unknown" and _can_be_found(result.record)
            ]
            if not records or attempt == ATTEMPTS:
                return
            outcomes["unknown"] -= len(records)
            results = []

    def _judged(self, records: Sequence[Record]) -> tuple[list[_Ready], list[_Result]]:
        """Of records, those that are to be sent, and how the others have ended."""
        if not records:
            return [], []
        found = self.destination.look_up(records)
        ready: list[_Ready] = []
        results: list[_Result] = []
        for record in records:
            judged = _judge(record, found.get(record.position), self.plan.kind == "undo")
            if isinstance(judged, _Ready):
                ready.append(judged)
            else:
                results.append(judged)
        return ready, results

    def _sent(self, ready: Sequence[_Ready]) -> Iterator[_Result]:
        """Send, and tell of each record how it ended."""
        if not ready:
            return
        waiting = {one.record.position: one for one in ready}
        for position, written in self.destination.write([one.sent for one in ready]):
            yield _result(waiting.pop(position), written)
        for one in waiting.values():
            yield _result(one, Written("unknown", reason="the destination did not tell of it"))

    def _note_intents(
        self, run_id: str, ready: Sequence[_Ready], attempt: int, now: datetime
    ) -> None:
        with self.warehouse.held() as held:
            dialect.insert(
                held,
                "sync_intents",
                (
                    {
                        "run_id": run_id,
                        "plan_id": self.plan.plan_id,
                        "destination": self.destination.name,
                        "object": one.record.object,
                        "record_key": one.record.record_key,
                        "attempt": attempt,
                        "intended_at": now.isoformat(),
                    }
                    for one in ready
                ),
            )

    def _note_results(self, run_id: str, results: Sequence[_Result]) -> None:
        """Write down how records ended, also those without a call, and remember it."""
        now = self.clock().isoformat()
        with self.warehouse.held() as held:
            dialect.insert(
                held,
                "sync_results",
                (
                    {
                        "run_id": run_id,
                        "plan_id": self.plan.plan_id,
                        "destination": self.destination.name,
                        "object": one.record.object,
                        "record_key": one.record.record_key,
                        "action": one.record.action,
                        "outcome": one.outcome,
                        "reason": one.reason,
                        "external_id": one.external_id,
                        "before": one.before,
                        "after": one.after,
                        "attempted_at": now,
                    }
                    for one in results
                ),
            )
        for one in results:
            self.settled += one.outcome != "unknown"
            key = (one.record.object, one.record.record_key)
            made = one.external_id if one.record.action == "create" else None
            self._remember(key, one.outcome, made)

    def _remember(self, key: Key, outcome: str, made: str | None) -> None:
        """Keep what the records that belong to this one have to know of it."""
        if outcome in ("written", "unchanged"):
            self.left.discard(key)
        else:
            self.left.add(key)
        if made:
            self.made[key] = made


def _judge(record: Record, found: Found | None, is_undo: bool) -> _Ready | _Result:
    """Hold what is there against what the plan expects, field by field.

    A field that is neither as the plan found it nor as it shall be was changed by somebody else
    meanwhile: then the record is left alone. Undoing leaves such fields, and restores the others.
    """
    if found is not None and found.outcome is not None:
        return _Result(record, found.outcome, found.external_id, found.reason, {}, {})
    if found is None or found.external_id is None:
        if record.external_id is not None or record.action in ("update", "undo"):
            reason = "it is no longer there, or no longer shown to this user"
            return _Result(record, "skipped", record.external_id, reason, {}, {})
        return _Ready(record, record, {}, record.after)
    before: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    foreign = []
    for name, value in record.after.items():
        now = found.values.get(name)
        if same(now, value):
            before[name] = value
        elif same(now, record.before.get(name)):
            before[name] = record.before.get(name)
            changes[name] = value
        else:
            foreign.append(name)
    names = ", ".join(sorted(foreign))
    left = f"changed by somebody else meanwhile: {names}" if foreign else None
    if foreign and not (is_undo and changes):
        return _Result(record, "skipped", found.external_id, left, {}, {})
    after = {name: record.after[name] for name in before}
    if changes:
        sent = replace(record, external_id=found.external_id, after=changes)
        return _Ready(record, sent, before, after, left)
    if record.sent_at is None or is_undo:
        return _Result(record, "unchanged", found.external_id, "it was so already", before, after)
    before = {name: record.before[name] for name in after if name in record.before}
    arrived = "it had arrived: found when looked up"
    return _Result(record, "written", found.external_id, arrived, before, after)


def _can_be_found(record: Record) -> bool:
    """Whether sending it again at once can do no harm. What has neither id nor key waits for the
    next run: the call that was not answered may still be at work."""
    return bool(record.external_id or record.key_field)


def _result(one: _Ready, written: Written) -> _Result:
    reasons = [text for text in (written.reason, one.reason) if text]
    is_so = written.outcome in ("written", "unchanged", "unknown")
    before, after = one.before, one.after
    if written.filled is not None:
        before, after = dict.fromkeys(written.filled), written.filled
    return _Result(
        one.record,
        written.outcome,
        written.external_id or one.sent.external_id,
        "; ".join(reasons) or None,
        before if is_so else {},
        after if is_so else {},
    )


def _without_link(planned: _Planned) -> _Result:
    others = " and ".join(sorted({other or "record" for other, _ in planned.wants.values()}))
    reason = f"the {others} {plans.NOT_LINKED}"
    return _Result(planned.record, "failed", None, reason, {}, {})
