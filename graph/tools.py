"""Tools for agents: a read-only server of the Model Context Protocol, whose tools return the records of every other face."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date as Date
from importlib.metadata import version
from typing import Annotated, Any, Final, Literal, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from graph.changes import Changes, changes
from graph.chokepoints import Chokepoints, Stops, chokepoints, stops
from graph.concentration import Concentration, concentration
from graph.conflicts import Conflicts, conflicts
from graph.coverage import GraphCoverage, graph_coverage
from graph.dependency import dependents, find
from graph.exposure import Exposure, Ranking, exposure, exposures
from graph.listing import DocumentText, Page, PartyRow, claims, document, parties
from graph.models import Answer, Dependents, Evidence
from graph.paths import Common, Paths, common, paths
from graph.portfolio import Portfolio, portfolio
from graph.profile import Profile, profile
from graph.queries import exact
from graph.question import Reply, ask
from graph.question.intents import INTENTS
from graph.related import Related, related
from graph.report import day_report
from graph.shortened import shortened
from graph.sole import SoleSources, sole_sources
from graph.store import Store, guard
from graph.store.limited import Reads
from graph.threads import Timeline, timeline
from graph.whatif import WhatIf, whatif
from graph.withdrawal import Withdrawal, withdrawal
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

_P = ParamSpec("_P")
_A = TypeVar("_A", bound=Answer)
_READS: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_INSTRUCTIONS: Final = (
    "Who depends on whom in the AI industry, every hop with the sentence, source and date that say so. Start with "
    "`ask_question`; the other tools take the same questions apart. Answers can be long: `limit` keeps the first rows with "
    "their evidence. Levels: confirmed (stated as fact), reported, prospective (plans and talks too). Shares and exposures "
    "are intervals: quote both bounds. What is not listed, or has no bounds, is undocumented, not disproven."
)
Name = Annotated[str, Field(max_length=300, description="Name, id or IRI of a party or product.", examples=["TSMC"])]
Level = Annotated[Literal["confirmed", "reported", "prospective"], Field(description="How firm a claim must be.")]
AsOf = Annotated[Date | None, Field(description="As known on this day.")]
ValidAt = Annotated[Date | None, Field(description="As it holds on this day, by the periods that the texts name.")]
Most = Annotated[int, Field(ge=1, le=500, description="Most rows to return.")]
Tiers = Annotated[int | None, Field(ge=1, description="Deepest tier to return.")]
Watched = Annotated[list[str] | None, Field(max_length=50, description="Parties whose answers are compared.")]
Some = Annotated[int | None, Field(ge=1, le=500, description="Most rows of each list; all where none is given.")]
Tie = Literal[
    "supplies", "fabricates", "packages", "hosts", "licenses", "develops", "uses", "invests", "partners", "competes",
    "constrains", "restricts",
]  # fmt: skip
_PREDICATES: Final[dict[str, tuple[str, ...]]] = {
    "supplies": terms.SUPPLY, "fabricates": ("fabricatesFor",), "packages": ("packagesFor",),
    "hosts": ("hostsComputeFor",), "licenses": ("licensesTo",), "develops": ("develops",), "uses": ("uses",),
    "invests": ("investsIn", "acquires"), "partners": ("partnersWith",), "competes": ("competesWith",),
    "constrains": ("constrains",), "restricts": ("restricts",),
}  # fmt: skip
#: Ties that a question in words asks for with what is only talked of as well.
_OF_TALK: Final = frozenset({"invests", "partners", "restricts"})


class Rows(Answer):
    """The result of a SPARQL query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: bool = Field(description="Whether rows were left out.")


def _known(function: Callable[_P, _A]) -> Callable[_P, CallToolResult]:
    """Make our own errors the tool's answer, which say what is meant and what could be; and JSON of it without spaces."""

    @functools.wraps(function)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> CallToolResult:
        try:
            text = function(*args, **kwargs).model_dump_json()
        except NthtierError as error:
            raise ToolError(str(error)) from None
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=json.loads(text))

    return wrapped


def tool_server(store: Store, catalogue: Catalogue, reads: Reads | None = None) -> MCPServer[Any]:
    """Return the server over a store.

    Parameters
    ----------
    reads
        The store under the service's limits, for SPARQL; without it there is no SPARQL tool.
    """
    server: MCPServer[Any] = MCPServer(
        "nthtier", title="nthtier", instructions=_INSTRUCTIONS, version=version("nthtier"), log_level="WARNING"
    )

    def tool(function: Callable[_P, _A]) -> Callable[_P, CallToolResult]:
        return server.tool(annotations=_READS)(_known(function))

    @tool
    def ask_question(
        question: Annotated[str, Field(max_length=500, examples=["who depends on TSMC?"])],
        level: Annotated[Level | None, Field(description="Where the question names none.")] = None,
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Some = None,
    ) -> Reply:
        """Answer a question in plain English, with its evidence and the SPARQL that an analyst could have written."""
        return shortened(ask(store, question, catalogue, level=level, as_of=as_of, valid_at=valid_at), limit)

    @tool
    def find_parties(
        name: Annotated[str, Field(max_length=200)] = "", kind: str = "", country: str = "", limit: Most = 20
    ) -> Page[PartyRow]:
        """Find parties by a part of their name, their kind (Foundry, AiLab …) and country code."""
        return parties(store, q=name, kind=kind, country=country, limit=limit)

    @tool
    def party_profile(party: Name, level: Level = "prospective", as_of: AsOf = None, limit: Some = None) -> Profile:
        """Return what is known about a party or product, with all relations it stands in."""
        node = find(store, party, catalogue, as_of)
        return shortened(profile(store, node, level=level, as_of=as_of, catalogue=catalogue), limit)

    @tool
    def dependents_of(
        party: Name,
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        max_tier: Tiers = None,
        limit: Some = None,
    ) -> Dependents:
        """Return who depends on a party or product, tier by tier, each with its path and claims."""
        found = dependents(
            store, party, level=level, as_of=as_of, valid_at=valid_at, max_tier=max_tier, catalogue=catalogue
        )
        return shortened(found, limit)

    @tool
    def dependencies_of(
        party: Name,
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        max_tier: Tiers = None,
        limit: Some = None,
    ) -> Dependents:
        """Return what a party or product depends on, tier by tier, each with its path and claims."""
        found = dependents(
            store,
            party,
            direction="dependencies",
            level=level,
            as_of=as_of,
            valid_at=valid_at,
            max_tier=max_tier,
            catalogue=catalogue,
        )
        return shortened(found, limit)

    @tool
    def ties(
        tie: Tie,
        by: Annotated[str, Field(max_length=300, description="Who supplies, makes, invests …")] = "",
        to: Annotated[str, Field(max_length=300, description="Whom or what it goes to.")] = "",
        item: Annotated[str, Field(max_length=300, description="What flows.", examples=["HBM4"])] = "",
        level: Annotated[
            Level | None, Field(description="By default reported; of money, partners, bans prospective.")
        ] = None,
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Some = None,
    ) -> Related:
        """Return direct relations of one kind: who supplies, hosts, makes, uses, invests in, competes with whom."""
        if not (by or to or item):
            raise ToolError("name a party (by, to) or an item")
        subject, object_, thing = (find(store, name, catalogue, as_of) if name else None for name in (by, to, item))
        held = level or ("prospective" if tie in _OF_TALK else "reported")
        found = related(
            store,
            _PREDICATES[tie],
            subject=subject,
            object=object_,
            item=thing,
            level=held,
            as_of=as_of,
            valid_at=valid_at,
        )
        return shortened(found, limit)

    @tool
    def paths_between(
        party: Name, on: Name, level: Level = "reported", as_of: AsOf = None, valid_at: ValidAt = None, count: Most = 5
    ) -> Paths:
        """Return how a party depends on another: the best ways, hop by hop."""
        return paths(store, party, on, count=count, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue)

    @tool
    def exposure_to(party: Name, to: Name, as_of: AsOf = None, valid_at: ValidAt = None) -> Exposure:
        """Return how exposed a party is to another, as intervals at three levels, and what would narrow them."""
        return exposure(store, party, to, as_of=as_of, valid_at=valid_at, catalogue=catalogue)

    @tool
    def most_exposed(
        to: Name, level: Level = "reported", as_of: AsOf = None, valid_at: ValidAt = None, limit: Most = 20
    ) -> Ranking:
        """Return who is exposed most to a party."""
        return exposures(store, to, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @tool
    def what_if(
        scenario: Annotated[str, Field(max_length=2000, examples=["TSMC -50%", "ban US -> CN AI accelerators"])],
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Most = 20,
    ) -> WhatIf:
        """Return what a scenario does: steps such as “TSMC -50%”, “country TW -100%”, “ban US -> CN …”, one a line."""
        return whatif(store, scenario, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @tool
    def biggest_chokepoints(
        component: Annotated[str | None, Field(max_length=300)] = None,
        by: Literal["party", "country", "component"] = "party",
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Most = 10,
    ) -> Chokepoints:
        """Return whose loss alone stops most, overall or for a component, with witnesses."""
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

    @tool
    def what_stops(
        party: Name, level: Level = "reported", as_of: AsOf = None, valid_at: ValidAt = None, limit: Some = None
    ) -> Stops:
        """Return what stops without a party, and who can stop it, alone or in pairs."""
        return shortened(stops(store, party, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue), limit)

    @tool
    def single_sourced(
        party: Annotated[str | None, Field(max_length=300)] = None,
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Some = None,
    ) -> SoleSources:
        """Return components with one reported supplier, of a party or of anybody."""
        return shortened(
            sole_sources(store, party, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue), limit
        )

    @tool
    def portfolio_leans_on(
        holdings: Annotated[
            dict[str, float],
            Field(
                min_length=1,
                max_length=2000,
                description="Name or ticker → weight.",
                examples=[{"NVDA": 60, "AAPL": 40}],
            ),
        ],
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Most = 20,
    ) -> Portfolio:
        """Return the suppliers that a portfolio leans on, held or not, the heaviest first."""
        return portfolio(store, holdings, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @tool
    def rests_on(
        party: Name,
        on: Name,
        at_least: Annotated[float | None, Field(ge=0, le=1, description="Ask of an exposure of at least this.")] = None,
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
    ) -> Withdrawal:
        """Return the least evidence on which it rests that a party stops without another, or is exposed to it."""
        return withdrawal(
            store, party, on, at_least=at_least, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue
        )

    @tool
    def common_suppliers(
        of: Annotated[list[str], Field(min_length=2, max_length=20)],
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Most = 30,
    ) -> Common:
        """Return what several parties all depend on."""
        return common(store, of, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue)

    @tool
    def supply_concentration(
        component: Annotated[str | None, Field(max_length=300)] = None,
        level: Level = "reported",
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        limit: Most = 30,
    ) -> Concentration:
        """Return how concentrated the supply of a component is, with bounds."""
        return concentration(
            store, component, level=level, as_of=as_of, valid_at=valid_at, limit=limit, catalogue=catalogue
        )

    @tool
    def disputed(
        party: Annotated[str | None, Field(max_length=300)] = None, as_of: AsOf = None, limit: Some = None
    ) -> Conflicts:
        """Return what sources disagree on, both sides with their claims."""
        node = find(store, party, catalogue, as_of) if party else None
        return shortened(conflicts(store, as_of=as_of, party=node), limit)

    @tool
    def what_changed(since: Date, until: Date | None = None, watch: Watched = None, limit: Some = None) -> Changes:
        """Return what was learnt after a day: new and moved ties, new parties, new conflicts, answers that moved."""
        return shortened(changes(store, since, until, watch=watch or (), catalogue=catalogue), limit)

    @tool
    def report_of_day(day: Date, watch: Watched = None, limit: Some = None) -> Changes:
        """Return what the news of one day changed."""
        return shortened(day_report(store, day, watch=watch or (), catalogue=catalogue), limit)

    @tool
    def party_timeline(party: Name, as_of: AsOf = None, limit: Some = None) -> Timeline:
        """Return the deals and ties of a party, each with its stages and dates."""
        return shortened(timeline(store, party, as_of=as_of, catalogue=catalogue), limit)

    @tool
    def graph_gaps(as_of: AsOf = None, limit: Most = 20) -> GraphCoverage:
        """Return what the graph does not know: open needs, unknown shares, stale facts, silent parties."""
        return graph_coverage(store, as_of=as_of, limit=limit)

    @tool
    def search_claims(
        text: Annotated[str, Field(max_length=200)] = "",
        party: Annotated[str | None, Field(max_length=300)] = None,
        since: Date | None = None,
        limit: Most = 20,
    ) -> Page[Evidence]:
        """Return claims whose sentence has a text, about a party, since a day; the newest first."""
        node = find(store, party, catalogue) if party else None
        return claims(store, q=text, node=node, since=since, limit=limit)

    if reads is not None:

        @tool
        def sparql(query: Annotated[str, Field(max_length=20_000)], limit: Most = 100) -> Rows:
            """Answer a SPARQL SELECT or ASK query over the store; prefixes nt:, id:, rdfs: … need no declaration."""
            if guard.check(query, guard.STRICT).form != "rows":
                raise ToolError("only SELECT and ASK; this tool reads tables")
            columns, rows = exact(reads.query(query, "application/sparql-results+json"))
            return Rows(columns=tuple(columns), rows=tuple(map(tuple, rows[:limit])), more=len(rows) > limit)

    _resources(server, store, catalogue)
    return server


def _resources(server: MCPServer[Any], store: Store, catalogue: Catalogue) -> None:
    def read(make: Callable[[], Answer]) -> str:
        try:
            return make().model_dump_json()
        except NthtierError as error:
            raise ResourceError(str(error)) from None

    @server.resource("nthtier://questions", mime_type="text/plain")
    def questions() -> str:
        """What can be asked, one example a line."""
        return "\n".join(f"{intent.example} ({intent.says})" for intent in INTENTS.values())

    @server.resource("nthtier://parties/{identity}", mime_type="application/json")
    def party_resource(identity: str) -> str:
        """What is known about a party or product."""
        return read(lambda: profile(store, find(store, identity, catalogue), catalogue=catalogue))

    @server.resource("nthtier://documents/{identity}", mime_type="application/json")
    def document_resource(identity: str) -> str:
        """A document with its text and what was read from each sentence."""

        def make() -> DocumentText:
            return document(store, identity)

        return read(make)
