"""The one way out to a vendor's API: paced, timed, retried, refreshed, counted, and silent.

An ``Api`` belongs to one vendor and one run. It never sends more calls than the vendor allows,
sends a read again after what passes by itself, refreshes an expired token once, and turns every
other refusal into one sentence. It follows nobody to another address, where credentials would go
along. A write is sent until it is let in, and then once: whether to send
it again is its caller's to find out. No address, header, body or record is ever part of a message.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import requests
import tenacity

from python_jobs.errors import ConfigurationError, PermanentError, QuotaExhausted, TransientError
from python_jobs.printing import counted

logger = logging.getLogger(__name__)

ANSWERS_TO_JUDGE_BY = 3
"""Answers after which the quickest one tells how long an answer takes at least."""

SHORT_WINDOW = 10.0
"""Seconds up to which calls are spread evenly over a limit's window."""

SPREAD = 1.03
"""How much further apart than the limit's mean: what is left of the pace is 97 %."""

READ_AT_ONCE = 2**20
"""Bytes of an answer that are read before they are counted."""

READS = frozenset({"GET", "HEAD"})

UNKNOWN = "whether it took effect is unknown: look before repeating"
"""Of a write whose answer could not be read."""

NO_URL = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)


def bypass_proxy_to_this_machine() -> None:
    """Have the sandbox and the emulator reached directly, whatever proxy the environment names."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if given != "*":
        hosts = ",".join(filter(None, (given, "127.0.0.1", "localhost")))
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = hosts


class Verdict(Enum):
    """What an answer means for the one who asked."""

    OK = "ok"
    EMPTY = "nothing matches, which some vendors answer as an error"
    AGAIN = "passes by itself: send a read again"
    TURNED_AWAY = "was not let in, and did nothing: send it again, whatever it is"
    EXPIRED = "the token is no longer good: refresh it once"
    QUOTA = "the budget is spent: stop, keep what landed"
    CONFIGURATION = "a credential, scope or setting must change first"
    REFUSED = "this request will never be answered"


Judge = Callable[[requests.Response], "Verdict | None"]
"""A vendor's own reading of an answer; None leaves it to ``judged_by_status``."""


@dataclass(frozen=True)
class Limit:
    """At most so many calls in any so many seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True)
class Patience:
    """How long a run waits, in seconds, how often it tries, and how much it takes.

    ``longest_wait`` bounds one wait, whether the vendor asks for it or our own pacing does: what is
    longer ends the run as quota exhausted. ``largest_answer`` is in megabytes, unpacked.
    """

    attempts: int = 6
    first_wait: float = 0.5
    longest_backoff: float = 30.0
    longest_wait: float = 300.0
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    largest_answer: float = 256.0


class Pacer:
    """Keeps the calls that can have arrived within any window under the vendor's limit.

    Calls are spread evenly over short windows (up to ten seconds), so that they seldom overtake or
    wait for each other; within long ones they may come in a bunch. A call arrives between sending
    and answer: it is taken to have arrived when it was answered, less what the quickest of the
    answers so far took. So a slow way there does not let the calls bunch at the vendor's door.
    """

    def __init__(
        self,
        limits: Iterable[Limit],
        longest_wait: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._windows = [(limit, deque[float](maxlen=limit.calls)) for limit in limits]
        self._spacing = max(
            (
                limit.seconds / limit.calls * SPREAD
                for limit, _ in self._windows
                if limit.seconds <= SHORT_WINDOW
            ),
            default=0.0,
        )
        self._last_start = float("-inf")
        self._longest_wait = longest_wait
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._in_flight = 0
        self._answers = 0
        self._quickest = float("inf")

    @property
    def longest_window(self) -> float:
        """Seconds of the longest limit; 0 without any."""
        return max((limit.seconds for limit, _ in self._windows), default=0.0)

    def spent(self, seconds_ago: float, calls: int, window: float = 0.0) -> None:
        """Count calls of an earlier run against the limits, of at least ``window`` seconds, that
        reach back to them. The oldest first."""
        at = self._clock() - seconds_ago
        for limit, arrivals in self._windows:
            if max(window, seconds_ago) <= limit.seconds:
                arrivals.extend([at] * min(calls, limit.calls))

    def start(self) -> float:
        """Wait for a place, take it, and return when it was taken.

        Raises:
            QuotaExhausted: the wait would be longer than the run's patience.
        """
        while True:
            with self._lock:
                now = self._clock()
                waits = [self._wait(window, now) for window in self._windows]
                wait = max(self._last_start + self._spacing - now, *waits, 0.0)
                if wait <= 0:
                    self._in_flight += 1
                    self._last_start = now
                    return now
            if wait > self._longest_wait:
                raise QuotaExhausted(
                    f"the calls allowed for now are used up; the next is free in {wait:,.0f} s"
                )
            self._sleep(min(wait, 1.0))

    def end(self, started: float) -> None:
        """Say that the call that ``start`` let go has been answered, or has failed."""
        with self._lock:
            now = self._clock()
            self._answers += 1
            self._quickest = min(self._quickest, now - started)
            arrived = now - self._quickest if self._answers > ANSWERS_TO_JUDGE_BY else now
            self._in_flight -= 1
            for _, arrivals in self._windows:
                arrivals.append(arrived)

    def _wait(self, window: tuple[Limit, deque[float]], now: float) -> float:
        """Seconds until one more call fits; calls under way hold a place."""
        limit, arrivals = window
        free = limit.calls - self._in_flight
        if free <= 0:
            return 0.01
        if len(arrivals) < free:
            return 0.0
        return arrivals[len(arrivals) - free] + limit.seconds * 1.005 - now


class Auth:
    """How calls are authorised. This one has a fixed header; ``refresh`` finds nothing to do."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers = dict(headers or {})

    def headers(self) -> Mapping[str, str]:
        """The headers of the next call."""
        return self._headers

    def refresh(self) -> bool:
        """Get a new token; False when there is no such thing."""
        return False


class Api:
    """One vendor's HTTP API.

    Args:
        name: the vendor, for messages.
        base_url: what paths are appended to.
        auth: gives the headers, and refreshes them.
        limits: what the vendor allows.
        judge: the vendor's own reading of answers, asked before the status is.
        session: for tests and client libraries that bring one.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        auth: Auth | None = None,
        limits: Iterable[Limit] = (),
        judge: Judge | None = None,
        patience: Patience | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.auth = auth or Auth()
        self.patience = patience or Patience()
        self.pacer = Pacer(limits, self.patience.longest_wait)
        self.calls = 0
        self._judge = judge
        self._session = session or requests.Session()
        self._counting = threading.Lock()

    def json(self, method: str, path: str, reads: bool | None = None, **options: Any) -> Any:
        """The parsed answer, or None when the vendor says that nothing matches.

        Args:
            method: the HTTP method.
            path: appended to ``base_url``, or a whole URL below it.
            reads: whether sending it twice does no harm; None: what the method says.
            options: as ``requests`` takes them (params, json, data, headers).

        Raises:
            as ``call`` does.
        """
        response = self.call(method, path, reads, expect_json=True, **options)
        return None if response is None else (response.json() if response.content else {})

    def call(
        self,
        method: str,
        path: str,
        reads: bool | None = None,
        expect_json: bool = False,
        **options: Any,
    ) -> requests.Response | None:
        """Send a request and return the good answer; None when nothing matches.

        Raises:
            ConfigurationError: a credential, scope or setting is wrong.
            QuotaExhausted: the vendor's budget is spent, or asks for a wait that is too long.
            TransientError: it did not pass by itself within the patience of the run, or a write was
                not answered, so that its outcome is unknown.
            PermanentError: the vendor refuses this request, or answers with more than is taken.
        """
        reads = method.upper() in READS if reads is None else reads
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, _Again) and (reads or error.was_turned_away)
            ),
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            wait=self._how_long,
            before_sleep=lambda state: self._log_retry(state, method, path),
            reraise=True,
        )
        try:
            return retrying(self._once, method, path, expect_json, options)
        except _TooLarge:
            size = f"{self.patience.largest_answer:,g} MB"
            failed = f"{self._what(method, path)}: the answer has more than {size}"
            if reads:
                raise PermanentError(
                    f"{failed}: what landed is kept; if it may be as large, set "
                    "GTM_HTTP_LARGEST_ANSWER"
                ) from None
            raise TransientError(f"{failed}; {UNKNOWN}") from None
        except _Again as error:
            failed = f"{self._what(method, path)}: {error.reason}"
            if error.was_turned_away:
                raise TurnedAway(f"{failed}, {counted(self.patience.attempts, 'time')}") from None
            if reads:
                raise TransientError(
                    f"{failed}, {counted(self.patience.attempts, 'time')}"
                ) from None
            raise TransientError(f"{failed}; {UNKNOWN}") from None

    def _once(
        self, method: str, path: str, expect_json: bool, options: dict[str, Any]
    ) -> requests.Response | None:
        response = self._send(method, path, options)
        verdict = self._verdict(response, expect_json)
        if verdict is Verdict.EXPIRED:
            if not self.auth.refresh():
                raise ConfigurationError(self._refusal(method, path, response, "the credentials"))
            response = self._send(method, path, options)
            verdict = self._verdict(response, expect_json)
        if verdict is Verdict.OK:
            return response
        if verdict is Verdict.EMPTY:
            return None
        if verdict in (Verdict.AGAIN, Verdict.TURNED_AWAY):
            wait = retry_after(response)
            if wait is not None and wait > self.patience.longest_wait:
                raise QuotaExhausted(
                    f"{self.name} asks to wait {wait:,.0f} s: what landed is kept; run again then"
                )
            reason = "an answer that is not JSON" if response.ok else f"HTTP {response.status_code}"
            raise _Again(reason, wait, verdict is Verdict.TURNED_AWAY)
        if verdict is Verdict.QUOTA:
            raise QuotaExhausted(
                f"{self.name} says that its quota or credits are spent (HTTP "
                f"{response.status_code}): what landed is kept; run again when there is more"
            )
        if verdict in (Verdict.CONFIGURATION, Verdict.EXPIRED):
            raise ConfigurationError(self._refusal(method, path, response, "the credentials"))
        if response.is_redirect:
            raise Refused(
                f"{self._what(method, path)} was answered with another address (HTTP "
                f"{response.status_code}), to which no credential is taken: correct the URL that "
                "is set for it",
                response,
            )
        raise Refused(
            f"{self._what(method, path)} was refused with HTTP {response.status_code}", response
        )

    def _send(self, method: str, path: str, options: dict[str, Any]) -> requests.Response:
        url = self._below(path)
        headers = {**self.auth.headers(), **options.get("headers", {})}
        started = self.pacer.start()
        with self._counting:
            self.calls += 1
        try:
            response = self._session.request(
                method,
                url,
                timeout=(self.patience.connect_timeout, self.patience.read_timeout),
                **{
                    **options,
                    "headers": headers,
                    "allow_redirects": False,
                    "auth": _as_given,
                    "stream": True,
                },
            )
            self._read(response)
            return response
        except requests.Timeout:
            raise _Again("no answer in time", None) from None
        except NO_URL:
            raise ConfigurationError(
                f"{self.name}: its base URL is not a URL: write it with https://"
            ) from None
        except (requests.exceptions.InvalidHeader, UnicodeEncodeError):
            raise ConfigurationError(
                f"{self.name}: a credential begins with a blank, or holds a line break or a letter "
                "that no header takes: correct it"
            ) from None
        except requests.RequestException:
            raise _Again("the connection failed", None) from None
        finally:
            self.pacer.end(started)

    def _read(self, response: requests.Response) -> None:
        """Read the answer into ``response.content``, and no more of it than is taken."""
        parts, size = list[bytes](), 0
        for part in response.iter_content(READ_AT_ONCE):
            size += len(part)
            if size > self.patience.largest_answer * 1_000_000:
                response.close()
                raise _TooLarge
            parts.append(part)
        response._content = b"".join(parts)

    def _below(self, path: str) -> str:
        """The URL of a path, which may come from a vendor: credentials go nowhere else.

        Raises:
            PermanentError: it leads to another address.
        """
        below = path.removeprefix(self.base_url)
        if below[:1] not in ("", "/", "?"):
            raise PermanentError(f"{self.name} gave the address of another host: it is not asked")
        return self.base_url + below

    def _verdict(self, response: requests.Response, expect_json: bool) -> Verdict:
        verdict = self._judge(response) if self._judge else None
        verdict = verdict or judged_by_status(response)
        if verdict is Verdict.OK and expect_json and response.content and not _is_json(response):
            return Verdict.AGAIN
        return verdict

    def _how_long(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _Again) and error.wait is not None:
            return error.wait
        backoff = self.patience.first_wait * 2 ** (state.attempt_number - 1)
        return min(backoff, self.patience.longest_backoff) * random.uniform(0.5, 1.0)

    def _log_retry(self, state: tenacity.RetryCallState, method: str, path: str) -> None:
        error = state.outcome.exception() if state.outcome else None
        reason = error.reason if isinstance(error, _Again) else "failed"
        logger.debug("%s: %s; again", self._what(method, path), reason)

    def _what(self, method: str, path: str) -> str:
        """The request as a message may name it: ids and addresses in the path are left out."""
        return f"{self.name} {method} {_nameable(path.removeprefix(self.base_url))}"

    def _refusal(self, method: str, path: str, response: requests.Response, what: str) -> str:
        return (
            f"{self._what(method, path)} was refused with HTTP {response.status_code}: check "
            f"{what} and their permissions, or run `gtm doctor`"
        )


class TurnedAway(TransientError):
    """The vendor let none of the tries in: nothing was done, nothing was paid."""


class Refused(PermanentError):
    """The vendor refuses a request; ``response`` says why, to code that knows the vendor."""

    def __init__(self, message: str, response: requests.Response) -> None:
        super().__init__(message)
        self.response = response


class _TooLarge(Exception):
    """The vendor answers with more than is taken."""


class _Again(Exception):
    def __init__(self, reason: str, wait: float | None, was_turned_away: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.was_turned_away = was_turned_away


def judged_by_status(response: requests.Response) -> Verdict:
    """What the status alone says."""
    status = response.status_code
    if response.is_redirect:
        return Verdict.REFUSED
    if status < 400:
        return Verdict.OK
    if status == 401:
        return Verdict.EXPIRED
    if status == 402:
        return Verdict.QUOTA
    if status == 403:
        return Verdict.CONFIGURATION
    if status == 429:
        return Verdict.TURNED_AWAY
    if status in (408, 425) or status >= 500:
        return Verdict.AGAIN
    return Verdict.REFUSED


def retry_after(response: requests.Response) -> float | None:
    """Seconds the vendor asks to wait, from ``Retry-After`` (seconds or a date); None: not said."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The headers as they are: left to itself, requests puts what ~/.netrc says in their place."""
    return request


def _is_json(response: requests.Response) -> bool:
    try:
        response.json()
    except (ValueError, RecursionError):  # none, or nested deeper than anybody reads
        return False
    return True


def _nameable(path: str) -> str:
    parts = path.split("?")[0].split("/")
    return "/".join(
        part
        if part.replace("-", "").replace("_", "").isalpha() or _is_version(part)
        else ("" if not part else "…")
        for part in parts
    )


def _is_version(part: str) -> bool:
    return part[:1] == "v" and part[1:].replace(".", "").isdigit()
