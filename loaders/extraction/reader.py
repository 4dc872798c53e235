"""The embedded learned reader: a document's sentences → its claims, offline, the same on every run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Literal, cast

from loaders.claim import Attribution, Claim, Document, Sentence, Status
from loaders.extraction.items import rightful
from loaders.extraction.network import Model
from loaders.extraction.reading import NO_LEAN, Found, Reading, Span, read
from loaders.extraction.stance import settled
from loaders.extraction.windows import Window, windows
from loaders.linking import Linker
from ontology.catalogue import Catalogue

_ABBREVIATED = re.compile(r"(?<![\w&.\-])((?:[A-Z][\w&.\-]{0,40}\s){0,4}[A-Z][\w&.\-]{0,40})\s\(([A-Z][A-Za-z]{1,6})\)")
_LONGEST_SENTENCE = 1200
"""Letters; a longer "sentence" is no prose, and only its beginning is read."""


@dataclass(frozen=True)
class Considered:
    """A relation that was found, as the claim that it makes, and the ``reason`` why it is not made (``""``: it is)."""

    claim: Claim
    score: float
    reason: str
    sentence: int


@dataclass(frozen=True)
class Name:
    """A name that was read in the document's sentence ``sentence``: an organisation, a product or a person.

    ``known`` is what the network was told of it besides, ``""`` where nothing is known.
    """

    sentence: int
    text: str
    kind: str
    known: str


@dataclass(frozen=True)
class Reader:
    """Reads documents with the shipped model; ``threshold`` overrides the card's for tests and curves.

    >>> reader = Reader()
    >>> reader.name
    'reader ...'
    """

    linker: Linker = field(default_factory=lambda: Linker(Catalogue.bundled()))
    model: Model = field(default_factory=Model)
    threshold: float | None = None

    @cached_property
    def name(self) -> str:
        """Name and version, as it stands in a claim's provenance."""
        return f"reader {self.model.card['version']}"

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the document's claims in the order of its sentences, surest first within one.

        >>> from datetime import date
        >>> text = "SK Hynix supplies HBM4 to Nvidia."
        >>> day = Document("day", text, date(2026, 1, 28), "digest", sentences=(Sentence(text, 0, len(text)),))
        >>> [(c.subject.text, c.predicate, c.object.text, c.status) for c in Reader().extract(day)][:1]
        [('SK Hynix', 'supplies', 'Nvidia', 'actual')]
        """
        for one in self.understand(document, self.least)[1]:
            if not one.reason:
                yield one.claim

    @property
    def least(self) -> float:
        """The score that a claim needs."""
        return float(self.model.card["threshold"]) if self.threshold is None else self.threshold

    def understand(self, document: Document, floor: float) -> tuple[list[Name], list[Considered]]:
        """The names of a document, and every relation with a score from ``floor`` up, surest first within a sentence."""
        cut = self.windows(document)
        short = abbreviations(document.text)
        said = "\n".join((*(sentence.text for sentence in document.sentences), *short.values()))
        names: list[Name] = []
        considered: list[Considered] = []
        for window, reading in zip(cut, self.read(cut, floor), strict=True):
            for mention in reading.mentions:
                if (number := window.sentence_at(mention.start)) is not None:
                    text = window.text[mention.start : mention.end]
                    names.append(Name(number, text, mention.type, kind_of(self.linker, text, mention.type)))
            for found in reading.found:
                if (number := window.sentence_at(found.trigger[0])) is not None:
                    claim = self._claim(found, window, document, number, short)
                    considered.append(Considered(claim, found.score, self._unfit(claim, found.score, said), number))
        considered.sort(key=lambda c: (c.sentence, -c.score, c.claim.predicate, c.claim.subject.text, c.claim.id))
        return names, considered

    def _unfit(self, claim: Claim, score: float, said: str) -> str:
        if score < self.least:
            return f"its score {score:.2f} is below the cut of {self.least:.2f}"
        for mention in (claim.subject, claim.object, claim.item):
            if mention is not None and mention.text not in said:
                return f"“{mention.text}” does not stand in the text"
        if claim.object is not None and claim.object.text == claim.subject.text:
            return "its two ends are one name"
        return ""

    def windows(self, document: Document) -> list[Window]:
        """The windows in which a document is read."""
        card = self.model.card["window"]
        sentences = [_cut(sentence) for sentence in document.sentences]
        return windows(sentences, lambda text: len(self.model.tokeniser(text)), card["pieces"], card["context"])

    def read(self, cut: list[Window], floor: float | None = None) -> list[Reading]:
        """What the network finds in each window, by default above half the score that a claim needs."""
        least = self.least / 2 if floor is None else floor
        texts = [window.text for window in cut]
        readings = read(
            self.model,
            self.model.tokeniser,
            texts,
            least,
            NO_LEAN | self.model.card["lean"],
            partial(kind_of, self.linker),
        )
        return [
            replace(reading, found=tuple(settled(found, window) for found in rightful(reading.found, window)))
            for window, reading in zip(cut, readings, strict=True)
        ]

    def confidence(self, score: float, apart: bool = False) -> float:
        """How often claims of this score are right, by the card's calibration; rarer for those whose ends stand ``apart``.

        >>> 0 < Reader().confidence(0.9, apart=True) < Reader().confidence(0.9) < Reader().confidence(0.99) <= 1
        True
        """
        slope, shift = self.model.card["calibration"]["apart" if apart else "within"]
        score = min(max(score, 1e-4), 1 - 1e-4)
        return round(1 / (1 + math.exp(-(slope * math.log(score / (1 - score)) + shift))), 3)

    def _claim(self, found: Found, window: Window, document: Document, number: int, short: dict[str, str]) -> Claim:
        sentence = document.sentences[number]
        object_ = short.get(found.object, found.object) if found.object else None
        return Claim(
            document=document.iri,
            date=document.date,
            subject=self.linker.link(short.get(found.subject, found.subject), _role(found.subject_type)),
            predicate=found.predicate,
            object=self.linker.link(object_, _role(found.object_type)) if object_ else None,
            sentence=sentence.text,
            item=self.linker.item(_said(found.item, window), found.predicate),
            status=cast(Status, found.status),
            attribution=cast(Attribution, found.attribution),
            share=found.share,
            amount=found.amount,
            change=found.change,
            citations=sentence.citations,
            part=sentence.part,
            start=sentence.start,
            end=sentence.end,
            trigger=trigger if (trigger := _said(found.trigger, window) or "") in sentence.text else "",
            confidence=self.confidence(found.score, apart(found, sentence.text)),
            extractor=self.name,
        )


def kind_of(linker: Linker, name: str, type_: str) -> str:
    """What the network is told of a name of a type besides: the catalogue's kind, ``""`` where it has none.

    >>> linker = Linker(Catalogue.bundled())
    >>> kind_of(linker, "TSMC", "organisation"), kind_of(linker, "Jensen Huang", "person")
    ('foundry', '')
    """
    return "" if type_ == "person" else linker.kind_of(name, _role(type_))


def apart(found: Found, sentence: str) -> bool:
    """Whether an end of a relation stands in another sentence than the one that says it."""
    return found.subject not in sentence or (found.object is not None and found.object not in sentence)


def _cut(sentence: Sentence) -> Sentence:
    if len(sentence.text) <= _LONGEST_SENTENCE:
        return sentence
    return Sentence(
        sentence.text[:_LONGEST_SENTENCE], sentence.start, sentence.end, sentence.citations, sentence.part,
        sentence.paragraph, sentence.heading,
    )  # fmt: skip


def _said(span: Span | None, window: Window) -> str | None:
    return window.text[span[0] : span[1]].strip() or None if span else None


def _role(kind: str) -> Literal["organisation", "product"]:
    return "product" if kind == "product" else "organisation"


def abbreviations(text: str) -> dict[str, str]:
    """Short forms that a text introduces in parentheses, with what they stand for.

    >>> abbreviations("Texas Instruments (TI) rose; Sunrise (AI) did not.")
    {'TI': 'Texas Instruments'}
    """
    out: dict[str, str] = {}
    for m in _ABBREVIATED.finditer(text):
        words, short = m[1].split(), m[2]
        for first in range(len(words)):
            initials = "".join(word[0] for word in re.split(r"[\s\-]", " ".join(words[first:])) if word[:1].isupper())
            if len(initials) > 1 and initials.casefold() == short.casefold():
                out[short] = " ".join(words[first:])
                break
    return out
