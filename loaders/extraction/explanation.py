"""Why a claim was or was not made: for each sentence the names that were read and every relation that was weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from loaders.claim import Document, Sentence
from loaders.extraction.decode import occurrences
from loaders.extraction.embedded import Embedded
from loaders.extraction.endpoint import Endpoint
from loaders.extraction.reader import Considered

FLOOR = 0.2
"""Relations with a lower score are not worth a word."""


@dataclass(frozen=True)
class Explained:
    """A sentence, the names in it as (start, end, kind), and the relations weighed, those made first."""

    sentence: Sentence
    names: tuple[tuple[int, int, str], ...]
    considered: tuple[Considered, ...]

    @property
    def pieces(self) -> Iterator[tuple[str, str]]:
        """The sentence's text piece by piece, each with the kind of name it is (``""``: none)."""
        at = 0
        for start, end, kind in self.names:
            yield self.sentence.text[at:start], ""
            yield self.sentence.text[start:end], kind
            at = end
        yield self.sentence.text[at:], ""


def explain(document: Document, extractor: Embedded | Endpoint, floor: float = FLOOR) -> list[Explained]:
    """Explain a document of prose sentence by sentence; relations with a score below ``floor`` are left out.

    >>> from datetime import date
    >>> from loaders.linking import Linker
    >>> from ontology.catalogue import Catalogue
    >>> text = "SK Hynix supplies HBM4 to Nvidia."
    >>> day = Document("day", text, date(2026, 1, 28), "digest", sentences=(Sentence(text, 0, len(text)),))
    >>> one = explain(day, Embedded(Linker(Catalogue.bundled())))[0]
    >>> [(piece, kind) for piece, kind in one.pieces if kind][0], one.considered[0].reason
    (('SK Hynix', 'organisation'), '')
    """
    names, read = extractor.reader.understand(document, floor)
    weighed = extractor.weigh(document, read)
    out = []
    for number, sentence in enumerate(document.sentences):
        kinds = {name.text: name.kind for name in names if name.sentence == number}
        here = [one for one in weighed if one.sentence == number]
        made_first = sorted(here, key=lambda one: (bool(one.reason), -(one.claim.confidence or 0), one.claim.id))
        out.append(Explained(sentence, tuple(_spans(sentence.text, kinds)), tuple(made_first)))
    return out


def _spans(text: str, kinds: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where names stand, the longest first where they overlap, in the order of the text."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted(kinds, key=lambda name: (-len(name), name)):
        for start, end in occurrences(text, name):
            if all(end <= a or b <= start for a, b, _ in taken):
                taken.append((start, end, kinds[name]))
    return sorted(taken)
