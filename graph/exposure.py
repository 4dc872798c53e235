"""How exposed a party is to another: interval bounds, a default reading for ranking, and what would narrow them.

The arithmetic stands in ``graph/propagation.py``; here it is asked and explained. The worked example: SK hynix has 67 % of
NVIDIA's HBM and 30 % of AMD's; Microsoft takes 80/20 from NVIDIA and AMD, OpenAI 70/30 from Microsoft and CoreWeave, and
CoreWeave all from NVIDIA.

>>> from graph.consolidate import Relation
>>> from graph.network import build
>>> def says(supplier, consumer, item, share):
...     return Relation(f"r:{supplier}-{consumer}", supplier, "supplies", consumer, item, item, "actual", "stated",
...                     share, share, 1, "2026-01-28", "2026-01-28", ())
>>> net = build([says("sk-hynix", "nvidia", "hbm", 0.67), says("sk-hynix", "amd", "hbm", 0.30),
...              says("nvidia", "microsoft", "gpu", 0.8), says("amd", "microsoft", "gpu", 0.2),
...              says("microsoft", "openai", "compute", 0.7), says("coreweave", "openai", "compute", 0.3),
...              says("nvidia", "coreweave", "gpu", 1.0)], "reported", {}, {})
>>> low, high, reading = losses(net, ["sk-hynix"])
>>> for number, node in enumerate(net.nodes):
...     if 0 < high[number] < 1:
...         print(node.iri, f"[{low[number]:.4f}, {high[number]:.4f}]")
amd [0.3000, 0.3000]
coreweave [0.6700, 0.6700]
microsoft [0.5960, 0.5960]
nvidia [0.6700, 0.6700]
openai [0.6182, 0.6182]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from typing import NamedTuple

import numpy as np
from pydantic import Field

from graph.dependency import disputed_in, find, party
from graph.evidence import coverage, evidence
from graph.members import Members
from graph.models import Answer, Coverage, Evidence, Hop, Interval, Party, counted
from graph.names import apart, arms
from graph.narrowing import Narrowing, narrowings
from graph.needs import Floats, Needs
from graph.network import Network, network
from graph.propagation import Spread, spread
from graph.store import Store
from graph.ways import Ways, claims_of
from ontology import terms
from ontology.catalogue import Catalogue


class Source(Answer):
    """One supplier of a need, with what it passes on."""

    party: Party
    share: Interval = Field(description="What claims allow of its share of the need.")
    reading: float = Field(description="Its share in the default reading: the unknown split equally, for ranking only.")
    exposure: Interval | None = Field(description="The supplier's own exposure; null where no way is documented.")
    claims: tuple[str, ...]
    disputed: tuple[str, ...] = Field((), description="Ids of the open conflicts that its deliveries are part of.")


class NeedExposure(Answer):
    """One need of a party, and how far what it lives on comes from the party asked about."""

    component: str
    arm: Party | None = Field(None, description="The arm whose need it is; null where it is the party's own.")
    exposure: Interval
    reading: float
    part: bool = Field(description="Whether it may be only a part of what the party lives on.")
    complete: bool = Field(description="Whether the list of suppliers is claimed complete (sole, exclusive).")
    disputed: bool = Field(
        description="Whether claims about the shares contradict each other, or a delivery is part of an open conflict."
    )
    sources: tuple[Source, ...]


class LevelExposure(Answer):
    """An exposure at one level of firmness."""

    level: str
    exposure: Interval | None = Field(
        description="Null where no way is documented, which is undocumented, not disproven, and no exposure of 0."
    )
    reading: float | None = Field(
        description="The default reading, for ranking only: unknown shares split equally; null where no way is documented."
    )
    needs: tuple[NeedExposure, ...] = Field(description="The needs that carry it, the heaviest first.")
    path: tuple[Hop, ...] = Field(description="The way that carries most of the default reading, from the source.")

    @property
    def says(self) -> str:
        """The level and its bounds in words."""
        if self.exposure is None:
            return f"{self.level} undocumented"
        return f"{self.level} {self.exposure[0]:.0%} to {self.exposure[1]:.0%} (read as {self.reading:.0%})"


class Exposure(Answer):
    """The answer to "how exposed is X to Y?", at three levels side by side."""

    party: Party
    to: Party
    arms: tuple[Party, ...] = Field(
        (),
        description="Arms of the exposed party: it may lose what they lose, and how much of it they are nobody says.",
    )
    includes: tuple[Party, ...] = Field(description="Arms of the party asked about, which count as it.")
    as_of: str | None
    valid_at: str | None
    levels: tuple[LevelExposure, ...]
    narrowing: tuple[Narrowing, ...] = Field(description="Unknown shares, the most telling first, at level reported.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        if all(each.exposure is None for each in self.levels):
            return f"{self._asks} is undocumented, not disproven{self._when}"
        return f"{self._asks}{self._when}: {'; '.join(each.says for each in self.levels)}"

    @property
    def _asks(self) -> str:
        counted = f" (with that of its arms {', '.join(each.name for each in self.arms)})" if self.arms else ""
        return f"{self.party.name}'s exposure{counted} to {with_arms(self.to, self.includes)}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [f"{self._asks}{self._when}:"]
        for each in self.levels:
            if each.exposure is None:
                lines.append(f"- {each.level}: no way is documented, which disproves nothing.")
                continue
            low, high = each.exposure
            lines.append(
                f"- {each.level}: between {low:.0%} and {high:.0%}, {each.reading:.0%} in the default reading."
            )
            if each.path:
                lines.append("  By way of " + "; ".join(in_words(step) for step in each.path) + ".")
        for each_share in self.narrowing[:1]:
            lines.append(
                f"Known shares would narrow it: {each_share.supplier.name}'s of {each_share.consumer.name}'s "
                f"{each_share.component} the most, by {each_share.narrower_by:.0%}."
            )
        return "\n".join(lines)


class Exposed(Answer):
    """A party exposed to another, in a ranking."""

    party: Party
    exposure: Interval
    reading: float
    path: tuple[Hop, ...]


class Ranking(Answer):
    """The answer to "who is most exposed to Y?"."""

    to: Party
    includes: tuple[Party, ...]
    level: str
    as_of: str | None
    valid_at: str | None
    total: int = Field(description="How many are exposed; those found may be the first of them.")
    found: tuple[Exposed, ...] = Field(description="By the default reading, then the upper and lower bound.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        to = with_arms(self.to, self.includes)
        return f"{counted(self.total, len(self.found))} exposed to {to}, level {self.level}{self._when}"

    def explain(self) -> str:
        """Return the answer in words."""
        rows = [
            f"{e.party.name} {e.exposure[0]:.0%} to {e.exposure[1]:.0%} (read as {e.reading:.0%})" for e in self.found
        ]
        return f"Exposed to {with_arms(self.to, self.includes)}, level {self.level}{self._when}: {'; '.join(rows) or 'nobody'}."


class Losses(NamedTuple):
    """Lower bound, upper bound and default reading of each node."""

    low: Floats
    high: Floats
    reading: Floats


def losses(net: Network, sources: Iterable[str]) -> Losses:
    """Return what each node loses when the sources (IRIs) are lost whole."""
    return Losses(*(each.node for each in _spreads(net.needs, seeds(net, sources))))


def seeds(net: Network, sources: Iterable[str]) -> Floats:
    """Return a loss of 1 for the sources that the network knows."""
    seed = np.zeros(len(net.nodes))
    seed[[net.index[iri] for iri in sources if iri in net.index]] = 1.0
    return seed


def _spreads(needs: Needs, seed: Floats) -> tuple[Spread, Spread, Spread]:
    return spread(needs, seed, "low"), spread(needs, seed, "high"), spread(needs, seed, "default")


def exposure(
    store: Store,
    name: str,
    to: str,
    *,
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Exposure:
    """Return how exposed a party is to another, at three levels, with the claims.

    Raises
    ------
    UnknownNameError
        The store knows no such thing.
    """
    node, source = find(store, name, catalogue, as_of), find(store, to, catalogue, as_of)
    members, lost = apart(store, node.iri, source.iri)
    own_arms: tuple[Party, ...] = ()
    levels: list[LevelExposure] = []
    narrowing: tuple[Narrowing, ...] = ()
    arm_nodes: tuple[Party, ...] = ()
    for level in terms.LEVELS:
        net = network(store, level, as_of, valid_at)
        arm_nodes, own_arms = _arms(net, lost), _arms(net, members)  # levels widen: the last one names all
        asked = Members.of(net, members)
        levels.append(_level(net, level, asked, lost))
        if level == "reported":
            narrowing = narrowings(net, asked, seeds(net, lost))
    used = [claim for at in levels for need in at.needs for supplier in need.sources for claim in supplier.claims]
    used += [claim for at in levels for step in at.path for claim in step.claims]
    used += [claim for share in narrowing for claim in share.claims]
    found = evidence(store, used, as_of)
    return Exposure(
        party=party(node),
        to=party(source),
        arms=own_arms,
        includes=arm_nodes,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        levels=tuple(levels),
        narrowing=narrowing,
        evidence=found,
        coverage=coverage(found),
    )


def exposures(
    store: Store,
    to: str,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int | None = None,
    catalogue: Catalogue | None = None,
) -> Ranking:
    """Return who is exposed to a party, the most exposed first."""
    source = find(store, to, catalogue, as_of)
    net = network(store, level, as_of, valid_at)
    included = [iri for iri in arms(store, source.iri) if iri in net.index]
    low, high, reading = _spreads(net.needs, seeds(net, [source.iri, *included]))
    start = {net.index[iri] for iri in (source.iri, *included) if iri in net.index}
    order = np.lexsort((high.first, -low.node.round(12), -high.node.round(12), -reading.node.round(12))).tolist()
    exposed = [n for n in order if high.node[n] > 0 and n not in start]
    chosen = exposed[:limit]
    ways = Ways(net, reading)
    found = tuple(
        Exposed(
            party=party(net.nodes[n]),
            exposure=(float(low.node[n]), float(high.node[n])),
            reading=float(reading.node[n]),
            path=ways.to(n),
        )
        for n in chosen
    )
    claims = evidence(store, (claim for each in found for step in each.path for claim in step.claims), as_of)
    return Ranking(
        to=party(source),
        includes=tuple(party(net.nodes[net.index[iri]]) for iri in included),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        total=len(exposed),
        found=found,
        evidence=claims,
        coverage=coverage(claims),
    )


def _arms(net: Network, members: Sequence[str]) -> tuple[Party, ...]:
    return tuple(party(net.nodes[net.index[iri]]) for iri in members[1:] if iri in net.index)


def _level(net: Network, level: str, asked: Members, sources: Sequence[str]) -> LevelExposure:
    low, high, reading = _spreads(net.needs, seeds(net, sources))
    if asked.most(high.node) == 0:
        return LevelExposure(level=level, exposure=None, reading=None, needs=(), path=())
    carried = [n for each in asked.nodes for n in net.needs.needs_of(each) if high.need[n] > 0]
    carried.sort(key=lambda n: (-reading.need[n], -high.need[n], int(net.needs.component[n]), n))
    heaviest = max(asked.nodes, key=lambda n: (reading.node[n], high.node[n], -n))
    return LevelExposure(
        level=level,
        exposure=(asked.least(low.node), asked.most(high.node)),
        reading=asked.most(reading.node),
        needs=tuple(_need(net, n, asked.own, low, high, reading) for n in carried),
        path=Ways(net, reading).to(heaviest),
    )


def _need(net: Network, need: int, own: int, low: Spread, high: Spread, reading: Spread) -> NeedExposure:
    needs = net.needs
    sources = []
    for row in range(int(needs.start[need]), int(needs.start[need + 1])):
        supplier = int(needs.supplier[row])
        sources.append(
            Source(
                party=party(net.nodes[supplier]),
                share=(float(needs.low[row]), float(needs.high[row])),
                reading=float(needs.default[row]),
                exposure=(float(low.node[supplier]), float(high.node[supplier])) if high.node[supplier] > 0 else None,
                claims=claims_of(net, needs.facts_of(row)),
                disputed=disputed_in(net, needs.facts_of(row).tolist()),
            )
        )
    return NeedExposure(
        component=net.nodes[needs.component[need]].name,
        arm=None if needs.consumer[need] == own else party(net.nodes[needs.consumer[need]]),
        exposure=(0.0 if needs.part[need] else float(low.need[need]), float(high.need[need])),
        reading=float(reading.need[need]),
        part=bool(needs.part[need]),
        complete=bool(needs.claimed[need]),
        disputed=bool(needs.disputed[need]) or any(each.disputed for each in sources),
        sources=tuple(sources),
    )


def in_words(step: Hop) -> str:
    """Return a hop in words."""
    low, high = step.share
    share = "" if (low, high) == (0.0, 1.0) else f" ({low:.0%})" if low == high else f" ({low:.0%} to {high:.0%})"
    via = f" for {step.via}" if step.via and step.via != step.component else ""
    disputed = " (disputed)" if step.disputed else ""
    return f"{step.supplier.name} –{step.component}{via}{share}{disputed}→ {step.consumer.name}"


def with_arms(source: Party, includes: Sequence[Party]) -> str:
    """Return a party's name with those of its arms."""
    return source.name + (f" (with its arms {', '.join(each.name for each in includes)})" if includes else "")
