"""What commands print: results to stdout as wide as they are, progress to stderr."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.table import Table

from python_jobs import log


def wide() -> Console:
    """Stdout without lines broken for a terminal's width: a cut key is no use to copy."""
    return Console(width=1000, highlight=False)


def plain_table(*headings: str) -> Table:
    """A table without rules; a heading that begins with > is of numbers."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(
            heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left"
        )
    return table


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A progress bar on stderr, gone at its end, and only where somebody looks."""
    return Progress(
        *columns, console=log.console, transient=True, disable=not log.console.is_terminal
    )


def counted(count: float, noun: str) -> str:
    """``1 call``, ``2 calls``, of what is made plural by an s."""
    return f"{count:,.0f} {noun}{'' if round(count) == 1 else 's'}"


def one_line(text: str) -> str:
    """Text that others wrote, where a person decides by what is printed: it makes no line of its
    own that looks like one of ours."""
    return " ".join(text.split())


def printed_json(document: Any) -> str:
    """A document as people read JSON: indented, letters as they are, times as text."""
    return json.dumps(document, default=str, ensure_ascii=False, indent=2)
