"""Chokepoints of one component: who leaves how many without it, in all its wordings, and what its own loss stops."""

from __future__ import annotations

import pytest

from graph.chokepoints import Chokepoints, chokepoints
from graph.errors import UnknownNameError
from graph.store import Store
from graph.whatif import whatif
from told import CATALOGUE, supplies, told


def _counts(answer: Chokepoints) -> list[tuple[str, int, float]]:
    return [(each.name, each.stopped, each.strength) for each in answer.found]


def test_only_those_count_that_stop_for_want_of_the_component() -> None:
    store = told(
        [
            supplies("Mem", "Acme", "HBM4"),
            supplies("Mem", "Bolt", "flash"),
            supplies("Mem", "Dev", "flash"),
            supplies("Mem2", "Dev", "HBM3E"),
        ]
    )
    answer = chokepoints(store, component="HBM4", catalogue=CATALOGUE)
    assert _counts(answer) == [("Mem", 1, 0.5)]
    assert [each.party.name for each in answer.found[0].first] == ["Acme"]
    wide = chokepoints(store, component="HBM", catalogue=CATALOGUE)
    assert _counts(wide) == [("Mem", 1, 0.5), ("Mem2", 1, 0.5)]
    assert {each.component for found in wide.found for each in found.first} == {"HBM4", "HBM3E"}
    assert _counts(chokepoints(store, component="flash", catalogue=CATALOGUE)) == [("Mem", 2, 1.0)]
    with pytest.raises(UnknownNameError):
        chokepoints(store, component="no such thing", catalogue=CATALOGUE)


def test_of_two_components_gone_at_once_each_counts() -> None:
    """Acme goes without both: whichever is asked about."""
    store = told(
        [supplies("Mem", "Acme", "HBM4", 1.0), supplies("Mem", "Acme", "flash"), supplies("Acme", "Dev", "Alpha")]
    )
    assert _counts(chokepoints(store, component="HBM4", catalogue=CATALOGUE)) == [("Mem", 1, 1.0)]
    assert _counts(chokepoints(store, component="flash", catalogue=CATALOGUE)) == [("Mem", 1, 0.5)]
    later = chokepoints(store, component="AI accelerators", catalogue=CATALOGUE)
    assert _counts(later) == [("Acme", 1, 0.5), ("Mem", 1, 0.5)]


def test_a_component_is_lost_in_all_its_wordings(backbone: Store) -> None:
    store = told([supplies("Mem", "Acme", "HBM"), supplies("Mem", "Bolt", "HBM4"), supplies("Mem", "Dev", "HBM3E")])
    found = {each.name: each.stopped for each in chokepoints(store, by="component", catalogue=CATALOGUE).found}
    assert found == {"HBM": 3, "HBM3E": 1, "HBM4": 1}
    for name, count in found.items():
        assert count == len(whatif(store, f"component {name} -100%", catalogue=CATALOGUE).stopped)
    found = {each.name: each.stopped for each in chokepoints(backbone, by="component", limit=400).found}
    for name in ("HBM", "EUV scanner", "DRAM"):
        assert found[name] == len(whatif(backbone, f"component {name} -100%").stopped)
