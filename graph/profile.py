"""What is known about a party or product: what it is, whom it is tied to, and the claims that say so."""

from __future__ import annotations

from datetime import date as Date
from typing import Literal

from pydantic import Field

from graph.dependency import party
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import Node, described
from graph.related import Tie, related
from graph.sheet import spaced
from graph.store import Store
from ontology import terms
from ontology.catalogue import Catalogue


class Profile(Answer):
    """A party or product, and all relations it stands in."""

    party: Party
    country: str | None = Field(examples=["TW"])
    tickers: tuple[str, ...] = Field(examples=[["TWSE:2330"]])
    aliases: tuple[str, ...]
    parent: Party | None
    developer: Party | None
    leader: str | None = Field(description="Who leads it, as the catalogue has it.")
    level: str
    as_of: str | None
    ties: tuple[Tie, ...]
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        where = f", {self.country}" if self.country else ""
        by = f", by {self.developer.name}" if self.developer else ""
        return f"{self.party.name} ({spaced(self.party.kind)}{where}{by}): {len(self.ties)} relations{self._when}"


def profile(
    store: Store,
    node: Node,
    *,
    level: str = "prospective",
    as_of: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Profile:
    """Return what is known about a party or product, rumours and plans included unless a level is given."""
    catalogue = catalogue or Catalogue.bundled()
    entry = catalogue.entry(node.iri)
    names = described(store, as_of)
    ties: dict[tuple[str, str, str], Tie] = {}
    sides: tuple[Literal["subject", "object", "item"], ...] = ("subject", "object", "item")
    for side in sides[: 3 if node.kind in terms.PRODUCT_KINDS.values() else 2]:
        answer = related(store, terms.PREDICATES, level=level, as_of=as_of, **{side: node})  # type: ignore[arg-type]
        for tie in answer.found:
            ties.setdefault((tie.relation or "", tie.subject.iri, tie.object.iri if tie.object else ""), tie)
    found = tuple(ties.values())
    claims = evidence(store, (claim for tie in found for claim in tie.claims), as_of)

    def known(identity: str) -> Party | None:
        return party(names[terms.ID + identity]) if identity and terms.ID + identity in names else None

    return Profile(
        party=party(node),
        country=(entry and entry.country) or None,
        tickers=entry.tickers if entry else (),
        aliases=entry.aliases if entry else (),
        parent=known(entry.parent) if entry else None,
        developer=known(entry.developer) if entry else None,
        leader=(entry and entry.ceo) or None,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        ties=found,
        evidence=claims,
        coverage=coverage(claims),
    )
