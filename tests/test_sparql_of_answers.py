"""The SPARQL beside an answer finds whom the answer finds, over arms too."""

from __future__ import annotations

import pytest

from graph.dependency import dependents
from graph.paths import paths
from graph.queries import rows
from graph.question import sparql
from ontology.terms import ID
from told import CATALOGUE, supplies, told


@pytest.mark.parametrize("direction", ["dependents", "dependencies"])
def test_who_depends_on_a_parent_depends_on_its_arms(direction: str) -> None:
    """ArmOne is Group's: who takes from it depends on Group; that Group takes from it too is no supply from elsewhere."""
    store = told(
        [
            supplies("ArmOne", "Acme", "compute capacity"),
            supplies("Acme", "Cloud", "Alpha"),
            supplies("Forge", "ArmOne", "wafers"),
            supplies("Film", "Forge", "photoresist"),
            supplies("ArmOne", "Group", "compute capacity"),
        ]
    )
    answer = dependents(store, "Group", direction=direction, catalogue=CATALOGUE)  # type: ignore[arg-type]
    found = {each.party.iri for each in answer.found}
    assert len(found) >= 2
    assert {who for who, _ in rows(store, sparql.walk(ID + "group", dependents=direction == "dependents"))} == found
    (way, *_) = paths(store, "Cloud", "Group", catalogue=CATALOGUE).found
    between = {iri for iri, _ in rows(store, sparql.paths(ID + "cloud", ID + "group"))}
    assert between == {iri for hop in way.path for iri in (hop.supplier.iri, hop.consumer.iri)}
