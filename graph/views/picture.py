"""What a network view shows: parties in columns, lines between them, and the evidence of each line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from graph.models import Evidence, Hop, Party
from ontology import terms

#: More parties than this are shown in groups.
MOST: Final = 300
_FEW: Final = 3  # a group of fewer is shown one by one


@dataclass(frozen=True, slots=True)
class Spot:
    """A party, or a group of parties, in a picture.

    ``column`` is where it stands from left to right; ``hidden`` counts direct neighbours that the picture leaves out;
    ``lost`` is the share of its output that is lost, low and high; ``members`` counts a group's parties.
    """

    iri: str
    id: str
    name: str
    kind: str
    column: int
    tier: int
    hidden: int = 0
    lost: tuple[float, float] | None = None
    members: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A tie from supplier to consumer; ``count`` says how many it stands for, ``first`` when it was first heard of."""

    source: str
    target: str
    component: str
    level: str
    share: tuple[float, float]
    via: str = ""
    claims: tuple[str, ...] = ()
    first: str = ""
    count: int = 1
    against: bool = False


@dataclass(frozen=True)
class Picture:
    """A network to be drawn, with the words around it."""

    title: str
    lead: str
    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    columns: str = "Columns are tiers"
    note: str = ""
    expand: str = ""


def spot(party: Party, column: int, tier: int, hidden: int = 0, lost: tuple[float, float] | None = None) -> Spot:
    """Return a party as a spot."""
    return Spot(party.iri, party.id, party.name, party.kind, column, tier, hidden, lost)


def line(hop: Hop, evidence: Mapping[str, Evidence]) -> Line:
    """Return a hop as a line."""
    days = [evidence[claim].date for claim in hop.claims if claim in evidence]
    return Line(
        hop.supplier.iri,
        hop.consumer.iri,
        hop.component,
        hop.level,
        hop.share,
        hop.via or "",
        hop.claims,
        min(days, default=""),
    )


def of_hops(
    title: str,
    lead: str,
    hops: Iterable[Hop],
    evidence: Mapping[str, Evidence],
    start: Party,
    *,
    lost: Mapping[str, tuple[float, float]] | None = None,
    columns: str = "Columns are steps from the first party",
    note: str = "",
) -> Picture:
    """Return the picture of some hops; columns are steps from the first party, against the arrows where need be."""
    kept = {(hop.supplier.iri, hop.consumer.iri, hop.component, hop.relation or ""): hop for hop in hops}
    parties = {start.iri: start}
    after: dict[str, list[str]] = defaultdict(list)
    before: dict[str, list[str]] = defaultdict(list)
    for _, hop in sorted(kept.items()):
        parties.setdefault(hop.supplier.iri, hop.supplier)
        parties.setdefault(hop.consumer.iri, hop.consumer)
        after[hop.supplier.iri].append(hop.consumer.iri)
        before[hop.consumer.iri].append(hop.supplier.iri)
    column = _steps(start.iri, after)
    for iri, steps in _steps(start.iri, before).items():
        column.setdefault(iri, -steps)
    last = max(column.values(), default=0)
    shown = tuple(
        spot(party, column.get(iri, last + 1), abs(column.get(iri, last + 1)), lost=(lost or {}).get(iri))
        for iri, party in sorted(parties.items())
    )
    lines = tuple(line(hop, evidence) for _, hop in sorted(kept.items()))
    return Picture(title, lead, shown, lines, evidence, columns, note)


def _steps(start: str, after: Mapping[str, list[str]]) -> dict[str, int]:
    steps = {start: 0}
    frontier = [start]
    while frontier:
        reached: list[str] = []
        for iri in frontier:
            for other in after.get(iri, ()):
                if other not in steps:
                    steps[other] = steps[iri] + 1
                    reached.append(other)
        frontier = reached
    return steps


def summarised(picture: Picture, most: int = MOST) -> Picture:
    """Return the picture with many parties of one tier and kind as one spot, where there are too many to see."""
    if len(picture.spots) <= most:
        return picture
    for by in ("kind", "tier"):
        grouped = _grouped(picture, by)
        if len(grouped.spots) <= most:
            break
    return grouped


def _grouped(picture: Picture, by: str) -> Picture:
    groups: dict[tuple[int, str], list[Spot]] = defaultdict(list)
    for each in picture.spots:
        groups[each.column, each.kind if by == "kind" else ""].append(each)
    stands_for: dict[str, str] = {}
    spots: list[Spot] = []
    for (column, kind), members in sorted(groups.items()):
        if len(members) <= _FEW or any(each.tier == 0 for each in members):
            spots += members
            stands_for.update((each.iri, each.iri) for each in members)
            continue
        iri = f"group:{column}:{kind}"
        name = f"{len(members)} × {kind}" if kind else f"{len(members)} parties of tier {members[0].tier}"
        spots.append(Spot(iri, "", name, kind or "Group", column, members[0].tier, members=len(members)))
        stands_for.update((each.iri, iri) for each in members)
    lines: dict[tuple[str, str], Line] = {}
    for drawn in picture.lines:
        ends = stands_for[drawn.source], stands_for[drawn.target]
        if ends == (drawn.source, drawn.target):
            lines[drawn.source, f"{drawn.target} {drawn.component} {drawn.claims}"] = drawn
            continue
        known = lines.get(ends)
        if known is None:
            lines[ends] = replace(drawn, source=ends[0], target=ends[1], claims=drawn.claims[:3])
        elif ends[0] != ends[1]:
            lines[ends] = replace(
                known,
                component=known.component if known.component == drawn.component else "several components",
                level=min(known.level, drawn.level, key=terms.LEVELS.index),
                share=(min(known.share[0], drawn.share[0]), max(known.share[1], drawn.share[1])),
                first=min(known.first, drawn.first),
                via="",
                count=known.count + 1,
            )
    alike = "tier and kind" if by == "kind" else "tier"
    note = (
        f"{len(picture.spots):,} parties are too many to see: those of one {alike} stand together, with their number."
    )
    return replace(
        picture,
        spots=tuple(spots),
        lines=tuple(drawn for drawn in lines.values() if drawn.source != drawn.target),
        note=note,
    )
