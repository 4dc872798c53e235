"""A random industry of any size: scale-free, layered with a few loops, needs with one to four suppliers, some shares known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from graph.relations import Relations
from graph.store import Quad
from graph.view import relation_quads
from ontology import terms

_ACTUAL = terms.STATUSES.index("actual")
_SUPPLIES = terms.PREDICATES.index("supplies")


def relations(parties: int, per_party: int = 5, seed: int = 1) -> Relations:
    """Return about ``per_party`` supply relations a party, in columns, with one claim each.

    Suppliers are drawn by a power law, so that a few supply very many; 97 of 100 relations run from a lower to a higher
    number, so that loops exist but the whole is no single loop.
    """
    rng = np.random.default_rng(seed)
    consumer = np.repeat(np.arange(1, parties), per_party)
    below = (rng.random(len(consumer)) ** 3 * consumer).astype(np.int64)
    supplier = np.where(rng.random(len(consumer)) < 0.97, below, rng.integers(0, parties, len(consumer)))
    kinds = max(10, parties // 100)
    component = (consumer * 7 + np.tile(rng.integers(0, 3, per_party), parties - 1)) % kinds + parties
    keep = supplier != consumer
    table = np.unique(np.stack((consumer[keep], component[keep], supplier[keep])), axis=1)
    consumer, component, supplier = table
    count = len(consumer)
    # A third of the needs have known shares, which never add up to more than all.
    need = consumer * (parties + kinds) + component
    _, which, size = np.unique(need, return_inverse=True, return_counts=True)
    known = rng.random(len(size))[which] < 1 / 3
    low = np.where(known, np.round(0.8 / size[which], 3), 0.0)
    high = np.where(known, np.minimum(1.0, low + 0.2), 1.0)
    things = pa.array([f"{terms.ID}{n:08d}" for n in range(parties + kinds)])
    serial = pa.array([f"{n:016x}" for n in range(count)])
    text = pa.array(["2026-01-28"]).dictionary_encode()
    none = pa.array(np.zeros(count, np.int32))
    return Relations(
        things=things,
        serial=serial,
        subject=supplier.astype(np.int32),
        predicate=np.full(count, _SUPPLIES, np.int8),
        object=consumer.astype(np.int32),
        item=component.astype(np.int32),
        item_name=pa.DictionaryArray.from_arrays(none, pa.array(["part"])),
        status=np.full(count, _ACTUAL, np.int8),
        stated=rng.random(count) < 0.7,
        low=low,
        high=high,
        stated_low=low,
        stated_high=high,
        support=np.ones(count, np.int32),
        first_seen=pa.DictionaryArray.from_arrays(none, text.dictionary),
        last_seen=pa.DictionaryArray.from_arrays(none, text.dictionary),
        claim_start=np.arange(count + 1, dtype=np.int32),
        claim_serial=serial,
    )


def quads(of: Relations) -> Iterator[Quad]:
    """Yield the relations as they stand in a store's default graph, with the plain edges."""
    for each in of:
        yield from relation_quads(each)
        yield f"<{each.object}>", f"<{terms.NT}dependsOn>", f"<{each.subject}>", ""
