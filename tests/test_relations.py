"""Relations in columns and in lines: they come back whatever they are called, and a store gives them as its nodes say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.consolidate import Relation
from graph.network import network
from graph.packed import COLUMNS, packed
from graph.relations import Relations
from graph.store import Store, open_store
from graph.view import default_graph
from graph.view import relations as view_relations
from ontology import terms
from random_networks import anything


@given(anything())
@settings(max_examples=60, deadline=None)
def test_columns_give_the_relations_back(relations: list[Relation]) -> None:
    table = Relations.of(relations)
    assert list(table) == sorted(relations, key=lambda each: each.iri)
    assert [terms.LEVELS[rank] if rank >= 0 else "" for rank in table.level] == [each.level for each in table]
    kept = np.arange(len(table)) % 2 == 0
    assert list(table.take(kept)) == [each for each, keep in zip(table, kept, strict=True) if keep]


_word = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6)
_iri = st.one_of(
    st.sampled_from(("urn:a", "relative", terms.ID + "a,b", terms.ID + "a;b", terms.ID + "a%2Cb", terms.ID + "柳")),
    st.text("abc%;,:é", min_size=1, max_size=6).map(lambda rest: terms.ID + rest),
)
_claim = st.sampled_from((terms.CLAIM + "1", terms.CLAIM + "a;b", "urn:c,d", "urn:%3B"))


@st.composite
def _odd(draw: st.DrawFn) -> Relation:
    """Return a relation whose names hold what parts columns, rows and lists."""
    low, high = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    iri = draw(st.sampled_from((terms.RELATION, "urn:"))) + draw(st.text("abc%;", min_size=1))
    claims = draw(st.lists(_claim, unique=True))
    return Relation(
        iri, draw(_iri), draw(st.sampled_from(terms.PREDICATES)), draw(st.one_of(st.just(""), _iri)),
        draw(st.one_of(st.just(""), _iri)), draw(_word), draw(st.sampled_from(terms.STANDINGS)), "reported", low, high,
        draw(st.integers(1, 99)), "2026-01-28", "2026-01-29", tuple(sorted(claims)),
        draw(st.sampled_from((None, None if (low, high) == (0.0, 0.5) else (0.0, 0.5)))),
    )  # fmt: skip


@given(st.lists(_odd(), max_size=5, unique_by=lambda each: each.iri))
@settings(max_examples=150, deadline=None)
def test_relations_come_back_from_their_lines_whatever_they_are_called(relations: list[Relation]) -> None:
    assert list(Relations.of(relations)) == sorted(relations, key=lambda each: each.iri)
    for line in map(packed, relations):
        assert len(line.split(" ")) == len(COLUMNS) == len(line.split()) + line.split(" ").count("")
        assert not set(line) & set('",')


@pytest.mark.parametrize("line", [None, "", '"{} a supplies b"', '"{} a befriends b   actual stated 0 1 1 - - 1"'])
def test_a_network_is_read_from_the_store_as_the_nodes_say(backbone: Store, line: str | None) -> None:
    """With lines as they are written now, with none (a view of an older version), and with lines of another kind."""
    store, said = open_store("memory:"), sorted(default_graph(backbone))
    rows = [quad for quad in said if quad[1] == f"<{terms.NT}row>"]
    store.bulk_load(sorted({*said} - {*rows}))
    store.bulk_load(
        (s, p, o if line is None else line.format(n), g) for n, (s, p, o, g) in enumerate(rows) if line != ""
    )
    relations = view_relations(store)
    assert len(Relations.read(store)) == (len(relations) if line is None else 0)
    assert list(network(store).relations) == [each for each in relations if each.level in ("confirmed", "reported")]
    assert network(store).to_arrow().equals(network(backbone).to_arrow())
