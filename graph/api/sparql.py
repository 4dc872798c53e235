"""The SPARQL 1.1 service: queries at ``/sparql``, updates at ``/update``, graphs at ``/store``."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from typing import IO, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from graph.api.answers import etag, send
from graph.api.description import describe
from graph.api.graph_store import graph_store_router
from graph.api.linked_data import linked_data_router
from graph.api.negotiation import asked_for, choose
from graph.api.problems import PROBLEM_SCHEMA, problem, schema_of
from graph.api.requests import (
    ProtocolRoute,
    Refused,
    body_reader,
    content_type,
    fields,
    require_token,
    single,
    text_of,
)
from graph.settings import Settings
from graph.store import Store, guard, media
from graph.store.limited import Reads, check_update, limited
from graph.store.outline import Outline
from graph.store.pull import Limits

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def rules_of(settings: Settings) -> guard.Rules:
    """Return what queries and updates of strangers may do."""
    return guard.Rules(frozenset(settings.allow_service), frozenset(settings.allow_load), settings.query_max_length)


def reads_of(store: Store, settings: Settings) -> Reads:
    """Return the store for reading under the limits of the settings; for a folder that means reader processes."""
    return limited(
        store,
        Limits(settings.query_timeout, settings.result_max_bytes),
        rules_of(settings),
        size=settings.query_concurrency,
        memory=settings.query_max_memory,
    )


def sparql_router(store: Store, settings: Settings, reads: Reads | None = None) -> APIRouter:
    """Return the routes of the SPARQL protocols over a store.

    Queries run under the limits of the settings; what was started for reading ends with the application's lifespan.
    """
    rules = rules_of(settings)
    reads = reads or reads_of(store, settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        yield
        reads.close()

    router = APIRouter(route_class=ProtocolRoute, tags=["SPARQL"], lifespan=lifespan)
    Body = Annotated[IO[bytes], Depends(body_reader(settings.upload_max_bytes))]  # noqa: N806  a type

    def answer(request: Request, found: list[tuple[str, str]], sparql: str) -> Response:
        seen = guard.check(sparql, rules)
        if seen.form == "update":
            raise Refused(problem(400, f"this is an update; send it to {request.url_for('sparql_update').path}"))
        offers = media.ROWS if seen.form == "rows" else media.GRAPHS
        wanted = _wanted(request, found, offers)
        default, named = _all(found, "default-graph-uri"), _all(found, "named-graph-uri")
        text = _with_base(sparql, seen, request)
        tag = None if seen.is_volatile else etag(store.version, wanted, text, default, named)
        return send(request, lambda: reads.query(text, wanted, default_graphs=default, named_graphs=named), wanted, tag)

    def ask_by_get(request: Request) -> Response:
        found = fields(request.url.query)
        sparql = single(found, "query")
        for name in _READ:
            _all(found, name)
        if sparql is not None:
            return answer(request, found, sparql)
        if single(found, "update") is not None:
            raise Refused(problem(400, "an update needs POST"))
        wanted = _wanted(request, found, (*media.GRAPHS[:4], "text/html"))
        if wanted == "text/html":
            wanted = media.TURTLE
        writable = settings.token is not None
        return send(request, lambda: iter([describe(request, wanted, writable)]), wanted)

    @router.get("/sparql", summary="Ask a SPARQL query", **_documented("query", _READ, media.ROWS + media.GRAPHS))
    def sparql_query(request: Request) -> Response:
        """Answer a query; without one, describe the service (SPARQL 1.1 Service Description)."""
        return ask_by_get(request)

    @router.head("/sparql", include_in_schema=False)
    def sparql_head(request: Request) -> Response:
        return ask_by_get(request)

    @router.post(
        "/sparql", summary="Ask a long SPARQL query", **_documented("query", _READ, media.ROWS + media.GRAPHS, _QUERY)
    )
    def sparql_post(request: Request, body: Body) -> Response:
        """Answer a query sent as a form or as the body itself."""
        sparql, found = _sent(request, body, "query", _QUERY)
        return answer(request, found, sparql)

    @router.post("/update", summary="Change the data", status_code=204, **_documented("update", _WRITE, (), _UPDATE))
    def sparql_update(request: Request, body: Body) -> Response:
        """Run an update, all of it or nothing. Needs the token."""
        require_token(request, settings.token)
        sparql, found = _sent(request, body, "update", _UPDATE)
        seen = check_update(store, sparql, rules)
        if seen.form not in ("update", ""):
            raise Refused(problem(400, f"this is a query; send it to {request.url_for('sparql_query').path}"))
        graphs, named = _all(found, "using-graph-uri"), _all(found, "using-named-graph-uri")
        store.update(_with_base(sparql, seen, request), using_graphs=graphs, using_named_graphs=named)
        return Response(status_code=204)

    @router.options("/sparql", include_in_schema=False)
    @router.options("/update", include_in_schema=False)
    def preflight(request: Request) -> Response:
        methods = "POST, OPTIONS" if request.url.path.endswith("/update") else "GET, HEAD, POST, OPTIONS"
        return Response(
            status_code=204, headers={"Allow": methods, "Access-Control-Allow-Methods": methods, **_PREFLIGHT}
        )

    router.include_router(graph_store_router(store, reads, settings))
    router.include_router(linked_data_router(store, reads))
    return router


def _wanted(request: Request, found: list[tuple[str, str]], offers: Sequence[str]) -> str:
    wanted = choose(asked_for(found) or request.headers.get("accept"), offers)
    if wanted is None:
        raise Refused(problem(406, f"none of these is acceptable: {', '.join(offers)}"))
    return wanted


def _sent(request: Request, body: IO[bytes], name: str, direct: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text and the parameters of a POST."""
    kind, charset = content_type(request)
    found = fields(request.url.query)
    if charset not in ("", "utf-8", "utf8"):
        raise Refused(problem(415, f"the text must be UTF-8, not {charset}"))
    if kind == direct:
        if single(found, name) is not None:
            raise Refused(problem(400, f"'{name}' is given twice: in the address and as the body"))
        return text_of(body), found
    if kind != _FORM:
        raise Refused(problem(415, f"send {direct} or {_FORM}, not {kind or 'an unnamed type'}"))
    found += fields(text_of(body))
    sparql = single(found, name)
    if sparql is None:
        raise Refused(problem(400, f"the parameter '{name}' is missing"))
    return sparql, found


def _all(found: list[tuple[str, str]], name: str) -> list[str]:
    graphs = [value for key, value in found if key == name]
    for graph in graphs:
        if not _ABSOLUTE.fullmatch(graph):
            raise Refused(problem(400, f"{name} is not an absolute IRI: {graph!r}"))
    return graphs


def _with_base(sparql: str, seen: Outline, request: Request) -> str:
    """Give relative IRIs the address of the service as their base, as the specification suggests."""
    return f"BASE <{request.url.replace(query='')}> {sparql}" if seen.needs_base else sparql


_READ: Final = ("default-graph-uri", "named-graph-uri")
_WRITE: Final = ("using-graph-uri", "using-named-graph-uri")


def _documented(name: str, graphs: Sequence[str], answers: Sequence[str], direct: str = "") -> dict[str, Any]:
    """Return what the OpenAPI document says of a route whose parameters the protocol defines."""
    # An update may be empty, a query may not.
    text: dict[str, Any] = {"type": "string", "minLength": 1} if answers else {"type": "string"}
    uris = {"type": "array", "items": {"type": "string", "format": "uri"}}
    parameters = [
        {"name": graph, "in": "query", "schema": uris, "description": "Graph IRI; may be repeated."} for graph in graphs
    ]
    if not direct:
        example = "SELECT ?who WHERE { id:tsmc nt:supplies ?who }"
        parameters.insert(
            0, {"name": name, "in": "query", "schema": text, "description": "SPARQL text.", "example": example}
        )
    extra: dict[str, Any] = {"parameters": parameters}
    if direct:
        properties = {name: text, **dict.fromkeys(graphs, uris)}
        form = {"schema": {"type": "object", "required": [name], "properties": properties}}
        extra["requestBody"] = {"required": True, "content": {direct: {"schema": text}, _FORM: form}}
    problems = {"content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}}}
    codes = {
        400: "Malformed", 403: "Not allowed here", 413: "Too large", 503: "Over its time, or too busy; see Retry-After",
        **({406: "No such form"} if answers else {401: "No or a wrong token"}), **({415: "Unknown type of body"} if direct else {}),
    }  # fmt: skip
    responses: dict[int | str, dict[str, Any]] = {
        code: {"description": text, **problems} for code, text in codes.items()
    }
    if answers:
        responses[200] = {
            "description": "The result",
            "content": {kind: {"schema": schema_of(kind)} for kind in answers},
        }
        responses[304] = {"description": "Not changed since the entity tag given"}
    else:
        responses[204] = {"description": "Done"}
    return {"openapi_extra": extra, "responses": responses, "response_class": Response}
