"""The OpenAPI document has an example for every answer, and the examples are what the service says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.api.app import create_app
from graph.api.examples import SAMPLE
from graph.ingest import ingest
from graph.settings import Settings
from graph.store import open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from places import ROOT

FILE = ROOT / "graph" / "api" / "examples.json"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[TestClient]:
    table: Path = tmp_path_factory.mktemp("sample") / "suppliers.csv"
    table.write_text(SAMPLE, encoding="utf-8")
    store = open_store("memory:")
    ingest(store, load(table, Context(catalogue=catalogue)), catalogue)
    with TestClient(create_app(store, Settings(token="token"))) as client:
        yield client
    store.close()


def requests(client: TestClient) -> dict[str, tuple[str, str, Any]]:
    """Return operation → method, address and body of its example."""
    tie = client.get("/v1/relations?limit=1").json()["items"][0]
    relation, claim = tie["relation"].rpartition("/")[2], tie["claims"][0].rpartition("/")[2]
    document = client.get("/v1/documents").json()["items"][0]["id"]
    conflict = client.get("/v1/conflicts").json()["found"][0]["id"]
    get = {
        "/ask": "/ask?q=who+depends+on+TSMC?",
        "/healthz": "/healthz",
        "/readyz": "/readyz",
        "/v1/conflicts": "/v1/conflicts",
        "/v1/conflicts/{name}": f"/v1/conflicts/{conflict}",
        "/v1/parties/{name}/timeline": "/v1/parties/nvidia/timeline",
        "/v1/changes": "/v1/changes?since=2026-01-10",
        "/v1/review": "/v1/review",
        "/v1/coverage": "/v1/coverage",
        "/v1/parties/{name}/neighbours": "/v1/parties/nvidia/neighbours",
        "/v1/parties": "/v1/parties?limit=2",
        "/v1/products": "/v1/products?limit=2",
        "/v1/products/{name}": "/v1/products/gb200",
        "/v1/parties/{name}": "/v1/parties/tsmc",
        "/v1/parties/{name}/{direction}": "/v1/parties/tsmc/dependents?max_tier=1",
        "/v1/relations": "/v1/relations?limit=1",
        "/v1/relations/{identity}": f"/v1/relations/{relation}",
        "/v1/claims": "/v1/claims?limit=1",
        "/v1/claims/{identity}": f"/v1/claims/{claim}",
        "/v1/documents": "/v1/documents",
        "/v1/documents/{identity}": f"/v1/documents/{document}",
        "/v1/paths": "/v1/paths?party=Oracle&on=TSMC",
        "/v1/common": "/v1/common?party=Oracle&party=NVIDIA",
        "/v1/exposure": "/v1/exposure?party=Oracle&to=TSMC",
        "/v1/exposures": "/v1/exposures?to=TSMC&limit=2",
        "/v1/chokepoints": "/v1/chokepoints?limit=1",
        "/v1/stops": "/v1/stops?party=NVIDIA",
        "/v1/concentration": "/v1/concentration?limit=1",
        "/v1/scenarios": "/v1/scenarios",
        "/v1/whatif": "/v1/whatif?scenario=TSMC+-50%25&limit=1",
        "/v1/rests-on": "/v1/rests-on?party=Oracle&on=TSMC",
    }
    post = {
        "/v1/whatif": ("/v1/whatif?limit=1", {"steps": ["TSMC -50%"]}),
        "/v1/portfolio": ("/v1/portfolio", {"Oracle": 60, "NVIDIA": 40}),
    }
    found: dict[str, tuple[str, str, Any]] = {f"get {path}": ("get", address, None) for path, address in get.items()}
    return found | {f"post {path}": ("post", address, body) for path, (address, body) in post.items()}


def fresh(client: TestClient) -> dict[str, Any]:
    found = {}
    for operation, (method, address, body) in requests(client).items():
        answer = client.get(address) if method == "get" else client.post(address, json=body)
        assert answer.status_code == 200, (operation, answer.text[:300])
        found[operation] = answer.json()
    sent = client.post(
        "/v1/documents?name=suppliers.csv",
        content=SAMPLE,
        headers={"authorization": "Bearer token", "content-type": "text/csv"},
    )
    conflict = found["get /v1/conflicts"]["found"][0]
    keep = conflict["sides"][0]["claims"][0].rpartition("/")[2]
    decision = {"about": conflict["id"], "verdict": "resolve", "keep": keep, "why": "The maker's own page says so."}
    bearer = {"authorization": "Bearer token"}
    who = {"author": "Ada", "date": "2026-02-01"}
    settled = client.post("/v1/decisions", json=decision | who, headers=bearer).json()
    again = {"about": conflict["id"], "verdict": "undo", "why": "For the other tests."}
    assert client.post("/v1/decisions", json=again | who, headers=bearer).status_code == 201
    return {**found, "post /v1/documents": sent.json(), "post /v1/decisions": settled}


def test_every_answer_has_an_example(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation.get("responses", {}).items():
                content = answer.get("content", {}).get("application/json")
                if content is not None and status in ("200", "201") and not path.startswith(("/sparql", "/store")):
                    assert "example" in content, (
                        f"{method} {path}: NTHTIER_WRITE_EXAMPLES=1 pytest tests/test_openapi.py"
                    )


def test_the_examples_are_what_the_service_says(client: TestClient) -> None:
    said = fresh(client)
    if os.environ.get("NTHTIER_WRITE_EXAMPLES"):
        FILE.write_text(json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert json.loads(FILE.read_text(encoding="utf-8")) == said
