"""Random relations for the analysis: small enough for slow references, with cycles, conflicts and unknown shares."""

from __future__ import annotations

import networkx as nx
from hypothesis import strategies as st

from graph.consolidate import Relation
from graph.names import Node
from graph.network import Network
from ontology import terms

PARTIES = tuple(terms.ID + f"p{n}" for n in range(7))
PRODUCTS = tuple(terms.ID + name for name in ("x0", "x1", "candidate-x2", "candidate-x3", "x4"))
ITEMS = tuple(terms.ID + f"component-c{n}" for n in range(3))
#: The first two products are the catalogue's, the next two are only claimed; the last the catalogue has without a developer.
KNOWN = {PRODUCTS[0]: PARTIES[0], PRODUCTS[1]: PARTIES[1]}
NAMES = {
    **{iri: Node(iri, iri.rsplit("/", 1)[-1], "ChipDesigner") for iri in PARTIES},
    **{iri: Node(iri, iri.rsplit("/", 1)[-1], "Cpu") for iri in PRODUCTS},
}
SHARES = ((0.0, 1.0), (0.0, 1.0), (1.0, 1.0), (0.7, 0.7), (0.2, 0.3), (2 / 3, 1.0), (0.5, 0.5), (0.0, 0.4), (0.0, 0.0))
STATUS = (("actual", "stated"), ("actual", "reported"), ("planned", "stated"))


def relation(
    subject: str,
    predicate: str,
    object_: str,
    item: str = "",
    share: tuple[float, float] = (0.0, 1.0),
    standing: tuple[str, str] = STATUS[0],
    claims: tuple[str, ...] | None = None,
) -> Relation:
    """Return a relation with one claim."""
    iri = terms.RELATION + terms.digest(subject, predicate, object_, item)
    return Relation(
        iri, subject, predicate, object_, item, item.rsplit("component-", 1)[-1], *standing, *share,
        1, "2026-01-28", "2026-01-28", claims if claims is not None else (terms.CLAIM + iri.rsplit("/", 1)[-1],),
    )  # fmt: skip


def _unique(found: list[Relation]) -> list[Relation]:
    return sorted({each.iri: each for each in found}.values(), key=lambda each: each.iri)


def supplies(
    shares: tuple[tuple[float, float], ...] = SHARES, most: int = 16, parties: int = 7
) -> st.SearchStrategy[list[Relation]]:
    """Return relations of plain supply among parties."""
    among = st.sampled_from(PARTIES[:parties])
    one = st.builds(relation, among, st.just("supplies"), among, st.sampled_from(ITEMS), st.sampled_from(shares))
    return st.lists(one, min_size=1, max_size=most).map(_unique)


def anything(most: int = 16) -> st.SearchStrategy[list[Relation]]:
    """Return relations of every kind that makes or lifts facts, over parties and products."""
    party, product = st.sampled_from(PARTIES), st.sampled_from(PRODUCTS)
    thing = st.one_of(party, product)
    share, standing = st.sampled_from(SHARES), st.sampled_from(STATUS)
    item = st.sampled_from(("", *ITEMS, *PRODUCTS))
    supply = st.builds(relation, party, st.sampled_from(terms.SUPPLY), thing, item, share, standing)
    uses = st.builds(relation, thing, st.just("uses"), product, st.just(""), share, standing)
    develops = st.builds(relation, party, st.just("develops"), product, st.just(""), st.just((0.0, 1.0)), standing)
    other = st.builds(relation, party, st.sampled_from(("investsIn", "partnersWith", "competesWith")), party)
    return st.lists(st.one_of(supply, supply, uses, develops, other), min_size=1, max_size=most).map(_unique)


def deliveries(net: Network) -> nx.MultiDiGraph[str]:
    """Return a network as a graph without the edges that say that none of it is delivered."""
    graph = net.to_networkx()
    graph.remove_edges_from(
        [(*ends, key) for *ends, key, each in graph.edges(data=True, keys=True) if each["high"] <= 0]
    )
    return graph
