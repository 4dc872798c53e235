"""The extractor that loaders use by default: the learned reader and the set phrases together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from loaders.claim import Claim, Document
from loaders.extraction.network import Model
from loaders.extraction.phrases import Phrases
from loaders.extraction.plausible import plausible
from loaders.extraction.reader import Reader
from loaders.linking import Linker

#: A claim of the learned reader that is more likely wrong than right, by its calibrated confidence, is not made.
_LEAST = 0.5


@dataclass(frozen=True)
class Embedded:
    """Reads prose by set phrases and by the learned reader; where both find a claim in a sentence, the phrase's stands.

    >>> from ontology.catalogue import Catalogue
    >>> Embedded(Linker(Catalogue.bundled())).name
    'phrases 1, reader ...'
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
        """The names of both."""
        return f"{self.phrases.name}, {self.reader.name}"

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the document's claims in the order of its sentences."""
        found: dict[tuple[object, ...], Claim] = {}
        for claim in (*self.phrases.extract(document), *self.reader.extract(document)):
            if claim.extractor == self.phrases.name or self._likely(claim):
                found.setdefault(_said(claim), claim)
        yield from sorted(
            found.values(), key=lambda claim: (claim.part, claim.start, -(claim.confidence or 0), claim.id)
        )

    def _likely(self, claim: Claim) -> bool:
        return (claim.confidence is None or claim.confidence >= _LEAST) and plausible(claim, self.linker.catalogue)


def _said(claim: Claim) -> tuple[object, ...]:
    return (
        claim.start,
        claim.subject.iri,
        claim.predicate,
        claim.object and claim.object.iri,
        claim.item if claim.object is None else None,
    )
