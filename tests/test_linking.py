"""Names in texts: what they stand for, and what a part of them does not stand for."""

from __future__ import annotations

from typing import Literal

import pytest

from loaders.linking import Linker
from ontology.catalogue import Catalogue

ROLES: tuple[Literal["component", "product"], ...] = ("component", "product")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("HBM4 orders", True),
        ("Windows software", True),
        ("Windows Server", False),
        ("WINDOWS SERVER", False),
        ("Windows servers", False),
        ("Cobalt mining", False),
    ],
)
def test_a_name_that_is_ruled_out_is_not_what_its_beginning_is(name: str, known: bool) -> None:
    for role in ROLES:
        assert Linker(Catalogue.bundled()).link(name, role).is_candidate is not known
