"""PostHog: what visitors did on the web site, and who they are.

| entity | from | grain | schedule |
|---|---|---|---|
| events | HogQL queries, or the table of PostHog's batch export in the warehouse | event | daily |
| persons | the list of persons | person | daily |

Both ways read along (when PostHog received it, uuid), so that what comes late is read when it
comes, and of many events at one moment none is skipped. Queries are for small accounts: PostHog
allows about 120 an hour, with at most 50,000 rows each, and cuts an answer without a limit at 100
rows without a word. Larger accounts set up a batch export and name its table in
``POSTHOG_EXPORT_TABLE``; it delivers at least once, which the uuid makes good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pyarrow as pa
from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError, PermanentError
from python_jobs.http import Api, Auth, Limit, Pacer, Patience
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    State,
    reshaped,
    tried,
)
from python_jobs.ingest.contracts import WEB_EVENTS, Column, Contract
from python_jobs.ingest.records import EPOCH, as_time, canonical_json, time_or_none
from python_jobs.warehouse import Warehouse

LIST_LIMITS = (Limit(240, 60), Limit(1_200, 3_600))
PAGE = 50_000
"""Rows of a query: the most PostHog gives. The limit is always said."""
PERSONS_PAGE = 500
OVERLAP = timedelta(hours=2)
LATEST = timedelta(days=30)
"""How late an event may come: what is known after that counts in no snapshot."""

EVENT_NAMES = {"$pageview": "page_view", "$identify": "identify"}
"""PostHog's own names, and what we call them; every other name stays as it was sent."""

FROM_PROPERTIES: dict[str, tuple[str, ...]] = {
    "url": ("$current_url",),
    "path": ("$pathname",),
    "referrer": ("$referrer",),
    "email": ("email", "$set.email"),
    "account_domain": ("account_domain",),
    "account_key": ("account_key",),
    "content_type": ("content_type",),
    "lane": ("lane",),
    "cta_id": ("cta_id",),
    "user_agent": ("$raw_user_agent", "$user_agent"),
}
"""Our columns, and the properties they are taken from: the first that is there."""

COLUMNS = ("uuid", "event", "timestamp", "created_at", "distinct_id", "properties")
RECEIVED = ("created_at", "inserted_at", "_inserted_at")
"""Columns of an export that may say when PostHog received an event; Snowflake's has none of its
own."""

# Text is compared with text: databases order a UUID in ways of their own.
QUERY = """
select uuid, event, timestamp, created_at, distinct_id, properties from events
where created_at >= toDateTime({since}) and created_at <= toDateTime({until})
and (created_at > toDateTime({since}) or toString(uuid) > {uuid})
and timestamp >= toDateTime({oldest})
order by created_at, toString(uuid)
"""

SHORT_LIVED = ("last_seen_at", "matched_recordings", "value_at_data_point")
"""What the list says of a person that is of the list, or changes with every visit."""


class PostHogConfig(SourceConfig):
    """A project, and a personal API key with the scopes query:read and person:read."""

    url: str = Field("https://us.posthog.com", alias="POSTHOG_URL")
    api_key: SecretStr | None = Field(None, alias="POSTHOG_API_KEY")
    project_id: str | None = Field(None, alias="POSTHOG_PROJECT_ID")
    queries_per_hour: int = Field(120, alias="POSTHOG_QUERIES_PER_HOUR", gt=0)
    export_table: str | None = Field(None, alias="POSTHOG_EXPORT_TABLE")

    needs: ClassVar[tuple[str, ...]] = ("api_key", "project_id")
    in_sandbox: ClassVar[dict[str, str]] = {
        "url": "{url}/posthog",
        "api_key": "phx_sandbox",
        "project_id": "1001",
    }


class PostHog:
    """A project's private API: queries and lists, each with its own pace."""

    paced_entities = ("events",)
    """Whose calls count against the limit of queries, also those of earlier runs; the others have
    the lists' limit."""

    def __init__(self, config: PostHogConfig, patience: Patience) -> None:
        key = config.api_key.get_secret_value() if config.api_key else ""
        auth = Auth({"Authorization": f"Bearer {key}"})
        queries = [Limit(config.queries_per_hour, 3_600)]
        self._queries = Api("posthog", config.url, auth, queries, patience=patience)
        self._lists = Api("posthog", config.url, auth, LIST_LIMITS, patience=patience)
        self._project = f"/api/projects/{config.project_id}"

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        return self._queries.calls + self._lists.calls

    @property
    def pacer(self) -> Pacer:
        """The pace of queries, which has the long memory."""
        return self._queries.pacer

    def query(self, text: str, values: dict[str, str], limit: int) -> tuple[list[Any], bool]:
        """Rows of a HogQL query, each a list, and whether there may be more of them.

        Source: posthog.com/docs/api/queries. ``values`` take the places of ``{name}``.
        """
        query = {"kind": "HogQLQuery", "query": f"{text.strip()} limit {limit}", "values": values}
        answer = self._queries.json(
            "POST", f"{self._project}/query/", reads=True, json={"query": query, "name": "gtm"}
        )
        rows = answer["results"]
        # Whoever gives a limit need not be told by hasMore; a lower limit may have been set.
        most = min(limit, answer.get("limit") or limit)
        return rows, bool(answer.get("hasMore")) or len(rows) >= most

    def persons(self, query: dict[str, str]) -> tuple[list[Any], dict[str, str] | None]:
        """A page of persons, and the query of the next."""
        answer = self._lists.json("GET", f"{self._project}/persons/", params=query)
        following = answer.get("next")
        return answer["results"], dict(parse_qsl(urlsplit(following).query)) if following else None


@dataclass(frozen=True)
class Place:
    """The last event that was read: when it was received (as text), and its uuid."""

    received: str
    uuid: str = ""


def read_events(pull: Pull) -> Iterator[Page]:
    """Events by when PostHog received them, from the batch export if there is one."""
    with closing(duckdb.connect(":memory:")) as con:
        con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        con.execute("set memory_limit = '600MB'")
        if pull.config.export_table:
            yield from _from_export(pull, con)
        else:
            yield from _from_queries(pull, con)


def _from_queries(pull: Pull, con: duckdb.DuckDBPyConnection) -> Iterator[Page]:
    since = pull.since("received_at", OVERLAP)
    place, more = Place(since.isoformat()), True
    while more:
        values = {
            "since": _in_utc(place.received),
            "uuid": place.uuid,
            "until": _in_utc(pull.end.isoformat()),
            "oldest": _in_utc((since - LATEST).isoformat()),
        }
        found, more = pull.api.query(QUERY, values, PAGE)
        rows = _as_table(found)
        if rows.num_rows == 0:
            return
        place = _moved_on(place, rows)
        yield Page(_as_events(con, rows), _checkpoint(pull, place))


def _in_utc(text: str) -> str:
    """A time as PostHog reads it everywhere alike: without an offset, it is of the project's zone.

    Raises:
        RecordError: the text is not a time.
    """
    return f"{as_time(text) or EPOCH:%Y-%m-%dT%H:%M:%S.%f}+00:00"


def _from_export(pull: Pull, con: duckdb.DuckDBPyConnection) -> Iterator[Page]:
    """Rows of the export; without a time of receipt, by when they happened.

    Then, what has not landed of the last 30 days is read too, and what is older than the last pull
    is known from this one on. A query spans some days, the fewer the more there are in them, so
    that the warehouse sorts little at a time.
    """
    table = _export_table(pull.warehouse, pull.config.export_table)
    late_before = None
    if table.received is None and pull.mode == "incremental" and pull.state:
        late_before = pull.since("received_at", OVERLAP)
    begin, span = pull.since("received_at", OVERLAP if table.received else LATEST), timedelta(1)
    while begin < pull.end:
        until = min(begin + span, pull.end)
        place, span = Place(begin.isoformat(" ")), span * 2
        while True:
            limits = [place.received, until.isoformat(" "), place.received, place.uuid]
            rows = pull.warehouse.arrow(table.query, limits)
            if rows.num_rows:
                place = _moved_on(place, rows, "created_at" if table.received else "timestamp")
                yield Page(_as_events(con, rows, late_before, pull.end), _checkpoint(pull, place))
            if rows.num_rows < PAGE:
                break
            span = timedelta(1)
        begin = until


@dataclass(frozen=True)
class _Export:
    """The export's table: the column that says when an event was received, and a page's query,
    with parameters from, until, from again, and uuid."""

    received: str | None
    query: str


def _export_table(warehouse: Warehouse, name: str) -> _Export:
    """Find the table and its columns, in the case in which PostHog made them.

    Raises:
        ConfigurationError: there is no such table, or it is not of an export.
    """
    parts = name.split(".")
    if len(parts) not in (2, 3) or not all(re.fullmatch(r"\w+", part) for part in parts):
        raise ConfigurationError(
            f"POSTHOG_EXPORT_TABLE '{name}' is not a table: write schema.table, or "
            "database.schema.table"
        )
    database = f"{parts[0]}." if len(parts) == 3 else ""
    found = warehouse.rows(
        "select table_schema as s, table_name as t, column_name as c "
        f"from {database}information_schema.columns "
        "where lower(table_schema) = ? and lower(table_name) = ?",
        [part.lower() for part in parts[-2:]],
    )
    columns = {row["c"].lower(): f'"{row["c"]}"' for row in found}
    missing = [name for name in COLUMNS if name not in columns and name != "created_at"]
    if missing:
        raise ConfigurationError(
            f"POSTHOG_EXPORT_TABLE {name} is not there, or lacks {', '.join(missing)}: name the "
            "table of a batch export of events"
        )
    received = next((columns[name] for name in RECEIVED if name in columns), None)
    time, uuid = received or columns["timestamp"], f"cast({columns['uuid']} as varchar)"
    query = (
        f"select {uuid} as uuid, {columns['event']} as event, {columns['timestamp']} as timestamp, "
        f"{received or 'cast(null as varchar)'} as created_at, "
        f"{columns['distinct_id']} as distinct_id, "
        f"cast({columns['properties']} as varchar) as properties "
        f'from {database}"{found[0]["s"]}"."{found[0]["t"]}" as export '
        f"where {time} >= cast(? as timestamp) and {time} <= cast(? as timestamp) "
        f"and ({time} > cast(? as timestamp) or {uuid} > ?) "
    )
    if received is None:
        query += (
            f"and not exists (select 1 from raw.{EVENTS.table} as landed "
            f"where landed.event_id = cast(export.{columns['uuid']} as varchar)) "
        )
    return _Export(received, f"{query} order by {time}, {uuid} limit {PAGE}")


def _as_table(found: Sequence[Any]) -> pa.Table:
    """Rows as they were answered, as text; what is no row is kept in the last, to be set aside."""
    width = len(COLUMNS)
    rows = [
        row
        if isinstance(row, list) and len(row) == width
        else [*[None] * (width - 1), canonical_json(row)]
        for row in found
    ]
    columns = list(zip(*rows, strict=True)) or [()] * width
    texts = [
        [value if value is None or isinstance(value, str) else str(value) for value in column]
        for column in columns
    ]
    return pa.table(
        {name: pa.array(text, pa.string()) for name, text in zip(COLUMNS, texts, strict=True)}
    )


def _moved_on(place: Place, rows: pa.Table, time: str = "created_at") -> Place:
    """The place of the last row that has one.

    Raises:
        PermanentError: it is where we were, and would be read for ever.
    """
    for index in range(rows.num_rows - 1, -1, -1):
        received, uuid = rows[time][index].as_py(), rows["uuid"][index].as_py()
        if isinstance(received, datetime):
            aware = received.astimezone(UTC) if received.tzinfo else received
            received = aware.replace(tzinfo=None).isoformat(" ")
        if uuid is None or time_or_none(received) is None:
            continue
        moved = Place(received, uuid)
        if moved != place:
            return moved
        break
    raise PermanentError(
        "posthog: events do not come in the order that was asked for; what landed is kept"
    )


def _checkpoint(pull: Pull, place: Place) -> State:
    received = as_time(place.received) or pull.begin
    return {"received_at": min(received, pull.end).isoformat()}


def _as_events(
    con: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    late_before: datetime | None = None,
    now: datetime | None = None,
) -> pa.Table:
    """Rows with ``COLUMNS`` as the columns of the contract; other properties stay together.
    Of a row to be set aside, ``original`` has the texts that were not understood.

    An event without a time of receipt is known when it happened; if that is before ``late_before``,
    ``now``.
    """
    con.register("rows_of_page", rows)
    names = " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in EVENT_NAMES.items())
    taken = ", ".join(
        f"{_first_property(paths, WEB_EVENTS_LENGTHS[name])} as {name}"
        for name, paths in FROM_PROPERTIES.items()
    )
    nothing = ", ".join(
        f'"{path}":null' for paths in FROM_PROPERTIES.values() for path in paths if "." not in path
    )
    rest = f"nullif(json_merge_patch(found, '{{{nothing}}}')::varchar, '{{}}')"
    known = "coalesce(received, case when occurred_at < $late then $now end)"
    columns = ", ".join(column.name for column in EVENTS.columns)
    is_lacking = " or ".join(f"{name} is null" for name in EVENTS.required)
    return con.sql(
        f"""
        select {columns}, case when {is_lacking} then as_sent end as original
        from (
            select
                json_merge_patch('{{}}', json_object(
                    'occurred_at', "timestamp"::varchar, 'known_at', created_at::varchar,
                    'properties', case when found is null then properties::varchar end
                ))::varchar as as_sent,
                uuid as event_id, occurred_at, event_name, {known} as known_at, distinct_id,
                {taken}, {rest} as properties
            from (
                select
                    *,
                    try_cast("timestamp" as timestamptz) at time zone 'UTC' as occurred_at,
                    try_cast(created_at as timestamptz) at time zone 'UTC' as received,
                    case event {names} else event end as event_name,
                    case when json_type(try_cast(properties as json)) = 'OBJECT'
                        then properties::json end as found
                from rows_of_page
            )
        )
        """,
        params={"late": late_before, "now": now},
    ).to_arrow_table()


def _first_property(paths: Sequence[str], length: int | None) -> str:
    """The expression of the first of some properties that is there, as text."""
    texts = []
    for path in paths:
        quoted = ".".join(f'"{part}"' for part in path.split("."))
        texts.append(f"nullif(replace(found ->> '$.{quoted}', chr(0), ''), '')")
    first = f"coalesce({', '.join(texts)})"
    return f"left({first}, {length})" if length else first


def read_persons(pull: Pull) -> Iterator[Page]:
    """Every person; a pull that was cut off goes on where it was."""
    query: dict[str, str] | None = pull.state.get("query") or {"limit": str(PERSONS_PAGE)}
    while query:
        found, query = pull.api.persons(query)
        records = reshaped(found, _lasting)
        yield Page(records, {"query": query} if query else {})


def _lasting(person: Record) -> Record:
    """The person without what does not last."""
    return {name: value for name, value in person.items() if name not in SHORT_LIVED}


def check(posthog: PostHog) -> list[Check]:
    """Whether the key may query and list."""
    since = _in_utc("2000-01-01")
    values = {"since": since, "until": since, "oldest": since, "uuid": ""}
    return [
        _with_scope(
            "events can be queried", "query:read", partial(posthog.query, QUERY, values, 1)
        ),
        _with_scope(
            "persons can be listed", "person:read", partial(posthog.persons, {"limit": "1"})
        ),
    ]


def _with_scope(what: str, scope: str, trial: Any) -> Check:
    found = tried(what, trial)
    if found.is_ok or found.exit_code != ConfigurationError.exit_code:
        return found
    return Check(
        what,
        False,
        f"give the personal API key in POSTHOG_API_KEY the scope {scope}, for the project "
        f"POSTHOG_PROJECT_ID, at the host in POSTHOG_URL",
    )


WEB_EVENTS_LENGTHS = {column.name: column.max_length for column in WEB_EVENTS.columns}

EVENTS = Contract(
    source="posthog",
    entity="events",
    shape="events",
    meaning="What visitors did on the web site, as PostHog has it.",
    key=("event_id",),
    columns=WEB_EVENTS.columns,
)

PERSONS = Contract(
    source="posthog",
    entity="persons",
    shape="state",
    meaning="Persons as PostHog has put them together from distinct ids.",
    key=("id",),
    columns=(
        Column("id", "text", "uuid of the person", required=True),
        Column("created_at", "timestamp", "when she was first seen", required=True),
        Column("distinct_ids", "json", "list of the distinct ids that are she", required=True),
        Column("properties", "json", "what is known of her, such as email", required=True),
    ),
    version_from=("created_at",),
    is_observed=True,
    first_known_from="created_at",
)

SOURCE = Source(
    name="posthog",
    title="PostHog",
    config=PostHogConfig,
    connect=PostHog,
    entities=(Entity(EVENTS, read_events), Entity(PERSONS, read_persons)),
    check=check,
)
