"""A local Snowflake: fakesnow behind HTTP, for the real connector and the real dbt adapter."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
DATABASE = "GTM"


@contextmanager
def emulator() -> Iterator[dict[str, str]]:
    """Serve an empty, in-memory Snowflake and yield the environment that leads to it.

    The variables are those of ``profiles.example.yml`` and ``python_jobs.settings``. The server is
    a process of its own on a free loopback port; it ends with the block, or with this process.

    Raises:
        RuntimeError: the server did not start.
    """
    # Holds what the server stages, and the lock by which runs of one machine keep apart.
    with tempfile.TemporaryDirectory(prefix="gtm-emulator-") as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.emulator.server"],
            cwd=PROJECT_DIR,
            env={**os.environ, "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdin
        assert server.stdout
        try:
            port = server.stdout.readline().strip()
            if not port:
                raise RuntimeError("the Snowflake emulator did not start: see its output above")
            yield {
                "GTM_TARGET": "snowflake",
                "GTM_DUCKDB_PATH": str(Path(folder) / "warehouse.duckdb"),
                "SNOWFLAKE_ACCOUNT": "emulator",
                "SNOWFLAKE_USER": "emulator",
                "SNOWFLAKE_PASSWORD": "emulator",
                "SNOWFLAKE_DATABASE": DATABASE,
                "SNOWFLAKE_HOST": "localhost",
                "SNOWFLAKE_PORT": port,
                "SNOWFLAKE_PROTOCOL": "http",
            }
        finally:
            server.stdin.close()
            server.wait(timeout=10)
