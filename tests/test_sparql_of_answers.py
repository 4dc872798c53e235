"""The SPARQL beside an answer finds whom the answer finds, over arms too."""

from __future__ import annotations

import pytest

from graph.dependency import dependents
from graph.paths import paths
from graph.profile import Profile
from graph.queries import rows
from graph.question import ask, sparql
from ontology.terms import ID
from told import CATALOGUE, says, supplies, told


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


@pytest.mark.parametrize("name", ["Acme", "Alpha", "HBM4"])
def test_what_is_known_of_a_party_is_what_its_products_stand_in_too(name: str) -> None:
    store = told(
        [
            supplies("Mem", "Acme", "HBM4"),
            supplies("Acme", "Cloud", "Alpha"),
            supplies("Forge", "Mem", "HBM4 base dies"),
            says("Lab", "uses", "Alpha"),
            supplies("Mem2", "Acme", "HBM3E", status="denied"),
        ]
    )
    reply = ask(store, f"what do we know about {name}?", CATALOGUE)
    known = reply.answer
    assert isinstance(known, Profile)
    assert known.ties
    found = rows(store, reply.sparql or "")
    assert {(row[0], row[1], row[3]) for row in found} == {
        (tie.relation or "", tie.subject.iri, tie.object.iri if tie.object else "") for tie in known.ties
    }
