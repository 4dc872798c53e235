"""Tag scores → mentions: whole words, whole names.

Scores of word pieces are averaged over a word; a mention is a run of words, its type the vote of the run;
then it is snapped to hyphenated names and freed of possessives, quotes, quantities and stop words, and of the class noun
and the plural behind a name ("Helios racks", "B300s"), which the contract counts no part of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loaders.extraction.labels import TYPES
from loaders.extraction.pairs import Floats

TAGS = 1 + 2 * len(TYPES)
"""Outside, then begin and inside of each type."""

_UNIT = re.compile(r"[^\W_]+(?:(?<=[A-Za-z0-9])[.&'](?=[A-Za-z0-9])(?!s\b)[^\W_]+)*|[^\w\s]|_")
_TRAIL = re.compile(r"(?:['’]s|[\s,.;:()\"“”'’]+)$")
_ONWARD = re.compile(r"[-‑–/](?=[A-Z0-9])[^\W_]+(?:\.\d+)*")
_BACKWARD = re.compile(r"(?:[^\W_]+[-‑])+$")
_QUANTITY = re.compile(r"[$€£¥]?\d[\d,.]*\s?(?:[TBMKVWx%]|MW|GW|TB|billion|million|trillion)?", re.IGNORECASE)
_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "this",
        "that",
        "these",
        "those",
        "and",
        "or",
        "of",
        "for",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "to",
        "as",
        "concurrently",
        "meanwhile",
        "however",
        "furthermore",
        "moreover",
        "additionally",
        "also",
        "while",
        "although",
        "it",
        "they",
        "he",
        "she",
        "we",
    ]
)
_PLURAL = re.compile(r"(?<=[A-Z0-9])s$")
_CLASS_NOUNS = frozenset(
    [
        "accelerator", "assistant", "board", "browser", "cabinet", "camera", "card", "chassis", "chip", "chipset",
        "computer", "controller", "core", "desktop", "die", "drive", "engine", "film", "glasses", "headset",
        "humanoid", "instance", "interconnect", "kit", "laminate", "laptop", "laser", "machine", "model", "modem",
        "module", "node", "notebook", "optics", "panel", "part", "phone", "platform", "processor", "projector",
        "rack", "retimer", "robot", "scanner", "sensor", "server", "silicon", "smartphone", "stack", "substrate",
        "supercomputer", "superchip", "switch", "switches", "system", "tablet", "terminal", "tool", "tray", "wafer",
        "workstation",
    ]
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Mention:
    """A name at ``[start, end)`` of a text, with its type and the lowest word score of the run."""

    start: int
    end: int
    type: str
    confidence: float


@dataclass
class _Run:
    start: int
    end: int
    votes: dict[str, float]
    confidence: float


def _runs(text: str, offsets: Sequence[tuple[int, int]], scores: Floats) -> list[_Run]:
    runs: list[_Run] = []
    open_run: _Run | None = None
    piece = 0
    for m in _UNIT.finditer(text):
        while piece < len(offsets) and offsets[piece][1] <= m.start():
            piece += 1
        here = []
        for t in range(piece, len(offsets)):
            a, b = offsets[t]
            if b > a and a >= m.end():
                break
            if b > a:
                here.append(t)
        if not here:
            open_run = None
            continue
        mean = scores[here].mean(axis=0)
        mass = [float(mean[1 + 2 * k] + mean[2 + 2 * k]) for k in range(len(TYPES))]
        best = max(range(len(TYPES)), key=mass.__getitem__)
        if mean[0] > mass[best]:
            open_run = None
            continue
        begin, inside = float(scores[here[0], 1 + 2 * best]), float(scores[here[0], 2 + 2 * best])
        if open_run and begin < inside and "\n" not in text[open_run.end : m.start()]:
            open_run.end = m.end()
            open_run.votes[TYPES[best]] = open_run.votes.get(TYPES[best], 0.0) + mass[best]
            open_run.confidence = min(open_run.confidence, mass[best])
        else:
            open_run = _Run(m.start(), m.end(), {TYPES[best]: mass[best]}, mass[best])
            runs.append(open_run)
    return runs


def _snapped(text: str, start: int, end: int, floor: int) -> tuple[int, int]:
    """Lengthen a span to the hyphenated name it stands in, not below ``floor``, and cut what is no name at its ends."""
    while end > start and text[end - 1] in "-‑–/":
        end -= 1
    while m := _ONWARD.match(text, end):
        end = m.end()
    if (m := _BACKWARD.search(text, 0, start)) and m.group()[0].isupper() and m.start() >= floor:
        start = m.start()
    while (m := _TRAIL.search(text[start:end])) and m.start() > 0:
        end = start + m.start()
    while start < end and not text[start].isalnum():
        start += 1
    return start, start + len(_proper(text[start:end]))


def _proper(name: str) -> str:
    """A name without the class noun, with what describes it, and without the plural.

    >>> [_proper(name) for name in ["Helios racks", "MTT S6000 graphics card", "B300s", "SK hynix", "wafer trays"]]
    ['Helios', 'MTT S6000', 'B300', 'SK hynix', 'wafer trays']
    """
    words = name.split(" ")
    if words[-1] in _CLASS_NOUNS or words[-1].removesuffix("s") in _CLASS_NOUNS:
        while words and words[-1].islower():
            words.pop()
    return _PLURAL.sub("", " ".join(words)) if words else name


def mentions(text: str, offsets: Sequence[tuple[int, int]], scores: Floats) -> list[Mention]:
    """Names in ``text``; ``scores`` (pieces, TAGS) are probabilities.

    >>> import numpy as np
    >>> tags = np.eye(7, dtype=np.float32)[[0, 1, 2, 0, 3, 0]]
    >>> mentions("SK Hynix ships HBM4.", [(0, 0), (0, 2), (3, 8), (9, 14), (15, 19), (19, 20)], tags)
    [Mention(start=0, end=8, type='organisation', confidence=1.0), Mention(start=15, end=19, type='product', confidence=1.0)]
    """
    found: list[Mention] = []
    for run in _runs(text, offsets, scores):
        start, end = _snapped(text, run.start, run.end, found[-1].end if found else 0)
        name = text[start:end]
        if not name or (len(name) == 1 and not name.isupper()) or name.lower() in _STOP or _QUANTITY.fullmatch(name):
            continue
        if found and found[-1].end > start:
            continue
        found.append(Mention(start, end, max(sorted(run.votes), key=run.votes.__getitem__), run.confidence))
    return found


def everywhere(text: str, named: Sequence[Mention]) -> list[Mention]:
    """The mentions and every other place where one of their names stands free.

    >>> everywhere("AMD said AMD", [Mention(0, 3, "organisation", 0.9)])[1]
    Mention(start=9, end=12, type='organisation', confidence=0.9)
    """
    out = list(named)
    known = {text[m.start : m.end]: m for m in sorted(named, key=lambda m: (m.confidence, -m.start))}
    for name in sorted(known, key=lambda name: (-len(name), name)):
        for start, end in occurrences(text, name):
            if all(end <= m.start or start >= m.end for m in out):
                out.append(Mention(start, end, known[name].type, known[name].confidence))
    return sorted(out)


def occurrences(text: str, name: str) -> list[tuple[int, int]]:
    """Where ``name`` stands in ``text`` as whole words.

    >>> occurrences("AMD's AMDs, AMD", "AMD")
    [(0, 3), (12, 15)]
    """
    found, start = [], text.find(name)
    while start >= 0:
        end = start + len(name)
        left = start == 0 or not (text[start - 1].isalnum() and name[0].isalnum() and text[start - 1].isascii())
        right = end == len(text) or not (text[end].isalnum() and name[-1].isalnum() and text[end].isascii())
        if left and right:
            found.append((start, end))
        start = text.find(name, start + 1)
    return found
