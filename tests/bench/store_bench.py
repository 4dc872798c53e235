"""Stores side by side in one run, by ratio: loading, four queries, memory, requests a second.

``python tests/bench/store_bench.py`` takes 2,000 parties and a minute; ``--parties 200000`` makes about 5 million quads.
rdflib and rdflib-endpoint are left out above ``--rdflib-up-to`` parties, for their memory (8 GB at 200,000). Memory is that
of a process which found its store loaded, where there is one on disk. Times are medians, each with the time that the processor
spent on it in brackets: on a machine with other work that is what can be compared. What is within 1.5 times is the same.
Stores on disk are compacted after loading, outside its time, so that none is asked while it does so by itself. Each query is asked
in words of its own each time, and then in the same words, for which the whole service keeps the answer until the store changes.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import store_data

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import store_servers
from graph.store.embedded import DiskStore
from ontology.terms import ID, PREFIXES

_PROLOGUE = "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in ("nt", "id", "rdf", "prov"))
QUERIES = {
    "one hop": f"SELECT ?who {{ ?who nt:dependsOn <{ID}party-3> }}",
    "transitive": f"SELECT (COUNT(DISTINCT ?who) AS ?n) {{ ?who nt:dependsOn+ <{ID}party-3> }}",
    "aggregate": "SELECT ?c ?s (COUNT(*) AS ?n) { ?who nt:country ?c ; nt:sector ?s } GROUP BY ?c ?s",
    "provenance": f"SELECT ?claim ?said ?source {{ GRAPH ?g {{ ?claim rdf:subject <{ID}party-1> ; rdf:object ?o ; "
    "nt:sentence ?said ; prov:wasDerivedFrom ?source } } LIMIT 50",
}


@dataclass
class Run:
    """What one store did."""

    name: str
    load: float | None = None
    load_cpu: float | None = None
    memory: int | None = None
    queries: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    rates: dict[int, float] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)


def resident(pid: int) -> int:
    """Return the memory of a process and its children, what they share counted once, in bytes."""
    total = 0
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total = sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)) * 1024
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            total += sum(resident(int(child)) for child in task.read_text().split())
    return total


def spent(pid: int) -> float:
    """Return the processor time of a process and its children so far, those that ended included, in seconds."""
    total = 0.0
    with contextlib.suppress(OSError):
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
        total += sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0]) / 1e9
            total += sum(spent(int(child)) for child in (task / "children").read_text().split())
    return total


def measure(run: Run, ask: Callable[[str], bytes], rounds: int, pid: int) -> None:
    """Ask each query some times, each time worded anew so that no kept answer helps, then in the same words; keep the medians."""
    for name, query in QUERIES.items():
        answer = ask(_PROLOGUE + query)
        before = spent(pid)
        run.queries[name], answer = _median(ask, [f"{_PROLOGUE}{query} # {n}" for n in range(rounds)])
        run.cpu[name] = (spent(pid) - before) / rounds
        ask(_PROLOGUE + query)
        run.again[name], _ = _median(ask, [_PROLOGUE + query] * rounds)
        run.answers[name] = len(json.loads(answer)["results"]["bindings"])
    run.memory = resident(pid)


def _median(ask: Callable[[str], bytes], queries: list[str]) -> tuple[float, bytes]:
    taken, answer = [], b""
    for query in queries:
        begun = time.perf_counter()
        answer = ask(query)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), answer


def http_ask(url: str) -> Callable[[str], bytes]:
    """Return a client over one kept connection."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)

    def ask(query: str) -> bytes:
        headers = {"Accept": "application/sparql-results+json"}
        connection.request("GET", f"{parts.path}?query={quote(query)}", headers=headers)
        response = connection.getresponse()
        content = response.read()
        assert response.status == 200, content[:500]
        return content

    return ask


def rates(url: str, seconds: float) -> dict[int, float]:
    """Return requests a second of the one-hop query for 1 and 16 clients, by wrk where it is there."""
    query = quote(_PROLOGUE + QUERIES["one hop"])
    found = {}
    for clients in (1, 16):
        if wrk := shutil.which("wrk"):
            arguments = [
                wrk,
                "-t1",
                f"-c{clients}",
                f"-d{seconds:.0f}s",
                "-H",
                "Accept: application/sparql-results+json",
            ]
            out = subprocess.run(
                [*arguments, f"{url}?query={query}"], capture_output=True, text=True, check=True
            ).stdout
            match = re.search(r"Requests/sec:\s+([\d.]+)", out)
            assert match, out
            found[clients] = float(match[1])
            assert "Non-2xx" not in out, out
        else:
            found[clients] = _threads(url, clients, seconds)
    return found


def _threads(url: str, clients: int, seconds: float) -> float:
    done = [0] * clients
    end = time.monotonic() + seconds

    def run(at: int) -> None:
        ask = http_ask(url)
        while time.monotonic() < end:
            ask(_PROLOGUE + QUERIES["one hop"])
            done[at] += 1

    threads = [threading.Thread(target=run, args=(at,)) for at in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


_BULK_LOAD = """
import sys, time, pyoxigraph as ox
folder, file = sys.argv[1:]
begun, used = time.perf_counter(), time.process_time()
store = ox.Store(folder)
store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
store.flush()
print(time.perf_counter() - begun, time.process_time() - used, flush=True)
store.optimize()
"""
_ALONE = """
import sys, json, pyoxigraph as ox
folder, _ = sys.argv[1:]
store = ox.Store(folder)
print(0, 0, flush=True)
for line in sys.stdin:
    answer = store.query(json.loads(line)).serialize(format=ox.QueryResultsFormat.JSON)
    sys.stdout.buffer.write(len(answer).to_bytes(8, "big") + answer)
    sys.stdout.buffer.flush()
"""
_RDFLIB = """
import sys, time, json, warnings
warnings.simplefilter("ignore")
import rdflib
folder, file = sys.argv[1:]
begun, used = time.perf_counter(), time.process_time()
dataset = rdflib.Dataset()
dataset.parse(file, format="nquads")
print(time.perf_counter() - begun, time.process_time() - used, flush=True)
for line in sys.stdin:
    answer = dataset.query(json.loads(line)).serialize(format="json")
    sys.stdout.buffer.write(len(answer).to_bytes(8, "big") + answer)
    sys.stdout.buffer.flush()
"""
_ENDPOINT = """
import sys, warnings
warnings.simplefilter("ignore")
import rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
file, port = sys.argv[1:]
dataset = rdflib.Dataset()
dataset.parse(file, format="nquads")
uvicorn.run(SparqlEndpoint(graph=dataset), host="127.0.0.1", port=int(port), log_level="critical")
"""


_WHOLE = """
import sys, uvicorn
from graph.api.app import create_app
from graph.settings import Settings
from graph.store import open_store
folder, port = sys.argv[1:]
app = create_app(open_store(folder), Settings(query_timeout=600))
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="critical")
"""


def alone(folder: Path, file: Path, rounds: int) -> Run:
    """Measure the engine by itself: it loads in one process and answers in the next."""
    arguments = [sys.executable, "-c", _BULK_LOAD, str(folder / "pyoxigraph"), str(file)]
    said = subprocess.run(arguments, check=True, capture_output=True).stdout
    run = in_process("pyoxigraph", _ALONE, folder, file, rounds)
    run.load, run.load_cpu = map(float, said.split())
    return run


def in_process(name: str, code: str, folder: Path, file: Path, rounds: int) -> Run:
    """Measure a library in a process of its own, spoken to over a pipe."""
    run = Run(name)
    arguments = [sys.executable, "-c", code, str(folder / name.replace(" ", "-")), str(file)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        run.load, run.load_cpu = map(float, process.stdout.readline().split())

        def ask(query: str) -> bytes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(query).encode() + b"\n")
            process.stdin.flush()
            return process.stdout.read(int.from_bytes(process.stdout.read(8), "big"))

        measure(run, ask, rounds, process.pid)
        process.stdin.close()
    return run


def nthtier(folder: Path, file: Path, rounds: int, seconds: float) -> list[Run]:
    """Measure our service, its SPARQL routes and then the whole of it, over a store folder."""
    run, whole = Run("nthtier, HTTP"), Run("nthtier, all routes")
    begun, used = time.perf_counter(), time.process_time()
    store = DiskStore(folder / "nthtier")
    with open(file, "rb") as source:
        store.load(source, "application/n-quads")
    run.load, run.load_cpu = time.perf_counter() - begun, time.process_time() - used
    store.optimize()
    store.close()
    del store
    with store_servers.service(folder / "nthtier", query_timeout=600) as address:
        measure(run, http_ask(f"{address}/sparql"), rounds, _server(address))
        run.rates = rates(f"{address}/sparql", seconds)
    port = store_servers.free_port()
    address = f"http://127.0.0.1:{port}"
    arguments = [sys.executable, "-c", _WHOLE, str(folder / "nthtier"), str(port)]
    with store_servers.running(arguments, folder, f"{address}/healthz"):
        measure(whole, http_ask(f"{address}/sparql"), rounds, _server(address))
        whole.rates = rates(f"{address}/sparql", seconds)
    return [run, whole]


def oxigraph(folder: Path, file: Path, rounds: int, seconds: float) -> Run:
    """Measure Oxigraph's own server."""
    run = Run("Oxigraph server")
    place = folder / "oxigraph"
    place.mkdir()
    program = store_servers.command("oxigraph", "pip install oxigraph")
    begun, used = time.perf_counter(), sum(os.times()[2:4])
    subprocess.run(
        [program, "load", "--location", str(place / "data"), "--file", str(file)], check=True, capture_output=True
    )
    run.load, run.load_cpu = time.perf_counter() - begun, sum(os.times()[2:4]) - used
    subprocess.run([program, "optimize", "--location", str(place / "data")], check=True, capture_output=True)
    with store_servers.oxigraph(place) as address:
        measure(run, http_ask(address), rounds, _server(address))
        run.rates = rates(address, seconds)
    return run


def endpoint(folder: Path, file: Path, rounds: int, seconds: float) -> Run:
    """Measure rdflib-endpoint, over rdflib in memory."""
    run = Run("rdflib-endpoint")
    port = store_servers.free_port()
    address = f"http://127.0.0.1:{port}/"
    place = folder / "endpoint"
    place.mkdir()
    arguments = [sys.executable, "-c", _ENDPOINT, str(file), str(port)]
    with store_servers.running(arguments, place, address, patience=3000):
        measure(run, http_ask(address), min(rounds, 3), _server(address))
        run.rates = rates(address, seconds)
    return run


def _server(address: str) -> int:
    """Return the process that listens at an address."""
    port = urlsplit(address).port
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = status.read_bytes().split(b"\0")
            if any(str(port).encode() in word for word in words) and int(status.parent.name) != os.getpid():
                return int(status.parent.name)
    raise AssertionError(f"nobody listens at {address}")


def table(runs: list[Run], quads: int) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"| {quads:,} quads | " + " | ".join(run.name for run in runs) + " |"
    yield "| --- |" + " --- |" * len(runs)
    loads = (
        f"{quads / run.load / 1000:.0f} ({quads / run.load_cpu / 1000:.0f})" if run.load and run.load_cpu else ""
        for run in runs
    )
    yield "| load, k quads/s | " + " | ".join(loads) + " |"
    for query in QUERIES:
        cells = (f"{run.queries[query] * 1000:.2f} ({run.cpu[query] * 1000:.2f})" for run in runs)
        yield f"| {query}, ms | " + " | ".join(cells) + " |"
    for query in QUERIES:
        yield (
            f"| {query} in the same words, ms | " + " | ".join(f"{run.again[query] * 1000:.2f}" for run in runs) + " |"
        )
    yield "| memory, MB | " + " | ".join(f"{(run.memory or 0) / 2**20:.0f}" for run in runs) + " |"
    for clients in (1, 16):
        cells = (f"{run.rates[clients]:.0f}" if run.rates else "" for run in runs)
        yield f"| requests/s of one query, {clients} clients | " + " | ".join(cells) + " |"


def ratios(runs: dict[str, Run]) -> Iterator[tuple[str, float, float, str]]:
    """Yield what is expected of us: what, the ratio, that of the processor's time, the bound."""
    ours, bare, server = runs["nthtier, HTTP"], runs["pyoxigraph"], runs["Oxigraph server"]

    def loading(peer: Run) -> tuple[float, float]:
        return (peer.load or 0) / (ours.load or 1), (peer.load_cpu or 0) / (ours.load_cpu or 1)

    yield "load, of pyoxigraph's bulk loader", *loading(bare), ">= 0.8"
    if rdflib := runs.get("rdflib"):
        yield "load, of rdflib", *loading(rdflib), ">= 3"
    whole, slow = runs["nthtier, all routes"], runs.get("rdflib-endpoint")
    for run in (ours, whole):
        times = [run.queries[query] / server.queries[query] for query in QUERIES]
        works = [run.cpu[query] / server.cpu[query] for query in QUERIES]
        what = f"query to {run.name}, of Oxigraph server's, median"
        yield what, statistics.median(times), statistics.median(works), "<= 1.5"
    again = statistics.median(whole.again[query] / server.again[query] for query in QUERIES)
    yield "the same in the same words", again, again, "<= 1.5"
    if slow:
        ratio, work = slow.queries["transitive"], slow.cpu["transitive"]
        what = f"transitive query, rdflib-endpoint's of {whole.name}"
        yield what, ratio / whole.queries["transitive"], work / whole.cpu["transitive"], ">= 10"
        ratio = slow.again["transitive"] / whole.again["transitive"]
        yield "the same in the same words", ratio, ratio, ">= 10"
    for run in (ours, whole):
        held = (run.memory or 0) / (bare.memory or 1)
        yield f"memory of {run.name}, of pyoxigraph's", held, held, "<= 1.5"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parties", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rdflib-up-to", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nthtier-bench-") as name:
        folder = Path(name)
        file = folder / "data.nq"
        quads = store_data.write(file, options.parties)
        runs = [alone(folder, file, options.rounds)]
        steps = [
            lambda: nthtier(folder, file, options.rounds, options.seconds),
            lambda: [oxigraph(folder, file, options.rounds, options.seconds)],
        ]
        if options.parties <= options.rdflib_up_to:
            steps += [
                lambda: [in_process("rdflib", _RDFLIB, folder, file, min(options.rounds, 3))],
                lambda: [endpoint(folder, file, options.rounds, options.seconds)],
            ]
        for step in steps:
            print(f"{runs[-1].name} is done", file=sys.stderr, flush=True)
            runs += step()
            if options.parties > 20_000:  # it takes long: what is known so far
                print(*table(runs, quads), sep="\n", file=sys.stderr, flush=True)
    for query in QUERIES:
        assert len({run.answers[query] for run in runs}) == 1, (query, {run.name: run.answers for run in runs})
    print(*table(runs, quads), sep="\n")
    for what, ratio, work, bound in ratios({run.name: run for run in runs}):
        kept = ratio >= float(bound[3:]) if bound.startswith(">") else ratio <= float(bound[3:])
        print(f"{'ok  ' if kept else 'MISS'} {what}: {ratio:.2f} ({work:.2f}), expected at 200,000 parties: {bound}")


if __name__ == "__main__":
    main()
