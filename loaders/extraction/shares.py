"""Shares of a whole that are said in words: all of it, most, half each, a proportion, what is left.

>>> [(q.low, q.high) for q in wholes("buys nothing but Hynix's, mostly HBM4")]
[(1.0, 1.0), (0.5, 1.0)]
"""

import re
from collections.abc import Iterator, Sequence

from loaders.extraction.amounts import SCALE, Quantity, meets, number

WHOLE = re.compile(
    r"\b(?<!non-)(?:exclusive(?:ly)?|sole(?:ly)?|sole-sourced?|(?:the )?only (?:supplier|source|vendor|provider|maker|producer)|only (?:from|by|at)|single[- ]source[d]?"
    r"|no (?:other|second) (?:vendor|supplier|source|maker)|entire(?:ly)?|all (?:of|its|the|their)|every(?! (?:second|other|third)\b)|only|whole|wholly|monopoly|exclusivity"
    r"|no (?:alternative|other [a-z-]+)|alone|(?:nobody|nothing|nowhere|no one|none|anyone|anybody|anything|anywhere) else|nothing but|everything"
    r"|to (?:itself|themselves)|all (?:come|comes|came|go|goes|went|are|is|from))\b",
    re.IGNORECASE,
)
MOSTLY = re.compile(
    r"\b(?:(?:almost|nearly|virtually|substantially|practically|all but) (?:all|entirely|exclusively|solely|wholly|every|everything|the whole|nothing but)|majority|most of|mostly|bulk|lion[’']s share"
    r"|(?:larger|bigger|greater|largest) (?:part|share|half|portion|slice)|chief(?:ly)?|main(?:ly)?|for the most part|predominantly|primarily|largely)\b",
    re.IGNORECASE,
)
_NEARLY_ALL = re.compile(
    r"\b(?:all|entirely|exclusively|solely|wholly|every|everything|whole|nothing)\b", re.IGNORECASE
)
LEAST = re.compile(
    r"\b(?:smaller|lesser|minor) (?:part|share|half|portion|slice)\b|\bminority\b(?! (?:share|stake|interest|hold|invest|own))",
    re.IGNORECASE,
)
EVENLY = re.compile(
    r"\b(?:evenly|equally|fifty-fifty|half and half|parity|every (?:second|other)"
    r"|(?:in|into) (?:roughly |about |nearly |almost )?equal (?:parts|halves|shares|numbers|amounts|measure|proportions?))\b",
    re.IGNORECASE,
)
_PART = r"(?:[1-9]\d?|one|two|three|four|five|six|seven|eight|nine)"
RATIO = re.compile(
    rf"(?<![\w.:/$€£¥₩]){_PART}(?:(?P<by>\s?[:/]\s?| to ){_PART}(?:(?P=by){_PART})?)(?![\w%:/]|[.,]\d|\s?(?:%|per\b|percent|years?\b|months?\b|weeks?\b|days?\b|hours?\b|times\b|{SCALE}\b))",
    re.IGNORECASE,
)
_EACH = re.compile(_PART, re.IGNORECASE)
REST = re.compile(
    r"\b(?P<some>(?:most|much|part|some|the bulk|the majority|(?:a|the) (?:good|large|larger|better|greater) part) of )?"
    r"(?:the (?:(?:small|smaller|larger|large) )?(?:rest|remainder|balance|others|remaining)|what(?:ever)? (?:(?:is|was) (?:left|missing|over|lacking)|remains)(?: over)?|what[’']s left)\b"
    r"(?! (?:sheet|of the (?:year|day|month|week|world|list|team)))",
    re.IGNORECASE,
)
_SHARED = re.compile(r"\b(?:shar|split|divid)\w* $", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:against|after|(?:up|down) from|instead of|rather than|versus|compared (?:with|to)"
    r"|(?:up|down|rose|fell|grew|gained|climbed|jumped|rising|falling|slid|dropped)(?: (?:by|to|up to))?)\W+(?:(?:the|about|some|roughly|around|only|just)\W+)*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![\s.][A-Z])[.!?][\"”’')]?\s(?![a-z])|\n")


def as_share(quantity: Quantity) -> tuple[float, float]:
    """The quantity as a share of a need, closed to [0, 1].

    >>> as_share(Quantity(0, 1, "ratio", 0.5, None))
    (0.5, 1.0)
    >>> as_share(Quantity(0, 6, "ratio", -0.5, -0.5))  # "they halve it between them"
    (0.5, 0.5)
    """
    if quantity.low == quantity.high == -0.5:
        return 0.5, 0.5
    low = 0.0 if quantity.low is None else min(max(quantity.low, 0.0), 1.0)
    high = 1.0 if quantity.high is None else min(max(quantity.high, low), 1.0)
    return low, high


def wholes(text: str) -> Iterator[Quantity]:
    """All, most, less than half, and half each."""
    mostly = list(MOSTLY.finditer(text))
    for m in WHOLE.finditer(text):
        if not any(n.start() <= m.start() < n.end() for n in mostly):
            yield Quantity(m.start(), m.end(), "whole", 1.0, 1.0)
    for m in mostly:
        low = 0.9 if _NEARLY_ALL.search(m.group()) else 0.5
        yield Quantity(m.start(), m.end(), "whole", low, 1.0)
    for m in LEAST.finditer(text):
        yield Quantity(m.start(), m.end(), "whole", 0.0, 0.5)
    for m in EVENLY.finditer(text):
        yield Quantity(m.start(), m.end(), "whole", 0.5, 0.5)


def proportions(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Shares that are said as a proportion: "five to three to two", "60/40", "two to one"."""
    for m in RATIO.finditer(text):
        if meets(m, found):
            continue
        words = [(w.start(), w.end(), number(w.group())) for w in _EACH.finditer(text, m.start(), m.end())]
        total = sum(value for *_, value in words)
        # Dates, scores and ranges look the same; what adds up to ten or a hundred seldom is one.
        if total in (10, 100) or words[-1][2] == 1:
            for start, end, value in words:
                yield Quantity(start, end, "whole", value / total, value / total)


def remainders(text: str, shares: Sequence[Quantity]) -> Iterator[Quantity]:
    """What is left of the whole beside the shares that the same sentence, or else the one before, names."""
    named = [
        (q.start, *as_share(q))
        for q in shares
        if 0 < (q.low or q.high or 0) < 1 and not _COMPARED.search(text, max(0, q.start - 40), q.start)
    ]
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(text))]
    told = 0
    for m in REST.finditer(text):
        if meets(m, shares):
            continue
        *earlier, here = (end for end in ends if end <= m.start())
        before = [q for q in named if max(here, told) <= q[0] < m.start()]
        before = before or [q for q in named if earlier and max(earlier[-1], told) <= q[0] < here]
        least = round(1 - sum(high for _, _, high in before), 6)
        most = round(1 - sum(low for _, low, _ in before), 6)
        if before and most > 0:
            part = m["some"] or _SHARED.search(text, max(0, m.start() - 20), m.start())
            yield Quantity(m.start(), m.end(), "whole", 0.0 if part else max(0.0, least), most)
            told = m.end()
