"""How fast Gong's calls are pulled: `python -m bench.gong`.

Pulls calls for a minute at the pace that Gong really allows; then 100,000 calls (a year of the
bench world) with their transcripts, a hundred a page as Gong gives them, from a sandbox whose limit
is raised for it. The connector, the landing and the pacing are the product's. The sandbox runs in
a process of its own, and only Gong's part of it: the others would load millions of events first.

- **calls/s** counts recorded calls with their transcripts; **share of the pace** requests sent in
  the time they could be sent in.
- **Peak memory** is the most the ingesting process has held.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any, cast

from bench.measure import in_own_process, peak_memory
from python_jobs.errors import GtmError
from python_jobs.http import Limit

AS_OF = date(2026, 6, 30)
MEMORY_TARGET, SHARE_TARGET = 1_000_000_000, 0.90


@dataclass(frozen=True)
class Pulled:
    """One pull: ``rows`` landed in ``seconds``, ``requests`` that came in ``request_seconds``."""

    rows: int
    requests: int
    seconds: float
    request_seconds: float
    throttled: int
    peak_bytes: int


def write_calls(folder: Path, size: str) -> None:
    """The files of the world that Gong's part of the sandbox reads, and no others."""
    from python_jobs.sandbox.world import calls, crm, journey, mailings, product, universe
    from python_jobs.sandbox.world.tables import DAY_US, Files
    from python_jobs.sandbox.world.universe import EPOCH, EPOCH_DAYS

    last_day = (AS_OF - EPOCH).days
    until = (last_day + 1 + EPOCH_DAYS) * DAY_US
    people = universe.build(cast(universe.Size, size), 7)
    history = journey.build(people, last_day)
    users = product.users(people, history, last_day)
    records = crm.build(people, history)
    with Files(folder) as files:
        files.write("calls", calls.calls(records, until))
        mailings.write(records, users, files, last_day - 1, last_day, until)


def serve(folder: Path, limits: Sequence[tuple[int, float]], said: Connection) -> None:
    """Serve Gong's part of the sandbox on a free port, which is said first; ends with its parent.

    Asked anything, it says how many requests came and were turned away, and in which time.
    """
    import threading

    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from python_jobs.sandbox.faults import Faults
    from python_jobs.sandbox.service import Door
    from python_jobs.sandbox.vendor import World
    from python_jobs.sandbox.vendors.gong import Gong

    gong = Gong(World(folder, AS_OF), Faults())
    gong.limits = tuple(Limit(calls, seconds) for calls, seconds in limits)
    gong.load()
    app = Starlette(routes=[Mount("/gong", Door(gong, Starlette(routes=gong.routes())))])
    listener = socket.create_server(("127.0.0.1", 0))

    def tell() -> None:
        said.send(listener.getsockname()[1])
        while True:
            said.recv()
            meter = gong.meter
            seconds = (meter.last_at or 0.0) - (meter.first_at or 0.0)
            said.send((meter.calls, meter.throttled, seconds))

    threading.Thread(target=tell, daemon=True).start()
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def pull(
    url: str, names: Sequence[str], per_second: int, days: int, warehouse: Path
) -> tuple[int, float, int]:
    """Pull the entities of so many days; rows, seconds, peak memory in bytes."""
    from python_jobs.ingest.run import Wish, ingest
    from python_jobs.ingest.sources.gong import SOURCE
    from python_jobs.settings import Settings

    os.environ["GONG_CALLS_PER_SECOND"] = str(per_second)
    settings = Settings(
        GTM_TARGET="duckdb", GTM_DUCKDB_PATH=warehouse, GTM_SANDBOX_URL=url, GTM_THREADS=2
    )
    end = datetime.combine(AS_OF, datetime.min.time()) + timedelta(hours=23)
    entities = [SOURCE.entity(name) for name in names]
    wish = Wish("backfill", end - timedelta(days=days), end)
    began = monotonic()
    outcomes = ingest(settings, [(SOURCE, entities)], wish, clock=lambda: end)
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error
    rows = sum(outcome.run.rows_written for outcome in outcomes)
    return rows, monotonic() - began, peak_memory()


def measured(
    folder: Path,
    names: Sequence[str],
    limits: Sequence[tuple[int, float]],
    per_second: int,
    days: int,
) -> Pulled:
    """Pull from a sandbox started for it, each in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(folder, limits, theirs), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ours.recv()}"
        rows, seconds, peak = in_own_process(
            pull, url, names, per_second, days, folder / f"{len(names)}.duckdb"
        )
        ours.send("how many")
        arrived, throttled, request_seconds = cast(tuple[int, int, float], ours.recv())
    finally:
        server.terminate()
        server.join()
    return Pulled(rows, arrived, seconds, request_seconds, throttled, peak)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.gong", description=__doc__)
    parser.add_argument("--size", choices=("tiny", "demo", "bench"), default="bench")
    parser.add_argument("--per-second", type=int, default=100, help="the raised limit")
    parser.add_argument("--days", type=int, default=364, help="days pulled at the raised limit")
    parser.add_argument("--pace-days", type=int, default=60, help="days pulled at the real pace")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gtm-bench-") as name:
        folder = Path(name)
        in_own_process(write_calls, folder, given.size)
        real = measured(folder, ["calls"], [(3, 1.0), (10_000, 86_400.0)], 3, given.pace_days)
        share = real.requests / (3 * real.request_seconds) if real.request_seconds else 0.0
        is_even = share >= SHARE_TARGET and real.throttled == 0
        print(
            f"at Gong's pace: {real.requests} requests in {real.request_seconds:.0f} s, "
            f"{share:.0%} of 3 a second, 429s caused: {real.throttled} "
            f"(≥ 90 %, 0: {_yes(is_even)})",
            flush=True,
        )
        raised = [(given.per_second, 1.0), (100_000, 86_400.0)]
        whole = measured(folder, ["calls", "transcripts"], raised, given.per_second, given.days)
    calls, is_small = whole.rows // 2, whole.peak_bytes <= MEMORY_TARGET
    print(
        f"{calls:,} calls with transcripts in {whole.seconds:,.0f} s: "
        f"{calls / whole.seconds:,.0f} calls/s, {whole.requests:,} requests, "
        f"{whole.requests / whole.seconds:.1f} a second of {given.per_second} allowed\n"
        f"429s caused: {whole.throttled}, raw rows: {whole.rows:,}\n"
        f"peak memory of the pull: {whole.peak_bytes / 1e9:.2f} GB (≤ 1 GB: {_yes(is_small)})"
    )
    return 0 if is_small and is_even and whole.throttled == 0 else 1


def _yes(reached: Any) -> str:
    return "yes" if reached else "NO"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GtmError as error:
        sys.exit(f"bench: {error}")
