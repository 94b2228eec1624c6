"""What must not happen unseen: each guard refuses a plan, with one sentence, until it is allowed.

The limits are rows of the registry ``sync_guards``: of the rows for a guard, the one that names the
destination and the entity goes before those that say ``*``. A guard that ``enabled`` is false for
is not looked at; ``at_least`` is what has to be exceeded before it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from python_jobs.activate import dialect
from python_jobs.activate.destination import Cost, Quota
from python_jobs.build import JOB as BUILD
from python_jobs.build import PART
from python_jobs.errors import ConfigurationError
from python_jobs.printing import counted
from python_jobs.registry.definitions import ANY, Row, registry
from python_jobs.registry.journal import read_registries
from python_jobs.warehouse import Warehouse

ACTIONS = ("create", "update", "enrol", "skip", "refuse", "undo")
DELETES = "deletes"
"""The one guard without a row: nothing here deletes."""
STALE_PLAN = "stale_plan"
"""The one guard of plans that are to be applied."""
NOT_ALLOWED = {
    DELETES: "gtm never deletes a record",
    STALE_PLAN: "make a new plan, or set its limit in the registry sync_guards",
}
GUARDS = registry("sync_guards").field("guard").choices


@dataclass(frozen=True)
class Tripped:
    """A guard that refuses a plan, or would, had it not been allowed.

    ``value`` is what was found and ``limit`` what may be; None where there is no number.
    """

    guard: str
    limit: float | None
    value: float | None
    sentence: str
    is_allowed: bool = False


class Limits:
    """The rows of ``sync_guards`` that are in force for one destination."""

    def __init__(self, rows: Sequence[Row], destination: str) -> None:
        self._rows = rows
        self._destination = destination

    def of(self, guard: str, entity: str = ANY) -> tuple[float, float] | None:
        """The limit, and what is too little to look at; None where the guard is off."""
        fitting = [
            row
            for row in self._rows
            if row["guard"] == guard
            and row["destination"] in (self._destination, ANY)
            and row["entity"] in (entity, ANY)
        ]
        if not fitting:
            return None
        row = max(fitting, key=lambda one: (one["entity"] != ANY, one["destination"] != ANY))
        return (row["limit_value"], row["at_least"] or 0) if row["enabled"] else None


def limits_of(warehouse: Warehouse, destination: str) -> Limits:
    """The limits in force."""
    return Limits(read_registries(warehouse).values()["sync_guards"], destination)


def checked_allowances(names: Collection[str]) -> frozenset[str]:
    """The guards that a user allows.

    Raises:
        ConfigurationError: there is no such guard, or it cannot be allowed.
    """
    for name in names:
        if name in NOT_ALLOWED:
            raise ConfigurationError(f"{name} cannot be allowed: {NOT_ALLOWED[name]}")
        if name not in GUARDS:
            raise ConfigurationError(f"there is no guard '{name}': use {', '.join(GUARDS)}")
    return frozenset(names)


@dataclass(frozen=True)
class Judged:
    """A plan as the guards look at it. ``entities``: object to entity of its destination;
    ``planned`` the entities that have a sync model."""

    plan_id: str
    destination: str
    entities: Mapping[str, str]
    planned: Collection[str]
    cost: Cost
    quota: Quota | None
    now: datetime


def tripped(
    warehouse: Warehouse, judged: Judged, limits: Limits, allowed: Collection[str]
) -> list[Tripped]:
    """Every guard that a plan trips, those that are allowed too."""
    found = [
        *_source_empty(warehouse, judged, limits),
        *_too_many_changed(warehouse, judged, limits),
        *_nulls_flood(warehouse, judged, limits),
        *_stale_destination(warehouse, judged, limits),
        *_stale_build(warehouse, judged, limits),
        *tripped_by_undo(warehouse, judged, limits),
    ]
    return [replace(one, is_allowed=one.guard in allowed) for one in found]


def tripped_by_undo(warehouse: Warehouse, judged: Judged, limits: Limits) -> list[Tripped]:
    """The guards that also hold for taking back what was written."""
    return [
        *_key_collisions(warehouse, judged, limits),
        *_deletes(warehouse, judged),
        *_quota(judged, limits),
    ]


def too_old(warehouse: Warehouse, destination: str, made_at: datetime, now: datetime) -> str | None:
    """Why a plan that was made then is not applied any more, in a sentence; None if it may be."""
    limit = limits_of(warehouse, destination).of(STALE_PLAN)
    hours = (now - made_at).total_seconds() / 3_600
    if limit is None or hours <= limit[0]:
        return None
    return f"it was made {counted(hours, 'hour')} ago, and what it rests on may have changed"


def _source_empty(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    for entity in judged.planned:
        limit = limits.of("source_empty", entity)
        model = f"int_{judged.destination}_{entity}_desired"
        if limit is None:
            continue
        is_there = warehouse.has_table("intermediate", model)
        rows = (
            _number(warehouse, f"select count(*) as n from intermediate.{model}") if is_there else 0
        )
        if rows < limit[0]:
            yield Tripped(
                "source_empty",
                limit[0],
                rows,
                f"{model} has {counted(rows, 'row')}, fewer than {limit[0]:,.0f}: something before "
                "it is empty; see what the last build read",
            )


def _too_many_changed(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    changed = warehouse.rows(
        "select object, count(*) as n from ops.sync_plan_records where plan_id = ? "
        "and action in ('create', 'update', 'enrol') group by object",
        [judged.plan_id],
    )
    for row in changed:
        entity = judged.entities.get(row["object"], "")
        limit = limits.of("too_many_changed", entity)
        if limit is None or row["n"] < limit[1]:
            continue
        there = _landed(warehouse, judged.destination, entity)["record_count"]
        share = row["n"] / max(there, 1)
        if share > limit[0]:
            yield Tripped(
                "too_many_changed",
                limit[0],
                share,
                f"{row['n']:,} {entity} would change, where {judged.destination} had {there:,.0f} "
                f"of them when it was last read: more than {limit[0]:.0%}; look at some of them",
            )


def _nulls_flood(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    for row in warehouse.rows(dialect.fields_cleared(warehouse), [judged.plan_id]):
        entity = judged.entities.get(row["object"], "")
        limit = limits.of("nulls_flood", entity)
        fields, cleared = int(row["fields"]), int(row["cleared"])
        if limit is None or cleared < limit[1] or cleared <= limit[0] * fields:
            continue
        yield Tripped(
            "nulls_flood",
            limit[0],
            cleared / fields,
            f"{cleared:,} of {fields:,} changed fields of {entity} would be emptied, more than "
            f"{limit[0]:.0%}: a column before them may have lost its values",
        )


def _key_collisions(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    limit = limits.of("key_collisions")
    if limit is None:
        return
    parts = [
        f"select count(*) as n from ops.sync_plan_records where plan_id = ? and {key} is not null "
        "and action in ('create', 'update', 'enrol', 'undo') "
        f"group by object, {key} having count(*) > 1"
        for key in ("record_key", "external_id", "key_field || ' ' || lower(key_value)")
    ]
    query = f"select count(*) as n from ({' union all '.join(parts)}) as collisions"
    collisions = int(warehouse.rows(query, [judged.plan_id] * len(parts))[0]["n"])
    if collisions > limit[0]:
        yield Tripped(
            "key_collisions",
            limit[0],
            collisions,
            f"{collisions:,} keys are written by more than one row of the plan, of which the last "
            "would win: make the sync model give one",
        )


def _deletes(warehouse: Warehouse, judged: Judged) -> Iterator[Tripped]:
    known = ", ".join(f"'{action}'" for action in ACTIONS)
    others = warehouse.rows(
        "select action, count(*) as n from ops.sync_plan_records "
        f"where plan_id = ? and action not in ({known}) group by action order by action",
        [judged.plan_id],
    )
    for row in others:
        yield Tripped(
            DELETES,
            0,
            row["n"],
            f"{row['n']:,} records have the action '{row['action'][:20]}', which gtm does not do: "
            "it deletes nothing",
        )


def _quota(judged: Judged, limits: Limits) -> Iterator[Tripped]:
    limit = limits.of("quota")
    if limit is None or judged.quota is None or judged.cost.calls == 0:
        return
    share = judged.cost.calls / max(judged.quota.left, 1)
    if share > limit[0]:
        yield Tripped(
            "quota",
            limit[0],
            share,
            f"it takes {counted(judged.cost.calls, 'call')} and {judged.quota.left:,} of "
            f"{judged.quota.of:,} are left for now: more than {limit[0]:.0%} of them",
        )


def _stale_destination(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    for entity in judged.planned:
        limit = limits.of("stale_destination", entity)
        if limit is None:
            continue
        read_at = _last_success(
            warehouse, "job = 'ingest' and source = ? and entity = ?", judged.destination, entity
        )
        # another loader's runs are not on record: when it last landed something tells
        read_at = read_at or _landed(warehouse, judged.destination, entity)["last_landed_at"]
        hours = _hours(read_at, judged.now)
        if hours is None or hours > limit[0]:
            yield Tripped(
                "stale_destination",
                limit[0],
                hours,
                f"{judged.destination}'s {entity} were {_last(hours, 'read')}: what they hold now "
                f"may differ; run gtm ingest {judged.destination} and gtm build",
            )


def _stale_build(warehouse: Warehouse, judged: Judged, limits: Limits) -> Iterator[Tripped]:
    limit = limits.of("stale_build")
    if limit is None:
        return
    built_at = _last_success(warehouse, "job = ? and mode is distinct from ?", BUILD, PART)
    hours = _hours(built_at, judged.now)
    if hours is None or hours > limit[0]:
        yield Tripped(
            "stale_build",
            limit[0],
            hours,
            f"the models were {_last(hours, 'built')} without an error: run gtm build",
        )


def _landed(warehouse: Warehouse, destination: str, entity: str) -> dict[str, Any]:
    """What has landed of a destination's table: ``record_count``, ``last_landed_at`` (UTC)."""
    if warehouse.has_table("intermediate", "int_destination_tables"):
        for row in warehouse.rows(
            "select record_count, last_landed_at from intermediate.int_destination_tables "
            "where destination = ? and entity = ?",
            [destination, entity],
        ):
            return row
    return {"record_count": 0, "last_landed_at": None}


def _last_success(warehouse: Warehouse, condition: str, *params: Any) -> datetime | None:
    [row] = warehouse.rows(
        "select max(finished_at) as at from ops.job_runs "
        f"where status = 'succeeded' and {condition}",
        params,
    )
    at: datetime | None = row["at"]
    return at


def _hours(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since).total_seconds() / 3_600


def _last(hours: float | None, done: str) -> str:
    return f"never {done}" if hours is None else f"last {done} {counted(hours, 'hour')} ago"


def _number(warehouse: Warehouse, query: str) -> float:
    return float(warehouse.rows(query)[0]["n"])
