"""How far a deal has come and who says so, where words in plain sight say it and the network did not."""

from dataclasses import replace

import pytest

from loaders.extraction.reading import Found
from loaders.extraction.stance import settled
from loaders.extraction.windows import Window


def found(text: str, subject: str, predicate: str, object_: str | None, trigger: str) -> Found:
    """What a network that knows neither stages nor hearsay would find."""
    at = text.index(trigger)
    return Found(
        0.9, subject, "organisation", predicate, object_, "organisation" if object_ else "",
        None, "actual", "stated", None, None, None, (at, at + len(trigger)),
    )  # fmt: skip


def after(text: str, *said: str | None) -> tuple[str, str]:
    """Status and attribution of a relation in a text of one sentence."""
    one = settled(found(text, *said), Window(text, (0,), ((0, len(text)),), 0))  # type: ignore[arg-type]
    return one.status, one.attribution


SON = (
    "SoftBank's Masayoshi Son is reportedly negotiating an additional $30 billion investment in OpenAI, bringing the total "
    "closer to $100 billion, following SoftBank's decision to liquidate its NVIDIA holdings."
)


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        (SON, ("SoftBank", "investsIn", "OpenAI", "liquidate"), ("negotiating", "reported")),
        (SON, ("SoftBank", "divestsFrom", "NVIDIA", "liquidate"), ("actual", "stated")),
        ("Meta is in early talks to buy TPUs from Google.", ("Google", "supplies", "Meta", "buy"), ("negotiating", "stated")),
        ("Nvidia is considering Intel's 18A.", ("Intel", "fabricatesFor", "Nvidia", "18A"), ("considering", "stated")),
        ("Dell is negotiating with Samsung, having bought from Molicel.", ("Molicel", "supplies", "Dell", "bought"), ("actual", "stated")),
        ("Alibaba, in talks with China Unicom, has its PPU.", ("Alibaba", "develops", "PPU", "has its"), ("actual", "stated")),
        ("People familiar say Apple cuts 300 jobs.", ("Apple", "cutsWorkforce", None, "cuts"), ("actual", "reported")),
        ("Apple is said to cut 300 jobs.", ("Apple", "cutsWorkforce", None, "cut"), ("actual", "reported")),
        ("Meta buys from Arista, which is said to lose Oracle.", ("Arista", "supplies", "Meta", "buys from"), ("actual", "stated")),
    ],
)  # fmt: skip
def test_stage_and_hearsay(text: str, said: tuple[str, str, str | None, str], expected: tuple[str, str]) -> None:
    assert after(text, *said) == expected


def test_what_the_network_says_of_a_stage_stays() -> None:
    text = "Meta is in talks to buy TPUs from Google."
    one = replace(found(text, "Google", "supplies", "Meta", "buy"), status="denied")
    assert settled(one, Window(text, (0,), ((0, len(text)),), 0)).status == "denied"


@pytest.mark.parametrize(
    ("before", "expected"), [("planned", "denied"), ("negotiating", "denied"), ("actual", "actual")]
)
def test_a_denial_takes_back_what_is_not_there_yet(before: str, expected: str) -> None:
    text = "SK hynix denied a report that it would license its base die to Intel."
    one = replace(found(text, "SK hynix", "licensesTo", "Intel", "license"), status=before)
    assert settled(one, Window(text, (0,), ((0, len(text)),), 0)).status == expected
