"""Which loader reads which file, and what a loader needs besides the bytes.

A loader is a function from a :class:`Source` and a :class:`Context` to documents with their claims; ``@loader`` makes
it known. Who writes one gets its tests for free: ``tests/test_every_loader.py`` runs over all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from functools import cached_property
from importlib import import_module
from pathlib import Path

from loaders.claim import Claim, Document, Loaded
from loaders.errors import LoaderError, did_you_mean
from loaders.extraction.protocol import Extractor
from loaders.linking import Linker
from loaders.source import Source
from ontology import terms
from ontology.catalogue import Catalogue

#: Ending of a mapping file beside the file that it explains: ``orders.parquet`` and ``orders.parquet.map.toml``.
MAPPING = ".map.toml"


@dataclass(frozen=True)
class Context:
    """What a loader may use: a date from the caller, the catalogue, the extractor of prose, and what is known already.

    ``known`` holds the reading marks of documents that need not be read again; ``threads`` is how many the embedded
    extractor may use (None: its own choice).
    """

    date: Date | None = None
    catalogue: Catalogue | None = None
    reader: Extractor | None = None
    mapping: Path | None = None
    known: Container[str] = frozenset()
    threads: int | None = None

    @cached_property
    def linker(self) -> Linker:
        """Names to parties, products and components."""
        return Linker(self.catalogue or Catalogue.bundled())

    @cached_property
    def extractor(self) -> Extractor:
        """The extractor of prose; the embedded learned reader unless another was given."""
        if self.reader is not None:
            return self.reader
        from loaders.extraction.embedded import Embedded  # the model loads only when there is prose to read

        return Embedded(self.linker, self.threads)

    def read(self, document: Document) -> Loaded:
        """Return a document of prose with what the extractor reads in it; a document that is known is skipped.

        A claim goes back to the document's address where it has one and its sentence bears no citation.
        """
        mark = terms.digest(document.iri, self.extractor.name, self.linker.fingerprint)
        document = replace(document, reading=mark)
        if mark in self.known:
            return Loaded(document, (), skipped=True)
        claims: Iterable[Claim] = self.extractor.extract(document)
        if document.source:
            claims = (
                each if each.source else replace(each, source=document.source, source_title=document.title)
                for each in claims
            )
        return Loaded(document, tuple(claims))


Load = Callable[[Source, Context], Iterator[Loaded]]


@dataclass(frozen=True, slots=True)
class Loader:
    """A registered loader: its name, the file endings it takes, the function, and the files of a folder it takes whole.

    ``header`` are words that the beginning of a file must hold, where several loaders share an ending; ``notice`` is what
    whoever loads such data must be told, such as its licence.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Load
    folder: frozenset[str] = frozenset()
    header: tuple[str, ...] = ()
    notice: str = ""


_LOADERS: dict[str, Loader] = {}
_MODULES = ("digest", "events", "tables", "articles", "eto", "feeds", "mail", "mapped", "pdf", "shares", "triples")


def loader(
    name: str,
    *,
    suffixes: Sequence[str] = (),
    folder: Iterable[str] = (),
    header: Sequence[str] = (),
    notice: str = "",
) -> Callable[[Load], Load]:
    """Register a function as the loader of files with these endings, or of folders that hold these files."""

    def register(read: Load) -> Load:
        _LOADERS[name] = Loader(name, tuple(suffixes), read, frozenset(folder), tuple(header), notice)
        return read

    return register


def loaders() -> dict[str, Loader]:
    """Return the registered loaders by name.

    >>> sorted(loaders())[:4]
    ['articles', 'digest', 'eto', 'events']
    """
    for module in _MODULES:
        import_module(f"loaders.{module}")
    return dict(sorted(_LOADERS.items()))


def load(path: Path | str, context: Context | None = None, loader: str | None = None) -> Iterator[Loaded]:
    """Yield the documents of a file with their claims; nothing is yielded before the whole file was read.

    Parameters
    ----------
    loader
        The loader's name; by default the file's ending decides.

    Raises
    ------
    LoaderError
        A file that can't be read; the message names file and line.
    """
    path = Path(path)
    context = context or Context()
    if os.path.isdir(path):  # False where a path can't be one, such as a name too long, which Path.is_dir raises for
        chosen = _of_folder(path, loader)
        source = Source.read_folder(path, chosen.folder)
        loader = chosen.name
    else:
        source = Source.read(path, context.mapping or mapping_beside(path))
    yield from read(source, context, loader, path.suffix)


def mapping_beside(path: Path) -> Path | None:
    """Return the mapping file that lies beside a file, if there is one."""
    beside = path.with_name(path.name + MAPPING)
    return beside if os.path.isfile(beside) else None


def read(source: Source, context: Context, loader: str | None = None, suffix: str = "") -> tuple[Loaded, ...]:
    """Return the documents of a source that is in memory already; its loader by name or by a file's ending."""
    try:
        return tuple(_choose(source, suffix, loader).read(source, context))
    except RecursionError:
        raise LoaderError(source.origin, "nested too deeply") from None


def endings() -> frozenset[str]:
    """Return the endings of the files that some loader reads.

    >>> ".txt" in endings() and ".csv" in endings()
    True
    """
    return frozenset(suffix for each in loaders().values() for suffix in each.suffixes)


def folder_loader(path: Path) -> Loader | None:
    """Return the loader that reads a folder as one thing, if there is one."""
    for each in loaders().values():
        if each.folder and all(os.path.isfile(path / name) for name in each.folder):
            return each
    return None


def _of_folder(path: Path, name: str | None) -> Loader:
    found = folder_loader(path)
    if found is None or name not in (None, found.name):
        try:
            os.listdir(path)
        except OSError as error:
            raise LoaderError(path, error.strerror or str(error)) from None
        raise LoaderError(path, "is a folder, not a file")
    return found


def _choose(source: Source, suffix: str, name: str | None) -> Loader:
    known = loaders()
    if name is not None:
        if name not in known:
            raise LoaderError(source.origin, f"no loader {name!r}; {did_you_mean(name, known)}")
        return known[name]
    if source.mapping:
        return known["mapped"]
    fitting = [each for each in known.values() if suffix.casefold() in each.suffixes]
    if not fitting:
        raise LoaderError(
            source.origin, f"no loader for files ending in {suffix!r}; known endings: {', '.join(sorted(endings()))}"
        )
    start = source.data[:4096].decode("utf-8", "replace").casefold()
    by_header = [each for each in fitting if each.header and all(word in start for word in each.header)]
    return (by_header or [each for each in fitting if not each.header] or fitting)[0]


__all__ = ["Claim", "Context", "Document", "Loaded", "Loader", "endings", "load", "loader", "loaders", "read"]
