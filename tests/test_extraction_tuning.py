"""What is chosen for a model on the tuning half: how readily predicates are believed and fields are filled."""

from typing import Any

import numpy as np
import pytest

from loaders.extraction.network import MODEL, Model
from loaders.extraction.reading import NO_LEAN, read
from loaders.extraction.training.corpus import unit
from loaders.extraction.training.measure import field_f1
from loaders.extraction.training.tune import Judged, Remembering, calibration, logistic, relation_leans

SUPPLY = {
    "subject": "Ibiden", "predicate": "supplies", "object": "Intel", "status": "actual", "attribution": "stated",
    "item": None, "amount": None, "change": None,
}  # fmt: skip


@pytest.mark.skipif(not (MODEL / "encode.onnx").exists(), reason="no model in the tree")
def test_a_lean_moves_the_log_odds_of_its_predicate_alone() -> None:
    text = "SK Hynix supplies HBM4 to Nvidia, whose Rubin is made by TSMC."
    model = Model()
    plain, leant = (
        {(f.subject, f.predicate, f.object): f.score for f in read(model, model.tokeniser, [text], 0.01, lean)[0].found}
        for lean in (NO_LEAN, NO_LEAN | {"supplies": -2.0})
    )
    assert ("SK Hynix", "supplies", "Nvidia") in leant
    assert {r for r in leant if r[1] != "supplies"} == {r for r in plain if r[1] != "supplies"} != set()
    for relation, score in leant.items():
        p, factor = plain[relation], 0.1353 if relation[1] == "supplies" else 1.0
        assert score == pytest.approx(p * factor / (1 - p + p * factor), abs=1e-4)


@pytest.mark.skipif(not (MODEL / "encode.onnx").exists(), reason="no model in the tree")
def test_what_a_model_remembers_is_what_it_would_say_again() -> None:
    """Under other leans too, which change what was answered in place, and for other texts; a graph is run again for new texts alone."""
    said = ["Corvia's sales rose 6% to $3 billion.", "SK Hynix supplies HBM4 to Nvidia, whose Rubin is made by TSMC."]
    model, keeps = Model(), Remembering()
    lean = NO_LEAN | {"item": 3.0}
    for texts, runs in ((said[:1], 4), (said[:1], 4), (said[:1], 4), (said[1:], 8)):
        assert read(keeps, keeps.tokeniser, texts, 0.01, lean) == read(model, model.tokeniser, texts, 0.01, lean)
        assert len(keeps.answers) == runs


def _judged(predicate: str, score: float, right: int, of: int) -> list[Judged]:
    return [Judged(score, predicate, False, n < right) for n in range(of)]


def test_a_predicate_that_is_right_more_rarely_at_one_score_is_leant_against() -> None:
    """Where `develops` is right as often as `supplies` at odds nine times as high, it is leant towards by the logarithm of nine."""
    leans = relation_leans(
        [
            *_judged("supplies", 0.5, 500, 1000), *_judged("supplies", 0.9, 750, 1000),
            *_judged("develops", 0.5, 750, 1000), *_judged("develops", 0.9, 900, 1000),
            *_judged("uses", 0.5, 1, 1),
        ]
    )  # fmt: skip
    assert leans["supplies"] < 0 < leans["develops"]
    assert leans["develops"] - leans["supplies"] == pytest.approx(2.197, abs=0.05)
    assert abs(leans["uses"]) < 0.4, "one claim says little"
    assert leans["restricts"] == 0


def test_scores_that_order_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="not right more often"):
        relation_leans([*_judged("uses", 0.9, 1, 9), *_judged("uses", 0.3, 8, 9)])


def test_nothing_to_calibrate_on_is_no_error() -> None:
    assert calibration([]) == (0.0, 0.0)


def test_the_likeliest_weights_are_found() -> None:
    log_odds = np.log([[1.0], [1.0], [3.0], [3.0], [3.0], [3.0]])
    weights = logistic(log_odds, np.array([1.0, 0, 1, 1, 1, 0]), np.zeros(1))
    assert weights.tolist() == [pytest.approx(1.0, abs=1e-6)]


def test_calibration_finds_how_often_a_score_is_right() -> None:
    claims = [Judged(score, "uses", False, n < right) for score, right in ((0.5, 20), (0.9, 80)) for n in range(100)]
    slope, shift = calibration(claims)
    assert shift == pytest.approx(-1.386, abs=0.01)
    assert slope * 2.197 + shift == pytest.approx(1.386, abs=0.01)


def _unit_with(*shares: list[float] | None) -> Any:
    claims = [{**SUPPLY, "share": share, "sentence": n} for n, share in enumerate(shares)]
    entities = [{"text": name, "type": "organisation"} for name in ("Ibiden", "Intel")]
    return unit({"text": "Ibiden has 70% at Intel. Ibiden supplies Intel.", "entities": entities, "claims": claims})


@pytest.mark.parametrize(
    ("gold", "said", "f1"),
    [
        (([0.7, 0.7], None), [0.7, 0.7], 1.0),
        ((None, [0.7, 0.7]), [0.7, 0.7], 1.0),
        ((None, [0.7, 0.7]), None, 1.0),
        ((None, [0.7, 0.7]), [0.3, 0.3], 2 / 3),
        (([0.7, 0.7],), [0.3, 0.3], 1 / 2),
        (([0.7, 0.7],), None, 2 / 3),
        ((None,), [0.7, 0.7], 2 / 3),
    ],
)
def test_a_field_is_held_against_every_annotated_claim_of_the_same_tie(gold: Any, said: Any, f1: float) -> None:
    """A pair told twice, once with a share, is right with that share and without; another pair beside it is right throughout."""
    claims = [{**SUPPLY, "share": share, "score": 0.9} for share in (said, [0.7, 0.7])]
    read = [[one] for one in claims]
    assert field_f1([_unit_with(*gold), _unit_with([0.7, 0.7])], read, 0.5)["share"] == pytest.approx(f1)
