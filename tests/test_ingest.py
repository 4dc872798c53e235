"""The store's view keeps in step with its documents: after any loads, replacements and removals, and for any day."""

from __future__ import annotations

from datetime import date as Date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import CATALOGUE, day, documents, loaded
from graph import view
from graph.dependency import dependents
from graph.errors import UnknownNameError, ValidationError
from graph.ingest import ingest, prepare, rebuild, remove
from graph.store import Store, open_store
from loaders.claim import Loaded


def lines(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


def filled(*documents: Loaded, at_once: bool = False) -> Store:
    store = open_store("memory:")
    prepare(store, CATALOGUE)
    for each in [documents] if at_once else [[one] for one in documents]:
        ingest(store, each, CATALOGUE)
    return store


@given(st.lists(st.one_of(documents(), st.sampled_from(["a", "b", "c", "d"])), max_size=8))
@settings(max_examples=40, deadline=None)
def test_after_any_steps_the_view_is_what_a_rebuild_gives(steps: list[Loaded | str]) -> None:
    """A text takes the document of that name out; a document comes in, in place of its earlier state."""
    store, present = filled(), dict[str, Loaded]()
    for step in steps:
        if isinstance(step, Loaded):
            present[step.document.name] = step
            ingest(store, [step], CATALOGUE)
        elif (gone := present.pop(step, None)) is not None:
            remove(store, gone.document.iri, CATALOGUE)
        assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    assert lines(store) == lines(filled(*reversed(present.values())))
    assert lines(store) == lines(filled(*present.values(), at_once=True))


@given(st.lists(documents(), min_size=1, max_size=5), st.integers(0, 7))
@settings(max_examples=25, deadline=None)
def test_a_past_day_is_what_the_store_of_that_day_said(said: list[Loaded], number: int) -> None:
    latest = {each.document.name: each for each in said}
    store, then = filled(*latest.values()), day(number)
    past = filled(*(each for each in latest.values() if each.document.date <= then))
    assert view.view_quads(store, CATALOGUE, as_of=then) == view.default_graph(past)
    assert view.relations(store, as_of=then) == view.relations(past)


def test_loading_twice_is_loading_once_and_writes_nothing() -> None:
    one = loaded(
        "one", day(0), {"subject": "Forge", "predicate": "supplies", "object": "Acme", "item": "tab\tand \x0b"}
    )
    store = filled(one)
    before, version = lines(store), store.version
    report = ingest(store, [one], CATALOGUE)
    assert (report.new_documents, lines(store), store.version) == (0, before, version)


def test_a_file_that_changed_takes_the_place_of_its_earlier_state() -> None:
    old = loaded("x", day(0), {"subject": "Forge", "predicate": "supplies", "object": "Acme"})
    new = loaded("x", day(1), {"subject": "Mem", "predicate": "supplies", "object": "Acme"})
    store = filled(old)
    ingest(store, [new], CATALOGUE, instead_of=[old.document.iri])
    assert lines(store) == lines(filled(new))


def test_what_breaks_the_shapes_leaves_the_store_as_it_was() -> None:
    store = filled()
    before = lines(store)
    good = loaded("good", day(0), {"subject": "Forge", "predicate": "supplies", "object": "Acme"})
    bad = loaded("bad", day(0), {"subject": "Forge", "predicate": "supplies", "object": "Acme", "sentence": " "})
    with pytest.raises(ValidationError, match=r"bad.*may not be empty"):
        ingest(store, [good, bad], CATALOGUE)
    assert lines(store) == before


def test_a_name_that_a_document_shares_with_the_catalogue_goes_without_taking_that_along() -> None:
    one = loaded(
        "one", day(0), {"subject": "Forge", "predicate": "supplies", "object": "Acme", "item": "chip fabrication"}
    )
    store = filled(one)
    remove(store, one.document.iri, CATALOGUE)
    assert lines(store) == lines(filled())


def test_a_rebuild_of_what_is_right_changes_nothing() -> None:
    store = filled(loaded("one", Date(2026, 1, 28), {"subject": "Forge", "predicate": "supplies", "object": "Newco"}))
    before = lines(store)
    rebuild(store, CATALOGUE)
    assert lines(store) == before


@given(st.lists(documents(), min_size=2, max_size=5), st.integers(0, 7), st.sampled_from(["Acme", "Newco", "Alpha"]))
@settings(max_examples=25, deadline=None)
def test_an_answer_for_a_past_day_is_the_answer_of_that_day(said: list[Loaded], number: int, name: str) -> None:
    latest = {each.document.name: each for each in said}
    then = day(number)
    stores = filled(*latest.values()), filled(*(each for each in latest.values() if each.document.date <= then))

    def answer(store: Store) -> str:
        try:
            given = {"level": "prospective", "as_of": then, "catalogue": CATALOGUE}
            return (
                dependents(store, name, **given).model_dump_json()
                + dependents(store, name, direction="dependencies", **given).model_dump_json()
            )
        except UnknownNameError as error:
            return str(error)

    assert answer(stores[0]) == answer(stores[1])
    assert view.known(stores[0], then) == (view.relations(stores[1]), view.marks(stores[1]))
