"""Which needs of a component run dry, and whose loss makes them: the chokepoints of one component, in all its wordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from graph.closure import UNCLAIMED, Stopped, stop, strength
from graph.components import wordings
from graph.deliveries import Lost, taken
from graph.needs import Ints
from graph.network import Network


class Cause(NamedTuple):
    """A node whose loss alone lets needs of a component run dry: these needs, one a consumer, and how strongly in sum."""

    node: int
    needs: Ints
    strength: float


def causes(net: Network, component: Sequence[int], stoppers: Sequence[frozenset[int]], most: int) -> list[Cause]:
    """Return the parties whose loss lets needs of a component run dry, the strongest first.

    Parameters
    ----------
    component
        The nodes of all its wordings.
    stoppers
        Who stops each node alone, from :func:`graph.closure.stoppers`.
    """
    needs = net.needs
    wanted = np.flatnonzero(np.isin(needs.component, component) & ~needs.part)
    who = frozenset[int]().union(*(stoppers[n] for n in np.unique(needs.consumer[wanted]).tolist()))
    found = []
    for n in sorted(n for n in who if net.nodes[n].is_party):
        lost = net.with_arms(n)
        short = dry(net, stop(needs, lost), component)
        if len(short):
            value = strength(needs, lost)
            rows, start = needs.rows_of(short)
            weakest = np.minimum.reduceat(value[needs.supplier[rows]], start[:-1])
            total = float((weakest * np.where(needs.claimed[short], 1.0, UNCLAIMED)).sum())
            found.append(Cause(n, short, round(total, 9)))
    return sorted(found, key=lambda each: (-each.strength, -len(each.needs), each.node))[:most]


def dry(net: Network, stopped: Stopped, component: Sequence[int]) -> Ints:
    """Return the needs of a component that stop their consumers: all suppliers were lost before. One need a consumer."""
    needs = net.needs
    short = np.isin(needs.component, component) & ~needs.part & (stopped.round[needs.consumer] > 0)
    near = np.flatnonzero(short).astype(np.int32)
    if not len(near):
        return near
    rows, start = needs.rows_of(near)
    when = stopped.round[needs.supplier[rows]]
    before = np.minimum.reduceat(when, start[:-1]) >= 0
    before &= np.maximum.reduceat(when, start[:-1]) < stopped.round[needs.consumer[near]]
    near = near[before]
    near = near[np.lexsort((near, ~needs.claimed[near], needs.consumer[near]))]
    _, first = np.unique(needs.consumer[near], return_index=True)
    found: Ints = near[first]
    return found


def each_lost(net: Network) -> Iterator[tuple[str, Stopped]]:
    """Yield the name of each component that somebody can't do without, and what stops when nobody delivers it.

    Who can't get HBM can't get HBM4: narrower wordings and other things of the same name go with it.
    """
    needs = net.needs
    named: dict[str, list[int]] = {}
    for n in np.unique(np.concatenate((needs.component, net.component))).tolist():
        named.setdefault(net.nodes[n].name.casefold(), []).append(n)
    vital = np.unique(needs.component[~needs.part]).tolist()
    for name in sorted({net.nodes[n].name.casefold() for n in vital}):
        iris = {iri for n in named[name] for iri in wordings(net.nodes[n].iri)}
        meant = sorted(net.index[iri] for iri in iris if iri in net.index)
        lost = Lost.nothing(net)
        facts, rows = taken(net, meant)
        lost.take(facts, rows, np.isin(needs.component, meant), 1.0)
        called = next(net.nodes[n].name for n in vital if net.nodes[n].name.casefold() == name)
        yield called, stop(needs, [], lost.of_rows("low") >= 1.0)
