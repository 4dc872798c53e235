"""What was read in a document and why, as lines for the terminal, as JSON and as one page that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from loaders.claim import Claim, Document
from loaders.extraction.explanation import Explained
from loaders.extraction.reader import Considered

_FIGURES: Final = ("share", "amount", "change", "valid_from", "valid_until")
_PAGES: Final = Environment(
    loader=PackageLoader("graph"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def relation(one: Considered) -> str:
    """A relation that was weighed, in words.

    >>> from datetime import date
    >>> from loaders.claim import Claim, Mention
    >>> said = Claim("d", date(2026, 1, 28), Mention("SK Hynix", "s"), "supplies", Mention("Nvidia", "o"), "…")
    >>> relation(Considered(said, 0.9, "", 0))
    'SK Hynix supplies Nvidia · actual, stated'
    """
    claim = one.claim
    ends = " ".join(filter(None, (claim.subject.text, claim.predicate, claim.object.text if claim.object else "")))
    item = f" [{claim.item.text}]" if claim.item else ""
    return ", ".join((f"{ends}{item} · {claim.status}, {claim.attribution}", *_figures(claim)))


def _figures(claim: Claim) -> Iterator[str]:
    """A claim's share, amount, change and days, in words."""
    if claim.share:
        yield f"share {_between(*claim.share, '{:.4g}%', 100)}"
    if claim.amount:
        yield f"amount {_between(claim.amount.low, claim.amount.high, '{:,.12g}')} {claim.amount.currency or ''}".rstrip()
    if claim.change:
        yield f"change {_between(*claim.change, '{:+.4g}%', 100)}"
    if claim.valid_from:
        yield f"from {claim.valid_from}"
    if claim.valid_until:
        yield f"until {claim.valid_until}"


def _between(low: float | None, high: float | None, form: str, times: float = 1) -> str:
    """An interval in words.

    >>> _between(0.5, None, "{:.0f}%", 100), _between(2.0, 3.0, "{:.0f}")
    ('at least 50%', '2 to 3')
    """
    least, most = (None if end is None else form.format(end * times) for end in (low, high))
    if least is None or most is None:
        return f"up to {most}" if least is None else f"at least {least}"
    return least if least == most else f"{least} to {most}"


def rows(explained: Sequence[Explained]) -> Iterator[dict[str, Any]]:
    """One row a sentence: its text and place, its names, and the relations weighed with scores and reasons."""
    for each in explained:
        yield {
            "sentence": each.sentence.text,
            "part": each.sentence.part,
            "start": each.sentence.start,
            "end": each.sentence.end,
            "names": [{"text": name.text, "kind": name.kind, "known": name.known or None} for _, _, name in each.names],
            "relations": [
                {
                    "subject": one.claim.subject.text,
                    "predicate": one.claim.predicate,
                    "object": one.claim.object.text if one.claim.object else None,
                    "item": one.claim.item.text if one.claim.item else None,
                    "status": one.claim.status,
                    "attribution": one.claim.attribution,
                    **{field: one.claim.row()[field] for field in _FIGURES},
                    "trigger": one.claim.trigger,
                    "score": round(one.score, 3),
                    "confidence": one.claim.confidence,
                    "made": not one.reason,
                    "reason": one.reason or f"found by {one.claim.extractor}",
                }
                for one in each.considered
            ],
        }


def html(read: Sequence[tuple[Document, Sequence[Explained]]]) -> str:
    """Documents as a page: names marked by kind in each sentence, below it what was read and what was not."""
    style = (files("graph") / "static" / "report.css").read_text(encoding="utf-8")
    sentences = [each for _, explained in read for each in explained]
    made = sum(not one.reason for each in sentences for one in each.considered)
    return _PAGES.get_template("explained.html").render(
        read=read, sentences=len(sentences), made=made, relation=relation, style=style
    )
