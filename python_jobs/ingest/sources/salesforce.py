"""Salesforce: accounts, contacts, leads, opportunities with their history, users, tasks.

| entity | from | grain | schedule |
|---|---|---|---|
| accounts, contacts, leads, opportunities, users, tasks | queryAll, or Bulk 2.0 | record | daily |
| opportunity_history | queryAll, or Bulk 2.0 | change of an opportunity | daily |

Each pull reads what has a ``SystemModstamp`` from the last pull's newest on, less an overlap, all
fields that describe shows; what was deleted comes as ``IsDeleted``. Formula fields and fields that
roll up others do not move that stamp: ``--mode full`` reads those again, when asked for.

The client is simple-salesforce with a session that sends through ``Api``: so its calls are timed,
paced, retried and refreshed as all others, which it does not do itself, and reach a plain HTTP
address, which its URLs do not allow. Bulk queries are asked for without its own client, which keeps
the job's id to itself: ours is in the checkpoint, so that a run that dies reads on where it was.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import jwt
import requests
from pydantic import Field, SecretStr
from simple_salesforce import Salesforce

from python_jobs.errors import (
    ConfigurationError,
    GtmError,
    PermanentError,
    QuotaExhausted,
    TransientError,
)
from python_jobs.http import Api, Auth, Patience, Refused, Verdict
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
)
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.records import time_or_none, value_at

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
LONGEST_QUERY = 12_000
"""Characters of a query in an address, encoded; Salesforce takes about 16,000 in all."""
LONGEST_JOB = 3_600.0
JOB_POLLS = (0.2, 15.0)
"""Seconds between the first two looks at a bulk job, and between later ones at most."""
BULK_PAGE = 50_000
TOKEN_PATH = "/services/oauth2/token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_USAGE = re.compile(r"(?<!-)api-usage\s*=\s*(\d+)/(\d+)")
_NUMBERS = frozenset({"double", "currency", "percent"})
_UNREAD = frozenset({"address", "location", "base64"})
"""Types of fields that are left out: their parts come by themselves, or they are files."""


class SalesforceConfig(SourceConfig):
    """How the org is reached: by an app's own credentials, or by a key file as a user (JWT)."""

    url: str | None = Field(None, alias="SALESFORCE_URL")
    client_id: str | None = Field(None, alias="SALESFORCE_CLIENT_ID")
    client_secret: SecretStr | None = Field(None, alias="SALESFORCE_CLIENT_SECRET")
    username: str | None = Field(None, alias="SALESFORCE_USERNAME")
    private_key_path: Path | None = Field(None, alias="SALESFORCE_PRIVATE_KEY_PATH")
    audience: str = Field("https://login.salesforce.com", alias="SALESFORCE_AUDIENCE")
    api_version: str = Field("61.0", alias="SALESFORCE_API_VERSION")
    page_rows: int = Field(2_000, alias="SALESFORCE_PAGE_ROWS", ge=200, le=2_000)
    bulk_from_rows: int = Field(50_000, alias="SALESFORCE_BULK_FROM_ROWS", gt=0)
    quota_share: float = Field(0.8, alias="SALESFORCE_QUOTA_SHARE", gt=0, le=1)
    bulk_write_from: int = Field(10_000, alias="SALESFORCE_BULK_WRITE_FROM", gt=0)

    needs: ClassVar[tuple[str, ...]] = ("url", "client_id")
    in_sandbox: ClassVar[dict[str, str]] = {
        "url": "{url}/salesforce",
        "client_id": "sandbox",
        "client_secret": "sandbox",
    }

    def missing(self) -> list[str]:
        """Of the two ways to sign in, one is enough; the simpler one is named."""
        by_key = self.username is not None and self.private_key_path is not None
        if self.client_secret is None and not by_key:
            return [*super().missing(), "SALESFORCE_CLIENT_SECRET"]
        return super().missing()


class Session(Auth):
    """The token of one run: got when first needed, and again when it has expired.

    Source: OAuth 2.0 client credentials flow and JWT bearer flow of Salesforce.
    """

    def __init__(self, config: SalesforceConfig, patience: Patience) -> None:
        super().__init__()
        self._config = config
        self._login = Api("salesforce", str(config.url), judge=_judge_login, patience=patience)
        self._instance_url: str | None = None

    @property
    def instance_url(self) -> str:
        """Where the org's data is; signs in when that has not happened yet.

        Raises:
            as ``Api.json`` does.
        """
        if self._instance_url is None:
            self.refresh()
        return str(self._instance_url)

    def headers(self) -> Mapping[str, str]:
        if self._instance_url is None:
            self.refresh()
        return super().headers()

    def refresh(self) -> bool:
        try:
            # asking twice does no harm: it is a new token either way
            token = self._login.json("POST", TOKEN_PATH, reads=True, data=self._asked())
        except Refused as refused:
            raise ConfigurationError(_why_not_signed_in(refused.response)) from None
        self._instance_url = str(token["instance_url"]).rstrip("/")
        self._headers = {"Authorization": f"Bearer {token['access_token']}"}
        return True

    def _asked(self) -> dict[str, str]:
        config = self._config
        if config.client_secret is not None:
            return {
                "grant_type": "client_credentials",
                "client_id": str(config.client_id),
                "client_secret": config.client_secret.get_secret_value(),
            }
        return {"grant_type": JWT_GRANT, "assertion": self._assertion()}

    def _assertion(self) -> str:
        path = self._config.private_key_path
        assert path is not None
        claims = {
            "iss": self._config.client_id,
            "sub": self._config.username,
            "aud": self._config.audience,
            "exp": int(time.time()) + 180,
        }
        try:
            return jwt.encode(claims, path.read_bytes(), algorithm="RS256")
        except (OSError, ValueError, jwt.PyJWTError):
            raise ConfigurationError(
                f"SALESFORCE_PRIVATE_KEY_PATH: {path} is not a readable RSA key in PEM form"
            ) from None


class Org(Api):
    """One org: ``Api``, and as ``client`` simple-salesforce that sends through it.

    It stops before the org's daily calls are used up to more than ``quota_share``, so that the
    customer's other programs keep theirs.
    """

    def __init__(self, config: SalesforceConfig, patience: Patience) -> None:
        self.session = Session(config, patience)
        super().__init__("salesforce", "", self.session, judge=_judge, patience=patience)
        self.config = config
        self.used = 0
        self.daily = 0
        self.client = Salesforce(
            session=_Through(self),
            session_id="given by Session",
            instance_url=_FRONT,
            version=config.api_version,
        )
        self._described: dict[str, dict[str, Record]] = {}
        self._fields: dict[str, dict[str, str]] = {}

    @property
    def data_path(self) -> str:
        """What the paths of the pinned version begin with."""
        return f"/services/data/v{self.config.api_version}"

    @property
    def usage_share(self) -> float:
        """Calls of the last 24 hours over those the org may make, as the last answer said it."""
        return self.used / self.daily if self.daily else 0.0

    def call(
        self,
        method: str,
        path: str,
        reads: bool | None = None,
        expect_json: bool = False,
        **options: Any,
    ) -> requests.Response | None:
        """As ``Api.call``.

        Raises:
            QuotaExhausted: also when the org's calls are used up to the share that is ours.
        """
        if self.usage_share >= self.config.quota_share:
            raise QuotaExhausted(
                f"{self.used:,} of the org's {self.daily:,} daily calls are used, of which gtm "
                f"leaves {1 - self.config.quota_share:.0%} to others (SALESFORCE_QUOTA_SHARE): "
                "what landed is kept; run again later"
            )
        self.base_url = self.session.instance_url
        response = super().call(method, path, reads, expect_json, **options)
        usage = _USAGE.search(response.headers.get("Sforce-Limit-Info", "")) if response else None
        if usage:
            self.used, self.daily = int(usage[1]), int(usage[2])
        return response

    def describe(self, name: str) -> dict[str, Record]:
        """The fields of an object that this user may see, by name, as describe has them.

        Raises:
            ConfigurationError: the user may not see the object.
        """
        if name not in self._described:
            try:
                described = getattr(self.client, name).describe()
            except Refused as refused:
                if refused.response.status_code != 404:
                    raise
                raise ConfigurationError(
                    f"Salesforce shows this user no object {name}: give its permission set read "
                    f"access to it, or leave it out with --only"
                ) from None
            self._described[name] = {field["name"]: field for field in described["fields"]}
        return self._described[name]

    def fields(self, name: str) -> dict[str, str]:
        """The fields of an object that are read, each with its type.

        Raises:
            as ``describe`` does.
        """
        if name not in self._fields:
            self._fields[name] = {
                field: described["type"]
                for field, described in self.describe(name).items()
                if described["type"] not in _UNREAD
            }
        return self._fields[name]


_FRONT = "https://org.invalid"
"""Stands for the org in simple-salesforce's URLs."""


class _Through(requests.Session):
    """A session that hands every request to ``Api``, with the token and address that are current.

    Refusals are raised by ``Api``; simple-salesforce sees good answers only.
    """

    def __init__(self, org: Org) -> None:
        super().__init__()
        self._org = org

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        headers = dict(options.pop("headers", None) or {})
        headers.pop("Authorization", None)
        path = url.removeprefix(_FRONT)
        response = self._org.call(method, path, expect_json=True, headers=headers, **options)
        assert response is not None, "Salesforce answers nothing with an error"
        return response


def _judge(response: requests.Response) -> Verdict | None:
    """What Salesforce's error codes mean; one status stands for several of them."""
    code = error_code(response)
    if code == _UNREADABLE:
        return Verdict.AGAIN
    if code == "REQUEST_LIMIT_EXCEEDED":
        # the same code for the day's calls and for too many long ones at once
        return Verdict.QUOTA if "TotalRequests" in response.text else Verdict.TURNED_AWAY
    if code in ("QUERY_TIMEOUT", "SERVER_UNAVAILABLE"):
        return Verdict.AGAIN
    if code in ("INVALID_FIELD", "INVALID_TYPE"):
        return Verdict.CONFIGURATION
    return None


def _judge_login(response: requests.Response) -> Verdict | None:
    """The sign-in answers every mistake in the credentials with 400 or 401, and says which."""
    return Verdict.REFUSED if response.status_code in (400, 401) else _judge(response)


_NOT_SIGNED_IN = {
    "invalid_client_id": "SALESFORCE_CLIENT_ID is no app of this org",
    "invalid_client": "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET do not belong together",
    "invalid_grant": "approve the app for the user under its policies, check SALESFORCE_USERNAME "
    "and SALESFORCE_AUDIENCE, and that the app has the certificate of the key",
    "unsupported_grant_type": "switch the client credentials flow on in the app's settings, and "
    "use the My Domain address as SALESFORCE_URL",
}


def _why_not_signed_in(response: requests.Response) -> str:
    """The OAuth error as a sentence; a body of another kind is no Salesforce sign-in."""
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = f"HTTP {response.status_code}"
    advice = _NOT_SIGNED_IN.get(error, "check SALESFORCE_URL and the app's settings")
    return f"Salesforce does not let gtm sign in ({error}): {advice}"


_UNREADABLE = "not JSON"
"""Salesforce's errors are JSON: what is not has been cut off, or is from something in between."""


def error_code(response: requests.Response) -> str | None:
    """The code of an error answer: ``INVALID_FIELD``, …; None when there is none."""
    if response.status_code < 400:
        return None
    try:
        body = response.json()
    except ValueError:
        return _UNREADABLE
    first = body[0] if isinstance(body, list) and body else body
    return first.get("errorCode") if isinstance(first, dict) else None


@dataclass(frozen=True)
class Reader:
    """Reads one object, oldest change first."""

    sobject: str

    def __call__(self, pull: Pull) -> Iterator[Page]:
        org: Org = pull.api
        if "job" in pull.state:
            yield from self._rest_of_job(pull)
            return
        asked = self._query(org, pull)
        counted = org.client.query(self._count(pull), include_deleted=True)["totalSize"]
        if counted > org.config.bulk_from_rows or len(quote(asked)) > LONGEST_QUERY:
            yield from self._by_job(pull, counted)
        else:
            yield from self._by_query(pull, asked, counted)

    def _by_query(self, pull: Pull, asked: str, counted: int) -> Iterator[Page]:
        """Page by page; a cursor that Salesforce has dropped is opened again where we are."""
        org: Org = pull.api
        reached = pull.state.get("modstamp")
        options = {"Sforce-Query-Options": f"batchSize={org.config.page_rows}"}
        body = org.client.query(asked, include_deleted=True, headers=options)
        while True:
            records = reshaped(body["records"], partial(self._cleaned, org=org))
            reached = _newest(records, reached, pull.end)
            yield Page(records, _state(reached), counted)
            if body["done"]:
                return
            try:
                body = org.client.query_more(
                    body["nextRecordsUrl"], identifier_is_url=True, headers=options
                )
            except Refused as refused:
                if error_code(refused.response) != "INVALID_QUERY_LOCATOR" or reached is None:
                    raise
                since = datetime.fromisoformat(reached)
                again = self._soql(org, _between(since, pull), ordered=True)
                body = org.client.query(again, include_deleted=True, headers=options)

    def _by_job(self, pull: Pull, counted: int) -> Iterator[Page]:
        """As a Bulk 2.0 query, which is not in order: the checkpoint moves when all is read."""
        org: Org = pull.api
        soql = self._soql(org, _between(_since(pull), pull), ordered=False)
        job = org.json(
            "POST",
            f"{org.data_path}/jobs/query",
            reads=True,  # a job too many costs nothing but one of 10,000 a day
            json={"operation": "queryAll", "query": soql},
        )
        state = {**pull.state, "job": job["id"], "locator": "", "newest": ""}
        yield Page(checkpoint=state, total=counted, is_costly=True)
        yield from self._results(pull, state, counted)

    def _rest_of_job(self, pull: Pull) -> Iterator[Page]:
        """Go on with the job of a run that was cut off; when it failed or is gone, start again."""
        try:
            yield from self._results(pull, pull.state, None)
            return
        except JobFailed as failed:
            logger.warning("%s; it is asked for again", failed)
        except Refused as refused:
            if refused.response.status_code != 404:
                raise
        kept = {key: value for key, value in pull.state.items() if key == "modstamp"}
        yield from self(_with_state(pull, kept))

    def _results(self, pull: Pull, state: State, counted: int | None) -> Iterator[Page]:
        org: Org = pull.api
        path = f"{org.data_path}/jobs/query/{state['job']}"
        wait_for_job(org, path)
        locator, newest = state["locator"], state["newest"] or None
        while True:
            params = {"maxRecords": str(min(BULK_PAGE, org.config.bulk_from_rows))}
            if locator:
                params["locator"] = locator
            answer = org.call("GET", f"{path}/results", params=params)
            assert answer is not None
            records = reshaped(list(csv_rows(answer)), partial(self._from_csv, org=org))
            newest = _newest(records, newest, pull.end)
            locator = answer.headers.get("Sforce-Locator", "null")
            if locator == "null":
                yield Page(records, _state(newest or pull.state.get("modstamp")), counted)
                return
            on_the_way = {**state, "locator": locator, "newest": newest or ""}
            yield Page(records, on_the_way, counted)

    def _query(self, org: Org, pull: Pull) -> str:
        return self._soql(org, _between(_since(pull), pull), ordered=True)

    def _count(self, pull: Pull) -> str:
        return f"SELECT COUNT() FROM {self.sobject}{_between(_since(pull), pull)}"

    def _soql(self, org: Org, condition: str, ordered: bool) -> str:
        order = " ORDER BY SystemModstamp, Id" if ordered else ""
        return f"SELECT {', '.join(org.fields(self.sobject))} FROM {self.sobject}{condition}{order}"

    def _cleaned(self, record: Record, org: Org) -> Record:
        """A record without what describes it, numbers as numbers of one kind."""
        types = org.fields(self.sobject)
        return {
            key: float(value) if types.get(key) in _NUMBERS and value is not None else value
            for key, value in record.items()
            if key != "attributes"
        }

    def _from_csv(self, row: Mapping[str, str], org: Org) -> Record:
        """A row of a bulk result as the query would have given the record."""
        types = org.fields(self.sobject)
        return {key: _from_cell(text, types.get(key, "")) for key, text in row.items()}


def _from_cell(text: str, kind: str) -> Any:
    if text == "":
        return False if kind == "boolean" else None
    if kind == "boolean":
        return text.lower() == "true"
    if kind in _NUMBERS:
        return float(text)
    if kind == "int":
        return int(float(text))
    return f"{text[:-1]}+0000" if kind == "datetime" and text.endswith("Z") else text


def csv_rows(answer: requests.Response) -> Iterator[Mapping[str, str]]:
    """Rows of a CSV answer; a cell may hold line breaks."""
    return csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline=""))


class JobFailed(PermanentError):
    """Salesforce could not finish a bulk job."""


def wait_for_job(org: Org, path: str) -> None:
    """Until a job is complete.

    Raises:
        JobFailed: Salesforce could not do it.
        TransientError: it takes more than an hour.
    """
    pause, longest = JOB_POLLS
    until = time.monotonic() + LONGEST_JOB
    while time.monotonic() < until:
        job = org.json("GET", path)
        if job["state"] == "JobComplete":
            return
        if job["state"] in ("Failed", "Aborted"):
            raise JobFailed(
                f"salesforce could not finish a bulk job ({job['state']}): look under Setup, "
                "Bulk Data Load Jobs, for why"
            )
        time.sleep(pause)
        pause = min(2 * pause, longest)
    raise TransientError("salesforce is still at work on a bulk job: run again to fetch it")


def _since(pull: Pull) -> datetime | None:
    """The time to read from; None, all there is: a CRM's records are older than any window."""
    reached = pull.state.get("modstamp")
    if reached is not None:
        return datetime.fromisoformat(reached) - OVERLAP
    return pull.begin if pull.mode == "backfill" else None


def _between(since: datetime | None, pull: Pull) -> str:
    conditions = []
    if since is not None:
        conditions.append(f"SystemModstamp >= {_literal(since)}")
    if pull.mode == "backfill":
        conditions.append(f"SystemModstamp < {_literal(pull.end)}")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _literal(value: datetime) -> str:
    return value.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _newest(records: list[Record], reached: str | None, end: datetime) -> str | None:
    """The newest change among the records and before, but none after ``end``; as ISO text."""
    found = [time_or_none(value_at(record, "SystemModstamp")) for record in records]
    times = [min(time, end) for time in found if time is not None]
    if reached is not None:
        times.append(datetime.fromisoformat(reached))
    return max(times).isoformat() if times else None


def _state(reached: str | None) -> State | None:
    return None if reached is None else {"modstamp": reached}


def _with_state(pull: Pull, state: State) -> Pull:
    return Pull(pull.api, pull.config, pull.mode, pull.begin, pull.end, state, pull.warehouse)


def check(org: Org) -> list[Check]:
    """Whether the credentials are good, every object is readable, and calls are left."""
    try:
        limits = org.client.limits()["DailyApiRequests"]
    except GtmError as error:
        return [Check("the credentials are accepted", False, str(error))]
    checks = [Check("the credentials are accepted", True)]
    for entity in ENTITIES:
        assert isinstance(entity.read, Reader)
        name = entity.read.sobject
        try:
            lacks = {"Id", "SystemModstamp"} - org.fields(name).keys()
        except GtmError as error:
            checks.append(Check(f"{name} can be read", False, str(error)))
            continue
        advice = f"give the user read access to {', '.join(sorted(lacks))}" if lacks else ""
        checks.append(Check(f"{name} can be read", not lacks, advice))
    share = 1 - limits["Remaining"] / limits["Max"]
    advice = (
        f"{share:.0%} of today's calls are used, and gtm stops at {org.config.quota_share:.0%}: "
        "wait, see who uses them, or raise SALESFORCE_QUOTA_SHARE"
    )
    is_ok = share < org.config.quota_share
    checks.append(Check("daily calls are left", is_ok, "" if is_ok else advice))
    return checks


def _entity(
    entity: str, sobject: str, meaning: str, version_from: str, first_known_from: str | None
) -> Entity:
    return Entity(
        Contract(
            source="salesforce",
            entity=entity,
            shape="state",
            meaning=meaning,
            key=("Id",),
            columns=(
                Column("Id", "text", "id of the record, 18 characters", required=True),
                Column("SystemModstamp", "timestamp", "when it last changed", required=True),
            ),
            version_from=(version_from,),
            first_known_from=first_known_from,
        ),
        Reader(sobject),
    )


ENTITIES = (
    _entity("users", "User", "Users of the org, who own records.", "SystemModstamp", "CreatedDate"),
    _entity("accounts", "Account", "Companies.", "SystemModstamp", "CreatedDate"),
    _entity("contacts", "Contact", "People.", "SystemModstamp", "CreatedDate"),
    # a request was made when the lead was created, whatever happened to the lead since
    _entity("leads", "Lead", "People who are no contact yet.", "SystemModstamp", "CreatedDate"),
    _entity("opportunities", "Opportunity", "Deals, as they are now.", "SystemModstamp", None),
    _entity(
        "opportunity_history",
        "OpportunityHistory",
        "Deals as they were: one record a change of stage, amount or close date.",
        "CreatedDate",
        None,
    ),
    _entity("tasks", "Task", "Tasks and logged calls.", "SystemModstamp", None),
)

SOURCE = Source(
    name="salesforce",
    title="Salesforce",
    config=SalesforceConfig,
    connect=Org,
    entities=ENTITIES,
    check=check,
)
