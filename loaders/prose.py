"""From a line of prose to its sentences, markup and citation marks taken off, positions kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LETTERS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_MARK = r"\[\d{1,4}(?:\s*[,;]\s*\d{1,4})*\]"
_MARKS = re.compile(rf"\s*({_MARK})(?!\()")
_LINK = re.compile(r"!?\[([^\[\]]{0,400})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:\s+\"[^\"]{0,200}\")?\)")
_URL = re.compile(r"<?https?://[^\s<>]+>?")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_EMPHASIS = re.compile(r"\*\*|__|~~|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_BULLET = re.compile(
    r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•·–▪◦‣]\s+|\d{1,3}[.)]\s+)+|^[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F\s]+"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Ms|Mrs|Dr|St|vs|No|Nos|approx|est|e\.g|i\.e|cf|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Prof|Gen|Sen"
    r"|Rep|Gov|Fig|a\.m|p\.m|U\.S|U\.K|E\.U|[A-Z])|\b[A-Z]\.[A-Z])\.$"
)
#: A stop, its closing quotes and marks, then white space before something that can begin a sentence; or a CJK stop.
_STOP = re.compile(
    rf"(?:[.!?…][\"”’')\]*_]{{0,3}}(?:\s?{_MARK})*(?=\s+[\"“‘'(\[*_]*[A-Z0-9$€£¥{_LETTERS}\U0001F300-\U0001FAFF]))"
    rf"|(?:[。！？][”」』）]?(?:\s?{_MARK})*)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence found in a line: its words, its marks, and its place in the line."""

    text: str
    citations: tuple[str, ...]
    start: int
    end: int


def sentences(line: str) -> Iterator[Piece]:
    """Yield the sentences of one line of prose.

    >>> [(p.text, p.citations) for p in sentences("- **SK Hynix** won. It ships HBM4 to Nvidia Corp. from May [3][14].")]
    [('SK Hynix won.', ()), ('It ships HBM4 to Nvidia Corp. from May.', ('3', '14'))]
    """
    start = 0
    for stop in _STOP.finditer(line):
        bare = _MARKS.sub("", line[start : stop.end()]).rstrip()
        if bare.endswith(".") and _ABBREVIATION.search(bare[-12:]):
            continue
        yield from _piece(line, start, stop.end())
        start = stop.end()
    yield from _piece(line, start, len(line))


def _piece(line: str, start: int, end: int) -> Iterator[Piece]:
    raw = line[start:end]
    left = len(raw) - len(raw.lstrip())
    text = clean(raw)
    if sum(character.isalnum() for character in text) > 1:
        yield Piece(text, marks(raw), start + left, start + len(raw.rstrip()))


def marks(text: str) -> tuple[str, ...]:
    """Return the citation marks of a text in order.

    >>> marks("as told [16][53], again [7, 8]")
    ('16', '53', '7', '8')
    """
    return tuple(number for mark in _MARKS.findall(text) for number in re.findall(r"\d+", mark))


def clean(text: str) -> str:
    """Return a text without citation marks, bullets, links' addresses and other markup.

    >>> clean("## [Groq](https://groq.com/a) raised **$1bn** [12] .")
    'Groq raised $1bn.'
    """
    text = _LINK.sub(r"\1", text)
    text = _MARKS.sub("", text)
    text = _URL.sub("", text)
    text = _TAG.sub("", text)
    text = _BULLET.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\s+([.,;:!?])(?!\d)", r"\1", text)
