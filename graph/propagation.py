"""A loss that spreads from suppliers to consumers, to its least fixed point: the one engine of exposure and cascade.

``E_b = max(seed_b, max over essential needs of Σ w·E_supplier, the weighted sum of the needs in part)``, from 0 upwards.
It handles cycles and counts nothing twice: two needs of one supplier are a maximum, not a sum. Only what changed is worked
out again, so a round costs what it touches.

With unknown weights the needs in part add 0 at least and their greatest at most. The bounds over all shares that the
claims allow are exact: each need takes its worst (or best) shares by itself, which one assignment of shares can do for
all needs at once.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np

from graph import shares
from graph.needs import Floats, Ints, Needs

Bound = Literal["low", "high", "default"]
_RISE: Final = 1e-12
_ROUNDS: Final = 20_000


class Spread(NamedTuple):
    """Each node's loss, what each need carries of it, the round in which each node first lost something (-1: never), and all rounds."""

    node: Floats
    need: Floats
    first: Ints
    rounds: int


def spread(
    needs: Needs, seed: Floats, bound: Bound, row_loss: Floats | None = None, need_loss: Floats | None = None
) -> Spread:
    """Return the losses that follow from seeds.

    Parameters
    ----------
    seed
        Loss of each node to begin with, 0 to 1.
    bound
        ``low`` or ``high``: over all shares that the claims allow; ``default``: with the default reading.
    row_loss
        Loss of each row whatever its supplier's: a cut edge.
    need_loss
        Loss of each need from whomever it comes, named or not: a component gone scarce.
    """
    loss = seed.astype(np.float64, copy=True)
    of_need = np.zeros(len(needs))
    first = np.where(loss > 0, 0, -1).astype(np.int32)
    if not len(needs):
        return Spread(loss, of_need, first, 0)
    part_count = np.bincount(needs.consumer[needs.part], minlength=needs.nodes) if bound == "default" else None
    part_sum = np.zeros(needs.nodes)
    rows = needs.rows_from(np.flatnonzero(loss > 0).astype(np.int32))
    if row_loss is not None:
        rows = np.concatenate((rows, np.flatnonzero(row_loss > 0).astype(np.int32)))
    if need_loss is not None:
        rows = np.concatenate((rows, np.flatnonzero(need_loss[needs.need] > 0).astype(np.int32)))
    rounds = 0
    while len(rows) and rounds < _ROUNDS:
        rounds += 1
        touched = _distinct(needs.need[rows], len(needs))
        value = _values(needs, touched, loss, bound, row_loss, need_loss)
        consumer = needs.consumer[touched]
        part = needs.part[touched]
        if bound == "low" and part.any():
            offered = np.where(part, 0.0, value)
        elif part_count is not None and part.any():
            np.add.at(part_sum, consumer[part], value[part] - of_need[touched[part]])
            offered = np.where(part, part_sum[consumer] / np.maximum(part_count[consumer], 1), value)
        else:
            offered = value
        of_need[touched] = value
        before = loss[consumer]
        np.maximum.at(loss, consumer, offered)
        risen = _distinct(consumer[loss[consumer] > before + _RISE], needs.nodes)
        first[risen[first[risen] < 0]] = rounds
        rows = needs.rows_from(risen)
    if part_count is not None:  # what a need in part carries is its part of their sum
        of_need = np.where(needs.part, of_need / np.maximum(part_count[needs.consumer], 1), of_need)
    return Spread(loss, of_need, first, rounds)


def _values(
    needs: Needs, touched: Ints, loss: Floats, bound: Bound, row_loss: Floats | None, need_loss: Floats | None
) -> Floats:
    rows, start = needs.rows_of(touched)
    value = loss[needs.supplier[rows]]
    if row_loss is not None:
        value = np.maximum(value, row_loss[rows])
    if need_loss is None:
        return _weighted(needs, touched, rows, start, value, bound)
    # All of the need loses that much; suppliers add what they lose beyond it.
    floor = need_loss[touched]
    beyond = np.maximum(value - np.repeat(floor, np.diff(start)), 0.0)
    return floor + _weighted(needs, touched, rows, start, beyond, bound)


def _weighted(needs: Needs, touched: Ints, rows: Ints, start: Ints, value: Floats, bound: Bound) -> Floats:
    if bound == "high":
        return shares.highest(needs.low[rows], needs.high[rows], value, start)
    if bound == "low":
        return shares.lowest(needs.low[rows], needs.high[rows], value, start, needs.complete[touched])
    found: Floats = np.add.reduceat(needs.default[rows] * value, start[:-1])
    return found


def _distinct(numbers: Ints, count: int) -> Ints:
    if len(numbers) * 8 < count:
        return np.unique(numbers)
    seen = np.zeros(count, dtype=bool)
    seen[numbers] = True
    return np.flatnonzero(seen).astype(np.int32)
