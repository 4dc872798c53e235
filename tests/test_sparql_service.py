"""The service as a stranger's client sees it: forms, codes, headers, tokens, streams."""

from __future__ import annotations

import base64
import gzip
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from rdflib import Graph, URIRef

from graph.store import Store, open_store
from store_servers import TOKEN, app_over, service

AUTH = {"Authorization": f"Bearer {TOKEN}"}
SELECT, ASK = "SELECT ?who { id:tsmc nt:supplies ?who }", "ASK { ?s ?p ?o }"
CONSTRUCT, DESCRIBE = "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE id:tsmc"
UPDATE = "INSERT DATA { id:tsmc nt:supplies id:amd }"


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:")
    opened.update("INSERT DATA { id:tsmc nt:supplies id:nvidia . GRAPH <urn:g> { id:tsmc rdfs:label 'TSMC'@en } }")
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    with TestClient(app_over(store)) as client:
        yield client


def get(client: TestClient, query: str, **headers: str) -> httpx.Response:
    return client.get(
        "/sparql", params={"query": query}, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "application/json", "application/sparql-results+json"),
        (SELECT, "text/html, application/xml;q=0.9, */*;q=0.8", "application/sparql-results+xml"),
        (SELECT, "text/csv;q=0.4, application/sparql-results+xml;q=0.6", "application/sparql-results+xml"),
        (SELECT, "text/*", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        (SELECT, "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (ASK, "text/turtle;q=1, */*;q=0.1", "application/sparql-results+json"),
        (CONSTRUCT, "*/*", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml;q=0.8, text/turtle;q=0.2", "application/rdf+xml"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (DESCRIBE, "application/n-quads", "application/n-quads"),
        (DESCRIBE, "application/xml", "application/rdf+xml"),
    ],
)
def test_the_form_a_client_likes_best(client: TestClient, query: str, accept: str, expected: str) -> None:
    answer = get(client, query, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == expected
    assert answer.content


@pytest.mark.parametrize(
    ("query", "accept"),
    [(SELECT, "text/turtle"), (CONSTRUCT, "text/csv"), (SELECT, "image/png"), (ASK, "text/csv;q=0")],
)
def test_a_form_that_does_not_fit_is_not_acceptable(client: TestClient, query: str, accept: str) -> None:
    answer = get(client, query, accept=accept)
    assert answer.status_code == 406
    assert "application/" in answer.json()["detail"]


def test_the_form_can_be_asked_for_in_the_address(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "csv"})
    assert answer.text.split() == ["who", "https://w3id.org/nthtier/id/nvidia"]


@pytest.mark.parametrize(
    ("query", "parameters", "expected"),
    [
        (SELECT, "format=tsv&format=text/tab-separated-values&output=tsv&results=tsv", "text/tab-separated-values"),
        (SELECT, "format=xml&output=xml&results=xml", "application/sparql-results+xml"),
        (CONSTRUCT, "format=xml&output=xml&results=xml", "application/rdf+xml"),
        (CONSTRUCT, "format=json&output=json&results=json", "application/ld+json"),
        (CONSTRUCT, "format=n3&output=n3&results=n3", "text/turtle"),
        (CONSTRUCT, "format=rdf%2Bxml&format=application/rdf%2Bxml&output=rdf%2Bxml", "application/rdf+xml"),
        (
            CONSTRUCT,
            "format=json-ld&format=application/ld%2Bjson%2Capplication/x-json%2Bld&output=json-ld",
            "application/ld+json",
        ),
    ],
)
def test_what_sparqlwrapper_sends_is_understood(client: TestClient, query: str, parameters: str, expected: str) -> None:
    answer = client.get(f"/sparql?query={quote(query)}&{parameters}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == expected


def test_a_tag_spares_the_answer_until_the_data_changes(client: TestClient) -> None:
    first = get(client, SELECT)
    tag = first.headers["etag"]
    again = get(client, SELECT, if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert get(client, SELECT, if_none_match=tag, accept="text/csv").status_code == 200
    assert "accept" in first.headers["vary"].lower()
    client.post("/update", content=UPDATE, headers={"Content-Type": "application/sparql-update", **AUTH})
    changed = get(client, SELECT, if_none_match=tag)
    assert changed.status_code == 200
    assert len(changed.json()["results"]["bindings"]) == 2


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?t) {}", "SELECT (RAND() AS ?r) {}", "SELECT (UUID() AS ?u) {}"])
def test_what_changes_by_itself_has_no_tag(client: TestClient, query: str) -> None:
    answer = get(client, query)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_head_says_what_get_would(client: TestClient) -> None:
    whole = get(client, SELECT)
    head = client.head("/sparql", params={"query": SELECT})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag"):
        assert head.headers[name] == whole.headers[name]
    assert client.head("/sparql", params={"query": "SELECT"}).status_code == 400


def test_any_page_may_read_and_none_sends_credentials(client: TestClient) -> None:
    for answer in (
        get(client, SELECT, origin="https://example.org"),
        get(client, "SELECT", origin="https://example.org"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    for path in ("/sparql", "/update", "/store", "/store/a"):
        preflight = client.options(path, headers=asked)
        assert preflight.status_code == 204
        assert "POST" in preflight.headers["access-control-allow-methods"]
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    ("method", "path", "content", "kind", "status"),
    [
        ("POST", "/sparql", SELECT, "text/plain", 415),
        ("POST", "/sparql", SELECT, "", 415),
        ("POST", "/sparql", b"\xff\xfe", "application/sparql-query", 400),
        ("POST", "/sparql", "other=1", "application/x-www-form-urlencoded", 400),
        ("POST", "/sparql", "query=ASK+%7B%7D&query=ASK+%7B%7D", "application/x-www-form-urlencoded", 400),
        ("POST", "/sparql", "query=%FF", "application/x-www-form-urlencoded", 400),
        ("POST", "/sparql", UPDATE, "application/sparql-query", 400),
        ("POST", "/sparql", "query=" + UPDATE, "application/x-www-form-urlencoded", 400),
        ("POST", "/update", SELECT, "application/sparql-update", 400),
        ("POST", "/update", "query=x", "application/x-www-form-urlencoded", 400),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "", "", 400),
        ("GET", "/sparql?update=x", "", "", 400),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=relative", "", "", 400),
        ("GET", "/update?update=x", "", "", 405),
        ("PUT", "/sparql", "", "", 405),
        ("DELETE", "/sparql", "", "", 405),
        ("GET", "/store?graph=urn:none", "", "", 404),
        ("GET", "/store?graph=relative", "", "", 400),
        ("GET", "/store?graph=urn:g&default", "", "", 400),
        ("DELETE", "/store?graph=urn:none", "", "", 404),
        ("DELETE", "/store", "", "", 400),
        ("PUT", "/store", "<urn:a> <urn:b> 1 .", "text/turtle", 400),
        ("PUT", "/store?graph=urn:g", "x", "image/png", 415),
        ("PUT", "/store?graph=urn:g", "<urn:a> <urn:b> <urn:c> <urn:other> .", "application/n-quads", 400),
        ("GET", "/store/none", "", "", 404),
    ],
)
def test_what_is_wrong_has_its_code(
    client: TestClient, method: str, path: str, content: str, kind: str, status: int
) -> None:
    headers = {**AUTH, **({"Content-Type": kind} if kind else {})}
    before = client.get("/store").content
    answer = client.request(method, path, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert client.get("/store").content == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Authorization": "Basic !!"}, 401),
        ({"Authorization": "Bearer \xe9"}, 401),
        (AUTH, 204),
        ({"Authorization": "Basic " + base64.b64encode(f"any:{TOKEN}".encode()).decode()}, 204),
    ],
)
def test_writing_needs_the_token(client: TestClient, headers: dict[str, str], status: int) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answers = [
        client.post("/update", content=UPDATE, headers={"Content-Type": "application/sparql-update", **raw}),
        client.put("/store?default", content="<urn:a> <urn:b> 1 .", headers={"Content-Type": "text/turtle", **raw}),
        client.post("/store?default", content="<urn:a> <urn:b> 2 .", headers={"Content-Type": "text/turtle", **raw}),
        client.delete("/store?default", headers=raw),
    ]
    assert [answer.status_code for answer in answers] == [status] * 4
    if status == 401:
        assert answers[0].headers["www-authenticate"].startswith("Bearer")


def test_without_a_token_the_service_only_reads(store: Store) -> None:
    with TestClient(app_over(store, token=None)) as client:
        answer = client.post("/update", content=UPDATE, headers={"Content-Type": "application/sparql-update", **AUTH})
        assert answer.status_code == 403
        assert "NTHTIER_TOKEN" in answer.json()["detail"]
        assert get(client, SELECT).status_code == 200
        described = Graph().parse(data=client.get("/sparql").content, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert (None, URIRef(sd + "supportedLanguage"), URIRef(sd + "SPARQL11Query")) in described
    assert (None, URIRef(sd + "supportedLanguage"), URIRef(sd + "SPARQL11Update")) not in described


def test_a_graph_is_written_read_and_deleted(client: TestClient) -> None:
    turtle = {"Content-Type": "text/turtle", **AUTH}
    assert client.put("/store/my/graph", content="<#a> <urn:p> 1 .", headers=turtle).status_code == 201
    assert client.post("/store/my/graph", content="<#b> <urn:p> 2 .", headers=turtle).status_code == 204
    found = Graph().parse(data=client.get("/store/my/graph").content, format="turtle")
    assert {str(subject) for subject in found.subjects()} == {
        "http://testserver/store/my/graph#a",
        "http://testserver/store/my/graph#b",
    }
    by_name = client.get(
        "/store", params={"graph": "http://testserver/store/my/graph"}, headers={"Accept": "application/n-triples"}
    )
    assert len(by_name.text.splitlines()) == 2
    assert client.delete("/store/my/graph", headers=AUTH).status_code == 204
    assert client.get("/store/my/graph").status_code == 404


def test_a_graph_with_an_error_replaces_nothing(client: TestClient) -> None:
    before = client.get("/store", params={"graph": "urn:g"}).content
    broken = "<urn:a> <urn:p> 1 .\n<urn:a> <urn:p> ,"
    answer = client.put("/store?graph=urn:g", content=broken, headers={"Content-Type": "text/turtle", **AUTH})
    assert answer.status_code == 400
    assert answer.json()["line"] == 2
    assert client.get("/store", params={"graph": "urn:g"}).content == before


def test_an_upload_has_a_limit(store: Store) -> None:
    with TestClient(app_over(store, upload_max_bytes=1000)) as client:
        answer = client.put("/store?graph=urn:h", content="#" * 2000, headers={"Content-Type": "text/turtle", **AUTH})
        assert answer.status_code == 413


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
    ],
)
def test_a_name_answers_with_what_is_known(client: TestClient, accept: str, expected: str) -> None:
    answer = client.get("/id/tsmc", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == expected
    assert "nvidia" in answer.text
    assert "TSMC" in answer.text
    assert (
        client.get("/id/tsmc", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]}).status_code == 304
    )


def test_a_browser_is_sent_to_the_page(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    answer = client.get("/id/tsmc", headers=browser, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/parties/tsmc")


def test_documents_and_claims_answer_by_name(client: TestClient, store: Store) -> None:
    store.update(
        "INSERT DATA { GRAPH document:d1 { claim:c1 rdf:subject id:tsmc ; prov:wasDerivedFrom document:d1 . document:d1 rdfs:label 'D' } }"
    )
    assert len(Graph().parse(data=client.get("/document/d1").content, format="turtle")) == 3
    assert len(Graph().parse(data=client.get("/claim/c1").content, format="turtle")) == 2
    page = client.get("/claim/c1", headers={"Accept": "text/html"}, follow_redirects=False)
    assert page.headers["location"] == "/documents/d1"


def test_the_ontology_answers(client: TestClient) -> None:
    assert (
        len(
            Graph().parse(
                data=client.get("/ontology", headers={"Accept": "application/n-triples"}).content, format="nt"
            )
        )
        > 50
    )


@pytest.mark.parametrize("path", ["/id/none", "/claim/none", "/document/none", "/id/a%3E%20b", "/id/%22"])
def test_what_nothing_is_known_of(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_large_answers_are_packed_for_who_takes_it(client: TestClient, store: Store) -> None:
    store.bulk_load((f"<urn:s{at}>", "<urn:p>", f'"{at}"', "") for at in range(20_000))
    query = "SELECT * { ?s <urn:p> ?o } ORDER BY ?s"
    plain = get(client, query, accept_encoding="identity")
    with client.stream("GET", "/sparql", params={"query": query}, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert len(raw) < len(plain.content) / 4
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers
    assert len(json.loads(plain.content)["results"]["bindings"]) == 20_000


def test_a_large_result_is_streamed_and_not_held(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    store.bulk_load((f"<urn:s{at}>", "<urn:p>", f'"{at}"', "") for at in range(400))
    store.close()
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 100000"
    with (
        service(tmp_path / "store", query_timeout=300) as address,
        httpx.Client(base_url=address, timeout=300) as client,
    ):
        (pid,) = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if _serves(path, address)]
        client.get("/sparql", params={"query": ASK})
        before, peak, total = _resident(pid), 0, 0
        with client.stream(
            "GET", "/sparql", params={"query": query, "format": "tsv"}, headers={"Accept-Encoding": "identity"}
        ) as answer:
            for piece in answer.iter_raw():
                total += len(piece)
                peak = max(peak, _resident(pid))
    assert total > 7_000_000
    assert peak - before < total / 2


def _serves(cmdline: Path, address: str) -> bool:
    try:
        words = cmdline.read_bytes().split(b"\0")
    except OSError:
        return False
    return address.rpartition(":")[2].encode() in words


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
