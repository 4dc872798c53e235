"""The answer to "what if": what stops, what is degraded and by how much, what changes in the graph itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date

import numpy as np
from pydantic import Field

from graph.cascade import Shock, after, apply
from graph.chokepoints import Stop, changed, stops_of
from graph.closure import stop
from graph.concentration import bought, over_firms
from graph.dependency import party
from graph.evidence import coverage, evidence
from graph.exposure import in_words
from graph.models import Answer, Coverage, Evidence, Hop, Interval, Party
from graph.network import Network, network
from graph.propagation import Bound, Spread, spread
from graph.scenarios import Scenario, parse
from graph.store import Store
from graph.ways import Ways, claims_of
from ontology import terms
from ontology.catalogue import Catalogue

_MOST_CHANGES = 12
_PRODUCTS = frozenset(terms.PRODUCT_KINDS.values())


class Loss(Answer):
    """What a party loses."""

    party: Party
    loss: Interval = Field(description="Fraction of capacity lost, over all shares that the claims allow.")
    reading: float = Field(description="The default reading, for ranking only: unknown shares split equally.")
    component: str = Field(description="The component that is short.")
    path: tuple[Hop, ...] = Field(description="The way that carries most of the loss.")


class ChokepointChange(Answer):
    """A party whose loss would stop a different number than before."""

    party: Party
    before: int
    after: int


class ConcentrationChange(Answer):
    """A need whose supply is more or less concentrated than before."""

    party: Party
    component: str
    before: tuple[float, float] | None = Field(description="HHI before; None: no such need.")
    after: tuple[float, float] | None
    claims: tuple[str, ...]


class WhatIf(Answer):
    """The answer to "what if …?"."""

    scenario: str
    title: str
    level: str
    as_of: str | None
    valid_at: str | None
    touched: tuple[str, ...] = Field(description="What each step touched.")
    stopped: tuple[Stop, ...] = Field(description="Who goes without something essential, with the witness.")
    losses: tuple[Loss, ...] = Field(description="Who loses how much, the most by the default reading first.")
    affected: int = Field(description="How many parties and products may lose something.")
    chokepoints: tuple[ChokepointChange, ...] = Field(description="Chokepoints of what is left, against before.")
    concentration: tuple[ConcentrationChange, ...]
    method: str = (
        "Losses run downstream; lost suppliers count as irreplaceable, stocks are not counted, and shares that no claim "
        "gives lie anywhere between 0 and 1."
    )
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        return f"What if {self.scenario}? {len(self.stopped)} stop, {self.affected} may lose capacity, level {self.level}{self._when}"

    def explain(self, most: int = 5) -> str:
        """Return the answer in words, with the largest losses."""
        lines = [self.headline + "."]
        for each in self.losses[:most]:
            low, high = each.loss
            lines.append(
                f"- {each.party.name} loses {low:.0%} to {high:.0%} ({each.reading:.0%} in the default reading), short of "
                f"{each.component}: " + "; ".join(in_words(step) for step in each.path) + "."
            )
        lines += [f"- {e.party.name} would stop {e.after} instead of {e.before}." for e in self.chokepoints[:most]]
        for each_need in self.concentration[:most]:
            was, now = (
                f"{pair[0]:,.0f} to {pair[1]:,.0f}" if pair else "none" for pair in (each_need.before, each_need.after)
            )
            lines.append(f"- {each_need.party.name}'s {each_need.component}: HHI {now}, before {was}.")
        return "\n".join(lines)


def whatif(
    store: Store,
    scenario: Scenario | str,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int | None = None,
    catalogue: Catalogue | None = None,
) -> WhatIf:
    """Return what a scenario does to the graph and to everybody in it.

    Raises
    ------
    ScenarioError
        The scenario can't be read.
    UnknownNameError
        A step names what the graph does not know.
    """
    read = parse(scenario) if isinstance(scenario, str) else scenario
    base = network(store, level, as_of, valid_at)
    shock = apply(store, read, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue)
    net, lost = shock.net, shock.lost
    bounds: tuple[Bound, ...] = ("low", "high", "default")
    low, high, reading = (spread(net.needs, shock.seed, each, lost.of_rows(each), lost.need) for each in bounds)
    hit = np.flatnonzero((high.node > 1e-12) & (shock.seed < 1.0) & (high.node > shock.seed + 1e-12))
    worst = (-high.node[hit].round(9), -reading.node[hit].round(9))
    # Of equals a party stands before the products that are lost with their makers.
    made = np.array([net.nodes[n].kind in _PRODUCTS for n in hit.tolist()], dtype=bool)
    order = hit[np.lexsort((hit, high.first[hit], -low.node[hit].round(9), made, *worst))]
    halted = stop(net.needs, np.flatnonzero(shock.seed >= 1.0).tolist(), lost.of_rows("low") >= 1.0)
    shown = stops_of(net, halted, None)
    losses = _losses(net, order.tolist()[:limit], low, high, reading, shock)
    left = after(shock)
    moved = changed(base, left, _MOST_CHANGES) if left is not base else []
    denser = _denser(base, left) if left is not base else ()
    used = [claim for each in shown for step in each.suppliers for claim in step.claims]
    used += [claim for loss in losses for step in loss.path for claim in step.claims]
    used += [claim for need in denser for claim in need.claims]
    claims = evidence(store, used, as_of)
    return WhatIf(
        scenario=read.text,
        title=read.title,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        touched=shock.touched,
        stopped=shown,
        losses=losses,
        affected=len(order),
        chokepoints=tuple(ChokepointChange(party=who, before=was, after=now) for who, was, now in moved),
        concentration=denser,
        evidence=claims,
        coverage=coverage(claims),
    )


def _losses(
    net: Network, chosen: Sequence[int], low: Spread, high: Spread, reading: Spread, shock: Shock
) -> tuple[Loss, ...]:
    ways = Ways(net, reading, shock.lost.of_rows("default"), shock.lost.fact)
    found = []
    for n in chosen:
        row = ways.heaviest(n, {n})
        if row is None:
            row = int(
                np.flatnonzero(np.isin(net.needs.need, [x for x in net.needs.needs_of(n) if high.need[x] > 0]))[0]
            )
        found.append(
            Loss(
                party=party(net.nodes[n]),
                loss=(float(low.node[n]), float(high.node[n])),
                reading=float(reading.node[n]),
                component=net.nodes[net.needs.component[net.needs.need[row]]].name,
                path=ways.to(n),
            )
        )
    return tuple(found)


def _denser(before: Network, later: Network) -> tuple[ConcentrationChange, ...]:
    """Return the needs whose bounds of concentration changed, the largest change first."""
    old, new = _indices(before), _indices(later)
    found = []
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if (was and was[0]) != (now and now[0]):
            size = max(abs(a - b) for a, b in zip(was[0] if was else (0, 0), now[0] if now else (0, 0), strict=True))
            found.append((size, key, was, now))
    found.sort(key=lambda each: (-each[0], each[1]))
    changes = []
    for _, (consumer, component), was, now in found[:_MOST_CHANGES]:
        net = before if was else later
        changes.append(
            ConcentrationChange(
                party=party(net.nodes[net.index[consumer]]),
                component=net.nodes[net.index[component]].name,
                before=was[0] if was else None,
                after=now[0] if now else None,
                claims=tuple(sorted({*(was[1] if was else ()), *(now[1] if now else ())})),
            )
        )
    return tuple(changes)


_Index = tuple[tuple[float, float], tuple[str, ...]]


def _indices(net: Network) -> dict[tuple[str, str], _Index]:
    needs = net.needs
    found: dict[tuple[str, str], _Index] = {}
    for need in np.flatnonzero(bought(net)).tolist():
        rows = slice(int(needs.start[need]), int(needs.start[need + 1]))
        key = net.nodes[needs.consumer[need]].iri, net.nodes[needs.component[need]].iri
        facts = needs.fact[needs.fact_start[rows.start] : needs.fact_start[rows.stop]]
        found[key] = over_firms(net, need), claims_of(net, facts)
    return found
