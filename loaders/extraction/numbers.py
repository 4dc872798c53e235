"""Quantities in a sentence, as intervals: money, percentages and fractions, head counts.

Rules, not learning: the learned reader only chooses which quantity belongs to a claim. A bound that the
text leaves open is ``None`` ("over $50bn" has no upper bound). Valuations, and numbers that say what they count
("36T tokens"), are no money and are not offered.

>>> [(q.kind, q.low, q.high, q.currency) for q in quantities("raised over NT$50bn, up 8.7%")]
[('money', 50000000000.0, None, 'TWD'), ('ratio', 0.087, 0.087, None)]
"""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from loaders.extraction.amounts import (
    FREE,
    NAME,
    NUMBER,
    SCALE,
    TO,
    WORD,
    WORDS,
    YEAR,
    Interval,
    Quantity,
    bounded,
    cut,
    meets,
    money,
    number,
)
from loaders.extraction.borrowed import borrowed, dealt, sums, tenths
from loaders.extraction.shares import as_share, proportions, remainders, wholes

__all__ = ["Quantity", "as_change", "as_share", "near", "quantities"]

PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "twentieth": 20,
}

_PERCENT = r"\+?\s?-?(?:%|％|percent(?!age p)|per\s?cent(?!age p)|pct)"
PERCENT = re.compile(
    rf"(?P<sign>[+\-−–](?=\d))?{FREE}(?!{YEAR}{TO})(?P<low>{NUMBER})(?:{_PERCENT})?{TO}(?:[+\-−])?(?P<high>{NUMBER}){_PERCENT}"
    rf"|(?P<sign1>(?<![\d%])[+\-−–](?=\d))?{FREE}(?P<only>{NUMBER}|\.\d+){_PERCENT}"
    rf"|\b(?P<word>{WORD}){_PERCENT}",
    re.IGNORECASE,
)
FRACTION = re.compile(
    r"\b(?<!first )(?<!second )(?<!first-)(?<!second-)(?<!latter )(?<!back )"
    r"(?:(?P<count>a|an|one|two|three|four|five|six|seven|eight|nine)[\s‐‑-](?P<part>half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|twentieth)s?"
    r"|(?:another |the other )(?P<other>half|third|quarter|fifth|sixth|tenth)|(?P<half>half(?! an? (?:year|decade|century|day|hour|dozen)\b)|halves)|(?P<in>one|two|three|four|five|six|seven|eight|nine|(?<![\d.,])[1-9](?= (?:[a-z]+ )?(?:out of|of every|of each|in every)\b))"
    r"(?: (?!trillion|billion|million|thousand|percent)[a-z]+)? (?:in|out of|of(?= every| each| ten\b))(?: every| each)? (?P<of>two|three|four|five|six|eight|ten|twelve|twenty|(?:[2-9]|10|12|20)(?!\d|[.,]\d|\s?%))(?![\s‐‑-](?:halves|thirds|quarters|fifths|sixths|sevenths|eighths|tenths)))\b"
    r"(?![\s-](?:part(?:y|ies)|(?:year|decade|century|month|week|day|hour)(?:ly|s)?|trillion|billion|million)\b|-(?:quarter|generation|largest|biggest|ranked|place)\b)",
    re.IGNORECASE,
)
#: "40,000 wafers a quarter", "twice in a quarter", "a quarter earlier": a part of a year.
_PER = re.compile(r"(?:\d[\d,.]*\s(?:\w+\s){0,3}|\b(?:once|twice|times|in)\s)$", re.IGNORECASE)
_AGO = re.compile(r"\s(?:earlier|ago|later|running|in a row|before(?!\s\w))\b", re.IGNORECASE)
#: "a third of it", "a third more", "fell a third in May" are parts; before any other word it is the third in a row.
_PARTED = re.compile(
    r"\s*(?:$|[^\w\s-]|\n|- )|\s(?:of|off|stake|shares?|interest|less|more|fewer|as|below|above|over|under|higher|lower|cheaper|dearer|bigger|larger|smaller|faster|slower|sooner"
    r"|better|worse|shorter|longer|lighter|heavier|on|from|in|since|by|to|at|for|and|or|each|apiece|is|are|was|were|had|has|have|goes|went|comes|came|would|will|that|this|last|next"
    r"|within|after|when|while|with|so|than|between|through|during|until|via|per|if|against|compared|without|left|once|because|owing|ahead|behind|but|who|do|does|did|owned|paid|full|a|an|the|its|their)\b",
    re.IGNORECASE,
)
_NEARLY = re.compile(r"\b(?:nearly|almost|roughly|than|around|only|just|some|least|exactly)\s$", re.IGNORECASE)
MULTIPLE = re.compile(
    r"\b(?P<verb>doubl|tripl|trebl|quadrupl|quintupl|halv)(?:ed|ing|es|e)\b"
    r"|\b(?P<times>\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty)[\s-]?(?:fold\b|times (?:as|the|that|what|more than)\b)"
    r"|\btwice (?:as|the|that|what)\b",
    re.IGNORECASE,
)
FLAT = re.compile(
    r"\b(?:flat(?! (?:panel|glass|panels|rate|fee|organi[sz]ation)\b)|unchanged|steady|stable)\b", re.IGNORECASE
)
SPLIT = re.compile(
    rf"(?<![\d.:/])(?P<one>[1-9]\d)(?P<by>\s?[:/–-]\s?| to )(?P<other>[1-9]\d)(?![\d%:/])(?! per|\s?{SCALE}\b)"
)
LISTED = re.compile(
    rf"(?<![\d.,$€£¥₩])[+\-−–]?(?!{YEAR})(?P<only>\d+(?:\.\d+)?)(?=(?:, \d+(?:\.\d+)?)*,? (?:and|or) [+\-−–]?\d+(?:\.\d+)?{_PERCENT})",
    re.IGNORECASE,
)
COUNT = re.compile(
    rf"(?<![\w.$€£¥₩₹])(?P<low>{NUMBER}(?:k\b)?)(?:{TO}(?P<high>(?>\d+(?:,\d{{2,3}})*)))?(?!\s?(?:%|{NAME}|percent|per cent|{SCALE}\b))(?![\w%]|[.,]\d)"
)
HEADS = re.compile(
    rf"(?<!hundred )(?<!and )\b(?P<word>(?!an?\s(?!hundred|thousand|dozen)){WORD})(?P<times>(?:[\s-](?:hundred|thousand|dozen))*)"
    rf"(?=\s(?:more |of (?:its|their|the) )?(?:(?!(?:{WORD}|trillion|billion|million|thousand|and)\b)\w+ )?(?:people|jobs|employees|staff|workers|posts|positions|roles|engineers)\b)",
    re.IGNORECASE,
)
_TIMES = {"hundred": 100, "thousand": 1000, "dozen": 12}
_PLAIN = str.maketrans({"İ": "I", "ı": "i", "ſ": "s", "\u212a": "K"})
"""Letters that match those of a number word where case is ignored, though no table of words holds them."""


def _percentages(text: str) -> Iterator[Quantity]:
    for m in PERCENT.finditer(text):
        g = m.groupdict()
        sign = -1 if (g["sign"] or g["sign1"] or "+") in "-−–" else 1
        low = sign * number(g["low"] or g["only"] or g["word"]) / 100
        if not g["high"] and "+" in m.group()[1:]:  # "80+%"
            yield Quantity(m.start(), m.end(), "ratio", low, None)
            continue
        high = sign * number(g["high"]) / 100 if g["high"] else low
        if low != high and (place := cut(m, text)):
            last_start = text.index(" ", place + 1) + 1
            yield Quantity(m.start(), place, "ratio", *bounded(low, low, text, m.start(), place))
            yield Quantity(last_start, m.end(), "ratio", *bounded(high, high, text, last_start, m.end()))
        else:
            low, high = min(low, high), max(low, high)
            yield Quantity(m.start(), m.end(), "ratio", *bounded(low, high, text, m.start(), m.end()))
    for m in LISTED.finditer(text):
        value = (-1 if m.group()[0] in "-−–" else 1) * number(m["only"]) / 100
        yield Quantity(m.start(), m.end(), "ratio", value, value)
    for m in SPLIT.finditer(text):
        one, other = number(m["one"]) / 100, number(m["other"]) / 100
        if round(one + other, 6) == 1:
            yield Quantity(m.start("one"), m.end("one"), "ratio", one, one)
            yield Quantity(m.start("other"), m.end("other"), "ratio", other, other)


def _period(text: str, fraction: re.Match[str]) -> bool:
    """Whether a quarter is one of a year."""
    if fraction["part"] not in ("quarter", "Quarter") or text.startswith(" of", fraction.end()):
        return False
    return bool(_AGO.match(text, fraction.end()) or _PER.search(text, max(0, fraction.start() - 80), fraction.start()))


def _ordinal(text: str, fraction: re.Match[str]) -> bool:
    """Whether "a third" is the third in a row, as in "a third supplier"."""
    if fraction["count"] not in ("a", "an", "A", "An") or fraction["part"] in ("half", "quarter"):
        return False
    before = text[max(0, fraction.start() - 12) : fraction.start()]
    return not (_PARTED.match(text, fraction.end()) or _NEARLY.search(before))


def _fractions(text: str) -> Iterator[Quantity]:
    """Fractions and multiples; "between a quarter and a third" is one range."""
    found: list[Quantity] = []
    for m in FRACTION.finditer(text):
        g = m.groupdict()
        if g["half"]:
            value = 0.5
        elif g["other"]:
            value = 1 / PARTS[g["other"].casefold()]
        elif g["in"]:
            value = number(g["in"]) / number(g["of"])
        else:
            value = WORDS[g["count"].casefold()] / PARTS[g["part"].casefold()]
        if value <= 1 and not _period(text, m) and not _ordinal(text, m):
            if found and text[found[-1].end : m.start()] == " and " and text.endswith("etween ", 0, found[-1].start):
                first = found.pop()
                found.append(Quantity(first.start, m.end(), "ratio", first.low, value))
            else:
                found.append(Quantity(m.start(), m.end(), "ratio", *bounded(value, value, text, m.start(), m.end())))
    yield from found
    verbs = {"doubl": 1.0, "tripl": 2.0, "trebl": 2.0, "quadrupl": 3.0, "quintupl": 4.0, "halv": -0.5}
    for m in MULTIPLE.finditer(text):
        value = verbs[m["verb"].casefold()] if m["verb"] else number(m["times"]) - 1 if m["times"] else 1.0
        yield Quantity(m.start(), m.end(), "ratio", *bounded(value, value, text, m.start(), m.end()))
    for m in FLAT.finditer(text):
        yield Quantity(m.start(), m.end(), "ratio", 0.0, 0.0)


def _counts(text: str, taken: list[Quantity]) -> Iterator[Quantity]:
    for m in COUNT.finditer(text):
        if meets(m, taken):
            continue
        low = number(m["low"])
        high = number(m["high"]) if m["high"] else low
        year = m["high"] is None and 1900 <= low <= 2100 and "," not in m["low"]
        if m["high"] and (place := cut(m, text)):
            yield Quantity(m.start(), place, "count", *bounded(low, low, text, m.start(), place))
            yield Quantity(m.start("high"), m.end(), "count", *bounded(high, high, text, m.start("high"), m.end()))
        elif high >= low and not year:
            yield Quantity(m.start(), m.end(), "count", *bounded(low, high, text, m.start(), m.end()))
    for m in HEADS.finditer(text):
        heads = math.prod([number(m["word"]), *(_TIMES[each] for each in re.findall("[a-z]+", m["times"].casefold()))])
        if heads > 1 and not meets(m, taken):
            yield Quantity(m.start(), m.end(), "count", *bounded(heads, heads, text, m.start(), m.end()))


def quantities(text: str) -> list[Quantity]:
    """Everything in ``text`` that can be an amount, a share or a change, by place.

    >>> [(q.low, q.high) for q in quantities("between 80% and 100% of it, or two-thirds")]
    [(0.8, 1.0), (0.6666666666666666, 0.6666666666666666)]
    >>> quantities("valued at $350 billion")
    []
    >>> [(q.low, q.high) for q in quantities("60% from Hynix, 30% from Samsung, the rest from Micron")][2]
    (0.1, 0.1)
    >>> [q.low for q in quantities("Hynix and Samsung share it six to four")]
    [0.6, 0.4]
    """
    text = text.translate(_PLAIN)
    found = list(money(text))
    for one in (*_percentages(text), *_fractions(text)):
        if not any(q.start < one.end and one.start < q.end for q in found):
            found.append(one)
    found += sums(text, found)
    parts = [*tenths(text, found), *proportions(text, found)]
    bare = list(borrowed(text, [*found, *parts]))
    rest = list(
        remainders(text, [*(q for q in found if q.kind == "ratio"), *parts, *(q for q in bare if dealt(text, q))])
    )
    words = [q for q in wholes(text) if not any(r.start <= q.start < r.end for r in rest)]
    every = [*found, *words, *parts, *bare, *rest, *_counts(text, found)]
    finite = (replace(q, low=_short(q.low), high=_short(q.high)) for q in every if _finite(q))
    return sorted(finite, key=lambda q: (q.start, q.end, q.kind))


def _finite(quantity: Quantity) -> bool:
    """Whether a quantity is a number at all: hundreds of digits are none that a store or JSON can hold."""
    return all(bound is None or math.isfinite(bound) for bound in (quantity.low, quantity.high))


def _short(bound: float | None) -> float | None:
    """A bound without what a product of floats is off by; a third stays a third.

    >>> _short(4.1 * 1e9), _short(9.7 / 100), _short(1 / 3)
    (4100000000.0, 0.097, 0.3333333333333333)
    """
    if bound is None:
        return None
    short = float(f"{bound:.12g}")
    return short if math.isclose(bound, short, rel_tol=1e-15) else bound


def as_change(quantity: Quantity, falling: bool) -> Interval:
    """The quantity as a signed change; a fall of "over 10 %" is [-1, -0.1], a rise of "up to 30 %" [0, 0.3].

    >>> as_change(Quantity(0, 1, "ratio", 0.1, None), falling=True)
    (-1.0, -0.1)
    """
    low, high = 0.0 if quantity.low is None else quantity.low, quantity.high
    if not falling or low < 0:
        return low, high
    return (-1.0 if high is None else -high), -low


def near(left: float | None, right: float | None) -> bool:
    """Whether two bounds agree within 2 %."""
    if left is None or right is None:
        return left is None and right is None
    return abs(left - right) <= 0.02 * max(abs(left), abs(right), 1e-9)
