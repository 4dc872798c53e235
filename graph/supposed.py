"""The graph under a scenario's claims: some withdrawn, some come true, the rest consolidated anew.

What is left is what a store without the withdrawn claims would hold: an echo counts again once what it echoed is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date as Date
from datetime import timedelta

from graph import view
from graph.assertions import groups, world_of
from graph.components import KIND_OF, need, wordings
from graph.consolidate import OVER, STAGE, Assertion, gather, outlet, relation
from graph.dependency import find
from graph.errors import UnknownNameError
from graph.names import arms, described
from graph.network import Network, built, network
from graph.purposes import kind_of
from graph.scenarios import Step
from graph.store import Store
from ontology import terms
from ontology.catalogue import Catalogue

Meant = Callable[[Assertion], bool]


def supposed(
    store: Store,
    steps: Sequence[Step],
    *,
    level: str,
    as_of: Date | None,
    valid_at: Date | None,
    catalogue: Catalogue | None,
) -> tuple[Network, list[str]]:
    """Return the network under the steps about claims, deals and sources, and how many claims each touched.

    Raises
    ------
    UnknownNameError
        A step names a claim, deal or source that is not there.
    """
    found, decided = groups(store, as_of, valid_at)
    claims = [assertion for group in found.values() for assertion in group.all]
    aside, touched = decided.aside, []
    for step in steps:
        meant = _meant(store, step, catalogue, as_of)
        hit = frozenset(claim.claim for claim in claims if meant(claim))
        if not hit:
            raise UnknownNameError(step.what + (f" -> {step.to}" if step.to else ""), (), step.kind)
        if step.raised:
            later = _day_after(claims)
            claims = [_come_true(each, later) if each.claim in hit else each for each in claims]
            aside -= hit
        else:
            claims = [each for each in claims if each.claim not in hit]
        touched.append(f"{step.text}: {len(hit)} claims")
    left = gather(claims, None, None, aside)
    ledger = view.ledger(left, decided, world_of(store, as_of))
    open_ = {each.iri.removeprefix(terms.CONFLICT) for each in ledger if not each.settled_by}
    marks = {
        name: tuple(each for each in conflicts if each in open_)
        for name, conflicts in network(store, level, as_of, valid_at).disputed.items()
    }
    return built(store, map(relation, left.values()), level, marks, as_of), touched


def _day_after(claims: Sequence[Assertion]) -> str:
    """Return the day after all that was said, so that nothing said before takes back what comes true."""
    last = Date.fromisoformat(max(each.date for each in claims))
    return (last if last == Date.max else last + timedelta(days=1)).isoformat()


def _come_true(claim: Assertion, when: str) -> Assertion:
    status = claim.status if claim.status in OVER else "actual"
    # An event is no sentence, so it is nobody's echo.
    return claim._replace(status=status, attribution="stated", date=when, wording="")


def _meant(store: Store, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> Meant:
    if step.kind == "deal":
        return _deal(store, step, catalogue, as_of)
    if step.kind == "claim":
        wanted = step.what if step.what.startswith("http") else terms.CLAIM + step.what.removeprefix("claim:")
        return lambda claim: claim.claim == wanted
    name, _, mark = step.what.partition("#")
    return _from(name, mark)


def _deal(store: Store, step: Step, catalogue: Catalogue | None, as_of: Date | None) -> Meant:
    """Tell which claims talk of a deal between two, over the component that the step names."""
    left, right = (group(store, name, catalogue, as_of) for name in (step.what, step.to))
    over = _over(store, step.component, catalogue, as_of) if step.component else None

    def meant(claim: Assertion) -> bool:
        ends = (claim.subject in left and claim.object in right) or (claim.subject in right and claim.object in left)
        return ends and claim.status in STAGE and claim.status != "actual" and (over is None or over(claim))

    return meant


def _over(store: Store, component: str, catalogue: Catalogue | None, as_of: Date | None) -> Meant:
    """Tell which claims are about a component, a narrower wording of it, or a kind of products ("AI accelerators")."""
    kind = product_kind(component)
    try:
        wanted = wordings(find(store, component, catalogue, as_of).iri)
    except UnknownNameError as error:
        if not kind:
            raise UnknownNameError(component, error.suggestions, "component") from None
        wanted = frozenset()
    nodes = described(store, as_of)

    def over(claim: Assertion) -> bool:
        item = claim.item or KIND_OF.get(claim.predicate, "")
        of = kind_of(nodes, item)
        name = nodes[item].name if item in nodes else claim.item_name
        what = need(claim.predicate, item, of, name)
        return bool(wanted & {item, what.product, what.organisation}) or of == kind

    return over


def product_kind(name: str) -> str | None:
    """Return the class of products that a name is the name of.

    >>> product_kind("AI accelerators")
    'AiAccelerator'
    """
    return terms.PRODUCT_KINDS.get(name.casefold().replace(" ", "-").removesuffix("s"))


class _from:  # noqa: N801 - a predicate with two fields
    """Tells whether a claim goes back to a document, to one citation in it, or to a web outlet or address.

    A claim that rests on other citations too keeps standing, and so does one with another address.
    """

    def __init__(self, name: str, mark: str) -> None:
        self._name, self._mark = name, mark

    def __call__(self, claim: Assertion) -> bool:
        return bool(claim.origins) and all(self._is(origin) for origin in claim.origins)

    def _is(self, origin: str) -> bool:
        place, _, fragment = origin.partition("#citation-")
        if origin.startswith(terms.DOCUMENT):
            document = place.removeprefix(terms.DOCUMENT)
            same = self._name in {place, document} or document.rsplit("-", 1)[0] == self._name.casefold()
            return same and (not self._mark or self._mark in {fragment, fragment.partition("-")[2]})
        return not self._mark and self._name.casefold() in {origin.casefold(), outlet(origin)}


def group(store: Store, name: str, catalogue: Catalogue | None, as_of: Date | None) -> set[str]:
    """Return the IRIs of a party and its arms."""
    node = find(store, name, catalogue, as_of)
    return {node.iri, *arms(store, node.iri)}
