"""Options that many commands have, each with one wording, and what ``--json`` prints."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

Target = Annotated[
    str | None, typer.Option("--target", help="duckdb or snowflake (default: GTM_TARGET).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who (default: GTM_USER, or this machine's user).")
]


def printed_json(document: Any) -> str:
    """A document as people read JSON: indented, letters as they are, times as text."""
    return json.dumps(document, default=str, ensure_ascii=False, indent=2)
