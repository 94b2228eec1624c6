"""The schedules as declared in schedules.toml, and when a step was last to be done."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from python_jobs.errors import ConfigurationError

DECLARED = Path(__file__).with_name("schedules.toml")

Every = Literal["15 minutes", "30 minutes", "1 hour", "2 hours", "1 day", "1 week", "1 month"]
_MINUTES = {"15 minutes": 15, "30 minutes": 30, "1 hour": 60, "2 hours": 120}


class Step(BaseModel):
    """One gtm command, done once in each period of ``every``. ``go_on``: the rest of the schedule
    is done even if it fails. ``vendor``: it is skipped where that one is not configured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str
    every: Every
    go_on: bool = False
    vendor: str | None = None

    def arguments(self, now: datetime) -> list[str]:
        """The command's arguments on that day."""
        return self.command.format(today=now.date().isoformat()).split()

    def period_start(self, now: datetime) -> datetime:
        """When the period of ``every`` that ``now`` lies in began (UTC)."""
        day = datetime.combine(now.date(), time())
        if self.every == "1 month":
            return day.replace(day=1)
        if self.every == "1 week":
            return day - timedelta(days=now.weekday())
        if self.every == "1 day":
            return day
        minutes = _MINUTES[self.every]
        return day + timedelta(minutes=(now - day) // timedelta(minutes=1) // minutes * minutes)


class Schedule(BaseModel):
    """A schedule: when it is due, and what is then done, step by step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    summary: str
    cron: str
    time: Literal["UTC", "local"]
    steps: tuple[Step, ...]


@cache
def schedules() -> dict[str, Schedule]:
    """Every schedule by name, in the order of the file."""
    content = tomllib.loads(DECLARED.read_text(encoding="utf-8"))
    return {name: _schedule(name, declared) for name, declared in content.items()}


def schedule_named(name: str) -> Schedule:
    """The schedule of that name.

    Raises:
        ConfigurationError: there is none.
    """
    found = schedules().get(name)
    if found is None:
        raise ConfigurationError(f"there is no schedule '{name}': use {', '.join(schedules())}")
    return found


def _schedule(name: str, declared: dict[str, Any]) -> Schedule:
    every = declared.pop("every")
    steps = [{"every": every, **step} for step in declared.pop("steps")]
    return Schedule.model_validate({"name": name, "steps": steps, **declared})
