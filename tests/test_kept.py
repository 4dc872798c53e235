"""Answers kept as they were sent, of questions and of queries: quick the second time, never older than the store, each client its own form."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from graph.api.app import create_app
from graph.api.kept import Kept, Sent
from graph.question import Reply
from graph.question import ask as answer
from graph.settings import Settings
from graph.store import Store

QUESTION = "/ask?q=who+depends+on+TSMC?"
TABLE = "supplier,predicate,customer,as_of\nTSMC,fabricatesFor,{},2026-01-05\n"
WRITE = {"authorization": "Bearer s3cret", "content-type": "text/csv"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that were worked out."""
    found: list[str] = []

    def counted(store: Store, question: str, *others: object, **more: object) -> Reply:
        found.append(question)
        return answer(store, question, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("graph.api.ask.answer_question", counted)
    return found


@pytest.fixture
def client(memory: Store) -> Iterator[TestClient]:
    with TestClient(create_app(memory, Settings(token="s3cret"))) as client:
        client.post(
            "/v1/documents?name=a.csv",
            content=TABLE.format("NVIDIA") + "TSMC,fabricatesFor,AMD,2026-01-05\n",
            headers=WRITE,
        )
        yield client


def test_an_answer_is_worked_out_once(client: TestClient, asked: list[str]) -> None:
    first, second = client.get(QUESTION), client.get(QUESTION)
    assert len(asked) == 1
    assert first.content == second.content
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["content-type"] == second.headers["content-type"] == "application/json"
    assert 'nthtier_questions_total{intent="dependents"} 2.0' in client.get("/metrics").text


def test_an_answer_follows_a_change_at_once(client: TestClient) -> None:
    assert "MediaTek" not in client.get(QUESTION).text
    for name in ("MediaTek", "Qualcomm"):
        client.post(f"/v1/documents?name={name}.csv", content=TABLE.format(name), headers=WRITE)
        assert name in client.get(QUESTION).text


def test_what_asks_for_another_form_gets_it(client: TestClient) -> None:
    packed = client.get(QUESTION, headers={"accept-encoding": "gzip"})
    plain = client.get(QUESTION, headers={"accept-encoding": "identity"})
    page = client.get(QUESTION, headers={"accept": "text/html"})
    again = client.get(QUESTION, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == again.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json() == again.json()
    assert page.text.startswith("<!doctype html>")
    for host in ("one.example", "two.example"):
        feed = client.get("/v1/changes/feed?since=2026-01-01", headers={"host": host}).text
        assert f'href="http://{host}/v1/changes/feed' in feed


def test_faults_are_not_kept(client: TestClient, asked: list[str]) -> None:
    statuses = [client.get("/ask?q=who+depends+on+Nvdia?").status_code for _ in range(2)]
    assert statuses == [404, 404]
    assert len(asked) == 2


def test_many_who_ask_the_same_at_once_wait_for_one_answer(client: TestClient, asked: list[str]) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(client.get(QUESTION).content)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert len(asked) == 1


QUERY = "/sparql?query=SELECT+?who+{+id:tsmc+nt:fabricatesFor+?who+}"
ROWS = {"accept": "application/sparql-results+json"}


@pytest.fixture
def queried(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that reached the store."""
    found: list[str] = []
    reads = client.app.state.reads  # type: ignore[attr-defined]
    query = reads.query

    def counted(sparql: str, *others: object, **more: object) -> Iterator[bytes]:
        found.append(sparql)
        return query(sparql, *others, **more)  # type: ignore[no-any-return]

    monkeypatch.setattr(reads, "query", counted)
    return found


def test_a_query_is_worked_out_once_for_a_version_of_the_store(client: TestClient, queried: list[str]) -> None:
    first, second = (client.get(QUERY, headers=ROWS) for _ in range(2))
    assert len(queried) == 1
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert client.get(QUERY, headers=ROWS | {"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get(QUERY, headers={"accept": "text/csv"}).text.startswith("who\r\n")
    client.post("/v1/documents?name=b.csv", content=TABLE.format("MediaTek"), headers=WRITE)
    third = client.get(QUERY, headers=ROWS | {"if-none-match": first.headers["etag"]})
    assert third.status_code == 200
    assert len(third.json()["results"]["bindings"]) == len(first.json()["results"]["bindings"]) + 1


@pytest.mark.parametrize("value", ["NOW()", "RAND()", "STRUUID()"])
def test_what_is_never_the_same_twice_is_not_kept(client: TestClient, queried: list[str], value: str) -> None:
    for _ in range(2):
        answer = client.get(f"/sparql?query=SELECT+({value}+AS+?x)+{{}}", headers=ROWS)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert len(queried) == 2


def test_a_query_that_failed_is_asked_anew(client: TestClient, queried: list[str]) -> None:
    statuses = [client.get("/sparql?query=SELECT+?x+{", headers=ROWS).status_code for _ in range(2)]
    assert statuses == [400, 400]
    assert len(queried) == 2


LONG = "/sparql?query=SELECT+*+{+?s+?p+?o+}"


@pytest.mark.parametrize("path", [LONG, "/ontology", QUESTION])
def test_nobody_gets_what_was_packed_for_others(client: TestClient, path: str) -> None:
    """Each way to say what packing is taken has its own kept answer, whoever asked first."""
    ways = ("*", "GZIP", "identity", "gzip;q=0", "gzip", "br, gzip;q=0.5")
    rows = ROWS if path == LONG else {}
    for way in ways * 2:
        answer = client.get(path, headers={**rows, "accept-encoding": way})
        assert answer.status_code == 200
        assert not answer.content.startswith(b"\x1f\x8b"), way  # unpacked by the client where the header says so
        if way == "identity":
            assert "content-encoding" not in answer.headers


def test_an_unchanged_answer_may_be_read_by_any_page_too(client: TestClient) -> None:
    first = client.get(QUERY, headers=ROWS)
    again = client.get(QUERY, headers=ROWS | {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("access-control-allow-origin", "cache-control", "vary", "etag"):
        assert again.headers[name] == first.headers[name]
    assert "content-type" not in again.headers


@pytest.mark.parametrize("query", ["SELECT * {} ORDER BYRAND()", "SELECT (SAMPLE(DISTINCTNOW()) AS ?x) {}"])
def test_functions_glued_to_a_keyword_are_seen(client: TestClient, queried: list[str], query: str) -> None:
    """The engine's parser needs no white space there."""
    for _ in range(2):
        answer = client.get("/sparql", params={"query": query}, headers=ROWS)
        assert (answer.status_code, answer.headers.get("cache-control")) in {(200, "no-store"), (400, None)}
    assert len(queried) == 2


def test_what_is_kept_is_bounded_however_small_the_answers() -> None:
    kept = Kept(most=100_000)
    for number in range(1000):
        kept.put(("W/tag", False, "GET", "http", "h" * 1000, str(number)), Sent(((b"etag", b"x" * 1000),), b"", "/"))
    held = [number for number in range(1000) if kept.get(("W/tag", False, "GET", "http", "h" * 1000, str(number)))]
    assert held == list(range(1000 - len(held), 1000))
    assert 10 < len(held) < 100


def test_heads_are_not_kept(client: TestClient, queried: list[str]) -> None:
    lengths = [client.head(QUERY, headers=ROWS).headers["content-length"] for _ in range(2)]
    assert lengths[0] == lengths[1] == str(len(client.get(QUERY, headers=ROWS).content))
    assert len(queried) == 3
