"""What answers say of why: no claim of a sole source that nobody made, and the evidence that a step rests on."""

from __future__ import annotations

from typing import Any

import pytest

from claims import CATALOGUE, day, loaded
from graph.chokepoints import stops
from graph.closure import UNCLAIMED, strength
from graph.dependency import dependents
from graph.exposure import exposure
from graph.ingest import ingest
from graph.network import build, network
from graph.paths import paths
from graph.relations import Relations
from graph.sole import sole_sources
from graph.store import Store
from graph.view import relations
from graph.ways import row_hop
from graph.whatif import whatif
from graph.withdrawal import withdrawal
from ontology import terms
from random_networks import ITEMS, NAMES, PARTIES, STATUS, relation

RUMOUR: dict[str, Any] = {"attribution": "reported"}


def said(subject: str, predicate: str, object_: str | None, item: str | None = None, **more: Any) -> dict[str, Any]:
    words = f"{subject} {predicate} {object_} {item} {sorted(more.items(), key=str)}"
    return {"subject": subject, "predicate": predicate, "object": object_, "item": item, "sentence": words, **more}


def tell(store: Store, *days: list[dict[str, Any]]) -> None:
    """Load one document a day."""
    ingest(store, [loaded(f"day {n}", day(n), *each) for n, each in enumerate(days)], CATALOGUE)


def test_what_a_thing_is_made_of_and_who_develops_it_are_no_claims_of_a_sole_source(memory: Store) -> None:
    tell(
        memory,
        [said("Mem", "supplies", "Acme", "RAM"), said("Forge", "supplies", "RAM", "gas"), said("Bolt", "uses", "Mind")],
    )
    headlines = [each.headline for each in stops(memory, "Forge", catalogue=CATALOGUE).stops]
    assert headlines == [
        "RAM goes without gas (Forge: sole reported source)",
        "Acme goes without RAM (made of RAM)",
    ]
    (product, _) = stops(memory, "Lab", catalogue=CATALOGUE).stops
    assert product.headline == "Mind goes without development (developed by Lab)"
    net = network(memory)
    weight = strength(net.needs, net.index["https://w3id.org/nthtier/id/forge"])
    assert weight[net.index["https://w3id.org/nthtier/id/acme"]] == UNCLAIMED**2


def test_the_demo_invents_no_sole_source(backbone: Store) -> None:
    told = {each.headline for each in stops(backbone, "Ajinomoto").stops}
    assert "NVIDIA goes without FC-BGA substrate (made of FC-BGA substrate)" in told
    told = {each.headline for each in stops(backbone, "TSMC").stops}
    assert "GB300 goes without development (developed by NVIDIA)" in told


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ({"Mem": 1.0}, "Mem: claimed sole source"),
        ({"Mem": None}, "Mem: sole reported source"),
        ({"Mem": 0.35}, "Mem: the only supplier named, for 35% at most"),
        ({"Bolt": 0.1, "Mem": 0.35}, "Bolt, Mem: the only suppliers named, for 45% at most"),
        ({"Bolt": None, "Mem": 0.35}, "Bolt, Mem: sole reported source"),
    ],
)
def test_a_stop_says_for_how_much_of_it_a_supplier_is_named(
    memory: Store, shares: dict[str, float | None], why: str
) -> None:
    """Who has 35% of a need can stop nobody whole, as far as claims go: the words say so beside the loss of 35%."""
    tell(memory, [said(who, "supplies", "Acme", "gas", share=of and (of, of)) for who, of in shares.items()])
    answer = whatif(memory, "; ".join(f"{who} -100%" for who in shares), catalogue=CATALOGUE)
    assert [each.headline for each in answer.stopped] == [f"Acme goes without gas ({why})"]
    if len(shares) == 1:
        assert [each.headline for each in stops(memory, "Mem", catalogue=CATALOGUE).stops] == [
            f"Acme goes without gas ({why})"
        ]
        assert (
            f"Without Mem, Acme goes without gas ({why.split(': ')[1]})."
            in stops(memory, "Acme", catalogue=CATALOGUE).explain()
        )
        (sole,) = sole_sources(memory, catalogue=CATALOGUE).found
        assert sole.certainty == why.split(": ")[1]


def test_who_delivers_none_of_it_is_no_supplier(memory: Store) -> None:
    """All from Mem and none from Bolt agree; one who delivers none stands in nobody's way, and nobody depends on him."""
    tell(
        memory,
        [
            said("Mem", "supplies", "Acme", "gas", share=(1.0, 1.0)),
            said("Bolt", "supplies", "Acme", "gas", share=(0.0, 0.0)),
            said("Bolt", "supplies", "Lab", "Alpha", share=(0.0, 0.0)),
        ],
    )
    (need,) = exposure(memory, "Acme", "Mem", catalogue=CATALOGUE).levels[1].needs
    assert (need.exposure, need.complete, need.disputed) == ((1.0, 1.0), True, False)
    assert [each.headline for each in stops(memory, "Mem", catalogue=CATALOGUE).stops] == [
        "Acme goes without gas (Mem: claimed sole source)"
    ]
    assert dependents(memory, "Bolt", catalogue=CATALOGUE).found == ()
    assert paths(memory, "Acme", "Bolt", catalogue=CATALOGUE).found == ()
    assert not stops(memory, "Bolt", catalogue=CATALOGUE).stops


def test_a_share_set_to_nothing_leaves_the_other_supplier_alone(memory: Store) -> None:
    tell(memory, [said("Mem", "supplies", "Acme", "gas"), said("Bolt", "supplies", "Acme", "gas", share=(0.0, 0.0))])
    assert len(whatif(memory, "Mem -100%", catalogue=CATALOGUE).stopped) == 1
    assert not whatif(memory, "share Bolt -> Acme of gas 40%; Mem -100%", catalogue=CATALOGUE).stopped


def _hbm(*told: tuple[str, str, tuple[float, float]]) -> dict[str, tuple[list[str], bool, bool]]:
    """Return suppliers, complete and disputed of each wording of a buyer's memory."""
    net = build(
        [relation(who, "supplies", "b", terms.ID + what, share) for who, what, share in told], "reported", {}, {}
    )
    needs = net.needs
    return {
        net.nodes[needs.component[n]].iri.removeprefix(terms.ID): (
            [net.nodes[s].iri for s in needs.supplier[needs.start[n] : needs.start[n + 1]]],
            bool(needs.complete[n]),
            bool(needs.disputed[n]),
        )
        for n in range(len(needs))
    }


def test_a_narrower_delivery_stands_against_all_of_the_wider_wording() -> None:
    whole, none, some = (1.0, 1.0), (0.0, 0.0), (0.4, 0.4)
    both = ["mem", "mem2"]
    assert _hbm(("mem", "hbm", whole), ("mem2", "hbm4", some)) == {
        "hbm": (both, False, True),
        "hbm4": (both, False, False),
    }
    # All of the narrower one says nothing of the wider, and who has none of it serves no other wording with it.
    assert _hbm(("mem", "hbm4", whole), ("mem2", "hbm", some)) == {
        "hbm": (both, False, False),
        "hbm4": (["mem"], True, False),
    }
    assert _hbm(("mem", "hbm", whole), ("mem2", "hbm4", none)) == {"hbm": (["mem"], True, False)}
    told = _hbm(("mem", "hbm", some), ("mem2", "hbm", some), ("mem", "hbm4", some), ("mem2", "hbm4", none))
    assert told == {"hbm": (both, False, False), "hbm4": (["mem"], False, False)}
    assert _hbm(("mem", "hbm4", none)) == {}


def test_a_step_through_a_product_cites_who_develops_it(memory: Store) -> None:
    """Forge makes Omega 2, and that this is Acme's is a rumour: without it Acme would not stop."""
    tell(
        memory,
        [said("Forge", "fabricatesFor", "Omega 2"), said("Lab", "uses", "Omega 2")],
        [said("Acme", "develops", "Omega 2", **RUMOUR)],
    )
    answer = dependents(memory, "Forge", catalogue=CATALOGUE)
    (acme,) = (each for each in answer.found if each.party.name == "Acme")
    assert {answer.evidence[claim].predicate for claim in acme.path[0].claims} == {"fabricatesFor", "develops"}
    (to_lab,) = (hop for each in dependents(memory, "Acme", catalogue=CATALOGUE).found for hop in each.path if hop.via)
    assert len(to_lab.claims) == 2
    told = withdrawal(memory, "Acme", "Forge", catalogue=CATALOGUE)
    assert [each.says for each in told.found] == [("Acme develops Omega 2",), ("Forge fabricatesFor Omega 2",)]
    assert {claim.predicate for claim in told.evidence.values()} == {"fabricatesFor", "develops"}


def test_a_rumour_bounds_no_share_at_the_level_of_what_is_stated(memory: Store) -> None:
    """A filing says that Mem delivers, a rumour that it delivers all: all of it is a reported thing."""
    one = said("Mem", "supplies", "Acme", "gas")
    tell(memory, [one], [{**one, **RUMOUR, "share": (1.0, 1.0), "sentence": "Mem is said to be the only one."}])
    levels = {each.level: each.exposure for each in exposure(memory, "Acme", "Mem", catalogue=CATALOGUE).levels}
    assert levels == {"confirmed": (0.0, 1.0), "reported": (1.0, 1.0), "prospective": (1.0, 1.0)}
    for level, why in (("confirmed", "sole reported source"), ("reported", "claimed sole source")):
        (sole,) = sole_sources(memory, level=level, catalogue=CATALOGUE).found
        assert (sole.certainty, sole.level) == (why, level)
    past = sole_sources(memory, level="confirmed", as_of=day(1), catalogue=CATALOGUE)
    assert [each.certainty for each in past.found] == ["sole reported source"]
    (line,), (node,) = Relations.read(memory), relations(memory)
    assert line == node
    assert node.stated_share == (0.0, 1.0)


def test_a_step_cites_what_its_share_rests_on(memory: Store) -> None:
    """Acme delivers Alpha, which is stated, and all accelerators, which is a rumour: the whole is no firmer than that."""
    tell(
        memory,
        [said("Acme", "supplies", "Lab", "Alpha")],
        [said("Acme", "supplies", "Lab", "AI accelerators", share=(1.0, 1.0), **RUMOUR)],
    )
    whole = "AI accelerators"
    for level, why, item in (
        ("confirmed", "sole reported source", "Alpha"),
        ("reported", "claimed sole source", whole),
    ):
        answer = sole_sources(memory, "Lab", level=level, catalogue=CATALOGUE)
        (sole,) = answer.found
        assert (sole.certainty, sole.level) == (why, level)
        assert [answer.evidence[claim].item for claim in sole.claims] == [item]
    stopped = stops(memory, "Acme", catalogue=CATALOGUE)
    (step,) = stopped.stops[-1].suppliers
    assert (step.level, step.share, step.component) == ("reported", (1.0, 1.0), whole)
    assert [stopped.evidence[claim].item for claim in step.claims] == [whole]
    told = exposure(memory, "Lab", "Acme", catalogue=CATALOGUE)
    assert [(each.level, each.path[0].level, each.path[0].share) for each in told.levels] == [
        ("confirmed", "confirmed", (0.0, 1.0)),
        ("reported", "reported", (1.0, 1.0)),
        ("prospective", "reported", (1.0, 1.0)),
    ]


def test_a_step_that_takes_several_facts_cites_these_and_no_other() -> None:
    who, what = PARTIES[:2], ITEMS[0]
    told = [
        relation(who[0], "supplies", who[1], what, (0.6, 1.0), STATUS[1]),
        relation(who[0], "packagesFor", who[1], what, (0.0, 0.8)),
        relation(who[0], "fabricatesFor", who[1], what),
    ]
    net = build(told, "reported", {}, NAMES)
    assert net.needs.low.tolist() == [0.6]
    step = row_hop(net, 0)
    assert (step.level, step.share, step.component) == ("reported", (0.6, 0.8), "component-c0")
    assert step.claims == tuple(sorted({claim for each in told[:2] for claim in each.claims}))


def test_the_share_of_a_delivery_is_none_of_what_comes_along_with_it(memory: Store) -> None:
    """A fifth of Bolt's capacity from Newco says nothing of how much of what Newco runs is Alpha; none of it brings none."""
    tell(
        memory,
        [
            said("Newco", "hostsComputeFor", "Bolt", "Alpha", share=(0.2, 0.2)),
            said("Forge", "supplies", "RAM", "gas"),
            said("Mem", "supplies", "Bolt", "RAM", share=(0.0, 0.0)),
            said("Mem", "supplies", "Lab", "RAM", share=(0.3, 0.3)),
            said("Bolt", "supplies", "Lab", "RAM", share=(0.0, 0.0)),
        ],
    )
    assert exposure(memory, "Newco", "Acme", catalogue=CATALOGUE).levels[1].exposure == (0.0, 1.0)
    assert exposure(memory, "Bolt", "Forge", catalogue=CATALOGUE).levels[1].needs == ()
    assert exposure(memory, "Lab", "RAM", catalogue=CATALOGUE).levels[1].exposure == (1.0, 1.0)
