"""A document's graph held against the SHACL shapes before it is stored.

The shapes are the contract. pySHACL takes some 15 ms a claim, so claims are first checked field by field, which is a
thousand times faster; only what fails there goes to pySHACL, for its word and its messages. A test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from graph.errors import ValidationError
from graph.store import Quad
from loaders.claim import Claim, Loaded
from ontology import terms
from ontology.terms import NT

if TYPE_CHECKING:
    from rdflib import Graph

_SHOWN = 3


def validate(quads: Sequence[Quad], loaded: Loaded) -> None:
    """Check one document's quads.

    Raises
    ------
    ValidationError
        Names the document and, for the first faults, the sentence and what is wrong with the claim.
    """
    if sound(loaded):
        return
    import pyshacl  # half a second, seldom needed
    from rdflib import Graph
    from rdflib.namespace import SH

    data = Graph()
    data.parse(data="\n".join(f"{s} {p} {o} ." for s, p, o, _ in quads), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none", advanced=False)
    if conforms:
        return
    faults = sorted({_fault(report, result, loaded) for result in report.objects(None, SH.result)})
    more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
    raise ValidationError(f"{loaded.document.name}: {'; '.join(faults[:_SHOWN])}{more}")


def sound(loaded: Loaded) -> bool:
    """Tell whether a document and its claims keep to the shapes, field by field."""
    document = loaded.document
    return bool(document.name.strip() and document.loader) and all(
        claim.document == document.iri and _sound(claim) for claim in loaded.claims
    )


def _sound(claim: Claim) -> bool:
    names = [claim.subject.text, claim.sentence, *(each.text for each in (claim.object, claim.item) if each)]
    amount = claim.amount
    return (
        all(name.strip() for name in names)
        and claim.predicate in terms.PREDICATES
        and claim.status in terms.STATUSES
        and claim.attribution in terms.ATTRIBUTIONS
        and (claim.predicate not in terms.WITHOUT_OBJECT if claim.object else claim.predicate in terms.OBJECT_OPTIONAL)
        and (claim.share is None or 0 <= claim.share[0] <= claim.share[1] <= 1)
        and (claim.change is None or _ordered(*claim.change))
        and (amount is None or (_ordered(amount.low, amount.high) and min(amount.low or 0, amount.high or 0) >= 0))
        and (amount is None or amount.currency is None or re.fullmatch(r"[A-Z]{3}", amount.currency) is not None)
        and (claim.confidence is None or 0 <= claim.confidence <= 1)
        and (claim.valid_from is None or claim.valid_until is None or claim.valid_from <= claim.valid_until)
        and claim.part >= 1
        and 0 <= claim.start <= claim.end
        and all(re.fullmatch(r"\S+", mark) for mark in claim.citations)
    )


def _ordered(low: float | None, high: float | None) -> bool:
    return low is None or high is None or low <= high


@cache
def _shapes() -> Graph:
    from rdflib import Graph

    graph = Graph()
    graph.parse(data=files("ontology").joinpath("shapes.ttl").read_text(encoding="utf-8"), format="turtle")
    return graph


def _fault(report: Graph, result: object, loaded: Loaded) -> str:
    from rdflib import URIRef
    from rdflib.namespace import SH
    from rdflib.term import Node

    assert isinstance(result, Node)
    node = report.value(result, SH.focusNode)
    message = str(report.value(result, SH.resultMessage) or "breaks a shape")
    path = report.value(result, SH.resultPath)
    claim = next((each for each in loaded.claims if URIRef(each.id) == node), None)
    name = str(path).removeprefix(NT) if path is not None else ""
    where = (
        f"line {claim.start}"
        if claim and claim.extractor == "table"
        else f"“{claim.sentence[:60]}”"
        if claim
        else str(node)
    )
    return f"{where}: {name + ': ' if name else ''}{message}"
