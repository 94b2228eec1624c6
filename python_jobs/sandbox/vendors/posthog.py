"""PostHog: queries in HogQL, lists of persons and events, and the capture of new events.

The world's web events are its events, as its browser library sends them. An event is known from
``created_at`` on, when PostHog received it; it is delivered at least once, so a few come twice.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import Vendor, World, iso
from python_jobs.sandbox.vendors.posthog_hogql import ZONE, NotHogQL, run

KEY, PROJECT_TOKEN, PROJECT = "phx_sandbox", "phc_sandbox", "1001"
PERSONS_PAGE, MOST_PERSONS = 100, 1_000
EVENTS_PAGE = 100
MOST_QUERIES, QUERY_SECONDS = 3, 0.01
"""Queries of one key at once, and how long the least of them takes."""

Handler = Callable[[Request], Awaitable[Response]]

_EVENTS = """
create or replace table posthog_events as
select
    cast(md5(event_id) as uuid) as uuid,
    case event_name when 'page_view' then '$pageview' when 'identify' then '$identify'
        else event_name end as event,
    json_merge_patch(coalesce(properties, '{}'), json_object(
        '$current_url', url, '$pathname', path, '$referrer', referrer,
        '$raw_user_agent', user_agent, 'content_type', content_type, 'lane', lane,
        'cta_id', cta_id, 'account_domain', account_domain, 'account_key', account_key,
        'email', case when event_name <> 'identify' then email end,
        '$set', case when event_name = 'identify' then json_object('email', email) end
    ))::varchar as properties,
    occurred_at as timestamp,
    known_at as created_at,
    distinct_id
from web_events
where known_at <= ?
"""

_CAPTURED_TABLE = """
create table if not exists posthog_captured (
    uuid uuid, event varchar, properties varchar, timestamp timestamp, created_at timestamp,
    distinct_id varchar
)
"""

_CAPTURE = """
insert into posthog_captured
select * from (
    select cast(uuid as uuid) as uuid, event, properties, timestamp, created_at, distinct_id
    from posthog_incoming
    qualify row_number() over (partition by uuid, event, timestamp, distinct_id) = 1
)
anti join posthog_captured using (uuid, event, timestamp, distinct_id)
"""

_SHOW_CAPTURED = """
insert into posthog_events
select * from posthog_captured
anti join posthog_events using (uuid, event, timestamp, distinct_id)
"""

_CAPTURED = pa.schema(
    [
        ("uuid", pa.string()),
        ("event", pa.string()),
        ("properties", pa.string()),
        ("timestamp", pa.timestamp("us")),
        ("created_at", pa.timestamp("us")),
        ("distinct_id", pa.string()),
    ]
)

# The distinct ids that gave one address are one person; the first of them gives the id.
_PERSONS = """
create or replace table posthog_persons as
with seen as (
    select
        distinct_id,
        min(created_at) as created_at,
        max(created_at) as last_seen_at,
        arg_min(lower(coalesce(properties ->> '$.email', properties ->> '$."$set".email')),
            created_at) as email,
        arg_min(properties ->> '$."$current_url"', created_at) as url,
        arg_max(properties -> '$."$set"', created_at) as told
    from posthog_events
    where distinct_id is not null
    group by distinct_id
)
select
    cast(md5('person ' || arg_min(distinct_id, created_at)) as uuid) as id,
    min(seen.created_at) as created_at,
    max(last_seen_at) as last_seen_at,
    json_merge_patch('{}', json_object(
        'email', any_value(email), '$initial_current_url', arg_min(url, seen.created_at)
    )) as known,
    json_merge_patch(coalesce(arg_max(told, seen.created_at), '{}'), known)::varchar as properties,
    any_value(email) is not null as is_identified,
    coalesce(any_value(email), any_value(distinct_id)) as name,
    list(distinct_id order by seen.created_at, distinct_id) as distinct_ids
from seen
group by coalesce(email, distinct_id)
order by created_at desc, id
"""


class PostHog(Vendor):
    """One project. ``limits`` are that of the lists, and that of queries."""

    name: ClassVar[str] = "posthog"
    limits = (Limit(240, 60), Limit(120, 3_600))
    scopes: ClassVar[dict[str, str]] = {
        "query:read": f"/api/projects/{PROJECT}/query",
        "person:read": f"/api/projects/{PROJECT}/persons",
        "event_definition:read": f"/api/projects/{PROJECT}/event_definitions",
    }

    def __init__(self, world: World, faults: Faults) -> None:
        super().__init__(world, faults)
        self._running = 0
        world.connection.execute(_CAPTURED_TABLE)

    def routes(self) -> list[Route]:
        project = "/api/projects/{project}"
        private = {
            "/api/projects/": ("GET", self._projects),
            f"{project}/": ("GET", self._project),
            f"{project}/query/": ("POST", self._query),
            "/api/environments/{project}/query/": ("POST", self._query),
            f"{project}/persons/": ("GET", self._persons),
            f"{project}/events/": ("GET", self._events),
            f"{project}/event_definitions/": ("GET", self._event_definitions),
        }
        return [
            *(
                Route(path, self._for_key(handler), methods=[method])
                for path, (method, handler) in private.items()
            ),
            *(
                Route(path, self._capture, methods=["POST"])
                for path in ("/i/v0/e/", "/capture/", "/batch/")
            ),
        ]

    def limits_at(self, path: str) -> Sequence[Limit]:
        if not path.startswith("/api/"):
            return ()
        return self.limits[1:] if "/query" in path else self.limits[:1]

    def load(self) -> None:
        con = self.world.connection
        con.execute(_EVENTS, [self.world.now])
        con.execute(_SHOW_CAPTURED)
        con.execute(_PERSONS)
        self._listed: list[dict[str, Any]] = []

    def throttled(self, wait: float) -> Response:
        seconds = max(0, int(wait + 0.999))
        detail = f"Request was throttled. Expected available in {seconds} seconds."
        return _refused(429, "throttled_error", "throttled", detail, {"Retry-After": str(seconds)})

    def failed(self) -> Response:
        return _refused(500, "server_error", "error", "A server error occurred.")

    def out_of_scope(self, scope: str) -> Response:
        detail = f"API key missing required scope '{scope}'"
        return _refused(403, "authentication_error", "permission_denied", detail)

    def malformed_records(self) -> list[Any]:
        return [{"type": "person", "malformed": True}, None]

    def _for_key(self, handler: Handler) -> Handler:
        """The handler, behind the personal API key and the project's number."""

        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {KEY}":
                detail = "Invalid personal API key."
                return _refused(401, "authentication_error", "authentication_failed", detail)
            if request.path_params.get("project", PROJECT) != PROJECT:
                return _refused(404, "invalid_request", "not_found", "Not found.")
            return await handler(request)

        return guarded

    async def _query(self, request: Request) -> Response:
        if self._running >= MOST_QUERIES:
            detail = f"Queries are a little too busy right now: at most {MOST_QUERIES} at once."
            return _refused(429, "throttled_error", "concurrency_limit_exceeded", detail)
        self._running += 1
        try:
            await asyncio.sleep(QUERY_SECONDS)
            return self._answered(await request.json())
        finally:
            self._running -= 1

    def _answered(self, body: dict[str, Any]) -> Response:
        query = body.get("query", {})
        if query.get("kind") != "HogQLQuery":
            detail = "Only queries of kind HogQLQuery are answered here."
            return _refused(400, "validation_error", "invalid_input", detail)
        text, values = str(query.get("query", "")), query.get("values") or {}
        try:
            answer = run(self.world.connection, text, values, "posthog_")
        except NotHogQL as error:
            return _refused(400, "validation_error", "invalid_input", str(error))
        if answer.rows and self.faults.spoils_record(f"posthog query {text} {values}"):
            answer.rows.insert(0, [None] * len(answer.columns))
        has_limit = " limit " in text
        return JSONResponse(
            {
                "columns": answer.columns,
                "types": answer.types,
                "results": answer.rows,
                # Only whoever gave no limit is told that there is more.
                "hasMore": None if has_limit else answer.has_more,
                "limit": None if has_limit else answer.limit,
                "offset": None if has_limit else 0,
                "hogql": text,
                "is_cached": False,
                "timings": [],
                "modifiers": {},
                "error": None,
            }
        )

    async def _persons(self, request: Request) -> Response:
        limit = min(int(request.query_params.get("limit", PERSONS_PAGE)), MOST_PERSONS)
        if not self._listed:
            rows = self.world.rows("select * from posthog_persons")
            self._listed = [_as_person(row) for row in rows]
        cursor = request.query_params.get("cursor")
        try:
            page, after = self.cut(self._listed, cursor, limit, f"persons {limit}")
        except ValueError:
            return _refused(
                400, "validation_error", "invalid_input", "Invalid cursor", attr="cursor"
            )
        following = None if after is None else _url(request, limit=limit, cursor=after)
        return JSONResponse({"next": following, "previous": None, "results": page})

    async def _events(self, request: Request) -> Response:
        """The newest first; ``next`` goes on before the last one's time, whoever shares it."""
        asked = request.query_params
        limit = int(asked.get("limit", EVENTS_PAGE))
        rows = self.world.rows(
            "select * from posthog_events "
            "where timestamp < cast(coalesce(?, '9999-01-01') as timestamp) "
            "and timestamp > cast(coalesce(?, '1970-01-01') as timestamp) "
            "and event = coalesce(?, event) "
            "and distinct_id is not distinct from coalesce(?, distinct_id) "
            "order by timestamp desc, uuid limit ?",
            [*(asked.get(name) for name in ("before", "after", "event", "distinct_id")), limit + 1],
        )
        shown = [_as_event(row) for row in rows[:limit]]
        following = None
        if len(rows) > limit:
            kept = {
                name: asked[name] for name in ("after", "event", "distinct_id") if name in asked
            }
            following = _url(request, limit=limit, before=shown[-1]["timestamp"], **kept)
        return JSONResponse({"next": following, "results": shown})

    async def _event_definitions(self, request: Request) -> Response:
        rows = self.world.rows(
            "select event, min(created_at) as first, max(created_at) as last "
            "from posthog_events group by event order by event"
        )
        shown = [_as_event_definition(row) for row in rows]
        limit = int(request.query_params.get("limit", 100))
        offset = int(request.query_params.get("offset", 0))
        more = offset + limit < len(shown)
        return JSONResponse(
            {
                "count": len(shown),
                "next": _url(request, limit=limit, offset=offset + limit) if more else None,
                "previous": None,
                "results": shown[offset : offset + limit],
            }
        )

    async def _projects(self, request: Request) -> Response:
        shown = [_project()]
        return JSONResponse({"count": 1, "next": None, "previous": None, "results": shown})

    async def _project(self, request: Request) -> Response:
        return JSONResponse(_project())

    async def _capture(self, request: Request) -> Response:
        """Take events in, known from now on; one that is there already changes nothing."""
        body = await request.json()
        if body.get("api_key") != PROJECT_TOKEN:
            detail = "Project API key invalid. You can find your key in PostHog project settings."
            return _refused(401, "authentication_error", "invalid_api_key", detail)
        now = self.world.now
        rows = [_row_of(event, now) for event in body.get("batch", [body])]
        con = self.world.connection
        con.register("posthog_incoming", pa.Table.from_pylist(rows, schema=_CAPTURED))
        con.execute(_CAPTURE)
        con.unregister("posthog_incoming")
        con.execute(_SHOW_CAPTURED)
        con.execute(_PERSONS)
        self._listed = []
        return JSONResponse({"status": "Ok"})


def _row_of(event: dict[str, Any], received_at: datetime) -> dict[str, Any]:
    properties = dict(event.get("properties") or {})
    distinct_id = event.get("distinct_id") or properties.pop("distinct_id", None)
    happened = event.get("timestamp")
    at = datetime.fromisoformat(happened) if happened else received_at
    return {
        "uuid": event.get("uuid") or str(uuid.uuid4()),
        "event": event["event"],
        "properties": json.dumps(properties),
        "timestamp": at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at,
        "created_at": received_at,
        "distinct_id": distinct_id,
    }


def _as_person(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "person",
        "id": str(row["id"]),
        "uuid": str(row["id"]),
        "created_at": iso(row["created_at"]),
        "last_seen_at": iso(row["last_seen_at"]),
        "properties": json.loads(row["properties"]),
        "is_identified": row["is_identified"],
        "name": row["name"],
        "distinct_ids": row["distinct_ids"],
        "matched_recordings": [],
        "value_at_data_point": None,
    }


def _as_event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["uuid"]),
        "distinct_id": row["distinct_id"],
        "properties": json.loads(row["properties"]),
        "event": row["event"],
        "timestamp": row["timestamp"].isoformat(timespec="microseconds") + "+00:00",
        "person": None,
        "elements": [],
        "elements_chain": "",
    }


def _as_event_definition(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, row["event"])),
        "name": row["event"],
        "owner": None,
        "description": None,
        "created_at": iso(row["first"]),
        "updated_at": None,
        "last_seen_at": iso(row["last"]),
        "verified": False,
        "hidden": False,
        "is_action": False,
        "tags": [],
    }


def _project() -> dict[str, Any]:
    return {
        "id": int(PROJECT),
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, PROJECT)),
        "organization": str(uuid.uuid5(uuid.NAMESPACE_OID, "organization")),
        "api_token": PROJECT_TOKEN,
        "name": "Web site",
        "ingested_event": True,
        "is_demo": False,
        "timezone": ZONE,
        "access_control": False,
    }


def _url(request: Request, **query: Any) -> str:
    return f"{str(request.url).split('?')[0]}?{urlencode(query)}"


def _refused(
    status: int,
    kind: str,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    attr: str | None = None,
) -> Response:
    body = {"type": kind, "code": code, "detail": detail, "attr": attr}
    return JSONResponse(body, status, headers)
