"""Questions in plain English: what they are read as, what they are answered with, what an unreadable one says."""

from __future__ import annotations

import contextlib
import json
from datetime import date as Date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.dependency import dependents
from graph.errors import QuestionError, UnknownNameError
from graph.question import ask, read
from graph.question.intents import INTENTS
from graph.question.moments import moments
from graph.store import Store
from ontology.catalogue import Catalogue
from places import ROOT


def rows(file: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (ROOT / "tests/data" / file).read_text("utf-8").splitlines()]


PHRASINGS = rows("questions.jsonl")
#: Questions with words that narrow, deny or turn them round: read with them, or refused by naming them.
RESTRICTED = rows("restrictions.jsonl")


def reading(question: str, catalogue: Catalogue) -> dict[str, object]:
    """Return a question's reading in the form of the phrasings; a misspelt name counts as what is suggested first."""
    try:
        found = read(question, catalogue)
    except QuestionError:
        return {}

    def identity(name: object) -> str:
        if name.country:  # type: ignore[attr-defined]
            return f"country {name.country}"  # type: ignore[attr-defined]
        return name.id or next((entry.id for entry in catalogue.suggest(name.text, 1)), name.text)  # type: ignore[attr-defined]

    row: dict[str, object] = {"intent": found.intent, "parties": [identity(name) for name in found.names]}
    row |= {"item": identity(found.item)} if found.item else {}
    row |= {"level": found.level} if found.level else {}
    row |= {"as_of": found.as_of.isoformat()} if found.as_of else {}
    row |= {"since": found.since.isoformat()} if found.since else {}
    row |= {"scale": found.scale} if found.scale is not None else {}
    row |= {"kinds": list(found.kinds)} if found.kinds else {}
    row |= {"country": found.country} if found.country else {}
    row |= {"direct": True} if found.direct else {}
    return row


def right(row: dict[str, object], catalogue: Catalogue) -> bool:
    """Tell whether a question is read as its row says, or refused by naming the words that its row names."""
    if "refused" not in row:
        return reading(str(row["q"]), catalogue) == wanted(row)
    try:
        read(str(row["q"]), catalogue)
    except QuestionError as error:
        named = str(error).split(" in the question ")[0]
        return "“" in named and all(word in named for word in row["refused"])  # type: ignore[attr-defined]
    return False


def wanted(row: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if key not in ("q", "held")}


def test_there_are_enough_phrasings_of_every_intent() -> None:
    assert len(PHRASINGS) >= 150
    assert sum(bool(row["held"]) for row in PHRASINGS) >= len(PHRASINGS) / 3
    assert {row["intent"] for row in (*PHRASINGS, *RESTRICTED) if "intent" in row} == set(INTENTS)
    assert sum(bool(row["held"]) for row in RESTRICTED) >= len(RESTRICTED) / 3


@pytest.mark.parametrize("row", [row for row in PHRASINGS if not row["held"]], ids=lambda row: row["q"])
def test_phrasings_the_forms_were_written_for(row: dict[str, object], catalogue: Catalogue) -> None:
    assert reading(str(row["q"]), catalogue) == wanted(row)


@pytest.mark.parametrize("row", [row for row in RESTRICTED if not row["held"]], ids=lambda row: row["q"])
def test_a_word_that_restricts_is_read_or_named(row: dict[str, object], catalogue: Catalogue) -> None:
    assert right(row, catalogue)


@pytest.mark.parametrize("phrasings", [PHRASINGS, RESTRICTED], ids=["plain", "restricted"])
def test_held_back_phrasings_are_read_right(phrasings: list[dict[str, object]], catalogue: Catalogue) -> None:
    held = [row for row in phrasings if row["held"]]
    assert sum(right(row, catalogue) for row in held) / len(held) >= 0.9


@pytest.mark.parametrize("intent", INTENTS.values(), ids=lambda intent: intent.name)
def test_the_example_of_each_intent_is_read_as_it(intent, catalogue: Catalogue) -> None:  # type: ignore[no-untyped-def]
    assert read(intent.example, catalogue).intent == intent.name


@pytest.mark.parametrize(
    "question", ["", "?", "good morning", "what is the weather in Paris like", "x" * 501, "; DROP ALL"]
)
def test_an_unreadable_question_says_what_can_be_asked(question: str, backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(backbone, question, catalogue)
    assert "who depends on TSMC?" in str(caught.value) or "longer" in str(caught.value)


@pytest.mark.parametrize(("given", "meant"), [("Nvdia", "NVIDIA"), ("TMSC", "TSMC"), ("Micorn", "Micron")])
def test_a_misspelt_name_is_asked_back(given: str, meant: str, backbone: Store, catalogue: Catalogue) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(backbone, f"who depends on {given}?", catalogue)
    assert meant in caught.value.suggestions


def test_names_in_capitals_or_without_are_the_same(catalogue: Catalogue) -> None:
    assert read("who depends on arm", catalogue).names[0].id == "arm"
    assert read("who supplies apple", catalogue).names[0].id == "apple"


def test_days_count_from_the_newest_known_day(catalogue: Catalogue) -> None:
    found = read("what changed in the last week?", catalogue, Date(2026, 1, 30))
    assert found.since == Date(2026, 1, 23)
    assert read("who depends on TSMC as of yesterday", catalogue, Date(2026, 1, 30)).as_of == Date(2026, 1, 29)
    assert read("who depends on TSMC as of 2026-02-01", catalogue, Date(2026, 1, 30)).as_of == Date(2026, 2, 1)
    assert read("what changed today?", catalogue, Date(2026, 1, 30)).since == Date(2026, 1, 29)
    assert read("who invests in OpenAI today?", catalogue, Date(2026, 1, 30)) == read(
        "who invests in OpenAI?", catalogue
    )


def test_the_answer_is_the_record_of_the_same_function(backbone: Store, catalogue: Catalogue) -> None:
    reply = ask(backbone, "who depends on TSMC, confirmed only?", catalogue)
    assert reply.answer == dependents(backbone, "tsmc", level="confirmed", catalogue=catalogue)
    assert reply.question.intent == "dependents"
    assert reply.question.level == "confirmed"


def test_the_sparql_finds_the_same_relations(backbone: Store, catalogue: Catalogue) -> None:
    for question in (
        "who supplies NVIDIA?",
        "whom does TSMC supply?",
        "who hosts OpenAI?",
        "who invests in Anthropic?",
    ):
        reply = ask(backbone, question, catalogue)
        table = b"".join(backbone.query(reply.sparql or "", "text/csv")).decode().splitlines()[1:]
        claims = {line.rsplit(",", 1)[1] for line in table}
        assert claims == set(reply.answer.evidence), question  # type: ignore[attr-defined]


def test_an_item_narrows_the_answer(backbone: Store, catalogue: Catalogue) -> None:
    everything = ask(backbone, "who supplies NVIDIA?", catalogue).answer.found  # type: ignore[attr-defined]
    memory = ask(backbone, "who supplies NVIDIA with HBM4?", catalogue).answer.found  # type: ignore[attr-defined]
    assert {tie.subject.name for tie in memory} == {"SK hynix", "Samsung Electronics", "Micron"}
    assert {tie.relation for tie in memory} < {tie.relation for tie in everything}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QuestionError):
        assert read(text).intent in INTENTS


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("who depends on TSMC, in force on 2027-01-01?", Date(2027, 1, 1)),
        ("who supplies NVIDIA with HBM4 valid in 2027", Date(2027, 12, 31)),
        ("how exposed is OpenAI to TSMC as it holds on 1 March 2026?", Date(2026, 3, 1)),
    ],
)
def test_a_question_says_on_which_day_it_holds(question: str, day: Date, catalogue: Catalogue) -> None:
    found = read(question, catalogue)
    assert (found.valid_at, found.as_of) == (day, None)
    both = read(f"{question.rstrip('?')} as of 2026-01-31", catalogue)
    assert (both.valid_at, both.as_of) == (day, Date(2026, 1, 31))


@pytest.mark.parametrize(
    "question", ["what is disputed about TSMC", "what is new since 2026-01-20", "what is known about TSMC"]
)
def test_what_is_about_documents_has_no_day_on_which_it_holds(
    question: str, backbone: Store, catalogue: Catalogue
) -> None:
    with pytest.raises(QuestionError, match="as of"):
        ask(backbone, f"{question}, in force on 2027-01-01", catalogue)


@pytest.mark.parametrize(
    ("question", "day", "level"),
    [
        ("who will supply OpenAI in 2027?", Date(2027, 12, 31), "prospective"),
        ("how exposed is OpenAI to TSMC during June 2026", Date(2026, 6, 30), ""),
        ("what if TSMC halves its output in 2027", Date(2027, 12, 31), ""),
        ("who will supply OpenAI by 2028?", Date(2028, 12, 31), "prospective"),
        ("who hosts OpenAI until 2030?", Date(2030, 12, 31), ""),
        ("who supplies OpenAI on 2027-01-01?", Date(2027, 1, 1), ""),
    ],
)
def test_a_time_ahead_asks_for_what_holds_then(question: str, day: Date, level: str, catalogue: Catalogue) -> None:
    found = read(question, catalogue, Date(2026, 1, 28))
    assert (found.valid_at, found.as_of, found.since, found.level) == (day, None, None, level)


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ("who supplied OpenAI in 2025", "“as of 2025-12-31” asks for what was known then, “in force on 2025-12-31”"),
        ("who invests in OpenAI in 2027", "nothing is known yet of a day to come; “including plans”"),
        ("who will invest in OpenAI by 2027", "can't read “by 2027”"),
        ("what will change in 2027?", "can't read “in 2027”"),
    ],
)
def test_a_time_that_is_over_or_of_what_happens_once_is_refused_with_what_to_ask(
    question: str, hint: str, catalogue: Catalogue
) -> None:
    with pytest.raises(QuestionError, match=hint):
        read(question, catalogue, Date(2026, 1, 28))


def test_to_hold_shares_is_no_day_of_valid_time() -> None:
    assert moments("which shares does Nvidia hold in 2025").valid_at is None
