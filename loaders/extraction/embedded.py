"""The extractor that loaders use by default: the learned reader and the set phrases together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from loaders.claim import Claim, Document
from loaders.extraction.labels import SYMMETRIC
from loaders.extraction.network import Model
from loaders.extraction.phrases import Phrases
from loaders.extraction.plausible import implausible
from loaders.extraction.reader import Considered, Reader
from loaders.extraction.times import TIMES, dated
from loaders.linking import Linker

#: A claim of the learned reader below this confidence is not made: on texts that it was not trained on, those just above
#: are right in half of the cases.
_LEAST = 0.45


@dataclass(frozen=True)
class Embedded:
    """Reads prose by set phrases and by the learned reader; where both find a claim in a sentence, the phrase's stands, with what it lacks from the reader.

    >>> from ontology.catalogue import Catalogue
    >>> Embedded(Linker(Catalogue.bundled())).name
    'phrases 3, reader ...'
    """

    linker: Linker
    threads: int | None = None

    @cached_property
    def phrases(self) -> Phrases:
        """The set phrases."""
        return Phrases(self.linker)

    @cached_property
    def reader(self) -> Reader:
        """The learned reader."""
        return Reader(self.linker, Model() if self.threads is None else Model(threads=self.threads))

    @property
    def name(self) -> str:
        """The names of both and of the rules for days: other rules make other claims of a document."""
        return f"{self.phrases.name}, {self.reader.name}, {TIMES}"

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the document's claims in the order of its sentences."""
        for one in self.considered(document, self.reader.least):
            if not one.reason:
                yield one.claim

    def considered(self, document: Document, floor: float) -> list[Considered]:
        """What is found in a document with a score from ``floor`` up, each with why it is not made, in its order."""
        return self.weigh(document, self.reader.understand(document, floor)[1])

    def weigh(self, document: Document, read: Iterable[Considered]) -> list[Considered]:
        """Put what the set phrases find before what the reader found, each with its days; say why one is not made, if it is not."""
        numbers = {(each.part, each.start): number for number, each in reversed(list(enumerate(document.sentences)))}
        firm = [
            Considered(claim, 1.0, "", numbers[claim.part, claim.start]) for claim in self.phrases.extract(document)
        ]
        places: dict[tuple[object, ...], int] = {}
        out: list[Considered] = []
        for one in (*firm, *read):
            reason = one.reason or self._unlikely(one.claim)
            if not reason and (place := places.setdefault(_said(one.claim), len(out))) < len(out):
                first = out[place]
                reason = f"{first.claim.extractor} has it already"
                if (first.claim.status, first.claim.attribution) == (one.claim.status, one.claim.attribution):
                    out[place] = replace(first, claim=first.claim.filled(one.claim))
            out.append(replace(one, claim=dated(one.claim), reason=reason))
        return sorted(
            out, key=lambda one: (one.claim.part, one.claim.start, -(one.claim.confidence or 0), one.claim.id)
        )

    def _unlikely(self, claim: Claim) -> str:
        """Why a claim of the learned reader is not made; what a phrase says is not doubted."""
        if claim.extractor == self.phrases.name:
            return ""
        if claim.confidence is not None and claim.confidence < _LEAST:
            return f"its confidence {claim.confidence:.2f} is below {_LEAST}: it is more likely wrong than right"
        why = implausible(claim, self.linker.catalogue)
        return f"implausible: {why}" if why else ""


def _said(claim: Claim) -> tuple[object, ...]:
    ends = (claim.subject.iri, claim.object.iri if claim.object else None)
    if claim.object and claim.predicate in SYMMETRIC:
        ends = (min(claim.subject.iri, claim.object.iri), max(claim.subject.iri, claim.object.iri))
    return claim.start, claim.predicate, ends, claim.item if claim.object is None else None
