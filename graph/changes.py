"""What changed between two known times: ties, parties, conflicts, and whose answers moved because of which claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from typing import Final, NamedTuple

import numpy as np
from pydantic import Field

from graph import view
from graph.assertions import world_of
from graph.conflicts import ConflictRow, conflicts
from graph.consolidate import Assertion, Group, Relation, gather, relation, renamed
from graph.decisions import decisions, standing
from graph.dependency import find, party, tiers
from graph.errors import QuestionError
from graph.evidence import coverage, evidence
from graph.exposure import losses
from graph.models import Answer, Coverage, Evidence, Interval, Party
from graph.names import Node, arms, described
from graph.network import Network, built
from graph.store import Store
from graph.threads import LAPSE_DAYS, Thread, in_words, item_of, lapsed, newest_day, thread
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import ID

#: What a change weighs in a list that a person reads from the top: supply before products, capital, conditions.
_WEIGHT: Final = {
    **dict.fromkeys(terms.SUPPLY, 0),
    **dict.fromkeys(terms.PRODUCT, 1),
    **dict.fromkeys(terms.CAPITAL, 2),
    **dict.fromkeys(terms.CONDITION, 3),
}
_SAME: Final = 1e-9
_PARTIES: Final = frozenset({*terms.PARTY_KINDS.values(), "Candidate"})


class TieChange(Answer):
    """A tie that is new, or has moved in status, attribution or share."""

    what: str = Field(description="new or moved.")
    subject: Party
    predicate: str
    object: Party | None
    item: str | None
    before: str | None = Field(description="Status and attribution before.", examples=["negotiating, reported"])
    after: str = Field(examples=["actual, stated"])
    share_before: Interval | None
    share: Interval
    support: int = Field(description="Independent origins of the status it stands at.")
    disputed: tuple[str, ...] = Field(description="Ids of the open conflicts it is part of.")
    relation: str
    claims: tuple[str, ...] = Field(description="The claims that are new.")

    @property
    def tie(self) -> str:
        """The tie in words."""
        return in_words(self.subject.name, self.predicate, self.object.name if self.object else "", self.item or "")

    @property
    def headline(self) -> str:
        """The change in words."""
        how = f"{self.before} → {self.after}" if self.before and self.before != self.after else self.after
        return f"{self.tie}: {how}"


class NewParty(Answer):
    """A party or product that no claim spoke of before."""

    party: Party
    claims: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The name."""
        return self.party.name


class MovedAnswer(Answer):
    """An exposure of a watched party that moved."""

    party: Party
    to: Party
    level: str
    before: Interval
    after: Interval
    tier_before: int | None = Field(description="How many hops away it was; none where no way was known.")
    tier: int | None
    claims: tuple[str, ...] = Field(description="The new claims on the ways between the two.")

    @property
    def headline(self) -> str:
        """The move in words."""
        if self.tier_before is None:
            return f"{self.party.name} is now known to depend on {self.to.name}"
        if self.tier is None:
            return f"{self.party.name} is no longer known to depend on {self.to.name}"
        spans = (f"[{low:.2f}, {high:.2f}]" for low, high in (self.before, self.after))
        return f"{self.party.name}’s exposure to {self.to.name} moved from {' to '.join(spans)}"


class Changes(Answer):
    """What was learnt after one day and up to another."""

    since: str
    until: str
    heard_again: int = Field(description="Ties that were spoken of again without moving.")
    ties: tuple[TieChange, ...] = Field(description="New and moved ties, supply first.")
    conflicts: tuple[ConflictRow, ...] = Field(description="Conflicts that are new.")
    closed: tuple[str, ...] = Field(description="Ids of conflicts that are no longer open.")
    answers: tuple[MovedAnswer, ...] = Field(description="Answers of the watched parties that moved.")
    lapsed: tuple[Thread, ...] = Field(description="Deals under way that came to be silent for long in this time.")
    parties: tuple[NewParty, ...] = Field(description="Parties and products that no claim spoke of before.")
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        new = sum(each.what == "new" for each in self.ties)
        counts = [
            (new, "new tie", "new ties"),
            (len(self.ties) - new, "tie moved", "ties moved"),
            (len(self.parties), "new name", "new names"),
            (len(self.conflicts), "new conflict", "new conflicts"),
            (len(self.answers), "answer moved", "answers moved"),
            (len(self.lapsed), "deal gone silent", "deals gone silent"),
        ]
        said = [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]
        return f"After {self.since}, up to {self.until}: {', '.join(said) or 'nothing changed'}"


class _Known(NamedTuple):
    """What was known on a day."""

    day: Date
    groups: dict[str, Group]
    relations: dict[str, Relation]
    conflicts: frozenset[str]


def changes(
    store: Store,
    since: Date,
    until: Date | None = None,
    *,
    watch: Sequence[str] = (),
    level: str = "reported",
    lapse_days: int = LAPSE_DAYS,
    catalogue: Catalogue | None = None,
) -> Changes:
    """Return what was learnt after one day and up to another.

    Parameters
    ----------
    since
        Known time: claims up to and including this day were known before.
    until
        The last day that counts; by default the day of the newest claim.
    watch
        Names of parties whose answers are compared.
    level
        How firm a claim must be for the watched answers.

    Raises
    ------
    UnknownNameError
        The store does not know a watched party.
    QuestionError
        The last day lies before the first.
    """
    if until is not None and until < since:
        raise QuestionError(f"until ({until}) lies before since ({since})")
    last = until or newest_day(store) or since
    watched = [find(store, name, catalogue) for name in watch]
    claims = view.assertions(store)
    before, after = (_known(store, claims, day) for day in (since, max(since, last)))
    nodes = described(store, after.day)
    marks = view.known(store, after.day)[1]
    new = frozenset(each.claim for each in claims if since.isoformat() < each.date <= after.day.isoformat())

    ties = [
        _tie(name, before.relations.get(name), after.relations[name], new, nodes, marks)
        for name in after.relations
        if _moved(before.relations.get(name), after.relations[name])
    ]
    ties.sort(key=lambda each: (_WEIGHT[each.predicate], -each.support, each.tie, each.relation))
    again = sum(
        name in before.relations and not new.isdisjoint(each.claims) and not _moved(before.relations[name], each)
        for name, each in after.relations.items()
    )
    fresh = conflicts(store, as_of=after.day, settled=False)
    rows = tuple(row for row in fresh.found if row.iri not in before.conflicts)
    closed = before.conflicts - after.conflicts
    moved = _answers(store, before, after, watched, level, new)
    silent = _silent(before, after, nodes, marks, lapse_days)
    parties = _parties(before, after, nodes, new)
    found = evidence(store, _claims(ties, rows, moved, silent, parties))
    return Changes(
        since=since.isoformat(),
        until=after.day.isoformat(),
        ties=tuple(ties),
        heard_again=again,
        parties=parties,
        conflicts=rows,
        closed=tuple(sorted(each.removeprefix(terms.CONFLICT) for each in closed)),
        answers=moved,
        lapsed=silent,
        evidence=found,
        coverage=coverage(found),
    )


def _claims(*lists: Iterable[TieChange | ConflictRow | MovedAnswer | Thread | NewParty]) -> set[str]:
    return {claim for each_list in lists for each in each_list for claim in each.claims}


def _known(store: Store, claims: Iterable[Assertion], day: Date) -> _Known:
    decided = standing(decisions(store, day))
    groups = gather(renamed(claims, decided.merged), day, aside=decided.aside)
    open_ = view.ledger(groups, decided, world_of(store, day))
    return _Known(
        day,
        groups,
        {name: relation(group) for name, group in groups.items()},
        frozenset(each.iri for each in open_ if not each.settled_by),
    )


def _moved(before: Relation | None, after: Relation) -> bool:
    return before is None or (
        (before.status, before.attribution, before.low, before.high)
        != (after.status, after.attribution, after.low, after.high)
    )


def _shown(iri: str, nodes: Mapping[str, Node]) -> Party:
    return party(nodes.get(iri) or Node(iri, iri.removeprefix(ID), "Participant"))


def _tie(
    name: str,
    before: Relation | None,
    after: Relation,
    new: frozenset[str],
    nodes: Mapping[str, Node],
    marks: Mapping[str, tuple[str, ...]],
) -> TieChange:
    return TieChange(
        what="moved" if before else "new",
        subject=_shown(after.subject, nodes),
        predicate=after.predicate,
        object=_shown(after.object, nodes) if after.object else None,
        item=item_of(after, nodes),
        before=before.how_far if before else None,
        after=after.how_far,
        share_before=(before.low, before.high) if before else None,
        share=(after.low, after.high),
        support=after.support,
        disputed=marks.get(name, ()),
        relation=name,
        claims=tuple(claim for claim in after.claims if claim in new),
    )


def _parties(before: _Known, after: _Known, nodes: Mapping[str, Node], new: frozenset[str]) -> tuple[NewParty, ...]:
    heard = {end for each in before.relations.values() for end in (each.subject, each.object, each.item)}
    claims: dict[str, set[str]] = {}
    for group in after.groups.values():
        for each in group.all:
            for end in {each.subject, each.object, each.item} - heard:
                if end in nodes and nodes[end].kind != "Component":
                    claims.setdefault(end, set()).add(each.claim)
    found = (NewParty(party=_shown(end, nodes), claims=tuple(sorted(claims[end] & new))) for end in claims)
    return tuple(sorted(found, key=lambda each: (each.party.name.casefold(), each.party.iri)))


def _silent(
    before: _Known,
    after: _Known,
    nodes: Mapping[str, Node],
    marks: Mapping[str, tuple[str, ...]],
    days: int,
) -> tuple[Thread, ...]:
    """Return the deals that lapsed between the two days."""
    found = lapsed(
        thread(after.groups[name], of, nodes, after.day, days, marks) for name, of in after.relations.items()
    )
    return tuple(each for each in found if each.silent_days - (after.day - before.day).days <= days)


def _answers(
    store: Store, before: _Known, after: _Known, watched: Sequence[Node], level: str, new: frozenset[str]
) -> tuple[MovedAnswer, ...]:
    if not watched:
        return ()
    nets = [built(store, known.relations.values(), level, as_of=known.day) for known in (before, after)]
    found = [each for node in watched for each in _exposures(store, nets[0], nets[1], node, level, new)]
    return tuple(
        sorted(
            found,
            key=lambda each: (each.party.name, -abs(sum(each.after) - sum(each.before)), each.to.name, each.to.iri),
        )
    )


def _exposures(
    store: Store, before: Network, after: Network, node: Node, level: str, new: frozenset[str]
) -> Iterable[MovedAnswer]:
    """Yield what moved in a party's exposures to all that it depended on, or depends on now."""
    reached = [_reached(net, node.iri) for net in (before, after)]
    for source in sorted({*reached[0], *reached[1]}):
        spans = []
        for net in (before, after):
            spread = losses(net, [source, *arms(store, source)])
            place = net.index.get(node.iri)
            spans.append((0.0, 0.0) if place is None else (float(spread.low[place]), float(spread.high[place])))
        near = [tier.get(source) for tier in reached]
        same = all(abs(one - other) < _SAME for one, other in zip(*spans, strict=True))
        if same and (near[0] is None) == (near[1] is None):
            continue
        at = after if source in after.index else before
        yield MovedAnswer(
            party=party(node),
            to=party(at.nodes[at.index[source]]),
            level=level,
            before=spans[0],
            after=spans[1],
            tier_before=near[0],
            tier=near[1],
            claims=_between(after, source, node.iri, new),
        )


def _reached(net: Network, iri: str) -> dict[str, int]:
    """Return what a party depends on, with the tier."""
    start = net.index.get(iri)
    if start is None:
        return {}
    tier, _ = tiers(net, start, "dependencies")
    return {net.nodes[n].iri: int(tier[n]) for n in np.flatnonzero(tier > 0).tolist() if net.nodes[n].kind in _PARTIES}


def _between(net: Network, source: str, consumer: str, new: frozenset[str]) -> tuple[str, ...]:
    """Return the new claims on the ways from a source to a consumer."""
    start, end = net.index.get(source), net.index.get(consumer)
    if start is None or end is None:
        return ()
    down, up = tiers(net, start, "dependents")[0], tiers(net, end, "dependencies")[0]
    told = net.resting(np.flatnonzero((down[net.supplier] >= 0) & (up[net.consumer] >= 0)))
    return tuple(sorted({claim for each in told for claim in net.relations[each].claims if claim in new}))


def watch_list(text: str) -> tuple[str, ...]:
    """Return the names of a watch list: one a line, what follows a # is a remark.

    >>> watch_list("OpenAI\\n# chips\\nNVIDIA  # the largest\\n\\n")
    ('OpenAI', 'NVIDIA')
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


__all__ = ["Changes", "MovedAnswer", "NewParty", "TieChange", "changes", "watch_list"]
