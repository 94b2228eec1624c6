"""What every vendor of the sandbox has: its view of the world, its limits, its ways of refusing."""

from __future__ import annotations

import base64
import binascii
import secrets
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, TypeVar

import duckdb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.ingest.reading import the_file
from python_jobs.sandbox.faults import Faults

Item = TypeVar("Item")


class World:
    """The generated files, seen at one moment. The vendors read them through SQL."""

    def __init__(self, folder: Path, as_of: date) -> None:
        self.folder = folder
        self._con = duckdb.connect(":memory:")
        self._con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        self.turn_to(as_of)

    def turn_to(self, as_of: date) -> None:
        """See the files as they are now, on the evening of that day."""
        self.as_of = as_of
        for path in self.folder.glob("*.parquet"):
            rows = f"select * from read_parquet({the_file(path)})"
            self._con.execute(f"create or replace view {path.stem} as {rows}")

    @property
    def now(self) -> datetime:
        """The world's time (UTC): eleven in the evening of its day. It stands still until the next
        day, so that the same pull always sees, and dates, the same."""
        return datetime.combine(self.as_of, time(23))

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a query over the files (``accounts``, ``web_events``, …), one dict each."""
        cursor = self._con.execute(sql, list(params))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """For vendors that keep tables of their own beside the files."""
        return self._con


@dataclass
class Meter:
    """What the sandbox saw of one vendor's clients."""

    calls: int = 0
    throttled: int = 0
    first_at: float | None = None
    last_at: float | None = None
    arrivals: dict[Limit, deque[float]] = field(default_factory=dict)

    def arrive(self, limits: Sequence[Limit]) -> float:
        """Count a call; seconds to wait when it is one too many, else 0."""
        now = monotonic()
        self.calls += 1
        self.first_at = now if self.first_at is None else self.first_at
        self.last_at = now
        waits = [0.0]
        for limit in limits:
            window = self.arrivals.setdefault(limit, deque())
            while window and window[0] <= now - limit.seconds:
                window.popleft()
            if len(window) >= limit.calls:
                waits.append(window[0] + limit.seconds - now)
        if max(waits) > 0:
            self.throttled += 1
        else:
            for limit in limits:
                self.arrivals[limit].append(now)
        return max(waits)


class Vendor(ABC):
    """One vendor's API. Handlers are ``async`` and run one at a time, so they share state freely.

    A subclass names itself, its routes and limits, and how it says no; ``load`` makes its view of
    the world, at the start and again whenever a day has gone by, and keeps what clients wrote.
    """

    name: ClassVar[str]
    """The path prefix, and the connector's source name."""
    limits: tuple[Limit, ...] = ()
    token_path: ClassVar[str | None] = None
    """Where clients get tokens that expire, below the prefix; None: it has none that do."""
    scopes: ClassVar[dict[str, str]] = {}
    """Scope to the path prefix (below the vendor's) that needs it."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.meter = Meter()

    @abstractmethod
    def routes(self) -> list[Route]:
        """The paths below ``/<name>``."""

    def limits_at(self, path: str) -> Sequence[Limit]:
        """The limits of a path below the vendor's, where some paths have limits of their own."""
        return self.limits

    @abstractmethod
    def load(self) -> None:
        """Make, or bring up to date, the vendor's records from the world."""

    def close(self) -> None:  # noqa: B027 – most have nothing
        """End what the vendor has running outside this process."""

    def throttled(self, wait: float) -> Response:
        """The answer to a call too many; ``wait`` in seconds."""
        retry_after = {"Retry-After": str(max(0, int(wait + 0.999)))}
        return JSONResponse({"message": "Too many requests"}, 429, retry_after)

    def failed(self) -> Response:
        """A bad moment of the vendor's own."""
        return JSONResponse({"message": "Internal server error"}, 500)

    def expired(self) -> Response:
        """The answer to an expired token; also forgets the tokens that are out."""
        return JSONResponse({"message": "Unauthorized"}, 401)

    def out_of_scope(self, scope: str) -> Response:
        """The answer to a call whose scope the credentials do not have."""
        return JSONResponse({"message": "Forbidden"}, 403)

    def malformed_records(self) -> list[Any]:
        """Records that no client can read: this vendor's kind with no id, and none at all."""
        return [{"malformed": True}, None]

    def cut(
        self, rows: Sequence[Item], cursor: str | None, size: int, key: str
    ) -> tuple[list[Item], str | None]:
        """One page of ``rows`` and the cursor of the next, None after the last.

        With the fault ``duplicate-page`` a page may come twice; with ``malformed-record`` a page
        may hold records more, which are none. ``key`` names the listing.

        Raises:
            ValueError: the cursor is none of ours.
        """
        offset, again = _read_cursor(cursor) if cursor else (0, False)
        page = list(rows[offset : offset + size])
        place = f"{self.name} {key} {offset}"
        if page and self.faults.spoils_record(place) and not again:
            page += self.malformed_records()
        after = offset + size
        if page and not again and self.faults.repeats_page(place):
            return page, _write_cursor(offset, True)
        return page, _write_cursor(after, False) if after < len(rows) else None


@dataclass
class Tokens:
    """Bearer tokens that were given out and have not expired."""

    seconds: float = 7_200.0
    _valid: dict[str, float] = field(default_factory=dict)

    def issue(self) -> str:
        """A new one."""
        token = secrets.token_hex(20)
        self._valid[token] = monotonic() + self.seconds
        return token

    def accepts(self, request: Request) -> bool:
        """Whether the request bears one."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self._valid.get(token, 0.0) > monotonic()

    def expire_all(self) -> None:
        """As after a revocation."""
        self._valid.clear()


def iso(value: datetime | None, suffix: str = "Z") -> str | None:
    """A time as ISO 8601 with microseconds cut to milliseconds."""
    return None if value is None else value.isoformat(timespec="milliseconds") + suffix


def _write_cursor(offset: int, again: bool) -> str:
    return base64.urlsafe_b64encode(f"{offset}.{int(again)}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, bool]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        offset, again = base64.urlsafe_b64decode(padded).decode().split(".")
        return int(offset), again == "1"
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("bad cursor") from None
