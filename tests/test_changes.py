"""Threads, changes, the page of a day, the feed; and ten simulated weeks that tell the known truth back."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET
from datetime import date as Date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import CATALOGUE, day, documents, loaded
from graph import view
from graph.changes import changes
from graph.conflicts import conflicts
from graph.coverage import graph_coverage
from graph.dependency import dependents
from graph.feed import ATOM, atom, lines
from graph.ingest import ingest, prepare
from graph.names import described
from graph.report import day_report, html
from graph.store import Store, open_store
from graph.threads import lapsed, threads, timeline
from loaders.claim import Loaded
from told import says
from told import supplies as delivers
from told import told as store_of
from weeks import DAYS, World, simulate


def filled(*documents: Loaded, at_once: bool = True) -> Store:
    store = open_store("memory:")
    prepare(store, CATALOGUE)
    for each in [documents] if at_once else [[one] for one in documents]:
        ingest(store, each, CATALOGUE)
    return store


# ------------------------------------------------------------------ ten weeks


@pytest.fixture(scope="module", params=[1, 20260128])
def told(request: pytest.FixtureRequest) -> tuple[World, Store]:
    world = simulate(request.param)
    shuffled = list(world.documents)
    random.Random(request.param).shuffle(shuffled)
    store = filled(*shuffled[:60])
    for late in shuffled[60:]:
        ingest(store, [late], CATALOGUE)
    return world, store


@pytest.mark.parametrize("at", [15, 40, DAYS])
def test_stages_and_support_are_told_back_exactly(told: tuple[World, Store], at: int) -> None:
    world, store = told
    as_of = None if at == DAYS else day(at)
    nodes = described(store)
    found = {
        frozenset((nodes[each.subject].name, each.predicate, nodes[each.object].name)): (
            each.status,
            each.attribution,
            each.support,
        )
        for each in view.relations(store, as_of=as_of)
    }
    assert found == {frozenset(tie): state for tie, state in world.states(at).items()}


@pytest.mark.parametrize("at", [15, 40, DAYS])
def test_conflicts_found_are_conflicts_planted(told: tuple[World, Store], at: int) -> None:
    world, store = told
    found = [(row.kind, row.over.name) for row in conflicts(store, as_of=None if at == DAYS else day(at)).found]
    assert len(found) == len(set(found))
    assert set(found) == world.conflicts(at)
    if at == DAYS:
        assert {kind for kind, _ in found} == {"owner", "exclusivity", "share", "denial", "number", "stage"}


def test_the_weeks_change_day_by_day_into_what_they_come_to(told: tuple[World, Store]) -> None:
    """What changes says from day to day adds up: every tie is new once, every conflict too."""
    world, store = told
    new, moved, fresh = 0, 0, []
    for week in range(0, DAYS, 10):
        found = changes(store, day(week) if week else day(-1), day(week + 10))
        new += sum(each.what == "new" for each in found.ties)
        moved += sum(each.what == "moved" for each in found.ties)
        fresh += [row.id for row in found.conflicts]
    assert new == len(world.states(DAYS))
    assert moved > 0
    assert len(set(fresh)) == len(world.conflicts(DAYS))


# ------------------------------------------------------------------ threads


def deal(number: int, status: str, attribution: str = "reported", **more: Any) -> dict[str, Any]:
    words = f"{status} on {number}"
    return {
        "subject": "Mem",
        "predicate": "investsIn",
        "object": "Lab",
        "status": status,
        "attribution": attribution,
        "date": day(number),
        "sentence": words,
        **more,
    }


TALKS = (
    loaded("a", day(0), deal(0, "considering")),
    loaded(
        "b",
        day(5),
        deal(5, "negotiating", citations=("16", "53")),
        deal(5, "negotiating", sentence="Again.", citations=("16", "53")),
    ),
    loaded("c", day(60), {"subject": "Forge", "predicate": "supplies", "object": "Acme", "item": "RAM"}),
)


def test_a_deal_is_one_thread_with_its_stages() -> None:
    found = timeline(filled(*TALKS), "Lab", catalogue=CATALOGUE)
    (thread,) = found.found
    assert [(step.date, step.status, step.support) for step in thread.stages] == [
        ("2026-01-01", "considering", 1),
        ("2026-01-06", "negotiating", 2),
    ]
    assert (thread.headline, thread.support, thread.silent_days, thread.lapsed) == (
        "Mem invests in Lab: negotiating, reported",
        2,
        55,
        True,
    )
    assert found.headline == "Lab: 1 thread, 1 not heard of for long"
    assert {found.evidence[claim].sentence for claim in thread.claims} == {
        "considering on 0",
        "negotiating on 5",
        "Again.",
    }


def test_a_thread_as_of_a_day_and_with_more_patience() -> None:
    store = filled(*TALKS)
    (then,) = timeline(store, "Lab", as_of=day(3), catalogue=CATALOGUE).found
    assert (then.status, then.lapsed, len(then.stages)) == ("considering", False, 1)
    (now,) = timeline(store, "Lab", lapse_days=55, catalogue=CATALOGUE).found
    assert not now.lapsed
    assert [each.tie for each in lapsed(threads(store))] == ["Mem invests in Lab"]


@given(st.lists(documents(), min_size=1, max_size=4), st.integers(0, 7))
@settings(max_examples=10, deadline=None)
def test_threads_of_a_party_are_those_of_all(said: list[Loaded], number: int) -> None:
    store = filled(*{each.document.name: each for each in said}.values())
    node = described(store)["https://w3id.org/nthtier/id/acme"]
    every = threads(store, lambda each: node.iri in (each.subject, each.object, each.item))
    assert timeline(store, "Acme", catalogue=CATALOGUE).found == every
    assert timeline(store, "Acme", as_of=day(99), lapse_days=10**6, catalogue=CATALOGUE).found == tuple(
        each.model_copy(update={"silent_days": each.silent_days + (day(99) - _newest(store)).days, "lapsed": False})
        for each in threads(store, lambda each: node.iri in (each.subject, each.object, each.item), lapse_days=10**6)
    )


def _newest(store: Store) -> Date:
    return (
        max(Date.fromisoformat(each.last_seen) for each in view.relations(store)) if view.relations(store) else day(99)
    )


# ------------------------------------------------------------------ changes


def supplies(subject: str, object_: str, **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "predicate": "supplies",
        "object": object_,
        "item": "RAM",
        "sentence": f"{subject} {object_} {more}",
        **more,
    }


NEWS = (
    loaded("a", day(0), supplies("Mem", "Acme", attribution="reported"), supplies("Acme", "Lab", share=(0.4, 0.6))),
    loaded("b", day(2), supplies("Mem", "Acme", share=(0.7, 0.7)), supplies("Forge", "Newco"), deal(2, "negotiating")),
    loaded(
        "c",
        day(2),
        {"subject": "Bolt", "predicate": "develops", "object": "Mind"},
        supplies("Acme", "Lab", share=(0.4, 0.6), sentence="Still so."),
    ),
)


def test_what_is_new_what_moved_and_whose_answers() -> None:
    store = filled(*NEWS)
    found = changes(store, day(1), watch=["Lab"], catalogue=CATALOGUE)
    assert [(each.what, each.headline) for each in found.ties] == [
        ("moved", "Mem supplies Acme (RAM): actual, reported → actual, stated"),
        ("new", "Forge supplies Newco (RAM): actual, stated"),
        ("new", "Bolt develops Mind: actual, stated"),
        ("new", "Mem invests in Lab: negotiating, reported"),
    ]
    moved = found.ties[0]
    assert (moved.share_before, moved.share) == ((0.0, 1.0), (0.7, 0.7))
    assert [found.evidence[claim].date for claim in moved.claims] == ["2026-01-03"], "only what is new is cited"
    assert [each.party.name for each in found.parties] == ["Bolt", "Forge", "Mind", "Newco"]
    assert [(row.kind, row.over.name) for row in found.conflicts] == [("owner", "Mind")]
    assert found.heard_again == 1
    (answer,) = [each for each in found.answers if each.to.name == "Mem"]
    assert answer.before[1] == pytest.approx(0.6)
    assert answer.before != answer.after == pytest.approx((0.28, 0.42))
    assert {found.evidence[claim].subject for claim in answer.claims} == {"Mem", "Acme"}
    assert (
        found.headline
        == "After 2026-01-02, up to 2026-01-03: 3 new ties, 1 tie moved, 4 new names, 1 new conflict, 1 answer moved"
    )


def test_nothing_changes_between_a_day_and_itself_and_a_gained_supplier_is_named() -> None:
    store = filled(*NEWS)
    same = changes(store, day(2), day(2), watch=["Lab"], catalogue=CATALOGUE)
    assert (same.ties, same.parties, same.conflicts, same.answers, same.closed) == ((), (), (), (), ())
    assert same.headline.endswith("nothing changed")
    first = changes(store, day(-1), day(0), watch=["Lab"], catalogue=CATALOGUE)
    assert [each.headline for each in first.answers] == [
        "Lab is now known to depend on Acme",
        "Lab is now known to depend on Mem",
    ]


def test_a_deal_that_goes_silent_is_told_once() -> None:
    store = filled(*TALKS)
    assert [each.tie for each in changes(store, day(20), day(40)).lapsed] == ["Mem invests in Lab"]
    assert changes(store, day(40), day(60)).lapsed == ()
    assert changes(store, day(5), day(20)).lapsed == ()


@given(st.lists(documents(), min_size=1, max_size=4), st.integers(-1, 7), st.integers(0, 8))
@settings(max_examples=12, deadline=None)
def test_changes_are_those_of_the_two_stores(said: list[Loaded], start: int, length: int) -> None:
    """What changed up to a past day does not depend on what came later; and every difference is told."""
    latest = {each.document.name: each for each in said}
    since, until = day(start), day(start + length)
    store = filled(*latest.values())
    past = filled(*(each for each in latest.values() if each.document.date <= until))
    found = changes(store, since, until, watch=["Acme"], catalogue=CATALOGUE)
    assert found == changes(past, since, until, watch=["Acme"], catalogue=CATALOGUE)
    before = {each.iri: each for each in view.relations(store, as_of=since)}
    after = {each.iri: each for each in view.relations(store, as_of=until)}
    told = {each.relation for each in found.ties}
    for name, each in after.items():
        old = before.get(name)
        assert (name in told) is (
            old is None
            or (old.status, old.attribution, old.low, old.high) != (each.status, each.attribution, each.low, each.high)
        )
    tiers = [
        {
            each.party.iri: each.tier
            for each in dependents(store, "Acme", direction="dependencies", as_of=when, catalogue=CATALOGUE).found
        }
        for when in (since, until)
    ]
    for answer in found.answers:
        assert (answer.tier_before, answer.tier) == tuple(tier.get(answer.to.iri) for tier in tiers)


# ------------------------------------------------------------------ the page and the feed

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)> \"' \x1b[2J {{7*7}}"


def hostile() -> Store:
    return filled(
        loaded(
            "h",
            day(1),
            supplies("Mem", "Acme", sentence=HOSTILE, source="https://evil.example/?a=1&b='"),
            supplies("Mem", HOSTILE.replace("\x1b", ""), sentence="x"),
            {"subject": "Bolt", "predicate": "develops", "object": "Mind", "sentence": HOSTILE},
        )
    )


def test_the_page_of_a_day_holds_nothing_that_runs() -> None:
    page = html(day_report(hostile(), day(1), watch=["Acme"], catalogue=CATALOGUE))
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<style>") == page.count("</style>") == 1
    assert 'href="https://evil.example/?a=1&amp;b=&#39;"' in page
    assert "http-equiv" not in page
    assert "src=" not in page.replace("src=x onerror", "")


def test_the_page_says_what_matters_first() -> None:
    page = html(day_report(filled(*NEWS), day(2), catalogue=CATALOGUE))
    order = ["1 supply tie in force"] if "1 supply tie in force" in page else ["2 supply ties in force"]
    order += ["Sources disagree", "Supply <span", "Deals <span", "Products <span", "New names"]
    places = [page.index(each) for each in order]
    assert places == sorted(places)
    assert "Nothing changed that day" in html(day_report(filled(*NEWS), day(9), catalogue=CATALOGUE))


def test_the_feed_is_well_formed_whatever_texts_say_and_the_same_twice() -> None:
    found = changes(hostile(), day(0), day(1), watch=["Acme"], catalogue=CATALOGUE)
    text = atom(found, "https://example.org/feed?a=1&b=2")
    assert text == atom(found, "https://example.org/feed?a=1&b=2")
    feed = ET.fromstring(text)
    entries = feed.findall(f"{{{ATOM}}}entry")
    assert len(entries) == len(found.ties) + len(found.conflicts) + len(found.answers) + len(found.parties)
    marks = [entry.findtext(f"{{{ATOM}}}id") for entry in entries]
    assert len(set(marks)) == len(marks)
    assert all(entry.findtext(f"{{{ATOM}}}updated") == "2026-01-02T00:00:00Z" for entry in entries)
    assert "\x1b" not in text


def test_lines_are_one_change_each() -> None:
    found = changes(filled(*NEWS), day(1), watch=["Lab"], catalogue=CATALOGUE)
    rows = [json.loads(line) for line in lines(found)]
    assert [row["kind"] for row in rows].count("tie") == len(found.ties)
    assert {row["kind"] for row in rows} == {"tie", "party", "conflict", "answer"}
    assert all(row["text"] and row["until"] == "2026-01-03" for row in rows)


# ------------------------------------------------------------------ coverage


def test_coverage_says_what_is_not_known() -> None:
    store = filled(
        loaded(
            "a",
            day(0),
            supplies("Mem", "Acme", share=(0.4, 0.5), source="https://one.example/1"),
            supplies("Forge", "Acme", share=(0.2, 1.0), source="https://two.example/1"),
            {"subject": "Lab", "predicate": "uses", "object": "Omega 2", "source": "https://one.example/2"},
            {"subject": "Lab", "predicate": "uses", "object": "Alpha", "source": "https://one.example/3"},
            {
                "subject": "Bolt",
                "predicate": "constrains",
                "object": "Lab",
                "item": "gas",
                "source": "https://one.example/4",
            },
        ),
        loaded("b", day(100), {"subject": "Lab", "predicate": "raisesFunding", "source": "https://one.example/5"}),
    )
    found = graph_coverage(store)
    assert [(each.component.name, each.wanted_by) for each in found.open_needs] == [
        ("Omega 2", ("Lab",)),
        ("gas", ("Lab",)),
    ]
    need = next(each for each in found.unknown_shares if each.consumer.name == "Acme")
    assert (need.component, need.suppliers, need.known, need.unknown) == (
        "RAM",
        2,
        pytest.approx(0.6),
        pytest.approx(0.4),
    )
    assert (found.sources, found.lone, found.lone_sources) == (2, 1, ("two.example",))
    assert [(each.tie, each.age_days, each.half_life) for each in found.stale] == [
        ("Bolt constrains Lab (gas)", 100, 90)
    ]
    assert {each.party.name for each in found.silent} == {"Acme", "Alpha", "Bolt", "Forge", "Mem", "Omega 2"}
    assert graph_coverage(store, as_of=day(0)).stale == ()


def test_a_maker_that_is_sold_out_needs_nothing() -> None:
    sold_out = says("Bolt", "constrains", "Acme", "gas") | {"object": None}
    short = [says("Forge", "constrains", "Acme", item) for item in ("HBM", "glass", "resist")]
    store = store_of([sold_out, *short, delivers("Mem", "Bolt", "HBM4")])
    found = graph_coverage(store, limit=1)
    assert [(each.component.name, each.wanted_by) for each in found.open_needs] == [("glass", ("Acme",))]
    assert "; 2 needs without a known supplier" in found.headline  # who delivers HBM4 delivers HBM


def test_how_reports_turned_out() -> None:
    def told(subject: str, number: int, status: str, attribution: str, source: str) -> dict[str, Any]:
        return supplies(
            subject,
            "Acme",
            status=status,
            attribution=attribution,
            date=day(number),
            source=f"https://{source}.example/{number}",
        )

    store = filled(
        loaded(
            "a",
            day(90),
            told("Mem", 0, "negotiating", "reported", "leak"),
            told("Mem", 80, "planned", "stated", "firm"),
            told("Forge", 0, "planned", "reported", "leak"),
            told("Forge", 80, "denied", "stated", "firm"),
            told("Bolt", 0, "planned", "reported", "leak"),
            told("Lab", 80, "planned", "reported", "leak"),
            told("Newco", 90, "planned", "reported", "other"),
        )
    )
    records = {each.source: each for each in graph_coverage(store).records}
    leak = records["leak.example"]
    assert (leak.reported, leak.stated, leak.over, leak.lapsed, leak.open) == (4, 1, 1, 1, 1)
    assert records["other.example"].open == 1
    assert "firm.example" not in records, "who states reports nothing"
