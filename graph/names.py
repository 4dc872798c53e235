"""What the graph calls things: name, kind, arms; read once a version of the store."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import overload
from weakref import WeakKeyDictionary

import pyarrow as pa

from graph.assertions import labels, names, spelling
from graph.components import KIND_LABEL
from graph.decisions import decisions, standing
from graph.queries import query, rows
from graph.store import Store
from ontology import terms
from ontology.terms import NT

_PARTY_KINDS = frozenset((*terms.PARTY_KINDS.values(), "Candidate"))


@dataclass(frozen=True, slots=True)
class Node:
    """What a node is: its IRI, name and kind (the class's local name)."""

    iri: str
    name: str
    kind: str

    @property
    def is_party(self) -> bool:
        """Whether it is an organisation, or a name that may be one's; products and components can't be dealt with."""
        return self.kind in _PARTY_KINDS


class Nodes(Sequence[Node]):
    """Nodes by number, sorted by IRI; one is made only when it is looked at."""

    def __init__(self, iris: pa.Array, names: Mapping[str, Node]) -> None:
        self.iris, self._names = iris, names

    def __len__(self) -> int:
        return len(self.iris)

    @overload
    def __getitem__(self, number: int) -> Node: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Node]: ...
    def __getitem__(self, number: int | slice) -> Node | Sequence[Node]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        iri = self.iris[int(number)].as_py()
        return self._names.get(iri) or Node(iri, KIND_LABEL.get(iri, iri.rsplit("/", 1)[-1]), "Component")


class Index(Mapping[str, int]):
    """IRI → number of the node, by halving: no second copy of a million names."""

    def __init__(self, iris: pa.Array) -> None:
        self._iris = iris

    def __len__(self) -> int:
        return len(self._iris)

    def __iter__(self) -> Iterator[str]:
        return iter(self._iris.to_pylist())

    def __getitem__(self, iri: str) -> int:
        place = bisect_left(range(len(self._iris)), iri, key=lambda number: self._iris[number].as_py())
        if place == len(self._iris) or self._iris[place].as_py() != iri:
            raise KeyError(iri)
        return place


_NAMES: WeakKeyDictionary[Store, tuple[str, dict[Date | None, dict[str, Node]]]] = WeakKeyDictionary()
_KEPT = 12
#: What the catalogue's own components are called, whatever documents call them.
_OURS = frozenset((label, NT + "Component") for label in KIND_LABEL.values())
_ARMS: WeakKeyDictionary[Store, tuple[str, dict[str, tuple[str, ...]]]] = WeakKeyDictionary()


def described(store: Store, as_of: Date | None = None) -> dict[str, Node]:
    """Return name and kind of everything that the default graph knows, kept until the store changes.

    A name that was decided to be another's stands for that other. ``as_of`` a day, names that no catalogue knows are those
    of the claims up to it.
    """
    version = store.version
    kept = _NAMES.get(store)
    if kept is None or kept[0] != version:
        kept = _NAMES[store] = (version, {})
    if as_of not in kept[1]:
        while len(kept[1]) >= _KEPT:
            kept[1].pop(next(iter(kept[1])), None)
        kept[1][as_of] = _described(store, as_of)
    return kept[1][as_of]


def _described(store: Store, as_of: Date | None) -> dict[str, Node]:
    found = [(thing, label, class_) for thing, label, class_ in rows(store, query("labels"))]
    if as_of is None:
        merged = dict(rows(store, query("merged")))
    else:
        of_documents = {row[0] for row in rows(store, query("named"))}
        named = names(store, as_of=as_of)
        first = {thing: spelling(each)[0] for thing, each in labels(named).items()}
        found = [row for row in found if row[0] not in of_documents or row[1:] in _OURS]
        found += [(thing, first[thing], class_) for thing, class_, _, _ in named]
        merged = {name: into for name, into in standing(decisions(store, as_of)).merged.items() if name in first}
    nodes: dict[str, Node] = {}
    for thing, label, class_ in sorted(set(found)):
        before = nodes.get(thing)
        if before is None or before.kind == "Candidate":
            nodes[thing] = Node(thing, label, class_.removeprefix(NT))
    for name, into in merged.items():
        if into in nodes:
            nodes[name] = nodes[into]
    return nodes


def arms(store: Store, iri: str) -> tuple[str, ...]:
    """Return the parties that the catalogue calls arms of a party, and their arms, sorted by IRI.

    A question about a parent starts from it and its arms (who depends on Samsung Electronics depends on its foundry), and
    the answer says so. Between an arm and its parent nothing flows: ownership is no supply.
    """
    version = store.version
    kept = _ARMS.get(store)
    if kept is None or kept[0] != version:
        children: dict[str, list[str]] = defaultdict(list)
        for child, parent in rows(store, query("parents")):
            children[parent].append(child)
        kept = _ARMS[store] = (version, {parent: tuple(sorted(each)) for parent, each in children.items()})
    found: set[str] = set()
    waiting: list[Iterable[str]] = [kept[1].get(iri, ())]
    while waiting:
        for arm in waiting.pop():
            if arm not in found and arm != iri:
                found.add(arm)
                waiting.append(kept[1].get(arm, ()))
    return tuple(sorted(found))


def apart(store: Store, one: str, other: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return two parties that a question is about, each with its arms; of a parent and its arm the arm stands for itself."""
    first, second = (one, *arms(store, one)), (other, *arms(store, other))
    if other in first[1:]:
        return tuple(each for each in first if each not in second), second
    if one in second[1:]:
        return first, tuple(each for each in second if each not in first)
    return first, second
