"""Questions under load: 16 clients at once, and the same dependents query through rdflib-endpoint."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2 as httpx
import pytest
import uvicorn

from graph.api.app import create_app
from graph.ingest import ingest
from graph.settings import Settings
from graph.store import open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from ontology.terms import PREFIXES
from places import BACKBONE

CLIENTS, SECONDS = 16, 6.0
MIXED = (
    "who depends on TSMC?", "who supplies NVIDIA with HBM4?", "what does OpenAI depend on?", "who hosts OpenAI?",
    "how exposed is OpenAI to TSMC?", "what if TSMC halves its output?", "chokepoints of NVIDIA", "who uses CoWoS?",
    "common suppliers of NVIDIA and AMD", "what do we know about Anthropic?",
)  # fmt: skip
QUERY = "".join(f"PREFIX {name}: <{base}>\n" for name, base in PREFIXES.items()) + (
    "SELECT DISTINCT ?who ?name WHERE { ?who nt:dependsOn+ id:tsmc . ?who rdfs:label ?name }"
)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def load_of(address: str, request: Callable[[int], tuple[str, dict[str, str]]]) -> tuple[float, Counter[int]]:
    """Return requests a second of 16 clients, and their statuses."""
    statuses: Counter[int] = Counter()
    lock, numbers = threading.Lock(), itertools.count()
    until = time.monotonic() + SECONDS

    def client() -> None:
        seen: Counter[int] = Counter()
        with httpx.Client(timeout=120) as session:
            while time.monotonic() < until:
                path, parameters = request(next(numbers))
                answer = session.get(address + path, params=parameters, headers={"accept": "application/json"})
                seen[answer.status_code] += 1
        with lock:
            statuses.update(seen)

    began = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(statuses.values()) / (time.monotonic() - began), statuses


def test_questions_under_load() -> None:
    peer = pytest.importorskip(
        "rdflib_endpoint", reason="rdflib-endpoint is absent; add it with: pip install rdflib-endpoint"
    )
    import rdflib

    catalogue = Catalogue.bundled()
    store = open_store("memory:")
    ingest(store, load(BACKBONE, Context(catalogue=catalogue)), catalogue)
    graph = rdflib.Graph(store="Oxigraph")
    graph.parse(data=b"".join(store.export("application/n-triples", "")), format="nt")
    with serving(create_app(store, Settings())) as address:
        mixed, statuses = load_of(address, lambda number: ("/ask", {"q": MIXED[number % len(MIXED)]}))
        one, alone = load_of(address, lambda _: ("/ask", {"q": "who depends on TSMC?"}))
    with serving(peer.SparqlEndpoint(graph=graph)) as address:
        other, theirs = load_of(address, lambda _: ("/", {"query": QUERY}))
    store.close()
    print(f"\n/ask, ten questions mixed, {CLIENTS} clients: {mixed:.0f} a second, {dict(statuses)}")
    print(
        f"/ask, who depends on TSMC?: {one:.0f} a second; the query through rdflib-endpoint: {other:.1f} a second, {dict(theirs)}"
    )
    assert set(statuses) == set(alone) == {200}
    assert one >= 10 * other
