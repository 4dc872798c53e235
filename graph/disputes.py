"""Claims that can't all hold: found from the consolidated relations, typed, both sides kept. Pure and deterministic.

*owner*: two developers of one product. *exclusivity*: a sole source and a second source of the same. *share*: lower bounds
of one need that add up to more than the whole. *denial*: said and denied, or actual after its end. *number*: the same fact
with numbers that do not meet. *stage*: a later claim at an earlier stage. Nothing is retired by any of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from itertools import combinations

from graph.consolidate import OVER, STAGE, Assertion, Group, Relation, relation, support
from graph.facts import KIND_OF
from graph.nquads import integer, iri, literal
from graph.store import Quad
from ontology import terms
from ontology.terms import DCTERMS, ID, NT, RDF, XSD

#: Figures are of the same fact where the claims are no further apart: deals and price rises come again.
WINDOW_DAYS = 30
_FIGURES = {"amount": frozenset({*terms.CAPITAL, "raisesFunding"}), "change": frozenset({"changesPrice"})}
#: A tie without an item says nothing of what flows, so two of them need not be of the same thing.
_VAGUE = frozenset({KIND_OF["supplies"], KIND_OF["licensesTo"]})
#: What recurs has no stages that could be in the wrong order.
_RECURRING = frozenset(terms.CONDITION)
_WHOLE = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Side:
    """Claims that hold together: what they say in a word, the relations they are about, their independent origins.

    A side without claims is the catalogue's word.
    """

    says: str
    relations: tuple[str, ...]
    claims: tuple[str, ...]
    support: int
    since: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Claims that can't all hold; its IRI stays the same while claims come and go."""

    iri: str
    kind: str
    over: str
    sides: tuple[Side, ...]
    settled_by: str = ""

    @property
    def since(self) -> str:
        """The day on which it arose: when the second side was first heard."""
        return sorted(side.since for side in self.sides)[1]

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations on all sides."""
        return tuple(sorted({iri for side in self.sides for iri in side.relations}))


@dataclass(frozen=True)
class World:
    """What the catalogue knows: product → developer, party → parent; and how names that it does not know are written."""

    developer: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Iterable[str]] = field(default_factory=dict)

    def family(self, party: str) -> str:
        """Return the uppermost parent: a company and its subsidiary do not contradict each other."""
        seen = set()
        while party in self.parent and party not in seen:
            seen.add(party)
            party = self.parent[party]
        return party

    def has_one_developer(self, product: str) -> bool:
        """Tell whether a product is one maker's: not HBM4, which several make, nor "analog chips", which is no name."""
        if product in self.developer:
            return True
        if not product.startswith((f"{ID}candidate-", f"{ID}component-")):
            return False
        return any(letter.isupper() or letter.isdigit() for name in self.labels.get(product, ()) for letter in name)


def component(of: Relation) -> str:
    """Return what a supply relation delivers."""
    return of.item or KIND_OF[of.predicate]


def owner_iri(product: str) -> str:
    """Return the IRI of the conflict over a product's developer."""
    return _iri("owner", product)


def need_iris(consumer: str, component: str) -> tuple[str, str]:
    """Return the IRIs of the conflicts over who delivers a component to a consumer."""
    return _iri("exclusivity", consumer, component), _iri("share", consumer, component)


def own_iris(relation: str) -> tuple[str, ...]:
    """Return the IRIs of the conflicts that a relation can have within itself."""
    return (
        _iri("denial", relation),
        _iri("stage", relation),
        *(_iri("number", relation, what) for what in ("share", "amount", "change")),
    )


def _iri(kind: str, *key: str) -> str:
    return f"{terms.CONFLICT}{kind}-{terms.digest(kind, *key)}"


def disputes(groups: Mapping[str, Group], world: World) -> tuple[Conflict, ...]:
    """Return the conflicts among claims, sorted by IRI.

    Parameters
    ----------
    groups
        The claims by relation, as :func:`graph.consolidate.gather` gives them.
    """
    relations = {name: relation(group) for name, group in groups.items()}
    found: list[Conflict] = []
    products: dict[str, list[Relation]] = defaultdict(list)
    needs: dict[tuple[str, str, str], list[Relation]] = defaultdict(list)
    for name, group in groups.items():
        found += _denial(name, group)
        found += _stage(name, group)
        found += _number(name, group)
        of = relations[name]
        if of.level and of.predicate == "develops":
            products[of.object].append(of)
        elif of.predicate in terms.SUPPLY and of.status in ("actual", "planned") and component(of) not in _VAGUE:
            needs[of.object, component(of), of.status].append(of)
    for product, claimed in products.items():
        found += _owner(product, claimed, groups, world)
    for (consumer, what, _), supplied in needs.items():
        found += _need(consumer, what, supplied, groups, world)
    kept: dict[str, Conflict] = {}
    for each in found:  # a need that is actual stands before the same need planned
        kept.setdefault(each.iri, each)
    return tuple(kept[name] for name in sorted(kept))


def _side(says: str, claims: Iterable[Assertion]) -> Side:
    """Make a side of claims in order of date."""
    claims = sorted(claims, key=lambda a: (a.date, a.attribution, -len(a.origins), a.claim))
    return Side(
        says,
        tuple(sorted({a.relation for a in claims})),
        tuple(sorted({a.claim for a in claims})),
        support(claims),
        min((a.date for a in claims), default=""),
    )


def _denial(name: str, group: Group) -> Iterator[Conflict]:
    live = group.live
    denied = [a for a in live if a.status == "denied"]
    ended = [a for a in live if a.status == "ended"]
    said = [a for a in live if a.status in STAGE]
    actual = [a for a in said if a.status == "actual"]
    against = denied if said else []
    if not against and any(
        a.date >= end.date or (a.attribution == "stated") > (end.attribution == "stated")
        for end in ended
        for a in actual
    ):
        against, said = ended, actual
    if against:
        furthest = max((a.status for a in said), key=STAGE.__getitem__)
        sides = (_side(furthest, said), _side(against[0].status, against))
        yield Conflict(_iri("denial", name), "denial", live[0].subject, sides)


def _stage(name: str, group: Group) -> Iterator[Conflict]:
    if group.status not in STAGE or group.backing[0].predicate in _RECURRING:
        return
    reached = group.backing[0].date
    back = [
        a for a in group.live if a.date > reached and a.status not in OVER and STAGE[a.status] < STAGE[group.status]
    ]
    if back:
        sides = (_side(group.status, group.backing), _side(back[-1].status, back))
        yield Conflict(_iri("stage", name), "stage", group.backing[0].subject, sides)


def _number(name: str, group: Group) -> Iterator[Conflict]:
    given: dict[tuple[str, str], dict[tuple[float, float], list[Assertion]]] = defaultdict(lambda: defaultdict(list))
    for a in group.backing:
        if a.low is not None or a.high is not None:
            bounds = (a.low if a.low is not None else 0.0, a.high if a.high is not None else 1.0)
            given["share", ""][bounds].append(a)
        for figure in a.figures:
            if a.predicate in _FIGURES[figure.what]:
                low = figure.low if figure.low is not None else -float("inf")
                high = figure.high if figure.high is not None else float("inf")
                given[figure.what, figure.unit][low, high].append(a)
    for (what, unit), by_bounds in sorted(given.items()):
        apart: set[tuple[float, float]] = set()
        for one, other in combinations(sorted(by_bounds), 2):
            if one[1] < other[0] and _at_once(by_bounds[one], by_bounds[other], what):
                apart |= {one, other}
        if apart:
            sides = tuple(_side(_bounds(what, unit, *bounds), by_bounds[bounds]) for bounds in sorted(apart))
            yield Conflict(_iri("number", name, what), "number", group.all[0].subject, sides)


def _at_once(some: Sequence[Assertion], others: Sequence[Assertion], what: str) -> bool:
    """Tell whether claims of two numbers are of the same time."""
    return any(
        (not a.valid_from or not b.valid_until or a.valid_from <= b.valid_until)
        and (not b.valid_from or not a.valid_until or b.valid_from <= a.valid_until)
        and (what == "share" or abs((Date.fromisoformat(a.date) - Date.fromisoformat(b.date)).days) <= WINDOW_DAYS)
        for a in some
        for b in others
    )


def _bounds(what: str, unit: str, low: float, high: float) -> str:
    def shown(value: float) -> str:
        return f"{100 * value:g}%" if what != "amount" else f"{value:,.0f}"

    text = shown(low) if low == high else f"{shown(low)} to {shown(high)}"
    if low == -float("inf"):
        text = f"up to {shown(high)}"
    elif high == float("inf"):
        text = f"at least {shown(low)}"
    return " ".join(filter(None, ("" if unit == "XXX" else unit, text)))


def _owner(product: str, claimed: Sequence[Relation], groups: Mapping[str, Group], world: World) -> Iterator[Conflict]:
    if not world.has_one_developer(product):
        return
    parties: list[tuple[set[str], list[Relation]]] = []
    for of in claimed:
        # Who stands in one sentence with another developed it together with them.
        words = {a.wording for a in groups[of.iri].backing if a.wording}
        keys = {world.family(of.subject), *words}
        joined = [entry for entry in parties if entry[0] & keys]
        parties = [entry for entry in parties if not entry[0] & keys]
        parties.append((keys.union(*(entry[0] for entry in joined)), [*(r for e in joined for r in e[1]), of]))
    sides = [_side(_named(of), (a for r in of for a in groups[r.iri].backing)) for _, of in parties]
    known = world.developer.get(product)
    if known is not None and not any(world.family(known) in keys for keys, _ in parties):
        sides.append(Side(known.removeprefix(ID), (), (), 0))
    if len(sides) > 1:
        yield Conflict(owner_iri(product), "owner", product, _sorted(sides))


def _need(
    consumer: str, what: str, supplied: Sequence[Relation], groups: Mapping[str, Group], world: World
) -> Iterator[Conflict]:
    families: dict[str, list[Relation]] = defaultdict(list)
    for of in supplied:
        if of.high > 0:
            families[world.family(of.subject)].append(of)
    if len(families) < 2:
        return
    backing = {family: [a for r in of for a in groups[r.iri].backing] for family, of in families.items()}
    sole = {
        family
        for family, claims in backing.items()
        if any(a.low is not None and a.low >= _WHOLE and _beside(family, [a], backing) for a in claims)
    }
    exclusivity, budget = need_iris(consumer, what)
    if sole:
        others = {each for family in sole for each in _beside(family, backing[family], backing)}
        sides = [_side(_named(of), backing[family]) for family, of in families.items() if family in sole | others]
        yield Conflict(exclusivity, "exclusivity", consumer, _sorted(sides))
        return
    # Two predicates of one tie, or two arms of one group, may tell of the same deliveries.
    least = {family: max(r.low for r in of) for family, of in families.items()}
    at_once = {
        family: share
        for family, share in least.items()
        if share > 0 and any(least[other] > 0 for other in _beside(family, backing[family], backing))
    }
    if sum(at_once.values()) > 1.0 + 1e-9:
        sides = [_side(f"{_named(families[f])} {100 * share:g}%", backing[f]) for f, share in at_once.items()]
        yield Conflict(budget, "share", consumer, _sorted(sides))


def _beside(family: str, claims: Sequence[Assertion], backing: Mapping[str, Sequence[Assertion]]) -> list[str]:
    """Return the other families some of whose claims hold at the same time as some of these."""
    return [other for other, theirs in backing.items() if other != family and _at_once(claims, theirs, "share")]


def _named(of: Sequence[Relation]) -> str:
    return " and ".join(sorted({r.subject.removeprefix(ID) for r in of}))


def _sorted(sides: Iterable[Side]) -> tuple[Side, ...]:
    return tuple(sorted(sides, key=lambda side: (-side.support, side.says)))


def quads(conflict: Conflict) -> Iterator[Quad]:
    """Yield a conflict as it stands in the default graph, with the marks on the relations that an open one touches."""
    node = iri(conflict.iri)
    yield node, iri(RDF + "type"), iri(NT + "Conflict"), ""
    yield node, iri(RDF + "type"), iri(NT + terms.CONFLICT_KINDS[conflict.kind]), ""
    yield node, iri(NT + "over"), iri(conflict.over), ""
    yield node, iri(DCTERMS + "date"), literal(conflict.since, XSD + "date"), ""
    if conflict.settled_by:
        yield node, iri(NT + "settledBy"), iri(conflict.settled_by), ""
    else:
        for each in conflict.relations:
            yield iri(each), iri(NT + "disputedIn"), node, ""
    for number, side in enumerate(conflict.sides, 1):
        part = iri(f"{conflict.iri}-{number}")
        yield node, iri(NT + "side"), part, ""
        yield part, iri(RDF + "type"), iri(NT + "Side"), ""
        yield part, iri(NT + "says"), literal(side.says), ""
        yield part, iri(NT + "support"), integer(side.support), ""
        for each in side.relations:
            yield part, iri(NT + "between"), iri(each), ""
        for claim in side.claims:
            yield part, iri(NT + "evidence"), iri(claim), ""
