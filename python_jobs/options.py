"""Options that many commands have, each with one wording."""

from __future__ import annotations

from typing import Annotated

import typer

Target = Annotated[
    str | None, typer.Option("--target", help="duckdb or snowflake (default: GTM_TARGET).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who (default: GTM_USER, or this machine's user).")
]
