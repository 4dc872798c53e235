"""Quantities in a sentence, as intervals: money, percentages and fractions, head counts.

Rules, not learning: the learned reader only chooses which quantity belongs to a claim. A bound that the
text leaves open is ``None`` ("over $50bn" has no upper bound). Valuations, parameter counts and token
counts are no money and are not offered.

>>> [(q.kind, q.low, q.high, q.currency) for q in quantities("raised over NT$50bn, up 8.7%")]
[('money', 50000000000.0, None, 'TWD'), ('ratio', 0.087, 0.087, None)]
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["money", "ratio", "whole", "count"]
Interval = tuple[float | None, float | None]

CURRENCIES = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "美元": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "¥": "JPY", "jp¥": "JPY", "jpy": "JPY", "yen": "JPY", "円": "JPY", "日元": "JPY",
    "cn¥": "CNY", "rmb": "CNY", "cny": "CNY", "yuan": "CNY", "renminbi": "CNY", "元": "CNY", "人民币": "CNY",
    "₩": "KRW", "韩元": "KRW", "krw": "KRW", "won": "KRW", "원": "KRW", "nt$": "TWD", "t$": "TWD", "twd": "TWD", "hk$": "HKD", "hkd": "HKD",
    "₹": "INR", "inr": "INR", "rs": "INR", "rupees": "INR", "a$": "AUD", "c$": "CAD", "s$": "SGD", "r$": "BRL", "reais": "BRL", "dirhams": "AED", "dirham": "AED",
    "riyals": "SAR", "riyal": "SAR", "shekels": "ILS", "francs": "CHF", "chf": "CHF", "kronor": "SEK", "sek": "SEK",
    "kr": "SEK", "nok": "NOK", "dkk": "DKK", "aed": "AED", "sar": "SAR", "aud": "AUD", "cad": "CAD", "sgd": "SGD", "ils": "ILS", "ringgit": "MYR", "baht": "THB", "dong": "VND", "rupiah": "IDR",
}  # fmt: skip
_DOLLARS = {
    f"{whose} {form}": code
    for whose, code in (("taiwan", "TWD"), ("new taiwan", "TWD"), ("hong kong", "HKD"), ("canadian", "CAD"), ("australian", "AUD"), ("singapore", "SGD"))
    for form in ("dollar", "dollars")
}  # fmt: skip
SCALES = {
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "trn": 1e12, "t": 1e12, "billion": 1e9, "billions": 1e9, "bn": 1e9, "b": 1e9,
    "million": 1e6, "millions": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "lakh crore": 1e12, "crore": 1e7, "lakh": 1e5,
    "万亿": 1e12, "兆": 1e12, "조": 1e12, "億": 1e8, "亿": 1e8, "억": 1e8, "万": 1e4, "萬": 1e4, "만": 1e4,
}  # fmt: skip
WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "half a": 0.5, "a half": 0.5,
}  # fmt: skip
PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "tenth": 10,
}

_NUMBER = r"(?>\d+(?:,\d{2,3})*(?:\.\d+)?)"
_FREE = r"(?<![A-Za-z0-9.])"
"""Where a number may begin: not in a name ("HBM4 to 30%") nor in another number."""
_SCALE = r"(?:trillions?|billions?|millions?|thousand|lakh crore|crore|lakh|trn|tn|bn|mn|mln|万亿|[兆조億亿억万萬만]|[TtBbMmKk](?![A-Za-z]))"
_SIGN = r"(?:US\$|NT\$|HK\$|(?<![A-Za-z])[ACSTR]\$|CN¥|JP¥|[$€£¥₩₹]|\b(?:USD|EUR|GBP|RMB|CNY|KRW|TWD|JPY|INR|CHF|SEK|NOK|DKK|HKD|AED|SAR|AUD|CAD|SGD|ILS|Rs|kr)(?![a-z]))"
_NAME = (
    r"(?:(?:(?:US|American|(?:New )?Taiwan|Hong Kong|Canadian|Australian|Singapore) )?dollars?|euros?|(?:British )?pounds?|(?:Japanese )?yen|(?:Chinese )?yuan"
    r"|renminbi|(?:(?:South )?Korean )?won|(?:Indian )?rupees|dirhams?|riyals?|shekels|(?:Swiss )?francs|(?:Swedish )?kronor|reais|ringgit|baht|dong|rupiah"
    r"|USD|EUR|GBP|RMB|CNY|KRW|TWD|JPY|美元|日元|韩元|人民币|元|円|원)"
)
_ONES, _TENS = ("|".join(w for w in WORDS if WORDS[w] in each) for each in (range(1, 10), range(20, 100)))
_WORD = rf"(?:half a|a half|(?:{_TENS})[\s-](?:{_ONES})|" + "|".join(w for w in WORDS if " " not in w) + r")"
_TO = r"\s?(?:-|–|—|to|～|~|and)\s?"
MONEY = re.compile(
    rf"(?P<sign>{_SIGN})\s?(?P<low>{_NUMBER})(?:[\s-]?(?P<lowscale>{_SCALE}))?"
    # The upper end has a scale of its own where the lower one has: "$5 billion to 3 suppliers" is no range, nor is "$10bn to 2030".
    rf"(?:{_TO}(?:{_SIGN}\s?|(?!(?:19|20)\d\d(?![\d,.]|[\s-]?{_SCALE})))(?P<high>{_NUMBER})(?:[\s-]?(?P<highscale>{_SCALE})|(?(lowscale)(?!)))(?!\s?(?:%|percent)))?"
    rf"|{_FREE}(?P<low2>{_NUMBER})(?:[\s-]?(?P<lowscale2>{_SCALE}))?(?:{_TO}(?P<high2>{_NUMBER}))?[\s-]?(?P<highscale2>{_SCALE})?[\s-]?(?P<name>{_NAME})(?![A-Za-z])"
    rf"|\b(?:(?P<some>{_ONES}) and a half|(?P<word>{_WORD})(?:{_TO}(?P<word2>{_WORD}))?)[\s-](?P<wordscale>trillion|billion|million|hundred million)\s(?P<wordname>{_NAME})(?![A-Za-z])",
    re.IGNORECASE,
)
_PERCENT = r"\+?\s?-?(?:%|％|percent(?!age p)|per\s?cent(?!age p)|pct)"
PERCENT = re.compile(
    rf"(?P<sign>[+\-−–](?=\d))?{_FREE}(?P<low>{_NUMBER})(?:{_PERCENT})?{_TO}(?:[+\-−])?(?P<high>{_NUMBER}){_PERCENT}"
    rf"|(?P<sign1>(?<![\d%])[+\-−–](?=\d))?{_FREE}(?P<only>{_NUMBER}|\.\d+){_PERCENT}"
    rf"|\b(?P<word>{_WORD}){_PERCENT}",
    re.IGNORECASE,
)
FRACTION = re.compile(
    r"\b(?<!first )(?<!second )(?<!first-)(?<!second-)(?<!latter )(?<!back )"
    r"(?:(?P<count>a|an|one|two|three|four|five|seven|nine)[\s-](?P<part>half|third|quarter|fourth|fifth|sixth|seventh|eighth|tenth)s?"
    r"|(?:another |the other )(?P<other>half|third|quarter|fifth|sixth|tenth)|(?P<half>half|halves)|(?P<in>one|two|three|four|nine)(?: [a-z]+)? (?:in|out of)(?: every)? (?P<of>two|three|four|five|ten))\b(?![\s-](?:part(?:y|ies)|trillion|billion|million)\b)",
    re.IGNORECASE,
)
#: "40,000 wafers a quarter", "twice in a quarter": a part of a year.
_PER = re.compile(r"(?:\d[\d,.]*\s(?:\w+\s){0,3}|\b(?:once|twice|times|in)\s)$", re.IGNORECASE)
MULTIPLE = re.compile(
    r"\b(?P<verb>doubl|tripl|trebl|quadrupl|quintupl|halv)(?:ed|ing|es|e)\b"
    r"|\b(?P<times>\d+(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty)[\s-]?(?:fold\b|times (?:as|the|that|what|more than)\b)"
    r"|\btwice (?:as|the|that|what)\b",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\b(?<!non-)(?:exclusive(?:ly)?|sole(?:ly)?|sole-sourced?|(?:the )?only (?:supplier|source|vendor|provider|maker|producer)|only (?:from|by|at)|single[- ]source[d]?"
    r"|no (?:other|second) (?:vendor|supplier|source|maker)|entire(?:ly)?|all (?:of|its|the|their)|every|only|whole|wholly|monopoly|exclusivity"
    r"|no (?:alternative|other [a-z-]+)|alone|nobody else|no one else|everything)\b",
    re.IGNORECASE,
)
MOSTLY = re.compile(
    r"\b(?:(?:almost|nearly|virtually|substantially) (?:all|entirely|exclusively)|majority|most of|mostly|bulk|lion[’']s share|(?:larger|bigger|greater|largest) (?:part|share|half)|chief|main(?:ly)?)\b",
    re.IGNORECASE,
)
EVENLY = re.compile(
    r"\b(?:evenly|equally|fifty-fifty|(?:in|into) (?:roughly |about |nearly |almost )?equal (?:parts|halves|shares))\b",
    re.IGNORECASE,
)
_PART = r"(?:[1-9]\d?|one|two|three|four|five|six|seven|eight|nine)"
RATIO = re.compile(
    rf"(?<![\w.:/$€£¥₩]){_PART}(?:(?P<by>\s?[:/]\s?| to ){_PART}(?:(?P=by){_PART})?)(?![\w%:/]|[.,]\d|\s?(?:%|per\b|percent|years?\b|months?\b|weeks?\b|days?\b|hours?\b|times\b))",
    re.IGNORECASE,
)
_EACH = re.compile(_PART, re.IGNORECASE)
REST = re.compile(
    r"\b(?P<some>(?:most|much|part|some|the bulk|the majority|(?:a|the) (?:good|large|larger|better|greater) part) of )?"
    r"(?:the (?:rest|remainder|balance|others|remaining)|what(?:ever)? (?:is left|was left|remains)(?: over)?|what[’']s left)\b"
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
SPLIT = re.compile(r"(?<![\d.:/])(?P<one>[1-9]\d)(?P<by>\s?[:/–-]\s?| to )(?P<other>[1-9]\d)(?![\d%:/])(?! per)")
LISTED = re.compile(
    rf"(?<![\d.,$€£¥₩])[+\-−–]?(?P<only>\d+(?:\.\d+)?)(?=(?:, \d+(?:\.\d+)?)*,? (?:and|or) [+\-−–]?\d+(?:\.\d+)?{_PERCENT})",
    re.IGNORECASE,
)
COUNT = re.compile(
    rf"(?<![\w.$€£¥₩₹])(?P<low>{_NUMBER}(?:k\b)?)(?:{_TO}(?P<high>(?>\d+(?:,\d{{2,3}})*)))?(?!\s?(?:%|{_NAME}|percent|per cent|{_SCALE}\b))(?![\w%]|[.,]\d)"
)
_OVER = re.compile(
    r"(?:[>≥]|\b(?:(?<!\bno )(?<!\bnot )(?:(?<!\btalks )(?<!\bdispute )(?<!\bfight )(?<!\btakes )(?<!\btake )(?<!\btook )(?<!\btaking )(?<!\btaken )over|more than|above)"
    r"|at least|exceed(?:s|ing|ed)?|upwards? of|north of|no(?:t)? less than|no(?:t)? fewer than|surpass(?:es|ed|ing)?|(?:pass|cross)(?:es|ed|ing)?(?! an? | the )|minimum of|beyond"
    r"|in excess of|not (?:below|under)|topp?(?:ed|ing|s)))[^\w.,;:!?()]*(?:a |an |the |by )?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"(?:\+|\s(?:or|and) (?:more|over|above|higher)\b|\sat least\b|\splus\b|-plus\b)", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|of)\W{1,3}$", re.IGNORECASE)
_BY = re.compile(r"\bby(?: (?:about|around|roughly|some|just))?\W{1,3}$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom(?: (?:about|around|roughly|some|just))?\W{1,3}$", re.IGNORECASE)
_UNDER = re.compile(
    r"(?:[<≤]|\b(?:up to|as much as|at most|less than|under|below|no(?:t)? more than|maximum of|as many as|fewer than|capped at|not (?:above|over)))[^\w.,;:!?()]*(?:a |an |the )?$",
    re.IGNORECASE,
)
_VALUATION_BEFORE = re.compile(
    r"(?:valuation|valu(?:ed|es|ing)|market (?:value|cap(?:itali[sz]ation)?))\b(?:\W+(?:of|at|to|it|the|company|firm|startup|start-up|lab|group|maker|potentially|around|about|roughly|over|some"
    r"|up|as|much|more|than|nearly|almost|itself|now|today|post-money|pre-money|between|reached|hit|climbed|rose|business|shares))*\W*$",
    re.IGNORECASE,
)
_DEAL_BEFORE = re.compile(
    r"\b(?:contract|deal|order|agreement|lease|offer|transaction|purchase|pact|backlog)s?,?\s(?:(?:once|now|then|initially|reportedly|which|that|it|is|was|are|were|has|been|potentially)\s){0,3}"
    r"valued at\b[^.;]*$",
    re.IGNORECASE,
)
"""What such a thing is valued at is its amount."""
_VALUATION_AFTER = re.compile(
    r"^[\s-](?:post-money |pre-money |private |equity |enterprise )?(?:valuation|market cap|market value|(?:pre|post)[- ]money)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """An amount that the text names, at ``[start, end)``, as an interval."""

    start: int
    end: int
    kind: Kind
    low: float | None
    high: float | None
    currency: str | None = None


def number(text: str) -> float:
    """The value of digits with separators, or of a number word.

    >>> number("1,250.5"), number("three"), number("forty-five")
    (1250.5, 3.0, 45.0)
    """
    word = text.casefold()
    if word in WORDS:
        return float(WORDS[word])
    if word[-1].isalpha() and len(parts := re.split(r"[\s-]", word)) == 2:
        return sum(map(number, parts))
    thousand = 1000.0 if word.endswith("k") else 1.0
    return float(word.rstrip("k").replace(",", "")) * thousand


def _bounded(low: float, high: float, text: str, start: int, end: int) -> Interval:
    if low != high:
        return low, high
    before = text[max(0, start - 40) : start]
    if _OVER.search(before) or _OR_MORE.match(text, end):
        return low, None
    if _UNDER.search(before):
        return None, high
    return low, high


def _cut(match: re.Match[str], text: str) -> int | None:
    """Where "3 and 11 percent", "from $5bn to $8bn" or "by $2bn to $10bn" falls into two quantities; ``None`` for a range."""
    said, before = match.group().casefold(), text[max(0, match.start() - 16) : match.start()]
    if " and " in said and not _BETWEEN.search(before):
        return match.start() + said.index(" and ")
    if " to " in said and (_FROM.search(before) or ("%" not in said and "per" not in said and _BY.search(before))):
        return match.start() + said.index(" to ")
    return None


def _money(text: str) -> Iterator[Quantity]:
    for m in MONEY.finditer(text):
        g = m.groupdict()
        last = SCALES.get((g["highscale"] or g["highscale2"] or "").casefold(), 0.0)
        if g["wordname"]:
            scale = 1e8 if g["wordscale"].casefold() == "hundred million" else SCALES[g["wordscale"].casefold()]
            low = scale * (number(g["word"]) if g["word"] else number(g["some"]) + 0.5)
            high = number(g["word2"]) * scale if g["word2"] else low
            name = g["wordname"]
        else:
            first = SCALES.get((g["lowscale"] or g["lowscale2"] or "").casefold(), 0.0) or last or 1.0
            low = number(g["low"] or g["low2"]) * first
            top = g["high"] or g["high2"]
            high = number(top) * (last or first) if top else low
            name = g["sign"] or g["name"]
        if name.casefold() == "won" and low == high and 1900 <= low <= 2100:  # "in 2025 won a prize"
            continue
        before = text[max(0, m.start() - 60) : m.start()]
        valued = _VALUATION_BEFORE.search(before) and not _DEAL_BEFORE.search(before)
        if valued or _VALUATION_AFTER.search(text[m.end() : m.end() + 40]):
            continue
        currency = _DOLLARS.get(name.casefold()) or CURRENCIES.get(name.casefold().split(" ")[-1], "USD")
        if low != high and (cut := _cut(m, text)):
            last_start = text.index(" ", cut + 1) + 1
            yield Quantity(m.start(), cut, "money", *_bounded(low, low, text, m.start(), cut), currency)
            yield Quantity(last_start, m.end(), "money", *_bounded(high, high, text, last_start, m.end()), currency)
        else:
            low, high = min(low, high), max(low, high)
            yield Quantity(m.start(), m.end(), "money", *_bounded(low, high, text, m.start(), m.end()), currency)


def _percentages(text: str) -> Iterator[Quantity]:
    for m in PERCENT.finditer(text):
        g = m.groupdict()
        sign = -1 if (g["sign"] or g["sign1"] or "+") in "-−–" else 1
        low = sign * number(g["low"] or g["only"] or g["word"]) / 100
        if not g["high"] and "+" in m.group()[1:]:  # "80+%"
            yield Quantity(m.start(), m.end(), "ratio", low, None)
            continue
        high = sign * number(g["high"]) / 100 if g["high"] else low
        if low != high and (cut := _cut(m, text)):
            last_start = text.index(" ", cut + 1) + 1
            yield Quantity(m.start(), cut, "ratio", *_bounded(low, low, text, m.start(), cut))
            yield Quantity(last_start, m.end(), "ratio", *_bounded(high, high, text, last_start, m.end()))
        else:
            low, high = min(low, high), max(low, high)
            yield Quantity(m.start(), m.end(), "ratio", *_bounded(low, high, text, m.start(), m.end()))
    for m in LISTED.finditer(text):
        value = (-1 if m.group()[0] in "-−–" else 1) * number(m["only"]) / 100
        yield Quantity(m.start(), m.end(), "ratio", value, value)
    for m in SPLIT.finditer(text):
        one, other = number(m["one"]) / 100, number(m["other"]) / 100
        if round(one + other, 6) == 1:
            yield Quantity(m.start("one"), m.end("one"), "ratio", one, one)
            yield Quantity(m.start("other"), m.end("other"), "ratio", other, other)


def _fractions(text: str) -> Iterator[Quantity]:
    for m in FRACTION.finditer(text):
        g = m.groupdict()
        if g["half"]:
            value = 0.5
        elif g["other"]:
            value = 1 / PARTS[g["other"].casefold()]
        elif g["in"]:
            value = WORDS[g["in"].casefold()] / WORDS[g["of"].casefold()]
        else:
            value = WORDS[g["count"].casefold()] / PARTS[g["part"].casefold()]
        period = g["part"] == "quarter" and not text.startswith(" of", m.end()) and _PER.search(text, 0, m.start())
        if value <= 1 and not period:
            yield Quantity(m.start(), m.end(), "ratio", *_bounded(value, value, text, m.start(), m.end()))
    verbs = {"doubl": 1.0, "tripl": 2.0, "trebl": 2.0, "quadrupl": 3.0, "quintupl": 4.0, "halv": -0.5}
    for m in MULTIPLE.finditer(text):
        value = verbs[m["verb"].casefold()] if m["verb"] else number(m["times"]) - 1 if m["times"] else 1.0
        yield Quantity(m.start(), m.end(), "ratio", *_bounded(value, value, text, m.start(), m.end()))


def _words(text: str) -> Iterator[Quantity]:
    mostly = list(MOSTLY.finditer(text))
    for m in WHOLE.finditer(text):
        if not any(n.start() <= m.start() < n.end() for n in mostly):
            yield Quantity(m.start(), m.end(), "whole", 1.0, 1.0)
    for m in mostly:
        low = 0.9 if {"all", "entirely", "exclusively"} & set(m.group().casefold().split()) else 0.5
        yield Quantity(m.start(), m.end(), "whole", low, 1.0)
    for m in EVENLY.finditer(text):
        yield Quantity(m.start(), m.end(), "whole", 0.5, 0.5)


def _parts(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Shares that are said as a proportion: "five to three to two", "60/40", "two to one"."""
    for m in RATIO.finditer(text):
        if any(q.start < m.end() and m.start() < q.end for q in found):
            continue
        words = [(w.start(), w.end(), number(w.group())) for w in _EACH.finditer(text, m.start(), m.end())]
        total = sum(value for *_, value in words)
        # Dates, scores and ranges look the same; what adds up to ten or a hundred seldom is one.
        if total in (10, 100) or words[-1][2] == 1:
            for start, end, value in words:
                yield Quantity(start, end, "whole", value / total, value / total)


def _rest(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """What is left of the whole beside the shares that the same sentence, or else the one before, names."""
    shares = [
        (q.start, *as_share(q))
        for q in found
        if q.kind == "ratio"
        and 0 < (q.low or q.high or 0) < 1
        and not _COMPARED.search(text, max(0, q.start - 40), q.start)
    ]
    ends = [0, *(m.end() for m in _SENTENCE_END.finditer(text))]
    told = 0
    for m in REST.finditer(text):
        if any(q.start < m.end() and m.start() < q.end for q in found):
            continue
        *earlier, here = (end for end in ends if end <= m.start())
        before = [q for q in shares if max(here, told) <= q[0] < m.start()]
        before = before or [q for q in shares if earlier and max(earlier[-1], told) <= q[0] < here]
        least = round(1 - sum(high for _, _, high in before), 6)
        most = round(1 - sum(low for _, low, _ in before), 6)
        if before and most > 0:
            part = m["some"] or _SHARED.search(text, max(0, m.start() - 20), m.start())
            yield Quantity(m.start(), m.end(), "whole", 0.0 if part else max(0.0, least), most)
            told = m.end()


def _counts(text: str, taken: list[Quantity]) -> Iterator[Quantity]:
    for m in COUNT.finditer(text):
        if any(q.start < m.end() and m.start() < q.end for q in taken):
            continue
        low = number(m["low"])
        high = number(m["high"]) if m["high"] else low
        year = m["high"] is None and 1900 <= low <= 2100 and "," not in m["low"]
        if m["high"] and (cut := _cut(m, text)):
            yield Quantity(m.start(), cut, "count", *_bounded(low, low, text, m.start(), cut))
            yield Quantity(m.start("high"), m.end(), "count", *_bounded(high, high, text, m.start("high"), m.end()))
        elif high >= low and not year:
            yield Quantity(m.start(), m.end(), "count", *_bounded(low, high, text, m.start(), m.end()))


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
    found = list(_money(text))
    for one in (*_percentages(text), *_fractions(text)):
        if not any(q.start < one.end and one.start < q.end for q in found):
            found.append(one)
    rest = list(_rest(text, found))
    words = [q for q in _words(text) if not any(r.start <= q.start < r.end for r in rest)]
    every = [*found, *words, *rest, *_parts(text, found), *_counts(text, found)]
    return sorted(filter(_finite, every), key=lambda q: (q.start, q.end, q.kind))


def _finite(quantity: Quantity) -> bool:
    """Whether a quantity is a number at all: hundreds of digits are none that a store or JSON can hold."""
    return all(bound is None or math.isfinite(bound) for bound in (quantity.low, quantity.high))


def as_share(quantity: Quantity) -> tuple[float, float]:
    """The quantity as a share of a need, closed to [0, 1].

    >>> as_share(Quantity(0, 1, "ratio", 0.5, None))
    (0.5, 1.0)
    """
    low = 0.0 if quantity.low is None else min(max(quantity.low, 0.0), 1.0)
    high = 1.0 if quantity.high is None else min(max(quantity.high, low), 1.0)
    return low, high


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
