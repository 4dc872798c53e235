"""Other texts from the annotated ones: names swapped for others of the same kind, casing dropped, texts side by side; fresh ones more often."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from loaders.extraction.reader import kind_of
from loaders.extraction.training.corpus import Gold, Span, Unit, joined, sentence_spans
from loaders.linking import Linker
from ontology.catalogue import Catalogue

#: What the bundled catalogue knows a name of a type to be.
known = partial(kind_of, Linker(Catalogue.bundled()))


def mostly(units: Sequence[Unit], fresh: tuple[str, ...], rest: float, rng: random.Random) -> list[Unit]:
    """The units of the registers whose names begin with one of ``fresh``, and about the part ``rest`` of the others, in order."""
    return [unit for unit in units if unit.register.startswith(fresh) or rng.random() < rest]


def name_pool(units: Sequence[Unit]) -> dict[tuple[str, str], list[str]]:
    """Names by type and kind, those that may stand for one another; common nouns ("wafers") may not."""
    pool: dict[tuple[str, str], set[str]] = {}
    for unit in units:
        for name, kind in unit.names:
            if len(name) > 1 and not name.islower() and (kind == "product" or not name[0].islower()):
                pool.setdefault((kind, known(name, kind)), set()).add(name)
    return {kind: sorted(names) for kind, names in pool.items()}


def swap_names(unit: Unit, pool: dict[tuple[str, str], list[str]], rng: random.Random, rate: float) -> Unit:
    """``unit`` with about ``rate`` of its names swapped, every span moved along."""
    spans = [s for c in unit.claims for s in (c.trigger, c.item, *(s for _, s, _ in c.quantity)) if s]
    swaps: dict[int, str] = {}
    for k, (name, kind) in enumerate(unit.names):
        others = pool.get((kind, known(name, kind)))
        if rng.random() >= rate or name.islower() or not others:
            continue
        own = [(a, b) for a, b, n in unit.mentions if n == k]
        inside = any(a < x < b for a, b in own for span in spans for x in span)
        nested = any(n != k and x < b and a < y for a, b in own for x, y, n in unit.mentions)
        if own and not inside and not nested:
            swaps[k] = rng.choice(others)
    if not swaps:
        return unit
    text, done = "", 0
    edits: list[tuple[int, int, int]] = []
    for a, b, k in unit.mentions:
        if k in swaps:
            text += unit.text[done:a] + swaps[k]
            done = b
            edits.append((a, b, len(swaps[k]) - (b - a)))
    text += unit.text[done:]

    def moved(span: Span | None) -> Span | None:
        if span is None:
            return None
        start, end = span
        return start + sum(d for a, _, d in edits if start > a), end + sum(d for _, b, d in edits if end >= b)

    def claim(one: Gold) -> Gold:
        quantity = tuple((f, moved(s), falls) for f, s, falls in one.quantity)
        return replace(one, trigger=moved(one.trigger), item=moved(one.item), quantity=quantity)

    mentions = tuple((*(moved((a, b)) or (a, b)), k) for a, b, k in unit.mentions)
    names = tuple((swaps.get(k, name), kind) for k, (name, kind) in enumerate(unit.names))
    return Unit(text, names, mentions, tuple(map(claim, unit.claims)), unit.register)


def cropped(unit: Unit, rng: random.Random, rate: float) -> Unit:
    """At ``rate``, some of the sentences of a ``unit`` that has three or more, those in a row, with what is said in them alone."""
    sentences = sentence_spans(unit.text)
    if len(sentences) < 3 or rng.random() >= rate or not all(claim.trigger for claim in unit.claims):
        return unit
    count = rng.randrange(2, len(sentences))
    first = rng.randrange(len(sentences) - count + 1)
    start, end = sentences[first][0], sentences[first + count - 1][1]

    def moved(span: Span | None) -> Span | None:
        return (span[0] - start, span[1] - start) if span and start <= span[0] and span[1] <= end else None

    mentions = [(*place, k) for a, b, k in unit.mentions if (place := moved((a, b)))]
    kept = {old: new for new, old in enumerate(sorted({k for _, _, k in mentions}))} | {-1: -1}
    claims = [
        replace(
            claim, subject=kept[claim.subject], object=kept[claim.object], trigger=moved(claim.trigger), item=moved(claim.item),
            quantity=tuple((f, moved(s), falls) for f, s, falls in claim.quantity if s is None or moved(s)),
        )
        for claim in unit.claims
        if moved(claim.trigger) and claim.subject in kept and claim.object in kept
    ]  # fmt: skip
    names = tuple(unit.names[k] for k in kept if k >= 0)
    return Unit(
        unit.text[start:end], names, tuple((a, b, kept[k]) for a, b, k in mentions), tuple(claims), unit.register
    )


def side_by_side(units: list[Unit], rng: random.Random, rate: float, longest: int = 420) -> list[Unit]:
    """Join about ``rate`` of the short texts with another short one of the same register."""
    waiting: dict[str, Unit] = {}
    out: list[Unit] = []
    for unit in units:
        if len(unit.text) > longest // 2 or rng.random() >= rate:
            out.append(unit)
        elif (other := waiting.pop(unit.register, None)) is None:
            waiting[unit.register] = unit
        else:
            out.append(joined([other, unit]))
    return out + list(waiting.values())
