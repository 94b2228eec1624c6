"""Measuring one phase of a benchmark in a process of its own: its seconds, its peak memory."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

import duckdb
import yaml

from python_jobs.errors import PermanentError
from python_jobs.settings import PROJECT_DIR

THREADS = 2
MEMORY_LIMIT = "7GB"

Result = TypeVar("Result")


@dataclass(frozen=True)
class Took:
    """Seconds of statements by the clock, and of processor time over all threads."""

    seconds: float
    cpu_seconds: float

    def __add__(self, other: Took) -> Took:
        return Took(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)

    def times(self, factor: float) -> Took:
        """So many times as long."""
        return Took(self.seconds * factor, self.cpu_seconds * factor)


@dataclass(frozen=True)
class DbtRun:
    """One dbt invocation.

    ``sql`` is the sum over its statements, one at a time; ``wall_seconds`` the whole invocation
    with parsing; ``peak_bytes`` the most memory the process held; ``node_seconds`` the statements'
    seconds by model.
    """

    sql: Took
    wall_seconds: float
    peak_bytes: int
    node_seconds: dict[str, float] = field(default_factory=dict)


def in_own_process(work: Callable[..., Result], *arguments: Any) -> Result:
    """Call ``work`` in a fresh process, so that nothing of another phase is measured with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def duckdb_config(folder: Path) -> dict[str, Any]:
    """What every connection of a benchmark is opened with; spilled data goes to ``folder``."""
    return {
        "threads": THREADS,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder / "spill"),
    }


def open_duckdb(folder: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse, opened with the same settings as dbt opens it."""
    con = duckdb.connect(str(warehouse), config=duckdb_config(folder))
    con.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
    return con


def time_statement(con: duckdb.DuckDBPyConnection, sql: str) -> Took:
    """Run one statement to its end."""
    began, cpu_began = perf_counter(), process_time()
    con.execute(sql)
    return Took(perf_counter() - began, process_time() - cpu_began)


def run_dbt(
    folder: Path, warehouse: Path, arguments: list[str], variables: Mapping[str, str]
) -> DbtRun:
    """Run one dbt command over the project; its own files go to ``folder``.

    Statements run one after the other (one dbt thread), so that their times add up.

    Raises:
        PermanentError: a node failed.
    """
    from dbt.cli.main import dbtRunner

    os.environ["GTM_DUCKDB_PATH"] = str(warehouse.resolve())
    os.environ["DO_NOT_TRACK"] = "1"
    node_seconds: dict[str, float] = {}
    cpu_before = cpu_seconds = 0.0

    def listen(event: Any) -> None:
        nonlocal cpu_before, cpu_seconds
        if event.info.name == "SQLQuery":
            cpu_before = process_time()
        elif event.info.name == "SQLQueryStatus":
            cpu_seconds += process_time() - cpu_before
            name = event.data.node_info.node_name or "(start and end of the run)"
            node_seconds[name] = node_seconds.get(name, 0.0) + event.data.elapsed

    began = perf_counter()
    done = dbtRunner(callbacks=[listen]).invoke(
        [
            "--quiet",
            *("--log-level", "none", "--log-level-file", "none"),
            *arguments,
            *("--threads", "1", "--target", "duckdb"),
            *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(_profiles(folder))),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps(dict(variables))),
        ]
    )
    wall_seconds = perf_counter() - began
    if not done.success:
        results: Any = done.result or ()
        failed = [
            f"{result.node.name}: {result.message}"
            for result in results
            if str(result.status) in ("error", "fail")
        ]
        raise PermanentError("; ".join(failed) or f"dbt could not run: {done.exception}")
    took = Took(sum(node_seconds.values()), cpu_seconds)
    return DbtRun(took, wall_seconds, peak_memory(), node_seconds)


def load_files(warehouse: Path, files: Mapping[str, Path]) -> None:
    """Load one file an entity into the warehouse, the way `gtm load` does."""
    from python_jobs.ingest.contracts import contract_of
    from python_jobs.ingest.load import load_entity, prepare
    from python_jobs.runs import utc_now
    from python_jobs.settings import Settings
    from python_jobs.warehouse import only_writer, open_warehouse

    settings = Settings(GTM_TARGET="duckdb", GTM_DUCKDB_PATH=warehouse)
    with only_writer(settings), open_warehouse(settings) as opened:
        prepare(opened, utc_now())
        for entity, path in files.items():
            load_entity(opened, settings, contract_of(entity), [str(path)])


def peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def _profiles(folder: Path) -> Path:
    """A folder with the shipped profile, its DuckDB held to the benchmark's threads and memory."""
    profiles = yaml.safe_load((PROJECT_DIR / "profiles.example.yml").read_text())
    profiles["gtm"]["outputs"]["duckdb"]["config_options"] = duckdb_config(folder)
    made = folder / "profiles"
    made.mkdir(parents=True, exist_ok=True)
    (made / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return made
