"""The HTTP service: ``create_app(store)``, no globals."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from graph.api import faults
from graph.api.sparql import sparql_router
from graph.api.state import AsOfParam, CatalogueDep, LevelParam, MaxTierParam, StoreDep, ValidAtParam
from graph.dependency import Direction, dependents
from graph.models import Dependents
from graph.question import Reply
from graph.question import ask as answer_question
from graph.settings import Settings
from graph.store import Store
from graph.views import html, network_script, static
from ontology.catalogue import Catalogue

_STATIC = {"view.css": "text/css", "view.js": "text/javascript"}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"


def _walk_router() -> APIRouter:
    router = APIRouter(tags=["Dependence"])

    @router.get("/parties/{name}/{direction}")
    def walk(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        max_tier: MaxTierParam = None,
    ) -> Dependents:
        """Return who depends on a party, or what it depends on, tier by tier."""
        return dependents(
            store,
            name,
            direction=direction,
            level=level,
            as_of=as_of,
            valid_at=valid_at,
            max_tier=max_tier,
            catalogue=catalogue,
        )

    return router


#: Router factories of the resources; each is served under ``/v1`` and, for short, at the root.
RESOURCES: Final[tuple[Callable[[], APIRouter], ...]] = (_walk_router,)


def create_app(store: Store, settings: Settings | None = None) -> FastAPI:
    """Return the service over a store."""
    settings = settings or Settings()
    app = FastAPI(
        title="nthtier",
        version=version("nthtier"),
        description="Who depends on whom in the AI industry, every hop with its evidence.",
    )
    app.state.store, app.state.settings = store, settings
    app.state.catalogue = Catalogue.bundled(tuple(settings.catalogue))
    faults.install(app)
    app.include_router(sparql_router(store, settings))

    @app.get("/ask")
    def ask(
        store: StoreDep,
        catalogue: CatalogueDep,
        q: Annotated[str, Query(max_length=500, examples=["who depends on TSMC?"])],
    ) -> Reply:
        """Answer a question in plain English."""
        return answer_question(store, q, catalogue)

    @app.get("/view/{name}", response_class=HTMLResponse)
    def view(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction = "dependents",
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        max_tier: MaxTierParam = None,
    ) -> HTMLResponse:
        """Return an interactive page of the network around a party."""
        answer = dependents(
            store, name, direction=direction, level=level, as_of=as_of, max_tier=max_tier, catalogue=catalogue
        )
        return HTMLResponse(
            html(answer, assets="/static", page="/view/{id}"), headers={"Content-Security-Policy": _POLICY}
        )

    @app.get("/static/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name == "vis-network.min.js":
            return Response(network_script(), media_type="text/javascript")
        if name not in _STATIC:
            raise HTTPException(404)
        return Response(static(name), media_type=_STATIC[name])

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Say that the service runs."""
        return {"status": "ok"}

    for factory in RESOURCES:
        app.include_router(factory(), prefix="/v1")
        app.include_router(factory(), include_in_schema=False)
    return app
