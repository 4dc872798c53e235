"""What would narrow an exposure: the unknown shares that matter most to it."""

from __future__ import annotations

from pydantic import Field

from graph.dependency import party
from graph.members import Members
from graph.models import Answer, Interval, Party
from graph.needs import Floats
from graph.network import Network
from graph.propagation import spread
from graph.ways import claims_of

_PROBES = 48


class Narrowing(Answer):
    """A share that, if known, would narrow an exposure."""

    supplier: Party
    consumer: Party
    component: str
    share: Interval
    narrower_by: float = Field(description="How much narrower the interval is if the share were its default reading.")
    claims: tuple[str, ...]


def narrowings(net: Network, asked: Members, seed: Floats, most: int = 5) -> tuple[Narrowing, ...]:
    """Return the unknown shares that would narrow an exposure most if known, tried one by one near the target."""
    needs = net.needs
    low, high = spread(needs, seed, "low"), spread(needs, seed, "high")
    width = asked.most(high.node) - asked.least(low.node)
    if width <= 1e-9:
        return ()
    rows: list[int] = []
    seen, frontier = set(asked.nodes), list(asked.nodes)
    while frontier and len(rows) < _PROBES:
        following: list[int] = []
        for consumer in frontier:
            for need in needs.needs_of(consumer):
                if high.need[need] > 0:
                    for row in range(int(needs.start[need]), int(needs.start[need + 1])):
                        supplier = int(needs.supplier[row])
                        if needs.high[row] > needs.low[row]:
                            rows.append(row)
                        if high.node[supplier] > 0 and supplier not in seen:
                            seen.add(supplier)
                            following.append(supplier)
        frontier = following
    found = []
    for row in rows[:_PROBES]:
        low_share, high_share = needs.low.copy(), needs.high.copy()
        low_share[row] = high_share[row] = needs.default[row]
        known = needs.with_shares(low_share, high_share)
        left = asked.most(spread(known, seed, "high").node) - asked.least(spread(known, seed, "low").node)
        if width - left > 1e-9:
            found.append((width - left, row))
    found.sort(key=lambda each: (-each[0], each[1]))
    return tuple(
        Narrowing(
            supplier=party(net.nodes[needs.supplier[row]]),
            consumer=party(net.nodes[needs.consumer[needs.need[row]]]),
            component=net.nodes[needs.component[needs.need[row]]].name,
            share=(float(needs.low[row]), float(needs.high[row])),
            narrower_by=float(gain),
            claims=claims_of(net, needs.facts_of(row)),
        )
        for gain, row in found[:most]
    )
