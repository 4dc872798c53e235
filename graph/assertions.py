"""The claims of a store as consolidation needs them, and what stands around them: decisions, the catalogue's word, names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Date
from itertools import product
from typing import Final
from weakref import WeakKeyDictionary

from graph.consolidate import Assertion, Figure, Group, gather, renamed
from graph.decisions import Standing, decisions, standing
from graph.disputes import World
from graph.nquads import day, iri, text_of
from graph.queries import query, rows, values
from graph.store import Quad, Store
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import NT, RDF, RDFS, SKOS

_NAMING: Final = frozenset({iri(RDFS + "label"), iri(RDF + "type"), iri(SKOS + "note")})
_CHUNK: Final = 500

Named = tuple[str, str, str, str]  # thing, class, label, note


def assertions(store: Store, claims: Sequence[str] | None = None) -> list[Assertion]:
    """Return the store's claims as consolidation needs them; all, or those asked for."""
    found: list[list[str]] = []
    origins: dict[str, list[str]] = defaultdict(list)
    figures: dict[str, list[Figure]] = defaultdict(list)
    for block in blocks("claim", claims):
        found += rows(store, query("assertions").replace("#VALUES#", block))
        for claim, origin in rows(store, query("origins").replace("#VALUES#", block)):
            origins[claim].append(origin)
        for claim, what, unit, low, high in rows(store, query("figures").replace("#VALUES#", block)):
            figures[claim].append(Figure(what, unit, _float(low), _float(high)))
    return [
        _assertion(row, tuple(sorted(set(origins[row[0]]))), tuple(sorted(figures[row[0]], key=str))) for row in found
    ]


def _assertion(row: Sequence[str], origins: tuple[str, ...], figures: tuple[Figure, ...]) -> Assertion:
    (
        claim,
        relation,
        subject,
        predicate,
        object_,
        item,
        item_name,
        status,
        said,
        low,
        high,
        date,
        start,
        until,
        wording,
    ) = row
    return Assertion(
        claim,
        relation,
        subject,
        predicate.removeprefix(NT),
        object_,
        item,
        item_name,
        status.removeprefix(NT),
        "stated" if said == NT + "stated" else "reported",
        _float(low),
        _float(high),
        date,
        start,
        until,
        origins,
        wording,
        figures,
    )


def _float(text: str) -> float | None:
    return float(text) if text else None


def blocks(variable: str, iris: Sequence[str] | None) -> Iterator[str]:
    """Yield VALUES blocks that bind a variable to IRIs, some hundred at a time; an empty one for all."""
    if iris is None:
        yield ""
        return
    for start in range(0, len(iris), _CHUNK):
        yield values(variable, iris[start : start + _CHUNK])


def groups(store: Store, as_of: Date | None = None, valid_at: Date | None = None) -> tuple[dict[str, Group], Standing]:
    """Return all claims by relation under the decisions of the time, and those decisions."""
    decided = standing(decisions(store, as_of))
    return gather(renamed(assertions(store), decided.merged), as_of, valid_at, decided.aside), decided


def names(
    store: Store, iris: Sequence[str] | None = None, without: Sequence[str] = (), as_of: Date | None = None
) -> list[Named]:
    """Return what documents, but for some, call the things that no catalogue knows; up to a day, what claims of then name."""
    when = ""
    if as_of is not None:
        when = f"?claim (rdf:subject|rdf:object|nt:item) ?thing ; dcterms:date ?date . FILTER(?date <= {day(as_of)})"
    if without:
        when += f" FILTER(?document NOT IN ({', '.join(map(iri, without))}))"
    found: list[Named] = []
    for block in blocks("thing", iris):
        text = query("things").replace("#VALUES#", block).replace("#WHEN#", when)
        found += ((thing, class_, label, note) for thing, class_, label, note in rows(store, text))
    return found


def names_in(quads: Sequence[Quad]) -> Iterator[Named]:
    """Yield what some documents' quads call the things that no catalogue knows."""
    label_ = iri(RDFS + "label")
    named = {(g, s) for s, p, _, g in quads if p == label_}
    said: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o, g in quads:
        if p in _NAMING and (g, s) in named:
            said[g, s][p].append(o)
    for (_, thing), of in said.items():
        for label, class_, note in product(
            of[iri(RDFS + "label")], of[iri(RDF + "type")], of[iri(SKOS + "note")] or ['""']
        ):
            yield text_of(thing), text_of(class_), text_of(label), text_of(note)


def labels(named: Iterable[Named]) -> dict[str, set[str]]:
    """Return the names of each thing."""
    found: dict[str, set[str]] = defaultdict(set)
    for thing, _, label, _ in named:
        found[thing].add(label)
    return found


def spelling(labels: Iterable[str]) -> list[str]:
    """Return the names of a thing, the one to show first.

    >>> spelling({"NEWCO", "newco", "Newco Inc.", "Newco"})
    ['Newco', 'Newco Inc.', 'NEWCO', 'newco']
    """
    return sorted(labels, key=lambda name: (name.isupper() or name.islower(), len(name), name))


_WORLDS: WeakKeyDictionary[Catalogue, World] = WeakKeyDictionary()


def world(catalogue: Catalogue) -> World:
    """Return what a catalogue knows of developers and parents."""
    if catalogue not in _WORLDS:
        _WORLDS[catalogue] = World(
            {each.iri: terms.ID + each.developer for each in catalogue if each.is_product and each.developer},
            {each.iri: terms.ID + each.parent for each in catalogue if each.parent},
        )
    return _WORLDS[catalogue]


def world_of(store: Store, as_of: Date | None = None) -> World:
    """Return what the catalogue in a store knows, with the names of the things that it does not."""
    return World(
        dict(rows(store, query("developed"))), dict(rows(store, query("parents"))), labels(names(store, as_of=as_of))
    )
