"""How long the intent core takes: `python -m bench.intent`, or `make bench`.

Ten million web events of 50,000 accounts over 180 days, 2 % of them known later than they
occurred, in one DuckDB file with two threads. Generating and loading belong to no figure. The
first 180 days are built in one run; then the events of day 181 are loaded, as they would arrive,
and that day is built on top. Only web events are loaded, the most of any source; `--all-sources`
loads the rest of the world too, and `--every-model` builds the whole project over it and not only
what the snapshots need: to see what takes long then, not for the targets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from bench.measure import (
    MEMORY_LIMIT,
    THREADS,
    DbtRun,
    Took,
    in_own_process,
    load_files,
    open_duckdb,
    run_dbt,
    time_statement,
)
from bench.naive import differences, naive_sql
from python_jobs.errors import GtmError
from python_jobs.sandbox import world

FULL_EVENTS = 10_000_000
DAYS = 180
LAST_DAY = date(2026, 6, 30)  # the 181st day, which comes on top
SEED = 7

NAIVE_DAYS = 5
JOINED_DATES = (10, 20)

BACKFILL_TO_BARE = 40
BACKFILL_TO_BARE_AIM = 20
NAIVE_TO_BACKFILL = 5
DAY_TO_BACKFILL = 0.03
PEAK_BYTES = 8 * 10**9

SNAPSHOTS = "+fct_daily_account_intent"
# What the naive ways read; our own way has no need of it.
ATTRIBUTED = "int_attributed_events"
BARE = """
create or replace temp table bare as
select account_domain, cast(occurred_at as date) as day, count(*) as events
from raw.web_events
group by 1, 2
"""
# The same with the account that our build gives an event, not the one it may name itself.
RESOLVED = """
create or replace temp table resolved as
select company_domain, cast(occurred_at as date) as day, count(*) as events
from intermediate.int_attributed_events
group by 1, 2
"""

# Ready made, and in no figure of theirs.
READY = """
create or replace temp table attributed_events as
select * from intermediate.int_attributed_events where counted_on is not null
"""
# The least that any way of making the snapshots takes which writes them into a table.
COPIED = "create table snapshots_copied as select * from marts.fct_daily_account_intent"


@dataclass(frozen=True)
class Inputs:
    """The files of the world: what is loaded first, and the web events of the day on top."""

    world: Path
    first: Path
    on_top: Path


@dataclass(frozen=True)
class Naive:
    """What the naive statements took: each day that was run, and each number of dates joined.

    ``resolved`` is the bare aggregation with every event's account looked up, ``copied`` what it
    takes to write finished snapshots into another table.
    ``compared`` rows were held against our snapshots, ``differing`` counts unlike ones by column.
    """

    resolved: Took
    copied: Took
    days: list[Took]
    joined: dict[int, Took]
    compared: int
    differing: dict[str, int]

    @property
    def daily(self) -> Took:
        """180 daily statements, from the mean of those that were run."""
        return sum(self.days, Took(0, 0)).times(DAYS / len(self.days))

    @property
    def range_join(self) -> Took:
        """The join over 180 dates, along the line through the two sizes that were run."""
        (few, some), (more, longer) = sorted(self.joined.items())
        steps = (DAYS - more) / (more - few)
        return longer + (longer + some.times(-1)).times(steps)


@dataclass(frozen=True)
class Measured:
    """Everything one run of the benchmark found."""

    events: int
    snapshots: int
    bare: Took
    backfill: DbtRun
    one_day: DbtRun
    naive: Naive


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and say what was missed."""
    wish = _parser().parse_args(arguments)
    try:
        with _folder(wish.keep) as folder:
            measured = measure(folder, wish)
    except GtmError as error:
        sys.exit(str(error))
    report(measured)


def measure(folder: Path, wish: argparse.Namespace) -> Measured:
    """Make the world and the warehouse in ``folder``, and measure every way over it."""
    warehouse = folder / "bench.duckdb"
    first_day, day_before = LAST_DAY - timedelta(days=DAYS), LAST_DAY - timedelta(days=1)
    inputs = in_own_process(_make_inputs, folder / f"world_{wish.events}", wish.events)
    _say("loading")
    for old in folder.glob("bench.duckdb*"):
        old.unlink()
    files = {"web_events": inputs.first}
    if wish.all_sources or wish.every_model:
        rest = [entity for entity in world.ENTITIES if entity != "web_events"]
        files |= {entity: inputs.world / f"{entity}.parquet" for entity in rest}
    in_own_process(load_files, warehouse, files)
    span = {"from_date": str(first_day), "to_date": str(day_before), "as_of_date": str(day_before)}
    in_own_process(run_dbt, folder, warehouse, ["seed"], {})
    _say("the bare aggregation")
    events, bare = in_own_process(_time_bare, folder, warehouse)
    _say(f"our backfill of {DAYS} days")
    command = ["run"] if wish.every_model else ["run", "--select", SNAPSHOTS]
    backfill = in_own_process(run_dbt, folder, warehouse, command, span)
    _say_slowest(backfill)
    _say("the naive ways")
    in_own_process(run_dbt, folder, warehouse, ["run", "--select", ATTRIBUTED], span)
    snapshots, naive = in_own_process(_time_naive, folder, warehouse, day_before)
    _say("one more day")
    in_own_process(load_files, warehouse, {"web_events": inputs.on_top})
    one_day = in_own_process(run_dbt, folder, warehouse, command, {"as_of_date": str(LAST_DAY)})
    _say_slowest(one_day)
    return Measured(events, snapshots, bare, backfill, one_day, naive)


def report(measured: Measured) -> None:
    """Print the table (as Markdown), how it was measured, and what was missed."""
    rows = list(_rows(measured))
    print(
        f"\n{measured.events:,} web events, {measured.snapshots:,} snapshots of {DAYS} days; "
        f"DuckDB {duckdb.__version__}, {THREADS} threads, memory limit {MEMORY_LIMIT}\n"
    )
    lines = [
        ("", "SQL, s", "CPU, s", "wall, s", "ratio", "target", "reached"),
        *((*row[:6], {True: "yes", False: "NO", None: ""}[row[6]]) for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print(f"| {' | '.join(cells)} |")
        if number == 0:
            print(f"|-{'-|-'.join('-' * width for width in widths)}-|")
    agreed = not any(measured.naive.differing.values())
    print(
        f"\nThe naive ways gave {measured.naive.compared:,} rows to compare; "
        + ("all are as ours." if agreed else f"unlike ours: {measured.naive.differing}")
    )
    missed = [row[0] for row in rows if row[6] is False]
    print(f"Missed: {'; '.join(missed)}." if missed else "Every target was reached.")


def _rows(measured: Measured) -> Iterator[tuple[str, str, str, str, str, str, bool | None]]:
    ours, day, bare, naive = measured.backfill, measured.one_day, measured.bare, measured.naive
    better = min(naive.daily, naive.range_join, key=lambda took: took.seconds)
    to_bare, to_bare_cpu = _ratios(ours.sql, bare)
    to_naive, to_naive_cpu = _ratios(better, ours.sql)
    share, share_cpu = _ratios(day.sql, ours.sql)
    wall_share = day.wall_seconds / ours.wall_seconds
    peak = max(ours.peak_bytes, day.peak_bytes)
    yield *_took("bare group by account, day (median of 5)", bare), "", "1", "", None
    ours_to_resolved, ours_to_resolved_cpu = _ratios(ours.sql, naive.resolved)
    yield (
        *_took("the same, each event's account looked up (median of 3)", naive.resolved),
        "",
        f"the backfill is {ours_to_resolved:.1f} × (CPU {ours_to_resolved_cpu:.1f} ×)",
        "",
        None,
    )
    yield (
        *_took("our snapshots, finished, copied into another table", naive.copied),
        "",
        f"{_ratios(naive.copied, bare)[0]:.1f} × bare",
        "",
        None,
    )
    unscored = naive.resolved + naive.copied
    yield (
        *_took("those two together, nothing scored yet", unscored),
        "",
        f"{_ratios(unscored, bare)[0]:.1f} × bare",
        "",
        None,
    )
    yield (
        *_took(f"our backfill, {DAYS} days", ours.sql),
        f"{ours.wall_seconds:.1f}",
        f"{to_bare:.1f} × bare (CPU {to_bare_cpu:.1f} ×)",
        f"≤ {BACKFILL_TO_BARE} × bare (aim {BACKFILL_TO_BARE_AIM})",
        to_bare <= BACKFILL_TO_BARE,
    )
    yield (
        *_took("one more day", day.sql),
        f"{day.wall_seconds:.1f}",
        f"{share:.1%} of the backfill (CPU {share_cpu:.1%}, wall {wall_share:.1%})",
        f"≤ {DAY_TO_BACKFILL:.0%}",
        share <= DAY_TO_BACKFILL,
    )
    few, more = sorted(naive.joined)
    for name, took in (
        (f"naive: a statement a day ({NAIVE_DAYS} run, × {DAYS / NAIVE_DAYS:.0f})", naive.daily),
        (f"naive: range join ({few} and {more} dates run, drawn on to {DAYS})", naive.range_join),
    ):
        yield *_took(name, took), "", f"{_ratios(took, bare)[0]:.0f} × bare", "", None
    yield (
        "better naive way against our backfill",
        *("", "", ""),
        f"{to_naive:.1f} × (CPU {to_naive_cpu:.1f} ×)",
        f"≥ {NAIVE_TO_BACKFILL} ×",
        to_naive >= NAIVE_TO_BACKFILL,
    )
    yield (
        "peak memory, backfill and one day",
        *("", "", ""),
        f"{peak / 10**9:.2f} GB",
        f"≤ {PEAK_BYTES / 10**9:.0f} GB",
        peak <= PEAK_BYTES,
    )


def _took(name: str, took: Took) -> tuple[str, str, str]:
    return name, f"{took.seconds:.2f}", f"{took.cpu_seconds:.2f}"


def _ratios(one: Took, other: Took) -> tuple[float, float]:
    """One to the other, by the clock and by processor time."""
    return one.seconds / other.seconds, one.cpu_seconds / other.cpu_seconds


def _make_inputs(folder: Path, events: int) -> Inputs:
    """Generate the world, unless the folder holds it, and cut the day on top off its web events.

    Other numbers of events are the same world with more or fewer accounts.
    """
    inputs = Inputs(folder, folder / "web_first.parquet", folder / "web_on_top.parquet")
    if inputs.on_top.exists():
        return inputs
    _say(f"generating a world of about {events:,} web events")
    spec = world.SPECS["bench"]
    world.SPECS["bench"] = replace(spec, accounts=round(spec.accounts * events / FULL_EVENTS))
    world.generate("bench", LAST_DAY, SEED, folder, world_start=LAST_DAY - timedelta(days=DAYS))
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = true; set enable_progress_bar = false")
    for path, side in ((inputs.first, "<"), (inputs.on_top, ">=")):
        con.execute(
            f"copy (from '{folder / 'web_events.parquet'}' where known_at {side} "
            f"timestamp '{LAST_DAY}') to '{path}' (row_group_size 400_000)"
        )
    return inputs


def _time_bare(folder: Path, warehouse: Path) -> tuple[int, Took]:
    with open_duckdb(folder, warehouse) as con:
        taken = [time_statement(con, BARE) for _ in range(5)]
        events = con.sql("select count(*) from raw.web_events").fetchall()[0][0]
    return events, _median(taken)


def _time_naive(folder: Path, warehouse: Path, last_day: date) -> tuple[int, Naive]:
    """Both naive ways, and whether they come to what our snapshots say."""
    compared, differing = 0, dict[str, int]()
    with open_duckdb(folder, warehouse) as con:
        snapshots = con.sql("select count(*) from marts.fct_daily_account_intent").fetchall()
        resolved = _median([time_statement(con, RESOLVED) for _ in range(3)])
        copied = time_statement(con, COPIED)
        con.execute("drop table snapshots_copied")
        con.execute(READY)
        # days spread over the window, the first of them with a whole month behind it
        days = [last_day - timedelta(days=30 * number) for number in range(NAIVE_DAYS)]
        naive_days = []
        for day in days:
            naive_days.append(time_statement(con, naive_sql(con, [day], "naive_day")))
            rows, unlike = differences(con, "naive_day")
            compared += rows
            differing = {name: differing.get(name, 0) + count for name, count in unlike.items()}
        joined = {}
        for count in JOINED_DATES:
            dates = [last_day - timedelta(days=number) for number in reversed(range(count))]
            joined[count] = time_statement(con, naive_sql(con, dates, "naive_join"))
        con.execute("drop table naive_day; drop table naive_join")
    return snapshots[0][0], Naive(resolved, copied, naive_days, joined, compared, differing)


def _median(taken: list[Took]) -> Took:
    """The middle one of an odd number."""
    return sorted(taken, key=lambda took: took.seconds)[len(taken) // 2]


def _say_slowest(run: DbtRun) -> None:
    for name, value in sorted(run.node_seconds.items(), key=lambda item: -item[1])[:12]:
        _say(f"    {value:6.2f} s  {name}")


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The folder to work in; without ``--keep`` one that is removed afterwards."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="gtm-bench-") as made:
            yield Path(made)
        return
    kept.mkdir(parents=True, exist_ok=True)
    yield kept.resolve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.intent", description=__doc__)
    parser.add_argument("--events", type=int, default=FULL_EVENTS, help="about how many")
    parser.add_argument("--keep", type=Path, help="keep world and warehouse in this folder")
    parser.add_argument(
        "--all-sources", action="store_true", help="load every source, not only web"
    )
    parser.add_argument(
        "--every-model",
        action="store_true",
        help="build the whole project over every source, to see what takes long",
    )
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
