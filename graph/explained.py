"""What was read in a document and why, as lines for the terminal, as JSON and as one page that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from loaders.claim import Document
from loaders.extraction.explanation import Explained
from loaders.extraction.reader import Considered

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
    return f"{ends}{item} · {claim.status}, {claim.attribution}"


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
                    "trigger": one.claim.trigger,
                    "score": round(one.score, 3),
                    "confidence": one.claim.confidence,
                    "made": not one.reason,
                    "reason": one.reason or f"found by {one.claim.extractor}",
                }
                for one in each.considered
            ],
        }


def html(document: Document, explained: Sequence[Explained]) -> str:
    """The document as a page: names marked by kind in each sentence, below it what was read and what was not."""
    style = (files("graph") / "static" / "report.css").read_text(encoding="utf-8")
    made = sum(not one.reason for each in explained for one in each.considered)
    return _PAGES.get_template("explained.html").render(
        document=document, explained=explained, relation=relation, made=made, style=style
    )
