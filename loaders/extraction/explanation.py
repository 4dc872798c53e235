"""Why a claim was or was not made: for each sentence the names that were read and every relation that was weighed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from loaders.claim import Document, Sentence
from loaders.extraction.decode import occurrences
from loaders.extraction.embedded import Embedded
from loaders.extraction.endpoint import Endpoint
from loaders.extraction.reader import Considered, Name

FLOOR = 0.2
"""Relations with a lower score are not worth a word."""


@dataclass(frozen=True)
class Explained:
    """A sentence, the names in it with their places, and the relations weighed, those made first."""

    sentence: Sentence
    names: tuple[tuple[int, int, Name], ...]
    considered: tuple[Considered, ...]

    @property
    def pieces(self) -> Iterator[tuple[str, Name | None]]:
        """The sentence's text piece by piece, each with the name that it is, if it is one."""
        at = 0
        for start, end, name in self.names:
            yield self.sentence.text[at:start], None
            yield self.sentence.text[start:end], name
            at = end
        yield self.sentence.text[at:], None


def explain(document: Document, extractor: Embedded | Endpoint, floor: float = FLOOR) -> list[Explained]:
    """Explain a document of prose sentence by sentence; relations with a score below ``floor`` are left out.

    >>> from datetime import date
    >>> from loaders.linking import Linker
    >>> from ontology.catalogue import Catalogue
    >>> text = "SK Hynix supplies HBM4 to Nvidia."
    >>> day = Document("day", text, date(2026, 1, 28), "digest", sentences=(Sentence(text, 0, len(text)),))
    >>> one = explain(day, Embedded(Linker(Catalogue.bundled())))[0]
    >>> [(text, name.kind, name.known) for text, name in one.pieces if name][0], one.considered[0].reason
    (('SK Hynix', 'organisation', 'memory-maker'), '')
    """
    names, read = extractor.reader.understand(document, floor)
    weighed = extractor.weigh(document, read)
    there: dict[int, dict[str, Name]] = defaultdict(dict)
    here: dict[int, list[Considered]] = defaultdict(list)
    for name in names:
        there[name.sentence][name.text] = name
    for one in weighed:
        here[one.sentence].append(one)
    out = []
    for number, sentence in enumerate(document.sentences):
        made_first = sorted(
            here[number], key=lambda one: (bool(one.reason), -(one.claim.confidence or 0), one.claim.id)
        )
        out.append(Explained(sentence, tuple(_spans(sentence.text, there[number])), tuple(made_first)))
    return out


def _spans(text: str, names: dict[str, Name]) -> list[tuple[int, int, Name]]:
    """Where names stand, the longest first where they overlap, in the order of the text."""
    taken: list[tuple[int, int, Name]] = []
    for wording in sorted(names, key=lambda wording: (-len(wording), wording)):
        for start, end in occurrences(text, wording):
            if all(end <= a or b <= start for a, b, _ in taken):
                taken.append((start, end, names[wording]))
    return sorted(taken, key=lambda place: place[:2])
