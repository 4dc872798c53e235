"""One way in: a folder, ``memory:`` or a URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdflib import Dataset

    from graph.store.protocol import Store


def open_store(location: str, *, read_only: bool = False) -> Store:
    """Open the store at a location.

    Parameters
    ----------
    location
        A folder (made if it is not there), ``memory:``, or the URL of a SPARQL 1.1 server.
    read_only
        For a folder: read its newest snapshot, whoever writes to it meanwhile.

    >>> store = open_store("memory:")
    >>> store.update('INSERT DATA { id:a nt:supplies id:b }')
    >>> print(b"".join(store.export()).decode())
    <https://w3id.org/nthtier/id/a> <https://w3id.org/nthtier/ns#supplies> <https://w3id.org/nthtier/id/b> .

    Raises
    ------
    StoreLockedError, StoreVersionError, StoreError
    """
    if location.startswith(("http://", "https://")):
        from graph.store.remote import connect

        return connect(location)
    from graph.store.embedded import DiskStore, MemoryStore, SnapshotStore

    if location == "memory:":
        return MemoryStore()
    path = Path(location).expanduser()
    return SnapshotStore(path) if read_only else DiskStore(path)


def as_dataset(store: Store) -> Dataset:
    """Return an rdflib Dataset over the same data; see :func:`graph.store.dataset_view.as_dataset`."""
    from graph.store import dataset_view

    return dataset_view.as_dataset(store)
