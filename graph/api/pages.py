"""Pages for people: rendered here, whole without JavaScript but for the networks, their state in the address.

A page stands at the address of its resource and is sent to browsers; every other client gets the record there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date as Date
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.routing import Match
from starlette.types import Scope

from graph.api.assets import address
from graph.api.state import CatalogueDep, SettingsDep, StoreDep
from graph.api.tables import columns
from graph.changes import Changes
from graph.chokepoints import stops
from graph.concentration import Concentration, concentration
from graph.dependency import dependents, find
from graph.errors import UnknownNameError
from graph.evidence import evidence
from graph.exposure import Exposure, exposure
from graph.listing import claims, document, documents, parties
from graph.models import Dependents, Evidence
from graph.names import Node
from graph.paths import Paths, common
from graph.profile import profile
from graph.question import Reply, translator
from graph.question import ask as answer_question
from graph.question.answering import newest_day
from graph.question.intents import INTENTS
from graph.related import Related, related
from graph.sheet import is_web, share, sheet, spaced
from graph.store import Store
from graph.threads import timeline
from graph.whatif import WhatIf
from ontology import terms
from ontology.catalogue import Catalogue

_PAGES: Final = Environment(
    loader=PackageLoader("graph"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
#: Query parameters of pages: a form sends a field that was left empty too.
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="As known on this day.")]
Shown = Annotated[str, Query(pattern="^(confirmed|reported|prospective)?$")]
_PRODUCTS: Final = frozenset(terms.PRODUCT_KINDS.values())
_EXAMPLES: Final = ("dependents", "suppliers", "exposure", "whatif", "chokepoints", "users", "changes", "conflicts")


class PageRoute(APIRoute):
    """A route that only browsers see: clients whose Accept names HTML."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a request of a browser."""
        accept = next((value for key, value in scope.get("headers", ()) if key == b"accept"), b"")
        return super().matches(scope) if b"text/html" in accept else (Match.NONE, {})


def render(name: str, **values: Any) -> str:
    """Return a page."""
    return _PAGES.get_template(name).render(**values)


def link(kind: str, identity: str) -> str:
    """Return the address of a page.

    >>> link("parties", "candidate-井芯微")
    '/parties/candidate-%E4%BA%95%E8%8A%AF%E5%BE%AE'
    """
    return f"/{kind}/{quote(identity, safe='')}"


def claim_source(claim: Evidence) -> str:
    """Return the address that a claim's source may link to; ``""`` where it is none of the web."""
    return claim.source or "" if is_web(claim.source) else ""


def _document_link(claim: Evidence) -> str:
    return link("documents", claim.document.removeprefix(terms.DOCUMENT))


_PAGES.filters["columns"] = columns
_PAGES.filters["spaced"] = spaced
_PAGES.filters["verb"] = lambda predicate: spaced(predicate).lower()
_PAGES.globals.update(
    asset=address,
    link=link,
    source=claim_source,
    document_link=_document_link,
    share=share,
    ask_link=lambda question: "/ask?" + urlencode({"q": question}),
    query_link=lambda query: "/query?" + urlencode({"query": query}),
    levels=terms.LEVELS,
)


def _page(name: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(render(name, **values))


async def refuse(request: Request, answer: Response) -> Response:
    """Turn a problem document into a page where the client is a browser."""
    if "text/html" not in request.headers.get("accept", ""):
        return answer
    body = json.loads(bytes(answer.body))
    question = request.query_params.get("q", "") if request.url.path == "/ask" else ""
    meant = []
    for name in body.get("did_you_mean", ()):
        again = question.replace(body["name"], name) if question else ""
        meant.append((name, "/ask?" + urlencode({"q": again}) if again else link("parties", name)))
    page = render(
        "problem.html", title=body["title"], status=body["status"], detail=body["detail"], meant=meant, question=question,
        intents=INTENTS.values() if body["status"] == 422 and question else (),
    )  # fmt: skip
    return HTMLResponse(page, answer.status_code)


def day(text: str) -> Date | None:
    """Return the day that a form sent; none where the field was left empty."""
    try:
        return Date.fromisoformat(text) if text else None
    except ValueError:
        return None


def pages_router() -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/")
    def home(store: StoreDep, catalogue: CatalogueDep) -> HTMLResponse:
        newest = newest_day(store)
        latest = claims(store, limit=12)
        return _page(
            "home.html",
            examples=[INTENTS[name].example for name in _EXAMPLES],
            newest=newest,
            latest=latest.items,
            total=latest.total,
            documents=documents(store, limit=6),
            parties=parties(store, limit=18).items,
            named=lambda text: entry.name if (entry := catalogue.entry(text)) else text,
            question="",
        )

    @router.get("/ask")
    def ask(
        request: Request,
        store: StoreDep,
        catalogue: CatalogueDep,
        settings: SettingsDep,
        q: Annotated[str, Query(max_length=500)] = "",
    ) -> HTMLResponse:
        if not q.strip():
            return _page("intents.html", intents=INTENTS.values(), question="")
        reply = answer_question(store, q, catalogue, translator(settings))
        request.state.intent = reply.question.intent
        return _page(
            "answer.html",
            question=q,
            reply=reply,
            sheet=sheet(reply.answer),
            network=_network(reply),
            more=_further(reply),
        )

    @router.get("/parties")
    @router.get("/products")
    def list_parties(
        request: Request,
        store: StoreDep,
        q: Annotated[str, Query(max_length=200)] = "",
        kind: Annotated[str, Query(max_length=60)] = "",
        country: Annotated[str, Query(max_length=2)] = "",
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> HTMLResponse:
        products = request.url.path == "/products"
        page = parties(store, products=products, q=q, kind=kind, country=country, limit=60, offset=offset)
        kinds = sorted(set((terms.PRODUCT_KINDS if products else terms.PARTY_KINDS).values()))
        return _page(
            "parties.html", page=page, products=products, q=q, kind=kind, country=country, kinds=kinds, question="",
            more=_turn(request, page.offset, page.limit, page.total),
        )  # fmt: skip

    @router.get("/parties/{name}")
    @router.get("/products/{name}")
    def party(store: StoreDep, catalogue: CatalogueDep, name: str, level: Shown = "", as_of: Day = "") -> HTMLResponse:
        known_on, chosen = day(as_of), level or "reported"
        node = find(store, name, catalogue, known_on)
        known = profile(store, node, as_of=known_on, catalogue=catalogue)
        walks = [
            dependents(store, node.iri, direction=direction, level=chosen, as_of=known_on, catalogue=catalogue)
            for direction in ("dependents", "dependencies")
        ]
        numbers: dict[str, int] = {}
        threads = timeline(store, node.iri, as_of=known_on, catalogue=catalogue)
        exposed = _exposures(store, node, known_on, catalogue)
        is_product = node.kind in _PRODUCTS
        supply = _supply(store, node, chosen, known_on, catalogue) if is_product else []
        laid_supply = [(name, sheet(record, numbers)) for name, record in supply]
        halts = stops(store, node.iri, level=chosen, as_of=known_on, catalogue=catalogue)
        laid = [(walk, sheet(walk, numbers)) for walk in walks]
        ties = sheet(known, numbers)
        laid_stops = sheet(halts, numbers)
        cited = {**known.evidence, **walks[0].evidence, **walks[1].evidence, **halts.evidence}
        for _, record in supply:
            cited.update(record.evidence)
        return _page(
            "party.html", known=known, threads=threads, is_product=is_product, supply=laid_supply, exposed=exposed, halts=halts, stops=laid_stops, walks=laid, level=chosen, as_of=as_of, ties=ties, question="",
            cited=[(number, cited[claim]) for claim, number in numbers.items()],
            network=link("view", known.party.id) + _state(chosen, as_of),
        )  # fmt: skip

    @router.get("/documents")
    def list_documents(
        request: Request, store: StoreDep, q: Annotated[str, Query(max_length=200)] = "", offset: int = 0
    ) -> HTMLResponse:
        page = documents(store, q=q, limit=60, offset=max(offset, 0))
        more = _turn(request, page.offset, page.limit, page.total)
        return _page("documents.html", page=page, q=q, question="", more=more)

    @router.get("/documents/{identity}")
    def one_document(store: StoreDep, catalogue: CatalogueDep, identity: str) -> HTMLResponse:
        found = document(store, identity)
        return _page("document.html", found=found, pieces=tuple(_pieces(found)), question="", named=_names(catalogue))

    @router.get("/claims/{identity}")
    def one_claim(
        store: StoreDep, catalogue: CatalogueDep, identity: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
    ) -> HTMLResponse:
        found = evidence(store, [terms.CLAIM + identity])
        if not found:
            raise UnknownNameError(identity, (), "claim")
        return _page("claim.html", each=found[terms.CLAIM + identity], question="", named=_names(catalogue))

    return router


def _names(catalogue: Catalogue) -> Callable[[str], str]:
    """Return what gives a claim's end the catalogue's name, or leaves it as it was written."""
    return lambda text: entry.name if (entry := catalogue.entry(text)) else text


def _supply(
    store: Store, node: Node, level: str, as_of: Date | None, catalogue: Catalogue
) -> list[tuple[str, Related | Concentration]]:
    """Return who supplies a component to whom, and how concentrated its supply is, where it is one."""
    found: list[tuple[str, Related | Concentration]] = []
    ties = related(store, terms.SUPPLY, item=node, level=level, as_of=as_of)
    if ties.found:
        found.append(("supply", ties))
    try:
        needs = concentration(store, node.name, level=level, as_of=as_of, limit=40, catalogue=catalogue)
    except UnknownNameError:
        return found
    return [*found, ("concentration", needs)] if needs.found else found


def _exposures(store: Store, node: Node, as_of: Date | None, catalogue: Catalogue, most: int = 8) -> list[Exposure]:
    """Return a party's exposure, at three levels, to what it is exposed to most."""
    heaviest = common(store, [node.iri], as_of=as_of, limit=most, catalogue=catalogue)
    return [exposure(store, node.iri, each.supplier.iri, as_of=as_of, catalogue=catalogue) for each in heaviest.found]


def _network(reply: Reply) -> str:
    """Return the address of the network that shows an answer; ``""`` where none does."""
    asked, ids = reply.question, [each.id for each in reply.question.parties]
    state = {"level": asked.level, "as_of": asked.as_of or ""}
    if asked.intent in ("dependents", "dependencies") and isinstance(reply.answer, Dependents):
        path, more = link("view", ids[0]), {"direction": asked.intent}
    elif asked.intent in ("paths", "exposure"):
        ends = [reply.answer.party.id, reply.answer.on.id] if isinstance(reply.answer, Paths) else ids
        path, more = "/view/paths", {"party": ends[0], "on": ends[1]}
    elif asked.intent == "whatif" and isinstance(reply.answer, WhatIf):
        path, more = "/view/whatif", {"scenario": reply.answer.scenario}
    elif asked.intent == "chokepoints" and ids:
        path, more = link("view", ids[0]) + "/stops", {}
    elif asked.intent == "conflicts":
        path, more, state = "/view/conflicts", {}, {"as_of": asked.as_of or ""}
    else:
        return ""
    return path + "?" + urlencode({key: value for key, value in {**more, **state}.items() if value})


def _further(reply: Reply) -> tuple[str, str]:
    """Return name and address of the page that shows an answer at more leisure; ``""`` where none does."""
    asked = reply.question
    if isinstance(reply.answer, Changes):
        return "the page of changes", "/changes?" + urlencode(
            {"since": reply.answer.since, "until": reply.answer.until}
        )
    if asked.intent in ("profile", "timeline", "suppliers", "customers") and len(asked.parties) == 1:
        return f"the page of {asked.parties[0].name}", link("parties", asked.parties[0].id) + _state(
            "", asked.as_of or ""
        )
    if isinstance(reply.answer, WhatIf):
        return "the page of scenarios", "/whatif?" + urlencode(
            {"scenario": reply.answer.scenario, "level": asked.level}
        )
    return "", ""


def _state(level: str, as_of: str) -> str:
    said = {"level": level if level != "reported" else "", "as_of": as_of}
    query = urlencode({key: value for key, value in said.items() if value})
    return "?" + query if query else ""


def _turn(request: Request, offset: int, limit: int, total: int) -> dict[str, str]:
    """Return the addresses of the next and the previous part of a list."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]

    def at(place: int) -> str:
        return request.url.path + "?" + urlencode([*kept, ("offset", place)])

    return {
        "next": at(offset + limit) if offset + limit < total else "",
        "previous": at(max(offset - limit, 0)) if offset else "",
    }


def _pieces(found: Any) -> Iterable[tuple[str, Any]]:
    """Yield the text in pieces, each with what was read from it (None between)."""
    place = 0
    for passage in found.passages:
        if passage.start < place or passage.end <= passage.start or passage.end > len(found.text):
            continue
        if passage.start > place:
            yield found.text[place : passage.start], None
        yield found.text[passage.start : passage.end], passage
        place = passage.end
    if place < len(found.text):
        yield found.text[place:], None
