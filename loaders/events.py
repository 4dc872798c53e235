"""JSON Lines of claims in the form of the extraction contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from loaders.claim import Claim, Document, Loaded
from loaders.fields import Fields
from loaders.registry import Context, loader
from loaders.source import Source


@loader("events", suffixes=(".jsonl", ".ndjson"))
def read_events(source: Source, context: Context) -> Iterator[Loaded]:
    """Read one claim a line; the file is one document, dated by its newest claim."""
    rows = [Fields(json_object(line, source.origin, number), source.origin, number) for number, line in source.lines()]
    days = [row.day("date", context.date) for row in rows]
    document = Document(source.name, source.text(), max(days), "events")
    yield Loaded(document, tuple(claim_of(row, document, context) for row in rows))


def json_object(line: str, origin: str, number: int) -> dict[str, Any]:
    """Return the JSON object of a line."""
    fault = Fields({}, origin, number).fault
    try:
        value = json.loads(line)
    except RecursionError:
        raise fault("not JSON (nested too deeply)") from None
    except ValueError as error:
        raise fault(f"not JSON ({getattr(error, 'msg', 'a number of too many digits')})") from None
    if not isinstance(value, dict):
        raise fault("not a JSON object")
    return value


def claim_of(row: Fields, document: Document, context: Context) -> Claim:
    """Return the claim of a row in the form of the extraction contract."""
    predicate = row.predicate()
    subject, object_ = row.text("subject", required=True), row.text("object")
    role = row.object_role(predicate, bool(object_))
    start = row.whole("start", 0)
    valid_from, valid_until = row.validity()
    return Claim(
        document=document.iri,
        date=row.day("date", document.date),
        subject=context.linker.link(subject),
        predicate=predicate,
        object=context.linker.link(object_, role) if object_ else None,
        item=context.linker.item(row.text("item"), predicate),
        sentence=row.text("sentence", required=True),
        status=row.status(),
        attribution=row.attribution(),
        share=row.share("share"),
        amount=row.amount(),
        change=row.interval("change"),
        citations=row.citations(),
        part=row.whole("part", 1, 1),
        start=start,
        end=row.whole("end", start, start),
        valid_from=valid_from,
        valid_until=valid_until,
        source=row.url("source"),
        source_title=row.text("source_title"),
        trigger=row.text("trigger"),
        confidence=row.fraction("confidence"),
        extractor=row.text("extractor"),
    )
