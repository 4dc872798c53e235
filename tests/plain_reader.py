"""A plain extractor for tests of loading: one claim for two known names with a verb of supply between them.

Reading well is the learned reader's business; loading, watching and archives need an extractor that is fast and the same
on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from loaders.claim import Claim, Document
from loaders.linking import Linker
from ontology.catalogue import Catalogue

_VERB = re.compile(r"\b(?:supplies|ships|delivers|sells)\b|供应|공급")


@dataclass(frozen=True)
class PlainReader:
    """Reads "X supplies … to Y"."""

    linker: Linker = field(default_factory=lambda: Linker(Catalogue.bundled()))
    name: str = "plain 1"

    def extract(self, document: Document) -> Iterator[Claim]:
        for sentence in document.sentences:
            spans = self.linker.catalogue.spans(sentence.text)
            parties = [(start, end) for start, end, entry in spans if not entry.is_product]
            if len(parties) < 2 or not _VERB.search(sentence.text[parties[0][1] : parties[-1][0]]):
                continue
            (a, b), (c, d) = parties[0], parties[-1]
            item = next((sentence.text[start:end] for start, end, entry in spans if entry.is_product), None)
            yield Claim(
                document=document.iri,
                date=document.date,
                subject=self.linker.link(sentence.text[a:b]),
                predicate="supplies",
                object=self.linker.link(sentence.text[c:d]),
                item=self.linker.item(item, "supplies"),
                sentence=sentence.text,
                citations=sentence.citations,
                part=sentence.part,
                start=sentence.start,
                end=sentence.end,
                trigger="supplies",
                extractor=self.name,
            )


@dataclass(frozen=True)
class BrokenReader(PlainReader):
    """An extractor that some texts break, and that makes of others what no store or file can hold."""

    def extract(self, document: Document) -> Iterator[Claim]:
        if "Micron" in document.text:
            raise KeyError("Micron")
        for claim in super().extract(document):
            yield replace(claim, trigger="\ud83d" if "TSMC" in claim.sentence else "supplies")
