"""Which loader reads which file, and what a loader needs besides the bytes.

A loader is a function from a :class:`Source` and a :class:`Context` to documents with their claims; ``@loader`` makes
it known. Who writes one gets its tests for free: ``tests/test_every_loader.py`` runs over all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from functools import cached_property
from importlib import import_module
from pathlib import Path

from loaders.claim import Claim, Document, Loaded
from loaders.errors import LoaderError
from loaders.extraction.protocol import Extractor
from loaders.linking import Linker
from loaders.source import Source
from ontology.catalogue import Catalogue


@dataclass(frozen=True)
class Context:
    """What a loader may use: a date from the caller, the catalogue, and the extractor of prose."""

    date: Date | None = None
    catalogue: Catalogue | None = None
    reader: Extractor | None = None

    @cached_property
    def linker(self) -> Linker:
        """Names to parties, products and components."""
        return Linker(self.catalogue or Catalogue.bundled())

    @cached_property
    def extractor(self) -> Extractor:
        """The extractor of prose; the embedded learned reader unless another was given."""
        if self.reader is not None:
            return self.reader
        from loaders.extraction.reader import Reader  # the model loads only when there is prose to read

        return Reader(self.linker)


Load = Callable[[Source, Context], Iterator[Loaded]]


@dataclass(frozen=True, slots=True)
class Loader:
    """A registered loader: its name, the file endings it takes, and the function."""

    name: str
    suffixes: tuple[str, ...]
    read: Load


_LOADERS: dict[str, Loader] = {}
_MODULES = ("digest", "events", "tables")


def loader(name: str, *, suffixes: Sequence[str]) -> Callable[[Load], Load]:
    """Register a function as the loader of files with these endings."""

    def register(read: Load) -> Load:
        _LOADERS[name] = Loader(name, tuple(suffixes), read)
        return read

    return register


def loaders() -> dict[str, Loader]:
    """Return the registered loaders by name.

    >>> sorted(loaders())
    ['digest', 'events', 'tables']
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
    source = Source.read(path)
    chosen = _choose(path, loader)
    yield from tuple(chosen.read(source, context or Context()))


def _choose(path: Path, name: str | None) -> Loader:
    known = loaders()
    if name is not None:
        if name not in known:
            raise LoaderError(path, f"no loader {name!r}; there are {', '.join(known)}")
        return known[name]
    for candidate in known.values():
        if path.suffix.casefold() in candidate.suffixes:
            return candidate
    endings = ", ".join(sorted(suffix for each in known.values() for suffix in each.suffixes))
    raise LoaderError(path, f"no loader for files ending in {path.suffix!r}; known endings: {endings}")


__all__ = ["Claim", "Context", "Document", "Loaded", "Loader", "load", "loader", "loaders"]
