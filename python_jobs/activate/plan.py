"""Making a plan: the sync models' rows, kept as they are now, priced, guarded and hashed.

The records never pass through Python: ``insert … select`` writes them, and counts, guards and the
hash are queries over them. So a plan over a million records takes seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from python_jobs.activate import dialect, plans
from python_jobs.activate.destination import (
    Action,
    Batch,
    Cost,
    Destination,
    FieldMapping,
    Quota,
)
from python_jobs.activate.guards import Judged, Tripped, limits_of, tripped, tripped_by_undo
from python_jobs.activate.plans import Plan
from python_jobs.errors import ConfigurationError
from python_jobs.registry.journal import read_registries
from python_jobs.warehouse import BriefWarehouse, Warehouse

COLUMNS = (
    "object",
    "record_key",
    "action",
    "external_id",
    "key_field",
    "key_value",
    "before",
    "after",
    "links",
    "reason",
    "source_rows",
    "payload_hash",
)
SENT: tuple[Action, ...] = ("create", "update", "enrol", "undo")
"""Actions that are calls; skip and refuse are only told."""

SHOWN_VALUES = 3

PLAN_MEMORY = "2GB"
"""What DuckDB may hold while a plan is made: the records are sorted once."""


def make_plan(
    warehouse: BriefWarehouse,
    destination: Destination,
    allowed: Collection[str],
    created_by: str,
    now: datetime,
) -> Plan:
    """Plan what the sync models of a destination say, and write the plan to the warehouse.

    A plan that trips a guard which is not ``allowed`` is kept too, as refused, to be looked at.

    Raises:
        ConfigurationError: there is no sync model, or a field mapping does not hold.
        QuotaExhausted, TransientError: the destination could not be asked.
    """
    with warehouse.held() as held:
        entities = sync_entities(held, destination)
        query = " union all ".join(
            f"select {', '.join(COLUMNS)} from sync.sync_{destination.name}__{entity} "
            "where destination = ?"
            for entity in entities
        )
    return _planned(
        warehouse,
        destination,
        query,
        [destination.name] * len(entities),
        lambda held, judged: tripped(held, judged, limits_of(held, destination.name), allowed),
        entities,
        created_by,
        now,
    )


def make_undo(
    warehouse: BriefWarehouse,
    destination: Destination,
    run_id: str,
    query: str,
    params: Sequence[Any],
    created_by: str,
    now: datetime,
    is_trial: bool = False,
) -> Plan:
    """Plan the rows of a query that takes back a run; see ``undo``. A trial is to be looked at.

    Raises:
        as ``make_plan`` does.
    """
    return _planned(
        warehouse,
        destination,
        query,
        params,
        lambda held, judged: tripped_by_undo(held, judged, limits_of(held, destination.name)),
        (),
        created_by,
        now,
        undoes_run_id=run_id,
        is_trial=is_trial,
    )


def _planned(
    warehouse: BriefWarehouse,
    destination: Destination,
    query: str,
    params: Sequence[Any],
    guarded: Callable[[Warehouse, Judged], list[Tripped]],
    planned: Collection[str],
    created_by: str,
    now: datetime,
    undoes_run_id: str | None = None,
    is_trial: bool = False,
) -> Plan:
    """Keep the rows of a query as a plan. While the destination is asked, nothing is held; what a
    run that dies meanwhile leaves behind belongs to no plan, and goes with the next."""
    plan_id = uuid.uuid4().hex[:12]
    with warehouse.held() as held:
        _keep_records(held, plan_id, destination, query, params)
        counted = _counted(held, plan_id)
        mappings = _mappings(held, destination)
        keys = _keys(held, plan_id)
    taken = destination.check(mappings, keys)
    quota = destination.quota()
    address = destination.address
    cost = destination.cost([batch for batch in counted if batch.action in SENT])
    with warehouse.held() as held:
        _check_values(held, plan_id, taken)
        judged = Judged(plan_id, destination.name, destination.objects, planned, cost, quota, now)
        guards = tuple(guarded(held, judged))
        is_held = not all(guard.is_allowed for guard in guards)
        plan = Plan(
            plan_id=plan_id,
            destination=destination.name,
            kind="undo" if undoes_run_id else "plan",
            undoes_run_id=undoes_run_id,
            status="superseded" if is_trial else "refused" if is_held else "planned",
            hash=plans.hash_of(held, plan_id, address),
            records=sum(batch.records for batch in counted),
            counts=_by_action(counted),
            guards=guards,
            calls=cost.calls,
            quota_share=_share(cost, quota),
            seconds=cost.seconds,
            created_by=created_by,
            created_at=now,
        )
        plans.save(held, plan)
    return plan


def sync_entities(warehouse: Warehouse, destination: Destination) -> list[str]:
    """The entities that have a sync model of this destination, in the order of writing.

    Raises:
        ConfigurationError: there is none, or one is of no object that the destination writes.
    """
    prefix = f"sync_{destination.name}__"
    found = {
        row["name"].removeprefix(prefix)
        for row in warehouse.rows(
            "select lower(table_name) as name from information_schema.tables "
            "where lower(table_schema) = 'sync' and lower(table_name) like ?",
            [f"{prefix}%"],
        )
        if row["name"].startswith(prefix)
    }
    known = list(destination.objects.values())
    unknown = sorted(found - set(known))
    if unknown:
        raise ConfigurationError(
            f"{prefix}{unknown[0]} is for nothing that gtm writes to {destination.name}: "
            f"name it after one of {', '.join(known)}, or drop it"
        )
    if not found:
        raise ConfigurationError(
            f"the warehouse has no sync model for {destination.name}: run gtm build"
        )
    return [entity for entity in known if entity in found]


def _keep_records(
    warehouse: Warehouse,
    plan_id: str,
    destination: Destination,
    query: str,
    params: Sequence[Any],
) -> None:
    """Write the records, those of one object and action one after the other; what is taken back in
    the reverse order of writing, so that a sequence ends before its prospect loses its texts."""
    warehouse.execute(
        "delete from ops.sync_plan_records where destination = ? "
        "and plan_id not in (select plan_id from ops.sync_plans)",
        [destination.name],
    )
    rank = " ".join(f"when '{name}' then {i}" for i, name in enumerate(destination.objects))
    listed = ", ".join(COLUMNS)
    warehouse.execute(
        f"""
        insert into ops.sync_plan_records (plan_id, destination, position, {listed})
        select
            ?,
            ?,
            row_number() over (
                order by
                    case when action = 'undo' then -1 else 1 end * case object {rank} else 99 end,
                    action, record_key, external_id, key_value
            ) as position,
            {listed}
        from ({query}) as records
        """,
        [plan_id, destination.name, *params],
    )


def _counted(warehouse: Warehouse, plan_id: str) -> list[Batch]:
    rows = warehouse.rows(
        "select object, action, count(*) as records, "
        "sum(case when external_id is null then 1 else 0 end) as unknown_ids, "
        "min(position) as first_position from ops.sync_plan_records where plan_id = ? "
        "group by object, action order by first_position",
        [plan_id],
    )
    return [
        Batch(row["object"], row["action"], int(row["records"]), int(row["unknown_ids"]))
        for row in rows
    ]


def _by_action(batches: Sequence[Batch]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for batch in batches:
        counts[batch.action] = counts.get(batch.action, 0) + batch.records
    return dict(sorted(counts.items()))


def _keys(warehouse: Warehouse, plan_id: str) -> dict[str, str]:
    """Object to its key field.

    Raises:
        ConfigurationError: a sync model finds its records by more than one.
    """
    keys: dict[str, str] = {}
    for row in warehouse.rows(
        "select distinct object, key_field from ops.sync_plan_records "
        "where plan_id = ? and key_field is not null order by object, key_field",
        [plan_id],
    ):
        if row["object"] in keys:
            raise ConfigurationError(
                f"the sync model of {row['object']} finds records by {keys[row['object']]} and by "
                f"{row['key_field']}: it must use one key field"
            )
        keys[row["object"]] = row["key_field"]
    return keys


def _mappings(warehouse: Warehouse, destination: Destination) -> list[FieldMapping]:
    """The rows of the registry ``field_mappings`` that are in force.

    Raises:
        ConfigurationError: one is for an object that the destination does not write.
    """
    mappings = []
    for row in read_registries(warehouse).values().get("field_mappings", []):
        if not row["enabled"] or row["destination"] != destination.name:
            continue
        if row["object"] not in destination.objects:
            raise ConfigurationError(
                f"field mapping {row['mapping_id']}: gtm writes no {row['object']} to "
                f"{destination.name}, only {', '.join(destination.objects)}"
            )
        expression = str(row["expression"])
        constant = expression[1:] if expression.startswith("=") else None
        mappings.append(
            FieldMapping(row["mapping_id"], row["object"], row["field"], row["kind"], constant)
        )
    return mappings


def _check_values(
    warehouse: Warehouse, plan_id: str, taken: Mapping[tuple[str, str], Collection[str]]
) -> None:
    """See that fields which take only some values get no others.

    Raises:
        ConfigurationError: one would; names the object, the field and some of the values.
    """
    for (object_name, name), values in taken.items():
        text = dialect.field_text(warehouse, "after")
        found = warehouse.rows(
            f"select distinct {text} as text from ops.sync_plan_records "
            "where plan_id = ? and object = ? and action in ('create', 'update')",
            [name, plan_id, object_name],
        )
        others = sorted({row["text"] for row in found if row["text"]} - set(values))
        if others:
            shown = ", ".join(f"'{value[:40]}'" for value in others[:SHOWN_VALUES])
            raise ConfigurationError(
                f"{object_name}.{name} takes only the values of its picklist, and {shown} "
                f"{'is' if len(others) == 1 else 'are'} not among them: add them there, or map "
                "another column (gtm registry set field_mappings)"
            )


def _share(cost: Cost, quota: Quota | None) -> float | None:
    return None if quota is None else cost.calls / max(quota.left, 1)
