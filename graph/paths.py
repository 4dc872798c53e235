"""How one party depends on another: the best ways between them, hop by hop; and what several parties share."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import date as Date
from itertools import islice

import numpy as np
from pydantic import Field

from graph.dependency import find, hop, party, tiers
from graph.evidence import coverage, evidence
from graph.exposure import in_words, seeds, with_arms
from graph.members import Members
from graph.models import Answer, Coverage, Evidence, Hop, Interval, Party, counted
from graph.names import apart, arms
from graph.needs import Ints
from graph.network import Network, network
from graph.propagation import Spread, spread
from graph.store import Store
from graph.ways import Ways
from ontology import terms
from ontology.catalogue import Catalogue

_EXPANDED = 20_000
_NEAREST = 300


class Path(Answer):
    """One way by which a party depends on another."""

    hops: int
    level: str = Field(description="The weakest hop.")
    path: tuple[Hop, ...] = Field(description="From the supplier to who depends on it.")


class Paths(Answer):
    """The answer to "how does X depend on Y?"."""

    party: Party
    on: Party
    arms: tuple[Party, ...] = Field((), description="Arms of the party that depends, which count as it.")
    includes: tuple[Party, ...] = Field(description="Arms of the party depended on, which count as it.")
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[Path, ...] = Field(description="Shortest first, then firmest.")
    complete: bool = Field(description="Whether there are no more ways than these.")
    ties: int | None = Field(
        None,
        description="How many ties of capital, partnership and the like there are besides, planned ones and talks too, where these were asked about.",
    )
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        who = with_arms(self.party, self.arms)
        ties = f"; ties of other kinds between the two: {self.ties}, see the timeline of either" if self.ties else ""
        if not self.found:
            return (
                f"No way is documented by which {who} depends on {self.on.name}, level {self.level}{self._when}{ties}"
            )
        more = "" if self.complete else "at least "
        ways = "way" if len(self.found) == 1 else "ways"
        on = with_arms(self.on, self.includes)
        return f"{who} depends on {on} in {more}{len(self.found)} {ways}, level {self.level}{self._when}{ties}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        lines += [f"- {each.level}: " + "; ".join(in_words(step) for step in each.path) + "." for each in self.found]
        return "\n".join(lines)


class Shared(Answer):
    """A supplier that several parties share."""

    supplier: Party
    includes: tuple[Party, ...] = Field((), description="Arms of the supplier, lost with it.")
    tiers: tuple[int, ...] = Field(description="Its tier for each party, in the order asked.")
    exposures: tuple[Interval, ...] = Field(description="Each party's exposure to it.")
    readings: tuple[float, ...] = Field(description="The same in the default reading, for ranking only.")
    claims: tuple[str, ...] = Field(description="Claims of each hop of the way that carries most to each party.")
    disputed: tuple[str, ...] = Field(description="Ids of the open conflicts that these hops are part of.")


class Common(Answer):
    """The answer to "what do X and Y both depend on?"."""

    parties: tuple[Party, ...]
    level: str
    as_of: str | None
    valid_at: str | None
    total: int = Field(description="How many were weighed; those found may be the first of them.")
    found: tuple[Shared, ...] = Field(description="By the least exposure of the parties, in the default reading.")
    complete: bool = Field(description="Whether all shared suppliers were weighed; of very many only the nearest are.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        names = ", ".join(each.name for each in self.parties)
        top = ", ".join(each.supplier.name for each in self.found[:3])
        number = ("" if self.complete else "at least ") + counted(self.total, len(self.found))
        are = "supplier is" if self.total == 1 else "suppliers are"
        return f"{number} {are} shared by {names}, level {self.level}{self._when}{': ' + top + ' …' if top else ''}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        for each in self.found:
            said = (
                f"{who.name} tier {tier}, {low:.0%} to {high:.0%}"
                for who, tier, (low, high) in zip(self.parties, each.tiers, each.exposures, strict=True)
            )
            lines.append(f"- {with_arms(each.supplier, each.includes)}: {'; '.join(said)}.")
        return "\n".join(lines)


def paths(
    store: Store,
    name: str,
    on: str,
    *,
    count: int = 5,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Paths:
    """Return the best ways by which a party depends on another, none of which comes by the same party twice."""
    node, source = find(store, name, catalogue, as_of), find(store, on, catalogue, as_of)
    net = network(store, level, as_of, valid_at)
    members, sources = apart(store, node.iri, source.iri)
    asked, starts = Members.of(net, members), Members.of(net, sources)
    found, complete = best_paths(net, starts.nodes, asked.nodes, count) if starts.nodes and asked.nodes else ([], True)
    ways = tuple(_path(net, facts) for facts in found)
    claims = evidence(store, (claim for way in ways for step in way.path for claim in step.claims), as_of)
    return Paths(
        party=party(node),
        on=party(source),
        arms=asked.arms(net),
        includes=starts.arms(net),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=ways,
        complete=complete,
        evidence=claims,
        coverage=coverage(claims),
    )


def _path(net: Network, facts: Sequence[int]) -> Path:
    return Path(
        hops=len(facts),
        level=terms.LEVELS[max(int(net.level[fact]) for fact in facts)],
        path=tuple(hop(net, fact) for fact in facts),
    )


def best_paths(
    net: Network, starts: Sequence[int], target: int | Sequence[int], count: int
) -> tuple[list[list[int]], bool]:
    """Return the best loopless ways as lists of facts, shortest first, then firmest; and whether there are no others.

    Facts between the same two nodes for the same component are one hop, the firmest of them. The search goes from the
    sources, led by how far the target still is, so that it never leaves the ways that reach it.
    """
    far, _ = tiers(net, target, "dependencies")
    queue: list[tuple[int, int, tuple[int, ...], int]] = []
    began, ends = frozenset(starts), frozenset([target] if isinstance(target, int) else target)
    for start in sorted(began):
        if far[start] > 0:
            heapq.heappush(queue, (int(far[start]), 0, (), start))
    found: list[list[int]] = []
    expanded = 0
    while queue:
        if len(found) == count or expanded >= _EXPANDED:
            return found, False
        _, weakest, facts, node = heapq.heappop(queue)
        if node in ends:
            found.append(list(facts))
            continue
        expanded += 1
        passed = {int(net.supplier[fact]) for fact in facts} | began | {node}
        for fact in _hops(net, node):
            end = int(net.consumer[fact])
            if end not in passed and far[end] >= 0:
                length = len(facts) + 1 + int(far[end])
                heapq.heappush(queue, (length, max(weakest, int(net.level[fact])), (*facts, fact), end))
    return found, True


def _hops(net: Network, node: int) -> list[int]:
    best: dict[tuple[int, int], int] = {}
    for fact in net.facts_from(node):
        if net.high[fact] <= 0.0:
            continue
        key = int(net.consumer[fact]), int(net.component[fact])
        if key not in best or net.level[fact] < net.level[best[key]]:
            best[key] = fact
    return sorted(best.values())


def common(
    store: Store,
    names: Sequence[str],
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int | None = None,
    catalogue: Catalogue | None = None,
) -> Common:
    """Return what several parties all depend on, with each one's exposure."""
    nodes = [find(store, name, catalogue, as_of) for name in names]
    net = network(store, level, as_of, valid_at)
    asked = [Members.of(net, (node.iri, *arms(store, node.iri))) for node in nodes]
    walks = [tiers(net, each.nodes, "dependencies") if each.nodes else None for each in asked]
    every = {n for each in asked for n in each.nodes}
    chosen, complete = _shared(net, walks)
    found = []
    for n in chosen:
        lost = Members(n, (n, *(arm for arm in net.with_arms(n)[1:] if arm not in every)))
        seed = seeds(net, [net.nodes[each].iri for each in lost.nodes])
        low, high, reading = (spread(net.needs, seed, bound) for bound in ("low", "high", "default"))
        steps = [
            step
            for end, walk in zip(asked, walks, strict=True)
            if walk is not None
            for step in way_from(net, reading, walk[1], n, end)
        ]
        found.append(
            Shared(
                supplier=party(net.nodes[n]),
                includes=lost.arms(net),
                tiers=tuple(int(walk[0][n]) for walk in walks if walk is not None),
                exposures=tuple((each.least(low.node), each.most(high.node)) for each in asked),
                readings=tuple(each.most(reading.node) for each in asked),
                claims=tuple(sorted({claim for step in steps for claim in step.claims})),
                disputed=tuple(sorted({conflict for step in steps for conflict in step.disputed})),
            )
        )
    found.sort(key=_weight)
    shown = tuple(found[:limit])
    claims = evidence(store, (claim for each in shown for claim in each.claims), as_of)
    return Common(
        parties=tuple(party(node) for node in nodes),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        total=len(found),
        found=shown,
        complete=complete,
        evidence=claims,
        coverage=coverage(claims),
    )


def way_from(net: Network, reading: Spread, last: Ints, supplier: int, end: Members) -> tuple[Hop, ...]:
    """Return the way from a supplier that carries most of an exposure; where none is read, the best one by :func:`tiers`.

    Who sells one thing among several and is the only source of another stops the buyer by the other: that is to be cited.
    """
    if way := Ways(net, reading).to(end.heaviest(reading.node)):
        return way
    steps: list[Hop] = []
    while (fact := int(last[supplier])) >= 0:
        steps.append(hop(net, fact))
        supplier = int(net.consumer[fact])
    return tuple(steps)


def _weight(each: Shared) -> tuple[float, float, int, str]:
    sure = sum(low for low, _ in each.exposures)
    return -round(min(each.readings), 9), -round(sure, 9), sum(each.tiers), each.supplier.name.casefold()


def _shared(net: Network, walks: Sequence[tuple[Ints, Ints] | None]) -> tuple[list[int], bool]:
    """Return the parties upstream of all, the nearest first, and whether these are all."""
    if not walks or any(walk is None for walk in walks):
        return [], True
    tier = np.stack([walk[0] for walk in walks if walk is not None])
    shared = np.flatnonzero((tier > 0).all(axis=0))
    order = shared[np.lexsort((shared, tier[:, shared].sum(axis=0)))].tolist()
    suppliers = list(islice((n for n in order if net.nodes[n].is_party), _NEAREST + 1))
    return suppliers[:_NEAREST], len(suppliers) <= _NEAREST
