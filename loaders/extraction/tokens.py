"""Text → word pieces with their places and the shape of the word they belong to.

The encoder is uncased; the shape gives back what lower-casing takes ("SK", "iPhone", "H20").
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

SHAPES = 8
_WORD = re.compile(r"[^\W_]+(?:[.\-][^\W_]+)*|\S")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Tokens:
    """Word pieces of one text: ids, ``[start, end)`` of each in the text (empty for the marks at both ends), word shapes."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    shapes: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def within(self, start: int, end: int) -> list[int]:
        """Positions of the pieces that overlap ``[start, end)``."""
        return [t for t, (a, b) in enumerate(self.offsets) if b > a and a < end and b > start]


def shape(word: str) -> int:
    """0 punctuation, 1 lower, 2 Capitalised, 3 UPPER, 4 mIxed, 5 letters with digits, 6 digits, 7 native script.

    >>> [shape(w) for w in ("-", "chip", "Intel", "SK", "iPhone", "H20", "36t", "曦望")]
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    if not any(ch.isalnum() for ch in word):
        return 0
    if any(ord(ch) > 0x2E80 for ch in word):
        return 7
    if any(ch.isdigit() for ch in word):
        return 5 if any(ch.isupper() for ch in word) else 6
    if word.islower():
        return 1
    if word.isupper():
        return 3 if len(word) > 1 else 2
    return 2 if word[0].isupper() and word[1:].islower() else 4


class Tokeniser:
    """Word pieces by a ``tokenizer.json``, cut to at most ``longest`` pieces."""

    def __init__(self, path: Path, longest: int = 256) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.longest = longest

    def mask_id(self) -> int:
        """The id of the mask piece."""
        found = self._tokenizer.token_to_id("[MASK]") or self._tokenizer.token_to_id("<mask>")
        if found is None:
            raise LookupError("the tokenizer has no mask piece")
        return int(found)

    def __call__(self, text: str) -> Tokens:
        """The word pieces of a text; half a surrogate pair, which no text should hold, reads as an unknown sign."""
        encoding = self._tokenizer.encode(_SURROGATE.sub("\ufffd", text))
        ids, offsets = list(encoding.ids), list(encoding.offsets)
        if len(ids) > self.longest:
            ids, offsets = [*ids[: self.longest - 1], ids[-1]], [*offsets[: self.longest - 1], offsets[-1]]
        of_letter = [0] * len(text)
        for m in _WORD.finditer(text):
            of_letter[m.start() : m.end()] = [shape(m.group())] * (m.end() - m.start())
        return Tokens(ids, offsets, [of_letter[a] if b > a else 0 for a, b in offsets])
