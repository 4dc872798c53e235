"""The plain edges of the default graph kept in step: what a change of some relations adds to them and takes away.

An edge may rest on several relations, and one document can lift needs far away, so the edges are worked out from all actual
relations. These are read from a store once a process and carried from write to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from graph import view
from graph.consolidate import Relation
from graph.store import Quad, Store


@dataclass(frozen=True)
class Edges:
    """The edges of a version of a store, with the actual relations they come from."""

    actual: Mapping[str, Relation]
    quads: frozenset[Quad]


_KEPT: WeakKeyDictionary[Store, tuple[str, Edges]] = WeakKeyDictionary()


def edges(store: Store, known: Mapping[str, str]) -> Edges:
    """Return the edges that stand in a store.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    """
    version = store.version
    kept = _KEPT.get(store)
    if kept is None or kept[0] != version:
        actual = {each.iri: each for each in view.relations(store) if each.status == "actual"}
        kept = (version, Edges(actual, frozenset(view.edge_quads(actual.values(), known))))
        _KEPT[store] = kept
    return kept[1]


def changed(before: Edges, gone: Iterable[str], made: Iterable[Relation], known: Mapping[str, str]) -> Edges:
    """Return the edges after some relations went and others were made."""
    actual = dict(before.actual)
    for name in gone:
        actual.pop(name, None)
    actual.update((each.iri, each) for each in made if each.status == "actual")
    return Edges(actual, frozenset(view.edge_quads(actual.values(), known)))


def keep(store: Store, after: Edges) -> None:
    """Note that the edges are those of the store as it is now."""
    _KEPT[store] = (store.version, after)
