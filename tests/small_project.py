"""A dbt project of some of this project's folders, for tests of macros and of single models."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Mapping
from contextlib import chdir, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from python_jobs.dbt_runner import let_go_of_duckdb

PROJECT_DIR = Path(__file__).resolve().parents[1]


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
        (folder / "models").mkdir(exist_ok=True)
        shutil.copy(PROJECT_DIR / "models/docs.md", folder / "models")

    def dbt(self, *arguments: str) -> str:
        """Run dbt over it and return what it printed; a failure is an AssertionError."""
        return run_dbt(self.folder, self.env, *arguments)

    def render(self, jinja: str) -> str:
        """The SQL that a piece of Jinja becomes on this project's engine."""
        return self.dbt("compile", "--inline", jinja).strip()
