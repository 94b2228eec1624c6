"""Outreach: JSON:API over the world's mailings, refresh tokens that rotate, and writes that stay.

Left out: the consent page of OAuth. ``FIRST_TOKEN`` stands for a consent given just now, so it is
taken whenever it is shown, and ``READING_TOKEN`` for a consent to read only; every token that a
refresh returns is taken once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from secrets import token_hex
from time import monotonic, time
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.vendor import Tokens, Vendor, iso
from python_jobs.sandbox.vendors.outreach_records import (
    KINDS,
    Kind,
    Resource,
    load_world,
)

JSON_API = "application/vnd.api+json"
FIRST_TOKEN = "sandbox-consent"
READING_TOKEN = "sandbox-consent-to-read"
CLIENT = ("sandbox", "sandbox")
OPEN_STATES = ("active", "pending", "paused")
EXCLUSIVE_SEQUENCES = frozenset({4})
EXCLUDED_DOMAIN = "sealwright.example"
RACED = "raced."
"""Somebody else creates a prospect whose address begins so in the moment before we do."""
VENDORS_ADDRESS = "https://api.outreach.io/api/v2"
"""What the links in records begin with: the same wherever the sandbox listens."""

NEEDED = {
    "sequence": ("name",),
    "sequenceStep": ("stepType", "sequence"),
    "sequenceTemplate": ("sequenceStep", "template"),
    "template": ("name",),
}
"""Attributes and relationships that a new record of a type cannot do without."""

LONGEST_NAME = 50
LONGEST_PAGE = 1_000

Handler = Callable[[Request], Awaitable[Response]]
Data = dict[str, Any]


class Problem(Exception):
    """An answer in JSON:API's form of an error."""

    def __init__(self, status: int, name: str, title: str, detail: str, pointer: str = "") -> None:
        super().__init__(name)
        self.status = status
        error: Data = {"id": name, "title": title, "detail": detail}
        if pointer:
            error["source"] = {"pointer": pointer}
        self.body = {"errors": [error]}


def invalid(detail: str) -> Problem:
    """422: the record breaks a rule."""
    return Problem(422, "validationError", "Validation Error", detail, "/data")


def bad_request(detail: str) -> Problem:
    """400: the request makes no sense."""
    return Problem(400, "validationError", "Validation Error", detail)


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
        self._numbers = count(10_000_000_000)
        self._records: dict[str, dict[int, Resource]] = {}
        self._created: dict[str, dict[int, Resource]] = {path: {} for path in KINDS}
        self._patched: dict[str, dict[int, Resource]] = {path: {} for path in KINDS}
        self._prospect_of: dict[str, int] = {}
        self._sorted: dict[tuple[str, str], list[Resource]] = {}

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

    def _make_records(self) -> None:
        """The world's records, and over them what clients wrote."""
        self._is_stale = False
        self._records = load_world(self.world)
        for path, written in self._patched.items():
            for number, patch in written.items():
                record = self._records[path].get(number) or self._created[path][number]
                record.merge(patch)
        for path, created in self._created.items():
            self._records[path].update(created)
        self._prospect_of = {}
        active = defaultdict(list)
        for state in self._records["sequenceStates"].values():
            if state.attributes["state"] == "active":
                active[state.relations["prospect"]].append(state.id)
        for record in self._records["prospects"].values():
            self._know_addresses(record)
            record.relations["activeSequenceStates"] = active[record.id]
        self._sorted.clear()

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
                self._make_records()
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
        rows = self._filtered(kind, query)
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
        record = self._record(kind.path, request.path_params["number"])
        return self._answer({"data": self._shown(kind, record, request)})

    def _kind(self, request: Request) -> Kind:
        path = request.path_params["path"]
        if path not in KINDS:
            raise Problem(404, "resourceNotFound", "Resource Not Found", "No such resource.")
        return KINDS[path]

    def _record(self, path: str, number: Any) -> Resource:
        record = self._records[path].get(number)
        if record is None:
            raise Problem(
                404,
                "resourceNotFound",
                "Resource Not Found",
                f"Could not find '{KINDS[path].type}' with ID '{number}'.",
            )
        return record

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

    def _filtered(self, kind: Kind, query: Data) -> list[Resource]:
        """The records that pass every filter, in the order asked for."""
        rows: Iterable[Resource] = self._in_order(kind, query.get("sort", "id"))
        for name, value in query.items():
            if not name.startswith("filter["):
                continue
            field_name, *inner = name.removeprefix("filter[").rstrip("]").split("][")
            if inner == ["id"] and field_name in kind.relations:
                wanted = {int(part) for part in value.split(",") if part.isdigit()}
                rows = [row for row in rows if wanted & row.related(field_name)]
            elif field_name == "id" and not inner:
                wanted = {int(part) for part in value.split(",") if part.isdigit()}
                rows = [row for row in rows if row.id in wanted]
            elif field_name in kind.filters and not inner:
                rows = _having(rows, field_name, value)
            else:
                raise bad_request(f"'{name}' is not a filter of {kind.type}.")
        return rows if isinstance(rows, list) else list(rows)

    def _in_order(self, kind: Kind, sort: str) -> list[Resource]:
        """Kept until something changes: a client pages through one order."""
        found = self._sorted.get((kind.path, sort))
        if found is None:
            found = sorted(self._records[kind.path].values(), key=lambda row: row.id)
            for part in reversed(sort.split(",")):
                name = part.removeprefix("-")
                if name != "id" and name not in kind.attributes:
                    raise bad_request(f"'{name}' is not sortable.")
                found.sort(key=lambda row, n=name: row.sort_key(n), reverse=part.startswith("-"))  # type: ignore[misc]
            self._sorted[kind.path, sort] = found
        return found

    # Writing.

    async def _create(self, request: Request) -> Response:
        kind = self._kind(request)
        data = await _data(request, kind)
        if kind.path == "sequenceStates":
            record = self._enrolled(data)
        elif kind.is_writable:
            record = self._made(kind, data)
        else:
            raise Problem(403, "unauthorizedRequest", "Unauthorized Request", "Read only.")
        return self._answer({"data": self._shown(kind, record, request)}, 201)

    async def _patch(self, request: Request) -> Response:
        kind, number = self._kind(request), request.path_params["number"]
        data = await _data(request, kind)
        record = self._record(kind.path, number)
        if data.get("id") != number:
            raise bad_request("data.id must be the id in the path.")
        if not kind.is_writable:
            raise Problem(403, "unauthorizedRequest", "Unauthorized Request", "Read only.")
        attributes = _writable(kind, data)
        if "emails" in attributes:
            self._refuse_known(attributes["emails"])
        self._changed(kind.path, record, attributes, self._relations(kind, data))
        return self._answer({"data": self._shown(kind, record, request)})

    def _made(self, kind: Kind, data: Data) -> Resource:
        """A new record.

        Raises:
            Problem: an address is taken, excluded, or taken by somebody else in this very moment.
        """
        attributes, relations = _writable(kind, data), self._relations(kind, data)
        if kind.path == "prospects":
            for address in _addresses(attributes):
                if address.startswith(RACED) and address not in self._prospect_of:
                    self._added(kind, attributes, relations)
                if address in self._prospect_of:
                    raise invalid("Contacts email hash has already been taken.")
                if address.endswith("@" + EXCLUDED_DOMAIN):
                    raise invalid("Contacts contact is using an excluded email address.")
        for name in NEEDED.get(kind.type, ()):
            if not attributes.get(name) and not relations.get(name):
                raise invalid(f"{name[0].upper()}{name[1:]} can't be blank.")
        if kind.path == "sequences":
            attributes = {**attributes, "enabled": False}
        if kind.path == "sequenceSteps":
            shown = str(attributes["stepType"]).replace("_", " ").title()
            name = f"Step #{attributes.get('order', 1)} ({shown})"
            attributes = {**attributes, "displayName": name}
        record = self._added(kind, attributes, relations)
        if kind.path in ("sequenceSteps", "sequenceTemplates"):
            self._join(kind, record)
        return record

    def _join(self, kind: Kind, record: Resource) -> None:
        """Show a new step on its sequence, or a new template of a step on the step."""
        name = "sequence" if kind.path == "sequenceSteps" else "sequenceStep"
        path = "sequences" if kind.path == "sequenceSteps" else "sequenceSteps"
        owner = self._records[path][min(record.related(name))]
        members = sorted(owner.related(kind.path) | {record.id})
        counts = {"sequenceStepCount": len(members)} if path == "sequences" else {}
        self._changed(path, owner, counts, {kind.path: members})

    def _refuse_known(self, emails: Any) -> None:
        if any(str(address).lower() in self._prospect_of for address in emails or ()):
            raise Problem(
                422,
                "validationDuplicateValueError",
                "Validation Duplicate Value Error",
                "A Contact with this email_hash already exists.",
            )

    def _added(self, kind: Kind, attributes: Data, relations: dict[str, Any]) -> Resource:
        now = iso(self.world.now)
        times = {"createdAt": now, "updatedAt": now}
        record = Resource(next(self._numbers), {**attributes, **times}, relations)
        self._created[kind.path][record.id] = record
        self._records[kind.path][record.id] = record
        if kind.path == "prospects":
            self._know_addresses(record)
        self._sorted.clear()
        return record

    def _changed(
        self, path: str, record: Resource, attributes: Data, relations: Data | None = None
    ) -> None:
        """Change a record, now and after every day that goes by."""
        patch = Resource(
            record.id, {**attributes, "updatedAt": iso(self.world.now)}, relations or {}
        )
        kept = self._patched[path].setdefault(record.id, Resource(record.id, {}, {}))
        kept.merge(patch)
        record.merge(patch)
        if path == "prospects":
            self._know_addresses(record)
        self._sorted.clear()

    def _know_addresses(self, prospect: Resource) -> None:
        for address in _addresses(prospect.attributes):
            self._prospect_of[address] = prospect.id

    def _relations(self, kind: Kind, data: Data) -> dict[str, Any]:
        """The numbers that the relationships of a body name; each must exist."""
        relations: dict[str, Any] = {}
        for name, value in (data.get("relationships") or {}).items():
            target = (value or {}).get("data")
            if name not in kind.relations:
                raise bad_request(f"'{name}' is not a relationship of {kind.type}.")
            if target is None:
                relations[name] = None
                continue
            path = next(k.path for k in KINDS.values() if k.type == kind.relations[name])
            relations[name] = self._record(path, target.get("id")).id
        return relations

    # Sequences.

    def _enrolled(self, data: Data) -> Resource:
        """A new sequence state, and its first mailing unless the prospect wants none."""
        relations = self._relations(KINDS["sequenceStates"], data)
        missing = [name for name in ("prospect", "sequence", "mailbox") if not relations.get(name)]
        if missing:
            raise invalid(f"{missing[0].capitalize()} can't be blank.")
        prospect = self._records["prospects"][relations["prospect"]]
        mailbox = self._records["mailboxes"][relations["mailbox"]]
        self._refuse_enrolment(prospect.id, relations["sequence"], mailbox)
        user = mailbox.attributes.get("userId")
        step = self._first_step(relations["sequence"])
        relations |= {
            "user": user,
            "creator": user,
            "account": prospect.relations.get("account"),
            "sequenceStep": None if step is None else step.id,
        }
        now = iso(self.world.now)
        state = self._added(
            KINDS["sequenceStates"],
            {"state": "active", "activeAt": now, "stateChangedAt": now},
            relations,
        )
        self._note_active(state)
        if step is not None and not prospect.attributes.get("optedOut"):
            self._schedule(state, step, mailbox)
        return state

    def _note_active(self, state: Resource) -> None:
        """Show on the prospect whether the state is active."""
        prospect = self._records["prospects"][min(state.related("prospect"))]
        others = prospect.related("activeSequenceStates") - {state.id}
        own = {state.id} if state.attributes["state"] == "active" else set()
        prospect.relations["activeSequenceStates"] = sorted(others | own)

    def _refuse_enrolment(self, prospect: int, sequence: int, mailbox: Resource) -> None:
        if self._records["sequences"][sequence].attributes.get("locked"):
            raise invalid("Sequence is locked.")
        if not self._records["sequences"][sequence].attributes.get("enabled"):
            raise invalid("Sequence is not enabled.")
        if mailbox.attributes.get("sendDisabled"):
            raise invalid("Mailbox is not enabled for sending.")
        for state in self._records["sequenceStates"].values():
            if state.relations["prospect"] != prospect:
                continue
            is_open = state.attributes["state"] in OPEN_STATES
            if state.relations["sequence"] == sequence:
                been = "is already" if is_open else "has already been"
                raise invalid(f"Prospect {been} in this sequence.")
            if is_open and state.relations["sequence"] in EXCLUSIVE_SEQUENCES:
                raise invalid("Prospect is active in another exclusive sequence.")

    def _first_step(self, sequence: int) -> Resource | None:
        steps = [
            step
            for step in self._records["sequenceSteps"].values()
            if step.relations.get("sequence") == sequence
        ]
        return min(steps, key=lambda step: step.attributes.get("order", 1), default=None)

    def _schedule(self, state: Resource, step: Resource, mailbox: Resource) -> None:
        if step.attributes.get("stepType") != "auto_email":
            return
        due = self.world.now + timedelta(seconds=step.attributes.get("interval") or 0)
        names = ("prospect", "sequence", "mailbox", "user", "sequenceStep")
        self._added(
            KINDS["mailings"],
            {
                "state": "scheduled",
                "scheduledAt": iso(due),
                "stateChangedAt": iso(self.world.now),
                "mailingType": "sequence",
                "mailboxAddress": mailbox.attributes.get("email"),
            },
            {**{name: state.relations.get(name) for name in names}, "sequenceState": state.id},
        )

    async def _act_on_state(self, request: Request) -> Response:
        state = self._record("sequenceStates", request.path_params["number"])
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
        self._changed("sequenceStates", state, changed)
        self._note_active(state)
        return self._answer({"data": self._shown(KINDS["sequenceStates"], state, request)})

    async def _act_on_sequence(self, request: Request) -> Response:
        sequence = self._record("sequences", request.path_params["number"])
        enabled = {"activate": True, "deactivate": False}.get(request.path_params["action"])
        if enabled is None:
            raise Problem(404, "resourceNotFound", "Resource Not Found", "No such action.")
        at = iso(self.world.now) if enabled else None
        self._changed("sequences", sequence, {"enabled": enabled, "enabledAt": at})
        return self._answer({"data": self._shown(KINDS["sequences"], sequence, request)})

    # Batches. The vendor names their attributes, not the values of ``state``: these are ours.

    async def _add_to_sequence(self, request: Request) -> Response:
        """Neither ids nor a filter means every prospect there is."""
        wanted = (json.loads(await request.body() or b"{}").get("data") or {}).get("attributes", {})
        prospects = KINDS["prospects"]
        filters = {k: v for k, v in request.query_params.items() if k.startswith("filter[")}
        ids = wanted.get("ids") or [row.id for row in self._filtered(prospects, filters)]
        batch = Batch(
            next(self._numbers),
            list(ids),
            self._record("sequences", wanted.get("sequenceId")).id,
            self._record("mailboxes", wanted.get("mailboxId")).id,
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
                self._enrolled({"relationships": named})
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


def _writable(kind: Kind, data: Data) -> Data:
    """The attributes of a body.

    Raises:
        Problem: one is unknown or read-only, or a name is too long.
    """
    attributes: Data = data.get("attributes") or {}
    for name, value in attributes.items():
        if name not in kind.attributes or name in kind.read_only:
            raise bad_request(f"'{name}' is not an attribute that can be written.")
        if name in ("firstName", "lastName") and len(value or "") > LONGEST_NAME:
            raise Problem(
                422,
                "validationDataTooLongError",
                "Validation Data Too Long Error",
                "Data provided is too long.",
            )
    return dict(attributes)


def _addresses(attributes: Data) -> list[str]:
    return [str(address).lower() for address in attributes.get("emails") or ()]


def _having(rows: Iterable[Resource], name: str, value: str) -> list[Resource]:
    """The records whose attribute is one of the values, or lies between the two, or is null."""
    if value == "__null__":
        return [row for row in rows if row.attributes.get(name) is None]
    first, dots, last = value.partition("..")
    if dots:
        low, high = _bound(first), _bound(last)
        return [row for row in rows if _lies_between(row.attributes.get(name), low, high)]
    wanted = {part.lower() for part in value.split(",")}
    return [row for row in rows if wanted & set(_as_texts(row.attributes.get(name)))]


def _bound(text: str) -> str | None:
    """An end of a range: none for ``inf``; times as the records write them."""
    if text in ("inf", "-inf", ""):
        return None
    if "T" not in text:
        return text
    try:
        return iso(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        raise bad_request(f"'{text}' is not a time.") from None


def _lies_between(value: Any, low: str | None, high: str | None) -> bool:
    if value is None:
        return False
    if isinstance(value, (int, float)):
        return (low is None or value >= float(low)) and (high is None or value <= float(high))
    return (low is None or value >= low) and (high is None or value <= high)


def _as_texts(value: Any) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [
        str(item).lower() if not isinstance(item, bool) else ("true" if item else "false")
        for item in values
        if item is not None
    ]
