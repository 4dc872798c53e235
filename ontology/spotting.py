"""How names are found in running text: one walk through a trie from each place where a name can start."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from ontology.names import MARKS, ONE_HYPHEN, is_native, squash, tidy

T = TypeVar("T")

#: One character for one, so that places in a text stay what they are: hyphens, full-width letters, ideographic space.
_SAME_LENGTH: Final = {**ONE_HYPHEN, **{n: chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F)}, 0x3000: " ", 0xA0: " "}
#: A legal form right behind a name in a text, which then belongs to the name (not the "Co" of "Intel co-founder").
_LEGAL_FORM_NEXT: Final = re.compile(
    r",?\s(?:Inc|Corp|Corporation|Co|Ltd|Limited|LLC|PBC|PLC|plc|AG|N\.V|NV|GmbH)(?![\w-])(?:\.?,?\s(?:Ltd|Inc|Limited)(?![\w-]))?"
)
#: How many letters tell a name from most other words.
_TELLING: Final = 4
#: How many blanks there may be between two words of a name; an empty line parts them.
_GAP: Final = 4
_URL: Final = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Spelling(Generic[T]):
    """One way to write a name, and what it stands for (``None``: no name at all, it only hides names inside it)."""

    text: str
    value: T | None
    exact: bool = False
    #: Not next to letters of its own script, since it is part of ordinary words.
    alone: bool = False
    plural: bool = False
    legal_form: bool = False


class Spotter(Generic[T]):
    """Finds known names in a text: a trie walked from each place where a name can start, in linear time.

    >>> spotter = Spotter([Spelling("Rubin", 1), Spelling("Vera Rubin", 2), Spelling("Arm", 3, exact=True)])
    >>> spotter.find("Arm's arm in Vera\u00a0Rubin and rubin.")
    ((0, 3, 3), (13, 23, 2), (28, 33, 1))
    """

    def __init__(self, spellings: Iterable[Spelling[T]]) -> None:
        self._trie: dict[str, Any] = {}
        for spelling in spellings:
            for path in _paths(spelling.text):
                node = self._trie
                for char in path:
                    node = node.setdefault(char, {})
                node.setdefault("", []).append(spelling)
        self._start = re.compile(_start_pattern(self._trie)) if self._trie else None

    def find(self, text: str) -> tuple[tuple[int, int, T], ...]:
        """Return ``(start, end, value)`` of all names in the order of the text; of overlapping ones the longest."""
        found = sorted(self._all(text), key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken = bytearray(len(text))
        kept: list[tuple[int, int, T]] = []
        for start, end, spelling in found:
            if taken[start] or taken[end - 1]:  # longest first, so a later hit can't enclose an earlier one
                continue
            taken[start:end] = b"\1" * (end - start)
            if spelling.value is not None:
                kept.append((start, self._with_legal_form(text, end, spelling), spelling.value))
        return tuple(sorted(kept, key=lambda hit: hit[0]))

    @staticmethod
    def _with_legal_form(text: str, end: int, spelling: Spelling[T]) -> int:
        more = _LEGAL_FORM_NEXT.match(text, end) if spelling.legal_form else None
        return more.end() if more else end

    def _all(self, text: str) -> Iterator[tuple[int, int, Spelling[T]]]:
        if self._start is None:
            return
        lower = text.lower()
        if len(lower) != len(text):  # "İ" has two letters in lower case
            lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
        lower = lower.translate(_SAME_LENGTH)
        urls = [m.span() for m in _URL.finditer(lower)]
        url = 0
        for match in self._start.finditer(lower):
            start = match.start()
            while url < len(urls) and urls[url][1] <= start:
                url += 1
            if url < len(urls) and urls[url][0] <= start:
                continue
            for end, spellings in self._walk(lower, start):
                for spelling in spellings:
                    if (stop := _fits(spelling, text, start, end)) is not None:
                        yield start, stop, spelling
                        break

    def _walk(self, lower: str, place: int) -> Iterator[tuple[int, list[Spelling[T]]]]:
        node, length = self._trie, len(lower)
        while place < length:
            char = lower[place]
            if char in MARKS:
                place += 1
                continue
            if char in "- \t\n\r":
                node, end = node.get(" "), place + 1  # type: ignore[assignment]
                while end < length and end - place < _GAP and lower[end] in " \t\n\r":
                    end += 1
                if lower.count("\n", place, end) > 1:
                    return
                place = end
            else:
                node = node.get(char)  # type: ignore[assignment]
                place += 1
            if node is None:
                return
            if spellings := node.get(""):
                yield place, spellings


def _paths(name: str) -> set[str]:
    """Return the ways through the trie for a name: "gpt 5" may be written without its blank, "hbm4" with a hyphen."""
    path = re.sub(r"[\s\-_]+", " ", tidy(name).translate(_SAME_LENGTH).lower())
    closed = re.sub(r"(?<=[a-z]) (?=\d)", "", path)
    opened = re.sub(r"(?<=[a-z]{3})(?=\d)", " ", path)
    return {path, closed, opened} if path else set()


def _start_pattern(trie: dict[str, Any]) -> str:
    """Return a pattern that matches, at no length, where a name can start: its first letters tell most words apart."""
    native = {char: after for char, after in trie.items() if is_native(char)}
    other = {char: after for char, after in trie.items() if not is_native(char)}
    patterns = []
    if other:
        patterns.append(f"(?<![a-z0-9])(?={_beginnings(other, _TELLING)})")
    if native:
        patterns.append(f"(?=[{''.join(sorted(native))}])(?={_beginnings(native, 2)})")
    return "|".join(patterns)


def _beginnings(node: dict[str, Any], depth: int) -> str:
    if "" in node or depth == 0:
        return ""
    return "(?:" + "|".join(_letter(char) + _beginnings(node[char], depth - 1) for char in sorted(node)) + ")"


def _letter(char: str) -> str:
    return r"[\s\-]+" if char == " " else re.escape(char)


def _fits(spelling: Spelling[Any], text: str, start: int, end: int) -> int | None:
    """Return where the name ends if these letters are the spelling, by themselves; with the s of a plural."""
    written = text[start:end]
    if spelling.exact and written != spelling.text and squash(written) != squash(spelling.text):
        return None
    before, after = text[start - 1 : start], text[end : end + 1]
    if _joins(before, text[start]):
        return None
    if spelling.alone and (_same_script(before, text[start]) or _same_script(after, text[end - 1])):
        return None
    if after in ("'", "’") and text[end + 1 : end + 2].isupper():
        return None  # the "Dell" of "Dell'Oro"
    if _joins(text[end - 1], after):
        if not (spelling.plural and after == "s" and not _joins("s", text[end + 1 : end + 2])):
            return None
        return end + 1
    if text[end - 1].isdigit() and re.match(r"[.,]\d", text[end : end + 2]):
        return None  # the "GPT-5" of "GPT-5.7"
    return end


def _joins(char: str, other: str) -> bool:
    """Tell whether two letters next to each other belong to one word."""
    if not char or not other or is_native(char) or is_native(other):
        return False
    return (char.isalnum() or char == "_") and (other.isalnum() or other == "_")


def _same_script(char: str, other: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "?").split()[0] == unicodedata.name(other, "!").split()[0]
