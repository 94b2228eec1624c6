"""Greenhouse, Lever and Ashby boards: public, without credentials, without closures."""

from __future__ import annotations

import csv
import html
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from python_jobs.sandbox.vendor import Vendor

Posting = dict[str, Any]


class JobBoards(Vendor):
    """Three providers under one roof; a posting that is taken down is simply no longer there."""

    name: ClassVar[str] = "job_boards"

    def routes(self) -> list[Route]:
        return [
            Route("/greenhouse/v1/boards/{board}/jobs", self._greenhouse),
            Route("/lever/v0/postings/{board}", self._lever),
            Route("/ashby/posting-api/job-board/{board}", self._ashby),
        ]

    def load(self) -> None:
        path = self.world.folder / "registry" / "job_boards.csv"
        with path.open(encoding="utf-8", newline="") as file:
            boards = {row["account_domain"]: row for row in csv.DictReader(file)}
        self._open: dict[tuple[str, str], list[Posting]] = {
            (row["provider"], row["board"]): [] for row in boards.values()
        }
        for posting in self.world.rows(
            "select regexp_extract(url, 'net/([^/]+)/', 1) as company, * from job_postings "
            "where posted_at <= ? "
            "qualify row_number() over (partition by posting_id order by observed_at desc) = 1 "
            "and closed_at is null order by posted_at, posting_id",
            [self.world.now],
        ):
            board = boards.get(posting["company"])
            if board is not None:
                self._open[board["provider"], board["board"]].append(posting)

    def _listed(self, provider: str, request: Request) -> list[Posting] | None:
        return self._open.get((provider, request.path_params["board"]))

    async def _greenhouse(self, request: Request) -> Response:
        postings = self._listed("greenhouse", request)
        if postings is None:
            return JSONResponse({"status": 404, "error": "Job not found"}, 404)
        shown = [_as_greenhouse(posting) for posting in postings]
        jobs, _ = self.cut(shown, None, len(shown), request.url.path)
        return JSONResponse({"jobs": jobs, "meta": {"total": len(jobs)}})

    async def _lever(self, request: Request) -> Response:
        postings = self._listed("lever", request)
        if postings is None:
            return JSONResponse({"ok": False, "error": "Document not found"}, 404)
        skip = int(request.query_params.get("skip", 0))
        limit = int(request.query_params.get("limit", 100))
        shown = [_as_lever(posting) for posting in postings[skip : skip + limit]]
        jobs, _ = self.cut(shown, None, len(shown), f"{request.url.path} {skip}")
        return JSONResponse(jobs)

    async def _ashby(self, request: Request) -> Response:
        postings = self._listed("ashby", request)
        if postings is None:
            return PlainTextResponse("Not Found", 404)
        shown = [_as_ashby(posting) for posting in postings]
        jobs, _ = self.cut(shown, None, len(shown), request.url.path)
        return JSONResponse({"apiVersion": "1", "jobs": jobs})


def _as_greenhouse(posting: Posting) -> Posting:
    number = int(posting["posting_id"].removeprefix("job_")[:10], 16)
    text = f"<p>{html.escape(posting['description'])}</p>"
    return {
        "id": number,
        "internal_job_id": number + 1,
        "title": posting["title"],
        "updated_at": _offset(posting["posted_at"], "-05:00"),
        "first_published": _offset(posting["posted_at"], "-05:00"),
        "requisition_id": None,
        "location": {"name": posting["location"]},
        "absolute_url": posting["url"],
        "metadata": None,
        "content": html.escape(text),
        "departments": [
            {"id": 1, "name": posting["department"], "parent_id": None, "child_ids": []}
        ],
        "offices": [],
    }


def _as_lever(posting: Posting) -> Posting:
    return {
        "id": posting["posting_id"],
        "text": posting["title"],
        "createdAt": int(posting["posted_at"].replace(tzinfo=UTC).timestamp() * 1000),
        "hostedUrl": posting["url"],
        "applyUrl": posting["url"] + "/apply",
        "categories": {
            "commitment": "Full-time",
            "department": posting["department"],
            "location": posting["location"],
            "team": posting["department"],
            "allLocations": [posting["location"]],
        },
        "country": "US",
        "workplaceType": "onsite",
        "description": f"<div>{html.escape(posting['description'])}</div>",
        "descriptionPlain": posting["description"],
        "lists": [],
        "additional": "",
        "additionalPlain": "",
    }


def _as_ashby(posting: Posting) -> Posting:
    return {
        "id": posting["posting_id"],
        "title": posting["title"],
        "location": posting["location"],
        "secondaryLocations": [],
        "department": posting["department"],
        "team": posting["department"],
        "isListed": True,
        "isRemote": False,
        "workplaceType": None,
        "descriptionHtml": f"<p>{html.escape(posting['description'])}</p>",
        "descriptionPlain": posting["description"],
        "publishedAt": _offset(posting["posted_at"], "+00:00"),
        "employmentType": "FullTime",
        "jobUrl": posting["url"],
        "applyUrl": posting["url"] + "/application",
        "shouldDisplayCompensationOnJobPostings": False,
    }


def _offset(value: datetime, offset: str) -> str:
    return value.isoformat(timespec="seconds") + offset
