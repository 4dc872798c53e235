"""What the graph calls things: name, kind, arms; read once a version of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from graph.queries import query, rows
from graph.store import Store
from ontology.terms import NT


@dataclass(frozen=True, slots=True)
class Node:
    """What a node is: its IRI, name and kind (the class's local name)."""

    iri: str
    name: str
    kind: str


_NAMES: WeakKeyDictionary[Store, tuple[str, dict[str, Node]]] = WeakKeyDictionary()
_ARMS: WeakKeyDictionary[Store, tuple[str, dict[str, tuple[str, ...]]]] = WeakKeyDictionary()


def described(store: Store) -> dict[str, Node]:
    """Return name and kind of everything that the default graph knows, kept until the store changes."""
    version = store.version
    kept = _NAMES.get(store)
    if kept is None or kept[0] != version:
        kept = _NAMES[store] = (version, _described(store))
    return kept[1]


def _described(store: Store) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for thing, label, class_ in sorted(rows(store, query("labels"))):
        before = nodes.get(thing)
        if before is None or before.kind == "Candidate":
            nodes[thing] = Node(thing, label, class_.removeprefix(NT))
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
