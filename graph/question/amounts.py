"""How much is left in a what-if question: "loses a third", "only makes 30 %", "falls to 80 %"; growth is no loss."""

from __future__ import annotations

import re
from typing import Final

_COUNT: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_PART: Final = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_FRACTION: Final = re.compile(
    rf"(?<!\bfor )(?<!\bin )\b({'|'.join(_COUNT)})[ -]({'|'.join(_PART)})s?\b(?: of)?", re.IGNORECASE
)
_AMOUNT: Final = re.compile(r"(?:(?<!\S)[-−–] )?(?P<share>\d+(?:\.\d+)?) (?:%|percent)(?!\S)|(?<!\S)half(?!\S)")
_LESS: Final = re.compile(r"(?<!\S)(?:lose|short|less|stop|-|−|–)(?!\S)")
_HOW: Final = re.compile(r"(?<!\S)(?:stop|lose|half|short|less|ban|failure|without)(?!\S)")
_TURNED: Final = re.compile(r"(?<!\S)stop(?!\S).*(?<!\S)(?:lose|ban|short|less)(?!\S)")
_LEFT: Final = re.compile(r"(?<!\S)(?:make|supply|use|fabricate|package)(?!\S)")
_ALL: Final = re.compile(r"(?<!\S)(?:stop|without|failure|lose (?:\S+ )*?everything|ban|not (?:supply|make|fabricate|package|host))(?!\S)")  # fmt: skip


def in_percent(text: str) -> str:
    """Return a text with its fractions as percentages.

    >>> in_percent("what if it loses two thirds of its output")
    'what if it loses 66.6667% its output'
    """

    def percent(match: re.Match[str]) -> str:
        share = 100 * _COUNT[match[1].lower()] / _PART[match[2].lower()]
        return f"{share:.6g}%" if share <= 100 else match[0]

    return _FRACTION.sub(percent, text)


def left(words: str) -> tuple[float, tuple[tuple[int, int], ...]] | None:
    """Return what is left of an output, and where the words stand that say so; None where they do not say how much.

    >>> left("if @o0 lose 30 % of output"), left("if @o0 make 30 %")
    ((0.7, ((7, 11), (12, 16))), (0.3, ((12, 16),)))
    >>> left("if @o0 stop"), left("if @o0 lose output"), left("if @o0 30 %")
    ((0.0, ((7, 11),)), None, None)
    """
    found = list(_AMOUNT.finditer(words))
    how = tuple(match.span() for match in _HOW.finditer(words))
    if _TURNED.search(words) or len(found) > 1:
        return None
    if not found:
        return (0.0, how) if _ALL.search(words) else None
    amount = found[0]
    where = tuple(sorted({*how, amount.span()}))
    if amount["share"] is None:
        return 0.5, where
    share = min(float(amount["share"]), 100.0) / 100
    if re.search(r"(?<!\S)to(?: single)? $", words[: amount.start()]):
        return round(share, 6), where
    if _LESS.search(words) or amount[0][0] in "-−–":
        return round(1 - share, 6), where
    return (round(share, 6), where) if _LEFT.search(words) else None
