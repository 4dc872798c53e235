"""What several parties, or holdings, lean on together: small enough to say which claims bear it out."""

from __future__ import annotations

from graph.exposure import exposures
from graph.paths import common
from graph.portfolio import portfolio
from told import CATALOGUE, supplies, told


def test_every_hop_to_who_shares_a_supplier_is_cited() -> None:
    """Forge makes wafers for Acme, which sells to Cloud and Dev: Forge is two steps from each."""
    store = told(
        [supplies("Forge", "Acme", "wafers"), supplies("Acme", "Cloud", "Alpha"), supplies("Acme", "Dev", "Beta")]
    )
    answer = common(store, ["Cloud", "Dev"], catalogue=CATALOGUE)
    leaned = portfolio(store, {"Cloud": 1, "Dev": 1}, catalogue=CATALOGUE)
    for found, evidence in ((answer.found, answer.evidence), (leaned.found, leaned.evidence)):
        cited = {
            each.supplier.name: sorted((evidence[claim].subject, evidence[claim].object) for claim in each.claims)
            for each in found
        }
        assert cited == {
            "Acme": [("Acme", "Cloud"), ("Acme", "Dev")],
            "Forge": [("Acme", "Cloud"), ("Acme", "Dev"), ("Forge", "Acme")],
        }


def test_the_way_that_carries_the_exposure_is_cited() -> None:
    """Mem is one of two sources of HBM, and the only one of RAM: by RAM it stops Acme, whole."""
    store = told(
        [
            supplies("Mem", "Acme", "HBM"),
            supplies("Mem2", "Acme", "HBM"),
            supplies("Mem", "Acme", "RAM", 1.0, attribution="reported"),
            supplies("Acme", "Cloud", "Alpha"),
        ]
    )
    held = portfolio(store, {"Acme": 1, "Cloud": 1}, catalogue=CATALOGUE)
    shared = common(store, ["Acme", "Cloud"], catalogue=CATALOGUE)
    for answer in (held, shared):
        (mem,) = (each for each in answer.found if each.supplier.name == "Mem")
        items = {answer.evidence[claim].item for claim in mem.claims}
        assert ("RAM" in items, "HBM" in items) == (True, False), items


def test_a_headline_counts_what_is_there_and_says_how_much_is_shown() -> None:
    store = told(
        [
            *(supplies(name, "Acme", "RAM") for name in ("Mem", "Mem2", "Bolt")),
            supplies("Acme", "Cloud", "Alpha"),
            supplies("Acme", "Dev", "Alpha"),
        ]
    )
    leaned = portfolio(store, {"Cloud": 1, "Dev": 1}, limit=2, catalogue=CATALOGUE)
    assert leaned.headline.startswith("2 holdings lean on 4 (2 shown) suppliers")
    shared = common(store, ["Cloud", "Dev"], limit=2, catalogue=CATALOGUE)
    assert shared.headline.startswith("4 (2 shown) suppliers are shared by Cloud, Dev")
    ranked = exposures(store, "Mem", limit=2, catalogue=CATALOGUE)
    assert ranked.headline.startswith("3 (2 shown) exposed to Mem")
    assert [(each.total, len(each.found)) for each in (leaned, shared, ranked)] == [(4, 2), (4, 2), (3, 2)]
    assert portfolio(store, {"Cloud": 1}, catalogue=CATALOGUE).headline.startswith("1 holding leans on 4 suppliers")
