"""Exposure: the worked example, its laws on random graphs, and what the demo's data say."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from graph import shares
from graph.consolidate import Relation
from graph.exposure import exposure, exposures, losses
from graph.network import Network, build
from graph.paths import paths
from graph.propagation import spread
from graph.store import Store
from ontology import terms
from random_networks import KNOWN, NAMES, PARTIES, SHARES, anything, relation, supplies
from reference.arithmetic import every_fill, fixed_point, of_shares, plain
from told import CATALOGUE, says, told
from told import supplies as supplies_of

_CONSISTENT = ((0.0, 1.0), (0.3, 0.3), (0.0, 0.4), (0.1, 0.2), (0.2, 1.0))


def _network(relations: list[Relation], level: str = "prospective") -> Network:
    return build(relations, level, KNOWN, NAMES)


def _seed(net: Network, source: str) -> np.ndarray:
    seed = np.zeros(len(net.nodes))
    if source in net.index:
        seed[net.index[source]] = 1.0
    return seed


@given(anything(), st.sampled_from(PARTIES), st.sampled_from(("low", "high")))
@settings(max_examples=80, deadline=None)
def test_it_equals_the_slow_fixed_point(relations: list[Relation], source: str, bound: str) -> None:
    net = _network(relations)
    seed = _seed(net, source)
    fast = spread(net.needs, seed, bound).node  # type: ignore[arg-type]
    slow = fixed_point(plain(net.needs), dict(enumerate(seed.tolist())), bound, len(net.nodes))
    assert fast == pytest.approx([slow[n] for n in range(len(net.nodes))], abs=1e-8)


@given(anything(), st.sampled_from(PARTIES))
@settings(max_examples=80, deadline=None)
def test_it_is_a_fixed_point_between_0_and_1_with_the_reading_within_the_bounds(
    relations: list[Relation], source: str
) -> None:
    net = _network(relations)
    low, high, reading = losses(net, [source])
    assert (low >= 0).all()
    assert (high <= 1 + 1e-9).all()
    assert (low <= high + 1e-9).all()
    assert (reading <= high + 1e-8).all()
    for bound, value in (("low", low), ("high", high)):
        again = spread(net.needs, np.maximum(_seed(net, source), value), bound).node  # type: ignore[arg-type]
        assert again == pytest.approx(value, abs=1e-7)


@given(supplies(), st.sampled_from(PARTIES), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_completion_of_the_unknown_shares_lies_within(
    relations: list[Relation], source: str, rng: random.Random
) -> None:
    net = _network(relations)
    needs = plain(net.needs)
    low, high, _ = losses(net, [source])
    seed = dict(enumerate(_seed(net, source).tolist()))
    for _ in range(8):
        chosen = []
        for need in needs:
            order = rng.sample(range(len(need.rows)), len(need.rows))
            share = [row.low for row in need.rows]
            rest = 1.0 - sum(share)
            for n in order:
                more = max(min(rest, need.rows[n].high - share[n]) * (1.0 if need.complete else rng.random()), 0.0)
                share[n], rest = share[n] + more, rest - more
            chosen.append(share)
        value = of_shares(needs, chosen, seed, len(net.nodes))
        for n in range(len(net.nodes)):
            assert low[n] - 1e-8 <= value[n] <= high[n] + 1e-8


@given(supplies(most=5, parties=4), st.sampled_from(PARTIES[:4]))
@settings(max_examples=60, deadline=None)
def test_the_bounds_are_tight(relations: list[Relation], source: str) -> None:
    """Some assignment of shares reaches each bound, at each node."""
    net = _network(relations)
    needs = plain(net.needs)
    low, high, _ = losses(net, [source])
    seed = dict(enumerate(_seed(net, source).tolist()))
    found = [of_shares(needs, chosen, seed, len(net.nodes)) for chosen in every_fill(needs)]
    for n in range(len(net.nodes)):
        assert min(value[n] for value in found) == pytest.approx(low[n], abs=1e-8)
        assert max(value[n] for value in found) == pytest.approx(high[n], abs=1e-8)


_row = st.tuples(st.sampled_from(SHARES), st.sampled_from((0.0, 0.25, 0.5, 1.0)))


@given(st.lists(_row, min_size=1, max_size=5), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_greedy_fill_equals_a_linear_programme(
    rows: list[tuple[tuple[float, float], float]], complete: bool
) -> None:
    low, high = np.array([s[0] for s, _ in rows]), np.array([s[1] for s, _ in rows])
    value, start = np.array([v for _, v in rows]), np.array([0, len(rows)])
    low, high, _, _ = shares.settled(low, high, start)
    complete = complete and high.sum() >= 1.0
    sums = {"A_eq" if complete else "A_ub": np.ones((1, len(rows))), "b_eq" if complete else "b_ub": [1.0]}
    box = list(zip(low, high, strict=True))
    assert low.sum() <= 1.0 + 1e-9
    most = -linprog(-value, bounds=box, **sums).fun
    least = linprog(value, bounds=box, **sums).fun
    assert shares.highest(low, high, value, start)[0] == pytest.approx(most, abs=1e-9)
    assert shares.lowest(low, high, value, start, np.array([complete]))[0] == pytest.approx(least, abs=1e-9)


@given(supplies(), st.sampled_from(PARTIES), st.integers(0, 15))
@settings(max_examples=60, deadline=None)
def test_knowing_less_of_a_share_widens_the_bounds(relations: list[Relation], source: str, which: int) -> None:
    net = _network(relations)
    needs = net.needs
    if not len(needs):
        return
    row = which % len(needs.supplier)
    seed = _seed(net, source)
    low, high = needs.low.copy(), needs.high.copy()
    low[row], high[row] = 0.0, 1.0
    wider = needs.with_shares(low, high)
    assert (spread(wider, seed, "low").node <= spread(needs, seed, "low").node + 1e-9).all()
    assert (spread(wider, seed, "high").node >= spread(needs, seed, "high").node - 1e-9).all()


@given(supplies(), st.sampled_from(PARTIES), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_more_lost_is_never_less_lost(relations: list[Relation], source: str, one: float, other: float) -> None:
    net = _network(relations)
    seed = _seed(net, source)
    for bound in ("low", "high", "default"):
        less, more = (spread(net.needs, seed * part, bound).node for part in sorted((one, other)))  # type: ignore[arg-type]
        assert (less <= more + 1e-9).all()


@given(supplies(_CONSISTENT), st.sampled_from(PARTIES), st.integers(0, 15))
@settings(max_examples=80, deadline=None)
def test_withdrawing_a_claim_never_raises_a_lower_bound(relations: list[Relation], source: str, which: int) -> None:
    """Where claims do not contradict each other; of two that do, one withdrawn makes the other sure."""
    net = _network(relations)
    if net.needs.disputed.any():
        return
    fewer = _network([each for n, each in enumerate(relations) if n != which % len(relations)])
    before, after = losses(net, [source]).low, losses(fewer, [source]).low
    for n, node in enumerate(fewer.nodes):
        if node.iri != source:
            assert after[n] <= before[net.index[node.iri]] + 1e-9


@given(anything(), st.sampled_from(PARTIES), st.permutations(PARTIES))
@settings(max_examples=60, deadline=None)
def test_order_and_names_make_no_difference(relations: list[Relation], source: str, renamed: list[str]) -> None:
    net = _network(relations)
    new = dict(zip(PARTIES, renamed, strict=True))
    moved = [
        relation(
            new.get(each.subject, each.subject), each.predicate, new.get(each.object, each.object), each.item,
            (each.low, each.high), (each.status, each.attribution),
        )
        for each in reversed(relations)
    ]  # fmt: skip
    other = build(moved, "prospective", {product: new[party] for product, party in KNOWN.items()}, NAMES)
    for one, same in zip(losses(net, [source]), losses(other, [new[source]]), strict=True):
        found = {new.get(node.iri, node.iri): one[n] for n, node in enumerate(net.nodes)}
        assert found == pytest.approx({node.iri: same[n] for n, node in enumerate(other.nodes)}, abs=1e-9)


def test_two_needs_of_one_supplier_count_once() -> None:
    """A buyer that takes logic and packaging from one source loses no more than all."""
    net = _network(
        [
            relation("s", "supplies", "b", "component-logic", (0.6, 0.6)),
            relation("s", "packagesFor", "b", "", (0.5, 0.5)),
        ]
    )
    assert losses(net, ["s"]).high[net.index["b"]] == pytest.approx(0.6)


def test_a_products_shares_are_not_its_developers() -> None:
    """TSMC has all of the packaging of a product, so its developer depends on it, to an extent that is not known."""
    product, maker = terms.ID + "x0", terms.ID + "p0"
    net = _network(
        [
            relation("tsmc", "packagesFor", product, "", (1.0, 1.0)),
            relation("ase", "packagesFor", maker, "", (0.8, 0.8)),
        ]
    )
    low, high, _ = losses(net, ["tsmc"])
    assert (low[net.index[product]], high[net.index[product]]) == (1.0, 1.0)
    assert (low[net.index[maker]], high[net.index[maker]]) == (0.0, pytest.approx(0.2))


def test_a_sole_reported_source_is_no_exclusive_one() -> None:
    net = _network([relation("s", "supplies", "b", "component-c")])
    assert [part[net.index["b"]] for part in losses(net, ["s"])] == [0.0, 1.0, 1.0]


def test_a_claim_of_all_beside_another_supplier_is_disputed() -> None:
    net = _network(
        [
            relation("s", "supplies", "b", "component-c", (1.0, 1.0)),
            relation("t", "supplies", "b", "component-c", (0.0, 0.3)),
        ]
    )
    assert net.needs.disputed.all()
    assert not net.needs.complete.any()
    low, high, _ = losses(net, ["s"])
    assert (low[net.index["b"]], high[net.index["b"]]) == (pytest.approx(0.7), 1.0)


def test_wider_and_narrower_wordings_stand_in_for_each_other() -> None:
    hbm, hbm4 = terms.ID + "hbm", terms.ID + "hbm4"
    net = _network([relation("s", "supplies", "b", hbm4, (0.6, 0.6)), relation("t", "supplies", "b", hbm)])
    rows = {
        (net.nodes[net.needs.component[net.needs.need[r]]].iri, net.nodes[net.needs.supplier[r]].iri)
        for r in range(len(net.needs.supplier))
    }
    assert rows == {(hbm4, "s"), (hbm4, "t"), (hbm, "s"), (hbm, "t")}


def test_the_demo_shows_three_levels_with_claims(backbone: Store) -> None:
    answer = exposure(backbone, "OpenAI", "TSMC")
    assert [each.level for each in answer.levels] == list(terms.LEVELS)
    reported = answer.levels[1]
    assert 0.0 <= reported.exposure[0] <= reported.reading <= reported.exposure[1] <= 1.0
    assert reported.path[0].supplier.name == "TSMC"
    assert reported.path[-1].consumer.name == "OpenAI"
    assert all(claim in answer.evidence for step in reported.path for claim in step.claims)
    assert answer.narrowing
    assert "TSMC" in answer.explain()


def test_the_demo_knows_shares_of_memory(backbone: Store) -> None:
    answer = exposure(backbone, "NVIDIA", "SK hynix")
    assert answer.levels[1].exposure == (pytest.approx(0.7), pytest.approx(0.7))
    ranked = exposures(backbone, "SK hynix")
    assert ranked.found[0].exposure == (1.0, 1.0)
    assert [e.reading for e in ranked.found] == sorted((e.reading for e in ranked.found), reverse=True)


def test_every_arm_that_a_level_counts_is_named() -> None:
    rumour = says("Mem", "supplies", "ArmTwo", "HBM4", attribution="reported")
    store = told([says("Mem", "supplies", "ArmOne", "DRAM")], [rumour])
    assert [each.name for each in exposure(store, "Group", "Mem", catalogue=CATALOGUE).arms] == ["ArmOne", "ArmTwo"]


def test_a_parent_is_asked_about_with_its_arms(backbone: Store) -> None:
    answer = exposures(backbone, "Samsung Electronics")
    assert "Samsung Foundry" in [each.name for each in answer.includes]
    assert "Tesla" in [each.party.name for each in answer.found]
    assert "with its arms" in answer.explain()


def test_a_way_through_a_cycle_begins_at_the_source() -> None:
    loop = [
        supplies_of("Mem", "Acme", "HBM4", 0.1),
        supplies_of("Fab", "Acme", "HBM4", 0.9),
        supplies_of("Acme", "Fab", "wafers", 1.0),
    ]
    way = exposure(told(loop), "Acme", "Mem", catalogue=CATALOGUE).levels[0].path
    assert [(hop.supplier.name, hop.consumer.name) for hop in way] == [("Mem", "Acme")]


def test_a_product_that_comes_with_another_needs_who_develops_it() -> None:
    """Whoever else is said to use it."""
    within = [says("Fab", "supplies", "Cloud", "Alpha"), says("Mem", "supplies", "Alpha", "HBM4")]
    alone = exposure(told(within), "Cloud", "Acme", catalogue=CATALOGUE).levels[0].exposure
    beside = exposure(told([*within, says("Lab", "uses", "Alpha")]), "Cloud", "Acme", catalogue=CATALOGUE)
    assert alone == beside.levels[0].exposure == (0.0, 1.0)


def test_a_hop_of_a_path_shows_the_share_of_its_own_level() -> None:
    rumour = supplies_of("Mem", "Acme", "HBM4", 0.7, attribution="reported")
    store = told([supplies_of("Mem", "Acme", "HBM4")], [rumour])
    hops = [hop for path in paths(store, "Acme", "Mem", catalogue=CATALOGUE).found for hop in path.path]
    assert [(hop.level, hop.share) for hop in hops] == [("confirmed", (0.0, 1.0))]
    reported = exposure(store, "Acme", "Mem", catalogue=CATALOGUE).levels[1].path
    assert [(hop.level, hop.share) for hop in reported] == [("reported", (0.7, 0.7))]


def test_who_delivers_none_is_no_plain_edge() -> None:
    store = told([supplies_of("Mem", "Acme", "HBM4", 0.0)], [supplies_of("Fab", "Acme", "wafers")])
    lines = b"".join(store.export()).decode().splitlines()
    edges = [line for line in lines if "dependsOn" in line or "ontology#supplies>" in line.split(" ")[1]]
    assert edges
    assert not [line for line in edges if "/mem>" in line.lower()]
