"""Lists of what the store holds, a page at a time: parties and products, relations, claims, documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date as Date
from typing import Final, Generic, Literal, TypeVar

from pydantic import Field

from graph.dependency import party
from graph.errors import QuestionError, UnknownNameError
from graph.evidence import coverage, evidence
from graph.models import Answer, Coverage, Evidence, Party
from graph.names import Node, described
from graph.nquads import iri, literal
from graph.queries import PROLOGUE, query, rows, values
from graph.related import Tie
from graph.store import Store
from loaders.errors import did_you_mean
from ontology import terms
from ontology.terms import NT

Item = TypeVar("Item", bound=Answer)
Order = Literal["name", "relations", "kind"]

_PRODUCTS: Final = frozenset(terms.PRODUCT_KINDS.values())
_PARTIES: Final = frozenset(terms.PARTY_KINDS.values())


class Page(Answer, Generic[Item]):
    """Part of a list."""

    items: tuple[Item, ...]
    total: int = Field(description="How many there are in all.")
    limit: int
    offset: int

    @property
    def headline(self) -> str:
        """What the list is, in one sentence."""
        return f"{self.offset + 1}–{self.offset + len(self.items)} of {self.total}" if self.items else "None"


class PartyRow(Answer):
    """A party or product in a list."""

    party: Party
    country: str | None = Field(examples=["TW"])
    relations: int = Field(description="Relations it stands in, of every status.")


class DocumentRow(Answer):
    """A document in a list."""

    id: str = Field(description="The last part of the IRI.", examples=["2026-01-28-b3067960d9e7"])
    iri: str
    name: str
    date: str
    title: str | None
    source: str | None
    loader: str
    claims: int


class Passage(Answer):
    """A sentence of a document and the claims that were read from it."""

    sentence: str
    start: int = Field(description="Where the first character stands in the text; 0 with end 0 where there is no text.")
    end: int
    claims: tuple[str, ...]


class DocumentText(Answer):
    """A document with its text, and what was read from each sentence."""

    document: DocumentRow
    text: str = Field(description="Empty where the document was a table.")
    passages: tuple[Passage, ...]
    evidence: dict[str, Evidence]
    coverage: Coverage


def parties(
    store: Store,
    *,
    products: bool = False,
    q: str = "",
    kind: str = "",
    country: str = "",
    sort: Order = "relations",
    limit: int = 50,
    offset: int = 0,
) -> Page[PartyRow]:
    """Return parties (or products) by name, kind, country; the most related first unless asked otherwise.

    Raises
    ------
    QuestionError
        There is no such kind.
    """
    countries = dict(rows(store, PROLOGUE + "SELECT ?party ?country { ?party nt:country ?country }"))
    counts = _degrees(store)
    wanted = _PRODUCTS if products else _PARTIES | {"Candidate", "Party"}
    kind, country = _kind(kind, wanted), country.upper()
    found = [
        PartyRow(party=party(node), country=countries.get(node.iri), relations=counts[node.iri])
        for node in described(store).values()
        if node.kind in wanted
        and (not kind or node.kind == kind)
        and (not country or countries.get(node.iri) == country)
        and q.casefold() in node.name.casefold()
    ]
    found.sort(key=lambda row: (row.party.name.casefold(), row.party.iri))
    if sort == "relations":
        found.sort(key=lambda row: -row.relations)
    elif sort == "kind":
        found.sort(key=lambda row: row.party.kind)
    return Page[PartyRow](items=tuple(found[offset : offset + limit]), total=len(found), limit=limit, offset=offset)


def _kind(asked: str, known: Collection[str]) -> str:
    """Return a kind as the ontology writes it, however it was written.

    >>> _kind("ai lab", ["AiLab", "Foundry"]), _kind("foundry", ["AiLab", "Foundry"])
    ('AiLab', 'Foundry')
    """
    plain = "".join(char for char in asked.casefold() if char.isalnum())
    found = {each.casefold(): each for each in known} | {"": ""}
    if plain not in found:
        raise QuestionError(f"unknown kind {asked!r}; {did_you_mean(asked, sorted(known))}")
    return found[plain]


def _degrees(store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()
    for end in ("rdf:subject", "rdf:object"):
        text = f"SELECT ?thing (COUNT(?relation) AS ?n) {{ ?relation a nt:Relation ; {end} ?thing }} GROUP BY ?thing"
        counts.update({thing: int(number) for thing, number in rows(store, PROLOGUE + text)})
    return counts


def relations(
    store: Store,
    *,
    node: Node | None = None,
    predicate: str = "",
    status: str = "",
    level: str = "",
    sort: Literal["last_seen", "support"] = "last_seen",
    limit: int = 50,
    offset: int = 0,
) -> Page[Tie]:
    """Return consolidated relations, those over included, the newest or the best supported first."""
    patterns = ["?relation a nt:Relation ; nt:lastSeen ?last ; nt:support ?support"]
    if node:
        here = iri(node.iri)
        patterns.append(
            f"{{ ?relation rdf:subject {here} }} UNION {{ ?relation rdf:object {here} }} UNION {{ ?relation nt:item {here} }}"
        )
    if predicate:
        patterns.append(f"?relation rdf:predicate {iri(NT + predicate)}")
    if status:
        patterns.append(f"?relation nt:status {iri(NT + status)}")
    if level:
        patterns.append(f"?relation nt:level {iri(NT + terms.LEVEL_NAMES[level])}")
    order = "DESC(?last) ?relation" if sort == "last_seen" else "DESC(?support) DESC(?last) ?relation"
    wanted, total = _page(store, "relation", patterns, order, limit, offset)
    return Page[Tie](items=tuple(ties(store, wanted)), total=total, limit=limit, offset=offset)


def ties(store: Store, wanted: Sequence[str]) -> list[Tie]:
    """Return relations by IRI, in the order given."""
    if not wanted:
        return []
    block = values("relation", wanted)
    claims: dict[str, list[str]] = defaultdict(list)
    text = f"SELECT ?relation ?claim {{ {block} ?relation nt:evidence ?claim }}"
    for relation, claim in rows(store, PROLOGUE + text):
        claims[relation].append(claim)
    disputed: dict[str, set[str]] = defaultdict(set)
    for relation, conflict in rows(store, f"{PROLOGUE}SELECT ?relation ?in {{ {block} ?relation nt:disputedIn ?in }}"):
        disputed[relation].add(conflict.removeprefix(terms.CONFLICT))
    names = described(store)

    def named(thing: str) -> Party:
        return party(names.get(thing) or Node(thing, thing.rsplit("/", 1)[-1], "Party"))

    text = f"""SELECT ?relation ?subject ?predicate ?object ?item ?status ?level ?low ?high ?support ?first ?last {{ {block}
        ?relation rdf:subject ?subject ; rdf:predicate ?predicate ; nt:status ?status ; nt:shareLow ?low ; nt:shareHigh ?high ;
          nt:support ?support ; nt:firstSeen ?first ; nt:lastSeen ?last .
        OPTIONAL {{ ?relation rdf:object ?object }} OPTIONAL {{ ?relation nt:itemName ?item }} OPTIONAL {{ ?relation nt:level ?level }} }}"""
    levels = {NT + name: level for level, name in terms.LEVEL_NAMES.items()}
    found = {
        relation: Tie(
            subject=named(subject),
            predicate=predicate.removeprefix(NT),
            object=named(object_) if object_ else None,
            item=item or None,
            status=status.removeprefix(NT),
            level=levels.get(level, ""),
            share=(float(low), float(high)),
            via=None,
            support=int(support),
            first_seen=first,
            last_seen=last,
            relation=relation,
            claims=tuple(sorted(claims[relation])),
            disputed=tuple(sorted(disputed[relation])),
        )
        for relation, subject, predicate, object_, item, status, level, low, high, support, first, last in rows(
            store, PROLOGUE + text
        )
    }
    return [found[each] for each in wanted if each in found]


def claims(
    store: Store,
    *,
    node: Node | None = None,
    document: str = "",
    predicate: str = "",
    status: str = "",
    since: Date | None = None,
    until: Date | None = None,
    q: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Page[Evidence]:
    """Return claims, the newest first.

    Raises
    ------
    QuestionError
        The last day lies before the first.
    """
    if since and until and until < since:
        raise QuestionError(f"until ({until}) lies before since ({since})")
    patterns = ["?claim a nt:Claim ; dcterms:date ?date"]
    if node:
        here = iri(node.iri)
        patterns.append(
            f"{{ ?claim rdf:subject {here} }} UNION {{ ?claim rdf:object {here} }} UNION {{ ?claim nt:item {here} }}"
        )
    if predicate:
        patterns.append(f"?claim rdf:predicate {iri(NT + predicate)}")
    if status:
        patterns.append(f"?claim nt:status {iri(NT + status)}")
    for day, sign in ((since, ">="), (until, "<=")):
        if day:
            patterns.append(f'FILTER(?date {sign} "{day.isoformat()}"^^xsd:date)')
    if q:
        patterns.append(f"?claim prov:value ?sentence FILTER(CONTAINS(LCASE(?sentence), {literal(q.lower())}))")
    graph = iri(terms.DOCUMENT + document) if document else "?document"
    inner = f"GRAPH {graph} {{ {' . '.join(patterns)} }}"
    wanted, total = _page(store, "claim", [inner], "DESC(?date) ?claim", limit, offset)
    found = evidence(store, wanted)
    return Page[Evidence](
        items=tuple(found[claim] for claim in wanted if claim in found), total=total, limit=limit, offset=offset
    )


def documents(store: Store, *, q: str = "", limit: int = 50, offset: int = 0) -> Page[DocumentRow]:
    """Return documents, the newest first."""
    found = [_document(row) for row in rows(store, query("document_rows").replace("#VALUES#", ""))]
    found = [each for each in found if q.casefold() in f"{each.name} {each.title or ''}".casefold()]
    found.sort(key=lambda each: each.id)
    found.sort(key=lambda each: each.date, reverse=True)
    return Page[DocumentRow](items=tuple(found[offset : offset + limit]), total=len(found), limit=limit, offset=offset)


def document(store: Store, identity: str) -> DocumentText:
    """Return a document with its text and what was read from it.

    Raises
    ------
    UnknownNameError
        The store has no such document.
    """
    name = terms.DOCUMENT + identity.removeprefix(terms.DOCUMENT)
    found = rows(store, query("document_rows").replace("#VALUES#", values("document", [name])))
    if not found:
        raise UnknownNameError(identity, (), "document")
    text = PROLOGUE + "SELECT ?text { GRAPH #D# { #D# schema:text ?text } }".replace("#D#", iri(name))
    said = [row[0] for row in rows(store, text)]
    place = (
        PROLOGUE
        + "SELECT ?claim ?start ?end { GRAPH #D# { ?claim a nt:Claim ; nt:startOffset ?start ; nt:endOffset ?end } }"
    )
    spans = {claim: (int(start), int(end)) for claim, start, end in rows(store, place.replace("#D#", iri(name)))}
    known = evidence(store, spans)
    grouped: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for claim, each in known.items():
        grouped[(*spans[claim], each.sentence)].append(claim)
    return DocumentText(
        document=_document(found[0]),
        text=said[0] if said else "",
        passages=tuple(
            Passage(sentence=sentence, start=start, end=end, claims=tuple(sorted(those)))
            for (start, end, sentence), those in sorted(grouped.items())
        ),
        evidence=known,
        coverage=coverage(known),
    )


def _document(row: Sequence[str]) -> DocumentRow:
    name, label, date, title, source, loader, count = row
    return DocumentRow(
        id=name.removeprefix(terms.DOCUMENT),
        iri=name,
        name=label,
        date=date,
        title=title or None,
        source=source or None,
        loader=loader,
        claims=int(count),
    )


def _page(
    store: Store, variable: str, patterns: Sequence[str], order: str, limit: int, offset: int
) -> tuple[list[str], int]:
    where = "{ " + " . ".join(patterns) + " }"
    count = rows(store, f"{PROLOGUE}SELECT (COUNT(DISTINCT ?{variable}) AS ?n) {where}")
    found = rows(
        store, f"{PROLOGUE}SELECT DISTINCT ?{variable} {where} ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return [row[0] for row in found], int(count[0][0])
