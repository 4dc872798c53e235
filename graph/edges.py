"""The plain edges of the default graph kept in step: what a change of some relations adds to them and takes away.

An edge may rest on several relations, and one document can lift needs far away, so ``nt:dependsOn`` is worked out from all
actual relations, in columns. These are read from a store once a process and carried from write to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from graph.consolidate import Relation
from graph.facts import arrays, developers
from graph.nquads import iri
from graph.packed import COLUMNS
from graph.queries import query
from graph.relations import Relations
from graph.store import Quad, Store
from graph.view import delivers, plain_edges
from ontology.terms import NT

_COLUMNS: Final = ("relation", "subject", "predicate", "object", "item")


@dataclass(frozen=True, eq=False)
class Edges:
    """The relations of a version of a store by which something is delivered now, and who depends on whom by them.

    ``pairs`` are consumer × the number of things + supplier, sorted, where both number ``things``.
    """

    actual: pa.Table
    things: pa.Array
    pairs: NDArray[np.int64]

    @classmethod
    def of(cls, actual: pa.Table, known: Mapping[str, str]) -> Edges:
        """Work out who depends on whom.

        Parameters
        ----------
        known
            Product IRI → developer IRI, from the catalogue.
        """
        relations = _columns(actual)
        things, rows = arrays(relations, developers(relations, known))
        pairs = np.unique(rows.consumer.astype(np.int64) * len(things) + rows.supplier)
        return cls(actual, pa.array(things, pa.string()), pairs)


_KEPT: WeakKeyDictionary[Store, tuple[str, Edges]] = WeakKeyDictionary()


def edges(store: Store, known: Mapping[str, str]) -> Edges:
    """Return what stands in a store."""
    version = store.version
    kept = _KEPT.get(store)
    if kept is None or kept[0] != version:
        kept = _KEPT[store] = (version, Edges.of(_read(store), known))
    return kept[1]


def keep(store: Store, after: Edges) -> None:
    """Note that the edges are those of the store as it is now."""
    _KEPT[store] = (store.version, after)


def changed(
    before: Edges, gone: Sequence[Relation], made: Sequence[Relation], known: Mapping[str, str]
) -> tuple[Edges, set[Quad], set[Quad]]:
    """Return the edges after some relations went and others were made, with the quads to remove and to add."""
    left = before.actual.filter(
        pc.invert(pc.is_in(before.actual["relation"], pa.array([r.iri for r in gone], pa.string())))
    )
    after = pa.concat_tables([left, _table(each for each in made if delivers(each))])
    future = Edges.of(after.combine_chunks(), known)
    remove, add = _dependence(before, future)
    went = {edge for each in gone if delivers(each) for edge in plain_edges(each)}
    came = {edge for each in made if delivers(each) for edge in plain_edges(each)}
    remove |= went - came - _resting(left, [each for each in gone if delivers(each)])
    return future, remove, add | (came - went)


def _dependence(before: Edges, after: Edges) -> tuple[set[Quad], set[Quad]]:
    things = pc.unique(pa.concat_arrays([before.things, after.things]))
    sides = []
    for each in (before, after):
        place = pc.index_in(each.things, things).to_numpy(zero_copy_only=False).astype(np.int64)
        consumer, supplier = np.divmod(each.pairs, max(len(each.things), 1))
        sides.append(place[consumer] * len(things) + place[supplier] if len(each.pairs) else each.pairs)

    def quads(pairs: NDArray[np.int64]) -> set[Quad]:
        ends = (divmod(int(pair), len(things)) for pair in pairs)
        predicate = iri(NT + "dependsOn")
        return {
            (iri(things[consumer].as_py()), predicate, iri(things[supplier].as_py()), "") for consumer, supplier in ends
        }

    return quads(np.setdiff1d(sides[0], sides[1])), quads(np.setdiff1d(sides[1], sides[0]))


def _resting(left: pa.Table, gone: Iterable[Relation]) -> set[Quad]:
    """Return the plain edges that relations which stay make between the ends of those that go."""
    ends = {pair for each in gone for pair in ((each.subject, each.object), (each.object, each.subject))}
    parties = pa.array(sorted({end for pair in ends for end in pair}), pa.string())
    near = left.filter(pc.and_(pc.is_in(left["subject"], parties), pc.is_in(left["object"], parties)))
    return {
        edge
        for row in near.to_pylist()
        if (row["subject"], row["object"]) in ends
        for edge in plain_edges(_relation(row["relation"], row["subject"], row["predicate"], row["object"]))
    }


def _relation(name: str, subject: str, predicate: str, object_: str) -> Relation:
    return Relation(name, subject, predicate, object_, "", "", "actual", "stated", 0.0, 1.0, 1, "", "", ())


def _read(store: Store) -> pa.Table:
    data = b"".join(store.query(query("actual"), "text/csv"))
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(_COLUMNS, pa.string()), strings_can_be_null=False, null_values=[]
    )
    table = pyarrow.csv.read_csv(pa.BufferReader(data), convert_options=options).select(_COLUMNS)
    predicate = pc.utf8_slice_codeunits(table["predicate"], len(NT))
    return table.set_column(2, "predicate", predicate).combine_chunks()


def _table(relations: Iterable[Relation]) -> pa.Table:
    rows = [(each.iri, each.subject, each.predicate, each.object, each.item) for each in relations]
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(_COLUMNS)})


def _columns(actual: pa.Table) -> Relations:
    """Return actual relations as facts are made from: who depends on whom asks for no share, date or claim."""
    actual = actual.set_column(0, "relation", pc.binary_join_element_wise("<", actual["relation"], ""))
    said = {
        "itemName": "",
        "status": "actual",
        "attribution": "stated",
        "support": 1,
        "first": "",
        "last": "",
        "claims": [],
    }
    shares = {"low": 0.0, "high": 1.0, "statedLow": 0.0, "statedHigh": 1.0}
    for name, value in {**said, **shares}.items():
        # One more, cut off again: arrow makes no empty column of some kinds.
        column = pa.repeat(pa.scalar(value, COLUMNS[name]), len(actual) + 1)[:-1]
        actual = actual.append_column(name, column)
    return Relations.from_table(actual)
