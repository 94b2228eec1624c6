"""The sandbox: one local HTTP service with every vendor's API over one generated company world.

``/<vendor>/…`` is a vendor, ``/_sandbox…`` the sandbox itself: what it is, what it saw, and its
switches (the day, the faults, the limits).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from python_jobs.http import Limit
from python_jobs.sandbox import world as generator
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import Vendor, World
from python_jobs.sandbox.vendors import VENDORS

DRIPS = 8
DRIP_PAUSE = 0.03


class Sandbox:
    """The world, its vendors and their faults behind one ASGI application, ``app``."""

    def __init__(
        self, folder: Path, size: generator.Size, as_of: date, seed: int, faults: Faults
    ) -> None:
        self.folder, self.size, self.seed, self.faults = folder, size, seed, faults
        self.start = as_of - timedelta(days=generator.SPECS[size].days - 1)
        self._generate(as_of)
        self.world = World(folder, as_of)
        self.vendors: dict[str, Vendor] = {
            vendor.name: vendor(self.world, faults) for vendor in VENDORS
        }
        for vendor in self.vendors.values():
            vendor.load()
        self.app = Starlette(
            routes=[
                Route("/_sandbox", self._describe),
                Route("/_sandbox/advance", self._advance, methods=["POST"]),
                Route("/_sandbox/faults", self._set_faults, methods=["POST"]),
                Route("/_sandbox/limits", self._set_limits, methods=["POST"]),
                Route("/_sandbox/calls", self._calls),
                Route("/_sandbox/calls", self._forget_calls, methods=["DELETE"]),
                *(
                    Mount(f"/{vendor.name}", Door(vendor, Starlette(routes=vendor.routes())))
                    for vendor in self.vendors.values()
                ),
            ]
        )

    def close(self) -> None:
        """End what the vendors have running."""
        for vendor in self.vendors.values():
            vendor.close()

    def _generate(self, as_of: date) -> None:
        generator.generate(self.size, as_of, self.seed, self.folder, world_start=self.start)

    async def _describe(self, request: Request) -> Response:
        return JSONResponse(
            {
                "size": self.size,
                "seed": self.seed,
                "as_of": self.world.as_of.isoformat(),
                "now": self.world.now.isoformat(),
                "vendors": sorted(self.vendors),
                "faults": list(self.faults.names),
            }
        )

    async def _advance(self, request: Request) -> Response:
        """Let days go by: ``{"days": 1}``. What clients wrote stays."""
        days = int((await _json(request)).get("days", 1))
        as_of = self.world.as_of + timedelta(days=days)
        self._generate(as_of)
        self.world.turn_to(as_of)
        for vendor in self.vendors.values():
            vendor.load()
        return JSONResponse({"as_of": as_of.isoformat()})

    async def _set_faults(self, request: Request) -> Response:
        """Switch faults: ``{"names": ["500"], "seed": 1, "stall": 2.0, "retry_after": 0}``."""
        wanted = await _json(request)
        try:
            self.faults.set(wanted.get("names", ()), int(wanted.get("seed", 0)))
        except ValueError as error:
            return JSONResponse({"message": str(error)}, 400)
        self.faults.stall = float(wanted.get("stall", self.faults.stall))
        self.faults.retry_after = int(wanted.get("retry_after", self.faults.retry_after))
        return JSONResponse({"names": list(self.faults.names), "seed": self.faults.seed})

    async def _set_limits(self, request: Request) -> Response:
        """Set vendors' limits: ``{"gong": [[50, 1]]}``, calls and seconds."""
        for name, limits in (await _json(request)).items():
            self.vendors[name].limits = tuple(
                Limit(int(calls), float(seconds)) for calls, seconds in limits
            )
        return JSONResponse({})

    async def _calls(self, request: Request) -> Response:
        """What came in, by vendor; ``seconds`` from the first call to the last."""
        seen = {
            name: {
                "calls": vendor.meter.calls,
                "throttled": vendor.meter.throttled,
                "seconds": (vendor.meter.last_at or 0) - (vendor.meter.first_at or 0),
            }
            for name, vendor in self.vendors.items()
        }
        faults: dict[str, dict[str, int]] = {}
        for (vendor_name, fault), times in self.faults.happened.items():
            if times:
                faults.setdefault(vendor_name, {})[fault] = times
        return JSONResponse({"vendors": seen, "faults": faults})

    async def _forget_calls(self, request: Request) -> Response:
        for vendor in self.vendors.values():
            vendor.meter.calls = vendor.meter.throttled = 0
            vendor.meter.first_at = vendor.meter.last_at = None
        self.faults.happened.clear()
        return JSONResponse({})


class Door:
    """Stands before a vendor: counts, throttles, and lets faults happen."""

    def __init__(self, vendor: Vendor, app: ASGIApp) -> None:
        self._vendor = vendor
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        wait = self._vendor.meter.arrive(self._vendor.limits_at(path))
        fault = None
        if wait > 0:
            answer = await _captured(self._vendor.throttled(wait), scope)
        else:
            can_expire = self._vendor.token_path not in (None, path)
            fault = self._vendor.faults.befalls(_key(self._vendor, scope, body), can_expire)
            answer = await self._answer(fault, scope, body)
        await self._send(answer, fault, scope, send)

    async def _answer(self, fault: str | None, scope: Scope, body: bytes) -> _Answer:
        vendor = self._vendor
        if fault == "429-storm":
            return await _captured(vendor.throttled(float(vendor.faults.retry_after)), scope)
        if fault == "500":
            return await _captured(vendor.failed(), scope)
        if fault == "expired-token":
            return await _captured(vendor.expired(), scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        lost = vendor.faults.lost(vendor.name, vendor.scopes)
        if lost is not None and path.startswith(vendor.scopes[lost]):
            return await _captured(vendor.out_of_scope(lost), scope)
        return await _captured(self._app, scope, body)

    async def _send(self, answer: _Answer, fault: str | None, scope: Scope, send: Send) -> None:
        """The answer as it is, or as the fault leaves it: what it says has happened anyway."""
        body = answer.body
        if fault == "timeout":
            await asyncio.sleep(self._vendor.faults.stall)
        if fault == "malformed-json":
            body = body[: max(1, len(body) // 2)] + b"\x00<"
        headers = [
            (name, value)
            for name, value in answer.headers
            if name not in (b"content-length", b"date")
        ]
        now = self._vendor.world.now + timedelta(hours=self._vendor.faults.skew)
        headers.append((b"date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if fault == "reset":
            await send(
                {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
            )
            raise ConnectionResetError
        if fault == "slow-drip":
            step = max(1, len(body) // DRIPS)
            for start in range(0, len(body), step):
                part = body[start : start + step]
                await send({"type": "http.response.body", "body": part, "more_body": True})
                await asyncio.sleep(DRIP_PAUSE)
            body = b""
        await send({"type": "http.response.body", "body": body})


class _Answer:
    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""


async def _captured(app: ASGIApp, scope: Scope, body: bytes = b"") -> _Answer:
    answer = _Answer()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _key(vendor: Vendor, scope: Scope, body: bytes) -> str:
    """What makes two requests the same request to the faults."""
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return f"{vendor.name} {scope['method']} {scope['path']} {scope['query_string']!r} {digest}"


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    found: dict[str, Any] = json.loads(body) if body else {}
    return found
