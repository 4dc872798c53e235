"""Taking documents in over HTTP: with the token, up to the size limit, all of a file or nothing of it."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import IO, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import Field

from graph.api.problems import problem
from graph.api.requests import ProtocolRoute, Refused, body_reader, content_type, require_token
from graph.api.state import Day
from graph.errors import ValidationError
from graph.ingest import ingest
from graph.models import Answer
from graph.queries import query, rows, values
from graph.settings import Settings
from graph.store import Store
from loaders.errors import LoaderError
from loaders.registry import Context, load
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

_ENDINGS: Final = {
    "text/plain": ".txt", "text/markdown": ".md", "text/csv": ".csv", "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl", "application/rss+xml": ".rss", "application/atom+xml": ".atom",
}  # fmt: skip


class Taken(Answer):
    """One document of what was sent."""

    id: str = Field(examples=["2026-01-28-b3067960d9e7"])
    iri: str
    name: str
    date: str
    claims: int
    new: bool = Field(description="Whether the store did not have it; sending a file twice changes nothing.")


class TakenIn(Answer):
    """What became of the documents that were sent."""

    documents: tuple[Taken, ...]
    claims: int
    new_documents: int


def documents_router(store: Store, settings: Settings, catalogue: Catalogue) -> APIRouter:
    """Return the route that takes documents in."""
    router = APIRouter(route_class=ProtocolRoute, tags=["Documents"])

    def permitted(request: Request) -> None:
        require_token(request, settings.token)  # before a byte of the body is read

    Body = Annotated[IO[bytes], Depends(body_reader(settings.upload_max_bytes))]  # noqa: N806  a type

    @router.post(
        "/documents",
        status_code=201,
        response_model=TakenIn,
        responses={
            200: {"description": "Nothing in it was new", "model": TakenIn},
            401: {"description": "No or a wrong token"},
            403: {"description": "This service only reads"},
            413: {"description": "Larger than the limit"},
            422: {"description": "Can't be read, or breaks the shapes; nothing was stored"},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": {"type": "string"}} for kind in (*_ENDINGS, "application/octet-stream")},
            }
        },
    )
    def take(
        request: Request,
        _: Annotated[None, Depends(permitted)],
        body: Body,
        name: Annotated[str, Query(max_length=150, description="File name; its ending decides how it is read.")] = "",
        date: Annotated[Day | None, Query(description="Date of documents that do not say theirs.")] = None,
        loader: Annotated[str | None, Query(max_length=40, description="Loader to use instead.")] = None,
    ) -> Response:
        """Take a file in: read it, check it, store its documents in one step. Needs the token."""
        kind, _charset = content_type(request)
        file = _file_name(name, _ENDINGS.get(kind, ""))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            with path.open("wb") as out:
                shutil.copyfileobj(body, out)
            try:
                found = tuple(load(path, Context(date=date, catalogue=catalogue), loader))
                with request.app.state.writing:
                    known = _known(store, [each.document.iri for each in found])
                    report = ingest(store, found, catalogue)
            except (LoaderError, ValidationError) as error:
                raise Refused(problem(422, str(error).replace(f"{folder}/", ""), title=type(error).__name__)) from None
            except NthtierError as error:
                raise Refused(problem(400, str(error).replace(f"{folder}/", ""))) from None
        request.app.state.measures.claims.inc(report.claims)
        taken = TakenIn(
            documents=tuple(
                Taken(
                    id=each.document.iri.removeprefix(terms.DOCUMENT),
                    iri=each.document.iri,
                    name=each.document.name,
                    date=each.document.date.isoformat(),
                    claims=len(each.claims),
                    new=each.document.iri not in known,
                )
                for each in found
            ),
            claims=report.claims,
            new_documents=report.new_documents,
        )
        return Response(taken.model_dump_json(), 201 if taken.new_documents else 200, media_type="application/json")

    return router


def _known(store: Store, documents: list[str]) -> set[str]:
    if not documents:
        return set()
    return {row[0] for row in rows(store, query("document_rows").replace("#VALUES#", values("document", documents)))}


def _file_name(name: str, ending: str) -> str:
    """Return a name that is safe as a file's: no folder, no dot in front.

    >>> _file_name("../../etc/passwd", ".txt"), _file_name("", ".csv")
    ('etc-passwd.txt', 'document.csv')
    """
    safe = re.sub(r"[^\w.]+", "-", name).strip(".-")[-100:] or "document"
    return safe if "." in safe else safe + ending
