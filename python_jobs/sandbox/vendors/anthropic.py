"""Anthropic: messages, counted tokens, models and batches, by a model that only copies.

It fills the asked schema from the rows of the prompt, each statement with the row it is copied
from; so what it says is true, until a fault makes it decline, break off, miss the schema or lie.
What it lied about and what it would have been paid for is kept for tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from python_jobs.sandbox.vendor import Vendor, iso

Fields = dict[str, Any]

KEY = "sandbox-anthropic-key"
KEY_WITHOUT_CREDIT = "sandbox-anthropic-key-spent"
MODELS = {
    "claude-haiku-5-5": ("active", True),
    "claude-sonnet-5-5": ("active", True),
    "claude-sonnet-4-5": ("deprecated", True),
    "claude-sonnet-4-20250514": ("retired", False),
}
"""Model to its stage of life and whether it answers by a schema."""

POLLS_BEFORE_END = 2
MOST_STATEMENTS = 3
CHARACTERS_A_TOKEN = 3.5
CONTEXT_TOKENS = 1_000_000

LIES = ("off-by-one", "swapped-name", "foreign-row", "paraphrase", "obeys", "other-row")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")


@dataclass
class Batch:
    """Questions that were sent together, and their results once it has ended."""

    batch_id: str
    results: list[Fields]
    created_at: str
    polls: int = 0

    @property
    def has_ended(self) -> bool:
        return self.polls > POLLS_BEFORE_END


@dataclass
class Ledger:
    """What a real account would show afterwards."""

    messages: int = 0
    batched: int = 0
    lies: list[str] = field(default_factory=list)


class Anthropic(Vendor):
    """The Messages API and its batches."""

    name: ClassVar[str] = "anthropic"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.ledger = Ledger()
        self._batches: dict[str, Batch] = {}

    def routes(self) -> list[Route]:
        batches = "/v1/messages/batches"
        return [
            Route("/v1/models/{model}", self._model),
            Route("/v1/messages", self._messages, methods=["POST"]),
            Route("/v1/messages/count_tokens", self._count_tokens, methods=["POST"]),
            Route(batches, self._create_batch, methods=["POST"]),
            Route(batches, self._list_batches),
            Route(f"{batches}/{{batch_id}}", self._batch),
            Route(f"{batches}/{{batch_id}}/results", self._results),
            Route("/ledger", self._ledger),
        ]

    def load(self) -> None:
        """It knows nothing of the world."""

    def throttled(self, wait: float) -> Response:
        headers = {"retry-after-ms": str(round(wait * 100)), "retry-after": str(round(wait))}
        return _error(429, "rate_limit_error", "Too many requests", headers)

    def failed(self) -> Response:
        return _error(529, "overloaded_error", "Overloaded", {"retry-after-ms": "20"})

    async def _ledger(self, request: Request) -> Response:
        return JSONResponse(vars(self.ledger))

    async def _model(self, request: Request) -> Response:
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        model = request.path_params["model"]
        if model not in MODELS:
            return _error(404, "not_found_error", f"model: {model}")
        lifecycle, by_schema = MODELS[model]
        return JSONResponse(_model(model, lifecycle, by_schema, iso(self.world.now)))

    async def _messages(self, request: Request) -> Response:
        body = await request.json()
        refusal = _refusal(request) or _invalid(body)
        if refusal is not None:
            return refusal
        self.ledger.messages += 1
        return JSONResponse(self._message(body))

    async def _count_tokens(self, request: Request) -> Response:
        body = await request.json()
        refusal = _refusal(request) or _invalid({"max_tokens": 1, **body})
        return refusal or JSONResponse({"input_tokens": _tokens(_sent(body))})

    async def _create_batch(self, request: Request) -> Response:
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        requests = (await request.json())["requests"]
        ids = [one["custom_id"] for one in requests]
        if len(set(ids)) < len(ids) or not all(re.fullmatch("[A-Za-z0-9_-]{1,64}", i) for i in ids):
            return _error(400, "invalid_request_error", "custom_id must be unique and well formed")
        batch = Batch(
            f"msgbatch_{len(self._batches) + 1:04}",
            [self._result(one["custom_id"], one["params"]) for one in reversed(requests)],
            # not the world's time: a client compares it with its own
            datetime.now(UTC).isoformat(),
        )
        self._batches[batch.batch_id] = batch
        self.ledger.batched += sum(row["result"]["type"] == "succeeded" for row in batch.results)
        return JSONResponse(self._shown(batch, request))

    async def _list_batches(self, request: Request) -> Response:
        shown = [self._shown(batch, request) for batch in reversed(self._batches.values())]
        return _refusal(request) or JSONResponse(
            {"data": shown, "has_more": False, "first_id": None, "last_id": None}
        )

    async def _batch(self, request: Request) -> Response:
        batch = self._batches.get(request.path_params["batch_id"])
        if batch is None:
            return _error(404, "not_found_error", "batch not found")
        batch.polls += 1
        return _refusal(request) or JSONResponse(self._shown(batch, request))

    async def _results(self, request: Request) -> Response:
        batch = self._batches.get(request.path_params["batch_id"])
        if batch is None or not batch.has_ended:
            return _error(404, "not_found_error", "no results yet")
        lines = "".join(json.dumps(row) + "\n" for row in batch.results)
        return _refusal(request) or PlainTextResponse(lines, media_type="application/x-jsonl")

    def _shown(self, batch: Batch, request: Request) -> Fields:
        kinds = [row["result"]["type"] for row in batch.results]
        counts = {
            kind: kinds.count(kind) if batch.has_ended else 0
            for kind in ("succeeded", "errored", "canceled", "expired")
        }
        counts["processing"] = 0 if batch.has_ended else len(kinds)
        base = str(request.url).split("/v1/messages")[0]
        url = f"{base}/v1/messages/batches/{batch.batch_id}/results"
        return {
            "id": batch.batch_id,
            "type": "message_batch",
            "processing_status": "ended" if batch.has_ended else "in_progress",
            "request_counts": counts,
            "results_url": url if batch.has_ended else None,
            "created_at": batch.created_at,
            "expires_at": batch.created_at,
            "ended_at": batch.created_at if batch.has_ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
        }

    def _result(self, custom_id: str, params: Fields) -> Fields:
        """A row of a batch; with the fault ``lost-rows``, the first time it is asked, some have no
        message."""
        if self.faults.misleads("lost-rows", f"{self.name} {custom_id} {len(self._batches)}"):
            lost: Fields = {"type": "expired"}
            if int(custom_id[-1:].encode().hex(), 16) % 2:
                error = {"type": "api_error", "message": "Internal server error"}
                lost = {
                    "type": "errored",
                    "error": {"type": "error", "error": error, "request_id": None},
                }
            return {"custom_id": custom_id, "result": lost}
        if _invalid(params) is not None:
            error = {"type": "invalid_request_error", "message": "invalid params"}
            errored = {"type": "error", "error": error, "request_id": None}
            return {"custom_id": custom_id, "result": {"type": "errored", "error": errored}}
        message = self._message(params)
        return {"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}

    def _message(self, body: Fields) -> Fields:
        sent = _sent(body)
        key = f"{self.name} {sent}"
        text, reason = self._written(body, key), "end_turn"
        if _tokens(sent) > CONTEXT_TOKENS:
            text, reason = "", "model_context_window_exceeded"
        elif self.faults.misleads("refusal", key):
            text, reason = "", "refusal"
        elif self.faults.misleads("truncation", key) or _tokens(text) > body["max_tokens"]:
            text, reason = text[: len(text) // 2], "max_tokens"
        elif self.faults.misleads("not-the-schema", key):
            text = "Certainly! Here is the JSON:\n" + text
        return {
            "id": "msg_sandbox",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": {
                "input_tokens": _tokens(sent),
                "output_tokens": _tokens(text),
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }

    def _written(self, body: Fields, key: str) -> str:
        """An answer that fits the asked schema, from the rows in the prompt."""
        schema = body.get("output_config", {}).get("format", {}).get("schema")
        if schema is None:
            return "OK"
        rows = _rows(body["messages"][-1]["content"])
        return json.dumps(self._filled(schema, schema, rows, key))

    def _filled(self, schema: Fields, root: Fields, rows: list[Fields], key: str) -> Any:
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            return self._filled(schema["anyOf"][0], root, rows, key)
        properties = schema.get("properties", {})
        if {"kind", "text", "evidence"} <= set(properties):
            return self._statement(rows[0], rows, key) if rows else _NOTHING
        if {"text", "evidence", "start", "end"} <= set(properties):
            row = rows[0] if rows else {"id": "none", "text": ""}
            return {"text": row["text"], "evidence": row["id"], "start": 0, "end": 1}
        if properties:
            return {
                name: self._filled(part, root, rows[place:], f"{key} {name}")
                for place, (name, part) in enumerate(properties.items())
            }
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        if kind == "array":
            found = rows[:MOST_STATEMENTS]
            return [
                self._filled(schema["items"], root, [row, *rows], f"{key} {place}")
                for place, row in enumerate(found)
            ]
        if kind in ("number", "integer"):
            return 0
        if kind == "boolean":
            return False
        return str(rows[0]["text"])[:200] if kind == "string" and rows else ""

    def _statement(self, row: Fields, rows: list[Fields], key: str) -> Fields:
        statement = _true_statement(row)
        if not self.faults.misleads("lies", key):
            return statement
        start = len(self.ledger.lies) % len(LIES)
        for kind in LIES[start:] + LIES[:start]:
            lie = _lie(kind, statement, rows)
            if lie is not None and lie != statement:
                self.ledger.lies.append(json.dumps({"lie": kind, **lie}, ensure_ascii=False))
                return lie
        return statement


_NOTHING: Fields = {"kind": "hypothesis", "text": "Nothing is known yet.", "evidence": []}


def _true_statement(row: Fields) -> Fields:
    """What a row says, in its own words, and who said it where that is known."""
    side = {"us": "We said", "them": "They said"}.get(row.get("by", ""))
    text = row["text"] if side is None else f'{side}: "{row["text"]}"'
    return {"kind": "fact", "text": text, "evidence": [row["id"]]}


def _lie(kind: str, statement: Fields, rows: list[Fields]) -> Fields | None:
    """A statement made untrue in one way; None where it has nothing to be changed so."""
    text, cited = statement["text"], statement["evidence"][0]
    if kind == "off-by-one":
        number = _NUMBER.search(text)
        if number is None:
            return None
        more = str(int(number.group()) + 1)
        return {**statement, "text": text[: number.start()] + more + text[number.end() :]}
    if kind == "swapped-name":
        names = _NAME.findall(text.partition(": ")[2] or text)
        return {**statement, "text": text.replace(names[-1], "Vandermeer")} if names else None
    if kind == "foreign-row":
        return {**statement, "evidence": [f"{cited}-of-another"]}
    if kind == "paraphrase":
        words = text.strip('"').split()
        if '"' not in text or len(words) < 6:
            return None
        return {**statement, "text": " ".join([*words[:4], "clearly", *words[4:]]) + '"'}
    if kind == "obeys":
        promise = "As the text instructs, they are granted a discount of 50 percent."
        return {**statement, "text": promise}
    other = next((row for row in rows if row["id"] != cited and row["text"] not in text), None)
    return None if other is None or '"' not in text else {**statement, "evidence": [other["id"]]}


def _rows(content: Any) -> list[Fields]:
    """The rows in the JSON of a prompt."""
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    for found in _objects(text):
        if isinstance(found, dict) and isinstance(found.get("rows"), list):
            return [row for row in found["rows"] if row.get("text")]
    return []


def _objects(text: str) -> Iterator[Any]:
    for place in (match.start() for match in re.finditer(r"\{", text)):
        try:
            yield json.JSONDecoder().raw_decode(text, place)[0]
        except json.JSONDecodeError:
            continue


def _sent(body: Fields) -> str:
    return json.dumps([body.get(name) for name in ("system", "messages", "output_config")])


def _tokens(text: str) -> int:
    return round(len(text) / CHARACTERS_A_TOKEN)


def _refusal(request: Request) -> Response | None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key == KEY_WITHOUT_CREDIT and request.method == "POST":
        return _error(402, "billing_error", "Your credit balance is too low")
    if key not in (KEY, KEY_WITHOUT_CREDIT):
        return _error(401, "authentication_error", "invalid bearer token")
    return None


def _invalid(body: Fields) -> Response | None:
    """Bodies that the API takes no longer, or never took."""
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            return _error(400, "invalid_request_error", f"{name}: unexpected value")
    if body.get("model") not in MODELS:
        return _error(404, "not_found_error", f"model: {body.get('model')}")
    if not isinstance(body.get("max_tokens"), int) or not body.get("messages"):
        return _error(400, "invalid_request_error", "max_tokens and messages are required")
    if body["messages"][-1]["role"] != "user":
        return _error(400, "invalid_request_error", "the last message must be of the user")
    return None


def _error(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> Response:
    error = {"type": kind, "message": message}
    return JSONResponse({"type": "error", "error": error}, status, headers)


def _model(model: str, lifecycle: str, by_schema: bool, now: str | None) -> Fields:
    yes, no = {"supported": True}, {"supported": False}
    efforts = dict.fromkeys(("low", "medium", "high", "max", "xhigh"), yes)
    return {
        "id": model,
        "type": "model",
        "display_name": model,
        "created_at": now,
        "lifecycle": lifecycle,
        "deprecated_at": now if lifecycle != "active" else None,
        "retires_at": now if lifecycle != "active" else None,
        "max_input_tokens": CONTEXT_TOKENS,
        "max_tokens": 128_000,
        "capabilities": {
            "batch": yes,
            "citations": no,
            "code_execution": no,
            "image_input": no,
            "pdf_input": no,
            "structured_outputs": yes if by_schema else no,
            "effort": {"supported": True, **efforts},
        },
    }
