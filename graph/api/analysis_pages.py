"""Pages of the analyses: conflicts, changes, what waits for a person, what is not known, what if, and the SPARQL page."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from graph.api.assets import address
from graph.api.pages import PageRoute, day, link, render
from graph.api.problems import problem
from graph.api.sparql import rules_of
from graph.api.state import CatalogueDep, SettingsDep, StoreDep
from graph.changes import changes
from graph.conflicts import conflicts
from graph.coverage import graph_coverage
from graph.dependency import find
from graph.errors import StoreError
from graph.models import Answer
from graph.queries import exact
from graph.question import sparql
from graph.question.answering import newest_day
from graph.report import glance, sections
from graph.review import review
from graph.scenarios import ScenarioError, library
from graph.sheet import sheet
from graph.spreadsheet import to_csv
from graph.store import guard
from graph.whatif import whatif
from ontology import terms

_ROWS = 1000
_EXAMPLES = (
    ("Who depends on TSMC", "SELECT DISTINCT ?name WHERE { ?who nt:dependsOn+ id:tsmc ; rdfs:label ?name } ORDER BY ?name"),
    ("Relations by kind", "SELECT ?predicate (COUNT(?r) AS ?n) WHERE { ?r a nt:Relation ; rdf:predicate ?predicate } GROUP BY ?predicate ORDER BY DESC(?n)"),
    ("Newest claims", "SELECT ?day ?sentence WHERE { GRAPH ?document { ?claim a nt:Claim ; dcterms:date ?day ; prov:value ?sentence } } ORDER BY DESC(?day) LIMIT 20"),
)  # fmt: skip


def analysis_pages_router() -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/conflicts")
    def conflict_page(
        store: StoreDep,
        catalogue: CatalogueDep,
        kind: Annotated[str, Query(pattern=f"^({'|'.join(terms.CONFLICT_KINDS)})?$")] = "",
        party: Annotated[str, Query(max_length=300)] = "",
        as_of: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    ) -> HTMLResponse:
        node = find(store, party, catalogue, day(as_of)) if party.strip() else None
        found = conflicts(store, as_of=day(as_of), kind=kind or None, party=node)
        numbers: dict[str, int] = {}
        for row in found.found:
            for claim in row.claims:
                numbers.setdefault(claim, len(numbers) + 1)
        return HTMLResponse(
            render(
                "conflicts.html", found=found, kinds=sorted(terms.CONFLICT_KINDS), kind=kind, party=party, as_of=as_of,
                numbers=numbers, notes=sheet(found).notes, question="",
            )
        )  # fmt: skip

    @router.get("/changes")
    def change_page(
        store: StoreDep,
        catalogue: CatalogueDep,
        since: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
        until: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
        watch: Annotated[str, Query(max_length=500)] = "",
    ) -> HTMLResponse:
        newest = newest_day(store)
        last = day(until) or newest
        first = day(since) or (last - timedelta(days=7) if last else None)
        watched = [name.strip() for name in watch.split(",") if name.strip()]
        found = changes(store, first, last, watch=watched, catalogue=catalogue) if first else None
        return HTMLResponse(
            render(
                "changes.html", found=found, glance=glance(found) if found else (), watch=watch, question="",
                sections=sections(found) if found else (), notes=sheet(found).notes if found else (),
                since=first or "", until=last or "",
            )
        )  # fmt: skip

    @router.get("/review")
    def review_page(store: StoreDep, catalogue: CatalogueDep) -> HTMLResponse:
        return _record(review(store, catalogue=catalogue), "review.html")

    @router.get("/coverage")
    def coverage_page(
        store: StoreDep, as_of: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    ) -> HTMLResponse:
        return _record(graph_coverage(store, as_of=day(as_of)), "coverage.html")

    @router.get("/whatif")
    def scenario_page(
        store: StoreDep,
        catalogue: CatalogueDep,
        scenario: Annotated[str, Query(max_length=2000)] = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(terms.LEVELS)})$")] = "reported",
        as_of: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    ) -> HTMLResponse:
        answer, refused = None, ""
        if scenario.strip():
            try:
                answer = whatif(store, scenario, level=level, as_of=day(as_of), limit=60, catalogue=catalogue)
            except ScenarioError as error:
                refused = str(error)
        state = {"scenario": scenario, "level": level, "as_of": as_of}
        return HTMLResponse(
            render(
                "whatif.html", scenario=scenario, level=level, as_of=as_of, answer=answer, refused=refused, question="",
                sheet=sheet(answer) if answer else None, library=library().values(),
                network="/view/whatif?" + urlencode({key: value for key, value in state.items() if value}),
            ),
            422 if refused else 200,
        )  # fmt: skip

    @router.get("/query")
    def query_page(
        request: Request, store: StoreDep, settings: SettingsDep, query: Annotated[str, Query(max_length=20_000)] = ""
    ) -> HTMLResponse:
        """The SPARQL page: a form that works by itself; the editor, where it is installed, takes its place."""
        found: dict[str, Any] = {"columns": [], "rows": [], "refused": "", "more": False}
        if query.strip():
            found |= _answered(request, query, rules_of(settings))
        editor = address("yasgui.min.js")
        return HTMLResponse(
            render(
                "query.html", query=query or sparql.prologue(_EXAMPLES[0][1]) + _EXAMPLES[0][1], found=found, question="",
                asked=bool(query.strip()), editor=editor, editor_style=address("yasgui.min.css"),
                examples=[(name, sparql.prologue(text) + text) for name, text in _EXAMPLES],
                addresses={"csv": "/query/table.csv?" + urlencode({"query": query}), "json": "/sparql?" + urlencode({"query": query, "format": "json"})},
            ),
            422 if found["refused"] else 200,
        )  # fmt: skip

    plain = APIRouter(include_in_schema=False)

    @plain.get("/query/table.csv")
    def query_table(
        request: Request, settings: SettingsDep, query: Annotated[str, Query(max_length=20_000)]
    ) -> Response:
        """The rows of a query for a spreadsheet: no cell is a formula. Raw results are at /sparql."""
        found = _answered(request, query, rules_of(settings))
        if "refused" in found:
            return problem(422, found["refused"], title="Query refused")
        text = to_csv(found["columns"], ([shown for shown, _ in row] for row in found["rows"]))
        headers = {"Content-Disposition": 'attachment; filename="table.csv"', "Cache-Control": "no-store"}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    router.include_router(plain)
    return router


def _record(found: Answer, page: str) -> HTMLResponse:
    return HTMLResponse(render(page, sheet=sheet(found), question=""))


def _answered(request: Request, query: str, rules: guard.Rules) -> dict[str, Any]:
    """Run a query under the limits of the service; return columns and rows, or why it was refused."""
    try:
        seen = guard.check(query, rules)
        if seen.form != "rows":
            return {"refused": "this page shows tables; ask /sparql for graphs, and send updates to /update"}
        columns, found = exact(request.app.state.reads.query(query, "application/sparql-results+json"))
    except StoreError as error:
        return {"refused": str(error)}
    rows = [[_shown(value) for value in row] for row in found[:_ROWS]]
    return {"columns": columns, "rows": rows, "more": len(found) > _ROWS}


def _shown(value: str) -> tuple[str, str]:
    """Return a value as a table shows it, with the page it may link to.

    >>> _shown("https://w3id.org/nthtier/id/tsmc"), _shown("javascript:alert(1)")
    (('id:tsmc', '/parties/tsmc'), ('javascript:alert(1)', ''))
    """
    for name in ("id", "document"):
        base = terms.PREFIXES[name]
        if value.startswith(base):
            local = value.removeprefix(base)
            return f"{name}:{local}", link("parties" if name == "id" else "documents", local)
    for name, base in terms.PREFIXES.items():
        if value.startswith(base):
            return f"{name}:{value.removeprefix(base)}", ""
    return value, ""
