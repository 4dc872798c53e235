"""What routes take from the application, and the parameters that many of them share."""

from __future__ import annotations

import re
from datetime import date as Date
from typing import Annotated, Final

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from graph.settings import Settings
from graph.store import Store
from ontology.catalogue import Catalogue


# Coroutines, as they only look: a plain function would cost each request a turn of the thread pool.
async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


StoreDep = Annotated[Store, Depends(_store)]
CatalogueDep = Annotated[Catalogue, Depends(_catalogue)]
SettingsDep = Annotated[Settings, Depends(_settings)]

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def _as_written(value: object) -> object:
    """Let through only what is written as a date: pydantic takes 2026 for a moment of 1970."""
    if isinstance(value, Date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write the date as 2026-01-31")


#: A date in a request.
Day = Annotated[Date, BeforeValidator(_as_written)]
LevelParam = Annotated[
    str, Query(pattern="^(confirmed|reported|prospective)$", description="How firm a claim must be.")
]
AsOfParam = Annotated[Day | None, Query(description="As known on this day.", examples=["2026-01-31"])]
ValidAtParam = Annotated[Day | None, Query(description="As it holds on this day.", examples=["2026-01-31"])]
MaxTierParam = Annotated[int | None, Query(ge=1, description="Deepest tier to show.")]
