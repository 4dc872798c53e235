"""The answer to each kind of question: one function a kind, the same records as everywhere."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Final, TypedDict

from graph.changes import changes
from graph.chokepoints import chokepoints, stops
from graph.concentration import concentration
from graph.conflicts import conflicts
from graph.coverage import graph_coverage
from graph.dependency import dependents, party
from graph.errors import QuestionError, UnknownNameError
from graph.evidence import coverage
from graph.exposure import exposure, exposures
from graph.models import Answer
from graph.names import Node
from graph.paths import Paths, common, paths
from graph.profile import profile
from graph.queries import PROLOGUE, rows
from graph.question import sparql
from graph.question.both import common_dependents
from graph.question.reading import Reading
from graph.question.words import ITEMS
from graph.related import Related, related, takers
from graph.remembered import Remembered
from graph.scenarios import Scenario, Step
from graph.sole import sole_sources
from graph.store import Store
from graph.threads import timeline
from graph.whatif import whatif
from ontology import terms
from ontology.catalogue import Catalogue


class Days(TypedDict):
    """A day of each clock: as known on, as it holds on."""

    as_of: Date | None
    valid_at: Date | None


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
    def days(self) -> Days:
        """The days asked for, as the analyses take them."""
        return {"as_of": self.reading.as_of, "valid_at": self.reading.valid_at}

    @property
    def now(self) -> bool:
        """Whether no day is asked for."""
        return not any(self.days.values())

    @property
    def node(self) -> Node:
        """The first name."""
        return self.nodes[0]


_PRODUCTS: Final = frozenset(terms.PRODUCT_KINDS.values())
_ITEMS: Final = _PRODUCTS | {"Component"}
_MOST: Final = 50  # rows of a ranking
Made = tuple[Answer, str | None]
Maker = Callable[[Asked], Made]


def newest_day(store: Store) -> Date | None:
    """Return the newest day of any document, from which "yesterday" counts."""
    return _NEWEST.of(store)


def _newest_day(store: Store) -> Date | None:
    found = rows(store, PROLOGUE + "SELECT (MAX(?day) AS ?newest) WHERE { ?relation nt:lastSeen ?day }")
    return Date.fromisoformat(found[0][0]) if found and any(found[0]) else None


_NEWEST: Final = Remembered(_newest_day)


def _walk(direction: str) -> Maker:
    def made(asked: Asked) -> Made:
        record = dependents(
            asked.store,
            asked.node.iri,
            direction="dependents" if direction == "dependents" else "dependencies",
            level=asked.level,
            **asked.days,
            max_tier=1 if asked.reading.direct else None,
            catalogue=asked.catalogue,
        )
        if not record.found and asked.node.kind in _PRODUCTS and direction == "dependents":
            return _of_item(asked)
        plain = asked.level == "reported" and asked.now  # what the plain edges stand for
        return record, sparql.walk(asked.node.iri, dependents=direction == "dependents") if plain else None

    return made


def _query_of_ties(
    asked: Asked, predicates: Collection[str], subject: str = "", object: str = "", item: str = ""
) -> str | None:
    """Return the query for relations; none for what holds on a day, which the claims' periods decide one by one."""
    if asked.reading.valid_at:
        return None
    return sparql.ties(predicates, subject, object, item, asked.level, asked.as_of)


def _of_item(asked: Asked) -> Made:
    """Who has an item supplied, for a product that is a component of others and supplies nothing by itself."""
    record = related(asked.store, (*terms.SUPPLY, "uses"), item=asked.node, level=asked.level, **asked.days)
    return record, _query_of_ties(asked, (*terms.SUPPLY, "uses"), item=asked.node.iri)


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


def _users(asked: Asked) -> Made:
    if asked.node.is_party:
        return takers(asked.store, asked.node, asked.level, **asked.days), None
    return _or_else(_ties("uses", of="object"), _of_item)(asked)


def _suppliers_of_item(asked: Asked) -> Made:
    record = related(asked.store, terms.SUPPLY, item=asked.node, level=asked.level, **asked.days)
    return record, _query_of_ties(asked, terms.SUPPLY, item=asked.node.iri)


def _by_item(predicate: str) -> Maker:
    def made(asked: Asked) -> Made:
        record = related(asked.store, (predicate,), item=asked.node, level=asked.level, **asked.days)
        return record, _query_of_ties(asked, (predicate,), item=asked.node.iri)

    return made


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
            **asked.days,
        )
        if predicates == ("develops",) and not asked.reading.valid_at:
            return record, sparql.made(subject.iri if subject else "", object_.iri if object_ else "")
        ends = (subject.iri if subject else "", object_.iri if object_ else "", asked.item.iri if asked.item else "")
        return record, _query_of_ties(asked, predicates, *ends)

    return made


def _paths(asked: Asked) -> Made:
    def made(consumer: Node, supplier: Node) -> Paths:
        return paths(
            asked.store, consumer.iri, supplier.iri, level=asked.level, **asked.days, catalogue=asked.catalogue
        )

    first, second = asked.nodes
    record = made(first, second)
    if asked.reading.either:  # "how are they related" does not say who depends on whom, or that anybody does
        if not record.found and (other := made(second, first)).found:
            first, second, record = second, first, other
        record = record.model_copy(update={"ties": _other_ties(asked)})
    return record, sparql.paths(first.iri, second.iri) if asked.now else None


def _other_ties(asked: Asked) -> int:
    """Return how many ties of capital, partnership, rivalry and law there are between two parties, either way round."""
    first, second = asked.nodes
    kinds = set(terms.PREDICATES) - set(terms.SUPPLY) - {"uses", "develops"}
    found = (
        related(asked.store, kinds, subject=one, object=other, level="prospective", **asked.days).found
        for one, other in ((first, second), (second, first))
    )
    return len({tie.relation for ties in found for tie in ties})


def _exposure(asked: Asked) -> Made:
    first, second = asked.nodes
    return exposure(asked.store, first.iri, second.iri, **asked.days, catalogue=asked.catalogue), None


def _exposed(asked: Asked) -> Made:
    return exposures(
        asked.store,
        asked.node.iri,
        level=asked.level,
        **asked.days,
        limit=None if asked.reading.kinds or asked.reading.country else _MOST,  # first narrowed, then cut
        catalogue=asked.catalogue,
    ), None


def _chokepoints(asked: Asked) -> Made:
    if asked.nodes:
        return stops(asked.store, asked.node.iri, level=asked.level, **asked.days, catalogue=asked.catalogue), None
    component = asked.item.name if asked.item else None
    try:
        return chokepoints(
            asked.store, component=component, level=asked.level, **asked.days, catalogue=asked.catalogue
        ), None
    except UnknownNameError:  # a product that is nobody's component has needs of its own
        if asked.item is None:
            raise
        return stops(asked.store, asked.item.iri, level=asked.level, **asked.days, catalogue=asked.catalogue), None


def _whatif(asked: Asked) -> Made:
    loss = round(1 - (asked.reading.scale or 0.0), 6)
    nodes = iter(asked.nodes)
    steps = tuple(
        Step(kind="country", what=name.country, loss=loss) if name.country else _lost(asked, next(nodes), loss)
        for name in asked.reading.names
    )
    return whatif(
        asked.store,
        Scenario(steps=steps),
        level=asked.level,
        **asked.days,
        limit=_MOST,
        catalogue=asked.catalogue,
    ), None


def _lost(asked: Asked, node: Node, loss: float) -> Step:
    """Return the step in which a party delivers less, or less of a component is delivered by anybody."""
    entry = asked.catalogue.resolve(node.name)
    name = node.name if entry and entry.iri == node.iri else party(node).id
    return Step(kind="party" if node.is_party else "component", what=name, loss=loss)


def _sole(asked: Asked) -> Made:
    name = asked.node.iri if asked.nodes else None
    return sole_sources(asked.store, name, level=asked.level, **asked.days, catalogue=asked.catalogue), None


def _common(asked: Asked) -> Made:
    names = [node.iri for node in asked.nodes]
    record = common(asked.store, names, level=asked.level, **asked.days, catalogue=asked.catalogue)
    plain = asked.level == "reported" and asked.now
    return record, sparql.common(names) if plain else None


def _common_dependents(asked: Asked) -> Made:
    names = [node.iri for node in asked.nodes]
    return common_dependents(asked.store, names, level=asked.level, **asked.days, catalogue=asked.catalogue), None


def _concentration(asked: Asked) -> Made:
    if asked.nodes and asked.node.kind not in _ITEMS:
        name = asked.node.name
        raise QuestionError(
            f"supply is concentrated of a component, and {name} is a party; ask “how concentrated is HBM4?”, "
            f"“which components of {name} are single-sourced?” or “chokepoints of {name}”"
        )
    component = asked.item.name if asked.item else asked.node.name if asked.nodes else None
    return concentration(
        asked.store, component, level=asked.level, **asked.days, limit=_MOST, catalogue=asked.catalogue
    ), None


def _conflicts(asked: Asked) -> Made:
    node = asked.node if asked.nodes else None
    return conflicts(asked.store, as_of=asked.as_of, party=node), sparql.conflicts(node.iri if node else "")


def _timeline(asked: Asked) -> Made:
    record = timeline(asked.store, asked.node.iri, as_of=asked.as_of, catalogue=asked.catalogue)
    others = {node.iri for node in asked.nodes[1:]}
    since = asked.reading.since.isoformat() if asked.reading.since else ""
    if others or since:
        found = tuple(
            each
            for each in record.found
            if each.last_seen > since and (not others or {each.subject.iri, each.object and each.object.iri} & others)
        )
        claims = {claim for each in found for claim in each.claims}
        known = {iri: each for iri, each in record.evidence.items() if iri in claims}
        record = record.model_copy(update={"found": found, "evidence": known, "coverage": coverage(known)})
    return record, sparql.about(asked.node.iri)


def _changes(asked: Asked) -> Made:
    newest = asked.as_of or newest_day(asked.store)
    since = asked.reading.since or (newest - timedelta(days=7) if newest else Date.min)
    return changes(asked.store, since, asked.as_of, level=asked.level, catalogue=asked.catalogue), sparql.claims_since(
        since
    )


def _coverage(asked: Asked) -> Made:
    return graph_coverage(asked.store, as_of=asked.as_of), None


def _profile(asked: Asked) -> Made:
    record = profile(asked.store, asked.node, level=asked.level, as_of=asked.as_of, catalogue=asked.catalogue)
    if asked.as_of is not None:
        return record, sparql.about(asked.node.iri)
    item = asked.node.name if asked.node.kind in _PRODUCTS else ""
    return record, sparql.profile(asked.node.iri, asked.level, item)


ANSWERS: Final[dict[str, Maker]] = {
    "dependents": _walk("dependents"),
    "dependencies": _walk("dependencies"),
    "suppliers": _ties(*terms.SUPPLY, of="object"),
    "customers": _ties(*terms.SUPPLY, of="subject"),
    "links": _ties(*terms.SUPPLY, of="both"),
    "fabricators": _or_else(_ties("fabricatesFor", of="object"), _by_item("fabricatesFor")),
    "packagers": _or_else(_ties("packagesFor", of="object"), _by_item("packagesFor")),
    "hosts": _ties("hostsComputeFor", of="object"),
    "licensors": _ties("licensesTo", of="object"),
    "makers": _or_else(_ties("develops", of="object"), _suppliers_of_item),
    "products": _ties("develops", of="subject"),
    "users": _users,
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
    "common_dependents": _common_dependents,
    "concentration": _concentration,
    "conflicts": _conflicts,
    "timeline": _timeline,
    "changes": _changes,
    "coverage": _coverage,
    "profile": _profile,
}
