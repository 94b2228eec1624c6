"""How right the significant surges are: `python -m bench.surge`.

Makes worlds, builds them, and holds every flagged account and day against the truth that the
generator wrote beside the data:

- true: inside a planted surge's seven days or the six after, while they are in the tested week
- journey: the account was really in market in that week, or in the six days after, so its traffic
  really did change, though no surge was planted
- false: neither

The false-discovery rate is the mean over days of the share of flagged accounts that are false (0
on a day without any), which is what Benjamini and Hochberg's procedure bounds. Days in which the
baseline is still shorter than the project asks for have no tests and do not count.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from bench.measure import in_own_process, load_files, run_dbt
from python_jobs.errors import GtmError
from python_jobs.sandbox import world
from python_jobs.sandbox.world import Size

AS_OF = date(2026, 6, 30)
TARGET = 0.10

# The truth by account: aliases and new names lead to the account they belong to.
JUDGED = """
create or replace temp table judged as
with snapshots as (
    select
        coalesce(aliases.account_domain, snapshots.account_key) as account_domain,
        snapshots.account_key,
        snapshots.snapshot_date,
        snapshots.is_surge_significant,
        snapshots.surge_level <> 'Normal' as is_surging,
        snapshots.surge_p_value is not null as is_tested
    from marts.fct_daily_account_intent as snapshots
    left join read_parquet('{truth}/aliases.parquet') as aliases
        on snapshots.account_key = aliases.alias_domain
),
planted as (
    select distinct snapshots.account_key, snapshots.snapshot_date
    from snapshots
    inner join read_parquet('{truth}/surges.parquet') as surges
        on snapshots.account_domain = surges.account_domain
        and snapshots.snapshot_date >= surges.starts_on
        and snapshots.snapshot_date < surges.starts_on + cast(surges.days as integer) + 6
),
journeys as (
    select distinct snapshots.account_key, snapshots.snapshot_date
    from snapshots
    inner join read_parquet('{truth}/in_market.parquet') as journeys
        on snapshots.account_domain = journeys.account_domain
        and snapshots.snapshot_date >= journeys.awareness_from
        and snapshots.snapshot_date < journeys.in_market_until + 6
)
select
    snapshots.*,
    planted.account_key is not null as is_planted,
    planted.account_key is null and journeys.account_key is not null as is_journey
from snapshots
left join planted using (account_key, snapshot_date)
left join journeys using (account_key, snapshot_date)
"""

# From the first day on that has past enough to test against, days without a flag among them.
BY_DAY = """
select
    snapshot_date,
    count(*) filter ({flag}) as flagged,
    count(*) filter ({flag} and is_planted) as planted,
    count(*) filter ({flag} and is_journey) as journeys
from judged
where snapshot_date >= (select min(snapshot_date) from judged where is_tested)
group by 1
"""

JUDGEMENT = """
select
    count(*),
    sum(flagged),
    sum(planted),
    sum(journeys),
    avg((flagged - planted - journeys) / greatest(flagged, 1)),
    avg((flagged - planted - journeys) / greatest(flagged - journeys, 1))
from by_day
"""

# A planted surge is found when a day it lies in is flagged; only those wholly inside the tested
# days are asked for.
POWER = """
select
    least(floor(surges.multiple), 7) as at_least,
    count(*) as planted,
    count(*) filter (found.account_domain is not null) as found
from read_parquet('{truth}/surges.parquet') as surges
left join (
    select distinct surges.account_domain, surges.starts_on
    from read_parquet('{truth}/surges.parquet') as surges
    inner join judged
        on surges.account_domain = judged.account_domain
        and judged.snapshot_date >= surges.starts_on
        and judged.snapshot_date < surges.starts_on + cast(surges.days as integer) + 6
        and judged.{flag}
) as found using (account_domain, starts_on)
where surges.starts_on >= (select min(snapshot_date) from judged where is_tested)
    and surges.starts_on + cast(surges.days as integer) <= date '{last}'
group by 1
order by 1
"""


@dataclass(frozen=True)
class Judgement:
    """What one kind of flag was worth in one world.

    ``flagged`` account-days, of which ``planted`` and ``journeys`` are true; ``rate`` is the mean
    over days of the false share with journeys counted as true, ``strict_rate`` with the flags in
    journeys left out.
    """

    days: int
    flagged: int
    planted: int
    journeys: int
    rate: float
    strict_rate: float

    @property
    def false(self) -> int:
        return self.flagged - self.planted - self.journeys


@dataclass(frozen=True)
class World:
    """One world's judgements, and by whole multiple how many surges were planted and found."""

    seed: int
    significant: Judgement
    ratio: Judgement
    power: list[tuple[int, int, int]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge every seed's world and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.surge", description=__doc__)
    parser.add_argument("--size", default="demo", choices=("tiny", "demo", "bench"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9, 10])
    parser.add_argument("--keep", type=Path, help="keep the worlds and warehouses in this folder")
    wish = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="gtm-surge-") as made:
            folder = (wish.keep or Path(made)).resolve()
            report([judge(folder, wish.size, seed) for seed in wish.seeds])
    except GtmError as error:
        sys.exit(str(error))


def judge(folder: Path, size: Size, seed: int) -> World:
    """Make one world, build it, and compare its flags with its truth.

    A world that the folder already holds, built, is judged again as it is.
    """
    here = folder / f"{size}_{seed}"
    warehouse, truth = here / "surge.duckdb", here / "world" / "truth"
    if not (here / "built").exists():
        world.generate(size, AS_OF, seed, here / "world")
        files = {entity: here / "world" / f"{entity}.parquet" for entity in world.ENTITIES}
        in_own_process(load_files, warehouse, files)
        first_day = AS_OF - timedelta(days=world.SPECS[size].days - 1)
        span = {"from_date": str(first_day), "to_date": str(AS_OF), "as_of_date": str(AS_OF)}
        in_own_process(run_dbt, here, warehouse, ["seed"], {})
        command = ["run", "--select", "+fct_daily_account_intent"]
        in_own_process(run_dbt, here, warehouse, command, span)
        (here / "built").touch()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set enable_progress_bar = false")
        con.execute(JUDGED.format(truth=truth))
        return World(
            seed,
            _judgement(con, "is_surge_significant"),
            _judgement(con, "is_surging"),
            _power(con, truth),
        )


def report(worlds: Sequence[World]) -> None:
    """Print what both kinds of flag were worth, world by world, and the power by multiple."""
    heads = "world|flag|days|flagged|planted|in a journey|neither|FDR|FDR without journeys"
    print(f"\n| {heads.replace('|', ' | ')} |\n{'|---' * 9}|")
    for judged in worlds:
        for flag, found in (
            ("significant", judged.significant),
            ("ratio above Normal", judged.ratio),
        ):
            print(
                f"| seed {judged.seed} | {flag} | {found.days} | {found.flagged:,} | "
                f"{found.planted:,} | {found.journeys:,} | {found.false:,} | {found.rate:.1%} | "
                f"{found.strict_rate:.1%} |"
            )
    print("\n| multiple | planted surges | found by a significant day |")
    print("|---|---|---|")
    totals: dict[int, tuple[int, int]] = {}
    for judged in worlds:
        for multiple, planted, found_count in judged.power:
            before = totals.get(multiple, (0, 0))
            totals[multiple] = before[0] + planted, before[1] + found_count
    for multiple, (planted, found_count) in sorted(totals.items()):
        print(f"| {multiple} to {multiple + 1} | {planted:,} | {found_count / planted:.0%} |")
    rate = sum(judged.significant.rate for judged in worlds) / len(worlds)
    verdict = "held" if rate <= TARGET else "NOT held"
    print(f"\nFalse-discovery rate, mean over worlds: {rate:.1%}; target {TARGET:.0%}: {verdict}.")


def _judgement(con: duckdb.DuckDBPyConnection, flag: str) -> Judgement:
    con.execute(f"create or replace temp table by_day as {BY_DAY.format(flag=flag)}")
    [row] = con.sql(JUDGEMENT).fetchall()
    return Judgement(*row)


def _power(con: duckdb.DuckDBPyConnection, truth: Path) -> list[tuple[int, int, int]]:
    sql = POWER.format(truth=truth, flag="is_surge_significant", last=AS_OF)
    return [(int(multiple), planted, found) for multiple, planted, found in con.sql(sql).fetchall()]


if __name__ == "__main__":
    main()
