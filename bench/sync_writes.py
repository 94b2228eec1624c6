"""How many writes the rules of the sync models save: `python -m bench.sync_writes`.

A year of daily runs over 20,000 accounts. Their histories are made here: visits that come in
sessions, far more of some accounts than of others, and times of interest in which an account comes
every few days and looks at other pages. They are scored as the product scores (decay, 30 days,
stages, surge), and each day the sync models' own macros, with the registry as shipped, decide which
accounts to write into a CRM that holds what was written last. The year begins after the first load,
which writes every account whatever the rules.

- exact: an account is written on every day on which its score, before it is rounded to a whole
  number, is another than the day before; what it would be after rounding is printed beside it
- stage differs: account-days that end with another stage in the CRM than ours
- late rises: account-days that end with a lower stage in the CRM than ours
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa

from bench.measure import in_own_process, run_dbt
from python_jobs.settings import PROJECT_DIR

WARM_UP = 60
LAMBDA, NORMALIZE = 0.10, 80.0

# What a page is worth, and how often it is looked at: by the way, and with an interest.
WEIGHTS = np.array([1.0, 3, 6, 8, 10, 12, 18, 25, 30, 60])
BY_THE_WAY = np.array([0.22, 0.26, 0.12, 0.14, 0.12, 0.05, 0.04, 0.04, 0.008, 0.002])
INTERESTED = np.array([0.08, 0.08, 0.08, 0.10, 0.16, 0.10, 0.16, 0.16, 0.06, 0.02])

# One day: what we say, beside what the CRM says, and which of them are written. The macros are the
# sync models' own; `their_` starts as null.
DECISION = """
{%- set fields = ['Intent_Score__c', 'Intent_Stage__c', 'Intent_Surge__c'] %}
{%- set mappings = field_mappings('salesforce', 'Account')
    | selectattr('field', 'in', fields) | list %}
with config as (
    select * from {{ ref('stg_registry__score_configs') }} where status = 'active'
),
settings as (
    {{ settings_row(ref('stg_registry__sync_settings'), settings={
        'stage_hysteresis': 'double', 'surge_hysteresis': 'double', 'surge_stages': 'varchar',
    }, where="destination = 'salesforce'") }}
),
leveled as (
    select
        days.*,
        case
            when intent_score <= cold_max then 'Cold'
            when intent_score <= warm_max then 'Warm'
            else 'Hot'
        end as intent_stage,
        case
            when surge_ratio < surge_surging_min then 'Normal'
            when surge_ratio <= surge_exploding_min then 'Surging'
            else 'Exploding'
        end as surge_level
    from days
    cross join config
    where day = getvariable('day')
),
desired as (
    select
        leveled.*,
        {{ tolerated_stages('leveled.intent_score', 'config', 'settings') }}
            as intent_stages_tolerated,
        {{ tolerated_surges('leveled.surge_ratio', 'leveled.intent_stage', 'config', 'settings') }}
            as surge_levels_tolerated
    from leveled
    cross join config
    cross join settings
),
compared as (
    select
        desired.account_number,
        {%- for mapping in mappings %}
        {{ our_text(mapping, 'desired') }} as our_{{ mapping.field }},
        crm.their_{{ mapping.field }},
        {%- if mapping.tolerated %}
        desired.{{ mapping.tolerated }} as tolerated_{{ mapping.field }},
        {%- endif %}
        {%- endfor %}
    from desired
    left join crm on desired.account_number = crm.account_number
),
differing as (
    select
        *,
        {%- for mapping in mappings %}
        {{ field_differs(mapping) }} as differs_{{ mapping.field }},
        {%- endfor %}
    from compared
)
select
    account_number,
    {%- for mapping in mappings %}
    our_{{ mapping.field }},
    their_{{ mapping.field }},
    {%- endfor %}
    {% for mapping in mappings %}{{ field_moved(mapping) }} or {% endfor %}false as is_written
from differing
"""


def points(accounts: int, days: int, seed: int) -> np.ndarray:
    """Points an account earns on a day, one row an account."""
    draw = np.random.default_rng(seed)
    # sessions a day: one a month in the middle, a tenth of the accounts make most of them
    usual = draw.gamma(0.35, 0.10, accounts)
    rate = np.repeat(usual[:, None], days, axis=1)
    is_interested = np.zeros((accounts, days), dtype=bool)
    for _ in range(3):
        has = draw.random(accounts) < 0.18
        start = draw.integers(0, days, accounts)
        length = np.clip(draw.lognormal(3.2, 0.6, accounts), 5, 150)
        busy = draw.lognormal(-0.9, 0.7, accounts)
        since = np.arange(days)[None, :] - start[:, None]
        inside = has[:, None] & (since >= 0) & (since < length[:, None])
        rate = np.where(inside, rate + busy[:, None], rate)
        is_interested |= inside
    # nobody looks for suppliers at the weekend
    rate = rate * np.where(np.arange(days) % 7 < 5, 1.3, 0.25)[None, :]
    sessions = draw.poisson(rate)
    row, day = np.nonzero(sessions)
    pages = sessions[row, day] + draw.poisson(1.6 * sessions[row, day])
    at = np.repeat(np.arange(len(row)), pages)
    chance = draw.random(len(at))
    by_the_way = np.searchsorted(np.cumsum(BY_THE_WAY), chance).clip(max=len(WEIGHTS) - 1)
    interested = np.searchsorted(np.cumsum(INTERESTED), chance).clip(max=len(WEIGHTS) - 1)
    page = np.where(is_interested[row[at], day[at]], interested, by_the_way)
    earned = np.zeros((accounts, days))
    np.add.at(earned, (row[at], day[at]), WEIGHTS[page])
    return earned


def scores(earned: np.ndarray) -> pa.Table:
    """Score and surge ratio of every account and day after the warm-up, by product's formula."""

    def window(ages: int) -> np.ndarray:
        total = np.zeros_like(earned)
        for age in range(ages):
            total[:, age:] += earned[:, : earned.shape[1] - age] * np.exp(-LAMBDA * age)
        return total

    raw_30d, raw_7d = window(30), window(7)
    raw_prev_7d = np.zeros_like(raw_7d)
    raw_prev_7d[:, 7:] = raw_7d[:, :-7] * np.exp(-LAMBDA * 7)
    score = np.floor(100 * (1 - np.exp(-raw_30d / NORMALIZE)) + 0.5).astype(np.int32)
    ratio = (raw_7d + 5) / (raw_prev_7d + 5)
    accounts, days = earned.shape
    kept = slice(WARM_UP, days)
    shape = (accounts, days - WARM_UP)
    return pa.table(
        {
            "account_number": np.repeat(np.arange(accounts, dtype=np.int32), shape[1]),
            "day": np.tile(np.arange(shape[1], dtype=np.int32), accounts),
            "intent_score": score[:, kept].ravel(),
            "raw_score_30d": raw_30d[:, kept].ravel(),
            "surge_ratio": ratio[:, kept].ravel(),
        }
    )


def decision_sql(folder: Path, warehouse: Path) -> str:
    """DECISION as dbt compiles it over the shipped registries, which it puts into the warehouse."""
    registries = ["field_mappings", "sync_settings", "score_configs"]
    views = [f"+stg_registry__{registry}" for registry in registries]
    build = ["build", "--exclude-resource-type", "test", "--select", *views]
    in_own_process(run_dbt, folder, warehouse, build, {})
    done = subprocess.run(
        [
            *(
                str(Path(sys.executable).with_name("dbt")),
                "--quiet",
                "compile",
                "--inline",
                DECISION,
            ),
            *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
            *("--target", "duckdb", "--target-path", str(folder / "target")),
        ],
        env={**os.environ, "GTM_DUCKDB_PATH": str(warehouse)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def simulate(con: duckdb.DuckDBPyConnection, decision: str, days: int) -> None:
    """Run after run: table `written`, how each day ended."""
    con.execute(
        "create table crm (account_number integer, their_Intent_Score__c varchar, "
        "their_Intent_Stage__c varchar, their_Intent_Surge__c varchar)"
    )
    con.execute("create table runs (day integer, writes integer, differing integer, lower integer)")
    for day in range(days):
        con.execute(f"set variable day = {day}")
        con.execute(f"create or replace temp table decided as {decision}")
        con.execute(
            "create or replace table crm as select account_number, "
            + ", ".join(
                f"case when is_written then our_{field} else their_{field} end as their_{field}"
                for field in ("Intent_Score__c", "Intent_Stage__c", "Intent_Surge__c")
            )
            + " from decided"
        )
        con.execute(
            """
            insert into runs
            select
                getvariable('day'),
                count(*) filter (where is_written),
                count(*) filter (
                    where not is_written and our_Intent_Stage__c <> their_Intent_Stage__c
                ),
                count(*) filter (
                    where not is_written
                        and list_position(['Cold', 'Warm', 'Hot'], our_Intent_Stage__c)
                        > list_position(['Cold', 'Warm', 'Hot'], their_Intent_Stage__c)
                )
            from decided
            """
        )


def report(con: duckdb.DuckDBPyConnection, accounts: int, days: int, seconds: float) -> None:
    """Print what was reached, against the targets."""
    [(writes, differing, lower)] = con.sql(
        "select sum(writes), sum(differing), sum(lower) from runs where day > 0"
    ).fetchall()
    [(exact, rounded, cold, warm, hot, active)] = con.sql(
        """
        with changes as (
            select
                *,
                lag(intent_score) over (partition by account_number order by day) as score_before,
                lag(raw_score_30d) over (partition by account_number order by day) as raw_before
            from days
            qualify day > 0
        )
        select
            count(*) filter (where abs(raw_score_30d - raw_before) > 1e-9),
            count(*) filter (where intent_score <> score_before),
            avg(case when intent_score <= 34 then 1 else 0 end),
            avg(case when intent_score between 35 and 69 then 1 else 0 end),
            avg(case when intent_score >= 70 then 1 else 0 end),
            count(*) filter (where intent_score > 0)
        from changes
        """
    ).fetchall()
    fewer, share = 1 - writes / exact, differing / (accounts * (days - 1))
    print(f"{accounts:,} accounts, {days} days, {seconds:.0f} s")
    print(f"Cold {cold:.1%}, Warm {warm:.1%}, Hot {hot:.1%} of account-days")
    print(
        f"pushing every change of the exact score: {exact:,} writes (of the rounded: {rounded:,})"
    )
    print(f"ours: {writes:,}")
    print(
        f"fewer: {fewer:.2%} (target 95%) {'yes' if fewer >= 0.95 else 'NO'}; "
        f"against the rounded score {1 - writes / rounded:.2%}"
    )
    print(
        f"stage differs: {share:.2%} of account-days (target 4%) "
        f"{'yes' if share <= 0.04 else 'NO'}; "
        f"{differing / active:.2%} of those with a score above 0"
    )
    print(f"late rises: {lower} (target 0) {'yes' if lower == 0 else 'NO'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    began = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        decision = decision_sql(Path(folder), warehouse)
        con = duckdb.connect(str(warehouse))
        con.execute("set threads = 2")
        earned = points(given.accounts, given.days + WARM_UP, given.seed)
        con.register("scored", scores(earned))
        con.execute("create table days as select * from scored order by day")
        simulate(con, decision, given.days)
        report(con, given.accounts, given.days, perf_counter() - began)


if __name__ == "__main__":
    main()
