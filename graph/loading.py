"""Many files into the store: read over processes, written by one, in batches, safe to stop and start again.

What the store has is asked of the store itself: a document bears the mark of its text and of what read it, so a second run
reads nothing twice, whatever ended the first. A batch is one atomic step; where one batch ends and the next begins makes
no difference to what the store holds in the end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date as Date
from multiprocessing import get_context
from pathlib import Path

from graph.errors import StoreError, ValidationError
from graph.ingest import ingest
from graph.queries import query, rows
from graph.rdf import quads
from graph.store import Store
from graph.validate import sound, validate
from loaders.claim import Document, Loaded
from loaders.errors import LoaderError
from loaders.extraction.chat import ChatError
from loaders.extraction.protocol import Extractor
from loaders.linking import Linker
from loaders.registry import Context, endings, folder_loader, load, loaders
from ontology.catalogue import Catalogue

#: A batch is written when it has this many claims or documents, or when writing has become cheap beside waiting. In larger
#: steps each quad costs the engine more; in smaller ones the relations that all of them touch are worked out more often.
MAX_CLAIMS = 10_000
MAX_DOCUMENTS = 4_000
_PATIENCE = 20.0
#: Files a process is given at once, and the fewest that are worth a second process.
_CHUNK = 8
_WORTH = 40
#: What marks the folder of a store, and how the name of a watch's state ends: neither holds documents.
_STORE = "nthtier-store.json"
_STATE = ".watch.json"


@dataclass(frozen=True)
class Reading:
    """How files are read, in a form that another process can be given.

    ``extractor`` makes the extractor of prose from a linker; None takes the embedded one.
    """

    date: Date | None = None
    loader: str | None = None
    mapping: Path | None = None
    catalogue_files: tuple[Path, ...] = ()
    extractor: Callable[[Linker], Extractor] | None = None

    def context(self, known: frozenset[str] = frozenset(), threads: int | None = None) -> Context:
        """Return what loaders need."""
        catalogue = Catalogue.bundled(self.catalogue_files)
        reader = None if self.extractor is None else self.extractor(Linker(catalogue))
        return Context(self.date, catalogue, reader, self.mapping, known, threads)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: its documents, or the fault it was refused for."""

    path: Path
    found: tuple[Loaded, ...] = ()
    fault: str = ""


@dataclass
class Tally:
    """What a load did so far."""

    files: int = 0
    documents: int = 0
    claims: int = 0
    new_documents: int = 0
    skipped: int = 0
    replaced: int = 0
    kept_beside: int = 0
    faults: list[str] = field(default_factory=list)
    notices: set[str] = field(default_factory=set)


def load_files(
    store: Store,
    paths: Sequence[Path],
    reading: Reading | None = None,
    *,
    processes: int = 1,
    keep_going: bool = False,
    replace: bool = False,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Load files into a store.

    Parameters
    ----------
    processes
        How many processes read; this one writes.
    keep_going
        A file that is refused is noted and the others go on; otherwise the first fault ends the load, and the batch in
        hand is not written.
    replace
        Take out what the store has of the same name, day, loader and address but with other content, in the same step.
    progress
        Called after each file.

    Raises
    ------
    LoaderError, ValidationError, StoreError
    """
    reading = reading or Reading()
    catalogue = Catalogue.bundled(reading.catalogue_files)
    writer = _Writer(store, catalogue, replace)
    known = frozenset(row[0] for row in rows(store, query("readings")))
    tally = writer.tally
    for outcome in outcomes(paths, reading, known, processes):
        tally.files += 1
        if outcome.fault:
            if not keep_going:
                raise _Refused(outcome.fault)
            tally.faults.append(outcome.fault)
        writer.add(outcome.found)
        progress(tally)
    writer.flush()
    progress(tally)
    return tally


class _Refused(LoaderError):
    """A fault that was put in words in another process already."""

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)


def outcomes(
    paths: Sequence[Path], reading: Reading, known: frozenset[str] = frozenset(), processes: int = 1
) -> Iterator[Outcome]:
    """Yield what comes of each file, in the order of the files."""
    if processes <= 1 or len(paths) < 2:
        context = reading.context(known)
        for path in paths:
            yield _read(path, context, reading.loader)
        return
    size = max(1, min(_CHUNK, len(paths) // (processes * 2)))
    chunks = (paths[start : start + size] for start in range(0, len(paths), size))
    # A forked child of a process with a store open would share its threads and locks; a spawned one has none of them.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (reading, known))
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_read_chunk, chunk))
            if len(waiting) >= processes * 4:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise StoreError(
            "a reading process ended too early (out of memory?); the same command goes on from here"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_context: Context | None = None
_loader: str | None = None


def _begin(reading: Reading, known: frozenset[str]) -> None:
    global _context, _loader
    _context, _loader = reading.context(known, threads=1), reading.loader


def _read_chunk(paths: Sequence[Path]) -> list[Outcome]:
    assert _context is not None
    return [_read(path, _context, _loader) for path in paths]


def _read(path: Path, context: Context, loader: str | None) -> Outcome:
    try:
        found = tuple(load(path, context, loader))
        for loaded in found:
            check(loaded)
        return Outcome(path, found)
    except LoaderError as error:
        return Outcome(path, fault=str(error))
    except (ValidationError, ChatError) as error:
        return Outcome(path, fault=f"{path}: {error}")


def check(loaded: Loaded) -> None:
    """Check one document's claims against the shapes.

    Raises
    ------
    ValidationError
    """
    if not sound(loaded):
        validate(quads(loaded), loaded)


class _Writer:
    """Gathers documents and writes them in batches."""

    def __init__(self, store: Store, catalogue: Catalogue, replace: bool) -> None:
        self._store, self._catalogue, self._replace = store, catalogue, replace
        self._batch: list[Loaded] = []
        self._claims = 0
        self._written, self._took = time.monotonic(), 0.0
        self._present: dict[tuple[str, ...], set[str]] | None = None
        self.tally = Tally()

    def add(self, found: Iterable[Loaded]) -> None:
        for loaded in found:
            if loaded.skipped:
                self.tally.skipped += 1
                continue
            self._batch.append(loaded)
            self._claims += len(loaded.claims)
        idle = time.monotonic() - self._written
        if (
            self._claims >= MAX_CLAIMS
            or len(self._batch) >= MAX_DOCUMENTS
            or (self._batch and idle > max(_PATIENCE, 10 * self._took))
        ):
            self.flush()

    def flush(self) -> None:
        if not self._batch:
            return
        begun = time.monotonic()
        earlier = self._earlier()
        report = ingest(self._store, self._batch, self._catalogue, instead_of=sorted(earlier) if self._replace else ())
        self.tally.documents += report.documents
        self.tally.claims += report.claims
        self.tally.new_documents += report.new_documents
        if self._replace:
            self.tally.replaced += len(earlier)
        else:
            self.tally.kept_beside += len(earlier)
        known = loaders()
        self.tally.notices |= {
            known[each.document.loader].notice for each in self._batch if each.document.loader in known
        } - {""}
        self._batch, self._claims = [], 0
        self._written = time.monotonic()
        self._took = self._written - begun

    def _earlier(self) -> set[str]:
        """The documents in the store that the batch's documents are other states of."""
        if self._present is None:
            self._present = {}
            for iri, *identity in rows(self._store, query("document_identities")):
                self._present.setdefault(tuple(identity), set()).add(iri)
        now = {each.document.iri for each in self._batch}
        earlier = {
            iri for each in self._batch for iri in self._present.get(_identity(each.document), ()) if iri not in now
        }
        for each in self._batch:
            states = self._present.setdefault(_identity(each.document), set())
            if self._replace:
                states -= earlier
            states.add(each.document.iri)
        return earlier


def _identity(document: Document) -> tuple[str, ...]:
    return document.name, document.date.isoformat(), document.loader, document.source


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return files as they are, folders as the files in them that some loader reads, or as they are where one reads them.

    Raises
    ------
    LoaderError
        A folder without such a file.
    """
    known = endings()
    found: list[Path] = []
    for path in paths:
        if not path.is_dir() or folder_loader(path) is not None:
            found.append(path)
            continue
        inside = sorted(_walk(path, known))
        if not inside:
            raise LoaderError(path, f"no file in it ends in {', '.join(sorted(known))}")
        found += inside
    return found


def _walk(folder: Path, known: frozenset[str]) -> Iterator[Path]:
    if folder_loader(folder) is not None:
        yield folder
        return
    if (folder / _STORE).is_file():  # "nthtier load ." where the store itself lies
        return
    for each in folder.iterdir():
        if each.name.startswith(".") or each.name.endswith(_STATE):
            continue
        if each.is_dir() and not each.is_symlink():
            yield from _walk(each, known)
        elif each.suffix.casefold() in known and each.is_file():
            yield each


def worthwhile(files: int, processors: int) -> int:
    """Return how many reading processes are worth their start for so many files.

    >>> worthwhile(5, 8), worthwhile(100, 8), worthwhile(10_000, 8)
    (1, 2, 8)
    """
    return max(1, min(processors, files // _WORTH))
