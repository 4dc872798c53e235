"""Small stores for tests of scenarios: a few makers, buyers and products, and what documents say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claims import day, document
from graph.ingest import ingest
from graph.store import Store, open_store
from loaders.claim import Claim, Loaded
from loaders.linking import Linker
from ontology.catalogue import Catalogue

_DATA = Path(__file__).parent / "data" / "scenarios"
CATALOGUE = Catalogue([_DATA / "organisations.csv", _DATA / "products.csv"], _DATA / "names.csv")
_LINKER = Linker(CATALOGUE)


def says(subject: str, predicate: str, object: str, item: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the fields of a claim, with a sentence of its own."""
    sentence = f"{subject} {predicate} {object} {item} {sorted(more.items())}"
    return {"subject": subject, "predicate": predicate, "object": object, "item": item, "sentence": sentence, **more}


def supplies(subject: str, object: str, item: str, share: float | None = None, **more: Any) -> dict[str, Any]:
    """Return the fields of a claim that one supplies another."""
    return says(subject, "supplies", object, item, share=None if share is None else (share, share), **more)


def told(*documents: list[dict[str, Any]]) -> Store:
    """Return a store of what documents say: the first, ``a``, on the first day, ``b`` on the second."""
    store = open_store("memory:")
    ingest(store, [_loaded("abcdef"[n], n, claims) for n, claims in enumerate(documents)], CATALOGUE)
    return store


def _loaded(name: str, number: int, claims: list[dict[str, Any]]) -> Loaded:
    of = document(name, day(number))
    return Loaded(of, tuple(_claim(of.iri, number, **each) for each in claims))


def _claim(
    of: str, number: int, subject: str, predicate: str, object: str | None, item: str | None, **more: Any
) -> Claim:
    return Claim(
        document=of,
        date=day(number),
        subject=_LINKER.link(subject),
        predicate=predicate,
        object=None
        if object is None
        else _LINKER.link(object, "product" if predicate in {"develops", "uses"} else "organisation"),
        item=_LINKER.item(item, predicate),
        **more,
    )
