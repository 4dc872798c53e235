"""The claims behind an answer, with their sentences and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.models import Coverage, Evidence
from graph.queries import query, rows, values
from graph.store import Store
from ontology.terms import NT

_CHUNK = 400


def evidence(store: Store, claims: Iterable[str]) -> dict[str, Evidence]:
    """Return claims by IRI, in the order of their IRIs."""
    wanted = sorted(set(claims))
    found: dict[str, Evidence] = {}
    for start in range(0, len(wanted), _CHUNK):
        for row in rows(store, query("claims").replace("#VALUES#", values("claim", wanted[start : start + _CHUNK]))):
            found[row[0]] = _evidence(row)
    return {claim: found[claim] for claim in wanted if claim in found}


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
