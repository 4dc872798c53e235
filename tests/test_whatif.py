"""What each step of a scenario does, on graphs small enough to say what must follow."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

from claims import day
from graph.assertions import assertions
from graph.store import Store
from graph.whatif import WhatIf, whatif
from told import CATALOGUE, supplies, told


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
