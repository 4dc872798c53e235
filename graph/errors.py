"""What can go wrong above the loaders, one class a cause."""

from __future__ import annotations

from ontology.errors import NthtierError


class StoreError(NthtierError):
    """A store that can't be opened, read or written."""


class StoreLockedError(StoreError):
    """Another process has the store open for writing."""


class StoreVersionError(StoreError):
    """A store folder written by a newer or unknown version."""


class StoreBusyError(StoreError):
    """A store with more to do than it takes on at once; asking again later may help."""


class QueryError(StoreError):
    """A SPARQL query or update that can't be run."""


class QuerySyntaxError(QueryError):
    """A SPARQL text that does not parse; carries line and column (1-based, None where unknown)."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.line, self.column = line, column
        super().__init__(message)


class QueryTimeoutError(QueryError):
    """A query that ran over its time limit and was stopped."""


class QueryRefusedError(QueryError):
    """A query that asks for what the settings do not allow, such as SERVICE or LOAD."""


class QueryTooLongError(QueryError):
    """A SPARQL text over the length limit."""


class ResultTooLargeError(QueryError):
    """A result over the size limit."""


class RdfSyntaxError(StoreError):
    """An RDF text that does not parse; carries line and column (1-based, None where unknown)."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.line, self.column = line, column
        super().__init__(message)


class ValidationError(NthtierError):
    """A document whose claims break the SHACL shapes."""


class UnknownNameError(NthtierError):
    """A party, product, claim or document that the store does not know; carries suggestions.

    ``among`` are some of those that there are, shown where nothing is like the name.
    """

    def __init__(
        self, name: str, suggestions: tuple[str, ...] = (), kind: str = "name", among: tuple[str, ...] = ()
    ) -> None:
        self.name, self.suggestions = name, suggestions
        hint = f"; did you mean {', '.join(suggestions)}?" if suggestions else ""
        if among and not suggestions:
            hint = f"; there are {', '.join(among)}"
        super().__init__(f"unknown {kind} {name!r}{hint}")


class QuestionError(NthtierError):
    """A question that can't be read; the message says what can be asked."""


class DecisionError(NthtierError):
    """A decision that can't be entered: unsigned, out of order, or about nothing that stands."""


class SettingsError(NthtierError):
    """A setting with a value it can't have."""
