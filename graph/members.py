"""A party asked about with its arms, as answers about losses count them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from graph.dependency import party
from graph.models import Party
from graph.needs import Floats
from graph.network import Network


class Members(NamedTuple):
    """The nodes of a party and its arms, and which of them is the party itself (-1: none).

    What an arm loses its parent may lose, as what a product loses its developer may; how much of it that is nobody says.
    """

    own: int
    nodes: tuple[int, ...]

    @classmethod
    def of(cls, net: Network, members: Sequence[str]) -> Members:
        """Return those of a party and its arms that the network knows, the party's IRI first."""
        own = net.index.get(members[0], -1)
        return cls(own, tuple(net.index[iri] for iri in members if iri in net.index))

    def arms(self, net: Network) -> tuple[Party, ...]:
        """Return the arms among them."""
        return tuple(party(net.nodes[n]) for n in self.nodes if n != self.own)

    def without(self, gone: Collection[int]) -> Members:
        """Return the others of them: what an arm delivers to its parent is no loss of its own."""
        return Members(-1 if self.own in gone else self.own, tuple(n for n in self.nodes if n not in gone))

    def heaviest(self, loss: Floats) -> int:
        """Return the node that loses most, of equals the first; there must be one."""
        return max(self.nodes, key=lambda n: float(loss[n]))

    def least(self, loss: Floats) -> float:
        """Return what they lose together at least."""
        return float(loss[self.own]) if self.own >= 0 else 0.0

    def most(self, loss: Floats) -> float:
        """Return what they lose together at most."""
        return max((float(loss[n]) for n in self.nodes), default=0.0)
