"""The HTTP API: resources, errors as problem documents, entity tags, pages for browsers, taking documents in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from graph.api.app import create_app
from graph.settings import Settings
from graph.store import Store, open_store
from ontology.catalogue import Catalogue

TABLE = (
    "supplier,predicate,customer,item,as_of,source_url,source_title\n"
    "TSMC,fabricatesFor,NVIDIA,N3,2026-01-05,https://example.org/a,TSMC makes chips for NVIDIA\n"
)
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(backbone: Store) -> Iterator[TestClient]:
    with TestClient(create_app(backbone, Settings(token=None))) as client:
        yield client


@pytest.fixture
def writable(memory: Store) -> Iterator[TestClient]:
    with TestClient(create_app(memory, Settings(token="s3cret", upload_max_bytes=2000))) as client:
        yield client


def test_ask_answers_with_question_record_and_sparql(client: TestClient) -> None:
    body = client.get("/ask", params={"q": "who supplies NVIDIA with HBM4?"}).json()
    assert body["question"]["intent"] == "suppliers"
    assert {tie["subject"]["name"] for tie in body["answer"]["found"]} == {"SK hynix", "Samsung Electronics", "Micron"}
    rows = client.get("/sparql", params={"query": body["sparql"]}, headers={"accept": "text/csv"}).text.splitlines()[1:]
    assert len(rows) == len(body["answer"]["found"])


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/ask?q=who+depends+on+Nvdia", 404, "NVIDIA"),
        ("/ask?q=what+is+love", 422, "who depends on TSMC?"),
        ("/ask", 422, "q"),
        ("/v1/parties/Nvdia", 404, "NVIDIA"),
        ("/v1/parties/tsmc/dependents?level=sure", 422, "level"),
        ("/v1/claims/0123456789abcdef", 404, "claim"),
        ("/v1/documents/nowhere", 404, "document"),
        ("/v1/relations?party=Nobody+Inc", 404, "Nobody"),
        ("/v1/claims?limit=5000", 422, "limit"),
        ("/nowhere", 404, "Not Found"),
    ],
)
def test_errors_are_problem_documents(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert said in answer.text


def test_lists_come_in_pages_that_link_to_each_other(client: TestClient) -> None:
    seen: list[str] = []
    path = "/v1/parties?limit=40&sort=name"
    while path:
        answer = client.get(path)
        seen += [row["party"]["iri"] for row in answer.json()["items"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert len(seen) == len(set(seen)) == client.get("/v1/parties?limit=1").json()["total"]


def test_lists_are_filtered_and_sorted(client: TestClient) -> None:
    foundries = client.get("/v1/parties?kind=Foundry&country=TW").json()["items"]
    assert "TSMC" in {row["party"]["name"] for row in foundries}
    assert all(row["party"]["kind"] == "Foundry" and row["country"] == "TW" for row in foundries)
    most = client.get("/v1/parties?limit=5").json()["items"]
    assert [row["relations"] for row in most] == sorted((row["relations"] for row in most), reverse=True)
    hosted = client.get("/v1/relations?predicate=hostsComputeFor&party=openai&level=reported").json()["items"]
    assert hosted
    assert all(tie["predicate"] == "hostsComputeFor" and tie["level"] == "reported" for tie in hosted)
    claims = client.get("/v1/claims?party=tsmc&since=2026-01-01&until=2026-01-31&limit=500").json()["items"]
    assert claims
    assert all("2026-01-01" <= claim["date"] <= "2026-01-31" for claim in claims)
    assert client.get("/v1/claims?q=CULPIUM").json()["total"] > 0


def test_the_root_says_where_things_are(client: TestClient) -> None:
    places = client.get("/").json()
    assert client.get(places["ask"]).json()["answer"]["found"]
    assert client.get(places["openapi"]).json()["paths"]
    assert "<html" in client.get("/", headers={"accept": "text/html"}).text


def test_kinds_and_countries_are_read_however_they_are_written(client: TestClient) -> None:
    foundries = client.get("/v1/parties?kind=Foundry&country=TW").json()
    assert foundries["total"]
    assert client.get("/v1/parties?kind=foundry&country=tw").json() == foundries
    assert client.get("/v1/parties?kind=chip+designer").json() == client.get("/v1/parties?kind=ChipDesigner").json()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/parties?kind=Foundery", "did you mean 'Foundry'?"),
        ("/v1/products?kind=Nonsense", "there are AiAccelerator"),
        ("/v1/changes?since=2026-06-01&until=2026-01-01", "until (2026-01-01) lies before since (2026-06-01)"),
        ("/v1/claims?since=2026-06-01&until=2026-01-01", "until (2026-01-01) lies before since (2026-06-01)"),
        ("/v1/parties/tsmc/dependents?max_teir=1", "query.max_teir: no such parameter; did you mean 'max_tier'?"),
        ("/parties/tsmc/dependents?max_teir=1", "did you mean 'max_tier'?"),
        ("/ask?q=who+depends+on+TSMC?&lvel=confirmed", "did you mean 'level'?"),
        ("/v1/scenarios?level=reported", "no such parameter; there are none"),
    ],
)
def test_what_a_request_asks_for_in_vain_is_named(client: TestClient, path: str, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_a_relation_a_claim_and_a_document_stand_at_their_ids(client: TestClient) -> None:
    tie = client.get("/v1/relations?limit=1").json()["items"][0]
    detail = client.get("/v1/relations/" + tie["relation"].rpartition("/")[2]).json()
    assert detail["relation"] == tie
    assert set(detail["evidence"]) == set(tie["claims"])
    claim = client.get("/v1/claims/" + tie["claims"][0].rpartition("/")[2]).json()
    assert claim == detail["evidence"][tie["claims"][0]]
    text = client.get("/v1/documents/" + claim["document"].rpartition("/")[2]).json()
    assert claim["claim"] in text["evidence"]


def test_an_answer_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    for path in ("/v1/parties/tsmc", "/ask?q=who+supplies+NVIDIA"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"if-none-match": tag}).status_code == 304
        assert client.get(path, headers={"if-none-match": tag, "accept": "text/html"}).status_code == 200


def test_browsers_get_pages_and_others_records_at_one_address(client: TestClient) -> None:
    page = client.get("/parties/tsmc", headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert client.get("/parties/tsmc").json() == client.get("/v1/parties/tsmc").json()


def test_a_claim_has_a_page(client: TestClient) -> None:
    claim = client.get("/v1/claims?limit=1").json()["items"][0]
    page = client.get("/claims/" + claim["claim"].rpartition("/")[2], headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    assert claim["sentence"][:20] in page.text
    assert client.get("/claims/0123456789abcdef", headers=HTML).status_code == 404


def test_every_answer_has_a_request_id_and_safe_headers(client: TestClient) -> None:
    given = client.get("/healthz", headers={"x-request-id": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    forged = client.get("/nowhere", headers={"x-request-id": "a b\t<script>"})
    assert forged.headers["x-request-id"].isalnum()
    assert forged.headers["x-content-type-options"] == "nosniff"


def test_logs_are_json_with_the_request_id_and_without_the_token(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="nthtier.http"):
        client.post("/v1/documents?name=secret-name", content=b"x", headers={"authorization": "Bearer hunter2"})
    assert '"status": 403' in caplog.text
    assert "hunter2" not in caplog.text


def test_metrics_count_requests_by_route(client: TestClient) -> None:
    client.get("/v1/parties/tsmc")
    text = client.get("/metrics").text
    assert 'nthtier_requests_total{method="GET",route="/parties/{name}",status="200"}' in text
    assert client.get("/readyz").json() == {"status": "ready"}


def test_documents_are_taken_in_once(writable: TestClient, catalogue: Catalogue) -> None:
    send = {"content": TABLE, "headers": {"authorization": "Bearer s3cret", "content-type": "text/csv"}}
    first = writable.post("/v1/documents?name=suppliers.csv", **send)  # type: ignore[arg-type]
    assert first.status_code == 201
    assert [(each["name"], each["claims"], each["new"]) for each in first.json()["documents"]] == [
        ("suppliers", 1, True)
    ]
    assert "NVIDIA" in writable.get("/ask?q=who+depends+on+TSMC").text
    again = writable.post("/documents?name=suppliers.csv", **send)  # type: ignore[arg-type]
    assert again.status_code == 200
    assert not again.json()["documents"][0]["new"]
    assert writable.get("/v1/documents").json()["total"] == 1


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, TABLE, 401),
        ({"authorization": "Bearer wrong"}, TABLE, 401),
        ({"authorization": "Bearer s3cret", "content-type": "text/csv"}, "supplier\nx\n", 422),
        ({"authorization": "Bearer s3cret", "content-type": "text/csv"}, TABLE + "x" * 3000, 413),
        ({"authorization": "Bearer s3cret", "content-type": "text/csv"}, b"\xff\xfe\x00", 422),
    ],
)
def test_bad_documents_are_refused_whole(
    writable: TestClient, headers: dict[str, str], content: str | bytes, status: int
) -> None:
    answer = writable.post("/v1/documents?name=../../x.csv", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/tmp" not in answer.text
    assert writable.get("/v1/documents").json()["total"] == 0


def test_a_client_from_elsewhere_that_asks_too_much_has_to_wait() -> None:
    store = open_store("memory:")
    with TestClient(create_app(store, Settings(rate_limit=6)), client=("203.0.113.9", 1)) as client:
        statuses = [client.get("/ask?q=").status_code for _ in range(6)]
        last = client.get("/ask?q=")
    store.close()
    assert 429 in statuses
    assert int(last.headers["retry-after"]) >= 1
    assert last.headers["content-type"] == "application/problem+json"
