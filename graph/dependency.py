"""Who depends on whom: breadth-first tiers over supplier → consumer, with a path and its claims for each party."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np

from graph.errors import UnknownNameError
from graph.evidence import coverage, evidence
from graph.models import Dependent, Dependents, Hop, Party
from graph.names import Node, arms, described
from graph.needs import ranges
from graph.network import Network, network
from graph.relations import Ints
from graph.store import Store
from ontology import terms
from ontology.catalogue import Catalogue

Direction = Literal["dependents", "dependencies"]


def party(node: Node) -> Party:
    """Return a node as answers show it."""
    return Party(id=node.iri.removeprefix(terms.ID), iri=node.iri, name=node.name, kind=node.kind)


def find(store: Store, name: str, catalogue: Catalogue | None = None, as_of: Date | None = None) -> Node:
    """Return what a name, id or IRI stands for, among what was known on a day.

    Raises
    ------
    UnknownNameError
        The store knows no such thing; names like it are suggested.
    """
    catalogue = catalogue or Catalogue.bundled()
    nodes = described(store, as_of)
    entry = catalogue.entry(name) or catalogue.resolve(name)
    for iri in (
        name,
        terms.ID + name,
        entry.iri if entry else "",
        terms.candidate_iri(name),
        terms.candidate_iri(name).replace("candidate-", "component-"),
    ):
        if iri in nodes:
            return nodes[iri]
    suggestions = tuple(each.name for each in catalogue.suggest(name))
    raise UnknownNameError(name, suggestions, "party")


def tiers(net: Network, start: int | Sequence[int], direction: Direction = "dependents") -> tuple[Ints, Ints]:
    """Return each node's tier (0: a start, -1: not reached) and the fact that its best shortest path ends with.

    Among shortest paths the firmest is taken, then the one with the lower fact number. Nobody depends on who delivers none.
    """
    tier = np.full(len(net.nodes), -1, dtype=np.int32)
    last = np.full(len(net.nodes), -1, dtype=np.int32)
    weakest = np.zeros(len(net.nodes), dtype=np.int8)
    frontier = np.unique(np.array([start] if isinstance(start, int) else start, dtype=np.int32))
    tier[frontier] = 0
    forward = direction == "dependents"
    starts = net.by_supplier if forward else net.by_consumer
    ends = net.consumer if forward else net.supplier
    depth = 0
    while len(frontier):
        depth += 1
        first, stop = starts[frontier], starts[frontier + 1]
        edge = ranges(first, stop)
        weak = np.repeat(weakest[frontier], stop - first)
        if not forward:
            edge = net.consumer_order[edge]
        end = ends[edge]
        fresh = np.flatnonzero((tier[end] < 0) & (net.high[edge] > 0.0))
        if not len(fresh):
            break
        edge, end = edge[fresh], end[fresh]
        weak = np.maximum(weak[fresh], net.level[edge])
        if not forward:
            order = np.argsort(edge)
            edge, end, weak = edge[order], end[order], weak[order]
        # The firmest way is written last, of equals the fact with the lower number: of several writes the last one stays.
        for rank in range(int(weak.max()), int(weak.min()) - 1, -1):
            of_rank = np.flatnonzero(weak == rank)[::-1]
            last[end[of_rank]] = edge[of_rank]
        chosen = last[end] == edge
        reached = end[chosen]
        tier[reached] = depth
        weakest[reached] = weak[chosen]
        frontier = np.sort(reached)
    return tier, last


def dependents(
    store: Store,
    name: str,
    *,
    direction: Direction = "dependents",
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    max_tier: int | None = None,
    catalogue: Catalogue | None = None,
) -> Dependents:
    """Return who depends on a party or product (or what it depends on), tier by tier, each with a path and its claims.

    A question about a parent is one about its arms too, which the answer names: who depends on Samsung Electronics depends
    on its foundry.
    """
    node = find(store, name, catalogue, as_of)
    net = network(store, level, as_of, valid_at)
    found: list[Dependent] = []
    start = [net.index[iri] for iri in (node.iri, *arms(store, node.iri)) if iri in net.index]
    if start:
        tier, last = tiers(net, start, direction)
        reached = [n for n in np.flatnonzero(tier > 0).tolist() if max_tier is None or tier[n] <= max_tier]
        for n in sorted(reached, key=lambda n: (tier[n], net.nodes[n].name.casefold(), net.nodes[n].iri)):
            path = _path(net, n, last, direction)
            weakest = max((hop.level for hop in path), key=terms.LEVELS.index)
            found.append(Dependent(party=party(net.nodes[n]), tier=int(tier[n]), level=weakest, path=path))
    claims = evidence(store, (claim for each in found for hop in each.path for claim in hop.claims), as_of)
    return Dependents(
        party=party(node),
        includes=tuple(party(net.nodes[n]) for n in start if net.nodes[n].iri != node.iri),
        direction=direction,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        evidence=claims,
        coverage=coverage(claims),
    )


def _path(net: Network, end: int, last: Ints, direction: Direction) -> tuple[Hop, ...]:
    hops = []
    while (fact := int(last[end])) >= 0:
        hops.append(hop(net, fact))
        end = int(net.supplier[fact] if direction == "dependents" else net.consumer[fact])
    return tuple(reversed(hops))


_HOPS: WeakKeyDictionary[Network, dict[int, Hop]] = WeakKeyDictionary()
_MOST_HOPS = 50_000


def hop(net: Network, fact: int) -> Hop:
    """Return a fact as answers show it; ways share their hops, and answers do, so those shown last are kept."""
    kept = _HOPS.setdefault(net, {})
    found = kept.get(fact)
    if found is None:
        if len(kept) >= _MOST_HOPS:
            kept.clear()
        found = kept[fact] = _hop(net, fact)
    return found


def _hop(net: Network, fact: int) -> Hop:
    relation = net.relations[int(net.relation[fact])] if net.relation[fact] >= 0 else None
    via = int(net.via[fact])
    share = (float(net.low[fact]), float(net.high[fact]))
    if relation and relation.stated_share and net.level[fact] == 0 and share == (relation.low, relation.high):
        share = relation.stated_share  # a rumour's share is not that of a confirmed hop
    return Hop(
        supplier=party(net.nodes[net.supplier[fact]]),
        consumer=party(net.nodes[net.consumer[fact]]),
        component=net.nodes[net.component[fact]].name,
        level=terms.LEVELS[net.level[fact]],
        share=share,
        via=net.nodes[via].name if via >= 0 else None,
        relation=relation.iri if relation else None,
        claims=net.claims(fact),
        disputed=disputed_in(net, [fact]),
    )


def disputed_in(net: Network, facts: Iterable[int]) -> tuple[str, ...]:
    """Return the open conflicts over the relations of facts, and over who develops the products they were drawn from."""
    over: set[str] = set()
    for fact in facts if net.disputed else ():
        if net.relation[fact] >= 0:
            over.add(net.relations[int(net.relation[fact])].iri)
        if net.via[fact] >= 0:
            over.add(net.nodes[net.via[fact]].iri)
    return tuple(sorted({conflict for each in over for conflict in net.disputed.get(each, ())}))
