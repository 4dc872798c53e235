"""Claims and documents for tests: a small catalogue, a short way to write a claim, and random documents."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from loaders.claim import Amount, Claim, Document, Loaded, Mention
from loaders.linking import Linker
from ontology import terms
from ontology.catalogue import Catalogue

SMALL = Path(__file__).parent / "data" / "small"
CATALOGUE = Catalogue([SMALL / "organisations.csv", SMALL / "products.csv"], SMALL / "names.csv")
LINKER = Linker(CATALOGUE)
FIRST = Date(2026, 1, 1)


def day(number: int) -> Date:
    """Return a day, counted from the first of January 2026."""
    return FIRST + timedelta(days=number)


def document(name: str = "day", when: Date = FIRST, text: str = "") -> Document:
    """Return a document without sentences."""
    return Document(name, text, when, "test")


def claim(subject: str, predicate: str, object: str | None = None, *, of: Document | None = None, **more: Any) -> Claim:
    """Return a claim; names are linked by the small catalogue, what is not given is as plain as can be."""
    of = of or document()
    item = more.pop("item", None)
    role = "product" if predicate in {"develops", "uses"} else "organisation"
    given: dict[str, Any] = {"sentence": f"{subject} {predicate} {object or ''}".strip(), "date": of.date, **more}
    return Claim(
        document=of.iri,
        subject=LINKER.link(subject),
        predicate=predicate,
        object=LINKER.link(object, role) if object else None,  # type: ignore[arg-type]
        item=LINKER.item(item, predicate),
        **given,
    )


def loaded(name: str, when: Date, *claims: dict[str, Any]) -> Loaded:
    """Return a document of one day with its claims."""
    of = document(name, when)
    return Loaded(of, tuple(claim(**each, of=of) for each in claims))


PARTIES = ("Acme", "Bolt", "Forge", "Forge East", "Lab", "Mem", "Newco", "newco")
PRODUCTS = ("Alpha", "RAM", "Mind", "Omega 2", "analog chips")
ITEMS = (None, "RAM", "Alpha", "gas", "Chip fabrication")
_shares = st.sampled_from([None, None, (1.0, 1.0), (0.7, 0.7), (0.2, 0.3), (0.6, 1.0), (0.0, 0.0), (2 / 3, 1.0)])
_amounts = st.sampled_from([None, None, Amount(1e9, 1e9, "USD"), Amount(2e9, None, "USD"), Amount(3e3, 3e3, None)])


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields of a claim, from few names so that claims meet."""
    predicate = draw(
        st.sampled_from(
            [
                "supplies",
                "supplies",
                "fabricatesFor",
                "develops",
                "develops",
                "uses",
                "investsIn",
                "partnersWith",
                "constrains",
                "raisesFunding",
            ]
        )
    )
    if predicate in terms.WITHOUT_OBJECT:
        object_ = None
    elif predicate in {"develops", "uses"}:
        object_ = draw(st.sampled_from(PRODUCTS))
    else:
        object_ = draw(st.sampled_from((*PARTIES, "Alpha", "Omega 2")))
    subject = draw(st.sampled_from((*PARTIES, *PRODUCTS[:2]) if predicate == "uses" else PARTIES))
    return {
        "subject": subject,
        "predicate": predicate,
        "object": object_,
        "item": draw(st.sampled_from(ITEMS)) if predicate in terms.SUPPLY else None,
        "status": draw(st.sampled_from(["actual", "actual", "actual", *terms.STATUSES])),
        "attribution": draw(st.sampled_from(terms.ATTRIBUTIONS)),
        "share": draw(_shares) if predicate in terms.SUPPLY else None,
        "amount": draw(_amounts) if predicate in {"investsIn", "raisesFunding"} else None,
        "sentence": draw(st.sampled_from(["One said so.", "Another  said so!", "A third said so.", "one SAID so"])),
        "citations": tuple(draw(st.lists(st.sampled_from(["1", "2", "3"]), max_size=2, unique=True))),
        "part": draw(st.integers(1, 2)),
        "start": draw(st.integers(0, 3)),
        "end": 9,
    }


@st.composite
def documents(draw: st.DrawFn, names: tuple[str, ...] = ("a", "b", "c", "d"), most: int = 5) -> Loaded:
    """Draw a document; the same name is the same day and the same document, whatever it says."""
    name = draw(st.sampled_from(names))
    when = day(names.index(name) * 2)
    return loaded(name, when, *draw(st.lists(facts(), max_size=most)))


__all__ = ["CATALOGUE", "LINKER", "Mention", "claim", "day", "document", "documents", "facts", "loaded"]
