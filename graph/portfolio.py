"""Holdings in, shared suppliers and exposure out: whom does a portfolio lean on without holding it?"""

from __future__ import annotations

import contextlib
import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date as Date
from itertools import islice
from typing import NamedTuple

import numpy as np
from pydantic import Field

from graph.dependency import find, party, tiers
from graph.evidence import coverage, evidence
from graph.exposure import seeds, with_arms
from graph.members import Members
from graph.models import Answer, Coverage, Evidence, Interval, Party, counted
from graph.names import Node, arms, described
from graph.needs import Ints
from graph.network import Network, network
from graph.paths import way_from
from graph.propagation import spread
from graph.store import Store
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

_NEAREST = 400
_MOST = 2_000
#: The ways that data vendors write an exchange behind a symbol: ``2330.TW``, ``2330 TT``; with ours, which the catalogue has.
_EXCHANGES = {
    code: exchanges.split()
    for exchanges, codes in {
        "NASDAQ NYSE": "O OQ N US UN UW UQ",
        "TWSE TPEX": "TW TT",
        "TPEX": "TWO",
        "KRX": "KS KQ KP",
        "TSE": "T JP JT",
        "HKEX": "HK",
        "SSE": "SS SH CG",
        "SZSE": "SZ CS",
        "SSE SZSE": "CH",
        "AMS": "AS NA",
        "EPA": "PA FP",
        "XETRA": "DE GY GR",
        "HEL": "HE FH",
        "TSX": "TO CN CT",
        "TASE": "TA IT",
        "NSE": "NS IN",
    }.items()
    for code in codes.split()
}
_TICKER = re.compile(r"([A-Z0-9]{1,6})[. ]([A-Z]{1,3})(?: EQUITY)?")


class PortfolioError(NthtierError):
    """Holdings that can't be read."""


class Holding(Answer):
    """A holding, its weight in the portfolio, and its part in an exposure."""

    party: Party
    weight: float = Field(description="Fraction of the whole; a short position is negative.")


class SharedSupplier(Answer):
    """A supplier on which holdings depend."""

    supplier: Party
    includes: tuple[Party, ...] = Field((), description="Arms of the supplier, lost with it.")
    exposure: Interval = Field(description="The portfolio's: weights times the holdings' exposures.")
    reading: float = Field(description="The same in the default reading, for ranking only.")
    holdings: int = Field(description="How many holdings depend on it.")
    most: tuple[Party, ...] = Field(description="The holdings that carry most of it.")
    held: bool = Field(description="Whether the supplier is a holding itself, or an arm of one.")
    claims: tuple[str, ...] = Field(
        description="Claims of each hop of the way that carries most to each of the holdings that carry most."
    )
    disputed: tuple[str, ...] = Field(description="Ids of the open conflicts that these hops are part of.")


class Portfolio(Answer):
    """The answer to "what does my portfolio depend on?"."""

    holdings: tuple[Holding, ...]
    unknown: tuple[str, ...] = Field(
        description="Names that the store does not know; their weight counts as exposed to nothing."
    )
    level: str
    as_of: str | None
    valid_at: str | None
    total: int = Field(description="How many suppliers were weighed; those found may be the heaviest of them.")
    found: tuple[SharedSupplier, ...]
    complete: bool = Field(description="Whether all suppliers were weighed; of very many only the nearest are.")
    evidence: dict[str, Evidence]
    coverage: Coverage

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        top = ", ".join(f"{each.supplier.name} {each.reading:.0%}" for each in self.found[:3])
        number = ("" if self.complete else "at least ") + counted(self.total, len(self.found))
        lean = "holding leans" if len(self.holdings) == 1 else "holdings lean"
        suppliers = "supplier" if self.total == 1 else "suppliers"
        return f"{len(self.holdings)} {lean} on {number} {suppliers}, level {self.level}{self._when}: {top or 'none'}"

    def explain(self) -> str:
        """Return the answer in words."""
        lines = [self.headline + "."]
        for each in self.found:
            low, high = each.exposure
            lines.append(
                f"- {with_arms(each.supplier, each.includes)}: {low:.0%} to {high:.0%} of the portfolio, by way of "
                f"{', '.join(who.name for who in each.most)} ({each.holdings} holdings)."
            )
        return "\n".join(lines)


def holdings_of(text: str) -> dict[str, float]:
    """Read holdings: a line each, ``name,weight`` or ``name weight``; without weights all weigh the same.

    >>> holdings_of("NVDA,60\\nAMD 40")
    {'NVDA': 60.0, 'AMD': 40.0}
    >>> holdings_of("name,weight\\nApple\\nGoogle")
    {'Apple': 1.0, 'Google': 1.0}

    Raises
    ------
    PortfolioError
        Names the line.
    """
    found: dict[str, float] = {}
    bare: list[str] = []
    weighed: list[str] = []
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise PortfolioError(f"not a table ({error})") from None
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if (
            not cells
            or cells[0].startswith("#")
            or (number == 1 and cells[-1].casefold() in {"weight", "name", "ticker"})
        ):
            continue
        if len(cells) == 1 and "=" in cells[0]:
            cells = [cell.strip() for cell in cells[0].rsplit("=", 1)]
        elif len(cells) == 1:
            head, _, tail = cells[0].rpartition(" ")
            cells = [head.strip(), tail] if head and _number(tail) is not None else cells
        weight = 1.0 if len(cells) == 1 else _number(cells[1])
        (bare if len(cells) == 1 else weighed).append(cells[0])
        if len(cells) > 2 or weight is None:
            raise PortfolioError(f"line {number}: a name and a weight, not {','.join(row)[:80]!r}")
        found[cells[0]] = found.get(cells[0], 0.0) + weight
        if len(found) > _MOST:
            raise PortfolioError(f"more than {_MOST} holdings")
    if not found:
        raise PortfolioError("no holding; write for example “NVDA,60”")
    if bare and weighed:
        raise PortfolioError(f"no weight for {', '.join(bare)[:200]}; give one to every holding, or to none")
    return found


def tickers(text: str) -> tuple[str, ...]:
    """Return a ticker with an exchange, as data vendors write it, in the catalogue's notation; all that it may be.

    >>> tickers("2330.TW"), tickers("700 HK Equity"), tickers("Acme Corp")
    (('TWSE:2330', 'TPEX:2330'), ('HKEX:700', 'HKEX:0700'), ())
    """
    match = _TICKER.fullmatch(text.strip().upper())
    if match is None:
        return ()
    symbols = (match[1], match[1].zfill(4)) if match[2] == "HK" and len(match[1]) < 4 else (match[1],)
    return tuple(f"{exchange}:{symbol}" for exchange in _EXCHANGES.get(match[2], ()) for symbol in symbols)


def _held(store: Store, name: str, catalogue: Catalogue | None, as_of: Date | None) -> Node | None:
    for each in (name, *tickers(name)):
        with contextlib.suppress(NthtierError):
            return find(store, each, catalogue, as_of)
    return None


def _number(text: str) -> float | None:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def portfolio(
    store: Store,
    weights: Mapping[str, float],
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    limit: int | None = 25,
    catalogue: Catalogue | None = None,
) -> Portfolio:
    """Return the suppliers that a portfolio leans on, the heaviest first.

    Parameters
    ----------
    weights
        Name, id or ticker (``NVDA``, ``TWSE:2330``, ``2330.TW``, ``2330 TT``) → weight, in any unit: weights are divided by the sum of their sizes.

    Raises
    ------
    PortfolioError
        No holding that the store knows, or weights that add up to nothing.
    """
    total = sum(abs(weight) for weight in weights.values())
    if not total or not math.isfinite(total):
        raise PortfolioError("the weights add up to nothing")
    net = network(store, level, as_of, valid_at)
    known: dict[str, float] = {}
    unknown: list[str] = []
    for name in weights:
        if (node := _held(store, name, catalogue, as_of)) is None:
            unknown.append(name)
        else:
            known[node.iri] = known.get(node.iri, 0.0) + weights[name] / total
    if not known:
        raise PortfolioError(f"no holding is known: {', '.join(unknown)[:200]}")
    nodes = described(store, as_of)
    ends = []
    for iri, weight in known.items():
        members = Members.of(net, (iri, *arms(store, iri)))  # what is held is held with its arms
        if members.nodes:
            ends.append(_End(party(nodes[iri]), members, weight, *tiers(net, members.nodes, "dependencies")))
    tier = np.stack([end.tier for end in ends]) if ends else np.zeros((1, len(net.nodes)), np.int32)
    reach, near = (tier > 0).sum(axis=0), np.where(tier > 0, tier, 10**6).min(axis=0)
    candidates = np.flatnonzero(reach > 0)
    order = candidates[np.lexsort((candidates, near[candidates], -reach[candidates]))].tolist()
    suppliers = list(islice((n for n in order if net.nodes[n].is_party), _NEAREST + 1))
    found = [(_weigh(net, n, ends), int(near[n])) for n in suppliers[:_NEAREST]]
    found.sort(
        key=lambda each: (
            -round(abs(each[0].reading), 9),
            -each[0].exposure[0],
            each[1],
            each[0].supplier.name.casefold(),
        )
    )
    shown = tuple(each for each, _ in found[:limit])
    claims = evidence(store, (claim for each in shown for claim in each.claims), as_of)
    return Portfolio(
        holdings=tuple(Holding(party=party(nodes[iri]), weight=weight) for iri, weight in known.items()),
        unknown=tuple(unknown),
        level=level,
        as_of=as_of.isoformat() if as_of else None,
        valid_at=valid_at.isoformat() if valid_at else None,
        total=len(found),
        found=shown,
        complete=len(suppliers) <= _NEAREST,
        evidence=claims,
        coverage=coverage(claims),
    )


class _End(NamedTuple):
    party: Party
    members: Members
    weight: float
    tier: Ints
    last: Ints


def _weigh(net: Network, n: int, ends: Sequence[_End]) -> SharedSupplier:
    held = {node for end in ends for node in end.members.nodes}
    lost = Members(n, (n, *(arm for arm in net.with_arms(n)[1:] if arm not in held)))
    seed = seeds(net, [net.nodes[each].iri for each in lost.nodes])
    read = spread(net.needs, seed, "default")
    low, high, reading = spread(net.needs, seed, "low").node, spread(net.needs, seed, "high").node, read.node
    # A short position is exposed the other way: its upper bound lowers the portfolio's lower one.
    others = [end._replace(members=end.members.without(lost.nodes)) for end in ends if end.members.own != n]
    bounds = [sorted((e.weight * e.members.least(low), e.weight * e.members.most(high))) for e in others]
    parts = sorted(
        ((end.weight * end.members.most(reading), end) for end in others if end.members.nodes),
        key=lambda p: (-abs(p[0]), p[1].members.nodes),
    )
    dependent = [end for end in ends if end.tier[n] > 0]
    most = [end for part, end in parts[:3] if abs(part) > 0] or dependent[:3]
    steps = [step for end in most for step in way_from(net, read, end.last, n, end.members)]
    return SharedSupplier(
        supplier=party(net.nodes[n]),
        exposure=(float(sum(a for a, _ in bounds)), float(sum(b for _, b in bounds))),
        includes=lost.arms(net),
        reading=float(sum(part for part, _ in parts)),
        holdings=len(dependent),
        most=tuple(end.party for end in most),
        held=n in held,
        claims=tuple(sorted({claim for step in steps for claim in step.claims})),
        disputed=tuple(sorted({conflict for step in steps for conflict in step.disputed})),
    )
