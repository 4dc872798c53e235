"""What an amount is, the bounds that the words beside it give, and sums of money.

Rules, not learning. Valuations are no money here and are not offered.

>>> [(q.low, q.high, q.currency) for q in money("raised over NT$50bn at a valuation of NT$1 trillion")]
[(50000000000.0, None, 'TWD')]
"""

import re
from collections.abc import Iterable, Iterator
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
    "₹": "INR", "inr": "INR", "rs": "INR", "rupees": "INR", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD", "sg$": "SGD", "nz$": "NZD", "nzd": "NZD", "r$": "BRL", "reais": "BRL", "dirhams": "AED", "dirham": "AED",
    "riyals": "SAR", "riyal": "SAR", "shekels": "ILS", "francs": "CHF", "chf": "CHF", "kronor": "SEK", "sek": "SEK",
    "kroner": "NOK", "kr": "SEK", "nok": "NOK", "dkk": "DKK", "aed": "AED", "sar": "SAR", "aud": "AUD", "cad": "CAD", "sgd": "SGD", "ils": "ILS", "ringgit": "MYR", "baht": "THB", "dong": "VND", "rupiah": "IDR", "lira": "TRY", "liras": "TRY", "zloty": "PLN", "koruna": "CZK", "zlotys": "PLN", "czk": "CZK", "pln": "PLN",
    "rm": "MYR", "myr": "MYR", "nis": "ILS", "₪": "ILS", "sfr": "CHF", "skr": "SEK", "nkr": "NOK", "dkr": "DKK",
}  # fmt: skip
_DOLLARS = {
    f"{whose} {form}": code
    for whose, code in (("taiwan", "TWD"), ("new taiwan", "TWD"), ("hong kong", "HKD"), ("canadian", "CAD"), ("australian", "AUD"), ("singapore", "SGD"))
    for form in ("dollar", "dollars")
} | {"danish kroner": "DKK"}  # fmt: skip
SCALES = {
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "trn": 1e12, "t": 1e12, "billion": 1e9, "billions": 1e9, "hundred billion": 1e11, "hundred million": 1e8, "bn": 1e9, "b": 1e9,
    "bln": 1e9, "trln": 1e12, "million": 1e6, "millions": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "lakh crore": 1e12, "crore": 1e7, "lakh": 1e5,
    "万亿": 1e12, "兆": 1e12, "조": 1e12, "億": 1e8, "亿": 1e8, "억": 1e8, "万": 1e4, "萬": 1e4, "만": 1e4,
}  # fmt: skip
WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "half a": 0.5, "a half": 0.5,
}  # fmt: skip
NUMBER = r"(?>\d+(?:,\d{2,3})*(?:\.\d+)?)"
FREE = r"(?<![A-Za-z0-9.])"
"""Where a number may begin: not in a name ("HBM4 to 30%") nor in another number."""
GAP = r"[\s‐‑-]"
SCALE = r"(?:trillions?|billions?|millions?|thousand|lakh crore|crore|lakh|trn|trln|tn|bn|bln|mn|mln|万亿|[兆조億亿억万萬만]|[TtBbMmKk](?![A-Za-z0-9]))"
"""A letter before a digit is a name's: "$40,000 B200"."""
_PARTS = rf"(?:\s?{NUMBER}(?:万亿|[兆조億亿억万萬만]))"
"""What follows a greater part of the same sum: "1조 2000억"."""
_SIGN = (
    r"(?:(?:US|NT|HK|CA|AU|NZ|SG)\$|(?<![A-Za-z])[ACSTR]\$|\$(?:US|NT|HK|CA|AU|NZ|SG|[AC])(?=\s?\d)|CN¥|JP¥|[$€£¥₩₹]"
    rf"|\bWon(?=\d)|₪|\b(?-i:RM|MYR|NIS|S[Ff]r|SKr|NKr|DKr)\.?(?=\s?{NUMBER}{GAP}?{SCALE}(?!\w))|\b(?:USD|EUR|GBP|RMB|CNY|KRW|TWD|JPY|INR|CHF|SEK|NOK|DKK|HKD|AED|SAR|AUD|CAD|SGD|NZD|ILS|CZK|PLN|Rs\b\.?|kr)(?![a-z])\$?)"
)
NAME = (
    r"(?:(?:(?:US|American|(?:New )?Taiwan|Hong Kong|Canadian|Australian|Singapore) )?dollars?|euros?|(?:British )?pounds?|(?:Japanese )?yen|(?:Chinese )?yuan"
    r"|renminbi|(?:(?:South )?Korean )?won|(?:Indian )?rupees|dirhams?|riyals?|shekels|(?:Swiss )?francs|(?:Swedish )?kronor|(?:(?:Norwegian|Danish) )?kroner|(?:Czech )?koruna|reais|ringgit|baht|dong|rupiah|(?:Turkish )?liras?|zlotys?"
    r"|USD|EUR|GBP|RMB|CNY|KRW|TWD|JPY|INR|CHF|AUD|CAD|SGD|NZD|HKD|美元|日元|韩元|人民币|元|円|원|[$€£¥₩₹](?!\s?\d))"
)
_ONES, _TENS = ("|".join(w for w in WORDS if WORDS[w] in each) for each in (range(1, 10), range(20, 100)))
WORD = rf"(?:half a|a half|(?:{_TENS})[\s-](?:{_ONES})|" + "|".join(w for w in WORDS if " " not in w) + r")"
TO = r"\s?(?:-|–|—|to|～|~|and)\s?"
SPELLED = (
    rf"\b(?:(?P<some>{_ONES}) and (?P<rest>a half|a quarter|three quarters)|(?<!hundred )(?<!hundred and )(?P<word>{WORD})(?:{TO}(?P<word2>{WORD}))?)"
    rf"{GAP}(?P<wordscale>trillion|billion|million|hundred (?:million|billion))"
)
"""A sum in words, the currency left out."""
YEAR = r"(?:19|20)\d\d(?!\d|[.,]\d)"
MONEY = re.compile(
    rf"(?:(?<=between )(?P<between>))?(?P<sign>{_SIGN})\s?(?P<low>{NUMBER})(?:{GAP}?(?P<lowscale>{SCALE})(?P<more>{_PARTS}{{0,3}}))?"
    # The upper end has a scale of its own where the lower one has: "$5 billion to 3 suppliers" is no range, nor is "$10bn to 2030" or "$10bn and 5 million shares".
    rf"(?:{TO}(?:{_SIGN}\s?|(?(between)|(?<!and)(?<!and\s))(?!{YEAR}(?!{GAP}?{SCALE})))(?P<high>{NUMBER})(?:{GAP}?(?P<highscale>{SCALE})|(?(lowscale)(?!)))(?!\s?(?:%|percent)))?"
    rf"|{FREE}(?!{YEAR}{TO}{NUMBER}{GAP}?{SCALE})(?P<low2>{NUMBER})(?:{GAP}?(?P<lowscale2>{SCALE})(?P<more2>(?:{_PARTS}|\s{NUMBER}{GAP}{SCALE}){{0,3}}(?:(?<=[兆조億亿억万萬만]){NUMBER})?))?(?:{TO}(?P<high2>{NUMBER}))?{GAP}?(?P<highscale2>{SCALE})?{GAP}?(?P<name>{NAME})(?![A-Za-z]|['’]t)"
    rf"|{SPELLED}\s(?P<wordname>{NAME})(?![A-Za-z])",
    re.IGNORECASE,
)
_PART_OF_SUM = re.compile(rf"(?P<number>{NUMBER}){GAP}?(?P<scale>{SCALE})?", re.IGNORECASE)
_RESTS = {"a half": 0.5, "a quarter": 0.25, "three quarters": 0.75}
_OVER = re.compile(
    r"(?:[>≥]|\b(?:(?<!\bno )(?<!\bnot )(?:(?<!\btalks )(?<!\bdispute )(?<!\bfight )(?<!\btakes )(?<!\btake )(?<!\btook )(?<!\btaking )(?<!\btaken )over|more than|above)"
    r"|at least|exceed(?:s|ing|ed)?|upwards? of|north of|no(?:t)? less than|no(?:t)? fewer than|surpass(?:es|ed|ing)?|(?:pass|cross)(?:es|ed|ing)?(?! an? | the )|minimum of|beyond"
    r"|in excess of|not (?:below|under)|topp?(?:ed|ing|s)))[^\w.,;:!?()]*(?:a |an |the |by )?$",
    re.IGNORECASE,
)
_NOT_OVER = re.compile(
    r"\b(?:not|never|cannot|\w+n['’]t|no longer|without) (?:(?!only\b|just\b)\w+ ){0,3}?(?:exceed(?:ing|ed)?|surpass(?:ing|ed)?|topp?(?:ed|ing)?|cross(?:ing|ed)?|(?:be |in )?(?:in excess of|more than|above|over|beyond))"
    r"[^\w.,;:!?()]*(?:a |an |the )?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r"(?:\+|\s(?:or|and) (?:more|over|above|higher)\b|\sat least\b|(?:\s|-)plus\b(?! or minus))", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(?:between|of)\W{1,3}$", re.IGNORECASE)
_BY = re.compile(r"\bby(?: (?:about|around|roughly|some|just))?\W{1,3}$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom(?: (?:about|around|roughly|some|just))?\W{1,3}$", re.IGNORECASE)
_UNDER = re.compile(
    r"(?:[<≤]|\b(?:up to|as much as|at most|less than|under(?! an? | the )|below|no(?:t)? more than|maximum of|as many as|fewer than|capped at|not (?:above|over)))[^\w.,;:!?()]*(?:a |an |the )?$",
    re.IGNORECASE,
)
_EITHER_WAY = re.compile(
    rf"(?:\s(?:in|of)\s\w+)?,?\s(?:plus or minus|plus/minus|give or take|\+/-|±)\s?(?:{_SIGN}\s?)?(?P<by>{NUMBER})(?:\s?(?P<part>%|percent|per cent)|{GAP}?(?P<scale>{SCALE}))",
    re.IGNORECASE,
)
_VALUATION_BEFORE = re.compile(
    r"(?:valuation|valu(?:ed|es|ing)(?:\s(?!at\b|\w*(?:contract|deal|order|agreement|lease|offer|transaction|purchase|pact|backlog|stake|holding|investment|harm|damage)s?\b)\w[\w.&’'-]*){0,6}? at|valu(?:ed|es|ing)|market (?:value|cap(?:itali[sz]ation)?))\b(?:\W+(?:of|at|to|it|the|company|firm|startup|start-up|lab|group|maker|potentially|around|about|roughly|over|some"
    r"|up|as|much|more|than|nearly|almost|itself|now|today|post-money|pre-money|between|reach(?:ed|es|ing)?|hit|climb(?:ed|s)?|rose|business|shares"
    r"|from|could|would|may|might|can|will|has|have|had|been|be|is|was|are|above|below|near|close|north|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|topp?(?:s|ed|ing)?|doubl(?:ed|es|ing)|tripl(?:ed|es|ing)))*\W*$",
    re.IGNORECASE,
)
_DEAL_BEFORE = re.compile(
    r"\b(?:contract|deal|order|agreement|lease|offer|transaction|purchase|pact|backlog)s?,?\s(?:(?:once|now|then|initially|reportedly|which|that|it|is|was|are|were|has|been|potentially)\s){0,3}"
    r"valued at\b[^.;]*$",
    re.IGNORECASE,
)
"""What such a thing is valued at is its amount."""
_VALUED_TOO = re.compile(
    r"(?:,? (?:in|last|this|a|the) \w+(?: \w+)?)?,? (?:up |down )?(?:to|from)(?: (?:about|around|roughly|some|over))? ?"
)
"""What stands between the two ends of a change of valuation."""
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


def spelled(match: re.Match[str]) -> tuple[float, float]:
    """The ends of a sum that ``SPELLED`` found.

    >>> spelled(re.search(SPELLED, "one and a half billion")), spelled(re.search(SPELLED, "two to three hundred million"))
    ((1500000000.0, 1500000000.0), (200000000.0, 300000000.0))
    """
    scale = SCALES[match["wordscale"].casefold()]
    if match["some"]:
        low = scale * (number(match["some"]) + _RESTS[match["rest"].casefold()])
        return low, low
    return scale * number(match["word"]), scale * number(match["word2"] or match["word"])


def meets(match: re.Match[str], taken: Iterable[Quantity]) -> bool:
    """Whether a match overlaps one of the quantities."""
    return any(q.start < match.end() and match.start() < q.end for q in taken)


def bounded(low: float, high: float, text: str, start: int, end: int) -> Interval:
    """A single value as the interval that the words around it make of it: "over", "up to", "or more"."""
    if low != high:
        return low, high
    before = text[max(0, start - 40) : start]
    if _NOT_OVER.search(before):
        return None, high
    if _OVER.search(before) or _OR_MORE.match(text, end):
        return low, None
    if _UNDER.search(before):
        return None, high
    return low, high


def cut(match: re.Match[str], text: str) -> int | None:
    """Where "3 and 11 percent", "from $5bn to $8bn" or "by $2bn to $10bn" falls into two quantities; ``None`` for a range."""
    said, before = match.group().casefold(), text[max(0, match.start() - 16) : match.start()]
    if " and " in said and not _BETWEEN.search(before):
        return match.start() + said.index(" and ")
    if " to " in said and (_FROM.search(before) or ("%" not in said and "per" not in said and _BY.search(before))):
        return match.start() + said.index(" to ")
    return None


def _currency(said: str) -> str:
    """The code of a currency by its sign or name.

    >>> _currency("$US"), _currency("AUD$"), _currency("Rs."), _currency("Hong Kong dollars")
    ('USD', 'AUD', 'INR', 'HKD')
    """
    name = said.casefold().rstrip(".")
    letters = name.strip("$")
    forms = (name, f"{letters}$", letters, name.split(" ")[-1])
    return _DOLLARS.get(name) or next((CURRENCIES[form] for form in forms if form in CURRENCIES), "USD")


def valuation(text: str, start: int, end: int) -> bool:
    """Whether the sum at ``[start, end)`` is what something is valued at.

    >>> valuation("valued at $5 billion", 10, 20)
    True
    """
    before = text[max(0, start - 60) : start]
    valued = bool(_VALUATION_BEFORE.search(before)) and not _DEAL_BEFORE.search(before)
    return valued or bool(_VALUATION_AFTER.search(text[end : end + 40]))


def money(text: str) -> Iterator[Quantity]:
    """The sums of money in a text, by place."""
    valued = deviation = 0
    for m in MONEY.finditer(text):
        g = m.groupdict()
        last = SCALES.get((g["highscale"] or g["highscale2"] or "").casefold(), 0.0)
        if g["wordname"]:
            low, high = spelled(m)
            name = g["wordname"]
        else:
            first = SCALES.get((g["lowscale"] or g["lowscale2"] or "").casefold(), 0.0) or last or 1.0
            more = _PART_OF_SUM.finditer(g["more"] or g["more2"] or "")
            low = number(g["low"] or g["low2"]) * first
            low += sum(number(part["number"]) * SCALES.get((part["scale"] or "").casefold(), 1.0) for part in more)
            top = g["high"] or g["high2"]
            high = number(top) * (last or first) if top else low
            name = g["sign"] or g["name"]
        if (
            name.casefold() == "won" and g["name"] and low == high and (low < 100 or 1900 <= low <= 2100)
        ):  # "GPT-5 won", "in 2025 won a prize"
            continue
        if m.start() < deviation:
            continue
        too = valued > 0 and _VALUED_TOO.fullmatch(text, valued, m.start())
        if too or valuation(text, m.start(), m.end()):
            valued = m.end()
            continue
        currency = _currency(name)
        if low == high and (either := _EITHER_WAY.match(text, m.end())):
            by = number(either["by"]) * (low / 100 if either["part"] else SCALES[either["scale"].casefold()])
            deviation = either.end()
            yield Quantity(m.start(), m.end(), "money", low - by, high + by, currency)
        elif low != high and (place := cut(m, text)):
            last_start = text.index(" ", place + 1) + 1
            yield Quantity(m.start(), place, "money", *bounded(low, low, text, m.start(), place), currency)
            yield Quantity(last_start, m.end(), "money", *bounded(high, high, text, last_start, m.end()), currency)
        else:
            low, high = min(low, high), max(low, high)
            yield Quantity(m.start(), m.end(), "money", *bounded(low, high, text, m.start(), m.end()), currency)
