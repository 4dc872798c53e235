"""From loaded documents to the store: quads, validation, one atomic step.

A document is one named graph, replaced whole. The relations its claims touch, the names it brings, the conflicts and edges
that follow change in the same step, so the store never shows a document without its consequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graph import decisions, disputes, edges, view
from graph.assertions import assertions, labels, names, names_in, world
from graph.consolidate import assertions_of, gather, relation, renamed
from graph.decisions import Decision
from graph.gathered import gathered, keep
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


def ingest(
    store: Store, documents: Iterable[Loaded], catalogue: Catalogue, *, instead_of: Sequence[str] = ()
) -> Report:
    """Validate documents and put them into the store together with the view that follows, all in one step.

    Parameters
    ----------
    instead_of
        IRIs of documents to take out in the same step, such as an earlier state of a file.

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
    prepare(store, catalogue)
    present = view.present(store, sorted({*batch, *instead_of}))
    _replace(store, present, new, batch.values(), catalogue)
    known = len(batch.keys() & set(present))
    return Report(len(batch), sum(len(loaded.claims) for loaded in batch.values()), len(batch) - known)


def remove(store: Store, document: str, catalogue: Catalogue) -> None:
    """Take a document out of the store, with all that follows from it alone."""
    prepare(store, catalogue)
    _replace(store, view.present(store, [document]), [], [], catalogue)


def prepare(store: Store, catalogue: Catalogue) -> None:
    """Put the catalogue's present state into the store, and the view right if it was made under another catalogue."""
    if not view.is_current(store, catalogue):
        rebuild(store, catalogue)


def rebuild(store: Store, catalogue: Catalogue) -> None:
    """Work the default graph out again from the catalogue and all claims; only what differs is written."""
    present, wanted = view.default_graph(store), view.view_quads(store, catalogue)
    store.apply(Change((), tuple(sorted(present - wanted)), tuple(sorted(wanted - present))))


def decide(store: Store, decision: Decision, catalogue: Catalogue) -> None:
    """Put a person's decision into the store together with the view that follows."""
    prepare(store, catalogue)
    _replace(store, [], decisions.quads(decision), [], catalogue, [decision])


def _replace(
    store: Store,
    documents: Sequence[str],
    new: Sequence[Quad],
    batch: Iterable[Loaded],
    catalogue: Catalogue,
    decided: Sequence[Decision] = (),
) -> None:
    """Put the new quads, of loaded documents or of decisions, in place of the graphs of documents, and the view right."""
    old = view.graph_quads(store, documents)
    if set(old) == set(new):
        return
    made_before = decisions.decisions(store)
    made_after = [*(each for each in made_before if each.document not in documents), *decided]
    was, now = decisions.standing(made_before), decisions.standing(made_after)
    things, conflicts_turned, claims_turned = decisions.turned(was, now)

    about, label = iri(NT + "about"), iri(RDFS + "label")
    withdrawn = {s[1:-1] for s, p, _, _ in old if p == about}
    fresh = list(assertions_of(claim for each in batch for claim in each.claims))
    moved = assertions(store, sorted((claims_turned | view.naming(store, things)) - withdrawn))
    touched = view.holding(store, sorted(withdrawn)) | {each.relation for each in renamed(fresh, now.merged)}
    touched.update(each.relation for merged in (was.merged, now.merged) for each in renamed(moved, merged))
    named = sorted({s[1:-1] for s, p, _, _ in (*old, *new) if p == label} | things)
    found_names = [*names(store, named, without=documents), *names_in(new)]
    standing = gathered(store, touched)
    earlier = [each.relation for each in standing.values()]
    claims = [*(a for each in standing.values() for a in each.claims if a.claim not in withdrawn), *fresh]
    groups = gather(renamed(claims, now.merged), aside=now.aside)
    made = [relation(group) for group in groups.values()]

    # Conflicts: all that the touched relations are or were part of, with the relations beside them.
    products = {each.object for each in (*earlier, *made) if each.predicate == "develops"} | set(named)
    needs = {
        (each.object, disputes.component(each))
        for each in (*earlier, *made)
        if each.predicate in terms.SUPPLY and each.object
    }
    affected = conflicts_turned | {disputes.owner_iri(product) for product in products}
    affected.update(name for need in needs for name in disputes.need_iris(*need))
    affected.update(name for each in touched for name in disputes.own_iris(each))
    beside = gathered(store, view.beside(store, products, needs) - touched)
    groups |= gather(renamed((a for each in beside.values() for a in each.claims), now.merged), aside=now.aside)
    world_ = world(catalogue)
    unheard = sorted(products - set(named) - set(world_.developer))
    known = replace(world_, labels=labels([*found_names, *names(store, unheard)]))
    conflicts = [each for each in view.ledger(groups, now, known) if each.iri in affected]

    before = view.things(store, named) | view.conflict_quads(store, affected)
    after = view.thing_quads(found_names, now.merged)
    stay = {
        each.iri: set(each.claims).intersection(standing[each.iri].relation.claims)
        for each in made
        if each.iri in standing
    }
    for side, relations in ((before, earlier), (after, made)):
        for each in relations:
            side.update(view.relation_quads(each, stay.get(each.iri, frozenset())))
    for conflict in conflicts:
        after.update(disputes.quads(conflict))
    future, lost, won = edges.changed(edges.edges(store, known.developer), earlier, made, known.developer)
    before |= lost
    after |= won

    catalogued = view.catalogue_quads(catalogue)
    gone, come = before - after - catalogued, after - before - catalogued
    store.apply(Change(tuple(iri(each) for each in documents), tuple(sorted(gone)), (*new, *sorted(come))))
    edges.keep(store, future)
    keep(store, touched, made, claims)
