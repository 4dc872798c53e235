"""What was read from a store and is worth keeping until the store changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from graph.store import Store

T = TypeVar("T")


class Remembered(Generic[T]):
    """Something of each store, made anew once the store has changed.

    >>> from graph.store import open_store
    >>> store, made = open_store("memory:"), Remembered(lambda store: [store.version])
    >>> before = made.of(store)
    >>> made.of(store) is before
    True
    >>> store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    >>> made.of(store) is before
    False
    """

    def __init__(self, make: Callable[[Store], T]) -> None:
        self._make = make
        self._kept: WeakKeyDictionary[Store, tuple[str, T]] = WeakKeyDictionary()

    def of(self, store: Store) -> T:
        """Return what is kept of a store as it is now."""
        version = store.version
        kept = self._kept.get(store)
        if kept is None or kept[0] != version:
            kept = self._kept[store] = (version, self._make(store))
        return kept[1]
