"""What the graph does not know: needs without a supplier, unknown shares, facts gone stale, parties gone silent, and how
the reports of each source turned out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date as Date
from typing import Final

import numpy as np
from pydantic import Field

from graph.assertions import groups
from graph.components import BROADER
from graph.consolidate import STAGE, Assertion, Group, Relation, outlet, relation
from graph.dependency import party
from graph.evidence import coverage, evidence
from graph.facts import DIRECT
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import Node, described
from graph.network import Network, network
from graph.queries import PROLOGUE, rows
from graph.store import Store
from graph.threads import LAPSE_DAYS, in_words, newest_day
from ontology import terms
from ontology.terms import ID

#: Days after which half of the trust in a fact of this kind is gone: who makes what lasts, prices and shortages do not.
HALF_LIFE: Final = {
    **dict.fromkeys(terms.SUPPLY, 365),
    "develops": 1095,
    "uses": 365,
    "competesWith": 730,
    **dict.fromkeys(terms.CAPITAL, 730),
    **dict.fromkeys(terms.CONDITION, 180),
    "constrains": 90,
    "changesPrice": 90,
    "reportsResult": 90,
}


class OpenNeed(Answer):
    """Something that is used or short, and that nobody is known to deliver or develop."""

    component: Party
    wanted_by: tuple[str, ...]
    claims: tuple[str, ...]


class UnknownShare(Answer):
    """A need of which a part, or all, is not known to come from anyone in particular."""

    consumer: Party
    component: str
    suppliers: int = Field(description="Known suppliers.")
    known: float = Field(description="Sum of the lower bounds of their shares.")
    unknown: float = Field(description="What is left of the whole.")


class StaleFact(Answer):
    """A fact whose newest claim is older than the half-life of its kind."""

    tie: str
    last_seen: str
    age_days: int
    half_life: int
    freshness: float = Field(description="One half to the power of age over half-life.")
    claims: tuple[str, ...]


class SilentParty(Answer):
    """A party or product that no claim has named for long."""

    party: Party
    last_seen: str
    silent_days: int


class SourceRecord(Answer):
    """How what a source passed on as reported turned out."""

    source: str
    claims: int
    reported: int = Field(description="Ties it reported.")
    stated: int = Field(description="Of these: stated by another origin since, at that stage or further.")
    over: int = Field(description="Of these: denied, ended or rejected since.")
    lapsed: int = Field(description="Of these: not heard of for long.")
    open: int = Field(description="Of these: neither, as yet.")


class GraphCoverage(Answer):
    """What the graph does not know."""

    as_of: str | None
    today: str | None
    relations: int
    sources: int
    lone: int = Field(description="Sources with one claim only.")
    lone_sources: tuple[str, ...] = Field(description="The first of these.")
    open_needs: tuple[OpenNeed, ...] = Field(description="Needs that nobody is known to meet, the most wanted first.")
    needs_open: int = Field(description="How many there are.")
    unknown_shares: tuple[UnknownShare, ...] = Field(description="The needs with most suppliers first.")
    unknown_mass: float = Field(description="Part of all needs, one by one, whose share is unknown.")
    stale: tuple[StaleFact, ...] = Field(description="The least fresh first.")
    stale_facts: int
    silent: tuple[SilentParty, ...] = Field(description="The longest silent first.")
    silent_parties: int
    records: tuple[SourceRecord, ...] = Field(description="Sources that reported something, the busiest first.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        needs = f"{self.needs_open} need{'' if self.needs_open == 1 else 's'}"
        return (
            f"{self.relations} relations from {self.sources} sources, {self.lone} of them with one claim only; "
            f"{self.unknown_mass:.0%} of the needs’ shares unknown; {needs} without a known supplier; "
            f"{self.stale_facts} facts gone stale; {self.silent_parties} parties silent{self._when}"
        )


def graph_coverage(
    store: Store, *, as_of: Date | None = None, silent_days: int = 90, lapse_days: int = LAPSE_DAYS, limit: int = 50
) -> GraphCoverage:
    """Return what the graph does not know, as known on a day.

    Parameters
    ----------
    silent_days
        Days after which a party that no claim has named is listed.
    lapse_days
        Days after which a report that nobody repeated has lapsed.
    limit
        Most entries of a list; the counts are of all.
    """
    today = newest_day(store, as_of)
    found, _ = groups(store, as_of)
    made = {name: relation(group) for name, group in found.items()}
    nodes = described(store, as_of)
    net = network(store, "reported", as_of)
    shares, mass = _unknown(net)
    unmet = _open(store, made.values(), nodes)
    needs = unmet[:limit]
    stale = _stale(made.values(), nodes, today)
    silent = _silent(made.values(), nodes, today, silent_days)
    sources = _by_source(found)
    lone = sorted(name for name, each in sources.items() if len(each) == 1)
    records = _records(found, made, today, lapse_days)
    used = {claim for need in needs for claim in need.claims} | {
        claim for each in stale[:limit] for claim in each.claims
    }
    claims = evidence(store, used)
    return GraphCoverage(
        as_of=as_of.isoformat() if as_of else None,
        today=today.isoformat() if today else None,
        relations=len(made),
        sources=len(sources),
        lone=len(lone),
        lone_sources=tuple(lone[:limit]),
        open_needs=needs,
        needs_open=len(unmet),
        unknown_shares=shares[:limit],
        unknown_mass=mass,
        stale=stale[:limit],
        stale_facts=len(stale),
        silent=silent[:limit],
        silent_parties=len(silent),
        records=records[:limit],
        evidence=claims,
        coverage=coverage(claims),
    )


def _name(iri: str, nodes: Mapping[str, Node]) -> str:
    return nodes[iri].name if iri in nodes else iri.removeprefix(ID)


def _shown(iri: str, nodes: Mapping[str, Node]) -> Party:
    return party(nodes.get(iri) or Node(iri, iri.removeprefix(ID), "Participant"))


def _unknown(net: Network) -> tuple[tuple[UnknownShare, ...], float]:
    """Return the needs with their unknown part, direct facts alone, and the mean over all needs.

    What a product is made of or runs on is no share that anybody could know.
    """
    direct = np.flatnonzero((net.role == DIRECT) & (net.relation >= 0)).tolist()
    of: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for fact in direct:
        of_need = of[int(net.consumer[fact]), int(net.component[fact])]
        supplier = int(net.supplier[fact])
        of_need[supplier] = max(of_need.get(supplier, 0.0), float(net.low[fact]))
    found = []
    for (consumer, component), lows in of.items():
        known = min(1.0, sum(lows.values()))
        if known < 1.0 - 1e-9:
            found.append(
                UnknownShare(
                    consumer=party(net.nodes[consumer]),
                    component=net.nodes[component].name,
                    suppliers=len(lows),
                    known=known,
                    unknown=1.0 - known,
                )
            )
    found.sort(key=lambda each: (-each.suppliers, -each.unknown, each.consumer.name, each.component))
    return tuple(found), sum(each.unknown for each in found) / len(of) if of else 0.0


def _open(store: Store, relations: Iterable[Relation], nodes: Mapping[str, Node]) -> tuple[OpenNeed, ...]:
    """Return what is used or short without anybody who delivers or develops it.

    Who is short without saying to whom is the seller of it: sold out is no need of his.
    """
    met = {row[0] for row in rows(store, f"{PROLOGUE}SELECT ?thing {{ ?thing nt:developedBy ?who }}")}
    wanted: dict[str, list[Relation]] = defaultdict(list)
    for each in relations:
        if not each.level:
            continue
        if each.predicate in terms.SUPPLY:
            met.add(each.item)
        elif each.predicate == "develops":
            met.add(each.object)
        elif each.predicate == "uses":
            wanted[each.object].append(each)
        elif each.predicate == "constrains" and each.item and each.object:
            wanted[each.item].append(each)
    for thing in tuple(met):  # who delivers HBM4 delivers HBM
        while thing in BROADER:
            met.add(thing := BROADER[thing])
    organisations = {*terms.PARTY_KINDS.values()}
    return tuple(
        OpenNeed(
            component=_shown(thing, nodes),
            wanted_by=tuple(
                sorted({_name(r.subject if r.predicate == "uses" else r.object, nodes) for r in wanted[thing]})
            ),
            claims=tuple(sorted({claim for r in wanted[thing] for claim in r.claims})),
        )
        for thing in sorted(wanted, key=lambda thing: (-len(wanted[thing]), thing))
        if thing not in met and (thing not in nodes or nodes[thing].kind not in organisations)
    )


def _stale(relations: Iterable[Relation], nodes: Mapping[str, Node], today: Date | None) -> tuple[StaleFact, ...]:
    if today is None:
        return ()
    found = []
    for each in relations:
        age = (today - Date.fromisoformat(each.last_seen)).days
        if each.level and age > HALF_LIFE[each.predicate]:
            tie = in_words(
                _name(each.subject, nodes),
                each.predicate,
                _name(each.object, nodes) if each.object else "",
                each.item_name,
            )
            fresh = 0.5 ** (age / HALF_LIFE[each.predicate])
            found.append(
                StaleFact(
                    tie=tie,
                    last_seen=each.last_seen,
                    age_days=age,
                    half_life=HALF_LIFE[each.predicate],
                    freshness=fresh,
                    claims=each.claims,
                )
            )
    return tuple(sorted(found, key=lambda each: (each.freshness, each.tie)))


def _silent(
    relations: Iterable[Relation], nodes: Mapping[str, Node], today: Date | None, days: int
) -> tuple[SilentParty, ...]:
    last: dict[str, str] = {}
    for each in relations:
        for end in (each.subject, each.object):
            if end:
                last[end] = max(last.get(end, ""), each.last_seen)
    ages = {end: (today - Date.fromisoformat(seen)).days for end, seen in last.items()} if today else {}
    found = (
        SilentParty(party=_shown(end, nodes), last_seen=last[end], silent_days=age)
        for end, age in ages.items()
        if age > days
    )
    return tuple(sorted(found, key=lambda each: (-each.silent_days, each.party.name, each.party.iri)))


def _source(assertion: Assertion) -> set[str]:
    """Return the sources of a claim: outlets of its addresses; for a citation without one, the document."""
    return {outlet(origin).partition("#")[0].removeprefix(terms.DOCUMENT) for origin in assertion.origins}


def _by_source(groups: Mapping[str, Group]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for each in group.all:
            for source in _source(each):
                found[source].add(each.claim)
    return found


def _records(
    groups: Mapping[str, Group], relations: Mapping[str, Relation], today: Date | None, days: int
) -> tuple[SourceRecord, ...]:
    claims = _by_source(groups)
    ends: dict[str, list[str]] = defaultdict(list)
    for name, group in groups.items():
        first: dict[str, Assertion] = {}
        for each in group.all:
            if each.attribution == "reported" and each.status in STAGE:
                for source in _source(each):
                    first.setdefault(source, each)
        for source, said in first.items():
            ends[source].append(_turned(source, said, group, relations[name], today, days))
    found = [
        SourceRecord(
            source=source,
            claims=len(claims[source]),
            reported=len(turned),
            **{how: turned.count(how) for how in ("stated", "over", "lapsed", "open")},
        )
        for source, turned in ends.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.reported, each.source)))


def _turned(source: str, said: Assertion, group: Group, of: Relation, today: Date | None, days: int) -> str:
    if any(
        each.attribution == "stated"
        and each.status in STAGE
        and STAGE[each.status] >= STAGE[said.status]
        and each.date >= said.date
        and _source(each) != {source}
        for each in group.live
    ):
        return "stated"
    if not of.level:
        return "over"
    silent = (today - Date.fromisoformat(of.last_seen)).days if today else 0
    return "lapsed" if silent > days else "open"
