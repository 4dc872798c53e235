"""Who depends on each of several parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date

from pydantic import Field

from graph.dependency import dependents
from graph.evidence import coverage
from graph.models import Answer, Coverage, Evidence, Hop, Party
from graph.store import Store
from ontology import terms
from ontology.catalogue import Catalogue


class DependsOnAll(Answer):
    """A party that depends on all that were asked about."""

    party: Party
    tiers: tuple[int, ...] = Field(description="Its tier from each, in the order asked.")
    level: str = Field(description="The weakest hop of its paths.")
    path: tuple[Hop, ...] = Field(description="The path from the first.")
    paths: tuple[tuple[Hop, ...], ...] = Field(description="The paths from the others.")


class CommonDependents(Answer):
    """The answer to "who depends on both X and Y?"."""

    parties: tuple[Party, ...]
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[DependsOnAll, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        names = " and ".join(each.name for each in self.parties)
        return f"Who depends on each of {names}? {len(self.found)} found, level {self.level}{self._when}"


def common_dependents(
    store: Store, names: Sequence[str], *, level: str, as_of: Date | None, valid_at: Date | None, catalogue: Catalogue
) -> CommonDependents:
    """Return who depends on each of several parties or products, the nearest first, with a path from each."""
    walks = [
        dependents(store, name, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue) for name in names
    ]
    reached = [{each.party.iri: each for each in walk.found} for walk in walks]
    found = []
    for iri in sorted(set.intersection(*map(set, reached))):
        ways = [of[iri] for of in reached]
        found.append(
            DependsOnAll(
                party=ways[0].party,
                tiers=tuple(way.tier for way in ways),
                level=max((way.level for way in ways), key=terms.LEVELS.index),
                path=ways[0].path,
                paths=tuple(way.path for way in ways[1:]),
            )
        )
    found.sort(key=lambda each: (max(each.tiers), sum(each.tiers), each.party.name.casefold(), each.party.iri))
    used = {claim for each in found for path in (each.path, *each.paths) for hop in path for claim in hop.claims}
    known = {iri: claim for walk in walks for iri, claim in walk.evidence.items() if iri in used}
    return CommonDependents(
        parties=tuple(walk.party for walk in walks),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        evidence=dict(sorted(known.items())),
        coverage=coverage(known),
    )
