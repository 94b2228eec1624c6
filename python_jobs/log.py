"""Logging to stderr: one line an event, never a record, a secret or an address."""

import logging

from rich.console import Console
from rich.logging import RichHandler

console = Console(stderr=True)


def configure(verbose: bool = False) -> None:
    """Send this package's log lines to stderr; warnings only from the libraries below it."""
    handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler], force=True)
    logging.getLogger("python_jobs").setLevel(logging.DEBUG if verbose else logging.INFO)
