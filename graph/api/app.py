"""The HTTP service: ``create_app(store)``, no globals."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from graph.api import faults
from graph.api.agents import tool_routes
from graph.api.analysis import analysis_router
from graph.api.analysis_pages import analysis_pages_router
from graph.api.ask import ask_router
from graph.api.assets import assets_router
from graph.api.changes import changes_router
from graph.api.contract import with_problems
from graph.api.decisions import decisions_router
from graph.api.documents import documents_router
from graph.api.examples import with_examples
from graph.api.health import health_router
from graph.api.networks import neighbours_router, networks_router
from graph.api.pages import pages_router, refuse
from graph.api.parameters import only_known
from graph.api.resources import resources_router
from graph.api.service import Measures, Service
from graph.api.sparql import reads_of, sparql_router
from graph.settings import Settings
from graph.store import Store
from graph.tools import tool_server
from ontology.catalogue import Catalogue

#: Router factories of the resources; each is served under ``/v1`` and, for what is no browser, at the root.
RESOURCES: Final[tuple[Callable[[], APIRouter], ...]] = (
    changes_router,
    decisions_router,
    neighbours_router,
    resources_router,
    analysis_router,
)


def create_app(store: Store, settings: Settings | None = None) -> FastAPI:
    """Return the service over a store."""
    settings = settings or Settings()
    app = FastAPI(
        title="nthtier",
        version=version("nthtier"),
        description="Who depends on whom in the AI industry, every hop with its evidence.",
    )
    app.state.store, app.state.settings = store, settings
    app.state.writing = threading.Lock()  # a document or decision reads the view before it writes
    app.state.catalogue = Catalogue.bundled(tuple(settings.catalogue))
    app.state.measures, app.state.reads = Measures(), reads_of(store, settings)
    faults.install(app, page=refuse)
    app.include_router(pages_router())
    app.include_router(analysis_pages_router())
    app.include_router(networks_router())
    known = [Depends(only_known)]
    app.include_router(ask_router(), dependencies=known)
    app.include_router(sparql_router(store, settings, app.state.reads))
    app.include_router(health_router())
    app.include_router(assets_router())
    for router in (*(factory() for factory in RESOURCES), documents_router(store, settings, app.state.catalogue)):
        app.include_router(router, prefix="/v1", dependencies=known)
        app.include_router(router, include_in_schema=False, dependencies=known)
    routes, lifespan = tool_routes(tool_server(store, app.state.catalogue, app.state.reads))
    app.include_router(APIRouter(routes=routes, lifespan=lifespan), include_in_schema=False)
    with_problems(app)
    with_examples(app)
    app.add_middleware(GZipMiddleware, minimum_size=2048, compresslevel=6)
    app.add_middleware(Service, owner=app, per_minute=settings.rate_limit)
    return app
