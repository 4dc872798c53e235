"""The dependency network in arrays: read from the store once a version, then walked.

Nodes are parties, products and components; a fact is an edge from supplier to consumer with its component. Facts stand in
compressed rows both ways, so that a walk touches only what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from functools import cached_property
from weakref import WeakKeyDictionary

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph import view
from graph.consolidate import Relation, consolidate
from graph.facts import KIND_LABEL, Fact, developers, facts
from graph.queries import query, rows
from graph.store import Store
from ontology import terms
from ontology.terms import NT

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Node:
    """What a node is: its IRI, name and kind (the class's local name)."""

    iri: str
    name: str
    kind: str


@dataclass(frozen=True)
class Network:
    """Facts within a level, in arrays of one length, sorted by supplier, consumer and component.

    ``supplier``, ``consumer``, ``component`` and ``via`` number ``nodes`` (``via`` is -1 where the fact was not lifted from
    a product); ``relation`` numbers ``relations`` (-1: the catalogue says so); ``low`` and ``high`` bound the share of the
    consumer's need; ``level`` numbers ``terms.LEVELS``.
    """

    nodes: tuple[Node, ...]
    relations: tuple[Relation, ...]
    supplier: Ints
    consumer: Ints
    component: Ints
    via: Ints
    relation: Ints
    low: Floats
    high: Floats
    level: NDArray[np.int8]

    @cached_property
    def index(self) -> dict[str, int]:
        """IRI → number of the node."""
        return {node.iri: number for number, node in enumerate(self.nodes)}

    @cached_property
    def by_supplier(self) -> Ints:
        """Row starts: the facts of supplier *n* are ``by_supplier[n]:by_supplier[n + 1]``."""
        return np.searchsorted(self.supplier, np.arange(len(self.nodes) + 1)).astype(np.int32)

    @cached_property
    def consumer_order(self) -> Ints:
        """The facts sorted by consumer, then component, then supplier."""
        return np.lexsort((self.supplier, self.component, self.consumer)).astype(np.int32)

    @cached_property
    def by_consumer(self) -> Ints:
        """Row starts into ``consumer_order``."""
        return np.searchsorted(self.consumer[self.consumer_order], np.arange(len(self.nodes) + 1)).astype(np.int32)

    def facts_from(self, supplier: int) -> range:
        """Return the numbers of the facts in which a node supplies."""
        return range(int(self.by_supplier[supplier]), int(self.by_supplier[supplier + 1]))

    def facts_to(self, consumer: int) -> Ints:
        """Return the numbers of the facts in which a node consumes."""
        return self.consumer_order[self.by_consumer[consumer] : self.by_consumer[consumer + 1]]

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return the network as a graph with named attributes; edges run from supplier to consumer."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.iri, name=node.name, kind=node.kind)
        for fact in range(len(self.supplier)):
            relation = int(self.relation[fact])
            graph.add_edge(
                self.nodes[self.supplier[fact]].iri,
                self.nodes[self.consumer[fact]].iri,
                component=self.nodes[self.component[fact]].iri,
                component_name=self.nodes[self.component[fact]].name,
                low=float(self.low[fact]),
                high=float(self.high[fact]),
                level=terms.LEVELS[self.level[fact]],
                relation=self.relations[relation].iri if relation >= 0 else "",
                claims=self.relations[relation].claims if relation >= 0 else (),
            )
        return graph


_CACHE: WeakKeyDictionary[Store, tuple[str, dict[tuple[str, Date | None, Date | None], Network]]] = WeakKeyDictionary()


def network(store: Store, level: str = "reported", as_of: Date | None = None, valid_at: Date | None = None) -> Network:
    """Return the dependency network of a store, kept until the store changes.

    Parameters
    ----------
    level
        ``confirmed`` (actual and stated), ``reported`` (actual) or ``prospective`` (planned and talked about as well).
    as_of
        Known time: what was known on this day.
    valid_at
        Valid time: what holds on this day.
    """
    if level not in terms.LEVELS:
        raise ValueError(f"level must be one of {', '.join(terms.LEVELS)}, not {level!r}")
    version = store.version
    kept = _CACHE.get(store)
    if kept is None or kept[0] != version:
        kept = _CACHE[store] = (version, {})
    key = (level, as_of, valid_at)
    if key not in kept[1]:
        kept[1][key] = _read(store, level, as_of, valid_at)
    return kept[1][key]


def _read(store: Store, level: str, as_of: Date | None, valid_at: Date | None) -> Network:
    if as_of is None and valid_at is None:
        relations: Iterable[Relation] = view.relations(store)
    else:
        relations = consolidate(view.assertions(store), as_of, valid_at)
    known = dict(rows(store, query("developed")))
    return build(relations, level, known, described(store))


def described(store: Store) -> dict[str, Node]:
    """Return name and kind of everything that the default graph knows."""
    nodes: dict[str, Node] = {}
    for thing, label, class_ in sorted(rows(store, query("labels"))):
        kind = class_.removeprefix(NT)
        before = nodes.get(thing)
        if before is None or before.kind == "Candidate":
            nodes[thing] = Node(thing, label, kind)
    return nodes


def build(relations: Iterable[Relation], level: str, known: Mapping[str, str], names: Mapping[str, Node]) -> Network:
    """Return the network that relations make within a level.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    names
        IRI → node; an IRI without one is named by its own last part.
    """
    used = terms.LEVELS[: terms.LEVELS.index(level) + 1]
    kept = tuple(relation for relation in relations if relation.level in used)
    found = sorted(set(facts(kept, developers(kept, known))))
    numbers: dict[str, int] = {}

    def numbered(iri: str) -> int:
        return numbers.setdefault(iri, len(numbers))

    for iri in sorted(
        {iri for fact in found for iri in (fact.supplier, fact.consumer, fact.component, fact.via) if iri}
    ):
        numbered(iri)
    place = {relation.iri: number for number, relation in enumerate(kept)}

    def column(values: Iterable[int]) -> Ints:
        return np.fromiter(values, dtype=np.int32, count=len(found))

    return Network(
        nodes=tuple(names.get(iri) or _unnamed(iri) for iri in numbers),
        relations=kept,
        supplier=column(numbers[fact.supplier] for fact in found),
        consumer=column(numbers[fact.consumer] for fact in found),
        component=column(numbers[fact.component] for fact in found),
        via=column(numbers[fact.via] if fact.via else -1 for fact in found),
        relation=column(place[fact.relation] if fact.relation else -1 for fact in found),
        low=np.array([fact.low for fact in found], dtype=np.float64),
        high=np.array([fact.high for fact in found], dtype=np.float64),
        level=np.array([terms.LEVELS.index(fact.level) for fact in found], dtype=np.int8),
    )


def _unnamed(iri: str) -> Node:
    return Node(iri, KIND_LABEL.get(iri, iri.rsplit("/", 1)[-1]), "Component")


__all__ = ["Fact", "Network", "Node", "build", "network"]
