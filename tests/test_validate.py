"""The field checks and pySHACL say the same of every claim, sound or broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date
from typing import Any

import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph

from claims import LINKER, document, documents
from graph.errors import StoreError, ValidationError
from graph.rdf import quads
from graph.validate import _shapes, sound, validate
from loaders.claim import Amount, Claim, Loaded, Mention
from ontology import terms

OF = document("news")
GOOD = Claim(
    document=OF.iri,
    date=OF.date,
    subject=LINKER.link("Mem"),
    predicate="supplies",
    object=LINKER.link("Acme"),
    item=LINKER.item("RAM", "supplies"),
    sentence="Mem supplies Acme.",
    share=(0.2, 0.7),
    amount=Amount(1.0, 2.0, "USD"),
    change=(-0.1, 0.1),
    citations=("1", "2"),
    start=0,
    end=18,
    valid_from=Date(2026, 1, 1),
    valid_until=Date(2026, 12, 31),
    confidence=0.9,
)

#: Ways to break a claim, each with what the message says.
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"sentence": ""}, "sentence"),
    ({"sentence": " \t"}, "empty"),
    ({"subject": Mention(" ", LINKER.link("Mem").iri, "memory-maker")}, "subject"),
    ({"object": Mention("", LINKER.link("Acme").iri, "chip-designer")}, "object"),
    ({"item": Mention(" ", LINKER.link("RAM").iri, "memory", "product")}, "item"),
    ({"object": None}, "needs an object"),
    ({"predicate": "raisesFunding"}, "takes no object"),
    ({"predicate": "delivers"}, "predicate"),
    ({"share": (0.7, 0.2)}, "share"),
    ({"share": (0.2, 1.2)}, "share"),
    ({"share": (-0.1, 0.2)}, "share"),
    ({"amount": Amount(2.0, 1.0, "USD")}, "amount"),
    ({"amount": Amount(-2.0, 1.0, "USD")}, "amount"),
    ({"amount": Amount(None, -1.0, "USD")}, "amount"),
    ({"amount": Amount(1.0, None, "usd")}, "currency"),
    ({"amount": Amount(1.0, None, "US")}, "currency"),
    ({"change": (0.2, 0.1)}, "change"),
    ({"confidence": 1.5}, "confidence"),
    ({"confidence": -0.5}, "confidence"),
    ({"part": 0}, "part"),
    ({"start": -1}, "begins"),
    ({"start": 20}, "begins"),
    ({"valid_until": Date(2025, 1, 1)}, "last day"),
    ({"document": "https://example.org/other"}, "document"),
]
SOUND: list[dict[str, Any]] = [
    {},
    {"object": None, "predicate": "constrains"},
    {"object": None, "predicate": "expandsCapacity"},
    {"share": None, "amount": None, "change": None, "confidence": None, "valid_from": None},
    {"amount": Amount(None, 5.0, None)},
    {"change": (None, -0.1)},
    {"valid_until": Date(2026, 1, 1)},
    {"share": (0.0, 0.0)},
    {"end": 0},
    {"sentence": "\u200b."},
]


def shacl(given: Loaded) -> bool:
    """What pySHACL alone says."""
    data = Graph().parse(data="\n".join(f"{s} {p} {o} ." for s, p, o, _ in quads(given)), format="nt")
    conforms: bool = pyshacl.validate(data, shacl_graph=_shapes(), inference="none")[0]
    return conforms


@pytest.mark.parametrize("change", SOUND, ids=str)
def test_what_is_sound_passes_both(change: dict[str, Any]) -> None:
    given = Loaded(OF, (replace(GOOD, **change),))
    assert sound(given)
    assert shacl(given)
    validate(quads(given), given)


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=str)
def test_what_is_broken_fails_both_and_is_named(change: dict[str, Any], message: str) -> None:
    given = Loaded(OF, (GOOD, replace(GOOD, **change)))
    assert not sound(given)
    with pytest.raises(ValidationError, match=message) as error:
        validate(quads(given), given)
    assert str(error.value).startswith("news: ")
    assert "\n" not in str(error.value)


@given(documents(), st.lists(st.sampled_from(BROKEN), max_size=2), st.sampled_from(terms.PREDICATES))
@settings(max_examples=15, deadline=None)
def test_the_two_agree_on_mutated_documents(
    given: Loaded, faults: list[tuple[dict[str, Any], str]], predicate: str
) -> None:
    claims = [replace(each, predicate=predicate) for each in given.claims]
    for change, _ in faults:
        if claims:
            claims[0] = replace(claims[0], **change)
    mutated = Loaded(given.document, tuple(claims))
    assert sound(mutated) is shacl(mutated)


@pytest.mark.parametrize(
    "change", [{"citations": ("1 2",)}, {"source": "not an address"}, {"amount": Amount(None, None, "USD")}]
)
def test_what_rdf_cannot_say_never_becomes_quads(change: dict[str, Any]) -> None:
    with pytest.raises(StoreError):
        quads(Loaded(OF, (replace(GOOD, **change),)))


@pytest.mark.parametrize("change", [{"name": " "}, {"loader": ""}])
def test_a_document_needs_a_name_and_a_loader(change: dict[str, Any]) -> None:
    of = replace(OF, **change)
    given = Loaded(of, (replace(GOOD, document=of.iri),))
    assert not sound(given)
    if "name" in change:
        with pytest.raises(ValidationError, match="name"):
            validate(quads(given), given)
