"""Tables of component shares, with percentiles where the shares are estimates: interval claims.

Columns: ``component``, ``supplier``, ``as_of``; the share as ``share``, as ``share_low`` and ``share_high``, or as
percentiles ``p5``, ``p50``, ``p95`` … of which the outermost make the interval; and if you have them ``consumer``, ``status``,
``attribution``, ``source_url``, ``source_title``. Shares are fractions, or percent with a percent sign. Without a consumer
the share is of the whole market (see :mod:`loaders.market`). What is left over ("Others") is no supplier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from loaders.claim import Claim, Document, Loaded
from loaders.fields import Fields
from loaders.market import is_residual, market
from loaders.registry import Context, loader
from loaders.source import Source
from loaders.tables import read_rows

REQUIRED = ("component", "supplier", "as_of")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,2})?)", re.IGNORECASE)


@loader("shares", suffixes=(".csv", ".tsv"), header=("component", "supplier"))
def read_shares(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a table of shares; the file is one document, dated by its newest row."""
    text = source.text()
    rows = list(read_rows(text, source.origin, REQUIRED))
    document = Document(source.name, text, max(row.day("as_of", context.date) for row in rows), "shares")
    yield Loaded(
        document,
        tuple(_claim(row, document, context) for row in rows if not is_residual(row.text("supplier", required=True))),
    )


def _claim(row: Fields, document: Document, context: Context) -> Claim:
    component, supplier, consumer = row.text("component", required=True), row.text("supplier"), row.text("consumer")
    share, wording = _share(row)
    whom = f" to {consumer}" if consumer else ""
    object_ = context.linker.find(consumer) if consumer else market(context.linker, component)
    return Claim(
        document=document.iri,
        date=row.day("as_of", context.date),
        subject=context.linker.find(supplier),
        predicate="supplies",
        object=object_,
        item=context.linker.item(component, "supplies", ids=True) if consumer else object_,
        sentence=f"{supplier} supplies {component}{whom}: {wording}.",
        status=row.status(),
        attribution=row.attribution(),
        share=share,
        start=row.line or 0,
        end=row.line or 0,
        source=row.url("source_url"),
        source_title=row.text("source_title"),
        extractor="table",
    )


def _share(row: Fields) -> tuple[tuple[float, float] | None, str]:
    """The interval, and how the row words it."""
    levels = sorted((float(match[1]), name) for name in row.row if (match := _PERCENTILE.fullmatch(name)))
    said = [(level, name, value) for level, name in levels if (value := _fraction(row, name)) is not None]
    if said:
        values = [value for _, _, value in said]
        if values != sorted(values):
            raise row.fault("the percentiles of a share must not fall from lower to higher")
        worded = ", ".join(f"{name} {value:.4g}" for _, name, value in said)
        if len(said) == 1:  # one percentile bounds nothing on its other side
            level, _, value = said[0]
            return ((0.0, value) if level > 50 else (value, 1.0) if level < 50 else None), f"share {worded}"
        return (values[0], values[-1]), f"share {worded}"
    exact = _fraction(row, "share")
    low, high = (exact, exact) if exact is not None else (_fraction(row, "share_low"), _fraction(row, "share_high"))
    share = row.share_of(low, high)
    return share, "share unknown" if share is None else f"share {share[0]:.4g} to {share[1]:.4g}"


def _fraction(row: Fields, name: str) -> float | None:
    cell = row.text(name)
    percent = cell.endswith("%")
    value = row.number(name, cell.rstrip("% ") if percent else cell)
    if value is None:
        return None
    value = round(value / 100, 9) if percent else value
    if not 0 <= value <= 1:
        raise row.fault(f"{name!r} is a fraction from 0 to 1, or a percentage with its sign (67%), not {cell!r}")
    return value
