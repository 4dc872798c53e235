"""What an extractor is: something that reads a document and yields its claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from loaders.claim import Claim, Document


@runtime_checkable
class Extractor(Protocol):
    """Reads the sentences of a document."""

    @property
    def name(self) -> str:
        """Name and version, which go into each claim's provenance."""

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the claims of a document, sentence by sentence, names in them as the text gives them and linked."""
