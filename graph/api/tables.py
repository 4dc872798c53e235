"""Which columns of an answer's table a page shows, and which it shows as one: wide tables are hard to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.sheet import Table

#: Columns that say one thing together, in this order; the first ones must all be there.
_TIE: Final = ("subject", "predicate", "object")
_SAYS_NOTHING: Final = frozenset({"", "unknown"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page, and the places in a row that it shows."""

    name: str
    places: tuple[int, ...]


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that a page shows of a table: a tie as one, nothing that no row says.

    >>> from graph.sheet import Cell, Table
    >>> row = (Cell("TSMC"), Cell("supplies"), Cell("AMD"), Cell(""), Cell("unknown"))
    >>> columns(Table("found", ("subject", "predicate", "object", "item", "share"), (row,)))
    (Column(name='tie', places=(0, 1, 2, 3)),)
    """
    names = table.columns
    folded = {names.index(name) for name in (*_TIE, "item") if name in names} if set(_TIE) <= set(names) else set()
    dates = [names.index(name) for name in ("first seen", "last seen") if name in names]
    if len(dates) == 2 and all(row[dates[0]].text == row[dates[1]].text for row in table.rows):
        folded_dates = {dates[0]}
    else:
        folded_dates = set()
    found = []
    for place, name in enumerate(names):
        if folded and place == min(folded):
            found.append(Column("tie", tuple(sorted(folded))))
        elif place not in folded | folded_dates and any(
            row[place].text not in _SAYS_NOTHING or row[place].claims or row[place].party for row in table.rows
        ):
            found.append(Column("seen" if folded_dates and name == "last seen" else name, (place,)))
    return tuple(found)
