"""What a writer has read of a store's relations and the claims behind them, carried from write to write.

A day's news is mostly about relations that earlier days were about. Were their claims read anew for each write, filling a
store would take time that grows with the square of what it holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from graph import view
from graph.assertions import assertions
from graph.consolidate import Assertion, Relation
from graph.store import Store

#: Claims that are carried at most, about half a gigabyte; relations that were not touched for longest are read again.
LIMIT: Final = 500_000


class Gathered(NamedTuple):
    """A relation as it stands in the store, and the claims behind it with the names that documents give."""

    relation: Relation
    claims: tuple[Assertion, ...]


@dataclass
class _Kept:
    version: str
    of: dict[str, Gathered] = field(default_factory=dict)
    claims: int = 0

    def drop(self, name: str) -> None:
        if (gone := self.of.pop(name, None)) is not None:
            self.claims -= len(gone.claims)

    def put(self, each: Gathered) -> None:
        self.drop(each.relation.iri)
        self.of[each.relation.iri] = each
        self.claims += len(each.claims)

    def shrink(self) -> None:
        while self.claims > LIMIT:
            self.drop(next(iter(self.of)))


_KEPT: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()


def gathered(store: Store, relations: Iterable[str]) -> dict[str, Gathered]:
    """Return those of some relations that stand in a store, with their claims, in the order of their IRIs."""
    wanted = sorted(set(relations))
    kept, version = _KEPT.get(store), store.version
    if kept is None or kept.version != version:
        kept = _KEPT[store] = _Kept(version)
    unread = view.relations(store, iris=[name for name in wanted if name not in kept.of])
    said = _by_claim(assertions(store, sorted({claim for each in unread for claim in each.claims})))
    for each in unread:
        kept.put(_gathered(each, said))
    found = {name: kept.of[name] for name in wanted if name in kept.of}
    kept.shrink()
    return found


def keep(store: Store, touched: Iterable[str], made: Iterable[Relation], claims: Iterable[Assertion]) -> None:
    """Note what a write made of the relations that it touched, from claims with the names that documents give.

    All else stands as it was in the version that :func:`gathered` read, so the writer calls this right after its write.
    """
    if (kept := _KEPT.get(store)) is None:
        return
    kept.version = store.version
    said = _by_claim(claims)
    for name in touched:
        kept.drop(name)
    for each in made:
        kept.put(_gathered(each, said))
    kept.shrink()


def _by_claim(claims: Iterable[Assertion]) -> dict[str, list[Assertion]]:
    found: dict[str, list[Assertion]] = defaultdict(list)
    for each in claims:
        found[each.claim].append(each)
    return found


def _gathered(relation: Relation, said: Mapping[str, list[Assertion]]) -> Gathered:
    return Gathered(relation, tuple(each for claim in relation.claims for each in said[claim]))
