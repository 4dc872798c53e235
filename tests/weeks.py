"""Ten simulated weeks of news whose truth is known: leaks, confirmations, denials, ends, echoes, and planted conflicts.

A story is one tie. It says for each of its events what the world looks like from that day on, worked out here by hand and
not by the code under test.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from claims import claim, day, document
from loaders.claim import Claim, Loaded

DAYS = 70
Tie = tuple[str, str, str]


@dataclass
class Story:
    """A tie, what is said of it, and what is true of it from which day on."""

    tie: Tie
    said: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    states: list[tuple[int, str, str, int]] = field(default_factory=list)  # day, status, attribution, support
    conflicts: list[tuple[int, str, str]] = field(default_factory=list)  # day, kind, what it is over


@dataclass
class World:
    """Documents, one a day, and the stories behind them."""

    documents: list[Loaded]
    stories: list[Story]

    def states(self, at: int) -> dict[Tie, tuple[str, str, int]]:
        """Return how each tie stands on a day."""
        return {
            story.tie: (status, attribution, support)
            for story in self.stories
            for when, status, attribution, support in story.states
            if when <= at
        }

    def conflicts(self, at: int) -> set[tuple[str, str]]:
        """Return the conflicts planted by a day: kind, and what they are over."""
        return {(kind, over) for story in self.stories for when, kind, over in story.conflicts if when <= at}


def simulate(seed: int, ties: int = 110) -> World:
    """Return ten weeks; equal seeds give equal weeks."""
    draw = random.Random(seed)
    stories: list[Story] = []
    for number in range(ties):
        stories += _PLOTS[number % len(_PLOTS)](draw, number)
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for story in stories:
        for when, said in story.said:
            told[when].append({"subject": story.tie[0], "predicate": story.tie[1], "object": story.tie[2], **said})
    documents = []
    for when in sorted(told):
        of = document(f"day {when}", day(when))
        draw.shuffle(told[when])
        documents.append(Loaded(of, tuple(_claims(told[when], of))))
    return World(documents, stories)


def _claims(said: list[dict[str, Any]], of: Any) -> Iterator[Claim]:
    marks = 0
    for place, each in enumerate(said):
        origins = each.pop("origins")
        yield claim(
            **each, of=of, citations=tuple(str(marks + mark) for mark in range(origins)), start=place, end=place
        )
        marks += origins


def _say(draw: random.Random, story: Story, when: int, status: str, attribution: str, **more: Any) -> int:
    """Add an event, with echoes of its sentence later on; return how many origins it has."""
    origins = draw.choice((1, 1, 2, 3))
    words = f"On day {when} {' '.join(story.tie)} was {status}, {attribution}, {more or ''}".strip(" ,")
    said = {"status": status, "attribution": attribution, "sentence": words, **more}
    story.said.append((when, {**said, "origins": origins}))
    for _ in range(draw.choice((0, 0, 1, 2))):
        later = draw.randrange(when + 1, DAYS)
        story.said.append((later, {**said, "sentence": f"  {words.upper()}!", "origins": draw.choice((1, 2))}))
    return origins


def _days(draw: random.Random, number: int) -> list[int]:
    return sorted(draw.sample(range(1, DAYS - 2), number))


def _tie(number: int, predicate: str = "supplies") -> Story:
    return Story((f"Maker {number}", predicate, f"Buyer {number}"))


def _deal(draw: random.Random, number: int) -> list[Story]:
    """A deal through its stages: each leaked, most confirmed later."""
    story = _tie(number, draw.choice(("supplies", "investsIn", "partnersWith")))
    if story.tie[1] == "supplies":
        more: dict[str, Any] = {"item": f"part {number}"}
    else:
        more = {}
    stages = ("considering", "negotiating", "planned", "actual")[: draw.choice((2, 3, 4, 4))]
    days = iter(_days(draw, 2 * len(stages)))
    for stage in stages:
        when = next(days)
        leaked = _say(draw, story, when, stage, "reported", **more)
        story.states.append((when, stage, "reported", leaked))
        when = next(days)
        if draw.random() < 0.7:
            story.states.append((when, stage, "stated", leaked + _say(draw, story, when, stage, "stated", **more)))
    return [story]


def _denied(draw: random.Random, number: int) -> list[Story]:
    """A leak that is denied; sometimes it comes true after all. A later rumour does not revive it."""
    story = _tie(number)
    leak, denial, rumour, truth = _days(draw, 4)
    story.states.append(
        (leak, "negotiating", "reported", _say(draw, story, leak, "negotiating", "reported", item="gas"))
    )
    story.states.append((denial, "denied", "stated", _say(draw, story, denial, "denied", "stated", item="gas")))
    story.conflicts.append((denial, "denial", story.tie[0]))
    _say(draw, story, rumour, "considering", "reported", item="gas")
    if draw.random() < 0.5:
        story.states.append((truth, "planned", "stated", _say(draw, story, truth, "planned", "stated", item="gas")))
    return [story]


def _ended(draw: random.Random, number: int) -> list[Story]:
    """A tie that holds and comes to its end: no conflict."""
    story = _tie(number)
    start, end = _days(draw, 2)
    story.states.append((start, "actual", "stated", _say(draw, story, start, "actual", "stated", item="gas")))
    story.states.append((end, "ended", "stated", _say(draw, story, end, "ended", "stated", item="gas")))
    return [story]


def _rumoured_end(draw: random.Random, number: int) -> list[Story]:
    """A rumour of an end retires no filing, but is a conflict."""
    story = _tie(number)
    start, end = _days(draw, 2)
    story.states.append((start, "actual", "stated", _say(draw, story, start, "actual", "stated", item="gas")))
    _say(draw, story, end, "ended", "reported", item="gas")
    story.conflicts.append((end, "denial", story.tie[0]))
    return [story]


def _behind(draw: random.Random, number: int) -> list[Story]:
    """Somebody writes later that it is still being negotiated."""
    story = _tie(number)
    start, later = _days(draw, 2)
    story.states.append((start, "actual", "stated", _say(draw, story, start, "actual", "stated", item="gas")))
    _say(draw, story, later, "negotiating", "reported", item="gas")
    story.conflicts.append((later, "stage", story.tie[0]))
    return [story]


def _numbers(draw: random.Random, number: int) -> list[Story]:
    """Two shares that do not meet."""
    story = _tie(number)
    first, second = _days(draw, 2)
    one = _say(draw, story, first, "actual", "reported", item="gas", share=(0.2, 0.3))
    two = _say(draw, story, second, "actual", "reported", item="gas", share=(0.5, 0.6))
    story.states += [(first, "actual", "reported", one), (second, "actual", "reported", one + two)]
    story.conflicts.append((second, "number", story.tie[0]))
    return [story]


def _needs(
    draw: random.Random, number: int, shares: list[tuple[float, float] | None], kind: str, at: int
) -> list[Story]:
    buyer, days = f"Buyer {number}", _days(draw, len(shares))
    stories = []
    for place, (when, share) in enumerate(zip(days, shares, strict=True)):
        story = Story((f"Maker {number}.{place}", "supplies", buyer))
        told = _say(draw, story, when, "actual", "stated", item="gas", share=share)
        story.states.append((when, "actual", "stated", told))
        stories.append(story)
    if kind:
        stories[-1].conflicts.append((days[at], kind, buyer))
    return stories


def _budget(draw: random.Random, number: int) -> list[Story]:
    """Shares of one need that add up to more than the whole."""
    return _needs(draw, number, [(0.5, 0.5), (0.3, 0.4), (0.4, 0.4)], "share", 2)


def _sole(draw: random.Random, number: int) -> list[Story]:
    """A sole source and a second one."""
    shares: list[tuple[float, float] | None] = [(1.0, 1.0), None]
    draw.shuffle(shares)
    return _needs(draw, number, shares, "exclusivity", 1)


def _shared(draw: random.Random, number: int) -> list[Story]:
    """Shares that fit: no conflict."""
    return _needs(draw, number, [(0.5, 0.6), (0.3, 0.5), None], "", 0)


def _owners(draw: random.Random, number: int) -> list[Story]:
    """Two developers of one product."""
    product, days = f"Chip {number}", _days(draw, 2)
    stories = []
    for place, when in enumerate(days):
        story = Story((f"Maker {number}.{place}", "develops", product))
        story.states.append((when, "actual", "stated", _say(draw, story, when, "actual", "stated")))
        stories.append(story)
    stories[1].conflicts.append((days[1], "owner", product))
    return stories


_PLOTS = (_deal, _denied, _deal, _ended, _rumoured_end, _behind, _deal, _numbers, _budget, _sole, _shared, _owners)
