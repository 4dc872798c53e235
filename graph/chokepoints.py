"""Chokepoints in answers: whose loss stops whom, the component that ran dry, and the claims behind it.

The algorithm stands in ``graph/closure.py``. Every stop is told with how sure it is, in the words of ``graph/reasons.py``:
*claimed sole source* only where claims say that there is no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import Field

from graph.closure import Pairs, Stopped, pairs, scores, stop, stoppers, strength, strongest
from graph.deliveries import named
from graph.dependency import find, party
from graph.dry import causes, each_lost
from graph.errors import UnknownNameError
from graph.evidence import coverage, evidence
from graph.exposure import with_arms
from graph.models import Answer, Coverage, Evidence, Hop, Party
from graph.names import Node, arms
from graph.needs import Ints
from graph.network import Network, network
from graph.reasons import BY_NATURE, certainty
from graph.store import Store
from graph.ways import row_hop
from ontology.catalogue import Catalogue

By = Literal["party", "component", "country"]


class Stop(Answer):
    """A party or product that stops, and the witness."""

    party: Party
    step: int = Field(description="Steps from what is lost.")
    component: str = Field(description="The component that ran dry.")
    certainty: str = Field(
        description="`claimed sole source`, `sole reported source`, `made of`, `developed by`, or for how much of it a supplier is named."
    )
    suppliers: tuple[Hop, ...] = Field(description="All its reported suppliers of the component, each lost.")
    claims: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The stop in a sentence."""
        names = ", ".join(dict.fromkeys(step.supplier.name for step in self.suppliers))
        why = f"{self.certainty} {names}" if self.certainty in BY_NATURE.values() else f"{names}: {self.certainty}"
        return f"{self.party.name} goes without {self.component} ({why})"


class Chokepoint(Answer):
    """Something whose loss alone stops others."""

    lost: Party | str = Field(description="The party; or the name of a component, the code of a country.")
    includes: tuple[Party, ...] = Field((), description="Arms of the party, lost with it.")
    stopped: int = Field(description="How many parties and products stop; of one component, how many for want of it.")
    strength: float = Field(
        description="For ranking only: what stops counts 1, halved for each step that no claim of a sole source bears out."
    )
    first: tuple[Stop, ...] = Field(description="Those that stop first, with the witness.")
    claims: tuple[str, ...] = Field(description="The claims of the witnesses.")

    @property
    def name(self) -> str:
        """What is lost, by name."""
        return self.lost if isinstance(self.lost, str) else self.lost.name


class Chokepoints(Answer):
    """The answer to "what are the chokepoints?", by party, component or country."""

    by: str
    component: str | None = Field(
        None, description="The component of which alone they are chokepoints, if one was asked about."
    )
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[Chokepoint, ...]
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        top = ", ".join(f"{each.name} ({each.stopped})" for each in self.found[:3])
        of = f" of {self.component}" if self.component else ""
        return f"Chokepoints{of} by {self.by}, level {self.level}{self._when}: {top or 'none'}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        for each in self.found:
            lines.append(
                f"- Without {each.name if isinstance(each.lost, str) else with_arms(each.lost, each.includes)} "
                f"{each.stopped} stop; first " + "; ".join(stop.headline for stop in each.first) + "."
            )
        return "\n".join(lines)


class Pair(Answer):
    """Two parties that stop another together, when neither does alone."""

    first: Party
    second: Party


class Stops(Answer):
    """The answer to "what stops without X, and what stops X?"."""

    party: Party
    includes: tuple[Party, ...] = Field(description="Arms of the party, lost with it.")
    level: str
    as_of: str | None
    valid_at: str | None
    stops: tuple[Stop, ...] = Field(description="What stops without the party, nearest first.")
    stopped_by: tuple[Stop, ...] = Field(
        description="Parties whose loss alone stops this one; the component is the one this party goes without."
    )
    pairs: tuple[Pair, ...] = Field(description="Co-chokepoints: pairs of which neither stops the party alone.")
    pairs_complete: bool = Field(description="Whether all pairs were looked for.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        who, alone, pairs = with_arms(self.party, self.includes), len(self.stopped_by), len(self.pairs)
        stop = "nobody stops" if not self.stops else "1 stops" if len(self.stops) == 1 else f"{len(self.stops)} stop"
        by = "no party" if not alone else "1 party" if alone == 1 else f"{alone} parties"
        both = f", {pairs} pair{'' if pairs == 1 else 's'} only together" if pairs else ""
        return f"Without {who} {stop}; {by} alone can stop {self.party.name}{both}, level {self.level}{self._when}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        lines += [f"- {each.headline}" for each in self.stops]
        lines += [
            f"- Without {each.party.name}, {self.party.name} goes without {each.component} ({each.certainty})."
            for each in self.stopped_by
        ]
        lines += [f"- {each.first.name} and {each.second.name} together stop {self.party.name}." for each in self.pairs]
        return "\n".join(lines)


class _Known(NamedTuple):
    stoppers: list[frozenset[int]]
    stopped: Ints


_KEPT: WeakKeyDictionary[Network, _Known] = WeakKeyDictionary()


def known(net: Network) -> _Known:
    """Return who stops each node of a network, and what each node's loss is worth; kept as long as the network.

    A parent is lost with its arms, and these count as lost, not as stopped.
    """
    if net not in _KEPT:
        found = stoppers(net.needs, net.groups)
        stopped = scores(found).stopped
        for group, members in net.groups.items():
            stopped[group] -= len(members) - 1
        _KEPT[net] = _Known(found, stopped)
    return _KEPT[net]


def chokepoints(
    store: Store,
    *,
    by: By = "party",
    component: str | None = None,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int = 20,
    catalogue: Catalogue | None = None,
) -> Chokepoints:
    """Return what stops most when it is lost, the strongest first.

    Parameters
    ----------
    by
        Lose one party at a time, one component (whoever delivers it), or one country.
    component
        With ``by="party"``: count only those that stop because this component, in any of its wordings, ran dry.

    Raises
    ------
    UnknownNameError
        The store knows no such component.
    """
    net = network(store, level, as_of, valid_at)
    if by == "party" and component is not None:
        meant = sorted(named(store, net, component, catalogue, as_of))
        if not meant:
            raise UnknownNameError(component, (), "component")
        found = _short_of(net, limit, meant)
    elif by == "party":
        found = _parties(net, limit)
    else:
        found = _lost(net, by, limit)
    claims = evidence(store, _claims(stop for each in found for stop in each.first), as_of)
    return Chokepoints(
        by=by,
        component=component if by == "party" else None,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        evidence=claims,
        coverage=coverage(claims),
    )


def _short_of(net: Network, limit: int, component: Sequence[int]) -> list[Chokepoint]:
    """Return the parties whose loss leaves most without a component, and who these are."""
    found = []
    for n, needs, total in causes(net, component, known(net).stoppers, limit):
        lost = net.with_arms(n)
        stopped = stop(net.needs, lost)
        short = [_stop(net, stopped, int(net.needs.consumer[need]), need) for need in needs.tolist()]
        short.sort(key=lambda each: (each.step, each.party.name.casefold(), each.party.iri))
        found.append(_chokepoint(party(net.nodes[n]), len(short), total, tuple(short), _parties_of(net, lost[1:])))
    return found


def _parties(net: Network, limit: int) -> list[Chokepoint]:
    """Return the parties whose loss stops most; the witnesses are those short at the first step."""
    stopped = known(net).stopped
    candidates = [n for n in np.flatnonzero(stopped > 0).tolist() if net.nodes[n].is_party]
    found: list[Chokepoint] = []
    for n, total in strongest(net.needs, stopped, candidates, limit, net.groups):
        lost = net.with_arms(n)
        first = stops_of(net, stop(net.needs, lost), 1)
        found.append(_chokepoint(party(net.nodes[n]), int(stopped[n]), total, first, _parties_of(net, lost[1:])))
    return found


def _parties_of(net: Network, nodes: Iterable[int]) -> tuple[Party, ...]:
    return tuple(party(net.nodes[n]) for n in nodes)


def _lost(net: Network, by: By, limit: int) -> list[Chokepoint]:
    needs = net.needs
    if by == "country":
        home: dict[str, list[int]] = {}
        for n in np.unique(np.concatenate((needs.supplier, needs.consumer))).tolist():
            if code := net.country.get(net.nodes[n].iri):
                home.setdefault(code, []).append(n)
        cases: Iterable[tuple[str, Stopped]] = ((code, stop(needs, nodes)) for code, nodes in sorted(home.items()))
    else:
        cases = each_lost(net)
    found = []
    for name, stopped in cases:
        count = int((stopped.round > 0).sum())
        if count:
            found.append((count, name, stopped))
    found.sort(key=lambda each: (-each[0], each[1]))
    return [_chokepoint(name, count, float(count), stops_of(net, stopped, 1)) for count, name, stopped in found[:limit]]


def _chokepoint(
    lost: Party | str, stopped: int, strength: float, first: tuple[Stop, ...], arms: tuple[Party, ...] = ()
) -> Chokepoint:
    claims = tuple(sorted({claim for each in first for claim in each.claims}))
    return Chokepoint(
        lost=lost, includes=arms, stopped=stopped, strength=round(strength, 6), first=first, claims=claims
    )


def stops(
    store: Store,
    name: str,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Stops:
    """Return what stops without a party, what stops it, and the pairs that do so only together."""
    node = find(store, name, catalogue, as_of)
    net = network(store, level, as_of, valid_at)
    included = [iri for iri in arms(store, node.iri) if iri in net.index]
    lost = [net.index[iri] for iri in (node.iri, *included) if iri in net.index]
    forward = stops_of(net, stop(net.needs, lost), None)
    backward, together = _stopped_by(net, lost), _pairs(net, lost)
    claims = evidence(store, _claims([*forward, *backward]), as_of)
    return Stops(
        party=party(node),
        includes=_parties_of(net, (net.index[iri] for iri in included)),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        stops=forward,
        stopped_by=tuple(backward),
        pairs=tuple(
            Pair(first=party(net.nodes[a]), second=party(net.nodes[b]))
            for a, b in together.pairs
            if net.nodes[a].is_party and net.nodes[b].is_party
        ),
        pairs_complete=together.complete,
        evidence=claims,
        coverage=coverage(claims),
    )


def _stopped_by(net: Network, asked: Sequence[int]) -> list[Stop]:
    """Return who stops a party or one of its arms, each lost with its own arms; an arm's parent without that arm."""
    found: list[tuple[float, str, Stop]] = []
    for n in {n for each in asked for n in known(net).stoppers[each]}.difference(asked):
        if net.nodes[n].is_party:
            lost = [each for each in net.with_arms(n) if each not in asked]
            stopped = stop(net.needs, lost)
            short = [each for each in asked if stopped.round[each] > 0]
            if short:
                strong = strength(net.needs, lost)
                first = max(short, key=lambda each: (float(strong[each]), -int(stopped.round[each]), -each))
                witness = _stop(net, stopped, first).model_copy(update={"party": party(net.nodes[n])})
                found.append((-float(strong[first]), net.nodes[n].name, witness))
    return [each for _, _, each in sorted(found, key=lambda each: each[:2])]


def _pairs(net: Network, asked: Sequence[int]) -> Pairs:
    """Return the pairs that stop a party or one of its arms, of which neither does so alone nor is one of them."""
    alone = known(net).stoppers
    found = [pairs(net.needs, each, alone) for each in asked]
    apart = frozenset(asked).union(*(alone[each] for each in asked))
    together = {pair for each in found for pair in each.pairs if not apart.intersection(pair)}
    return Pairs(tuple(sorted(together)), all(each.complete for each in found))


def stops_of(net: Network, stopped: Stopped, step: int | None) -> tuple[Stop, ...]:
    """Return what stopped, nearest first; or at one step only."""
    chosen = np.flatnonzero(stopped.round > 0 if step is None else stopped.round == step)
    order = sorted(chosen.tolist(), key=lambda n: (int(stopped.round[n]), net.nodes[n].name.casefold(), n))
    return tuple(_stop(net, stopped, n) for n in order)


def _stop(net: Network, stopped: Stopped, n: int, need: int | None = None) -> Stop:
    needs, need = net.needs, int(stopped.need[n]) if need is None else need
    hops = []
    for row in range(int(needs.start[need]), int(needs.start[need + 1])):
        hops.append(row_hop(net, row))
    return Stop(
        party=party(net.nodes[n]),
        step=int(stopped.round[n]),
        component=net.nodes[needs.component[need]].name,
        certainty=certainty(net, need),
        suppliers=tuple(hops),
        claims=tuple(sorted({claim for step in hops for claim in step.claims})),
    )


def _claims(found: Iterable[Stop]) -> list[str]:
    return [claim for each in found for claim in each.claims]


def changed(before: Network, after: Network, most: int = 10) -> list[tuple[Party, int, int]]:
    """Return the parties whose loss stops a different number than before, the largest change first: (party, before, after)."""
    old, new = _counts(before), _counts(after)
    moved = [(iri, old.get(iri, 0), new.get(iri, 0)) for iri in sorted({*old, *new})]
    moved = [each for each in moved if each[1] != each[2]]
    moved.sort(key=lambda each: (-abs(each[2] - each[1]), each[0]))
    return [(party(_node(before, after, iri)), was, now) for iri, was, now in moved[:most]]


def _counts(net: Network) -> Mapping[str, int]:
    count = known(net).stopped
    chosen: Sequence[int] = np.flatnonzero(count > 0).tolist()
    return {net.nodes[n].iri: int(count[n]) for n in chosen if net.nodes[n].is_party}


def _node(before: Network, after: Network, iri: str) -> Node:
    net = before if iri in before.index else after
    return net.nodes[net.index[iri]]
