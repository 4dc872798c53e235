"""CSV tables of relationships: each row a claim with its source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from loaders.claim import Claim, Document, Loaded
from loaders.errors import LoaderError
from loaders.fields import Fields
from loaders.registry import Context, loader
from loaders.source import Source

REQUIRED = ("supplier", "predicate", "customer", "as_of")
OPTIONAL = ("item", "share_low", "share_high", "status", "attribution", "source_url", "source_title")


@loader("tables", suffixes=(".csv",))
def read_table(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a table with the columns supplier, predicate, customer and as_of, and any of the optional ones.

    Names may be catalogue ids or names. The file is one document, dated by its newest row; each claim keeps the date
    and the source of its own row.
    """
    text = source.text()
    rows = list(_rows(text, source.origin))
    if not rows:
        raise LoaderError(source.origin, "no row below the header", 1)
    document = Document(source.name, text, max(row.day("as_of", context.date) for row in rows), "tables")
    yield Loaded(document, tuple(_claim(row, document, context) for row in rows))


def _rows(text: str, origin: str) -> Iterator[Fields]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            raise LoaderError(origin, f"no column {', '.join(map(repr, missing))}; found {', '.join(header)}", 1)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise LoaderError(origin, f"{len(cells)} cells under {len(header)} columns", reader.line_num)
            yield Fields(dict(zip(header, cells, strict=True)), origin, reader.line_num)
    except csv.Error as error:
        raise LoaderError(origin, f"not a CSV table ({error})", reader.line_num) from None


def _claim(row: Fields, document: Document, context: Context) -> Claim:
    predicate = row.predicate()
    supplier, customer = row.text("supplier", required=True), row.text("customer")
    role = row.object_role(predicate, bool(customer))
    title = row.text("source_title")
    subject, object_ = context.linker.link(supplier), context.linker.link(customer, role) if customer else None
    wording = " ".join(filter(None, (supplier, predicate, customer, row.text("item") and f"({row.text('item')})")))
    return Claim(
        document=document.iri,
        date=row.day("as_of", context.date),
        subject=subject,
        predicate=predicate,
        object=object_,
        item=context.linker.item(row.text("item"), predicate),
        sentence=title or wording,
        status=row.status(),
        attribution=row.attribution(),
        share=row.share_of(*(row.number(name, row.row.get(name)) for name in ("share_low", "share_high"))),
        source=row.url("source_url"),
        source_title=title,
        start=row.line,
        end=row.line,
        extractor="table",
    )
