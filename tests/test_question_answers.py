"""What questions are answered with: the sentence of each answer, and what is refused with what to ask."""

from __future__ import annotations

import pytest

from graph.errors import QuestionError
from graph.paths import Paths
from graph.question import ask
from graph.store import Store
from ontology.catalogue import Catalogue
from told import CATALOGUE, says, supplies, told


@pytest.mark.parametrize(
    "question",
    [
        "what changed since 2026-01-20, confirmed only?",
        "timeline of OpenAI, confirmed only",
        "what do sources disagree on, confirmed only?",
        "what does the graph not know, confirmed only?",
    ],
)
def test_what_tells_of_all_levels_is_not_asked_of_one(question: str, backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(QuestionError, match="ask it without a level"):
        ask(backbone, question, catalogue)
    assert ask(backbone, question.replace("confirmed only", "including plans"), catalogue)


@pytest.mark.parametrize("question", ["how concentrated is Apple?", "how concentrated is NVIDIA's supply?"])
def test_of_a_party_no_supply_is_concentrated(question: str, backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(QuestionError, match="how concentrated is HBM4"):
        ask(backbone, question, catalogue)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what's the bottleneck for HBM4?", "Chokepoints of HBM4 by party"),
        ("what if Taiwan stops?", "What if Taiwan -100%?"),
        ("what if both Taiwan and South Korea stop?", "What if Taiwan -100%; South Korea -100%?"),
        ("is EUV single-sourced?", "EUV scanner has one reported supplier for"),
    ],
)
def test_a_sentence_has_names_as_people_say_them(
    question: str, said: str, backbone: Store, catalogue: Catalogue
) -> None:
    assert ask(backbone, question, catalogue).says.startswith(said)


def told_of_acme() -> Store:
    return told(
        [
            supplies("Mem", "Acme", "HBM4", share=0.7),
            supplies("Film", "Forge", "wafers"),
            supplies("Cloud", "Forge", "compute capacity"),
            says("Forge", "fabricatesFor", "Acme", "Alpha"),
            supplies("Acme", "Cloud", "servers"),
            says("Lab", "uses", "Alpha"),
            says("Mem", "investsIn", "Acme"),
            says("Cloud", "partnersWith", "Mem2"),
        ]
    )


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("who fabricates Alpha?", {("Forge", "Acme")}),
        ("who uses Acme?", {("Lab", "Alpha"), ("Acme", "Cloud")}),
        ("who supplies wafers to Forge?", {("Film", "Forge")}),
    ],
)
def test_who_is_found(question: str, found: set[tuple[str, str]]) -> None:
    answer = ask(told_of_acme(), question, CATALOGUE).answer
    assert {(tie.subject.name, tie.object.name) for tie in answer.found} == found  # type: ignore[attr-defined]


def test_a_share_that_is_known_is_said() -> None:
    says_ = ask(told_of_acme(), "what share of Acme's HBM4 does Mem supply?", CATALOGUE).says
    assert says_.startswith("What Mem supplies Acme (HBM4): HBM4 (70% of the need).")


def test_what_relates_two_parties_tells_of_ties_that_are_no_supply() -> None:
    store = told_of_acme()
    reply = ask(store, "what is the relationship between Cloud and Mem2?", CATALOGUE)
    assert isinstance(reply.answer, Paths)
    assert (reply.answer.found, reply.answer.ties) == ((), 1)
    assert "ties of other kinds between the two: 1" in reply.says
    assert "other kinds" not in ask(store, "how does Acme depend on Mem?", CATALOGUE).says
    assert "other kinds" not in ask(store, "what is the relationship between Cloud and Forge?", CATALOGUE).says
