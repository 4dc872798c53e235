"""Arrays that ask the network for relations: the names of a text, and every ordered pair of those that may be related.

Name 0 of every text is nobody: the object of ``raisesFunding`` and its kin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.extraction.labels import KINDS, TYPES

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_STEPS = (1, 2, 4, 8, 16)
MARKS = 1 + len(TYPES) + len(KINDS)
"""What a piece can be part of: no name, or one of a type, or one of a kind."""
NEAR = 2 + 2 * (len(_STEPS) + 1)
"""How many kinds of place a piece can have beside a name: no name, inside it, and so far after or before its nearest mention."""


@dataclass(frozen=True)
class Entity:
    """A name with its type, the positions of the word pieces of all its mentions, and its kind where it is known."""

    name: str
    type: str
    pieces: tuple[int, ...]
    kind: str = ""

    @property
    def mark(self) -> int:
        """How the network is told what it is: by its kind, or else by its type.

        >>> Entity("Maia", "product", (1,)).mark, Entity("TSMC", "organisation", (1,), "foundry").mark
        (2, 4)
        """
        return 1 + (len(TYPES) + KINDS.index(self.kind) if self.kind in KINDS else TYPES.index(self.type))


@dataclass(frozen=True)
class Asked:
    """What is asked about one text.

    ``mark`` (pieces): what the name is that a piece belongs to, 0 for none. Of the names that may be related, after
    nobody: ``names`` their entity indices, ``kinds`` (names) what they are, ``near`` (names, pieces) where each piece stands
    beside them, ``pool`` (names, pieces) the mean over their pieces. ``pairs`` (pairs, 2): subject and object among ``names``.
    """

    mark: Ints
    names: tuple[int | None, ...]
    kinds: Ints
    near: Ints
    pool: Floats
    pairs: Ints


def beside(pieces: Sequence[int], length: int) -> Ints:
    """Where each of ``length`` pieces stands beside the nearest of ``pieces``.

    >>> beside([2], 6).tolist()
    [9, 8, 1, 2, 3, 4]
    """
    away = np.arange(length)[:, None] - np.asarray(pieces)[None]
    nearest = away[np.arange(length), np.abs(away).argmin(axis=1)]
    far = 2 + np.searchsorted(_STEPS, np.abs(nearest)) + (nearest < 0) * (len(_STEPS) + 1)
    return np.where(nearest == 0, 1, far).astype(np.int64)


def ask(entities: Sequence[Entity], length: int) -> Asked:
    """Ask for all pairs of one text: people neither act nor are acted on, and names without pieces cannot be asked for.

    >>> chip, maker = Entity("Maia", "product", (1,)), Entity("SK Hynix", "organisation", (3, 4))
    >>> asked = ask([chip, maker], 6)
    >>> asked.names, asked.pairs.tolist()
    ((None, 0, 1), [[1, 0], [1, 2], [2, 0], [2, 1]])
    """
    able = [k for k, entity in enumerate(entities) if entity.pieces and entity.type != "person"]
    mark = np.zeros(length, np.int64)
    for entity in entities:
        mark[list(entity.pieces)] = entity.mark
    kinds, near = np.zeros(len(able) + 1, np.int64), np.zeros((len(able) + 1, length), np.int64)
    pool = np.zeros((len(able) + 1, length), np.float32)
    for n, k in enumerate(able, 1):
        pieces = list(entities[k].pieces)
        kinds[n], near[n] = entities[k].mark, beside(pieces, length)
        pool[n, pieces] = 1 / len(pieces)
    pairs = [(s, o) for s in range(1, len(able) + 1) for o in range(len(able) + 1) if s != o]
    return Asked(mark, (None, *able), kinds, near, pool, np.array(pairs, np.int64).reshape(-1, 2))


def padded(lists: Sequence[Sequence[int]]) -> Ints:
    """Lists of integers as one array, filled up with zeros."""
    out = np.zeros((len(lists), max(len(row) for row in lists)), np.int64)
    for i, row in enumerate(lists):
        out[i, : len(row)] = row
    return out
