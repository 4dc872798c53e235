"""Choose a model's threshold, calibration and leans on the tuning half of the held-back texts."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.extraction.labels import PREDICATES
from loaders.extraction.network import Model
from loaders.extraction.reader import Reader
from loaders.extraction.reading import NO_LEAN, POINTED
from loaders.extraction.training.corpus import Unit
from loaders.extraction.training.measure import best_threshold, field_f1, gold_rows, read_units
from loaders.extraction.training.scorer import matches

Doubles = NDArray[np.float64]

FIELD_LEANS = (0.0, 0.5, 1.0)
"""The log-odds tried by which a field is filled rather than left empty; not more, as a wrong share is worse than none."""
LEAST = 0.2
"""The threshold while tuning; the leans of predicates are fitted on claims from it up."""
RIDGE = 4.0
"""How strongly what sets a predicate apart is drawn to naught, the rarer the predicate the more."""


@dataclass(frozen=True)
class Judged:
    """A claim that was read: its score, its predicate, whether its ends stand apart, and whether it is annotated."""

    score: float
    predicate: str
    apart: bool
    right: bool

    @property
    def log_odds(self) -> float:
        """Of the score."""
        score = min(max(self.score, 1e-4), 1 - 1e-4)
        return math.log(score / (1 - score))


def judged(units: Sequence[Unit], read: Sequence[list[dict[str, Any]]], least: float) -> list[Judged]:
    """Every claim with a score of ``least`` or more."""
    return [
        Judged(c["score"], c["predicate"], c["apart"], any(matches(g, c) for g in gold))
        for unit, claims in zip(units, read, strict=True)
        for gold in (gold_rows(unit),)
        for c in claims
        if c["score"] >= least
    ]


def logistic(features: Doubles, right: Doubles, ridge: Doubles) -> Doubles:
    """Weights (features) of the likeliest logistic model of ``right`` (claims), each drawn to naught by its ``ridge``, by Newton's method.

    >>> log_odds = np.log([[1.0], [3.0]])
    >>> logistic(np.repeat(log_odds, [2, 4], axis=0), np.array([1.0, 0, 1, 1, 1, 0]), np.zeros(1)).round(3).tolist()
    [1.0]
    """
    weights = np.zeros(features.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (likely - right) + ridge * weights
        curvature = (features * (likely * (1 - likely))[:, None]).T @ features + np.diag(ridge + 1e-9)
        # Whole steps of Newton's method overshoot where few claims are right.
        weights -= np.clip(np.linalg.solve(curvature, gradient), -0.5, 0.5)
    return weights


def calibration(claims: Sequence[Judged]) -> tuple[float, float]:
    """Slope and shift of Platt's scaling of the log-odds."""
    features = np.array([[one.log_odds, 1.0] for one in claims]).reshape(-1, 2)
    slope, shift = logistic(features, np.array([float(one.right) for one in claims]), np.full(2, 1e-3))
    return round(float(slope), 4), round(float(shift), 4)


def relation_leans(claims: Sequence[Judged]) -> dict[str, float]:
    """By how much the log-odds of each predicate are to rise so that at one score all are right equally often, as far as ``RIDGE`` allows.

    :raises ValueError: where claims of higher scores are not right more often.
    """
    features = np.array([[one.log_odds, 1.0, *(one.predicate == p for p in PREDICATES)] for one in claims], float)
    ridge = np.array([1e-3, 1e-3, *[RIDGE] * len(PREDICATES)])
    slope, _, *shifts = logistic(features, np.array([float(one.right) for one in claims]), ridge).tolist()
    if slope <= 0:
        raise ValueError(
            "claims of higher scores are not right more often: is this the model's own card and tokenizer?"
        )
    return {p: round(shift / slope, 3) for p, shift in zip(PREDICATES, shifts, strict=True)}


@dataclass(frozen=True)
class Remembering(Model):
    """A model that keeps what its graphs answered, some 1 MB a text, so that reading the texts again under other leans is quick."""

    answers: dict[bytes, list[Any]] = field(default_factory=dict, compare=False, repr=False)

    def run(self, graph: str, **inputs: Any) -> list[Any]:
        """What one graph answers, from memory where it was asked before; the last, which is asked of other items under other leans, anew."""
        if graph == "describe":
            return super().run(graph, **inputs)
        asked = hashlib.blake2b(graph.encode())
        for name, values in sorted(inputs.items()):
            asked.update(f"{name}{values.shape}".encode() + np.ascontiguousarray(values).tobytes())
        if asked.digest() not in self.answers:
            self.answers[asked.digest()] = super().run(graph, **inputs)
        return [values.copy() for values in self.answers[asked.digest()]]


def tune(model: Model, units: Sequence[Unit]) -> dict[str, Any]:
    """Threshold, calibration and leans for a model, from the tuning half; sets them in its card."""
    model.card.update(threshold=LEAST, calibration=dict.fromkeys(("within", "apart"), (1.0, 0.0)), lean=NO_LEAN)
    relations = relation_leans(judged(units, read_units(Reader(model=model), units), LEAST))
    read = {}
    for lean in FIELD_LEANS:
        model.card["lean"] = relations | dict.fromkeys(POINTED, lean)
        read[lean] = read_units(Reader(model=model), units)
    threshold = best_threshold(units, read[0.0])
    claims = judged(units, read[0.0], threshold / 2)
    fitted = {
        name: calibration([one for one in claims if one.apart == (name == "apart")]) for name in ("within", "apart")
    }
    right = {lean: field_f1(units, rows, threshold) for lean, rows in read.items()}
    fields = {name: max(FIELD_LEANS, key=lambda lean: (right[lean][name], -lean)) for name in POINTED}
    return {"threshold": threshold, "calibration": fitted, "lean": relations | fields}
