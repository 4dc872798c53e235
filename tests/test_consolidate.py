"""What claims add up to: standing, support, shares, two clocks; order never matters, and nothing retires by itself."""

from __future__ import annotations

import random
from datetime import date as Date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import day, documents, loaded
from graph.consolidate import Assertion, Relation, assertions_of, consolidate, outlet
from loaders.claim import Loaded
from ontology import terms

NEVER = 10_000


def said(number: int, status: str, attribution: str = "stated", **more: Any) -> dict[str, Any]:
    """Return the fields of a claim about one tie, on a day."""
    return {
        "subject": "Forge",
        "predicate": "supplies",
        "object": "Acme",
        "item": "gas",
        "status": status,
        "attribution": attribution,
        "date": day(number),
        "sentence": f"{status} {attribution} on {number}",
        **more,
    }


def together(*claims: dict[str, Any], as_of: Date | None = None, valid_at: Date | None = None) -> Relation:
    """Return what claims come to, the same in every order."""
    given = tuple(assertions_of(loaded("x", day(0), *claims).claims))
    found = {consolidate(order, as_of, valid_at) for order in list(permutations(given))[:24]}
    assert len(found) == 1
    (relation,) = found.pop()
    return relation


@pytest.mark.parametrize(
    ("claims", "status", "level"),
    [
        ([said(1, "actual")], "actual", "confirmed"),
        ([said(1, "actual", "reported")], "actual", "reported"),
        ([said(1, "negotiating"), said(2, "considering")], "negotiating", "prospective"),
        ([said(1, "actual"), said(9, "negotiating")], "actual", "confirmed"),  # newer does not retire older
        ([said(1, "actual"), said(2, "ended")], "ended", ""),
        ([said(1, "actual"), said(1, "ended")], "ended", ""),
        ([said(1, "actual"), said(2, "ended", "reported")], "actual", "confirmed"),  # a rumour retires no filing
        ([said(1, "actual", "reported"), said(2, "ended", "reported")], "ended", ""),
        ([said(1, "planned"), said(2, "actual", "reported"), said(3, "denied", "reported")], "planned", "prospective"),
        ([said(1, "actual"), said(2, "ended"), said(3, "actual")], "actual", "confirmed"),
        ([said(1, "actual"), said(2, "ended"), said(3, "actual", "reported")], "ended", ""),  # nor revives what a filing ended
        ([said(1, "denied"), said(2, "negotiating", "reported")], "denied", ""),
        ([said(1, "denied", "reported"), said(2, "negotiating", "reported")], "negotiating", "prospective"),
        ([said(1, "denied"), said(2, "planned"), said(3, "actual", "reported")], "actual", "reported"),
        ([said(2, "denied"), said(1, "ended")], "denied", ""),
    ],
)  # fmt: skip
def test_standing(claims: list[dict[str, Any]], status: str, level: str) -> None:
    relation = together(*claims)
    assert (relation.status, relation.level, len(relation.claims)) == (status, level, len(claims))


def test_an_echo_of_an_old_sentence_revives_nothing() -> None:
    old = said(1, "actual", sentence="Forge supplies gas to Acme.")
    echo = said(5, "actual", sentence="FORGE supplies  gas to Acme", part=2)
    assert together(old, said(3, "ended"), echo).status == "ended"
    assert together(old, said(3, "ended"), said(5, "actual", sentence="Forge supplies gas again.")).status == "actual"


def test_of_one_sentence_read_as_stated_and_as_reported_the_doubt_is_heard() -> None:
    for number in range(8):  # the names of the claims are others each time, and with them their order by name
        words = f"Forge supplies gas {number}."
        both = [said(1, "actual", attribution, sentence=words) for attribution in ("stated", "reported")]
        assert together(*both).level == "reported"


def test_an_echo_of_what_was_set_aside_is_set_aside_with_it() -> None:
    wire = [
        said(1, "actual", source=f"https://{host}/1", sentence="Forge supplies gas.") for host in ("a.com", "b.com")
    ]
    given = tuple(assertions_of(loaded("x", day(0), *wire, said(2, "planned")).claims))
    first = min(a.claim for a in given if a.status == "actual")
    (left,) = consolidate(given, aside=frozenset({first}))
    assert left.status == "planned"


@pytest.mark.parametrize(
    ("claims", "support"),
    [
        ([said(1, "actual")], 1),
        ([said(1, "actual", citations=("16", "53")), said(1, "actual", citations=("16", "53"), start=9, end=9)], 2),
        ([said(1, "actual", citations=("32",)), said(1, "actual", citations=("32",), part=2, sentence="else")], 2),
        ([said(1, "actual", citations=("1",)), said(2, "actual", citations=("2",))], 2),
        ([said(1, "actual", citations=("1",)), said(2, "actual", citations=("2",), sentence="Actual STATED, on 1!")], 1),
        ([said(1, "negotiating", citations=("1",)), said(2, "actual", citations=("2",))], 1),  # those of the standing
        ([said(1, "actual", source="https://www.a.com/1"), said(2, "actual", source="https://m.a.com/2")], 1),
        ([said(1, "actual", source="https://a.com/1"), said(2, "actual", source="https://b.com/1")], 2),
        ([said(1, "actual", source="https://a.com/1", sentence="Wire."), said(2, "actual", source="https://b.com/1", sentence="Wire.")], 1),
        ([said(1, "actual", source="https://a.com/1", extractor="table", sentence="row"), said(2, "actual", source="https://b.com/1", extractor="table", sentence="row")], 2),
        ([said(1, "actual"), said(3, "ended"), said(4, "actual", citations=("1",))], 1),
    ],
)  # fmt: skip
def test_support_counts_independent_origins(claims: list[dict[str, Any]], support: int) -> None:
    assert together(*claims).support == support


@pytest.mark.parametrize(
    ("origin", "counted"),
    [
        ("https://www.example.co.uk/a", "example.co.uk"),
        ("https://asia.nikkei.com:443/a", "nikkei.com"),
        ("https://user:pw@Example.COM./", "example.com"),
        ("http://10.0.0.1/a", "10.0.0.1"),
        ("http://[::1]/a", "::1"),
        ("http://[broken", "http://[broken"),
        ("https://one.substack.com/p/1", "one.substack.com"),
        ("https://localhost/a", "localhost"),
        ("urn:isbn:1", "urn:isbn:1"),
        (f"{terms.DOCUMENT}a#citation-1-32", f"{terms.DOCUMENT}a#citation-1-32"),
    ],
)
def test_an_outlet_is_its_host(origin: str, counted: str) -> None:
    assert outlet(origin) == counted


def test_shares_meet_or_their_hull_is_kept() -> None:
    assert together(said(1, "actual", share=(2 / 3, 1.0)), said(2, "actual", share=(0.7, 0.7))).low == 0.7
    apart = together(said(1, "actual", share=(0.2, 0.3)), said(2, "actual", share=(0.7, 0.7)))
    assert (apart.low, apart.high) == (0.2, 0.7)
    planned = together(said(1, "actual", share=(0.2, 0.3)), said(2, "planned", share=(0.7, 0.7)))
    assert (planned.low, planned.high) == (0.2, 0.3)


def test_the_share_of_what_is_stated_is_kept_apart_from_rumours() -> None:
    stated, rumour = said(1, "actual", share=(0.5, 0.7)), said(2, "actual", "reported", share=(0.7, 0.7))
    for claims, share, apart in (
        ([said(1, "actual"), rumour], (0.7, 0.7), (0.0, 1.0)),
        ([stated, rumour], (0.7, 0.7), (0.5, 0.7)),
        ([stated, said(2, "actual", "reported", share=(0.2, 0.2))], (0.2, 0.7), (0.5, 0.7)),
        ([stated, said(2, "actual", "reported")], (0.5, 0.7), None),
        ([rumour], (0.7, 0.7), None),
        ([said(1, "planned"), said(2, "planned", "reported", share=(0.7, 0.7))], (0.7, 0.7), None),
    ):
        relation = together(*claims)
        assert ((relation.low, relation.high), relation.stated_share) == (share, apart)


def test_two_clocks() -> None:
    claims = (said(1, "negotiating"), said(5, "actual", valid_from=day(10), valid_until=day(20)))
    assert together(*claims, as_of=day(4)).status == "negotiating"
    assert together(*claims, valid_at=day(9)).status == "negotiating"
    assert together(*claims, valid_at=day(20)).status == "actual"
    assert together(*claims, as_of=day(4), valid_at=day(20)).status == "negotiating"


def test_what_ended_held_before() -> None:
    claims = (said(1, "actual", valid_from=day(-700)), said(5, "ended"))
    assert [together(*claims, valid_at=day(n)).status for n in (-500, 4, 5, 30)] == [
        "actual",
        "actual",
        "ended",
        "ended",
    ]
    dated = (said(1, "actual", valid_from=day(-700)), said(5, "ended", valid_from=day(-100)))
    assert [together(*dated, valid_at=day(n)).status for n in (-101, -100)] == ["actual", "ended"]
    assert together(*claims[:1], said(5, "denied"), valid_at=day(-500)).status == "denied"


def test_a_deal_is_one_thread_whatever_it_is_called() -> None:
    deal = {"subject": "Mem", "predicate": "investsIn", "object": "Lab"}
    said_ = loaded(
        "x", day(0), {**deal, "item": "USD 30 billion", "status": "negotiating"}, {**deal, "status": "considering"}
    )
    (relation,) = consolidate(assertions_of(said_.claims))
    assert (relation.status, len(relation.claims)) == ("negotiating", 2)


def test_a_symmetric_tie_is_one_either_way_round() -> None:
    said_ = loaded(
        "x",
        day(0),
        {"subject": "Mem", "predicate": "partnersWith", "object": "Lab"},
        {"subject": "Lab", "predicate": "partnersWith", "object": "Mem", "sentence": "The other way."},
    )
    (relation,) = consolidate(assertions_of(said_.claims))
    assert len(relation.claims) == 2


@given(st.lists(documents(), max_size=4), st.randoms(use_true_random=False), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_order_and_repetition_change_nothing_and_a_day_is_the_claims_up_to_it(
    given: list[Loaded], shuffle: random.Random, number: int
) -> None:
    claims = [each for one in given for each in assertions_of(one.claims)]
    expected = consolidate(claims)
    shuffled = [*claims, *claims[:3]]
    shuffle.shuffle(shuffled)
    assert consolidate(shuffled) == expected
    until = day(number)
    assert consolidate(claims, as_of=until) == consolidate(each for each in claims if each.date <= until.isoformat())


def _random_claim(draw: random.Random, number: int) -> Assertion:
    predicate = draw.choice(terms.PREDICATES)
    subject, object_ = (f"{terms.ID}{name}" for name in draw.sample("abcdef", 2))
    object_ = "" if predicate in terms.WITHOUT_OBJECT else object_
    item = draw.choice(["", "", f"{terms.ID}x", f"{terms.ID}y"])
    low = draw.choice([None, None, 0.5, 1.0])
    return Assertion(
        f"{terms.CLAIM}{number}", terms.relation_iri(subject, predicate, object_, item), subject, predicate, object_, item,
        "", draw.choice(terms.STATUSES), draw.choice(terms.ATTRIBUTIONS), low, low, day(draw.randrange(60)).isoformat(),
        origins=(f"https://{draw.choice('pqrs')}.com/",), wording=draw.choice(["", "w1", "w2"]),
    )  # fmt: skip


def test_an_unrelated_claim_changes_no_other_relation() -> None:
    """Ten thousand random cases: a store of up to twenty claims and one more; none of the others is retired or moved."""
    draw, retired, moved = random.Random(20260128), 0, 0
    for _ in range(NEVER):
        claims = [_random_claim(draw, number) for number in range(draw.randrange(1, 20))]
        one_more = _random_claim(draw, 99)
        before = {each.iri: each for each in consolidate(claims)}
        after = {each.iri: each for each in consolidate([*claims, one_more])}
        before.pop(one_more.relation, None)
        retired += sum(name not in after or bool(each.level) > bool(after[name].level) for name, each in before.items())
        moved += sum(after.get(name) != each for name, each in before.items())
    assert (retired, moved) == (0, 0)


def test_the_last_day_of_a_tie_is_the_last_before_its_end() -> None:
    claims = (said(1, "actual", valid_from=day(-700)), said(5, "ended", valid_until=day(-100)))
    assert [together(*claims, valid_at=day(n)).status for n in (-100, -99, 30)] == ["actual", "ended", "ended"]


def test_of_one_sentence_the_doubt_is_heard_however_many_print_it() -> None:
    both = [
        said(1, "actual", "stated", sentence="Forge supplies gas.", citations=("1", "2")),
        said(1, "actual", "reported", sentence="Forge supplies gas.", citations=("1",)),
    ]
    assert together(*both).level == "reported"
