"""Outreach: JSON:API over the world's mailings, refresh tokens that rotate, and writes that stay.

Left out: the consent page of OAuth. ``FIRST_TOKEN`` stands for a consent given just now, so it is
taken whenever it is shown, and ``READING_TOKEN`` for a consent to read only; every token that a
refresh returns is taken once.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from time import monotonic, time
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.vendor import Tokens, Vendor, iso
from python_jobs.sandbox.vendors.outreach_records import KINDS, Data, Kind, Resource
from python_jobs.sandbox.vendors.outreach_store import (
    Problem,
    Store,
    bad_request,
    invalid,
    writable,
)

JSON_API = "application/vnd.api+json"
FIRST_TOKEN = "sandbox-consent"
READING_TOKEN = "sandbox-consent-to-read"
CLIENT = ("sandbox", "sandbox")
VENDORS_ADDRESS = "https://api.outreach.io/api/v2"
"""What the links in records begin with: the same wherever the sandbox listens."""

LONGEST_PAGE = 1_000

Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class Refreshes:
    """The refresh tokens that are good, and when the last one was given out."""

    pause: float
    good: set[str] = field(default_factory=set)
    issued_at: float = float("-inf")

    def wait(self) -> float:
        """Seconds until the next may be given out; 0 when it may be now."""
        return max(0.0, self.issued_at + self.pause - monotonic())

    def issue(self) -> str:
        """A new one."""
        token = token_hex(32)
        self.good.add(token)
        self.issued_at = monotonic()
        return token


@dataclass
class Batch:
    """Prospects to add to a sequence, once somebody confirms how many they are."""

    number: int
    ids: list[int]
    sequence: int
    mailbox: int
    state: str = "unconfirmed"
    failures: list[tuple[int, str]] = field(default_factory=list)
    is_seen: bool = False


class Outreach(Vendor):
    """Ids are JSON numbers; lists are cursors; a change moves ``updatedAt``."""

    name: ClassVar[str] = "outreach"
    limits: tuple[Limit, ...] = (Limit(10_000, 3_600),)
    token_path: ClassVar[str | None] = "/oauth/token"
    scopes: ClassVar[dict[str, str]] = {
        f"{kind.path}.read": f"/api/v2/{kind.path}" for kind in KINDS.values()
    }
    token_pause: ClassVar[float] = 60.0
    """Seconds between two tokens of one user and application."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tokens = Tokens()
        self.refreshes = Refreshes(self.token_pause)
        self._only_read: set[str] = set()
        self.batches: dict[int, Batch] = {}
        self._is_stale = True
        self.store = Store(self.world)

    def routes(self) -> list[Route]:
        api = "/api/v2"
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route(
                f"{api}/batches/actions/prospectsAddToSequence",
                self._guarded(self._add_to_sequence),
                methods=["POST"],
            ),
            Route(f"{api}/batches/{{number:int}}", self._guarded(self._batch)),
            Route(
                f"{api}/batches/{{number:int}}/actions/confirm",
                self._guarded(self._confirm),
                methods=["POST"],
            ),
            Route(f"{api}/batchItems", self._guarded(self._batch_items)),
            Route(
                f"{api}/sequences/{{number:int}}/actions/{{action}}",
                self._guarded(self._act_on_sequence),
                methods=["POST"],
            ),
            Route(
                f"{api}/sequenceStates/{{number:int}}/actions/{{action}}",
                self._guarded(self._act_on_state),
                methods=["POST"],
            ),
            Route(f"{api}/{{path}}", self._guarded(self._list)),
            Route(f"{api}/{{path}}", self._guarded(self._create), methods=["POST"]),
            Route(f"{api}/{{path}}/{{number:int}}", self._guarded(self._show)),
            Route(f"{api}/{{path}}/{{number:int}}", self._guarded(self._patch), methods=["PATCH"]),
        ]

    def load(self) -> None:
        """Records are made when the first of them is asked for: few sandboxes need them."""
        self._is_stale = True

    # How it says no.

    def throttled(self, wait: float) -> Response:
        free = datetime.fromtimestamp(time() + wait)
        headers = {
            "X-RateLimit-Limit": "10000",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": f"{free:%Y-%m-%dT%H:%M:%SZ}",
            "Retry-After": str(max(0, int(wait + 0.999))),
        }
        problem = Problem(
            429,
            "rateLimitExceeded",
            "Rate Limit Exceeded",
            "You have exceeded your permitted rate limit; try again after X-RateLimit-Reset.",
        )
        return JSONResponse(problem.body, 429, headers, JSON_API)

    def failed(self) -> Response:
        problem = Problem(500, "internalServerError", "Internal Server Error", "Try again later.")
        return self._problem(problem)

    def expired(self) -> Response:
        """A token that has expired was given out hours ago: the next one may be had at once."""
        self.tokens.expire_all()
        self.refreshes.issued_at = float("-inf")
        return self._unauthorized()

    def out_of_scope(self, scope: str) -> Response:
        return self._problem(
            Problem(
                403,
                "unauthorizedOauthScope",
                "Unauthorized OAuth Scope",
                f"Your authorization is missing a required scope: {scope}.",
            )
        )

    def malformed_records(self) -> list[Any]:
        return [{"type": "unknown", "attributes": {"updatedAt": None}}, None]

    def _unauthorized(self) -> Response:
        return self._problem(
            Problem(401, "unauthorizedRequest", "Unauthorized Request", "The token is not good.")
        )

    def _problem(self, problem: Problem) -> Response:
        return JSONResponse(problem.body, problem.status, self._quota(), JSON_API)

    def _answer(self, body: Data, status: int = 200) -> Response:
        return JSONResponse(body, status, self._quota(), JSON_API)

    def _quota(self) -> dict[str, str]:
        """What is left of the hour, as two numbers: the user's and the organisation's."""
        hour = self.limits[0] if self.limits else Limit(10_000, 3_600)
        left = hour.calls - len(self.meter.arrivals.get(hour, ()))
        return {
            "X-RateLimit-Limit": f"{hour.calls}",
            "X-RateLimit-Remaining": f"{left}, {2 * left - 10}",
        }

    def _guarded(self, handler: Handler) -> Handler:
        """Only with a good token, and with the content type where there is a body."""

        async def guarded(request: Request) -> Response:
            if not self.tokens.accepts(request):
                return self._unauthorized()
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            if request.method != "GET" and bearer in self._only_read:
                resource = request.url.path.partition("/api/v2/")[2].split("/")[0]
                return self.out_of_scope(f"{resource}.write")
            if self._is_stale:
                self.store.load()
                self._is_stale = False
            sent = request.headers.get("content-type", "").split(";")[0]
            try:
                if await request.body() and sent != JSON_API:
                    raise Problem(
                        415,
                        "unsupportedMediaType",
                        "Unsupported Media Type",
                        f"The content type must be {JSON_API}.",
                    )
                return await handler(request)
            except Problem as problem:
                return self._problem(problem)

        return guarded

    # Tokens.

    async def _token(self, request: Request) -> Response:
        body = (await request.body()).decode()
        is_json = request.headers.get("content-type", "").startswith("application/json")
        form: Data = json.loads(body) if is_json else dict(parse_qsl(body))
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return JSONResponse({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "refresh_token":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        token = form.get("refresh_token", "")
        if token not in (FIRST_TOKEN, READING_TOKEN):
            if token not in self.refreshes.good:
                return JSONResponse({"error": "invalid_grant"}, 400)
            if self.refreshes.wait() > 0:
                return self.throttled(self.refreshes.wait())
            self.refreshes.good.discard(token)
        only_reads = token == READING_TOKEN or token in self._only_read
        access, refresh = self.tokens.issue(), self.refreshes.issue()
        if only_reads:
            self._only_read |= {access, refresh}
        right = "read" if only_reads else "all"
        return JSONResponse(
            {
                "access_token": access,
                "token_type": "bearer",
                "expires_in": int(self.tokens.seconds),
                "refresh_token": refresh,
                "scope": " ".join(f"{kind.path}.{right}" for kind in KINDS.values()),
                "created_at": int(time()),
            }
        )

    # Reading.

    async def _list(self, request: Request) -> Response:
        kind = self._kind(request)
        query = dict(request.query_params)
        rows = self.store.filtered(kind, query)
        size = int(query.get("page[size]", 50))
        if not 1 <= size <= LONGEST_PAGE:
            raise bad_request(f"page[size] must be between 1 and {LONGEST_PAGE}.")
        key = " ".join(f"{k}={v}" for k, v in sorted(query.items()) if k.startswith("filter"))
        try:
            page, cursor = self.cut(rows, query.get("page[after]"), size, f"{kind.path} {key}")
        except ValueError:
            raise bad_request("page[after] is not a cursor.") from None
        body: Data = {"data": [self._shown(kind, row, request) for row in page]}
        body["meta"] = {"count": len(rows) if query.get("count") == "true" else None}
        if cursor is not None:
            following = urlencode({**query, "page[after]": cursor})
            body["links"] = {"next": f"{self._address(request)}/{kind.path}?{following}"}
        return self._answer(body)

    async def _show(self, request: Request) -> Response:
        kind = self._kind(request)
        record = self.store.record(kind.path, request.path_params["number"])
        return self._answer({"data": self._shown(kind, record, request)})

    def _kind(self, request: Request) -> Kind:
        path = request.path_params["path"]
        if path not in KINDS:
            raise Problem(404, "resourceNotFound", "Resource Not Found", "No such resource.")
        return KINDS[path]

    def _address(self, request: Request) -> str:
        return f"{str(request.base_url).rstrip('/')}/api/v2"

    def _shown(self, kind: Kind, record: Any, request: Request) -> Any:
        """A record as JSON:API shows it; those of the fault ``malformed-record`` as they are."""
        if not isinstance(record, Resource):
            return record
        chosen = request.query_params.get(f"fields[{kind.type}]")
        shown = record.shown(kind, VENDORS_ADDRESS)
        if chosen is not None:
            names = set(chosen.split(","))
            for part in ("attributes", "relationships"):
                shown[part] = {k: v for k, v in shown[part].items() if k in names}
        return shown

    # Writing.

    async def _create(self, request: Request) -> Response:
        kind = self._kind(request)
        data = await _data(request, kind)
        if kind.path == "sequenceStates":
            record = self.store.enrol(data)
        elif kind.is_writable:
            record = self.store.make(kind, data)
        else:
            raise Problem(403, "unauthorizedRequest", "Unauthorized Request", "Read only.")
        return self._answer({"data": self._shown(kind, record, request)}, 201)

    async def _patch(self, request: Request) -> Response:
        kind, number = self._kind(request), request.path_params["number"]
        data = await _data(request, kind)
        record = self.store.record(kind.path, number)
        if data.get("id") != number:
            raise bad_request("data.id must be the id in the path.")
        if not kind.is_writable:
            raise Problem(403, "unauthorizedRequest", "Unauthorized Request", "Read only.")
        attributes = writable(kind, data)
        if "emails" in attributes:
            self.store.refuse_known(attributes["emails"])
        self.store.change(kind.path, record, attributes, self.store.relations_of(kind, data))
        return self._answer({"data": self._shown(kind, record, request)})

    # Sequences.

    async def _act_on_state(self, request: Request) -> Response:
        state = self.store.record("sequenceStates", request.path_params["number"])
        action, before = request.path_params["action"], state.attributes["state"]
        after = {
            ("finish", "active"): "finished",
            ("finish", "pending"): "finished",
            ("finish", "paused"): "finished",
            ("pause", "active"): "paused",
            ("pause", "pending"): "paused",
            ("resume", "paused"): "active",
        }.get((action, before))
        if after is None:
            raise invalid(f"Sequence state is {before}: {action} is not possible.")
        changed: Data = {"state": after, "stateChangedAt": iso(self.world.now)}
        changed["pauseReason"] = "Paused by user." if after == "paused" else None
        self.store.change("sequenceStates", state, changed)
        self.store.note_active(state)
        return self._answer({"data": self._shown(KINDS["sequenceStates"], state, request)})

    async def _act_on_sequence(self, request: Request) -> Response:
        sequence = self.store.record("sequences", request.path_params["number"])
        enabled = {"activate": True, "deactivate": False}.get(request.path_params["action"])
        if enabled is None:
            raise Problem(404, "resourceNotFound", "Resource Not Found", "No such action.")
        at = iso(self.world.now) if enabled else None
        self.store.change("sequences", sequence, {"enabled": enabled, "enabledAt": at})
        return self._answer({"data": self._shown(KINDS["sequences"], sequence, request)})

    # Batches. The vendor names their attributes, not the values of ``state``: these are ours.

    async def _add_to_sequence(self, request: Request) -> Response:
        """Neither ids nor a filter means every prospect there is."""
        wanted = (json.loads(await request.body() or b"{}").get("data") or {}).get("attributes", {})
        prospects = KINDS["prospects"]
        filters = {k: v for k, v in request.query_params.items() if k.startswith("filter[")}
        ids = wanted.get("ids") or [row.id for row in self.store.filtered(prospects, filters)]
        batch = Batch(
            self.store.number(),
            list(ids),
            self.store.record("sequences", wanted.get("sequenceId")).id,
            self.store.record("mailboxes", wanted.get("mailboxId")).id,
        )
        self.batches[batch.number] = batch
        if request.query_params.get("actionParams[skipConfirmation]") == "true":
            self._run(batch)
        return self._answer({"data": _shown_batch(batch)}, 201)

    async def _confirm(self, request: Request) -> Response:
        batch = self._batch_of(request)
        said = request.query_params.get("actionParams[confirmedCount]")
        if said is None:
            body = json.loads(await request.body() or b"{}")
            attributes = (body.get("data") or {}).get("attributes") or {}
            said = attributes.get("confirmedCount")
        if batch.state != "unconfirmed" or str(said) != str(len(batch.ids)):
            raise invalid("The confirmed count is not the number of records of the batch.")
        self._run(batch)
        return self._answer({"data": _shown_batch(batch)})

    def _run(self, batch: Batch) -> None:
        """Add each prospect; a batch is seen running once before it is seen finished."""
        for number in batch.ids:
            related = {"prospect": number, "sequence": batch.sequence, "mailbox": batch.mailbox}
            named = {name: {"data": {"id": value}} for name, value in related.items()}
            try:
                self.store.enrol({"relationships": named})
            except Problem as problem:
                batch.failures.append((number, problem.body["errors"][0]["detail"]))
        batch.state = "running"

    async def _batch(self, request: Request) -> Response:
        batch = self._batch_of(request)
        if batch.state == "running" and batch.is_seen:
            batch.state = "finished"
        batch.is_seen = batch.state == "running"
        return self._answer({"data": _shown_batch(batch)})

    async def _batch_items(self, request: Request) -> Response:
        number = request.query_params.get("filter[batchId]", "")
        batch = self.batches.get(int(number)) if number.isdigit() else None
        if batch is None:
            raise bad_request("filter[batchId] names no batch.")
        failed = dict(batch.failures)
        items = [
            {
                "type": "batchItem",
                "id": index + 1,
                "attributes": {
                    "batchId": batch.number,
                    "prospectId": prospect,
                    "failed": prospect in failed,
                    "info": failed.get(prospect),
                    "state": "pending" if batch.state == "unconfirmed" else "finished",
                },
            }
            for index, prospect in enumerate(batch.ids)
        ]
        return self._answer({"data": items})

    def _batch_of(self, request: Request) -> Batch:
        batch = self.batches.get(request.path_params["number"])
        if batch is None:
            raise Problem(404, "resourceNotFound", "Resource Not Found", "No such batch.")
        return batch


def _shown_batch(batch: Batch) -> Data:
    total = len(batch.ids)
    return {
        "type": "batch",
        "id": batch.number,
        "attributes": {
            "state": batch.state,
            "total": total,
            "pending": 0 if batch.state == "finished" else total,
            "failures": len(batch.failures) if batch.state == "finished" else 0,
            "summary": None,
        },
    }


async def _data(request: Request, kind: Kind) -> Data:
    """The ``data`` of a body, of the type that the path says."""
    try:
        data = json.loads(await request.body())["data"]
    except (ValueError, KeyError, TypeError):
        raise bad_request("The body has no data.") from None
    if not isinstance(data, dict) or data.get("type") != kind.type:
        raise bad_request(f"data.type must be {kind.type}.")
    return data
