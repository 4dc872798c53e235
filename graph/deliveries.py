"""Deliveries that a scenario takes away: which facts a component lost, a ban or a cut touches, and what each need loses by it.

A supplier may meet one need by several deliveries (two GPUs of one maker are accelerators both). Where only some of them are
lost, the supplier's share of the need lies anywhere between untouched and lost, and the default reading splits it equally.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date

import numpy as np

from graph.components import KIND_OF, MAKING, wordings
from graph.concentration import components
from graph.errors import UnknownNameError
from graph.facts import CONTAINED, DIRECT, LIFTED, MAKER
from graph.needs import Bools, Floats
from graph.network import Network
from graph.propagation import Bound
from graph.scenarios import Step
from graph.store import Store
from graph.supposed import group, product_kind
from ontology import terms
from ontology.catalogue import Catalogue

_MAKING = (KIND_OF["fabricatesFor"], KIND_OF["packagesFor"], MAKING)


@dataclass(frozen=True, eq=False)
class Lost:
    """What is lost, from 0 to 1: of each fact, of each row whatever its facts say, of each need from whomever it comes."""

    net: Network
    fact: Floats
    row: Floats
    need: Floats

    @classmethod
    def nothing(cls, net: Network) -> Lost:
        """Return no loss in a network."""
        return cls(net, np.zeros(len(net.supplier)), np.zeros(len(net.needs.supplier)), np.zeros(len(net.needs)))

    def take(self, facts: Bools, rows: Bools, needs: Bools, loss: float) -> int:
        """Lose some; return how many rows that touches."""
        self.fact[facts] = np.maximum(self.fact[facts], loss)
        self.row[rows] = np.maximum(self.row[rows], loss)
        self.need[needs] = np.maximum(self.need[needs], loss)
        of = self.net.needs
        some = np.logical_or.reduceat(facts[of.fact], of.fact_start[:-1]) if len(rows) else rows
        return int((some | rows).sum())

    def of_rows(self, bound: Bound) -> Floats:
        """Return what each row loses under a reading of the shares of its facts."""
        of = self.net.needs
        if not len(self.row):
            return self.row
        gather = {"low": np.minimum, "high": np.maximum, "default": np.add}[bound]
        found: Floats = gather.reduceat(self.fact[of.fact], of.fact_start[:-1])
        return np.maximum(found / np.diff(of.fact_start) if bound == "default" else found, self.row)


def take(store: Store, lost: Lost, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> int:
    """Lose the deliveries that a step is about; return how many rows that touches.

    Raises
    ------
    UnknownNameError
        The step names what the graph does not know.
    """
    net, needs = lost.net, lost.net.needs
    facts, rows = np.ones(len(net.supplier), bool), np.ones(len(needs.supplier), bool)
    component = step.what if step.kind == "component" else step.component
    if component:
        meant = list(named(store, net, component, catalogue, as_of))
        facts, rows = taken(net, meant)
    if step.kind == "component":
        # Nobody delivers it, so neither does who is not named.
        return lost.take(facts, rows, np.isin(needs.component, meant), step.loss)
    suppliers, buyers = (end(store, net, name, catalogue, as_of) for name in (step.what, step.to))
    lifted = (net.via >= 0) & np.isin(net.role, (LIFTED, CONTAINED))
    # At the consumer's end a product counts as its developer, and what its developer needs for it counts as the product's.
    consumers = np.union1d(buyers, net.via[lifted & np.isin(net.consumer, buyers)])
    consumed = np.isin(net.consumer, consumers) | (lifted & np.isin(net.via, consumers))
    # At the supplier's end a product that is used by itself counts as who makes it.
    made = net.via[(net.role == MAKER) & np.isin(net.supplier, suppliers)]
    delivered = np.isin(net.supplier, suppliers) | ((net.role == DIRECT) & np.isin(net.supplier, made))
    facts &= delivered & consumed
    rows &= np.isin(needs.supplier, suppliers) & np.isin(needs.consumer[needs.need], consumers)
    return lost.take(facts, rows, np.zeros(len(needs), bool), 1.0)


def taken(net: Network, meant: Sequence[int]) -> tuple[Bools, Bools]:
    """Return the facts and the rows that deliver a component, given all its wordings."""
    # Who makes a product for its owner delivers that product.
    making = np.isin(net.component, [net.index[each] for each in _MAKING if each in net.index])
    facts = np.isin(net.component, meant) | np.isin(net.need, meant) | (making & np.isin(net.consumer, meant))
    return facts, np.isin(net.needs.component, meant)[net.needs.need]


def end(store: Store, net: Network, name: str, catalogue: Catalogue | None, as_of: Date | None) -> list[int]:
    """Return the nodes of a party and its arms, or of all parties at home in a country."""
    if name.upper() in set(net.country.values()) and len(name) == 2:
        return at_home(net, name.upper())
    return sorted(net.index[iri] for iri in group(store, name, catalogue, as_of) if iri in net.index)


def at_home(net: Network, code: str) -> list[int]:
    """Return the nodes of all parties at home in a country."""
    return sorted(net.index[iri] for iri, home in net.country.items() if home == code and iri in net.index)


def named(store: Store, net: Network, name: str, catalogue: Catalogue | None, as_of: Date | None) -> Collection[int]:
    """Return a component with its narrower wordings, and where a kind is named ("ai-accelerator") all of that kind."""
    kind = product_kind(name)
    of_kind = [n for n in np.unique(net.component).tolist() if net.nodes[n].kind == kind] if kind else []
    try:
        found: Iterable[int] = components(store, net, name, catalogue, as_of)
    except UnknownNameError:
        if kind is None:
            raise
        found = ()
    found = found or (net.index[iri] for iri in wordings(terms.ID + terms.slug(name)) if iri in net.index)
    return {*of_kind, *found}
