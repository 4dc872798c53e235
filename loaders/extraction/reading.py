"""Texts → what the network reads in them: names, relations with their fields, and where each is said.

Knows arrays, not documents, and no framework of learning: training, figures and run time all read through it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from loaders.claim import Amount
from loaders.extraction.decode import Mention, everywhere, mentions
from loaders.extraction.labels import (
    ATTRIBUTIONS,
    FIELDS,
    OBJECT_OPTIONAL,
    PREDICATES,
    STATUSES,
    SYMMETRIC,
    WITHOUT_OBJECT,
)
from loaders.extraction.numbers import Quantity, as_change, as_share, quantities
from loaders.extraction.pairs import Asked, Entity, Floats, Ints, ask, padded
from loaders.extraction.tokens import Tokeniser, Tokens

Span = tuple[int, int]
KindOf = Callable[[str, str], str]
_Numbers = dict[str, tuple[Quantity, int]]

MAY = np.array([[p in OBJECT_OPTIONAL for p in PREDICATES], [p not in WITHOUT_OBJECT for p in PREDICATES]])
"""Which predicates the null object (first row) and the other objects (second row) may have."""

_TEXT_PIECES = 1536
_LONGEST_ITEM = 10
_MOST_NAMES = 40
_FURTHER, _NUMBERED = 0.25, 0.05
"""How likely a further item of a relation without object must be for a claim of its own, and one with a number of its own."""
_LONGER = 0.1
"""How likely an item's later end or earlier beginning must be, next to the likeliest, to be taken: "TPU v8i trays", not "TPU v8i"."""
_QUALIFIERS = re.compile(
    r"(?:(?!(?:a|an|and|are|as|at|be|been|but|by|for|from|had|has|have|in|is|it|its|of|on|or|that|the|their|this|to|was|were|which"
    r"|will|with)\b)[^\s,;:()]+ )+",
    re.IGNORECASE,
)
"""What may stand between an earlier likely beginning of an item and the likeliest: "older scanners" rather than "scanners"."""
POINTED = ("item", *FIELDS)
"""The fields that point at words of the text, each of which may be left empty."""
NO_LEAN = dict.fromkeys((*POINTED, *PREDICATES), 0.0)


class Network(Protocol):
    """The steps of the trained network, on numpy arrays; probabilities, not logits, where the name says so."""

    def encode(self, ids: Ints, shapes: Ints, mask: Ints) -> tuple[Floats, Floats]:
        """States (texts, pieces, width), tag probabilities (texts, pieces, TAGS)."""

    def mark(self, states: Floats, mask: Ints, mark: Ints) -> Floats:
        """What is read (texts, pieces, width) once the names are marked."""

    def relate(self, memory: Floats, kinds: Ints, near: Ints, pool: Floats, pairs: Ints) -> tuple[Floats, Floats]:
        """Of one text's pairs: relation probabilities (pairs, predicates), pair states."""

    def point(self, pair: Floats, predicate: Ints, memory: Floats) -> tuple[Floats, Floats]:
        """Of one text's claims: their states, and scores of where their items begin (claims, pieces); piece 0: no item."""

    def describe(self, claim: Floats, item: Ints, memory: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Of claims whose items begin at the pieces ``item``: status and attribution scores, pointers to the item's end and to
        quantities (claims, pointers, pieces), falls (claims, pieces), where they are said (claims, pieces).
        """


@dataclass(frozen=True)
class Found:
    """A relation that a text states, names in the text's wording, with places in the text."""

    score: float
    subject: str
    subject_type: str
    predicate: str
    object: str | None
    object_type: str
    item: Span | None
    status: str
    attribution: str
    share: tuple[float, float] | None
    amount: Amount | None
    change: tuple[float | None, float | None] | None
    trigger: Span


@dataclass(frozen=True)
class Reading:
    """What was read in one text."""

    mentions: tuple[Mention, ...]
    found: tuple[Found, ...]


@dataclass
class _Text:
    """One text on its way through the network."""

    text: str
    tokens: Tokens
    mentions: list[Mention]
    entities: list[Entity]
    quantities: list[tuple[Quantity, int]]


def read(
    network: Network,
    tokeniser: Tokeniser,
    texts: Sequence[str],
    floor: float = 0.05,
    lean: Mapping[str, float] = NO_LEAN,
    kind_of: KindOf = lambda name, type_: "",
) -> list[Reading]:
    """Read each text by itself; relations below the probability ``floor``, after ``lean``, are left out.

    ``lean`` gives the log-odds by which a relation is likelier than the network says, by predicate, and by which a field is
    filled rather than left empty, by field; ``kind_of`` knows the kinds of names by their wording and type. Texts of like
    length go through the encoder together; the answer does not depend on who asks.
    """
    tokens = [tokeniser(text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (len(tokens[i]), texts[i]))
    out: list[Reading] = [Reading((), ())] * len(texts)
    for batch in _batches(order, [len(t) for t in tokens], _TEXT_PIECES):
        for i, reading in zip(
            batch,
            _read([texts[i] for i in batch], [tokens[i] for i in batch], network, floor, lean, kind_of),
            strict=True,
        ):
            out[i] = reading
    return out


def _batches(order: Iterable[int], lengths: Sequence[int], most: int) -> Iterable[list[int]]:
    """Runs of ``order`` whose padded size stays within ``most``."""
    batch: list[int] = []
    longest = 0
    for i in order:
        if batch and max(longest, lengths[i]) * (len(batch) + 1) > most:
            yield batch
            batch, longest = [], 0
        batch.append(i)
        longest = max(longest, lengths[i])
    if batch:
        yield batch


def _read(
    texts: list[str],
    tokens: list[Tokens],
    network: Network,
    floor: float,
    lean: Mapping[str, float],
    kind_of: KindOf,
) -> list[Reading]:
    ids, shapes = padded([t.ids for t in tokens]), padded([t.shapes for t in tokens])
    mask = padded([[1] * len(t) for t in tokens])
    states, tags = network.encode(ids, shapes, mask)
    here = [_text(text, token, tags[b], kind_of) for b, (text, token) in enumerate(zip(texts, tokens, strict=True))]
    asked = [ask(one.entities, len(one.tokens)) for one in here]
    found: list[list[list[Found]]] = [[] for _ in texts]
    some = [b for b, a in enumerate(asked) if len(a.pairs)]
    if some:
        marks = padded([asked[b].mark.tolist() for b in some])
        length = marks.shape[1]
        memory = network.mark(np.ascontiguousarray(states[some, :length]), mask[some, :length], marks)
        for b, lines in zip(some, memory, strict=True):
            found[b] = _claims(here[b], asked[b], lines[: len(tokens[b])], network, floor, lean)
    return [Reading(tuple(one.mentions), tuple(_merged(f))) for one, f in zip(here, found, strict=True)]


def _text(text: str, tokens: Tokens, tags: Floats, kind_of: KindOf) -> _Text:
    """Decode the names; mentions of the same wording are one entity, its type the surest mention's."""
    named = everywhere(text, mentions(text, tokens.offsets, tags[: len(tokens)]))
    places: dict[str, list[Mention]] = {}
    for mention in named:
        places.setdefault(text[mention.start : mention.end], []).append(mention)
    surest = sorted(places, key=lambda name: (-max(m.confidence for m in places[name]), places[name][0].start))
    for name in surest[_MOST_NAMES:]:
        del places[name]
    entities = []
    for name, same in places.items():
        type_ = max(same, key=lambda m: (m.confidence, -m.start)).type
        where = tuple(sorted({t for m in same for t in tokens.within(m.start, m.end)}))
        entities.append(Entity(name, type_, where, kind_of(name, type_)))
    amounts = [(q, pieces[0]) for q in quantities(text) if (pieces := tokens.within(q.start, q.end))]
    return _Text(text, tokens, named, entities, amounts)


def _claims(
    one: _Text, asked: Asked, memory: Floats, network: Network, floor: float, lean: Mapping[str, float]
) -> list[list[Found]]:
    """The claims of every relation from ``floor`` up, those of one relation together."""
    probability, pair = network.relate(memory, asked.kinds, asked.near, asked.pool, asked.pairs)
    factor = np.exp([lean[predicate] for predicate in PREDICATES], dtype=np.float32)
    probability = probability * factor / (1 - probability + probability * factor)
    probability *= MAY[(asked.pairs[:, 1] > 0).astype(int)]
    hits = np.argwhere(probability >= floor)
    if not len(hits):
        return []
    rows, predicates = hits.T
    states, starts = network.point(pair[rows], np.ascontiguousarray(predicates), memory)
    starts[:, 0] -= lean["item"]
    begun = [
        (n, start, sure)
        for n, row in enumerate(rows)
        for start, sure in _starts(one, starts[n], asked.pairs[row, 1] == 0)
    ]
    which, items, sure = np.array(begun, np.int64).T
    status, attribution, pointers, falls, said = network.describe(states[which], np.ascontiguousarray(items), memory)
    pointers[:, 1:, 0] -= [lean[field] for field in FIELDS]
    spans = [_item(one, first, pointers[k, 0]) for k, first in enumerate(items.tolist())]
    claims = _free(one.text, which.tolist(), spans, sure)
    numbers: dict[int, _Numbers] = {}
    for n, own in claims.items():
        numbers |= _numbers(one, own, sure, PREDICATES[predicates[n]], pointers)
        own[:] = [k for k in own if sure[k] or numbers[k]]
    _nearest(claims, items, said)
    found: list[list[Found]] = [[] for _ in hits]
    for n, k in ((n, k) for n, own in claims.items() for k in own):
        row, predicate = hits[n].tolist()
        subject, target = (asked.names[name] for name in asked.pairs[row].tolist())
        money, share, change = (numbers[k].get(field) for field in ("amount", "share", "change"))
        falling = change is not None and float(falls[k, change[1]]) > 0
        acts = one.entities[subject or 0]
        found[n].append(
            Found(
                float(probability[row, predicate]),
                acts.name,
                acts.type,
                PREDICATES[predicate],
                None if target is None else one.entities[target].name,
                "" if target is None else one.entities[target].type,
                spans[k],
                STATUSES[int(status[k].argmax())],
                ATTRIBUTIONS[int(attribution[k].argmax())],
                as_share(share[0]) if share else None,
                Amount(money[0].low, money[0].high, money[0].currency) if money else None,
                as_change(change[0], falling) if change else None,
                _trigger(one, _softmax(said[k])),
            )
        )
    return found


def _free(
    text: str, relations: Sequence[int], spans: Sequence[Span | None], sure: Sequence[bool]
) -> dict[int, list[int]]:
    """Of each relation the claims whose items do not stand in one another, nor, unless ``sure``, say one again; the first stays.

    >>> _free("Amsterdam plant, gas, Gas", [0, 0, 0, 0, 1], [(0, 15), (10, 15), (17, 20), (22, 25), (22, 25)], [True, True, True, False, True])
    {0: [0, 2], 1: [4]}
    """
    claims: dict[int, list[int]] = {}
    for k, (relation, span) in enumerate(zip(relations, spans, strict=True)):
        own = claims.setdefault(relation, [])
        others = [other for n in own if (other := spans[n])]
        within = span and any(span[0] < b and a < span[1] for a, b in others)
        again = span and not sure[k] and text[slice(*span)].casefold() in (text[a:b].casefold() for a, b in others)
        if not within and not again:
            own.append(k)
    return claims


def _numbers(one: _Text, own: Sequence[int], sure: Ints, predicate: str, pointers: Floats) -> dict[int, _Numbers]:
    """By claim of one relation and by field, the number that it points at, with its piece.

    An amount is of one item alone, a share or a change may be of several sure ones. The surest pointer chooses first.
    """
    out: dict[int, _Numbers] = {k: {} for k in own}
    for i, field in enumerate(FIELDS):
        offers = [
            (float(pointers[k, 1 + i, piece] - pointers[k, 1 + i, 0]), k, quantity, piece)
            for k in own
            for quantity, piece in one.quantities
            if fits(field, predicate, quantity) and piece < pointers.shape[2]
        ]
        taken: set[int] = set()
        for alone in (False, True):
            for margin, k, quantity, piece in sorted(offers, key=lambda o: (-o[0], o[1], o[3], o[2].end)):
                shared = not alone and field != "amount" and sure[k]
                if margin > 0 and field not in out[k] and (shared or (alone and piece not in taken)):
                    out[k][field] = quantity, piece
                    taken.add(piece)
    return out


def _nearest(claims: Mapping[int, list[int]], items: Ints, said: Floats) -> None:
    """Where a relation has several items, leave each claim to seek its trigger where its own item is the nearest, in place."""
    for own in (own for own in claims.values() if len(own) > 1):
        away = np.abs(np.arange(said.shape[1]) - items[own][:, None])
        said[own] = np.where(away == away.min(axis=0), said[own], -1e4)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return cast(Floats, powers / powers.sum())


def _starts(one: _Text, scores: Floats, several: bool) -> list[tuple[int, bool]]:
    """Where a relation's item begins, or 0 alone where it likely has none; with ``several``, further ones, the likeliest first.

    Each with whether it is sure; an unsure one is to be kept only where a number is its own.
    """
    likely = _softmax(scores[: len(one.tokens) - 1])
    if likely[0] > 0.5 or len(likely) < 2:
        return [(0, True)]
    first = 1 + int(likely[1:].argmax())
    best = _earliest(one.text, one.tokens.offsets, likely, first)
    others = [int(start) for start in np.argsort(-likely, kind="stable") if start not in (0, first, best)]
    further = [(start, bool(likely[start] >= _FURTHER)) for start in others if likely[start] >= _NUMBERED]
    return [(best, True), *further] if several else [(best, True)]


def _earliest(text: str, offsets: Sequence[Span], likely: Floats, first: int) -> int:
    """The earliest likely beginning of the phrase that an item's likeliest beginning stands in.

    >>> _earliest("bought older scanners", [(0, 0), (0, 6), (7, 12), (13, 21)], np.array([0, 0, 0.2, 0.8]), 3)
    2
    """
    begun = first
    for start in range(first - 1, max(0, first - _LONGEST_ITEM), -1):
        if not _QUALIFIERS.fullmatch(text, offsets[start][0], offsets[first][0]):
            break
        if likely[start] >= _LONGER * likely[first]:
            begun = start
    return begun


def fits(field: str, predicate: str, quantity: Quantity) -> bool:
    """Whether a claim of ``predicate`` may take ``quantity`` for ``field``: only job cuts count heads."""
    counts = field == "amount" and predicate == "cutsWorkforce"
    return quantity.kind in FIELDS[field] and (quantity.kind == "count") == counts


def _words(text: str, start: int, end: int) -> Span:
    """A span lengthened to whole words."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _item(one: _Text, first: int, ends: Floats) -> Span | None:
    """The item that begins at the piece ``first``; it does not reach over a sum into the next ("income of $6 million, cash")."""
    if first == 0:
        return None
    sums = [piece for quantity, piece in one.quantities if quantity.kind == "money" and piece > first]
    likely = _softmax(ends[first : min(first + _LONGEST_ITEM, len(one.tokens) - 1, *sums)])
    last = first + int(np.flatnonzero(likely >= _LONGER * likely.max())[-1])
    return _words(one.text, one.tokens.offsets[first][0], one.tokens.offsets[last][1])


def _trigger(one: _Text, said: Floats) -> Span:
    """The words around the likeliest piece."""
    weights = said[: len(one.tokens)].copy()
    weights[[t for t, (a, b) in enumerate(one.tokens.offsets) if b <= a]] = 0
    best = int(weights.argmax())
    first = last = best
    while first > 1 and weights[first - 1] > 0.4 * weights[best]:
        first -= 1
    while last < len(weights) - 2 and weights[last + 1] > 0.4 * weights[best]:
        last += 1
    return _words(one.text, one.tokens.offsets[first][0], one.tokens.offsets[last][1])


def _merged(found: list[list[Found]]) -> list[Found]:
    """The claims of one relation per pair and predicate, the better direction of the symmetric ones; surest first."""
    best: dict[tuple[str, str, str], list[Found]] = {}
    for claims in found:
        one = claims[0]
        ends = (one.subject, one.object or "")
        if one.predicate in SYMMETRIC:
            ends = (min(ends), max(ends))
        key = (one.predicate, *ends)
        if key not in best or one.score > best[key][0].score:
            best[key] = claims
    return sorted(
        (one for claims in best.values() for one in claims),
        key=lambda f: (-f.score, f.predicate, f.subject, f.object or "", f.item or ()),
    )
