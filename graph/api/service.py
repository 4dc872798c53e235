"""What holds for every request: an id, a log line, counts, safe headers, entity tags, kept answers, a limit on costly routes."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.api.answers import etag
from graph.api.kept import Kept, Sent
from graph.api.negotiation import takes_gzip
from graph.api.problems import problem
from graph.errors import StoreError
from graph.store.remote import RemoteStore

Key = tuple[str, bool, bool, str, str, str]
Pairs = tuple[tuple[bytes, bytes], ...]
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
_UNTAGGED: Final = re.compile(r"/(?:query|update|store|mcp|healthz|readyz|metrics|static)(?:/|$)")
_COSTLY: Final = re.compile(
    r"/(?:v1/)?(?:ask|sparql|update|store|whatif|scenarios?|chokepoints|portfolio|view|documents)(?:/|$)"
)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NEAR: Final = frozenset({"127.0.0.1", "::1", "testclient", ""})


def is_tagged(path: str) -> bool:
    """Say whether answers at a path are those of the store's version: they get an entity tag, or have their own, and are kept.

    >>> is_tagged("/v1/parties"), is_tagged("/sparql"), is_tagged("/metrics")
    (True, True, False)
    """
    return not _UNTAGGED.match(path)


def is_costly(path: str) -> bool:
    """Say whether requests to a path count against a client's rate limit.

    >>> is_costly("/v1/whatif"), is_costly("/v1/parties")
    (True, False)
    """
    return _COSTLY.match(path) is not None


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
        self.kept = Kept()
        self._going: dict[Key, asyncio.Event] = {}
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
        path, method = scope["path"], scope["method"]
        tag = await self._tag(scope, headers)
        # The tag holds version, address and form; the name we are called by and packing make other bytes of it. Two layers
        # pack, and each has its own way to read what a client takes.
        packing = headers.get("accept-encoding", "")
        key = (tag, "gzip" in packing, takes_gzip(packing), method, scope["scheme"], headers.get("host", ""))
        kept = await self._kept(key, path) if tag else None
        answer = _Answer(send, request_id, tag, path, isinstance(self.owner.state.store, RemoteStore))
        leads = bool(tag) and method == "GET" and not kept and key not in self._going
        if leads:
            self._going[key] = asyncio.Event()
            answer.sent = lambda headers, body: self._keep(key, scope, headers, body)
        try:
            if wait := self._wait(client, path):
                self.owner.state.measures.refused.inc()
                refusal = problem(
                    429,
                    "too many costly requests from this client; ask again later",
                    title="Too many requests",
                    headers={"Retry-After": str(max(1, round(wait)))},
                )
                await refusal(scope, receive, answer.send)
            elif tag and (same := _held(headers, tag, kept)):
                await answer.unchanged(same, kept)
            elif kept:
                await answer.again(kept)
            else:
                await self.app(scope, receive, answer.send)
        finally:
            if leads:
                self._release(key)
            route, intent = (kept.route, kept.intent) if kept else _told(scope)
            if intent and answer.status == 200:
                self.owner.state.measures.questions.labels(intent).inc()
            self._note(route, method, path, answer.status, time.perf_counter() - began, request_id, client)

    async def _kept(self, key: Key, path: str) -> Sent | None:
        """Return a kept answer; where somebody else is being answered the same, wait for that answer.

        Not so with queries: behind one that runs into its limit the next would wait for as long as two.
        """
        if path != "/sparql" and (going := self._going.get(key)) is not None:
            await going.wait()
        return self.kept.get(key)

    def _keep(self, key: Key, scope: Scope, headers: Pairs, body: bytes | None) -> None:
        """Keep an answer, None where it can't be, before it is sent: who reads slowly holds up nobody."""
        if body is not None:
            self.kept.put(key, Sent(headers, body, *_told(scope)))
        self._release(key)

    def _release(self, key: Key) -> None:
        if (going := self._going.pop(key, None)) is not None:
            going.set()

    async def _tag(self, scope: Scope, headers: Headers) -> str:
        if scope["method"] not in ("GET", "HEAD") or not is_tagged(scope["path"]):
            return ""
        query = scope["query_string"].decode("latin-1")
        store = self.owner.state.store
        # A store far away is asked for its version over the network, which must not hold up everybody else.
        far = isinstance(store, RemoteStore)
        try:
            version = await run_in_threadpool(lambda: store.version) if far else store.version
        except StoreError:
            return ""  # the route will say what is wrong
        return etag(self.boot, version, scope["path"], query, headers.get("accept", ""))

    def _wait(self, client: str, path: str) -> float:
        if self.rates is None or client in _NEAR or not is_costly(path):
            return 0.0
        return self.rates.take(client, time.monotonic())

    def _note(
        self, route: str, method: str, path: str, status: int, seconds: float, request_id: str, client: str
    ) -> None:
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


def _held(headers: Headers, tag: str, kept: Sent | None) -> str:
    """Return the tag by which a client says that it has the answer: ours, or that which the route gave it."""
    known = {tag, *(value.decode() for name, value in kept.headers if name == b"etag")} if kept else {tag}
    given = (part.strip() for part in headers.get("if-none-match", "").split(","))
    return next((part for part in given if part in known), "")


def _told(scope: Scope) -> tuple[str, str]:
    """Return the route that answered, and the intent of the question if it was one."""
    return getattr(scope.get("route"), "path", "other"), scope["state"].get("intent", "")


class _Answer:
    """An answer on its way out: it gets its headers; ``sent`` is told the bytes, None where they may not be kept."""

    def __init__(self, send: Send, request_id: str, tag: str, path: str, far: bool) -> None:
        self._send, self._tag, self._path, self._far = send, tag, path, far
        self._identity = (b"x-request-id", request_id.encode())
        self._headers: Pairs | None = None
        self.status = 500
        self.sent: Callable[[Pairs, bytes | None], None] = lambda headers, body: None

    async def send(self, message: Message) -> None:
        """Send a message of the application."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            sent = MutableHeaders(scope=message)
            for name, value in _SAFE.items():
                sent.setdefault(name, value)
            if sent.get("content-type", "").startswith("text/html") and not self._path.startswith(("/docs", "/redoc")):
                sent.setdefault("content-security-policy", POLICY)
            tagged = self._tag and self.status == 200 and sent.get("cache-control", "no-cache") == "no-cache"
            # What a route tags itself comes straight from the store: of one far away, whose version may lag, it is not kept.
            keeps = tagged and "set-cookie" not in sent and not (self._far and "etag" in sent)
            if tagged:
                sent.setdefault("etag", self._tag)
                sent.setdefault("cache-control", "no-cache")
                if "accept" not in {name.strip().lower() for name in sent.get("vary", "").split(",")}:
                    sent.add_vary_header("Accept")
            if keeps:
                self._headers = tuple(sent.raw)
            else:
                self.sent((), None)
            message["headers"] = [*sent.raw, self._identity]
        elif self._headers is not None:
            # Only an answer in one piece is kept: one in many is long.
            self.sent(self._headers, None if message.get("more_body") else message.get("body", b""))
            self._headers = None
        await self._send(message)

    async def unchanged(self, tag: str, kept: Sent | None) -> None:
        """Tell a client that what it has is still so, with the headers that the answer would have."""
        headers = (
            [pair for pair in kept.headers if not pair[0].startswith(b"content-")]
            if kept
            else [(b"etag", tag.encode())]
        )
        await self.send({"type": "http.response.start", "status": 304, "headers": headers})
        await self.send({"type": "http.response.body", "body": b""})

    async def again(self, kept: Sent) -> None:
        """Send an answer that was kept."""
        self.status = 200
        await self._send({"type": "http.response.start", "status": 200, "headers": [*kept.headers, self._identity]})
        await self._send({"type": "http.response.body", "body": kept.body})


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
