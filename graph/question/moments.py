"""Days and levels in a question: "as of 31 December 2025", "in force in 2027", "since last week", "confirmed only"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Final

from loaders.dates import find_date

_MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTH: Final = "|".join(_MONTHS)
_DAY: Final = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}"
    rf"|(?:{_MONTH}|[a-z]{{3}})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTH}|[a-z]{{3}})\.? \d{{4}}"
    rf"|(?:the )?(?:end|start|beginning) of (?:(?:{_MONTH}) )?\d{{4}}|(?:{_MONTH}) \d{{4}}|today|yesterday|(?:the )?(?:last|past) (?:week|month|year)"
    r"|\d{1,4} (?:days?|weeks?|months?) ago|\d{4})(?![\w-])"
)
_BETWEEN: Final = re.compile(
    rf"[,;]? ?\b(?:between (?P<first>{_DAY}) and|from (?P<from>{_DAY}) (?:to|until|till|through)) (?P<last>{_DAY})", re.IGNORECASE
)  # fmt: skip
_BEFORE: Final = re.compile(rf"[,;]? ?\b(?:before|prior to) (?P<day>{_DAY})", re.IGNORECASE)
_WITHIN: Final = re.compile(
    rf"[,;]? ?(?<!back )\b(?:in|during|within) (?P<day>(?:(?:{_MONTH}) )?\d{{4}})(?![\w-])", re.IGNORECASE
)
_SINCE: Final = re.compile(
    rf"[,;]? ?\b(?:since|after|starting(?: from)?) (?P<day>{_DAY}|(?:{_MONTH})(?! \d))", re.IGNORECASE
)
_FROM_ON: Final = re.compile(rf"[,;]? ?\bfrom (?P<day>{_DAY}) (?:on|onwards?)\b", re.IGNORECASE)
_IN_LAST: Final = re.compile(
    r"[,;]? ?\b(?:in|over|during|of) (?P<day>the (?:last|past) (?:(?P<n>\d{1,4}) )?(?P<unit>day|week|month|year)s?)\b",
    re.IGNORECASE,
)
_AS_OF: Final = re.compile(
    rf"[,;]? ?\b(?:as (?:we )?(?:known |knew |it was known )?(?:of|at|on|by)|known (?:on|by)|back (?:in|on)|until|on|at the time of|by|at(?= (?:the )?(?:end|start|beginning) )) (?P<day>{_DAY})",
    re.IGNORECASE,
)
_KNOWN: Final = re.compile(r"\b(?:as|known|back|time)\b", re.IGNORECASE)  # of what is known, on whatever day
_TODAY: Final = re.compile(r"[,;]? ?\b(?:of )?today\b(?:['’]s)?", re.IGNORECASE)
_HOLDS: Final = re.compile(
    rf"[,;]? ?\b(?:as (?:it|they) holds?|(?:that (?:is|are|was|were) )?(?:valid|in force|in effect|effective)) (?:(?:on|in|at|as of|during) )?(?P<day>{_DAY})",
    re.IGNORECASE,
)
_LEVELS: Final = (
    ("confirmed", r"^(?:the |list )?(?:confirmed|stated)(?= (?:suppliers|customers|dependents|dependencies))|(?:only|just|strictly) (?:the )?(?:confirmed|stated)(?: (?:facts|claims|relations|ties|ones))?|(?:confirmed|stated)(?: (?:facts|claims|ones|relations))? only|(?:at )?level confirmed|at confirmed level|without rumou?rs|(?<=[,;] )confirmed$|(?<=\()confirmed(?=\)$)"),
    ("prospective", r"(?:including|include|with|counting|even) (?:the |all )?(?:rumou?rs?|plans?|planned(?: \w+)?|prospective(?: \w+)?|talks|negotiations|announcements)(?: (?:and|or) (?:rumou?rs?|plans?|talks))?|(?:at )?level prospective|^(?:the |list )?prospective(?= (?:suppliers|customers|dependents|dependencies))|prospectively|prospective$|at prospective level|rumou?rs included"),
    ("reported", r"(?:at )?level reported|at reported level|including reports"),
)  # fmt: skip
_LEVEL: Final = tuple((level, re.compile(rf"[,;:(]? ?\b(?:{form})\b[):,]?", re.IGNORECASE)) for level, form in _LEVELS)


@dataclass(frozen=True, slots=True)
class Moments:
    """What a question says of days and level, and the question without it; ``said`` are the words about ``since``.

    ``ahead``: these words are a time that lies ahead or goes on ("in 2027", "by 2027", "today"), up to ``as_of`` if it ends.
    """

    text: str
    level: str = ""
    as_of: Date | None = None
    valid_at: Date | None = None
    since: Date | None = None
    said: str = ""
    ahead: bool = False


def moments(text: str, today: Date | None = None) -> Moments:
    """Take days and level out of a question.

    Parameters
    ----------
    today
        What "yesterday" counts from; the newest day that the graph knows, never the clock.

    >>> moments("who depends on TSMC as of end of 2025, confirmed only")
    Moments(text='who depends on TSMC', level='confirmed', as_of=datetime.date(2025, 12, 31), valid_at=None, since=None, said='', ahead=False)
    >>> moments("who supplies OpenAI in force on 2027-01-01").valid_at
    datetime.date(2027, 1, 1)
    """
    level, as_of, valid_at, since, said, ahead = "", None, None, None, "", False
    for name, form in _LEVEL:
        if form.search(text):
            level, text = name, form.sub(" ", text, count=1)
            break
    if (match := _HOLDS.search(text)) and (day := day_in_words(match["day"], today, last=True)):
        valid_at, text = day, text[: match.start()] + " " + text[match.end() :]
    if match := _BETWEEN.search(text):
        since = day_in_words(match["first"] or match["from"], today, last=False)
        as_of = day_in_words(match["last"], today, last=True)
    elif match := _WITHIN.search(text):
        first, as_of = day_in_words(match["day"], today, last=False), day_in_words(match["day"], today, last=True)
        since = first - timedelta(days=1) if first and first > Date.min else None
        ahead = bool(today and as_of and as_of > today)
    if match and since and as_of:
        said, text = match[0], text[: match.start()] + " " + text[match.end() :]
        since = None if ahead and today and since >= today else since  # of all of it nothing has happened
        return Moments(_trimmed(text), level, as_of, valid_at, since, _trimmed(said), ahead)
    since = as_of = None
    for pattern in (_SINCE, _FROM_ON, _IN_LAST):
        if (match := pattern.search(text)) and (day := day_in_words(match["day"], today, last=False)):
            since, said, text = day, match[0], text[: match.start()] + " " + text[match.end() :]
            break
    if (match := _BEFORE.search(text)) and (day := day_in_words(match["day"], today, last=False)) and day > Date.min:
        as_of, text = day - timedelta(days=1), text[: match.start()] + " " + text[match.end() :]
    elif (match := _AS_OF.search(text)) and (day := day_in_words(match["day"], today, last=True)):
        as_of, text = day, text[: match.start()] + " " + text[match.end() :]
    if match and as_of and today and as_of > today and since is None and not _KNOWN.search(match[0]):
        said, ahead = match[0], True
    elif today and not (since or as_of or valid_at) and (match := _TODAY.search(text)):
        since, said, ahead = today - timedelta(days=1), match[0], True
        text = text[: match.start()] + " " + text[match.end() :]
    return Moments(_trimmed(text), level, as_of, valid_at, since, _trimmed(said), ahead)


def _trimmed(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:")


def day_in_words(text: str, today: Date | None, *, last: bool) -> Date | None:
    """Return the day that words name; of a month or year its last day, or its first.

    >>> day_in_words("yesterday", Date(2026, 1, 28), last=False)
    datetime.date(2026, 1, 27)
    """
    low = text.lower().removeprefix("the ")
    if found := find_date(text):
        return found[0]
    if match := re.fullmatch(rf"(?:(end|start|beginning) of )?(?:({_MONTH}) )?(\d{{4}})", low):
        edge, month, year = match[1], match[2], int(match[3])
        to_last = edge == "end" or (edge is None and last)
        number = _MONTHS[month] if month else (12 if to_last else 1)
        if not 1 <= year <= 9999:
            return None
        return Date(year, number, calendar.monthrange(year, number)[1] if to_last else 1)
    if today is None:
        return None
    if low in _MONTHS:  # the last of that name
        number = _MONTHS[low]
        return Date(today.year - (number > today.month), number, 1)
    if low in ("today", "yesterday"):
        return today - timedelta(days=low == "yesterday")
    units = {"day": 1, "week": 7, "month": 30, "year": 365}
    if match := re.fullmatch(
        r"(?:last|past) (?:(\d+) )?(day|week|month|year)s?|(\d+) (day|week|month|year)s? ago", low
    ):
        number = int(match[1] or match[3] or 1)
        try:
            return today - timedelta(days=number * units[match[2] or match[4]])
        except OverflowError:
            return None
    return None
