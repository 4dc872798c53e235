"""What loaders make: documents, and the claims in them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date as Date
from functools import cached_property
from typing import Any, Literal

from loaders.source import well_formed
from ontology import terms

Status = Literal["considering", "negotiating", "planned", "actual", "ended", "denied"]
Attribution = Literal["reported", "stated"]
#: A closed interval; an open bound is None.
Interval = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as the text gives it, and what it stands for.

    ``kind`` is the catalogue's kind, or ``""`` for a name that no catalogue knows; ``role`` says whether it is taken
    for an organisation, a product, or a component (anything that flows or is needed). ``note`` is how the text
    describes an unknown name ("Chinese GPU vendor").
    """

    text: str
    iri: str
    kind: str = ""
    role: Literal["organisation", "product", "component"] = "organisation"
    note: str = ""

    @property
    def is_candidate(self) -> bool:
        """Whether no catalogue knows the name."""
        return not self.kind


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in whole units of a currency (ISO 4217); None for a head count or an open bound.

    >>> Amount(5e10, None, "USD")       # "over $50bn"
    Amount(low=50000000000.0, high=None, currency='USD')
    """

    low: float | None
    high: float | None
    currency: str | None


@dataclass(frozen=True)
class Sentence:
    """A sentence of a document: its words without marks and markup, and where it stands in the document's text."""

    text: str
    start: int
    end: int
    citations: tuple[str, ...] = ()
    part: int = 1
    paragraph: int = 0
    heading: str = ""


@dataclass(frozen=True)
class Document:
    """One text or file of one day; it may have parts, each with citation numbers of its own.

    ``reading`` stands for the text with what read it (extractor and catalogue): equal marks mean that reading again
    would give the same claims. ``minted`` is the IRI of a document that comes back from RDF.
    """

    name: str
    text: str
    date: Date
    loader: str
    title: str = ""
    source: str = ""
    generated: str = ""
    sentences: tuple[Sentence, ...] = ()
    reading: str = ""
    minted: str = ""

    def __post_init__(self) -> None:
        """A file's name in bytes or an escape of JSON may hold half a character, which no store can write."""
        for name in ("name", "text", "title", "source", "generated"):
            object.__setattr__(self, name, well_formed(getattr(self, name)))

    @cached_property
    def iri(self) -> str:
        """The document's IRI: its name, and a hash of its date, source and text; or the one it was given before.

        So a file loaded twice is one document, and a file that changed is another, which stands beside the first
        until somebody takes that out (``nthtier load --replace``, or ``watch``, which knows what a file was before).

        >>> Document("day", "SK hynix supplies NVIDIA.", Date(2026, 1, 28), "digest").iri
        'https://w3id.org/nthtier/document/day-b3067960d9e7'
        """
        if self.minted:
            return self.minted
        content = "\x1f".join((self.date.isoformat(), self.source, self.text))
        mark = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return f"{terms.DOCUMENT}{terms.slug(self.name)[:60].strip('-') or 'document'}-{mark}"

    @property
    def parts(self) -> int:
        """How many parts the document has."""
        return max((sentence.part for sentence in self.sentences), default=1)


@dataclass(frozen=True)
class Claim:
    """One source, on one day, saying that one thing relates to another.

    The fields are those of the extraction contract, with where the claim stands (document, part, offsets), how it was
    read (trigger, confidence, extractor) and what its names stand for.
    """

    document: str
    date: Date
    subject: Mention
    predicate: str
    object: Mention | None
    sentence: str
    item: Mention | None = None
    status: Status = "actual"
    attribution: Attribution = "stated"
    share: tuple[float, float] | None = None
    amount: Amount | None = None
    change: Interval | None = None
    citations: tuple[str, ...] = ()
    part: int = 1
    start: int = 0
    end: int = 0
    valid_from: Date | None = None
    valid_until: Date | None = None
    source: str = ""
    source_title: str = ""
    trigger: str = ""
    confidence: float | None = None
    extractor: str = ""

    @cached_property
    def id(self) -> str:
        """The claim's IRI: a hash of what it says and where, never of how it was read."""
        return terms.CLAIM + terms.digest(
            self.document,
            self.part,
            self.start,
            self.sentence,
            self.subject.text,
            self.predicate,
            self.object and self.object.text,
            self.item and self.item.text,
            self.status,
            self.attribution,
            self.share,
            self.amount,
            self.change,
            self.citations,
            self.date,
            self.valid_from,
            self.valid_until,
            self.source,
        )

    @cached_property
    def relation(self) -> str:
        """The IRI of the relation the claim is about: (subject, predicate, object, item), see :func:`terms.relation_iri`."""
        ends = [self.subject.iri, self.object.iri if self.object else ""]
        item = "" if self.item is None else self.item.iri or terms.slug(self.item.text)
        return terms.relation_iri(ends[0], self.predicate, ends[1], item)

    @cached_property
    def wording(self) -> str:
        """The mark of the sentence's words: claims with the same one echo each other; ``""`` where there is no sentence."""
        if self.extractor == "table" and not self.source_title:
            return ""
        return terms.digest(terms.slug(self.sentence))

    def filled(self, other: Claim) -> Claim:
        """Return the claim with the item and the numbers that it lacks taken from ``other``, another reading of the same tie."""
        return replace(
            self,
            item=self.item or other.item,
            share=self.share or other.share,
            amount=self.amount or other.amount,
            change=self.change or other.change,
        )

    @property
    def origins(self) -> tuple[str, ...]:
        """Whom the claim goes back to: each citation within its document and part, else the source, else the document."""
        if self.citations:
            return tuple(f"{self.document}#citation-{self.part}-{mark}" for mark in self.citations)
        return (self.source or self.document,)

    def row(self) -> dict[str, Any]:
        """Return the claim as a JSON object in the form of the extraction contract, with more fields behind."""
        amount = self.amount and {"low": self.amount.low, "high": self.amount.high, "currency": self.amount.currency}
        return {
            "subject": self.subject.text,
            "predicate": self.predicate,
            "object": self.object and self.object.text,
            "item": self.item and self.item.text,
            "status": self.status,
            "attribution": self.attribution,
            "share": self.share and list(self.share),
            "amount": amount,
            "change": self.change and list(self.change),
            "citations": list(self.citations),
            "sentence": self.sentence,
            "date": self.date.isoformat(),
            "id": self.id,
            "document": self.document,
            "part": self.part,
            "start": self.start,
            "end": self.end,
            "subject_iri": self.subject.iri,
            "object_iri": self.object and self.object.iri,
            "item_iri": (self.item and self.item.iri) or None,
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_until": self.valid_until and self.valid_until.isoformat(),
            "source": self.source or None,
            "source_title": self.source_title or None,
            "trigger": self.trigger or None,
            "confidence": self.confidence,
            "extractor": self.extractor or None,
        }

    def json(self) -> str:
        """Return :meth:`row` as one line of JSON."""
        return json.dumps(self.row(), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader makes of one document.

    ``skipped`` says that the caller has the document already, read the same way, so it was not read again.
    """

    document: Document
    claims: tuple[Claim, ...]
    skipped: bool = False
