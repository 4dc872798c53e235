"""When a claim holds, from the words of its clause: what is said bounds it, what is not said stays open."""

from datetime import date as Date
from pathlib import Path

import pytest

from graph.dependency import dependents
from graph.ingest import ingest
from graph.question import ask
from graph.store import Store
from loaders.claim import Claim, Mention
from loaders.extraction.times import dated, span
from loaders.registry import Context, load
from ontology.catalogue import Catalogue

CATALOGUE = Catalogue.bundled()

DAY = Date(2026, 1, 28)


def bounds(sentence: str, trigger: str, status: str = "planned", predicate: str = "supplies") -> str:
    """The days of a claim that a sentence makes, as "from..until"."""
    claim = Claim(
        "d", DAY, Mention("A", "a"), predicate, Mention("B", "b"), sentence, status=status, trigger=trigger  # type: ignore[arg-type]
    )  # fmt: skip
    found = dated(claim)
    return f"{found.valid_from or ''}..{found.valid_until or ''}"


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2027", "2027-01-01", "2027-12-31"),
        ("early 2027", "2027-01-01", "2027-04-30"),
        ("mid-2027", "2027-05-01", "2027-08-31"),
        ("the end of 2029", "2029-12-01", "2029-12-31"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("the third quarter of 2026", "2026-07-01", "2026-09-30"),
        ("2H27", "2027-07-01", "2027-12-31"),
        ("the second half of next year", "2027-07-01", "2027-12-31"),
        ("February 2028", "2028-02-01", "2028-02-29"),
        ("January 15, 2027", "2027-01-15", "2027-01-15"),
        ("15 January 2027", "2027-01-15", "2027-01-15"),
        ("the 1st of May", "2026-05-01", "2026-05-01"),
        ("last month", "2025-12-01", "2025-12-31"),
        ("next quarter", "2026-04-01", "2026-06-30"),
        ("last week", "2026-01-19", "2026-01-25"),
        ("the end of next month", "2026-02-19", "2026-02-28"),
        ("early next month", "2026-02-01", "2026-02-09"),
    ],
)
def test_a_period_in_words_is_seen_from_the_document_s_day(said: str, first: str, last: str) -> None:
    assert tuple(map(str, span(DAY, said))) == (first, last)


@pytest.mark.parametrize("said", ["yesterday or so", "February 30, 2027", "13Q26", ""])
def test_what_is_no_period_is_an_error(said: str) -> None:
    with pytest.raises(ValueError, match=r"period|day"):
        span(DAY, said)


@pytest.mark.parametrize(
    ("sentence", "trigger", "found"),
    [
        ("A will supply B with HBM4, starting in the third quarter of 2026.", "supply", "2026-07-01.."),
        ("A will supply B with HBM4 from March.", "supply", "2026-03-01.."),
        ("A is to supply B by 2028.", "supply", "2028-12-31.."),
        ("Starting next quarter, A will supply B.", "supply", "2026-04-01.."),
        ("From 2027 A will supply B through 2030.", "supply", "2027-01-01..2030-12-31"),
        ("A will supply B by the end of next quarter.", "supply", "2026-06-30.."),
        ("A will supply B by the end of next month.", "supply", "2026-02-28.."),
        ("A will supply B through at least next year.", "supply", "..2027-12-31"),
        ("A will supply B well beyond next year.", "supply", ".."),
        ("A will supply B past next year.", "supply", ".."),
        ("A will supply B between 2027 and 2029.", "supply", "2027-01-01..2029-12-31"),
        # A product's year, a fiscal year and a year of money bound nothing; nor do two answers to one question.
        ("A will supply its 2027 chips to B.", "supply", ".."),
        ("A will supply B in fiscal 2027.", "supply", ".."),
        ("A will ship to B in 2026 and in 2027.", "ship", ".."),
        ("A will ship to B on February 30, 2027.", "ship", ".."),
        # Another clause's date is none of this one's.
        ("A will supply B, which raised prices in 2027.", "supply", ".."),
        ("A will supply B and plans to expand capacity in 2027.", "supply", ".."),
        ("C expects growth until 2030, and that A will supply B.", "supply", ".."),
        # What others did on a day, and what happened to a thing on one, bounds no tie.
        ("A said in January it will supply B.", "supply", ".."),
        ("In January A said it will supply B.", "supply", ".."),
        ("A will supply B from a site opening in 2027.", "supply", ".."),
        ("A will supply B from March Networks.", "supply", ".."),
        # An end, a delay, a change of amount and a "not" turn the words round.
        ("A will not supply B until 2028.", "supply", ".."),
        ("A won't supply B from 2027.", "supply", ".."),
        ("A will stop supplying B by the end of 2026.", "supplying", ".."),
        ("A delayed shipments to B from Q1 to Q3.", "shipments", ".."),
        ("A will triple supply to B from 2025 levels.", "supply", ".."),
        ("A will supply B with 6 GW of chips by 2030.", "supply", ".."),
        ("A will supply B with chips for a phone due in 2027.", "supply", ".."),
        ("A will supply B. C will begin in 2027.", "supply", ".."),
        ("By 2028 A will supply B with 30% of its chips.", "supply", ".."),
        ("A's supply to B will reach 80,000 wafers in 2026.", "supply", ".."),
        ("A has planned to supply B since March.", "supply", ".."),
        # Words at the beginning of a sentence, and letters that only look like ours.
        ("Next quarter A will supply B.", "supply", "2026-04-01.."),
        ("This month, A will supply B.", "supply", "2026-01-01.."),
        ("A will supply B from the f\u0131rst half of 2027.", "supply", ".."),
        # Far away from the trigger nothing is read, so that work does not grow with the square of a sentence.
        ("A will supply B " + "with chips " * 30 + "from 2027.", "supply", ".."),
    ],
)
def test_a_plan_begins_when_its_clause_says(sentence: str, trigger: str, found: str) -> None:
    assert bounds(sentence, trigger) == found


@pytest.mark.parametrize(
    ("sentence", "trigger", "status", "predicate", "found"),
    [
        ("A has supplied B since 2023.", "supplied", "actual", "supplies", "2023-01-01.."),
        ("A has supplied B since January 30.", "supplied", "actual", "supplies", "2025-01-30.."),
        ("A has supplied B since January 20.", "supplied", "actual", "supplies", "2026-01-20.."),
        ("A supplies B through the end of this quarter.", "supplies", "actual", "supplies", "..2026-03-31"),
        ("A supplies B until January 15.", "supplies", "actual", "supplies", ".."),
        ("A supplied B until June.", "supplied", "actual", "supplies", "..2025-06-30"),
        ("B is supplied by A until June.", "supplied", "actual", "supplies", "..2026-06-30"),
        ("A supplied B in the fourth quarter.", "supplied", "actual", "supplies", "2025-10-01.."),
        ("A supplies B in 2027.", "supplies", "actual", "supplies", ".."),
        ("A's shortage will hurt B until late 2027.", "hurt", "actual", "constrains", "..2027-12-31"),
        ("A sold B disks in 2024 and 2025.", "sold", "actual", "supplies", "2024-01-01.."),
        ("A's parts will be short at B in 2027.", "short", "planned", "constrains", ".."),
        ("A's shortage will last at B until June.", "last", "actual", "constrains", "..2026-06-30"),
        (
            "A's shortage is expected to last through 2027, which hurts B.",
            "shortage",
            "actual",
            "constrains",
            "..2027-12-31",
        ),
        ("A's shortage will not ease at B until 2028.", "shortage", "actual", "constrains", "..2028-12-31"),
        ("A's supplies to B grew from 2024 to 2025.", "supplies", "actual", "supplies", ".."),
        ("A supplied B with more chips than in 2024.", "supplied", "actual", "supplies", ".."),
        ("A supplies B under a deal signed in 2023.", "supplies", "actual", "supplies", ".."),
        ("From April B will pay 30% more for what A supplies.", "supplies", "actual", "supplies", ".."),
        ("A and B discussed the supply in November.", "discussed", "negotiating", "supplies", ".."),
        ("A supplies B and, since March, C.", "supplies", "actual", "supplies", ".."),
        ("A is sold out of what B buys until 2027.", "sold out of what B buys", "actual", "supplies", ".."),
        ("A supplies B on 2026 terms.", "supplies", "actual", "supplies", ".."),
        ("A stopped supplying B in March 2025.", "stopped", "ended", "supplies", ".."),
        ("A invested in B in 2024.", "invested", "actual", "investsIn", ".."),
        ("A supplied B until C took over in 2016.", "supplied", "actual", "supplies", ".."),
        ("A supplied B until a rift in 2014.", "supplied", "actual", "supplies", ".."),
        # Of a word said twice the one beside the parties counts.
        ("C supplied D until 2019, while A supplied B.", "supplied", "actual", "supplies", ".."),
        ("C supplies D since 2016, and A supplies B since 2020.", "supplies", "actual", "supplies", "2020-01-01.."),
        (
            "C will host D until 2027, and A will host B until 2031.",
            "host",
            "planned",
            "hostsComputeFor",
            "..2031-12-31",
        ),
        ("A has supplied B since 1 May 2024.", "supplied", "actual", "supplies", "2024-05-01.."),
    ],
)
def test_only_what_lasts_has_days_of_its_own(
    sentence: str, trigger: str, status: str, predicate: str, found: str
) -> None:
    assert bounds(sentence, trigger, status, predicate) == found


def test_the_last_day_of_the_calendar_has_no_week_behind_it() -> None:
    claim = Claim("d", Date.max, Mention("A", "a"), "supplies", Mention("B", "b"), "A will supply B from next week.",
                  status="planned", trigger="supply")  # fmt: skip
    assert dated(claim) == claim


def test_a_plan_counts_from_its_day_on(memory: Store, tmp_path: Path) -> None:
    day = tmp_path / "2026-11-20.txt"
    day.write_text(
        "AI news of 2026-11-20\n\n- Samsung will supply HBM4 memory to AMD from 2027. [1]\n"
        "- Corning will supply optical fibre to Meta through 2030. [2]\n",
        encoding="utf-8",
    )
    ingest(memory, load(day, Context(catalogue=CATALOGUE)), CATALOGUE)
    for party, customer, when in (
        ("Samsung", "amd", ("2027-06-01", "2031-06-01")),
        ("Corning", "meta", ("2026-06-01", "2027-06-01")),
    ):
        held = [
            each
            for each in ("2026-06-01", "2027-06-01", "2031-06-01")
            if customer in found(memory, party, Date.fromisoformat(each))
        ]
        assert tuple(held) == when
        for when, holds in (("2026-06-01", party == "Corning"), ("2027-06-01", True)):
            reply = ask(memory, f"who depends on {party}, including plans, in force on {when}?", CATALOGUE)
            assert (customer in [each.party.id for each in reply.answer.found]) == holds  # type: ignore[attr-defined]
            assert reply.question.valid_at == when
            assert f"as it holds on {when}" in reply.says
    for question in ("who supplies Meta?", "what does Meta depend on?", "how exposed is Meta to Corning?"):
        reply = ask(memory, question, CATALOGUE, level="prospective", valid_at=Date(2031, 6, 1))
        assert "as it holds on 2031-06-01" in reply.says
        assert "Corning" not in {each["subject"] for each in reply.answer.model_dump()["evidence"].values()}
        assert reply.sparql is None  # the plain edges and relations stand for today
    said = {claim.subject: claim.held for claim in dependents(memory, "Corning", level="prospective").evidence.values()}
    assert said == {"Corning": "until 2030-12-31"}


def found(store: Store, party: str, valid_at: Date) -> list[str]:
    """The dependents of a party on a day."""
    answer = dependents(store, party, level="prospective", valid_at=valid_at)
    return [each.party.id for each in answer.found]
