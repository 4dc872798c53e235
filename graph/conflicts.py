"""The ledger of claims that disagree, and how a person settles one: by a decision of their own, which can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date as Date

from pydantic import Field

from graph import decisions, view
from graph.assertions import groups, names, world_of
from graph.consolidate import Relation, relation
from graph.decisions import Decision
from graph.disputes import Conflict, Side
from graph.errors import DecisionError, UnknownNameError
from graph.evidence import coverage, evidence
from graph.ingest import decide
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import Node, described
from graph.queries import query, rows
from graph.store import Store
from graph.threads import in_words
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.terms import ID, NT

_KIND = {f"{NT}{name}": kind for kind, name in terms.CONFLICT_KINDS.items()}
CATALOGUE = "catalogue"


class ConflictSide(Answer):
    """One side of a conflict: claims that hold together; a side without a claim is the catalogue's word."""

    says: str = Field(examples=["OpenAI"])
    support: int = Field(description="Independent origins.")
    since: str | None = Field(description="The day of its first claim.")
    claims: tuple[str, ...]
    relations: tuple[str, ...]

    @property
    def headline(self) -> str:
        """What the side says, in a few words."""
        return f"{self.says} ({_origins(self.support) if self.claims else 'the catalogue'})"


class Settled(Answer):
    """The decision under which a conflict no longer stands."""

    author: str
    date: str
    why: str
    keeps: tuple[str, ...]

    @property
    def headline(self) -> str:
        """Who decided, when and why."""
        return f"{self.author} on {self.date}: {self.why}"


class ConflictRow(Answer):
    """Claims that can't all hold. Nothing is retired by it."""

    id: str = Field(examples=["owner-0f3b2c1d4e5f6a7b"])
    iri: str
    kind: str = Field(description="owner, exclusivity, share, denial, number or stage.")
    over: Party
    question: str = Field(examples=["Who develops Prism?"])
    since: str = Field(description="The day on which the second side was first heard.")
    sides: tuple[ConflictSide, ...]
    settled: Settled | None

    @property
    def headline(self) -> str:
        """The question on which the claims differ."""
        return self.question

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims of all sides."""
        return tuple(claim for side in self.sides for claim in side.claims)


class Conflicts(Answer):
    """What sources disagree on."""

    as_of: str | None
    found: tuple[ConflictRow, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        settled = sum(each.settled is not None for each in self.found)
        also = f", {settled} settled" if settled else ""
        number = len(self.found) - settled
        return f"{number} open {'conflict' if number == 1 else 'conflicts'}{also}{self._when}"


def ledger(store: Store, as_of: Date | None = None) -> tuple[Conflict, ...]:
    """Return the conflicts of a store, sorted by IRI: those of the default graph, or as of a day worked out anew."""
    if as_of is not None:
        found, decided = groups(store, as_of)
        return view.ledger(found, decided, world_of(store, as_of))
    sides: dict[str, list[Side]] = defaultdict(list)
    related, backed, first = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set), dict[str, str]()
    for side, of, claim, date in rows(store, query("sides")):
        if of:
            related[side].add(of)
        if claim:
            backed[side].add(claim)
            first[side] = min(first.get(side, date), date)
    heads = sorted(rows(store, query("conflicts")), key=lambda row: (row[0], int(row[4].rpartition("-")[2])))
    for conflict, _, _, _, side, says, support in heads:
        about, claims = (tuple(sorted(each[side])) for each in (related, backed))
        made = Side(says, about, claims, int(support), first.get(side, ""))
        sides[conflict].append(made)
    found_heads = {row[0]: row for row in heads}
    return tuple(
        Conflict(name, _KIND[row[1]], row[2], tuple(sides[name]), row[3]) for name, row in sorted(found_heads.items())
    )


def conflicts(
    store: Store,
    *,
    as_of: Date | None = None,
    kind: str | None = None,
    party: Node | None = None,
    settled: bool = True,
) -> Conflicts:
    """Return what sources disagree on, the newest first.

    Parameters
    ----------
    kind
        Only conflicts of this kind.
    party
        Only conflicts over this party or product, or with it on one side.
    settled
        Whether those that a decision settles are shown as well.
    """
    found = [each for each in ledger(store, as_of) if kind in (None, each.kind) and (settled or not each.settled_by)]
    wanted = {name for each in found for name in each.relations}
    if as_of is None:
        relations = {each.iri: each for each in view.relations(store, iris=sorted(wanted))}
    else:
        relations = {name: relation(group) for name, group in groups(store, as_of)[0].items() if name in wanted}
    if party is not None:
        found = [each for each in found if party.iri in _named(each, relations)]
    nodes = described(store, as_of)
    decided = {each.iri: each for each in decisions.decisions(store, as_of)} if found else {}
    shown = sorted((_row(each, relations, nodes, decided) for each in found), key=lambda row: row.id)
    shown.sort(key=lambda row: row.since, reverse=True)
    claims = evidence(store, (claim for row in shown for claim in row.claims))
    return Conflicts(
        as_of=as_of.isoformat() if as_of else None,
        found=tuple(shown),
        evidence=claims,
        coverage=coverage(claims),
    )


def conflict(store: Store, name: str, as_of: Date | None = None) -> Conflicts:
    """Return one conflict, by its id or IRI.

    Raises
    ------
    UnknownNameError
        The store has no such conflict.
    """
    found = conflicts(store, as_of=as_of)
    rows_ = tuple(row for row in found.found if name in (row.id, row.iri))
    if not rows_:
        raise UnknownNameError(name, tuple(row.id for row in found.found[:5]), "conflict")
    claims = {each: found.evidence[each] for each in rows_[0].claims}
    return found.model_copy(update={"found": rows_, "evidence": claims, "coverage": coverage(claims)})


def _named(conflict: Conflict, relations: Mapping[str, Relation]) -> set[str]:
    sides = (relations[name] for name in conflict.relations if name in relations)
    return {conflict.over, *(end for each in sides for end in (each.subject, each.object, each.item))}


def _row(
    conflict: Conflict, relations: Mapping[str, Relation], nodes: Mapping[str, Node], decided: Mapping[str, Decision]
) -> ConflictRow:
    over = nodes.get(conflict.over) or Node(conflict.over, conflict.over.removeprefix(ID), "Participant")

    def name(iri: str) -> str:
        return nodes[iri].name if iri in nodes else iri.removeprefix(ID)

    some = relations.get(conflict.relations[0]) if conflict.relations else None
    tie = item = ""
    if some is not None:
        item = some.item_name or (name(some.item) if some.item else "")
        tie = in_words(name(some.subject), some.predicate, name(some.object) if some.object else "", item)
    question = {
        "owner": f"Who develops {over.name}?",
        "exclusivity": f"Has {over.name} only one source of {item or 'this'}?",
        "share": f"Who has which share of the {item or 'need'} of {over.name}?",
        "denial": f"Is it so that {tie}?",
        "number": f"How much is it: {tie}?",
        "stage": f"How far has it come: {tie}?",
    }[conflict.kind]

    def says(side: Side) -> str:
        parties = sorted({name(relations[each].subject) for each in side.relations if each in relations})
        if conflict.kind in ("owner", "exclusivity", "share"):
            extra = side.says.rpartition(" ")[2] if conflict.kind == "share" else ""
            return " ".join(filter(None, (" and ".join(parties) or name(ID + side.says), extra)))
        return side.says

    settled = decided.get(conflict.settled_by)
    return ConflictRow(
        id=conflict.iri.removeprefix(terms.CONFLICT),
        iri=conflict.iri,
        kind=conflict.kind,
        over=Party(id=over.iri.removeprefix(ID), iri=over.iri, name=over.name, kind=over.kind),
        question=question,
        since=conflict.since,
        sides=tuple(
            ConflictSide(
                says=says(side),
                support=side.support,
                since=side.since or None,
                claims=side.claims,
                relations=side.relations,
            )
            for side in conflict.sides
        ),
        settled=Settled(author=settled.author, date=settled.date, why=settled.why, keeps=settled.keeps)
        if settled
        else None,
    )


def _origins(number: int) -> str:
    return "1 origin" if number == 1 else f"{number} origins"


# ------------------------------------------------------------------ settling


def resolve(
    store: Store, conflict: str, keep: str, why: str, *, author: str, date: Date, catalogue: Catalogue
) -> Decision:
    """Settle a conflict: keep the side of a claim, set the claims of the others aside.

    A claim set aside stays and is shown; it does not count as long as the decision stands. Claims that come later are not
    touched by it, so a new one opens the conflict again.

    Parameters
    ----------
    conflict
        Its id or IRI.
    keep
        The id or IRI of a claim on the side that is right, or ``catalogue``.

    Raises
    ------
    UnknownNameError
        The store has no such conflict, or the conflict no such claim.
    """
    found = _find(store, conflict)
    kept = [
        side
        for side in found.sides
        if (not side.claims and keep == CATALOGUE) or _iri(keep, terms.CLAIM) in side.claims
    ]
    if not kept:
        choices = tuple(claim.removeprefix(terms.CLAIM) for side in found.sides for claim in side.claims[:1])
        raise UnknownNameError(keep, choices, "claim in this conflict")
    aside = {claim for side in found.sides if side not in kept for claim in side.claims}
    decision = Decision(
        found.iri,
        "resolve",
        _signed(author),
        date.isoformat(),
        why,
        tuple(claim for side in kept for claim in side.claims),
        tuple(sorted(aside - {claim for side in kept for claim in side.claims})),
    )
    return enter(store, decision, catalogue)


def undo(store: Store, about: str, why: str, *, author: str, date: Date, catalogue: Catalogue) -> Decision:
    """Undo the latest decision about a conflict, a claim or a name; the record of it stays.

    Raises
    ------
    DecisionError
        Nothing stands that could be undone.
    """
    latest = decisions.standing(decisions.decisions(store)).latest
    ids = (about, *(base + about for base in (terms.CONFLICT, terms.CLAIM, ID)))
    name = next((each for each in ids if each in latest), "")
    if not name:  # a merged name is looked up as itself, not as what it was merged into
        called = names(store, sorted(latest))
        name = next((thing for thing, _, label, _ in called if label.casefold() == about.casefold()), "")
    if not name or latest[name].verdict == "undo":
        raise DecisionError(f"no decision stands about {about!r}")
    return enter(store, Decision(name, "undo", _signed(author), date.isoformat(), why), catalogue)


def enter(store: Store, decision: Decision, catalogue: Catalogue) -> Decision:
    """Put a decision into the store as the next about its thing.

    Raises
    ------
    DecisionError
        It is dated before the decision it follows.
    """
    earlier = [each for each in decisions.decisions(store) if each.about == decision.about]
    if earlier and earlier[-1].date > decision.date:
        raise DecisionError(f"the decision before it is of {earlier[-1].date}; a later one can't be of {decision.date}")
    numbered = replace(decision, turn=len(earlier) + 1)
    decide(store, numbered, catalogue)
    return numbered


def _find(store: Store, conflict: str) -> Conflict:
    every = {each.iri: each for each in ledger(store)}
    found = every.get(_iri(conflict, terms.CONFLICT))
    if found is None:
        near = tuple(sorted(each.removeprefix(terms.CONFLICT) for each in every))[:5]
        raise UnknownNameError(conflict, near, "conflict")
    return found


def _iri(text: str, base: str) -> str:
    return text if text.startswith(base) else base + text


def _signed(author: str) -> str:
    if not (name := author.strip()):
        raise DecisionError("a decision needs its author")
    return name
