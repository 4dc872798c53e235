"""How concentrated supply is, on graphs small enough to say what the bounds must be."""

from __future__ import annotations

from graph.coverage import graph_coverage
from graph.whatif import whatif
from told import CATALOGUE, supplies, told


def test_a_need_and_what_its_parts_need_are_two_of_one_name() -> None:
    """Acme buys HBM4, which needs tape: what is in it says nothing of who delivers it."""
    bought = [supplies("Mem", "Acme", "HBM4", 0.6), supplies("Mem2", "Acme", "HBM4", 0.4)]
    plain, taped = told(bought), told([*bought, supplies("Film", "HBM4", "tape")])
    for store in (plain, taped):
        (change,) = whatif(store, "Mem -100%", catalogue=CATALOGUE).concentration
        assert (change.party.name, change.component) == ("Acme", "HBM4")
        assert (change.before, change.after) == ((5_200.0, 5_200.0), (1_600.0, 5_200.0))

    masked = graph_coverage(told([supplies("Mem", "Acme", "HBM4"), supplies("Film", "HBM4", "tape")]))
    assert {(each.consumer.name, each.component, each.unknown) for each in masked.unknown_shares} == {
        ("Acme", "HBM4", 1.0),
        ("HBM4", "tape", 1.0),
    }
    assert masked.unknown_mass == 1.0
