"""What routes take from the application, and the parameters that many of them share."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated

from fastapi import Depends, Query, Request

from graph.settings import Settings
from graph.store import Store
from ontology.catalogue import Catalogue


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


StoreDep = Annotated[Store, Depends(_store)]
CatalogueDep = Annotated[Catalogue, Depends(_catalogue)]
SettingsDep = Annotated[Settings, Depends(_settings)]

LevelParam = Annotated[
    str, Query(pattern="^(confirmed|reported|prospective)$", description="How firm a claim must be.")
]
AsOfParam = Annotated[Date | None, Query(description="As known on this day.", examples=["2026-01-31"])]
ValidAtParam = Annotated[Date | None, Query(description="As it holds on this day.", examples=["2026-01-31"])]
MaxTierParam = Annotated[int | None, Query(ge=1, description="Deepest tier to show.")]
