"""The page of a day: what the news of that day changed, read in two minutes, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from graph.changes import Changes, TieChange, changes
from graph.models import Evidence
from graph.sheet import share
from graph.store import Store
from graph.threads import LAPSE_DAYS
from ontology import terms
from ontology.catalogue import Catalogue

_PAGES: Final = Environment(
    loader=PackageLoader("graph"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
#: What is shown of a section before the reader opens the rest.
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the report: what changed, how far it has come, the sentence that says so best."""

    text: str
    status: str
    moved: str
    notes: tuple[str, ...]
    evidence: Evidence | None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind, the weightiest first."""

    title: str
    about: str
    lines: tuple[Line, ...]


def day_report(
    store: Store,
    day: Date,
    *,
    watch: Sequence[str] = (),
    lapse_days: int = LAPSE_DAYS,
    catalogue: Catalogue | None = None,
) -> Changes:
    """Return what the news of a day changed."""
    return changes(store, day - timedelta(days=1), day, watch=watch, lapse_days=lapse_days, catalogue=catalogue)


def html(found: Changes) -> str:
    """Return the page of what changed."""
    return _PAGES.get_template("report.html").render(
        found=found,
        glance=glance(found),
        sections=sections(found),
        shown=SHOWN,
        style=style(),
        best=lambda claims: best(claims, found.evidence),
        href=href,
    )


def style() -> str:
    """Return the style that stands in the page."""
    return files("graph").joinpath("static", "report.css").read_text(encoding="utf-8")


def policy() -> str:
    """Return the content security policy of the page: its own style and nothing else."""
    mark = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def glance(found: Changes) -> tuple[str, ...]:
    """Return what a reader should take away, in a few sentences."""
    said = []
    supply = [each for each in found.ties if each.predicate in terms.SUPPLY]
    firm = [each for each in supply if each.after.startswith("actual")]
    if firm:
        said.append(f"{_count(len(firm), 'supply tie')} in force: {_some(firm)}.")
    talked = [each for each in supply if each not in firm]
    if talked:
        said.append(f"{_count(len(talked), 'supply tie')} planned or talked about: {_some(talked)}.")
    capital = [each for each in found.ties if each.predicate in terms.CAPITAL]
    if capital:
        said.append(f"{_count(len(capital), 'deal')}: {_some(capital)}.")
    if found.conflicts:
        questions = " ".join(row.question for row in found.conflicts[:3])
        said.append(f"Sources disagree anew: {questions}")
    said += [f"{each.headline}." for each in found.answers[:2]]
    if found.lapsed:
        said.append(
            f"{_count(len(found.lapsed), 'deal')} gone silent: {'; '.join(each.tie for each in found.lapsed[:3])}."
        )
    return tuple(said)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _some(ties: Sequence[TieChange], most: int = 3) -> str:
    shown = "; ".join(each.tie for each in ties[:most])
    return shown + (f" and {len(ties) - most} more" if len(ties) > most else "")


def sections(found: Changes) -> tuple[Section, ...]:
    """Return the ties that are new or moved, by kind."""
    kinds = (
        ("Supply", "Who delivers what to whom.", terms.SUPPLY),
        ("Deals", "Capital and partnership: never a dependence.", terms.CAPITAL),
        ("Shortages, prices, results", "What affects whom.", terms.CONDITION),
        ("Products", "Who makes, uses and rivals what.", terms.PRODUCT),
    )
    made = (
        Section(title, about, tuple(_lines((each for each in found.ties if each.predicate in of), found)))
        for title, about, of in kinds
    )
    return tuple(Section(each.title, each.about, _quoted_once(each.lines)) for each in made if each.lines)


def _quoted_once(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Put lines that one sentence says below each other, the sentence under the last."""
    by_sentence: dict[str, list[Line]] = {}
    for number, each in enumerate(lines):
        by_sentence.setdefault(each.evidence.sentence if each.evidence else str(number), []).append(each)
    return tuple(
        each if each is group[-1] else replace(each, evidence=None) for group in by_sentence.values() for each in group
    )


def _lines(ties: Iterable[TieChange], found: Changes) -> Iterable[Line]:
    order = {status: -rank for rank, status in enumerate(terms.STATUSES[:4])}
    for each in sorted(
        ties, key=lambda tie: (tie.what != "moved", order.get(tie.after.split(",")[0], 1), -tie.support, tie.tie)
    ):
        notes = [_count(each.support, "origin")]
        if each.share != (0.0, 1.0):
            notes.insert(0, f"share {share(each.share)}")
            if each.share_before not in (None, each.share):
                notes[0] += f", was {share(each.share_before)}" if each.share_before else ""
        yield Line(
            each.tie,
            each.after,
            each.before if each.before and each.before != each.after else "",
            tuple(notes),
            best(each.claims, found.evidence),
            bool(each.disputed),
        )


def best(claims: Iterable[str], evidence: dict[str, Evidence]) -> Evidence | None:
    """Return the claim to quote: the newest, then the one with the most citations."""
    known = [evidence[claim] for claim in claims if claim in evidence]
    return max(known, key=lambda each: (each.date, len(each.citations), each.claim), default=None)


def href(source: str | None) -> str:
    """Return an address that a page may link to, or nothing.

    >>> href("https://example.org/a"), href("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    return source if source and source.startswith(("https://", "http://")) else ""
