"""Outreach: prospects, sequences, who is in which, mailings, calls and tasks.

| entity | from (``/api/v2``) | grain | schedule |
|---|---|---|---|
| prospects, accounts, users | the resource of that name | record | daily |
| sequences, sequence_steps, templates, mailboxes | the resource of that name | record | daily |
| sequence_states, mailings, calls, tasks | the resource of that name | record | daily |

JSON:API, read in the order of ``updatedAt`` from the last one landed, less an overlap. Tokens are
``ingest/oauth.py``'s. What is destroyed in Outreach is no longer listed and stays as it was here.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr

from python_jobs.errors import ConfigurationError, GtmError
from python_jobs.http import Api, Limit, Patience, Refused, Verdict
from python_jobs.ingest.connector import (
    Check,
    Entity,
    Page,
    Pull,
    Record,
    Source,
    SourceConfig,
    tried,
)
from python_jobs.ingest.contracts import Column, Contract
from python_jobs.ingest.oauth import TokenOwner
from python_jobs.ingest.records import time_or_none, value_at

LIMIT = Limit(10_000, 3_600)
"""Requests an hour and user."""

OVERLAP = timedelta(minutes=30)
"""Read again before the checkpoint: what was being saved while the last run read."""

JSON_API = "application/vnd.api+json"
BODY = {"Content-Type": JSON_API}
"""Sent with every body."""

IDLE_DAYS, DYING_DAYS = 7, 14


class OutreachConfig(SourceConfig):
    """The application, the consent it was given, and where its tokens are kept."""

    url: str = Field("https://api.outreach.io", alias="OUTREACH_URL")
    client_id: str | None = Field(None, alias="OUTREACH_CLIENT_ID")
    client_secret: SecretStr | None = Field(None, alias="OUTREACH_CLIENT_SECRET")
    redirect_uri: str | None = Field(None, alias="OUTREACH_REDIRECT_URI")
    refresh_token: SecretStr | None = Field(None, alias="OUTREACH_REFRESH_TOKEN")
    token_file: Path | None = Field(None, alias="OUTREACH_TOKEN_FILE")
    page_size: int = Field(1_000, alias="OUTREACH_PAGE_SIZE", ge=1, le=1_000)

    needs: ClassVar[tuple[str, ...]] = (
        "client_id",
        "client_secret",
        "redirect_uri",
        "refresh_token",
        "token_file",
    )
    in_sandbox: ClassVar[dict[str, str]] = {
        "url": "{url}/outreach",
        "client_id": "sandbox",
        "client_secret": "sandbox",
        "redirect_uri": "https://localhost/callback",
        "refresh_token": "sandbox-consent",
        "token_file": "outreach.json",
    }

    @classmethod
    def load(cls, sandbox_url: str | None) -> Self:
        """As every source's; the tokens of each sandbox have a folder of their own."""
        config = super().load(sandbox_url)
        if sandbox_url is None or config.token_file is None:
            return config
        folder = Path(tempfile.gettempdir()) / f"gtm-sandbox-{os.getuid()}"
        folder /= str(urlsplit(sandbox_url).port)
        return config.model_copy(update={"token_file": folder / config.token_file})


def connect(config: OutreachConfig, patience: Patience) -> Api:
    """Outreach's API, authorised by the owner of its tokens.

    Raises:
        ConfigurationError: the token file lies within the project.
    """
    assert config.client_id
    assert config.client_secret
    assert config.redirect_uri
    assert config.refresh_token
    assert config.token_file
    owner = TokenOwner(
        Api("outreach", config.url, patience=patience),
        {
            "client_id": config.client_id,
            "client_secret": config.client_secret.get_secret_value(),
            "redirect_uri": config.redirect_uri,
        },
        config.refresh_token,
        config.token_file,
        ("OUTREACH_REFRESH_TOKEN", "OUTREACH_TOKEN_FILE"),
        headers={"Accept": JSON_API},
    )
    return Api(
        "outreach",
        f"{config.url.rstrip('/')}/api/v2",
        auth=owner,
        limits=[LIMIT],
        judge=_judge,
        patience=patience,
    )


def reader(resource: str, reaches_back: bool) -> Callable[[Pull], Iterator[Page]]:
    """A reader of one resource, in the order of change.

    Args:
        resource: its path, such as ``sequenceStates``.
        reaches_back: whether a first pull takes every record there is, however old.
    """

    def read(pull: Pull) -> Iterator[Page]:
        path = f"/{resource}"
        params: dict[str, Any] | None = {
            "sort": "updatedAt",
            "page[size]": pull.config.page_size,
            "count": "false",
            **_changed(pull, reaches_back),
        }
        reached = pull.state.get("updated_at", "")
        while params is not None:
            answer = pull.api.json("GET", path, params=params)
            records = answer.get("data") or []
            reached = max(reached, _newest(records, pull.end))
            yield Page(records, checkpoint={"updated_at": reached} if reached else None)
            following = (answer.get("links") or {}).get("next")
            params = dict(parse_qsl(urlsplit(following).query)) if following else None

    return read


def check(api: Api) -> list[Check]:
    """The credentials, how long the tokens have lain idle, the hour's calls, and each scope."""
    credentials = tried("the application is authorised", api.auth.headers)
    if not credentials.is_ok:
        return [credentials]
    return [
        credentials,
        _idle(api),
        _quota(api),
        *(_scope(api, resource) for resource, _ in RESOURCES.values()),
        *(_may_write(api, *needed) for needed in WRITES.items()),
    ]


def _changed(pull: Pull, reaches_back: bool) -> dict[str, str]:
    """The filter on ``updatedAt``; none when everything is wanted."""
    since = pull.since("updated_at", OVERLAP)
    if reaches_back and pull.mode != "backfill":
        if "updated_at" not in pull.state:
            return {}
        since = datetime.fromisoformat(pull.state["updated_at"]) - OVERLAP
    until = _iso(pull.end) if pull.mode == "backfill" else "inf"
    return {"filter[updatedAt]": f"{_iso(since)}..{until}"}


def _newest(records: list[Record], end: datetime) -> str:
    """When the last changed of the records changed, at most ``end``; '' of none."""
    found = [time_or_none(value_at(record, "attributes.updatedAt")) for record in records]
    times = [time for time in found if time is not None]
    return min(max(times), end).isoformat() if times else ""


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds") + "Z"


def _judge(response: Any) -> Verdict | None:
    """A missing scope is told by its name, a write that the user may not make is that record's
    matter; the rest is what the status says.

    Raises:
        ConfigurationError: the application was not given the scope.
    """
    reads = response.request.method == "GET"
    if response.status_code == 403 and "unauthorizedOauthScope" in response.text:
        resource = urlsplit(response.url).path.partition("/api/v2/")[2].split("/")[0]
        right = "read" if reads else "write"
        raise ConfigurationError(
            f"outreach: the application lacks the scope {resource}.{right}: add it (or "
            f"{resource}.all) to the application and authorise it again"
        )
    if response.status_code == 403 and not reads:
        return Verdict.REFUSED
    return None


def _idle(api: Api) -> Check:
    owner = api.auth
    assert isinstance(owner, TokenOwner)
    return Check(
        "the refresh token is in use",
        owner.idle_days() < IDLE_DAYS,
        f"no refresh for {owner.idle_days():.0f} days: it dies after {DYING_DAYS}; schedule "
        "`gtm ingest outreach` at least weekly",
    )


def calls_left(api: Api) -> int:
    """Calls left this hour, by asking; the header may hold two numbers, the user's and the
    organisation's."""
    response = api.call("GET", "/users", params={"page[size]": 1, "count": "false"})
    said = response.headers.get("X-RateLimit-Remaining", "") if response is not None else ""
    return min(
        (int(part) for part in said.split(",") if part.strip().isdigit()), default=LIMIT.calls
    )


def _quota(api: Api) -> Check:
    what = "calls are left this hour"
    try:
        left = calls_left(api)
    except GtmError as error:
        return Check(what, False, str(error), error.exit_code)
    return Check(what, left > 0, "the hour's 10,000 calls are used up: run again later", 1)


def _scope(api: Api, resource: str) -> Check:
    def read_one() -> None:
        api.json("GET", f"/{resource}", params={"page[size]": 1, "count": "false"})

    return tried(f"scope {resource}.read", read_one)


def _may_write(api: Api, command: str, paths: tuple[str, ...]) -> Check:
    """Whether a command that writes may write all it has to; one may also only read.

    Asked by changing the record with the number 0, which is never there.
    """
    missing = [path for path in paths if not _is_writable(api, path)]
    scopes = ", ".join(f"{_resource(path)}.write" for path in missing)
    if len(missing) == len(paths):
        return Check(f"it may only read: `{command}` would need {scopes}", True)
    return Check(
        f"all that `{command}` writes may be written",
        not missing,
        f"add {scopes} to the application and authorise it again",
    )


def _is_writable(api: Api, path: str) -> bool:
    """Whether the scope is there: what comes after it is that there is no such record."""
    is_action = "/actions/" in path
    body = None if is_action else json.dumps({"data": {"type": "none", "id": 0}})
    try:
        api.json("POST" if is_action else "PATCH", path, data=body, headers=BODY)
    except ConfigurationError:
        return False
    except Refused:
        pass
    return True


def _resource(path: str) -> str:
    """The resource that a path begins with."""
    return path.split("/")[1]


WRITES: dict[str, tuple[str, ...]] = {
    "gtm sync apply": ("/prospects/0", "/sequenceStates/0/actions/finish"),
    "gtm sync sequences --create": (
        *("/sequences/0", "/sequenceSteps/0", "/sequenceTemplates/0", "/templates/0"),
    ),
}
"""The commands that write to Outreach, and where: a record that is not there."""

RESOURCES: dict[str, tuple[str, bool]] = {
    "users": ("users", True),
    "mailboxes": ("mailboxes", True),
    "accounts": ("accounts", True),
    "prospects": ("prospects", True),
    "templates": ("templates", True),
    "sequences": ("sequences", True),
    "sequence_steps": ("sequenceSteps", True),
    "sequence_states": ("sequenceStates", True),
    "mailings": ("mailings", False),
    "calls": ("calls", False),
    "tasks": ("tasks", False),
}
"""Entity to its path, and whether a first pull takes every record there is: who was ever in a
sequence matters to whom may be written to next; of mailings, calls and tasks GTM_INGEST_DAYS do."""

HAPPENINGS = ("sequence_states", "mailings", "calls", "tasks")
"""What is dated by itself. All else counts from its creation on, whenever we first looked."""

_MEANINGS = {
    "users": "People who use Outreach.",
    "mailboxes": "Mailboxes that Outreach sends from.",
    "accounts": "Companies in Outreach.",
    "prospects": "People in Outreach.",
    "templates": "Texts of mailings.",
    "sequences": "Series of steps that a prospect is taken through.",
    "sequence_steps": "Steps of sequences.",
    "sequence_states": "Who is or was in which sequence.",
    "mailings": "E-mails sent, or to be sent, and what became of them.",
    "calls": "Telephone calls made in Outreach.",
    "tasks": "What users have to do, by hand.",
}


def _contract(entity: str) -> Contract:
    return Contract(
        source="outreach",
        entity=entity,
        shape="state",
        meaning=_MEANINGS[entity],
        key=("id",),
        columns=(
            Column("id", "text", "Outreach's number", required=True),
            Column("attributes", "json", "the record's values", required=True),
            Column("relationships", "json", "numbers of records it belongs to"),
        ),
        version_from=("attributes.updatedAt", "attributes.createdAt"),
        first_known_from=None if entity in HAPPENINGS else "attributes.createdAt",
    )


SOURCE = Source(
    name="outreach",
    title="Outreach",
    config=OutreachConfig,
    connect=connect,
    entities=tuple(
        Entity(_contract(entity), reader(resource, reaches_back))
        for entity, (resource, reaches_back) in RESOURCES.items()
    ),
    check=check,
)
