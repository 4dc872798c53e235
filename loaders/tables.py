"""CSV tables of relationships: each row a claim with its source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from loaders.claim import Claim, Document, Loaded
from loaders.errors import LoaderError
from loaders.fields import Fields
from loaders.registry import Context, loader
from loaders.source import Source

REQUIRED = ("supplier", "predicate", "customer", "as_of")
OPTIONAL = ("item", "share_low", "share_high", "status", "attribution", "source_url", "source_title")
#: Longest cell of a table, in characters.
MAX_CELL = 100_000


@loader("tables", suffixes=(".csv", ".tsv"))
def read_table(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a table with the columns supplier, predicate, customer and as_of, and any of the optional ones.

    Names may be catalogue ids or names. The file is one document, dated by its newest row; each claim keeps the date
    and the source of its own row.
    """
    text = source.text()
    rows = list(read_rows(text, source.origin, REQUIRED))
    document = Document(source.name, text, max(row.day("as_of", context.date) for row in rows), "tables")
    yield Loaded(document, tuple(_claim(row, document, context) for row in rows))


def read_rows(text: str, origin: str, required: Sequence[str]) -> Iterator[Fields]:
    r"""Yield the rows of a table with a header; cells stand between commas, semicolons or tabs, as the header has them.

    >>> [row.row for row in read_rows("a;b\n1;2\n", "x.csv", ["a"])]
    [{'a': '1', 'b': '2'}]

    Raises
    ------
    LoaderError
        A column that is missing or named twice, a row that does not fit the header, or no row at all.
    """
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=delimiter)
    found, line = False, 1
    try:
        header = [name.strip().strip('"') for name in next(reader)]
        missing = [name for name in required if name not in header]
        if missing:
            columns = ", ".join(header)
            shown = columns if len(columns) <= 200 else columns[:200] + "…"
            raise LoaderError(origin, f"no column {', '.join(map(repr, missing))}; found {shown}", 1)
        if twice := next((name for name in header if name and header.count(name) > 1), ""):
            raise LoaderError(origin, f"the column {twice!r} stands there twice", 1)
        line = reader.line_num + 1  # where the row begins: a cell may hold line ends, or a quote that nothing closes
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise LoaderError(origin, f"{len(cells)} cells under {len(header)} columns", line)
                found = True
                yield Fields(dict(zip(header, cells, strict=True)), origin, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise LoaderError(origin, f"not a CSV table ({error})", line) from None
    if not found:
        raise LoaderError(origin, "no row below the header", 1)


def _claim(row: Fields, document: Document, context: Context) -> Claim:
    predicate = row.predicate()
    supplier, customer = row.text("supplier", required=True), row.text("customer")
    role = row.object_role(predicate, bool(customer))
    title = row.text("source_title")
    subject, object_ = context.linker.find(supplier), context.linker.find(customer, role) if customer else None
    wording = " ".join(filter(None, (supplier, predicate, customer, row.text("item") and f"({row.text('item')})")))
    return Claim(
        document=document.iri,
        date=row.day("as_of", context.date),
        subject=subject,
        predicate=predicate,
        object=object_,
        item=context.linker.item(row.text("item"), predicate, ids=True),
        sentence=title or wording,
        status=row.status(),
        attribution=row.attribution(),
        share=row.share_of(*(row.number(name, row.row.get(name)) for name in ("share_low", "share_high"))),
        source=row.url("source_url"),
        source_title=title,
        start=row.line or 0,
        end=row.line or 0,
        extractor="table",
    )
