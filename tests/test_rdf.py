"""Claims go into quads and come back, whatever their texts and numbers, through the converter and through a store."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import CATALOGUE, LINKER, documents
from graph import view
from graph.errors import StoreError
from graph.ingest import ingest
from graph.nquads import iri, literal, number, text_of
from graph.rdf import loaded, quads
from graph.store import Change, open_store
from loaders.claim import Amount, Claim, Document, Loaded, Mention, Sentence
from ontology import terms
from ontology.terms import NT

#: All that UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SAID = TEXT.filter(str.strip)
FRACTION = st.floats(0, 1, allow_subnormal=False)
NUMBER = st.floats(0, 1e300, allow_subnormal=False)
DATE = st.dates(Date(1900, 1, 1), Date(2100, 1, 1))
IRI = st.sampled_from(["https://example.org/a?b=c#d", "http://xn--e1afmkfd.example/é", "https://[::1]/x"])


def ordered(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))


@st.composite
def claims(draw: st.DrawFn, of: Document) -> Claim:
    predicate = draw(st.sampled_from(terms.PREDICATES))
    role: Any = "product" if predicate in {"develops", "uses"} else "organisation"
    takes = predicate not in terms.WITHOUT_OBJECT and (predicate not in terms.OBJECT_OPTIONAL or draw(st.booleans()))
    known = st.sampled_from(["Acme", "Forge", "Alpha", "RAM"])
    low, high = draw(ordered(NUMBER))
    bounds = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
    start = draw(st.integers(0, 10**6))
    days = sorted(draw(st.tuples(DATE, DATE)))
    item = draw(st.none() | SAID)
    return Claim(
        document=of.iri,
        date=draw(DATE),
        subject=LINKER.link(draw(known | SAID)),
        predicate=predicate,
        object=LINKER.link(draw(known | SAID), role) if takes else None,
        item=LINKER.item(item, predicate),
        sentence=draw(SAID),
        status=draw(st.sampled_from(terms.STATUSES)),  # type: ignore[arg-type]
        attribution=draw(st.sampled_from(terms.ATTRIBUTIONS)),  # type: ignore[arg-type]
        share=draw(st.none() | ordered(FRACTION)),
        amount=Amount(*bounds, draw(st.sampled_from([None, "USD", "KRW"]))) if draw(st.booleans()) else None,
        change=draw(st.none() | ordered(st.floats(-10, 10, allow_subnormal=False).map(lambda x: x + 0.0))),
        citations=tuple(draw(st.lists(st.from_regex(r"\w{1,5}", fullmatch=True), max_size=3))),
        part=draw(st.integers(1, 5)),
        start=start,
        end=start + draw(st.integers(0, 500)),
        valid_from=draw(st.none() | st.just(days[0])),
        valid_until=draw(st.none() | st.just(days[1])),
        source=draw(st.just("") | IRI),
        source_title=draw(TEXT),
        trigger=draw(TEXT),
        confidence=draw(st.none() | FRACTION),
        extractor=draw(st.sampled_from(["", "table", "reader 1"])),
    )


@st.composite
def texts(draw: st.DrawFn) -> Loaded:
    prose = draw(st.booleans())
    text = draw(SAID)
    of = Document(
        draw(SAID), text, draw(DATE), "digest", draw(TEXT), draw(st.just("") | IRI), draw(TEXT),
        (Sentence(text, 0, len(text)),) if prose else (), draw(TEXT),
    )  # fmt: skip
    return Loaded(of, tuple(draw(st.lists(claims(of), max_size=4, unique_by=lambda claim: claim.id))))


def unordered(found: Loaded) -> set[Claim]:
    return set(found.claims)


@given(texts())
@settings(max_examples=150, deadline=None)
def test_what_goes_into_quads_comes_back(given: Loaded) -> None:
    made = quads(given)
    back = loaded(made)
    assert unordered(back) == unordered(given)
    assert back.document.iri == given.document.iri
    for name in ("name", "date", "loader", "title", "source", "generated", "reading"):
        assert getattr(back.document, name) == getattr(given.document, name)
    assert back.document.text == (given.document.text if given.document.sentences else "")
    assert set(quads(back)) >= {quad for quad in made if "schema.org/text" not in quad[1]}


@given(texts())
@settings(max_examples=40, deadline=None)
def test_a_store_gives_back_the_terms_that_it_took(given: Loaded) -> None:
    store = open_store("memory:")
    store.apply(Change(add=quads(given)))
    assert view.graph_quads(store, [given.document.iri]) == list(quads(given))


@given(st.lists(documents(), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_claims_come_back_out_of_a_store(said: list[Loaded]) -> None:
    latest = {each.document.name: each for each in said}
    store = open_store("memory:")
    ingest(store, latest.values(), CATALOGUE)
    for each in latest.values():
        assert unordered(loaded(view.graph_quads(store, [each.document.iri]))) == unordered(each)


@given(TEXT)
def test_literals_come_back(text: str) -> None:
    assert text_of(literal(text)) == text
    assert all(character not in literal(text) for character in "\n\r\x00")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_lose_no_digit(value: float) -> None:
    assert float(text_of(number(value))) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(StoreError, match="not a number"):
        number(value)


@pytest.mark.parametrize("bad", ["", "a b", "x<y", 'a"b', "a\x00b", "a{b}", "\ud800"])
def test_what_is_no_iri_is_refused(bad: str) -> None:
    with pytest.raises(StoreError, match="not an IRI"):
        iri(bad)


def test_a_class_that_is_unknown_and_a_claim_that_was_changed_are_refused() -> None:
    of = Document("d", "t", Date(2026, 1, 28), "digest")
    one = Claim(of.iri, of.date, Mention("Newco", terms.candidate_iri("Newco")), "raisesFunding", None, "Newco raises.")
    made = quads(Loaded(of, (one,)))
    assert loaded(made).claims == (one,)
    with pytest.raises(StoreError, match="does not say what its id stands for"):
        loaded([(s, p, o.replace("Newco raises", "Newco raised"), g) for s, p, o, g in made])
    strange = [(s, p, o.replace(NT + "Organisation", NT + "Spaceship"), g) for s, p, o, g in made]
    with pytest.raises(StoreError, match="no class that is known"):
        loaded([quad for quad in strange if NT + "Candidate" not in quad[2]])
    with pytest.raises(StoreError, match="without a document"):
        loaded(quad for quad in made if NT + "Document" not in quad[2])
