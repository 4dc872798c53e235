"""Numbers that leave out their unit because another has said it: "60% from Samsung and 40 from Hynix".

Whether such a number is a quantity of a claim at all is for the reader to choose; here stands what it would be.

>>> said = [Quantity(5, 16, "money", 20e9, 20e9, "USD"), Quantity(33, 36, "ratio", 0.6, 0.6)]
>>> [(q.kind, q.low) for q in borrowed("pays $20 billion now, 15 later; has 60% of it", said)]
[('money', 15000000000.0), ('ratio', 0.15)]
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from loaders.extraction.amounts import (
    GAP,
    NAME,
    NUMBER,
    SCALE,
    SCALES,
    SPELLED,
    TO,
    WORD,
    Interval,
    Quantity,
    bounded,
    meets,
    number,
    spelled,
    valuation,
)

_ALONE = (
    r"(?=\s*(?:$|[,;:.()\]—–“”\"?!]|[’']s?(?!\w)|-\s)|\s+(?:from|for|of|to|in|into|at|by|on|onto|off|with|within|and|or|but|so|yet|each|apiece|more|less|next|last|this|that|which|who|as|per|through"
    r"|until|till|under|over|above|below|after|before|behind|against|versus|vs|compared|than|while|when|where|if|unless|because|since|although|whereas|via|amid|despite|among|between|worth|now|then|today"
    r"|later|earlier|ago|already|still|again|also|too|instead|respectively|together|combined|annually|all|up|down|a|an|the|is|are|was|were|has|have|had|goes|go|went|comes|come|came|will|would|may|might"
    r"|could|can|he|she|it|they|we)\b)"
)
"""What may follow a number that counts nothing: before a noun it counts that."""
_APART = r"(?<![\w.,$€£¥₩₹%#/:–-])"
"""Where a bare number may begin: not in another, nor in a name, a date or a range."""
_SUM = re.compile(
    rf"(?:(?<![\w.$€£¥₩₹])(?P<low>{NUMBER})(?:{TO}(?P<high>{NUMBER}))?{GAP}?(?P<scale>trillion|billion|million|tn|bn|mn|(?<=\d)[BbMm](?![A-Za-z0-9]))|{SPELLED}){_ALONE}",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"{_APART}(?:(?P<sign>[+\-−–](?=\d))?(?P<digits>(?>\d{{1,3}}(?:\.\d+)?)(?![.,]?\d))(?:\s?(?:-|–|to)\s?(?P<upto>(?>\d{{1,3}}(?:\.\d+)?)(?![.,]?\d)))?|(?<!hundred )(?<!hundred and )(?P<word>{WORD})){_ALONE}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:\b(?:page|no|nr|number|phase|series|chapter|section|article|version|gen|generation|rank|place|day|week|aged?|fiscal|class|tier|level|q"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May)|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?|[’'])\s?$",
    re.IGNORECASE,
)
"""Before a number: it tells which, not how many."""
_NAMED_BEFORE = re.compile(rf"(?:{NAME})\s$", re.IGNORECASE)
_PERCENT = re.compile(r"[%％]|percent|per cent|\bpct\b", re.IGNORECASE)
_OUT_OF = re.compile(
    r"\b(?:in|out of|of)(?: every| each)? (?P<all>five|six|seven|eight|ten|twelve|twenty|(?:a )?hundred|\d{1,3})\b(?![.,]\d|[‐‑–-]|\sto\s"
    rf"|\s?(?:[%％]|percent|per\s?cent|pct|points?|{SCALE}\b|{NAME}\b|years?|months?|weeks?|days?))",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\bof (?:every|each) |\b(?!an?\s)(?:{WORD}|\d{{1,2}})(?: [a-z]+)? $", re.IGNORECASE)
"""What makes "in ten" a part of ten: "six in ten", "of every ten"."""
_OF_ALL = re.compile(rf"{_APART}(?!an?\b)(?P<part>\d{{1,2}}|{WORD})(?:{_ALONE}|(?=\s(?-i:[A-Z])))", re.IGNORECASE)
_CLAUSE_END = re.compile(r"(?<![\s.][A-Z])[.!?;][\"”’')]?\s(?![a-z])|\n")
_SCALE = re.compile(SCALE, re.IGNORECASE)
"""What a sum is counted in."""
_PARTY = re.compile(r"[A-Z][\w&.-]*(?:[’']s?)? (?:about |some |only |just |another )?$")
_MOST = 200
"""A bare percentage is no greater."""
_FAR = 200
"""How many characters after "in ten" its other parts may stand."""


def sums(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Sums that name no currency; where the whole text names none they are dollars, as the English trade press has it.

    >>> [(q.low, q.currency) for q in sums("2.5 billion in debt, one and a half billion in shares", [])]
    [(2500000000.0, 'USD'), (1500000000.0, 'USD')]
    """
    told = [q for q in found if q.kind == "money"]
    for m in _SUM.finditer(text):
        if meets(m, found) or valuation(text, m.start(), m.end()):
            continue
        if _NAMED_BEFORE.search(text, max(0, m.start() - 12), m.start()):
            continue
        low, high = (number(m["low"]), number(m["high"] or m["low"])) if m["low"] else spelled(m)
        scale = SCALES[m["scale"].casefold()] if m["low"] else 1.0
        currency = _last(told, m.start()).currency if told else "USD"
        if low <= high:
            bounds = bounded(low * scale, high * scale, text, m.start(), m.end())
            yield Quantity(m.start(), m.end(), "money", *bounds, currency)


def borrowed(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Bare numbers with the unit of the sum of ``found`` before them, and as percentages where the text has such."""
    told = sorted((q for q in found if q.kind == "money"), key=lambda q: q.start)
    percentages = bool(_PERCENT.search(text))
    for m in _BARE.finditer(text):
        if meets(m, found) or _NUMBERED.search(text, max(0, m.start() - 12), m.start()):
            continue
        fall = (m["sign"] or "+") in "-−–"
        low = number(m["digits"] or m["word"])
        high = number(m["upto"] or m["digits"] or m["word"])
        if low > high or (m["word"] and not 2 <= low < 100):
            continue
        bounds = bounded(low, high, text, m.start(), m.end())
        if told and told[0].start < m.start() and not m["sign"] and high > 0:
            unit = _last(told, m.start())
            yield Quantity(m.start(), m.end(), "money", *_times(bounds, _scale(text, unit)), unit.currency)
        # Low number words count things far more often than hundredths.
        if percentages and 0 < high <= _MOST and (m["digits"] or low >= 5):
            yield Quantity(m.start(), m.end(), "ratio", *_times(bounds, -0.01 if fall else 0.01))


def dealt(text: str, bare: Quantity) -> bool:
    """Whether a bare percentage stands beside the party that it falls to: "Quanta 30", "30 from Quanta".

    >>> dealt("Foxconn has 60%, Quanta 30", Quantity(24, 26, "ratio", 0.3, 0.3))
    True
    """
    beside = _PARTY.search(text, max(0, bare.start - 20), bare.start) or text.startswith(" from ", bare.end)
    return bare.kind == "ratio" and bool(beside)


def tenths(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Parts of a number that is told once.

    >>> [q.low for q in tenths("Six in ten are Kioxia's, three Micron's", [])]
    [0.3]
    >>> [q.low for q in tenths("of every ten racks, six are Foxconn's and two Quanta's", [])]
    [0.6, 0.2]
    """
    alls = [
        m
        for m in _OUT_OF.finditer(text)
        if _COUNTED.match(m.group()) or _COUNTED.search(text, max(0, m.start() - 30), m.start())
    ]
    for m, after in zip_longest(alls, alls[1:]):
        all_ = number(m["all"].split()[-1])
        end = min(m.end() + _FAR, after.start() if after else len(text))
        if stop := _CLAUSE_END.search(text, m.end(), end):
            end = stop.start()
        for each in _OF_ALL.finditer(text, m.end(), end):
            if 1 <= (value := number(each["part"])) < all_ and not meets(each, found):
                yield Quantity(each.start(), each.end(), "whole", value / all_, value / all_)


def _times(bounds: Interval, scale: float) -> Interval:
    low, high = (bound if bound is None else bound * scale for bound in bounds)
    return low, high


def _last(told: Sequence[Quantity], place: int) -> Quantity:
    """The sum whose unit is borrowed: the last before ``place``, else the first."""
    return told[max(0, bisect_left(told, place, key=lambda q: q.start) - 1)]


def _scale(text: str, unit: Quantity) -> float:
    """What a sum is counted in, by its own words.

    >>> _scale("$0.8 billion", Quantity(0, 12, "money", 8e8, 8e8, "USD"))
    1000000000.0
    """
    scales = _SCALE.findall(text, unit.start, unit.end)
    return SCALES[scales[-1].casefold()] if scales else 1.0
