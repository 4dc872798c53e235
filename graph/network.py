"""The dependency network in arrays: read from the store once a version, then walked.

Nodes are parties, products and components; a fact is an edge from supplier to consumer with its component. Facts stand in
compressed rows both ways, so that a walk touches only what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date as Date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import networkx as nx
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graph import view
from graph.consolidate import Relation
from graph.facts import ROLES, Fact, arrays, developers
from graph.names import Index, Node, Nodes, described
from graph.purposes import kind_of, purposes
from graph.queries import query, rows
from graph.relations import Floats, Ints, Relations
from graph.store import Store
from ontology import terms

if TYPE_CHECKING:
    from graph.needs import Needs


@dataclass(frozen=True, eq=False)
class Network:
    """Facts within a level, in arrays of one length, sorted by supplier, consumer and component.

    ``supplier``, ``consumer``, ``component``, ``via``, ``need`` and ``family`` number ``nodes`` (``via`` is -1 where the fact was not
    lifted from a product); ``relation`` numbers ``relations`` (-1: the catalogue says so), and so do ``makes`` and ``owns``, by
    which the supplier develops what is used and the consumer develops ``via``; ``low`` and ``high`` bound the
    share of the consumer's need for the component; ``level`` numbers ``terms.LEVELS`` and ``role`` ``graph.facts.ROLES``.
    ``need`` is the component at which suppliers stand in for one another, ``family`` the widest one that it belongs to,
    ``stated`` whether the share is a share of the need, ``part`` whether the need may be only a part of what the consumer lives on.
    ``disputed`` says of a relation's IRI which open conflicts it is part of.
    """

    nodes: Sequence[Node]
    relations: Sequence[Relation]
    supplier: Ints
    consumer: Ints
    component: Ints
    via: Ints
    relation: Ints
    low: Floats
    high: Floats
    level: NDArray[np.int8]
    role: NDArray[np.int8]
    need: Ints
    family: Ints
    stated: NDArray[np.bool_]
    part: NDArray[np.bool_]
    makes: Ints
    owns: Ints
    country: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """IRI → number of the node."""
        if isinstance(self.nodes, Nodes):
            return Index(self.nodes.iris)
        return {node.iri: number for number, node in enumerate(self.nodes)}

    @cached_property
    def by_supplier(self) -> Ints:
        """Row starts: the facts of supplier *n* are ``by_supplier[n]:by_supplier[n + 1]``."""
        return np.searchsorted(self.supplier, np.arange(len(self.nodes) + 1)).astype(np.int32)

    @cached_property
    def consumer_order(self) -> Ints:
        """The facts sorted by consumer, then supplier and component."""
        return np.argsort(self.consumer, kind="stable").astype(np.int32)

    @cached_property
    def by_consumer(self) -> Ints:
        """Row starts into ``consumer_order``."""
        counts = np.bincount(self.consumer, minlength=len(self.nodes))
        return np.concatenate(([0], counts.cumsum())).astype(np.int32)

    @cached_property
    def needs(self) -> Needs:
        """What each consumer needs, and from whom it may come."""
        from graph.needs import Needs  # needs stand on the network

        return Needs.of(self)

    def facts_from(self, supplier: int) -> range:
        """Return the numbers of the facts in which a node supplies."""
        return range(int(self.by_supplier[supplier]), int(self.by_supplier[supplier + 1]))

    def facts_to(self, consumer: int) -> Ints:
        """Return the numbers of the facts in which a node consumes."""
        return self.consumer_order[self.by_consumer[consumer] : self.by_consumer[consumer + 1]]

    def claims(self, fact: int) -> tuple[str, ...]:
        """Return the claims behind a fact, sorted, with those of who develops what; none where the catalogue says it."""
        numbers = {int(each[fact]) for each in (self.relation, self.makes, self.owns)} - {-1}
        said = [self.relations[number].claims for number in numbers]
        return said[0] if len(said) == 1 else tuple(sorted({claim for claims in said for claim in claims}))

    def resting(self, facts: NDArray[np.integer[Any]]) -> list[int]:
        """Return the numbers of the relations that some facts rest on, sorted."""
        found = np.unique(np.concatenate((self.relation[facts], self.makes[facts], self.owns[facts])))
        return [int(each) for each in found if each >= 0]

    def without(self, relations: Iterable[int]) -> Network:
        """Return the network without the facts that rest on some relations."""
        gone = list(relations)
        rests = [np.isin(each, gone) for each in (self.relation, self.makes, self.owns)]
        return self.where(~np.logical_or.reduce(rests)) if gone else self

    def where(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Network:
        """Return the network with the facts of a mask or of numbers; nodes and relations keep their numbers."""
        named: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        columns: dict[str, Any] = {name: each[kept] for name, each in named.items() if isinstance(each, np.ndarray)}
        return replace(self, **columns)

    @cached_property
    def groups(self) -> Mapping[int, tuple[int, ...]]:
        """The nodes that go with each parent's, its own first: who asks about a parent asks about its arms, and theirs."""
        found: dict[int, set[int]] = {}
        for arm in self.parent:
            if arm in self.index:
                above, seen = self.parent[arm], {arm}
                while above and above not in seen:
                    seen.add(above)
                    if above in self.index:
                        found.setdefault(self.index[above], set()).add(self.index[arm])
                    above = self.parent.get(above, "")
        return {group: (group, *sorted(found[group])) for group in sorted(found)}

    def with_arms(self, node: int) -> tuple[int, ...]:
        """Return a node with those of its arms."""
        return self.groups.get(node, (node,))

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, with their order by consumer and the relations behind them."""
        own = sum(column.nbytes for column in vars(self).values() if isinstance(column, np.ndarray))
        return int(own + (self.relations.nbytes if isinstance(self.relations, Relations) else 0))

    def to_arrow(self) -> pa.Table:
        """Return the facts as an Arrow table, which pandas, Polars and DuckDB take without copying."""
        iris = self.nodes.iris if isinstance(self.nodes, Nodes) else pa.array([node.iri for node in self.nodes])

        def named(codes: Ints) -> pa.Array:
            return iris.take(pa.array(codes, mask=codes < 0))

        relations = (
            pa.array([each.iri for each in self.relations]) if len(self.relations) else pa.array([], pa.string())
        )
        return pa.table(
            {
                "supplier": named(self.supplier),
                "consumer": named(self.consumer),
                "component": named(self.component),
                "need": named(self.need),
                "via": named(self.via),
                "low": self.low,
                "high": self.high,
                "level": pa.array(terms.LEVELS).take(pa.array(self.level)),
                "role": pa.array(ROLES).take(pa.array(self.role)),
                "relation": relations.take(pa.array(self.relation, mask=self.relation < 0)),
            }
        )

    def to_pandas(self) -> Any:
        """Return the facts as a pandas DataFrame."""
        return self.to_arrow().to_pandas()

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return the network as a graph with named attributes; edges run from supplier to consumer."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.iri, name=node.name, kind=node.kind)
        for fact in range(len(self.supplier)):
            relation = int(self.relation[fact])
            said = self.relations[relation] if relation >= 0 else None
            component = self.nodes[self.component[fact]]
            graph.add_edge(
                self.nodes[self.supplier[fact]].iri,
                self.nodes[self.consumer[fact]].iri,
                component=component.iri,
                component_name=component.name,
                low=float(self.low[fact]),
                high=float(self.high[fact]),
                level=terms.LEVELS[self.level[fact]],
                role=ROLES[self.role[fact]],
                relation=said.iri if said else "",
                claims=said.claims if said else (),
            )
        return graph


_Key = tuple[str, Date | None, Date | None]
_CACHE: WeakKeyDictionary[Store, tuple[str, dict[_Key, Network]]] = WeakKeyDictionary()
_KEPT = 12


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
        while len(kept[1]) >= _KEPT:
            kept[1].pop(next(iter(kept[1])), None)
        kept[1][key] = _read(store, level, as_of, valid_at)
    return kept[1][key]


def _read(store: Store, level: str, as_of: Date | None, valid_at: Date | None) -> Network:
    if as_of is None and valid_at is None:
        standing = Relations.read(store) or Relations.of(view.relations(store))  # a store of another version
        return built(store, standing, level, view.marks(store))
    relations, marks = view.known(store, as_of, valid_at)
    return built(store, relations, level, marks, as_of)


def built(
    store: Store,
    relations: Iterable[Relation],
    level: str,
    disputed: Mapping[str, tuple[str, ...]] | None = None,
    as_of: Date | None = None,
) -> Network:
    """Return the network that relations make under a store's names, developers and countries."""
    net = build(relations, level, made_by(store), described(store, as_of), countries(store))
    return replace(net, disputed=disputed or {}, parent=parents(store))


def made_by(store: Store) -> dict[str, str]:
    """Return product IRI → developer IRI, as the catalogue in the store has it."""
    return dict(rows(store, query("developed")))


def countries(store: Store) -> dict[str, str]:
    """Return party IRI → country code, as the catalogue in the store has it."""
    return dict(rows(store, query("countries")))


def parents(store: Store) -> dict[str, str]:
    """Return party IRI → IRI of its parent, as the catalogue in the store has it."""
    return dict(rows(store, query("parents")))


def build(
    relations: Iterable[Relation],
    level: str,
    known: Mapping[str, str],
    names: Mapping[str, Node],
    country: Mapping[str, str] | None = None,
) -> Network:
    """Return the network that relations make within a level.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    names
        IRI → node; an IRI without one is named by its own last part.
    country
        Party IRI → country code.
    """
    table = relations if isinstance(relations, Relations) else Relations.of(relations)
    rank = table.level
    kept = table.take((rank >= 0) & (rank <= terms.LEVELS.index(level)))
    who = developers(kept, known)
    found = arrays(kept.firmly() if level == "confirmed" else kept, who)
    models = {each.party for product, makers in who.items() if kind_of(names, product) == "AiModel" for each in makers}
    purpose = purposes(found, names, models)
    things, rows = purpose.things, found.rows
    used = [rows.supplier, rows.consumer, rows.component, rows.via, purpose.need, purpose.family]
    seen = np.zeros(len(things) + 1, dtype=bool)
    for codes in used:
        seen[codes] = True
    present = np.flatnonzero(seen[:-1])
    order = (
        sorted(present.tolist(), key=lambda code: things[code]) if len(things) > len(found.things) else present.tolist()
    )
    numbers = np.full(len(things) + 1, -1, dtype=np.int32)
    numbers[order] = np.arange(len(order), dtype=np.int32)
    supplier, consumer, component, via, need, family = (numbers[codes] for codes in used)
    return Network(
        nodes=Nodes(pa.array([things[code] for code in order], pa.string()), names),
        relations=kept,
        supplier=supplier,
        consumer=consumer,
        component=component,
        via=via,
        relation=rows.relation,
        low=rows.low,
        high=rows.high,
        level=rows.level,
        role=rows.role,
        need=need,
        family=family,
        stated=purpose.stated,
        part=purpose.part,
        makes=rows.makes,
        owns=rows.owns,
        country=country or {},
    )


__all__ = ["Fact", "Network", "Node", "Nodes", "build", "described", "network"]
