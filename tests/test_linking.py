"""Names in texts: what they stand for, and what a part of them does not stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from loaders.linking import Linker
from ontology.catalogue import DATA, Catalogue

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


def test_what_was_linked_by_other_rules_is_linked_anew(tmp_path: Path) -> None:
    """The mark of documents that are loaded has the catalogue's in it."""
    files = [DATA / "organisations.csv", DATA / "products.csv"]
    fewer = tmp_path / "names.csv"
    fewer.write_text("".join((DATA / "names.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:-1]))
    marks = {Linker(Catalogue(files, rules)).fingerprint for rules in (DATA / "names.csv", fewer)}
    assert len(marks) == 2
    assert Linker(Catalogue(files)).fingerprint in marks
