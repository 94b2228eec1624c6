"""Logging to stderr: one line an event, never a record, a secret or an address."""

import logging

from rich.console import Console
from rich.logging import RichHandler

console = Console(stderr=True)


def configure(verbose: bool = False) -> None:
    """Send this package's log lines to stderr; warnings only from the libraries below it.

    A terminal gets colours and wrapped lines, a file or pipe a line an event, for grep and mails.
    """
    handler: logging.Handler
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(levelname)-8s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("python_jobs").setLevel(logging.DEBUG if verbose else logging.INFO)
