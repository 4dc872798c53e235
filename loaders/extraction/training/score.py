"""Figures of a model on the texts that no model trains on: ``python -m loaders.extraction.training.score``.

The texts are read as documents, the way the loaders read them. ``--tune`` first chooses the threshold, the calibration and the leans on one half of the held-back texts and writes them, with the figures of the other half, into the card.
"""

import argparse
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loaders.extraction.network import MODEL, Model
from loaders.extraction.reader import Reader
from loaders.extraction.training.corpus import CORPUS, Unit, load, parts, sentence_spans
from loaders.extraction.training.measure import Figures, document_of, figures, read_units
from loaders.extraction.training.scorer import FAMILY
from loaders.extraction.training.tune import Judged, Remembering, judged, tune

SAMPLE = 200
"""On about how many texts, from all registers, speed is measured."""
OPEN, CLOSE = "<!-- figures -->", "<!-- /figures -->"


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
        model.card.update(tune(Remembering(args.model, args.threads), by_part["tune"]))
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
