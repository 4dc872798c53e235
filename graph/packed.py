"""A relation in one line of text: it stands beside the relation's node, so that all leave a store in one flat scan.

Columns are parted by spaces, names shortened by the beginnings that ours share, and nothing in a line needs quoting in CSV.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from graph.consolidate import Relation
from ontology import terms

_TEXT: Final = pa.string()
_FEW: Final = pa.dictionary(pa.int32(), _TEXT)
COLUMNS: Final = {
    "relation": _TEXT,
    "subject": _FEW,
    "predicate": _FEW,
    "object": _FEW,
    "item": _FEW,
    "itemName": _FEW,
    "status": _FEW,
    "attribution": _FEW,
    "low": pa.float64(),
    "high": pa.float64(),
    "statedLow": pa.float64(),
    "statedHigh": pa.float64(),
    "support": pa.int32(),
    "first": _FEW,
    "last": _FEW,
    "claims": pa.list_(pa.string()),
}
_THINGS: Final = ("subject", "object", "item")
_PARTING: Final = re.compile(r"[\x00-\x20\x7f%\",;\s]")


def packed(relation: Relation) -> str:
    """Return a relation as a line.

    >>> print(packed(Relation(terms.RELATION + "1f", terms.ID + "tsmc", "supplies", terms.ID + "nvidia", "", "N3 wafers",
    ...     "actual", "stated", 0.5, 1, 2, "2026-01-28", "2026-01-30", (terms.CLAIM + "a1", terms.CLAIM + "b2"))))
    1f tsmc supplies nvidia  N3%20wafers actual stated 0.5 1 0.5 1 2 2026-01-28 2026-01-30 a1;b2
    """
    one, stated = relation, relation.stated_share or (relation.low, relation.high)
    return " ".join((
        _short(one.iri, terms.RELATION), _short(one.subject, terms.ID), one.predicate, _short(one.object, terms.ID),
        _short(one.item, terms.ID), _inert(one.item_name), one.status, one.attribution, _number(one.low), _number(one.high),
        *map(_number, stated), str(one.support), one.first_seen, one.last_seen, ";".join(_short(claim, terms.CLAIM) for claim in one.claims),
    ))  # fmt: skip


def lines(relations: Iterable[Relation]) -> bytes:
    """Return many relations as lines."""
    return "\n".join(map(packed, relations)).encode()


def unpacked(lines: bytes | memoryview) -> pa.Table:
    """Return the columns of many lines, things by their IRIs; those of relations and claims stay short (see :func:`whole`)."""
    if not lines or (len(lines) < 3 and bytes(lines).isspace()):
        return pa.table({name: pa.array([], kind) for name, kind in COLUMNS.items()})
    table = pyarrow.csv.read_csv(
        pa.BufferReader(pa.py_buffer(lines)),
        pyarrow.csv.ReadOptions(column_names=list(COLUMNS)),
        pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False),
        pyarrow.csv.ConvertOptions(
            column_types={**COLUMNS, "claims": pa.string()}, strings_can_be_null=False, null_values=[]
        ),
    )
    things = {name: _of_words(table[name], lambda each: whole(_plain(each), terms.ID)) for name in _THINGS}
    claims = pc.split_pattern(pa.concat_arrays(table["claims"].chunks), ";")
    names = claims.flatten()
    counts = np.where(pc.equal(table["claims"], ""), 0, pc.list_value_length(claims))
    start = np.concatenate(([0], counts.cumsum())).astype(np.int32)
    return pa.table(
        {name: table[name] for name in COLUMNS}
        | things
        | {
            "relation": _plain(pa.concat_arrays(table["relation"].chunks)),
            "itemName": _of_words(table["itemName"], _plain),
            "claims": pa.ListArray.from_arrays(start, _plain(names.filter(pc.not_equal(names, "")))),
        }
    )


def whole(names: pa.Array, prefix: str) -> pa.Array:
    """Return names with the beginning that was left out; those of others are written whole, behind a ``<``.

    >>> whole(pa.array(["tsmc", "<urn:x", ""]), "https://ours/").to_pylist()
    ['https://ours/tsmc', 'urn:x', '']
    """
    ours = pc.if_else(pc.equal(names, ""), "", pc.binary_join_element_wise(prefix, names, ""))
    return pc.if_else(pc.starts_with(names, "<"), pc.utf8_slice_codeunits(names, 1), ours)


def _of_words(column: pa.ChunkedArray, change: Callable[[pa.Array], pa.Array]) -> pa.DictionaryArray:
    few = pa.concat_arrays(column.unify_dictionaries().chunks)
    return pa.DictionaryArray.from_arrays(few.indices, change(few.dictionary))


def _plain(texts: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring(texts, "%")).as_py():
        return texts
    return pa.array([unquote(each) for each in texts.to_pylist()], pa.string())


def _short(iri: str, prefix: str) -> str:
    ours = iri.startswith(prefix) or not iri
    return _inert(iri.removeprefix(prefix) if ours else f"<{iri}")


def _inert(text: str) -> str:
    return _PARTING.sub(lambda found: quote(found.group(), safe=""), text)


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
