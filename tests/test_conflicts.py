"""Claims that disagree: each kind found where it is, nowhere else; settled by a person, and opened again."""

from __future__ import annotations

from datetime import date as Date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import CATALOGUE, day, documents, loaded
from gold import digest_gold
from graph import view
from graph.assertions import world
from graph.conflicts import conflicts, resolve, undo
from graph.consolidate import assertions_of, gather
from graph.decisions import decisions
from graph.dependency import dependents
from graph.disputes import World, disputes
from graph.errors import DecisionError, UnknownNameError
from graph.ingest import ingest, prepare, rebuild, remove
from graph.store import Store, open_store
from graph.validate import _shapes
from loaders.claim import Amount, Loaded
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from places import BACKBONE

WHO = {"author": "Ada", "date": day(20), "catalogue": CATALOGUE}


def develops(subject: str, product: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "predicate": "develops", "object": product, **more}


def supplies(subject: str = "Mem", object_: str = "Acme", item: str | None = "RAM", **more: Any) -> dict[str, Any]:
    words = f"{subject} {object_} {sorted(more.items(), key=str)}"
    return {"subject": subject, "predicate": "supplies", "object": object_, "item": item, "sentence": words, **more}


def found(*claims: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Return kind and sides of the conflicts among claims, the same in every order."""
    given = tuple(assertions_of(loaded("x", day(0), *claims).claims))
    names = {"https://w3id.org/nthtier/id/candidate-omega-2": {"Omega 2"}}
    names["https://w3id.org/nthtier/id/candidate-analog-chips"] = {"analog chips"}
    known = World(world(CATALOGUE).developer, world(CATALOGUE).parent, names)
    made = {disputes(gather(order), known) for order in list(permutations(given))[:24]}
    assert len(made) == 1
    return [(each.kind, tuple(side.says for side in each.sides)) for each in next(iter(made))]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        # owner
        ([develops("Acme", "Mind")], [("owner", ("acme", "lab"))]),  # against the catalogue's word
        ([develops("Lab", "Mind")], []),
        ([develops("Acme", "Omega 2"), develops("Bolt", "Omega 2")], [("owner", ("acme", "bolt"))]),
        ([develops("Acme", "Omega 2"), develops("Bolt", "Omega 2", sentence="Acme develops Omega 2")], []),  # together
        ([develops("Forge", "Omega 2"), develops("Forge East", "Omega 2")], []),  # one family
        ([develops("Acme", "RAM"), develops("Bolt", "RAM")], []),  # made by many
        ([develops("Acme", "analog chips"), develops("Bolt", "analog chips")], []),  # no name
        ([develops("Acme", "Omega 2"), develops("Bolt", "Omega 2", status="denied")], []),
        # exclusivity
        ([supplies(share=(1.0, 1.0)), supplies("Forge")], [("exclusivity", ("forge", "mem"))]),
        ([supplies(share=(1.0, 1.0)), supplies("Forge", share=(0.2, 0.3))], [("exclusivity", ("forge", "mem"))]),
        ([supplies(share=(1.0, 1.0)), supplies("Forge", status="planned")], []),
        ([supplies(share=(1.0, 1.0), status="planned"), supplies("Forge", status="planned")], [("exclusivity", ("forge", "mem"))]),
        ([supplies(share=(1.0, 1.0)), supplies("Forge", item="gas")], []),
        ([supplies(share=(1.0, 1.0)), supplies("Forge", "Bolt")], []),
        ([supplies(share=(1.0, 1.0)), supplies("Forge", share=(0.0, 0.0))], []),
        ([supplies("Forge", share=(1.0, 1.0)), supplies("Forge East")], []),
        ([supplies(share=(1.0, 1.0), item=None), supplies("Forge", item=None)], []),  # of what?
        # share
        ([supplies(share=(0.7, 0.7)), supplies("Forge", share=(0.4, 0.5))], [("share", ("forge 40%", "mem 70%"))]),
        ([supplies(share=(0.7, 0.7)), supplies("Forge", share=(0.3, 0.5))], []),
        ([supplies(share=(0.7, 0.7)), supplies("Forge", share=(0.4, 0.5), status="planned")], []),
        # denial
        ([supplies(), supplies(status="denied")], [("denial", ("actual", "denied"))]),
        ([supplies(status="negotiating"), supplies(status="denied", date=day(2))], [("denial", ("negotiating", "denied"))]),
        ([supplies(), supplies(status="ended", date=day(2))], []),  # it came to its end
        ([supplies(date=day(3)), supplies(status="ended", date=day(2))], [("denial", ("actual", "ended"))]),
        ([supplies(), supplies(status="ended", attribution="reported", date=day(2))], [("denial", ("actual", "ended"))]),
        ([supplies(status="negotiating"), supplies(status="ended", date=day(2))], []),
        # number
        ([supplies(share=(0.2, 0.3)), supplies(share=(0.5, 0.6))], [("number", ("20% to 30%", "50% to 60%"))]),
        ([supplies(share=(0.2, 0.5)), supplies(share=(0.5, 0.6))], []),
        ([supplies(share=(0.2, 0.3), valid_until=day(1)), supplies(share=(0.5, 0.6), valid_from=day(2))], []),
        ([supplies(share=(0.2, 0.3)), supplies(share=(0.5, 0.6), status="planned")], []),
        ([{"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(1e9, 1e9, "USD"), "sentence": "a"},
          {"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(2e9, None, "USD"), "sentence": "b"}],
         [("number", ("USD 1,000,000,000", "USD at least 2,000,000,000"))]),
        ([{"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(1e9, 1e9, "USD"), "sentence": "a"},
          {"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(2e9, None, "EUR"), "sentence": "b"}], []),
        ([{"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(1e9, 1e9, "USD"), "sentence": "a"},
          {"subject": "Mem", "predicate": "investsIn", "object": "Lab", "amount": Amount(2e9, None, "USD"), "sentence": "b", "date": day(60)}], []),
        ([{"subject": "Mem", "predicate": "changesPrice", "object": "Acme", "change": (0.2, 0.2), "sentence": "a"},
          {"subject": "Mem", "predicate": "changesPrice", "object": "Acme", "change": (0.8, 1.0), "sentence": "b"}],
         [("number", ("20%", "80% to 100%"))]),
        # one after the other
        ([supplies(share=(1.0, 1.0), valid_until=day(-400)), supplies("Mem2", share=(1.0, 1.0), valid_from=day(-300))], []),
        ([supplies(share=(0.8, 0.8), valid_until=day(-400)), supplies("Mem2", share=(0.9, 0.9), valid_from=day(-300))], []),
        ([supplies(share=(0.6, 0.6)), supplies(predicate="fabricatesFor", share=(0.6, 0.6)), supplies("Mem2", share=(0.3, 0.3))], []),
        # stage
        ([supplies(), supplies(status="negotiating", date=day(5))], [("stage", ("actual", "negotiating"))]),
        ([supplies(date=day(5)), supplies(status="negotiating")], []),
        ([supplies(), supplies(status="negotiating")], []),  # on the same day there is no later
        ([supplies(sentence="x", date=day(1), status="negotiating"), supplies(date=day(2)), supplies(sentence="X!", date=day(3), status="negotiating")], []),
        ([{"subject": "Mem", "predicate": "raisesFunding"}, {"subject": "Mem", "predicate": "raisesFunding", "status": "planned", "date": day(9)}], []),
    ],
)  # fmt: skip
def test_each_kind_where_it_is_and_nowhere_else(
    claims: list[dict[str, Any]], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(kind, tuple(sorted(sides))) for kind, sides in found(*claims)] == [
        (kind, tuple(sorted(sides))) for kind, sides in expected
    ]


# ------------------------------------------------------------------ in a store


def filled(*documents: Loaded) -> Store:
    store = open_store("memory:")
    prepare(store, CATALOGUE)
    for each in documents:
        ingest(store, [each], CATALOGUE)
    return store


def lines(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


MIND = (
    loaded("a", day(0), develops("Lab", "Mind", sentence="Lab launched Mind.", citations=("1", "2"))),
    loaded("b", day(2), develops("Acme", "Mind", sentence="Acme launched Mind.", citations=("32",), part=2)),
    loaded("c", day(3), {"subject": "Bolt", "predicate": "uses", "object": "Mind"}),
)


def test_a_conflict_shows_both_sides_with_claims_and_support() -> None:
    answer = conflicts(filled(*MIND))
    (row,) = answer.found
    assert (answer.headline, row.kind, row.over.name, row.question) == (
        "1 open conflict",
        "owner",
        "Mind",
        "Who develops Mind?",
    )
    assert [(side.says, side.support, side.since) for side in row.sides] == [
        ("Lab", 2, "2026-01-01"),
        ("Acme", 1, "2026-01-03"),
    ]
    assert row.since == "2026-01-03"
    assert {answer.evidence[claim].sentence for claim in row.claims} == {"Lab launched Mind.", "Acme launched Mind."}
    assert conflicts(filled(*MIND), kind="share").found == ()


def test_a_disputed_step_says_so() -> None:
    store = filled(*MIND)
    (row,) = conflicts(store).found
    steps = {
        hop.supplier.name: hop.disputed
        for each in dependents(store, "Bolt", direction="dependencies", catalogue=CATALOGUE).found
        for hop in each.path
    }
    assert steps["Lab"] == (row.id,)
    assert conflicts(store, as_of=day(1)).found == ()


def test_a_person_settles_a_conflict_and_opens_it_again() -> None:
    store = filled(*MIND)
    before = lines(store)
    (row,) = conflicts(store).found
    keep = row.sides[0].claims[0]
    decision = resolve(store, row.id, keep, "Lab's own site says so.", **WHO)
    (after,) = conflicts(store).found
    assert after.settled is not None
    assert (after.settled.author, after.settled.date, after.settled.why) == (
        "Ada",
        "2026-01-21",
        "Lab's own site says so.",
    )
    assert conflicts(store, settled=False).found == ()
    assert {claim for side in after.sides for claim in side.claims} == {
        claim for side in row.sides for claim in side.claims
    }
    status = {
        each.subject.rpartition("/")[2]: each.status for each in view.relations(store) if each.predicate == "develops"
    }
    assert status == {"lab": "actual", "acme": "rejected"}
    assert view.marks(store) == {}
    assert conflicts(store, as_of=day(19)).found[0].settled is None, "on an earlier day it was open"

    undo(store, row.id, "The site was a copy.", **WHO)
    assert conflicts(store).found == (row,)
    assert [each.verdict for each in decisions(store)] == ["resolve", "undo"]
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    with pytest.raises(DecisionError, match="no decision stands"):
        undo(store, row.id, "again", **WHO)
    for each in decisions(store):
        remove(store, each.document, CATALOGUE)
    assert lines(store) == before, "nothing was deleted"
    assert decision.document not in {each.document for each in decisions(store)}


def test_a_later_claim_opens_a_settled_conflict() -> None:
    store = filled(*MIND)
    (row,) = conflicts(store).found
    resolve(store, row.id, row.sides[0].claims[0], "why", **WHO)
    ingest(store, [loaded("d", day(30), develops("Acme", "Mind", sentence="Acme says it again."))], CATALOGUE)
    (again,) = conflicts(store).found
    assert (again.id, again.settled) == (row.id, None)
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)


def test_the_catalogue_can_be_kept() -> None:
    store = filled(loaded("b", day(2), develops("Acme", "Mind")))
    (row,) = conflicts(store).found
    assert [(side.says, side.claims == ()) for side in row.sides] == [("Acme", False), ("Lab", True)]
    resolve(store, row.id, "catalogue", "It is Lab's.", **WHO)
    assert [each.status for each in view.relations(store)] == ["rejected"]


def test_a_person_can_overrule_the_catalogue() -> None:
    store = filled(loaded("b", day(2), develops("Acme", "Mind")))
    (row,) = conflicts(store).found
    resolve(store, row.id, row.sides[0].claims[0], "Sold to Acme.", **WHO)
    (after,) = conflicts(store).found
    assert (after.sides, after.settled is not None) == (row.sides, True)
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    ingest(store, [loaded("c", day(30), develops("Lab", "Mind", sentence="Not so."))], CATALOGUE)
    assert conflicts(store, settled=False).found[0].id == row.id


@pytest.mark.parametrize(
    ("conflict", "keep", "author", "date", "error", "message"),
    [
        ("owner-0", "x", "Ada", day(20), UnknownNameError, "unknown conflict"),
        (None, "nosuchclaim", "Ada", day(20), UnknownNameError, "claim in this conflict"),
        (None, None, " ", day(20), DecisionError, "author"),
    ],
)
def test_what_cannot_be_settled_is_said(
    conflict: str | None, keep: str | None, author: str, date: Date, error: type[Exception], message: str
) -> None:
    store = filled(*MIND)
    before = lines(store)
    (row,) = conflicts(store).found
    with pytest.raises(error, match=message):
        resolve(
            store,
            conflict or row.id,
            keep or row.sides[0].claims[0],
            "why",
            author=author,
            date=date,
            catalogue=CATALOGUE,
        )
    assert lines(store) == before


def test_a_decision_cannot_be_dated_before_the_one_it_follows() -> None:
    store = filled(*MIND)
    (row,) = conflicts(store).found
    resolve(store, row.id, row.sides[0].claims[0], "why", **WHO)
    with pytest.raises(DecisionError, match="of 2026-01-21"):
        undo(store, row.id, "why", author="Ada", date=day(3), catalogue=CATALOGUE)


def test_what_stands_in_the_default_graph_conforms_to_the_shapes() -> None:
    import pyshacl
    from rdflib import Graph

    store = filled(*MIND, loaded("d", day(4), supplies(share=(0.7, 0.7)), supplies("Forge", share=(0.4, 0.4))))
    (owner,) = conflicts(store, kind="owner").found
    decision = resolve(store, owner.id, owner.sides[0].claims[0], "why", **WHO)
    for graph in ("", decision.document):
        data = Graph().parse(data=b"".join(store.export("application/n-triples", graph)), format="nt")
        conforms, _, report = pyshacl.validate(data, shacl_graph=_shapes(), inference="none")
        assert conforms, report


@given(st.lists(documents(), min_size=1, max_size=3), st.lists(st.integers(0, 9), max_size=3), st.integers(0, 7))
@settings(max_examples=15, deadline=None)
def test_decisions_and_documents_in_any_order_keep_the_view_right(
    said: list[Loaded], choices: list[int], number: int
) -> None:
    store = filled(*{each.document.name: each for each in said}.values())
    for choice in choices:
        open_ = conflicts(store, settled=False).found
        if open_:
            row = open_[choice % len(open_)]
            side = row.sides[choice % len(row.sides)]
            resolve(store, row.id, side.claims[0] if side.claims else "catalogue", "why", **WHO)
            assert row.id not in {each.id for each in conflicts(store, settled=False).found}
        assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    ingest(store, [said[0]], CATALOGUE)
    before = lines(store)
    rebuild(store, CATALOGUE)
    assert lines(store) == before
    assert {each.id for each in conflicts(store, as_of=day(30)).found} == {each.id for each in conflicts(store).found}


# ------------------------------------------------------------------ the real digest


def _digest(shared: Path, folder: Path, annotated: bool) -> Path:
    """The digest of 2026-01-28: its gold claims, or its text for the reader."""
    return digest_gold(shared, folder) if annotated else shared / "digests" / "2026-01-28.txt"


@pytest.mark.shared
@pytest.mark.parametrize("annotated", [True, False], ids=["annotated", "as read"])
def test_the_planted_attributions_are_found_and_nothing_is_retired(
    shared: Path, tmp_path: Path, annotated: bool
) -> None:
    catalogue = Catalogue.bundled()
    reading = Context(catalogue=catalogue)
    store = open_store("memory:")
    ingest(store, load(_digest(shared, tmp_path, annotated), reading), catalogue)
    before = {each.iri: each.status for each in view.relations(store)}
    ingest(store, load(BACKBONE, reading), catalogue)

    answer = conflicts(store, kind="owner")
    assert {row.over.name for row in answer.found} == {"Kimi K2.5", "Prism"}
    sides = {row.over.name: {side.says: side for side in row.sides} for row in answer.found}
    assert set(sides["Kimi K2.5"]) == {"DeepSeek", "Moonshot AI"}
    assert set(sides["Prism"]) == {"OpenAI", "Anthropic"}

    def cited(side: Any) -> set[tuple[int, str]]:
        return {(answer.evidence[c].part, mark) for c in side.claims for mark in answer.evidence[c].citations}

    assert cited(sides["Kimi K2.5"]["DeepSeek"]) == {(1, "259"), (1, "166"), (1, "238")}
    assert cited(sides["Prism"]["Anthropic"]) == {(1, "33"), (1, "90")}
    assert cited(sides["Prism"]["OpenAI"]) == {(1, "13"), (1, "33"), (1, "90"), (2, "32"), (2, "30")}
    assert len(sides["Prism"]["OpenAI"].claims) == 4, "three sentences of the digest, one row of the bundled table"

    after = {each.iri: each.status for each in view.relations(store)}
    retired = {
        name
        for name, status in before.items()
        if status not in ("ended", "denied") and after[name] in ("ended", "denied")
    }
    assert retired == set()


@pytest.mark.shared
@pytest.mark.parametrize("annotated", [True, False], ids=["annotated", "as read"])
def test_softbank_and_openai_are_one_thread(shared: Path, tmp_path: Path, annotated: bool) -> None:
    catalogue = Catalogue.bundled()
    reading = Context(catalogue=catalogue)
    store = open_store("memory:")
    ingest(store, load(_digest(shared, tmp_path, annotated), reading), catalogue)
    (deal,) = [
        each
        for each in view.relations(store)
        if {"softbank", "openai"} == {end.rpartition("/")[2] for end in (each.subject, each.object)}
    ]
    assert (deal.predicate, deal.status, deal.support, deal.level) == ("investsIn", "negotiating", 2, "prospective")
    names = {each.party.name for each in dependents(store, "SoftBank", level="prospective", catalogue=catalogue).found}
    assert "OpenAI" not in names, "a deal is no supply"
    ingest(store, load(BACKBONE, reading), catalogue)
    (then,) = [each for each in view.relations(store, as_of=Date(2026, 1, 28)) if each.iri == deal.iri]
    assert (then.status, then.support) == ("negotiating", 3), "the table's row has an outlet of its own"
