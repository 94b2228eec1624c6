"""What a connector is made of: a source, its entities, and pages of records.

A connector is one module in ``ingest/sources``: a ``SourceConfig`` with the settings it needs, a
function that connects, and one reader per entity. A reader is a generator of ``Page``: it asks the
vendor, and yields what came. It keeps no state and writes nothing: the runner lands the pages and
saves a page's ``checkpoint`` once everything up to it is in the warehouse, so that a run that dies
goes on from there. The smallest one, ``sources/job_boards.py``, is the one to copy.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self, TypeVar, get_origin

import pyarrow as pa
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from python_jobs.errors import ConfigurationError, GtmError
from python_jobs.http import Patience
from python_jobs.ingest.contracts import Contract
from python_jobs.registry.journal import Registries
from python_jobs.warehouse import Warehouse

PAGES_AHEAD = 12
"""Pages read in parallel that may wait to be landed: as many as come in while a chunk is written,
so that the vendor's pace is used meanwhile."""

Mode = Literal["full", "incremental", "backfill"]
Record = dict[str, Any]
State = dict[str, Any]
Item = TypeVar("Item")


class SourceConfig(BaseSettings):
    """A connector's settings, from the environment or ``.env``. Secrets are ``SecretStr``.

    ``needs`` names the fields without which the source is not configured. ``in_sandbox`` gives the
    fields' values when ``GTM_SANDBOX_URL`` is set (``{url}`` stands for it): they replace whatever
    is configured, so that no real credential goes to the sandbox and no made-up one to a vendor.
    """

    # a variable without a value is not set: schedulers pass on a secret that is not there so
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    needs: ClassVar[tuple[str, ...]] = ()
    in_sandbox: ClassVar[dict[str, str]] = {}

    @classmethod
    def load(cls, sandbox_url: str | None) -> Self:
        """The settings of this run.

        Raises:
            ConfigurationError: a variable has a value of the wrong kind.
        """
        values: dict[str, str] = {}
        if sandbox_url is not None:
            url = sandbox_url.rstrip("/")
            values = {name: value.format(url=url) for name, value in cls.in_sandbox.items()}
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigurationError(f"{first['loc'][0]}: {first['msg'].lower()}") from None
        except SettingsError:
            names = [
                str(field.alias)
                for field in cls.model_fields.values()
                if get_origin(field.annotation) is dict
            ]
            raise ConfigurationError(
                f"{' or '.join(names)} is not JSON: write it as in .env.example"
            ) from None

    def is_untouched(self) -> bool:
        """None of its variables is set, not even in part: nobody means to use the source."""
        return not self.model_fields_set

    def missing(self) -> list[str]:
        """The environment variables that are needed and not set."""
        return [
            str(type(self).model_fields[name].alias or name.upper())
            for name in self.needs
            if getattr(self, name) is None
        ]


@dataclass(frozen=True)
class Page:
    """Some records of one entity, as the vendor gave them.

    Attributes:
        records: JSON objects; or an Arrow table with the contract's columns, for events in bulk.
        checkpoint: what to resume from, once this page and all before it are landed.
        total: how many records there will be in all, if the vendor says.
        complete: a snapshot's scope, such as ``greenhouse|acme``: these records are all there are
            whose id begins with it and a bar; those that are not among them have gone.
        is_costly: it was paid for, or took long: it is in the warehouse before the reader goes on.
    """

    records: Sequence[Record] | pa.Table = ()
    checkpoint: State | None = None
    total: int | None = None
    complete: str | None = None
    is_costly: bool = False


@dataclass(frozen=True)
class Pull:
    """What a reader is asked for.

    Attributes:
        api: what the source's ``connect`` returned.
        config: the source's settings.
        mode: full (from ``begin``), incremental (from ``state``), backfill (``begin`` to ``end``).
        begin: first moment wanted, UTC without an offset.
        end: the moment to read up to, UTC: the start of the run, or a backfill's end.
        state: the last checkpoint: of the last incremental run, or of this run before it was cut
            off. Empty when there is none.
        warehouse: for readers that depend on what has landed. Rows only; it is opened and closed
            again for each statement, unless within ``held``.
    """

    api: Any
    config: Any
    mode: Mode
    begin: datetime
    end: datetime
    state: State
    warehouse: Warehouse

    def since(self, name: str, overlap: timedelta = timedelta(0)) -> datetime:
        """The time to read from: the checkpoint ``name`` less an overlap, or ``begin``."""
        reached = self.state.get(name)
        if reached is None:
            return self.begin
        start = datetime.fromisoformat(reached) - overlap
        return max(self.begin, start) if self.mode == "backfill" else start

    def windows(
        self, name: str, days: int, overlap: timedelta = timedelta(0)
    ) -> list[tuple[datetime, datetime]]:
        """From ``since`` to ``end`` in windows of so many days, the oldest first."""
        start, windows = self.since(name, overlap), []
        while start < self.end:
            stop = min(start + timedelta(days=days), self.end)
            windows.append((start, stop))
            start = stop
        return windows


@dataclass(frozen=True)
class Entity:
    """One kind of record of a source: where it lands, and how it is read.

    ``after`` names an entity whose landed rows this one is read with: when that could not be read
    in full, this one waits for the next run.
    """

    contract: Contract
    read: Callable[[Pull], Iterator[Page]]
    after: str | None = None

    @property
    def name(self) -> str:
        return self.contract.entity


@dataclass(frozen=True)
class Check:
    """One finding of ``gtm doctor``: what was looked at, whether it is well, and what to do.

    ``exit_code`` is of a bad one: 2 when a setting must change, 1 when it may pass by itself.
    """

    what: str
    is_ok: bool
    advice: str = ""
    exit_code: int = 2


def tried(what: str, trial: Callable[[], object]) -> Check:
    """A check that is well unless the trial ends in an error of ours, which is its advice."""
    try:
        trial()
    except GtmError as error:
        return Check(what, False, str(error), error.exit_code)
    return Check(what, True)


@dataclass(frozen=True)
class Source:
    """A connector.

    Attributes:
        name: as in ``gtm ingest NAME`` and in ``raw.<name>__<entity>``.
        title: the vendor, as people call it.
        config: its settings.
        connect: opens it, from its settings and the run's patience. What it returns counts its
            calls in an attribute ``calls`` and is handed to the readers as ``pull.api``.
        entities: in the order in which they are read.
        check: what ``gtm doctor`` asks the vendor: credentials, scopes, quota.
        idle: why there is nothing to ask it for, by the registries, and what to do about it; None
            where there is.
        is_optional: read only when it is named, not by ``gtm ingest all``.
    """

    name: str
    title: str
    config: type[SourceConfig]
    connect: Callable[[Any, Patience], Any]
    entities: tuple[Entity, ...]
    check: Callable[[Any], list[Check]] = field(default=lambda api: [])
    idle: Callable[[Registries], str | None] | None = None
    is_optional: bool = False

    def entity(self, name: str) -> Entity:
        """The entity of that name.

        Raises:
            ConfigurationError: the source has none; the message names those it has.
        """
        for entity in self.entities:
            if entity.name == name:
                return entity
        known = ", ".join(entity.name for entity in self.entities)
        raise ConfigurationError(f"{self.name} has no entity '{name}': use one of {known}")


def reshaped(records: Sequence[Any], reshape: Callable[[Any], Record]) -> list[Any]:
    """The records as a reader wants them; one that has not the form is left as the vendor gave it.

    Then it lands so, or is set aside, and the others land.
    """
    found = []
    for record in records:
        try:
            found.append(reshape(record))
        except (LookupError, TypeError, AttributeError, ValueError):
            found.append(record)
    return found


def in_parallel(
    slices: Sequence[Item],
    read: Callable[[Item], Iterator[Page]],
    checkpoint: Callable[[Item], State],
    workers: int = 4,
) -> Iterator[Page]:
    """The pages of every slice, several slices at a time, so that the vendor's pace is used up.

    Pages come as they are answered. When a slice and all before it have been given, a page with
    ``checkpoint(slice)`` follows. An error of one slice ends all.
    """
    pages: queue.Queue[tuple[int, Page | BaseException | None]] = queue.Queue(maxsize=PAGES_AHEAD)
    stop = threading.Event()

    def work(number: int) -> None:
        try:
            for page in read(slices[number]):
                if stop.is_set():
                    return
                pages.put((number, page))
            pages.put((number, None))
        except BaseException as error:
            pages.put((number, error))

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for number in range(len(slices)):
            pool.submit(work, number)
        try:
            ended: set[int] = set()
            reached = 0
            while reached < len(slices):
                number, page = pages.get()
                if isinstance(page, BaseException):
                    raise page
                if page is not None:
                    yield page
                    continue
                ended.add(number)
                while reached in ended:
                    yield Page(checkpoint=checkpoint(slices[reached]))
                    reached += 1
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            while not pages.empty():
                pages.get_nowait()
