"""Changes for machines: an Atom feed that a reader subscribes to, and JSON Lines, one change a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from graph.changes import Changes
from graph.models import Evidence
from graph.report import best, href
from ontology import terms

ATOM: Final = "http://www.w3.org/2005/Atom"
#: What XML 1.0 can't hold.
_UNFIT: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def lines(found: Changes) -> Iterator[str]:
    """Yield the changes as JSON, one a line: what kind it is, the words, the record."""
    for kind, records in (
        ("tie", found.ties),
        ("party", found.parties),
        ("conflict", found.conflicts),
        ("answer", found.answers),
        ("lapsed", found.lapsed),
    ):
        for record in records:
            yield json.dumps(
                {
                    "kind": kind,
                    "since": found.since,
                    "until": found.until,
                    "text": record.headline,
                    "record": record.model_dump(mode="json"),
                },
                ensure_ascii=False,
            )


def atom(found: Changes, address: str = terms.BASE + "changes") -> str:
    """Return the changes as an Atom feed; it is dated by the claims' days, so the same changes are the same bytes.

    Parameters
    ----------
    address
        Where the feed is served.
    """
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{terms.BASE}changes")
    _add(feed, "title", "nthtier: what changed")
    _add(feed, "subtitle", found.headline)
    _add(feed, "updated", f"{found.until}T00:00:00Z")
    ET.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=_fit(address))
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", "nthtier")
    for row in found.conflicts:
        sides = " / ".join(side.headline for side in row.sides)
        _entry(feed, f"{row.iri}#{row.since}", f"Conflict: {row.question}", sides, row.claims, found)
    for tie in found.ties:
        _entry(feed, f"{tie.relation}#{found.until}", tie.headline, "", tie.claims, found)
    for move in found.answers:
        mark = terms.digest(move.party.iri, move.to.iri, move.level)
        _entry(feed, f"{terms.BASE}answer/{mark}#{found.until}", move.headline, "", move.claims, found)
    for thread in found.lapsed:
        words = f"{thread.status}, last heard of {thread.last_seen}"
        _entry(
            feed,
            f"{thread.relation}#lapsed-{thread.last_seen}",
            f"Gone silent: {thread.tie}",
            words,
            thread.claims,
            found,
        )
    for new in found.parties:
        _entry(feed, f"{new.party.iri}#{found.until}", f"New name: {new.party.name}", "", new.claims, found)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode")


def _entry(feed: ET.Element, mark: str, title: str, words: str, claims: tuple[str, ...], found: Changes) -> None:
    said: Evidence | None = best(claims, found.evidence)
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", mark)
    _add(entry, "title", title)
    _add(entry, "updated", f"{said.date if said else found.until}T00:00:00Z")
    text = " ".join(filter(None, (words, f"“{said.sentence}” {said.reference}" if said else "")))
    _add(entry, "content", text or title).set("type", "text")
    if said and (link := href(said.source)):
        ET.SubElement(entry, f"{{{ATOM}}}link", rel="related", href=_fit(link))


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = _fit(text)
    return element


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)
