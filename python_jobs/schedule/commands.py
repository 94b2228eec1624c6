"""``gtm run`` and ``gtm schedule``: what is done when."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from python_jobs.errors import ConfigurationError
from python_jobs.settings import load_settings


def run(
    schedule: Annotated[str, typer.Argument(help="daily, activation, calls, weekly or monthly.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Only print the steps that are due now.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also the steps that are done in this period.")
    ] = False,
) -> None:
    """Do what a schedule asks for: its steps one after the other, each once in its period.

    A run that was cut off goes on at the step that was not done; a second one meanwhile does
    nothing. A step of a vendor of which no variable is set is skipped. Nothing is sent to
    Salesforce or Outreach: activation ends with plans to approve.

    Examples:

        gtm run daily

        gtm run calls --plan
    """
    from python_jobs.runs import ensure_ops_tables, utc_now
    from python_jobs.schedule.declared import schedule_named
    from python_jobs.schedule.running import AlreadyRunning, due, not_configured, run_schedule
    from python_jobs.warehouse import BriefWarehouse

    settings = load_settings()
    wanted = schedule_named(schedule)
    if plan:
        now = utc_now()
        skipped = not_configured(settings, wanted)
        with BriefWarehouse(settings, settings.patience_for_warehouse).held() as warehouse:
            ensure_ops_tables(warehouse)
            steps = wanted.steps if again else due(warehouse, wanted, now, skipped)
        for step in wanted.steps:
            word = "skip" if step in skipped else "due " if step in steps else "done"
            why = f": {skipped[step]}" if step in skipped else ""
            print(f"{word}  gtm {' '.join(step.arguments(now))}  (once in {step.every}){why}")
        return
    try:
        run_schedule(settings, wanted, again)
    except AlreadyRunning:
        print(f"{wanted.name} is under way already: nothing to do")


def schedule(
    scheduler: Annotated[
        str | None, typer.Argument(help="crontab, github-actions or snowflake-tasks.")
    ] = None,
    timezone: Annotated[
        str, typer.Option("--timezone", help="Where the salespeople are, such as Europe/London.")
    ] = "UTC",
) -> None:
    """Print the schedules, or the text that has a scheduler run them.

    Examples:

        gtm schedule

        gtm schedule crontab --timezone America/New_York
    """
    from python_jobs.schedule.declared import schedules
    from python_jobs.schedule.texts import TEXTS

    if scheduler is None:
        for one in schedules().values():
            print(f"{one.name}: {one.summary}\n  {one.cron} ({one.time})")
            for step in one.steps:
                print(f"    gtm {step.command}  (once in {step.every})")
        return
    if scheduler not in TEXTS:
        raise ConfigurationError(f"there is no text for '{scheduler}': use {', '.join(TEXTS)}")
    print(TEXTS[scheduler](schedules().values(), _known(timezone)))


def _known(timezone: str) -> str:
    try:
        return ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            f"there is no time zone '{timezone}': write it as Europe/London"
        ) from None
