"""The claims behind an answer, with their sentences and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date

from graph.models import Coverage, Evidence
from graph.queries import query, rows, values
from graph.remembered import Remembered
from graph.store import Store
from ontology.terms import NT

_CHUNK = 400
_MOST = 20_000  # claims kept of a store, at about 2 kB each
_SEEN: Remembered[dict[str, Evidence]] = Remembered(lambda _: {})


def evidence(store: Store, claims: Iterable[str], as_of: Date | None = None) -> dict[str, Evidence]:
    """Return claims by IRI, in the order of their IRIs, those known by a day; those read last are kept until the store changes."""
    wanted = sorted(set(claims))
    seen = _SEEN.of(store)
    found = {claim: known for claim in wanted if (known := seen.get(claim))}
    unread = [claim for claim in wanted if claim not in found]
    for start in range(0, len(unread), _CHUNK):
        for row in rows(store, query("claims").replace("#VALUES#", values("claim", unread[start : start + _CHUNK]))):
            found[row[0]] = _evidence(row)
    if len(seen) + len(unread) > _MOST:
        seen.clear()
    if len(unread) <= _MOST:
        seen.update((claim, found[claim]) for claim in unread if claim in found)
    last = as_of.isoformat() if as_of else None
    return {claim: found[claim] for claim in wanted if claim in found and (last is None or found[claim].date <= last)}


def _evidence(row: list[str]) -> Evidence:
    (
        claim,
        document,
        name,
        _,
        subject,
        predicate,
        object_,
        item,
        status,
        attribution,
        low,
        high,
        sentence,
        date,
        marks,
        source,
        title,
        part,
        _,
        _,
        confidence,
        valid_from,
        valid_until,
    ) = row
    share = (float(low or 0), float(high or 1)) if low or high else None
    return Evidence(
        claim=claim,
        subject=subject,
        predicate=predicate.removeprefix(NT),
        object=object_ or None,
        item=item or None,
        status=status.removeprefix(NT),
        attribution="stated" if attribution == NT + "stated" else "reported",
        share=share,
        sentence=sentence,
        citations=tuple(marks.split()),
        date=date,
        document=document,
        document_name=name,
        part=int(part),
        source=source or None,
        source_title=title or None,
        confidence=float(confidence) if confidence else None,
        valid_from=valid_from or None,
        valid_until=valid_until or None,
    )


def coverage(found: Mapping[str, Evidence]) -> Coverage:
    """Return what an answer rests on."""
    dates = sorted(each.date for each in found.values())
    return Coverage(
        claims=len(found),
        documents=len({each.document for each in found.values()}),
        oldest=dates[0] if dates else None,
        newest=dates[-1] if dates else None,
    )
