"""Gong: recorded calls with what Gong makes of them, their transcripts, and the users.

| entity | from | grain | schedule |
|---|---|---|---|
| calls | ``POST /v2/calls/extensive``, every useful section asked for | call | every 15 minutes |
| transcripts | ``POST /v2/calls/transcript`` | call, also one without yet | every 30 minutes |
| users | ``GET /v2/users`` | user | daily |

Calls are read by their start, in windows of 30 days at most, several at a time. Gong tells of no
changes, and transcripts and summaries come hours after a call: so twice a day an incremental pull
reads the last 14 days again, and every one the last day, and a version with other content is dated
when it was seen. What changes later than that (a call linked to another deal, say) is found by a
backfill of those days.

Gong answers 404 for "nothing found", the same for a key whose owner may see no calls: `gtm doctor`
compares with Gong's own statistics.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, ClassVar

import requests
from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError, GtmError
from python_jobs.http import Api, Auth, Limit, Patience, Refused, Verdict
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    State,
    in_parallel,
    reshaped,
    tried,
)
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.records import value_at

WINDOW_DAYS, SHORTEST_WINDOW_DAYS = 30, 2
LOOK_BACK, SHORT_LOOK_BACK = timedelta(days=14), timedelta(days=1)
LOOK_BACK_EVERY = timedelta(hours=12)
"""Transcripts and summaries are there within hours; two weeks leave room for a queue at Gong. To
read two weeks every quarter of an hour would use up the day's calls."""

READERS = 4
"""Windows read at a time, so that the pace does not depend on how long an answer takes: as many as
calls may be under way at three a second, and one. More would only put off the first checkpoint."""

CANARY_DAYS = 90
NOTHING_FOUND = "found corresponding to the provided filters"
NO_PERMISSION = "You don't have permission to use '"

EXPOSED: Mapping[str, Any] = {
    "context": "Extended",
    "contextTiming": ["Now", "TimeOfCall"],
    "exposedFields": {
        "parties": True,
        "content": {
            "structure": True,
            "topics": True,
            "trackers": True,
            "trackerOccurrences": True,
            "pointsOfInterest": True,
            "brief": True,
            "outline": True,
            "highlights": True,
            "callOutcome": True,
            "keyPoints": True,
        },
        "interaction": {
            "speakers": True,
            "video": True,
            "personInteractionStats": True,
            "questions": True,
        },
        "collaboration": {"publicComments": True},
        # recordings need a scope of their own, and their addresses die within hours
        "media": False,
    },
}

Window = tuple[datetime, datetime]


class GongConfig(SourceConfig):
    """An API key of Gong (Company settings > Ecosystem > API), and what its plan allows."""

    base_url: str = Field("https://api.gong.io", alias="GONG_BASE_URL")
    access_key: SecretStr | None = Field(None, alias="GONG_ACCESS_KEY")
    access_key_secret: SecretStr | None = Field(None, alias="GONG_ACCESS_KEY_SECRET")
    calls_per_second: int = Field(3, alias="GONG_CALLS_PER_SECOND", gt=0)
    calls_per_day: int = Field(10_000, alias="GONG_CALLS_PER_DAY", gt=0)

    needs: ClassVar[tuple[str, ...]] = ("access_key", "access_key_secret")
    in_sandbox: ClassVar[dict[str, str]] = {
        "base_url": "{url}/gong",
        "access_key": "sandbox-key",
        "access_key_secret": "sandbox-secret",
    }


def connect(config: GongConfig, patience: Patience) -> Api:
    """Gong's API, at the pace its plan allows."""
    assert config.access_key is not None
    assert config.access_key_secret is not None
    pair = f"{config.access_key.get_secret_value()}:{config.access_key_secret.get_secret_value()}"
    basic = base64.b64encode(pair.encode()).decode()
    return Api(
        "gong",
        config.base_url,
        Auth({"Authorization": f"Basic {basic}"}),
        [Limit(config.calls_per_second, 1), Limit(config.calls_per_day, 86_400)],
        judge,
        patience,
    )


def judge(response: requests.Response) -> Verdict | None:
    """Gong's reading of two statuses: 404 may mean "nothing", 401 a missing scope.

    A 404 that was cut short does not say which it is, and is asked for again.

    Raises:
        ConfigurationError: the key lacks a scope, which it names.
    """
    if response.status_code == 404:
        if NOTHING_FOUND in response.text:
            return Verdict.EMPTY
        try:
            response.json()
        except requests.JSONDecodeError:
            return Verdict.AGAIN
    if response.status_code == 401 and NO_PERMISSION in response.text:
        scope = response.text.split(NO_PERMISSION)[1].split("'")[0]
        raise ConfigurationError(
            f"gong: the key lacks the scope {scope}: give it to the key in Gong's API settings, "
            "or leave out what needs it with --only"
        )
    return None


def read_calls(pull: Pull) -> Iterator[Page]:
    """Calls in full, window by window."""
    yield from _by_window(
        pull, lambda window: _pages(pull.api, "/v2/calls/extensive", "calls", window, EXPOSED)
    )


def read_transcripts(pull: Pull) -> Iterator[Page]:
    """Transcripts, window by window, each with the start of its call.

    A call that has landed is given without a transcript as long as none has landed, so that its
    transcript counts from the day it came, not from the day of the call.
    """
    starts = _starts(pull)
    rows = pull.warehouse.rows("select distinct record_id from raw.gong__transcripts")
    landed = {row["record_id"] for row in rows}

    def dated(record: Record) -> Record:
        start = starts.get(str(record.get("callId")))
        return {**record, "callStarted": None if start is None else f"{start.isoformat()}Z"}

    def read(window: Window) -> Iterator[Page]:
        seen: set[str] = set()
        for page in _pages(pull.api, "/v2/calls/transcript", "callTranscripts", window):
            seen.update(str(value_at(record, "callId")) for record in page.records)
            yield Page(reshaped(page.records, dated))
        begin, end = window
        pending = [
            call_id
            for call_id, start in starts.items()
            if begin <= start < end and call_id not in landed and call_id not in seen
        ]
        yield Page([dated({"callId": one, "transcript": None}) for one in pending])

    yield from _by_window(pull, read)


def read_users(pull: Pull) -> Iterator[Page]:
    """Every user; Gong keeps those who left."""
    cursor = None
    while True:
        answer = pull.api.json("GET", "/v2/users", params={"cursor": cursor} if cursor else None)
        if answer is None:
            return
        yield Page(answer["users"], total=answer["records"].get("totalRecords"))
        cursor = answer["records"].get("cursor")
        if not cursor:
            return


def _by_window(pull: Pull, read: Callable[[Window], Iterator[Page]]) -> Iterator[Page]:
    """The windows still to read, several at a time; each one's end is a checkpoint.

    Those of a look-back lie before the checkpoint there is, which stays until they pass it.
    """
    looked_back = pull.state.get("looked_back")
    overlap = timedelta(0)
    state = dict(pull.state)
    if pull.mode == "incremental":
        is_due = (
            not looked_back or pull.end - datetime.fromisoformat(looked_back) >= LOOK_BACK_EVERY
        )
        overlap = LOOK_BACK if is_due else SHORT_LOOK_BACK
        looked_back = pull.end.isoformat() if is_due else looked_back
    # What is too short for a window of 30 days each is shared out among the readers.
    days = math.ceil((pull.end - pull.since("until", overlap)) / timedelta(days=READERS))
    days = min(WINDOW_DAYS, max(SHORTEST_WINDOW_DAYS, days))
    windows = pull.windows("until", days, overlap)

    def checkpoint(window: Window) -> State:
        state["until"] = max(window[1].isoformat(), state.get("until", ""))
        if window == windows[-1] and looked_back:
            state["looked_back"] = looked_back
        return dict(state)

    yield from in_parallel(windows, read, checkpoint, READERS)


def _pages(
    api: Api, path: str, name: str, window: Window, selector: Mapping[str, Any] | None = None
) -> Iterator[Page]:
    """Every page of one window. A cursor that Gong no longer knows starts the window once more."""
    begin, end = (f"{moment.isoformat(timespec='seconds')}Z" for moment in window)
    body: dict[str, Any] = {"filter": {"fromDateTime": begin, "toDateTime": end}}
    if selector is not None:
        body["contentSelector"] = selector
    cursor, restarts = None, 0
    while True:
        asked = {**body, "cursor": cursor} if cursor else body
        try:
            answer = api.json("POST", path, reads=True, json=asked)
        except Refused:
            if cursor is None or restarts == 1:
                raise
            cursor, restarts = None, 1
            continue
        if answer is None:
            return
        yield Page(answer[name])
        cursor = answer["records"].get("cursor")
        if not cursor:
            return


def _starts(pull: Pull) -> dict[str, datetime]:
    """When each call that has landed began: the date of its first version."""
    rows = pull.warehouse.rows(
        "select record_id, min(version_at) as started_at from raw.gong__calls group by record_id"
    )
    return {row["record_id"]: row["started_at"] for row in rows}


def check(api: Api) -> list[Check]:
    """The credentials, each scope, and whether the key's owner sees the calls there are."""
    said: list[requests.Response] = []

    def ask() -> None:
        said.extend(filter(None, [api.call("GET", "/v2/users")]))

    users = tried("Gong users can be read", ask)
    if not users.is_ok and "lacks the scope" not in users.advice:
        return [users]
    now = _time_of(said)
    window = (now - timedelta(days=CANARY_DAYS), now)
    seen: list[Page] = []

    def probe(path: str, name: str) -> None:
        seen.extend(islice(_pages(api, path, name, window), 1))

    calls = tried("Gong calls can be read", lambda: probe("/v2/calls/extensive", "calls"))
    sees_none = calls.is_ok and not seen
    transcripts = tried(
        "Gong transcripts can be read", lambda: probe("/v2/calls/transcript", "callTranscripts")
    )
    return [users, calls, transcripts, *([_canary(api, window)] if sees_none else [])]


def _time_of(answers: list[requests.Response]) -> datetime:
    """The vendor's time (UTC) as an answer is dated, or ours."""
    dated = answers[0].headers.get("Date") if answers else None
    now = parsedate_to_datetime(dated) if dated else datetime.now(UTC)
    return now.astimezone(UTC).replace(tzinfo=None)


def _canary(api: Api, window: Window) -> Check:
    """No calls are seen: whether Gong's statistics count any for the same days."""
    what = f"the owner of Gong's key sees calls of the last {CANARY_DAYS} days"
    days = {"fromDate": f"{window[0]:%Y-%m-%d}", "toDate": f"{window[1]:%Y-%m-%d}"}
    try:
        answer = api.json("POST", "/v2/stats/activity/aggregate", reads=True, json={"filter": days})
    except GtmError as error:
        return Check(what, False, f"it sees none, and whether there are any is unknown: {error}")
    stats = (answer or {}).get("usersAggregateActivityStats") or []
    held = sum((one.get("userAggregateActivityStats") or {}).get("callsAsHost", 0) for one in stats)
    if held == 0:
        return Check(what, True, "Gong counts none either")
    return Check(
        what,
        False,
        f"it sees none, and Gong counts {held:,}: let the owner of the key see the calls, in "
        "Gong's permission profiles",
    )


CALLS = Contract(
    source="gong",
    entity="calls",
    shape="state",
    meaning="Recorded calls with parties, CRM links and what Gong makes of them.",
    key=("metaData.id",),
    columns=(
        Column("metaData", "json", "what, when, how long, whose", required=True),
        Column("parties", "json", "who took part", required=True),
        Column("context", "json", "CRM records the call belongs to"),
        Column("content", "json", "topics, trackers, summary; hours after the call"),
        Column("interaction", "json", "who spoke how long"),
        Column("collaboration", "json", "comments"),
    ),
    version_from=("metaData.started",),
    is_observed=True,
)

TRANSCRIPTS = Contract(
    source="gong",
    entity="transcripts",
    shape="state",
    meaning="Transcripts of calls; without one while Gong has none.",
    key=("callId",),
    columns=(
        Column("callId", "text", "id of the call", required=True),
        Column("transcript", "json", "turns of speakers with their sentences"),
        Column("callStarted", "timestamp", "when the call began, as it landed"),
    ),
    version_from=("callStarted",),
    is_observed=True,
)

USERS = Contract(
    source="gong",
    entity="users",
    shape="state",
    meaning="Users of Gong: whose calls are recorded.",
    key=("id",),
    columns=(
        Column("id", "text", "id of the user", required=True),
        Column("emailAddress", "text", "e-mail address", required=True),
    ),
    version_from=("created",),
    is_observed=True,
)

SOURCE = Source(
    name="gong",
    title="Gong",
    config=GongConfig,
    connect=connect,
    entities=(
        Entity(CALLS, read_calls),
        Entity(TRANSCRIPTS, read_transcripts, after="calls"),
        Entity(USERS, read_users),
    ),
    check=check,
)
