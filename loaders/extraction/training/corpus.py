"""Annotated texts → units with places: mentions, and claims whose trigger, item and numbers are spans."""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from loaders.extraction.decode import occurrences
from loaders.extraction.labels import ATTRIBUTIONS, FIELDS, PREDICATES, STATUSES, TYPES
from loaders.extraction.numbers import Quantity, as_change, as_share, near, quantities

CORPUS = Path(__file__).parent / "corpus"
HELD_BACK = 0.15
"""The part of the corpus that no model trains on; which texts, a hash of the text decides, for good."""
ALL_TRAINED = ("q15-", "q16-", "q17-", "q18-", "q19-", "q20-", "q21-")
"""Registers whose names begin so are trained on whole: what is held back stays what it was, so that models can be compared."""

Span = tuple[int, int]
_MARKS = re.compile(r"\s*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_SENTENCE_END = re.compile(
    r"\n+|(?<=[.!?。！？…])[\"”’')\]]*\s+(?=[\"“‘'(\[*_$€£¥₩▸•·–-]*\w)|(?<=[.!?])[\"”’')\]]*\s+(?=[^\w\s])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Ms|Mrs|Dr|St|vs|No|approx|est|e\.g|i\.e|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Prof|Gen)|\b[A-Z])\.$"
)


@dataclass(frozen=True)
class Gold:
    """One annotated claim; ``subject`` and ``object`` are indices into the unit's names (object −1: none)."""

    subject: int
    object: int
    predicate: int
    status: int
    attribution: int
    trigger: Span | None
    item: Span | None
    quantity: tuple[tuple[str, Span | None, bool], ...]
    """Per field: its name, where its quantity stands (``None``: the field is empty), and whether it falls."""
    row: dict[str, Any]


@dataclass(frozen=True)
class Unit:
    """A text with its names ``(text, type)``, mentions ``(start, end, name)`` and claims."""

    text: str
    names: tuple[tuple[str, str], ...]
    mentions: tuple[tuple[int, int, int], ...]
    claims: tuple[Gold, ...]
    register: str

    @cached_property
    def part(self) -> str:
        """ "train", or which half of what is held back: "tune" (thresholds, calibration) or "test" (figures)."""
        if self.register.startswith(ALL_TRAINED):
            return "train"
        key = re.sub(r"\W+", " ", self.text.casefold()).strip()
        place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) / 2**32
        return "test" if place < HELD_BACK / 2 else "tune" if place < HELD_BACK else "train"


def locate(text: str, names: list[str]) -> list[tuple[int, int, int]]:
    """All mentions, longest names first; a name that stands only inside longer ones keeps its nested places."""
    found: list[tuple[int, int, int]] = []
    for k in sorted(range(len(names)), key=lambda k: -len(names[k])):
        for a, b in occurrences(text, names[k]):
            if all(b <= x or a >= y for x, y, _ in found):
                found.append((a, b, k))
    for k, name in enumerate(names):
        if not any(n == k for _, _, n in found):
            places = occurrences(text, name) or [(m.start(), m.end()) for m in re.finditer(re.escape(name), text)]
            found += [(a, b, k) for a, b in places]
    return sorted(found)


def sentence_spans(text: str) -> list[Span]:
    """The sentences or list items of a text, as the annotators counted them."""
    out, start = [], 0
    for m in _SENTENCE_END.finditer(text):
        if "\n" not in m.group() and _ABBREVIATION.search(text[start : m.start()]):
            continue
        if text[start : m.start()].strip():
            out.append((start, m.start()))
        start = m.end()
    if text[start:].strip():
        out.append((start, len(text)))
    return out


def _nearest(text: str, words: str | None, anchors: list[int], within: Span | None = None) -> Span | None:
    if not words:
        return None
    places = occurrences(text, words) or [(m.start(), m.end()) for m in re.finditer(re.escape(words), text)]
    if within:
        places = [p for p in places if within[0] <= p[0] < within[1]] or places
    return min(places, key=lambda p: min((abs(p[0] - a) for a in anchors), default=0), default=None)


def _agrees(field: str, value: Any, quantity: Quantity) -> bool | None:
    """Whether ``quantity`` gives ``value``; for changes ``True`` means by falling. ``None``: it does not."""
    if quantity.kind not in FIELDS[field]:
        return None
    if field == "amount":
        same = (
            near(quantity.low, value["low"])
            and near(quantity.high, value["high"])
            and quantity.currency == value["currency"]
        )
        return False if same else None
    if field == "share":
        return False if all(map(near, as_share(quantity), value)) else None
    for falling in (False, True):
        if all(map(near, as_change(quantity, falling), value)):
            return falling or (value[0] is not None and value[0] < 0)
    return None


def _quantity(text: str, claim: dict[str, Any], field: str, anchor: int) -> tuple[str, Span | None, bool] | None:
    """Where the field's quantity stands, nearest to the trigger; ``None`` where no rule finds it."""
    if claim.get(field) is None:
        return field, None, False
    fits = [(q, falls) for q in quantities(text) if (falls := _agrees(field, claim[field], q)) is not None]
    if not fits:
        return None
    best, falls = min(fits, key=lambda f: abs(f[0].start - anchor))
    return field, (best.start, best.end), falls


def unit(row: dict[str, Any], register: str = "") -> Unit:
    """One corpus line as a unit, freed of citation marks."""
    raw = row["text"]
    text = _MARKS.sub("", raw).strip()
    names: dict[str, str] = {}
    for entity in row["entities"]:
        if entity["text"] in text and entity["type"] in TYPES:
            names.setdefault(entity["text"], entity["type"])
    for claim in row["claims"]:
        for name in (claim["subject"], claim.get("object")):
            if name and name in text:
                names.setdefault(name, "product")
    index = {name: k for k, name in enumerate(names)}
    mentions = locate(text, list(names))
    spans = sentence_spans(text) if any("sentence" in c for c in row["claims"]) else []
    claims = []
    for claim in row["claims"]:
        subject, object_ = index.get(claim["subject"]), index.get(claim["object"]) if claim.get("object") else -1
        if subject is None or object_ is None or subject == object_ or claim["predicate"] not in PREDICATES:
            continue
        anchors = [a for a, _, k in mentions if k in (subject, object_)]
        number = claim.get("sentence")
        home = spans[number] if number is not None and number < len(spans) else None
        trigger = _nearest(text, claim.get("trigger"), anchors, home)
        anchor = trigger[0] if trigger else anchors[0]
        fields = (_quantity(text, claim, field, anchor) for field in FIELDS)
        claims.append(
            Gold(
                subject, object_, PREDICATES.index(claim["predicate"]), STATUSES.index(claim["status"]), ATTRIBUTIONS.index(claim["attribution"]),
                trigger, _nearest(text, claim.get("item"), [anchor], home), tuple(f for f in fields if f), claim,
            )
        )  # fmt: skip
    return Unit(text, tuple(names.items()), tuple(mentions), tuple(claims), register)


def load(*folders: Path) -> list[Unit]:
    """Every unit of the ``*.jsonl`` files, by file name and line; the same text twice counts once; faulty lines are left out."""
    units: dict[str, Unit] = {}
    for path in sorted(
        (p for folder in folders or (CORPUS,) for p in folder.glob("[pqwx]*.jsonl")), key=lambda p: p.name
    ):
        for row in _rows(path):
            try:
                one = unit(row, path.stem)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                print(f"{path.name}: left out, {error!r}: {row.get('text', '')[:60]}", file=sys.stderr)
                continue
            units.setdefault(one.text, one)
    return list(units.values())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for n, line in enumerate(lines):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError:
                if n < len(lines) - 1:
                    raise


def parts(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units by their part: train, tune, test."""
    out: dict[str, list[Unit]] = {"train": [], "tune": [], "test": []}
    for one in units:
        out[one.part].append(one)
    return out


def joined(units: list[Unit]) -> Unit:
    """Several texts as one, name by name, so that what is unrelated stands side by side."""
    text, names, mentions, claims = "", {}, [], []
    for one in units:
        shift = len(text) + (1 if text else 0)
        text = f"{text} {one.text}" if text else one.text
        for name, kind in one.names:
            names.setdefault(name, kind)
        order = {name: k for k, name in enumerate(names)}
        index = [order[name] for name, _ in one.names]

        def move(span: Span | None, shift: int = shift) -> Span | None:
            return span and (span[0] + shift, span[1] + shift)

        mentions += [(a + shift, b + shift, index[k]) for a, b, k in one.mentions]
        claims += [
            replace(
                c, subject=index[c.subject], object=index[c.object] if c.object >= 0 else -1, trigger=move(c.trigger), item=move(c.item),
                quantity=tuple((f, move(s), falls) for f, s, falls in c.quantity),
            )
            for c in one.claims
        ]  # fmt: skip
    return Unit(text, tuple(names.items()), tuple(mentions), tuple(claims), units[0].register)
