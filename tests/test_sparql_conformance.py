"""The W3C's SPARQL 1.1 tests against the live service: query, update, results, protocols, description.

``make conformance`` runs this file with ``-s``, which prints the counts. ``NTHTIER_CONFORMANCE=disk`` puts a store folder with
its reader processes behind the service in place of a store in memory.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pyoxigraph as ox
import pytest
from rdflib import Literal
from rdflib.collection import Collection

from graph.store import open_store
from places import SHARED
from sparql_w3c import (
    CNT,
    HT,
    MF,
    QT,
    UT,
    Case,
    cases,
    csv_rows,
    n_quads,
    quads_of,
    read_result_set,
    read_rows,
    rows_as_quads,
    same,
)
from store_servers import TOKEN, app_over, serving

ROOT = SHARED / "w3c" / "sparql" / "sparql11"
QUERY = [
    "aggregates",
    "bind",
    "bindings",
    "cast",
    "construct",
    "exists",
    "functions",
    "grouping",
    "negation",
    "project-expression",
    "property-path",
    "subquery",
    "syntax-query",
]
UPDATE = [
    "add",
    "basic-update",
    "clear",
    "copy",
    "delete-data",
    "delete-insert",
    "delete-where",
    "delete",
    "drop",
    "move",
    "syntax-update-1",
    "syntax-update-2",
    "update-silent",
]
RESULTS = ["csv-tsv-res", "json-res"]
PROTOCOLS = ["protocol", "graph-store-protocol", "service-description"]

_LANGUAGE = "Oxigraph itself fails it: GROUP_CONCAT keeps the language tag"
_EMPTY = "Oxigraph itself fails it: GRAPH ?g binds no graph where its pattern matches without one"
_ABSENT = "Oxigraph itself fails it: a path of no step from a term that the data does not have"
_NUMBERS = "Oxigraph itself fails it: it keeps numbers by value, not by spelling"

#: Tests that fail, and why. Strict: one that passes must leave this list.
EXCEPTIONS: dict[str, str] = {
    "aggregates/agg-groupconcat-04": _LANGUAGE,
    "aggregates/agg-groupconcat-06": _LANGUAGE,
    "aggregates/agg-empty-group-count-graph": _EMPTY,
    "bindings/graph": _EMPTY,
    "negation/graph-minus": "Oxigraph itself fails it: MINUS within GRAPH ?g",
    "functions/bnode01": "Oxigraph itself fails it: BNODE of the same text is the same node in every row",
    "property-path/zero_or_more_set_start": _ABSENT,
    "property-path/zero_or_more_set_end": _ABSENT,
    "property-path/zero_or_one_set_start": _ABSENT,
    "property-path/zero_or_one_set_end": _ABSENT,
    "csv-tsv-res/csv03": _NUMBERS,
    "csv-tsv-res/tsv03": _NUMBERS,
}
#: LOAD SILENT is to pass over this; it is allowed so that it can.
_NOWHERE = "somescheme://www.example.com/THIS-GRAPH-DOES-NOT-EXIST/"

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not ROOT.is_dir(), reason=f"the W3C tests are absent: {ROOT}")]
_ALL = list(cases(ROOT, [*QUERY, *UPDATE, *RESULTS, *PROTOCOLS])) if ROOT.is_dir() else []
_COUNTS: Counter[tuple[str, str]] = Counter()


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=EXCEPTIONS[name], strict=True)] if name in EXCEPTIONS else []


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the live service; at the end it prints the counts."""
    on_disk = os.environ.get("NTHTIER_CONFORMANCE") == "disk"
    store = open_store(str(tmp_path_factory.mktemp("w3c") / "store") if on_disk else "memory:")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        serving(app_over(store, allow_load=[_NOWHERE])) as address,
        httpx.Client(base_url=address, headers=headers, timeout=60) as client,
    ):
        yield client
    store.close()
    for part, groups in (("query", QUERY), ("update", UPDATE), ("results", RESULTS), *((p, [p]) for p in PROTOCOLS)):
        passed = sum(_COUNTS[group, "passed"] for group in groups)
        total = sum(case.group in groups for case in _ALL)
        print(f"\nW3C {part}: {passed} of {total} passed", end="")
    print()


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=_marks(case.id))
        for case in _ALL
    ],
)  # fmt: skip
def test_w3c(client: httpx.Client, case: Case) -> None:
    run = {
        "QueryEvaluationTest": evaluate_query,
        "CSVResultFormatTest": evaluate_query,
        "UpdateEvaluationTest": evaluate_update,
        "PositiveSyntaxTest11": positive_syntax,
        "NegativeSyntaxTest11": negative_syntax,
        "PositiveUpdateSyntaxTest11": positive_syntax,
        "NegativeUpdateSyntaxTest11": negative_syntax,
        "ProtocolTest": replay,
        "GraphStoreProtocolTest": replay,
        "ServiceDescriptionTest": describe,
    }[case.kind]
    run(client, case)
    _COUNTS[case.group, "passed"] += 1


def fill(client: httpx.Client, quads: list[ox.Quad]) -> None:
    """Make the store hold these quads and no others."""
    ask(client, "/update", "DROP ALL", "application/sparql-update").raise_for_status()
    if quads:
        client.post(
            "/store", content=n_quads(quads), headers={"Content-Type": "application/n-quads"}
        ).raise_for_status()


def ask(
    client: httpx.Client, path: str, text: str, kind: str = "application/sparql-query", accept: str = "*/*"
) -> httpx.Response:
    return client.post(path, content=text.encode(), headers={"Content-Type": kind, "Accept": accept})


def text_of(case: Case, path: Path) -> str:
    """A query or update, with the address of its file as its base."""
    text = path.read_text("utf-8")
    return text if re.search(r"^\s*BASE\b", text, re.IGNORECASE | re.MULTILINE) else f"BASE <{case.iri(path)}> {text}"


def evaluate_query(client: httpx.Client, case: Case) -> None:
    action = case.value(MF.action)
    fill(client, quads_of(case, case.data(action, QT.data, QT.graphData)))
    query, result = case.file(MF.action, QT.query), case.file(MF.result)
    assert query is not None
    assert result is not None
    forms = {".srx": "application/sparql-results+xml", ".srj": "application/sparql-results+json"}
    forms |= {".csv": "text/csv", ".tsv": "text/tab-separated-values"}
    accept = forms.get(result.suffix, "application/sparql-results+json, text/turtle;q=0.9")
    answer = ask(client, "/sparql", text_of(case, query), accept=accept)
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    if result.suffix in forms:
        assert kind == accept
    if result.suffix == ".csv":
        assert csv_rows(answer.content) == csv_rows(result.read_bytes())
        return
    if kind in ("text/turtle",):
        found = list(ox.parse(answer.content, ox.RdfFormat.TURTLE))
        assert same(found, quads_of(case, (("", result),))), answer.text
        return
    formats = {
        "application/sparql-results+xml": ox.QueryResultsFormat.XML,
        "application/sparql-results+json": ox.QueryResultsFormat.JSON,
        "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    }
    rows = read_rows(answer.content, formats[kind])
    if result.suffix in forms:
        expected = read_rows(result.read_bytes(), formats[forms[result.suffix]])
    else:
        expected = read_result_set(quads_of(case, (("", result),)))
    if isinstance(rows, bool) or isinstance(expected, bool):
        assert rows is expected
    else:
        assert same(rows, expected), f"{answer.text}\n{rows_as_quads([], [])}"


def evaluate_update(client: httpx.Client, case: Case) -> None:
    fill(client, quads_of(case, case.data(case.value(MF.action), UT.data, UT.graphData)))
    update = case.file(MF.action, UT.request)
    assert update is not None
    answer = ask(client, "/update", text_of(case, update), "application/sparql-update")
    assert answer.status_code == 204, answer.text
    dump = client.get("/store", headers={"Accept": "application/n-quads"})
    expected = quads_of(case, case.data(case.value(MF.result), UT.data, UT.graphData))
    assert same(ox.parse(dump.content, ox.RdfFormat.N_QUADS), expected), dump.text


def _syntax(client: httpx.Client, case: Case) -> httpx.Response:
    path = case.file(MF.action)
    assert path is not None
    fill(client, [])
    if path.suffix == ".ru":
        return ask(client, "/update", text_of(case, path), "application/sparql-update")
    return ask(client, "/sparql", text_of(case, path))


def positive_syntax(client: httpx.Client, case: Case) -> None:
    answer = _syntax(client, case)
    # It parses; that a graph is not there, or that LOAD is refused, is another matter.
    assert answer.status_code in (200, 204) or answer.json()["title"] in ("Query", "QueryRefused"), answer.text


def negative_syntax(client: httpx.Client, case: Case) -> None:
    answer = _syntax(client, case)
    assert answer.status_code == 400, answer.text
    assert answer.json()["title"] == "QuerySyntax"


def describe(client: httpx.Client, case: Case) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/turtle")
    graph = list(ox.parse(answer.content, ox.RdfFormat.TURTLE))
    sd = "http://www.w3.org/ns/sparql-service-description#"
    if case.name == "has-endpoint-triple":
        endpoint = ox.NamedNode(f"{client.base_url}".rstrip("/") + "/sparql")
        assert any(q.predicate.value == sd + "endpoint" and q.object == endpoint for q in graph)
    if case.name == "conforms-to-schema":
        services = {q.subject for q in graph if q.object == ox.NamedNode(sd + "Service")}
        assert services
        for service in services:
            assert len([q for q in graph if q.subject == service and q.predicate.value == sd + "endpoint"]) == 1
        assert not [q for q in graph if q.predicate.value.startswith(sd) and isinstance(q.object, ox.Literal)]


def replay(client: httpx.Client, case: Case) -> None:
    """Send the requests of a protocol test and check the answers."""
    graph = case.graph
    fill(client, quads_of(case, case.data(case.node, UT.data, UT.graphData)))
    location = ""
    for request in Collection(graph, case.value(MF.action, HT.requests)):

        def say(node: Any, *path: Any, location: str = location) -> str:
            for step in path:
                node = graph.value(node, step)
            return re.sub(r"/gsp(?=[/?\"> ]|$)", "/store", str(node or "")).replace("$LOCATION$", location)

        headers = _headers(case, request) | {"Host": "www.example"}
        body = say(request, HT.body, CNT.chars)
        kind = headers.get("content-type", "")
        updates = "sparql-update" in kind or body.startswith("update=") or case.name.startswith("bad_update")
        path = say(request, HT.absolutePath).replace("/sparql/", "/update" if updates else "/sparql")
        if "%2Fgsp" in path:
            path = path.replace("%2Fgsp", "%2Fstore")
        if path.startswith("http://www.example"):
            path = path.removeprefix("http://www.example")
        encoding = say(request, HT.body, CNT.characterEncoding) or "utf-8"
        method = say(request, HT.methodName)
        answer = client.request(method, path, content=body.encode(encoding) if body else None, headers=headers)
        response = graph.value(request, HT.resp)
        expected = [str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)]
        assert any(_is_status(answer.status_code, status) for status in expected), (
            method,
            path,
            answer.status_code,
            answer.text,
        )
        if (boolean := graph.value(response, MF.expectedBoolean)) is not None:
            assert isinstance(boolean, Literal)
            assert answer.json()["boolean"] is boolean.toPython()
        if graph.value(response, MF.expectedLocation) is not None:
            location = answer.headers["location"]
        if method != "HEAD" and (content := say(response, HT.body, CNT.chars)):
            answered = answer.headers["content-type"].partition(";")[0]
            assert answered == _headers(case, response).get("content-type", answered).partition(";")[0]
            base = f"http://www.example{path}"
            want = ox.parse(content, ox.RdfFormat.from_media_type(answered), base_iri=base)
            assert same(ox.parse(answer.content, ox.RdfFormat.from_media_type(answered)), want), answer.text


def _headers(case: Case, node: Any) -> dict[str, str]:
    found = case.graph.value(node, HT.headers)
    entries = Collection(case.graph, found) if found is not None else []
    return {str(case.graph.value(e, HT.fieldName)).lower(): str(case.graph.value(e, HT.fieldValue)) for e in entries}


def _is_status(code: int, expected: str) -> bool:
    if expected.startswith("StatusCode"):
        return str(code)[0] == expected.removeprefix("StatusCode")[0]
    names = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404, "BadRequest": 400}
    return names.get(expected) == code


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_the_engine_alone_fails_it_too(name: str) -> None:
    (case,) = [case for case in _ALL if case.id == name]
    query, result = case.file(MF.action, QT.query), case.file(MF.result)
    assert query is not None
    assert result is not None
    engine = ox.Store()
    engine.extend(quads_of(case, case.data(case.value(MF.action), QT.data, QT.graphData)))
    found = engine.query(text_of(case, query))
    assert not isinstance(found, ox.QueryTriples)
    if result.suffix == ".csv":
        assert csv_rows(found.serialize(format=ox.QueryResultsFormat.CSV) or b"") != csv_rows(result.read_bytes())
        return
    form = {".tsv": ox.QueryResultsFormat.TSV, ".srj": ox.QueryResultsFormat.JSON}.get(
        result.suffix, ox.QueryResultsFormat.XML
    )
    rows = read_rows(found.serialize(format=form) or b"", form)
    is_graph = result.suffix in (".ttl", ".rdf")
    expected = read_result_set(quads_of(case, (("", result),))) if is_graph else read_rows(result.read_bytes(), form)
    assert rows is not expected if isinstance(rows, bool) or isinstance(expected, bool) else not same(rows, expected)
