"""Shares as a scenario has them: those that it sets hold, and those of the other suppliers of the same need give way.

Unlike a claim, which others may contradict, a scenario is not in dispute. Of a need of which it gives *x* to some, the others
have at most ``1 - x``; what they are known to have is displaced by as much as is needed, from whichever of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date as Date

import numpy as np
from numpy.typing import NDArray

from graph.components import BROADER, wordings
from graph.deliveries import end, named
from graph.errors import UnknownNameError
from graph.facts import CONTAINED, HOSTED, MAKER
from graph.needs import Bools
from graph.network import Network
from graph.scenarios import ScenarioError, Step
from graph.store import Store
from ontology.catalogue import Catalogue


def shared(
    store: Store, net: Network, steps: Sequence[Step], catalogue: Catalogue | None, as_of: Date | None
) -> tuple[Network, list[str]]:
    """Return the network with shares set, and how many facts each step touched.

    Raises
    ------
    UnknownNameError
        A step names what the graph does not know, or no tie.
    ScenarioError
        The shares that the steps set of one need are more than all of it.
    """
    low, high = net.low.copy(), net.high.copy()
    given = np.zeros(len(low), bool)
    touched = []
    for step in steps:
        hit = _same_rows(net, _hit(store, net, step, catalogue, as_of))
        assert step.share is not None
        low[hit], high[hit] = step.share
        given |= hit
        touched.append(f"{step.text}: {int(hit.sum())} facts")
    after = replace(net, low=low, high=high, stated=net.stated | given)
    for consumer, need in sorted({(int(net.consumer[f]), int(net.need[f])) for f in np.flatnonzero(given)}):
        _displace(after, given, consumer, need)
    return after, touched


def _hit(store: Store, net: Network, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> Bools:
    """Return the facts whose share a step sets: those that meet the need it names, else those of the component."""
    suppliers, consumers = (end(store, net, name, catalogue, as_of) for name in (step.what, step.to))
    hit: Bools = np.isin(net.supplier, suppliers) & np.isin(net.consumer, consumers) & _direct(net)
    if step.component:
        meant = named(store, net, step.component, catalogue, as_of)
        iris = {net.nodes[n].iri for n in meant}
        widest = [n for n in meant if BROADER.get(net.nodes[n].iri) not in iris]
        ways = (np.isin(net.need, widest), np.isin(net.need, list(meant)), np.isin(net.component, list(meant)))
        hit = next((hit & way for way in ways if (hit & way).any()), np.zeros_like(hit))
    if not hit.any():
        raise UnknownNameError(f"{step.what} -> {step.to} {step.component}".strip(), (), "tie")
    return hit


def _direct(net: Network) -> Bools:
    """Tell which facts say who meets a need, not what something is made of or runs on."""
    found: Bools = ~np.isin(net.role, (MAKER, CONTAINED, HOSTED))
    return found


def _same_rows(net: Network, hit: Bools) -> Bools:
    """Return the facts with which the same suppliers meet the same needs: a share set holds for all of them together."""
    rows = np.stack((net.supplier, net.consumer, net.need), axis=1)
    wanted = {tuple(row) for row in rows[hit].tolist()}
    near = np.flatnonzero(np.isin(net.supplier, net.supplier[hit]) & np.isin(net.consumer, net.consumer[hit]))
    same = np.zeros_like(hit)
    same[[f for f in near.tolist() if tuple(rows[f].tolist()) in wanted]] = True
    return same & _direct(net)


def _displace(net: Network, given: Bools, consumer: int, need: int) -> None:
    """Let the other suppliers of a need give way to the shares that are given, in place."""
    facts = net.facts_to(consumer)
    facts = facts[_direct(net)[facts]]
    here = facts[net.need[facts] == need]
    ours = {int(net.supplier[f]): f for f in here[given[here]].tolist()}
    others = here[~given[here]]
    least, most = (sum(float(column[f]) for f in ours.values()) for column in (net.low, net.high))
    if least > 1.0 + 1e-9:
        to, what = net.nodes[consumer].name, net.nodes[need].name
        raise ScenarioError(f"the shares set of {to}'s {what} sum to {least:.0%}; give at most 100% in all")
    least, most = min(least, 1.0), min(most, 1.0)
    known = {
        supplier: _known(net, others[net.supplier[others] == supplier]) for supplier in np.unique(net.supplier[others])
    }
    over = max(sum(low for low, _ in known.values()) + most - 1.0, 0.0)
    for fact in others.tolist():
        low, high = known[net.supplier[fact]]
        _set(net, fact, max(low - over, 0.0), min(high, 1.0 - least))
    if least >= 1.0:  # who delivers all of it delivers all of what is narrower, too
        narrower = [net.index[iri] for iri in wordings(net.nodes[need].iri) if iri in net.index]
        for fact in facts[np.isin(net.need[facts], narrower) & ~np.isin(net.supplier[facts], list(ours))].tolist():
            if not given[fact]:
                _set(net, fact, 0.0, 0.0)


def _known(net: Network, facts: NDArray[np.int32]) -> tuple[float, float]:
    """Return what the facts of one supplier say of its share: what all allow, or the hull where they do not meet."""
    said = facts[net.stated[facts]]
    if not len(said):
        return 0.0, 1.0
    low, high = float(net.low[said].max()), float(net.high[said].min())
    return (low, high) if low <= high else (float(net.low[said].min()), float(net.high[said].max()))


def _set(net: Network, fact: int, low: float, high: float) -> None:
    net.low[fact], net.high[fact], net.stated[fact] = min(low, high), high, True
