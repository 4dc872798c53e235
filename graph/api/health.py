"""Whether the service lives, whether it can answer, and what it has done so far."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from graph.api.problems import problem
from graph.api.state import StoreDep
from graph.errors import StoreError
from graph.queries import rows


class Health(BaseModel):
    """That the service runs."""

    status: str = Field(examples=["ok"])


def health_router() -> APIRouter:
    """Return the routes that watchers ask."""
    router = APIRouter(tags=["Service"])

    @router.get("/", include_in_schema=False)
    def index() -> dict[str, str]:
        """Say where things are, to what is no browser; a browser gets the page."""
        return {
            "name": "nthtier",
            "ask": "/ask?q=who+depends+on+TSMC%3F",
            "api": "/v1",
            "docs": "/docs",
            "openapi": "/openapi.json",
            "sparql": "/sparql",
            "tools for agents": "/mcp",
        }

    @router.get("/healthz")
    def healthz() -> Health:
        """Say that the service runs."""
        return Health(status="ok")

    @router.get("/readyz", response_model=Health, responses={503: {"description": "The store does not answer"}})
    def readyz(store: StoreDep) -> Health | Response:
        """Say whether the store answers."""
        try:
            rows(store, "SELECT ?s { ?s ?p ?o } LIMIT 1")
        except StoreError as error:
            return problem(503, f"the store does not answer: {error}")
        return Health(status="ready")

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics(request: Request) -> Response:
        """Return counts and times in the text form of Prometheus."""
        return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)

    return router
