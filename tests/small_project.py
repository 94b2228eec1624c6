"""A dbt project of some of this project's folders, for tests of macros and of single models."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[1]


class SmallProject:
    """The project's settings, macros and seeds, and only those folders of it that are named."""

    def __init__(self, folder: Path, env: Mapping[str, str], *parts: str) -> None:
        self.folder = folder
        self.env = env
        folder.mkdir(parents=True)
        shutil.copy(PROJECT_DIR / "dbt_project.yml", folder)
        shutil.copy(PROJECT_DIR / "profiles.example.yml", folder / "profiles.yml")
        for part in ("macros", "seeds", *parts):
            shutil.copytree(PROJECT_DIR / part, folder / part)

    def dbt(self, *arguments: str) -> str:
        """Run dbt and return what it printed.

        Raises:
            AssertionError: dbt failed; the message is its output.
        """
        dbt = Path(sys.executable).with_name("dbt")
        done = subprocess.run(
            [dbt, "--quiet", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def render(self, jinja: str) -> str:
        """The SQL that a piece of Jinja becomes on this project's engine."""
        return self.dbt("compile", "--inline", jinja).strip()
