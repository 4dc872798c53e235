"""The SPARQL 1.1 Graph Store Protocol: whole graphs by GET and, with the token, by PUT, POST and DELETE."""

import io
import uuid
from collections.abc import Iterator
from typing import IO, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from graph.api.answers import etag, send
from graph.api.negotiation import asked_for, choose
from graph.api.problems import PROBLEM_SCHEMA, problem, schema_of
from graph.api.requests import ProtocolRoute, Refused, body_reader, content_type, fields, parts, require_token, single
from graph.errors import StoreError
from graph.settings import Settings
from graph.store import Change, Store, media
from graph.store.change import graph_name
from graph.store.limited import Reads
from graph.store.oxigraph import parse

_METHODS: Final = "GET, HEAD, PUT, POST, DELETE, OPTIONS"


def graph_store_router(store: Store, reads: Reads, settings: Settings) -> APIRouter:
    """Return the routes of the graph store.

    ``?default`` names the default graph, ``?graph=IRI`` a named one; ``/store/…`` is itself the name of a graph; with
    none of these GET answers with, and POST adds, a dataset.
    """
    router = APIRouter(route_class=ProtocolRoute, tags=["SPARQL"])
    Body = Annotated[IO[bytes], Depends(body_reader(settings.upload_max_bytes))]  # noqa: N806  a type

    def exists(graph: str) -> bool:
        return not graph or b"true" in b"".join(store.query(f"ASK {{ GRAPH {graph_name(graph)} {{}} }}", media.CSV))

    def read(request: Request, graph: str | None) -> Response:
        offers = (media.N_QUADS, media.TRIG) if graph is None else media.GRAPHS[:4]
        wanted = choose(asked_for(fields(request.url.query)) or request.headers.get("accept"), offers)
        if wanted is None:
            raise Refused(problem(406, f"none of these is acceptable: {', '.join(offers)}"))
        if graph and not exists(graph):
            raise Refused(problem(404, f"no graph <{graph}>"))
        return send(request, lambda: _export(reads, wanted, graph), wanted, etag(store.version, wanted, graph))

    def write(request: Request, body: IO[bytes], graph: str | None, *, replace: bool) -> Response:
        require_token(request, settings.token)
        kind, _ = content_type(request)
        pieces = parts(request, body) if kind.startswith("multipart/") else [(kind, body)]
        sources = [(_form(kind), io.BytesIO(data) if isinstance(data, bytes) else data) for kind, data in pieces]
        minted = graph is None and not replace and all(form not in media.DATASETS for form, _ in sources)
        if graph is None and replace:
            raise Refused(problem(400, "name the graph to replace with ?default or ?graph=IRI"))
        if minted:
            graph = f"{_address(request)}/{uuid.uuid4()}"
        new = graph is not None and not exists(graph)
        base = graph or _address(request)
        if len(sources) == 1 and (graph is None or not (replace or new)):
            store.load(sources[0][1], sources[0][0], graph=graph or None, base=base)
        else:
            quads = tuple(quad for form, data in sources for quad in parse(data, form, graph=graph or None, base=base))
            own = {f"<{graph}>"} if graph else {""}
            if graph is not None and (stray := {quad[3] for quad in quads} - own):
                raise Refused(problem(400, f"the data has the graph {stray.pop()}; send it without naming a graph"))
            store.apply(Change(drop=(graph or "",) if replace else (), create=(graph,) if graph else (), add=quads))
        if minted:
            return Response(status_code=201, headers={"Location": str(graph)})
        return Response(status_code=201 if new else 204)

    def delete(request: Request, graph: str | None) -> Response:
        require_token(request, settings.token)
        if graph is None:
            raise Refused(problem(400, "name the graph to delete with ?default or ?graph=IRI"))
        if not exists(graph):
            raise Refused(problem(404, f"no graph <{graph}>"))
        store.apply(Change(drop=(graph,)))
        return Response(status_code=204)

    @router.get("/store", summary="Read a graph", **_documented())
    def store_get(request: Request) -> Response:
        """Return a graph, or all of them."""
        return read(request, _asked(request))

    @router.head("/store", include_in_schema=False)
    def store_head(request: Request) -> Response:
        return read(request, _asked(request))

    @router.put("/store", summary="Replace a graph", status_code=204, **_documented("PUT"))
    def store_put(request: Request, body: Body) -> Response:
        """Put a graph in the place of what is there, in one step. Needs the token."""
        return write(request, body, _asked(request), replace=True)

    @router.post("/store", summary="Add to a graph", status_code=204, **_documented("POST"))
    def store_post(request: Request, body: Body) -> Response:
        """Add triples to a graph, or quads to the dataset. Needs the token."""
        return write(request, body, _asked(request), replace=False)

    @router.delete("/store", summary="Delete a graph", status_code=204, **_documented("DELETE"))
    def store_delete(request: Request) -> Response:
        """Delete a graph. Needs the token."""
        return delete(request, _asked(request))

    @router.get("/store/{name:path}", include_in_schema=False)
    @router.head("/store/{name:path}", include_in_schema=False)
    def direct_get(request: Request, name: str) -> Response:
        return read(request, _address(request))

    @router.put("/store/{name:path}", include_in_schema=False)
    def direct_put(request: Request, name: str, body: Body) -> Response:
        return write(request, body, _address(request), replace=True)

    @router.post("/store/{name:path}", include_in_schema=False)
    def direct_post(request: Request, name: str, body: Body) -> Response:
        return write(request, body, _address(request), replace=False)

    @router.delete("/store/{name:path}", include_in_schema=False)
    def direct_delete(request: Request, name: str) -> Response:
        return delete(request, _address(request))

    @router.options("/store", include_in_schema=False)
    @router.options("/store/{name:path}", include_in_schema=False)
    def store_preflight() -> Response:
        allowed = {"Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match"}
        return Response(
            status_code=204, headers={"Allow": _METHODS, "Access-Control-Allow-Methods": _METHODS, **allowed}
        )

    return router


def _form(kind: str) -> str:
    form = media.known(kind, media.GRAPHS) if kind else media.TURTLE
    if form is None:
        raise Refused(problem(415, f"can't read {kind}; send one of {', '.join(media.GRAPHS)}"))
    return form


def _export(reads: Reads, media_type: str, graph: str | None) -> Iterator[bytes]:
    return reads.export(media_type, graph)


def _address(request: Request) -> str:
    return str(request.url.replace(query="", fragment=""))


def _asked(request: Request) -> str | None:
    """Return the graph that the parameters name: an IRI, ``""`` for the default graph, None for the dataset."""
    found = fields(request.url.query)
    graph, default = single(found, "graph"), single(found, "default")
    if graph is not None and default is not None:
        raise Refused(problem(400, "name either ?default or ?graph=IRI"))
    if graph is not None:
        try:
            return graph_name(graph)[1:-1]
        except StoreError:
            raise Refused(problem(400, f"not an absolute IRI: {graph!r}")) from None
    return "" if default is not None else None


def _documented(method: str = "GET") -> dict[str, Any]:
    graph = {"type": "string", "format": "uri"}
    parameters: list[dict[str, Any]] = [
        {"name": "graph", "in": "query", "schema": graph, "description": "IRI of a named graph."},
        {
            "name": "default",
            "in": "query",
            "schema": {"type": "string"},
            "description": "The default graph.",
            "allowEmptyValue": True,
        },
    ]
    extra: dict[str, Any] = {"parameters": parameters}
    if method in ("PUT", "POST"):
        extra["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": schema_of(kind)} for kind in media.GRAPHS},
        }
    problems = {"content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}}}
    codes = {
        "GET": {400: "Malformed", 404: "No such graph", 406: "No such form", 503: "Too busy"},
        "DELETE": {400: "Malformed", 401: "No or a wrong token", 403: "Reads only", 404: "No such graph"},
    }.get(
        method,
        {
            400: "Malformed",
            401: "No or a wrong token",
            403: "Reads only",
            413: "Too large",
            415: "Unknown type of body",
        },
    )
    responses: dict[int | str, dict[str, Any]] = {
        code: {"description": text, **problems} for code, text in codes.items()
    }
    if method == "GET":
        kinds = {kind: {"schema": schema_of(kind)} for kind in media.GRAPHS}
        responses |= {200: {"description": "The graph", "content": kinds}, 304: {"description": "Not changed"}}
    else:
        responses |= (
            {204: {"description": "Done"}, 201: {"description": "Made a new graph"}}
            if method != "DELETE"
            else {204: {"description": "Done"}}
        )
    return {"openapi_extra": extra, "responses": responses, "response_class": Response}
