"""From a question that was read to its answer: one function a kind of question, the same records as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Final

from pydantic import Field, SerializeAsAny

from graph.changes import changes
from graph.chokepoints import chokepoints, stops
from graph.concentration import concentration
from graph.conflicts import conflicts
from graph.coverage import graph_coverage
from graph.dependency import dependents, find, party
from graph.errors import QuestionError, UnknownNameError
from graph.evidence import coverage
from graph.exposure import exposure, exposures
from graph.models import Answer, Party
from graph.names import Node
from graph.paths import common, paths
from graph.profile import profile
from graph.queries import PROLOGUE, rows
from graph.question import sparql
from graph.question.intents import INTENTS
from graph.question.reading import Reading, cannot_read, read
from graph.question.translation import translate
from graph.question.words import ITEMS
from graph.related import Related, related
from graph.remembered import Remembered
from graph.sheet import headline
from graph.sole import sole_sources
from graph.store import Store
from graph.threads import timeline
from graph.whatif import whatif
from loaders.extraction.chat import Chat
from ontology import terms
from ontology.catalogue import Catalogue


class Question(Answer):
    """A question as it was understood."""

    text: str = Field(examples=["who supplies NVIDIA with HBM4?"])
    intent: str = Field(examples=["suppliers"])
    means: str = Field(description="The intent in words.", examples=["who supplies a party, or an item"])
    parties: tuple[Party, ...]
    item: Party | None
    about: str | None = Field(description="An everyday word for the items asked for.", examples=["memory"])
    level: str = Field(examples=["reported"])
    as_of: str | None
    since: str | None
    scale: float | None = Field(description="What is left of a party's output, in a what-if question.")


class Reply(Answer):
    """A question in plain English, as it was understood, with its answer."""

    question: Question
    says: str = Field(description="The answer in one sentence.")
    answer: SerializeAsAny[Answer] = Field(description="The record that the question's own route returns.")
    sparql: str | None = Field(description="A query over the same store that an analyst could have written for it.")

    @property
    def headline(self) -> str:
        """What the answer says, in one sentence."""
        return self.says

    def _repr_html_(self) -> str:
        return self.answer._repr_html_()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its names found in the store."""

    store: Store
    catalogue: Catalogue
    reading: Reading
    nodes: tuple[Node, ...]
    item: Node | None
    level: str

    @property
    def as_of(self) -> Date | None:
        """The known time asked for."""
        return self.reading.as_of

    @property
    def node(self) -> Node:
        """The first name."""
        return self.nodes[0]


_PRODUCTS: Final = frozenset(terms.PRODUCT_KINDS.values())
_ITEMS: Final = _PRODUCTS | {"Component"}
_MOST: Final = 50  # rows of a ranking
Made = tuple[Answer, str | None]
Maker = Callable[[Asked], Made]


def ask(store: Store, question: str, catalogue: Catalogue | None = None, chat: Chat | None = None) -> Reply:
    """Answer a question in plain English.

    Parameters
    ----------
    chat
        A model that may put a question which the forms can't read into one of them; see :mod:`graph.question.translation`.

    Raises
    ------
    QuestionError
        The question can't be read; the message says what can be asked.
    UnknownNameError
        The store does not know a party; names like it are suggested.
    """
    catalogue = catalogue or Catalogue.bundled()
    try:
        return answer(store, read(question, catalogue, newest_day(store)), question, catalogue)
    except QuestionError:
        if chat is None:
            raise
    reply = answer(store, translate(question, chat, catalogue), question, catalogue)
    means = f"{reply.question.means} (as a model at {chat.where} reads it)"
    return reply.model_copy(update={"question": reply.question.model_copy(update={"means": means})})


def answer(store: Store, reading: Reading, text: str, catalogue: Catalogue) -> Reply:
    """Answer a question that was read."""
    make = ANSWERS[reading.intent]
    try:
        nodes = tuple(find(store, name.id or name.text, catalogue, reading.as_of) for name in reading.names)
    except UnknownNameError as error:
        if error.name.islower() and not error.suggestions:
            raise QuestionError(cannot_read(text)) from None  # no name at all: "what is love"
        raise
    item = find(store, reading.item.id or reading.item.text, catalogue, reading.as_of) if reading.item else None
    asked = Asked(store, catalogue, reading, nodes, item, reading.level or _LEVEL.get(reading.intent, "reported"))
    record, query = make(asked)
    return Reply(
        question=Question(
            text=" ".join(text.split()),
            intent=reading.intent,
            means=INTENTS[reading.intent].says,
            parties=tuple(party(node) for node in nodes),
            item=party(item) if item else None,
            about=reading.about or None,
            level=asked.level,
            as_of=reading.as_of.isoformat() if reading.as_of else None,
            since=reading.since.isoformat() if reading.since else None,
            scale=reading.scale,
        ),
        says=headline(record),
        answer=record,
        sparql=query,
    )


def newest_day(store: Store) -> Date | None:
    """Return the newest day of any document, from which "yesterday" counts."""
    return _NEWEST.of(store)


def _newest_day(store: Store) -> Date | None:
    found = rows(store, PROLOGUE + "SELECT (MAX(?day) AS ?newest) WHERE { ?relation nt:lastSeen ?day }")
    return Date.fromisoformat(found[0][0]) if found and any(found[0]) else None


_NEWEST: Final = Remembered(_newest_day)


#: Questions about what is only talked of as well, unless they say otherwise.
_LEVEL: Final = dict.fromkeys(
    ("profile", "investors", "investments", "partners", "restrictions", "timeline"), "prospective"
)


def _walk(direction: str) -> Maker:
    def made(asked: Asked) -> Made:
        record = dependents(
            asked.store,
            asked.node.iri,
            direction="dependents" if direction == "dependents" else "dependencies",
            level=asked.level,
            as_of=asked.as_of,
            catalogue=asked.catalogue,
        )
        if not record.found and asked.node.kind in _PRODUCTS and direction == "dependents":
            return _of_item(asked)
        plain = asked.level == "reported" and asked.as_of is None  # what the plain edges stand for
        return record, sparql.walk(asked.node.iri, dependents=direction == "dependents") if plain else None

    return made


def _of_item(asked: Asked) -> Made:
    """Who has an item supplied, for a product that is a component of others and supplies nothing by itself."""
    record = related(asked.store, (*terms.SUPPLY, "uses"), item=asked.node, level=asked.level, as_of=asked.as_of)
    return record, sparql.ties((*terms.SUPPLY, "uses"), "", "", asked.node.iri, asked.level, asked.as_of)


def _or_else(first: Maker, second: Maker) -> Maker:
    """Return the maker of a second answer about an item where the first finds nothing and it is one.

    Who makes HBM? The catalogue names no developer of it; who supplies it is what is asked. So is who takes CoWoS by who uses it.
    """

    def made(asked: Asked) -> Made:
        record, query = first(asked)
        if isinstance(record, Related) and not record.found and asked.node.kind in _ITEMS:
            return second(asked)
        return record, query

    return made


def _suppliers_of_item(asked: Asked) -> Made:
    record = related(asked.store, terms.SUPPLY, item=asked.node, level=asked.level, as_of=asked.as_of)
    return record, sparql.ties(terms.SUPPLY, "", "", asked.node.iri, asked.level, asked.as_of)


def _ties(*predicates: str, of: str) -> Maker:
    """Return the maker of a list of relations in which the party asked about is the ``of``."""

    def made(asked: Asked) -> Made:
        subject = asked.node if of == "subject" and asked.nodes else None
        object_ = asked.node if of == "object" and asked.nodes else None
        if of == "both":
            object_, subject = asked.nodes[0], asked.nodes[1]
        record = related(
            asked.store,
            predicates,
            subject=subject,
            object=object_,
            item=asked.item,
            about=asked.reading.about,
            kinds=ITEMS.get(asked.reading.about, ()),
            level=asked.level,
            as_of=asked.as_of,
        )
        if predicates == ("develops",):
            return record, sparql.made(subject.iri if subject else "", object_.iri if object_ else "")
        ends = (subject.iri if subject else "", object_.iri if object_ else "", asked.item.iri if asked.item else "")
        return record, sparql.ties(predicates, *ends, asked.level, asked.as_of)

    return made


def _paths(asked: Asked) -> Made:
    first, second = asked.nodes
    record = paths(asked.store, first.iri, second.iri, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue)
    return record, sparql.paths(first.iri, second.iri)


def _exposure(asked: Asked) -> Made:
    first, second = asked.nodes
    return exposure(asked.store, first.iri, second.iri, as_of=asked.as_of, catalogue=asked.catalogue), None


def _exposed(asked: Asked) -> Made:
    return exposures(
        asked.store, asked.node.iri, level=asked.level, as_of=asked.as_of, limit=_MOST, catalogue=asked.catalogue
    ), None


def _chokepoints(asked: Asked) -> Made:
    if asked.nodes:
        return stops(asked.store, asked.node.iri, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue), None
    component = asked.item.iri if asked.item else None
    return chokepoints(
        asked.store, component=component, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue
    ), None


def _whatif(asked: Asked) -> Made:
    loss = round(100 * (1 - (asked.reading.scale or 0.0)), 4)
    entry = asked.catalogue.resolve(asked.node.name)
    name = asked.node.name if entry and entry.iri == asked.node.iri else party(asked.node).id
    scenario = f"party {name} -{loss:g}%"
    return whatif(
        asked.store, scenario, level=asked.level, as_of=asked.as_of, limit=_MOST, catalogue=asked.catalogue
    ), None


def _sole(asked: Asked) -> Made:
    name = asked.node.iri if asked.nodes else None
    return sole_sources(asked.store, name, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue), None


def _common(asked: Asked) -> Made:
    names = [node.iri for node in asked.nodes]
    record = common(asked.store, names, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue)
    plain = asked.level == "reported" and asked.as_of is None
    return record, sparql.common(names) if plain else None


def _concentration(asked: Asked) -> Made:
    component = asked.item.name if asked.item else asked.node.name if asked.nodes else None
    return concentration(
        asked.store, component, level=asked.level, as_of=asked.as_of, limit=_MOST, catalogue=asked.catalogue
    ), None


def _conflicts(asked: Asked) -> Made:
    node = asked.node if asked.nodes else None
    return conflicts(asked.store, as_of=asked.as_of, party=node), sparql.conflicts(node.iri if node else "")


def _timeline(asked: Asked) -> Made:
    record = timeline(asked.store, asked.node.iri, as_of=asked.as_of, catalogue=asked.catalogue)
    if len(asked.nodes) > 1:
        other = asked.nodes[1].iri
        found = tuple(each for each in record.found if other in (each.subject.iri, each.object and each.object.iri))
        claims = {claim for each in found for claim in each.claims}
        known = {iri: each for iri, each in record.evidence.items() if iri in claims}
        record = record.model_copy(update={"found": found, "evidence": known, "coverage": coverage(known)})
    return record, sparql.about(asked.node.iri)


def _changes(asked: Asked) -> Made:
    newest = newest_day(asked.store)
    since = asked.reading.since or (newest - timedelta(days=7) if newest else Date.min)
    return changes(asked.store, since, asked.as_of, level=asked.level, catalogue=asked.catalogue), sparql.claims_since(
        since
    )


def _coverage(asked: Asked) -> Made:
    return graph_coverage(asked.store, as_of=asked.as_of), None


def _profile(asked: Asked) -> Made:
    record = profile(asked.store, asked.node, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue)
    return record, sparql.about(asked.node.iri)


ANSWERS: Final[dict[str, Maker]] = {
    "dependents": _walk("dependents"),
    "dependencies": _walk("dependencies"),
    "suppliers": _ties(*terms.SUPPLY, of="object"),
    "customers": _ties(*terms.SUPPLY, of="subject"),
    "links": _ties(*terms.SUPPLY, of="both"),
    "fabricators": _ties("fabricatesFor", of="object"),
    "packagers": _ties("packagesFor", of="object"),
    "hosts": _ties("hostsComputeFor", of="object"),
    "licensors": _ties("licensesTo", of="object"),
    "makers": _or_else(_ties("develops", of="object"), _suppliers_of_item),
    "products": _ties("develops", of="subject"),
    "users": _or_else(_ties("uses", of="object"), _of_item),
    "investors": _ties("investsIn", "acquires", of="object"),
    "investments": _ties("investsIn", "acquires", of="subject"),
    "partners": _ties("partnersWith", of="object"),
    "rivals": _ties("competesWith", of="object"),
    "restrictions": _ties("restricts", of="object"),
    "shortages": _ties("constrains", of="object"),
    "paths": _paths,
    "exposure": _exposure,
    "exposed": _exposed,
    "chokepoints": _chokepoints,
    "whatif": _whatif,
    "single_sourced": _sole,
    "common_suppliers": _common,
    "concentration": _concentration,
    "conflicts": _conflicts,
    "timeline": _timeline,
    "changes": _changes,
    "coverage": _coverage,
    "profile": _profile,
}
