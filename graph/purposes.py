"""What each fact's component is to who gets it: the need that it meets, whether its share is one of that need, whether in part.

The rules for one delivery stand in :mod:`graph.components`; here they are put to all facts at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.components import CAPACITY, KIND_LABEL, KIND_OF, MODELS, POWER, in_part, need
from graph.facts import CONTAINED, DEVELOPED, DIRECT, HOSTED, LIFTED, Facts
from graph.names import Node
from graph.relations import Ints
from ontology import terms

_PRODUCTS = frozenset(terms.PRODUCT_KINDS.values())


class Purposes(NamedTuple):
    """Need and family of each fact as codes of ``things``, which begins with the facts' own; whether the share is a share of
    the need, and whether the need may be only a part of what the consumer lives on.
    """

    things: list[str]
    need: Ints
    family: Ints
    stated: NDArray[np.bool_]
    part: NDArray[np.bool_]


def kind_of(names: Mapping[str, Node], iri: str) -> str:
    """Return the kind of a thing; what has no name is a component."""
    node = names.get(iri)
    return node.kind if node else "Component"


def purposes(found: Facts, names: Mapping[str, Node], model_makers: Collection[str]) -> Purposes:
    """Return what each fact is to its consumer.

    Parameters
    ----------
    names
        IRI → node; an IRI without one is a component named by its own last part.
    model_makers
        IRIs of those who develop AI models.
    """
    rows, things = found.rows, list(found.things)
    place: dict[str, int] = {}

    def code(iri: str) -> int:
        if iri not in place:
            at = bisect_left(found.things, iri)
            if at == len(found.things) or found.things[at] != iri:
                things.append(iri)
                at = len(things) - 1
            place[iri] = at
        return place[iri]

    count = len(rows.supplier)
    if not count:
        none, no = np.zeros(0, np.int32), np.zeros(0, bool)
        return Purposes(things, none, none, no, no)
    kinds: dict[int, str] = {}

    def kind(thing: int) -> str:
        if thing not in kinds:
            kinds[thing] = kind_of(names, found.things[thing])
        return kinds[thing]

    keys, first, which = np.unique(
        rows.component.astype(np.int64) * 64 + rows.predicate, return_index=True, return_inverse=True
    )
    table = np.empty((len(keys), 3), dtype=np.int32)
    exact = np.empty(len(keys), dtype=bool)
    fungible = np.empty(len(keys), dtype=bool)
    for row, fact in enumerate(first.tolist()):
        component = int(rows.component[fact])
        iri = found.things[component]
        node = names.get(iri)
        name = node.name if node else KIND_LABEL.get(iri, iri.rsplit("/component-", 1)[-1].replace("-", " "))
        what = need(terms.PREDICATES[rows.predicate[fact]], iri, kind(component), name)
        table[row] = code(what.product), code(what.organisation), code(what.family)
        exact[row], fungible[row] = what.stated, what.organisation != what.product
    consumes = np.zeros(len(found.things), dtype=bool)
    consumes[rows.consumer] = True
    consumer_kinds = {each: kind(each) for each in np.flatnonzero(consumes).tolist()} if names else {}
    is_product = np.zeros(len(found.things), dtype=bool)
    is_product[[each for each, name in consumer_kinds.items() if name in _PRODUCTS]] = True
    to_product = is_product[rows.consumer]
    lifted = rows.role == LIFTED
    plain = (rows.role == CONTAINED) | (rows.role == HOSTED) | (rows.role == DEVELOPED)
    needed = np.where(lifted, table[which, 2], np.where(to_product, table[which, 0], table[which, 1]))
    needed = np.where(plain, rows.component, needed).astype(np.int32)
    stated = ~lifted & (plain | to_product | exact[which])
    passed_on = (rows.role == CONTAINED) & ((rows.via >= 0) | (fungible[which] & ~to_product))
    part = (rows.role == HOSTED) | passed_on
    for iri in (POWER, CAPACITY):
        mine = np.flatnonzero(needed == code(iri))
        part[mine] |= np.array([in_part(iri, kind(each)) for each in rows.consumer[mine].tolist()], bool)
    mine = np.flatnonzero(needed == code(MODELS))
    part[mine] |= np.array([found.things[each] in model_makers for each in rows.consumer[mine].tolist()], bool)
    family = np.where(plain, needed, table[which, 2]).astype(np.int32)
    # Who makes, packages or hosts for others can do so for itself: what it buys of that is a part. So are models to who has some.
    service = np.isin(family, [code(KIND_OF[each]) for each in ("fabricatesFor", "packagesFor", "hostsComputeFor")])
    deals = family.astype(np.int64) * len(found.things)
    part |= service & np.isin(
        deals + rows.consumer, np.unique((deals + rows.supplier)[service & (rows.role == DIRECT)])
    )
    return Purposes(things, needed, family, stated, part)
