"""Questions in plain English over HTTP; an answer is kept until the store changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from graph.api.state import CatalogueDep, StoreDep
from graph.question import Reply
from graph.question import ask as answer_question
from graph.store import Store
from ontology.catalogue import Catalogue


class Kept:
    """The newest answers of one version of a store, as they were sent; bounded in number and size."""

    def __init__(self, most: int = 512, largest: int = 2**21) -> None:
        self._most, self._largest = most, largest
        self._version = ""
        self._answers: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version: str, question: str) -> tuple[bytes, str] | None:
        """Return body and intent of a kept answer."""
        with self._lock:
            if version != self._version or question not in self._answers:
                return None
            self._answers.move_to_end(question)
            return self._answers[question]

    def put(self, version: str, question: str, body: bytes, intent: str) -> None:
        """Keep an answer."""
        if len(body) > self._largest:
            return
        with self._lock:
            if version != self._version:
                self._answers.clear()
                self._version = version
            self._answers[question] = body, intent
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)


def answered(kept: Kept, store: Store, catalogue: Catalogue, question: str) -> tuple[bytes, str]:
    """Return the answer to a question as JSON, and its intent."""
    version, key = store.version, " ".join(question.split())
    found = kept.get(version, key)
    if found is None:
        reply = answer_question(store, question, catalogue)
        found = reply.model_dump_json().encode(), reply.question.intent
        kept.put(version, key, *found)
    return found


def ask_router() -> APIRouter:
    """Return the route for questions."""
    router = APIRouter(tags=["Questions"])

    @router.get("/ask", response_model=Reply)
    def ask(
        request: Request,
        store: StoreDep,
        catalogue: CatalogueDep,
        q: Annotated[str, Query(max_length=500, examples=["who depends on TSMC?"])],
    ) -> Response:
        """Answer a question in plain English, with its evidence and the SPARQL that an analyst could have written."""
        body, intent = answered(request.app.state.kept, store, catalogue, q)
        request.app.state.measures.questions.labels(intent).inc()
        return Response(body, media_type="application/json")

    return router
