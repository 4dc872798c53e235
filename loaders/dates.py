"""The date a text is about."""

from __future__ import annotations

import re
from datetime import date as Date

_MONTHS = {
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
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_FORMS = (
    re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*년\s*(?P<m>\d{1,2})\s*월\s*(?P<d>\d{1,2})\s*일"),
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH})\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
)


def find_date(text: str) -> tuple[Date, int] | None:
    """Return the first date written out in a text and where it starts.

    >>> find_date("News of January 28, 2026: all quiet")
    (datetime.date(2026, 1, 28), 8)
    >>> find_date("生成时间:2026/1/28 12:48:40")[0].isoformat()
    '2026-01-28'
    """
    found = [(match.start(), match) for form in _FORMS for match in form.finditer(text)]
    for start, match in sorted(found, key=lambda pair: pair[0]):
        groups = match.groupdict()
        month = int(groups["m"]) if "m" in groups else _MONTHS[groups["month"].casefold().rstrip(".")]
        try:
            return Date(int(groups["y"]), month, int(groups["d"])), start
        except ValueError:
            continue
    return None
