"""The ETO Advanced Semiconductor Supply Chain Dataset, from the reader's own copy of its folder.

The data is under Creative Commons Attribution-NonCommercial 4.0 and never part of nthtier; whoever loads it is shown
that. Each row of ``provision.csv`` is a claim on a market (see :mod:`loaders.market`); residual rows ("Various companies")
are none. Rows whose provider is a country divide the same market once more, so their item is "… (by country)" and the two
divisions are never added up. ``sequence.csv`` says what goes into what: the process *uses* the input. That one input is
a type of another is no dependence and makes no claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date

from loaders.claim import Claim, Document, Loaded, Mention
from loaders.fields import Fields
from loaders.market import is_residual, market
from loaders.registry import Context, loader
from loaders.source import Source
from loaders.tables import read_rows

LICENCE = (
    "ETO Advanced Semiconductor Supply Chain Dataset, Emerging Technology Observatory (CSET, Georgetown University), "
    "licence CC BY-NC 4.0: name the source, no commercial use."
)
TITLE = "ETO Advanced Semiconductor Supply Chain Dataset (CC BY-NC 4.0)"
_SOURCE = "https://eto.tech/dataset-docs/chipexplorer"
_FILES = ("provision.csv", "providers.csv", "inputs.csv", "sequence.csv")
#: Words in place of a number say that a share is there, not how large it is; that much and no more is claimed.
_WORDS = frozenset({"", "major", "minor", "dominant", "significant", "negligible", "some", "unknown", "n/a"})


@loader("eto", folder=_FILES, notice=LICENCE)
def read_eto(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a folder of the dataset: one document of shares, one of what goes into what."""
    providers = {
        row.text("provider_id", required=True): row
        for row in _rows(source, "providers.csv", "provider_id", "provider_type", "country", "alias")
    }
    provisions = list(
        _rows(source, "provision.csv", "provider_name", "provider_id", "provided_name", "share_provided", "year")
    )
    years = [year for row in provisions if (year := _year(row)) is not None]
    newest = context.date or Date(max(years, default=1900), 12, 31)
    shares = _document(source, "provision.csv", "eto-provision", newest)
    claims = (_provision(row, providers, shares, context) for row in provisions)
    yield Loaded(shares, tuple(claim for claim in claims if claim is not None))

    sequence = _document(source, "sequence.csv", "eto-sequence", newest)
    steps = _rows(source, "sequence.csv", "input_name", "goes_into_name")
    yield Loaded(sequence, tuple(_step(row, sequence, context) for row in steps if row.text("goes_into_name")))


def _document(source: Source, member: str, name: str, day: Date) -> Document:
    return Document(name, source.member(member).text(), day, "eto", title=TITLE, source=_SOURCE)


def _rows(source: Source, member: str, *columns: str) -> Iterator[Fields]:
    file = source.member(member)
    return read_rows(file.text(), file.origin, columns)


def _year(row: Fields) -> int | None:
    value = row.number("year", row.text("year"))
    if value is not None and not (1950 <= value <= 2100 and value.is_integer()):
        raise row.fault(f"'year' is no year: {row.text('year')!r}")
    return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class _Provider:
    name: str
    is_country: bool
    note: str


def _provider(row: Fields, providers: Mapping[str, Fields]) -> _Provider:
    known = providers.get(row.text("provider_id"))
    if known is None:
        raise row.fault(f"provider {row.text('provider_id')!r} is not in providers.csv")
    is_country = known.text("provider_type") == "country"
    name = (known.text("alias") if is_country else "") or row.text("provider_name", required=True)
    country = known.text("country")
    return _Provider(name, is_country, "country" if is_country else f"provider from {country}" if country else "")


def _provision(row: Fields, providers: Mapping[str, Fields], document: Document, context: Context) -> Claim | None:
    who = _provider(row, providers)
    said = row.text("share_provided")
    component = row.text("provided_name", required=True)
    if is_residual(who.name):
        return None
    year = _year(row)
    day = Date(year, 12, 31) if year else document.date
    subject = context.linker.link(who.name)
    if subject.is_candidate:
        subject = context.linker.link(who.name, note=who.note)
    object_ = market(context.linker, component)
    item = object_
    if who.is_country:
        division = f"{component} (by country)"
        item = Mention(division, market(context.linker, division).iri, "", "component")
    share = _share(row, said)
    amount = f"{said} %" if share else f"a share ({said})" if said else "a share of unknown size"
    when = f" in {year}" if year else ""
    return Claim(
        document=document.iri,
        date=day,
        subject=subject,
        predicate="supplies",
        object=object_,
        item=item,
        sentence=f"{who.name} provides {amount} of {component}{when}.",
        share=share,
        start=row.line or 0,
        end=row.line or 0,
        valid_from=Date(year, 1, 1) if year else None,
        source=_SOURCE,
        source_title=_title(row.text("source")),
        extractor="table",
    )


def _share(row: Fields, said: str) -> tuple[float, float] | None:
    if said.casefold() in _WORDS:
        return None
    value = row.number("share_provided", said.rstrip("% "))
    if value is None or not 0 <= value <= 100:
        raise row.fault(f"'share_provided' is no share in percent: {said!r}")
    share = round(value / 100, 6)
    return share, share


def _step(row: Fields, document: Document, context: Context) -> Claim:
    part, whole = row.text("input_name", required=True), row.text("goes_into_name", required=True)
    used = market(context.linker, part)
    return Claim(
        document=document.iri,
        date=document.date,
        subject=market(context.linker, whole),
        predicate="uses",
        object=used,
        item=None,
        sentence=f"{part} goes into {whole}.",
        start=row.line or 0,
        end=row.line or 0,
        source=_SOURCE,
        source_title=TITLE,
        extractor="table",
    )


def _title(source: str) -> str:
    """The source a row names, links' addresses taken off."""
    text = re.sub(r"\[([^\]]{0,300})\]\([^)]{0,500}\)", r"\1", source)
    return " ".join(text.split())[:400] or TITLE
