"""Chokepoints against brute force, and concentration against every way to fill the unknown."""

from __future__ import annotations

import random
import re
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.chokepoints import chokepoints, stops
from graph.closure import UNCLAIMED, pairs, scores, stop, stoppers, strength, strongest
from graph.concentration import concentration, hhi
from graph.consolidate import Relation
from graph.errors import UnknownNameError
from graph.loading import load_files
from graph.network import Network, build
from graph.store import Store
from random_networks import KNOWN, NAMES, PARTIES, anything, deliveries, relation, supplies
from reference.arithmetic import Row, closure, fill, plain, strengths


def _network(relations: list[Relation]) -> Network:
    return build(relations, "prospective", KNOWN, NAMES)


@given(anything(), st.sets(st.sampled_from(PARTIES), max_size=3))
@settings(max_examples=80, deadline=None)
def test_the_closure_equals_brute_force_and_every_stop_has_its_witness(
    relations: list[Relation], removed: set[str]
) -> None:
    net = _network(relations)
    gone = [net.index[iri] for iri in sorted(removed) if iri in net.index]
    found = stop(net.needs, gone)
    assert set(np.flatnonzero(found.round >= 0).tolist()) == closure(plain(net.needs), gone)
    needs = plain(net.needs)
    for n in np.flatnonzero(found.round > 0).tolist():
        witness = needs[found.need[n]]
        assert witness.consumer == n
        assert not witness.part
        assert all(0 <= found.round[row.supplier] < found.round[n] for row in witness.rows)


@given(anything())
@settings(max_examples=80, deadline=None)
def test_all_removals_at_once_equal_a_closure_each(relations: list[Relation]) -> None:
    net = _network(relations)
    needs, found = plain(net.needs), stoppers(net.needs)
    count, total = scores(found), {}
    for removed in range(len(net.nodes)):
        stopped = closure(needs, [removed])
        assert {n for n in range(len(net.nodes)) if removed in found[n]} == stopped
        assert count.stopped[removed] == len(stopped) - 1
        slow = strengths(needs, removed, UNCLAIMED, len(net.nodes))
        assert strength(net.needs, removed).tolist() == pytest.approx([slow[n] for n in sorted(slow)])
        total[removed] = sum(slow.values()) - 1.0
    ranked = strongest(net.needs, count.stopped, range(len(net.nodes)), 3)
    assert [each for _, each in ranked] == pytest.approx(sorted((t for t in total.values() if t > 0), reverse=True)[:3])


@given(anything())
@settings(max_examples=50, deadline=None)
def test_pairs_are_those_that_stop_only_together(relations: list[Relation]) -> None:
    net = _network(relations)
    needs, alone = plain(net.needs), stoppers(net.needs)
    for target in range(len(net.nodes)):
        found = pairs(net.needs, target, alone)
        wanted = {
            pair
            for pair in combinations(range(len(net.nodes)), 2)
            if target not in pair and not set(pair) & alone[target] and target in closure(needs, pair)
        }
        assert found.complete
        assert set(found.pairs) == wanted


@given(supplies())
@settings(max_examples=60, deadline=None)
def test_with_one_supplier_a_component_it_is_plain_reachability(relations: list[Relation]) -> None:
    import networkx as nx

    seen: set[tuple[str, str]] = set()
    sole = [
        each for each in relations if (each.object, each.item) not in seen and not seen.add((each.object, each.item))
    ]
    net = _network(sole)
    graph = deliveries(net)
    for n, node in enumerate(net.nodes):
        stopped = {net.nodes[m].iri for m in np.flatnonzero(stop(net.needs, [n]).round > 0).tolist()}
        assert stopped == (nx.descendants(graph, node.iri) if node.iri in graph else set())


def test_a_buyer_with_a_way_around_is_not_stopped_but_one_that_needs_both_is() -> None:
    """Plain dominators say that neither stops the buyer of logic and memory; each does."""
    net = _network(
        [
            relation("tsmc", "supplies", "b", "component-logic"),
            relation("hynix", "supplies", "b", "component-memory"),
            relation("micron", "supplies", "b", "component-memory"),
        ]
    )
    b, tsmc, hynix, micron = (net.index[iri] for iri in ("b", "tsmc", "hynix", "micron"))
    assert stop(net.needs, [tsmc]).round[b] == 1
    assert stop(net.needs, [hynix]).round[b] == -1
    assert pairs(net.needs, b).pairs == (tuple(sorted((hynix, micron))),)


def test_the_demo_names_asml_and_tsmc_first_with_witnesses(backbone: Store) -> None:
    answer = chokepoints(backbone)
    assert [each.name for each in answer.found[:2]] == ["ASML", "TSMC"]
    witness = next(each for each in answer.found[0].first if each.party.name == "TSMC")
    assert (witness.component, witness.certainty) == ("EUV scanner", "claimed sole source")
    assert all(
        claim in answer.evidence for each in answer.found for s in each.first for h in s.suppliers for claim in h.claims
    )
    assert "EUV scanner" in answer.explain()


@pytest.mark.parametrize("by", ["component", "country"])
def test_components_and_countries_are_lost_whole(backbone: Store, by: str) -> None:
    answer = chokepoints(backbone, by=by, limit=50)  # type: ignore[arg-type]
    names = [each.name for each in answer.found]
    assert ("EUV scanner" if by == "component" else "TW") in names
    assert [each.stopped for each in answer.found] == sorted((each.stopped for each in answer.found), reverse=True)


def test_a_party_shows_what_it_stops_what_stops_it_and_the_pairs(backbone: Store) -> None:
    answer = stops(backbone, "NVIDIA")
    assert {"Oracle", "xAI"} <= {each.party.name for each in answer.stops}
    assert {"TSMC", "ASML"} <= {each.party.name for each in answer.stopped_by}
    assert ("Cadence", "Synopsys") in {(pair.first.name, pair.second.name) for pair in answer.pairs}
    with pytest.raises(UnknownNameError):
        chokepoints(backbone, component="no such thing")


_bounds = st.tuples(st.sampled_from((0.0, 0.1, 0.25, 0.4)), st.sampled_from((0.0, 0.2, 0.5))).map(
    lambda p: (p[0], p[0] + p[1])
)


@given(st.lists(_bounds, min_size=1, max_size=4), st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_index_holds_every_way_to_fill_the_unknown(
    bounds: list[tuple[float, float]], complete: bool, rng: random.Random
) -> None:
    low, high = [a for a, _ in bounds], [b for _, b in bounds]
    if sum(low) > 1 or (complete and sum(high) < 1):
        return
    least, most = hhi(low, high, complete=complete)
    # One unnamed firm may have what the named ones leave; in the greatest case all but one share sit at a bound.
    firm = [] if complete else [Row(-1, max(0.0, 1.0 - sum(high)), 1.0 - sum(low))]
    rows = [Row(n, a, b) for n, (a, b) in enumerate(bounds)] + firm
    corners = [sum(s * s for s in fill(rows, order)) for order in permutations(range(len(rows)))]
    assert most == pytest.approx(1e4 * max(corners), abs=1e-3)
    for _ in range(10):
        share, rest = list(low), 1.0 - sum(low)
        for n in rng.sample(range(len(share)), len(share)):
            more = min(rest, high[n] - share[n]) * (1.0 if complete else rng.random())
            share[n], rest = share[n] + more, rest - more
        assert least - 1e-4 <= 1e4 * sum(s * s for s in share) <= most + 1e-4


def test_concentrations_of_the_book() -> None:
    assert hhi([1.0], [1.0], complete=True) == (10_000.0, 10_000.0)
    assert hhi([0.5, 0.5], [0.5, 0.5]) == (5_000.0, 5_000.0)
    assert hhi([0.0] * 20, [1.0] * 20)[1] == 10_000.0
    assert hhi([0.2] * 3, [0.2] * 3) == (1_200.0, pytest.approx(2_800.0))


def test_the_demo_knows_how_concentrated_memory_is(backbone: Store) -> None:
    answer = concentration(backbone, "HBM4")
    (found,) = answer.found
    assert found.hhi == (5_300.0, 5_800.0)
    assert {each.party.name for each in found.suppliers} == {"SK hynix", "Samsung Electronics", "Micron"}
    assert found.countries == ("KR", "US")
    assert found.hhi_by_country[0] >= found.hhi[0]
    assert concentration(backbone).found[0].hhi == (10_000.0, 10_000.0)
    every = concentration(backbone, "HBM").found  # in all its wordings
    assert found in every
    assert {each.component for each in every} >= {"HBM3E", "HBM4"}


def test_a_component_that_is_not_supplied_by_that_name_is_told_those_that_are(memory: Store, tmp_path: Path) -> None:
    rows = "supplier,predicate,customer,item,as_of\nASML,supplies,TSMC,EUV lithography scanners,2026-01-28\n"
    (tmp_path / "one.csv").write_text(rows, encoding="utf-8")
    load_files(memory, [tmp_path / "one.csv"])
    for name, said in (
        ("EUV lithography", "did you mean EUV lithography scanners?"),  # the catalogue knows the process
        ("euv scaners lithography", "did you mean EUV lithography scanners?"),
        ("ArF immersion", "there are EUV lithography scanners"),
    ):
        with pytest.raises(UnknownNameError, match=re.escape(f"unknown component {name!r}; {said}")):
            concentration(memory, name)
