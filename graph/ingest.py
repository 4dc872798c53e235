"""From loaded documents to the store: quads, validation, one atomic step.

A document is one named graph, replaced whole. The relations its claims touch, the names it brings and the edges that
follow change in the same step, so the store never shows a document without its consequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph import view
from graph.consolidate import assertions_of, consolidate
from graph.nquads import iri
from graph.rdf import quads
from graph.store import Change, Quad, Store
from graph.validate import validate
from loaders.claim import Loaded
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import NT, RDFS


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did: documents, claims in them, and how many of the documents were new to the store."""

    documents: int
    claims: int
    new_documents: int


def ingest(store: Store, documents: Iterable[Loaded], catalogue: Catalogue) -> Report:
    """Validate documents and put them into the store together with the view that follows, all in one step.

    Raises
    ------
    ValidationError
        A claim breaks the shapes; nothing is stored.
    """
    batch = {loaded.document.iri: loaded for loaded in documents}
    new: list[Quad] = []
    for loaded in batch.values():
        document_quads = quads(loaded)
        validate(document_quads, loaded)
        new += document_quads
    known = _replace(store, sorted(batch), new, batch.values(), catalogue)
    return Report(len(batch), sum(len(loaded.claims) for loaded in batch.values()), len(batch) - known)


def remove(store: Store, document: str, catalogue: Catalogue) -> None:
    """Take a document out of the store, with all that follows from it alone."""
    _replace(store, [document], [], [], catalogue)


def prepare(store: Store, catalogue: Catalogue) -> None:
    """Put the catalogue's present state into the store, and the view right if it was made under another catalogue."""
    wanted = set(view.catalogue_quads(catalogue))
    mark = (iri(terms.ID + "catalogue"), iri(NT + "generated"), _mark(wanted), "")
    if mark not in view.node(store, [terms.ID + "catalogue"]):
        rebuild(store, catalogue)


def rebuild(store: Store, catalogue: Catalogue) -> None:
    """Work the default graph out again from the catalogue and all claims; only what differs is written."""
    present = set(view.default_graph(store))
    wanted = set(view.catalogue_quads(catalogue))
    wanted.add((iri(terms.ID + "catalogue"), iri(NT + "generated"), _mark(wanted), ""))
    relations = consolidate(view.assertions(store))
    wanted |= view.thing_quads(view.names(store))
    wanted |= view.edge_quads(relations, view.known_developers(catalogue))
    for relation in relations:
        wanted.update(view.relation_quads(relation))
    store.apply(Change((), tuple(sorted(present - wanted)), tuple(sorted(wanted - present))))


def _replace(
    store: Store, documents: Sequence[str], new: Sequence[Quad], batch: Iterable[Loaded], catalogue: Catalogue
) -> int:
    """Put the new quads in place of the documents' graphs, and the view right; return how many graphs there were."""
    prepare(store, catalogue)
    old = view.graph_quads(store, documents)
    if set(old) == set(new):
        return len({quad[3] for quad in old})
    old_claims = {s[1:-1] for s, p, _, _ in old if p == iri(NT + "about")}
    assertions = [assertion for loaded in batch for assertion in assertions_of(loaded.claims)]
    touched = sorted({o[1:-1] for _, p, o, _ in old if p == iri(NT + "about")} | {each.relation for each in assertions})
    kept = [assertion for assertion in view.assertions(store, touched) if assertion.claim not in old_claims]
    relations = consolidate([*kept, *assertions])

    names = sorted({s[1:-1] for s, p, _, _ in (*old, *new) if p == iri(RDFS + "label")})
    before = view.node(store, [*touched, *names]) | view.edges(store)
    after = view.thing_quads([*view.names(store, names, without=documents), *view.names_in(new)])
    for relation in relations:
        after.update(view.relation_quads(relation))
    everything = {relation.iri: relation for relation in view.relations(store)}
    for each in touched:
        everything.pop(each, None)
    everything.update((relation.iri, relation) for relation in relations)
    after |= view.edge_quads(everything.values(), view.known_developers(catalogue))

    graphs = tuple(sorted({quad[3][1:-1] for quad in old}))
    store.apply(Change(graphs, tuple(sorted(before - after)), (*new, *sorted(after - before))))
    return len(graphs)


def _mark(quads_: set[Quad]) -> str:
    return f'"{terms.digest(*sorted(quads_))}"'
