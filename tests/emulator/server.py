"""The emulator's process: ``python -m tests.emulator.server`` prints its port and serves.

It ends when its standard input closes, so also when whoever started it dies.
"""

import logging
import os
import socket
import sys
import threading
import warnings

import fakesnow.server
import uvicorn

from tests.emulator import corrections, cursor, parsing

# Statements that DuckDB has nothing like and nobody reads back: comments and tags of columns.
WITHOUT_EFFECT = (
    r"\s*alter\s+(table|view)\s+\S+\s+alter\s+\S+\s+comment\s",
    r"\s*alter\s+(table|view)\s+\S+\s+modify\s+column\s+\S+\s+set\s+tag\s",
)


def main() -> None:
    warnings.filterwarnings("ignore", "Arrow output on a DB-API result")
    for noisy in ("fakesnow.server", "sqlglot"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    corrections.install()
    cursor.install()
    parsing.install()
    fakesnow.server.shared_fs.nop_regexes = list(WITHOUT_EFFECT)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    listener = socket.socket()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    # Connections wait in the socket's queue until the server takes them up.
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(fakesnow.server.app, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
