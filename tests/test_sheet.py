"""Answers laid out for people: what no claim gives is unknown, what is worked out has its bounds."""

from __future__ import annotations

from graph.models import Answer, Interval
from graph.sheet import sheet


class _Part(Answer):
    share: Interval


class _Row(Answer):
    of: _Part
    share_before: Interval
    exposure: Interval


class _Said(Answer):
    share: Interval
    rows: tuple[_Row, ...]


def test_a_share_that_no_claim_gives_is_unknown_and_a_bound_is_a_bound() -> None:
    none = (0.0, 1.0)
    laid_out = sheet(_Said(share=none, rows=(_Row(of=_Part(share=none), share_before=none, exposure=none),)))
    assert [cell.text for _, cell in laid_out.facts] == ["unknown"]
    assert [cell.text for cell in laid_out.tables[0].rows[0]] == ["share unknown", "unknown", "0–100%"]
