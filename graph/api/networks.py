"""Network views as pages, and the neighbours by which a view is opened further."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from graph.api.assets import address
from graph.api.pages import day, link
from graph.api.state import AsOfParam, CatalogueDep, LevelParam, MaxTierParam, StoreDep
from graph.chokepoints import stops
from graph.conflicts import conflicts
from graph.dependency import Direction
from graph.paths import paths
from graph.views import Neighbours, Picture, ego, html, neighbours
from graph.views.analyses import of_conflicts, of_paths, of_stops, of_whatif
from graph.views.page import data
from graph.views.picture import line, spot
from graph.whatif import whatif
from ontology import terms

Shown = Annotated[str, Query(pattern=f"^({'|'.join(terms.LEVELS)})$", description="How firm a claim must be.")]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="As known on this day.")]

_MOST = 120  # losses that a picture shows


def page_of(picture: Picture, **frame: Any) -> HTMLResponse:
    """Return a picture as a page of this service."""
    return HTMLResponse(html(picture, assets=address, page="/parties/{id}", frame=frame))


def networks_router() -> APIRouter:
    """Return the routes of the network views."""
    router = APIRouter(tags=["Views"])

    @router.get("/view/whatif", response_class=HTMLResponse)
    def scenario(
        store: StoreDep,
        catalogue: CatalogueDep,
        scenario: Annotated[str, Query(max_length=2000, examples=["TSMC -50%"])],
        level: Shown = "reported",
        as_of: Day = "",
    ) -> HTMLResponse:
        """Return an interactive page of what a scenario costs whom; lost output by colour."""
        answer = whatif(store, scenario, level=level, as_of=day(as_of), limit=_MOST, catalogue=catalogue)
        back = "/whatif?" + urlencode({"scenario": scenario, "level": level})
        return page_of(of_whatif(answer), back=back, back_name="the scenario")

    @router.get("/view/paths", response_class=HTMLResponse)
    def ways(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Annotated[str, Query(max_length=300, examples=["OpenAI"])],
        on: Annotated[str, Query(max_length=300, examples=["TSMC"])],
        level: Shown = "reported",
        as_of: Day = "",
    ) -> HTMLResponse:
        """Return an interactive page of the ways by which a party depends on another."""
        answer = paths(store, party, on, count=12, level=level, as_of=day(as_of), catalogue=catalogue)
        return page_of(of_paths(answer), back=link("parties", answer.party.id), back_name=answer.party.name)

    @router.get("/view/conflicts", response_class=HTMLResponse)
    def disputed(store: StoreDep, as_of: Day = "") -> HTMLResponse:
        """Return an interactive page of what sources disagree on."""
        return page_of(of_conflicts(conflicts(store, as_of=day(as_of))), back="/conflicts", back_name="conflicts")

    @router.get("/view/{name}/stops", response_class=HTMLResponse)
    def without(
        store: StoreDep, catalogue: CatalogueDep, name: str, level: Shown = "reported", as_of: Day = ""
    ) -> HTMLResponse:
        """Return an interactive page of what stops without a party."""
        answer = stops(store, name, level=level, as_of=day(as_of), catalogue=catalogue)
        return page_of(of_stops(answer), back=link("parties", answer.party.id), back_name=answer.party.name)

    @router.get("/view/{name}", response_class=HTMLResponse)
    def view(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction = "dependents",
        level: Shown = "reported",
        as_of: Day = "",
        max_tier: MaxTierParam = None,
    ) -> HTMLResponse:
        """Return an interactive page of the network around a party, its tiers as columns."""
        picture = ego(
            store, name, direction=direction, level=level, as_of=day(as_of), max_tier=max_tier, catalogue=catalogue
        )
        middle = next(each for each in picture.spots if each.tier == 0)
        state = {"level": level, "as_of": as_of}

        def switch(**other: str) -> str:
            wanted = {"direction": direction, **state, **other}
            return link("view", middle.id) + "?" + urlencode({key: value for key, value in wanted.items() if value})

        switches = [
            *((each, switch(direction=each), each == direction) for each in ("dependents", "dependencies")),
            *((each, switch(level=each), each == level) for each in terms.LEVELS),
        ]
        expand = "/view/{id}/neighbours?" + urlencode({key: value for key, value in state.items() if value})
        return page_of(
            Picture(**{**vars(picture), "expand": expand}),
            switches=switches,
            back=link("parties", middle.id),
            back_name=middle.name,
        )

    @router.get("/view/{name}/neighbours", include_in_schema=False)
    def more(
        store: StoreDep, catalogue: CatalogueDep, name: str, level: Shown = "reported", as_of: Day = ""
    ) -> dict[str, Any]:
        found = neighbours(store, name, level=level, as_of=day(as_of), catalogue=catalogue)
        return drawn(found)

    return router


def neighbours_router() -> APIRouter:
    """Return the resource of a party's direct neighbours."""
    router = APIRouter(tags=["Parties"])

    @router.get("/parties/{name}/neighbours")
    def near(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="Most ties each way.")] = 60,
    ) -> Neighbours:
        """Return who supplies a party and whom it supplies, directly."""
        return neighbours(store, name, level=level, as_of=as_of, limit=limit, catalogue=catalogue)

    return router


def drawn(found: Neighbours) -> dict[str, Any]:
    """Return neighbours as a view adds them: ``side`` says whether they stand before or after the party."""
    hops = (*found.suppliers, *found.consumers)
    parties = {end.iri: end for hop in hops for end in (hop.supplier, hop.consumer)}
    before = {hop.supplier.iri for hop in found.suppliers}
    spots = tuple(spot(parties[iri], 0, 9, hidden=max(found.hidden.get(iri, 0) - 1, 0)) for iri in sorted(parties))
    lines = {(hop.supplier.iri, hop.consumer.iri, hop.component): line(hop, found.evidence) for hop in hops}
    shown = data(Picture("", "", spots, tuple(lines.values()), found.evidence), "/parties/{id}")
    for node in shown["nodes"]:
        node["side"] = -1 if node["id"] in before else 1
    return shown
