"""Logging to stderr: one line an event, never a record, a secret or an address."""

import logging
import re

from rich.console import Console
from rich.logging import RichHandler

console = Console(stderr=True)

_LOOKS = r"(?:[0-4]|3[1-69]|9[1-6])"
_ORDERS = re.compile(
    rf"\x1b(?!\[(?:{_LOOKS}(?:;{_LOOKS})*)?m)"
    "|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
"""Everything that a terminal obeys, but for line ends, tabs, and the weights and colours that hide
nothing; also what lets text run the other way."""


def tamed(text: str) -> str:
    """A text without orders to a terminal: others wrote what it quotes."""
    return _ORDERS.sub("", text)


class _Tamed(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return tamed(super().format(record))


def configure(verbose: bool = False) -> None:
    """Send this package's log lines to stderr; warnings only from the libraries below it.

    A terminal gets colours and wrapped lines, a file or pipe a line an event, for grep and mails.
    """
    handler: logging.Handler
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
        handler.setFormatter(_Tamed("%(message)s"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(_Tamed("%(levelname)-8s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("python_jobs").setLevel(logging.DEBUG if verbose else logging.INFO)
