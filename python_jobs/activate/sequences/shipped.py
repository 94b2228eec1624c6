"""The shipped sequences: one file of ``texts/`` each, named by its sequence key.

A file holds a description and the steps in their order. A step has a ``type`` (Outreach's), a
``wait`` after the step before it, and a ``note`` for a task or call, or a ``body`` for a mail; the
first mail has a ``subject``, those with ``is_reply`` go on in its thread. A body reads what the
sync writes on the prospect: ``{{custom4}}`` the greeting name, ``{{custom5}}`` the company as one
says it, ``{{custom6}}`` why now, ``{{custom7}}`` what is asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from python_jobs.errors import ConfigurationError

TEXTS = Path(__file__).parent / "texts"

OURS = "gtm"
"""Marks what is made here: the tag of a sequence, and in the names of its templates."""

MAILS = ("auto_email", "manual_email")
TYPES = (*MAILS, "call", "task")
SECONDS = {"hour": 3_600, "day": 86_400}

VARIABLES = frozenset({"sender.first_name", *(f"custom{number}" for number in range(1, 8))})
"""What a text may read; a mail whose variable nobody fills is held back by Outreach."""


@dataclass(frozen=True)
class Step:
    """One step. ``wait`` is in seconds after the step before; a mail has a subject and a body."""

    type: str
    wait: int
    subject: str | None = None
    body: str | None = None
    is_reply: bool = False
    note: str | None = None

    @property
    def body_html(self) -> str:
        """The body as Outreach's editor would hold it."""
        paragraphs = escape((self.body or "").strip(), quote=False).split("\n\n")
        return "<br><br>".join(part.replace("\n", "<br>") for part in paragraphs)


@dataclass(frozen=True)
class Sequence:
    """What answers one signal, under the name that it has in Outreach."""

    key: str
    name: str
    description: str
    steps: tuple[Step, ...]

    def template_name(self, order: int) -> str:
        """The name of the template of the step with that number, from 1."""
        return f"{self.name}, step {order} ({OURS})"


def shipped_sequences(names: Mapping[str, str], folder: Path = TEXTS) -> list[Sequence]:
    """The sequences that have a name, in the order of the names.

    Args:
        names: sequence key to its name in Outreach.

    Raises:
        ConfigurationError: a text is not as described above; the message names file and step.
    """
    found = {path.stem: path for path in folder.glob("*.toml")}
    return [_read(found[key], name) for key, name in names.items() if key in found]


def _read(path: Path, name: str) -> Sequence:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not TOML: {error}") from None
    steps: list[Step] = []
    for number, values in enumerate(content.get("steps", ()), start=1):
        try:
            steps.append(_step(values, steps))
        except ValueError as error:
            raise ConfigurationError(f"{path.name}, step {number}: {error}") from None
    if not steps or not content.get("description"):
        raise ConfigurationError(f"{path.name} needs a description and steps")
    return Sequence(path.stem, name, content["description"], tuple(steps))


def _step(values: Mapping[str, Any], before: list[Step]) -> Step:
    """A step, checked; a reply carries the subject of the thread it goes on in.

    Raises:
        ValueError: it says what is wrong.
    """
    kind, subject, body = (values.get(name) for name in ("type", "subject", "body"))
    is_reply = bool(values.get("is_reply", False))
    if kind not in TYPES:
        raise ValueError(f"type must be one of {', '.join(TYPES)}")
    if kind not in MAILS:
        if not values.get("note") or body or subject or is_reply:
            raise ValueError(f"a {kind} has a note, and neither subject nor body")
        return Step(kind, _seconds(values.get("wait")), note=values["note"])
    if is_reply and subject:
        raise ValueError("a reply goes on under the subject of the mail before: leave its out")
    if is_reply:
        subject = next((step.subject for step in reversed(before) if step.subject), None)
    if not subject or not body:
        raise ValueError("a mail has a body, and a subject or a mail before that it replies to")
    unknown = set(re.findall(r"\{\{\s*(.*?)\s*\}\}", subject + body)) - VARIABLES
    if unknown:
        raise ValueError(f"{{{{{min(unknown)}}}}} is not filled by anything")
    return Step(kind, _seconds(values.get("wait")), subject, body, is_reply)


def _seconds(wait: Any) -> int:
    found = re.fullmatch(r"(\d+) (hour|day)s?", str(wait))
    if not found:
        raise ValueError("wait is a number of hours or days, such as '2 days'")
    return int(found[1]) * SECONDS[found[2]]
