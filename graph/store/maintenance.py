"""Looking after a store: backup, restore, figures."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.errors import StoreError
from graph.store import folder, snapshots
from graph.store.embedded import DiskStore
from graph.store.protocol import Store
from graph.store.rows import select


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of a store.

    Parameters
    ----------
    quads, graphs
        All statements, and the named graphs that hold some of them (not the default graph).
    default
        Statements of the default graph.
    predicates
        The most used predicates with how often, over all graphs.
    size
        Bytes on disk, None for a store that is not in a folder.
    format
        Format of the folder, None likewise.
    """

    quads: int
    graphs: int
    default: int
    predicates: tuple[tuple[str, int], ...]
    size: int | None = None
    format: int | None = None


def backup(store: Path, target: Path) -> None:
    """Copy the store of a folder to a new folder, whoever writes to it meanwhile.

    What is copied is the newest snapshot, which holds every write that was acknowledged. On the same disk the files are
    linked, not copied, which takes milliseconds.

    Raises
    ------
    StoreError
        No store, or something is at the target already.
    """
    folder.check(store)
    if target.exists():
        raise StoreError(f"{target} exists; a backup needs a new folder")
    snapshot = snapshots.hold(store / "snapshots")
    if snapshot is None:
        raise StoreError(f"no snapshot in {store}; open it once for writing")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        folder.prepare(unfinished)
        shutil.copytree(
            snapshot.path, unfinished / "data", copy_function=_link_or_copy, ignore=shutil.ignore_patterns(".*")
        )
        unfinished.rename(target)
    except OSError as error:
        raise StoreError(f"can't back up to {target}: {error.strerror or error}") from error
    finally:
        snapshot.release()


def restore(source: Path, store: Path, *, replace: bool = False) -> None:
    """Make the store of a folder what a backup holds; the backup stays as it is.

    Parameters
    ----------
    replace
        Whether what is there may be replaced; it stays whole until the new one is.

    Raises
    ------
    StoreError, StoreLockedError, StoreVersionError
    """
    folder.check(source)
    if not (source / "data").is_dir():
        raise StoreError(f"{source} has no data; it is no backup")
    fresh, old = store.with_name(store.name + ".restoring"), store.with_name(store.name + ".replaced")
    try:
        for left_over in (fresh, old):
            shutil.rmtree(left_over, ignore_errors=True)
        folder.prepare(fresh)
        shutil.rmtree(fresh / "data", ignore_errors=True)
        # Copied, not linked: the engine writes to some files in place.
        shutil.copytree(source / "data", fresh / "data")
        DiskStore(fresh).close()
        if store.exists() and any(store.iterdir()):
            if not replace:
                raise StoreError(f"{store} is not empty; say so if it is to be replaced")
            # Opening it shows that nobody writes to it.
            DiskStore(store).close()
            store.rename(old)
        elif store.exists():
            store.rmdir()
        fresh.rename(store)
    except OSError as error:
        raise StoreError(f"can't restore to {store}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def stats(store: Store, *, top: int = 10) -> Stats:
    """Count what a store holds.

    >>> from graph.store import open_store
    >>> memory = open_store("memory:")
    >>> memory.update("INSERT DATA { id:a nt:supplies id:b . GRAPH <urn:g> { id:a nt:supplies id:c } }")
    >>> stats(memory)
    Stats(quads=2, graphs=1, default=1, predicates=(('https://w3id.org/nthtier/ns#supplies', 2),), size=None, format=None)
    """
    ((default,),) = select(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    ((named, graphs),) = select(store, "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?g) AS ?m) { GRAPH ?g { ?s ?p ?o } }")
    used = select(
        store,
        "SELECT ?p (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } "
        f"GROUP BY ?p ORDER BY DESC(?n) ?p LIMIT {top}",
    )
    path = getattr(store, "path", None)
    return Stats(
        quads=_number(default) + _number(named),
        graphs=_number(graphs),
        default=_number(default),
        predicates=tuple((str(predicate), _number(count)) for predicate, count in used),
        size=_size(path / "data") if isinstance(path, Path) else None,
        format=folder.FORMAT if isinstance(path, Path) else None,
    )


def _number(term: object) -> int:
    return int(str(term))


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def _link_or_copy(source: str, target: str) -> None:
    """Link files that the engine never changes, copy the others."""
    if source.endswith(".sst"):
        try:
            os.link(source, target)
            return
        except OSError:
            pass
    shutil.copy2(source, target)
