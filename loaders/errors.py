"""What can be wrong with a file that is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process

from ontology.errors import NthtierError


def did_you_mean(word: str, among: Iterable[str]) -> str:
    """Return a hint after an unknown word: the known one most like it, or all of them.

    >>> did_you_mean("evnts", ["events", "feeds"]), did_you_mean("x", ["events", "feeds"])
    ("did you mean 'events'?", 'there are events, feeds')
    """
    known = list(among)
    close = process.extractOne(word, known, score_cutoff=60)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"


class LoaderError(NthtierError):
    """A file that can't be read as what it claims to be.

    >>> str(LoaderError("news.csv", "no column 'predicate'", line=1))
    "news.csv:1: no column 'predicate'"
    """

    def __init__(self, source: object, reason: str, line: int | None = None) -> None:
        self.source, self.reason, self.line = str(source), reason, line
        where = self.source if line is None else f"{self.source}:{line}"
        super().__init__(f"{where}: {reason}")
