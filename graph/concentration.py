"""How concentrated the supply of a component is, with bounds for what is not known.

``HHI = 10⁴·Σ s²`` over the suppliers of one consumer's need (10,000: one supplier), ``N_eff = 10⁴ / HHI`` equal suppliers.
The bounds hold every way to fill the unknown: at least, everybody has the least that is claimed and the rest is dust; at
most, the rest sits with as few as the claims allow, or with one unnamed firm. "Various companies" are a rest, not a firm. How
many suppliers are known says how much is reported, not how concentrated supply is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from itertools import product

import numpy as np
from pydantic import Field
from rapidfuzz import fuzz, process

from graph.components import wordings
from graph.dependency import disputed_in, find, party
from graph.errors import UnknownNameError
from graph.evidence import coverage, evidence
from graph.exposure import Source
from graph.facts import CONTAINED, DEVELOPED, HOSTED
from graph.models import Answer, Coverage, Evidence, Interval, Party, counted
from graph.needs import Bools, Floats, Ints
from graph.network import Network, network
from graph.store import Store
from graph.ways import claims_of
from ontology.catalogue import Catalogue

_EXACT = 12
_SUGGESTED = 5


class NeedConcentration(Answer):
    """How concentrated one consumer's supply of a component is."""

    party: Party
    component: str
    hhi: Interval = Field(description="Herfindahl-Hirschman index, 0 to 10,000.")
    effective: tuple[float, float | None] = Field(
        description="Equal suppliers that would give the index; None: no bound."
    )
    hhi_by_country: Interval = Field(description="The index over the suppliers' countries.")
    unnamed: Interval = Field(description="Share of the need that no claim gives to a named supplier.")
    suppliers: tuple[Source, ...] = Field(description="Their own exposure is not asked here.")
    countries: tuple[str, ...]
    disputed: bool = Field(
        description="Whether claims about the shares contradict each other, or a delivery is part of an open conflict."
    )


class Concentration(Answer):
    """The answer to "how concentrated is the supply of X?"."""

    component: str | None
    level: str
    as_of: str | None
    valid_at: str | None
    total: int = Field(description="How many needs were measured; those found may be the first of them.")
    found: tuple[NeedConcentration, ...] = Field(
        description="By lower bound, then upper bound, the most concentrated first."
    )
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        what = self.component or "every component with a known share"
        needs = f"{counted(self.total, len(self.found))} need{'' if self.total == 1 else 's'}"
        return f"Concentration of supply, {what}, level {self.level}{self._when}: {needs}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        for each in self.found:
            low, high = each.hhi
            named = ", ".join(f"{s.party.name} {s.share[0]:.0%} to {s.share[1]:.0%}" for s in each.suppliers)
            lines.append(
                f"- {each.party.name}'s {each.component}: HHI {low:,.0f} to {high:,.0f} ({named}; "
                f"unnamed {each.unnamed[0]:.0%} to {each.unnamed[1]:.0%})."
            )
        return "\n".join(lines)


def hhi(
    low: Sequence[float] | Floats, high: Sequence[float] | Floats, *, complete: bool = False
) -> tuple[float, float]:
    """Return the bounds of the index over shares between ``low`` and ``high`` that add up to at most 1.

    Parameters
    ----------
    complete
        The list holds every supplier: the shares add up to 1.

    >>> hhi([0.7, 0.2], [0.7, 0.2])           # a rest of a tenth: dust, or one firm
    (5300.0, 5400.0)
    >>> hhi([0.0], [1.0]), hhi([1.0], [1.0]), hhi([0.0, 0.0], [1.0, 1.0], complete=True)
    ((0.0, 10000.0), (10000.0, 10000.0), (5000.0, 10000.0))
    """
    least, most = np.asarray(low, float), np.asarray(high, float)
    lowest = _even(least, most) if complete else least
    return round(1e4 * float((lowest**2).sum()), 6), round(1e4 * float(_greatest(least, most, complete)), 6)


def _even(low: Floats, high: Floats) -> Floats:
    """Return the shares that add up to 1, or as near as they may, with the least sum of squares: fill the lowest first."""
    if high.sum() <= 1.0:
        return high
    bottom, top = 0.0, 1.0
    for _ in range(100):
        level = (bottom + top) / 2
        bottom, top = (level, top) if np.clip(level, low, high).sum() < 1.0 else (bottom, level)
    filled: Floats = np.clip(top, low, high)
    return filled


def _greatest(low: Floats, high: Floats, complete: bool) -> float:
    """Return the greatest sum of squares: it is taken where all but one share sit at a bound; the rest counts as one firm."""
    if not complete:
        rest = 1.0 - low.sum()
        low, high = np.append(low, max(0.0, 1.0 - high.sum())), np.append(high, max(rest, 0.0))
    fixed, free = low[high <= low], [(a, b) for a, b in zip(low, high, strict=True) if b > a]
    base, room = float((fixed**2).sum()), 1.0 - float(fixed.sum())
    if not free:
        return base
    if len(free) > _EXACT:
        # Too many to try: a share's square is at most its line between the bounds, poured by slope. Never too low.
        free.sort(key=lambda each: -(each[0] + each[1]))
        room -= sum(a for a, _ in free)
        total = base + sum(a * a for a, _ in free)
        for a, b in free:
            taken = max(min(b - a, room), 0.0)
            room -= taken
            total += taken * (a + b)
        return float(min(total, 1.0))
    best = 0.0
    for odd in range(len(free)):
        others = free[:odd] + free[odd + 1 :]
        for chosen in product((0, 1), repeat=len(others)):
            taken = [each[at] for each, at in zip(others, chosen, strict=True)]
            last = room - sum(taken)
            if free[odd][0] - 1e-12 <= last <= free[odd][1] + 1e-12:
                best = max(best, base + float(sum(share * share for share in taken) + last * last))
    return float(min(best or base + sum(b * b for _, b in free), 1.0))


def grouped(
    low: Sequence[float] | Floats,
    high: Sequence[float] | Floats,
    groups: Sequence[str | None],
    *,
    complete: bool = False,
    rest_anywhere: bool = False,
) -> tuple[float, float]:
    """Return the bounds of the index over groups of suppliers (their firms, their countries).

    At least, whoever has no known group has one of its own; at most, all of these are in one group, be it a known one.

    Parameters
    ----------
    groups
        The group of each supplier; None where it is not known.
    rest_anywhere
        What no claim gives to a named supplier may be in any group: an unnamed one may be at home in any country, but is no
        other's firm.

    >>> grouped([0.5, 0.5], [0.5, 0.5], ["TW", None])
    (5000.0, 10000.0)
    >>> grouped([0.7], [0.7], ["TW"], rest_anywhere=True)
    (4900.0, 10000.0)
    """
    sums: dict[str, tuple[float, float]] = {}
    apart: list[tuple[float, float]] = []
    for least, most, group in zip(low, high, groups, strict=True):
        if group is None:
            apart.append((float(least), float(most)))
        else:
            a, b = sums.get(group, (0.0, 0.0))
            sums[group] = (a + float(least), min(1.0, b + float(most)))
    known = list(sums.values())
    lowest, highest = _of(known + apart, complete)
    anywhere = rest_anywhere and not complete
    if apart or anywhere:
        # The largest index puts everything that may be anywhere into one group; which, is tried.
        least, most = sum(a for a, _ in apart), 1.0 if anywhere else min(1.0, sum(b for _, b in apart))
        for joined in range(len(known) + 1):
            a, b = known[joined] if joined < len(known) else (0.0, 0.0)
            others = known[:joined] + known[joined + 1 :]
            highest = max(highest, _of([*others, (a + least, min(1.0, b + most))], complete or anywhere)[1])
    return lowest, highest


def _of(bounds: Sequence[tuple[float, float]], complete: bool) -> tuple[float, float]:
    return hhi([a for a, _ in bounds], [b for _, b in bounds], complete=complete)


def concentration(
    store: Store,
    component: str | None = None,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int | None = None,
    catalogue: Catalogue | None = None,
) -> Concentration:
    """Return how concentrated the supply of a component is for each consumer; of all components where shares are known.

    Raises
    ------
    UnknownNameError
        The store knows no such component.
    """
    net = network(store, level, as_of, valid_at)
    needs = net.needs
    if component is None:
        told = (needs.low > 0) | (needs.high < 1)
        known = np.logical_or.reduceat(told, needs.start[:-1]) if len(needs) else np.zeros(0, bool)
        chosen = np.flatnonzero(known & bought(net))
    else:
        chosen = np.flatnonzero(np.isin(needs.component, components(store, net, component, catalogue, as_of)))
        if not len(chosen) and (near := _holding(component.casefold(), _named(net, needs.component))):
            # A process that nobody is said to need, where its tools are: "EUV lithography".
            raise UnknownNameError(component, near[:_SUGGESTED], "component")
        chosen = chosen[bought(net)[chosen]]
    found = sorted(
        (of_need(net, n) for n in chosen.tolist()), key=lambda each: (-each.hhi[0], -each.hhi[1], each.party.name)
    )
    shown = tuple(found[:limit])
    claims = evidence(store, (claim for each in shown for s in each.suppliers for claim in s.claims), as_of)
    return Concentration(
        component=component,
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        total=len(found),
        found=shown,
        evidence=claims,
        coverage=coverage(claims),
    )


def bought(net: Network) -> Bools:
    """Tell of each need whether suppliers share it; not of what a product is made of, runs on or is developed by.

    Who buys HBM4 has two needs of that name: the parts that he buys, and what is in them.
    """
    needs = net.needs
    first = needs.fact[needs.fact_start[needs.start[:-1]]]
    return ~np.isin(net.role[first], (DEVELOPED, CONTAINED, HOSTED))


def components(
    store: Store, net: Network, name: str, catalogue: Catalogue | None = None, as_of: Date | None = None
) -> list[int]:
    """Return the nodes that a component's name stands for, by name or by what it names, with all narrower wordings: who asks
    about HBM asks about HBM4 as well.

    Raises
    ------
    UnknownNameError
        Nothing is called so.
    """
    folded = name.casefold().strip()
    needed = np.unique(np.concatenate((net.needs.component, net.component))).tolist() if len(net.needs) else []
    same = [n for n in needed if folded in {net.nodes[n].name.casefold(), net.nodes[n].iri.casefold()}]
    meant = [net.nodes[n].iri for n in same]
    if not meant:
        try:
            meant = [find(store, name, catalogue, as_of).iri]
        except UnknownNameError as error:
            supplied = _named(net, np.array(needed, np.int32))
            near = _holding(folded, supplied) or _like(folded, (*supplied, *error.suggestions))
            some = tuple(supplied[:_SUGGESTED])
            raise UnknownNameError(name, near[:_SUGGESTED], "component", some) from None
    return sorted(net.index[iri] for each in meant for iri in wordings(each) if iri in net.index)


def _named(net: Network, nodes: Ints) -> list[str]:
    return sorted({net.nodes[n].name for n in np.unique(nodes).tolist()})


def _holding(folded: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that hold all words of another, the shortest first."""
    words = set(folded.split())
    holding = [each for each in names if words <= set(each.casefold().split())]
    return tuple(sorted(holding, key=lambda each: (len(each), each)))


def _like(folded: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names most like another."""
    known = list(dict.fromkeys(names))
    close = process.extract(folded, known, scorer=fuzz.token_set_ratio, processor=str.casefold, score_cutoff=75)
    return tuple(each for each, _, _ in close)


def over_firms(net: Network, need: int) -> tuple[float, float]:
    """Return the bounds of the index of a need over the firms that supply it: a product's is who develops it."""
    needs = net.needs
    rows = slice(int(needs.start[need]), int(needs.start[need + 1]))
    firms = [_firm(net, supplier) for supplier in needs.supplier[rows].tolist()]
    return grouped(needs.low[rows], needs.high[rows], firms, complete=bool(needs.complete[need]))


def _firm(net: Network, supplier: int) -> str | None:
    """Return the party that a supplier is, or that develops the product it is; None where that is not known, or several do."""
    if net.nodes[supplier].is_party:
        return net.nodes[supplier].iri
    facts = net.facts_to(supplier)
    makers = np.unique(net.supplier[facts[net.role[facts] == DEVELOPED]])
    return net.nodes[int(makers[0])].iri if len(makers) == 1 else None


def of_need(net: Network, need: int) -> NeedConcentration:
    """Return how concentrated one need is."""
    needs = net.needs
    rows = range(int(needs.start[need]), int(needs.start[need + 1]))
    low, high = needs.low[rows.start : rows.stop], needs.high[rows.start : rows.stop]
    complete = bool(needs.complete[need])
    homes = [net.country.get(firm) if firm else None for firm in (_firm(net, int(needs.supplier[row])) for row in rows)]
    bounds = over_firms(net, need)
    return NeedConcentration(
        party=party(net.nodes[needs.consumer[need]]),
        component=net.nodes[needs.component[need]].name,
        hhi=bounds,
        effective=(1e4 / bounds[1] if bounds[1] else 0.0, 1e4 / bounds[0] if bounds[0] else None),
        hhi_by_country=grouped(low, high, homes, complete=complete, rest_anywhere=True),
        unnamed=(0.0 if complete else max(0.0, 1.0 - float(high.sum())), max(0.0, 1.0 - float(low.sum()))),
        suppliers=tuple(
            Source(
                party=party(net.nodes[needs.supplier[row]]),
                share=(float(needs.low[row]), float(needs.high[row])),
                reading=float(needs.default[row]),
                exposure=None,
                claims=claims_of(net, needs.facts_of(row)),
                disputed=disputed_in(net, needs.facts_of(row).tolist()),
            )
            for row in rows
        ),
        countries=tuple(sorted({home for home in homes if home})),
        disputed=bool(needs.disputed[need]) or any(disputed_in(net, needs.facts_of(row).tolist()) for row in rows),
    )
