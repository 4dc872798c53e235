"""Components with one supplier: claimed to be the only one, or the only one that is reported."""

from __future__ import annotations

from datetime import date as Date

import numpy as np
from pydantic import Field

from graph.dependency import find, party
from graph.evidence import coverage, evidence
from graph.facts import DIRECT, LIFTED
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import arms
from graph.network import network
from graph.reasons import certainty
from graph.store import Store
from graph.ways import row_hop
from ontology.catalogue import Catalogue

#: Facts that a supply makes; who develops or contains what is no supply.
_SUPPLIED = (DIRECT, LIFTED)


class SoleSource(Answer):
    """A component that a party has from one supplier."""

    consumer: Party
    component: str
    supplier: Party
    certainty: str = Field(
        description="`claimed sole source`, `sole reported source`, or for how much of it the supplier is named."
    )
    level: str
    claims: tuple[str, ...]


class SoleSources(Answer):
    """The answer to "which components are single-sourced?"."""

    party: Party | None = Field(description="The party that has them, or the component, if one was asked about.")
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[SoleSource, ...] = Field(description="Those claimed to be sole first, then by consumer.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        claimed = sum(each.certainty.startswith("claimed") for each in self.found)
        if self.party and self.found and all(each.component == self.party.name for each in self.found):
            return (
                f"{self.party.name} has one reported supplier for {len(self.found)} of those who need it, "
                f"{claimed} of them are claimed to have no other, level {self.level}{self._when}"
            )
        whose = f" of {self.party.name}" if self.party else ""
        return (
            f"{len(self.found)} components{whose} have one reported supplier, {claimed} of them are claimed to have no other, "
            f"level {self.level}{self._when}"
        )


def sole_sources(
    store: Store,
    name: str | None = None,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> SoleSources:
    """Return the components that a party with its arms, or anybody, has from one supplier; or who has this component so."""
    node = find(store, name, catalogue, as_of) if name else None
    asked = {node.iri, *arms(store, node.iri)} if node else None
    net = network(store, level, as_of, valid_at)
    needs = net.needs
    found = []
    for need in np.flatnonzero(np.diff(needs.start) == 1).tolist():
        row, consumer = int(needs.start[need]), net.nodes[needs.consumer[need]]
        if asked is not None and asked.isdisjoint((consumer.iri, net.nodes[needs.component[need]].iri)):
            continue
        if int(net.role[needs.facts_of(row)[0]]) not in _SUPPLIED:
            continue
        step = row_hop(net, row)
        found.append(
            SoleSource(
                consumer=party(consumer),
                component=net.nodes[needs.component[need]].name,
                supplier=step.supplier,
                certainty=certainty(net, need),
                level=step.level,
                claims=step.claims,
            )
        )
    found.sort(key=lambda each: (each.certainty, each.consumer.name.casefold(), each.component))
    claims = evidence(store, (claim for each in found for claim in each.claims), as_of)
    return SoleSources(
        party=party(node) if node else None,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        evidence=claims,
        coverage=coverage(claims),
    )
