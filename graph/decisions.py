"""What people decide about conflicts, claims and names: records in documents of their own, dated, signed, never a deletion.

The latest decision about a thing counts, so each can be undone by another; the earlier ones stay as its history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from typing import Final, Literal

from graph.nquads import day, integer, iri, literal
from graph.queries import query, rows
from graph.store import Quad, Store
from ontology import terms
from ontology.terms import DCTERMS, NT, RDF, RDFS

Verdict = Literal["resolve", "accept", "reject", "merge", "undo"]
LOADER: Final = "decision"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: about which conflict, claim or name (an IRI), by whom, when and why."""

    about: str
    verdict: str
    author: str
    date: str
    why: str = ""
    keeps: tuple[str, ...] = ()
    sets_aside: tuple[str, ...] = ()
    into: str = ""
    turn: int = 1

    @property
    def document(self) -> str:
        """The IRI of its document."""
        mark = terms.digest(
            self.about, self.turn, self.verdict, self.author, self.date, self.why, *self.keeps, self.into
        )
        return f"{terms.DOCUMENT}decision-{mark}"

    @property
    def iri(self) -> str:
        """Its own IRI."""
        return self.document + "#decision"


@dataclass(frozen=True)
class Standing:
    """What the decisions come to: claims set aside, names merged into others, conflict → decision, thing → verdict."""

    aside: frozenset[str]
    merged: dict[str, str]
    settled: dict[str, Decision]
    latest: dict[str, Decision]


def quads(decision: Decision) -> tuple[Quad, ...]:
    """Return a decision's document as sorted quads."""
    graph, document, node = iri(decision.document), iri(decision.document), iri(decision.iri)
    when = day(Date.fromisoformat(decision.date))
    found = {
        (document, iri(RDF + "type"), iri(NT + "Document")),
        (document, iri(DCTERMS + "identifier"), literal(f"{decision.verdict} by {decision.author}")),
        (document, iri(DCTERMS + "date"), when),
        (document, iri(NT + "loader"), literal(LOADER)),
        (node, iri(RDF + "type"), iri(NT + "Decision")),
        (node, iri(NT + "decides"), iri(decision.about)),
        (node, iri(NT + "turn"), integer(decision.turn)),
        (node, iri(NT + "verdict"), literal(decision.verdict)),
        (node, iri(DCTERMS + "creator"), literal(decision.author)),
        (node, iri(DCTERMS + "date"), when),
        *((node, iri(NT + "keeps"), iri(claim)) for claim in decision.keeps),
        *((node, iri(NT + "setsAside"), iri(claim)) for claim in decision.sets_aside),
    }
    if decision.why:
        found.add((node, iri(RDFS + "comment"), literal(decision.why)))
    if decision.into:
        found.add((node, iri(NT + "mergedInto"), iri(decision.into)))
    return tuple((s, p, o, graph) for s, p, o in sorted(found))


def decisions(store: Store, as_of: Date | None = None) -> tuple[Decision, ...]:
    """Return the decisions of a store up to a day, by thing and turn."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for decision, how, claim in rows(store, query("decided_claims")):
        claims[decision, how].append(claim)
    found = []
    for name, _, about, turn, verdict, author, date, why, into in rows(store, query("decisions")):
        if as_of is None or date <= as_of.isoformat():
            kept, aside = (tuple(sorted(claims[name, NT + how])) for how in ("keeps", "setsAside"))
            found.append(Decision(about, verdict, author, date, why, kept, aside, into, int(turn)))
    return tuple(sorted(found, key=lambda each: (each.about, each.turn, each.iri)))


def standing(decided: Iterable[Decision]) -> Standing:
    """Return what decisions come to: of those about one thing, the last turn counts."""
    latest = {each.about: each for each in sorted(decided, key=lambda each: (each.about, each.turn, each.iri))}
    merged = {about: each.into for about, each in latest.items() if each.verdict == "merge"}
    return Standing(
        aside=frozenset(claim for each in latest.values() for claim in each.sets_aside),
        merged={name: _end(name, merged) for name in merged},
        settled={about: each for about, each in latest.items() if each.verdict == "resolve"},
        latest=latest,
    )


def turned(was: Standing, now: Standing) -> tuple[set[str], set[str], set[str]]:
    """Return what changes from one standing to another: names merged or not, conflicts settled or not, claims weighed anew."""
    names = {name for name, _ in was.merged.items() ^ now.merged.items()}
    conflicts = {
        name for name in was.settled.keys() | now.settled.keys() if was.settled.get(name) != now.settled.get(name)
    }
    heard = [each for side in (was, now) for name in conflicts if (each := side.settled.get(name))]
    claims = {claim for each in heard for claim in (*each.keeps, *each.sets_aside)}
    return names, conflicts, claims | (was.aside ^ now.aside)


def _end(name: str, merged: dict[str, str]) -> str:
    seen = {name}
    while (into := merged.get(name)) is not None and into not in seen:
        seen.add(into)
        name = into
    return name
