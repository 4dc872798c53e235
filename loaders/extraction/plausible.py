"""Whether a claim that the network found can be what its sentence says: names, their kinds, and where they stand.

The network was trained on a few thousand texts; what the catalogue and the contract know for certain is not left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from loaders.claim import Claim, Mention
from ontology import terms
from ontology.catalogue import Catalogue

#: Below this confidence a claim may not contradict the catalogue's word on who develops a product.
_SURE = 0.75
_DESCRIPTION = re.compile(r"[-‑](?:native|based|driven|powered|ready|grade|class|enabled|like)$", re.IGNORECASE)
_MEASURE = re.compile(r"(?:FP|BF|TF|INT|MXFP|NVFP)\d{1,2}|v?\d+(?:\.\d+)*|Q[1-4]|H[12]|FY\d+", re.IGNORECASE)
_ACTS_ALONE = frozenset(
    {
        *terms.SUPPLY,
        *terms.CAPITAL,
        "develops",
        "expandsCapacity",
        "raisesFunding",
        "cutsWorkforce",
        "changesLeadership",
    }
)


def implausible(claim: Claim, catalogue: Catalogue) -> str:
    """Return why a claim can't stand, ``""`` where it can.

    >>> from datetime import date
    >>> one = Claim("d", date(2026, 1, 28), Mention("TSMC", "s"), "develops", Mention("yield", "o"), "TSMC's yield rose.")
    >>> implausible(one, Catalogue.bundled())
    '“yield” is no name'
    """
    return next(filter(None, (rule(claim, catalogue) for rule in _RULES)), "")


def _names_are_names(claim: Claim, _: Catalogue) -> str:
    return next((f"“{each.text}” is no name" for each in _ends(claim) if not _is_name(each.text)), "")


def _is_name(text: str) -> bool:
    proper = any(letter.isupper() or letter.isdigit() or letter >= "\u2e80" for letter in text)
    return proper and not _DESCRIPTION.search(text) and not _MEASURE.fullmatch(text)


def _ends_differ(claim: Claim, _: Catalogue) -> str:
    """A product is not part of its own longer name."""
    if claim.object is None:
        return ""
    if claim.subject.iri == claim.object.iri:
        return f"“{claim.subject.text}” and “{claim.object.text}” are the same"
    subject, object_ = (re.sub(r"\W+", " ", each.text).casefold().strip() for each in (claim.subject, claim.object))
    within = f" {object_} " in f" {subject} " or f" {subject} " in f" {object_} "
    return f"one of “{claim.subject.text}” and “{claim.object.text}” is within the other" if within else ""


def _kinds_fit(claim: Claim, catalogue: Catalogue) -> str:
    """A product does not act, nobody develops a party, and the catalogue's developer is contradicted only by firm words."""
    subject = catalogue.entry(claim.subject.iri)
    object_ = catalogue.entry(claim.object.iri) if claim.object else None
    if subject is not None and subject.is_product and claim.predicate in _ACTS_ALONE:
        return f"{subject.name} is a product, which does not act"
    if claim.predicate in terms.CAPITAL and subject is not None and object_ is not None:
        maker = catalogue.developer(object_) if object_.is_product else None
        return f"{object_.name} is {subject.name}'s own" if maker is not None and maker.iri == subject.iri else ""
    if claim.predicate not in {"develops", "uses"} or object_ is None:
        return ""
    if not object_.is_product:
        return "" if claim.predicate == "uses" else f"{object_.name} is a party, which nobody develops"
    known = catalogue.developer(object_)
    if claim.predicate == "develops" and known is not None and subject is not None and known.iri != subject.iri:
        akin = subject.parent == known.id or known.parent == subject.id
        firm = akin or (claim.confidence or 1.0) >= _SURE
        return "" if firm else f"{object_.name} is known to be {known.name}'s, and these words are not firm enough"
    return ""


def _a_party_is_named(claim: Claim, _: Catalogue) -> str:
    """One party may stand in a sentence around the claim's, not both."""
    absent = [each for each in _ends(claim) if each.text not in claim.sentence]
    return "the sentence names neither of the two" if len(absent) > 1 else ""


def _ends(claim: Claim) -> list[Mention]:
    return [claim.subject, *([claim.object] if claim.object else [])]


_RULES: tuple[Callable[[Claim, Catalogue], str], ...] = (
    _names_are_names,
    _ends_differ,
    _kinds_fit,
    _a_party_is_named,
)
