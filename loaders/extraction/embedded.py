"""The extractor that loaders use by default: what the learned reader finds, without what can't be, each claim with its days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from loaders.claim import Claim, Document
from loaders.extraction.labels import SYMMETRIC
from loaders.extraction.network import Model
from loaders.extraction.plausible import implausible
from loaders.extraction.reader import Considered, Reader
from loaders.extraction.times import TIMES, dated
from loaders.linking import Linker

#: A claim below this confidence is not made: on texts that the reader was not trained on, those just above are right in
#: half of the cases.
_LEAST = 0.45


@dataclass(frozen=True)
class Embedded:
    """Reads prose with the learned reader, and makes what is likely and can be.

    >>> from ontology.catalogue import Catalogue
    >>> Embedded(Linker(Catalogue.bundled())).name
    'reader ..., times ...'
    """

    linker: Linker
    threads: int | None = None

    @cached_property
    def reader(self) -> Reader:
        """The learned reader."""
        return Reader(self.linker, Model() if self.threads is None else Model(threads=self.threads))

    @property
    def name(self) -> str:
        """The names of the reader and of the rules for days: other rules make other claims of a document."""
        return f"{self.reader.name}, {TIMES}"

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the document's claims in the order of its sentences."""
        for one in self.weigh(document, self.reader.understand(document, self.reader.least)[1]):
            if not one.reason:
                yield one.claim

    def weigh(self, document: Document, read: Iterable[Considered]) -> list[Considered]:
        """Give what the reader found its days, and say why one is not made, if it is not; in the document's order."""
        made = set()
        out = []
        for one in read:
            reason = one.reason or self._unlikely(one.claim)
            if not reason and _said(one.claim) in made:
                reason = "the sentence says it already"  # of the same party by another of its names
            elif not reason:
                made.add(_said(one.claim))
            out.append(replace(one, claim=dated(one.claim), reason=reason))
        return sorted(
            out, key=lambda one: (one.claim.part, one.claim.start, -(one.claim.confidence or 0), one.claim.id)
        )

    def _unlikely(self, claim: Claim) -> str:
        if claim.confidence is not None and claim.confidence < _LEAST:
            return f"its confidence {claim.confidence:.2f} is below {_LEAST}: it is more likely wrong than right"
        why = implausible(claim, self.linker.catalogue)
        return f"implausible: {why}" if why else ""


def _said(claim: Claim) -> tuple[object, ...]:
    ends = (claim.subject.iri, claim.object.iri if claim.object else None)
    if claim.object and claim.predicate in SYMMETRIC:
        ends = (min(claim.subject.iri, claim.object.iri), max(claim.subject.iri, claim.object.iri))
    return claim.start, claim.predicate, ends, claim.item if claim.object is None else None
