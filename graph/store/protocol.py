"""What a store is: few methods, the same for memory, disk and a server far away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Protocol, runtime_checkable

#: Subject, predicate, object and graph as N-Quads terms (``<iri>``, ``"text"@en``); the default graph is ``""``.
Quad = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One atomic step: graphs to drop, then graphs to create, quads to remove, quads to add.

    Graphs to drop are written like the graph of a quad, ``<iri>`` (the brackets may be left out here), or ``""`` for
    the default graph.
    """

    drop: tuple[str, ...] = ()
    remove: tuple[Quad, ...] = ()
    add: tuple[Quad, ...] = ()
    create: tuple[str, ...] = ()


@runtime_checkable
class Store(Protocol):
    """A SPARQL 1.1 dataset with atomic change."""

    def query(
        self,
        sparql: str,
        media_type: str = "application/sparql-results+json",
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """Yield the serialised result of a query in pieces.

        The default graph is the store's own default graph, never the union, unless given. Graphs are
        given as plain IRIs. The prefixes of the ontology need no declaration.

        Raises
        ------
        QuerySyntaxError, QueryTimeoutError, QueryRefusedError, ResultTooLargeError
        """

    def update(self, sparql: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()) -> None:
        """Run a SPARQL update, all of it or nothing; the graphs (plain IRIs) are what its WHERE clauses see."""

    def apply(self, change: Change) -> None:
        """Make a change, all of it or nothing, durable when this returns."""

    def bulk_load(self, quads: Iterable[Quad]) -> None:
        """Add very many quads fast; atomic, but needs the space of the whole."""

    def load(self, source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> None:
        """Add a serialised graph or dataset, all of it or nothing.

        Triples go to ``graph`` (a plain IRI; None: the default graph). No file or address that the
        text names is ever read.
        """

    def export(self, media_type: str = "application/n-quads", graph: str | None = None) -> Iterator[bytes]:
        """Yield the dataset, or one graph (a plain IRI; ``""``: the default graph), serialised."""

    @property
    def version(self) -> str:
        """A text that changes with every write; equal texts mean equal content within one process."""

    def close(self) -> None:
        """Release files and connections."""
