"""Who stops whom: the AND-OR closure over needs, for one party, for all at once, and for pairs.

A consumer is *stopped* when one of its essential needs has reported suppliers and all of them are gone; a buyer that needs
logic from one and memory from another has no way around either, which plain graph dominators do not see. The graph is open:
what is found is a *sole reported source* unless a claim says that there is no other.

All single removals come from one fixed point over sets instead of a closure each: whoever stops all suppliers of a need of
*b* stops *b*, so ``D(b) = {b} ∪ ⋃ over needs ⋂ over suppliers D(supplier)``, least from ``{b}`` upwards. Pairs likewise, with
the minimal sets of two that no single one makes needless.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graph.needs import Bools, Floats, Ints, Needs

_PAIRS: Final = 4_000
#: What a step is worth that rests on no claim that there is no other source.
UNCLAIMED: Final = 0.5


class Stopped(NamedTuple):
    """Round in which each node stops (0: removed, -1: not stopped), and the need that ran dry first (-1: none)."""

    round: Ints
    need: Ints


def stop(needs: Needs, removed: Iterable[int], gone_rows: Bools | None = None) -> Stopped:
    """Return what stops when some nodes are removed, or some rows cut; each need is looked at once a supplier lost.

    >>> from graph.network import build
    >>> from graph.consolidate import Relation
    >>> def supply(a, b, item):
    ...     return Relation(a + b + item, a, "supplies", b, item, item, "actual", "stated", 0, 1, 1, "2026-01-28", "2026-01-28", ())
    >>> net = build([supply("tsmc", "nvidia", "wafers"), supply("sk-hynix", "nvidia", "hbm"), supply("micron", "nvidia", "hbm"),
    ...              supply("nvidia", "openai", "gpu")], "reported", {}, {})
    >>> for who in ("tsmc", "micron"):
    ...     print([net.nodes[n].iri for n in np.flatnonzero(stop(net.needs, [net.index[who]]).round > 0)])
    ['nvidia', 'openai']
    []
    """
    when = np.full(needs.nodes, -1, np.int32)
    dry = np.full(needs.nodes, -1, np.int32)
    left = np.diff(needs.start).astype(np.int32)
    gone = np.zeros(len(needs.supplier), dtype=bool) if gone_rows is None else gone_rows.copy()
    frontier = np.unique(np.fromiter(removed, dtype=np.int32))
    when[frontier] = 0
    rows = np.flatnonzero(gone).astype(np.int32)
    depth = 0
    while True:
        more = needs.rows_from(frontier)
        rows = np.concatenate((rows, more[~gone[more]]))
        if not len(rows):
            return Stopped(when, dry)
        gone[rows] = True
        touched, lost = np.unique(needs.need[rows], return_counts=True)
        left[touched] -= lost.astype(np.int32)
        empty = touched[(left[touched] == 0) & ~needs.part[touched]]
        # Of several needs that run dry at once the witness is one whose sole source is claimed.
        empty = empty[np.lexsort((empty, ~needs.claimed[empty], needs.consumer[empty]))]
        consumer, first = np.unique(needs.consumer[empty], return_index=True)
        fresh = when[consumer] < 0
        frontier, depth = consumer[fresh].astype(np.int32), depth + 1
        when[frontier] = depth
        dry[frontier] = empty[first[fresh]]
        rows = np.zeros(0, np.int32)
        if not len(frontier):
            return Stopped(when, dry)


def stoppers(needs: Needs, groups: Mapping[int, Sequence[int]] | None = None) -> list[frozenset[int]]:
    """Return for each node all nodes whose removal alone stops it, itself among them.

    Nodes are visited so that suppliers come before consumers, cycles until nothing changes, so that most are worked out
    once; the cost is that of the answer, not of one closure a node.

    Parameters
    ----------
    groups
        What is removed with a node: its arms.
    """
    found: list[frozenset[int]] = [frozenset((n,)) for n in range(needs.nodes)]
    for parent, removed in (groups or {}).items():
        for n in removed:
            found[n] |= {parent}
    suppliers: list[list[list[int]]] = [[] for _ in range(needs.nodes)]
    start, supplier, consumers = needs.start.tolist(), needs.supplier.tolist(), needs.consumer.tolist()
    for need in np.flatnonzero(~needs.part).tolist():
        suppliers[consumers[need]].append(supplier[start[need] : start[need + 1]])
    for group in _in_order(needs):
        if len(group) == 1:
            _grow(group[0], suppliers[group[0]], found)
            continue
        members = set(group)
        followers: dict[int, list[int]] = {}
        for consumer in group:
            for each in {s for need in suppliers[consumer] for s in need if s in members}:
                followers.setdefault(each, []).append(consumer)
        waiting, queued = deque(group), set(group)
        while waiting:
            consumer = waiting.popleft()
            queued.discard(consumer)
            if _grow(consumer, suppliers[consumer], found):
                fresh = [each for each in followers.get(consumer, ()) if each not in queued]
                queued.update(fresh)
                waiting.extend(fresh)
    return found


def _grow(consumer: int, needs: list[list[int]], found: list[frozenset[int]]) -> bool:
    """Take up who stops all suppliers of any of the needs; tell whether that is more than before."""
    mine = found[consumer]
    size = len(mine)
    for suppliers in needs:
        if len(suppliers) == 1:
            mine |= found[suppliers[0]]
        else:
            least, *rest = sorted((found[each] for each in suppliers), key=len)
            mine |= least.intersection(*rest)
    if len(mine) == size:
        return False
    found[consumer] = mine
    return True


def strength(needs: Needs, removed: int | Sequence[int]) -> Floats:
    """Return how strongly the removal of a node, or of some together, stops each; for ranking only.

    A step on a claim that there is no other source keeps the strength, any other halves it: no other source is *reported*,
    or something is made of what stops, or developed by who does; a need is as strong as its weakest supplier, a consumer as its strongest need.
    """
    value = np.zeros(needs.nodes)
    frontier = np.unique(np.array(removed, dtype=np.int32))
    value[frontier] = 1.0
    while len(frontier):
        touched = np.unique(needs.need[needs.rows_from(frontier)])
        touched = touched[~needs.part[touched]]
        if not len(touched):
            break
        rows, start = needs.rows_of(touched)
        weakest = np.minimum.reduceat(value[needs.supplier[rows]], start[:-1])
        offered = weakest * np.where(needs.claimed[touched], 1.0, UNCLAIMED)
        consumer = needs.consumer[touched]
        before = value[consumer]
        np.maximum.at(value, consumer, offered)
        frontier = np.unique(consumer[value[consumer] > before])
    return value


def _in_order(needs: Needs) -> list[list[int]]:
    """Return the strongly connected groups of nodes, suppliers before consumers."""
    consumer = needs.consumer[needs.need]
    size = (needs.nodes, needs.nodes)
    graph = coo_array((np.ones(len(consumer), np.int8), (needs.supplier, consumer)), shape=size).tocsr()
    count, label = connected_components(graph, connection="strong")
    # Kahn's order over the groups.
    one, other = label[needs.supplier].astype(np.int64), label[consumer]
    key = np.sort((one * count + other)[one != other])
    key = key[np.append(True, np.diff(key) != 0)] if len(key) else key
    one, other = key // count, key % count
    before = np.bincount(other, minlength=count)
    starts = np.searchsorted(one, np.arange(count + 1))
    members = np.split(np.argsort(label, kind="stable"), np.bincount(label, minlength=count).cumsum()[:-1])
    queue, order = deque(np.flatnonzero(before == 0).tolist()), []
    targets, left, bounds = other.tolist(), before.tolist(), starts.tolist()
    while queue:
        group = queue.popleft()
        order.append(members[group].tolist())
        for target in targets[bounds[group] : bounds[group + 1]]:
            left[target] -= 1
            if not left[target]:
                queue.append(target)
    return order


class Scores(NamedTuple):
    """How many others each node stops alone, and what they weigh together."""

    stopped: Ints
    weight: Floats


def scores(found: Sequence[frozenset[int]], weight: Floats | None = None) -> Scores:
    """Return what each node's removal alone is worth, from :func:`stoppers`.

    Parameters
    ----------
    weight
        What each node weighs; 1 by default.
    """
    nodes = len(found)
    lengths = np.fromiter(map(len, found), np.int64, nodes)
    who = np.fromiter(chain.from_iterable(found), np.int32, int(lengths.sum()))
    stopped = (np.bincount(who, minlength=nodes) - 1).astype(np.int32)
    if weight is None:
        return Scores(stopped, stopped.astype(np.float64))
    return Scores(stopped, np.bincount(who, np.repeat(weight, lengths), minlength=nodes) - weight)


def strongest(
    needs: Needs,
    stopped: Ints,
    candidates: Sequence[int],
    most: int,
    groups: Mapping[int, Sequence[int]] | None = None,
) -> list[tuple[int, float]]:
    """Return the nodes whose removal stops most strongly, with the sum of the strengths, the greatest first.

    A sum of strengths is at most the number stopped, so nodes that stop too few to be among the first are never tried.
    """
    best: list[tuple[float, int, int]] = []
    for n in sorted(candidates, key=lambda n: (-int(stopped[n]), n)):
        if not stopped[n] or (len(best) == most and stopped[n] < best[0][0]):
            break
        lost = (groups or {}).get(n, (n,))
        total = round(float(strength(needs, lost).sum()) - len(lost), 9)
        entry = (total, int(stopped[n]), -n)
        if len(best) < most:
            heapq.heappush(best, entry)
        else:
            heapq.heappushpop(best, entry)
    return [(-n, total) for total, _, n in sorted(best, reverse=True)]


class Pairs(NamedTuple):
    """Pairs that stop a node when neither does alone, and whether all were looked for."""

    pairs: tuple[tuple[int, int], ...]
    complete: bool


def pairs(needs: Needs, target: int, alone: Sequence[frozenset[int]] | None = None) -> Pairs:
    """Return the minimal pairs of nodes that stop a node together.

    The search is over what lies upstream of the node, and gives up growing a node's pairs beyond some thousand, which it
    says. The node itself is in none.
    """
    alone = stoppers(needs) if alone is None else alone
    upstream = _upstream(needs, target)
    found: dict[int, frozenset[frozenset[int]]] = {n: frozenset() for n in upstream}
    complete = True
    changed = True
    order = [n for group in _in_order(needs) for n in group if n in upstream]
    while changed:
        changed = False
        for consumer in order:
            grown = set(found[consumer])
            for need in needs.needs_of(consumer):
                if not needs.part[need]:
                    fresh, whole = _together(needs, need, alone, found)
                    grown |= fresh
                    complete &= whole
            kept = frozenset(pair for pair in grown if not pair & alone[consumer])
            if len(kept) > _PAIRS:
                kept, complete = frozenset(sorted(kept, key=sorted)[:_PAIRS]), False
            if kept - found[consumer] and len(found[consumer]) < _PAIRS:
                found[consumer], changed = found[consumer] | kept, True
    return Pairs(tuple(sorted((min(p), max(p)) for p in found[target] if target not in p)), complete)


def _together(
    needs: Needs, need: int, alone: Sequence[frozenset[int]], found: Mapping[int, frozenset[frozenset[int]]]
) -> tuple[set[frozenset[int]], bool]:
    """Return the sets of at most two that stop all suppliers of a need."""
    sets: set[frozenset[int]] = {frozenset()}
    complete = True
    for row in range(int(needs.start[need]), int(needs.start[need + 1])):
        supplier = int(needs.supplier[row])
        each: set[frozenset[int]] = {frozenset((a,)) for a in alone[supplier]} | set(found.get(supplier, frozenset()))
        sets = {one | other for one in sets for other in each if len(one | other) <= 2}
        if len(sets) > _PAIRS:
            sets, complete = set(sorted(sets, key=lambda s: (len(s), sorted(s)))[:_PAIRS]), False
    singles = {next(iter(one)) for one in sets if len(one) == 1}
    return {one for one in sets if len(one) == 2 and not one & singles}, complete


def _upstream(needs: Needs, target: int) -> set[int]:
    seen, waiting = {target}, [target]
    while waiting:
        for need in needs.needs_of(waiting.pop()):
            for supplier in needs.supplier[needs.start[need] : needs.start[need + 1]].tolist():
                if supplier not in seen:
                    seen.add(supplier)
                    waiting.append(supplier)
    return seen
