"""What an answer rests on: the claims that would have to be withdrawn."""

from __future__ import annotations

import pytest

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
