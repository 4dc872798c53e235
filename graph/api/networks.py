"""Network views as pages: the ego network of a party, by tiers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from graph.api.pages import day
from graph.api.state import CatalogueDep, MaxTierParam, StoreDep
from graph.dependency import Direction, dependents
from graph.views import html


def networks_router() -> APIRouter:
    """Return the routes of the network views."""
    router = APIRouter(tags=["Views"], default_response_class=HTMLResponse)

    @router.get("/view/{name}")
    def view(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: str,
        direction: Direction = "dependents",
        level: Annotated[str, Query(pattern="^(confirmed|reported|prospective)$")] = "reported",
        as_of: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
        max_tier: MaxTierParam = None,
    ) -> HTMLResponse:
        """Return an interactive page of the network around a party."""
        answer = dependents(
            store, name, direction=direction, level=level, as_of=day(as_of), max_tier=max_tier, catalogue=catalogue
        )
        return HTMLResponse(html(answer, assets="/static", page="/parties/{id}"))

    return router
