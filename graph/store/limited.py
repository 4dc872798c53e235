"""Reading for strangers: any store behind limits on what a query may ask for, how long and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from graph.errors import ResultTooLargeError
from graph.store import guard
from graph.store.embedded import DiskStore, MemoryStore, SnapshotStore
from graph.store.outline import Outline
from graph.store.pool import ReaderPool
from graph.store.protocol import Store
from graph.store.pull import Limits
from graph.store.remote import RemoteStore


class Reads(Protocol):
    """The reading half of a store."""

    def query(
        self,
        sparql: str,
        media_type: str = ...,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """As in :class:`graph.store.Store`."""

    def export(self, media_type: str = ..., graph: str | None = None) -> Iterator[bytes]:
        """As in :class:`graph.store.Store`."""

    def close(self) -> None:
        """End what was started for reading; the store itself stays open."""


def limited(store: Store, limits: Limits, rules: guard.Rules, *, size: int = 4, memory: int | None = None) -> Reads:
    """Return a view of a store for reading under limits.

    A store in a folder gets reader processes, whose limits hold whatever the query. A store in memory can't be read
    from another process: a query over its time gets its error in time, but runs on in its thread until it next
    produces a row. A server far away is given up on in time, and what it does then is up to its own limits.

    Parameters
    ----------
    size
        Queries that run at once.
    memory
        Bytes that a reader process may use.

    >>> from graph.store import open_store
    >>> reads = limited(open_store("memory:"), Limits(seconds=5), guard.STRICT)
    >>> b"".join(reads.query("ASK {}", "text/csv"))
    b'true'
    """
    if isinstance(store, MemoryStore):
        # Updates go to the store itself, which then allows what the rules allow.
        store.rules = replace(rules, length=None)
    if isinstance(store, DiskStore | SnapshotStore):
        return ReaderPool(store.path, size=size, limits=limits, rules=rules, memory=memory)
    if isinstance(store, MemoryStore):
        return store.reading(limits, rules, size)
    return _Remote(store, limits, rules)


class _Remote:
    """A server far away, behind the guard and the limits."""

    def __init__(self, store: Store, limits: Limits, rules: guard.Rules) -> None:
        self._store = store.within(limits) if isinstance(store, RemoteStore) else store
        self._limits, self._rules = limits, rules

    def query(
        self,
        sparql: str,
        media_type: str = "application/sparql-results+json",
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        guard.check(sparql, self._rules)
        found = self._store.query(sparql, media_type, default_graphs=default_graphs, named_graphs=named_graphs)
        return _counted(found, self._limits.bytes)

    def export(self, media_type: str = "application/n-quads", graph: str | None = None) -> Iterator[bytes]:
        return self._store.export(media_type, graph)

    def close(self) -> None:
        pass


def _counted(pieces: Iterator[bytes], limit: int | None) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if limit is not None and total > limit:
            raise ResultTooLargeError(f"the result is over the limit of {limit} bytes; ask for less, or use LIMIT")
        yield piece


def check_update(store: Store, sparql: str, rules: guard.Rules) -> Outline:
    """Return the outline of an update that the rules allow; see :func:`graph.store.guard.check`."""
    if isinstance(store, MemoryStore):
        return store.check_update(sparql)
    return guard.check(sparql, replace(rules, length=None))
