"""Routes of the analysis: the twins of the commands of the same names."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query
from pydantic import Field

from graph.api.state import AsOfParam, CatalogueDep, LevelParam, StoreDep, ValidAtParam
from graph.chokepoints import Chokepoints, Stops, chokepoints, stops
from graph.concentration import Concentration, concentration
from graph.exposure import Exposure, Ranking, exposure, exposures
from graph.paths import Common, Paths, common, paths
from graph.portfolio import Portfolio, portfolio
from graph.scenarios import Scenario, library
from graph.whatif import WhatIf, whatif
from graph.withdrawal import Withdrawal, withdrawal

_TAG = "Analysis"
Named = Annotated[str, Query(max_length=300, description="Name, id or IRI of a party or product.", examples=["OpenAI"])]
Other = Annotated[str, Query(max_length=300, description="The party it depends on.", examples=["TSMC"])]
Most = Annotated[int, Query(ge=1, le=1000, description="Most rows to return.")]


def analysis_router() -> APIRouter:
    """Return the routes of the analysis."""
    router = APIRouter(tags=[_TAG])

    @router.get("/paths", name="paths")
    def ways(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named,
        on: Other,
        count: Annotated[int, Query(ge=1, le=100, description="Most ways to return.")] = 5,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
    ) -> Paths:
        """Return how a party depends on another: the best ways, hop by hop."""
        return paths(store, party, on, count=count, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue)

    @router.get("/common", name="common")
    def shared(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Annotated[
            list[str], Query(min_length=1, max_length=20, description="Two or more.", examples=[["NVIDIA", "AMD"]])
        ],
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> Common:
        """Return the suppliers that several parties share, with each one's exposure."""
        return common(store, party, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @router.get("/exposure", name="exposure")
    def exposed(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named,
        to: Other,
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
    ) -> Exposure:
        """Return how exposed a party is to another: bounds at three levels, the way, and what would narrow them."""
        return exposure(store, party, to, as_of=as_of, valid_at=valid_at, catalogue=catalogue)

    @router.get("/exposures", name="exposures")
    def ranking(
        store: StoreDep,
        catalogue: CatalogueDep,
        to: Other,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> Ranking:
        """Return who is most exposed to a party."""
        return exposures(store, to, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @router.get("/chokepoints", name="chokepoints")
    def choking(
        store: StoreDep,
        catalogue: CatalogueDep,
        by: Annotated[
            Literal["party", "component", "country"], Query(description="What is lost one at a time.")
        ] = "party",
        component: Annotated[
            str | None,
            Query(max_length=300, description="Only what stops because this ran dry.", examples=["EUV scanner"]),
        ] = None,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 20,
    ) -> Chokepoints:
        """Return whose loss stops most, each with the witnesses."""
        return chokepoints(
            store,
            by=by,
            component=component,
            level=level,
            as_of=as_of,
            valid_at=valid_at,
            limit=limit,
            catalogue=catalogue,
        )

    @router.get("/stops", name="stops")
    def stopping(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
    ) -> Stops:
        """Return what stops without a party, what stops it, and the pairs that do so only together."""
        return stops(store, party, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue)

    @router.get("/concentration", name="concentration")
    def concentrated(
        store: StoreDep,
        catalogue: CatalogueDep,
        component: Annotated[
            str | None, Query(max_length=300, description="Left out: all with a known share.", examples=["HBM4"])
        ] = None,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> Concentration:
        """Return how concentrated the supply of a component is, with bounds, by supplier and country."""
        return concentration(
            store, component, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue
        )

    @router.get("/scenarios", name="scenarios")
    def scenarios() -> list[Scenario]:
        """Return the scenarios that come with nthtier."""
        return list(library().values())

    @router.get("/whatif", name="whatif")
    def asked(
        store: StoreDep,
        catalogue: CatalogueDep,
        scenario: Annotated[
            str, Query(max_length=2000, description="Text form, or the name of a scenario.", examples=["TSMC -50%"])
        ],
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> WhatIf:
        """Return what a scenario stops and costs, and how it changes chokepoints and concentration."""
        return whatif(store, scenario, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @router.post("/whatif", name="whatif_of")
    def posted(
        store: StoreDep,
        catalogue: CatalogueDep,
        scenario: Annotated[Scenario, Body(examples=[{"steps": [{"kind": "party", "what": "TSMC", "loss": 0.5}]}])],
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> WhatIf:
        """Return what a scenario given as data does; changes nothing."""
        return whatif(store, scenario, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @router.post("/portfolio", name="portfolio")
    def held(
        store: StoreDep,
        catalogue: CatalogueDep,
        holdings: Annotated[
            # Strict: false is no weight, and neither is "60".
            dict[str, Annotated[float, Field(strict=True, allow_inf_nan=False)]],
            Body(description="Name, id or ticker → weight.", examples=[{"NVDA": 60, "AAPL": 40}], max_length=2000),
        ],
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        limit: Most = 50,
    ) -> Portfolio:
        """Return the suppliers that a portfolio leans on, held or not; stores nothing."""
        return portfolio(store, holdings, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @router.get("/rests-on", name="rests_on")
    def resting(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named,
        on: Other,
        at_least: Annotated[
            float | None, Query(ge=0, le=1, description="Ask of an exposure of at least this; left out, of a stop.")
        ] = None,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
    ) -> Withdrawal:
        """Return the least evidence an answer rests on: what would have to be wrong for it to be wrong."""
        return withdrawal(
            store, party, on, at_least=at_least, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue
        )

    return router
