"""Exposure, closure and cascade by the book: dictionaries and loops, nothing clever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

from graph.needs import Needs


class Row(NamedTuple):
    """A supplier of a need, with the bounds of its share."""

    supplier: int
    low: float
    high: float


class Need(NamedTuple):
    """A need of a consumer."""

    consumer: int
    part: bool
    complete: bool
    claimed: bool
    rows: tuple[Row, ...]


def plain(needs: Needs) -> list[Need]:
    """Return needs without arrays."""
    return [
        Need(
            int(needs.consumer[n]),
            bool(needs.part[n]),
            bool(needs.complete[n]),
            bool(needs.claimed[n]),
            tuple(
                Row(int(needs.supplier[r]), float(needs.low[r]), float(needs.high[r]))
                for r in range(int(needs.start[n]), int(needs.start[n + 1]))
            ),
        )
        for n in range(len(needs))
    ]


def fill(rows: Sequence[Row], order: Iterable[int]) -> list[float]:
    """Return the shares that a fill in some order gives: lower bounds first, then each in turn as much as it may have."""
    share = [row.low for row in rows]
    rest = 1.0 - sum(share)
    for n in order:
        more = max(min(rows[n].high - share[n], rest), 0.0)
        share[n] += more
        rest -= more
    return share


def weighted(need: Need, value: Mapping[int, float], bound: str) -> float:
    """Return the bound of the weighted sum of one need."""
    numbers = range(len(need.rows))
    by_value = sorted(numbers, key=lambda n: value[need.rows[n].supplier])
    if bound == "high":
        share = fill(need.rows, reversed(by_value))
    elif need.complete:
        share = fill(need.rows, by_value)
    else:
        share = [row.low for row in need.rows]
    return min(1.0, sum(w * value[row.supplier] for w, row in zip(share, need.rows, strict=True)))


def fixed_point(needs: Sequence[Need], seed: Mapping[int, float], bound: str, nodes: int) -> dict[int, float]:
    """Return each node's loss: everything worked out again and again until nothing moves."""
    value = {n: seed.get(n, 0.0) for n in range(nodes)}
    for _ in range(5_000):
        after = dict(value)
        for need in needs:
            offered = 0.0 if need.part and bound == "low" else weighted(need, value, bound)
            after[need.consumer] = max(after[need.consumer], offered)
        if max((abs(after[n] - value[n]) for n in value), default=0.0) < 1e-14:
            return after
        value = after
    return value


def of_shares(
    needs: Sequence[Need], shares: Sequence[Sequence[float]], seed: Mapping[int, float], nodes: int
) -> dict[int, float]:
    """Return each node's loss when every share is known."""
    exact = [
        need._replace(rows=tuple(Row(r.supplier, w, w) for r, w in zip(need.rows, share, strict=True)), complete=False)
        for need, share in zip(needs, shares, strict=True)
    ]
    return fixed_point(exact, seed, "high", nodes)


def every_fill(needs: Sequence[Need]) -> Iterator[list[list[float]]]:
    """Yield all assignments of shares at a corner of what the claims allow."""
    corners = []
    for need in needs:
        fills = {tuple(fill(need.rows, order)) for order in permutations(range(len(need.rows)))}
        if not need.complete:
            fills |= {
                tuple(fill(need.rows, order[:count]))
                for order in permutations(range(len(need.rows)))
                for count in range(len(order))
            }
        corners.append(sorted(fills))
    for chosen in product(*corners):
        yield [list(each) for each in chosen]


def closure(needs: Sequence[Need], removed: Iterable[int]) -> set[int]:
    """Return what is stopped, removed nodes among it."""
    stopped = set(removed)
    while True:
        more = {
            need.consumer for need in needs if not need.part and all(row.supplier in stopped for row in need.rows)
        } - stopped
        if not more:
            return stopped
        stopped |= more


def strengths(needs: Sequence[Need], removed: int, unclaimed: float, nodes: int) -> dict[int, float]:
    """Return how strongly each node stops without one: the weakest supplier of the strongest need, step by step."""
    value = {n: float(n == removed) for n in range(nodes)}
    while True:
        after = dict(value)
        for need in needs:
            if not need.part:
                offered = min(value[row.supplier] for row in need.rows) * (1.0 if need.claimed else unclaimed)
                after[need.consumer] = max(after[need.consumer], offered)
        if after == value:
            return value
        value = after


def production(
    ties: Sequence[tuple[int, int, float, int]], capacity: Sequence[float], rule: str, essential: Sequence[bool]
) -> list[float]:
    """Return each firm's remaining production; a tie is (supplier, consumer, share, component)."""
    h = list(capacity)
    for _ in range(2_000):
        after = []
        for firm, start in enumerate(capacity):
            lost: dict[int, float] = {}
            for (supplier, consumer, share, component), vital in zip(ties, essential, strict=True):
                if consumer == firm:
                    whole = rule == "leontief" or (rule == "generalised" and vital)
                    key = component if whole else -1
                    lost[key] = lost.get(key, 0.0) + share * (1.0 - h[supplier])
            after.append(min([start, h[firm], *(max(0.0, 1.0 - each) for each in lost.values())]))
        if np.allclose(after, h, atol=1e-14, rtol=0):
            break
        h = after
    return h
