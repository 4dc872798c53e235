"""What a person should look at: names that no catalogue knows, claims that were read with doubt; and what they decided.

Nothing merges by itself. A merge, an acceptance or a rejection is a decision like any other, signed, dated, and undone by
another; what is rejected is set aside, never deleted.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date as Date

from pydantic import Field

from graph import view
from graph.assertions import assertions
from graph.conflicts import enter
from graph.decisions import Decision, decisions, standing
from graph.dependency import find, party
from graph.errors import DecisionError, UnknownNameError
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import described
from graph.queries import query, rows
from graph.store import Store
from graph.threads import in_words
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import ID

DOUBT = 0.6
_SUGGESTED = 3


class UnknownParty(Answer):
    """A name that no catalogue knows."""

    party: Party
    mentions: int = Field(description="Claims that name it.")
    maybe: tuple[str, ...] = Field(description="Known names that look like it; nothing merges by itself.")
    claims: tuple[str, ...] = Field(description="The first few claims.")


class DoubtfulClaim(Answer):
    """A claim that the extractor was not sure of."""

    says: str = Field(description="What it says, in words.")
    claim: str
    confidence: float
    claims: tuple[str, ...]

    @property
    def id(self) -> str:
        """The last part of the claim's IRI."""
        return self.claim.removeprefix(terms.CLAIM)


class Decided(Answer):
    """A decision in the history."""

    about: str
    turn: int
    verdict: str
    author: str
    date: str
    why: str
    into: str | None
    keeps: tuple[str, ...] = Field(description="Claims that it holds right.")
    sets_aside: tuple[str, ...] = Field(description="Claims that do not count as long as it stands.")
    stands: bool = Field(description="Whether it is the latest about its thing.")


class Review(Answer):
    """What waits for a person, and what was decided."""

    parties: tuple[UnknownParty, ...] = Field(description="The most mentioned first.")
    doubtful: tuple[DoubtfulClaim, ...] = Field(description="The most doubtful first.")
    more: int = Field(description="How many more wait than are shown.")
    history: tuple[Decided, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        names, claims = len(self.parties), len(self.doubtful)
        more = f" and {self.more} more" if self.more else ""
        return (
            f"{names} unknown {'name' if names == 1 else 'names'} and {claims} doubtful "
            f"{'claim' if claims == 1 else 'claims'} wait{more}; {len(self.history)} decided"
        )


def review(store: Store, *, doubt: float = DOUBT, limit: int = 50, catalogue: Catalogue | None = None) -> Review:
    """Return what waits for a person: unknown names and claims read with less confidence than ``doubt``."""
    catalogue = catalogue or Catalogue.bundled()
    made = decisions(store)
    decided = standing(made)
    done = {about for about, each in decided.latest.items() if each.verdict != "undo"}
    nodes = described(store)
    naming: dict[str, set[str]] = defaultdict(set)
    for each in assertions(store):
        for end in (each.subject, each.object, each.item):
            if end.startswith((f"{ID}candidate-", f"{ID}component-")):
                naming[end].add(each.claim)
    candidates = {row[0] for row in rows(store, query("candidates"))}
    waiting = sorted(
        (iri for iri in naming if iri in candidates and iri in nodes and iri not in done),
        key=lambda iri: (-len(naming[iri]), iri),
    )
    doubtful = sorted(
        (float(confidence), claim)
        for claim, confidence in rows(store, query("doubtful").replace("#DOUBT#", repr(float(doubt))))
        if claim not in done
    )
    parties = tuple(
        UnknownParty(
            party=party(nodes[iri]),
            mentions=len(naming[iri]),
            maybe=tuple(each.name for each in catalogue.suggest(nodes[iri].name, _SUGGESTED)),
            claims=tuple(sorted(naming[iri])[:3]),
        )
        for iri in waiting[:limit]
    )
    shown = {claim for name in parties for claim in name.claims} | {iri for _, iri in doubtful[:limit]}
    found = evidence(store, shown)
    claims = tuple(
        DoubtfulClaim(says=_says(found[iri]), claim=iri, confidence=doubted, claims=(iri,))
        for doubted, iri in doubtful[:limit]
    )
    return Review(
        parties=parties,
        doubtful=claims,
        more=len(waiting) + len(doubtful) - len(parties) - len(claims),
        history=tuple(as_decided(each, stands=decided.latest[each.about] == each) for each in made),
        evidence=found,
        coverage=coverage(found),
    )


def _says(claim: Evidence) -> str:
    return f"{in_words(claim.subject, claim.predicate, claim.object or '', claim.item or '')}, {claim.status}"


def as_decided(decision: Decision, *, stands: bool = True) -> Decided:
    """Return a decision as answers show it."""
    return Decided(
        about=decision.about.removeprefix(terms.BASE),
        turn=decision.turn,
        verdict=decision.verdict,
        author=decision.author,
        date=decision.date,
        why=decision.why,
        into=decision.into.removeprefix(ID) or None,
        keeps=decision.keeps,
        sets_aside=decision.sets_aside,
        stands=stands,
    )


def accept(store: Store, thing: str, why: str, *, author: str, date: Date, catalogue: Catalogue) -> Decision:
    """Say that a name stands for itself, or that a claim was read rightly."""
    return enter(store, _decision(store, thing, "accept", why, author, date, catalogue), catalogue)


def reject(store: Store, thing: str, why: str, *, author: str, date: Date, catalogue: Catalogue) -> Decision:
    """Set a claim aside, or all claims that name something which is no party or product."""
    decision = _decision(store, thing, "reject", why, author, date, catalogue)
    if decision.about.startswith(terms.CLAIM):
        aside = {decision.about}
    else:
        aside = {each.claim for each in assertions(store) if decision.about in (each.subject, each.object, each.item)}
    return enter(
        store,
        Decision(decision.about, "reject", decision.author, decision.date, why, (), tuple(sorted(aside))),
        catalogue,
    )


def merge(store: Store, name: str, into: str, why: str, *, author: str, date: Date, catalogue: Catalogue) -> Decision:
    """Say that a name that no catalogue knows is another name of something; its claims count for that from then on.

    Raises
    ------
    DecisionError
        The name is the catalogue's own, or the two are the same already.
    """
    decision = _decision(store, name, "merge", why, author, date, catalogue)
    target = find(store, into, catalogue)
    if not decision.about.startswith((f"{ID}candidate-", f"{ID}component-")):
        raise DecisionError(f"{name!r} is in the catalogue; only a name that no catalogue knows can be merged")
    if target.iri == decision.about:
        raise DecisionError(f"{name!r} and {into!r} are the same")
    return enter(
        store,
        Decision(decision.about, "merge", decision.author, decision.date, why, into=target.iri),
        catalogue,
    )


def _decision(
    store: Store, thing: str, verdict: str, why: str, author: str, date: Date, catalogue: Catalogue
) -> Decision:
    if not author.strip():
        raise DecisionError("a decision needs its author")
    return Decision(_about(store, thing, catalogue), verdict, author.strip(), date.isoformat(), why)


def _about(store: Store, thing: str, catalogue: Catalogue) -> str:
    claim = thing if thing.startswith(terms.CLAIM) else terms.CLAIM + thing
    if thing and not any(character.isspace() or character in '<>"{}|\\^`' for character in thing):
        if view.holding(store, [claim]):
            return claim
        iri = thing if thing.startswith(ID) else ID + thing
        if any(iri == row[0] for row in rows(store, query("candidates"))):
            return iri  # a merged name is looked up as itself, not as what it was merged into
    try:
        return find(store, thing, catalogue).iri
    except UnknownNameError as error:
        raise UnknownNameError(thing, error.suggestions, "name or claim") from None
