"""Scenarios and cascades: the text form, the published rules, what the demo's data say."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.cascade import production
from graph.errors import UnknownNameError
from graph.exposure import losses
from graph.network import network
from graph.scenarios import Scenario, ScenarioError, Step, library, parse
from graph.store import Store
from graph.whatif import whatif
from reference.arithmetic import production as slow_production

_words = st.sampled_from(("TSMC", "SK hynix", "Samsung Electronics", "NVIDIA", "Carl Zeiss SMT"))
_components = st.sampled_from(("", "HBM4", "EUV scanner", "AI accelerators"))
_tenths = st.integers(0, 1000).map(lambda n: n / 1000)
_steps = st.one_of(
    st.builds(Step, kind=st.just("party"), what=_words, loss=_tenths),
    st.builds(Step, kind=st.just("country"), what=st.sampled_from(("TW", "KR")), loss=_tenths),
    st.builds(Step, kind=st.just("component"), what=st.sampled_from(("HBM4", "EUV scanner")), loss=_tenths),
    st.builds(Step, kind=st.sampled_from(("ban", "cut")), what=_words, to=_words, component=_components),
    st.builds(Step, kind=st.just("share"), what=_words, to=_words, component=_components,
              share=st.tuples(_tenths, _tenths).map(lambda p: (min(p), max(p)))),
    st.builds(Step, kind=st.just("deal"), what=_words, to=_words, component=_components, raised=st.booleans()),
    st.builds(Step, kind=st.just("claim"), what=st.just("0123456789abcdef"), raised=st.booleans()),
    st.builds(Step, kind=st.just("source"), what=st.sampled_from(("2026-01-28#11", "digitimes.com"))),
)  # fmt: skip


@given(st.lists(_steps, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_scenario_reads_back_from_its_text_its_json_and_its_yaml(steps: list[Step]) -> None:
    scenario = Scenario(steps=tuple(steps))
    assert parse(scenario.text).steps == scenario.steps
    assert parse(scenario.model_dump_json()) == scenario
    assert parse("steps:\n" + "".join(f"  - {json.dumps(step.text)}\n" for step in steps)).steps == scenario.steps


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_scenario_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        assert parse(text).steps


@pytest.mark.parametrize(
    "text",
    ["", "TSMC", "TSMC -150%", "share A -> B", "share A -> B 130%", "ban US", "deal A -> B", "steps: 3", "steps: [1]",
     "{", "steps: [{kind: party}]", "steps: [{kind: party, what: TSMC, los: 1}]", "x" * 30_000, "steps: []"],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse(text)


def test_the_text_form_reads_as_people_write() -> None:
    assert parse("tsmc stops").steps == (Step(kind="party", what="tsmc"),)
    assert parse("country TW -12.5%").steps[0].loss == 0.125
    assert parse("ban US -> CN ai-accelerator").steps == (
        Step(kind="ban", what="US", to="CN", component="ai-accelerator"),
    )
    assert parse("cut ASML → SK hynix EUV scanner").steps == (
        Step(kind="cut", what="ASML", to="SK hynix", component="EUV scanner"),
    )
    assert len(parse("# two\nTSMC -50%\nASML −100 %").steps) == 2


@st.composite
def _firms(draw: st.DrawFn) -> tuple[list[tuple[int, int, float, int]], list[float], list[bool]]:
    count = draw(st.integers(2, 6))
    firm = st.integers(0, count - 1)
    ties = draw(st.lists(st.tuples(firm, firm, st.sampled_from((0.25, 0.5, 1.0)), st.integers(0, 2)), max_size=12))
    capacity = draw(st.lists(st.sampled_from((0.0, 0.5, 1.0, 1.0, 1.0)), min_size=count, max_size=count))
    vital = [component != 2 for *_, component in ties]
    return ties, capacity, vital


def _run(ties: list[tuple[int, int, float, int]], capacity: list[float], vital: list[bool], rule: str) -> np.ndarray:
    table = np.array(ties, dtype=float).reshape(-1, 4)
    return production(
        table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2], component=table[:, 3].astype(np.int32),
        essential=np.array(vital, dtype=bool), capacity=np.array(capacity), rule=rule,  # type: ignore[arg-type]
    )  # fmt: skip


@given(_firms(), st.sampled_from(("generalised", "leontief", "linear")))
@settings(max_examples=150, deadline=None)
def test_the_cascade_equals_the_slow_one(
    firms: tuple[list[tuple[int, int, float, int]], list[float], list[bool]], rule: str
) -> None:
    ties, capacity, vital = firms
    assert _run(ties, capacity, vital, rule) == pytest.approx(slow_production(ties, capacity, rule, vital), abs=1e-9)


@given(_firms())
@settings(max_examples=100, deadline=None)
def test_a_smaller_start_never_produces_more(
    firms: tuple[list[tuple[int, int, float, int]], list[float], list[bool]],
) -> None:
    ties, capacity, vital = firms
    less = _run(ties, [each / 2 for each in capacity], vital, "generalised")
    assert (less <= _run(ties, capacity, vital, "generalised") + 1e-12).all()


def test_linear_and_leontief_differ_where_they_must() -> None:
    """A firm with two inputs of equal weight loses one of them: half of its output if inputs add up, all if both are needed.

    With one component from two suppliers there is nothing to tell apart, and a non-essential input is linear in between.
    """
    two = [(0, 2, 0.5, 0), (1, 2, 0.5, 1)]
    assert _run(two, [0.0, 1.0, 1.0], [False, False], "linear")[2] == 0.5
    each_whole = [(0, 2, 1.0, 0), (1, 2, 1.0, 1)]
    assert _run(each_whole, [0.0, 1.0, 1.0], [True, True], "leontief")[2] == 0.0
    same = [(0, 2, 0.5, 0), (1, 2, 0.5, 0)]
    assert _run(same, [0.0, 1.0, 1.0], [True, True], "leontief")[2] == 0.5
    mixed = [(0, 2, 1.0, 0), (1, 2, 0.2, 2)]
    assert _run(mixed, [1.0, 0.0, 1.0], [True, False], "generalised")[2] == pytest.approx(0.8)


#: The toy network of Diem, Borsos, Reisch, Kertész, Thurner, PNAS Nexus 3, pgae064 (2024), figure 1: eleven firms in five
#: sectors, all sales of one unit, as (supplier, consumer) counted from 1.
_TOY = ((3, 6), (4, 6), (4, 7), (5, 7), (6, 1), (6, 2), (7, 10), (7, 11), (8, 1), (8, 2), (9, 11))
_SECTOR = (1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5)


def _toy(ties: list[tuple[int, int]], sector: tuple[int, ...], lost: dict[int, float], rule: str) -> list[float]:
    """Return what each firm loses; its sales, each of one unit, tell shares: of its sector's, or of all inputs."""
    inputs: dict[tuple[int, int], int] = {}
    for supplier, consumer in ties:
        key = (consumer, 0 if rule == "linear" else sector[supplier - 1])
        inputs[key] = inputs.get(key, 0) + 1
    rows = [(s - 1, c - 1, 1 / inputs[c, 0 if rule == "linear" else sector[s - 1]], sector[s - 1]) for s, c in ties]
    capacity = [1.0 - lost.get(firm, 0.0) for firm in range(1, len(sector) + 1)]
    return [1.0 - float(left) for left in _run(rows, capacity, [True] * len(rows), rule)]


def test_the_published_toy_network_loses_what_it_must() -> None:
    """Firm 3 fails. Its sector loses a quarter of its sales, of which sectors alone tell another story than firms do."""
    firms = _toy(list(_TOY), _SECTOR, {3: 1.0}, "linear")
    assert firms == pytest.approx([1 / 4, 1 / 4, 1, 0, 0, 1 / 2, 0, 0, 0, 0, 0])
    needed = _toy(list(_TOY), _SECTOR, {3: 1.0}, "leontief")
    assert needed == pytest.approx([1 / 2, 1 / 2, 1, 0, 0, 1 / 2, 0, 0, 0, 0, 0])

    sales = [sum(supplier == firm for supplier, _ in _TOY) for firm in range(1, 12)]
    hit = sum(sales[n] * firms[n] for n in range(11) if _SECTOR[n] == 2) / sum(
        sales[n] for n in range(11) if _SECTOR[n] == 2
    )
    assert hit == 1 / 4
    between = [(_SECTOR[supplier - 1], _SECTOR[consumer - 1]) for supplier, consumer in _TOY]
    assert _toy(between, (1, 2, 3, 4, 5), {2: hit}, "linear") == pytest.approx([1 / 8, 1 / 4, 1 / 4, 0, 1 / 6])

    table = np.array(_TOY) - 1
    inputs = np.bincount(table[:, 1], minlength=11)
    left = production(
        table[:, 0], table[:, 1], 1 / inputs[table[:, 1]], rule="linear", capacity=np.where(np.arange(11) == 2, 0.0, 1.0),
        size=np.array(sales, dtype=float), market=np.array(_SECTOR),
    )  # fmt: skip
    # σ of firm 3 is 1 of the 3 units that are left in its sector; that of firm 6 is 2 of 2 · 5/6 + 2.
    assert 1.0 - left == pytest.approx([1 / 22, 1 / 22, 1, 0, 0, 1 / 6, 0, 0, 0, 0, 0])


def test_a_market_leader_is_harder_to_replace() -> None:
    """Three makers of one input, with outputs 6, 3 and 1: what is left is made up for by who still produces (σ)."""
    supplier, consumer, weight = np.array([0, 1]), np.array([3, 4]), np.ones(2)
    size, market = np.array([6.0, 3.0, 1.0, 1.0, 1.0]), np.array([0, 0, 0, 1, 1])

    def left(lost: int) -> np.ndarray:
        capacity = np.ones(5)
        capacity[lost] = 0.0
        return production(supplier, consumer, weight, capacity=capacity, size=size, market=market)

    assert left(0)[3] == 0.0  # 6 of 4 left
    assert left(1)[4] == pytest.approx(1.0 - 3.0 / 7.0)


def test_a_whole_loss_of_one_party_is_its_exposure(backbone: Store) -> None:
    """Cascade and exposure are one arithmetic."""
    net = network(backbone)
    answer = whatif(backbone, "SK hynix -100%")
    low, high, _ = losses(net, [net.nodes[net.index[each]].iri for each in ("https://w3id.org/nthtier/id/sk-hynix",)])
    for each in answer.losses:
        n = net.index[each.party.iri]
        assert each.loss == (pytest.approx(low[n]), pytest.approx(high[n]))


def test_half_of_tsmc_explains_the_largest_losses(backbone: Store) -> None:
    answer = whatif(backbone, "TSMC -50%")
    assert len(answer.losses) >= 5
    assert {"NVIDIA", "Apple", "AMD"} <= {each.party.name for each in answer.losses[:14]}
    for each in answer.losses:
        assert 0.0 <= each.loss[0] <= each.reading + 1e-9 <= each.loss[1] + 2e-9 <= 0.5 + 3e-9
        assert each.path[0].supplier.name == "TSMC"
        assert each.path[-1].consumer == each.party
    assert answer.explain().count(" loses ") == 5
    assert not answer.stopped


def test_a_country_stops_what_its_parties_stop(backbone: Store) -> None:
    answer = whatif(backbone, "taiwan-stops")
    assert answer.title == "Nothing leaves Taiwan"
    assert {"NVIDIA", "Apple", "AMD"} <= {each.party.name for each in answer.stopped}
    assert any(change.party.name == "ASML" or change.before > change.after for change in answer.chokepoints)


def test_a_deal_that_closes_is_a_new_supplier(backbone: Store) -> None:
    answer = whatif(backbone, "deal Intel Foundry -> Apple +")
    assert [(c.party.name, c.component, c.before) for c in answer.concentration] == [("Apple", "Intel 18A-P", None)]
    assert answer.concentration[0].claims
    gone = whatif(backbone, "source capacitymedia.com withdrawn", level="prospective")
    assert "Tesla AI6" in {each.party.name for each in gone.concentration}


def test_a_share_and_a_cut_change_what_is_asked_about(backbone: Store) -> None:
    answer = whatif(backbone, "share SK hynix -> NVIDIA HBM4 90%; SK hynix -100%")
    assert next(each for each in answer.losses if each.party.name == "NVIDIA").loss[0] >= 0.7
    cut = whatif(backbone, "cut ASML -> TSMC")
    assert cut.losses[0].party.name == "TSMC"
    assert cut.losses[0].component == "EUV scanner"
    assert next(each for each in cut.chokepoints if each.party.name == "ASML").after < 25


def test_a_component_is_short_in_all_its_wordings(backbone: Store) -> None:
    lost = {each.party.name: each.loss for each in whatif(backbone, "hbm-short").losses}
    assert lost["Maia 200"] == (pytest.approx(0.33), pytest.approx(0.33))
    assert lost["NVIDIA"][0] >= 0.29


@pytest.mark.parametrize("name", sorted(library()))
def test_every_scenario_of_the_library_runs(backbone: Store, name: str) -> None:
    answer = whatif(backbone, name)
    assert answer.scenario == library()[name].text
    assert len(answer.touched) == len(library()[name].steps)


@pytest.mark.parametrize("text", ["Nowhere Ltd -50%", "country XX -100%", "component unheard of -10%", "claim 0000000000000000 -",
                                  "source nothing#1 withdrawn", "deal TSMC -> ASML +", "share ASML -> Apple 10%"])  # fmt: skip
def test_a_step_about_nothing_is_an_error(backbone: Store, text: str) -> None:
    with pytest.raises(UnknownNameError):
        whatif(backbone, text)
