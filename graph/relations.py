"""Consolidated relations in columns: read as one table, looked at one by one only where an answer shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.consolidate import Relation
from graph.packed import lines, unpacked, whole
from graph.queries import query
from graph.store import Store
from ontology import terms

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_ACTUAL = terms.STANDINGS.index("actual")
_OVER = tuple(map(terms.STANDINGS.index, ("ended", "denied", "rejected")))


@dataclass(frozen=True, eq=False)
class Relations(Sequence[Relation]):
    """Relations sorted by IRI, in columns of one length.

    ``subject``, ``object`` and ``item`` number ``things`` (-1: none), which are sorted; IRIs of relations and claims are kept
    without the beginning they share (``serial``, ``claim_serial``); ``predicate``, ``status`` and
    ``level`` number ``terms.PREDICATES``, ``terms.STANDINGS`` and ``terms.LEVELS`` (-1: over). ``stated_low`` and ``stated_high``
    bound the share by stated claims alone, where there are any. The claims of relation *n* are
    ``claim_serial[claim_start[n]:claim_start[n + 1]]``.
    """

    things: pa.Array
    serial: pa.Array
    subject: Ints
    predicate: NDArray[np.int8]
    object: Ints
    item: Ints
    item_name: pa.Array
    status: NDArray[np.int8]
    stated: NDArray[np.bool_]
    low: Floats
    high: Floats
    stated_low: Floats
    stated_high: Floats
    support: Ints
    first_seen: pa.Array
    last_seen: pa.Array
    claim_start: Ints
    claim_serial: pa.Array

    def iri(self, number: int) -> str:
        """Return the IRI of a relation."""
        return _unstripped(terms.RELATION, self.serial[number].as_py())

    def iris(self) -> list[str]:
        """Return the IRIs of all relations."""
        return [_unstripped(terms.RELATION, each) for each in self.serial.to_pylist()]

    @property
    def level(self) -> NDArray[np.int8]:
        """The strictest level that holds each relation."""
        level = np.where(self.status == _ACTUAL, np.where(self.stated, 0, 1), 2).astype(np.int8)
        level[np.isin(self.status, _OVER)] = -1
        return level

    def __len__(self) -> int:
        return len(self.subject)

    @overload
    def __getitem__(self, number: int) -> Relation: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Relation]: ...
    def __getitem__(self, number: int | slice) -> Relation | Sequence[Relation]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        number %= len(self)
        start, stop = int(self.claim_start[number]), int(self.claim_start[number + 1])
        share = float(self.low[number]), float(self.high[number])
        stated = float(self.stated_low[number]), float(self.stated_high[number])

        def thing(code: int) -> str:
            return str(self.things[code].as_py()) if code >= 0 else ""

        return Relation(
            self.iri(number),
            thing(int(self.subject[number])),
            terms.PREDICATES[self.predicate[number]],
            thing(int(self.object[number])),
            thing(int(self.item[number])),
            self.item_name[number].as_py(),
            terms.STANDINGS[self.status[number]],
            "stated" if self.stated[number] else "reported",
            *share,
            int(self.support[number]),
            self.first_seen[number].as_py(),
            self.last_seen[number].as_py(),
            tuple(_unstripped(terms.CLAIM, each) for each in self.claim_serial[start:stop].to_pylist()),
            stated if stated != share else None,
        )

    def __iter__(self) -> Iterator[Relation]:
        return (self[number] for number in range(len(self)))

    def take(self, chosen: Any) -> Relations:
        """Return the relations of a mask or of sorted numbers."""
        numbers = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        if len(numbers) == len(self):
            return self
        counts = np.diff(self.claim_start)[numbers]
        claim_start = np.concatenate(([0], counts.cumsum())).astype(np.int32)
        kept = np.repeat(self.claim_start[numbers] - claim_start[:-1], counts) + np.arange(claim_start[-1])
        return Relations(
            self.things,
            self.serial.take(numbers),
            self.subject[numbers],
            self.predicate[numbers],
            self.object[numbers],
            self.item[numbers],
            self.item_name.take(numbers),
            self.status[numbers],
            self.stated[numbers],
            self.low[numbers],
            self.high[numbers],
            self.stated_low[numbers],
            self.stated_high[numbers],
            self.support[numbers],
            self.first_seen.take(numbers),
            self.last_seen.take(numbers),
            claim_start,
            self.claim_serial.take(pa.array(kept)),
        )

    def firmly(self) -> Relations:
        """Return the relations with the shares that stated claims alone allow."""
        return replace(self, low=self.stated_low, high=self.stated_high)

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take."""
        return sum(int(column.nbytes) for column in vars(self).values())

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> Relations:
        """Return relations in columns.

        >>> one = Relation("r:1", "id:a", "supplies", "id:b", "", "", "actual", "stated", 0, 1, 1, "2026-01-28", "2026-01-28", ("c:1",))
        >>> Relations.of([one])[0] == one
        True
        """
        return cls.from_table(unpacked(lines(relations)))

    @classmethod
    def read(cls, store: Store) -> Relations:
        """Read the consolidated relations of a store's default graph, a line each.

        A query of one pattern comes out of a store as fast as it can write, and the time goes by the number of terms: one
        line a relation takes a twentieth of what its node takes, whether property by property or in one join. None come of
        a view that was written before lines were, or with lines of another kind.
        """
        answer = b"".join(store.query(query("relation_rows"), "text/csv"))
        if b'"' in answer:  # a server that quotes what needs none
            answer = answer.replace(b'"', b"")
        try:
            return cls.from_table(unpacked(memoryview(answer)[answer.find(b"\n") + 1 :]))
        except pa.ArrowInvalid:
            return cls.of(())

    @classmethod
    def from_table(cls, table: pa.Table) -> Relations:
        """Return relations from columns as :func:`graph.packed.unpacked` gives them, in any order."""
        serial = _whole(table["relation"])
        table = table.take(pc.sort_indices(whole(serial, terms.RELATION) if _foreign(serial) else serial))
        ends = [_few(table[name]) for name in ("subject", "object", "item")]
        things = pc.unique(pa.concat_arrays([end.dictionary for end in ends]))
        things = things.filter(pc.not_equal(things, ""))
        things = things.take(pc.sort_indices(things))
        subject, object_, item = (_codes(end, pc.index_in(end.dictionary, things), np.int32) for end in ends)
        claims = _whole(table["claims"])
        counts = pc.list_value_length(claims).to_numpy()
        return cls(
            things=things,
            serial=_whole(table["relation"]),
            subject=subject,
            predicate=_among(table["predicate"], terms.PREDICATES),
            object=object_,
            item=item,
            item_name=_few(table["itemName"]),
            status=_among(table["status"], terms.STANDINGS),
            stated=_among(table["attribution"], ("reported", "stated")) == 1,
            low=_numbers(table["low"]),
            high=_numbers(table["high"]),
            stated_low=_numbers(table["statedLow"]),
            stated_high=_numbers(table["statedHigh"]),
            support=_numbers(table["support"]),
            first_seen=_few(table["first"]),
            last_seen=_few(table["last"]),
            claim_start=np.concatenate(([0], counts.cumsum())).astype(np.int32),
            claim_serial=claims.flatten(),
        )


def _unstripped(prefix: str, serial: str) -> str:
    return serial[1:] if serial.startswith("<") else prefix + serial


def _foreign(serial: pa.Array) -> bool:
    return bool(pc.any(pc.starts_with(serial, "<")).as_py())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _few(column: pa.ChunkedArray) -> pa.DictionaryArray:
    few = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return _whole(few.unify_dictionaries())


def _codes(column: pa.DictionaryArray, place: pa.Array, kind: type[np.integer[Any]]) -> NDArray[Any]:
    """Return the place of each value's word in a list; -1 where it has none."""
    table = pc.fill_null(place, -1).to_numpy(zero_copy_only=False).astype(kind)
    found: NDArray[Any] = table[column.indices.to_numpy()]
    return found


def _among(column: pa.ChunkedArray, words: Sequence[str]) -> NDArray[np.int8]:
    few = _few(column)
    place = pc.index_in(few.dictionary, pa.array(words))
    if place.null_count:
        raise pa.ArrowInvalid(f"{few.dictionary.filter(pc.is_null(place))[0]} is none of {', '.join(words)}")
    return _codes(few, place, np.int8)


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    return _whole(column).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


__all__ = ["Relation", "Relations"]
