"""Routes on what disagrees, changes and ages: the twins of the commands of the same names, and the feed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from graph import feed
from graph.api.state import AsOfParam, CatalogueDep, Day, LevelParam, StoreDep
from graph.changes import Changes, changes
from graph.conflicts import Conflicts, conflict, conflicts
from graph.coverage import GraphCoverage, graph_coverage
from graph.dependency import find
from graph.report import day_report, html, policy
from graph.review import DOUBT, Review, review
from graph.threads import LAPSE_DAYS, Timeline, timeline
from ontology import terms

_TAG = "Conflicts and changes"
Kind = Annotated[str, Query(pattern=f"^({'|'.join(terms.CONFLICT_KINDS)})?$", description="Kind of conflict.")]
Named = Annotated[str, Query(max_length=300, description="Name, id or IRI of a party or product.")]
Since = Annotated[Day, Query(description="What was learnt after this day.", examples=["2026-01-27"])]
Until = Annotated[Day | None, Query(description="Up to this day; by default the newest claim's.")]
Watch = Annotated[
    list[str], Query(max_length=25, description="Parties whose answers are compared.", examples=[["OpenAI"]])
]
Lapse = Annotated[int, Query(ge=1, le=3650, description="Days after which a silent deal has lapsed.")]
Most = Annotated[int, Query(ge=1, le=500, description="Most rows of each list.")]


def changes_router() -> APIRouter:
    """Return the routes on conflicts, threads, changes, review and coverage."""
    router = APIRouter(tags=[_TAG])

    @router.get("/conflicts", name="conflicts")
    def disagreements(
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named = "",
        kind: Kind = "",
        settled: Annotated[bool, Query(description="Whether settled ones are returned as well.")] = True,
        as_of: AsOfParam = None,
    ) -> Conflicts:
        """Return what sources disagree on, both sides with their claims."""
        node = find(store, party, catalogue, as_of) if party else None
        return conflicts(store, as_of=as_of, kind=kind or None, party=node, settled=settled)

    @router.get("/conflicts/{name}", name="conflict")
    def disagreement(
        store: StoreDep,
        name: Annotated[str, Path(max_length=100, description="Its id.", examples=["owner-096832b6c6193efa"])],
        as_of: AsOfParam = None,
    ) -> Conflicts:
        """Return one conflict, both sides with their claims."""
        return conflict(store, name, as_of)

    @router.get("/parties/{name}/timeline", name="timeline")
    def threads(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: Annotated[str, Path(max_length=300, description="Name, id or IRI.", examples=["softbank"])],
        as_of: AsOfParam = None,
        lapse: Lapse = LAPSE_DAYS,
    ) -> Timeline:
        """Return the threads of a party: each tie through its stages, with dates and claims."""
        return timeline(store, name, as_of=as_of, lapse_days=lapse, catalogue=catalogue)

    @router.get("/changes", name="changes")
    def changed(
        store: StoreDep,
        catalogue: CatalogueDep,
        since: Since,
        until: Until = None,
        watch: Watch = [],  # noqa: B006 - FastAPI copies it
        level: LevelParam = "reported",
        lapse: Lapse = LAPSE_DAYS,
    ) -> Changes:
        """Return what changed: ties, names, conflicts, answers of watched parties, deals gone silent."""
        return changes(store, since, until, watch=watch, level=level, lapse_days=lapse, catalogue=catalogue)

    @router.get(
        "/changes/feed",
        name="feed",
        response_class=Response,
        responses={200: {"content": {"application/atom+xml": {}, "application/x-ndjson": {}}}},
    )
    def changes_feed(
        request: Request,
        store: StoreDep,
        catalogue: CatalogueDep,
        since: Since,
        until: Until = None,
        watch: Watch = [],  # noqa: B006 - FastAPI copies it
        form: Annotated[Literal["atom", "jsonl"], Query(alias="format", description="Atom, or JSON Lines.")] = "atom",
    ) -> Response:
        """Return what changed as an Atom feed or as JSON Lines."""
        found = changes(store, since, until, watch=watch, catalogue=catalogue)
        if form == "jsonl":
            return StreamingResponse(_lines(found), media_type="application/x-ndjson")
        return Response(feed.atom(found, str(request.url)), media_type="application/atom+xml; charset=utf-8")

    @router.get("/report/{day}", name="report", response_class=HTMLResponse)
    def report(
        store: StoreDep,
        catalogue: CatalogueDep,
        day: Annotated[Day, Path(description="The day.", examples=["2026-01-28"])],
        watch: Watch = [],  # noqa: B006 - FastAPI copies it
    ) -> HTMLResponse:
        """Return the page of a day: what its news changed."""
        page = html(day_report(store, day, watch=watch, catalogue=catalogue))
        return HTMLResponse(page, headers={"Content-Security-Policy": policy()})

    @router.get("/review", name="review")
    def waiting(
        store: StoreDep,
        catalogue: CatalogueDep,
        doubt: Annotated[float, Query(ge=0, le=1, description="Claims read with less confidence wait.")] = DOUBT,
        limit: Most = 50,
    ) -> Review:
        """Return what waits for a person, and what was decided."""
        return review(store, doubt=doubt, limit=limit, catalogue=catalogue)

    @router.get("/coverage", name="coverage")
    def unknown(
        store: StoreDep,
        as_of: AsOfParam = None,
        silent: Annotated[int, Query(ge=1, le=36500, description="Days after which a party is silent.")] = 90,
        lapse: Lapse = LAPSE_DAYS,
        limit: Most = 50,
    ) -> GraphCoverage:
        """Return what the graph does not know."""
        return graph_coverage(store, as_of=as_of, silent_days=silent, lapse_days=lapse, limit=limit)

    return router


def _lines(found: Changes) -> Iterator[str]:
    for line in feed.lines(found):
        yield line + "\n"
