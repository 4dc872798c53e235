"""Questions under load: 16 clients at once, and the same dependents query through rdflib-endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import uvicorn

from graph.api.app import create_app
from graph.ingest import ingest
from graph.settings import Settings
from graph.store import open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from ontology.terms import PREFIXES
from places import BACKBONE, WEEK

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


def load_of(address: str, paths: list[str]) -> tuple[float, dict[str, int]]:
    """Return requests a second of 16 clients in a process of their own, and their statuses."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    what = {"host": host, "port": port, "paths": paths, "clients": CLIENTS, "seconds": SECONDS}
    script = Path(__file__).with_name("clients.py")
    run = subprocess.run(
        [sys.executable, script], input=json.dumps(what), stdout=subprocess.PIPE, text=True, check=True, timeout=300
    )
    found = json.loads(run.stdout)
    return found["rate"], found["statuses"]


def asks(*questions: str) -> list[str]:
    return ["/ask?" + urlencode({"q": question}) for question in questions]


def anew_of(*questions: str) -> list[str]:
    """Return addresses of which no two are alike, so that no answer is one that was kept: each is worked out.

    Every bit of the number says whether a letter is written as it is or as its code; what is asked is the same.
    """

    def spelt(question: str, number: int) -> str:
        return "".join(f"%{ord(each):02X}" if number >> at & 1 else quote(each) for at, each in enumerate(question))

    return [f"/ask?q={spelt(questions[number % len(questions)], number)}" for number in range(60_000)]


def test_questions_under_load() -> None:
    import rdflib
    import rdflib_endpoint as peer

    catalogue = Catalogue.bundled()
    store = open_store("memory:")
    for source in (BACKBONE, *sorted(WEEK.iterdir())):
        ingest(store, load(source, Context(catalogue=catalogue)), catalogue)
    with serving(create_app(store, Settings())) as address:
        mixed, statuses = load_of(address, asks(*MIXED))
        kept, alone = load_of(address, asks("who depends on TSMC?"))
        fresh, anew = load_of(address, anew_of(MIXED[0]))
        fresh_mixed, anew_mixed = load_of(address, anew_of(*MIXED))
    peers: dict[str, float] = {}
    for name, graph in (("rdflib", rdflib.Graph()), ("Oxigraph", rdflib.Graph(store="Oxigraph"))):
        graph.parse(data=b"".join(store.export("application/n-triples", "")), format="nt")
        with serving(peer.SparqlEndpoint(graph=graph)) as address:
            peers[name], theirs = load_of(address, ["/?" + urlencode({"query": QUERY})])
        assert set(theirs) == {"200"}
    store.close()
    best = max(peers.values())
    print(f"\n{CLIENTS} clients, requests a second (and times the faster peer):")
    for what, rate in (
        ("/ask, ten questions mixed, answers kept while the store stays as it is", mixed),
        ("/ask, who depends on TSMC?, kept", kept),
        ("/ask, ten questions mixed, each worked out anew", fresh_mixed),
        ("/ask, who depends on TSMC?, worked out anew", fresh),
        *((f"the same dependents query through rdflib-endpoint over {name}", rate) for name, rate in peers.items()),
    ):
        print(f"  {rate:8.1f} ({rate / best:5.1f}×)  {what}")
    assert set(statuses) == set(alone) == set(anew) == set(anew_mixed) == {"200"}
    assert kept >= 10 * best
    assert mixed >= 10 * best
