"""One vendor of the sandbox alone, in this process, so that a test can reach into it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from python_jobs.sandbox.service import Door
from python_jobs.sandbox.vendor import Vendor


@contextmanager
def served(vendor: Vendor) -> Iterator[str]:
    """Serve it on a free port of this machine, in a thread; the address that a sandbox has."""
    door = Door(vendor, Starlette(routes=vendor.routes()))
    app = Starlette(routes=[Mount(f"/{vendor.name}", door)])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
