"""A load that is killed leaves the old rows or the new ones, and loading again completes."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

from python_jobs.ingest.contracts import contract_of
from python_jobs.ingest.load import load_entity, prepare
from python_jobs.runs import utc_now
from python_jobs.settings import Settings
from python_jobs.warehouse import only_writer, open_warehouse

ROWS = 5_000

# Processes that have everything imported already, so that a kill falls into the load itself.
READY = multiprocessing.get_context("forkserver")
READY.set_forkserver_preload(["dlt", __name__])


def load(warehouse_path: str, file: str) -> tuple[int, int]:
    """Load accounts as the command does; rows written and unchanged."""
    settings = Settings(GTM_DUCKDB_PATH=warehouse_path)
    with only_writer(settings), open_warehouse(settings) as warehouse:
        prepare(warehouse, utc_now())
        run = load_entity(warehouse, settings, contract_of("accounts"), [file])
    return run.rows_written, run.rows_unchanged


def _killed_after(seconds: float, warehouse_path: str, file: str) -> int | None:
    """Load in a process that is killed if it is not done by then; its exit code."""
    child = READY.Process(target=load, args=(warehouse_path, file))
    child.start()
    child.join(seconds)
    child.kill()
    child.join()
    return child.exitcode


def _names(warehouse_path: str) -> dict[str, int]:
    with open_warehouse(Settings(GTM_DUCKDB_PATH=warehouse_path)) as warehouse:
        found = warehouse.rows(
            "select payload->>'name' as name, count(*) as n from raw.accounts group by 1"
        )
    return {row["name"]: row["n"] for row in found}


def test_a_killed_load_is_all_or_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    warehouse = str(tmp_path / "w.duckdb")
    files = {}
    for name in ("old", "new"):
        path = tmp_path / f"{name}.csv"
        rows = "".join(f"a{i},{name}\n" for i in range(ROWS))
        path.write_text("account_id,name\n" + rows)
        files[name] = str(path)
    assert _killed_after(60, warehouse, files["new"]) == 0, "left alone, it loads"
    assert _names(warehouse) == {"new": ROWS}
    began = time.monotonic()
    load(warehouse, files["old"])
    takes = time.monotonic() - began

    now, other = "old", "new"
    for seed in range(3):
        seconds = random.Random(seed).uniform(0.2, 1.8) * takes
        _killed_after(seconds, warehouse, files[other])
        assert _names(warehouse) in ({now: ROWS}, {other: ROWS}), f"seed {seed}"
        assert sum(load(warehouse, files[other])) == ROWS
        assert _names(warehouse) == {other: ROWS}, f"seed {seed}"
        now, other = other, now
    with open_warehouse(Settings(GTM_DUCKDB_PATH=warehouse)) as opened:
        running = opened.rows("select * from ops.job_runs where status = 'running'")
    assert running == [], "a run that was killed is recorded as interrupted by the next"
