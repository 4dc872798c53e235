"""Networks of the analyses: paths between two parties, what stops without one, what a scenario costs, what is disputed."""

from __future__ import annotations

from collections.abc import Mapping

from graph.chokepoints import Stops
from graph.conflicts import ConflictRow, Conflicts
from graph.models import Evidence, Hop, Party
from graph.paths import Paths
from graph.views.picture import Line, Picture, Spot, of_hops, spot, summarised
from graph.whatif import WhatIf


def of_paths(answer: Paths) -> Picture:
    """Return the network of the ways from one party to another."""
    hops = [step for way in answer.found for step in way.path]
    title = f"How does {answer.party.name} depend on {answer.on.name}?"
    picture = of_hops(title, f"{answer.headline}.", hops, answer.evidence, answer.on)
    steps: dict[str, int] = {}
    for way in answer.found:
        for number, step in enumerate(way.path, 1):
            steps[step.consumer.iri] = max(steps.get(step.consumer.iri, 0), number)
    steps[answer.on.iri] = 0
    return _by_step(picture, steps, "Columns are steps from the first party, at most")


def of_stops(answer: Stops) -> Picture:
    """Return the network of what stops without a party: each with the suppliers that it has lost."""
    hops = [step for each in answer.stops for step in each.suppliers]
    lost = {each.party.iri: (1.0, 1.0) for each in answer.stops}
    lost[answer.party.iri] = (1.0, 1.0)
    picture = of_hops(
        f"What stops without {answer.party.name}?",
        f"{answer.headline}.",
        hops,
        answer.evidence,
        answer.party,
        lost=lost,
    )
    return summarised(_by_step(picture, {each.party.iri: each.step for each in answer.stops}))


def of_whatif(answer: WhatIf) -> Picture:
    """Return the network of a scenario: lost output by colour, the ways by which the losses came as lines."""
    lost = {each.party.iri: each.loss for each in answer.losses}
    lost |= {each.party.iri: (1.0, 1.0) for each in answer.stopped}
    hops = [step for each in answer.losses for step in each.path]
    hops += [step for each in answer.stopped for step in each.suppliers]
    first = _first(hops) or (answer.losses[0].party if answer.losses else None)
    title = answer.title or f"What if {answer.scenario}?"
    if first is None:
        return Picture(title, f"{answer.headline}.", (), ())
    lead = answer.headline.removeprefix(f"{title} ")
    picture = of_hops(title, f"{lead}.", hops, answer.evidence, first, lost=lost)
    return summarised(_from_sources(picture))


def _first(hops: list[Hop]) -> Party | None:
    consumers = {step.consumer.iri for step in hops}
    return next(
        (step.supplier for step in hops if step.supplier.iri not in consumers), hops[0].supplier if hops else None
    )


def _by_step(picture: Picture, steps: Mapping[str, int], columns: str = "Columns are steps of the loss") -> Picture:
    """Put parties into the columns of their steps; who is not among them supplies from the first."""
    spots = tuple(
        Spot(
            each.iri,
            each.id,
            each.name,
            each.kind,
            steps.get(each.iri, 0),
            steps.get(each.iri, 0),
            each.hidden,
            each.lost,
        )
        for each in picture.spots
    )
    return Picture(picture.title, picture.lead, spots, picture.lines, picture.evidence, columns)


def _from_sources(picture: Picture) -> Picture:
    """Put parties into columns by their least number of steps from any party that only supplies."""
    into: dict[str, list[str]] = {each.iri: [] for each in picture.spots}
    after: dict[str, list[str]] = {each.iri: [] for each in picture.spots}
    for line in picture.lines:
        into[line.target].append(line.source)
        after[line.source].append(line.target)
    steps = {iri: 0 for iri, sources in into.items() if not sources}
    frontier = list(steps) or [picture.spots[0].iri]
    steps.update(dict.fromkeys(frontier, 0))
    while frontier:
        reached = [other for iri in frontier for other in after[iri] if other not in steps]
        for iri in frontier:
            for other in after[iri]:
                steps.setdefault(other, steps[iri] + 1)
        frontier = list(dict.fromkeys(reached))
    return _by_step(picture, {each.iri: steps.get(each.iri, 0) for each in picture.spots})


def of_conflicts(answer: Conflicts) -> Picture:
    """Return the network of what is disputed: each side's party tied to what the conflict is over."""
    spots: dict[str, Spot] = {}
    lines: list[Line] = []
    for row in answer.found:
        spots.setdefault(row.over.iri, spot(row.over, 1, 0))
        for number, side in enumerate(row.sides):
            iri = f"side:{row.id}:{number}"
            spots[iri] = Spot(iri, "", side.headline, row.kind.capitalize() + " side", 0 if number % 2 == 0 else 2, 1)
            lines.append(_side(iri, row, side.claims, answer.evidence))
    title = "What do sources disagree on?"
    return summarised(
        Picture(
            title,
            f"{answer.headline}.",
            tuple(spots.values()),
            tuple(lines),
            answer.evidence,
            "Sides stand left and right",
        )
    )


def _side(iri: str, row: ConflictRow, claims: tuple[str, ...], evidence: Mapping[str, Evidence]) -> Line:
    known = [evidence[claim] for claim in claims if claim in evidence]
    level = "confirmed" if any(claim.attribution == "stated" for claim in known) else "reported"
    first = min((claim.date for claim in known), default="")
    return Line(iri, row.over.iri, row.question, level, (0.0, 1.0), "", claims, first, against=row.settled is None)
