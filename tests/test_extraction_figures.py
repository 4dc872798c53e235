"""The shipped model is what its card says: figures on the held-back texts, size, and the table in the card's text."""

import json
from pathlib import Path

import pytest

from loaders.extraction.network import GRAPHS, MODEL, Model
from loaders.extraction.training.corpus import CORPUS, load, parts, unit
from loaders.extraction.training.measure import Counts, gold_rows
from loaders.extraction.training.score import measured, report
from loaders.extraction.training.scorer import score

pytestmark = pytest.mark.skipif(not (MODEL / "encode.onnx").exists(), reason="no model in the tree")


@pytest.fixture(scope="module")
def model() -> Model:
    """The shipped model."""
    return Model()


@pytest.mark.slow
def test_the_held_back_texts_are_read_as_the_card_says(model: Model) -> None:
    card = model.card["figures"]
    units = parts(load())["test"]
    assert len(units) == card["units"]
    counts = measured(model, units)[0].counts["all"]
    said = Counts(card["right"], card["wrong"], card["missed"])
    assert counts.right + counts.missed == said.right + said.missed
    assert counts.f1 == pytest.approx(said.f1, abs=0.005)


def test_the_cards_text_holds_the_cards_table(model: Model) -> None:
    assert report(model.card) in (MODEL / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_confidence_is_honest(model: Model) -> None:
    """In bands of thirty claims and more, confidence is off by less than .15."""
    for band in model.card["reliability"]:
        if band["claims"] >= 30:
            assert band["confidence"] == pytest.approx(band["right"], abs=0.15), band


def test_a_clone_stays_small() -> None:
    assert sum((MODEL / f"{name}.onnx").stat().st_size for name in GRAPHS) < 76e6


def test_either_of_two_names_that_fit_is_right() -> None:
    """A product and its maker are both the object of one tie (rule 74); a third name is not."""
    text = "SK hynix is the only maker of the memory in Microsoft's Maia 200, not Samsung."
    claim = {"subject": "SK hynix", "predicate": "supplies", "object": "Maia 200", "item": "memory", "status": "actual"}
    entities = [{"text": name, "type": "organisation"} for name in ("SK hynix", "Microsoft", "Samsung", "Maia 200")]
    row = {"text": text, "entities": entities, "claims": [{**claim, "attribution": "stated", "also": ["Microsoft"]}]}
    gold = gold_rows(unit(row))
    for name, right in (("Maia 200", 1), ("Microsoft", 1), ("Samsung", 0)):
        found, _, missed = score(gold, [{**claim, "object": name}])
        assert (found["all"]["right"], len(missed)) == (right, 1 - right)
    both = score(gold, [{**claim, "object": name} for name in ("Maia 200", "Microsoft")])[0]["all"]
    assert both == {"right": 1, "wrong": 0, "missed": 0}


def test_no_text_is_on_both_sides() -> None:
    by_part = parts(load())
    texts = {part: {u.text.casefold() for u in units} for part, units in by_part.items()}
    assert not texts["train"] & (texts["tune"] | texts["test"])
    assert not texts["tune"] & texts["test"]


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.jsonl")), ids=lambda p: p.stem)
def test_the_corpus_holds_to_the_contract(path: Path) -> None:
    """Names, items and triggers stand in the text; every claim's parties are among the names."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        names = {e["text"] for e in row["entities"]}
        for claim in row["claims"]:
            where = f"{path.name}:{number}"
            assert claim["subject"] in names, where
            assert claim["object"] is None or claim["object"] in names, where
            assert claim["subject"] != claim["object"], where
            assert names.issuperset(claim.get("also", ())), where
            twins = [c for c in row["claims"] if all(c[f] == claim[f] for f in ("subject", "predicate", "object"))]
            assert all(c.get("also") == claim.get("also") for c in twins), where
            for field in ("item", "trigger"):
                assert claim[field] is None or claim[field] in row["text"], where
