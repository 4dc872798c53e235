"""Ties as threads: one deal through its stages with dates and claims, and those that nobody has spoken of for long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from itertools import groupby
from typing import Final

from pydantic import Field

from graph import view
from graph.assertions import assertions, groups
from graph.consolidate import Group, Relation, gather, how_far, relation, renamed, support, voices
from graph.decisions import decisions, standing
from graph.dependency import find, party
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Interval, Party
from graph.names import Node, described
from graph.queries import PROLOGUE, query, rows
from graph.store import Store
from ontology.catalogue import Catalogue
from ontology.terms import ID

#: Stages that a deal is expected to leave; a deal in one of them that nobody speaks of has lapsed.
UNDER_WAY: Final = frozenset({"considering", "negotiating", "planned"})
LAPSE_DAYS: Final = 30


class Step(Answer):
    """What was said of a thread on one day in one way."""

    date: str
    status: str
    attribution: str
    support: int = Field(description="Independent origins of that day.")
    claims: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The step in a few words."""
        return f"{self.date} {self.status}, {self.attribution}"


class Thread(Answer):
    """One tie through its stages."""

    subject: Party
    predicate: str
    object: Party | None
    item: str | None
    status: str
    attribution: str
    support: int = Field(description="Independent origins of the status it stands at.")
    share: Interval
    first_seen: str
    last_seen: str
    silent_days: int = Field(description="Days since it was last heard of.")
    lapsed: bool = Field(description="Whether it is under way and was not heard of for long.")
    disputed: tuple[str, ...] = Field(description="Ids of the open conflicts it is part of.")
    stages: tuple[Step, ...]
    relation: str
    claims: tuple[str, ...]

    @property
    def headline(self) -> str:
        """What the thread is and how far it has come."""
        return f"{self.tie}: {self.how_far}"

    @property
    def how_far(self) -> str:
        """How far it has come and on whose word."""
        return how_far(self.status, self.attribution)

    @property
    def tie(self) -> str:
        """The tie in words."""
        return in_words(self.subject.name, self.predicate, self.object.name if self.object else "", self.item or "")


class Timeline(Answer):
    """The threads of a party, the latest first."""

    party: Party
    as_of: str | None
    today: str | None = Field(description="The day from which silence is counted: as_of, or the newest claim's.")
    found: tuple[Thread, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        lapsed = sum(each.lapsed for each in self.found)
        more = f", {lapsed} not heard of for long" if lapsed else ""
        return (
            f"{self.party.name}: {len(self.found)} {'thread' if len(self.found) == 1 else 'threads'}{more}{self._when}"
        )


def in_words(subject: str, predicate: str, object_: str = "", item: str = "") -> str:
    """Return a tie in words.

    >>> in_words("CoreWeave", "hostsComputeFor", "OpenAI", "GB300"), in_words("Anthropic", "raisesFunding")
    ('CoreWeave hosts compute for OpenAI (GB300)', 'Anthropic raises funding')
    """
    verb = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in predicate)
    return " ".join(filter(None, (subject, verb, object_))) + (f" ({item})" if item else "")


def item_of(of: Relation, nodes: Mapping[str, Node]) -> str | None:
    """Return what a relation calls its item: the thing's name where it has one, else the claims' wording."""
    node = nodes.get(of.item)
    return node.name if node is not None and node.kind != "Component" else of.item_name or None


def timeline(
    store: Store,
    name: str,
    *,
    as_of: Date | None = None,
    lapse_days: int = LAPSE_DAYS,
    catalogue: Catalogue | None = None,
) -> Timeline:
    """Return the threads that a party or product is part of, each with its stages.

    Raises
    ------
    UnknownNameError
        The store knows no such thing.
    """
    node = find(store, name, catalogue, as_of)
    found = threads(
        store,
        lambda each: node.iri in (each.subject, each.object, each.item),
        about=node,
        as_of=as_of,
        lapse_days=lapse_days,
    )
    today = newest_day(store, as_of)
    claims = evidence(store, (claim for each in found for claim in each.claims), as_of)
    return Timeline(
        party=party(node),
        as_of=as_of.isoformat() if as_of else None,
        today=today.isoformat() if today else None,
        found=found,
        evidence=claims,
        coverage=coverage(claims),
    )


def threads(
    store: Store,
    wanted: Callable[[Relation], bool] = lambda _: True,
    *,
    about: Node | None = None,
    as_of: Date | None = None,
    lapse_days: int = LAPSE_DAYS,
) -> tuple[Thread, ...]:
    """Return the threads of a store that are wanted, the latest first.

    Parameters
    ----------
    about
        Only threads of this party or product; they are found without reading all the others.
    """
    today = newest_day(store, as_of)
    if as_of is not None:
        _, marks = view.known(store, as_of)
        known = groups(store, as_of)[0]
    else:
        marks = view.marks(store)
        known = groups(store)[0] if about is None else _near(store, about)
    nodes = described(store, as_of)
    made = ((group, relation(group)) for group in known.values())
    found = [thread(group, of, nodes, today, lapse_days, marks) for group, of in made if wanted(of)]
    return tuple(sorted(found, key=lambda each: (_reversed(each.last_seen), each.tie, each.relation)))


def _reversed(day: str) -> int:
    return -Date.fromisoformat(day).toordinal()


def _near(store: Store, node: Node) -> dict[str, Group]:
    decided = standing(decisions(store))
    pattern = f"VALUES ?end {{ <{node.iri}> }} ?r a nt:Relation ; (rdf:subject|rdf:object|nt:item) ?end"
    near = sorted({row[0] for row in rows(store, f"{PROLOGUE}SELECT ?r {{ {pattern} }}")})
    claims = sorted(view.evidence_of(store, near))
    return gather(renamed(assertions(store, claims), decided.merged), aside=decided.aside)


def thread(
    group: Group,
    of: Relation,
    nodes: Mapping[str, Node],
    today: Date | None,
    lapse_days: int,
    marks: Mapping[str, tuple[str, ...]],
) -> Thread:
    """Return a relation's claims as a thread."""
    silent = (today - Date.fromisoformat(of.last_seen)).days if today else 0

    def shown(iri: str) -> Party:
        return party(nodes.get(iri) or Node(iri, iri.removeprefix(ID), "Participant"))

    said = groupby(
        sorted(group.all, key=lambda a: (a.date, a.status, a.attribution, a.claim)),
        key=lambda a: (a.date, a.status, a.attribution),
    )
    stages = []
    for (date, status, attribution), claims in said:
        given = tuple(claims)
        stages.append(
            Step(
                date=date,
                status=status,
                attribution=attribution,
                support=support(voices(given)),
                claims=tuple(sorted({each.claim for each in given})),
            )
        )
    return Thread(
        subject=shown(of.subject),
        predicate=of.predicate,
        object=shown(of.object) if of.object else None,
        item=item_of(of, nodes),
        status=of.status,
        attribution=of.attribution,
        support=of.support,
        share=(of.low, of.high),
        first_seen=of.first_seen,
        last_seen=of.last_seen,
        silent_days=silent,
        lapsed=of.status in UNDER_WAY and silent > lapse_days,
        disputed=marks.get(of.iri, ()),
        stages=tuple(stages),
        relation=of.iri,
        claims=of.claims,
    )


def newest_day(store: Store, as_of: Date | None = None) -> Date | None:
    """Return a day, or the day of the newest claim in the store."""
    if as_of is not None:
        return as_of
    newest = "".join(text for row in rows(store, query("newest")) for text in row)
    return Date.fromisoformat(newest) if newest else None


def lapsed(threads: Iterable[Thread]) -> tuple[Thread, ...]:
    """Return the threads that have lapsed, the longest silent first."""
    return tuple(sorted((each for each in threads if each.lapsed), key=lambda each: (-each.silent_days, each.tie)))
