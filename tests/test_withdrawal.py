"""What an answer rests on: the claims that would have to be withdrawn."""

from __future__ import annotations

import pytest

from graph.sole import sole_sources
from graph.withdrawal import withdrawal
from told import CATALOGUE, supplies, told


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("confirmed", {("actual", "stated")}),
        ("reported", {("actual", "stated"), ("actual", "reported")}),
        ("prospective", {("actual", "stated"), ("actual", "reported"), ("considering", "reported")}),
    ],
)
def test_only_claims_that_hold_a_relation_would_have_to_be_withdrawn(level: str, said: set[tuple[str, str]]) -> None:
    """Neither a denial holds it up, nor what says less than the level asks for."""
    store = told(
        [supplies("Mem", "Acme", "HBM4", status="considering", attribution="reported")],
        [supplies("Mem", "Acme", "HBM4")],
        [supplies("Mem", "Acme", "HBM4", status="denied", attribution="reported")],
        [supplies("Mem", "Acme", "HBM4", attribution="reported")],
    )
    answer = withdrawal(store, "Acme", "Mem", level=level, catalogue=CATALOGUE)
    (telling,) = answer.found
    assert {(answer.evidence[each].status, answer.evidence[each].attribution) for each in telling.claims} == said
    assert set(answer.evidence) == set(telling.claims)


def test_what_stops_an_arm_stops_its_parent() -> None:
    """As in the answers about stops and exposure, of which this one tells what they rest on."""
    store = told([supplies("Mem", "ArmOne", "HBM4", share=1.0)], [supplies("Fab", "Group", "wafers")])
    for at_least in (None, 0.5):
        answer = withdrawal(store, "Group", "Mem", at_least=at_least, catalogue=CATALOGUE)
        assert [each.name for each in answer.arms] == ["ArmOne"]
        assert answer.holds
        assert "Group (with its arms ArmOne)" in answer.headline
        assert [len(each.relations) for each in answer.found] == [1]
    assert not withdrawal(store, "Group", "Mem", at_least=0.5, bound="low", catalogue=CATALOGUE).holds


def test_what_an_arm_has_from_one_supplier_its_parent_has() -> None:
    store = told([supplies("Mem", "ArmOne", "HBM4")], [supplies("Fab", "Group", "wafers")])
    found = sole_sources(store, "Group", catalogue=CATALOGUE).found
    assert [(each.consumer.name, each.component) for each in found] == [("ArmOne", "HBM4"), ("Group", "wafers")]


def test_in_a_cycle_what_comes_near_enough_is_reached() -> None:
    """A loss that goes round gets ever nearer to its bound."""
    store = told(
        [
            supplies("Mem", "Acme", "HBM4", 0.1),
            supplies("Fab", "Acme", "HBM4", 0.9),
            supplies("Acme", "Fab", "wafers", 1.0),
        ]
    )
    assert withdrawal(store, "Acme", "Mem", at_least=1.0, catalogue=CATALOGUE).holds
