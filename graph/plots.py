"""Plots for a report: what-if losses as a tornado, concentration with its bounds, exposure over time. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from math import nan
from typing import TYPE_CHECKING

from graph.concentration import Concentration
from graph.exposure import exposure
from graph.store import Store
from graph.whatif import WhatIf
from ontology.catalogue import Catalogue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SURE, _OPEN, _MARK = "#0b5394", "#8fb8de", "#D55E00"


def losses(answer: WhatIf, most: int = 15) -> Axes:
    """Return a tornado of what a scenario costs whom: from the low to the high bound, the default reading marked."""
    shown = answer.losses[:most][::-1]
    axes = _axes(len(shown))
    for place, each in enumerate(shown):
        low, high = each.loss
        axes.barh(place, low, color=_SURE, height=0.62)
        axes.barh(place, high - low, left=low, color=_OPEN, height=0.62)
        axes.plot(each.reading, place, "|", color=_MARK, markersize=14, markeredgewidth=2)
    _finish(axes, [each.party.name for each in shown], answer.title or f"What if {answer.scenario}?", "lost output")
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(_percent)
    return axes


def concentrations(answer: Concentration, most: int = 15) -> Axes:
    """Return the bounds of the Herfindahl-Hirschman index of each need."""
    shown = answer.found[:most][::-1]
    axes = _axes(len(shown))
    for place, each in enumerate(shown):
        low, high = each.hhi
        axes.barh(place, max(high - low, 60), left=low, color=_OPEN, height=0.62)
        axes.plot(low, place, "|", color=_SURE, markersize=14, markeredgewidth=3)
    title = f"Concentration of {answer.component}" if answer.component else "Concentration of supply"
    _finish(
        axes,
        [f"{each.party.name}: {each.component}" for each in shown],
        title,
        "HHI, from the lower to the upper bound",
    )
    axes.axvline(2500, color="grey", linewidth=0.8, linestyle=":")
    axes.set_xlim(0, 10_200)
    return axes


def exposure_over_time(
    store: Store, party: str, to: str, days: Iterable[Date], level: str = "reported", catalogue: Catalogue | None = None
) -> Axes:
    """Return how a party's exposure to another looked on each of some days, as known then; days without a way are gaps."""
    known = sorted(days)
    found = [exposure(store, party, to, as_of=day, catalogue=catalogue) for day in known]
    at = [next(each for each in answer.levels if each.level == level) for answer in found]
    axes, when = _axes(6), [(day - Date(1970, 1, 1)).days for day in known]
    axes.fill_between(
        when,
        [each.exposure[0] if each.exposure else nan for each in at],
        [each.exposure[1] if each.exposure else nan for each in at],
        color=_OPEN,
        step="post",
        label="bounds",
    )
    axes.step(
        when,
        [nan if each.reading is None else each.reading for each in at],
        color=_MARK,
        where="post",
        label="default reading",
    )
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(_percent)
    axes.legend(frameon=False, loc="upper left")
    axes.set_title(f"{found[-1].party.name}’s exposure to {found[-1].to.name}, level {level}", loc="left")
    axes.xaxis_date()
    return axes


def _percent(value: float, _: float) -> str:
    return f"{value:.0%}"


def _axes(rows: int) -> Axes:
    from matplotlib import pyplot  # only reports need it

    _, axes = pyplot.subplots(figsize=(8.5, 1.2 + 0.36 * max(rows, 2)), layout="constrained")
    return axes


def _finish(axes: Axes, names: list[str], title: str, measure: str) -> None:
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names])
    axes.set_title(title.replace("$", r"\$"), loc="left")
    axes.set_xlabel(measure)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
