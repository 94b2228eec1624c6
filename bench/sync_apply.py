"""A plan over a million records, and how fast records are applied into the sandbox.

    python -m bench.sync_apply [--records 1000000] [--applied 20000]

The sync model is a table of made-up accounts; the org is the sandbox's, whose accounts are made by
the first apply and changed by the second, by collections; the third changes them by Bulk 2.0 jobs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

from python_jobs.activate.apply import apply_plan
from python_jobs.activate.destinations import open_destination
from python_jobs.activate.destinations.salesforce import COLLECTED, KEYS_A_QUERY, RETRIEVED
from python_jobs.activate.guards import GUARDS
from python_jobs.activate.plan import PLAN_MEMORY, make_plan
from python_jobs.activate.plans import Plan
from python_jobs.runs import ensure_ops_tables, ensure_raw_tables, utc_now
from python_jobs.sandbox.commands import started_sandbox
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse

PLAN_SECONDS, RECORDS_A_SECOND = 20.0, 1_000.0
MODEL = "sync.sync_salesforce__accounts"


def main() -> None:
    """Measure, print against the targets, and end with 1 if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--applied", type=int, default=20_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started_sandbox(["--size", "tiny"]) as sandbox:
        os.environ["GTM_SANDBOX_URL"] = sandbox.url
        settings = Settings(GTM_DUCKDB_PATH=Path(folder) / "warehouse.duckdb")
        warehouse = BriefWarehouse(settings, 60, PLAN_MEMORY)
        with warehouse.held() as held:
            ensure_ops_tables(held)
            ensure_raw_tables(held)
        met = [_plan(settings, warehouse, wanted.records)]
        for step, by in enumerate(("collections", "collections", "Bulk 2.0 jobs")):
            met.append(_apply(settings, warehouse, wanted.applied, step, by))
    raise SystemExit(0 if all(met) else 1)


def _plan(settings: Settings, warehouse: BriefWarehouse, records: int) -> bool:
    _model(warehouse, records, 0)
    destination = open_destination("salesforce", settings, warehouse)
    with _timed() as took:
        plan = make_plan(warehouse, destination, GUARDS, "bench", utc_now())
    assert plan.records == records, plan
    return _told(
        f"a plan over {records:,} records: {took[0]:.1f} s (processor {took[1]:.1f} s)",
        f"at most {PLAN_SECONDS:.0f} s",
        took[0] <= PLAN_SECONDS,
    )


def _apply(settings: Settings, warehouse: BriefWarehouse, records: int, step: int, by: str) -> bool:
    _model(warehouse, records, step)
    by_job = by != "collections"
    os.environ["SALESFORCE_BULK_WRITE_FROM"] = "1" if by_job else str(10**9)
    destination = open_destination("salesforce", settings, warehouse)
    plan: Plan = make_plan(warehouse, destination, GUARDS, "bench", utc_now())
    with _timed() as took:
        applied = apply_plan(warehouse, destination, plan, plan.hash, utc_now)
    assert applied.outcomes["written"] == records, applied.outcomes
    rate = records / took[0]
    looked_up = ceil(records / (KEYS_A_QUERY if step == 0 else RETRIEVED))
    again = 0 if by_job else ceil(records / RETRIEVED)
    most = ceil(records / COLLECTED) + looked_up + again
    what = "made" if step == 0 else "changed"
    return _told(
        f"{records:,} accounts {what} by {by}: {rate:,.0f} a second (processor {took[1]:.1f} s of "
        f"{took[0]:.1f} s), {applied.calls:,} calls ({plan.calls:,} forecast)",
        f"at least {RECORDS_A_SECOND:,.0f} a second and at most {most:,} calls, of them "
        f"{looked_up:,} look-ups and {again:,} for rows that the org holds locked at first",
        rate >= RECORDS_A_SECOND and applied.calls <= most,
    )


def _model(warehouse: BriefWarehouse, records: int, step: int) -> None:
    """The sync model: accounts that are new at step 0, and changed by each step after it."""
    values = "'Intent_Score__c', i % 100 + {0}, 'Intent_Top_Lane__c', 'lane {0}'"
    now = values.format(step) + (
        ", 'Intent_Stage__c', 'Hot', 'Intent_Surge__c', 'Surging'" if step else ", 'Name', key"
    )
    then = (
        ""
        if not step
        else values.format(step - 1)
        + (
            ", 'Intent_Stage__c', 'Hot', 'Intent_Surge__c', 'Surging'"
            if step > 1
            else ", 'Intent_Stage__c', null, 'Intent_Surge__c', null"
        )
    )
    made = "(select max(external_id) from ops.sync_results where record_key = key)"
    with warehouse.held() as held:
        held.execute(
            f"""
            create or replace table {MODEL} as
            select
                'salesforce' as destination,
                'Account' as object,
                key as record_key,
                {"'update'" if step else "'create'"} as action,
                {made if step else "cast(null as varchar)"} as external_id,
                'Domain__c' as key_field,
                key as key_value,
                json_object({then}) as before,
                json_object({now}) as after,
                cast('{{}}' as json) as links,
                'stage Warm → Hot' as reason,
                json_array(json_object('table', 'marts.hot_accounts', 'key', key)) as source_rows,
                md5(key) as payload_hash
            from (select i, 'account' || i || '.example' as key from range(?) as numbers(i))
            """,
            [records],
        )
        held.execute(
            "create or replace table raw.salesforce__accounts as "
            f"select record_key as record_id from {MODEL}"
        )


@contextmanager
def _timed() -> Iterator[list[float]]:
    took: list[float] = []
    started, used = time.perf_counter(), time.process_time()
    yield took
    took += [time.perf_counter() - started, time.process_time() - used]


def _told(what: str, target: str, is_met: bool) -> bool:
    print(f"{what} – target {target}: {'met' if is_met else 'MISSED'}", flush=True)
    return is_met


if __name__ == "__main__":
    main()
