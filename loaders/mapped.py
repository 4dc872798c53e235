"""Plain relationship tables (CSV, JSON Lines, Parquet) with a mapping that says which column is what.

A mapping is a TOML file, given by ``--mapping`` or lying beside the table as ``<table>.map.toml``::

    [columns]                 # field of a claim = column of the table (a dot steps into JSON objects)
    subject = "vendor"
    object = "buyer"
    item = "part"
    date = "week"
    share = "pct"             # or share_low and share_high
    source = "url"

    [constants]               # what is the same in every row
    predicate = "supplies"

    [values.status]           # what a word of the table means
    "in talks" = "negotiating"

    [scale]                   # by what a number is divided
    share = 100

Parquet without a mapping has the fields of the claim contract as its columns, as ``nthtier backfill`` writes them.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING, Any

from loaders.claim import Claim, Document, Loaded
from loaders.errors import LoaderError, did_you_mean
from loaders.events import claim_of, json_object
from loaders.fields import Fields
from loaders.registry import Context, loader
from loaders.source import MAX_BYTES, MAX_TEXT, Source
from loaders.tables import MAX_CELL, read_rows

if TYPE_CHECKING:
    from pyarrow import Array

FIELDS = (
    "subject", "predicate", "object", "item", "status", "attribution", "share", "share_low", "share_high",
    "amount", "amount_low", "amount_high", "currency", "change", "citations", "sentence", "date", "part", "start", "end",
    "valid_from", "valid_until", "source", "source_title", "trigger", "confidence", "extractor",
)  # fmt: skip
_NUMBERS = frozenset(("share", "share_low", "share_high", "amount_low", "amount_high", "confidence"))
_SECTIONS = frozenset(("columns", "constants", "values", "scale"))
MAX_ROWS = 5_000_000
#: Rows of Parquet in memory at once, and how many times its size such a file may unfold to.
_BATCH = 1_000
_UNFOLDED = 100


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column is which field, what is constant, what words mean, by what numbers are divided."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    scale: Mapping[str, float]


@loader("mapped", suffixes=(".parquet",))
def read_mapped(source: Source, context: Context) -> Iterator[Loaded]:
    """Read a table by its mapping; the file is one document, dated by its newest row."""
    mapping = read_mapping(source.mapping, source.origin) if source.mapping else None
    rows = [_row(row, mapping) for row in _rows(source)]
    if not rows:
        raise LoaderError(source.origin, "no row in the table")
    day = max(row.day("date", context.date) for row in rows)
    text = "\n".join(json.dumps(row.row, ensure_ascii=False, sort_keys=True, default=str) for row in rows)
    document = Document(source.name, text, day, "mapped")
    yield Loaded(document, tuple(_claim(row, document, context) for row in rows))


def read_mapping(text: str, origin: str) -> Mapped:
    """Return a mapping.

    Raises
    ------
    LoaderError
        What is no TOML, or names a section or field that there is not.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LoaderError(origin, f"its mapping is not TOML ({error})") from None
    if wrong := next((name for name in said if name not in _SECTIONS or not isinstance(said[name], dict)), None):
        raise LoaderError(origin, f"its mapping has {wrong!r}; there are [{'], ['.join(sorted(_SECTIONS))}]")
    for section in _SECTIONS & said.keys():
        if wrong := next((name for name in said[section] if name not in FIELDS), None):
            raise LoaderError(origin, f"its mapping has no such field: {wrong!r}; {did_you_mean(wrong, FIELDS)}")
    scale = {
        name: value for name, value in said.get("scale", {}).items() if isinstance(value, (int, float)) and value > 0
    }
    words = {
        name: {str(key): str(value) for key, value in meant.items()}
        for name, meant in said.get("values", {}).items()
        if isinstance(meant, dict)
    }
    columns = {name: str(value) for name, value in said.get("columns", {}).items()}
    return Mapped(columns, {name: str(value) for name, value in said.get("constants", {}).items()}, words, scale)


def _rows(source: Source) -> Iterator[Fields]:
    if source.data.startswith(b"PAR1"):
        yield from _parquet(source)
    elif source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        for number, line in source.lines():
            yield Fields(json_object(line, source.origin, number), source.origin, number)
    elif not source.mapping:
        raise LoaderError(source.origin, "not a Parquet file" if source.data else "the file is empty")
    else:
        yield from read_rows(source.text(), source.origin, ())


def _parquet(source: Source) -> Iterator[Fields]:
    from pyarrow import ArrowException, compute, parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(source.data))
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        columns = [file.schema.column(number) for number in range(len(file.schema))]
        values = [group.column(number).num_values for group in groups for number in range(group.num_columns)]
        if max((file.metadata.num_rows, *values)) > MAX_ROWS:
            raise LoaderError(source.origin, f"more than {MAX_ROWS:,} rows")
        # what stands there once for many rows is measured before it stands there many times
        packed = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        file = parquet.ParquetFile(io.BytesIO(source.data), read_dictionary=packed)
        number, left = 0, min(MAX_BYTES, max(MAX_TEXT, _UNFOLDED * len(source.data)))
        for batch in file.iter_batches(_BATCH):
            for lengths in (each for column in batch.columns for each in _lengths(column)):
                if (compute.max(lengths).as_py() or 0) > MAX_CELL:
                    raise LoaderError(source.origin, f"a cell of more than {MAX_CELL:,} bytes", number + 1)
                left -= compute.sum(lengths).as_py() or 0
            if left < 0:
                raise LoaderError(source.origin, "unfolds to far more text than a file of its size holds")
            for row in batch.to_pylist():
                number += 1
                yield Fields(row, source.origin, number)
    except (ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise LoaderError(source.origin, f"a Parquet file that can't be read ({reason})") from None


def _lengths(column: Array) -> Iterator[Array]:
    """The lengths of all texts in a column, in lists and records too."""
    from pyarrow import compute, types

    if types.is_dictionary(column.type):
        yield compute.take(compute.binary_length(column.dictionary), column.indices)
    elif types.is_struct(column.type) or types.is_map(column.type):
        for part in column.flatten() if types.is_struct(column.type) else (column.keys, column.items):
            yield from _lengths(part)
    elif types.is_list(column.type) or types.is_large_list(column.type):
        yield from _lengths(column.flatten())


def _row(row: Fields, mapping: Mapped | None) -> Fields:
    """The row under the names of a claim's fields, numbers as numbers, days as texts."""
    if mapping is None:
        return Fields({name: _plain(row.row.get(name)) for name in FIELDS}, row.origin, row.line)
    out: dict[str, Any] = dict(mapping.constants)
    for name, column in mapping.columns.items():
        value = _plain(_cell(row, column))
        if isinstance(value, str) and (meant := mapping.values.get(name, {}).get(value.strip())) is not None:
            value = meant
        if name in _NUMBERS and not isinstance(value, (list, dict)):
            value = _number(row, name, column, value, mapping.scale.get(name))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if value not in (None, ""):
            out[name] = value
    return Fields(out, row.origin, row.line)


def _number(row: Fields, name: str, column: str, value: Any, scale: float | None) -> float | None:
    """A number divided by what the mapping says, or by a hundred where it is written as a percentage."""
    text = value.strip() if isinstance(value, str) else ""
    number = row.number(column, text.rstrip("% ") if text else value)
    if number is None:
        return None
    number = round(number / (scale or (100 if text.endswith("%") else 1)), 9)
    if number > 1 and name.startswith("share"):
        raise row.fault(
            f"{column!r} is a share between 0 and 1, not {number:g}; if it counts per cent, the mapping needs [scale] {name} = 100"
        )
    return number


def _cell(row: Fields, column: str) -> Any:
    if column in row.row:
        return row.row[column]
    value: Any = row.row
    for step in column.split("."):
        if not isinstance(value, dict) or step not in value:
            raise row.fault(f"no column {column!r}; found {', '.join(map(str, list(row.row)[:20]))}")
        value = value[step]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, Date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float)) or value is None else str(value)


def _claim(row: Fields, document: Document, context: Context) -> Claim:
    said = dict(row.row)
    share = said.pop("share", None)
    bounds = said.pop("share_low", None), said.pop("share_high", None)
    if isinstance(share, list):
        said["share"] = share
    elif share is not None:
        said["share"] = [share, share]
    elif bounds != (None, None):
        low, high = bounds
        said["share"] = [low if low is not None else 0.0, high if high is not None else 1.0]
    money = said.pop("amount_low", None), said.pop("amount_high", None)
    currency = said.pop("currency", None)
    if money != (None, None):
        said["amount"] = {"low": money[0], "high": money[1], "currency": currency}
    if not said.get("sentence"):
        words = [
            said.get("subject"),
            said.get("predicate"),
            said.get("object"),
            said.get("item") and f"({said['item']})",
        ]
        said["sentence"] = re.sub(r"\s+", " ", " ".join(str(word) for word in words if word)) or "row"
    claim = claim_of(Fields(said, row.origin, row.line), document, context)
    return claim if claim.start or row.line is None else replace(claim, start=row.line, end=row.line)
