"""Salesforce: OAuth, describe, SOQL, single and collection writes, composite, Bulk 2.0.

What a call below ``/services/data/vNN.0`` is answered with is the matter of salesforce_rest.
"""

from __future__ import annotations

import json
import secrets
from time import time
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from python_jobs.http import Limit
from python_jobs.sandbox.faults import Faults
from python_jobs.sandbox.vendor import Tokens, Vendor, World
from python_jobs.sandbox.vendors.salesforce_objects import (
    INTEGRATION_USER,
    VERSIONS,
)
from python_jobs.sandbox.vendors.salesforce_rest import Answer, Ask, RestApi, errors
from python_jobs.sandbox.vendors.salesforce_store import Store

CLIENT_ID, CLIENT_SECRET, USERNAME = "sandbox", "sandbox", "integration@seller.example"
DAY = 86_400.0
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Salesforce(Vendor):
    """One org. The daily limit is the first of ``limits``; calls of the last 24 hours count."""

    name: ClassVar[str] = "salesforce"
    token_path: ClassVar[str | None] = "/services/oauth2/token"
    scopes: ClassVar[dict[str, str]] = {"api": "/services/data/v"}

    def __init__(self, world: World, faults: Faults) -> None:
        super().__init__(world, faults)
        self.limits = (Limit(100_000, DAY),)
        self.store = Store(world)
        self._api = RestApi(self.store, self.cut, self._usage)
        self._tokens = Tokens()
        self._refresh_tokens: set[str] = set()

    def routes(self) -> list[Route]:
        methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        return [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/data", self._versions),
            Route("/services/data/", self._versions),
            Route("/services/data/v{version}/{path:path}", self._call, methods=methods),
        ]

    def load(self) -> None:
        self.store.load()

    def throttled(self, wait: float) -> Response:
        """Salesforce has no calls per second: too many in a day, or too many long ones at once."""
        what = "TotalRequests" if wait > 60 else "ConcurrentPerOrgLongTxn"
        return self._sent(errors(403, "REQUEST_LIMIT_EXCEEDED", f"{what} Limit exceeded."))

    def failed(self) -> Response:
        return self._sent(errors(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."))

    def expired(self) -> Response:
        self._tokens.expire_all()
        return self._sent(errors(401, "INVALID_SESSION_ID", "Session expired or invalid"))

    def out_of_scope(self, scope: str) -> Response:
        message = "This session is not valid for use with the REST API"
        return self._sent(errors(403, "INVALID_SESSION_ID", message))

    # --- OAuth --------------------------------------------------------------------------------

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") == "client_credentials":
            known = (form.get("client_id"), form.get("client_secret"))
            if known != (CLIENT_ID, CLIENT_SECRET):
                return _oauth_error("invalid_client", "invalid client credentials")
        elif form.get("grant_type") == JWT_GRANT:
            wrong = _wrong_in_assertion(form.get("assertion", ""))
            if wrong:
                return _oauth_error("invalid_grant", wrong)
        elif form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self._refresh_tokens:
                return _oauth_error("invalid_grant", "expired access/refresh token")
        else:
            return _oauth_error("unsupported_grant_type", "grant type not supported")
        instance = f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"
        body = {
            "access_token": self._tokens.issue(),
            "scope": "api",
            "instance_url": instance,
            "id": f"{instance}/id/00D000000000001EAA/{INTEGRATION_USER}",
            "token_type": "Bearer",
            "issued_at": str(int(time() * 1000)),
            "signature": secrets.token_urlsafe(32),
        }
        if form["grant_type"] == "refresh_token":
            self._refresh_tokens = {secrets.token_urlsafe(32)}
            [body["refresh_token"]] = self._refresh_tokens
        return JSONResponse(body)

    # --- The way in ---------------------------------------------------------------------------

    async def _versions(self, request: Request) -> Response:
        listed = [
            {"label": f"Release {number}", "url": f"/services/data/v{number}", "version": number}
            for number in VERSIONS
        ]
        return JSONResponse(listed)

    async def _call(self, request: Request) -> Response:
        if not self._tokens.accepts(request):
            return self._sent(errors(401, "INVALID_SESSION_ID", "Session expired or invalid"))
        raw = await request.body()
        body: Any = raw.decode("utf-8", "replace")
        if raw and "csv" not in request.headers.get("content-type", ""):
            try:
                body = json.loads(raw)
            except ValueError:
                return self._sent(errors(400, "JSON_PARSER_ERROR", "Unexpected character"))
        version = request.path_params["version"]
        raw_path = request.scope["raw_path"].decode().partition("?")[0]
        ask = Ask(
            request.method,
            raw_path.partition(f"/services/data/v{version}/")[2].strip("/"),
            version,
            dict(request.query_params),
            body,
            dict(request.headers),
        )
        return self._sent(self._api.answer(ask))

    def _sent(self, answer: Answer) -> Response:
        if answer.status == 204:
            return Response(status_code=204)
        most, used = self._usage()
        headers = {"Sforce-Limit-Info": f"api-usage={used}/{most}", **answer.headers}
        if isinstance(answer.body, str):
            return Response(answer.body, answer.status, headers, media_type="text/csv")
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return JSONResponse(answer.body, answer.status, headers)

    def _usage(self) -> tuple[int, int]:
        """Calls that a day allows, and those of the last 24 hours."""
        daily = self.limits[0] if self.limits else Limit(100_000, DAY)
        return daily.calls, len(self.meter.arrivals.get(daily, ()))


def _oauth_error(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)


def _wrong_in_assertion(assertion: str) -> str:
    """What is wrong with a JWT, whoever signed it; '' when it is well."""
    try:
        claims = jwt.decode(
            assertion, options={"verify_signature": False, "verify_exp": False, "verify_aud": False}
        )
        left = float(claims["exp"]) - time()
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return "invalid assertion"
    if claims.get("iss") != CLIENT_ID:
        return "invalid assertion"
    if claims.get("sub") != USERNAME:
        return "user hasn't approved this consumer"
    if claims.get("aud") not in ("https://login.salesforce.com", "https://test.salesforce.com"):
        return "audience is invalid"
    return "" if 0 < left <= 300 else "expired authorization code"
