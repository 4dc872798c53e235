"""The least evidence that an answer rests on: the smallest sets of relations whose withdrawal turns it over.

"*b* is stopped by *s*" and "*b* is exposed to *s* by at least *x*" hold because of some facts. A set of relations is *telling*
if the answer no longer holds once all their claims are withdrawn, and no smaller part of it does that. The search takes any
proof of the answer, withdraws one of its relations at a time and looks again (a hitting-set tree, smallest sets first). It is
bounded, and says whether it went to the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container
from datetime import date as Date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from graph.closure import stop
from graph.consolidate import STAGE
from graph.dependency import find, party
from graph.evidence import coverage, evidence
from graph.exposure import seeds, with_arms
from graph.members import Members
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import apart
from graph.network import Network, network
from graph.propagation import Bound, spread
from graph.store import Store
from ontology.catalogue import Catalogue

_LARGEST: Final = 4
_NEAR: Final = 1e-9
"""How near to what is asked counts as reaching it: in a cycle a loss gets ever nearer to its bound."""
_CHECKS: Final = 400

#: The relations of a proof, or None where the answer does not hold.
Proof = Callable[[Network], frozenset[int] | None]


class TellingSet(Answer):
    """Relations without which the answer would be another."""

    relations: tuple[str, ...]
    says: tuple[str, ...] = Field(description="The relations in words.")
    claims: tuple[str, ...] = Field(
        description="The claims that hold them at the level, all of which would have to be withdrawn."
    )


class Withdrawal(Answer):
    """The answer to "what would have to be wrong for this to be wrong?"."""

    party: Party
    arms: tuple[Party, ...] = Field(description="Arms of the party, which count as it.")
    source: Party
    includes: tuple[Party, ...] = Field(description="Arms of the source, which count as it.")
    answer: str = Field(description="What was asked, and whether it holds.")
    holds: bool
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[TellingSet, ...] = Field(description="Fewest relations first, then fewest claims.")
    complete: bool = Field(description="Whether all telling sets of up to four relations were found.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        if not self.holds:
            return f"{self.answer}: it does not hold, level {self.level}{self._when}"
        if not self.found:
            return (
                f"{self.answer}: no {_LARGEST} relations withdrawn together change that, level {self.level}{self._when}"
            )
        size = min(len(each.relations) for each in self.found)
        least = f"at the least {size} relations" if size != 1 else "a single relation"
        return f"{self.answer}: it rests on {least}, level {self.level}{self._when}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        lines += [f"- It would be another without: {' and '.join(each.says)}." for each in self.found]
        if not self.complete:
            lines.append(f"Only so many sets of up to {_LARGEST} relations were tried; there may be more.")
        return "\n".join(lines)


def withdrawal(
    store: Store,
    name: str,
    source: str,
    *,
    at_least: float | None = None,
    bound: Literal["low", "high", "default"] | None = None,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Withdrawal:
    """Return the smallest sets of relations whose withdrawal turns an answer over.

    Parameters
    ----------
    at_least
        Ask of "exposed by at least this"; left out, of "stopped without".
    bound
        The bound of the exposure that is meant; by default the lower where it reaches ``at_least``, else the upper.
    """
    node, cause = find(store, name, catalogue, as_of), find(store, source, catalogue, as_of)
    net = network(store, level, as_of, valid_at)
    own, others = apart(store, node.iri, cause.iri)
    members, lost = Members.of(net, own), [iri for iri in others if iri in net.index]
    proof: Proof | None = None
    if members.nodes and lost:
        if at_least is None:
            proof = _stopped(members, [net.index[iri] for iri in lost])
        else:
            sure = bound or _reached(net, members, lost, at_least)
            proof = _exposed(net, members, lost, at_least, sure)
    holds = proof is not None and proof(net) is not None
    sets, complete = telling(net, proof) if proof is not None and holds else ([], True)
    behind = {claim for each in sets for number in each for claim in net.relations[number].claims}
    claims = _holding(evidence(store, behind, as_of), level)
    found = sorted(
        (_set(net, each, claims) for each in sets), key=lambda s: (len(s.relations), len(s.claims), s.relations)
    )
    own_arms = members.arms(net)
    arm_nodes = tuple(party(net.nodes[net.index[iri]]) for iri in lost if iri != cause.iri)
    who, whom = with_arms(party(node), own_arms), with_arms(party(cause), arm_nodes)
    asked = (
        f"{who} stops without {whom}" if at_least is None else f"{who} is exposed to {whom} by at least {at_least:.0%}"
    )
    return Withdrawal(
        party=party(node),
        arms=own_arms,
        source=party(cause),
        includes=arm_nodes,
        answer=asked,
        holds=holds,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        complete=complete,
        evidence=claims,
        coverage=coverage(claims),
    )


def telling(
    net: Network, proof: Proof, largest: int = _LARGEST, checks: int = _CHECKS
) -> tuple[list[frozenset[int]], bool]:
    """Return the minimal sets of relations whose withdrawal leaves no proof, smallest first, and whether these are all."""
    found: list[frozenset[int]] = []
    seen: set[frozenset[int]] = {frozenset()}
    queue: deque[frozenset[int]] = deque([frozenset()])
    complete = True
    while queue:
        withdrawn = queue.popleft()
        if any(each <= withdrawn for each in found):
            continue
        if checks <= 0:
            return found, False
        checks -= 1
        left = net.without(withdrawn)
        needed = proof(left)
        if needed is None:
            found.append(withdrawn)
        elif len(withdrawn) < largest:
            for relation in sorted(needed):
                larger = withdrawn | {relation}
                if larger not in seen:
                    seen.add(larger)
                    queue.append(larger)
        elif needed:
            complete = False
    return found, complete


def _stopped(asked: Members, lost: list[int]) -> Proof:
    def proof(net: Network) -> frozenset[int] | None:
        found = stop(net.needs, lost)
        target = next((node for node in asked.nodes if found.round[node] >= 1), None)
        if target is None:
            return None
        # The witness of every stop on the way back; a need falls away only with all its facts of one supplier or more.
        relations: set[int] = set()
        waiting, seen = [target], {target}
        while waiting:
            need = int(found.need[waiting.pop()])
            if need < 0:
                continue
            for row in range(int(net.needs.start[need]), int(net.needs.start[need + 1])):
                relations.update(net.resting(net.needs.facts_of(row)))
                supplier = int(net.needs.supplier[row])
                if supplier not in seen:
                    seen.add(supplier)
                    waiting.append(supplier)
        return frozenset(relations)

    return proof


def _reached(net: Network, asked: Members, lost: list[str], least: float) -> Bound:
    return "low" if asked.least(spread(net.needs, seeds(net, lost), "low").node) >= least - _NEAR else "high"


def _exposed(whole: Network, asked: Members, lost: list[str], least: float, bound: Bound) -> Proof:
    seed = seeds(whole, lost)

    def proof(net: Network) -> frozenset[int] | None:
        loss = spread(net.needs, seed, bound).node
        if (asked.least(loss) if bound == "low" else asked.most(loss)) < least - _NEAR:
            return None
        return _carriers(net, asked.own if bound == "low" and asked.own >= 0 else asked.heaviest(loss), loss)

    return proof


def _carriers(net: Network, target: int, loss: NDArray[np.float64]) -> frozenset[int]:
    """Return the relations of all rows upstream that carry something; withdrawing any other changes nothing but room."""
    relations: set[int] = set()
    waiting, seen = [target], {target}
    while waiting:
        for need in net.needs.needs_of(waiting.pop()):
            for row in range(int(net.needs.start[need]), int(net.needs.start[need + 1])):
                supplier = int(net.needs.supplier[row])
                if loss[supplier] > 0:
                    relations.update(net.resting(net.needs.facts_of(row)))
                    if supplier not in seen:
                        seen.add(supplier)
                        waiting.append(supplier)
    return frozenset(relations)


def _holding(claims: dict[str, Evidence], level: str) -> dict[str, Evidence]:
    """Return the claims that say their relation is of a level: who denies it or only talks of it holds up nothing."""
    statuses = {"actual"} if level != "prospective" else set(STAGE)
    said = {"stated"} if level == "confirmed" else {"stated", "reported"}
    return {iri: each for iri, each in claims.items() if each.status in statuses and each.attribution in said}


def _set(net: Network, numbers: frozenset[int], claims: Container[str]) -> TellingSet:
    relations = sorted((net.relations[number] for number in numbers), key=lambda each: each.iri)
    names = {
        net.nodes[n].iri: net.nodes[n].name for n in np.unique(np.concatenate((net.supplier, net.consumer))).tolist()
    }
    return TellingSet(
        relations=tuple(each.iri for each in relations),
        says=tuple(
            " ".join(
                filter(
                    None,
                    (
                        names.get(each.subject, each.subject.rsplit("/", 1)[-1]),
                        each.predicate,
                        names.get(each.object, each.object.rsplit("/", 1)[-1]),
                        each.item_name and f"({each.item_name})",
                    ),
                )
            )
            for each in relations
        ),
        claims=tuple(sorted({claim for each in relations for claim in each.claims if claim in claims})),
    )
