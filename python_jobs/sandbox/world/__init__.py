"""A company world: one coherent B2B universe, seen through nine sources, with its truth beside it.

    generate("demo", date(2026, 6, 30), seed=7, out=Path("world"))

``universe`` holds companies and people, ``journey`` the latent buying journeys every source is a
view of (``web``, ``crm``, ``intent``, ``product``, ``hiring``, ``calls``, ``mailings``), ``faults``
and ``truth`` what was planted. A new source is one more module that reads ``Universe`` and
``History``.

Time. Everything is drawn from absolute days, and the as-of date only truncates: a row is written
if it was known by the end of that day. So a world grows by day: of two worlds with the same size
and seed, the later one holds every row of the earlier one that begins on or after
its own first day, unchanged. Only two things follow the as-of date: the first day of the event
sources (``world_start``, by default so many days before), and ``truth/``, which knows the future.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from python_jobs.errors import ConfigurationError
from python_jobs.sandbox.world import (
    calls,
    crm,
    faults,
    hiring,
    intent,
    journey,
    mailings,
    product,
    truth,
    universe,
    web,
)
from python_jobs.sandbox.world.tables import DAY_US, ENTITIES, SCHEMAS, Files
from python_jobs.sandbox.world.universe import EPOCH, EPOCH_DAYS, SPECS, Size

__all__ = ["ENTITIES", "SCHEMAS", "SPECS", "Size", "WorldSummary", "generate"]

FIRST_AS_OF, LAST_AS_OF = date(2022, 12, 31), date(2039, 12, 31)
ROW_GROUP = 400_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WorldSummary:
    """What was written: rows per file (path relative to ``out``), and the window."""

    out: Path
    world_start: date
    as_of: date
    seed: int
    rows: dict[str, int]


def generate(
    size: Size,
    as_of: date,
    seed: int,
    out: Path,
    world_start: date | None = None,
    progress: Progress | None = None,
) -> WorldSummary:
    """Write the world as it could be known by the end of ``as_of`` (UTC) into ``out``.

    Args:
        size: tiny, demo or bench.
        as_of: the last day, from 2022-12-31 to 2039-12-31.
        seed: not negative; the same size, as_of and seed give the same rows in the same order.
        out: a folder, made if it is missing; files of an earlier world are replaced.
        world_start: first day of web, intent, product and hiring history; CRM history and
            product users go back further. Default: the size's days, ending with ``as_of``.
        progress: called with days done and days in all.

    Raises:
        ConfigurationError: an argument outside these bounds, or a folder that is not writable.
    """
    if size not in SPECS:
        raise ConfigurationError(f"unknown size '{size}': use {', '.join(SPECS)}")
    if not FIRST_AS_OF <= as_of <= LAST_AS_OF:
        raise ConfigurationError(
            f"as-of date {as_of} is outside the world: use {FIRST_AS_OF} to {LAST_AS_OF}"
        )
    if seed < 0:
        raise ConfigurationError(f"seed {seed} is negative: use 0 or more")
    world_start = world_start or as_of - timedelta(days=SPECS[size].days - 1)
    if not EPOCH <= world_start <= as_of:
        raise ConfigurationError(
            f"world start {world_start} is outside the world: use {EPOCH} to {as_of}"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with Files(out) as files:
            registry = _write(size, world_start, as_of, seed, files, progress)
    except OSError as error:
        raise ConfigurationError(f"cannot write the world to {out}: {error.strerror}") from None
    rows = {f"{name}.parquet": files.rows[name] for name in SCHEMAS} | registry
    return WorldSummary(out, world_start, as_of, seed, rows)


def _write(
    size: Size, world_start: date, as_of: date, seed: int, files: Files, progress: Progress | None
) -> dict[str, int]:
    first_day, last_day = (world_start - EPOCH).days, (as_of - EPOCH).days
    until = (last_day + 1 + EPOCH_DAYS) * DAY_US
    people = universe.build(size, seed)
    history = journey.build(people, last_day)
    users = product.users(people, history, last_day)
    seen = web.Seen()
    tracker = web.Web(people, history, seen)
    days = range(first_day, last_day + 1)
    daily = ("web_events", "product_events", "intent_accounts")
    chunks = {name: _Chunk(name, files) for name in daily}
    for done, day in enumerate(days):
        chunks["web_events"].add(tracker.day(day, until))
        chunks["product_events"].add(product.day_events(people, users, day, until))
        if (EPOCH + timedelta(days=day)).weekday() == 0:
            chunks["intent_accounts"].add(intent.observations(people, history, day, until))
        if progress is not None:
            progress(done + 1, len(days))
    for chunk in chunks.values():
        chunk.flush()
    records = crm.build(people, history)
    files.write("accounts", crm.accounts(records, until))
    files.write("contacts", crm.contacts(records, seen, until))
    files.write("opportunities", crm.opportunities(records, until))
    files.write("lead_requests", crm.lead_requests(records, seen, first_day, until))
    files.write("product_users", product.user_rows(people, users, until))
    files.write("job_postings", hiring.postings(people, history, first_day, last_day, until))
    call_rows = calls.calls(records, until)
    files.write("calls", call_rows)
    mailings.write(records, users, files, first_day, last_day, until)
    alias_rows = truth.aliases(people, history, first_day, last_day)
    parent_rows = truth.parents(people)
    files.write("truth/in_market", truth.in_market(people, history, first_day, last_day))
    files.write("truth/surges", truth.surges(people, history, first_day, last_day))
    files.write("truth/persons", truth.persons(records, seen, until))
    files.write("truth/aliases", alias_rows)
    files.write("truth/parents", parent_rows)
    files.write("truth/faults", faults.listed(records, seen, until))
    files.write("truth/calls", truth.calls(call_rows))
    files.write("truth/lost_deals", truth.lost_deals(records, call_rows, last_day))
    files.write("truth/product", product.truth(people, users, first_day, last_day))
    return truth.write_registry(files.out, alias_rows, parent_rows, truth.job_boards(people))


class _Chunk:
    """Days of one table, written together once they make a row group of good size."""

    def __init__(self, name: str, files: Files) -> None:
        self.name, self.files = name, files
        self.parts: list[pa.Table] = [SCHEMAS[name].empty_table()]
        self.count = 0

    def add(self, rows: pa.Table | None) -> None:
        if rows is not None:
            self.parts.append(rows)
            self.count += rows.num_rows
            if self.count >= ROW_GROUP:
                self.flush()

    def flush(self) -> None:
        if self.count or self.name not in self.files.rows:
            self.files.write(self.name, pa.concat_tables(self.parts).combine_chunks())
        self.parts, self.count = [], 0
