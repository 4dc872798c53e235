"""Network views: who stands where, what is said of whom, and how many become few."""

from __future__ import annotations

import json
import re

import pytest

from graph.chokepoints import stops
from graph.conflicts import conflicts
from graph.dependency import dependents
from graph.paths import paths
from graph.store import Store
from graph.views import Line, Picture, Spot, ego, html, neighbours, summarised
from graph.views.analyses import of_conflicts, of_paths, of_stops, of_whatif
from graph.views.page import data
from graph.whatif import whatif
from ontology import terms


def test_the_ego_view_shows_whom_the_answer_names(backbone: Store) -> None:
    answer = dependents(backbone, "TSMC")
    picture = ego(backbone, "TSMC")
    assert {spot.iri for spot in picture.spots if spot.tier} == {each.party.iri for each in answer.found}
    assert {spot.iri: spot.tier for spot in picture.spots if spot.tier} == {
        each.party.iri: each.tier for each in answer.found
    }
    assert all(spot.column == spot.tier for spot in picture.spots)


def test_dependencies_stand_to_the_left(backbone: Store) -> None:
    picture = ego(backbone, "OpenAI", direction="dependencies")
    places = {node["id"]: node["x"] for node in data(picture)["nodes"]}
    assert max(places.values()) == places[terms.ID + "openai"]


def test_hidden_neighbours_are_counted(backbone: Store) -> None:
    one = {spot.iri: spot for spot in ego(backbone, "ASML", max_tier=1).spots}
    all_tiers = {spot.iri: spot for spot in ego(backbone, "ASML").spots}
    assert one[terms.ID + "tsmc"].hidden > all_tiers[terms.ID + "tsmc"].hidden
    near = neighbours(backbone, "TSMC")
    assert near.hidden[terms.ID + "nvidia"] > 1


def test_lines_carry_level_date_and_evidence(backbone: Store) -> None:
    shown = data(ego(backbone, "TSMC"))
    assert {edge["level"] for edge in shown["edges"]} <= set(terms.LEVELS)
    told = [edge for edge in shown["edges"] if edge["evidence"]]
    assert told
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", edge["first"]) for edge in told)
    assert all(claim["sentence"] and claim["date"] for edge in told for claim in edge["evidence"])


def test_views_of_the_analyses(backbone: Store) -> None:
    lost = {spot.iri: spot.lost for spot in of_whatif(whatif(backbone, "TSMC -50%")).spots}
    assert lost[terms.ID + "nvidia"] is not None
    ways = of_paths(paths(backbone, "OpenAI", "TSMC"))
    assert {spot.name for spot in ways.spots} >= {"OpenAI", "TSMC"}
    halted = of_stops(stops(backbone, "TSMC"))
    assert all(spot.lost == (1.0, 1.0) for spot in halted.spots if spot.tier)
    assert of_conflicts(conflicts(backbone)).title


@pytest.mark.parametrize(("kinds", "tiers", "by"), [(12, 2, "one tier and kind stand"), (41, 12, "one tier stand")])
def test_too_many_parties_stand_in_groups(kinds: int, tiers: int, by: str) -> None:
    names = sorted(terms.PARTY_KINDS.values()) * 4
    spots = [Spot("start", "start", "Start", "Foundry", 0, 0)]
    lines = []
    for number in range(4000):
        tier = 1 + number % tiers
        spots.append(
            Spot(f"n{number}", f"n{number}", f"N{number}", names[number % kinds] + f"{number % kinds}", tier, tier)
        )
        source = "start" if tier == 1 else f"n{number - 1}"
        lines.append(Line(source, f"n{number}", "chips", "confirmed" if number % 2 else "reported", (0.0, 1.0)))
    picture = summarised(Picture("Hub", "", tuple(spots), tuple(lines)))
    assert len(picture.spots) <= 300
    assert sum(spot.members for spot in picture.spots) == 4001
    assert by in picture.note
    assert "4,001" in picture.note
    shown = {spot.iri for spot in picture.spots}
    assert all(line.source in shown and line.target in shown for line in picture.lines)


def test_a_page_is_the_same_every_time_and_asks_for_nothing(backbone: Store) -> None:
    first, second = (html(ego(backbone, "TSMC"), page="/parties/{id}") for _ in range(2))
    assert first == second
    assert not re.findall(r"(?:src|href)=[\"']?https?:", first.split("<script>")[0])
    shown = json.loads(re.findall(r'id="data">(.*?)</script>', first)[0])
    assert {node["href"] for node in shown["nodes"]} >= {"/parties/tsmc"}
