"""Whose item it is: a claim may take its item from an earlier sentence, but not one that belongs to another pair there."""

from collections.abc import Sequence
from dataclasses import replace

from loaders.extraction.reading import Found, Span
from loaders.extraction.windows import Window


def rightful(found: Sequence[Found], window: Window) -> list[Found]:
    """Take from claims the items that stand in a later sentence, or in an earlier one as the item of another pair.

    "Kioxia supplies NAND to Apple. NVIDIA leaves its packaging to TSMC.": NAND is nothing that TSMC packages.
    """

    def home(span: Span) -> int:
        return sum(start <= span[0] for start, _ in window.places)

    def of_others(one: Found) -> bool:
        pair = {one.subject, one.object} - {None}
        return any(
            other.item == one.item
            and home(other.trigger) == home(other.item)
            and not pair & {other.subject, other.object}
            for other in found
            if other.item
        )

    return [
        replace(one, item=None)
        if one.item and (home(one.item) > home(one.trigger) or (home(one.item) < home(one.trigger) and of_others(one)))
        else one
        for one in found
    ]
