"""Whose item it is that a claim takes from another sentence."""

from __future__ import annotations

from loaders.claim import Sentence
from loaders.extraction.items import rightful
from loaders.extraction.reading import Found
from loaders.extraction.windows import windows

TEXTS = ("Kioxia supplies NAND flash to Apple.", "NVIDIA leaves its packaging to TSMC.", "Glass is scarce.")
WINDOW = windows([Sentence(text, 0, len(text)) for text in TEXTS], len)[0]


def found(subject: str, predicate: str, object_: str, trigger: str, item: str | None) -> Found:
    def place(words: str) -> tuple[int, int]:
        return WINDOW.text.index(words), WINDOW.text.index(words) + len(words)

    return Found(
        0.9, subject, "organisation", predicate, object_, "organisation", place(item) if item else None, "actual",
        "stated", None, None, None, place(trigger),
    )  # fmt: skip


def items(*claims: Found) -> list[str | None]:
    return [WINDOW.text[slice(*each.item)] if each.item else None for each in rightful(claims, WINDOW)]


KIOXIA = found("Kioxia", "supplies", "Apple", "supplies", "NAND flash")


def test_an_item_of_another_pair_stays_with_that_pair() -> None:
    assert items(KIOXIA, found("TSMC", "packagesFor", "NVIDIA", "leaves", "NAND flash")) == ["NAND flash", None]
    assert items(KIOXIA, found("TSMC", "packagesFor", "NVIDIA", "leaves", "packaging")) == ["NAND flash", "packaging"]


def test_an_item_named_before_is_taken_up_by_the_same_party_or_where_nobody_has_it() -> None:
    assert items(KIOXIA, found("Apple", "supplies", "NVIDIA", "leaves", "NAND flash")) == ["NAND flash", "NAND flash"]
    assert items(found("TSMC", "packagesFor", "NVIDIA", "leaves", "NAND flash")) == ["NAND flash"]


def test_an_item_is_not_taken_from_a_later_sentence() -> None:
    assert items(found("TSMC", "packagesFor", "NVIDIA", "leaves", "Glass")) == [None]
