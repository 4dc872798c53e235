"""Facts, tiers, paths, common suppliers, portfolios, and what an answer rests on."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date as Date
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.components import KIND_OF, MAKING
from graph.consolidate import Relation
from graph.dependency import dependents, tiers
from graph.facts import Developer, Fact, developers, facts, weaker
from graph.ingest import ingest
from graph.network import Network, build, network
from graph.paths import best_paths, common, paths
from graph.portfolio import PortfolioError, holdings_of, portfolio
from graph.store import Store, open_store
from graph.withdrawal import telling, withdrawal
from loaders.registry import Context, load
from ontology import terms
from ontology.catalogue import Catalogue
from places import BACKBONE
from random_networks import KNOWN, NAMES, PARTIES, anything, deliveries, relation, supplies
from reference.arithmetic import closure, plain


def _network(relations: list[Relation], level: str = "prospective") -> Network:
    return build(relations, level, KNOWN, NAMES)


# ------------------------------------------------------------------ facts


def _slow_facts(relations: list[Relation], developed_by: Mapping[str, tuple[Developer, ...]]) -> Iterator[Fact]:
    """Facts one relation at a time, as the module's own page tells them."""
    live = [each for each in relations if each.level and each.object]
    supply = [each for each in live if each.predicate in terms.SUPPLY]

    def makers(product: str) -> set[str]:
        return {each.party for each in developed_by.get(product, ())}

    def own(each: Relation) -> bool:
        return each.predicate != "packagesFor" and each.object in makers(each.item)

    needy = {each.item if own(each) else each.object for each in supply}
    needy |= {each.subject for each in live if each.predicate == "uses"}
    used: set[str] = set()

    def lifted(fact: Fact) -> Iterator[Fact]:
        yield fact
        for each in developed_by.get(fact.consumer, ()):
            if fact.supplier != each.party and each.party not in makers(fact.supplier):
                passed = fact._replace(consumer=each.party, level=weaker(fact.level, each.level), via=fact.consumer)
                if fact.role == "contained":
                    yield passed._replace(low=0.0)
                else:
                    yield passed if fact.role == "maker" else passed._replace(role="lifted")

    def made(fact: Fact) -> Iterator[Fact]:
        for each in developed_by.get(fact.component, ()):
            yield fact._replace(
                supplier=each.party, level=weaker(fact.level, each.level), via=fact.component, role="maker"
            )

    def every() -> Iterator[Fact]:
        for each in live:
            bounds = (each.low, each.high, each.level, each.iri)
            if each.predicate == "uses":
                used.add(each.object)
                if each.object not in developed_by:
                    some = float(each.high > 0)
                    bounds = (some, some, each.level, each.iri)
                    yield from lifted(Fact(each.object, each.subject, each.object, *bounds, role="contained"))
                    continue
                fact = Fact(each.object, each.subject, each.object, *bounds)
                yield from lifted(fact)
                for maker in made(fact):
                    yield from lifted(maker)
            elif each.predicate in terms.SUPPLY:
                fact = Fact(each.subject, each.object, each.item or KIND_OF[each.predicate], *bounds)
                if own(each):
                    kind = MAKING if each.predicate == "supplies" else KIND_OF[each.predicate]
                    yield fact._replace(via=each.item, role="lifted")
                    yield fact._replace(consumer=each.item, component=kind)
                    continue
                yield from lifted(fact)
                if each.predicate == "hostsComputeFor":
                    if each.item in developed_by:
                        used.add(each.item)
                        run = Fact(
                            *(each.item, each.subject, each.item, 0.0, float(each.high > 0), each.level, each.iri),
                            role="hosted",
                        )
                        yield run
                        yield from made(run)
                elif each.predicate != "packagesFor" and each.item in needy:
                    some = float(each.high > 0)
                    used.add(each.item)
                    whole = Fact(each.item, each.object, each.item, some, some, each.level, each.iri, role="contained")
                    yield from lifted(whole)
        for product in used:
            who = developed_by.get(product, ())
            for each in who:
                low = 1.0 if len(who) == 1 else 0.0
                yield Fact(
                    each.party, product, KIND_OF["develops"], low, 1.0, each.level, each.relation, role="developed"
                )

    for fact in every():
        if fact.supplier != fact.consumer and fact.consumer not in makers(fact.supplier):
            yield fact


@given(anything())
@settings(max_examples=80, deadline=None)
def test_facts_equal_the_slow_ones(relations: list[Relation]) -> None:
    who = developers(relations, KNOWN)
    assert set(facts(relations, who)) == set(_slow_facts(relations, who))


def test_nobody_is_the_source_of_all_of_what_many_make() -> None:
    """News says that NVIDIA, Samsung and others "develop HBM4"; none of them is thereby who all of it comes from."""
    hbm4, chip = terms.ID + "hbm4", terms.ID + "candidate-chip"
    said = [relation(PARTIES[0], "develops", product) for product in (hbm4, chip)]
    assert set(developers(said, KNOWN)) == {*KNOWN, chip}


@given(anything())
@settings(max_examples=40, deadline=None)
def test_a_level_only_filters(relations: list[Relation]) -> None:
    """What is said firmly is also said less firmly. A rumour of who develops a product may take a fact back: one's own
    product is no supplier.
    """
    relations = [each for each in relations if each.predicate != "develops"]
    found = []
    for level in terms.LEVELS:
        net = _network(relations, level)
        rows = net.to_arrow().select(["supplier", "consumer", "component", "via", "relation", "role"]).to_pylist()
        found.append({tuple(row.values()) for row in rows if row["role"] != "contained"})
    assert found[0] <= found[1] <= found[2]


def test_capital_and_rivalry_make_no_fact() -> None:
    net = _network(
        [relation(PARTIES[0], predicate, PARTIES[1]) for predicate in ("investsIn", "partnersWith", "competesWith")]
    )
    assert len(net.supplier) == 0


def test_a_network_turns_into_arrow_pandas_and_networkx() -> None:
    net = _network([relation("tsmc", "fabricatesFor", PARTIES[0], "", (0.5, 1.0))])
    row = net.to_pandas().iloc[0]
    assert (row.supplier, row.consumer, row.low, row.level, row.role) == (
        "tsmc",
        PARTIES[0],
        0.5,
        "confirmed",
        "direct",
    )
    ((_, _, edge),) = net.to_networkx().edges(data=True)
    assert edge["component_name"] == "chip fabrication"
    assert edge["claims"] == net.claims(0)


# ------------------------------------------------------------------ walks


@given(anything(), st.sampled_from(PARTIES), st.sampled_from(("dependents", "dependencies")))
@settings(max_examples=50, deadline=None)
def test_tiers_are_shortest_and_their_last_hop_is_firmest(
    relations: list[Relation], start: str, direction: str
) -> None:
    net = _network(relations)
    if start not in net.index:
        return
    graph = deliveries(net) if direction == "dependents" else deliveries(net).reverse()
    tier, last = tiers(net, net.index[start], direction)  # type: ignore[arg-type]
    far = nx.single_source_shortest_path_length(graph, start)
    assert {net.nodes[n].iri: int(tier[n]) for n in np.flatnonzero(tier >= 0)} == far
    # The weakest hop of the best shortest path, worked out tier by tier.
    weakest = {net.index[start]: 0}
    for n in sorted(np.flatnonzero(tier > 0).tolist(), key=lambda n: int(tier[n])):
        ends, begins = (net.consumer, net.supplier) if direction == "dependents" else (net.supplier, net.consumer)
        options = [f for f in np.flatnonzero(net.high > 0) if ends[f] == n and tier[begins[f]] == tier[n] - 1]
        weakest[n] = min(max(weakest[int(begins[f])], int(net.level[f])) for f in options)
        assert last[n] in options
        assert max(weakest[int(begins[last[n]])], int(net.level[last[n]])) == weakest[n]


@given(supplies(), st.sampled_from(PARTIES[:3]), st.sampled_from(PARTIES[3:]), st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_the_best_ways_are_the_shortest_loopless_ones(
    relations: list[Relation], start: str, end: str, count: int
) -> None:
    net = _network(relations)
    if start not in net.index or end not in net.index:
        return
    found, complete = best_paths(net, [net.index[start]], net.index[end], count)
    graph = deliveries(net)
    multi = {
        (tuple(edge[:2]), graph.edges[edge]["component"])
        for path in nx.all_simple_edge_paths(graph, start, end)
        for edge in path
    }
    ways = {
        tuple((u, v, graph.edges[u, v, k]["component"]) for u, v, k in path)
        for path in nx.all_simple_edge_paths(graph, start, end)
    }
    assert multi or not ways
    lengths = sorted(len(way) for way in ways)
    assert [len(path) for path in found] == lengths[: len(found)]
    assert len(found) == min(count, len(ways))
    assert complete == (len(ways) < count) or len(ways) == count
    said = {
        tuple(
            (net.nodes[net.supplier[f]].iri, net.nodes[net.consumer[f]].iri, net.nodes[net.component[f]].iri)
            for f in path
        )
        for path in found
    }
    assert said <= ways
    assert len(said) == len(found)


def test_the_demo_tells_how_openai_depends_on_tsmc(backbone: Store) -> None:
    answer = paths(backbone, "OpenAI", "TSMC", count=3)
    assert [each.hops for each in answer.found] == sorted(each.hops for each in answer.found)
    for each in answer.found:
        assert each.path[0].supplier.name == "TSMC"
        assert each.path[-1].consumer.name == "OpenAI"
        assert each.level == max((step.level for step in each.path), key=terms.LEVELS.index)
    assert not paths(backbone, "ASML", "OpenAI").found
    assert "No way is documented" in paths(backbone, "ASML", "OpenAI").explain()


def test_what_is_in_a_substrate_reaches_who_buys_it(backbone: Store) -> None:
    """Ajinomoto's film is in the substrates that NVIDIA takes from Ibiden."""
    found = {each.party.name: each.tier for each in dependents(backbone, "Ajinomoto").found}
    assert found["FC-BGA substrate"] == 1
    assert found["NVIDIA"] == 2
    assert {"Nintendo", "Tegra T239"} <= {each.party.name for each in dependents(backbone, "Samsung Foundry").found}


def test_a_parent_is_asked_about_with_its_arms(backbone: Store) -> None:
    answer = dependents(backbone, "Samsung Electronics")
    assert [each.name for each in answer.includes] == ["Samsung Foundry", "SEMES"]
    assert "Tesla" in {each.party.name for each in answer.found}
    assert not dependents(backbone, "Samsung Foundry").includes


def test_common_suppliers_and_their_exposures(backbone: Store) -> None:
    answer = common(backbone, ["NVIDIA", "AMD"])
    names = [each.supplier.name for each in answer.found]
    assert set(names[:2]) == {"ASML", "TSMC"}
    assert answer.complete
    assert all(0 <= low <= high <= 1 for each in answer.found for low, high in each.exposures)


def test_a_portfolio_leans_on_what_its_holdings_lean_on(backbone: Store) -> None:
    answer = portfolio(backbone, {"NVDA": 60, "AAPL": 40, "Nowhere Ltd": 100}, limit=None)
    assert [(each.party.name, each.weight) for each in answer.holdings] == [("NVIDIA", 0.3), ("Apple", 0.2)]
    assert answer.unknown == ("Nowhere Ltd",)
    by_name = {each.supplier.name: each for each in answer.found}
    assert by_name["TSMC"].exposure == (0.0, pytest.approx(0.5))
    assert by_name["TSMC"].holdings == 2
    assert by_name["SK hynix"].exposure[0] >= 0.3 * 0.7
    assert all(
        low <= each.reading + 1e-9 and each.reading <= high + 1e-9
        for each in answer.found
        for low, high in [each.exposure]
    )


def test_a_portfolio_reads_tickers_as_data_vendors_write_them(backbone: Store) -> None:
    vendors = holdings_of(
        "2330.TW,20\n005930.KS 10\nASML.AS,10\nMSFT US,5\n000660 KS Equity,5\n9988 HK,2\n700 HK,2\nTWSE:2330,1\nZZZZ.TW,1"
    )
    answer = portfolio(backbone, vendors)
    named = ["TSMC", "Samsung Electronics", "ASML", "Microsoft", "SK hynix"]
    assert [each.party.name for each in answer.holdings][:5] == named
    assert answer.holdings[0].weight == pytest.approx(21 / sum(vendors.values()))
    assert "ZZZZ.TW" in answer.unknown
    assert not set(answer.unknown) & {"2330.TW", "005930.KS", "ASML.AS", "MSFT US", "000660 KS Equity"}
    assert {each.supplier.kind for each in answer.found} <= {*terms.PARTY_KINDS.values(), "Candidate"}


@pytest.mark.parametrize("text", ["", "NVDA=much", "a,b,c", "# nothing"])
def test_what_is_no_portfolio_is_refused(text: str) -> None:
    with pytest.raises(PortfolioError):
        holdings_of(text)


def test_weights_that_add_up_to_nothing_are_refused(backbone: Store) -> None:
    for weights in ({"NVDA": 0.0}, {"Nowhere Ltd": 1.0}, {"NVDA": float("nan")}):
        with pytest.raises(PortfolioError):
            portfolio(backbone, weights)


# ------------------------------------------------------------------ time


def test_a_past_day_knows_what_was_claimed_by_then(backbone: Store, catalogue: Catalogue) -> None:
    """What TSMC's dependents were at the end of 2025 differs from today by later claims alone."""
    day = Date(2025, 12, 31)
    then = {each.party.iri for each in dependents(backbone, "TSMC", as_of=day).found}
    now = dependents(backbone, "TSMC")
    assert then < {each.party.iri for each in now.found}
    later = [each for each in now.found if each.party.iri not in then]
    for each in later:
        dates = [now.evidence[claim].date for step in each.path for claim in step.claims if claim in now.evidence]
        assert max(dates) > day.isoformat()
    store = open_store("memory:")
    for each in load(BACKBONE, Context(catalogue=catalogue)):
        old = type(each)(each.document, tuple(claim for claim in each.claims if claim.date <= day))
        ingest(store, [old], catalogue)
    assert {each.party.iri for each in dependents(store, "TSMC").found} == then
    store.close()


def test_networks_are_kept_until_the_store_changes(memory: Store, catalogue: Catalogue) -> None:
    ingest(memory, load(BACKBONE, Context(catalogue=catalogue)), catalogue)
    one = network(memory)
    assert network(memory) is one
    memory.update('INSERT DATA { id:x rdfs:label "x" }')
    assert network(memory) is not one


# ------------------------------------------------------------------ what an answer rests on


@given(
    supplies(most=8, parties=5),
    st.sampled_from(PARTIES[:5]),
    st.sampled_from(PARTIES[:5]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_telling_sets_turn_the_answer_over_and_no_part_of_them_does(
    relations: list[Relation], start: str, end: str, rng: random.Random
) -> None:
    from graph.members import Members
    from graph.withdrawal import _stopped

    net = _network(relations)
    if start == end or start not in net.index or end not in net.index:
        return
    source, target = net.index[start], net.index[end]

    def holds(without: frozenset[int]) -> bool:
        left = net.where(~np.isin(net.relation, list(without)))
        return target in closure(plain(left.needs), [source])

    if not holds(frozenset()):
        return
    found, complete = telling(net, _stopped(Members(target, (target,)), [source]), largest=3)
    for each in found:
        assert not holds(each)
        assert all(holds(each - {one}) for one in each)
    if complete:
        for size in (1, 2):
            for chosen in combinations(range(len(net.relations)), size):
                if not holds(frozenset(chosen)):
                    assert any(each <= set(chosen) for each in found)


def test_the_demo_says_what_a_stop_and_an_exposure_rest_on(backbone: Store) -> None:
    stop = withdrawal(backbone, "Nintendo", "Samsung Electronics")
    assert stop.holds
    assert {each.says for each in stop.found} >= {("NVIDIA supplies Nintendo (tegra-t239)",)}
    assert stop.found[0].claims
    assert all(claim in stop.evidence for each in stop.found for claim in each.claims)
    share = withdrawal(backbone, "NVIDIA", "SK hynix", at_least=0.5)
    assert [len(each.relations) for each in share.found] == [1]
    assert share.complete
    assert not withdrawal(backbone, "OpenAI", "TSMC").holds
    assert "does not hold" in withdrawal(backbone, "OpenAI", "TSMC").explain()
