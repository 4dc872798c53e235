"""Units → tensors: one line per text for the tagger, all pairs of its names for the relations."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from loaders.extraction.decode import TAGS
from loaders.extraction.labels import FIELDS, PREDICATES, SYMMETRIC, TYPES
from loaders.extraction.numbers import quantities
from loaders.extraction.pairs import Entity, ask, padded
from loaders.extraction.reading import fits
from loaders.extraction.tokens import Tokeniser, Tokens
from loaders.extraction.training.augment import known
from loaders.extraction.training.corpus import Gold, Unit

UNKNOWN = -100
"""A label that no loss looks at."""


@dataclass
class Batch:
    """Texts (B, T) with their names (B, E) and pairs (B, P), of which the ``live`` ones have relations in a row (L).

    Claims (N) are placed at a live pair and a predicate; ``text`` says which text is each claim's.
    """

    ids: Tensor
    shapes: Tensor
    mask: Tensor
    tags: Tensor
    mark: Tensor
    kinds: Tensor
    near: Tensor
    pool: Tensor
    pairs: Tensor
    live: Tensor
    relations: Tensor
    text: Tensor
    place: Tensor
    trigger: Tensor
    status: Tensor
    attribution: Tensor
    start: Tensor
    end: Tensor
    quantity: Tensor
    allowed: Tensor
    falls: Tensor


def entities_of(unit: Unit, tokens: Tokens, rng: random.Random | None = None, kindless: float = 0.0) -> list[Entity]:
    """The unit's names with the pieces of all their mentions and their kinds, of which ``kindless`` are not told."""
    pieces: list[list[int]] = [[] for _ in unit.names]
    for a, b, k in unit.mentions:
        pieces[k] += tokens.within(a, b)
    told = [rng is None or rng.random() >= kindless for _ in unit.names]
    return [
        Entity(name, kind, tuple(sorted(set(p))), known(name, kind) if tell else "")
        for (name, kind), p, tell in zip(unit.names, pieces, told, strict=True)
    ]


def tags_of(unit: Unit, tokens: Tokens) -> list[int]:
    """Begin/inside tags; a nested mention has none."""
    tags, used = [0] * len(tokens), [False] * len(tokens)
    for a, b, k in sorted(unit.mentions, key=lambda m: m[0] - m[1]):
        pieces = tokens.within(a, b)
        if not any(used[t] for t in pieces):
            for j, t in enumerate(pieces):
                tags[t], used[t] = 1 + 2 * TYPES.index(unit.names[k][1]) + (j > 0), True
    assert max(tags) < TAGS
    return tags


def collate(
    units: Sequence[Unit],
    tokeniser: Tokeniser,
    rng: random.Random | None = None,
    caseless: float = 0.0,
    masked: float = 0.0,
    kindless: float = 0.0,
) -> Batch:
    """A batch; with ``rng``, casing is dropped, pieces are masked and kinds are not told at the given rates."""
    tokens = [tokeniser(u.text) for u in units]
    ids, shapes = [list(t.ids) for t in tokens], [list(t.shapes) for t in tokens]
    if rng is not None:
        hidden = tokeniser.mask_id()
        for line, shape in zip(ids, shapes, strict=True):
            if rng.random() < caseless:
                shape[:] = [1 if s in (2, 3, 4) else s for s in shape]
            line[1:-1] = [hidden if rng.random() < masked else i for i in line[1:-1]]
    length = max(map(len, tokens))
    asked = [ask(entities_of(u, t, rng, kindless), length) for u, t in zip(units, tokens, strict=True)]
    tags = np.full((len(units), length), UNKNOWN)
    names, most = max(len(a.names) for a in asked), max(1, *(len(a.pairs) for a in asked))
    kinds, near = np.zeros((len(units), names), np.int64), np.zeros((len(units), names, length), np.int64)
    pool, pairs = np.zeros((len(units), names, length), np.float32), np.zeros((len(units), most, 2), np.int64)
    live = np.zeros((len(units), most), np.bool_)
    for b, a in enumerate(asked):
        n, p = len(a.names), len(a.pairs)
        tags[b, : len(tokens[b])] = tags_of(units[b], tokens[b])
        kinds[b, :n], near[b, :n], pool[b, :n], pairs[b, :p], live[b, :p] = a.kinds, a.near, a.pool, a.pairs, True
    relations = torch.zeros(int(live.sum()), len(PREDICATES))
    text, place, trigger, status, attribution, start, end, quantity, falls, allowed = ([] for _ in range(10))
    first_pair = 0
    for b, unit in enumerate(units):
        found = [(q, tokens[b].within(q.start, q.end)[:1]) for q in quantities(unit.text)]
        own = asked[b].names
        where = {(own[s], own[o]): first_pair + n for n, (s, o) in enumerate(asked[b].pairs.tolist())}
        first_pair += len(where)
        for claim in unit.claims:
            for s, o in _ways(claim):
                i = where.get((s, None if o < 0 else o))
                if i is None:
                    continue
                relations[i, claim.predicate] = 1
                text.append(b)
                place.append((i, claim.predicate))
                said = torch.zeros(length)
                if claim.trigger:
                    said[tokens[b].within(*claim.trigger)] = 1
                trigger.append(said)
                item = tokens[b].within(*claim.item) if claim.item else []
                start.append(item[0] if item else 0)
                end.append(item[-1] if item else 0)
                status.append(claim.status)
                attribution.append(claim.attribution)
                known = {f: (span, fall) for f, span, fall in claim.quantity}
                places, may = [], torch.zeros(len(FIELDS), length, dtype=torch.bool)
                may[:, 0] = True
                for n, field in enumerate(FIELDS):
                    may[n, [t for q, first in found for t in first if fits(field, PREDICATES[claim.predicate], q)]] = (
                        True
                    )
                    span = known.get(field, (None, False))[0]
                    first = tokens[b].within(*span)[:1] if span else []
                    target = UNKNOWN if field not in known else first[0] if first else 0
                    places.append(target if target < 0 or may[n, target] else UNKNOWN)
                quantity.append(places)
                allowed.append(may)
                falls.append(int(known["change"][1]) if known.get("change", (None,))[0] else UNKNOWN)

    def whole(values: list[object]) -> Tensor:
        return torch.tensor(values, dtype=torch.long)

    n = len(place)
    return Batch(
        torch.from_numpy(padded(ids)), torch.from_numpy(padded(shapes)), torch.from_numpy(padded([[1] * len(t) for t in tokens])),
        torch.from_numpy(tags), torch.from_numpy(np.stack([a.mark for a in asked])),
        *(torch.from_numpy(a) for a in (kinds, near, pool, pairs, live)), relations,
        whole(text), whole(place).view(n, 2), torch.stack(trigger) if n else torch.zeros(0, length),
        whole(status), whole(attribution), whole(start), whole(end), whole(quantity).view(n, len(FIELDS)),
        torch.stack(allowed) if n else torch.zeros(0, len(FIELDS), length, dtype=torch.bool), whole(falls),
    )  # fmt: skip


def _ways(claim: Gold) -> list[tuple[int, int]]:
    both = PREDICATES[claim.predicate] in SYMMETRIC and claim.object >= 0
    return [(claim.subject, claim.object), *([(claim.object, claim.subject)] if both else [])]


def by_length(units: Sequence[Unit], rng: random.Random, letters: int = 2600) -> Iterator[list[Unit]]:
    """Batches of texts of like length, about ``letters`` characters each, in random order."""
    order = list(units)
    rng.shuffle(order)
    batches: list[list[Unit]] = []
    for i in range(0, len(order), 300):
        batch: list[Unit] = []
        for unit in sorted(order[i : i + 300], key=lambda u: len(u.text)):
            if batch and len(unit.text) * (len(batch) + 1) > letters:
                batches.append(batch)
                batch = []
            batch.append(unit)
        batches.append(batch)
    rng.shuffle(batches)
    yield from batches
