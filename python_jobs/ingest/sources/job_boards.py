"""Public job boards: the open postings of the boards named in registry ``job_boards``.

| entity | from | grain | schedule |
|---|---|---|---|
| postings | Greenhouse, Lever and Ashby boards, no credentials | posting of a board | daily |

A board tells what is open now and nothing else: each pull is a snapshot, a version of a posting is
dated when we first saw it so, and one that is no longer there gets a last version with ``is_gone``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from pydantic import Field

from python_jobs.errors import GtmError, PermanentError, TransientError
from python_jobs.http import Api, Limit, Patience, Verdict
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
from python_jobs.registry.definitions import Row
from python_jobs.registry.journal import Registries, read_registries

logger = logging.getLogger(__name__)

LIMIT = Limit(20, 1)
"""None of the boards documents a limit for reading; this one is ours."""

LEVER_PAGE = 100


class JobBoardsConfig(SourceConfig):
    """Where the boards are. They need no credentials."""

    greenhouse_url: str = Field("https://boards-api.greenhouse.io", alias="GREENHOUSE_BOARDS_URL")
    lever_url: str = Field("https://api.lever.co", alias="LEVER_BOARDS_URL")
    ashby_url: str = Field("https://api.ashbyhq.com", alias="ASHBY_BOARDS_URL")

    in_sandbox: ClassVar[dict[str, str]] = {
        "greenhouse_url": "{url}/job_boards/greenhouse",
        "lever_url": "{url}/job_boards/lever",
        "ashby_url": "{url}/job_boards/ashby",
    }


class Boards:
    """The three boards' APIs, each with its own pace."""

    def __init__(self, config: JobBoardsConfig, patience: Patience) -> None:
        def api(name: str, url: str) -> Api:
            return Api(name, url, limits=[LIMIT], judge=_judge, patience=patience)

        self._greenhouse = api("greenhouse", config.greenhouse_url)
        self._lever = api("lever", config.lever_url)
        self._ashby = api("ashby", config.ashby_url)

    @property
    def calls(self) -> int:
        """Calls sent so far."""
        return self._greenhouse.calls + self._lever.calls + self._ashby.calls

    def postings(self, provider: str, board: str) -> list[Record] | None:
        """Every open posting of a board; None when there is no such board."""
        if provider == "greenhouse":
            found = self._greenhouse.json(
                "GET", f"/v1/boards/{board}/jobs", params={"content": "true"}
            )
            return None if found is None else list(found["jobs"])
        if provider == "ashby":
            found = self._ashby.json(
                "GET", f"/posting-api/job-board/{board}", params={"includeCompensation": "true"}
            )
            return None if found is None else list(found["jobs"])
        return self._lever_postings(board)

    def _lever_postings(self, board: str) -> list[Record] | None:
        postings: list[Record] = []
        while True:
            params: dict[str, Any] = {"mode": "json", "skip": len(postings), "limit": LEVER_PAGE}
            page = self._lever.json("GET", f"/v0/postings/{board}", params=params)
            if page is None:
                return None
            if not page:
                return postings
            postings += page


def read_postings(pull: Pull) -> Iterator[Page]:
    """One page a board, which is complete: what it does not hold has been taken down.

    A board that cannot be read keeps none of the others from being read, and fails the run.
    """
    failed: GtmError | None = None
    for row in _registered(read_registries(pull.warehouse)):
        provider, board = row["provider"], row["board"]
        try:
            postings = pull.api.postings(provider, board)
        except (TransientError, PermanentError) as error:
            logger.warning("the %s board '%s' could not be read: %s", provider, board, error)
            failed = error
            continue
        if postings is None:
            logger.warning(
                "there is no %s board '%s': correct it with `gtm registry set job_boards %s`",
                provider,
                board,
                row["board_id"],
            )
            continue
        named = {
            "provider": provider,
            "board": board,
            "account_domain": row["account_domain"],
            "company_name": row["company_name"],
        }
        yield Page(
            [{**named, "posting": posting} for posting in postings],
            complete=f"{provider}|{board}",
        )
    if failed is not None:
        raise failed


def idle(registries: Registries) -> str | None:
    """Boards are asked for by name."""
    if _registered(registries):
        return None
    return (
        "no board is registered: add one with `gtm registry set job_boards ID provider=… board=…`"
    )


def check(boards: Boards) -> list[Check]:
    """Boards need no credentials: whether each provider answers at all."""
    return [
        tried(f"{provider} answers", partial(boards.postings, provider, "gtm-doctor-no-such-board"))
        for provider in ("greenhouse", "lever", "ashby")
    ]


def _registered(registries: Registries) -> list[Row]:
    rows = registries.effective("job_boards").values()
    return [row.values for row in rows if row.values["enabled"]]


def _judge(response: Any) -> Verdict | None:
    """A board that is not there is a 404, in JSON or as plain text."""
    return Verdict.EMPTY if response.status_code == 404 else None


POSTINGS = Contract(
    source="job_boards",
    entity="postings",
    shape="state",
    meaning="Open positions on the public job boards named in registry job_boards.",
    key=("provider", "board", "posting.id"),
    columns=(
        Column("provider", "text", "greenhouse, lever or ashby", required=True),
        Column("board", "text", "the board's name in its address", required=True),
        Column("posting", "json", "the posting as the board gives it", required=True),
    ),
    version_from=("posting.first_published", "posting.createdAt", "posting.publishedAt"),
    is_observed=True,
)

SOURCE = Source(
    name="job_boards",
    title="Job boards",
    config=JobBoardsConfig,
    connect=Boards,
    entities=(Entity(POSTINGS, read_postings),),
    check=check,
    idle=idle,
)
