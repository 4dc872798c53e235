"""What each step of a scenario does, on graphs small enough to say what must follow."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import day
from graph.assertions import assertions
from graph.cascade import apply
from graph.consolidate import Relation
from graph.exposure import exposure
from graph.network import build
from graph.propagation import Bound, spread
from graph.scenarios import ScenarioError, parse
from graph.store import Store
from graph.whatif import WhatIf, whatif
from told import CATALOGUE, says, supplies, told


def _if(store: Store, scenario: str, **more: Any) -> WhatIf:
    return whatif(store, scenario, catalogue=CATALOGUE, **more)


def _stopped(answer: WhatIf) -> dict[str, str]:
    return {each.party.name: each.component for each in answer.stopped}


def _lost(answer: WhatIf) -> dict[str, tuple[float, float]]:
    return {each.party.name: tuple(round(bound, 9) for bound in each.loss) for each in answer.losses}  # type: ignore[misc]


def test_a_deal_closes_over_the_component_it_names() -> None:
    store = told(
        [supplies("Forge", "Acme", "HBM4", status="negotiating"), supplies("Forge", "Acme", "ABF", status="planned")]
    )
    one = _if(store, "deal Forge -> Acme of HBM4 +; Forge -100%")
    assert one.touched[0] == "deal Forge -> Acme of HBM4 +: 1 claims"
    assert _stopped(one) == {"Acme": "HBM4"}
    assert {each.component for each in _if(store, "deal Forge -> Acme of HBM +").concentration} == {"HBM4"}
    assert {each.component for each in _if(store, "deal Forge -> Acme of ABF +").concentration} == {"ABF"}
    assert {each.component for each in _if(store, "deal Forge -> Acme +").concentration} == {"ABF", "HBM4"}
    fewer = _if(store, "deal Forge -> Acme of ABF -; Forge -100%", level="prospective")
    assert _stopped(fewer) == {"Acme": "HBM4"}


def test_a_deal_closes_though_it_was_denied() -> None:
    talks = supplies("Mem", "Acme", "HBM4", status="negotiating", attribution="reported")
    store = told([talks], [supplies("Mem", "Acme", "HBM4", status="denied")])
    assert _stopped(_if(store, "deal Mem -> Acme +; Mem -100%")) == {"Acme": "HBM4"}


def _claim(store: Store, status: str, said: Date) -> str:
    (found,) = (each.claim for each in assertions(store) if (each.status, each.date) == (status, said.isoformat()))
    return found


def test_a_claim_comes_true_as_what_it_says() -> None:
    """Also where an older document has the same sentence, and where what it says is that something is not so."""
    said = supplies("Mem", "Acme", "HBM4", attribution="reported")
    denial = supplies("Mem", "Acme", "HBM4", status="denied", attribution="reported")
    taken_back = told([said], [said], [denial])
    assert not _if(taken_back, "Mem -100%").losses
    assert _lost(_if(taken_back, f"claim {_claim(taken_back, 'actual', day(1))} +; Mem -100%")) == {"Acme": (0.0, 1.0)}

    standing = told([supplies("Mem", "Acme", "HBM4")], [denial])
    assert _lost(_if(standing, "Mem -100%")) == {"Acme": (0.0, 1.0)}
    assert not _if(standing, f"claim {_claim(standing, 'denied', day(1))} +; Mem -100%").losses


def test_a_source_withdrawn_leaves_what_another_says_word_for_word() -> None:
    """What is left is what a store without the document holds."""
    said = supplies("Mem", "Acme", "HBM4")
    both, only = told([said], [said]), told([], [said])
    answer = _if(both, "source a withdrawn; Mem -100%")
    assert answer.touched[0] == "source a withdrawn: 1 claims"
    assert answer.losses == _if(only, "Mem -100%").losses
    assert _stopped(answer) == {"Acme": "HBM4"}
    assert not _if(both, "source a withdrawn; source b withdrawn; Mem -100%").losses


def test_hops_keep_the_conflicts_they_are_part_of() -> None:
    """As long as the scenario leaves the conflict."""
    store = told(
        [supplies("Mem", "Acme", "HBM4", 1.0), supplies("Forge", "Cloud", "wafers", status="planned")],
        [supplies("Mem2", "Acme", "HBM4")],
    )

    def marks(scenario: str) -> set[str]:
        return {mark for loss in _if(store, scenario).losses for hop in loss.path for mark in hop.disputed}

    assert len(marks("Mem -100%")) == 1
    assert marks("deal Forge -> Cloud +; Mem -100%") == marks("Mem -100%")
    assert not marks("source b withdrawn; Mem -100%")


def test_of_two_deliveries_for_one_need_only_the_one_named_is_lost() -> None:
    """Two GPUs of one maker are accelerators both: without one, between nothing and all of what the maker brings is gone."""
    store = told([supplies("Acme", "Cloud", "Alpha"), supplies("Acme", "Cloud", "Beta")])
    for scenario in ("component Alpha -100%", "cut Acme -> Cloud of Alpha"):
        answer = _if(store, scenario)
        assert not answer.stopped
        assert _lost(answer) == {"Cloud": (0.0, 1.0)}
        assert answer.losses[0].reading == 0.5
        assert not answer.concentration
    beta = _if(store, "component Beta -100%")
    assert [hop.component for hop in beta.losses[0].path] == ["Beta"]
    for scenario in ("cut Acme -> Cloud of Alpha; cut Acme -> Cloud of Beta", "component AI accelerators -100%"):
        assert _stopped(_if(store, scenario)) == {"Cloud": "AI accelerators"}
    assert _lost(_if(store, "component Alpha -40%")) == {"Cloud": (0.0, 0.4)}


def test_a_narrower_wording_cut_leaves_the_others() -> None:
    halves = [supplies("Mem", "Acme", "HBM", 0.5), supplies("Mem2", "Acme", "HBM", 0.5)]
    store = told([*halves, supplies("Mem", "Acme", "HBM4"), supplies("Mem", "Acme", "HBM3E")])
    answer = _if(store, "cut Mem -> Acme of HBM4")
    assert not answer.stopped
    assert _lost(answer) == {"Acme": (0.0, 1.0)}  # Mem's half of the HBM may come as HBM3E, all HBM4 came from Mem
    assert {each.component: each.after for each in answer.concentration} == {"HBM4": None}
    whole = _if(store, "cut Mem -> Acme of HBM")
    assert _lost(whole)["Acme"] == (0.5, 1.0)
    assert {each.component for each in whole.concentration} == {"HBM", "HBM3E", "HBM4"}


def test_a_component_that_nobody_delivers_is_lost_whole() -> None:
    """Whatever the shares are, and whoever else may deliver it: every delivery of it loses the same."""
    store = told([supplies("Mem", "Acme", "HBM4"), supplies("Mem2", "Acme", "HBM4", 0.3)])
    gone = _if(store, "component HBM4 -100%")
    assert _stopped(gone) == {"Acme": "HBM4"}
    assert (_lost(gone), gone.losses[0].reading) == ({"Acme": (1.0, 1.0)}, 1.0)
    short = _if(store, "component HBM4 -30%")
    assert (_lost(short), short.losses[0].reading) == ({"Acme": (0.3, 0.3)}, 0.3)
    both = _if(store, "component HBM4 -30%; Mem2 -100%")
    assert _lost(both) == {"Acme": (0.51, 0.51)}  # Mem2's 30 % whole, 30 % of the rest
    wide = told([supplies("Mem", "Acme", "HBM4"), supplies("Mem", "Acme", "HBM3E"), supplies("Mem", "Acme", "HBM")])
    assert _stopped(_if(wide, "component HBM4 -100%")) == {"Acme": "HBM4"}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=9),
       st.floats(0, 1), st.integers(0, 4))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_who_needs_what_nobody_delivers_loses_at_least_that_much(
    ties: list[tuple[int, int, int, int]], floor: float, start: int
) -> None:
    relations = [
        Relation(f"r{n}", f"p{s}", "supplies", f"p{c}", f"i{i}", f"i{i}", "actual", "stated", low / 4, 1.0, 1, "2026-01-01", "2026-01-01", ())
        for n, (s, c, i, low) in enumerate(ties)
        if s != c
    ]  # fmt: skip
    net = build(relations, "reported", {}, {})
    needs = net.needs
    seed = np.zeros(len(net.nodes))
    seed[start % max(len(seed), 1) :][:1] = 1.0
    every = np.full(len(needs), floor)
    bounds: tuple[Bound, ...] = ("low", "high", "default")
    found = {bound: spread(needs, seed, bound, None, every).node for bound in bounds}
    consumers = np.unique(needs.consumer)
    assert (found["low"][consumers] >= floor - 1e-9).all()
    assert (found["low"] <= found["high"] + 1e-9).all()
    for bound, loss in found.items():
        assert (loss >= spread(needs, seed, bound).node - 1e-9).all()
    assert spread(needs, seed, "high", None, np.zeros(len(needs))).node == pytest.approx(
        spread(needs, seed, "high").node
    )


def test_who_is_cut_off_from_a_wording_is_no_supplier_of_it_by_a_wider_one() -> None:
    store = told([supplies("Mem", "Acme", "HBM"), supplies("Mem", "Acme", "HBM4"), supplies("Mem2", "Acme", "HBM4")])
    answer = _if(store, "cut Mem -> Acme of HBM4")
    assert {each.party.name: (each.before, each.after) for each in answer.chokepoints} == {"Mem2": (0, 1)}
    assert _stopped(_if(store, "cut Mem -> Acme of HBM4; Mem2 -100%")) == {"Acme": "HBM4"}


@pytest.mark.parametrize("scenario", ["ban TW -> CN", "cut Forge -> Sino", "cut Forge -> Sino of SinoChip",
                                      "cut Forge -> SinoChip", "component SinoChip -100%", "ban TW -> CN of AI accelerators"])  # fmt: skip
def test_what_is_made_for_a_buyer_is_delivered_to_the_buyer(scenario: str) -> None:
    """A product counts as its developer where it takes delivery, so that all that Forge makes for Sino is all that it makes."""
    made = says("Forge", "fabricatesFor", "Sino", "SinoChip", share=(1.0, 1.0))
    for more in ([], [says("Fab", "fabricatesFor", "Sino", "SinoChip 2")]):
        store = told([made, says("Lab", "uses", "SinoChip"), *more])
        lost, cut = _if(store, "Forge -100%"), _if(store, scenario)
        assert _lost(lost)["SinoChip"] == (1.0, 1.0)
        assert _lost(cut) == _lost(lost)
        assert _stopped(cut).keys() == _stopped(lost).keys()
        assert "SinoChip" in _stopped(cut)


def test_a_ban_reaches_the_parts_of_a_product() -> None:
    store = told([supplies("Mem", "SinoChip", "HBM4"), supplies("Mem", "Alpha", "HBM4")])
    assert _stopped(_if(store, "ban KR -> CN")).keys() == {"Sino", "SinoChip"}
    assert _stopped(_if(store, "ban KR -> CN of HBM4")).keys() == {"Sino", "SinoChip"}
    assert not _if(store, "ban KR -> TW").losses


def test_a_share_that_is_set_displaces_the_others() -> None:
    """It is no claim that others may contradict."""
    unknown = told([supplies("Mem", "Acme", "HBM4"), supplies("Mem2", "Acme", "HBM4")])
    whole = _if(unknown, "share Mem -> Acme of HBM4 100%; Mem -100%")
    assert (_lost(whole), _stopped(whole)) == ({"Acme": (1.0, 1.0)}, {"Acme": "HBM4"})
    assert not _if(unknown, "share Mem -> Acme of HBM4 100%; Mem2 -100%").losses
    assert _lost(_if(unknown, "share Mem -> Acme of HBM4 80%; Mem2 -100%")) == {"Acme": (0.0, 0.2)}

    halves = told([supplies("Mem", "Acme", "HBM4", 0.5), supplies("Mem2", "Acme", "HBM4", 0.5)])
    assert _lost(_if(halves, "share Mem -> Acme of HBM4 80%; Mem -100%")) == {"Acme": (0.8, 0.8)}
    assert _lost(_if(halves, "share Mem -> Acme of HBM4 80%; Mem2 -100%")) == {"Acme": (0.2, 0.2)}
    assert _lost(_if(halves, "share Mem -> Acme of HBM4 60-80%; Mem2 -100%")) == {"Acme": (0.2, 0.4)}
    both = "share Mem -> Acme of HBM4 70%; share Mem2 -> Acme of HBM4 30%; "
    assert _lost(_if(halves, both + "Mem -100%")) == {"Acme": (0.7, 0.7)}
    assert _lost(_if(halves, both + "Mem2 -100%")) == {"Acme": (0.3, 0.3)}


def test_a_supplier_of_share_none_is_none() -> None:
    store = told([supplies("Mem", "Acme", "HBM4"), supplies("Mem2", "Acme", "HBM4")])
    none, cut = (
        _if(store, f"{each} Mem2 -> Acme of HBM4{x}; Mem -100%") for each, x in (("share", " 0%"), ("cut", ""))
    )
    assert _stopped(none) == _stopped(cut) == {"Acme": "HBM4"}
    assert _lost(none) == _lost(cut)
    assert [(each.party, each.after) for each in none.chokepoints] == [
        (each.party, each.after) for each in cut.chokepoints
    ]


def test_a_share_of_a_wording_is_no_share_of_a_narrower_one() -> None:
    """But who has all of the wider one has all of the narrower."""
    store = told(
        [supplies("Mem", "Acme", "HBM"), supplies("Mem", "Acme", "HBM4"), supplies("Mem2", "Acme", "HBM4", 0.4)]
    )
    assert _lost(_if(store, "share Mem -> Acme of HBM 90%; Mem2 -100%")) == {"Acme": (0.4, 0.4)}
    assert not _if(store, "share Mem -> Acme of HBM 100%; Mem2 -100%").losses
    whole = _if(store, "share Mem -> Acme of HBM 100%; Mem -100%")
    assert _lost(whole) == {"Acme": (1.0, 1.0)}


def test_a_share_set_holds_for_all_that_a_supplier_brings_to_a_need() -> None:
    store = told([supplies("Acme", "Cloud", "AI accelerators", 0.6), supplies("Acme", "Cloud", "Alpha")])
    assert _lost(_if(store, "share Acme -> Cloud of AI accelerators 20%; Acme -100%")) == {"Cloud": (0.2, 0.2)}
    assert _lost(_if(store, "share Acme -> Cloud of Alpha 20%; Acme -100%")) == {"Cloud": (0.2, 0.2)}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=4),
    st.integers(0, 20),
    st.integers(0, 20),
)
@settings(max_examples=15, deadline=None)
def test_the_shares_of_a_need_can_hold_together_after_a_share_is_set(
    bounds: list[tuple[int, int]], one: int, two: int
) -> None:
    claims = [supplies("Mem", "Acme", "HBM4")]
    names = ("Mem2", "Forge", "Fab", "Sino")
    claims += [
        supplies(name, "Acme", "HBM4") | {"share": (min(pair) / 4, max(pair) / 4)}
        for name, pair in zip(names, bounds, strict=False)
    ]
    low, high = sorted((one * 5, two * 5))
    store = told(claims)
    step = f"share Mem -> Acme of HBM4 {low}-{high}%"
    shock = apply(store, parse(step), catalogue=CATALOGUE)
    needs = shock.net.needs
    names_of = [shock.net.nodes[n].name for n in needs.supplier.tolist()]
    found = dict(zip(names_of, zip(needs.low.tolist(), needs.high.tolist(), strict=True), strict=True))
    if high:
        assert found["Mem"] == pytest.approx((low / 100, high / 100))
    rest = [pair for name, pair in found.items() if name != "Mem"]
    assert sum(least for least, _ in rest) + high / 100 <= 1.0 + 1e-9
    assert all(least <= most <= 1.0 - low / 100 + 1e-9 for least, most in rest)
    assert not needs.disputed.any()


def test_shares_that_are_set_are_not_more_than_all() -> None:
    store = told([supplies("Mem", "Acme", "HBM4", 0.1), supplies("Mem2", "Acme", "HBM4")])
    with pytest.raises(ScenarioError, match="sum to 120%"):
        _if(store, "share Mem -> Acme of HBM4 60%; share Mem2 -> Acme of HBM4 60%")


@pytest.mark.parametrize("scenario", ["ban US -> CN", "cut Acme -> Lab", "cut Acme -> Lab of Alpha"])
def test_who_is_banned_from_a_maker_goes_without_its_product(scenario: str) -> None:
    """A buyer may only be said to use it: "Lab runs on Alpha", which Acme makes."""
    assert _stopped(_if(told([says("Lab", "uses", "Alpha")]), scenario)) == {"Lab": "AI accelerators"}


def test_of_needs_in_part_each_carries_its_part() -> None:
    store = told(
        [
            supplies("Mem", "Cloud", "gas turbines"),
            says("ArmOne", "hostsComputeFor", "Cloud"),
            supplies("Acme", "Cloud", "wafers", 0.6),
            supplies("Mem", "Acme", "HBM4", 1.0),
        ]
    )
    level = exposure(store, "Cloud", "Mem", catalogue=CATALOGUE).levels[1]
    assert level.reading == max(need.reading for need in level.needs) == 0.6
    assert [hop.component for hop in level.path] == ["HBM4", "wafers"]
