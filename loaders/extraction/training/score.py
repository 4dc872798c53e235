"""Figures of a model on the texts that no model trains on: ``python -m loaders.extraction.training.score``.

The texts are read as documents, the way the loaders read them. ``--tune`` first chooses the threshold and the calibration on one half of the held-back texts and writes them, with the figures of the other half, into the card.
"""

import argparse
import json
import math
import resource
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from loaders.claim import Document, Sentence
from loaders.extraction.network import MODEL, Model
from loaders.extraction.reader import Reader, apart
from loaders.extraction.reading import NO_LEAN
from loaders.extraction.training.corpus import CORPUS, Unit, load, parts, sentence_spans
from loaders.extraction.training.measure import Figures, best_threshold, claim_row, field_f1, figures, gold_rows
from loaders.extraction.training.scorer import FAMILY, matches

SAMPLE = 200
"""On about how many texts, from all registers, speed is measured."""
LEANS = (0.5, 1.0, 1.5)
"""The log-odds tried by which a field is filled rather than left empty; not more, as a wrong share is worse than none."""
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


def samples(
    units: Sequence[Unit], read: Sequence[list[dict[str, Any]]], least: float
) -> list[tuple[float, bool, bool]]:
    """(score, apart, right) of every claim above ``least``."""
    return [
        (c["score"], c["apart"], any(matches(g, c) for g in gold_rows(unit)))
        for unit, claims in zip(units, read, strict=True)
        for c in claims
        if c["score"] >= least
    ]


def calibration(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and shift of Platt's scaling on the log-odds, by Newton's method."""
    x = [math.log(min(max(s, 1e-4), 1 - 1e-4) / (1 - min(max(s, 1e-4), 1 - 1e-4))) for s, _ in pairs]
    a, b = 1.0, 0.0
    for _ in range(50):
        p = [1 / (1 + math.exp(-(a * v + b))) for v in x]
        ga = sum((q - r) * v for q, (_, r), v in zip(p, pairs, x, strict=True)) + 1e-3 * (a - 1)
        gb = sum(q - r for q, (_, r) in zip(p, pairs, strict=True))
        w = [q * (1 - q) + 1e-9 for q in p]
        haa, hab, hbb = (
            sum(u * v * v for u, v in zip(w, x, strict=True)) + 1e-3,
            sum(u * v for u, v in zip(w, x, strict=True)),
            sum(w),
        )
        det = haa * hbb - hab * hab
        # Whole steps of Newton's method overshoot where few claims are right.
        a -= min(0.5, max(-0.5, (hbb * ga - hab * gb) / det))
        b -= min(0.5, max(-0.5, (haa * gb - hab * ga) / det))
    return round(a, 4), round(b, 4)


def reliability(reader: Reader, claims: Sequence[tuple[float, bool, bool]]) -> list[dict[str, Any]]:
    """Confidence against truth in bands of a tenth."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for score, parted, right in claims:
        confidence = reader.confidence(score, parted)
        bands.setdefault(min(9, int(confidence * 10)), []).append((confidence, right))
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
    """Threshold, calibration and the lean of each field for a model, from the tuning half."""
    model.card.update(threshold=0.2, calibration=dict.fromkeys(("within", "apart"), (1.0, 0.0)), lean=dict(NO_LEAN))
    read = read_units(Reader(model=model), units)
    threshold = best_threshold(units, read)
    claims = samples(units, read, threshold / 2)
    fitted = {
        name: calibration([(score, right) for score, parted, right in claims if parted == (name == "apart")])
        for name in ("within", "apart")
    }
    # A third of the texts has claims enough for this, and each lean is a reading of its own.
    some = units[::3]
    right = {0.0: field_f1(some, read[::3], threshold)}
    for lean in LEANS:
        model.card["lean"] = dict.fromkeys(NO_LEAN, lean)
        right[lean] = field_f1(some, read_units(Reader(model=model), some), threshold)
    leans = {field: max(right, key=lambda lean, field=field: (right[lean][field], -lean)) for field in NO_LEAN}
    return {"threshold": threshold, "calibration": fitted, "lean": leans}


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
    model.card["reliability"] = reliability(Reader(model=model), samples(units, read, model.card["threshold"]))
    model.card["speed"] = speed(model, some)
    if args.tune:
        text = json.dumps(model.card, indent=1, ensure_ascii=False)
        (args.model / "card.json").write_text(f"{text}\n", encoding="utf-8")
    for path in args.write:
        write_between(path, report(model.card))
    print(report(model.card))


if __name__ == "__main__":
    main()
