"""The way a loss came: the hops that carry most of it, for answers to show."""

from __future__ import annotations

import numpy as np

from graph.dependency import hop
from graph.models import Hop
from graph.needs import Floats, Ints
from graph.network import Network
from graph.propagation import Spread

_DEPTH = 40


class Ways:
    """From each node back over the need and the supplier that carry most of its loss, under one reading of the shares."""

    def __init__(
        self, net: Network, of: Spread, row_loss: Floats | None = None, fact_loss: Floats | None = None
    ) -> None:
        self._net, self._of = net, of
        self._began = of.first == 0
        self._row_loss = np.zeros(len(net.needs.supplier)) if row_loss is None else row_loss
        self._fact_loss = fact_loss

    def to(self, target: int) -> tuple[Hop, ...]:
        """Return the hops from where the loss began to a node; none where nothing came."""
        net, needs = self._net, self._net.needs
        steps: list[Hop] = []
        seen = {target}
        while len(steps) < _DEPTH and not (steps and self._began[target]):
            best = self.heaviest(target, seen)
            if best is None:
                break
            steps.append(row_hop(net, best, self._fact_loss))
            target = int(needs.supplier[best])
            seen.add(target)
        return tuple(reversed(steps))

    def heaviest(self, target: int, seen: set[int]) -> int | None:
        """Return the row that carries most to a node: of the heaviest need the supplier that brings most.

        Of equals the one that lost first, and whose share is surest, is taken.
        """
        needs, loss, first = self._net.needs, self._of.node, self._of.first
        best, weight = None, (0.0, 0.0, -np.inf, 0.0)
        for need in needs.needs_of(target):
            for row in range(int(needs.start[need]), int(needs.start[need + 1])):
                supplier = int(needs.supplier[row])
                carried = float(needs.default[row] * max(loss[supplier], self._row_loss[row]))
                rank = (
                    round(float(self._of.need[need]), 9),
                    round(carried, 9),
                    -float(first[supplier]) if self._row_loss[row] <= 0 else 0.0,
                    float(needs.low[row]),
                )
                if carried > 0 and supplier not in seen and rank > weight:
                    best, weight = row, rank
        return best


def row_hop(net: Network, row: int, fact_loss: Floats | None = None) -> Hop:
    """Return a row of a need as a hop, by its firmest fact; of facts that lost something themselves by the firmest of these."""
    facts = net.needs.facts_of(row)
    lost = np.zeros(len(facts)) if fact_loss is None else fact_loss[facts]
    return hop(net, int(facts[np.lexsort((facts, net.level[facts], -lost))[0]]))


def claims_of(net: Network, facts: Ints) -> tuple[str, ...]:
    """Return the claims behind some facts, sorted."""
    return tuple(sorted({claim for fact in facts.tolist() for claim in net.claims(fact)}))
