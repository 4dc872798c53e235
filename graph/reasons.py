"""Why a need runs dry without its suppliers, in the words that claims bear out.

The graph is open: another source may only be undocumented. Only a claim that there is no other makes a *claimed sole
source*; what a product is made of, and who develops it, are no claims of that.
"""

from __future__ import annotations

from typing import Final

from graph.facts import CONTAINED, DEVELOPED
from graph.network import Network

#: What follows from the nature of a thing, and not from who sells it.
BY_NATURE: Final = {CONTAINED: "made of", DEVELOPED: "developed by"}


def certainty(net: Network, need: int) -> str:
    """Return how sure it is that a need runs dry without its suppliers.

    ``claimed sole source``, ``made of`` or ``developed by``; where the suppliers that are named have only so much of it,
    that; else ``sole reported source``.

    >>> from graph.consolidate import Relation
    >>> from graph.network import build
    >>> def says(supplier, high):
    ...     return Relation(supplier, supplier, "supplies", "apple", "nand", "nand", "actual", "stated", high, high, 1,
    ...                     "2026-01-28", "2026-01-28", ())
    >>> for told in ([says("kioxia", 1)], [says("kioxia", 0.35)], [says("kioxia", 0.35), says("micron", 0.15)]):
    ...     print(certainty(build(told, "reported", {}, {}), 0))
    claimed sole source
    the only supplier named, for 35% at most
    the only suppliers named, for 50% at most
    """
    needs = net.needs
    first, stop = int(needs.start[need]), int(needs.start[need + 1])
    if word := BY_NATURE.get(int(net.role[needs.facts_of(first)[0]])):
        return word
    if needs.claimed[need]:
        return "claimed sole source"
    most = float(needs.high[first:stop].sum())
    if most < 1.0 - 1e-9:
        return f"the only supplier{'s' if stop - first > 1 else ''} named, for {100 * most:.3g}% at most"
    return "sole reported source"
