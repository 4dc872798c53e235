"""Speed and memory of the analysis, by ratio, in one run: ``python tests/bench/test_analysis.py [parties …]``.

Times are CPU seconds, the best of a few, so that other work on the machine matters little. The store part loads each size
into a store in memory first, which takes the most time by far; ``--store-up-to`` bounds it.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import industry
import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from graph.closure import scores, stop, stoppers
from graph.dependency import tiers
from graph.network import Network, build, network
from graph.propagation import spread
from graph.queries import query, rows
from graph.store import Store, open_store
from ontology import terms

try:
    import rustworkx  # no part of the development tools: compared with where it is there
except ImportError:
    rustworkx = None

_SMALL, _FULL = (2_000, 10_000), (50_000, 200_000, 1_000_000)
Figures = dict[str, float]


def clock(action: Callable[[], Any], most: int = 3) -> float:
    """Return the CPU seconds of an action, the best of some."""
    best = math.inf
    for _ in range(most):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
        if best > 5:
            break
    return best


def of_arrays(parties: int, choke_up_to: int) -> Figures:
    """Return the figures of what runs on arrays alone."""
    relations = industry.relations(parties)
    found: Figures = {"relations": len(relations)}
    nets: list[Network] = []
    found["build"] = clock(lambda: nets.append(build(relations, "reported", {}, {})), 2)
    net = nets[-1]
    needs: list[Any] = []
    found["needs"] = clock(lambda: needs.append(type(net.needs).of(net)), 1)
    _ = net.by_supplier, net.consumer_order, net.by_consumer, net.needs.default, net.needs.need
    found["bytes a relation"] = (net.nbytes + net.nodes.iris.nbytes) / len(relations)  # type: ignore[attr-defined]
    hub = int(np.bincount(net.supplier).argmax())
    found["dependents"] = clock(lambda: tiers(net, hub))
    ones = np.ones(len(net.supplier))  # what scipy searches without a copy
    matrix = csr_array((ones, (net.supplier, net.consumer)), shape=(len(net.nodes), len(net.nodes)))
    found["scipy breadth-first"] = clock(lambda: breadth_first_order(matrix, hub, return_predecessors=True))
    if rustworkx and parties <= 200_000:
        other = rustworkx.PyDiGraph()
        other.add_nodes_from(range(len(net.nodes)))
        other.add_edges_from_no_data(list(zip(net.supplier.tolist(), net.consumer.tolist(), strict=True)))
        found["rustworkx breadth-first"] = clock(lambda: rustworkx.bfs_successors(other, hub))
    seed = np.zeros(len(net.nodes))
    seed[hub] = 1.0
    for bound in ("low", "high", "default"):
        rounds = spread(net.needs, seed, bound).rounds  # type: ignore[arg-type]
        found[f"exposure {bound}"] = clock(lambda b=bound: spread(net.needs, seed, b), 2)  # type: ignore[misc]
        found[f"exposure {bound}, a round"] = found[f"exposure {bound}"] / max(rounds, 1)
    found["one closure"] = clock(lambda: stop(net.needs, [hub]))
    if parties <= 200_000:
        graph = nx.DiGraph(zip(net.supplier.tolist(), net.consumer.tolist(), strict=True))
        found["networkx breadth-first"] = clock(lambda: nx.single_source_shortest_path_length(graph, hub))
    if parties <= 50_000:
        plain = needs_graph(net)
        found["cascade, plain networkx"] = clock(lambda: plain_cascade(plain, hub), 1)
    if parties <= choke_up_to:
        sets: list[Any] = []
        found["all chokepoint scores"] = clock(lambda: sets.append(scores(stoppers(net.needs))), 1)
        found["a closure each, estimated"] = (
            clock(lambda: [stop(net.needs, [n]) for n in range(0, parties, parties // 20)], 1) * parties / 20
        )
    return found


def needs_graph(net: Network) -> nx.MultiDiGraph:
    """The needs as a networkx graph: an edge a supplier of a need."""
    graph = nx.MultiDiGraph()
    for row in range(len(net.needs.supplier)):
        need = int(net.needs.need[row])
        consumer = int(net.needs.consumer[need])
        graph.add_edge(int(net.needs.supplier[row]), consumer, need=need, low=float(net.needs.low[row]))
    return graph


def plain_cascade(graph: nx.MultiDiGraph, source: int) -> dict[int, float]:
    """The same cascade (lower bound) over a networkx graph, one consumer after the other."""
    loss = dict.fromkeys(graph, 0.0)
    loss[source] = 1.0
    waiting = deque([source])
    while waiting:
        for consumer in set(graph.successors(waiting.popleft())):
            lost: dict[int, float] = {}
            for supplier, _, edge in graph.in_edges(consumer, data=True):
                lost[edge["need"]] = lost.get(edge["need"], 0.0) + edge["low"] * loss[supplier]
            worst = max(lost.values())
            if worst > loss[consumer] + 1e-12:
                loss[consumer] = worst
                waiting.append(consumer)
    return loss


def of_store(parties: int) -> Figures:
    """Return the figures of what comes out of a store."""
    relations = industry.relations(parties)
    store = open_store("memory:")
    store.bulk_load(industry.quads(relations))
    found: Figures = {}
    nets: list[Network] = []
    start = time.process_time()
    nets.append(network(store))
    found["network from the store"] = time.process_time() - start
    found["networkx from SPARQL rows"] = clock(lambda: networkx_from_rows(store), 1)
    net = nets[-1]
    assert list(net.relations.iris()) == relations.iris()  # type: ignore[attr-defined]
    _ = net.by_supplier, net.consumer_order, net.by_consumer
    found["bytes a relation, from the store"] = (net.nbytes + net.nodes.iris.nbytes) / len(relations)  # type: ignore[attr-defined]
    hub = int(np.bincount(net.supplier).argmax())
    tiers(net, hub)
    found["dependents, warm"] = clock(lambda: tiers(net, hub))
    path = f"SELECT (COUNT(DISTINCT ?who) AS ?n) {{ ?who nt:dependsOn+ <{net.nodes[hub].iri}> }}"
    found["SPARQL property path"] = clock(lambda: b"".join(store.query(path, "text/csv")), 1)
    counted = int(b"".join(store.query(path, "text/csv")).split()[1])
    reached = int((tiers(net, hub)[0] > 0).sum())
    assert counted in (reached, reached + 1), (counted, reached)
    store.close()
    return found


def networkx_from_rows(store: Store) -> nx.MultiDiGraph:
    """Build the same graph row by row."""
    claims: dict[str, list[str]] = {}
    for relation, claim in rows(store, query("relation_claims")):
        claims.setdefault(relation, []).append(claim)
    graph = nx.MultiDiGraph()
    for row in rows(store, query("relations")):
        if row[6] == terms.NT + "actual":
            graph.add_edge(
                row[1], row[3], component=row[4], component_name=row[5], low=float(row[8]), high=float(row[9]),
                level="confirmed" if row[7] == terms.NT + "stated" else "reported", relation=row[0],
                claims=tuple(claims.get(row[0], ())),
            )  # fmt: skip
    return graph


_RATIOS = (
    ("networkx from SPARQL rows", "network from the store"),
    ("SPARQL property path", "dependents, warm"),
    ("networkx breadth-first", "dependents"),
    ("dependents", "scipy breadth-first"),
    ("dependents", "rustworkx breadth-first"),
    ("exposure high, a round", "dependents"),
    ("exposure low, a round", "dependents"),
    ("cascade, plain networkx", "exposure low"),
    ("a closure each, estimated", "all chokepoint scores"),
)


def report(sizes: tuple[int, ...], store_up_to: int, choke_up_to: int) -> dict[int, Figures]:
    """Measure, print as a Markdown table, and return the figures."""
    found: dict[int, Figures] = {}
    for size in sizes:
        found[size] = of_arrays(size, choke_up_to)
        if size <= store_up_to:
            found[size] |= of_store(size)
    names = list(dict.fromkeys(name for figures in found.values() for name in figures))
    print(f"\n| CPU seconds | {' | '.join(f'{size:,}' for size in sizes)} | slope |")
    print("| --- |" + " --- |" * (len(sizes) + 1))
    for name in names:
        cells = [f"{found[size][name]:.4g}" if name in found[size] else "" for size in sizes]
        have = [(math.log(size), math.log(max(found[size][name], 1e-9))) for size in sizes if name in found[size]]
        slope = f"{np.polyfit(*zip(*have, strict=True), 1)[0]:.2f}" if len(have) > 1 else ""
        print(f"| {name} | {' | '.join(cells)} | {slope} |")
    for one, other in _RATIOS:
        ratios = [
            f"{found[s][one] / found[s][other]:.3g}" if one in found[s] and other in found[s] else "" for s in sizes
        ]
        if any(ratios):
            print(f"| **{one} / {other}** | {' | '.join(ratios)} | |")
    return found


def test_the_analysis_keeps_its_pace() -> None:
    """Print the figures; hold only ratios with room to spare, since the machine is anybody's."""
    full = os.environ.get("SIZE") == "full"
    found = report(_FULL if full else _SMALL, 50_000 if full else 2_000, 200_000)
    largest = found[max(found)]
    assert largest["bytes a relation"] <= 200
    assert largest["exposure high, a round"] <= 10 * max(largest["dependents"], 1e-3)
    assert largest["all chokepoint scores" if "all chokepoint scores" in largest else "one closure"] > 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("parties", nargs="*", type=int, default=list(_SMALL))
    arguments.add_argument("--store-up-to", type=int, default=2_000)
    arguments.add_argument("--choke-up-to", type=int, default=200_000)
    given = arguments.parse_args()
    report(tuple(given.parties), given.store_up_to, given.choke_up_to)
