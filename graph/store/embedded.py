"""The embedded stores, in memory and on disk: the only module that knows pyoxigraph."""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, TypeVar, cast

import pyoxigraph as ox

from graph.errors import (
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    RdfSyntaxError,
    StoreBusyError,
    StoreError,
    StoreLockedError,
)
from graph.store import folder, guard, media, snapshots
from graph.store.change import n_quads, update_text
from graph.store.dataset import with_dataset
from graph.store.outline import Outline, explain, located, outline
from graph.store.protocol import Change, Quad
from graph.store.pull import NO_LIMITS, Limits, pull
from graph.store.tokens import place
from graph.store.xml_entities import without_bombs
from ontology.terms import PREFIXES

_ROWS: Final = {
    media.JSON: ox.QueryResultsFormat.JSON,
    media.XML: ox.QueryResultsFormat.XML,
    media.CSV: ox.QueryResultsFormat.CSV,
    media.TSV: ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    media.TURTLE: ox.RdfFormat.TURTLE,
    media.N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    media.N_QUADS: ox.RdfFormat.N_QUADS,
    media.TRIG: ox.RdfFormat.TRIG,
    media.RDF_XML: ox.RdfFormat.RDF_XML,
    media.JSON_LD: ox.RdfFormat.JSON_LD,
}
_Form = TypeVar("_Form")
_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
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
        default: list[_Graph] | None = [_named(graph) for graph in default_graphs] if given else None
        named: list[ox.NamedNode | ox.BlankNode] | None = [_named(graph) for graph in named_graphs] if given else None
        wanted = media.bare(media_type)

        def push(out: IO[bytes]) -> None:
            found = None
            try:
                with _errors(sparql):
                    found = lease[0].query(sparql, prefixes=PREFIXES, default_graph=default, named_graphs=named)
                    if isinstance(found, ox.QueryTriples):
                        found.serialize(out, _fitting(_GRAPHS, wanted, "a graph"))
                    else:
                        found.serialize(out, _fitting(_ROWS, wanted, "rows"))
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
        if wanted not in _GRAPHS:
            raise StoreError(f"can't export as {media_type}; choose one of {', '.join(_GRAPHS)}")
        if graph is None and wanted not in media.DATASETS:
            raise StoreError(f"{wanted} holds one graph; name it, or export as one of {', '.join(media.DATASETS)}")
        source = None if graph is None else _named(graph.strip("<>")) if graph else ox.DefaultGraph()

        def push(out: IO[bytes]) -> None:
            with _errors():
                engine = lease[0]
                if source is not None and wanted in media.DATASETS:
                    quads = engine.quads_for_pattern(None, None, None, source)
                    triples = (ox.Triple(q.subject, q.predicate, q.object) for q in quads)
                    ox.serialize(triples, out, _GRAPHS[wanted], prefixes=PREFIXES)
                else:
                    engine.dump(out, _GRAPHS[wanted], from_graph=source, prefixes=PREFIXES)

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
            with _errors(sparql):
                engine.update(text, prefixes=PREFIXES)

        self._write(step)

    def check_update(self, sparql: str) -> Outline:
        """Return the outline of an update that may run; one that may not is told its syntax errors all the same."""
        try:
            return guard.check(sparql, self.rules)
        except QueryRefusedError:
            _parse(sparql)
            raise

    def apply(self, change: Change) -> None:
        """Make a change, all of it or nothing, durable when this returns."""
        if text := update_text(change):
            self._write(lambda engine: engine.update(text))

    def bulk_load(self, quads: Iterable[Quad]) -> None:
        """Add very many quads fast; atomic, but needs the space of the whole."""
        lines = _Lines(n_quads(quads))
        self._write(lambda engine: engine.bulk_load(cast("IO[bytes]", lines), ox.RdfFormat.N_QUADS))

    def load(self, source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> None:
        """Add a serialised graph or dataset, all of it or nothing."""
        form, target = _form(media_type), _named(graph) if graph else None
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
        with self._writing, _errors():
            step(self._engine())
            self._writes += 1
            self._written()

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
        with _errors():
            self._store = ox.Store(path / "data")
        snapshots.sweep(path / "snapshots")
        self._publish()

    def optimize(self) -> None:
        """Compact the files, worth its while after a large load."""
        with self._writing, _errors():
            self._engine().optimize()
            self._written()

    def backup(self, target: Path) -> None:
        """Copy the store to a new folder while it is in use; on the same disk this takes milliseconds."""
        if target.exists():
            raise StoreError(f"{target} exists; a backup needs a new folder")
        unfinished = target.with_name(target.name + ".unfinished")
        with self._writing, _errors():
            folder.prepare(unfinished)
            self._engine().backup(str(unfinished / "data"))
            unfinished.rename(target)

    def _write(self, step: Callable[[ox.Store], None]) -> None:
        if (free := shutil.disk_usage(self.path).free) < _SPARE:
            raise StoreError(f"only {free >> 20} MiB free at {self.path}; nothing was written")
        try:
            return super()._write(step)
        except _EngineFailure as error:
            failed = str(error)
        # The engine takes no further writes now: it is opened again at the next use. The error is raised out here, since
        # its traceback would keep the engine, and with it the lock on the folder.
        self._store, self._failed = None, True
        raise StoreError(f"the write failed: {failed}")

    def _engine(self) -> ox.Store:
        if self._failed:
            with self._reopening, _errors():
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
        with _errors():
            name = f"{self._session}-{self._writes}-{uuid.uuid4().hex[:8]}"
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
                with _errors():
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


def parse(source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> Iterator[Quad]:
    """Yield the quads of a serialised graph or dataset; no file or address that it names is read.

    Triples go to ``graph`` (a plain IRI; None: the default graph).

    >>> import io
    >>> list(parse(io.BytesIO(b'<urn:s> <urn:p> "o"@en .'), "text/turtle", graph="urn:g"))
    [('<urn:s>', '<urn:p>', '"o"@en', '<urn:g>')]

    Raises
    ------
    RdfSyntaxError
    """
    target, form = f"<{graph}>" if graph else "", _form(media_type)
    if form == ox.RdfFormat.RDF_XML:
        source = without_bombs(source)
    try:
        for quad in ox.parse(source, form, base_iri=base):
            name = target if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
            yield str(quad.subject), str(quad.predicate), str(quad.object), name
    except SyntaxError as error:
        found = _syntax_error(str(error))
        raise RdfSyntaxError(str(found), found.line, found.column) from None


def convert(source: bytes, media_type: str, to: str) -> bytes:
    r"""Return a serialised graph in another form.

    >>> convert(b"<urn:s> <urn:p> 1 .", "text/turtle", "application/n-triples")
    b'<urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    """
    triples = (quad.triple for quad in ox.parse(source, _form(media_type)))
    return ox.serialize(triples, format=_form(to), prefixes=PREFIXES) or b""


def serialize(quads: Iterable[Quad], media_type: str, *, flat: bool = False) -> Callable[[IO[bytes]], None]:
    """Return a function that writes quads to a file object, without their graphs if ``flat``."""
    form, lines = _form(media_type), _Lines(n_quads(quads))

    def push(out: IO[bytes]) -> None:
        found = ox.parse(cast("IO[bytes]", lines), ox.RdfFormat.N_QUADS)
        ox.serialize((quad.triple for quad in found) if flat else found, out, form, prefixes=PREFIXES)

    return push


def _form(media_type: str) -> ox.RdfFormat:
    form = _GRAPHS.get(media.known(media_type, media.GRAPHS) or "")
    if form is None:
        raise StoreError(f"can't read or write {media_type}; it must be one of {', '.join(_GRAPHS)}")
    return form


class _EngineFailure(StoreError):
    """The engine could not read or write its files."""


class _Lines:
    """A file object that reads from an iterator of lines."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._rest = lines, b""

    def read(self, size: int = -1) -> bytes:
        parts, total = [self._rest], len(self._rest)
        while size < 0 or total < size:
            if (line := next(self._lines, None)) is None:
                break
            parts.append(line.encode())
            total += len(parts[-1])
        whole = b"".join(parts)
        self._rest = b"" if size < 0 else whole[size:]
        return whole if size < 0 else whole[:size]


def _named(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryError(f"not an absolute IRI: {iri!r}") from error


def _fitting(forms: dict[str, _Form], media_type: str, asked: str) -> _Form:
    if media_type in forms:
        return forms[media_type]
    raise QueryError(f"the query asks for {asked}, which {media_type} can't hold")


def _parse(update: str) -> None:
    """Raise the syntax error of an update if it has one.

    The engine offers no parser to call alone: it parses the whole, and then fails at the second step.
    """
    start = outline(update).start
    steps = "CREATE GRAPH <urn:x> ; CREATE GRAPH <urn:x> ; "
    try:
        with _errors(update):
            ox.Store().update(update[:start] + steps + update[start:], prefixes=PREFIXES)
    except QuerySyntaxError as error:
        line, _ = place(update, start)
        if error.line == line and error.column and error.column > len(steps):
            message = str(error).partition(": ")[2]
            raise located(message, line, error.column - len(steps)) from None
        raise
    except StoreError:
        return


@contextlib.contextmanager
def _errors(sparql: str = "") -> Iterator[None]:
    """Turn the engine's errors into ours."""
    try:
        yield
    except SyntaxError as error:
        raise explain(sparql, _syntax_error(str(error)), frozenset(PREFIXES)) from None
    except OSError as error:
        if "lock" in str(error).lower():
            raise StoreLockedError(
                "another process writes to this store; stop it, ask its service by URL, or open the store for reading"
            ) from None
        raise _EngineFailure(str(error)) from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(str(error)) from error


_PLACE: Final = re.compile(r"(?:parser )?(?:error )?at (?:line )?(\d+)(?::| column )(\d+):?\s*", re.IGNORECASE)


def _syntax_error(message: str) -> QuerySyntaxError:
    """Read line and column out of the engine's message, and leave out its lists of characters."""
    plain = re.sub(r",? *\['[^\]]*\](?:\n\|[^\]]*\])*|,? *\[_\]", "", message)
    plain = re.sub(r"\s+", " ", plain).strip()
    if (found := _PLACE.search(plain)) is None:
        return QuerySyntaxError(plain)
    rest = plain[found.end() :].removesuffix("expected").strip() or "the text ends too early or goes on wrongly"
    return located(rest, int(found[1]), int(found[2]))
