"""What all claims about one relation add up to: pure, independent of the order of the claims.

Newer does not retire older by itself. A relation's standing is the furthest that any claim says it has come; only an
explicit *ended* or *denied* takes it back, and only one that is said at least as firmly as what it takes back: a rumour
does not retire a filing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as Date
from typing import NamedTuple
from urllib.parse import urlsplit

from loaders.claim import Claim
from ontology import terms

_STAGE = {status: rank for rank, status in enumerate(("considering", "negotiating", "planned", "actual"))}
_OVER = frozenset({"ended", "denied"})


class Assertion(NamedTuple):
    """What consolidation needs of a claim; dates are ISO 8601 texts, ``""`` where open."""

    claim: str
    relation: str
    subject: str
    predicate: str
    object: str
    item: str
    item_name: str
    status: str
    attribution: str
    low: float | None
    high: float | None
    date: str
    valid_from: str = ""
    valid_until: str = ""
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """What the claims about one (subject, predicate, object, item) add up to at a moment.

    ``low`` and ``high`` bound the share of the object's need (0 and 1 where nothing is known); ``support`` counts
    independent origins; ``claims`` are the ids of all claims, for and against.
    """

    iri: str
    subject: str
    predicate: str
    object: str
    item: str
    item_name: str
    status: str
    attribution: str
    low: float
    high: float
    support: int
    first_seen: str
    last_seen: str
    claims: tuple[str, ...]

    @property
    def level(self) -> str:
        """The strictest level that holds the relation; ``""`` if it is over.

        ``confirmed`` is actual and stated, ``reported`` actual, ``prospective`` also planned, negotiating, considering.
        """
        if self.status in _OVER:
            return ""
        if self.status != "actual":
            return "prospective"
        return "confirmed" if self.attribution == "stated" else "reported"


def consolidate(
    assertions: Iterable[Assertion], as_of: Date | None = None, valid_at: Date | None = None
) -> tuple[Relation, ...]:
    """Return the relations that the claims add up to, sorted by IRI.

    Parameters
    ----------
    as_of
        Known time: only claims of documents up to this day count.
    valid_at
        Valid time: only claims that hold on this day count; an open bound holds.
    """
    groups: dict[str, list[Assertion]] = defaultdict(list)
    for assertion in assertions:
        if _counts(assertion, as_of, valid_at):
            groups[assertion.relation].append(assertion)
    return tuple(_relation(iri, groups[iri]) for iri in sorted(groups))


def _counts(assertion: Assertion, as_of: Date | None, valid_at: Date | None) -> bool:
    if as_of is not None and assertion.date > as_of.isoformat():
        return False
    if valid_at is None:
        return True
    when = valid_at.isoformat()
    return (assertion.valid_from or when) <= when <= (assertion.valid_until or when)


def _relation(iri: str, assertions: list[Assertion]) -> Relation:
    claims = sorted(set(assertions), key=lambda a: (a.date, a.claim))
    status = _standing(claims)
    backing = [a for a in claims if a.status == status]
    low, high = share([a for a in backing if a.low is not None or a.high is not None])
    first = claims[0]
    subject, object_ = first.subject, first.object
    if first.predicate in terms.SYMMETRIC and object_:
        subject, object_ = sorted((subject, object_))
    return Relation(
        iri=iri,
        subject=subject,
        predicate=first.predicate,
        object=object_,
        item=first.item,
        item_name=min((a.item_name for a in claims), key=lambda name: (len(name), name)),
        status=status,
        attribution="stated" if any(a.attribution == "stated" for a in backing) else "reported",
        low=low,
        high=high,
        support=len({outlet(origin) for a in backing for origin in a.origins}),
        first_seen=claims[0].date,
        last_seen=claims[-1].date,
        claims=tuple(sorted(a.claim for a in claims)),
    )


def _standing(claims: list[Assertion]) -> str:
    """The status that the claims, in order of date, leave a relation in."""
    stage = max((a for a in claims if a.status in _STAGE), key=lambda a: _STAGE[a.status], default=None)
    over = [a for a in claims if a.status in _OVER]
    if stage is None:
        return over[-1].status
    said = [a for a in claims if a.status == stage.status]
    firm = any(a.attribution == "stated" for a in said)
    last = max(a.date for a in said)
    ends = [a for a in over if a.date >= last and (a.attribution == "stated" or not firm)]
    return ends[-1].status if ends else stage.status


def share(assertions: Iterable[Assertion]) -> tuple[float, float]:
    """Return the share interval that all claims allow; where they do not meet, the hull of them.

    >>> def says(low, high):
    ...     return Assertion("", "", "", "supplies", "", "", "", "actual", "stated", low, high, "")
    >>> share([says(2 / 3, 1.0), says(0.7, 0.7)]), share([says(0.2, 0.3), says(0.5, 0.5)]), share([])
    ((0.7, 0.7), (0.2, 0.5), (0.0, 1.0))
    """
    bounds = [(a.low if a.low is not None else 0.0, a.high if a.high is not None else 1.0) for a in assertions]
    if not bounds:
        return 0.0, 1.0
    low, high = max(b[0] for b in bounds), min(b[1] for b in bounds)
    if low <= high:
        return low, high
    return min(b[0] for b in bounds), max(b[1] for b in bounds)


def outlet(origin: str) -> str:
    """Return what an origin counts as: a citation or document for itself, a web address for its outlet.

    >>> outlet("https://www.digitimes.com/news/a1.html")
    'digitimes.com'
    """
    if origin.startswith(terms.BASE):
        return origin
    return (urlsplit(origin).hostname or origin).removeprefix("www.")


def within(level: str) -> frozenset[str]:
    """Return the levels of relations that a question at one level may use.

    >>> sorted(within("reported"))
    ['confirmed', 'reported']
    """
    return frozenset(terms.LEVELS[: terms.LEVELS.index(level) + 1])


def assertions_of(claims: Iterable[Claim]) -> Iterator[Assertion]:
    """Yield what consolidation needs of each claim."""
    for claim in claims:
        yield Assertion(
            claim.id,
            claim.relation,
            claim.subject.iri,
            claim.predicate,
            claim.object.iri if claim.object else "",
            claim.item.iri if claim.item else "",
            claim.item.text if claim.item else "",
            claim.status,
            claim.attribution,
            claim.share[0] if claim.share else None,
            claim.share[1] if claim.share else None,
            claim.date.isoformat(),
            claim.valid_from.isoformat() if claim.valid_from else "",
            claim.valid_until.isoformat() if claim.valid_until else "",
            claim.origins,
        )
