"""How concentrated supply is, on graphs small enough to say what the bounds must be."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.concentration import concentration, grouped
from graph.coverage import graph_coverage
from graph.whatif import whatif
from told import CATALOGUE, says, supplies, told


def test_a_need_and_what_its_parts_need_are_two_of_one_name() -> None:
    """Acme buys HBM4, which needs tape: what is in it says nothing of who delivers it."""
    bought = [supplies("Mem", "Acme", "HBM4", 0.6), supplies("Mem2", "Acme", "HBM4", 0.4)]
    plain, taped = told(bought), told([*bought, supplies("Film", "HBM4", "tape")])
    for store in (plain, taped):
        (change,) = whatif(store, "Mem -100%", catalogue=CATALOGUE).concentration
        assert (change.party.name, change.component) == ("Acme", "HBM4")
        assert (change.before, change.after) == ((5_200.0, 5_200.0), (1_600.0, 5_200.0))

    masked = graph_coverage(told([supplies("Mem", "Acme", "HBM4"), supplies("Film", "HBM4", "tape")]))
    assert {(each.consumer.name, each.component, each.unknown) for each in masked.unknown_shares} == {
        ("Acme", "HBM4", 1.0),
        ("HBM4", "tape", 1.0),
    }
    assert masked.unknown_mass == 1.0


def _indices(component: str, *claims: dict[str, Any]) -> tuple[tuple[float, float], tuple[float, float]]:
    (found,) = concentration(told(list(claims)), component, catalogue=CATALOGUE).found
    return found.hhi, found.hhi_by_country


def test_a_home_that_nobody_knows_may_be_any_country() -> None:
    whole = _indices("wafers", supplies("Nowhere", "Acme", "wafers", 1.0))
    assert whole == ((10_000.0, 10_000.0), (10_000.0, 10_000.0))  # one country, unknown which
    forge = supplies("Forge", "Acme", "wafers", 0.5)
    assert _indices("wafers", forge, supplies("Nowhere", "Acme", "wafers", 0.5))[1] == (5_000.0, 10_000.0)
    most = _indices("wafers", supplies("Forge", "Acme", "wafers", 0.7))
    assert most == ((4_900.0, 5_800.0), (4_900.0, 10_000.0))  # the rest is another firm, and may be of Forge's country


def test_a_product_and_its_maker_are_one_firm() -> None:
    uses = says("Dev", "uses", "Alpha")
    part = _indices("AI accelerators", supplies("Acme", "Dev", "AI accelerators", 0.6), uses)
    assert part == ((3_600.0, 10_000.0), (3_600.0, 10_000.0))
    both = _indices(
        "AI accelerators", supplies("Acme", "Dev", "AI accelerators", 0.6), uses, says("Dev", "uses", "Beta")
    )
    assert both == part


def test_a_scenario_and_the_index_reckon_alike() -> None:
    store = told([supplies("Acme", "Dev", "AI accelerators", 0.6), says("Dev", "uses", "Alpha")])
    (change,) = whatif(store, "Bolt -100%; share Acme -> Dev of AI accelerators 70%", catalogue=CATALOGUE).concentration
    assert (change.before, change.after) == ((3_600.0, 10_000.0), (4_900.0, 10_000.0))


_BOUNDS = st.tuples(st.sampled_from((0.0, 0.1, 0.25)), st.sampled_from((0.0, 0.2, 0.5, 1.0)))


@given(
    st.lists(st.tuples(_BOUNDS, st.sampled_from(("KR", "TW", None))), min_size=1, max_size=4),
    st.booleans(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=100, deadline=None)
def test_the_bounds_over_countries_hold_wherever_the_unknown_is(
    rows: list[tuple[tuple[float, float], str | None]], complete: bool, rng: Random
) -> None:
    low, high = [a for (a, _), _ in rows], [min(1.0, a + b) for (a, b), _ in rows]
    if sum(low) > 1 or (complete and sum(high) < 1):
        return
    least, most = grouped(low, high, [home for _, home in rows], complete=complete, rest_anywhere=True)
    for _ in range(20):
        share, rest = list(low), 1.0 - sum(low)
        for n in rng.sample(range(len(share)), len(share)):
            more = min(rest, high[n] - share[n]) * (1.0 if complete else rng.choice((0.0, 1.0, rng.random())))
            share[n], rest = share[n] + more, rest - more
        total: dict[str, float] = {}
        for part, (_, home) in zip(share, rows, strict=True):
            where = home or rng.choice(("KR", "TW", "JP"))
            total[where] = total.get(where, 0.0) + part
        where = rng.choice(("KR", "TW", "JP"))
        total[where] = total.get(where, 0.0) + rest
        assert least - 1e-4 <= 1e4 * sum(part * part for part in total.values()) <= most + 1e-4


def test_a_share_that_is_known_from_above_alone_is_known() -> None:
    store = told([supplies("Mem", "Acme", "HBM4") | {"share": (0.0, 0.35)}])
    assert concentration(store, catalogue=CATALOGUE).total == 1
