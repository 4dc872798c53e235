"""The date a text is about."""

from __future__ import annotations

import re
from datetime import date as Date
from email.utils import parsedate_to_datetime

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_FORMS = (
    re.compile(rf"(?<![\d.]){_YEAR}(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}\s?年\s?(?P<m>\d{{1,2}})\s?月\s?(?P<d>\d{{1,2}})\s?[日号號]"),
    re.compile(rf"(?<!\d){_YEAR}\s?년\s?(?P<m>\d{{1,2}})\s?월\s?(?P<d>\d{{1,2}})\s?일"),
    re.compile(rf"\b{_MONTH}\s{{1,4}}{_DAY},?\s{{1,4}}{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s{{1,4}}(?:of\s)?{_MONTH},?\s{{1,4}}{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"(?<!\d){_DAY}-{_MONTH}-{_YEAR}\b", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    # 28.1.2026 is a day first; 28/01/2026 and 01/28/2026 only where one number can't be a month.
    re.compile(rf"(?<![\d.])(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>1[3-9]|2\d|3[01])/(?P<m>\d{{1,2}})/{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d)(?P<m>\d{{1,2}})/(?P<d>1[3-9]|2\d|3[01])/{_YEAR}(?!\d)"),
)


def find_date(text: str) -> tuple[Date, int] | None:
    """Return the first date written out in a text and where it starts.

    >>> find_date("News of January 28, 2026: all quiet")
    (datetime.date(2026, 1, 28), 8)
    >>> find_date("生成时间:2026/1/28 12:48:40")[0].isoformat(), find_date("am 28.1.2026")[0].isoformat()
    ('2026-01-28', '2026-01-28')
    """
    found = find_span(text)
    return None if found is None else (found[0], found[1])


def find_span(text: str) -> tuple[Date, int, int] | None:
    """Return the first date written out in a text, where it starts and where it ends."""
    matches = [match for form in _FORMS for match in form.finditer(text)]
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        groups = match.groupdict()
        month = int(groups["m"]) if "m" in groups else MONTHS[groups["month"].casefold()]
        try:
            return Date(int(groups["y"]), month, int(groups["d"])), match.start(), match.end()
        except ValueError:
            continue
    return None


def read_date(text: str) -> Date | None:
    """Return the day of a timestamp as feeds, pages and mail write it: ISO 8601, RFC 822, or a date in words.

    >>> read_date("2026-01-28T23:30:00+09:00"), read_date("Wed, 28 Jan 2026 08:00:00 GMT")
    (datetime.date(2026, 1, 28), datetime.date(2026, 1, 28))
    """
    text = text.strip()[:100]
    found = find_date(text)
    if found is not None:
        return found[0]
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
