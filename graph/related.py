"""Relations looked up as they stand: who supplies, hosts, uses, makes, invests in, competes with whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date as Date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from graph.consolidate import Relation
from graph.dependency import party
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Interval, Party
from graph.names import Node, described
from graph.network import made_by, network
from graph.relations import Relations
from graph.remembered import Remembered
from graph.store import Store
from ontology import terms

_DEVELOPERS: Final = Remembered(made_by)


class Tie(Answer):
    """One relation between two parties, with how far it has come and the claims it adds up."""

    subject: Party
    predicate: str = Field(examples=["supplies"])
    object: Party | None
    item: str | None = Field(description="What flows or is affected, in the words of the claims.", examples=["HBM4"])
    status: str = Field(examples=["actual"])
    level: str = Field(description="The strictest level that holds it; empty if it is over.", examples=["confirmed"])
    share: Interval = Field(description="Share of the object's need; 0 and 1 where nothing is known.")
    via: str | None = Field(description="The product that ties the party asked about to the relation.")
    support: int = Field(description="Independent origins.")
    first_seen: str | None
    last_seen: str | None
    relation: str | None = Field(description="The relation's IRI; none where the catalogue says so.")
    claims: tuple[str, ...]
    disputed: tuple[str, ...] = Field((), description="Ids of the open conflicts that it is part of.")


class Related(Answer):
    """Relations that fit a question, the best supported first."""

    subject: Party | None
    object: Party | None
    item: str | None
    predicates: tuple[str, ...]
    level: str
    as_of: str | None
    valid_at: str | None
    found: tuple[Tie, ...]
    evidence: dict[str, Evidence] = Field(description="Claim IRI → claim.")
    coverage: Coverage

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        names: dict[str, None] = {}
        for tie in self.found:
            for end, asked in self._ends(tie):
                if end and (asked is None or end.iri != asked.iri) and end.name != tie.via:
                    names.setdefault(end.name)
            if self.subject and self.object and tie.item:
                names.setdefault(tie.item + _of_need(tie.share))
        shown = ", ".join(list(names)[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        count = f"{len(self.found)} relation{'' if len(self.found) == 1 else 's'}, level {self.level}{self._when}"
        return f"{self._asks} {shown if self.found else 'Nothing is documented'}. {count[0].upper()}{count[1:]}."

    def _ends(self, tie: Tie) -> tuple[tuple[Party | None, Party | None], ...]:
        """Return the ends that answer, each with the party asked about at that end."""
        if self.subject or self.object:
            return (tie.subject, self.subject), (tie.object, self.object)
        # Of an item alone: who takes it, where use is asked for too, else who supplies it.
        taken = "uses" in self.predicates and tie.predicate in terms.SUPPLY
        return ((tie.object if taken else tie.subject, None),)

    @property
    def _asks(self) -> str:
        verb = _verb(self.predicates)
        item = f" ({self.item})" if self.item else ""
        if self.subject and self.object:
            return f"What {self.subject.name} {verb} {self.object.name}{item}:"
        if self.subject:
            what = "What" if set(self.predicates) <= {"develops", "uses"} else "Whom or what"
            return f"{what} {self.subject.name} {verb}{item}:"
        return f"Who {verb} {self.object.name}{item}?" if self.object else f"Who {verb} {self.item}?"


def _of_need(share: Interval) -> str:
    """Return a share as a sentence says it, where one is known.

    >>> _of_need((0.7, 0.7)), _of_need((0.5, 0.7)), _of_need((0.0, 1.0))
    (' (70% of the need)', ' (50% to 70% of the need)', '')
    """
    low, high = share
    if (low, high) == (0.0, 1.0):
        return ""
    return f" ({low:.0%} of the need)" if low == high else f" ({low:.0%} to {high:.0%} of the need)"


def _verb(predicates: tuple[str, ...]) -> str:
    """Return predicates as a sentence says them.

    >>> _verb(("fabricatesFor",)), _verb(tuple(sorted(terms.SUPPLY)))
    ('fabricates for', 'supplies')
    """
    if set(predicates) == set(terms.SUPPLY):
        return "supplies"
    if set(predicates) == {*terms.SUPPLY, "uses"}:
        return "takes or uses"
    if len(predicates) > 4:
        return "relations of"
    return " or ".join(re.sub(r"([A-Z])", lambda capital: " " + capital[1].lower(), each) for each in predicates)


def related(
    store: Store,
    predicates: Collection[str],
    *,
    subject: Node | None = None,
    object: Node | None = None,
    item: Node | None = None,
    about: str = "",
    kinds: Collection[str] = (),
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
) -> Related:
    """Return the relations of some predicates about a subject, an object, an item.

    What holds for a product holds for its developer too: a relation to Maia 200 is one to Microsoft, and says so.

    Parameters
    ----------
    about
        A word that the item must have ("memory"), unless its kind is one of ``kinds``.
    """
    net = network(store, level, as_of, valid_at)
    names = described(store, as_of)
    developer = _DEVELOPERS.of(store)
    found = []
    for relation in _near(net.relations, predicates, (subject, object), item, developer):
        if not _fits_item(relation, item, about, kinds, names):
            continue
        for one, other in _ways(relation):
            first, second = _reach(one, subject, developer), _reach(other, object, developer)
            if first is None or second is None:
                continue
            via = names.get(first or second)
            of = (relation.iri, first or second)
            marks = tuple(sorted({each for thing in of for each in net.disputed.get(thing, ())}))
            found.append(_tie(relation, one, other, via.name if via else None, names, marks))
            break
    if "develops" in predicates and (subject or object):
        found += _catalogued(subject, object, developer, names, {(tie.subject.iri, _iri(tie.object)) for tie in found})
    found.sort(key=_order)
    claims = evidence(store, (claim for tie in found for claim in tie.claims), as_of)
    return Related(
        subject=party(subject) if subject else None,
        object=party(object) if object else None,
        item=item.name if item else about or None,
        predicates=tuple(sorted(predicates)),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        found=tuple(found),
        evidence=claims,
        coverage=coverage(claims),
    )


def takers(
    store: Store, of: Node, level: str = "reported", as_of: Date | None = None, valid_at: Date | None = None
) -> Related:
    """Return who uses a party's products or takes what it supplies."""
    using = related(store, ("uses",), object=of, level=level, as_of=as_of, valid_at=valid_at)
    taking = related(store, terms.SUPPLY, subject=of, level=level, as_of=as_of, valid_at=valid_at)
    claims = {**using.evidence, **taking.evidence}
    return using.model_copy(
        update={
            "object": None,
            "item": of.name,
            "predicates": tuple(sorted((*terms.SUPPLY, "uses"))),
            "found": tuple(sorted((*using.found, *taking.found), key=_order)),
            "evidence": claims,
            "coverage": coverage(claims),
        }
    )


def _near(
    relations: Sequence[Relation],
    predicates: Collection[str],
    ends: Iterable[Node | None],
    item: Node | None,
    developer: dict[str, str],
) -> Iterator[Relation]:
    """Yield the relations that may fit, found in their columns, so that only those are looked at one by one."""
    table = relations if isinstance(relations, Relations) else Relations.of(relations)
    chosen = np.isin(table.predicate, [terms.PREDICATES.index(each) for each in predicates])
    for end in ends:
        if end is not None:
            own = [end.iri, *(product for product, maker in developer.items() if maker == end.iri)]
            codes = pc.index_in(pa.array(own), table.things).drop_null().to_numpy()
            chosen &= np.isin(table.subject, codes) | np.isin(table.object, codes)
    if item is not None:
        found = pc.index_in(pa.scalar(item.iri), table.things).as_py()
        code = -2 if found is None else found
        words, said = table.item_name.dictionary_encode(), _named(item)
        alike = np.array([bool(said.search(word)) for word in words.dictionary.to_pylist()], dtype=bool)
        chosen &= alike[words.indices] | (table.item == code) | (table.object == code)
    return (table[number] for number in np.flatnonzero(chosen).tolist())


def _named(item: Node) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(item.name)}", re.IGNORECASE)


def _iri(of: Party | None) -> str:
    return of.iri if of else ""


def _order(tie: Tie) -> tuple[object, ...]:
    last = tie.last_seen or ""
    return (
        terms.LEVELS.index(tie.level),
        -tie.support,
        tuple(-ord(char) for char in last),
        tie.subject.name,
        tie.relation or "",
    )


def _ways(relation: Relation) -> Iterator[tuple[str, str]]:
    yield relation.subject, relation.object
    if relation.predicate in terms.SYMMETRIC:
        yield relation.object, relation.subject


def _reach(iri: str, wanted: Node | None, developer: dict[str, str]) -> str | None:
    """Return ``""`` if this is the party wanted (or any is), the product through which it is, None if it is not."""
    if wanted is None or iri == wanted.iri:
        return ""
    return iri if iri and developer.get(iri) == wanted.iri else None


def _fits_item(
    relation: Relation, item: Node | None, about: str, kinds: Collection[str], names: dict[str, Node]
) -> bool:
    if item is not None:
        if item.iri in (relation.item, relation.object):
            return True
        return bool(_named(item).search(relation.item_name))
    if about:
        node = names.get(relation.item)
        word = about.removesuffix("s")
        return bool(node and node.kind in kinds) or word in relation.item_name.casefold()
    return True


def _tie(
    relation: Relation, one: str, other: str, via: str | None, names: dict[str, Node], disputed: tuple[str, ...]
) -> Tie:
    def named(iri: str) -> Party:
        return party(names.get(iri) or Node(iri, iri.rsplit("/", 1)[-1], "Party"))

    return Tie(
        subject=named(one),
        predicate=relation.predicate,
        object=named(other) if other else None,
        item=_item(relation, names),
        status=relation.status,
        level=relation.level,
        share=(relation.low, relation.high),
        via=via,
        support=relation.support,
        first_seen=relation.first_seen,
        last_seen=relation.last_seen,
        relation=relation.iri,
        claims=relation.claims,
        disputed=disputed,
    )


def _item(relation: Relation, names: dict[str, Node]) -> str | None:
    """Return the item in the words of the claims; a table's id by its name."""
    node = names.get(relation.item)
    if node and relation.item_name == relation.item.removeprefix(terms.ID):
        return node.name
    return relation.item_name or None


def _catalogued(
    subject: Node | None,
    object: Node | None,
    developer: dict[str, str],
    names: dict[str, Node],
    said: Collection[tuple[str, str]],
) -> Iterator[Tie]:
    """Yield what the catalogue alone says of who develops what."""
    for product, maker in sorted(developer.items()):
        wanted = (subject is None or subject.iri == maker) and (object is None or object.iri == product)
        if wanted and (maker, product) not in said and maker in names and product in names:
            yield Tie(
                subject=party(names[maker]),
                predicate="develops",
                object=party(names[product]),
                item=None,
                status="actual",
                level="confirmed",
                share=(0.0, 1.0),
                via=None,
                support=0,
                first_seen=None,
                last_seen=None,
                relation=None,
                claims=(),
            )
