"""Figures of a model on the texts that no model trains on: ``python -m loaders.extraction.training.score``.

The texts are read as documents, the way the loaders read them. ``--tune`` first chooses the threshold, the calibration and the leans on one half of the held-back texts and writes them, with the figures of the other half, into the card.
"""

import argparse
import json
import math
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.claim import Document, Sentence
from loaders.extraction.labels import PREDICATES
from loaders.extraction.network import MODEL, Model
from loaders.extraction.reader import Reader, apart
from loaders.extraction.reading import NO_LEAN, POINTED
from loaders.extraction.training.corpus import CORPUS, Unit, load, parts, sentence_spans
from loaders.extraction.training.measure import Figures, best_threshold, claim_row, field_f1, figures, gold_rows
from loaders.extraction.training.scorer import FAMILY, matches

Doubles = NDArray[np.float64]

SAMPLE = 200
"""On about how many texts, from all registers, speed is measured."""
FIELD_LEANS = (0.0, 0.5, 1.0, 1.5)
"""The log-odds tried by which a field is filled rather than left empty; not more, as a wrong share is worse than none."""
LEAST = 0.2
"""The threshold while tuning; the leans of predicates are fitted on claims from it up."""
RIDGE = 4.0
"""How strongly what sets a predicate apart is drawn to naught, the rarer the predicate the more."""
OPEN, CLOSE = "<!-- figures -->", "<!-- /figures -->"


def document_of(unit: Unit) -> Document:
    """A corpus text as a document: a paragraph a line."""
    sentences = []
    for start, end in sentence_spans(unit.text):
        paragraph = unit.text.count("\n", 0, start)
        said = unit.text[start:end]
        left = len(said) - len(said.lstrip())
        sentences.append(Sentence(said.strip(), start + left, start + len(said.rstrip()), (), 1, paragraph))
    return Document("unit", unit.text, date(2026, 1, 1), "corpus", sentences=tuple(sentences))


def read_units(reader: Reader, units: Sequence[Unit]) -> list[list[dict[str, Any]]]:
    """The claims of each unit with their scores, all units' windows in one go."""
    documents = [document_of(unit) for unit in units]
    cut = [reader.windows(document) for document in documents]
    flat = iter(reader.read([window for windows in cut for window in windows]))
    out = []
    for document, windows in zip(documents, cut, strict=True):
        rows = []
        for window in windows:
            for found in next(flat).found:
                if (number := window.sentence_at(found.trigger[0])) is not None:
                    said = document.sentences[number].text
                    rows.append({**claim_row(found, window.text), "apart": apart(found, said)})
        out.append(rows)
    return out


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


def reliability(reader: Reader, claims: Sequence[Judged]) -> list[dict[str, Any]]:
    """Confidence against truth in bands of a tenth."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for one in claims:
        confidence = reader.confidence(one.score, one.apart)
        bands.setdefault(min(9, int(confidence * 10)), []).append((confidence, one.right))
    return [
        {
            "from": band / 10,
            "claims": len(them),
            "confidence": round(sum(c for c, _ in them) / len(them), 3),
            "right": round(sum(r for _, r in them) / len(them), 3),
        }
        for band, them in sorted(bands.items())
    ]


def tune(model: Model, units: Sequence[Unit]) -> dict[str, Any]:
    """Threshold, calibration and leans for a model, from the tuning half."""
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
    fields = {field: max(right, key=lambda lean, field=field: (right[lean][field], -lean)) for field in POINTED}
    return {"threshold": threshold, "calibration": fitted, "lean": relations | fields}


def resident() -> int:
    """Megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20


def speed(model: Model, units: Sequence[Unit]) -> dict[str, Any]:
    """Time to the first claim, sentences a second over the units together, and the memory that it took."""
    before, began = resident(), time.perf_counter()
    reader = Reader(model=Model(model.folder, model.threads))
    list(reader.extract(document_of(units[0])))
    loaded = time.perf_counter() - began
    count = sum(len(sentence_spans(u.text)) for u in units)
    began = time.perf_counter()
    read_units(reader, units)
    seconds = time.perf_counter() - began
    return {
        "threads": model.threads,
        "load_seconds": round(loaded, 2),
        "sentences_per_second": round(count / seconds, 1),
        "megabytes": resident() - before,
    }


def report(card: dict[str, Any]) -> str:
    """The scoreboard of a card as Markdown."""
    claims, fields = card["figures"]["claims"], card["figures"]["fields"]
    known = {"all", *FAMILY, *(p for predicates in FAMILY.values() for p in predicates)}
    head = ["", "| {} | claims | P | R | F1 |", "| --- | ---: | ---: | ---: | ---: |"]

    def line(group: str, name: str = "") -> str:
        c = claims[group]
        return f"| {name or group} | {c['claims']} | {c['precision']:.2f} | {c['recall']:.2f} | {c['f1']:.2f} |"

    lines = [
        f"Model {card['version']} on {card['figures']['units']} held-back texts, threshold {card['threshold']}.",
        *(h.format("predicate") for h in head),
        line("all", "**all**"),
    ]
    for family, predicates in FAMILY.items():
        lines += [line(family, f"**{family}**"), *(line(p) for p in predicates if p in claims)]
    lines += [h.format("register") for h in head] + [line(r) for r in sorted(claims) if r not in known]
    lines += ["", "| field of a right claim | right | asked |", "| --- | ---: | ---: |"]
    lines += [f"| {f} | {v['accuracy']:.2f} | {v['asked']} |" for f, v in fields.items()]
    lines += ["", "| confidence | claims | mean | right |", "| ---: | ---: | ---: | ---: |"]
    lines += [
        f"| {b['from']:.1f}–{b['from'] + 0.1:.1f} | {b['claims']} | {b['confidence']:.2f} | {b['right']:.2f} |"
        for b in card["reliability"]
    ]
    pace = card["speed"]
    lines += [
        "",
        f"{pace['sentences_per_second']:.0f} sentences/s on {pace['threads']} threads, first claim after {pace['load_seconds']:.1f} s, "
        f"{pace['megabytes']} MB.",
    ]
    return "\n".join(lines)


def write_between(path: Path, text: str) -> None:
    """Replace what stands between the marks ``<!-- figures -->`` and ``<!-- /figures -->`` of a Markdown file."""
    before, rest = path.read_text(encoding="utf-8").split(OPEN, 1)
    after = rest.split(CLOSE, 1)[1]
    path.write_text(f"{before}{OPEN}\n\n{text}\n\n{CLOSE}{after}", encoding="utf-8")


def measured(model: Model, units: Sequence[Unit]) -> tuple[Figures, list[list[dict[str, Any]]]]:
    """The figures of a model on units, at the card's threshold, and the claims they come from."""
    read = read_units(Reader(model=model), units)
    return figures(units, read, float(model.card["threshold"])), read


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--corpus", type=Path, action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tune", action="store_true", help="choose thresholds anew and write the card")
    parser.add_argument("--speed", action="store_true", help="only print load time, sentences a second, memory")
    parser.add_argument("--write", type=Path, action="append", default=[], help="Markdown files to put the table into")
    args = parser.parse_args()
    by_part = parts(load(*(args.corpus or [CORPUS])))
    model, units = Model(args.model, args.threads), by_part["test"]
    some = units[:: max(1, len(units) // SAMPLE)]
    if args.speed:
        print(json.dumps(speed(model, some)))
        return
    if args.tune:
        model.card.update(tune(model, by_part["tune"]))
    found, read = measured(model, units)
    total = found.counts["all"]
    model.card["figures"] = {
        "units": len(units),
        "right": total.right,
        "wrong": total.wrong,
        "missed": total.missed,
    } | found.as_json()
    model.card["reliability"] = reliability(Reader(model=model), judged(units, read, model.card["threshold"]))
    model.card["speed"] = speed(model, some)
    if args.tune:
        text = json.dumps(model.card, indent=1, ensure_ascii=False)
        (args.model / "card.json").write_text(f"{text}\n", encoding="utf-8")
    for path in args.write:
        write_between(path, report(model.card))
    print(report(model.card))


if __name__ == "__main__":
    main()
