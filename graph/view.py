"""The consolidated view: what stands in the default graph, worked out from the claims in the named graphs.

It holds the catalogue, the names that no catalogue knows, one node a relation, and plain edges for what is actual now, so
that ``SELECT ?who { ?who nt:dependsOn+ id:tsmc }`` works as an analyst would write it. It can be rebuilt at any time and
comes out the same to the byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from graph.consolidate import Assertion, Relation
from graph.facts import KIND_LABEL, developers, facts
from graph.nquads import integer, iri, literal, number, terms_of, text_of
from graph.queries import PROLOGUE, query, rows, values
from graph.store import Quad, Store
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import NT, RDF, RDFS, SKOS, XSD
from ontology.triples import triples as catalogue_triples

_ATTRIBUTION = {"stated": "stated", "reported": "reportedly"}
_NAMING = frozenset({iri(RDFS + "label"), iri(RDF + "type"), iri(SKOS + "note")})
_CHUNK = 500


def assertions(store: Store, relations: Sequence[str] | None = None) -> list[Assertion]:
    """Return the store's claims as consolidation needs them; all, or those about some relations."""
    found: list[list[str]] = []
    origins: dict[str, list[str]] = defaultdict(list)
    for block in _blocks("relation", relations):
        found += rows(store, query("assertions").replace("#VALUES#", block))
        for claim, origin in rows(store, query("origins").replace("#VALUES#", block)):
            origins[claim].append(origin)
    return [_assertion(row, tuple(sorted(origins[row[0]]))) for row in found]


def _assertion(row: Sequence[str], origins: tuple[str, ...]) -> Assertion:
    (
        claim,
        relation,
        subject,
        predicate,
        object_,
        item,
        item_name,
        status,
        attribution,
        low,
        high,
        date,
        start,
        until,
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
        "stated" if attribution == NT + "stated" else "reported",
        float(low) if low else None,
        float(high) if high else None,
        date,
        start,
        until,
        origins,
    )


def _blocks(variable: str, iris: Sequence[str] | None) -> Iterator[str]:
    if iris is None:
        yield ""
        return
    for start in range(0, len(iris), _CHUNK):
        yield values(variable, iris[start : start + _CHUNK])


Named = tuple[str, str, str, str]  # thing, class, label, note


def names(store: Store, iris: Sequence[str] | None = None, without: Sequence[str] = ()) -> list[Named]:
    """Return what documents, but for some, call the things that no catalogue knows."""
    found = []
    for block in _blocks("thing", iris):
        for thing, class_, label, note, document in rows(store, query("things").replace("#VALUES#", block)):
            if document not in without:
                found.append((thing, class_, label, note))
    return found


def names_in(quads: Iterable[Quad]) -> Iterator[Named]:
    """Yield what some documents' quads call the things that no catalogue knows."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s, p, o, _ in quads:
        if p in _NAMING:
            said[s][p].append(o)
    for thing, of in said.items():
        for label, class_, note in product(
            of[iri(RDFS + "label")], of[iri(RDF + "type")], of[iri(SKOS + "note")] or ['""']
        ):
            yield text_of(thing), text_of(class_), text_of(label), text_of(note)


def thing_quads(named: Iterable[Named]) -> set[Quad]:
    """Return what the default graph says of names that no catalogue knows: classes, one label, other spellings, notes."""
    quads: set[Quad] = set()
    labels: dict[str, set[str]] = defaultdict(set)
    for thing, class_, label, note in named:
        labels[thing].add(label)
        quads.add((iri(thing), iri(RDF + "type"), iri(class_), ""))
        if note:
            quads.add((iri(thing), iri(SKOS + "note"), literal(note), ""))
    for thing, spellings in labels.items():
        first, *others = sorted(spellings, key=lambda name: (name.isupper() or name.islower(), len(name), name))
        quads.add((iri(thing), iri(RDFS + "label"), literal(first), ""))
        quads.update((iri(thing), iri(SKOS + "altLabel"), literal(name), "") for name in others)
    return quads


def node(store: Store, iris: Sequence[str]) -> set[Quad]:
    """Return what the default graph says of some nodes, but for the edges between parties."""
    found: set[Quad] = set()
    for block in _blocks("node", iris):
        found |= _construct(store, f"CONSTRUCT {{ ?node ?p ?o }} WHERE {{ {block} ?node ?p ?o }}")
    return found - edges(store) if found else found


def edges(store: Store) -> set[Quad]:
    """Return the plain edges of the default graph."""
    predicates = " ".join(f"nt:{name}" for name in (*terms.PREDICATES, "dependsOn"))
    return _construct(store, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?p {{ {predicates} }} ?s ?p ?o }}")


def default_graph(store: Store) -> set[Quad]:
    """Return all that the default graph says."""
    return _parsed(store.export("application/n-quads", ""), "")


def graph_quads(store: Store, graphs: Sequence[str]) -> list[Quad]:
    """Return the quads of some named graphs."""
    return [
        quad
        for graph in graphs
        for quad in sorted(
            _construct(store, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri(graph)} {{ ?s ?p ?o }} }}", iri(graph))
        )
    ]


def _construct(store: Store, sparql: str, graph: str = "") -> set[Quad]:
    return _parsed(store.query(PROLOGUE + sparql, "application/n-triples"), graph)


def _parsed(pieces: Iterable[bytes], graph: str) -> set[Quad]:
    return {(*terms_of(line), graph) for line in b"".join(pieces).decode("utf-8").split("\n") if line}


def relations(store: Store) -> list[Relation]:
    """Return the consolidated relations of the default graph, sorted by IRI."""
    claims: dict[str, list[str]] = defaultdict(list)
    for relation, claim in rows(store, query("relation_claims")):
        claims[relation].append(claim)
    return sorted(
        (
            Relation(
                row[0],
                row[1],
                row[2].removeprefix(NT),
                row[3],
                row[4],
                row[5],
                row[6].removeprefix(NT),
                "stated" if row[7] == NT + "stated" else "reported",
                float(row[8]),
                float(row[9]),
                int(row[10]),
                row[11],
                row[12],
                tuple(sorted(claims[row[0]])),
            )
            for row in rows(store, query("relations"))
        ),
        key=lambda relation: relation.iri,
    )


def known_developers(catalogue: Catalogue) -> dict[str, str]:
    """Return product IRI → developer IRI, as the catalogue has it."""
    return {entry.iri: terms.ID + entry.developer for entry in catalogue if entry.is_product and entry.developer}


def catalogue_quads(catalogue: Catalogue) -> Iterator[Quad]:
    """Yield the catalogue, and the labels of the components that stand for an unnamed item."""
    for s, p, o in catalogue_triples(catalogue):
        yield s, p, o, ""
    for component, label in KIND_LABEL.items():
        yield iri(component), iri(RDF + "type"), iri(NT + "Component"), ""
        yield iri(component), iri(RDFS + "label"), literal(label), ""


def relation_quads(relation: Relation) -> Iterator[Quad]:
    """Yield one relation's node."""
    node = iri(relation.iri)

    def say(predicate: str, value: str) -> Quad:
        return node, iri(predicate), value, ""

    yield say(RDF + "type", iri(NT + "Relation"))
    yield say(RDF + "subject", iri(relation.subject))
    yield say(RDF + "predicate", iri(NT + relation.predicate))
    if relation.object:
        yield say(RDF + "object", iri(relation.object))
    if relation.item:
        yield say(NT + "item", iri(relation.item))
    if relation.item_name:
        yield say(NT + "itemName", literal(relation.item_name))
    yield say(NT + "status", iri(NT + relation.status))
    yield say(NT + "attribution", iri(NT + _ATTRIBUTION[relation.attribution]))
    if relation.level:
        yield say(NT + "level", iri(f"{NT}{relation.level}Level"))
    yield say(NT + "shareLow", number(relation.low))
    yield say(NT + "shareHigh", number(relation.high))
    yield say(NT + "support", integer(relation.support))
    yield say(NT + "claimCount", integer(len(relation.claims)))
    yield say(NT + "firstSeen", literal(relation.first_seen, XSD + "date"))
    yield say(NT + "lastSeen", literal(relation.last_seen, XSD + "date"))
    for claim in relation.claims:
        yield say(NT + "evidence", iri(claim))


def edge_quads(relations: Iterable[Relation], known: Mapping[str, str]) -> set[Quad]:
    """Return the plain edges of the relations that are actual now, and ``nt:dependsOn`` for every fact.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    """
    actual = [relation for relation in relations if relation.status == "actual"]
    edges: set[Quad] = set()
    for relation in actual:
        if relation.object:
            edges.add((iri(relation.subject), iri(NT + relation.predicate), iri(relation.object), ""))
            if relation.predicate in terms.SUPPLY:
                edges.add((iri(relation.subject), iri(NT + "supplies"), iri(relation.object), ""))
            if relation.predicate in terms.SYMMETRIC:
                edges.add((iri(relation.object), iri(NT + relation.predicate), iri(relation.subject), ""))
    for fact in facts(actual, developers(actual, known)):
        edges.add((iri(fact.consumer), iri(NT + "dependsOn"), iri(fact.supplier), ""))
    return edges
