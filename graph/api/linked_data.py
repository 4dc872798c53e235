"""Linked data: the names of things, claims and documents answer on this service by path, in the form a client likes.

``https://w3id.org/nthtier/id/tsmc`` is the name, ``/id/tsmc`` answers here: as RDF by negotiation, or by sending a browser to
the page.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from graph.api.answers import etag, send
from graph.api.negotiation import choose
from graph.api.problems import PROBLEM_SCHEMA, problem, schema_of
from graph.api.requests import ProtocolRoute, Refused
from graph.errors import QuerySyntaxError, StoreError
from graph.store import Store, media
from graph.store.change import graph_name
from graph.store.limited import Reads
from graph.store.oxigraph import convert
from ontology.terms import BASE, DOCUMENT, PROV

#: What names a page of its own for people → where that is; the rest is shown as Turtle.
_PAGES: Final = {"id": "/parties/", "document": "/documents/"}
_FORMS: Final = media.GRAPHS[:4]
_HTML: Final = "text/html"
#: What is said of a thing, by whom it is named, and in which graph; enough for the largest hub.
_ABOUT: Final = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ SELECT ?s ?p ?o {{ VALUES ?s {{ {iri} }} ?s ?p ?o }} }}
  UNION {{ SELECT ?s ?p ?o {{ VALUES ?o {{ {iri} }} ?s ?p ?o }} LIMIT 10000 }}
  UNION {{ SELECT ?s ?p ?o {{ VALUES ?s {{ {iri} }} GRAPH ?g {{ ?s ?p ?o }} }} }}
}}"""


def linked_data_router(store: Store, reads: Reads) -> APIRouter:
    """Return the routes ``/id/…``, ``/claim/…``, ``/document/…``, ``/relation/…``, ``/conflict/…`` and ``/ontology``."""
    router = APIRouter(route_class=ProtocolRoute, tags=["Linked data"])

    def answer(request: Request, kind: str, name: str) -> Response:
        wanted = _wanted(request)
        try:
            iri = graph_name(f"{BASE}{kind}/{name}")
        except StoreError:
            raise Refused(problem(404, f"nothing is called {name!r}")) from None
        try:
            known = _is_known(reads, kind, iri)
        except QuerySyntaxError:  # characters that the engine takes in no IRI
            known = False
        if not known:
            raise Refused(problem(404, f"nothing here says anything of {iri}"))
        if wanted == _HTML and (page := _page(reads, kind, name, iri)):
            return RedirectResponse(page, 303, {"Vary": "Accept"})
        form = media.TURTLE if wanted == _HTML else wanted

        def produce() -> Iterator[bytes]:
            if kind == "document":
                return reads.export(form, iri[1:-1])
            return reads.query(_ABOUT.format(iri=iri), form)

        return send(request, produce, form, etag(store.version, form, iri))

    def get_id(request: Request, name: str) -> Response:
        """Return what the consolidated view says of a party or product."""
        return answer(request, "id", name)

    def get_claim(request: Request, name: str) -> Response:
        """Return a claim: what it says, where and when."""
        return answer(request, "claim", name)

    def get_document(request: Request, name: str) -> Response:
        """Return a document's graph: the document and its claims."""
        return answer(request, "document", name)

    def get_relation(request: Request, name: str) -> Response:
        """Return what all claims about one relation add up to."""
        return answer(request, "relation", name)

    def get_conflict(request: Request, name: str) -> Response:
        """Return a conflict between claims."""
        return answer(request, "conflict", name)

    def get_ontology(request: Request) -> Response:
        """Return the classes and properties."""
        wanted = _wanted(request)
        form = media.TURTLE if wanted == _HTML else wanted
        text = files("ontology").joinpath("supply.ttl").read_bytes()
        return send(
            request,
            lambda: iter([text if form == media.TURTLE else convert(text, media.TURTLE, form)]),
            form,
            etag(form, text),
        )

    for kind, route in (
        ("id", get_id), ("claim", get_claim), ("document", get_document), ("relation", get_relation), ("conflict", get_conflict)
    ):  # fmt: skip
        router.add_api_route(f"/{kind}/{{name}}", route, methods=["GET"], name=f"{kind}_data", **_documented())
        router.add_api_route(f"/{kind}/{{name}}", route, methods=["HEAD"], name=f"{kind}_head", include_in_schema=False)
    router.add_api_route("/ontology", get_ontology, methods=["GET"], name="ontology_data", **_documented())
    router.add_api_route("/ontology", get_ontology, methods=["HEAD"], name="ontology_head", include_in_schema=False)
    return router


def _wanted(request: Request) -> str:
    offers = (*_FORMS, _HTML)
    wanted = choose(request.headers.get("accept"), offers)
    if wanted is None:
        raise Refused(problem(406, f"none of these is acceptable: {', '.join(offers)}"))
    return wanted


def _page(reads: Reads, kind: str, name: str, iri: str) -> str | None:
    """Return the page for people; a claim's is that of its document."""
    if kind == "claim":
        query = f"SELECT ?d {{ GRAPH ?g {{ {iri} <{PROV}wasDerivedFrom> ?d }} }} LIMIT 1"
        rows = b"".join(reads.query(query, media.CSV)).decode().split()
        if len(rows) < 2 or not rows[1].startswith(DOCUMENT):
            return None
        kind, name = "document", rows[1].removeprefix(DOCUMENT)
    return _PAGES[kind] + quote(name, safe="") if kind in _PAGES else None


def _is_known(reads: Reads, kind: str, iri: str) -> bool:
    where = (
        f"GRAPH {iri} {{ ?s ?p ?o }}"
        if kind == "document"
        else f"{{ {iri} ?p ?o }} UNION {{ GRAPH ?g {{ {iri} ?p ?o }} }}"
    )
    return b"true" in b"".join(reads.query(f"ASK {{ {where} }}", media.CSV))


def _documented() -> dict[str, Any]:
    problems = {"content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}}}
    kinds = {kind: {"schema": schema_of(kind)} for kind in _FORMS}
    responses: dict[int | str, dict[str, Any]] = {
        200: {"description": "What is known", "content": kinds},
        303: {"description": "The page for people"},
        304: {"description": "Not changed"},
        404: {"description": "Nothing is known", **problems},
        406: {"description": "No such form", **problems},
    }
    return {"responses": responses, "response_class": Response}
