"""What all claims about one relation add up to: pure, independent of the order of the claims.

Newer does not retire older by itself. A relation's standing is the furthest that any live claim says it has come. Only an
explicit *ended* or *denied* takes claims back: those of its day and before that are not firmer than itself, and later
rumours too where it was stated, until somebody states the thing again. So a rumour retires no filing, and an echo of an
old sentence revives nothing: a sentence counts once, on the day it was first heard. Claims that a person's decision sets
aside are shown, but do not count; a relation of nothing else is *rejected*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import NamedTuple
from urllib.parse import urlsplit

from loaders.claim import Claim
from ontology import terms

#: Status → how far the thing has come; those that end it have no place in it.
STAGE = {status: rank for rank, status in enumerate(("considering", "negotiating", "planned", "actual"))}
OVER = frozenset({"ended", "denied"})

#: Hosts whose sub-domains are outlets of their own.
_PLATFORMS = frozenset(
    {"substack.com", "medium.com", "blogspot.com", "wordpress.com", "github.io", "tumblr.com", "ghost.io"}
)
_SECOND_LEVEL = re.compile(r"(?:com?|net|org|gov|ac|or|ne|go|edu|gob|mil)\.[a-z]{2}")


class Figure(NamedTuple):
    """A number that a claim gives besides its share: ``amount`` or ``change``, its unit, its bounds (None: open)."""

    what: str
    unit: str
    low: float | None
    high: float | None


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
    wording: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """What the claims about one (subject, predicate, object, item) add up to at a moment.

    ``low`` and ``high`` bound the share of the object's need (0 and 1 where nothing is known), rumours among what bounds it;
    ``stated_share`` is what the stated claims alone allow of a confirmed relation, where that is something else. ``support``
    counts independent origins of the standing, none of one rejected; ``claims`` are the ids of all claims, for and against.
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
    stated_share: tuple[float, float] | None = None

    @property
    def level(self) -> str:
        """The strictest level that holds the relation; ``""`` if it is over or rejected.

        ``confirmed`` is actual and stated, ``reported`` actual, ``prospective`` also planned, negotiating, considering.
        """
        if self.status not in STAGE:
            return ""
        if self.status != "actual":
            return "prospective"
        return "confirmed" if self.attribution == "stated" else "reported"

    @property
    def how_far(self) -> str:
        """How far it has come and on whose word."""
        return how_far(self.status, self.attribution)


def how_far(status: str, attribution: str) -> str:
    """Return how far a relation has come and on whose word; where every claim was set aside, on nobody's.

    >>> how_far("actual", "stated"), how_far("rejected", "stated")
    ('actual, stated', 'rejected')
    """
    return status if status == "rejected" else f"{status}, {attribution}"


@dataclass(frozen=True, slots=True)
class Group:
    """The claims about one relation: all of them in order of date, and those that count for its standing."""

    all: tuple[Assertion, ...]
    live: tuple[Assertion, ...]
    backing: tuple[Assertion, ...]
    status: str


def consolidate(
    assertions: Iterable[Assertion],
    as_of: Date | None = None,
    valid_at: Date | None = None,
    aside: frozenset[str] = frozenset(),
) -> tuple[Relation, ...]:
    """Return the relations that the claims add up to, sorted by IRI.

    Parameters
    ----------
    as_of
        Known time: only claims up to this day count.
    valid_at
        Valid time: only claims that hold on this day count; an open bound holds, but an end holds from the day it is told.
    aside
        Claims that decisions set aside.
    """
    return tuple(relation(group) for group in gather(assertions, as_of, valid_at, aside).values())


def gather(
    assertions: Iterable[Assertion],
    as_of: Date | None = None,
    valid_at: Date | None = None,
    aside: frozenset[str] = frozenset(),
) -> dict[str, Group]:
    """Return the claims by the relation they are about, in the order of its IRIs."""
    groups: dict[str, set[Assertion]] = defaultdict(set)
    for assertion in assertions:
        if _counts(assertion, as_of, valid_at):
            groups[assertion.relation].add(assertion)
    return {iri: _group(groups[iri], aside) for iri in sorted(groups)}


def _counts(assertion: Assertion, as_of: Date | None, valid_at: Date | None) -> bool:
    if as_of is not None and assertion.date > as_of.isoformat():
        return False
    if valid_at is None:
        return True
    when = valid_at.isoformat()
    # A denial was always so. What has ended was before: its end holds from the day after the tie's last one, where that is told,
    # else from the day of its claim, and goes on.
    if assertion.status == "ended":
        return (
            when > assertion.valid_until if assertion.valid_until else when >= (assertion.valid_from or assertion.date)
        )
    return (assertion.valid_from or when) <= when <= (assertion.valid_until or when)


def _group(claims: set[Assertion], aside: frozenset[str]) -> Group:
    # Of one sentence read as stated and as reported the doubt is heard; an echo of what was set aside is none the truer.
    every = sorted(claims, key=lambda a: (a.date, a.attribution, -len(a.origins), a.claim))
    live = tuple(a for a in voices(every) if a.claim not in aside)
    standing = _surviving(live)
    if standing:
        status = max((a.status for a in standing), key=STAGE.__getitem__)
    elif live:
        status = [a for a in live if a.status in OVER][-1].status
    else:
        status = "rejected"
    backing = tuple(a for a in standing or live if a.status == status)
    return Group(tuple(every), live, backing, status)


def voices(claims: Iterable[Assertion]) -> Iterator[Assertion]:
    """Yield claims in order of date without the echoes: what the same sentence says again adds nothing."""
    heard: set[tuple[object, ...]] = set()
    for each in claims:
        said = (each.wording, each.status, each.low, each.high)
        if not each.wording or said not in heard:
            heard.add(said)
            yield each


def _surviving(live: Sequence[Assertion]) -> list[Assertion]:
    """Return the claims of a stage that no end or denial has taken back; claims come in order of date."""
    over = [a.date for a in live if a.status in OVER]
    firm = [a.date for a in live if a.status in OVER and a.attribution == "stated"]
    last, last_firm = max(over, default=""), max(firm, default="")
    again = min(
        (a.date for a in live if a.status in STAGE and a.attribution == "stated" and a.date > last_firm), default=""
    )
    kept = []
    for a in live:
        if a.status not in STAGE or a.date <= last_firm:
            continue
        if a.attribution == "stated" or (a.date > last and (not last_firm or (again and again <= a.date))):
            kept.append(a)
    return kept


def relation(group: Group) -> Relation:
    """Return what a relation's claims add up to."""
    claims, backing = group.all, group.backing
    first = claims[0]
    subject, object_ = first.subject, first.object
    if first.predicate in terms.SYMMETRIC and object_:
        subject, object_ = sorted((subject, object_))
    low, high = share(a for a in backing if a.low is not None or a.high is not None)
    stated = [a for a in backing if a.attribution == "stated"]
    firm = share(a for a in stated if a.low is not None or a.high is not None)
    return Relation(
        iri=first.relation,
        subject=subject,
        predicate=first.predicate,
        object=object_,
        item=min(a.item for a in claims),
        item_name=min((a.item_name for a in claims), key=lambda name: (len(name), name)),
        status=group.status,
        attribution="stated" if stated or not backing else "reported",
        low=low,
        high=high,
        support=max(1, support(backing)) if backing else 0,
        first_seen=claims[0].date,
        last_seen=claims[-1].date,
        claims=tuple(sorted({a.claim for a in claims})),
        stated_share=firm if stated and group.status == "actual" and firm != (low, high) else None,
    )


def support(claims: Iterable[Assertion]) -> int:
    """Return how many independent origins claims have, echoes left out by :func:`voices`.

    An origin is a citation within its document and part, a document without citations, or the outlet of a web address.
    """
    return len({outlet(origin) for a in voices(claims) for origin in a.origins})


def share(assertions: Iterable[Assertion]) -> tuple[float, float]:
    """Return the share interval that all claims allow; where they do not meet, the hull of them.

    >>> def says(low, high):
    ...     return Assertion("", "", "", "supplies", "", "", "", "actual", "stated", low, high, "")
    >>> share([says(2 / 3, 1.0), says(0.7, 0.7)]), share([says(0.2, 0.3), says(0.5, 0.5)]), share([])
    ((0.7, 0.7), (0.2, 0.5), (0.0, 1.0))
    """
    return meeting([(a.low if a.low is not None else 0.0, a.high if a.high is not None else 1.0) for a in assertions])


def meeting(bounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the interval that all intervals allow; where they do not meet, the hull of them.

    >>> meeting([(0.2, 0.6), (0.5, 1.0)]), meeting([(0.2, 0.3), (0.5, 0.5)]), meeting([])
    ((0.5, 0.6), (0.2, 0.5), (0.0, 1.0))
    """
    if not bounds:
        return 0.0, 1.0
    low, high = max(b[0] for b in bounds), min(b[1] for b in bounds)
    if low <= high:
        return low, high
    return min(b[0] for b in bounds), max(b[1] for b in bounds)


def outlet(origin: str) -> str:
    """Return what an origin counts as: a citation or document for itself, a web address for its outlet.

    The outlet is the host without its sub-domains, but for platforms where each is another's.

    >>> outlet("https://www.digitimes.com/news/a1.html"), outlet("http://m.ec.ltn.com.tw/x"), outlet("https://a.substack.com/p")
    ('digitimes.com', 'ltn.com.tw', 'a.substack.com')
    """
    if origin.startswith(terms.BASE):
        return origin
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:  # "http://[" and the like
        host = ""
    labels = host.rstrip(".").split(".")
    if not host or ":" in host or labels[-1].isdigit():
        return host or origin
    keep = 3 if ".".join(labels[-2:]) in _PLATFORMS or _SECOND_LEVEL.fullmatch(".".join(labels[-2:])) else 2
    return ".".join(labels[-keep:])


def within(level: str) -> frozenset[str]:
    """Return the levels of relations that a question at one level may use.

    >>> sorted(within("reported"))
    ['confirmed', 'reported']
    """
    return frozenset(terms.LEVELS[: terms.LEVELS.index(level) + 1])


def assertions_of(claims: Iterable[Claim]) -> Iterator[Assertion]:
    """Yield what consolidation needs of each claim."""
    for claim in claims:
        figures = []
        if claim.amount:
            figures.append(Figure("amount", claim.amount.currency or "XXX", claim.amount.low, claim.amount.high))
        if claim.change:
            figures.append(Figure("change", "", *claim.change))
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
            tuple(sorted(set(claim.origins))),
            claim.wording,
            tuple(figures),
        )


def renamed(assertions: Iterable[Assertion], merged: dict[str, str]) -> Iterator[Assertion]:
    """Yield claims with names that were decided to be others' put in their place, and their relations with them."""
    if not merged:
        yield from assertions
        return
    for each in assertions:
        ends = [merged.get(iri, iri) for iri in (each.subject, each.object, each.item)]
        if ends != [each.subject, each.object, each.item]:
            yield each._replace(
                subject=ends[0],
                object=ends[1],
                item=ends[2],
                relation=terms.relation_iri(ends[0], each.predicate, ends[1], ends[2] or terms.slug(each.item_name)),
            )
        else:
            yield each
