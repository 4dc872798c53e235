"""Resources: parties, products, relations, claims, documents, each as a list and one by one."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from graph.api.state import AsOfParam, CatalogueDep, Day, LevelParam, MaxTierParam, StoreDep, ValidAtParam
from graph.dependency import Direction, dependents, find
from graph.errors import UnknownNameError
from graph.evidence import evidence
from graph.listing import (
    DocumentRow,
    DocumentText,
    Order,
    Page,
    PartyRow,
    claims,
    document,
    documents,
    parties,
    relations,
    ties,
)
from graph.models import Answer, Dependents, Evidence
from graph.names import Node
from graph.profile import Profile, profile
from graph.related import Tie
from graph.store import Store
from ontology import terms
from ontology.catalogue import Catalogue

Limit = Annotated[int, Query(ge=1, le=500, description="Most items to return.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="Items to skip.")]
Text = Annotated[str, Query(max_length=200, description="Text that the name must have.")]
Name = Annotated[str, Path(max_length=300, description="Name, id or IRI.", examples=["tsmc"])]
Predicate = Annotated[str, Query(pattern=f"^({'|'.join(terms.PREDICATES)})?$", description="Kind of relation.")]
Status = Annotated[str, Query(pattern=f"^({'|'.join(terms.STATUSES)})?$", description="How far a thing has come.")]
Standing = Annotated[
    str,
    Query(
        pattern=f"^({'|'.join(terms.STANDINGS)})?$",
        description="How far it has come; `rejected` where decisions set aside every claim of it.",
    ),
]
Named = Annotated[str, Query(alias="party", max_length=300, description="Name, id or IRI of a party or product.")]


class RelationDetail(Answer):
    """A relation with the claims it adds up."""

    relation: Tie
    evidence: dict[str, Evidence]


def resources_router() -> APIRouter:
    """Return the routes of the resources."""
    router = APIRouter()

    def paged(request: Request, response: Response, page: Page) -> Page:  # type: ignore[type-arg]
        """Say in the header Link where the next and the previous part stand."""
        links = []
        for rel, offset in (("next", page.offset + page.limit), ("prev", page.offset - page.limit)):
            if 0 <= offset < page.total or (rel == "prev" and page.offset > 0):
                query = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]
                links.append(f'<{request.url.path}?{urlencode([*query, ("offset", max(offset, 0))])}>; rel="{rel}"')
        if links:
            response.headers["Link"] = ", ".join(links)
        return page

    def listed(products: bool):  # type: ignore[no-untyped-def]
        def route(
            request: Request,
            response: Response,
            store: StoreDep,
            q: Text = "",
            kind: Annotated[str, Query(max_length=60, description="Class in the ontology.", examples=["Foundry"])] = "",
            country: Annotated[str, Query(max_length=2, description="ISO 3166 code.", examples=["TW"])] = "",
            sort: Order = "relations",
            limit: Limit = 50,
            offset: Offset = 0,
        ) -> Page[PartyRow]:
            page = parties(
                store, products=products, q=q, kind=kind, country=country, sort=sort, limit=limit, offset=offset
            )
            return paged(request, response, page)

        route.__doc__ = f"List {'products' if products else 'parties'}, the most related first."
        return route

    router.get("/parties", tags=["Parties"], name="parties")(listed(False))
    router.get("/products", tags=["Products"], name="products")(listed(True))

    @router.get("/parties/{name}", tags=["Parties"])
    @router.get("/products/{name}", tags=["Products"])
    def one_party(
        store: StoreDep, catalogue: CatalogueDep, name: Name, level: LevelParam = "prospective", as_of: AsOfParam = None
    ) -> Profile:
        """Return what is known about a party or product, with all its relations."""
        return profile(store, find(store, name, catalogue, as_of), level=level, as_of=as_of, catalogue=catalogue)

    @router.get("/parties/{name}/{direction}", tags=["Parties"])
    def walk(
        store: StoreDep,
        catalogue: CatalogueDep,
        name: Name,
        direction: Direction,
        level: LevelParam = "reported",
        as_of: AsOfParam = None,
        valid_at: ValidAtParam = None,
        max_tier: MaxTierParam = None,
    ) -> Dependents:
        """Return who depends on a party, or what it depends on, tier by tier."""
        return dependents(
            store,
            name,
            direction=direction,
            level=level,
            as_of=as_of,
            valid_at=valid_at,
            max_tier=max_tier,
            catalogue=catalogue,
        )

    @router.get("/relations", tags=["Relations"])
    def list_relations(
        request: Request,
        response: Response,
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named = "",
        predicate: Predicate = "",
        status: Standing = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(terms.LEVELS)})?$")] = "",
        sort: Literal["last_seen", "support"] = "last_seen",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Page[Tie]:
        """List consolidated relations, those that are over included."""
        node = _node(store, party, catalogue)
        page = relations(
            store, node=node, predicate=predicate, status=status, level=level, sort=sort, limit=limit, offset=offset
        )
        return paged(request, response, page)

    @router.get("/relations/{identity}", tags=["Relations"])
    def one_relation(store: StoreDep, identity: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> RelationDetail:
        """Return a relation with the claims it adds up."""
        found = ties(store, [terms.RELATION + identity])
        if not found:
            raise UnknownNameError(identity, (), "relation")
        return RelationDetail(relation=found[0], evidence=evidence(store, found[0].claims))

    @router.get("/claims", tags=["Claims"])
    def list_claims(
        request: Request,
        response: Response,
        store: StoreDep,
        catalogue: CatalogueDep,
        party: Named = "",
        document: Annotated[str, Query(pattern=r"^[\w-]{0,100}$", description="Id of a document.")] = "",
        predicate: Predicate = "",
        status: Status = "",
        since: Day | None = None,
        until: Day | None = None,
        q: Annotated[str, Query(max_length=200, description="Text that the sentence must have.")] = "",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Page[Evidence]:
        """List claims, the newest first."""
        page = claims(
            store,
            node=_node(store, party, catalogue),
            document=document,
            predicate=predicate,
            status=status,
            since=since,
            until=until,
            q=q,
            limit=limit,
            offset=offset,
        )
        return paged(request, response, page)

    @router.get("/claims/{identity}", tags=["Claims"])
    def one_claim(store: StoreDep, identity: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> Evidence:
        """Return a claim with its sentence and source."""
        found = evidence(store, [terms.CLAIM + identity])
        if not found:
            raise UnknownNameError(identity, (), "claim")
        return next(iter(found.values()))

    @router.get("/documents", tags=["Documents"])
    def list_documents(
        request: Request, response: Response, store: StoreDep, q: Text = "", limit: Limit = 50, offset: Offset = 0
    ) -> Page[DocumentRow]:
        """List documents, the newest first."""
        return paged(request, response, documents(store, q=q, limit=limit, offset=offset))

    @router.get("/documents/{identity}", tags=["Documents"])
    def one_document(store: StoreDep, identity: Annotated[str, Path(pattern=r"^[\w-]{1,100}$")]) -> DocumentText:
        """Return a document with its text and what was read from each sentence."""
        return document(store, identity)

    return router


def _node(store: Store, name: str, catalogue: Catalogue) -> Node | None:
    return find(store, name, catalogue) if name else None
