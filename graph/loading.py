"""Many files into the store: read over processes, written by one, in batches, safe to stop and start again.

What the store has is asked of the store itself: a document bears the mark of its text and of what read it, so a second run
reads nothing twice, whatever ended the first. A batch is one atomic step; where one batch ends and the next begins makes
no difference to what the store holds in the end.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date as Date
from multiprocessing import get_context
from pathlib import Path

from graph.errors import QueryError, QueryTimeoutError, StoreError
from graph.ingest import ingest
from graph.queries import query, rows
from graph.rdf import quads
from graph.store import Store
from graph.validate import sound, validate
from loaders.claim import Document, Loaded
from loaders.errors import LoaderError
from loaders.extraction.protocol import Extractor
from loaders.linking import Linker
from loaders.registry import Context, endings, folder_loader, load, loaders
from loaders.source import well_formed
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

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

    def context(self, known: AbstractSet[str] = frozenset(), threads: int | None = None) -> Context:
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
    writer = _Writer(store, catalogue, keep_going, replace)
    known = frozenset(row[0] for row in rows(store, query("readings")))
    tally = writer.tally
    for outcome in outcomes(paths, reading, known, processes):
        tally.files += 1
        if outcome.fault:
            if not keep_going:
                raise _Refused(outcome.fault)
            tally.faults.append(outcome.fault)
        writer.add(outcome)
        progress(tally)
    writer.finish()
    progress(tally)
    return tally


class _Refused(LoaderError):
    """A fault that was put in words in another process already."""

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)


def outcomes(
    paths: Sequence[Path],
    reading: Reading,
    known: AbstractSet[str] = frozenset(),
    processes: int = 1,
    context: Context | None = None,
) -> Iterator[Outcome]:
    """Yield what comes of each file, in the order of the files; ``context`` is the reading's, where it is made already."""
    if processes <= 1 or len(paths) < 2:
        context = context or reading.context(known)
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


def _begin(reading: Reading, known: AbstractSet[str]) -> None:
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
    except Exception as error:  # of whatever kind: one broken file stops no other
        return Outcome(path, fault=fault(path, error))


def fault(path: object, error: Exception) -> str:
    """Return a line that says which file or address was refused and why.

    >>> fault("a.txt", LoaderError("a.txt", "the file is empty", 1)), fault("b.txt", KeyError("x"))
    ('a.txt:1: the file is empty', "b.txt: KeyError: 'x'")
    """
    known = str(error) if isinstance(error, NthtierError) else f"{type(error).__name__}: {error}"
    line = known if isinstance(error, LoaderError) else f"{path}: {known}"
    return " ".join(well_formed(line).split())


def of_the_documents(error: Exception) -> bool:
    """Tell whether a write failed for what was to be written, not for the store, which would fail the next write too."""
    if isinstance(error, StoreError):
        return isinstance(error, QueryError) and not isinstance(error, QueryTimeoutError)
    return not isinstance(error, OSError | MemoryError)


def check(loaded: Loaded) -> None:
    """Check one document's claims against the shapes.

    Raises
    ------
    ValidationError
    """
    if not sound(loaded):
        validate(quads(loaded), loaded)


class _Writer:
    """Gathers the documents of files and writes them in batches."""

    def __init__(self, store: Store, catalogue: Catalogue, keep_going: bool, replace: bool) -> None:
        self._store, self._catalogue = store, catalogue
        self._keep_going, self._replace = keep_going, replace
        self._batch: list[Outcome] = []
        self._documents = self._claims = 0
        self._written, self._took = time.monotonic(), 0.0
        self._found: set[str] = set()
        self._identities: set[tuple[str, ...]] = set()
        self._refused: set[str] = set()
        self.tally = Tally()

    def add(self, outcome: Outcome) -> None:
        if outcome.fault:
            self._refused.add(well_formed(outcome.path.stem))
        fresh = tuple(each for each in outcome.found if not each.skipped)
        self.tally.skipped += len(outcome.found) - len(fresh)
        self._found.update(each.document.iri for each in outcome.found)
        self._identities.update(_identity(each.document) for each in (outcome.found if self._replace else fresh))
        if fresh:
            self._batch.append(Outcome(outcome.path, fresh))
            self._documents += len(fresh)
            self._claims += sum(len(each.claims) for each in fresh)
        idle = time.monotonic() - self._written
        if (
            self._claims >= MAX_CLAIMS
            or self._documents >= MAX_DOCUMENTS
            or (self._batch and idle > max(_PATIENCE, 10 * self._took))
        ):
            self._flush()

    def finish(self) -> None:
        """Write what is left, and take out other states of what was loaded.

        Only now: a file that comes later may hold what looks like another state of an earlier one, as do those of one name
        in two folders.
        """
        if not self._replace:
            self.tally.kept_beside = len(self._earlier())
        self._flush(replace=self._replace)

    def _flush(self, *, replace: bool = False) -> None:
        earlier = self._earlier() if replace else []
        if not self._batch and not earlier:
            return
        begun = time.monotonic()
        try:
            self._write(self._batch, earlier)
        except Exception as error:
            if not of_the_documents(error):
                raise
            if not self._keep_going:
                raise _Refused(self._fault(error)) from error
            for each in self._batch:  # which of them it is
                try:
                    self._write([each])
                except Exception as error:
                    if not of_the_documents(error):
                        raise
                    self.tally.faults.append(fault(each.path, error))
                    self._refused.update(loaded.document.name for loaded in each.found)
            if replace and (earlier := self._earlier()):
                self._write([], earlier)
        self.tally.replaced = len(earlier)
        self._batch, self._documents, self._claims = [], 0, 0
        self._written = time.monotonic()
        self._took = self._written - begun

    def _fault(self, error: Exception) -> str:
        first, last = self._batch[0].path, self._batch[-1].path
        if first == last:
            return fault(first, error)
        return fault(f"one of {first} … {last} (--keep-going says which)", error)

    def _write(self, batch: Sequence[Outcome], instead_of: Sequence[str] = ()) -> None:
        documents = [loaded for each in batch for loaded in each.found]
        report = ingest(self._store, documents, self._catalogue, instead_of=instead_of)
        self.tally.documents += report.documents
        self.tally.claims += report.claims
        self.tally.new_documents += report.new_documents
        known = loaders()
        used = {each.document.loader for each in documents} & known.keys()
        self.tally.notices |= {known[name].notice for name in used} - {""}

    def _earlier(self) -> list[str]:
        """The documents in the store that those of this load are other states of.

        None of them is one of this load, or bears the name of a file that was refused: it may be what that was before.
        """
        if not self._identities:
            return []
        held = rows(self._store, query("document_identities"))
        return sorted(
            iri
            for iri, *identity in held
            if tuple(identity) in self._identities and iri not in self._found and identity[0] not in self._refused
        )


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
        if not os.path.isdir(path) or folder_loader(path) is not None:
            found.append(path)
            continue
        inside = sorted(_walk(path, known))
        if not inside:
            raise LoaderError(path, f"no file in it ends in {', '.join(sorted(known))}")
        found += inside
    return found


def _walk(folder: Path, known: frozenset[str]) -> Iterator[Path]:
    """Yield the files of a folder, and what can't be looked at: who reads that is told why, and may go on."""
    try:
        inside = [folder / name for name in os.listdir(folder)]
    except OSError:
        yield folder
        return
    if folder_loader(folder) is not None:
        yield folder
        return
    if os.path.isfile(folder / _STORE):  # "nthtier load ." where the store itself lies
        return
    for each in inside:
        if each.name.startswith(".") or each.name.endswith(_STATE):
            continue
        try:
            inner, file = each.is_dir() and not each.is_symlink(), each.is_file()
        except OSError:
            yield each
            continue
        if inner:
            yield from _walk(each, known)
        elif file and each.suffix.casefold() in known:
            yield each


def worthwhile(files: int, processors: int) -> int:
    """Return how many reading processes are worth their start for so many files.

    >>> worthwhile(5, 8), worthwhile(100, 8), worthwhile(10_000, 8)
    (1, 2, 8)
    """
    return max(1, min(processors, files // _WORTH))
