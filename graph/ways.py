"""The way a loss came: the hops that carry most of it, for answers to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from graph.consolidate import meeting
from graph.dependency import hop
from graph.models import Hop, Interval
from graph.needs import Floats, Ints
from graph.network import Network
from graph.propagation import Spread
from ontology import terms

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
        rows = self._rows(target)
        if rows and not self._begins(rows[-1]):
            # Caught in a cycle, which the loss came into from elsewhere: back over who lost something before alone.
            rows = self._rows(target, earlier=True) or rows
        return tuple(row_hop(self._net, row, self._fact_loss) for row in reversed(rows))

    def _begins(self, row: int) -> bool:
        return bool(self._began[self._net.needs.supplier[row]] or self._row_loss[row] > 0)

    def _rows(self, target: int, earlier: bool = False) -> list[int]:
        rows: list[int] = []
        seen = {target}
        while len(rows) < _DEPTH and not (rows and self._began[target]):
            best = self.heaviest(target, seen, earlier)
            if best is None:
                break
            rows.append(best)
            target = int(self._net.needs.supplier[best])
            seen.add(target)
        return rows

    def heaviest(self, target: int, seen: set[int], earlier: bool = False) -> int | None:
        """Return the row that carries most to a node: of the heaviest need the supplier that brings most.

        Of equals the one that lost first, and whose share is surest, is taken; with ``earlier`` a supplier counts only if it
        lost something before the node did.
        """
        needs, loss, first = self._net.needs, self._of.node, self._of.first
        best, weight = None, (0.0, 0.0, -np.inf, 0.0)
        for need in needs.needs_of(target):
            for row in range(int(needs.start[need]), int(needs.start[need + 1])):
                supplier = int(needs.supplier[row])
                if earlier and first[supplier] >= first[target] and self._row_loss[row] <= 0:
                    continue
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
    """Return a row of a need as a hop, by the firmest facts that bear its share out; of those that lost most, if any did.

    What is stated of one delivery and rumoured of the whole need is no firmer than the rumour where the share is the rumour's.
    """
    facts = net.needs.facts_of(row)
    if fact_loss is not None:
        facts = facts[fact_loss[facts] == fact_loss[facts].max()]
    need = int(net.needs.component[net.needs.need[row]])
    said = sorted((_said(net, int(fact), need) for fact in facts), key=lambda each: (each.level, each.fact))
    share = _share(said)
    chosen = [each for each in said if _share([each]) == share][:1]
    if not chosen:  # no fact alone: as many of the firmest as it takes, without those that add nothing
        chosen = next(said[:size] for size in range(1, len(said) + 1) if _share(said[:size]) == share)
        for each in chosen[:-1]:
            rest = [other for other in chosen if other is not each]
            chosen = rest if _share(rest) == share else chosen
    hops = [hop(net, each.fact) for each in chosen]
    level = terms.LEVELS[max(each.level for each in chosen)]
    if len(hops) == 1:
        # Of another level than its own it is for the share, which is a rumour's.
        return hops[0] if hops[0].level == level else hops[0].model_copy(update={"level": level, "share": share})
    told: dict[str, Any] = {
        "component": net.nodes[need].name,
        "level": level,
        "share": share,
        "via": hops[0].via if len({each.via for each in hops}) == 1 else None,
        "claims": tuple(sorted({claim for each in hops for claim in each.claims})),
        "disputed": tuple(sorted({conflict for each in hops for conflict in each.disputed})),
    }
    return hops[0].model_copy(update=told)


class _Said(NamedTuple):
    """What a fact says of a need: its share of it (None: nothing), and at which level."""

    level: int
    fact: int
    share: Interval | None


def _said(net: Network, fact: int, need: int) -> _Said:
    """Return what a fact says of a need: nothing of the share where its wording is another's."""
    level, share = int(net.level[fact]), (float(net.low[fact]), float(net.high[fact]))
    if not net.stated[fact] or net.need[fact] != need:
        return _Said(level, fact, None)
    if share != (0.0, 1.0) and net.relation[fact] >= 0:
        stated = net.relations[int(net.relation[fact])].stated_share
        if stated is not None and stated != share:
            level = max(level, terms.LEVELS.index("reported"))
    return _Said(level, fact, share)


def _share(said: Sequence[_Said]) -> Interval:
    return meeting([each.share for each in said if each.share is not None])


def claims_of(net: Network, facts: Ints) -> tuple[str, ...]:
    """Return the claims behind some facts, sorted."""
    return tuple(sorted({claim for fact in facts.tolist() for claim in net.claims(fact)}))
