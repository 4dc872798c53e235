"""Questions in plain English over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from graph.api.state import CatalogueDep, Day, SettingsDep, StoreDep
from graph.question import Reply, translator
from graph.question import ask as answer_question


def ask_router() -> APIRouter:
    """Return the route for questions."""
    router = APIRouter(tags=["Questions"])

    @router.get("/ask", response_model=Reply)
    def ask(
        request: Request,
        store: StoreDep,
        catalogue: CatalogueDep,
        settings: SettingsDep,
        q: Annotated[str, Query(max_length=500, examples=["who depends on TSMC?"])],
        level: Annotated[
            str | None,
            Query(pattern="^(confirmed|reported|prospective)$", description="How firm, where the question names none."),
        ] = None,
        as_of: Annotated[Day | None, Query(description="As known on this day, where the question names none.")] = None,
        valid_at: Annotated[
            Day | None, Query(description="As it holds on this day, where the question names none.")
        ] = None,
    ) -> Response:
        """Answer a question in plain English, with its evidence and the SPARQL that an analyst could have written.

        The record that the question's own route returns stands under `answer`. Words that are not understood are named in a
        problem, never passed over.
        """
        reply = answer_question(store, q, catalogue, translator(settings), level=level, as_of=as_of, valid_at=valid_at)
        request.state.intent = reply.question.intent
        return Response(reply.model_dump_json(), media_type="application/json")

    return router
