"""From a line of prose to its sentences, markup and citation marks taken off, positions kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LETTERS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_NUMBERS = r"\^?\d{1,4}(?:\s?[-–]\s?\d{1,4})?"
#: [12] · [12, 14] · [3-5] · [^2] · 【12】 · 【12†source】
_MARK = rf"(?:\[{_NUMBERS}(?:\s?[,;]\s?{_NUMBERS}){{0,40}}\]|【\d{{1,4}}(?:†[^【】\n]{{0,60}})?】)"
_MARKS = re.compile(rf"[ \t\u00a0\u3000]{{0,4}}({_MARK})(?!\()")
_LINK = re.compile(r"!?\[([^\[\]]{0,400})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:\s{1,4}\"[^\"]{0,200}\")?\)")
_URL = re.compile(r"<?https?://[^\s<>]*[^\s<>).,;:!?\]\"'”’]>?")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--[^<>]{0,400}-->")
_EMPHASIS = re.compile(r"\*\*|__|~~|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_EMPTY = re.compile(r"\(\s{0,4}\)|\[\s{0,4}\]|（\s{0,4}）")
#: Of more digits than a character's number has.
_NO_CHARACTER = re.compile(r"&#(?:[xX][0-9A-Fa-f]{9,}|[0-9]{9,});?")
_BULLET = re.compile(
    r"^(?:\s+|#{1,6}\s+|>+\s*|[-*+•·–—▪◦‣●○■►▶→➤✓✔]\s+|\d{1,3}[.)]\s+|\d{1,3}、|\[[ xX]\]\s+"
    r"|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u20E3]+)+"
)
#: After these a stop never ends a sentence …
_NEVER = re.compile(
    r"(?:^|[^\w])(?:Mr|Ms|Mrs|Dr|St|vs|Nos?|approx|est|e\.g|i\.e|cf|viz|Prof|Gen|Sen|Rep|Gov|Fig|Messrs|Lt|Col|Adm|Hon|Rev)\.$"
)
#: … and after these only before a word that begins one: "Nvidia Corp. The chips", but "Nvidia Corp. CEO".
_SELDOM = re.compile(
    r"(?:^|[^\w])(?:Inc|Corp|Co|Ltd|LLC|Bros|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|a\.m|p\.m|U\.S|U\.K|E\.U|U\.N|Ph\.D|D\.C|L\.P|N\.V"
    r"|S\.A|etc|(?<!\w\w[-‑])[A-Z]|[A-Z]\.[A-Z])\.[\"”’')\]]{0,3}$"
)
_STARTER = re.compile(
    r"\s+[\"“‘'(]*(?:The|This|That|These|Those|It|Its|He|She|They|Their|We|Our|In|On|At|For|From|By|With|After|Before|As|But|And"
    r"|However|Meanwhile|Separately|Also|Analysts|Shares|Both|While|When|If|According|Earlier|Last|There|Such|Each|Under|Since)\b"
)
_QUOTES = "\"”’')\\]*_"
#: A sentence may also begin with a name like xAI or iPhone.
_BEGIN = rf"(?:<[A-Za-z/][^<>]{{0,40}}>){{0,3}}[\"“‘'(\[*_「『（]*(?:[A-Z0-9$€£¥₩À-ÖØ-ÞĀ-ɏΑ-ΩА-Я{_LETTERS}\U0001F300-\U0001FAFF]|[a-z]{{1,2}}[A-Z])"
#: A stop, its closing quotes and marks, then white space before something that can begin a sentence; or a CJK stop.
_STOP = re.compile(
    rf"(?:[.!?…][{_QUOTES}]{{0,3}}(?:\s?{_MARK})*(?=\s+{_BEGIN}))"
    rf"|(?:(?<=[\]】])[.!?…](?={_BEGIN}))"
    rf"|(?:[.!?…](?:{_MARK})+(?={_BEGIN}))"
    rf"|(?:[。！？](?:[”」』）’]|\s?{_MARK})*)"
)
#: The end of a sentence of four words or more, or of any in a script without blanks.
_TOLD = re.compile(r"(?:\s\S+){3}[.!?…][\"”’')\]]{0,3}$|[。！？]")
_LOOK_BACK = 80
_LONGEST_RANGE = 50


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
        before = _MARKS.sub("", line[max(start, stop.start() - _LOOK_BACK) : stop.end()]).rstrip()[-16:]
        if _NEVER.search(before) or (_SELDOM.search(before) and not _STARTER.match(line, stop.end())):
            continue
        if line[start : stop.end()].strip().rstrip(".").isdigit():  # "1. Nvidia": the number of a list
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


def tells(line: str) -> bool:
    """Whether a line says something in a sentence, and not in its links alone.

    >>> tells("1. [Chips](https://a.org) sell. Nvidia cannot ship enough."), tells("2. Reuters, https://a.org/b.")
    (True, False)
    """
    beside = _URL.sub("", _LINK.sub("", line))
    return any(map(str.isalpha, beside)) and any(_TOLD.search(piece.text) for piece in sentences(line))


def marks(text: str) -> tuple[str, ...]:
    """Return the citation marks of a text in order, ranges written out.

    >>> marks("as told [16][53], again [7, 8], and [21-23] 【4†source】")
    ('16', '53', '7', '8', '21', '22', '23', '4')
    """
    found: list[str] = []
    for mark in _MARKS.findall(text):
        for low, high in re.findall(r"(\d{1,4})(?:\s?[-–]\s?(\d{1,4}))?", mark.split("†")[0]):
            first, last = int(low), int(high or low)
            if high and first < last <= first + _LONGEST_RANGE:
                found += map(str, range(first, last + 1))
            else:
                found += [each for each in (low, high) if each]
    return tuple(found)


def clean(text: str) -> str:
    """Return a text without citation marks, bullets, links' addresses and other markup.

    >>> clean("## [Groq](https://groq.com/a) raised **$1bn** [12] .")
    'Groq raised $1bn.'
    >>> clean("R&amp;D at Arm (https://arm.com)")
    'R&D at Arm'
    """
    text = _LINK.sub(r"\1", text)
    text = _MARKS.sub("", text)
    text = _URL.sub("", text)
    text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\ufffd", text))
    text = _BULLET.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = _EMPTY.sub("", text)
    text = " ".join(text.split())
    return re.sub(r" ([.,;:!?])(?!\d)", r"\1", text)
