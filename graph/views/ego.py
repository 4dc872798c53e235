"""The network around a party, by tiers; and what stands next to a party, for a view that is opened further."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date

import numpy as np

from graph.dependency import Direction, find, hop, party, tiers
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Hop, Party
from graph.names import arms
from graph.network import Network, network
from graph.store import Store
from graph.views.picture import MOST, Line, Picture, Spot, line, spot, summarised
from ontology.catalogue import Catalogue

_CLAIMS = 3  # newest claims that a line shows


class Neighbours(Answer):
    """Who supplies a party and whom it supplies, directly."""

    party: Party
    suppliers: tuple[Hop, ...]
    consumers: tuple[Hop, ...]
    hidden: dict[str, int]
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        return f"{self.party.name}: {len(self.suppliers)} direct supplies in, {len(self.consumers)} out"


def neighbours(
    store: Store,
    name: str,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    limit: int = 60,
    catalogue: Catalogue | None = None,
) -> Neighbours:
    """Return the direct neighbours of a party, and how many each of them has (``hidden``, by IRI)."""
    node = find(store, name, catalogue, as_of)
    net = network(store, level, as_of)
    number = net.index.get(node.iri)
    into = [hop(net, int(fact)) for fact in net.facts_to(number)[:limit]] if number is not None else []
    out = [hop(net, fact) for fact in net.facts_from(number)[:limit]] if number is not None else []
    claims = evidence(store, (claim for each in (*into, *out) for claim in each.claims), as_of)
    ends = {end.iri for each in (*into, *out) for end in (each.supplier, each.consumer)}
    return Neighbours(
        party=party(node),
        suppliers=tuple(into),
        consumers=tuple(out),
        hidden={iri: len(adjacent(net, net.index[iri])) for iri in sorted(ends)},
        evidence=claims,
        coverage=coverage(claims),
    )


def adjacent(net: Network, number: int) -> set[int]:
    """Return the numbers of a node's direct neighbours."""
    out = net.facts_from(number)
    around = set(net.consumer[out.start : out.stop].tolist()) | set(net.supplier[net.facts_to(number)].tolist())
    return around - {number}


def ego(
    store: Store,
    name: str,
    *,
    direction: Direction = "dependents",
    level: str = "reported",
    as_of: Date | None = None,
    max_tier: int | None = None,
    most: int = MOST,
    catalogue: Catalogue | None = None,
) -> Picture:
    """Return the picture of who depends on a party (or what it depends on); columns are tiers."""
    node = find(store, name, catalogue, as_of)
    net = network(store, level, as_of)
    verb = f"Who depends on {node.name}?" if direction == "dependents" else f"What does {node.name} depend on?"
    start = [net.index[iri] for iri in (node.iri, *arms(store, node.iri)) if iri in net.index]
    if not start:
        return Picture(verb, _lead(0, level, as_of), (spot(party(node), 0, 0),), ())
    tier, _ = tiers(net, start, direction)
    deepest = int(tier.max()) if max_tier is None else max_tier
    reached = np.flatnonzero((tier >= 0) & (tier <= deepest))
    sign = 1 if direction == "dependents" else -1
    few = len(reached) <= most
    spots = tuple(
        spot(
            party(net.nodes[n]), sign * int(tier[n]), int(tier[n]), hidden=_hidden(net, n, tier, deepest) if few else 0
        )
        for n in reached.tolist()
    )
    forward = (tier[net.supplier] >= 0) & (tier[net.consumer] >= 0)
    step = tier[net.consumer] - tier[net.supplier]
    kept = np.flatnonzero(forward & (step == sign) & (np.maximum(tier[net.consumer], tier[net.supplier]) <= deepest))
    picture = Picture(verb, _lead(len(reached) - len(start), level, as_of), spots, tuple(_lines(net, kept.tolist())))
    picture = summarised(picture, most)
    wanted = {claim for each in picture.lines for claim in each.claims}
    claims = evidence(store, sorted(wanted), as_of)
    return Picture(picture.title, picture.lead, picture.spots, picture.lines, claims, "Columns are tiers", picture.note)


def _lines(net: Network, facts: Iterable[int]) -> list[Line]:
    """Return facts as lines; of several about one pair and component the firmest stands for all."""
    found: dict[tuple[str, str, str], Line] = {}
    for fact in facts:
        relation = int(net.relation[fact])
        first = net.relations[relation].first_seen if relation >= 0 else ""
        hop_ = hop(net, fact)
        made = line(hop_, {})
        made = Line(
            *(made.source, made.target, made.component, made.level, made.share, made.via, made.claims), first=first
        )
        found.setdefault((made.source, made.target, made.component), made)
    return list(found.values())


def _hidden(net: Network, number: int, tier: np.ndarray, deepest: int) -> int:
    return sum(1 for other in adjacent(net, number) if not 0 <= tier[other] <= deepest)


def _lead(count: int, level: str, as_of: Date | None) -> str:
    when = f", as known on {as_of.isoformat()}" if as_of else ""
    return f"{count:,} found at level {level}{when}."


__all__ = ["Neighbours", "Spot", "adjacent", "ego", "neighbours"]
