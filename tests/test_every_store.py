"""One suite over every store: memory, disk, our own service, Oxigraph's server and Virtuoso 7."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic

from graph.errors import QueryError, QueryRefusedError, QuerySyntaxError, StoreError
from graph.store import Change, Quad, Store, ask, open_store, select
from graph.store.oxigraph import convert
from graph.store.remote import RemoteStore
from store_servers import TOKEN, app_over, oxigraph, serving, virtuoso

STORES = ("memory", "disk", "service", "oxigraph", pytest.param("virtuoso", marks=pytest.mark.virtuoso))

#: What a server can't do → why. Strict: the day it can, the test says so.
GAPS = {
    ("virtuoso", "test_an_update_is_all_or_nothing"): "Virtuoso commits each operation of a request by itself",
}


@pytest.fixture(scope="module", params=STORES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of each kind."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    if request.param in ("memory", "disk"):
        store = open_store("memory:" if request.param == "memory" else str(folder / "store"))
        yield store
        store.close()
    elif request.param == "service":
        behind = open_store(str(folder / "store"))
        with serving(app_over(behind)) as address:
            remote = RemoteStore(f"{address}/sparql", TOKEN)
            yield remote
            remote.close()
        behind.close()
    else:
        with {"oxigraph": oxigraph, "virtuoso": virtuoso}[request.param](folder) as address:
            store = open_store(address)
            yield store
            store.close()


@pytest.fixture
def store(opened: Store, request: pytest.FixtureRequest) -> Store:
    """The store, emptied."""
    kind = request.node.callspec.params["opened"]
    if reason := GAPS.get((kind, request.node.originalname)):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    graphs = [str(row[0]) for row in select(opened, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
    opened.apply(Change(drop=("", *(graph for graph in graphs if graph.startswith("urn:test:")))))
    return opened


def quads(graph: str, *values: str) -> tuple[Quad, ...]:
    return tuple((f"<urn:test:s{at}>", "<urn:test:p>", value, graph) for at, value in enumerate(values))


def values(store: Store, graph: str) -> list[str]:
    where = f"GRAPH {graph} {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    return sorted(str(row[0]) for row in select(store, f"SELECT ?o WHERE {{ {where} }}"))


def test_a_store_keeps_the_protocol(store: Store) -> None:
    assert isinstance(store, Store)


def test_a_new_store_is_empty(store: Store) -> None:
    assert not ask(store, "ASK { ?s ?p ?o }")


def test_a_document_is_replaced_whole(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"a"', '"b"') + quads("<urn:test:h>", '"kept"')))
    store.apply(Change(drop=("<urn:test:g>",), add=quads("<urn:test:g>", '"new"')))
    assert values(store, "<urn:test:g>") == ["new"]
    assert values(store, "<urn:test:h>") == ["kept"]


def test_quads_are_removed_and_added_in_one_step(store: Store) -> None:
    store.apply(Change(add=quads("", '"a"', '"b"')))
    store.apply(Change(remove=quads("", '"a"'), add=(("<urn:test:x>", "<urn:test:p>", '"c"', ""),)))
    assert values(store, "") == ["b", "c"]


def test_removing_what_is_not_there_does_nothing(store: Store) -> None:
    store.apply(Change(drop=("<urn:test:none>",), remove=quads("", '"none"')))
    assert values(store, "") == []


def test_adding_twice_is_adding_once(store: Store) -> None:
    for _ in range(2):
        store.apply(Change(add=quads("<urn:test:g>", '"a"')))
    assert values(store, "<urn:test:g>") == ["a"]


def test_the_default_graph_is_not_the_union(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"named"') + quads("", '"default"')))
    assert values(store, "") == ["default"]
    assert values(store, "<urn:test:g>") == ["named"]


def test_the_default_graph_is_dropped_alone(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"named"') + quads("", '"default"')))
    store.apply(Change(drop=("",)))
    assert values(store, "") == []
    assert values(store, "<urn:test:g>") == ["named"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<urn:test:o>", URIRef("urn:test:o")),
        ("<https://example.org/a?b=c&d=%20#é>", URIRef("https://example.org/a?b=c&d=%20#é")),
        ('"plain"', Literal("plain")),
        ('"colour"@en-gb', Literal("colour", lang="en-gb")),
        ('"供应链 🏭 \u200b"@zh', Literal("供应链 🏭 \u200b", lang="zh")),
        (r'"a\"b\\c\nd\te\rf"', Literal('a"b\\c\nd\te\rf')),
        ("\"it's } ; DROP ALL # {\"", Literal("it's } ; DROP ALL # {")),
        ('""', Literal("")),
        ('"2026-11-28"^^<http://www.w3.org/2001/XMLSchema#date>', Literal("2026-11-28", datatype=URIRef("http://www.w3.org/2001/XMLSchema#date"))),
        ('"42"^^<http://www.w3.org/2001/XMLSchema#integer>', Literal(42)),
        ('"x"^^<urn:test:type>', Literal("x", datatype=URIRef("urn:test:type"))),
        (f'"{"long " * 5000}"', Literal("long " * 5000)),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) and not isinstance(value, Literal) else "",
)  # fmt: skip
def test_a_term_comes_back_as_it_went_in(store: Store, written: str, read: Literal | URIRef) -> None:
    store.apply(Change(add=quads("<urn:test:g>", written)))
    assert select(store, "SELECT ?o { GRAPH <urn:test:g> { ?s ?p ?o } }") == [(read,)]


def test_known_prefixes_need_no_declaration(store: Store) -> None:
    store.update("INSERT DATA { GRAPH <urn:test:g> { id:tsmc nt:supplies id:nvidia } }")
    assert select(store, "SELECT ?who { GRAPH <urn:test:g> { id:tsmc nt:supplies ?who } }") == [
        (URIRef("https://w3id.org/nthtier/id/nvidia"),)
    ]


def test_a_declared_prefix_wins(store: Store) -> None:
    store.update("INSERT DATA { GRAPH <urn:test:g> { id:tsmc nt:supplies id:nvidia } }")
    assert not ask(store, "PREFIX nt: <urn:test:> ASK { GRAPH <urn:test:g> { ?s nt:supplies ?o } }")


def test_an_unbound_variable_is_none(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"a"')))
    query = "SELECT ?o ?n { GRAPH <urn:test:g> { ?s ?p ?o OPTIONAL { ?s <urn:test:none> ?n } } }"
    assert select(store, query) == [(Literal("a"), None)]


def test_paths_and_aggregates(store: Store) -> None:
    chain = tuple((f"<urn:test:n{at}>", "<urn:test:next>", f"<urn:test:n{at + 1}>", "") for at in range(20))
    store.apply(Change(add=chain))
    (row,) = select(store, "SELECT (COUNT(DISTINCT ?x) AS ?n) { <urn:test:n0> <urn:test:next>+ ?x }")
    assert str(row[0]) == "20"


def test_a_graph_is_constructed(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"a"@en', '"b"')))
    construct = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <urn:test:g> { ?s ?p ?o } }"
    expected = Graph().parse(
        data='<urn:test:s0> <urn:test:p> "a"@en . <urn:test:s1> <urn:test:p> "b" .', format="turtle"
    )
    for media_type, parser in (
        ("application/n-triples", "nt"),
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "xml"),
    ):
        found = Graph().parse(data=b"".join(store.query(construct, media_type)), format=parser)
        assert isomorphic(found, expected), media_type


def test_rows_in_every_form(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"a"')))
    query = "SELECT ?o { GRAPH <urn:test:g> { ?s ?p ?o } }"
    assert b'"a"' in b"".join(store.query(query, "application/sparql-results+json"))
    assert b">a<" in b"".join(store.query(query, "application/sparql-results+xml"))
    assert b"".join(store.query(query, "text/csv")).replace(b'"', b"").split() == [b"o", b"a"]


def test_a_form_that_does_not_fit_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError):
        b"".join(store.query("ASK {}", "text/turtle"))
    with pytest.raises(StoreError):
        b"".join(store.query("CONSTRUCT WHERE { ?s ?p ?o }", "application/sparql-results+json"))


def test_a_syntax_error_is_told(store: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        b"".join(store.query("SELECT ?s WHERE { ?s ?p }"))
    with pytest.raises(QuerySyntaxError):
        store.update("INSERT DATA { <urn:test:s> <urn:test:p> }")


def test_an_update_is_all_or_nothing(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:there>", '"a"')))
    with pytest.raises(StoreError):
        store.update(
            'INSERT DATA { GRAPH <urn:test:g> { <urn:test:s> <urn:test:p> "new" } } ; CREATE GRAPH <urn:test:there>'
        )
    assert values(store, "<urn:test:g>") == []


@pytest.mark.parametrize(
    "bad",
    [
        ("<urn:test:s>", "<urn:test:p>", "<urn:test:o> } } ; DROP ALL #", "<urn:test:g>"),
        ("<urn:test:s>", "<urn:test:p>", '"open', "<urn:test:g>"),
        ("<urn:test:s>", "<urn:test:p>", "<a b>", "<urn:test:g>"),
        ("plain", "<urn:test:p>", '"x"', "<urn:test:g>"),
        ("<urn:test:s>", "<urn:test:p>", '"x"', "<urn:test:g> {"),
    ],
)
def test_nothing_but_data_gets_into_a_change(store: Store, bad: Quad) -> None:
    store.apply(Change(add=quads("<urn:test:kept>", '"kept"')))
    with pytest.raises(StoreError):
        store.apply(Change(drop=("<urn:test:kept>",), add=(*quads("<urn:test:g>", '"a"'), bad)))
    assert values(store, "<urn:test:kept>") == ["kept"]
    assert values(store, "<urn:test:g>") == []


def test_a_query_over_a_dataset_of_its_own(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"g"') + quads("<urn:test:h>", '"h"') + quads("", '"default"')))
    text = "SELECT ?o { ?s ?p ?o }"
    found = b"".join(store.query(text, "text/csv", default_graphs=["urn:test:g", "urn:test:h"]))
    assert sorted(found.replace(b'"', b"").split()) == [b"g", b"h", b"o"]
    text = "SELECT ?o { GRAPH ?any { ?s ?p ?o } }"
    found = b"".join(store.query(text, "text/csv", named_graphs=["urn:test:h"]))
    assert found.replace(b'"', b"").split() == [b"o", b"h"]


def test_an_update_over_a_dataset_of_its_own(store: Store) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"g"') + quads("<urn:test:h>", '"h"')))
    store.update(
        "INSERT { GRAPH <urn:test:copy> { ?s ?p ?o } } WHERE { ?s ?p ?o }", using_graphs=["urn:test:h"]
    )  # fmt: skip
    assert values(store, "<urn:test:copy>") == ["h"]


def test_the_network_is_not_for_queries(store: Store) -> None:
    if isinstance(store, RemoteStore):
        pytest.skip("what a server calls is up to its own settings")
    with pytest.raises(QueryRefusedError):
        store.query("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(QueryRefusedError):
        store.update("LOAD <http://127.0.0.1:9/>")


def test_many_quads_in_bulk(store: Store) -> None:
    many = [(f"<urn:test:s{at}>", "<urn:test:p>", f'"{at}"', f"<urn:test:g{at // 1000}>") for at in range(5000)]
    store.bulk_load(iter(many))
    (row,) = select(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <urn:test:p> ?o } }")
    assert str(row[0]) == "5000"


def test_a_long_result_comes_whole(store: Store) -> None:
    many = [(f"<urn:test:s{at}>", "<urn:test:p>", f'"{at:020}"', f"<urn:test:g{at // 1000}>") for at in range(5000)]
    store.bulk_load(many)
    rows = b"".join(store.query("SELECT ?s ?o { GRAPH ?g { ?s <urn:test:p> ?o } }", "text/csv")).splitlines()
    assert len(rows) == 5001


def test_a_result_may_be_left_unread(store: Store) -> None:
    store.bulk_load([(f"<urn:test:s{at}>", "<urn:test:p>", f'"{at}"', "<urn:test:g>") for at in range(1000)])
    for _ in range(10):
        pieces = store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }")
        next(pieces)
        del pieces
    assert ask(store, "ASK { GRAPH ?g { ?s ?p ?o } }")


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/turtle", '<urn:test:s> <urn:test:p> "a"@en, <#b> .'),
        (
            "application/n-triples",
            '<urn:test:s> <urn:test:p> "a"@en .\n<urn:test:s> <urn:test:p> <urn:test:base#b> .\n',
        ),
        (
            "application/ld+json",
            '{"@id": "urn:test:s", "urn:test:p": [{"@value": "a", "@language": "en"}, {"@id": "#b"}]}',
        ),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:t="urn:test:"><rdf:Description '
            'rdf:about="urn:test:s"><t:p xml:lang="en">a</t:p><t:p rdf:resource="#b"/></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_a_file_is_loaded(store: Store, media_type: str, text: str) -> None:
    store.load(io.BytesIO(text.encode()), media_type, graph="urn:test:g", base="urn:test:base")
    found = sorted(
        row[0].n3() for row in select(store, "SELECT ?o { GRAPH <urn:test:g> { ?s ?p ?o } }") if row[0] is not None
    )
    assert found == ['"a"@en', "<urn:test:base#b>"]


def test_a_file_with_an_error_is_not_loaded_in_part(store: Store) -> None:
    with pytest.raises(StoreError):
        store.load(
            io.BytesIO(b"<urn:test:s> <urn:test:p> 1 .\n<urn:test:s> <urn:test:p> ."), "text/turtle", graph="urn:test:g"
        )
    assert values(store, "<urn:test:g>") == []


def test_an_export_can_be_loaded_again(store: Store) -> None:
    store.apply(
        Change(
            add=quads("<urn:test:g>", '"a"@en', r'"b\nc"', "<urn:test:o>", '"2"^^<urn:test:t>') + quads("", '"default"')
        )
    )
    text = b"".join(store.export())
    lines = sorted(line for line in text.decode().splitlines() if "urn:test:" in line)
    assert len(lines) == 5
    store.apply(Change(drop=("", "<urn:test:g>")))
    store.load(io.BytesIO("\n".join(lines).encode()), "application/n-quads")
    again = sorted(line for line in b"".join(store.export()).decode().splitlines() if "urn:test:" in line)
    assert again == lines


@pytest.mark.parametrize("graph", ["", "urn:test:g"])
@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_one_graph_is_exported(store: Store, graph: str, media_type: str) -> None:
    store.apply(Change(add=quads("<urn:test:g>", '"a"') + quads("", '"a"')))
    text = b"".join(store.export(media_type, graph))
    found = Graph().parse(data=convert(text, media_type, "text/turtle"), format="turtle")
    assert list(found) == [(URIRef("urn:test:s0"), URIRef("urn:test:p"), Literal("a"))]


def test_every_write_has_a_version_of_its_own(store: Store) -> None:
    seen = [store.version]
    for value in ('"a"', '"b"', '"c"'):
        store.apply(Change(add=quads("<urn:test:g>", value)))
        seen.append(store.version)
    assert len(set(seen)) == len(seen)


def test_a_reader_sees_whole_documents_only(store: Store) -> None:
    size, ended, torn = 40, threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            rows = select(
                store, "SELECT ?o (COUNT(*) AS ?n) { GRAPH <urn:test:doc> { ?s <urn:test:p> ?o } } GROUP BY ?o"
            )
            torn.extend(row for row in rows if len(rows) != 1 or str(row[1]) != str(size))

    def document(version: int) -> Change:
        return Change(drop=("<urn:test:doc>",), add=quads("<urn:test:doc>", *[f'"{version}"'] * size))

    store.apply(document(0))
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for version in range(1, 15):
        store.apply(document(version))
    ended.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_blank_nodes_keep_apart(store: Store) -> None:
    change = Change(
        add=(("_:a", "<urn:test:p>", '"1"', "<urn:test:g>"), ("_:a", "<urn:test:q>", '"2"', "<urn:test:g>"))
    )
    store.apply(change)
    assert len(select(store, "SELECT ?a { GRAPH <urn:test:g> { ?a <urn:test:p> ?x ; <urn:test:q> ?y } }")) == 1
    with pytest.raises(StoreError, match="blank node"):
        store.apply(Change(remove=change.add))


def test_a_dataset_clause_of_the_update_forbids_one_of_the_request(store: Store) -> None:
    with pytest.raises(QueryError):
        store.update("WITH <urn:test:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", using_graphs=["urn:test:h"])
