"""What can be wrong with a file that is loaded."""

from __future__ import annotations

from ontology.errors import NthtierError


class LoaderError(NthtierError):
    """A file that can't be read as what it claims to be.

    >>> str(LoaderError("news.csv", "no column 'predicate'", line=1))
    "news.csv:1: no column 'predicate'"
    """

    def __init__(self, source: object, reason: str, line: int | None = None) -> None:
        self.source, self.reason, self.line = str(source), reason, line
        where = self.source if line is None else f"{self.source}:{line}"
        super().__init__(f"{where}: {reason}")
