"""Texts made from annotated ones say what those said: every span of a cut or swapped text still holds its words."""

import json
import random

import pytest

from loaders.extraction.training.augment import cropped, mostly, name_pool, side_by_side, swap_names
from loaders.extraction.training.corpus import CORPUS, Gold, Unit, unit


def units_of(name: str) -> list[Unit]:
    """The annotated texts of a file of the corpus."""
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [unit(json.loads(line), name) for line in lines]


UNITS = units_of("q11-wire")


def spans(unit: Unit, claim: Gold) -> dict[str, str]:
    """The words of a claim's spans."""
    places = {"trigger": claim.trigger, "item": claim.item} | {field: span for field, span, _ in claim.quantity}
    return {what: unit.text[slice(*span)] for what, span in places.items() if span}


def test_a_cut_text_keeps_what_its_sentences_say() -> None:
    rng, cut, lost = random.Random(1), 0, 0
    for whole in UNITS:
        short = cropped(whole, rng, 1.0)
        assert short.text in whole.text
        cut += short.text != whole.text
        lost += len(whole.claims) - len(short.claims)
        assert all(short.text[a:b] == short.names[k][0] for a, b, k in short.mentions)
        assert {k for _, _, k in short.mentions} >= {claim.subject for claim in short.claims}
        at = whole.text.index(short.text)
        for claim in short.claims:
            old = next(c for c in whole.claims if c.row is claim.row)
            assert short.names[claim.subject] == whole.names[old.subject]
            assert claim.object < 0 or short.names[claim.object] == whole.names[old.object]
            assert spans(short, claim).items() <= spans(whole, old).items()
            assert claim.trigger
            assert old.trigger
            assert claim.trigger[0] == old.trigger[0] - at
        said = [c for c in whole.claims if c.trigger and at <= c.trigger[0] < at + len(short.text)]
        assert len(short.claims) <= len(said)
    assert cut > 100 < lost


def test_a_short_text_is_not_cut() -> None:
    short = Unit("AMD rose. Intel fell.", (("AMD", "organisation"),), ((0, 3, 0),), (), "x")
    assert cropped(short, random.Random(0), 1.0) is short


@pytest.mark.parametrize("seed", [1, 2])
def test_swapped_names_move_every_span_along(seed: int) -> None:
    rng, pool, swapped = random.Random(seed), name_pool(UNITS), 0
    for whole in UNITS:
        other = swap_names(whole, pool, rng, 0.5)
        swapped += other is not whole
        assert all(other.text[a:b] == other.names[k][0] for a, b, k in other.mentions)
        for old, new in zip(whole.claims, other.claims, strict=True):
            quantities = {field for field, span, _ in old.quantity if span}
            before, after = spans(whole, old), spans(other, new)
            assert {f: before[f] for f in quantities} == {f: after[f] for f in quantities}
    assert swapped > 100


def test_texts_side_by_side_keep_all_claims() -> None:
    short = [one for one in units_of("w1-supply") if len(one.text) < 200][:100]
    joined = side_by_side(short, random.Random(3), 1.0)
    assert len(joined) < len(short)
    assert sum(len(one.claims) for one in joined) == sum(len(one.claims) for one in short)


def test_a_pass_holds_all_fresh_texts_and_a_part_of_the_others() -> None:
    old = units_of("q11-semis")
    some = mostly(UNITS + old, ("q11-wire",), 0.4, random.Random(1))
    assert some[: len(UNITS)] == UNITS
    rest = some[len(UNITS) :]
    assert 0.25 * len(old) < len(rest) < 0.55 * len(old)
    assert rest == [unit for unit in old if unit in rest]
