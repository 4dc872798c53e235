"""What holds for every request: an id, a log line, counts, safe headers, entity tags, a limit on costly routes."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import uuid
from collections import OrderedDict
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.api.answers import etag
from graph.api.problems import problem

log = logging.getLogger("nthtier.http")

#: What served pages may load and do: our own files, nothing inline, nothing from elsewhere.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_SAFE: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_UNTAGGED: Final = re.compile(r"/(?:sparql|update|store|mcp|healthz|readyz|metrics|static)(?:/|$)")
_COSTLY: Final = re.compile(
    r"/(?:v1/)?(?:ask|sparql|update|store|whatif|scenarios?|chokepoints|portfolio|view|documents)(?:/|$)"
)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NEAR: Final = frozenset({"127.0.0.1", "::1", "testclient", ""})


class Measures:
    """Counts of one application, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "nthtier_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "nthtier_request_seconds", "Seconds until an answer was complete.", ["route"], registry=self.registry
        )
        self.questions = Counter("nthtier_questions", "Questions answered.", ["intent"], registry=self.registry)
        self.claims = Counter("nthtier_claims_ingested", "Claims taken in over HTTP.", registry=self.registry)
        self.refused = Counter("nthtier_refused", "Requests over a client's rate limit.", registry=self.registry)


class Rates:
    """How many costly requests each client may still make: a bucket that fills with time."""

    def __init__(self, per_minute: int, clients: int = 10_000) -> None:
        self._rate, self._burst, self._most = per_minute / 60, max(per_minute / 4, 1.0), clients
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str, now: float) -> float:
        """Take one request; return 0, or the seconds to wait where there is none left.

        >>> rates = Rates(60)
        >>> [rates.take("a", 0.0) > 0 for _ in range(16)].index(True), rates.take("b", 0.0), rates.take("a", 1.5)
        (15, 0.0, 0.0)
        """
        with self._lock:
            left, then = self._left.pop(client, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            wait = 0.0 if left >= 1 else (1 - left) / self._rate
            self._left[client] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > self._most:
                self._left.popitem(last=False)
            return wait


class Service:
    """The ASGI layer around the application."""

    def __init__(self, app: ASGIApp, owner: FastAPI, per_minute: int) -> None:
        self.app, self.owner = app, owner
        self.rates = Rates(per_minute) if per_minute else None
        # Tags of one process never match those of another, whose store may count its versions alike.
        self.boot = uuid.uuid4().hex

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        client = scope["client"][0] if scope.get("client") else ""
        path, method, status = scope["path"], scope["method"], 500
        tag = self._tag(scope, headers)

        async def out(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableHeaders(scope=message)
                sent["x-request-id"] = request_id
                for name, value in _SAFE.items():
                    sent.setdefault(name, value)
                if sent.get("content-type", "").startswith("text/html") and not path.startswith(("/docs", "/redoc")):
                    sent.setdefault("content-security-policy", POLICY)
                if tag and status == 200 and "etag" not in sent:
                    sent["etag"] = tag
                    sent.setdefault("cache-control", "no-cache")
                    sent.add_vary_header("Accept")
            await send(message)

        try:
            if wait := self._wait(client, path):
                self.owner.state.measures.refused.inc()
                refusal = problem(
                    429,
                    "too many costly requests from this client; ask again later",
                    title="Too many requests",
                    headers={"Retry-After": str(max(1, round(wait)))},
                )
                await refusal(scope, receive, out)
            elif tag and tag in (part.strip() for part in headers.get("if-none-match", "").split(",")):
                await out({"type": "http.response.start", "status": 304, "headers": [(b"etag", tag.encode())]})
                await out({"type": "http.response.body", "body": b""})
            else:
                await self.app(scope, receive, out)
        finally:
            self._note(scope, method, path, status, time.perf_counter() - began, request_id, client)

    def _tag(self, scope: Scope, headers: Headers) -> str:
        if scope["method"] not in ("GET", "HEAD") or _UNTAGGED.match(scope["path"]):
            return ""
        query = scope["query_string"].decode("latin-1")
        version = self.owner.state.store.version
        return etag(self.boot, version, scope["path"], query, headers.get("accept", ""))

    def _wait(self, client: str, path: str) -> float:
        if self.rates is None or client in _NEAR or not _COSTLY.match(path):
            return 0.0
        return self.rates.take(client, time.monotonic())

    def _note(
        self, scope: Scope, method: str, path: str, status: int, seconds: float, request_id: str, client: str
    ) -> None:
        route = getattr(scope.get("route"), "path", "other")
        measures: Measures = self.owner.state.measures
        measures.requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        measures.seconds.labels(route).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            # The query and the headers may hold what is nobody's business; neither is logged.
            said = {
                "request": request_id, "method": method, "path": path, "route": route, "status": status,
                "ms": round(1000 * seconds, 1), "client": client,
            }  # fmt: skip
            log.info(json.dumps(said, ensure_ascii=True))


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
