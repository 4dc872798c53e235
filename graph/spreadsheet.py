"""Tables for a spreadsheet: CSV in which nothing from outside is taken for a formula.

Raw SPARQL results (``/sparql``) stay as the standard has them; only what is offered to people to open goes through here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

#: What a spreadsheet may take for the beginning of a formula, blanks and marks before it or not.
_FORMULA: Final = re.compile(
    r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|[\t\r\n]"
)
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def safe(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs: an apostrophe before what looks like a formula.

    >>> safe("=HYPERLINK(A1)"), safe("-12.5"), safe("TSMC"), safe(" @SUM(1)")
    ("'=HYPERLINK(A1)", '-12.5', 'TSMC', "' @SUM(1)")
    """
    plain = _CONTROL.sub("", text)
    return "'" + plain if _FORMULA.match(plain) and not _NUMBER.fullmatch(plain) else plain


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV (RFC 4180), every cell safe.

    >>> to_csv(["name"], [["=1+1"], ["a,b"]]).splitlines()
    ['name', "'=1+1", '"a,b"']
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([safe(cell) for cell in row] for row in (columns, *rows))
    return file.getvalue()
