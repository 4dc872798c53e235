"""Deciding over HTTP what a person decides at the terminal: conflicts, names, claims; with the token, signed and dated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from graph import conflicts, review
from graph.api.requests import ProtocolRoute, require_token
from graph.api.state import CatalogueDep, Day, SettingsDep, StoreDep
from graph.decisions import Decision
from graph.errors import DecisionError
from graph.review import Decided

Text = Annotated[str, Field(min_length=1, max_length=300)]


class NewDecision(BaseModel):
    """What is decided about what, by whom and why."""

    model_config = ConfigDict(extra="forbid")

    about: Text = Field(description="Id of a conflict or claim, or a name.", examples=["owner-096832b6c6193efa"])
    verdict: Literal["resolve", "accept", "reject", "merge", "undo"]
    keep: Text | None = Field(None, description="To resolve: a claim on the side that is right, or `catalogue`.")
    into: Text | None = Field(None, description="To merge: what the name stands for.")
    why: Annotated[str, Field(min_length=1, max_length=2000)]
    author: Text
    date: Day = Field(description="The day of the decision.")


def permitted(request: Request, settings: SettingsDep) -> None:
    """Refuse who does not carry the token."""
    require_token(request, settings.token)


def decisions_router() -> APIRouter:
    """Return the route that takes decisions."""
    router = APIRouter(route_class=ProtocolRoute, tags=["Conflicts and changes"], dependencies=[Depends(permitted)])

    @router.post(
        "/decisions",
        status_code=201,
        responses={
            400: {"description": "Can't be decided so"},
            401: {"description": "No or a wrong token"},
            403: {"description": "This service only reads"},
            404: {"description": "No such conflict, claim or name"},
        },
    )
    def decide(request: Request, store: StoreDep, catalogue: CatalogueDep, new: NewDecision) -> Decided:
        """Enter a decision: settle a conflict, accept, reject or merge a name, set a claim aside, or undo. Needs the token."""
        if (new.keep is None) is (new.verdict == "resolve") or (new.into is None) is (new.verdict == "merge"):
            raise DecisionError("to resolve, say what to keep; to merge, say into what; otherwise neither")
        acts: dict[str, Callable[..., Decision]] = {
            "resolve": partial(conflicts.resolve, keep=new.keep or ""),
            "merge": partial(review.merge, into=new.into or ""),
            "accept": review.accept,
            "reject": review.reject,
            "undo": conflicts.undo,
        }
        act = acts[new.verdict]
        with request.app.state.writing:
            made = act(store, new.about, why=new.why, author=new.author, date=new.date, catalogue=catalogue)
        return review.as_decided(made)

    return router
