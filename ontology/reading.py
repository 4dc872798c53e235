"""Reads the catalogue's tables; every error is one line that names file and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ontology.errors import NthtierError
from ontology.terms import ID, PARTY_KINDS, PRODUCT_KINDS, slug

ORGANISATION_COLUMNS: Final = ("id", "name", "kind", "country", "tickers", "aliases", "parent", "ceo")
PRODUCT_COLUMNS: Final = ("id", "name", "kind", "developer", "aliases", "first_seen")
LONGEST_NAME: Final = 160
_PLAIN: Final = ("id", "name", "kind", "country", "parent", "ceo", "developer", "first_seen")


class CatalogueError(NthtierError):
    """A catalogue file that can't be read as one, or a name that no catalogue knows.

    >>> str(CatalogueError("unknown kind 'fab'", "mine.csv", 3))
    "mine.csv:3: unknown kind 'fab'"
    """

    def __init__(self, reason: str, source: object = None, line: int | None = None) -> None:
        self.reason, self.source, self.line = reason, source, line
        where = "" if source is None else f"{source}: " if line is None else f"{source}:{line}: "
        super().__init__(where + reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """A known party or product. What is not known is an empty text or tuple; parent and developer are ids."""

    iri: str
    id: str
    name: str
    kind: str
    is_product: bool
    country: str = ""
    tickers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    parent: str = ""
    ceo: str = ""
    developer: str = ""
    first_seen: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


def rows(path: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file with the line each begins on (the header is line 1).

    Raises
    ------
    CatalogueError
        The file is missing, binary, not UTF-8, empty, or lacks one of the columns; a row has too few or many fields.
    """
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header):
            raise CatalogueError("the file is empty; the first line names the columns", path)
        if columns is None:
            columns = PRODUCT_COLUMNS if "developer" in header else ORGANISATION_COLUMNS
        if missing := [name for name in columns if name not in header]:
            raise CatalogueError(f"no column {missing[0]!r}; the columns are {', '.join(columns)}", path, 1)
        line = reader.line_num + 1
        for values in reader:
            if any(value.strip() for value in values):
                if len(values) != len(header):
                    raise CatalogueError(f"{len(values)} fields under {len(header)} columns", path, line)
                yield line, {name: value.strip() for name, value in zip(header, values, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        raise CatalogueError(f"not a CSV table: {error}", path, max(reader.line_num, 1)) from None


def entries(path: Path) -> Iterator[tuple[int, Entry]]:
    """Yield the entries of a file of organisations, or of products (told by its column ``developer``)."""
    seen: dict[str, int] = {}
    for line, row in rows(path):
        is_product = "developer" in row
        kinds = PRODUCT_KINDS if is_product else PARTY_KINDS
        for column in ("id", "name", "kind"):
            if not row[column]:
                raise CatalogueError(f"no {column} in this row", path, line)
        if slug(row["id"]) != row["id"] or row["id"].startswith("candidate-"):
            hint = slug(row["id"]).removeprefix("candidate-")
            raise CatalogueError(f"{row['id']!r} can't be an id; write it like {hint!r}", path, line)
        if row["id"] in seen:
            raise CatalogueError(f"id {row['id']!r} stands in line {seen[row['id']]} already", path, line)
        if (longest := max(map(len, (row["name"], *_several(row["aliases"]))))) > LONGEST_NAME:
            raise CatalogueError(f"a name of {longest} letters; {LONGEST_NAME} is the most", path, line)
        if row["kind"] not in kinds:
            raise CatalogueError(f"unknown kind {row['kind']!r}; one of {', '.join(kinds)}", path, line)
        seen[row["id"]] = line
        plain = {name: row.get(name, "") for name in _PLAIN}
        yield (
            line,
            Entry(
                iri=ID + row["id"],
                is_product=is_product,
                tickers=_several(row.get("tickers", "")),
                aliases=tuple(alias for alias in _several(row["aliases"]) if alias != row["name"]),
                **plain,
            ),
        )


def merged(old: Entry, new: Entry) -> Entry:
    """Return an entry with what a later file adds: more aliases and tickers, newer facts where it has any.

    Raises
    ------
    CatalogueError
        The later file gives the id another name or kind.
    """
    for what, before, after in (("name", old.name, new.name), ("kind", old.kind, new.kind)):
        if before != after:
            reason = f"{old.id!r} has the {what} {before!r}, which can't become {after!r}; choose another id"
            raise CatalogueError(reason)
    if old.is_product != new.is_product:
        raise CatalogueError(f"{old.id!r} is a {'product' if old.is_product else 'party'}; choose another id")
    return replace(
        old,
        tickers=tuple(dict.fromkeys(old.tickers + new.tickers)),
        aliases=tuple(dict.fromkeys(old.aliases + new.aliases)),
        country=new.country or old.country,
        parent=new.parent or old.parent,
        ceo=new.ceo or old.ceo,
        developer=new.developer or old.developer,
        first_seen=new.first_seen or old.first_seen,
    )


def _several(field: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in field.split("|") if part.strip()))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"can't be read: {error.strerror or error}", path) from None
    if b"\0" in data:
        raise CatalogueError("a binary file, not a CSV table", path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"not UTF-8 text (byte {data[error.start]:#04x})", path, line) from None
