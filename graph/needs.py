"""What each consumer needs and from whom it may come: the AND-OR structure that exposure, chokepoints and cascades share.

A consumer has needs (AND); a need has rows, one a supplier that may meet it (OR), each with the bounds of its share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graph import shares
from graph.components import BROADER
from graph.facts import CONTAINED, DEVELOPED, HOSTED, MAKER

if TYPE_CHECKING:
    from graph.network import Network

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Needs:
    """Needs sorted by consumer and component; the rows of need *n* are ``start[n]:start[n + 1]``, sorted by supplier.

    ``part`` marks needs that may be only a part of what the consumer lives on: all of a consumer's together are one sum of
    unknown weights beside its other needs. ``complete`` marks needs whose suppliers have all of it, ``claimed`` those of
    them where a claim says so: what a product is made of and who develops it is no such claim. ``disputed`` marks needs
    whose claims contradict each other. The facts of row *r* are ``fact[fact_start[r]:fact_start[r + 1]]``, those of wider
    and narrower wordings among them.
    """

    consumer: Ints
    component: Ints
    part: Bools
    complete: Bools
    claimed: Bools
    disputed: Bools
    start: Ints
    supplier: Ints
    low: Floats
    high: Floats
    fact_start: Ints
    fact: Ints
    nodes: int

    def __len__(self) -> int:
        return len(self.consumer)

    @cached_property
    def need(self) -> Ints:
        """The need of each row."""
        return np.repeat(np.arange(len(self.consumer), dtype=np.int32), np.diff(self.start))

    @cached_property
    def _by_supplier(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.supplier, kind="stable").astype(np.int32)
        counts = np.bincount(self.supplier, minlength=self.nodes)
        return order, np.concatenate(([0], counts.cumsum())).astype(np.int32)

    @cached_property
    def by_consumer(self) -> Ints:
        """The needs of consumer *n* are ``by_consumer[n]:by_consumer[n + 1]``."""
        return np.searchsorted(self.consumer, np.arange(self.nodes + 1)).astype(np.int32)

    def rows_from(self, suppliers: Ints) -> Ints:
        """Return the rows in which some nodes supply."""
        order, start = self._by_supplier
        return order[ranges(start[suppliers], start[suppliers + 1])]

    def rows_of(self, needs: Ints) -> tuple[Ints, Ints]:
        """Return the rows of some needs one after the other, and where each need's begin."""
        lengths = self.start[needs + 1] - self.start[needs]
        return ranges(self.start[needs], self.start[needs + 1]), np.concatenate(([0], lengths.cumsum())).astype(
            np.int32
        )

    def needs_of(self, consumer: int) -> range:
        """Return the numbers of a consumer's needs."""
        return range(int(self.by_consumer[consumer]), int(self.by_consumer[consumer + 1]))

    def facts_of(self, row: int) -> Ints:
        """Return the facts behind a row."""
        return self.fact[self.fact_start[row] : self.fact_start[row + 1]]

    @cached_property
    def default(self) -> Floats:
        """One share a row, for ranking only."""
        return shares.default(self.low, self.high, self.start) if len(self.low) else self.low

    def with_shares(self, low: Floats, high: Floats) -> Needs:
        """Return the same needs with other bounds."""
        return replace(self, low=low, high=high)

    def whole(self) -> Needs:
        """Return the needs as if every one were essential, which is the strictest reading."""
        return replace(self, part=np.zeros_like(self.part))

    @classmethod
    def _none(cls, nodes: int) -> Needs:
        none, floats, bools = np.zeros(0, np.int32), np.zeros(0), np.zeros(0, bool)
        zero = np.zeros(1, np.int32)
        return cls(none, none, bools, bools, bools, bools, zero, none, floats, floats, zero, none, nodes)

    @classmethod
    def of(cls, net: Network) -> Needs:
        """Return the needs that the facts of a network make."""
        count = len(net.nodes)
        # Who has none of a wording serves no wider need with it; whether he serves the need itself all his facts say together.
        apart = (net.role == CONTAINED) | (net.role == HOSTED)
        kept = np.flatnonzero((net.role != MAKER) & (net.stated & ~apart | (net.high > 0.0))).astype(np.int32)
        key = (net.consumer[kept].astype(np.int64) * count + net.need[kept]) * 2 + apart[kept]
        stated = net.stated[kept]
        more, more_key = _widened(net, kept, key, frozenset(key[stated & (net.low[kept] >= 1.0)].tolist()))
        kept, key = np.concatenate((kept, more)), np.concatenate((key, more_key))
        stated = np.concatenate((stated, np.zeros(len(more), bool)))
        if not len(kept):
            return cls._none(count)
        order = np.lexsort((kept, net.supplier[kept], key))
        kept, key, stated = kept[order], key[order], stated[order]
        supplier = net.supplier[kept]
        first = np.flatnonzero(np.append(True, (np.diff(key) != 0) | (np.diff(supplier) != 0)))
        low, high = _met(net.low[kept], net.high[kept], stated, first)
        if not high.all():  # who delivers none of it is no supplier
            some = np.repeat(high > 0.0, np.diff(np.append(first, len(kept))))
            kept, key, supplier = kept[some], key[some], supplier[some]
            first = (some.cumsum() - 1)[first[high > 0.0]]
            low, high = low[high > 0.0], high[high > 0.0]
        row_key, row_supplier = key[first], supplier[first]
        if not len(row_key):
            return cls._none(count)
        head = np.flatnonzero(np.append(True, np.diff(row_key) != 0)).astype(np.int32)
        start = np.append(head, len(row_key)).astype(np.int32)
        fact_start = np.append(first, len(kept)).astype(np.int32)
        # A need is whole as soon as one of its facts says so.
        part = np.logical_and.reduceat(net.part[kept], first[head])
        low, high, complete, disputed = shares.settled(low, high, start)
        by_nature = np.isin(net.role[kept], (CONTAINED, DEVELOPED))
        return cls(
            consumer=(row_key[head] // 2 // count).astype(np.int32),
            component=(row_key[head] // 2 % count).astype(np.int32),
            part=part,
            complete=complete,
            claimed=complete & ~by_nature[fact_start[head]],
            disputed=disputed,
            start=start,
            supplier=row_supplier.astype(np.int32),
            low=low,
            high=high,
            fact_start=fact_start,
            fact=kept.astype(np.int32),
            nodes=count,
        )


def _met(low: Floats, high: Floats, stated: Bools, first: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return what all facts of each row allow; where they do not meet, the hull of them."""
    low, high = np.where(stated, low, 0.0), np.where(stated, high, 1.0)
    inner_low, inner_high = np.maximum.reduceat(low, first), np.minimum.reduceat(high, first)
    outer_low = np.minimum.reduceat(np.where(stated, low, 1.0), first)
    outer_high = np.maximum.reduceat(np.where(stated, high, 0.0), first)
    apart = inner_low > inner_high
    return np.where(apart, outer_low, inner_low), np.where(apart, outer_high, inner_high)


def _widened(
    net: Network, kept: Ints, key: NDArray[np.int64], exclusive: frozenset[int]
) -> tuple[Ints, NDArray[np.int64]]:
    """Return the facts that also serve another wording of a consumer's need, and the keys of these needs.

    Who delivers a narrower component serves the wider need (HBM4 is HBM; wafers for one chip are chip fabrication). Who is
    said to deliver the wider one may deliver the narrower, unless somebody is claimed to deliver all of that. A claim of all
    of the wider one has no such say: who delivers the narrower stands against it.
    """
    count = len(net.nodes)
    rest = key // (2 * count) * (2 * count) + key % 2
    family = rest + net.family[kept].astype(np.int64) * 2
    some = net.high[kept] > 0.0
    up = np.flatnonzero((family != key) & some)
    up = up[np.isin(family[up], key, kind="sort")] if len(up) else up
    facts, keys = [kept[up]], [family[up]]
    index = net.index
    wider = {index[narrow]: _above(narrow, index) for narrow in BROADER if narrow in index}
    both = np.zeros(count, dtype=bool)
    both[[*wider, *{each for above in wider.values() for each in above}]] = True
    among = np.flatnonzero(both[net.need[kept]])
    standing: dict[int, list[int]] = {}
    for place in among[some[among]].tolist():
        standing.setdefault(int(key[place]), []).append(place)
    for own, places in sorted(standing.items()):
        for above in wider.get(own // 2 % count, ()):
            wide = int(rest[places[0]]) + above * 2
            if wide in standing:
                facts.append(kept[places])
                keys.append(np.full(len(places), wide))
                if own not in exclusive:
                    facts.append(kept[standing[wide]])
                    keys.append(np.full(len(standing[wide]), own))
    fact, needed = np.concatenate(facts), np.concatenate(keys).astype(np.int64)
    pairs = np.unique(np.stack((needed, fact.astype(np.int64))), axis=1)
    return pairs[1].astype(np.int32), pairs[0]


def _above(component: str, index: Mapping[str, int]) -> list[int]:
    found = []
    while component in BROADER:
        component = BROADER[component]
        if component in index:
            found.append(index[component])
    return found


def ranges(starts: Ints, stops: Ints) -> Ints:
    """Return the numbers of many ranges one after the other.

    >>> ranges(np.array([2, 7]), np.array([4, 8])).tolist()
    [2, 3, 7]
    """
    lengths = stops - starts
    total = int(lengths.sum())
    if not total:
        return np.empty(0, dtype=np.int32)
    numbers: Ints = np.repeat((stops - lengths.cumsum()).astype(np.int32), lengths)
    numbers += np.arange(total, dtype=np.int32)
    return numbers
