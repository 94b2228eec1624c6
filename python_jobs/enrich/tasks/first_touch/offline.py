"""The plain sentences of the signal's angle, where they pass the gate; else none."""

from __future__ import annotations

from python_jobs.enrich.task import Asked
from python_jobs.enrich.tasks.first_touch.gate import failures, plain
from python_jobs.enrich.tasks.first_touch.schema import FirstTouch


def write(asked: Asked) -> FirstTouch:
    """The message of one person: both slots, or neither."""
    touch = plain(asked)
    return FirstTouch(opening=None, call_to_action=None) if failures(touch, asked) else touch
