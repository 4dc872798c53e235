"""From relations to facts: who delivers what to whom, in arrays.

A *fact* is (supplier, consumer, component) with a share interval and a role:

- ``direct``: a claim says so of the consumer itself.
- ``lifted``: the consumer develops the product ``via``, whose need it is (TSMC makes Feynman, NVIDIA develops Feynman).
- ``maker``: the supplier develops the product ``via`` that the consumer uses; the product itself is the supplier of another
  fact, so this one is a way to walk, and counts in no sum.
- ``developed``: a product that is used, or that comes with what it is in, needs who develops it.
- ``contained``: who gets a product or component gets what it is made of: NVIDIA takes FC-BGA substrates, these need
  Ajinomoto's film, so NVIDIA needs them whole. The component stands as the supplier. Who is said to use what nobody in
  particular makes (HBM4) gets it so: that names no supplier. Its developer takes that over as a part.
- ``hosted``: who hosts compute on a product runs that product, in an unknown part.

Deals, equity, partnership and competition never make a fact; nor does parentage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.components import KIND_LABEL, KIND_OF, MAKING
from graph.consolidate import Relation
from graph.relations import Floats, Ints, Relations
from ontology import terms

ROLES: Final = ("direct", "lifted", "maker", "developed", "contained", "hosted")
DIRECT, LIFTED, MAKER, DEVELOPED, CONTAINED, HOSTED = range(len(ROLES))

_CODE = {predicate: number for number, predicate in enumerate(terms.PREDICATES)}
_SUPPLY = np.array([_CODE[predicate] for predicate in terms.SUPPLY], dtype=np.int8)
_DEVELOPS = _CODE["develops"]
_CANDIDATE = terms.ID + "candidate-"


class Fact(NamedTuple):
    """A supplier delivers a component to a consumer; ``relation`` is the relation that says so (``""``: the catalogue)."""

    supplier: str
    consumer: str
    component: str
    low: float
    high: float
    level: str
    relation: str
    via: str = ""  # the product whose need is its developer's, where the fact was lifted
    role: str = "direct"


class Developer(NamedTuple):
    """Who develops a product, by which relation (``""``: the catalogue) and at which level."""

    party: str
    relation: str = ""
    level: str = "confirmed"


class Rows(NamedTuple):
    """Facts in columns: codes of things, numbers of relations (-1: the catalogue), shares, levels, roles, predicates.

    ``makes`` is the relation by which the supplier develops what is used, ``owns`` that by which the consumer develops ``via``
    (-1: the catalogue says so, or the fact needs none).
    """

    supplier: Ints
    consumer: Ints
    component: Ints
    via: Ints
    relation: Ints
    low: Floats
    high: Floats
    level: NDArray[np.int8]
    role: NDArray[np.int8]
    predicate: NDArray[np.int8]
    makes: Ints
    owns: Ints

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Rows:
        """Return the rows of a mask or of numbers."""
        return Rows._make(column[chosen] for column in self)


class Facts(NamedTuple):
    """Facts in columns, with the IRIs that they number in order."""

    things: list[str]
    rows: Rows


def developers(relations: Iterable[Relation], known: Mapping[str, str]) -> dict[str, tuple[Developer, ...]]:
    """Return who develops each product: the catalogue's word, and for what no catalogue knows what relations say.

    What a catalogue has without a developer (HBM4, an EUV scanner) is made by many: a claim that somebody develops it makes
    nobody the source of all of it.

    Parameters
    ----------
    known
        Product IRI → developer IRI, from the catalogue.
    """
    table = relations if isinstance(relations, Relations) else Relations.of(relations)
    claimed: dict[str, set[Developer]] = {}
    level = table.level
    for number in np.flatnonzero((table.predicate == _DEVELOPS) & (level >= 0)).tolist():
        product, party = (table.things[int(end[number])].as_py() for end in (table.object, table.subject))
        if product not in known and product.startswith(_CANDIDATE):
            claimed.setdefault(product, set()).add(Developer(party, table.iri(number), terms.LEVELS[level[number]]))
    return {
        **{product: tuple(sorted(who)) for product, who in claimed.items()},
        **{product: (Developer(party),) for product, party in known.items()},
    }


def facts(relations: Iterable[Relation], developed_by: Mapping[str, tuple[Developer, ...]]) -> Iterator[Fact]:
    """Yield the facts that relations make, those lifted from products and drawn from what a product contains among them."""
    table = relations if isinstance(relations, Relations) else Relations.of(relations)
    things, rows = arrays(table, developed_by)
    for supplier, consumer, component, via, relation, low, high, level, role, *_ in zip(*rows, strict=True):
        yield Fact(
            things[supplier],
            things[consumer],
            things[component],
            float(low),
            float(high),
            terms.LEVELS[level],
            table.iri(int(relation)) if relation >= 0 else "",
            things[via] if via >= 0 else "",
            ROLES[role],
        )


def arrays(relations: Relations, developed_by: Mapping[str, tuple[Developer, ...]]) -> Facts:
    """Return the facts that relations make, in arrays; things are numbered in the order of their IRIs."""
    codes = _Codes(relations, developed_by)
    level, object_ = relations.level, codes.old(relations.object)
    subject, item = codes.old(relations.subject), codes.old(relations.item)
    live = (level >= 0) & (object_ >= 0)
    supply = np.flatnonzero(live & np.isin(relations.predicate, _SUPPLY))
    use = np.flatnonzero(live & (relations.predicate == _CODE["uses"]))

    def rows(
        of: NDArray[np.intp], supplier: Ints, consumer: Ints, component: Ints, role: int, via: Ints | None = None
    ) -> Rows:
        low, high = relations.low[of], relations.high[of]
        if role in (
            CONTAINED,
            HOSTED,
        ):  # what comes along is all of itself, and of what a host runs an unknown part; with nothing none
            high = (high > 0.0).astype(np.float64)
            low = high if role == CONTAINED else np.zeros(len(of))
        return Rows(
            supplier,
            consumer,
            component,
            np.full(len(of), -1, np.int32) if via is None else via,
            of.astype(np.int32),
            low,
            high,
            level[of],
            np.full(len(of), role, np.int8),
            relations.predicate[of],
            np.full(len(of), -1, np.int32),
            np.full(len(of), -1, np.int32),
        )

    kind = codes.kinds[relations.predicate]
    component = np.where(item >= 0, item, kind).astype(np.int32)
    # What is packaged for somebody is named by its technology, which is no product in need of parts.
    packaged = relations.predicate == _CODE["packagesFor"]
    own = codes.develops(object_[supply], item[supply]) & ~packaged[supply]
    ours, others = supply[own], supply[~own]
    # Who uses what nobody in particular makes (HBM4) needs it; that names no supplier of it.
    made = codes.count(object_[use]) > 0
    plain = use[~made]
    direct = [
        rows(others, subject[others], object_[others], component[others], DIRECT),
        rows(ours, subject[ours], item[ours], codes.making(kind[ours]), DIRECT),
        rows(use[made], object_[use[made]], subject[use[made]], object_[use[made]], DIRECT),
    ]
    named = others[(item[others] >= 0) & (relations.predicate[others] != _CODE["hostsComputeFor"]) & ~packaged[others]]
    needy = np.zeros(len(codes.things) + 1, dtype=bool)
    for each in direct:
        needy[each.consumer] = True
    needy[subject[use]] = True
    holds = named[needy[item[named]] & codes.is_thing(item[named])]
    whole = np.concatenate((holds, plain))
    content = np.concatenate((item[holds], object_[plain]))
    getter = np.concatenate((object_[holds], subject[plain]))
    direct.append(rows(whole, content, getter, content, CONTAINED))
    direct.append(rows(ours, subject[ours], object_[ours], component[ours], LIFTED, item[ours]))

    run = others[(relations.predicate[others] == _CODE["hostsComputeFor"]) & (codes.count(item[others]) > 0)]
    hosted = rows(run, item[run], subject[run], item[run], HOSTED)
    makers = [codes.made(each) for each in (direct[2], hosted)]
    lifted = [codes.lifted(each) for each in (direct[0], direct[2], direct[3], makers[0])]
    used = np.unique(np.concatenate((object_[use], item[run], item[holds])))
    pieces = [*direct, hosted, *makers, *lifted, codes.developed(used[used >= 0])]
    every = Rows._make(np.concatenate(columns) for columns in zip(*pieces, strict=True))
    every = every.take((every.supplier != every.consumer) & ~codes.develops(every.consumer, every.supplier))
    order = np.lexsort((every.role, every.relation, every.via, every.component, every.consumer, every.supplier))
    return Facts(codes.things, every.take(order))


class _Codes:
    """Everything that facts name, numbered in the order of the IRIs, and who develops what in numbers."""

    def __init__(self, relations: Relations, developed_by: Mapping[str, tuple[Developer, ...]]) -> None:
        old = relations.things.to_pylist()
        present = set(old)
        relevant = {product: who for product, who in developed_by.items() if product in present}
        more = {each.party for who in relevant.values() for each in who} | {*KIND_OF.values(), MAKING}
        self.things = sorted(present | more)
        place = {iri: number for number, iri in enumerate(self.things)} if more - present else None
        numbered = (
            np.arange(len(old)) if place is None else np.fromiter((place[iri] for iri in old), np.int32, len(old))
        )
        self._old = np.append(numbered, -1).astype(np.int32)
        where = place or {iri: number for number, iri in enumerate(self.things)}
        self.kinds = np.array([where[KIND_OF[p]] if p in KIND_OF else -1 for p in terms.PREDICATES], dtype=np.int32)
        self._making = where[MAKING]
        number = {iri: place_ for place_, iri in enumerate(relations.iris())} if relevant else {}
        pairs = sorted(
            (where[product], where[each.party], number.get(each.relation, -1), terms.LEVELS.index(each.level))
            for product, who in relevant.items()
            for each in who
        )
        table = np.array(pairs, dtype=np.int64).reshape(-1, 4)
        self._product, self._party = table[:, 0].astype(np.int32), table[:, 1].astype(np.int32)
        self._relation, self._level = table[:, 2].astype(np.int32), table[:, 3].astype(np.int8)
        self._start = np.searchsorted(self._product, np.arange(len(self.things) + 2)).astype(np.int32)
        self._pairs = self._product.astype(np.int64) * len(self.things) + self._party

    def making(self, kinds: Ints) -> Ints:
        """Return the components of what is delivered to the owner of the product it is."""
        made: Ints = np.where(kinds == self.kinds[_CODE["supplies"]], self._making, kinds).astype(np.int32)
        return made

    def old(self, codes: Ints) -> Ints:
        """Return our numbers for the relations' numbers; -1 stays."""
        renumbered: Ints = self._old[codes]
        return renumbered

    def count(self, products: Ints) -> Ints:
        """Return how many develop each."""
        counts: Ints = np.where(products >= 0, self._start[products + 1] - self._start[products], 0)
        return counts

    def develops(self, parties: Ints, products: Ints) -> NDArray[np.bool_]:
        """Tell for each pair whether the party develops the product."""
        return (products >= 0) & np.isin(products.astype(np.int64) * len(self.things) + parties, self._pairs)

    def is_thing(self, codes: Ints) -> NDArray[np.bool_]:
        """Tell which are things of their own, not the component of a relation without an item."""
        return ~np.isin(codes, self.kinds)

    def _repeated(self, rows: Rows, products: Ints) -> tuple[Rows, Ints]:
        """Return each row once for every developer of its product, and the developers' places."""
        counts = self.count(products)
        if not counts.any():
            return rows.take(np.zeros(0, dtype=np.intp)), np.zeros(0, dtype=np.int32)
        chosen = np.repeat(np.arange(len(products)), counts)
        skips = np.repeat(self._start[products] - (counts.cumsum() - counts), counts)
        return rows.take(chosen), (np.arange(len(chosen)) + skips).astype(np.int32)

    def made(self, rows: Rows) -> Rows:
        """Return the developers of what is used or run as suppliers."""
        found, place = self._repeated(rows, rows.supplier)
        return found._replace(
            supplier=self._party[place],
            via=found.supplier,
            level=np.maximum(found.level, self._level[place]),
            role=np.full(len(place), MAKER, np.int8),
            makes=self._relation[place],
        )

    def lifted(self, rows: Rows) -> Rows:
        """Return the developers of products in need as consumers."""
        found, place = self._repeated(rows, rows.consumer)
        kept = (found.role == MAKER) | (found.role == CONTAINED)
        return found._replace(
            consumer=self._party[place],
            via=found.consumer,
            low=np.where(found.role == CONTAINED, 0.0, found.low),
            level=np.maximum(found.level, self._level[place]),
            role=np.where(kept, found.role, LIFTED).astype(np.int8),
            owns=self._relation[place],
        ).take(~self.develops(self._party[place], found.supplier))

    def developed(self, products: Ints) -> Rows:
        """Return what products that are used need of who develops them: all, where it is one."""
        counts = self.count(products)
        skips = np.repeat(self._start[products] - (counts.cumsum() - counts), counts)
        place = (np.arange(int(counts.sum())) + skips).astype(np.int32)
        return Rows(
            self._party[place],
            np.repeat(products, counts).astype(np.int32),
            np.full(len(place), self.kinds[_DEVELOPS], np.int32),
            np.full(len(place), -1, np.int32),
            self._relation[place],
            np.repeat((counts == 1).astype(np.float64), counts),
            np.ones(len(place)),
            self._level[place],
            np.full(len(place), DEVELOPED, np.int8),
            np.full(len(place), _DEVELOPS, np.int8),
            np.full(len(place), -1, np.int32),
            np.full(len(place), -1, np.int32),
        )


def weaker(first: str, second: str) -> str:
    """Return the weaker of two levels.

    >>> weaker("confirmed", "prospective")
    'prospective'
    """
    return max(first, second, key=terms.LEVELS.index)


__all__ = ["KIND_LABEL", "KIND_OF", "Developer", "Fact", "Facts", "Rows", "arrays", "developers", "facts", "weaker"]
