"""``gtm ingest``: the connectors, from the command line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from python_jobs.errors import ConfigurationError, GtmError, PermanentError, TransientError
from python_jobs.ingest.connector import Entity, Mode, Source
from python_jobs.options import Target
from python_jobs.printing import counted, progress_bar
from python_jobs.settings import Settings, load_settings, parse_day

if TYPE_CHECKING:
    from python_jobs.ingest.run import Outcome, Wish
    from python_jobs.runs import JobRun

Result = TypeVar("Result")
Wanted = list[tuple[Source, tuple[Entity, ...]]]


def ingest(
    source: Annotated[str, typer.Argument(help="A source, such as gong; or 'all'.")],
    mode: Annotated[
        Mode,
        typer.Option(
            help="incremental goes on where the last run ended; full reads all, of events, calls "
            "and mailings what the last GTM_INGEST_DAYS hold."
        ),
    ] = "incremental",
    begin: Annotated[
        str | None, typer.Option("--from", help="First day (UTC) of a backfill, YYYY-MM-DD.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Last day (UTC) of a backfill, inclusive.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this entity; may be given again.")
    ] = None,
    retry_dead: Annotated[
        bool, typer.Option("--retry-dead", help="Try the records set aside again, ask no vendor.")
    ] = False,
    target: Target = None,
) -> None:
    """Pull records from the vendors' APIs into schema raw.

    What is not configured is skipped by 'all'; see .env.example and `gtm doctor`. With
    GTM_SANDBOX_URL set, every source is the sandbox's.

    Examples:

        gtm ingest all

        gtm ingest gong --mode backfill --from 2026-01-01 --to 2026-03-31

        gtm ingest salesforce --only contacts --mode full
    """
    from python_jobs.ingest.run import Wish

    settings = load_settings().with_target(target)
    first, last = _range(mode, begin, end)
    wanted = wanted_entities(settings, source, only or [])
    wish = Wish(mode, first, last, retry_dead)
    failed = run_and_print(settings, wanted, wish, clock_of(settings))
    if failed:
        raise failed


def wanted_entities(settings: Settings, name: str, only: Sequence[str]) -> Wanted:
    """The entities that the user names; 'all' leaves out what is not configured, and says so.

    Raises:
        ConfigurationError: no such source or entity, or nothing is configured.
    """
    from python_jobs.ingest.sources import SOURCES, source_named

    if name != "all":
        source = source_named(name)
        entities = tuple(source.entity(entity) for entity in only) or source.entities
        return [(source, entities)]
    if only:
        raise ConfigurationError("--only goes with one source: gtm ingest SOURCE --only ENTITY")
    wanted: Wanted = []
    for source in SOURCES.values():
        if source.is_optional:
            continue
        missing = source.config.load(settings.sandbox_url).missing()
        if missing:
            print(f"{source.name}: not configured ({', '.join(missing)} not set)")
        else:
            wanted.append((source, source.entities))
    if not wanted:
        raise ConfigurationError("no source is configured: see .env.example")
    return wanted


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The time of the runs: the world's in the sandbox, else now.

    Raises:
        ConfigurationError: there is no sandbox at GTM_SANDBOX_URL.
    """
    from python_jobs.runs import utc_now

    if settings.sandbox_url is None:
        return utc_now
    url = f"{settings.sandbox_url.rstrip('/')}/_sandbox"
    try:
        with urllib.request.urlopen(url, timeout=settings.http_timeout) as response:
            now = datetime.fromisoformat(json.load(response)["now"])
    except (urllib.error.URLError, ValueError, KeyError, OSError):
        raise ConfigurationError(
            f"there is no sandbox at {settings.sandbox_url}: start it with `gtm sandbox`, "
            "or unset GTM_SANDBOX_URL"
        ) from None
    return lambda: now


def run_and_print(
    settings: Settings, wanted: Wanted, wish: Wish, clock: Callable[[], datetime]
) -> GtmError | None:
    """Pull the sources side by side, with a progress bar each and a closing line an entity; the
    error to end with, if any."""
    from python_jobs.ingest.run import ingest

    outcomes: list[Outcome] = []
    with _progress() as progress:
        bars: dict[str, TaskID] = {}

        def notice(run: JobRun, total: int | None) -> None:
            if run.run_id not in bars:
                bars[run.run_id] = progress.add_task(f"{run.source} {run.entity}")
            progress.update(bars[run.run_id], completed=run.rows_read, total=total)

        def close(outcome: Outcome) -> None:
            if (bar := bars.pop(outcome.run.run_id, None)) is not None:
                progress.remove_task(bar)
            progress.console.print(_closing_line(outcome), highlight=False, soft_wrap=True)
            outcomes.append(outcome)

        pulls = [partial(ingest, settings, [pair], wish, clock, notice, close) for pair in wanted]
        for _ in side_by_side(pulls):
            pass
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if not errors:
        return None
    if len(errors) == 1:
        return errors[0]
    kind = (
        ConfigurationError
        if all(e.exit_code == 2 for e in errors)
        else (
            TransientError if any(isinstance(e, TransientError) for e in errors) else PermanentError
        )
    )
    return kind(f"{len(errors)} of {len(outcomes)} pulls did not end well, see above")


def side_by_side(jobs: Sequence[Callable[[], Result]]) -> Iterator[Result]:
    """Do all jobs at once, each in a thread; their results as they come.

    Vendors are waited for most of the time, each at its own pace. Ctrl-C ends the process with the
    threads where they are, which a pull survives as it does a kill.
    """
    ended: Queue[Result | BaseException] = Queue()

    def run(job: Callable[[], Result]) -> None:
        try:
            ended.put(job())
        except BaseException as error:
            ended.put(error)

    for job in jobs:
        Thread(target=run, args=(job,), daemon=True).start()
    for _ in jobs:
        result = ended.get()
        if isinstance(result, BaseException):
            raise result
        yield result


def _closing_line(outcome: Outcome) -> str:
    run = outcome.run
    line = (
        f"{run.source} {run.entity}: {run.rows_read:,} read, {run.rows_written:,} written, "
        f"{run.rows_unchanged:,} unchanged, {run.rows_set_aside:,} set aside, "
        f"{counted(run.api_calls, 'call')}, {run.seconds:.1f} s"
    )
    return f"{line} – {outcome.error}" if outcome.error else line


def _range(
    mode: Mode, begin: str | None, end: str | None
) -> tuple[datetime | None, datetime | None]:
    """First moment, and the moment after the last day.

    Raises:
        ConfigurationError: a backfill without its days, or days without a backfill.
    """
    if mode != "backfill":
        if begin or end:
            raise ConfigurationError("--from and --to go with --mode backfill")
        return None, None
    if begin is None or end is None:
        raise ConfigurationError("a backfill needs its days: --from YYYY-MM-DD --to YYYY-MM-DD")
    first, last = parse_day(begin), parse_day(end)
    if last < first:
        raise ConfigurationError(f"--to {last} is before --from {first}")
    return (
        datetime.combine(first, time.min),
        datetime.combine(last + timedelta(days=1), time.min),
    )


def _progress() -> Progress:
    return progress_bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
