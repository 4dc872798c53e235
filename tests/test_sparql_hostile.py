"""No file is read and no connection opened, whatever a client sends: a listening socket and a canary file watch."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from graph.errors import QueryError, StoreError
from graph.store import open_store
from graph.store.guard import STRICT, Rules, check
from graph.store.limited import limited
from graph.store.pull import Limits
from store_servers import TOKEN, app_over

AUTH = {"Authorization": f"Bearer {TOKEN}"}


class Listener:
    """A socket that counts who calls, and answers nothing."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    connection.settimeout(2)
                    with contextlib.suppress(OSError):
                        self.calls.append(connection.recv(1000))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.ttl"
    path.write_text("<urn:canary> <urn:canary> <urn:canary> .")
    return path


@pytest.fixture(params=["memory", "disk"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
    store = open_store("memory:" if request.param == "memory" else str(tmp_path / "store"))
    store.update("INSERT DATA { <urn:s> <urn:p> <urn:o> }")
    with TestClient(app_over(store, query_timeout=10), raise_server_exceptions=True) as client:
        yield client
    store.close()


QUERIES = (
    "ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ ?s ?p ?o . service silent <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ SERVICESILENT<{url}>{{ ?s ?p ?o }} }}",
    "ASK {{ {{}} UNION {{ SeRvIcE #comment\n <{url}> {{ }} }} }}",
    "PREFIX : <{url}> ASK {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "PREFIX service: <{url}> ASK {{ SERVICE service:x {{ ?s ?p ?o }} }}",
    "PREFIX l: <{url}> ASK {{ ?s ?p l:a.SERVICE l:b {{ ?s ?p ?o }} }}",
    "BASE <{url}> ASK {{ SERVICE <x> {{ ?s ?p ?o }} }}",
    "ASK {{ BIND(<{url}> AS ?u) SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ VALUES ?u {{ <{url}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "ASK {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ ?s ?p trueSERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ ?s ?p 1.SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ ?s ?p 'a'@enSERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ ?s ?p '''a'''SERVICE <{url}> {{ ?s ?p ?o }} }}",
    'ASK {{ ?s ?p "\\\\" . SERVICE <{url}> {{ ?s ?p \'"\' }} }}',
    "ASK {{ ?s <urn:p>SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK {{ FILTER(?a<?b)SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "ASK FROM <{url}> {{ ?s ?p ?o }}",
    "ASK FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * FROM <file://{file}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <file://{file}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "PREFIX f: <file://> SELECT * FROM f:{file} {{ ?s ?p ?o }}",
    "BASE <file:///> SELECT * FROM <{file}> {{ ?s ?p ?o }}",
    "DESCRIBE <{url}>",
    "DESCRIBE <file://{file}>",
    "SELECT (<{url}>(?s) AS ?x) {{ ?s ?p ?o }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
)
UPDATES = (
    "LOAD <{url}>",
    "load silent <{url}> into graph <urn:g>",
    "LOADSILENT<{url}>",
    "PREFIX : <{url}> LOAD:x",
    "LOAD <file://{file}>",
    "LOAD SILENT <file://{file}> INTO GRAPH <urn:canaries>",
    "BASE <file:///> LOAD <{file}>",
    "CREATE SILENT GRAPH <urn:g> ; LOAD <{url}>",
    "CREATE SILENT GRAPH <urn:g> ;LOAD#\n<{url}>",
    "\\u004COAD <{url}>",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} USING <file://{file}> WHERE {{ ?s ?p ?o }}",
    "COPY <file://{file}> TO DEFAULT",
    "ADD SILENT <{url}> TO DEFAULT",
)
RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{body}</rdf:RDF>'
UPLOADS = (
    ("application/rdf+xml", '<!DOCTYPE r [<!ENTITY x SYSTEM "{url}">]>' + RDF_XML.format(body="<rdf:Description><rdf:value>&x;</rdf:value></rdf:Description>")),
    ("application/rdf+xml", '<!DOCTYPE r [<!ENTITY x SYSTEM "file://{file}">]>' + RDF_XML.format(body="<rdf:Description><rdf:value>&x;</rdf:value></rdf:Description>")),
    ("application/rdf+xml", '<!DOCTYPE r SYSTEM "{url}">' + RDF_XML.format(body="")),
    ("application/rdf+xml", '<!DOCTYPE r [<!ENTITY % p SYSTEM "{url}"> %p;]>' + RDF_XML.format(body="")),
    ("application/rdf+xml", '<?xml-stylesheet href="{url}"?>' + RDF_XML.format(body="")),
    ("application/ld+json", '{{"@context": "{url}", "@id": "urn:a", "name": "x"}}'),
    ("application/ld+json", '{{"@context": ["{url}", {{"@import": "{url}"}}], "@id": "urn:a", "name": "x"}}'),
    ("application/ld+json", '{{"@context": {{"@import": "{url}"}}, "@id": "urn:a", "name": "x"}}'),
    ("application/ld+json", '{{"@context": "file://{file}", "@id": "urn:a", "name": "x"}}'),
    ("application/ld+json", '{{"@context": {{"n": {{"@id": "urn:n", "@context": "{url}"}}}}, "@id": "urn:a", "n": {{"x": "y"}}}}'),
    ("text/turtle", "@base <{url}> . @prefix x: <file://{file}> . <a> <b> x:c ."),
)  # fmt: skip
BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in itertools.pairwise("abcdef"))
    + "]>"
    + RDF_XML.format(body="<rdf:Description><rdf:value>&f;</rdf:value></rdf:Description>")
)


def test_no_request_reads_a_file_or_opens_a_connection(client: TestClient, listener: Listener, canary: Path) -> None:
    def fill(text: str) -> str:
        return text.format(url=listener.url, file=canary)

    answers = []
    for text in QUERIES:
        answers.append(client.get("/sparql", params={"query": fill(text)}))
        answers.append(client.post("/sparql", content=fill(text), headers={"Content-Type": "application/sparql-query"}))
    for text in UPDATES:
        answers.append(
            client.post("/update", content=fill(text), headers={"Content-Type": "application/sparql-update", **AUTH})
        )
    for kind, text in UPLOADS:
        # Templates of markup have single braces, those of JSON doubled ones.
        body = (
            fill(text)
            if kind != "application/rdf+xml"
            else text.replace("{url}", listener.url).replace("{file}", str(canary))
        )
        for path in ("/store?graph=urn:g", "/store?default"):
            answers.append(client.post(path, content=body, headers={"Content-Type": kind, **AUTH}))
            answers.append(client.put(path, content=body, headers={"Content-Type": kind, **AUTH}))
    for graph in (listener.url, f"file://{canary}"):
        everything = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        for name in ("default-graph-uri", "named-graph-uri"):
            answers.append(client.get("/sparql", params={"query": everything, name: graph}))
        insert = "INSERT { GRAPH <urn:g> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
        for name in ("using-graph-uri", "using-named-graph-uri"):
            answers.append(client.post("/update", data={"update": insert, name: graph}, headers=AUTH))
        answers.append(client.get("/store", params={"graph": graph}))
    answers.append(client.get("/store"))
    assert listener.calls == []
    for answer in answers:
        assert answer.status_code < 500, (answer.request.url, answer.text)
        assert "urn:canary" not in answer.text
    # The watch is awake.
    socket.create_connection(("127.0.0.1", listener.port)).close()


def test_entities_within_entities_do_not_blow_up(client: TestClient) -> None:
    answer = client.put("/store?graph=urn:g", content=BOMB, headers={"Content-Type": "application/rdf+xml", **AUTH})
    assert answer.status_code == 400
    assert len(client.get("/store").content) < 10_000


def test_no_spelling_that_the_guard_lets_through_reaches_out(listener: Listener) -> None:
    """Every combination of pieces goes past the guard; what it lets through runs in the bare engine."""
    keywords = [
        "SERVICE",
        "service",
        "SERVICE SILENT",
        "SERVICESILENT",
        "\\u0053ERVICE",
        "SERVIC\\U00000045",
        "xSERVICE",
        "SERVICE_",
    ]
    before = [
        "", "?s ?p ?o ", "?s ?p ?o.", "?s ?p true ", "?s ?p true", "?s ?p 1", "?s ?p 1.", "?s ?p 1e1", "?s ?p 'a'", "?s ?p 'a'@en ",
        "?s ?p 'a'@en", "?s ?p \"\\\"\"", "?s ?p '''''' ", "?s ?p \"\"\"\"a\"\"\"", "?s ?p _:b.", "?s ?p _:b. ", "?s ?p a:b.", "?s ?p a:b.. ",
        "?s ?p a:b\\#", "?s ?p <urn:a#b>", "FILTER(?a<?b)", "FILTER(?a<?b&&?c>?d)", "FILTER(1<2) FILTER(3>2)", "BIND(1 AS ?x)",
        "# <\n", "#'\n", "#\"\"\"\n", "?s ?p '#' ", "?s ?p <urn:'> ", "?s a [] ", "?s ?p ?o;;", "{} ", "OPTIONAL{}", "VALUES ?x {1}",
        "?s ?p '\\'' ", "?s ?p '\\\\' ", "?s ?p a:\\' ", "?s ?p a:%27 ", "?s ?p a:b\\, ", "?s ^a:b ?o ", "?s a:b|!a:c ?o ",
    ]  # fmt: skip
    between = ["", " ", "\n", "#c\n", "\t"]
    targets = [f"<{listener.url}>", "a:x", ":x", "?u", f"<\\u0068ttp://127.0.0.1:{listener.port}/>"]
    prologue = f"PREFIX a: <{listener.url}> PREFIX : <{listener.url}> "
    engine = ox.Store()
    engine.update("INSERT DATA { <urn:s> <urn:p> <urn:o> }")
    tried = ran = 0
    for start, keyword, gap, target in itertools.product(before, keywords, between, targets):
        text = f"{prologue}SELECT * {{ VALUES ?u {{ <{listener.url}> }} {start}{keyword}{gap}{target}{{ ?x ?y ?z }} }}"
        tried += 1
        with contextlib.suppress(QueryError, SyntaxError, ValueError, OSError):
            check(text, STRICT)
            list(engine.query(text))
            ran += 1
    for keyword, gap, target in itertools.product(
        ["LOAD", "load", "LOADSILENT", "LOAD SILENT", "\\u004cOAD"], between, targets
    ):
        for start in ("", "CLEAR ALL;", "CREATE GRAPH <urn:x>; ", "INSERT DATA { <urn:a> <urn:b> 'a' };", "#'\n"):
            tried += 1
            with contextlib.suppress(QueryError, SyntaxError, ValueError, OSError, RuntimeError):
                text = f"{prologue}{start}{keyword}{gap}{target}"
                check(text, STRICT)
                engine.update(text)
                ran += 1
    assert tried > 8000
    assert listener.calls == []


def test_what_is_allowed_does_reach_out(listener: Listener, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    rules = Rules(services=frozenset({listener.url}))
    reads = limited(store, Limits(seconds=20), rules)
    with pytest.raises(StoreError):
        b"".join(reads.query(f"SELECT * {{ SERVICE <{listener.url}> {{ ?s ?p ?o }} }}"))
    assert len(listener.calls) >= 1
    with pytest.raises(QueryError):
        reads.query(f"SELECT * {{ SERVICE <{listener.url}other> {{ ?s ?p ?o }} }}")
    reads.close()
    store.close()


def test_a_reader_process_can_not_connect_even_past_the_guard(listener: Listener) -> None:
    code = f"""
import socket, sys
import pyoxigraph
from graph.store.sandbox import forbid_connections
if not forbid_connections():
    sys.exit(77)
store = pyoxigraph.Store()
try:
    list(store.query("SELECT * {{ SERVICE <{listener.url}> {{ ?s ?p ?o }} }}"))
except OSError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 77:
        pytest.skip("this kernel or machine has no seccomp; the guard stands alone")
    assert done.returncode == 0, done.stderr
    assert listener.calls == []
    assert "ermission denied" in done.stdout


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE <http://example.org/> { }' }",
        'SELECT * { ?s ?p """LOAD <http://example.org/> # \' """ }',
        "SELECT * { ?s ?p <http://example.org/SERVICE/LOAD> }",
        "SELECT * { ?service ?load ?from } # SERVICE <http://example.org/>",
        "PREFIX service: <urn:s> PREFIX load: <urn:l> SELECT * { service:a load:b service:c . ?s service: ?o }",
        "PREFIX load: <urn:l> SELECT * { GRAPH load:a { ?s ?p ?o } }",
        "PREFIX load: <urn:l> DESCRIBE load:a",
        "SELECT * { ?s ?p 'x'@service }",
        "SELECT * { ?s ?p 'it\\'s SERVICE' , \"\\\"SERVICE\" }",
    ],
)
def test_what_only_looks_like_it_is_let_through(query: str) -> None:
    check(query, STRICT)
    list(ox.Store().query(query))  # type: ignore[arg-type]
