"""The consolidated view: what stands in the default graph, worked out from the claims in the named graphs.

It holds the catalogue, the names that no catalogue knows, one node a relation, the conflicts, and plain edges for what is
actual now, so that ``SELECT ?who { ?who nt:dependsOn+ id:tsmc }`` works as an analyst would write it. It can be rebuilt at
any time, for any day, and comes out the same to the byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date as Date
from typing import Final
from weakref import WeakKeyDictionary

from graph import disputes
from graph.assertions import Named, assertions, blocks, groups, labels, names, spelling, world, world_of
from graph.consolidate import Group, Relation, gather, relation
from graph.decisions import Decision, Standing
from graph.disputes import Conflict, World
from graph.facts import KIND_LABEL, KIND_OF, developers, facts
from graph.nquads import integer, iri, literal, number, terms_of
from graph.packed import packed
from graph.queries import PROLOGUE, query, rows
from graph.store import Quad, Store
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import NT, RDF, RDFS, SKOS, XSD
from ontology.triples import triples as catalogue_triples

__all__ = ["assertions", "relations", "view_quads"]

#: Counted up when the same claims make another view, so that a store is brought up to date.
FORM: Final = "4"
_CHUNK: Final = 200
_NAMING: Final = ("rdf:type", "rdfs:label", "skos:altLabel", "skos:note", "nt:mergedInto")
_ATTRIBUTION = {"stated": "stated", "reported": "reportedly"}
_CATALOGUES: WeakKeyDictionary[Catalogue, frozenset[Quad]] = WeakKeyDictionary()


# ------------------------------------------------------------------ what should stand there


def view_quads(store: Store, catalogue: Catalogue, as_of: Date | None = None) -> set[Quad]:
    """Return all that the default graph should say, as known on a day."""
    found, stands = groups(store, as_of)
    named = names(store, as_of=as_of)
    known = replace(world(catalogue), labels=labels(named))
    made = [relation(group) for group in found.values()]
    wanted = set(catalogue_quads(catalogue))
    wanted |= thing_quads(named, stands.merged)
    wanted |= edge_quads(made, known.developer)
    for each in made:
        wanted.update(relation_quads(each))
    for conflict in ledger(found, stands, known):
        wanted.update(disputes.quads(conflict))
    return wanted


def ledger(found: Mapping[str, Group], stands: Standing, known: World) -> tuple[Conflict, ...]:
    """Return the open conflicts, and those that a decision settles, marked with it."""
    open_ = {
        conflict.iri: conflict
        for conflict in disputes.disputes(found, known)
        if not _overruled(conflict, stands.settled.get(conflict.iri))
    }
    if stands.settled:
        everything = gather(a for group in found.values() for a in group.all)
        for conflict in disputes.disputes(everything, known):
            if conflict.iri not in open_ and conflict.iri in stands.settled:
                open_[conflict.iri] = replace(conflict, settled_by=stands.settled[conflict.iri].iri)
    return tuple(open_[name] for name in sorted(open_))


def _overruled(conflict: Conflict, decision: Decision | None) -> bool:
    """Tell whether a decision keeps all claims that are left, against the catalogue's word."""
    keeps = set(decision.keeps) if decision else set()
    return bool(keeps) and all(not side.claims or not keeps.isdisjoint(side.claims) for side in conflict.sides)


def catalogue_quads(catalogue: Catalogue) -> frozenset[Quad]:
    """Return the catalogue, the labels of the components that stand for an unnamed item, and the mark of all that."""
    if catalogue not in _CATALOGUES:
        quads = {(s, p, o, "") for s, p, o in catalogue_triples(catalogue)}
        for component, label in KIND_LABEL.items():
            quads.add((iri(component), iri(RDF + "type"), iri(NT + "Component"), ""))
            quads.add((iri(component), iri(RDFS + "label"), literal(label), ""))
        mark = terms.digest(FORM, *(term for quad in sorted(quads) for term in quad))
        quads.add((iri(terms.ID + "catalogue"), iri(NT + "generated"), literal(mark), ""))
        _CATALOGUES[catalogue] = frozenset(quads)
    return _CATALOGUES[catalogue]


def is_current(store: Store, catalogue: Catalogue) -> bool:
    """Tell whether the view was made under this catalogue, in this form."""
    node_ = iri(terms.ID + "catalogue")
    present = construct(store, f"CONSTRUCT WHERE {{ {node_} nt:generated ?mark }}")
    return bool(present) and present <= catalogue_quads(catalogue)


def thing_quads(named: Iterable[Named], merged: Mapping[str, str]) -> set[Quad]:
    """Return what the default graph says of names that no catalogue knows: classes, one label, other spellings, notes."""
    quads: set[Quad] = set()
    spelled: dict[str, set[str]] = defaultdict(set)
    for thing, class_, label, note in named:
        spelled[thing].add(label)
        quads.add((iri(thing), iri(RDF + "type"), iri(class_), ""))
        if note:
            quads.add((iri(thing), iri(SKOS + "note"), literal(note), ""))
        if thing in merged:
            quads.add((iri(thing), iri(NT + "mergedInto"), iri(merged[thing]), ""))
    for thing, spellings in spelled.items():
        first, *others = spelling(spellings)
        quads.add((iri(thing), iri(RDFS + "label"), literal(first), ""))
        quads.update((iri(thing), iri(SKOS + "altLabel"), literal(name), "") for name in others)
    return quads


def relation_quads(relation: Relation, without: Set[str] = frozenset()) -> Iterator[Quad]:
    """Yield one relation's node, the links to some claims left out."""
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
    if relation.stated_share:
        yield say(NT + "statedShareLow", number(relation.stated_share[0]))
        yield say(NT + "statedShareHigh", number(relation.stated_share[1]))
    yield say(NT + "support", integer(relation.support))
    yield say(NT + "claimCount", integer(len(relation.claims)))
    yield say(NT + "firstSeen", literal(relation.first_seen, XSD + "date"))
    yield say(NT + "lastSeen", literal(relation.last_seen, XSD + "date"))
    for claim in relation.claims:
        if claim not in without:
            yield say(NT + "evidence", iri(claim))
    yield say(NT + "row", literal(packed(relation)))


def edge_quads(relations: Iterable[Relation], known: Mapping[str, str]) -> set[Quad]:
    """Return the plain edges of the relations by which something is delivered now, and ``nt:dependsOn`` for every fact.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    """
    actual = [each for each in relations if delivers(each)]
    edges = {edge for each in actual for edge in plain_edges(each)}
    for fact in facts(actual, developers(actual, known)):
        edges.add((iri(fact.consumer), iri(NT + "dependsOn"), iri(fact.supplier), ""))
    return edges


def delivers(relation: Relation) -> bool:
    """Whether a relation is actual now, and no share of nothing ("none of it comes from Samsung")."""
    return relation.status == "actual" and relation.high > 0


def plain_edges(relation: Relation) -> Iterator[Quad]:
    """Yield the edges that an actual relation is by itself."""
    if not relation.object:
        return
    yield iri(relation.subject), iri(NT + relation.predicate), iri(relation.object), ""
    if relation.predicate in terms.SUPPLY:
        yield iri(relation.subject), iri(NT + "supplies"), iri(relation.object), ""
    if relation.predicate in terms.SYMMETRIC:
        yield iri(relation.object), iri(NT + relation.predicate), iri(relation.subject), ""


# ------------------------------------------------------------------ what stands there


def default_graph(store: Store) -> set[Quad]:
    """Return all that the default graph says."""
    return _parsed(store.export("application/n-quads", ""), "")


def present(store: Store, documents: Sequence[str]) -> list[str]:
    """Return which of some documents are in the store, sorted."""
    found: set[str] = set()
    for block in blocks("d", documents):
        found |= {row[0] for row in rows(store, f"{PROLOGUE}SELECT ?d {{ {block} GRAPH ?d {{ ?d a nt:Document }} }}")}
    return sorted(found)


def graph_quads(store: Store, graphs: Sequence[str]) -> list[Quad]:
    """Return the quads of some named graphs."""
    return [
        quad
        for graph in graphs
        for quad in sorted(
            construct(store, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri(graph)} {{ ?s ?p ?o }} }}", iri(graph))
        )
    ]


def things(store: Store, iris: Sequence[str]) -> set[Quad]:
    """Return what the default graph says of names, but for the edges between them."""
    found: set[Quad] = set()
    for start in range(0, len(iris), _CHUNK):
        pairs = " ".join(f"({iri(each)} {says})" for each in iris[start : start + _CHUNK] for says in _NAMING)
        found |= construct(
            store, f"CONSTRUCT {{ ?node ?p ?o }} WHERE {{ VALUES (?node ?p) {{ {pairs} }} ?node ?p ?o }}"
        )
    return found


def conflict_quads(store: Store, iris: Iterable[str]) -> set[Quad]:
    """Return what the default graph says of some conflicts, if they are there: nodes, sides, marks."""
    standing = {row[0] for row in rows(store, f"{PROLOGUE}SELECT ?c {{ ?c a nt:Conflict }}")}
    found: set[Quad] = set()
    for block in blocks("node", sorted(standing.intersection(iris))):
        found |= construct(store, f"CONSTRUCT {{ ?node ?p ?o }} WHERE {{ {block} ?node ?p ?o }}")
        found |= construct(store, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {block} ?node nt:side ?s . ?s ?p ?o }}")
        found |= construct(store, f"CONSTRUCT {{ ?s nt:disputedIn ?node }} WHERE {{ {block} ?s nt:disputedIn ?node }}")
    return found


def construct(store: Store, sparql: str, graph: str = "") -> set[Quad]:
    """Run a CONSTRUCT; return its triples as quads of a graph."""
    return _parsed(store.query(PROLOGUE + sparql, "application/n-triples"), graph)


def _parsed(pieces: Iterable[bytes], graph: str) -> set[Quad]:
    return {(*terms_of(line), graph) for line in b"".join(pieces).decode("utf-8").split("\n") if line}


def relations(
    store: Store, as_of: Date | None = None, valid_at: Date | None = None, iris: Sequence[str] | None = None
) -> list[Relation]:
    """Return the consolidated relations, sorted by IRI: those of the default graph, or as of a day worked out anew."""
    if as_of is not None or valid_at is not None:
        return [relation(group) for group in groups(store, as_of, valid_at)[0].values()]
    claims: dict[str, list[str]] = defaultdict(list)
    found: list[list[str]] = []
    for block in blocks("relation", iris):
        for name, claim in rows(store, _bound("relation_claims", block)):
            claims[name].append(claim)
        found += rows(store, _bound("relations", block))
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
                (float(row[13]), float(row[14])) if row[13] else None,
            )
            for row in found
        ),
        key=lambda relation: relation.iri,
    )


def marks(store: Store) -> dict[str, tuple[str, ...]]:
    """Return relation, or product whose developer is in dispute → ids of the open conflicts."""
    return _by_relation(rows(store, query("marks")))


def known(
    store: Store, as_of: Date | None = None, valid_at: Date | None = None
) -> tuple[list[Relation], dict[str, tuple[str, ...]]]:
    """Return the relations and :func:`marks` as of a day."""
    found, decided = groups(store, as_of, valid_at)
    open_ = [each for each in ledger(found, decided, world_of(store, as_of)) if not each.settled_by]
    touched = _by_relation(
        [name, each.iri] for each in open_ for name in (*each.relations, *([each.over] if each.kind == "owner" else []))
    )
    return [relation(group) for group in found.values()], touched


def _by_relation(pairs: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, conflict in pairs:
        found[name].add(conflict.removeprefix(terms.CONFLICT))
    return {name: tuple(sorted(each)) for name, each in found.items()}


def _bound(name: str, block: str) -> str:
    return query(name).replace("WHERE {", f"WHERE {{ {block}", 1)


def beside(store: Store, products: Iterable[str], needs: Iterable[tuple[str, str]]) -> set[str]:
    """Return the relations that claim to develop some products, or to meet some needs (consumer, component)."""
    found: set[str] = set()
    for block in blocks("product", sorted(products)):
        found |= _first(store, f"{block} ?r rdf:predicate nt:develops ; rdf:object ?product")
    wanted, supplying = set(needs), {NT + each: each for each in terms.SUPPLY}
    for block in blocks("to", sorted({consumer for consumer, _ in wanted})):
        pattern = f"{block} ?r rdf:object ?to ; rdf:predicate ?p . OPTIONAL {{ ?r nt:item ?item }}"
        for name, to, predicate, item in rows(store, f"{PROLOGUE}SELECT ?r ?to ?p ?item {{ {pattern} }}"):
            if predicate in supplying and (to, item or KIND_OF[supplying[predicate]]) in wanted:
                found.add(name)
    return found


def holding(store: Store, claims: Sequence[str]) -> set[str]:
    """Return the relations that rest on some claims."""
    found: set[str] = set()
    for block in blocks("claim", claims):
        found |= _first(store, f"{block} ?r a nt:Relation ; nt:evidence ?claim")
    return found


def naming(store: Store, things: Iterable[str]) -> set[str]:
    """Return the claims that name some things as subject, object or item."""
    found: set[str] = set()
    for block in blocks("thing", sorted(things)):
        pattern = f"{block} GRAPH ?g {{ ?r (rdf:subject|rdf:object|nt:item) ?thing ; nt:about ?relation }}"
        found |= _first(store, pattern)
    return found


def evidence_of(store: Store, relations: Sequence[str]) -> set[str]:
    """Return the claims behind some relations."""
    found: set[str] = set()
    for block in blocks("relation", relations):
        found |= {claim for _, claim in rows(store, _bound("relation_claims", block))}
    return found


def _first(store: Store, pattern: str) -> set[str]:
    return {row[0] for row in rows(store, f"{PROLOGUE}SELECT DISTINCT ?r {{ {pattern} }}")}
