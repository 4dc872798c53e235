"""What several parties, or holdings, lean on together: small enough to say which claims bear it out."""

from __future__ import annotations

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
