"""The embedded stores, in memory and on disk, over pyoxigraph."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox

from graph.errors import QueryRefusedError, QuerySyntaxError, RdfSyntaxError, StoreBusyError, StoreError
from graph.store import folder, guard, media, snapshots
from graph.store.change import n_quads, update_text
from graph.store.dataset import with_dataset
from graph.store.outline import Outline
from graph.store.oxigraph import (
    GRAPHS,
    ROWS,
    EngineFailure,
    GraphName,
    Lines,
    check_syntax,
    fitting,
    form_of,
    named_node,
    translated,
)
from graph.store.protocol import Change, Quad
from graph.store.pull import NO_LIMITS, Limits, pull
from graph.store.xml_entities import without_bombs
from ontology.terms import PREFIXES

#: Free bytes below which a disk store refuses to write: a write that fails half-way is worse than none.
_SPARE: Final = 64 * 2**20


class _Reading:
    """What every embedded store can do without changing anything."""

    def __init__(self, limits: Limits = NO_LIMITS, rules: guard.Rules = guard.STRICT) -> None:
        self._limits, self.rules = limits, rules

    def _lease(self) -> tuple[ox.Store, object]:
        """The engine, with what must stay alive while it is in use."""
        raise NotImplementedError

    def query(
        self,
        sparql: str,
        media_type: str = media.JSON,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """Yield the serialised result of a query in pieces."""
        push = self.answer(sparql, media_type, default_graphs=default_graphs, named_graphs=named_graphs)
        return pull(push, self._limits)

    def answer(
        self, sparql: str, media_type: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Callable[[IO[bytes]], None]:
        """Return a function that writes the result of a query to a file object."""
        guard.check(sparql, self.rules)
        lease = self._lease()
        # A protocol dataset is the whole dataset: naming only default graphs leaves no named ones, and the reverse.
        given = bool(default_graphs or named_graphs)
        default: list[GraphName] | None = [named_node(graph) for graph in default_graphs] if given else None
        named: list[ox.NamedNode | ox.BlankNode] | None = (
            [named_node(graph) for graph in named_graphs] if given else None
        )
        wanted = media.bare(media_type)

        def push(out: IO[bytes]) -> None:
            found = None
            try:
                with translated(sparql):
                    found = lease[0].query(sparql, prefixes=PREFIXES, default_graph=default, named_graphs=named)
                    if isinstance(found, ox.QueryTriples):
                        found.serialize(out, fitting(GRAPHS, wanted, "a graph"))
                    else:
                        found.serialize(out, fitting(ROWS, wanted, "rows"))
            finally:
                # An error's traceback would keep it, and it may be dropped in the thread that made it alone.
                found = None

        return push

    def export(self, media_type: str = media.N_QUADS, graph: str | None = None) -> Iterator[bytes]:
        """Yield the dataset, or one graph, serialised."""
        return pull(self.dump(media_type, graph))

    def dump(self, media_type: str, graph: str | None = None) -> Callable[[IO[bytes]], None]:
        """Return a function that writes the dataset, or one graph, to a file object."""
        lease = self._lease()
        wanted = media.bare(media_type)
        if wanted not in GRAPHS:
            raise StoreError(f"can't export as {media_type}; choose one of {', '.join(GRAPHS)}")
        if graph is None and wanted not in media.DATASETS:
            raise StoreError(f"{wanted} holds one graph; name it, or export as one of {', '.join(media.DATASETS)}")
        source = None if graph is None else named_node(graph.strip("<>")) if graph else ox.DefaultGraph()

        def push(out: IO[bytes]) -> None:
            with translated():
                engine = lease[0]
                if source is not None and wanted in media.DATASETS:
                    quads = engine.quads_for_pattern(None, None, None, source)
                    triples = (ox.Triple(q.subject, q.predicate, q.object) for q in quads)
                    ox.serialize(triples, out, GRAPHS[wanted], prefixes=PREFIXES)
                else:
                    engine.dump(out, GRAPHS[wanted], from_graph=source, prefixes=PREFIXES)

        return push


class MemoryStore(_Reading):
    """A store in memory, gone when it is closed.

    Its limits stop a query that produces rows; one that runs without producing any is answered with its error in
    time, but goes on in its thread to the end.

    >>> store = MemoryStore()
    >>> store.update('INSERT DATA { id:tsmc nt:supplies id:nvidia }')
    >>> b"".join(store.query("SELECT ?who { id:tsmc nt:supplies ?who }", "text/csv"))
    b'who\\r\\nhttps://w3id.org/nthtier/id/nvidia\\r\\n'
    """

    def __init__(self, limits: Limits = NO_LIMITS, rules: guard.Rules = guard.STRICT) -> None:
        super().__init__(limits, rules)
        self._store: ox.Store | None = ox.Store()
        self._writing = threading.Lock()
        self._session, self._writes = uuid.uuid4().hex[:8], 0

    def _engine(self) -> ox.Store:
        if self._store is None:
            raise StoreError("the store is closed")
        return self._store

    def _lease(self) -> tuple[ox.Store, object]:
        return self._engine(), None

    def update(self, sparql: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()) -> None:
        """Run a SPARQL update, all of it or nothing."""
        self.check_update(sparql)
        text = with_dataset(sparql, using_graphs, using_named_graphs)

        def step(engine: ox.Store) -> None:
            with translated(sparql):
                engine.update(text, prefixes=PREFIXES)

        self._write(step)

    def check_update(self, sparql: str) -> Outline:
        """Return the outline of an update that may run; one that may not is told its syntax errors all the same."""
        try:
            return guard.check(sparql, self.rules)
        except QueryRefusedError:
            check_syntax(sparql)
            raise

    def apply(self, change: Change) -> None:
        """Make a change, all of it or nothing, durable when this returns."""
        if text := update_text(change):
            self._write(lambda engine: engine.update(text))

    def bulk_load(self, quads: Iterable[Quad]) -> None:
        """Add very many quads fast; atomic, but needs the space of the whole."""
        lines = Lines(n_quads(quads))
        self._write(lambda engine: engine.bulk_load(cast("IO[bytes]", lines), ox.RdfFormat.N_QUADS))

    def load(self, source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> None:
        """Add a serialised graph or dataset, all of it or nothing."""
        form, target = form_of(media_type), named_node(graph) if graph else None
        if form == ox.RdfFormat.RDF_XML:
            source = without_bombs(source)
        try:
            self._write(lambda engine: engine.bulk_load(source, form, base_iri=base, to_graph=target))
        except QuerySyntaxError as error:
            raise RdfSyntaxError(str(error), error.line, error.column) from error

    def reading(self, limits: Limits, rules: guard.Rules, size: int, patience: float = 10.0) -> _Shared:
        """Return a view for reading under limits, ``size`` queries at once."""
        return _Shared(self._lease, limits, rules, size, patience)

    @property
    def version(self) -> str:
        """A text that changes with every write."""
        return f"{self._session}-{self._writes}"

    def close(self) -> None:
        """Forget everything."""
        self._store = None

    def _write(self, step: Callable[[ox.Store], None]) -> None:
        with self._writing, translated():
            step(self._engine())
            try:
                self._written()
            finally:
                # Last, so that nothing read before it was visible can pass for the new version.
                self._writes += 1

    def _written(self) -> None:
        """Make what was written durable and visible."""


class _Shared(_Reading):
    """A view of a store for reading under limits, in the same process.

    A query over its time is answered with the error at once; while it goes on it keeps its place among the ``size``.
    """

    def __init__(
        self,
        lease: Callable[[], tuple[ox.Store, object]],
        limits: Limits,
        rules: guard.Rules,
        size: int,
        patience: float,
    ) -> None:
        super().__init__(limits, rules)
        self._lease = lease  # type: ignore[method-assign]
        self._places, self._patience = threading.Semaphore(size), patience

    def query(
        self,
        sparql: str,
        media_type: str = media.JSON,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """Yield the serialised result of a query in pieces."""
        push = self.answer(sparql, media_type, default_graphs=default_graphs, named_graphs=named_graphs)
        if not self._places.acquire(timeout=self._patience):
            raise StoreBusyError(f"all places for queries were taken for {self._patience:g} s; ask again later")
        return pull(push, self._limits, self._places.release)

    def close(self) -> None:
        """Nothing to release."""


class DiskStore(MemoryStore):
    """A store in a folder: one writer, any number of readers in this and other processes.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     store = DiskStore(Path(place) / "store")
    ...     store.update("INSERT DATA { id:tsmc nt:supplies id:nvidia }")
    ...     reader = SnapshotStore(Path(place) / "store")
    ...     print(b"".join(reader.query("ASK { ?s nt:supplies id:nvidia }", "text/csv")))
    ...     reader.close(), store.close()
    b'true'
    (None, None)

    Raises
    ------
    StoreLockedError
        Another process writes to the folder.
    StoreVersionError
        A newer nthtier wrote the folder.
    """

    def __init__(self, path: Path, limits: Limits = NO_LIMITS, rules: guard.Rules = guard.STRICT) -> None:
        self.path = path
        self._failed, self._reopening = False, threading.Lock()
        folder.prepare(path)
        super().__init__(limits, rules)
        with translated():
            self._store = ox.Store(path / "data")
        snapshots.sweep(path / "snapshots")
        self._publish()

    def optimize(self) -> None:
        """Compact the files, worth its while after a large load."""
        with self._writing, translated():
            self._engine().optimize()
            self._written()

    def _write(self, step: Callable[[ox.Store], None]) -> None:
        if (free := shutil.disk_usage(self.path).free) < _SPARE:
            raise StoreError(f"only {free >> 20} MiB free at {self.path}; nothing was written")
        try:
            return super()._write(step)
        except EngineFailure as error:
            failed = str(error)
        # The engine takes no further writes now: it is opened again at the next use. The error is raised out here, since
        # its traceback would keep the engine, and with it the lock on the folder.
        self._store, self._failed = None, True
        raise StoreError(f"the write failed: {failed}")

    def _engine(self) -> ox.Store:
        if self._failed:
            with self._reopening, translated():
                if self._failed:
                    self._store = ox.Store(self.path / "data")
                    self._failed = False
                    self._writes += 1
        return super()._engine()

    def close(self) -> None:
        """Release the folder."""
        self._failed = False
        super().close()

    def _written(self) -> None:
        self._engine().flush()
        self._publish()

    def _publish(self) -> None:
        with translated():
            name = f"{self._session}-{uuid.uuid4().hex[:8]}"
            snapshots.publish(self.path / "snapshots", name, self._engine().backup)


class SnapshotStore(_Reading):
    """Reads the newest snapshot of a store folder, beside a writer in this or another process."""

    def __init__(self, path: Path, limits: Limits = NO_LIMITS, rules: guard.Rules = guard.STRICT) -> None:
        super().__init__(limits, rules)
        folder.check(path)
        self.path = path
        self._switching = threading.Lock()
        self._open: tuple[ox.Store, snapshots.Snapshot] | None = None
        self._closed = False
        self._lease()

    def _lease(self) -> tuple[ox.Store, snapshots.Snapshot]:
        if self._closed:
            raise StoreError("the store is closed")
        place = self.path / "snapshots"
        with self._switching:
            if self._open is None or self._open[1].name != snapshots.current_name(place):
                snapshot = snapshots.hold(place)
                if snapshot is None:
                    raise StoreError(f"no snapshot in {self.path}; open it once for writing")
                with translated():
                    # A running query keeps its own lease, so the snapshot it reads stays until it ends.
                    self._open = ox.Store.read_only(str(snapshot.path)), snapshot
            return self._open

    @property
    def version(self) -> str:
        """The name of the snapshot."""
        return self._lease()[1].name

    def update(self, sparql: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()) -> None:
        """Refuse: opened for reading."""
        raise StoreError(f"the store at {self.path} is open for reading only")

    def apply(self, change: Change) -> None:
        """Refuse: opened for reading."""
        self.update("")

    def bulk_load(self, quads: Iterable[Quad]) -> None:
        """Refuse: opened for reading."""
        self.update("")

    def load(self, source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> None:
        """Refuse: opened for reading."""
        self.update("")

    def close(self) -> None:
        """Let go of the snapshot."""
        self._closed, self._open = True, None
