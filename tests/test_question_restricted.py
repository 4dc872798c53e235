"""Questions with words that restrict them: what they are answered with."""

from __future__ import annotations

import json
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graph.api.app import create_app
from graph.cli.app import main
from graph.dependency import dependents
from graph.errors import QuestionError, UnknownNameError
from graph.models import Dependents
from graph.question import ask, read
from graph.question.both import CommonDependents
from graph.store import Store
from graph.whatif import whatif
from ontology.catalogue import Catalogue
from places import BACKBONE


def names(answer: object) -> set[str]:
    return {each.party.name for each in answer.found}  # type: ignore[attr-defined]


def test_a_kind_and_a_home_narrow_the_list_and_its_claims(backbone: Store, catalogue: Catalogue) -> None:
    everybody = dependents(backbone, "tsmc", catalogue=catalogue)
    reply = ask(backbone, "which hyperscalers in the US depend on TSMC?", catalogue)
    assert isinstance(reply.answer, Dependents)
    assert names(reply.answer) == {e.party.name for e in everybody.found if e.party.kind == "Hyperscaler"} != set()
    used = {claim for each in reply.answer.found for hop in each.path for claim in hop.claims}
    assert set(reply.answer.evidence) == used < set(everybody.evidence)
    assert reply.says.endswith("only hyperscalers, at home in US")
    assert reply.sparql is None  # the plain query would give everybody
    assert names(ask(backbone, "which companies in Japan depend on TSMC?", catalogue).answer) <= names(everybody)


def test_directly_is_the_first_tier(backbone: Store, catalogue: Catalogue) -> None:
    reply = ask(backbone, "who directly depends on TSMC?", catalogue)
    assert reply.answer == dependents(backbone, "tsmc", max_tier=1, catalogue=catalogue)


def test_who_depends_on_both_depends_on_each(backbone: Store, catalogue: Catalogue) -> None:
    reply = ask(backbone, "who depends on both TSMC and SK hynix?", catalogue)
    assert isinstance(reply.answer, CommonDependents)
    each = [names(dependents(backbone, name, catalogue=catalogue)) for name in ("tsmc", "sk-hynix")]
    assert names(reply.answer) == each[0] & each[1] != set()
    for found in reply.answer.found:
        assert found.path[-1].consumer == found.paths[0][-1].consumer == found.party
        assert (len(found.path), len(found.paths[0])) == found.tiers


@pytest.mark.parametrize(
    ("question", "scenario"),
    [
        ("what if HBM is 30% short?", "component HBM -30%"),
        ("what if component HBM -30%", "component HBM -30%"),
        ("what if Taiwan stops?", "country TW -100%"),
        ("what happens if ASML and TSMC stop?", "ASML -100%; TSMC -100%"),
        ("what if TSMC loses a quarter of its output?", "TSMC -25%"),
        ("what if TSMC only makes 30%?", "TSMC -70%"),
    ],
)
def test_what_if_is_the_scenario_of_the_words(
    question: str, scenario: str, backbone: Store, catalogue: Catalogue
) -> None:
    answer = ask(backbone, question, catalogue).answer
    assert answer == whatif(backbone, scenario, limit=50, catalogue=catalogue)
    assert answer.affected > 0


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("HBM -30%", "component HBM -30%"),
        ("Taiwan -100%", "country TW -100%"),
        ("country Taiwan -50%", "country TW -50%"),
    ],
)
def test_a_step_is_about_what_it_names(short: str, long: str, backbone: Store, catalogue: Catalogue) -> None:
    one, other = (whatif(backbone, scenario, catalogue=catalogue) for scenario in (short, long))
    assert one.losses == other.losses != ()
    assert one.touched == other.touched


def test_a_tie_that_says_no_direction_is_looked_for_in_both(backbone: Store, catalogue: Catalogue) -> None:
    one = ask(backbone, "how is OpenAI connected to TSMC?", catalogue).answer
    other = ask(backbone, "relationship between TSMC and OpenAI?", catalogue).answer
    assert one == other
    assert one.found  # type: ignore[attr-defined]
    assert not ask(backbone, "does TSMC depend on OpenAI?", catalogue).answer.found  # type: ignore[attr-defined]


def test_level_and_day_given_beside_the_question_stand_where_it_says_none(
    backbone: Store, catalogue: Catalogue
) -> None:
    reply = ask(backbone, "who depends on TSMC?", catalogue, level="confirmed")
    assert reply.answer == dependents(backbone, "tsmc", level="confirmed", catalogue=catalogue)
    said = ask(backbone, "who depends on TSMC, including rumours?", catalogue, level="confirmed")
    assert said.question.level == "prospective"


@pytest.mark.parametrize("question", ["who depends on Intel Foundary?", "who supplies Intel Foundary?"])
def test_a_misspelt_end_of_a_name_is_part_of_it(question: str, backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(backbone, question, catalogue)
    assert "Intel Foundry" in caught.value.suggestions


def test_a_refusal_names_the_words_and_the_nearest_form(backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(backbone, "who doesn't depend on TSMC?", catalogue)
    assert "“not”" in str(caught.value)
    assert "who depends on TSMC?" in str(caught.value)


@pytest.mark.parametrize(
    "question",
    [
        "whom does Amazon Web Services host?",
        "who rents compute from CoreWeave?",
        "what does TSMC fabricate?",
        "whom does Arm license to?",
        "licensees of Arm",
        "who is exposed to TSMC and Samsung Electronics?",
        "which companies are unaffected if TSMC stops?",
        "undisputed claims about NVIDIA",
        "who is independent of TSMC?",
        "what does NVIDIA supply to Microsoft and Meta?",
        "who depends on NVIDIA's suppliers?",
        "what happens to NVIDIA if TSMC halves its output?",
        "what happened to NVIDIA when TSMC stopped?",
        "how many NVIDIA products are hit if TSMC stops?",
        "what would hit NVIDIA if TSMC stops?",
        "which TSMC outages hit Apple?",
        "did a TSMC outage hit Apple?",
        "what if TSMC's customers stop?",
        "what if TSMC loses NVIDIA as a customer?",
        "what if TSMC stops for 3 months?",
        "without TSMC, who depends on ASML?",
        "who is least exposed to TSMC?",
        "how concentrated is HBM4 in Korea?",
        "who founded Anthropic?",
        "who invented CoWoS?",
        "who blocked NVIDIA?",
        "when did TSMC stop?",
        "when did Micron cut output by 20%?",
        "who is TSMC fabricating for?",
        "TSMC fabricates for whom?",
        "who will TSMC fabricate for?",
        "whom is CoreWeave hosting?",
        "who is Arm licensing to?",
        "whom has the Commerce Department restricted?",
        "who designs chips for Google?",
    ],
)
def test_a_question_turned_round_is_not_answered_as_the_other(question: str, catalogue: Catalogue) -> None:
    with pytest.raises(QuestionError):
        read(question, catalogue)


def test_the_terminal_takes_level_day_and_days_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(*arguments: str) -> dict[str, object]:
        with pytest.raises(SystemExit) as ended:
            main(["--store", "memory:", *arguments, "--json"])
        assert not ended.value.code
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    table = str(BACKBONE)
    asked = shown("ask", "who depends on TSMC?", table, "--level", "confirmed", "--as-of", "2026-01-15")
    assert (asked["answer"]["level"], asked["answer"]["as_of"]) == ("confirmed", "2026-01-15")  # type: ignore[index]


def test_over_http_too(backbone: Store) -> None:
    with TestClient(create_app(backbone)) as client:
        found = client.get("/ask", params={"q": "who depends on TSMC?", "level": "confirmed", "as_of": "2026-01-15"})
        assert (found.json()["answer"]["level"], found.json()["answer"]["as_of"]) == ("confirmed", "2026-01-15")
        refused = client.get("/ask", params={"q": "who does not supply NVIDIA?"})
        assert refused.status_code == 422
        assert "“not”" in refused.json()["detail"]


def test_changes_since_yesterday(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--store", str(tmp_path / "s"), "load", str(BACKBONE)])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["--store", str(tmp_path / "s"), "changes", "--since", "yesterday", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert Date.fromisoformat(said["until"]) - Date.fromisoformat(said["since"]) == timedelta(days=1)
