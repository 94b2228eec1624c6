"""A dbt project of some of this project's folders, for tests of macros and of single models."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from python_jobs.dbt_runner import let_go_of_duckdb

PROJECT_DIR = Path(__file__).resolve().parents[1]

Row = dict[str, Any]


def run_dbt(folder: Path, env: Mapping[str, str], *arguments: str) -> str:
    """Run dbt over the project in a folder and return what it printed.

    It runs in this process: to import dbt takes longer than most of what tests ask of it.

    Raises:
        AssertionError: dbt failed; the message is its output.
    """
    from dbt.cli.main import dbtRunner

    printed = io.StringIO()
    logs = {"DBT_LOG_PATH": str(folder / "logs"), "DBT_TARGET_PATH": str(folder / "target")}
    with patch.dict(os.environ, {**logs, **env}), chdir(folder), redirect_stdout(printed):
        try:
            done = dbtRunner().invoke(["--quiet", *arguments])
        finally:
            let_go_of_duckdb()
    assert done.success, f"{printed.getvalue()}{done.exception or ''}"
    return printed.getvalue()


class SmallProject:
    """The project's settings, macros, data tests, seeds and shared descriptions, and the folders
    that are named."""

    def __init__(self, folder: Path, env: Mapping[str, str], *parts: str) -> None:
        self.folder = folder
        self.env = env
        folder.mkdir(parents=True)
        shutil.copy(PROJECT_DIR / "dbt_project.yml", folder)
        shutil.copy(PROJECT_DIR / "profiles.example.yml", folder / "profiles.yml")
        for part in ("macros", "tests/dbt/generic", "seeds", *parts):
            shutil.copytree(PROJECT_DIR / part, folder / part)
        self.take("models/docs.md")

    def take(self, *patterns: str) -> None:
        """Copy files of the project, named from its top, to the same places."""
        for pattern in patterns:
            for path in PROJECT_DIR.glob(pattern):
                place = self.folder / path.relative_to(PROJECT_DIR)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)

    def give(
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        types: Mapping[str, str],
        config: str = "",
    ) -> None:
        """A model of rows by hand, in models/given, in place of one that others read.

        ``types`` are of columns whose type their values do not tell; ``config`` is the model's.
        """
        selects = (
            "select " + ", ".join(f"{_literal(row[key], types.get(key))} as {key}" for key in row)
            for row in rows
        )
        folder = self.folder / "models" / "given"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sql").write_text(config + "\nunion all\n".join(selects) + "\n")

    def dbt(self, *arguments: str) -> str:
        """Run dbt over it and return what it printed; a failure is an AssertionError."""
        return run_dbt(self.folder, self.env, *arguments)

    def render(self, jinja: str) -> str:
        """The SQL that a piece of Jinja becomes on this project's engine."""
        return self.dbt("compile", "--inline", jinja).strip()


def _literal(value: Any, kind: str | None) -> str:
    """A value as SQL of both engines; lists and dicts as JSON."""
    if isinstance(value, list | dict):
        text = json.dumps(value, ensure_ascii=False).replace("'", "''").replace('"', '\\"')
        return "{{ as_json(\"'" + text + "'\") }}"
    by_kind = {bool: "boolean", int: "integer", float: "double"}
    text = "null" if value is None else "'" + str(value).replace("'", "''") + "'"
    return f"cast({text} as {kind or by_kind.get(type(value), 'varchar')})"
