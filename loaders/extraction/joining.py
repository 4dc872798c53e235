"""Two readings of a document → one: what the embedded extractor and a model server find, side by side.

- Found by both, alike: one claim, the embedded extractor's, with the higher of the two confidences; fields that it leaves
  empty are taken from the other.
- Found by both, with another status or attribution: two claims, each with its confidence times :data:`DISAGREED`.
- Found by one: that claim, with its own confidence.
- Found by the server the other way round: not made; the embedded extractor's confidence is measured, the server's is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from loaders.claim import Claim
from loaders.extraction.labels import SYMMETRIC
from loaders.extraction.reader import Considered
from ontology import terms

#: What is left of both confidences where the two readings differ in status or attribution.
DISAGREED: Final = 0.75


def joined(embedded: Sequence[Considered], asked: Sequence[Considered]) -> list[Considered]:
    """Return what both readings make, in the order of the sentences, surest first; the rules stand at the top of this page.

    >>> from datetime import date
    >>> from loaders.claim import Mention
    >>> own = Claim("d", date(2026, 1, 28), Mention("AMD", "a"), "competesWith", Mention("Intel", "i"), "…", confidence=0.9)
    >>> other = replace(own, status="ended", confidence=0.7)
    >>> [one.claim.confidence for one in joined([Considered(own, 1.0, "", 0)], [Considered(other, 1.0, "", 0)])]
    [0.675, 0.525]
    """
    out = list(embedded)
    places: dict[tuple[object, ...], int] = {}
    for at, one in enumerate(embedded):
        if not one.reason:
            places.setdefault(_relation(one.claim), at)
    found: dict[tuple[object, ...], Claim] = {}
    for one in asked:
        relation = _relation(one.claim)
        if one.reason:
            out.append(one)
        elif found.setdefault(relation, one.claim) is not one.claim:
            out.append(replace(one, reason="the model gave it already"))
        elif (place := places.get(relation)) is None:
            turned = places.get(_relation(_turned(one.claim)))
            other = "" if turned is None else f"{out[turned].claim.extractor} reads it the other way round"
            out.append(replace(one, reason=other))
        elif _stance(out[place].claim) == _stance(one.claim):
            out[place] = replace(out[place], claim=_both(out[place].claim, one.claim))
            out.append(replace(one, reason=f"{embedded[place].claim.extractor} has it too"))
        else:
            out[place] = replace(out[place], claim=_doubted(out[place].claim))
            out.append(replace(one, claim=_doubted(one.claim)))
    return sorted(out, key=lambda one: (one.claim.part, one.claim.start, -(one.claim.confidence or 0), one.claim.id))


def _relation(claim: Claim) -> tuple[object, ...]:
    """What a claim relates, and where: the item counts only where there is no object."""
    ends = [claim.subject.iri, claim.object.iri if claim.object else ""]
    if claim.predicate in SYMMETRIC:
        ends.sort()
    item = claim.item if claim.object is None else None
    return claim.part, claim.start, claim.predicate, *ends, item and (item.iri or terms.slug(item.text))


def _turned(claim: Claim) -> Claim:
    return claim if claim.object is None else replace(claim, subject=claim.object, object=claim.subject)


def _stance(claim: Claim) -> tuple[str, str]:
    return claim.status, claim.attribution


def _both(claim: Claim, other: Claim) -> Claim:
    return replace(
        claim.filled(other),
        confidence=max(claim.confidence or 0.0, other.confidence or 0.0),
        extractor=f"{claim.extractor}, {other.extractor}",
    )


def _doubted(claim: Claim) -> Claim:
    return replace(claim, confidence=round((claim.confidence or 0.0) * DISAGREED, 3))
