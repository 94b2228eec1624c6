"""HubSpot: companies, contacts, deals with their associations, owners and deal pipelines.

| entity | from | grain | schedule |
|---|---|---|---|
| companies, contacts, deals | a list in full, then search on the day of change | record | daily |
| owners | ``GET /crm/v3/owners`` | owner | daily |
| pipelines | ``GET /crm/v3/pipelines/deals`` | pipeline with its stages | daily |

A full pull lists what there is, and what has been archived, which is a listing of its own. Search
knows neither archived records nor associations, answers 10,000 results at most, counts its pages
over records that move when they change, and lags behind by seconds to minutes: so incremental pulls
go along the time of change, begin a little before the last change they saw, ask for the deals'
associations apart, and list what is archived once a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import requests
from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError
from python_jobs.http import Api, Auth, Limit, Patience, Verdict
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    reshaped,
    tried,
)
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.records import EPOCH, as_text, time_or_none, value_at

LIST_PAGE, SEARCH_PAGE, BATCH = 100, 200, 100
MILLISECOND = timedelta(milliseconds=1)
"""What search tells times apart by."""

SEARCH_LIMIT = Limit(4, 1)
"""For the whole account; together with the lists' six a second it stays below 100 in ten."""

LONGEST_PROPERTIES = 1_500
"""Characters of names a list's address may hold; with more, records are read in batches."""

OVERLAP = timedelta(minutes=15)
"""What search's index may lag behind, and our clock be off."""

ARCHIVED_EVERY = timedelta(days=1)

MODIFIED = {
    "companies": "hs_lastmodifieddate",
    "contacts": "lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}
PROPERTIES: dict[str, tuple[str, ...]] = {
    "companies": (
        "name",
        "domain",
        "website",
        "hs_parent_company_id",
        "industry",
        "numberofemployees",
        "annualrevenue",
        "country",
        "state",
        "city",
        "type",
        "lifecyclestage",
        "hubspot_owner_id",
    ),
    "contacts": (
        "email",
        "firstname",
        "lastname",
        "jobtitle",
        "associatedcompanyid",
        "phone",
        "hs_linkedin_url",
        "hs_email_optout",
        "hubspot_owner_id",
    ),
    "deals": (
        "dealname",
        "dealstage",
        "pipeline",
        "amount",
        "closedate",
        "closed_lost_reason",
        "hubspot_owner_id",
    ),
}
"""What the staging models read; customers add their own in the settings."""

ASSOCIATIONS: dict[str, tuple[str, ...]] = {"deals": ("companies", "contacts")}


class HubspotConfig(SourceConfig):
    """The token of a private app, and the properties beyond the usual ones."""

    base_url: str = Field("https://api.hubapi.com", alias="HUBSPOT_BASE_URL")
    token: SecretStr | None = Field(None, alias="HUBSPOT_TOKEN")
    company_properties: str = Field("", alias="HUBSPOT_COMPANY_PROPERTIES")
    contact_properties: str = Field("", alias="HUBSPOT_CONTACT_PROPERTIES")
    deal_properties: str = Field("", alias="HUBSPOT_DEAL_PROPERTIES")
    calls_per_second: int = Field(6, alias="HUBSPOT_CALLS_PER_SECOND", gt=0)

    needs: ClassVar[tuple[str, ...]] = ("token",)
    in_sandbox: ClassVar[dict[str, str]] = {"base_url": "{url}/hubspot", "token": "pat-sandbox"}

    def more_properties(self, kind: str) -> str:
        """The names added for a kind of record, separated by commas; ``*`` for all there are."""
        return {
            "companies": self.company_properties,
            "contacts": self.contact_properties,
            "deals": self.deal_properties,
        }[kind]


class Hubspot:
    """The API; search has a pace of its own."""

    def __init__(self, config: HubspotConfig, patience: Patience) -> None:
        assert config.token is not None
        auth = Auth({"Authorization": f"Bearer {config.token.get_secret_value()}"})
        per_second = Limit(config.calls_per_second, 1)
        self._objects = Api("hubspot", config.base_url, auth, [per_second], judge, patience)
        self._search = Api("hubspot", config.base_url, auth, [SEARCH_LIMIT], judge, patience)

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        return self._objects.calls + self._search.calls

    def get(self, path: str, **params: Any) -> Any:
        """An answer to a list; parameters that are None are left out."""
        return self._objects.json("GET", path, params=params)

    def ask(self, path: str, body: Record) -> Any:
        """An answer to a read that is a POST."""
        return self._objects.json("POST", path, reads=True, json=body)

    def search(self, kind: str, body: Record) -> Any:
        """A page of a search."""
        return self._search.json("POST", f"/crm/v3/objects/{kind}/search", reads=True, json=body)


def judge(response: requests.Response) -> Verdict | None:
    """HubSpot's reading: a spent day is a 429 too, and 403 names the missing scope.

    Raises:
        ConfigurationError: the private app lacks a scope.
    """
    if response.status_code == 429 and '"DAILY"' in response.text:
        return Verdict.QUOTA
    if response.status_code == 403 and "MISSING_SCOPES" in response.text:
        raise ConfigurationError(
            f"hubspot: the private app lacks the scope {_scope_of(response)}: add it to the app in "
            "HubSpot's settings (Integrations > Private apps)"
        )
    return None


def _scope_of(response: requests.Response) -> str:
    try:
        errors = response.json()["errors"]
        return " or ".join(errors[0]["context"]["requiredGranularScopes"])
    except (ValueError, LookupError, TypeError):
        return "that this needs"


def read_records(pull: Pull, kind: str) -> Iterator[Page]:
    """Every record in full, or what has changed, of ``companies``, ``contacts`` or ``deals``."""
    names = wanted_properties(pull.api, pull.config, kind)
    if pull.mode == "backfill" or (pull.mode == "incremental" and "until" in pull.state):
        yield from _incremental(pull, kind, names)
    else:
        yield from _listed(pull, kind, names)


def wanted_properties(api: Hubspot, config: HubspotConfig, kind: str) -> list[str]:
    """The properties to ask for: the usual ones and those of the settings, or all there are."""
    more = [name.strip() for name in config.more_properties(kind).split(",") if name.strip()]
    if more == ["*"]:
        more = [one["name"] for one in api.get(f"/crm/v3/properties/{kind}")["results"]]
    return sorted({*PROPERTIES[kind], *more, MODIFIED[kind], "createdate"})


def _listed(pull: Pull, kind: str, names: Sequence[str]) -> Iterator[Page]:
    """Every live record, then every archived one. Resumed where it was cut off.

    What changes while the list is read is found by the next incremental pull: it begins where this
    one began, or at the newest change there was.
    """
    state = dict(pull.state) if "listing" in pull.state else {"listing": "live"}
    began = state.setdefault("began", pull.end.isoformat())
    if state["listing"] == "live":
        for records, after in _list_pages(pull.api, kind, names, False, state.get("after")):
            state["newest"] = max([state.get("newest", ""), *_times(kind, records)])
            state |= {"listing": "live" if after else "archived", "after": after}
            yield Page(records, checkpoint=dict(state))
    for records, after in _list_pages(pull.api, kind, names, True, state.get("after")):
        state["after"] = after
        yield Page(records, checkpoint=dict(state))
    until = min(began, state.get("newest") or began)
    yield Page(checkpoint={"until": until, "archived_at": began})


def _incremental(pull: Pull, kind: str, names: Sequence[str]) -> Iterator[Page]:
    """What changed since the newest change that was seen, and once a day what is archived.

    A backfill reads what changed in its days and lists nothing.
    """
    state = dict(pull.state)
    for page in _changed(pull, kind, names, pull.since("until", OVERLAP)):
        known = [state["until"]] if "until" in state else []
        newest = max([*known, *_times(kind, page.records)], default=None)
        if newest is not None:
            state["until"] = min(newest, pull.end.isoformat())
        yield Page(page.records, checkpoint=dict(state))
    listed = state.get("archived_at")
    is_due = not listed or pull.end - datetime.fromisoformat(listed) >= ARCHIVED_EVERY
    if pull.mode == "incremental" and is_due:
        for records, _ in _list_pages(pull.api, kind, names, True):
            yield Page(records)
        yield Page(checkpoint={**state, "archived_at": pull.end.isoformat()})


def _list_pages(
    api: Hubspot, kind: str, names: Sequence[str], archived: bool, after: str | None = None
) -> Iterator[tuple[list[Record], str | None]]:
    """The pages of a list, and what asks for the next one; None after the last."""
    joined = ",".join(names)
    is_long = len(joined) > LONGEST_PROPERTIES
    while True:
        answer = api.get(
            f"/crm/v3/objects/{kind}",
            limit=LIST_PAGE,
            after=after,
            archived="true" if archived else "false",
            properties=MODIFIED[kind] if is_long else joined,
            associations=",".join(ASSOCIATIONS.get(kind, ())) or None,
        )
        records = reshaped(answer["results"], _tidied)
        if is_long and not archived:
            records = _with_properties(api, kind, records, names)
        after = _next(answer)
        yield records, after
        if after is None:
            return


def _with_properties(
    api: Hubspot, kind: str, records: list[Record], names: Sequence[str]
) -> list[Record]:
    """The same records with many properties, which an address is too short for."""
    inputs = [{"id": one} for one in _ids(records)]
    body = {"inputs": inputs, "properties": list(names)}
    found = api.ask(f"/crm/v3/objects/{kind}/batch/read", body)["results"] if inputs else []
    properties = {value_at(record, "id"): value_at(record, "properties") for record in found}
    return reshaped(
        records, lambda one: {**one, "properties": properties.get(one["id"]) or one["properties"]}
    )


def _changed(pull: Pull, kind: str, names: Sequence[str], begin: datetime) -> Iterator[Page]:
    """What changed from ``begin`` on, or in a backfill's days, by the time of change.

    Every page is a search of its own, from the last change of the page before: by offset, a record
    that changes meanwhile would move to the end and let one slip past the border of the pages.
    Should a page be of one moment, those of that moment are read by their ids.
    """
    end = pull.end if pull.mode == "backfill" else None
    while True:
        filters = list(_between(kind, begin, end))
        answer = pull.api.search(kind, _search(kind, filters, MODIFIED[kind], names))
        records = _associated(pull.api, kind, answer["results"])
        yield Page(records)
        if _next(answer) is None:
            return
        last = datetime.fromisoformat(max(_times(kind, records)))
        if last <= begin:
            yield from _of_one_moment(pull, kind, names, begin)
            last = begin + MILLISECOND
        begin = last


def _of_one_moment(pull: Pull, kind: str, names: Sequence[str], moment: datetime) -> Iterator[Page]:
    """Every record that changed in one millisecond, as after an import."""
    reached = "0"
    while True:
        filters = [
            *_between(kind, moment, moment + MILLISECOND),
            {"propertyName": "hs_object_id", "operator": "GT", "value": reached},
        ]
        answer = pull.api.search(kind, _search(kind, filters, "hs_object_id", names))
        yield Page(_associated(pull.api, kind, answer["results"]))
        if _next(answer) is None:
            return
        reached = str(max(int(one) for one in _ids(answer["results"])))


def _search(kind: str, filters: list[Record], by: str, names: Sequence[str]) -> Record:
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": by, "direction": "ASCENDING"}],
        "properties": list(names),
        "limit": SEARCH_PAGE,
    }


def _between(kind: str, begin: datetime, end: datetime | None) -> Iterator[Record]:
    bounds = [("GTE", begin)] if end is None else [("GTE", begin), ("LT", end)]
    for operator, moment in bounds:
        milliseconds = (moment - EPOCH) // MILLISECOND
        yield {"propertyName": MODIFIED[kind], "operator": operator, "value": str(milliseconds)}


def _associated(api: Hubspot, kind: str, records: list[Record]) -> list[Record]:
    """Records of a search with their associations, as a list would have them."""
    linked: dict[str, Record] = {}
    for other in ASSOCIATIONS.get(kind, ()):
        ids = _ids(records)
        for start in range(0, len(ids), BATCH):
            body = {"inputs": [{"id": one} for one in ids[start : start + BATCH]]}
            answer = api.ask(f"/crm/v3/associations/{kind}/{other}/batch/read", body)
            for found in answer["results"]:
                own = linked.setdefault(str(found["from"]["id"]), {})
                own[other] = {"results": found["to"]}
    return reshaped(
        records,
        lambda one: _tidied(
            {**one, "associations": linked[one["id"]]} if one["id"] in linked else one
        ),
    )


def _ids(records: Sequence[Any]) -> list[str]:
    """The ids of those records that have one."""
    found = [as_text(value_at(record, "id")) for record in records]
    return [one for one in found if one is not None]


def _tidied(record: Record) -> Record:
    """A record with its associations in one order, the primary ones first, and no paging in them.

    So a list and a search give the same record alike.
    """
    if "associations" not in record:
        return record
    linked = {}
    for other, found in sorted(record["associations"].items()):
        pairs = {(str(one["id"]), str(one["type"])) for one in found["results"]}
        ordered = sorted(pairs, key=lambda pair: (pair[1].endswith("_unlabeled"), pair))
        linked[other] = [{"id": one, "type": type_} for one, type_ in ordered]
    return {**record, "associations": linked}


def _times(kind: str, records: Any) -> list[str]:
    """When the records changed, as texts in UTC without an offset; of those that say it."""
    found = [time_or_none(value_at(record, f"properties.{MODIFIED[kind]}")) for record in records]
    return [time.isoformat(timespec="microseconds") for time in found if time is not None]


def _next(answer: Record) -> str | None:
    after = ((answer.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)


def read_owners(pull: Pull) -> Iterator[Page]:
    """Every owner, those who left too."""
    for archived in ("false", "true"):
        after: str | None = None
        while True:
            answer = pull.api.get("/crm/v3/owners", limit=LIST_PAGE, after=after, archived=archived)
            yield Page(answer["results"])
            after = _next(answer)
            if after is None:
                break


def read_pipelines(pull: Pull) -> Iterator[Page]:
    """Every pipeline of deals, with its stages."""
    yield Page(pull.api.get("/crm/v3/pipelines/deals")["results"])


def check(api: Hubspot) -> list[Check]:
    """The token, and each scope that reading needs."""
    account = tried("HubSpot's token is good", partial(api.get, "/account-info/v3/details"))
    if not account.is_ok:
        return [account]
    paths = {
        "companies": "/crm/v3/objects/companies",
        "contacts": "/crm/v3/objects/contacts",
        "deals": "/crm/v3/objects/deals",
        "owners": "/crm/v3/owners",
        "pipelines": "/crm/v3/pipelines/deals",
    }
    return [
        account,
        *(
            tried(f"HubSpot {name} can be read", partial(api.get, path, limit=1))
            for name, path in paths.items()
        ),
    ]


def _records(kind: str, meaning: str, first_known_from: str | None) -> Contract:
    return Contract(
        source="hubspot",
        entity=kind,
        shape="state",
        meaning=meaning,
        key=("id",),
        columns=(
            Column("id", "text", "id of the record", required=True),
            Column("properties", "json", "texts or nulls by name", required=True),
        ),
        version_from=("archivedAt", f"properties.{MODIFIED[kind]}", "updatedAt"),
        first_known_from=first_known_from,
    )


COMPANIES = _records("companies", "Companies.", "createdAt")
CONTACTS = _records("contacts", "People.", "createdAt")
DEALS = _records("deals", "Deals with the companies and contacts they belong to.", None)
OWNERS = Contract(
    source="hubspot",
    entity="owners",
    shape="state",
    meaning="Users who own records.",
    key=("id",),
    columns=(Column("id", "text", "id of the owner", required=True),),
    version_from=("updatedAt", "createdAt"),
    first_known_from="createdAt",
)
PIPELINES = Contract(
    source="hubspot",
    entity="pipelines",
    shape="state",
    meaning="Pipelines of deals with their stages.",
    key=("id",),
    columns=(
        Column("id", "text", "id of the pipeline", required=True),
        Column("stages", "json", "its stages, in order", required=True),
    ),
    version_from=("createdAt",),
    is_observed=True,
)

SOURCE = Source(
    name="hubspot",
    title="HubSpot",
    config=HubspotConfig,
    connect=Hubspot,
    entities=(
        Entity(PIPELINES, read_pipelines),
        Entity(OWNERS, read_owners),
        Entity(COMPANIES, partial(read_records, kind="companies")),
        Entity(CONTACTS, partial(read_records, kind="contacts")),
        Entity(DEALS, partial(read_records, kind="deals")),
    ),
    check=check,
)
