"""Whom a question is about, in every answer alike: who a name stood for on the day asked about, and the arms with a parent."""

from __future__ import annotations

from typing import Any

from claims import CATALOGUE, day, loaded
from graph.chokepoints import chokepoints, stops
from graph.dependency import dependents, find
from graph.exposure import exposure, exposures
from graph.ingest import ingest
from graph.models import Dependents
from graph.paths import common, paths
from graph.portfolio import portfolio
from graph.profile import profile
from graph.question.answering import ask
from graph.related import related
from graph.review import merge
from graph.sole import sole_sources
from graph.store import Store
from graph.whatif import whatif
from told import CATALOGUE as SCENARIOS
from told import supplies, told


def _says(subject: str, object: str, item: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "predicate": "supplies", "object": object, "item": item, **more}


def test_a_name_stands_for_who_it_was_on_that_day(memory: Store) -> None:
    """Mem supplies Newco, which was found to be Acme on the tenth day: on the fifth it was a party of its own."""
    said = [_says("Mem", "Newco", "RAM", share=(0.4, 0.4)), _says("Forge", "Acme", "wafers")]
    ingest(memory, [loaded("a", day(0), *said)], CATALOGUE)
    merge(memory, "Newco", "Acme", "the same firm", author="me", date=day(10), catalogue=CATALOGUE)
    then: dict[str, Any] = {"as_of": day(5), "catalogue": CATALOGUE}

    measured = exposure(memory, "Newco", "Mem", **then)
    assert measured.party.name == "Newco"
    assert [each.exposure for each in measured.levels] == [(0.4, 0.4)] * 3
    assert [each.party.name for each in exposures(memory, "Mem", **then).found] == ["Newco"]
    assert not exposures(memory, "Newco", **then).found
    assert [each.party.name for each in dependents(memory, "Newco", direction="dependencies", **then).found] == ["Mem"]
    assert len(paths(memory, "Newco", "Mem", **then).found) == 1
    halts = stops(memory, "Newco", **then)
    assert (halts.party.name, [each.party.name for each in halts.stopped_by]) == ("Newco", ["Mem"])
    assert [each.supplier.name for each in sole_sources(memory, "Newco", **then).found] == ["Mem"]
    cut = whatif(memory, "cut Mem -> Newco", **then)
    assert (cut.touched, [each.party.name for each in cut.losses]) == (("cut Mem -> Newco: 1 deliveries",), ["Newco"])
    assert [each.party.name for each in whatif(memory, "Mem -100%", **then).losses] == ["Newco"]
    whom = find(memory, "Newco", CATALOGUE, day(5))
    (tie,) = related(memory, ["supplies"], object=whom, as_of=day(5)).found
    assert (tie.object and tie.object.name, tie.share) == ("Newco", (0.4, 0.4))

    now = exposure(memory, "Newco", "Mem", catalogue=CATALOGUE)
    assert (now.party.name, now.levels[0].exposure) == ("Acme", (0.4, 0.4))


def test_a_question_and_a_profile_are_about_who_it_was_on_that_day(memory: Store) -> None:
    ingest(memory, [loaded("a", day(0), _says("Mem", "Newco", "RAM"), _says("Forge", "Acme", "wafers"))], CATALOGUE)
    merge(memory, "Newco", "Acme", "the same firm", author="me", date=day(10), catalogue=CATALOGUE)
    reply = ask(memory, "What does Newco depend on as of 2026-01-06?", CATALOGUE)
    assert [each.name for each in reply.question.parties] == ["Newco"]
    assert isinstance(reply.answer, Dependents)
    assert [each.party.name for each in reply.answer.found] == ["Mem"]
    known = profile(memory, find(memory, "Newco", CATALOGUE, day(5)), as_of=day(5), catalogue=CATALOGUE)
    assert [(tie.subject.name, tie.object and tie.object.name) for tie in known.ties] == [("Mem", "Newco")]


def test_a_parent_and_its_arm_are_one_source() -> None:
    """Group and its arm both supply Acme: without Group there is neither."""
    both = [supplies("Group", "Acme", "compute units"), supplies("ArmOne", "Acme", "compute units")]
    store = told([*both, supplies("Acme", "Dev", "Alpha")])
    k: dict[str, Any] = {"catalogue": SCENARIOS}
    (choke, acme) = chokepoints(store, **k).found
    assert (choke.name, [arm.name for arm in choke.includes], choke.stopped) == ("Group", ["ArmOne"], 2)
    assert (choke.strength, acme.name) == (0.75, "Acme")
    assert [each.party.name for each in stops(store, "Group", **k).stops] == ["Acme", "Dev"]
    halts = stops(store, "Acme", **k)
    assert [each.party.name for each in halts.stopped_by] == ["Group"]
    assert not halts.pairs

    third = told([*both, supplies("Mem", "Acme", "compute units")])
    assert not chokepoints(third, **k).found
    (pair,) = stops(third, "Acme", **k).pairs
    assert {pair.first.name, pair.second.name} == {"Group", "Mem"}


def test_what_stops_an_arm_stops_who_is_asked_about_with_it() -> None:
    k: dict[str, Any] = {"catalogue": SCENARIOS}
    store = told(
        [supplies("Mem", "ArmOne", "RAM"), supplies("Fab", "ArmOne", "wafers"), supplies("Forge", "ArmOne", "wafers")]
    )
    halts = stops(store, "Group", **k)
    assert [(each.party.name, each.component) for each in halts.stopped_by] == [("Mem", "RAM")]
    assert [(pair.first.name, pair.second.name) for pair in halts.pairs] == [("Fab", "Forge")]
    inner = told([supplies("Group", "ArmOne", "RAM")])
    assert [each.party.name for each in stops(inner, "ArmOne", **k).stopped_by] == ["Group"]
    assert not stops(inner, "Group", **k).stopped_by


def test_a_parent_is_exposed_with_its_arms() -> None:
    """Acme delivers to Group's arm: Group may lose what the arm loses, and nobody says how much of Group the arm is."""
    k: dict[str, Any] = {"catalogue": SCENARIOS}
    store = told([supplies("Acme", "ArmOne", "compute units", 0.4), supplies("Forge", "Acme", "wafers")])
    answer = exposure(store, "Group", "Acme", **k)
    assert [each.name for each in answer.arms] == ["ArmOne"]
    for each in answer.levels:
        assert (each.exposure, each.reading, len(each.path)) == ((0.0, 0.4), 0.4, 1)
        assert [(need.arm and need.arm.name, need.exposure) for need in each.needs] == [("ArmOne", (0.4, 0.4))]
    assert "with that of its arms ArmOne" in answer.explain()
    assert exposure(store, "ArmOne", "Acme", **k).levels[0].exposure == (0.4, 0.4)
    assert exposure(store, "Group", "Forge", **k).levels[0].exposure == (0.0, 0.4)
    assert exposure(store, "Forge", "Group", **k).levels[0].exposure is None

    within = told([supplies("ArmOne", "Group", "compute units", 0.4), supplies("Group", "ArmOne", "RAM", 0.3)])
    assert exposure(within, "Group", "ArmOne", **k).levels[0].exposure == (0.4, 0.4)
    assert exposure(within, "ArmOne", "Group", **k).levels[0].exposure == (0.3, 0.3)


def test_a_parent_depends_by_way_of_its_arms() -> None:
    k: dict[str, Any] = {"catalogue": SCENARIOS}
    store = told([supplies("Acme", "ArmOne", "compute units", 0.4), supplies("Acme", "Dev", "Beta", 0.5)])
    ways = paths(store, "Group", "Acme", **k)
    assert [[step.consumer.name for step in each.path] for each in ways.found] == [["ArmOne"]]
    assert ways.headline == "Group (with its arms ArmOne) depends on Acme in 1 way, level reported"
    (shared,) = common(store, ["Group", "Dev"], **k).found
    assert (shared.supplier.name, shared.exposures[0], shared.readings[0]) == ("Acme", (0.0, 0.4), 0.4)
    assert [each.supplier.name for each in common(store, ["Group", "ArmOne"], **k).found] == ["Acme"]
    (leaned,) = portfolio(store, {"Group": 1}, **k).found
    assert (leaned.supplier.name, leaned.exposure, leaned.held) == ("Acme", (0.0, 0.4), False)
    assert [each.name for each in leaned.most] == ["Group"]
    assert len(leaned.claims) == 1


def test_a_shared_supplier_that_is_a_parent_counts_with_its_arms() -> None:
    k: dict[str, Any] = {"catalogue": SCENARIOS}
    units = [supplies(who, "Acme", "compute units", 0.5) for who in ("Group", "ArmOne")]
    store = told([*units, supplies("Group", "Dev", "RAM", 0.2)])
    by_name = {each.supplier.name: each for each in common(store, ["Acme"], **k).found}
    assert by_name["Group"].exposures[0] == exposure(store, "Acme", "Group", **k).levels[1].exposure == (1.0, 1.0)
    leaned = {each.supplier.name: each for each in portfolio(store, {"Acme": 1}, **k).found}
    assert (leaned["Group"].exposure, [arm.name for arm in leaned["Group"].includes]) == ((1.0, 1.0), ["ArmOne"])
    inner = told([supplies("ArmOne", "Group", "RAM", 0.5)])
    assert portfolio(inner, {"Group": 1}, **k).found == ()
