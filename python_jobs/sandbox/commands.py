"""``gtm sandbox``: the vendors' APIs over a generated world, on this machine only."""

from __future__ import annotations

import json
import select
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from python_jobs.errors import ConfigurationError, TransientError
from python_jobs.scratch import scratch_folder
from python_jobs.settings import default_as_of, parse_day

HOST = "127.0.0.1"
DEFAULT_PORT = 8765
_START_SECONDS = 120.0


def sandbox(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0: a free one.")] = DEFAULT_PORT,
    size: Annotated[
        Literal["tiny", "demo", "bench"], typer.Option(help="Size of the company world.")
    ] = "demo",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The world's day. Default: yesterday (UTC).")
    ] = None,
    faults: Annotated[
        str | None,
        typer.Option(help="Faults to switch on, separated by commas; 'list' prints them."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the faults.")] = 0,
    world_seed: Annotated[int, typer.Option(help="Seed of the world.")] = 7,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the world's files. Default: a temporary one.")
    ] = None,
) -> None:
    """Serve the vendors' APIs over a generated company world, on this machine only.

    Point every connector and destination at it with the line it prints:

        export GTM_SANDBOX_URL=http://127.0.0.1:8765

    Credentials are not needed then. POST /_sandbox/advance lets a day go by, /_sandbox/faults
    switches faults, GET /_sandbox/calls tells what came in. Writes are kept until it ends.

    Example:

        gtm sandbox --size tiny --faults 500,reset --seed 3
    """
    from python_jobs.sandbox.faults import FAULTS, MODEL_FAULTS, Faults

    if faults == "list":
        print("\n".join(FAULTS + MODEL_FAULTS))
        return
    switched = Faults()
    try:
        switched.set([name for name in (faults or "").split(",") if name], seed)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    day = parse_day(as_of) if as_of else default_as_of()
    with scratch_folder("sandbox") as folder:
        _serve(out or Path(folder), size, day, world_seed, switched, port)


def _serve(folder: Path, size: Any, day: date, world_seed: int, faults: Any, port: int) -> None:
    try:
        import uvicorn
    except ImportError:
        raise ConfigurationError(
            "the sandbox needs more packages: pip install 'gtm-intent[sandbox]'"
        ) from None
    from python_jobs.sandbox.service import Sandbox

    # named as TCP, or asyncio leaves Nagle's delay on and each answer takes 40 ms longer
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            raise ConfigurationError(
                f"port {port} is taken: choose another with --port, or 0 for any"
            ) from None
        running = Sandbox(folder, size, day, world_seed, faults)
        listener.listen(128)
        print(f"export GTM_SANDBOX_URL=http://{HOST}:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            running.app, log_level="critical", date_header=False, access_log=False, lifespan="off"
        )
        # The server passes SIGTERM on when it has stopped: as an exit, so that all is cleared away.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            running.close()


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox in a process of its own."""

    url: str

    def get(self, path: str = "") -> dict[str, Any]:
        """What the sandbox says of itself at ``/_sandbox<path>``."""
        return self._ask("GET", path, None)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Turn one of its switches: ``post("/advance", days=1)``."""
        return self._ask("POST", path, body)

    def forget_calls(self) -> None:
        """Start counting calls and faults anew."""
        self._ask("DELETE", "/calls", None)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/_sandbox{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


@contextmanager
def started_sandbox(arguments: Sequence[str] = ()) -> Iterator[RunningSandbox]:
    """Start ``gtm sandbox`` on a free port, wait until it serves, and end it afterwards.

    Raises:
        TransientError: it did not come up.
    """
    command = [sys.executable, "-m", "python_jobs.cli", "sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
            line = process.stdout.readline() if ready else ""
            if "GTM_SANDBOX_URL=" not in line:
                raise TransientError("the sandbox did not start: run `gtm sandbox` to see why")
            yield RunningSandbox(line.strip().split("GTM_SANDBOX_URL=")[1])
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
