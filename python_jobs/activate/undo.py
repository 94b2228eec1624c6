"""Taking back what was written: its results, turned round, as a plan that is applied as any other.

Fields get the values back that were found in them. What somebody changed since is left, and so is
what was made: records are not deleted. One that was to be made and that somebody else had made
before is told apart by the values that were found in it. An enrolment ends if it is still going on;
what has been sent is sent.

Of a run that was cut off, updates that were about to be sent count as well: each is looked up
before it is put back. What else was not answered has no id to be found by, and is told.
"""

from __future__ import annotations

from typing import Any

from python_jobs.activate import dialect, plans
from python_jobs.activate.plans import UNANSWERED
from python_jobs.errors import ConfigurationError
from python_jobs.warehouse import Warehouse, json_parameter

MADE = "what was made is kept: delete it there, if it is not wanted"


def destination_of(warehouse: Warehouse, run_id: str) -> str:
    """The destination that a run, or all runs of a plan, wrote to.

    Raises:
        ConfigurationError: it wrote nothing, or is itself an undoing.
    """
    [found] = warehouse.rows(
        f"""
        select
            min(sent.destination) as destination,
            max(case when plans.kind = 'undo' then 1 else 0 end) as is_undo
        from (
            select plan_id, destination from ops.sync_results
            where ? in (run_id, plan_id) and outcome = 'written'
            union all
            select plan_id, destination from {UNANSWERED} and ? in (run_id, plan_id)
        ) as sent
        left join ops.sync_plans as plans on sent.plan_id = plans.plan_id
        """,
        [run_id, run_id],
    )
    if found["destination"] is None:
        raise ConfigurationError(
            f"'{run_id}' has written nothing that could be undone: gtm sync status lists the last "
            "runs"
        )
    if found["is_undo"]:
        raise ConfigurationError(
            f"'{run_id}' undid another run: a new plan writes again what the models say, "
            f"gtm sync plan --destination {found['destination']}"
        )
    return str(found["destination"])


def check_address(warehouse: Warehouse, run_id: str, address: str) -> None:
    """See that a run, or all runs of a plan, wrote to this org: ids mean others elsewhere.

    Raises:
        ConfigurationError: it wrote to another.
    """
    applied = warehouse.rows(
        "select distinct plan_id from ops.sync_intents where ? in (run_id, plan_id)", [run_id]
    )
    if not all(plans.is_of(warehouse, row["plan_id"], address) for row in applied):
        raise ConfigurationError(
            f"'{run_id}' wrote to another org than {address}: undo it with the settings of that one"
        )


def query_of(warehouse: Warehouse, run_id: str) -> tuple[str, list[Any]]:
    """A query, and its parameters, for the records of the plan that takes a run back."""
    value = json_parameter(warehouse)
    is_made = f"action = 'create' and {dialect.json_text(warehouse, 'before')} = '{{}}'"
    query = f"""
        select
            object,
            record_key,
            case when {is_made} then 'skip' else 'undo' end as action,
            external_id,
            cast(null as varchar) as key_field,
            cast(null as varchar) as key_value,
            case when action = 'enrol' then {value} else after end as before,
            case when action = 'enrol' then {value} else before end as after,
            {value} as links,
            case when {is_made} then ? else 'undoes ' || run_id end as reason,
            {value} as source_rows,
            cast(null as varchar) as payload_hash
        from (
            select run_id, object, record_key, action, external_id, before, after
            from ops.sync_results
            where ? in (run_id, plan_id) and outcome = 'written' and external_id is not null
            union all
            select
                unanswered.run_id, records.object, records.record_key, records.action,
                records.external_id, records.before, records.after
            from ops.sync_plan_records as records
            inner join (
                select plan_id, object, record_key, max(run_id) as run_id
                from {UNANSWERED} and ? in (run_id, plan_id)
                group by plan_id, object, record_key
            ) as unanswered
                on records.plan_id = unanswered.plan_id
                and records.object = unanswered.object
                and records.record_key = unanswered.record_key
            where records.action = 'update'
        ) as sent
    """
    params = ['{"state": "active"}', '{"state": "finished"}', "{}", MADE, "[]", run_id, run_id]
    return query, params


def unanswered_of(warehouse: Warehouse, run_id: str) -> int:
    """Records of a run, or of all runs of a plan, of which nobody knows whether they arrived."""
    [found] = warehouse.rows(
        "select count(*) as n from (select distinct object, record_key "
        f"from {UNANSWERED} and ? in (run_id, plan_id)) as records",
        [run_id],
    )
    return int(found["n"])
