"""When a claim holds: dates and periods in the words beside its trigger, taken relative to the document's day.

Rules, not learning, and sparing ones: a tie that lasts gets a bound only where a date stands in the trigger's clause
and the word before it says what it bounds. What is not said, or said twice, stays open.
"""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from itertools import islice
from typing import Literal

from loaders.claim import Claim
from loaders.dates import MONTHS
from loaders.extraction.stance import EDGE

Period = tuple[Date, Date]
Span = tuple[int, int]
Bound = Literal["from", "until"]

#: What the rules are called in provenance; to be raised whenever they would make other claims.
TIMES = "times 4"
#: Ties that last; what happens once (a result, a round, a price) has its document's day.
LASTING = frozenset(
    {"supplies", "fabricatesFor", "packagesFor", "hostsComputeFor", "licensesTo", "uses", "partnersWith", "constrains", "restricts"}
)  # fmt: skip
_AHEAD = frozenset({"planned", "negotiating", "considering"})
_OVER = frozenset({"ended", "denied"})
_UNTIL = frozenset({"until", "till", "through"})

#: Parts of a year, as their first and last months.
_PARTS = {
    **{name: (number, number) for name, number in MONTHS.items()},
    **{form: (3 * n - 2, 3 * n) for n in range(1, 5) for form in (f"q{n}", f"{n}q")},
    **{form: (6 * n - 5, 6 * n) for n in (1, 2) for form in (f"h{n}", f"{n}h")},
    **{f"{order} quarter": (3 * n - 2, 3 * n) for n, order in enumerate(("first", "second", "third", "fourth"), 1)},
    "first half": (1, 6), "second half": (7, 12), "back half": (7, 12),
    "early": (1, 4), "beginning": (1, 3), "start": (1, 3), "mid": (5, 8), "middle": (5, 8), "late": (9, 12), "end": (12, 12),
}  # fmt: skip
_MONTH = "(?:" + "|".join(sorted((name.capitalize() for name in MONTHS), key=len, reverse=True)) + r")\b\.?"
_PART = "(?:" + "|".join(sorted((p for p in _PARTS if p not in MONTHS), key=len, reverse=True)) + ")"
_THIRD = (
    "(?:" + "|".join(sorted((p for p in _PARTS if re.search(r"[1-4]|quarter|half", p)), key=len, reverse=True)) + ")"
)
_PERIOD = (
    rf"(?:the )?(?:(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?={_MONTH}))?(?:(?:(?P<part>(?ai:{_PART})|{_MONTH})(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?)?(?:,? (?:of |in )?|-)(?:the )?)?"
    r"(?:(?P<year>20\d\d)|(?ai:(?P<near>this|next|last|the coming) year))"
    r"|(?P<short>[1-4]Q|[12]H)(?P<yy>\d\d)"
    rf"|(?P<alone>(?ai:{_THIRD})|{_MONTH})(?: (?P<date>\d{{1,2}})(?:st|nd|rd|th)?\b)?"
    r"|(?ai:(?:(?P<third>early|beginning|start|mid|middle|late|end)(?: (?:of |in )?|-)(?:the )?)?(?P<close>this|next|last) (?P<unit>week|month|quarter)))(?![\w-]|[.,]\d)"
)
_FROM = r"from|since|(?:start|beginn)ing(?: in| from| on| with)?|(?:starts?|begins?) (?:in|from|on)|effective|as early as|between"
_SAID = re.compile(
    rf"(?:\b(?P<word>(?ai:{_FROM}|by|no later than|until|till|through|in|during|on|to|and))(?: at least)? )?(?<!fiscal )(?<![\w$€£¥₩.-]){_PERIOD}"
)
_ONE = re.compile(_PERIOD)
_THIRDS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
#: Before "next year" without a word of its own: it is another's, or nothing begins in it.
_NOT_IN = re.compile(r"\b(?:of|least|beyond|past|through|into|before|after|until|till|than)\s$", re.IGNORECASE)
#: "supplied until June": a tie that is over by then; "was supplied" is none that the maker ended.
_PAST = re.compile(
    r"(?:supplied|provided|made|built|sold|shipped|delivered|produced|manufactured|fabricated|packaged|hosted|licensed|bought|used|ran)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:is|are|be|been|being)\s(?:\w+ly\s)?$", re.IGNORECASE)
#: Where, beside the edges of clauses, another statement begins.
_AND = re.compile(
    r"\b(?:and|but|or) (?:will|would|is|are|was|has|have|had|plans?|expects?|aims?|intends?|to|said|says|it|they)\b"
)
_JOINS = re.compile(r"(?:and|but|or|so|that|to)\b")
#: "until TSMC took over in 2016": the day of what ended it is no beginning.
_TILL = re.compile(r"\b(?:until|till)\b")
#: Characters from the trigger within which a date may stand; it bounds the work on a hostile sentence.
_REACH = 200
#: Occurrences of a word that are looked at, for the same reason.
_MOST = 20
#: Who says, shows or signs between a date and a trigger does that on the day; a new sentence is about another.
_OTHERS = re.compile(
    r"\b(?:say|says|said|told|tells|announc\w+|report(?:s|ed)|confirm\w+|disclos\w+|reveal\w+|unveil\w+|show(?:s|ed)|sign(?:s|ed)"
    r"|agreed|expects|forecasts?|due|that|whose|where|when)\b|\b(?:and|or),$|[.!?][\"'’”)]*\s",
    re.IGNORECASE,
)
#: Words by which a date is of an end, a change or a delay, or of what is not so.
_TURNS = re.compile(
    r"\b(?:not|\w+n['’]t|never|no longer|used to|unlikely|(?:ends|ended|ending|(?:will|would|to|may) end)|stop\w*|ceas\w*|halt\w*"
    r"|los(?:e|es|t|ing)|discontinu\w*|suspend\w*|terminat\w*|cancel\w*|drop\w*|exit\w*|phas\w+ out|expir\w*|eas(?:e|es|ed|ing)"
    r"|delay\w*|postpon\w*|defer\w*|push\w*|pull\w*|mov(?:e|es|ed|ing)|r[io]s(?:e|es|en|ing)|gr[eo]w\w*|f[ae]ll\w*|(?:up|down) from"
    r"|doubl\w*|tripl\w*|quadrupl\w*|rais\w*|increas\w*|expan\w*|cut\w*|boost\w*|reach\w*|enough|sold out|spoken for|fully \w+|on allocation|cost\w*|charg\w*|than(?! [\d$€£¥]))\b|\bas\s*$",
    re.IGNORECASE,
)
#: What a date behind the trigger may have behind itself; before another word it is part of a name or of a thing's age.
_AFTER = re.compile(
    r"\s*(?:$|[^\w\s'’]|(?:to|until|till|through|and|or|but|in|on|at|for|with|under|as|by|from|via|when|if|while|after|before"
    r"|onwards?|using|because|since|which|who|per|amid|despite|into)\b)"
)
#: What stands before a date that begins a clause or stands behind its verb's helper.
_BEFORE = re.compile(r"(?:^|[^\w\s]|\b(?:and|but|that|or|will|would|to|is|are|was|were|has|have|had))\s*$")
#: A deed that has the day for itself: "signed in 2023", "a site opening in 2027".
_DEED = re.compile(r"\b(?:\w+(?:ed|ing)|built|made|sold)\s*$")


def span(day: Date, said: str) -> Period:
    """Return the first and the last day of a period in words, seen from a day.

    >>> day = Date(2026, 1, 28)
    >>> [" ".join(map(str, span(day, said))) for said in ("3Q26", "the second half of next year", "last month", "mid-2027")]
    ['2026-07-01 2026-09-30', '2027-07-01 2027-12-31', '2025-12-01 2025-12-31', '2027-05-01 2027-08-31']

    Raises
    ------
    ValueError
        Not a period, or a day that no month has.
    """
    match = _ONE.fullmatch(said)
    if match is None:
        raise ValueError(f"not a period: {said!r}")
    return _period(day, match, ahead=True)


def _period(day: Date, match: re.Match[str], ahead: bool) -> Period:
    found = match.groupdict()
    dated = found["first"]
    if found["close"]:
        by = {"this": 0, "next": 1, "last": -1}[found["close"].casefold()]
        third = _THIRDS[found["third"].casefold()] if found["third"] else None
        return _near(day, found["unit"].casefold(), by, third)
    if found["alone"]:
        first, last = _PARTS[found["alone"].rstrip(".").casefold()]
        # A part of a year without its year is the next one of a plan and the last one of what is done.
        dated = dated or found["date"]
        year = day.year + ((last < day.month) if ahead else -((first, int(dated or 1)) > (day.month, day.day)))
        return _months(year, (first, last), dated)
    if found["short"]:
        return _months(2000 + int(found["yy"]), _PARTS[found["short"].casefold()], None)
    near = {"this": 0, "next": 1, "the coming": 1, "last": -1}
    year = int(found["year"]) if found["year"] else day.year + near[found["near"].casefold()]
    part = (found["part"] or "").rstrip(".").casefold()
    return _months(year, _PARTS[part] if part else (1, 12), dated or found["day"])


def _months(year: int, part: tuple[int, int], day: str | None) -> Period:
    if day:
        return (only := Date(year, part[0], int(day))), only
    return Date(year, part[0], 1), Date(year, part[1], monthrange(year, part[1])[1])


def _near(day: Date, unit: str, by: int, third: int | None) -> Period:
    if unit == "week":
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=by)
        return _third((monday, monday + timedelta(days=6)), third)
    width = 1 if unit == "month" else 3
    at = (day.year * 12 + day.month - 1) // width + by
    year, first = divmod(at * width, 12)
    return _third(_months(year, (first + 1, first + width), None), third)


def _third(period: Period, third: int | None) -> Period:
    """The beginning, the middle or the end of a period, by days."""
    if third is None:
        return period
    first, length = period[0], (period[1] - period[0]).days + 1
    return first + timedelta(days=length * third // 3), first + timedelta(days=length * (third + 1) // 3 - 1)


def dated(claim: Claim) -> Claim:
    """Return a claim of prose with the days from and until which it holds, where its clause says so.

    "From" and "since" bound it from below by the first day of their period, "by" by the last one, since it may take
    until then; "until" and "through" from above. "In" says when a plan begins, or when what is there began.

    >>> from loaders.claim import Mention
    >>> said = "TSMC will make chips for AMD from 2027 until the end of 2029."
    >>> claim = Claim("d", Date(2026, 1, 28), Mention("TSMC", "t"), "fabricatesFor", Mention("AMD", "a"), said,
    ...               status="planned", trigger="make chips for")
    >>> str(dated(claim).valid_from), str(dated(claim).valid_until)
    ('2027-01-01', '2029-12-31')
    """
    said = _said(claim)
    if claim.predicate not in LASTING or claim.status in _OVER or said is None or claim.valid_from or claim.valid_until:
        return claim
    days: dict[Bound, set[Date]] = {"from": set(), "until": set()}
    opened = False
    for match in _SAID.finditer(claim.sentence, max(0, said[0] - _REACH), said[1] + _REACH):
        if not _together(claim.sentence, said, match):
            continue
        try:
            bound = None if _turned(claim, said, match) else _bound(claim, said, match, opened)
        except (ValueError, OverflowError):  # no such day, or none that a calendar has
            continue
        opened = bound is not None and _word(match) in ("from", "between")
        if bound is not None:
            days[bound[0]].add(bound[1])
    start, until = (min(found) if len(found) == 1 else None for found in days.values())
    if start and until and start > until:
        return claim
    return replace(claim, valid_from=start, valid_until=until)


def _said(claim: Claim) -> tuple[int, int] | None:
    """Where the sentence says it: the trigger, of several the one nearest to both parties, or without one the words between these."""
    parties = [each.text for each in (claim.subject, claim.object) if each]
    if not claim.trigger:
        places = [(place, place + len(each)) for each in parties if (place := claim.sentence.find(each)) >= 0]
        begin, end = min(places, default=(0, 0))[0], max((last for _, last in places), default=0)
        return (begin, end) if len(places) == len(parties) and end - begin <= 2 * _REACH else None
    said = _occurrences(claim.sentence, claim.trigger)
    ends = [found for each in parties if (found := _occurrences(claim.sentence, each))]

    def apart(place: Span) -> int:
        """How many letters the parties, each where it stands nearest, are away from a trigger."""
        return sum(min(max(place[0] - end, begin - place[1], 0) for begin, end in found) for found in ends)

    return min(said, key=apart, default=None)


def _occurrences(text: str, words: str) -> list[Span]:
    return [match.span() for match in islice(re.finditer(re.escape(words), text), _MOST)]


def _together(text: str, trigger: tuple[int, int], match: re.Match[str]) -> bool:
    """Whether a date belongs to a trigger's clause; the comma that sets the date off is none of its edges."""
    if match.start() >= trigger[1]:
        gap = text[trigger[1] : match.start()].rstrip()
        gap = gap if gap.endswith(("and,", "or,")) else gap.rstrip(", ")  # "for B and, from 2027, for C" is C's date
        if not _AFTER.match(text, match.end()) or (_word(match) not in _UNTIL and _DEED.search(gap)):
            return False
    else:
        gap = text[match.end() : trigger[0]].lstrip(", ")
        if _JOINS.match(gap) or (gap and not _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])):
            return False
    return not any(edge.search(gap) for edge in (EDGE, _AND, _OTHERS, _TILL))


def _turned(claim: Claim, trigger: tuple[int, int], match: re.Match[str]) -> bool:
    """Whether a date's clause tells of an end, a change or a delay; until when something is short is told so, too."""
    if claim.predicate == "constrains" and _word(match) in _UNTIL:
        return False
    first = min(trigger[0], match.start())
    before = claim.sentence[max(0, first - _REACH) : first]
    begins = max((edge.end() for edges in (EDGE, _AND) for edge in edges.finditer(before)), default=0)
    return _TURNS.search(before[begins:] + claim.sentence[first : max(trigger[1], match.start())]) is not None


def _word(match: re.Match[str]) -> str:
    return (match["word"] or "").casefold()


def _past(claim: Claim, trigger: Span) -> bool:
    """Whether a trigger tells of a tie in the past: "supplied", not "is supplied"."""
    before = claim.sentence[max(0, trigger[0] - 40) : trigger[0]]
    return claim.status == "actual" and bool(_PAST.match(claim.sentence, trigger[0])) and not _PASSIVE.search(before)


def _bound(claim: Claim, said: Span, match: re.Match[str], opened: bool) -> tuple[Bound, Date] | None:
    """What a date bounds, and at which day; ``opened`` if the date before it was a "from" or "between"."""
    ahead = claim.status in _AHEAD
    word = _word(match)
    until = word in _UNTIL or (word in ("to", "and") and opened)
    first, last = _period(claim.date, match, ahead or (until and not _past(claim, said)))
    if until and match["alone"] and last < claim.date and not _past(claim, said):
        return None  # "until January 15" after that day: of which year, the words do not say
    if ahead and (last < claim.date or word == "since"):
        return None  # what is over is not when a plan begins or ends
    if until:
        return "until", last
    if word in ("by", "no later than"):
        # "6 GW by 2030": an amount is reached by then, its parts come before.
        around = (
            claim.sentence[max(0, match.start() - _REACH) : match.start()],
            claim.sentence[match.end() : match.end() + _REACH],
        )
        counts = any(re.search(r"\b\d", words) for words in around)
        return ("from", last) if ahead and not counts else None
    if word == "on" and not (match["first"] or match["day"] or match["date"]):
        return None
    if match["alone"] and (claim.status == "negotiating" or not (ahead or word in ("in", "during", "on", "since"))):
        return (
            None  # "in May" is the day of talks as well, and "from May" of what is there as often next May as last May
        )
    if word in ("in", "during", "on", "") and (word or match["near"] or match["close"]):
        if claim.predicate == "constrains" or (not word and _NOT_IN.search(claim.sentence, 0, match.start())):
            return None  # what is short in a year was often short before
        begins = last >= claim.date if ahead else first <= claim.date
        return ("from", first) if begins else None
    return ("from", first) if re.fullmatch(_FROM, word) else None
