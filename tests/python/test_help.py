"""Every command's help ends with examples, and what they say can be typed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from python_jobs.cli import app
from tests.small_project import PROJECT_DIR


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for part, below in command.commands.items():
        yield from _commands(below, f"{name} {part}")


COMMANDS = dict(_commands(get_command(app), "gtm"))


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_can_be_typed(name: str) -> None:
    command = COMMANDS[name]
    _, _, shown = command.help.partition("Example")
    examples = [line.strip() for line in shown.splitlines() if line.strip().startswith("gtm ")]
    assert examples, f"{name} shows no example"
    for example in examples:
        assert example.startswith(name)
        command.make_context(name, shlex.split(example.removeprefix(name)))


def test_commands_of_the_readmes_can_be_typed() -> None:
    """Every `gtm …` line of a README is one that the command line takes."""
    typed = 0
    for readme in ("README.md", "snowflake/README.md"):
        text = (PROJECT_DIR / readme).read_text(encoding="utf-8").replace("\\\n", " ")
        for found in re.findall(r"^(?: {4}|\w).*?\bbin/(gtm .+)$", text, re.MULTILINE):
            words = shlex.split(found.partition("&&")[0].partition("  #")[0])
            name = max((c for c in COMMANDS if words[: c.count(" ") + 1] == c.split()), key=len)
            COMMANDS[name].make_context(name, words[len(name.split()) :])
            typed += 1
    assert typed > 50


def test_a_terminal_that_knows_few_letters_gets_the_others_replaced() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    told = subprocess.run(
        [sys.executable, "-m", "python_jobs.cli", "load", "--help"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "gtm load all exports" in told.stdout


def test_a_terminal_takes_no_orders_from_what_is_told() -> None:
    """Whoever visits the web site decides what a call to action is called."""
    said = "a\x1b]0;x\x07\x1b[2Jb\x9b2J\r\tc \x1b[1mbold\x1b[0m\n→"
    script = f"from python_jobs import cli; cli.app = lambda: print({said!r}); cli.main()"
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True)
    assert told.stderr == b""
    assert told.stdout.decode() == "a]0;x[2Jb2J\tc \x1b[1mbold\x1b[0m\n→\n"


def test_nothing_that_is_told_hides_what_follows_it() -> None:
    """A name in a plan conceals no line of it, by its looks or by running the other way."""
    said = "a\x1b[8mb\x1b[1;30mc\x1b[38;5;0md\x1b[47me\x1b[1;33mf\x1b[m \u202eg\u2066h"
    script = f"from python_jobs import cli; cli.app = lambda: print({said!r}); cli.main()"
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True)
    assert told.stdout.decode() == "a[8mb[1;30mc[38;5;0md[47me\x1b[1;33mf\x1b[m gh\n"


def test_a_terminal_takes_no_orders_from_errors_and_log_lines() -> None:
    """An error may quote a value, and a log line the name of a field that is new."""
    script = (
        "import logging; from python_jobs import cli, errors, log\n"
        "def app():\n"
        "    log.configure()\n"
        "    logging.getLogger('python_jobs').warning('new field %s', 'a\\x1b[2Jb\\rc')\n"
        "    raise errors.ConfigurationError('no \\x1b]0;x\\x07picklist\\x9b2J')\n"
        "cli.app = app; cli.main()"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stderr == "WARNING  new field a[2Jbc\ngtm: no ]0;xpicklist2J\n"
