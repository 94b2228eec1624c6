"""One run of the connectors: every wanted entity of every wanted source, landed and recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from python_jobs.errors import (
    ConfigurationError,
    GtmError,
    PermanentError,
    QuotaExhausted,
    TransientError,
)
from python_jobs.http import Api
from python_jobs.ingest.checkpoints import Checkpoints
from python_jobs.ingest.connector import Entity, Mode, Page, Pull, Source
from python_jobs.ingest.landing import Landing
from python_jobs.ingest.retry import retry_dead_letters
from python_jobs.ingest.shapes import report_shape
from python_jobs.runs import (
    JobRun,
    close_interrupted,
    ensure_ops_tables,
    ensure_raw_tables,
    job_run,
    only_one,
    utc_now,
)
from python_jobs.settings import Settings
from python_jobs.warehouse import BriefWarehouse

logger = logging.getLogger(__name__)

JOB = "ingest"
CALLING_JOBS = (JOB, "sync")
"""Jobs whose calls count against a vendor's limits."""
LONG_WINDOW = 600.0
"""Seconds from which on a limit's window counts the calls of earlier runs."""

Notice = Callable[[JobRun, int | None], None]
"""Told of an entity's run as it goes on, and of how many records there will be, if known."""


@dataclass(frozen=True)
class Wish:
    """What to pull: ``begin`` and ``end`` (UTC) are of a backfill, or bound a full pull."""

    mode: Mode = "incremental"
    begin: datetime | None = None
    end: datetime | None = None
    retry_dead: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one entity's pull ended; ``error`` is None when it ended well."""

    run: JobRun
    error: GtmError | None = None


Closed = Callable[[Outcome], None]
"""Told of an entity's pull when it has ended."""


def ingest(
    settings: Settings,
    wanted: Sequence[tuple[Source, Sequence[Entity]]],
    wish: Wish,
    clock: Callable[[], datetime] = utc_now,
    notice: Notice = lambda run, total: None,
    close: Closed = lambda outcome: None,
) -> list[Outcome]:
    """Pull the wanted entities one after the other; an entity that fails stops no other.

    A source that another process is pulling is left to it, as an outcome that says so.
    The warehouse is held only while rows are written, so other runs get their turn. ``clock`` tells
    the vendors' time: up to when to read, and when a version was seen. Runs are dated by our own.
    """
    warehouse = BriefWarehouse(settings, wait=settings.patience_for_warehouse)
    with warehouse.held() as held:
        ensure_ops_tables(held)
        ensure_raw_tables(held)
    outcomes: list[Outcome] = []
    pulls = _Pulls(settings, warehouse, wish, clock, notice)
    for source, entities in wanted:
        for outcome in pulls.of_source(source, entities):
            outcomes.append(outcome)
            close(outcome)
    return outcomes


@dataclass(frozen=True)
class _Pulls:
    """What every pull of a run has in common."""

    settings: Settings
    warehouse: BriefWarehouse
    wish: Wish
    clock: Callable[[], datetime]
    notice: Notice

    def of_source(self, source: Source, entities: Sequence[Entity]) -> Iterator[Outcome]:
        """Pull a source's entities; how each ended, as it ends."""
        try:
            busy = f"{source.name} is being pulled by another gtm run: wait until it ends"
            with only_one(self.settings, source.name, f"{busy} and run again"):
                close_interrupted(self.warehouse, JOB, utc_now(), source.name)
                yield from self._alone(source, entities)
        except TransientError as error:
            yield Outcome(_unrecorded(source, entities[0], self.wish), error)

    def _alone(self, source: Source, entities: Sequence[Entity]) -> Iterator[Outcome]:
        api = None
        spent: set[str] = set()
        failed: dict[str | None, GtmError] = {}
        for entity in entities:
            if entity.name in spent:
                continue
            run = _unrecorded(source, entity, self.wish)
            try:
                with job_run(self.warehouse, JOB, source.name, entity.name, run.mode) as run:
                    if self.wish.retry_dead:
                        retry_dead_letters(self.warehouse, self.settings, entity.contract, run)
                    elif entity.after in failed:
                        is_setting = isinstance(failed[entity.after], ConfigurationError)
                        raise (ConfigurationError if is_setting else TransientError)(
                            f"{entity.name} wait for {entity.after}, which could not be read in "
                            "full"
                        )
                    else:
                        api = api or connect(source, self.settings, self.warehouse)
                        self._entity(source, entity, api, run)
            except GtmError as error:
                failed[entity.name] = error
                yield Outcome(run, error)
                if api is None:
                    break
                if isinstance(error, QuotaExhausted):
                    paced = _paced(source, api)
                    rest = {other.name for other in entities} - paced
                    spent |= paced if entity.name in paced else rest
            else:
                yield Outcome(run)

    def _entity(self, source: Source, entity: Entity, api: Api, run: JobRun) -> None:
        """Read, land and record one entity; what was read before an error is landed too."""
        wish, now = self.wish, self.clock()
        end = wish.end or now
        begin = wish.begin or end - timedelta(days=self.settings.ingest_days)
        days = f" {begin:%Y-%m-%d} {end:%Y-%m-%d}" if wish.mode == "backfill" else ""
        checkpoints = Checkpoints(self.warehouse, source.name, entity.name, wish.mode + days)
        state = checkpoints.load()
        landing = Landing(self.warehouse, self.settings, entity.contract, run, checkpoints, now)
        config = source.config.load(self.settings.sandbox_url)
        pull = Pull(api, config, wish.mode, begin, end, state, self.warehouse)
        calls_before = api.calls
        try:
            for page in _pages(source, entity, pull):
                run.api_calls = api.calls - calls_before
                landing.add(page)
                self.notice(run, page.total)
            landing.flush()
            checkpoints.finish()
        except GtmError:
            landing.flush()
            raise
        finally:
            run.api_calls = api.calls - calls_before
            with self.warehouse.held() as held:
                changes = report_shape(held, entity.contract, landing.shape, now)
            if changes:
                run.message = "; ".join(changes)
                logger.warning("%s %s: %s", source.name, entity.name, run.message)


def _unrecorded(source: Source, entity: Entity, wish: Wish) -> JobRun:
    """What tells of a run that may never begin."""
    return JobRun(
        JOB, source.name, entity.name, "retry" if wish.retry_dead else wish.mode, utc_now()
    )


def _paced(source: Source, api: Any) -> set[str]:
    """The entities whose calls share a limit: all, unless the API names those that do."""
    return set(getattr(api, "paced_entities", [entity.name for entity in source.entities]))


def connect(source: Source, settings: Settings, warehouse: BriefWarehouse) -> Api:
    """Open a source; calls of earlier runs count against its long limits.

    Raises:
        ConfigurationError: the source is not configured.
    """
    config = source.config.load(settings.sandbox_url)
    missing = config.missing()
    if missing:
        raise ConfigurationError(
            f"{source.title} is not configured: set {', '.join(missing)} (see .env.example)"
        )
    api = source.connect(config, settings.patience)
    pacer = getattr(api, "pacer", None)
    if pacer is not None and pacer.longest_window >= LONG_WINDOW:
        now = utc_now()
        earlier = warehouse.rows(
            "select job, entity, coalesce(finished_at, ?) as called_by, api_calls "
            f"from ops.job_runs where job in {CALLING_JOBS} and source = ? and api_calls > 0 "
            "and coalesce(finished_at, ?) > ? order by called_by",
            [now, source.name, now, now - timedelta(seconds=pacer.longest_window)],
        )
        for row in earlier:
            if row["job"] == JOB and row["entity"] not in _paced(source, api):
                continue
            seconds_ago = (now - row["called_by"]).total_seconds()
            pacer.spent(max(0.0, seconds_ago), row["api_calls"], LONG_WINDOW)
    return api


def _pages(source: Source, entity: Entity, pull: Pull) -> Iterator[Page]:
    """What the reader yields; an answer that its code cannot take apart is one sentence."""
    try:
        yield from entity.read(pull)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        what = (
            f"{type(error).__name__} {error}"
            if isinstance(error, KeyError)
            else (type(error).__name__)
        )
        raise PermanentError(
            f"{source.title} answered in a form that {entity.name} cannot be read from ({what}): "
            "what landed is kept; its API may have changed"
        ) from None
