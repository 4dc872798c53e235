"""A store as an rdflib Dataset: the same data, read and written through, asked in the store's engine."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDFS, BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.sparql import prepareQuery

from graph.errors import StoreError
from graph.store import Store, as_dataset, open_store, select

A, B, P, G = URIRef("urn:a"), URIRef("urn:b"), URIRef("urn:p"), URIRef("urn:g")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:")
    opened.update(
        "INSERT DATA { <urn:a> <urn:p> 'default'@en . GRAPH <urn:g> { <urn:a> <urn:p> <urn:b> . <urn:b> <urn:p> 2 } }"
    )
    yield opened
    opened.close()


@pytest.fixture
def dataset(store: Store) -> Dataset:
    return as_dataset(store)


def test_reading(dataset: Dataset) -> None:
    assert list(dataset.default_graph) == [(A, P, Literal("default", lang="en"))]
    assert set(dataset.graph(G)) == {(A, P, B), (B, P, Literal(2))}
    assert len(dataset.graph(G)) == 2
    assert (A, P, B) in dataset.graph(G)
    assert (A, P, B) not in dataset.default_graph
    assert dataset.graph(G).value(A, P) == B
    assert list(dataset.graph(G).subjects(P, Literal(2))) == [B]
    assert G in [graph.identifier for graph in dataset.graphs()]
    assert {quad[3] for quad in dataset.quads((A, P, B, None))} == {G}


def test_queries_run_in_the_store(dataset: Dataset) -> None:
    assert [tuple(row) for row in dataset.query("SELECT ?o { <urn:a> <urn:p> ?o }")] == [
        (Literal("default", lang="en"),)
    ]
    assert [row.o for row in dataset.graph(G).query("SELECT ?o { ?s ?p ?o } ORDER BY ?o")] == [B, Literal(2)]
    assert bool(dataset.query("ASK { GRAPH <urn:g> { ?s ?p ?o } }"))
    constructed = dataset.query("CONSTRUCT { ?s ?p ?o } { GRAPH <urn:g> { ?s ?p ?o } }").graph
    assert isomorphic(constructed, dataset.graph(G))
    assert [row.n for row in dataset.query("SELECT (COUNT(*) AS ?n) { ?s nt:supplies ?o }")] == [Literal(0)]


def test_bindings_and_prepared_queries_run_in_the_store_too(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rdflib.plugins.sparql.processor.SPARQLProcessor.query", None)
    text = "SELECT ?s ?o { GRAPH <urn:g> { ?s x:p ?o } }"
    rows = list(dataset.query(text, initNs={"x": "urn:"}, initBindings={"s": A}))
    assert [tuple(row) for row in rows] == [(A, B)]
    prepared = prepareQuery(text, initNs={"x": "urn:"})
    assert len(list(dataset.query(prepared))) == 2
    assert [tuple(row) for row in dataset.query(prepared, initBindings={"o": Literal(2)})] == [(B, Literal(2))]


def test_writing(dataset: Dataset, store: Store) -> None:
    graph = dataset.graph(URIRef("urn:new"))
    graph.add((A, RDFS.label, Literal('say "x"\n\\', lang="en")))
    graph.parse(data="<urn:x> <urn:p> [ <urn:q> 1 ] .", format="turtle")
    assert len(graph) == 3
    assert len(select(store, "SELECT ?s { GRAPH <urn:new> { ?s ?p ?o } }")) == 3
    assert graph.value(A, RDFS.label) == Literal('say "x"\n\\', lang="en")
    graph.remove((A, None, None))
    assert (A, RDFS.label, None) not in graph
    dataset.remove_graph(graph)
    assert len(select(store, "SELECT ?s { GRAPH <urn:new> { ?s ?p ?o } }")) == 0
    dataset.update("INSERT DATA { GRAPH <urn:new> { <urn:a> <urn:p> 3 } }")
    assert set(dataset.graph(URIRef("urn:new"))) == {(A, P, Literal(3))}


@pytest.mark.parametrize(
    "form", ["turtle", "nt", "xml", "json-ld", "n3", "pretty-xml", "longturtle", "trig", "nquads", "trix"]
)
def test_everything_rdflib_writes_it_reads_again(dataset: Dataset, form: str) -> None:
    with warnings.catch_warnings():
        # rdflib 7.6 uses its own deprecated names in some of these.
        warnings.simplefilter("ignore", DeprecationWarning)
        if form in ("trig", "nquads", "trix"):
            text = dataset.serialize(format=form)
            again = as_dataset(open_store("memory:"))
            again.parse(data=text, format=form)
            assert isomorphic(again.graph(G), dataset.graph(G))
        else:
            text = dataset.graph(G).serialize(format=form)
            copy = as_dataset(open_store("memory:")).graph(G)
            # Plain first: rdflib parses N3 only into stores that hold formulae.
            plain = Graph().parse(data=text, format={"pretty-xml": "xml", "longturtle": "turtle"}.get(form, form))
            copy += plain
            assert isomorphic(copy, dataset.graph(G))


def test_no_file_is_read(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "canary.ttl").write_text("<urn:canary> <urn:p> 1 .")
    with pytest.raises(StoreError):
        dataset.query(f"SELECT * FROM <file://{tmp_path}/canary.ttl> {{ ?s ?p ?o }}")
    plain = Graph()
    assert list(plain.query(f"SELECT * FROM <file://{tmp_path}/canary.ttl> {{ ?s ?p ?o }}")) == []


def test_a_blank_node_has_no_name_to_remove_it_by(dataset: Dataset) -> None:
    graph = dataset.graph(G)
    graph.add((BNode("x"), P, Literal(1)))
    with pytest.raises(StoreError, match="blank node"):
        graph.remove((None, P, Literal(1)))
