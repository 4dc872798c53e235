"""Arrays that ask the network for relations: one row per possible subject, one column per possible object.

Column 0 of a row is the null object (``raisesFunding`` and its kin).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.extraction.labels import TYPES

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Entity:
    """A name with its type and the positions of the word pieces of all its mentions."""

    name: str
    type: str
    pieces: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One subject of one text: the entity's index, and the entity index of each column (``None`` first)."""

    text: int
    subject: int
    columns: tuple[int | None, ...]


@dataclass(frozen=True)
class RowArrays:
    """``mark`` (rows, pieces), ``subject`` (rows, pieces), ``objects`` (rows, columns, pieces), ``live`` (rows, columns)."""

    mark: Ints
    subject: Floats
    objects: Floats
    live: NDArray[np.bool_]


def rows_of(text: int, entities: Sequence[Entity], subjects: Iterable[int] | None = None) -> list[Row]:
    """The rows of one text: people neither act nor are acted on, and names without pieces cannot be asked for.

    >>> chip, maker = Entity("Maia", "product", (1,)), Entity("SK Hynix", "organisation", (3, 4))
    >>> rows_of(0, [chip, maker])
    [Row(text=0, subject=0, columns=(None, 1)), Row(text=0, subject=1, columns=(None, 0))]
    """
    able = [k for k, entity in enumerate(entities) if entity.pieces and entity.type != "person"]
    wanted = able if subjects is None else [k for k in subjects if k in able]
    return [Row(text, s, (None, *(k for k in able if k != s))) for s in wanted]


def arrays(rows: Sequence[Row], entities: Sequence[Sequence[Entity]], length: int) -> RowArrays:
    """Stack rows for texts padded to ``length`` pieces; ``entities[row.text]`` are the row's names."""
    columns = max(len(row.columns) for row in rows)
    mark = np.zeros((len(rows), length), np.int64)
    subject = np.zeros((len(rows), length), np.float32)
    objects = np.zeros((len(rows), columns, length), np.float32)
    live = np.zeros((len(rows), columns), np.bool_)
    for i, row in enumerate(rows):
        named = entities[row.text]
        for entity in named:
            mark[i, list(entity.pieces)] = 1 + TYPES.index(entity.type)
        own = named[row.subject]
        mark[i, list(own.pieces)] = 1 + len(TYPES) + TYPES.index(own.type)
        subject[i, list(own.pieces)] = 1 / len(own.pieces)
        for j, k in enumerate(row.columns):
            live[i, j] = True
            if k is not None:
                objects[i, j, list(named[k].pieces)] = 1 / len(named[k].pieces)
    return RowArrays(mark, subject, objects, live)


def padded(lists: Sequence[Sequence[int]]) -> Ints:
    """Lists of integers as one array, filled up with zeros."""
    out = np.zeros((len(lists), max(len(row) for row in lists)), np.int64)
    for i, row in enumerate(lists):
        out[i, : len(row)] = row
    return out
