"""HubSpot's CRM API (v3) over the world's accounts, contacts and deals: a second CRM's view.

Every property is a text or null, ids are digits, a list leaves out what has been archived, search
ends after 10,000 results, batches answer 207 when some of their inputs failed. What clients write
stays over the days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import Vendor, World, iso

Record = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]

TOKEN = "pat-sandbox"
LIST_PAGE, SEARCH_PAGE, BATCH = 100, 200, 100
SEARCH_CEILING = 10_000
SEARCH_LIMIT = Limit(4, 1)

TYPES = {"0-1": "contacts", "0-2": "companies", "0-3": "deals"}
SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal"}
MODIFIED = {
    "contacts": "lastmodifieddate",
    "companies": "hs_lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}
DEFAULTS = {
    "contacts": ("createdate", "email", "firstname", "lastmodifieddate", "lastname"),
    "companies": ("createdate", "domain", "hs_lastmodifieddate", "name"),
    "deals": ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate"),
}
PIPELINE = "default"
STAGES: dict[str, tuple[str, str]] = {
    "Discovery": ("1180512301", "0.2"),
    "Evaluation": ("1180512302", "0.5"),
    "Proposal": ("1180512303", "0.8"),
    "Closed Won": ("1180512304", "1.0"),
    "Closed Lost": ("1180512305", "0.0"),
}
"""Of each stage its opaque id and its probability."""

ACCOUNT_TYPES = {"partner": "PARTNER", "prospect": "PROSPECT"}


class Hubspot(Vendor):
    """One portal, behind a private app's token."""

    name: ClassVar[str] = "hubspot"
    limits: tuple[Limit, ...] = (Limit(11, 1), Limit(110, 10), Limit(250_000, 86_400))
    scopes: ClassVar[dict[str, str]] = {
        "crm.objects.companies.read": "/crm/v3/objects/companies",
        "crm.objects.contacts.read": "/crm/v3/objects/contacts",
        "crm.objects.deals.read": "/crm/v3/objects/deals",
        "crm.objects.owners.read": "/crm/v3/owners",
    }

    def __init__(self, world: World, faults: Faults) -> None:
        super().__init__(world, faults)
        self._written: dict[str, dict[str, Record]] = {kind: {} for kind in SINGULAR}
        self._linked: set[tuple[str, str, str, str]] = set()

    def routes(self) -> list[Route]:
        objects = "/crm/v3/objects/{kind}"
        return [
            self._route(objects, self._list, "GET"),
            self._route(objects, self._create, "POST"),
            self._route(f"{objects}/search", self._search, "POST"),
            self._route(f"{objects}/batch/{{action}}", self._batch, "POST"),
            self._route(f"{objects}/{{record_id}}", self._get, "GET"),
            self._route(f"{objects}/{{record_id}}", self._update, "PATCH"),
            self._route(f"{objects}/{{record_id}}", self._archive, "DELETE"),
            self._route(
                "/crm/v3/associations/{kind}/{other}/batch/{action}", self._associations, "POST"
            ),
            self._route("/crm/v3/properties/{kind}", self._properties, "GET"),
            self._route("/crm/v3/pipelines/deals", self._pipelines, "GET"),
            self._route("/crm/v3/owners", self._owners, "GET"),
            self._route("/account-info/v3/details", self._account, "GET"),
        ]

    def limits_at(self, path: str) -> Sequence[Limit]:
        """Search has a limit of its own, for the whole portal."""
        return (SEARCH_LIMIT,) if path.endswith("/search") else self.limits

    def load(self) -> None:
        now = self.world.now
        users = self.world.rows(
            "select * from read_parquet(?) where updated_at <= ? order by owner_id",
            [str(self.world.folder / "mailings" / "users.parquet"), now],
        )
        self._people = [_owner(row) for row in users]
        made: dict[str, Iterable[Record]] = {
            "companies": map(_company, self._latest("accounts", "account_id", now)),
            "contacts": map(_contact, self._latest("contacts", "contact_id", now)),
            "deals": map(_deal, self._latest("opportunities", "opportunity_id", now)),
        }
        self._links: set[tuple[str, str, str, str]] = set()
        self._objects: dict[str, dict[str, Record]] = {}
        for kind, records in made.items():
            found = {record["id"]: record for record in records}
            for record_id, written in self._written[kind].items():
                found[record_id] = _merged(found.get(record_id), written)
            self._objects[kind] = dict(sorted(found.items(), key=lambda pair: int(pair[0])))
            for record in found.values():
                company = record.pop("company", None)
                if company:
                    self._links.add((kind, record["id"], "companies", company))
        self._links |= self._linked
        self._index_links()

    def _latest(self, table: str, key: str, now: datetime) -> list[Record]:
        return self.world.rows(
            f"select * from {table} where updated_at <= ? "
            f"qualify row_number() over (partition by {key} order by updated_at desc) = 1",
            [now],
        )

    def _index_links(self) -> None:
        """Links by record and other kind, both ways."""
        self._by_record: dict[tuple[str, str, str], list[str]] = {}
        for kind, one, other, two in sorted(self._links):
            self._by_record.setdefault((kind, one, other), []).append(two)
            self._by_record.setdefault((other, two, kind), []).append(one)

    # How it says no.

    def throttled(self, wait: float) -> Response:
        policy = "SECONDLY" if wait <= 1 else ("TEN_SECONDLY_ROLLING" if wait <= 10 else "DAILY")
        return JSONResponse(
            {
                "status": "error",
                "message": f"You have reached your {policy.lower()} limit.",
                "errorType": "RATE_LIMIT",
                "correlationId": CORRELATION,
                "policyName": policy,
            },
            429,
        )

    def failed(self) -> Response:
        return _refused(500, "internal error", "INTERNAL_ERROR")

    def out_of_scope(self, scope: str) -> Response:
        return JSONResponse(
            {
                "status": "error",
                "message": "This app hasn't been granted all required scopes to make this call.",
                "correlationId": CORRELATION,
                "category": "MISSING_SCOPES",
                "errors": [
                    {
                        "message": "One or more of the following scopes are required.",
                        "context": {"requiredGranularScopes": [scope]},
                    }
                ],
            },
            403,
        )

    def malformed_records(self) -> list[Any]:
        changed = dict.fromkeys(MODIFIED.values(), "soon")
        return [
            {"properties": {"name": "a record without an id"}},
            {"id": "1", "updatedAt": "soon", "properties": changed},
            None,
        ]

    def _route(self, path: str, handler: Handler, method: str) -> Route:
        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _refused(401, "Authentication credentials not found.", "INVALID_AUTH")
            try:
                return await handler(request)
            except _NoSuchType:
                return _refused(400, "Unable to infer object type", "VALIDATION_ERROR")
            except (ValueError, KeyError, TypeError, AttributeError):
                return _refused(400, "Invalid input JSON", "VALIDATION_ERROR")

        return Route(path, guarded, methods=[method])

    def _answer(self, body: Any, status: int = 200) -> Response:
        """An answer with what is left of the limits."""
        second, ten = self.limits[0], self.limits[min(1, len(self.limits) - 1)]
        spent = {limit: len(self.meter.arrivals.get(limit, ())) for limit in (second, ten)}
        return JSONResponse(
            body,
            status,
            {
                "X-HubSpot-RateLimit-Max": str(ten.calls),
                "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(ten.seconds * 1000)),
                "X-HubSpot-RateLimit-Remaining": str(ten.calls - spent[ten]),
                "X-HubSpot-RateLimit-Secondly": str(second.calls),
                "X-HubSpot-RateLimit-Secondly-Remaining": str(second.calls - spent[second]),
            },
        )

    # Reading.

    def _kind(self, request: Request, name: str = "kind") -> str:
        named = request.path_params[name]
        kind = TYPES.get(named, named)
        if kind not in SINGULAR:
            raise _NoSuchType
        return kind

    async def _list(self, request: Request) -> Response:
        kind, asked = self._kind(request), request.query_params
        is_archived = asked.get("archived") == "true"
        records = [r for r in self._objects[kind].values() if r["archived"] == is_archived]
        size = min(int(asked.get("limit", 10)), LIST_PAGE)
        wanted = _names(asked.get("properties"))
        others = _names(asked.get("associations"))
        key = f"{request.url.path} {is_archived}"
        page, after = self.cut(records, asked.get("after"), size, key)
        body: Record = {"results": [self._shown(kind, record, wanted, others) for record in page]}
        if after:
            body["paging"] = {"next": {"after": after, "link": f"{request.url}&after={after}"}}
        return self._answer(body)

    async def _get(self, request: Request) -> Response:
        kind = self._kind(request)
        record = self._objects[kind].get(request.path_params["record_id"])
        if record is None or record["archived"]:
            return _refused(404, "resource not found", "OBJECT_NOT_FOUND")
        asked = request.query_params
        wanted, others = _names(asked.get("properties")), _names(asked.get("associations"))
        return self._answer(self._shown(kind, record, wanted, others))

    async def _search(self, request: Request) -> Response:
        kind, asked = self._kind(request), await request.json()
        offset, size = int(asked.get("after") or 0), int(asked.get("limit", 10))
        if size > SEARCH_PAGE or offset + size > SEARCH_CEILING:
            return _refused(400, "The search is limited to 10,000 results", "VALIDATION_ERROR")
        groups = asked.get("filterGroups") or []
        found = [
            record
            for record in self._objects[kind].values()
            if not record["archived"] and _passes(record, groups)
        ]
        for sort in asked.get("sorts") or []:
            by = sort["propertyName"] if isinstance(sort, dict) else sort
            down = isinstance(sort, dict) and sort.get("direction") == "DESCENDING"
            found.sort(key=lambda record: _comparable(record["properties"].get(by)), reverse=down)
        rows = found[offset : offset + size]
        page, _ = self.cut(rows, None, max(1, len(rows)), f"{request.url.path} {offset}")
        body: Record = {
            "total": len(found),
            "results": [
                self._shown(kind, record, asked.get("properties") or []) for record in page
            ],
        }
        if offset + size < len(found):
            body["paging"] = {"next": {"after": str(offset + size)}}
        return JSONResponse(body)

    def _shown(
        self, kind: str, record: Record, wanted: Sequence[str], others: Sequence[str] = ()
    ) -> Record:
        """A record with the properties asked for; a property that there is not is left out."""
        if "id" not in (record or ()):
            return record
        names = {"createdate", "hs_object_id", MODIFIED[kind], *(wanted or DEFAULTS[kind])}
        known = {
            name: record["properties"].get(name)
            for name in sorted(names)
            if name in record["properties"] or name in PROPERTIES[kind]
        }
        shown = {**record, "properties": known}
        linked = {
            other: {"results": self._linked_to(kind, record["id"], TYPES.get(other, other))}
            for other in others
        }
        linked = {other: found for other, found in linked.items() if found["results"]}
        return shown | ({"associations": linked} if linked else {})

    def _linked_to(self, kind: str, record_id: str, other: str) -> list[Record]:
        label = f"{SINGULAR[kind]}_to_{SINGULAR[other]}"
        return [
            {"id": one, "type": type_}
            for one in self._by_record.get((kind, record_id, other), [])
            for type_ in (label, f"{label}_unlabeled")
        ]

    # Writing.

    async def _create(self, request: Request) -> Response:
        kind, given = self._kind(request), (await request.json())["properties"]
        twin = self._twin(kind, given)
        if twin is not None:
            said = f"{SINGULAR[kind].capitalize()} already exists. Existing ID: {twin}"
            return _refused(409, said, "CONFLICT")
        return self._answer(self._shown(kind, self._write(kind, None, given), list(given)), 201)

    async def _update(self, request: Request) -> Response:
        kind, record_id = self._kind(request), request.path_params["record_id"]
        if record_id not in self._objects[kind]:
            return _refused(404, "resource not found", "OBJECT_NOT_FOUND")
        given = (await request.json())["properties"]
        return self._answer(self._shown(kind, self._write(kind, record_id, given), list(given)))

    async def _archive(self, request: Request) -> Response:
        kind, record_id = self._kind(request), request.path_params["record_id"]
        if record_id in self._objects[kind]:
            self._write(kind, record_id, {}, archived=True)
        return Response(status_code=204)

    async def _batch(self, request: Request) -> Response:
        kind, action = self._kind(request), request.path_params["action"]
        asked = await request.json()
        inputs = asked["inputs"]
        if len(inputs) > BATCH:
            return _refused(400, "The maximum number of inputs is 100", "VALIDATION_ERROR")
        one = {
            "read": self._batch_read,
            "create": self._batch_create,
            "update": self._batch_update,
            "upsert": self._batch_upsert,
            "archive": self._batch_archive,
        }[action]
        results: list[Record] = []
        errors: list[Record] = []
        for given in inputs:
            done = one(kind, given, asked)
            (errors if "category" in done else results).append(done)
        if action == "archive":
            return Response(status_code=204)
        body: Record = {"status": "COMPLETE", "results": results} | self._batch_times()
        if errors:
            body |= {"numErrors": len(errors), "errors": errors}
        return self._answer(body, 207 if errors else (201 if action == "create" else 200))

    def _batch_read(self, kind: str, given: Record, asked: Record) -> Record:
        by = asked.get("idProperty")
        record = self._find(kind, str(given["id"]), by)
        if record is None:
            return _batch_error("OBJECT_NOT_FOUND", "Could not get some objects", given["id"])
        return self._shown(kind, record, asked.get("properties") or [])

    def _batch_create(self, kind: str, given: Record, asked: Record) -> Record:
        twin = self._twin(kind, given["properties"])
        if twin is not None:
            return _batch_error("CONFLICT", f"Contact already exists. Existing ID: {twin}", twin)
        return self._shown(kind, self._write(kind, None, given["properties"]), [])

    def _batch_update(self, kind: str, given: Record, asked: Record) -> Record:
        record = self._find(kind, str(given["id"]), given.get("idProperty"))
        if record is None:
            return _batch_error("OBJECT_NOT_FOUND", "resource not found", given["id"])
        return self._shown(kind, self._write(kind, record["id"], given["properties"]), [])

    def _batch_upsert(self, kind: str, given: Record, asked: Record) -> Record:
        by = given.get("idProperty")
        record = self._find(kind, str(given["id"]), by)
        properties = dict(given["properties"]) | ({by: str(given["id"])} if by else {})
        written = self._write(kind, record["id"] if record else None, properties)
        return self._shown(kind, written, []) | {"new": record is None}

    def _batch_archive(self, kind: str, given: Record, asked: Record) -> Record:
        if str(given["id"]) in self._objects[kind]:
            self._write(kind, str(given["id"]), {}, archived=True)
        return {}

    def _find(self, kind: str, value: str, by: str | None) -> Record | None:
        if by in (None, "hs_object_id"):
            found = self._objects[kind].get(value)
            return found if found and not found["archived"] else None
        for record in self._objects[kind].values():
            held = record["properties"].get(str(by))
            if held and held.lower() == value.lower() and not record["archived"]:
                return record
        return None

    def _twin(self, kind: str, given: Mapping[str, Any]) -> str | None:
        """The contact that already has the address."""
        email = given.get("email")
        twin = self._find(kind, str(email), "email") if kind == "contacts" and email else None
        return twin["id"] if twin else None

    def _write(
        self, kind: str, record_id: str | None, given: Mapping[str, Any], archived: bool = False
    ) -> Record:
        """Keep what a client wrote, over what the world says, from now on."""
        now = str(iso(self.world.now))
        if record_id is None:
            record_id = str(900_000_000_000 + len(self._written[kind]))
        texts = {name: None if value in (None, "") else str(value) for name, value in given.items()}
        before = self._written[kind].get(record_id, {"properties": {}})
        written: Record = {
            "id": record_id,
            "properties": {**before["properties"], **texts, MODIFIED[kind]: now},
            "updatedAt": now,
            "archived": archived,
        }
        if archived:
            written["archivedAt"] = now
        self._written[kind][record_id] = written
        self._objects[kind][record_id] = _merged(self._objects[kind].get(record_id), written)
        return self._objects[kind][record_id]

    def _batch_times(self) -> Record:
        now = iso(self.world.now)
        return {"startedAt": now, "completedAt": now}

    # Associations, properties, pipelines, owners.

    async def _associations(self, request: Request) -> Response:
        kind, other = self._kind(request), self._kind(request, "other")
        inputs = (await request.json())["inputs"]
        there, back = (
            f"{SINGULAR[one]}_to_{SINGULAR[two]}" for one, two in ((kind, other), (other, kind))
        )
        results: list[Record] = []
        if request.path_params["action"] == "create":
            for given in inputs:
                one, two = str(given["from"]["id"]), str(given["to"]["id"])
                self._linked.add((kind, one, other, two))
                results.append({"from": {"id": two}, "to": {"id": one}, "type": back})
                results.append({"from": {"id": one}, "to": {"id": two}, "type": there})
            self._links |= self._linked
            self._index_links()
        else:
            for given in inputs:
                linked = self._linked_to(kind, str(given["id"]), other)
                if linked:
                    results.append({"from": {"id": str(given["id"])}, "to": linked})
        body = {"status": "COMPLETE", "results": results} | self._batch_times()
        return self._answer(body)

    async def _properties(self, request: Request) -> Response:
        kind = self._kind(request)
        found = [
            {
                "name": name,
                "label": name.replace("_", " ").capitalize(),
                "type": "string",
                "fieldType": "text",
                "groupName": f"{SINGULAR[kind]}information",
                "archived": False,
            }
            for name in PROPERTIES[kind]
        ]
        return self._answer({"results": found})

    async def _pipelines(self, request: Request) -> Response:
        born = "1970-01-01T00:00:00Z"
        stages = [
            {
                "label": label,
                "displayOrder": order,
                "metadata": {
                    "isClosed": "true" if label.startswith("Closed") else "false",
                    "probability": probability,
                },
                "id": stage_id,
                "createdAt": born,
                "updatedAt": born,
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                "archived": False,
            }
            for order, (label, (stage_id, probability)) in enumerate(STAGES.items())
        ]
        pipeline = {
            "label": "Sales Pipeline",
            "displayOrder": 0,
            "id": PIPELINE,
            "stages": stages,
            "createdAt": born,
            "updatedAt": born,
            "archived": False,
        }
        return self._answer({"results": [pipeline]})

    async def _owners(self, request: Request) -> Response:
        asked = request.query_params
        people = [] if asked.get("archived") == "true" else self._people
        size = min(int(asked.get("limit", 100)), 500)
        page, after = self.cut(people, asked.get("after"), size, request.url.path)
        body: Record = {"results": page}
        if after:
            body["paging"] = {"next": {"after": after}}
        return self._answer(body)

    async def _account(self, request: Request) -> Response:
        return self._answer(
            {
                "portalId": 147_000_001,
                "accountType": "STANDARD",
                "timeZone": "US/Eastern",
                "companyCurrency": "USD",
                "additionalCurrencies": [],
                "utcOffset": "-04:00",
                "utcOffsetMilliseconds": -14_400_000,
                "uiDomain": "app.hubspot.example",
                "dataHostingLocation": "na1",
            }
        )


class _NoSuchType(Exception):
    """An object type that this portal has not."""


CORRELATION = "5a1db0c5-0000-4000-8000-000000000001"

PROPERTIES: dict[str, list[str]] = {
    kind: names.split()
    for kind, names in {
        "companies": "annualrevenue city country createdate domain hs_lastmodifieddate hs_object_id"
        " hs_parent_company_id hubspot_owner_id industry lifecyclestage linkedin_company_page name"
        " numberofemployees phone state type website",
        "contacts": "associatedcompanyid createdate email firstname hs_email_optout hs_linkedin_url"
        " hs_object_id hubspot_owner_id jobtitle lastmodifieddate lastname phone web_visitor_id",
        "deals": "amount closed_lost_reason closedate createdate dealname dealstage"
        " hs_lastmodifieddate hs_object_id hubspot_owner_id pipeline",
    }.items()
}


def _company(row: Record) -> Record:
    is_customer = row["account_type"] == "customer"
    return _record(
        row,
        "account_id",
        "hs_lastmodifieddate",
        {
            "annualrevenue": row["annual_revenue_amount"],
            "city": row["city"],
            "country": row["country"],
            "domain": row["domain"],
            "hs_parent_company_id": _id(row["parent_account_id"]),
            "hubspot_owner_id": _owner_id(row["owner_id"]),
            "industry": row["industry"],
            "lifecyclestage": "customer" if is_customer else "lead",
            "linkedin_company_page": row["linkedin_company_url"],
            "name": row["name"],
            "numberofemployees": row["employee_count"],
            "phone": None,
            "state": row["state"],
            "type": ACCOUNT_TYPES.get(row["account_type"]),
            "website": row["website"],
        },
    )


def _contact(row: Record) -> Record:
    company = _id(row["account_id"])
    return _record(
        row,
        "contact_id",
        "lastmodifieddate",
        {
            "associatedcompanyid": company,
            "email": (row["email"] or "").lower() or None,
            "firstname": row["first_name"],
            "hs_email_optout": "true" if row["is_opted_out"] else None,
            "hs_linkedin_url": row["linkedin_url"],
            "hubspot_owner_id": _owner_id(row["owner_id"]),
            "jobtitle": row["title"],
            "lastname": row["last_name"],
            "phone": row["phone"],
            "web_visitor_id": row["distinct_id"],
        },
    ) | {"company": company}


def _deal(row: Record) -> Record:
    closes = datetime.combine(row["close_date"], datetime.min.time()) if row["close_date"] else None
    return _record(
        row,
        "opportunity_id",
        "hs_lastmodifieddate",
        {
            "amount": row["amount"],
            "closed_lost_reason": row["loss_reason"],
            "closedate": iso(closes),
            "dealname": row["name"],
            "dealstage": STAGES[row["stage_name"]][0],
            "hubspot_owner_id": _owner_id(row["owner_id"]),
            "pipeline": PIPELINE,
        },
    ) | {"company": _id(row["account_id"])}


def _record(row: Record, key: str, modified: str, properties: Record) -> Record:
    record_id = _id(row[key])
    created, updated = iso(row["created_at"]), iso(row["updated_at"])
    own = {"createdate": created, modified: updated, "hs_object_id": record_id}
    return {
        "id": record_id,
        "properties": {name: _text(value) for name, value in (properties | own).items()},
        "createdAt": created,
        "updatedAt": updated,
        "archived": False,
        "url": f"https://app.hubspot.example/contacts/147000001/record/{record_id}",
    }


def _merged(record: Record | None, written: Record) -> Record:
    """What the world says with what was written over it."""
    base = record or {
        "id": written["id"],
        "properties": {"createdate": written["updatedAt"], "hs_object_id": written["id"]},
        "createdAt": written["updatedAt"],
        "url": f"https://app.hubspot.example/contacts/147000001/record/{written['id']}",
    }
    merged = {**base, **written, "properties": {**base["properties"], **written["properties"]}}
    # What changed in the world after it was written is a change too.
    latest = max(base.get("updatedAt", ""), written["updatedAt"])
    for name in set(MODIFIED.values()) & set(merged["properties"]):
        merged["properties"][name] = latest
    return merged | {"updatedAt": latest}


def _owner(row: Record) -> Record:
    at = iso(row["updated_at"])
    owner_id = _owner_id(row["owner_id"])
    return {
        "id": owner_id,
        "email": row["email"],
        "type": "PERSON",
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "userId": int(owner_id) + 7_000,
        "userIdIncludingInactive": int(owner_id) + 7_000,
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
    }


def _id(world_id: str | None) -> str | None:
    """The record's id here: twelve digits."""
    if world_id is None:
        return None
    digest = hashlib.blake2b(world_id.encode(), digest_size=8).digest()
    return str(10**11 + int.from_bytes(digest, "big") % (8 * 10**11))


def _owner_id(world_id: str) -> str:
    return str(32_900_000 + int(world_id.removeprefix("005owner")))


def _text(value: Any) -> str | None:
    """A property's value: a text or null, whatever it is."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _names(listed: str | None) -> list[str]:
    return [name for name in (listed or "").split(",") if name]


def _passes(record: Record, groups: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a record meets every filter of any group; without groups, every record does."""
    return not groups or any(
        all(_meets(record["properties"].get(one["propertyName"]), one) for one in group["filters"])
        for group in groups
    )


def _meets(value: str | None, asked: Mapping[str, Any]) -> bool:
    operator = asked["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return (value is not None) == (operator == "HAS_PROPERTY")
    if operator in ("NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"):
        positive = {"NEQ": "EQ", "NOT_IN": "IN", "NOT_CONTAINS_TOKEN": "CONTAINS_TOKEN"}[operator]
        return value is None or not _meets(value, {**asked, "operator": positive})
    if value is None:
        return False
    if operator == "IN":
        return value.lower() in {str(one) for one in asked["values"]}
    if operator == "CONTAINS_TOKEN":
        return str(asked["value"]).strip("*").lower() in value.lower()
    held, bound = _comparable(value), _comparable(asked["value"])
    if operator == "BETWEEN":
        return bound <= held <= _comparable(asked["highValue"])
    return {
        "EQ": held == bound,
        "LT": held < bound,
        "LTE": held <= bound,
        "GT": held > bound,
        "GTE": held >= bound,
    }[operator]


def _comparable(value: Any) -> tuple[int, float, str]:
    """A property's value in order: nulls, numbers and times (milliseconds since 1970), texts."""
    if value is None:
        return (0, 0.0, "")
    text = str(value)
    try:
        return (1, float(text), "")
    except ValueError:
        pass
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return (2, 0.0, text.lower())
    moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return (1, moment.timestamp() * 1000, "")


def _batch_error(category: str, message: str, record_id: Any) -> Record:
    return {
        "status": "error",
        "category": category,
        "message": message,
        "context": {"ids": [str(record_id)]},
    }


def _refused(status: int, message: str, category: str) -> Response:
    return JSONResponse(
        {
            "status": "error",
            "message": message,
            "correlationId": CORRELATION,
            "category": category,
        },
        status,
    )
