"""Consolidated relations in columns: read as one table, looked at one by one only where an answer shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from graph.consolidate import Relation
from graph.queries import query
from graph.store import Store
from ontology import terms
from ontology.terms import NT

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_PROPERTIES: Final = {
    "subject": "rdf:subject",
    "predicate": "rdf:predicate",
    "object": "rdf:object",
    "item": "nt:item",
    "itemName": "nt:itemName",
    "status": "nt:status",
    "attribution": "nt:attribution",
    "low": "nt:shareLow",
    "high": "nt:shareHigh",
    "support": "nt:support",
    "first": "nt:firstSeen",
    "last": "nt:lastSeen",
}
_ACTUAL = terms.STATUSES.index("actual")
_OVER = (terms.STATUSES.index("ended"), terms.STATUSES.index("denied"))


@dataclass(frozen=True, eq=False)
class Relations(Sequence[Relation]):
    """Relations sorted by IRI, in columns of one length.

    ``subject``, ``object`` and ``item`` number ``things`` (-1: none), which are sorted; IRIs of relations and claims are kept
    without the beginning they share (``serial``, ``claim_serial``); ``predicate``, ``status`` and
    ``level`` number ``terms.PREDICATES``, ``terms.STATUSES`` and ``terms.LEVELS`` (-1: over). The claims of relation *n* are
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

        def thing(code: int) -> str:
            return str(self.things[code].as_py()) if code >= 0 else ""

        return Relation(
            self.iri(number),
            thing(int(self.subject[number])),
            terms.PREDICATES[self.predicate[number]],
            thing(int(self.object[number])),
            thing(int(self.item[number])),
            self.item_name[number].as_py(),
            terms.STATUSES[self.status[number]],
            "stated" if self.stated[number] else "reported",
            float(self.low[number]),
            float(self.high[number]),
            int(self.support[number]),
            self.first_seen[number].as_py(),
            self.last_seen[number].as_py(),
            tuple(_unstripped(terms.CLAIM, each) for each in self.claim_serial[start:stop].to_pylist()),
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
            self.support[numbers],
            self.first_seen.take(numbers),
            self.last_seen.take(numbers),
            claim_start,
            self.claim_serial.take(pa.array(kept)),
        )

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
        found = sorted(relations, key=lambda relation: relation.iri)
        table = {
            "relation": [each.iri for each in found],
            "subject": [each.subject for each in found],
            "predicate": [NT + each.predicate for each in found],
            "object": [each.object for each in found],
            "item": [each.item for each in found],
            "itemName": [each.item_name for each in found],
            "status": [NT + each.status for each in found],
            "attribution": [NT + ("stated" if each.attribution == "stated" else "reportedly") for each in found],
            "low": pa.array([each.low for each in found], pa.float64()),
            "high": pa.array([each.high for each in found], pa.float64()),
            "support": pa.array([each.support for each in found], pa.int32()),
            "first": [each.first_seen for each in found],
            "last": [each.last_seen for each in found],
        }
        counts = [len(each.claims) for each in found]
        claims = [claim for each in found for claim in each.claims]
        texts = {
            name: pa.array(column, pa.string()) if isinstance(column, list) else column
            for name, column in table.items()
        }
        start = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return cls._from(pa.table(texts), start, pa.array(claims, pa.string()))

    @classmethod
    def read(cls, store: Store) -> Relations:
        """Read the consolidated relations of a store's default graph, a property at a time, as bytes into columns.

        A query of one pattern comes out of a store as fast as it can write; the one that joins all properties takes ten
        times as long as these together.
        """
        found = _values(store, "nt:claimCount")
        names = _whole(found["relation"])
        names = names.take(pc.sort_indices(names))
        table = {"relation": names}
        for column, name in _PROPERTIES.items():
            values = _values(store, name)
            place = pc.index_in(names, _whole(values["relation"]))
            table[column] = pc.fill_null(_whole(values["value"]).take(place), "")
        for column, kind in (("low", pa.float64()), ("high", pa.float64()), ("support", pa.int32())):
            table[column] = table[column].cast(kind)
        pairs = _values(store, "nt:evidence")
        place = pc.index_in(pairs["relation"], names).to_numpy(zero_copy_only=False)
        claims = _whole(pairs["value"])
        order = pc.sort_indices(
            pa.table({"place": place, "claim": claims}), [("place", "ascending"), ("claim", "ascending")]
        )
        start = np.searchsorted(place[order.to_numpy()], np.arange(len(names) + 1)).astype(np.int32)
        return cls._from(pa.table(table), start, claims.take(order))

    @classmethod
    def _from(cls, table: pa.Table, claim_start: Ints, claims: pa.Array) -> Relations:
        ends = [_whole(table[name]) for name in ("subject", "object", "item")]
        things = pc.unique(pa.concat_arrays(ends))
        things = things.filter(pc.not_equal(things, ""))
        things = things.take(pc.sort_indices(things))
        subject, object_, item = (
            pc.fill_null(pc.index_in(end, things), -1).to_numpy(zero_copy_only=False).astype(np.int32) for end in ends
        )
        return cls(
            things=things,
            serial=_stripped(_whole(table["relation"]), terms.RELATION),
            subject=subject,
            predicate=_coded(table["predicate"], [NT + each for each in terms.PREDICATES]),
            object=object_,
            item=item,
            item_name=_few(table["itemName"]),
            status=_coded(table["status"], [NT + each for each in terms.STATUSES]),
            stated=pc.equal(_whole(table["attribution"]), NT + "stated").to_numpy(zero_copy_only=False),
            low=_whole(table["low"]).to_numpy(zero_copy_only=False),
            high=_whole(table["high"]).to_numpy(zero_copy_only=False),
            support=_whole(table["support"]).to_numpy(zero_copy_only=False),
            first_seen=_few(table["first"]),
            last_seen=_few(table["last"]),
            claim_start=claim_start,
            claim_serial=_stripped(claims, terms.CLAIM),
        )


def _stripped(iris: pa.Array, prefix: str) -> pa.Array:
    """Return IRIs without a beginning; those that have another stand behind a blank, which no IRI has."""
    ours = pc.starts_with(iris, prefix)
    return pc.if_else(ours, pc.utf8_slice_codeunits(iris, len(prefix)), pc.binary_join_element_wise("", iris, " "))


def _unstripped(prefix: str, serial: str) -> str:
    return serial[1:] if serial.startswith(" ") else prefix + serial


def _values(store: Store, name: str) -> pa.Table:
    """Return who has a property, and its values, as texts."""
    data = b"".join(store.query(query("relation_values").replace("#PROPERTY#", name), "text/csv"))
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=name == "nt:itemName"),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={"relation": pa.string(), "value": pa.string()}, strings_can_be_null=False, null_values=[]
        ),
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _few(column: pa.ChunkedArray) -> pa.Array:
    return pc.dictionary_encode(_whole(column))


def _coded(column: pa.ChunkedArray, among: list[str]) -> NDArray[np.int8]:
    codes = pc.index_in(_whole(column), pa.array(among))
    return codes.to_numpy(zero_copy_only=False).astype(np.int8)  # type: ignore[no-any-return]


__all__ = ["Relation", "Relations"]
