"""What if: a scenario applied to the graph, and what is lost because of it.

A scenario changes the graph (claims, deals, shares, cut ties) and sets losses (parties, countries, components). Losses
spread downstream as in Diem, Borsos, Reisch, Kertész, Thurner, *Sci. Rep.* 12:7719 (2022), generalised Leontief: a consumer
produces what its scarcest essential need lets it, all needs in part together as one sum; volumes are unknown, so lost
suppliers count as irreplaceable (``σ = 1``) and shares as intervals. This is ESRI-*like*: bounds on lost capacity, no money.
Loss of demand, which runs upstream, is not counted. :func:`production` is the rule itself where all is known.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date
from typing import Literal, NamedTuple

import numpy as np

from graph.deliveries import Lost, at_home, take
from graph.dependency import find
from graph.errors import UnknownNameError
from graph.needs import Bools, Floats, Ints
from graph.network import Network, network
from graph.places import code_of
from graph.scenarios import Scenario, Step
from graph.sharing import shared
from graph.store import Store
from graph.supposed import group, supposed
from ontology.catalogue import Catalogue

Rule = Literal["generalised", "leontief", "linear"]
_ROUNDS = 10_000


class Shock(NamedTuple):
    """A graph after a scenario: who loses what to begin with, which deliveries are lost, and what each step touched."""

    net: Network
    seed: Floats
    lost: Lost
    touched: tuple[str, ...]


def production(
    supplier: Ints,
    consumer: Ints,
    weight: Floats,
    *,
    component: Ints | None = None,
    essential: Bools | None = None,
    capacity: Floats,
    size: Floats | None = None,
    market: Ints | None = None,
    rule: Rule = "generalised",
    rounds: int = _ROUNDS,
) -> Floats:
    """Return what each firm still produces, as a fraction, when some start below capacity; all shares known.

    Parameters
    ----------
    weight
        Share of the consumer's need for the component that comes over each tie; of all its input, for non-essential ties
        and the linear rule.
    component
        Component of each tie; one for all if left out.
    essential
        Whether each tie's component is essential to its consumer; all, if left out. The linear rule takes none as
        essential, the Leontief rule all.
    capacity
        What each firm can produce at most at the start, ``ψ``.
    size, market
        Output and market of each firm: a lost supplier is replaced by others of its market as far as its share of what is
        still produced there allows, ``σ_j = min(R_j / Σ R_l h_l, 1)``. Left out: irreplaceable.

    >>> ends, two = np.array([0, 1]), np.array([2, 2])
    >>> half = dict(weight=np.array([0.5, 0.5]), capacity=np.array([0.0, 1.0, 1.0]))
    >>> production(ends, two, rule="linear", **half).tolist()
    [0.0, 1.0, 0.5]
    >>> production(ends, two, component=ends, rule="leontief", weight=np.ones(2), capacity=half["capacity"]).tolist()
    [0.0, 1.0, 0.0]

    References
    ----------
    Diem, Borsos, Reisch, Kertész, Thurner, Quantifying firm-level economic systemic risk from nation-wide supply networks,
    Sci. Rep. 12:7719 (2022), equations 6 to 8.
    """
    nodes = len(capacity)
    kind = np.zeros(len(weight), np.int64) if component is None else component.astype(np.int64)
    vital = np.ones(len(weight), dtype=bool) if essential is None else essential
    vital = {"generalised": vital, "leontief": np.ones_like(vital), "linear": np.zeros_like(vital)}[rule]
    _, group = np.unique(np.stack((consumer, np.where(vital, kind, -1))), axis=1, return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    whose = np.zeros(count, np.int64)
    whose[group] = consumer
    h = capacity.astype(np.float64, copy=True)
    for _ in range(rounds):
        replaceable = np.ones(nodes)
        if size is not None and market is not None:
            left = np.bincount(market, size * h)[market]
            replaceable = np.minimum(np.divide(size, left, out=np.ones(nodes), where=left > 0), 1.0)
        lost = np.bincount(group, replaceable[supplier] * weight * (1.0 - h[supplier]), minlength=count)
        after = capacity.astype(np.float64, copy=True)
        np.minimum.at(after, whose, np.clip(1.0 - lost, 0.0, 1.0))
        after = np.minimum(after, h)
        if np.max(h - after, initial=0.0) <= 1e-12:
            return after
        h = after
    return h


def apply(
    store: Store,
    scenario: Scenario,
    *,
    level: str = "reported",
    as_of: Date | None = None,
    valid_at: Date | None = None,
    catalogue: Catalogue | None = None,
) -> Shock:
    """Return the graph after a scenario, with the losses it starts from.

    Raises
    ------
    UnknownNameError
        A step names what the graph does not know, or a claim, deal or share that is not there.
    """
    touched: list[str] = []
    said = [step for step in scenario.steps if step.kind in {"claim", "source", "deal"}]
    net = network(store, level, as_of, valid_at)
    if said:
        net, touched = supposed(store, said, level=level, as_of=as_of, valid_at=valid_at, catalogue=catalogue)
    if given := [step for step in scenario.steps if step.kind == "share"]:
        net, facts = shared(store, net, given, catalogue, as_of)
        touched += facts
    seed, lost = np.zeros(len(net.nodes)), Lost.nothing(net)
    for step in (_as_it_is(store, step, catalogue, as_of) for step in scenario.steps):
        if step.kind in {"party", "country"}:
            nodes = _parties(store, net, step, catalogue, as_of)
            seed[nodes] = 1.0 - (1.0 - seed[nodes]) * (1.0 - step.loss)
            touched.append(f"{step.text}: {', '.join(sorted(net.nodes[n].name for n in nodes)[:12]) or 'no supplier'}")
        elif step.kind in {"component", "ban", "cut"}:
            touched.append(f"{step.text}: {take(store, lost, step, catalogue, as_of)} deliveries")
    return Shock(net, seed, lost, tuple(touched))


def after(shock: Shock) -> Network:
    """Return the graph without what the scenario removes whole: parties that deliver nothing, ties that are cut."""
    net, needs, seed, lost = shock.net, shock.net.needs, shock.seed, shock.lost
    gone = (lost.fact >= 1.0) | (seed[net.supplier] >= 1.0) | (seed[net.consumer] >= 1.0)
    # Who is cut off from a wording but not from a wider one (from HBM4, of HBM) is said to have none of the narrower.
    cut = ((row, needs.facts_of(row)) for row in np.flatnonzero(lost.row >= 1.0).tolist())
    none = [(needs.component[needs.need[row]], facts[~gone[facts]][0]) for row, facts in cut if not gone[facts].all()]
    if not none:
        return net.where(~gone) if gone.any() else net
    component, fact = np.array(none, np.int32).T
    left = net.where(np.concatenate((np.flatnonzero(~gone), fact)))
    own = np.arange(len(left.need)) >= len(left.need) - len(none)
    left.need[own] = component
    left = replace(left, low=np.where(own, 0.0, left.low), high=np.where(own, 0.0, left.high), stated=left.stated | own)
    return left.where(np.lexsort((left.component, left.consumer, left.supplier)))


def _as_it_is(store: Store, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> Step:
    """Return a step as one about what it names: “HBM -30%” is about a component, “Taiwan -100%” about a country."""
    home = code_of(step.what)
    if step.kind == "country" and home:
        return step.model_copy(update={"what": home})
    if step.kind != "party":
        return step
    try:
        node = find(store, step.what, catalogue, as_of)
    except UnknownNameError:
        if not home:
            raise
        return step.model_copy(update={"kind": "country", "what": home})
    return step if node.is_party else step.model_copy(update={"kind": "component"})


def _parties(store: Store, net: Network, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> list[int]:
    if step.kind == "country":
        code = step.what.upper()
        if code not in set(net.country.values()):
            raise UnknownNameError(step.what, tuple(sorted(set(net.country.values()))[:8]), "country")
        return at_home(net, code)
    return sorted(net.index[iri] for iri in group(store, step.what, catalogue, as_of) if iri in net.index)
