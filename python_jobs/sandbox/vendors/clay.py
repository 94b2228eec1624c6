"""Clay: routines that somebody built in its application, started and asked for over HTTP.

A run is accepted at once and answered later: two polls find it under way, the third finds it done,
with an item that failed. Each accepted item costs a credit, also when the same run is sent twice.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.vendor import Vendor

Fields = dict[str, Any]

KEY = "sandbox-clay-key"
KEY_NEARLY_SPENT = "sandbox-clay-key-nearly-spent"
ROUTINE = "function:t_sandbox_companies"
"""Takes a company's ``domain``; gives its technologies, its news and how many it seeks to hire."""

POLLS_BEFORE_DONE = 2
LARGEST_RUN = 100
LARGEST_BATCH = 50_000
MOST_DETAILS = 100

TECHNOLOGIES = (
    ("Salesforce", "DocuSign", "Okta", "NetSuite"),
    ("HubSpot", "Adobe Sign", "Google Workspace"),
    ("Salesforce", "Dropbox Sign", "Workday", "Snowflake"),
    ("Microsoft Dynamics", "DocuSign", "Azure"),
)
NEWS = (
    "opened an office in another state",
    "named a new head of operations",
    "announced that all closings move online",
    None,
)


@dataclass
class Run:
    """A routine run under way or done: its items with their results."""

    items: list[Fields]
    polls: int = 0

    def is_done(self) -> bool:
        """Whether this poll finds it done."""
        self.polls += 1
        return self.polls > POLLS_BEFORE_DONE


class Clay(Vendor):
    """Results from the world's companies and job postings."""

    name: ClassVar[str] = "clay"
    limits = (Limit(20, 1),)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._credits = {KEY: 10_000, KEY_NEARLY_SPENT: 1}
        self._runs: dict[str, Run] = {}
        self._batches: dict[str, Run | Fields] = {}
        self._files: dict[str, list[str]] = {}

    def routes(self) -> list[Route]:
        base = "/public/v0"
        return [
            Route(f"{base}/me", self._me),
            Route(f"{base}/routines/{{routine_id}}/run", self._run, methods=["POST"]),
            Route(f"{base}/routines/run/{{run_id}}/results", self._results),
            Route(
                f"{base}/routines/{{routine_id}}/run-batch/upload-url",
                self._upload_url,
                methods=["POST"],
            ),
            Route(f"{base}/uploads/{{file_id}}", self._upload, methods=["PUT"]),
            Route(
                f"{base}/routines/{{routine_id}}/run-batch/start",
                self._start_batch,
                methods=["POST"],
            ),
            Route(f"{base}/routines/run-batch/{{run_id}}/results", self._batch_results),
            Route(f"{base}/downloads/{{run_id}}", self._download),
        ]

    def load(self) -> None:
        self._hiring = {
            row["account_domain"]: row["roles"]
            for row in self.world.rows(
                "select account_domain, count(*) as roles from (select * from job_postings "
                "qualify row_number() over (partition by posting_id order by observed_at desc) = 1)"
                " where closed_at is null group by 1"
            )
        }
        self._known = set(self._hiring) | {
            row["domain"]
            for row in self.world.rows(
                "select lower(domain) as domain from accounts where domain is not null "
                "union select account_domain from intent_accounts"
            )
        }

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("clay-api-key") not in self._credits:
            return _error(401, "Invalid API key")
        if request.path_params.get("routine_id", ROUTINE) != ROUTINE:
            return _error(404, "Routine not found")
        return None

    def _pay(self, request: Request, items: int) -> bool:
        key = request.headers["clay-api-key"]
        if self._credits[key] < items:
            return False
        self._credits[key] -= items
        return True

    async def _me(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"id": "user_sandbox"})

    async def _run(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        items = _items((await _object(request)).get("items"))
        if items is None:
            return _error(422, "items must hold 1 to 100 objects with id and inputs")
        if not self._pay(request, len(items)):
            return _error(402, "Insufficient credits")
        run_id = f"rr_{len(self._runs) + len(self._batches) + 1}"
        self._runs[run_id] = Run(self._worked(items))
        return JSONResponse({"routine_run_id": run_id, "status": "in_progress"}, 202)

    async def _results(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        run_id = request.path_params["run_id"]
        run = self._runs.get(run_id)
        if run is None:
            return _error(404, "Routine run not found")
        answer: Fields = {"routine_run_id": run_id, "total": len(run.items)}
        if not run.is_done():
            answer |= {"finished": min(run.polls, len(run.items)), "status": "in_progress"}
            return JSONResponse(answer, 202)
        size = min(int(request.query_params.get("limit", 20)), LARGEST_RUN)
        try:
            data, cursor = self.cut(run.items, request.query_params.get("cursor"), size, run_id)
        except ValueError:
            return _error(400, "Invalid cursor")
        answer |= {"finished": len(run.items), "status": "complete", "data": data}
        return JSONResponse(answer | ({"cursor": cursor} if cursor else {}))

    async def _upload_url(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        file_id = f"file_{len(self._files) + 1}"
        self._files[file_id] = []
        base = str(request.url).split("/routines/")[0]
        return JSONResponse({"upload_url": f"{base}/uploads/{file_id}", "file_id": file_id})

    async def _upload(self, request: Request) -> Response:
        """The address is the permission, as with any signed upload."""
        file_id = request.path_params["file_id"]
        if file_id not in self._files:
            return _error(404, "Upload not found")
        self._files[file_id] = (await request.body()).decode("utf-8", "replace").splitlines()
        return Response(status_code=200)

    async def _start_batch(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        lines = self._files.get(str((await _object(request)).get("file_id")))
        if not lines:
            return _error(422, "file_id has no uploaded file")
        if len(lines) > LARGEST_BATCH:
            return _error(413, "Too many rows")
        run_id = f"rr_{len(self._runs) + len(self._batches) + 1}"
        invalid, items = _read_lines(lines)
        if invalid:
            self._batches[run_id] = {
                "message": "Invalid rows",
                "total_invalid_rows": len(invalid),
                "details": invalid[:MOST_DETAILS],
            }
        elif not self._pay(request, len(items)):
            return _error(402, "Insufficient credits")
        else:
            self._batches[run_id] = Run(self._worked(items))
        return JSONResponse({"routine_run_id": run_id, "status": "in_progress"}, 202)

    async def _batch_results(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        run_id = request.path_params["run_id"]
        batch = self._batches.get(run_id)
        if batch is None:
            return _error(404, "Routine run not found")
        answer: Fields = {"routine_run_id": run_id}
        if isinstance(batch, dict):
            return JSONResponse(answer | {"status": "validation_failed", "error": batch})
        if not batch.is_done():
            return JSONResponse(answer | {"status": "in_progress"}, 202)
        base = str(request.url).split("/routines/")[0]
        result_url = f"{base}/downloads/{run_id}"
        return JSONResponse(answer | {"status": "complete", "result_url": result_url})

    async def _download(self, request: Request) -> Response:
        batch = self._batches.get(request.path_params["run_id"])
        if not isinstance(batch, Run):
            return _error(404, "Result not found")
        return PlainTextResponse("".join(f"{json.dumps(item)}\n" for item in batch.items))

    def _worked(self, items: Sequence[Fields]) -> list[Fields]:
        """Every item's result; of several, one fails, and so does what nobody knows."""
        unlucky = max(items, key=lambda item: zlib.crc32(str(item["inputs"]).encode()))
        return [self._result(item, len(items) > 1 and item is unlucky) for item in items]

    def _result(self, item: Fields, is_unlucky: bool) -> Fields:
        domain = str(item["inputs"].get("domain", "")).lower()
        if is_unlucky or domain not in self._known:
            failed = {"message": "No match found"}
            return {"id": item["id"], "status": "failed", "error": failed}
        draw = zlib.crc32(domain.encode())
        result = {
            "technologies": list(TECHNOLOGIES[draw % len(TECHNOLOGIES)]),
            "news": NEWS[draw // 7 % len(NEWS)],
            "open_roles": self._hiring.get(domain, 0),
        }
        return {"id": item["id"], "status": "complete", "result": result}


def _items(found: Any) -> list[Fields] | None:
    """The items of a run, if all of them can be taken."""
    if not isinstance(found, list) or not 1 <= len(found) <= LARGEST_RUN:
        return None
    return found if all(_fault(item) is None for item in found) else None


def _fault(item: Any) -> str | None:
    """The field of an item that is missing or wrong."""
    if not isinstance(item, dict) or not 1 <= len(str(item.get("id", ""))) <= 64:
        return "id"
    return None if isinstance(item.get("inputs"), dict) else "inputs"


def _read_lines(lines: Sequence[str]) -> tuple[list[Fields], list[Fields]]:
    """What is wrong with an uploaded file, line by line, and its items."""
    invalid, items = [], []
    for number, line in enumerate(lines, start=1):
        try:
            item = json.loads(line)
        except ValueError:
            item = None
        field = _fault(item)
        if field is None:
            items.append(item)
        else:
            invalid.append({"line_number": number, "field": field, "message": "Required"})
    return invalid, items


async def _object(request: Request) -> Fields:
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
