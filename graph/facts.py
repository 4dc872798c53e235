"""From relations to facts: who delivers what to whom.

A *fact* is (supplier, consumer, component) with a share interval. A product's needs are its developer's needs too: TSMC
fabricates Feynman, NVIDIA develops Feynman, so NVIDIA needs it. Who uses a product depends on the product, and the
product on its developer. Deals, equity, partnership and competition never make a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from graph.consolidate import Relation
from ontology import terms

#: The component of a supply relation that names no item.
KIND_OF = {
    "supplies": terms.ID + "component-unnamed-supply",
    "fabricatesFor": terms.ID + "component-chip-fabrication",
    "packagesFor": terms.ID + "component-chip-packaging",
    "hostsComputeFor": terms.ID + "component-compute-capacity",
    "licensesTo": terms.ID + "component-licence",
    "develops": terms.ID + "component-development",
}
KIND_LABEL = {iri: iri.removeprefix(terms.ID + "component-").replace("-", " ") for iri in KIND_OF.values()}


class Fact(NamedTuple):
    """A supplier delivers a component to a consumer; ``relation`` is the relation that says so."""

    supplier: str
    consumer: str
    component: str
    low: float
    high: float
    level: str
    relation: str
    via: str = ""  # the product whose need is its developer's, where the fact was lifted


class Developer(NamedTuple):
    """Who develops a product, by which relation (``""``: the catalogue) and at which level."""

    party: str
    relation: str = ""
    level: str = "confirmed"


def developers(relations: Iterable[Relation], known: Mapping[str, str]) -> dict[str, tuple[Developer, ...]]:
    """Return who develops each product: the catalogue's word where it has one, else what relations say.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    """
    claimed: dict[str, set[Developer]] = {}
    for relation in relations:
        if relation.predicate == "develops" and relation.level and relation.object not in known:
            claimed.setdefault(relation.object, set()).add(Developer(relation.subject, relation.iri, relation.level))
    return {
        **{product: tuple(sorted(who)) for product, who in claimed.items()},
        **{product: (Developer(party),) for product, party in known.items()},
    }


def facts(relations: Iterable[Relation], developed_by: Mapping[str, tuple[Developer, ...]]) -> Iterator[Fact]:
    """Yield the facts that relations make, in their order, each followed by the facts lifted from it."""
    used: set[str] = set()
    for relation in relations:
        if not relation.level or not relation.object:
            continue
        bounds = (relation.low, relation.high, relation.level, relation.iri)
        if relation.predicate in terms.SUPPLY:
            direct = Fact(relation.subject, relation.object, relation.item or KIND_OF[relation.predicate], *bounds)
            yield from _to_developers(direct, developed_by)
        elif relation.predicate == "uses":
            used.add(relation.object)
            direct = Fact(relation.object, relation.subject, relation.object, *bounds)
            yield from _to_developers(direct, developed_by)
            for developer in developed_by.get(relation.object, ()):
                lifted = direct._replace(
                    supplier=developer.party, level=weaker(direct.level, developer.level), via=relation.object
                )
                yield from _to_developers(lifted, developed_by)
    for product in sorted(used):
        for developer in developed_by.get(product, ()):
            yield Fact(developer.party, product, KIND_OF["develops"], 0.0, 1.0, developer.level, developer.relation)


def _to_developers(fact: Fact, developed_by: Mapping[str, tuple[Developer, ...]]) -> Iterator[Fact]:
    """Yield a fact, and the same fact for the developers of the product that needs it."""
    if fact.supplier != fact.consumer:
        yield fact
    for developer in developed_by.get(fact.consumer, ()):
        if developer.party not in (fact.supplier, fact.consumer):
            yield fact._replace(consumer=developer.party, level=weaker(fact.level, developer.level), via=fact.consumer)


def weaker(first: str, second: str) -> str:
    """Return the weaker of two levels.

    >>> weaker("confirmed", "prospective")
    'prospective'
    """
    return max(first, second, key=terms.LEVELS.index)
