"""The HTTP service: ``create_app(store)``, no globals."""

from __future__ import annotations

from datetime import date as Date
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from graph.api.sparql import sparql_router
from graph.dependency import Direction, dependents
from graph.errors import QuestionError, UnknownNameError
from graph.models import Dependents
from graph.question import ask as answer_question
from graph.settings import Settings
from graph.store import Store
from graph.views import html, network_script, static
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

_STATIC = {"view.css": "text/css", "view.js": "text/javascript"}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


StoreDep = Annotated[Store, Depends(_store)]
CatalogueDep = Annotated[Catalogue, Depends(_catalogue)]
LevelParam = Annotated[
    str, Query(pattern="^(confirmed|reported|prospective)$", description="How firm a claim must be.")
]


def create_app(store: Store, settings: Settings | None = None) -> FastAPI:
    """Return the service over a store."""
    settings = settings or Settings()
    app = FastAPI(
        title="nthtier",
        version=version("nthtier"),
        description="Who depends on whom in the AI industry, every hop with its evidence.",
    )
    app.state.store, app.state.catalogue = store, Catalogue.bundled(tuple(settings.catalogue))
    app.include_router(sparql_router(store, settings))

    @app.get("/ask")
    def ask(
        store: StoreDep,
        catalogue: CatalogueDep,
        q: Annotated[str, Query(max_length=500, examples=["who depends on TSMC?"])],
    ) -> Dependents:
        """Answer a question in plain English."""
        return answer_question(store, q, catalogue)

    @app.get("/parties/{name}/{direction}")
    def walk(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction,
        level: LevelParam = "reported",
        as_of: Date | None = None,
        valid_at: Date | None = None,
        max_tier: Annotated[int | None, Query(ge=1)] = None,
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

    @app.get("/view/{name}", response_class=HTMLResponse)
    def view(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction = "dependents",
        level: LevelParam = "reported",
        as_of: Date | None = None,
        max_tier: Annotated[int | None, Query(ge=1)] = None,
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

    app.add_exception_handler(NthtierError, _problem)
    return app


def _problem(_: Request, error: Exception) -> JSONResponse:
    """Return a known error as problem+json."""
    status = 404 if isinstance(error, UnknownNameError) else 422 if isinstance(error, QuestionError) else 400
    body: dict[str, object] = {
        "type": "about:blank",
        "title": type(error).__name__.removesuffix("Error"),
        "status": status,
        "detail": str(error),
    }
    if isinstance(error, UnknownNameError) and error.suggestions:
        body["did_you_mean"] = list(error.suggestions)
    return JSONResponse(body, status, media_type="application/problem+json")
