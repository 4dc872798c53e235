"""Share intervals of one need after another: what they allow a weighted sum to be, exactly.

Rows are (low, high) shares, grouped by need: the rows of need *n* are ``start[n]:start[n + 1]``, none empty. Shares of one
need add up to at most 1. All bounds come from a greedy fill: give each row its lower bound, then pour the rest where it
weighs most (for the highest sum) or least.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
_CLOSE = 1e-12


def highest(low: Floats, high: Floats, value: Floats, start: Ints) -> Floats:
    """Return the greatest ``Σ w·value`` of each need over ``low ≤ w ≤ high``, ``Σ w ≤ 1``.

    >>> low, high = np.array([0.2, 0.0]), np.array([0.5, 1.0])
    >>> highest(low, high, np.array([1.0, 0.5]), np.array([0, 2]))
    array([0.75])
    """
    counts = np.diff(start)
    which = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((-value, which))
    low, room, value = low[order], (high - low)[order], value[order]
    before = room.cumsum() - room
    before -= np.repeat(before[start[:-1]], counts)
    rest = np.repeat(1.0 - np.add.reduceat(low, start[:-1]), counts)
    taken = np.clip(rest - before, 0.0, room)
    found: Floats = np.minimum(np.add.reduceat((low + taken) * value, start[:-1]), 1.0)
    return found


def lowest(low: Floats, high: Floats, value: Floats, start: Ints, complete: NDArray[np.bool_] | None = None) -> Floats:
    """Return the least ``Σ w·value``; the shares of a complete list add up to 1, what others lack goes to the unnamed.

    >>> low, high = np.array([0.2, 0.0]), np.array([0.5, 1.0])
    >>> lowest(low, high, np.array([1.0, 0.5]), np.array([0, 2]))
    array([0.2])
    >>> lowest(low, high, np.array([1.0, 0.5]), np.array([0, 2]), np.array([True]))
    array([0.6])
    """
    found: Floats = np.add.reduceat(low * value, start[:-1])
    if complete is None or not complete.any():
        return found
    full = 1.0 - highest(low, high, 1.0 - value, start)
    reached = np.add.reduceat(high, start[:-1])
    # A complete list whose upper bounds do not reach 1 contradicts itself; what is missing counts as unnamed.
    full = full - np.maximum(1.0 - reached, 0.0)
    return np.where(complete, np.maximum(full, found), found)


def default(low: Floats, high: Floats, start: Ints) -> Floats:
    """Return one share a row, for ranking only: the lower bounds, and the rest split equally among who may have more.

    >>> default(np.array([0.7, 0.2, 0.0]), np.array([0.7, 0.3, 1.0]), np.array([0, 3]))
    array([0.7 , 0.25, 0.05])
    """
    counts = np.diff(start)
    share = low.astype(np.float64, copy=True)
    rest = np.maximum(1.0 - np.add.reduceat(share, start[:-1]), 0.0)
    for _ in range(64):
        open_ = high - share > _CLOSE
        takers = np.add.reduceat(open_.astype(np.float64), start[:-1])
        live = (takers > 0) & (rest > _CLOSE)
        if not live.any():
            break
        each = np.repeat(np.divide(rest, takers, out=np.zeros_like(rest), where=live), counts)
        given = np.where(open_, np.minimum(each, high - share), 0.0)
        share += given
        rest = rest - np.add.reduceat(given, start[:-1])
    return share


def settled(low: Floats, high: Floats, start: Ints) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return bounds that can hold together, and which needs are claimed complete and which are disputed.

    A need whose one claimed source has all of it is complete. Two sorts of claims contradict each other: lower bounds that
    add up to more than 1, and a claim of all beside another supplier. Neither side is dropped: a lower bound gives way by
    what the others claim, so that the bounds hold whichever is right.

    >>> settled(np.array([1.0, 0.3]), np.array([1.0, 0.3]), np.array([0, 2]))
    (array([0.7, 0. ]), array([1. , 0.3]), array([False]), array([ True]))
    """
    counts = np.diff(start)
    total = np.add.reduceat(low, start[:-1])
    whole = low >= 1.0 - _CLOSE
    claimed = np.add.reduceat(whole.astype(np.int32), start[:-1]) > 0
    complete = claimed & (counts == 1)
    over = total > 1.0 + 1e-9
    disputed = over | (claimed & (counts > 1))
    others = np.repeat(np.add.reduceat(high, start[:-1]), counts) - high
    given = np.where(whole & np.repeat(counts > 1, counts), np.maximum(1.0 - others, 0.0), low)
    given = np.where(
        np.repeat(over, counts), np.minimum(given, np.maximum(low - np.repeat(total - 1.0, counts), 0.0)), given
    )
    return given, high.copy(), complete, disputed
