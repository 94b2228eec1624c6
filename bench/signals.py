"""How many planted sign-ups, activations, spikes, silences and surges the signals find, and when.

Builds a whole world with the real dbt project and holds `marts.fct_signals` against the truth that
the generator wrote beside the data, which the pipeline never reads. Judged are facts that begin
after the first MARGIN days and end MARGIN days before the last, so that each had time to be found.
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
MARGIN = 14

# Firings with the user they are about, and the account by its own domain (aliases, renamings).
FIRINGS = """
create or replace temp table firings as
select
    signals.*,
    signals.evidence ->> '$.facts.user_id' as user_id,
    cast(signals.evidence ->> '$.facts.last_seen_on' as date) as last_seen_on,
    cast(signals.evidence ->> '$.facts.from_date' as date) as from_date,
    coalesce(aliases.account_domain, signals.account_key) as account_domain
from marts.fct_signals as signals
left join read_parquet('{truth}/aliases.parquet') as aliases
    on signals.account_key = aliases.alias_domain
where not (signals.signal_name = 'usage_dropped_off' and len(
    cast(signals.evidence -> '$.strength_parts' as json[])) > 1)
"""

# Each: what was planted (key, day), and whether a firing found it on its day, later, or not.
PLANTED = {
    "product_signed_up": """
        select distinct on (user_id) user_id as subject, cast(created_at as date) as day
        from read_parquet('{world}/product_users.parquet')
        where plan = 'pro_trial' order by user_id, updated_at
    """,
    "feature_activated": """
        select truth.user_id as subject, truth.activated_on as day
        from read_parquet('{truth}/product.parquet') as truth
        inner join (
            select user_id, min(created_at) as created_at
            from read_parquet('{world}/product_users.parquet') group by 1
        ) as users using (user_id)
        where truth.activated_on is not null and users.created_at >= date '{first}'
    """,
    "usage_spiked": """
        select user_id as subject, spike_starts_on as day
        from read_parquet('{truth}/product.parquet') where spike_starts_on is not null
    """,
    "usage_dropped_off": """
        select truth.user_id as subject, truth.silent_from as day
        from read_parquet('{truth}/product.parquet') as truth
        where truth.silent_from is not null
    """,
    "first_party_surged": """
        select account_domain as subject, starts_on as day
        from read_parquet('{truth}/surges.parquet')
    """,
    "intent_surged": """
        select account_domain as subject, decision_from as day
        from read_parquet('{truth}/in_market.parquet') where decision_from is not null
    """,
}

# When a firing counts as that fact found on time: sign-ups and activations on their day, a spike in
# its week, a silence on its seventh day, a surge while the tested week touches it, a decision stage
# with the vendor's next weekly rows (one more day until we know them).
ON_TIME = {
    "product_signed_up": "f.user_id = p.subject and f.detected_at = p.day",
    "feature_activated": "f.user_id = p.subject and f.detected_at = p.day",
    "usage_spiked": "f.user_id = p.subject and f.detected_at between p.day and p.day + 6",
    "usage_dropped_off": "f.user_id = p.subject and f.last_seen_on < p.day "
    "and f.detected_at = f.last_seen_on + 7 and f.detected_at + 7 > p.day",
    "first_party_surged": "f.account_domain = p.subject "
    "and f.detected_at between p.day and p.day + 6",
    "intent_surged": "f.account_domain = p.subject and f.detected_at between p.day and p.day + 8",
}
IN_TIME_OR_LATER = {
    "product_signed_up": "f.user_id = p.subject",
    "feature_activated": "f.user_id = p.subject and f.detected_at between p.day and p.day + 7",
    "usage_spiked": "f.user_id = p.subject and f.detected_at between p.day and p.day + 13",
    "usage_dropped_off": "f.user_id = p.subject and f.last_seen_on < p.day "
    "and f.detected_at + 7 > p.day",
    "first_party_surged": "f.account_domain = p.subject "
    "and f.detected_at between p.day and p.day + 12",
    "intent_surged": "f.account_domain = p.subject and f.detected_at between p.day and p.day + 40",
}

COUNTS = """
with planted as (select * from ({planted}) where day between date '{from_day}' and date '{to_day}')
select
    count(*),
    count(*) filter (exists (
        select 1 from firings as f where f.signal_name = '{signal}' and {on_time})),
    count(*) filter (exists (
        select 1 from firings as f where f.signal_name = '{signal}' and {later}))
from planted as p
"""

FIRED = """
with planted as ({planted})
select
    count(*),
    count(*) filter (exists (select 1 from planted as p where {later}))
from firings as f
where f.signal_name = '{signal}' and f.detected_at between date '{from_day}' and date '{to_day}'
"""

JOURNEYS = """
select
    f.signal_name,
    count(*),
    count(*) filter (exists (
        select 1 from read_parquet('{truth}/in_market.parquet') as p
        where f.account_domain = p.account_domain
            and f.detected_at between p.awareness_from - 12 and p.in_market_until + 30))
from firings as f
where f.signal_name in ('intent_surged', 'first_party_surged', 'hiring_started', 'lead_requested',
    'closed_lost_revisited') and f.detected_at between date '{from_day}' and date '{to_day}'
group by 1 order by 1
"""


@dataclass(frozen=True)
class Found:
    """Of one signal: facts planted, found on their day, found at all; firings, and those true."""

    signal: str
    planted: int
    on_time: int
    found: int
    fired: int
    true: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the world, judge it, print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.signals", description=__doc__)
    parser.add_argument("--size", default="demo", choices=("tiny", "demo", "bench"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="keep the world and the warehouse in this folder")
    wish = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="gtm-signals-") as made:
            judge((wish.keep or Path(made)).resolve(), wish.size, wish.seed)
    except GtmError as error:
        sys.exit(str(error))


def judge(folder: Path, size: Size, seed: int) -> None:
    """Make one world, build it, print what its signals found. A world built there is used again."""
    here = folder / f"{size}_{seed}"
    warehouse, data = here / "warehouse.duckdb", here / "world"
    first_day = AS_OF - timedelta(days=world.SPECS[size].days - 1)
    if not (here / "built").exists():
        world.generate(size, AS_OF, seed, data)
        files = {entity: data / f"{entity}.parquet" for entity in world.ENTITIES}
        in_own_process(load_files, warehouse, files)
        span = {"from_date": str(first_day), "to_date": str(AS_OF), "as_of_date": str(AS_OF)}
        in_own_process(run_dbt, here, warehouse, ["seed"], {})
        ran = in_own_process(run_dbt, here, warehouse, ["run", "--select", "+fct_signals"], span)
        seconds = ran.node_seconds.items()
        ours = sum(took for node, took in seconds if node.startswith(("sig_", "fct_signals")))
        print(f"\nSQL of all signals, {world.SPECS[size].days} days at once: {ours:.1f} s")
        (here / "built").touch()
    places = {
        "truth": data / "truth",
        "world": data,
        "first": first_day,
        "from_day": first_day + timedelta(days=MARGIN),
        "to_day": AS_OF - timedelta(days=MARGIN),
    }
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute(FIRINGS.format(**places))
        found = [_found(con, signal, places) for signal in PLANTED]
        journeys = con.sql(JOURNEYS.format(**places)).fetchall()
    _report(found, journeys)


def _found(con: duckdb.DuckDBPyConnection, signal: str, places: dict[str, object]) -> Found:
    filled = {
        **places,
        "signal": signal,
        "planted": PLANTED[signal].format(**places),
        "on_time": ON_TIME[signal],
        "later": IN_TIME_OR_LATER[signal],
    }
    [counts] = con.sql(COUNTS.format(**filled)).fetchall()
    [fired] = con.sql(FIRED.format(**filled)).fetchall()
    return Found(signal, *counts, *fired)


def _report(found: Sequence[Found], journeys: Sequence[tuple[str, int, int]]) -> None:
    print("\n| signal | planted | found on time | found | firings | of them planted |")
    print("|---|---|---|---|---|---|")
    for one in found:
        share = f"{one.on_time / one.planted:.0%}" if one.planted else "-"
        all_of = f"{one.found / one.planted:.0%}" if one.planted else "-"
        true = f"{one.true / one.fired:.0%}" if one.fired else "-"
        print(
            f"| {one.signal} | {one.planted:,} | {one.on_time:,} ({share}) | {one.found:,} "
            f"({all_of}) | {one.fired:,} | {one.true:,} ({true}) |"
        )
    print("\n| signal | firings | in or around a buying journey |\n|---|---|---|")
    for signal, fired, inside in journeys:
        print(f"| {signal} | {fired:,} | {inside:,} ({inside / fired:.0%}) |")


if __name__ == "__main__":
    main()
