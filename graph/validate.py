"""A document's graph held against the SHACL shapes before it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pyshacl
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from graph.errors import ValidationError
from graph.store import Quad
from loaders.claim import Loaded
from ontology.terms import NT

_SHOWN = 3


def validate(quads: Sequence[Quad], loaded: Loaded) -> None:
    """Check one document's quads.

    Raises
    ------
    ValidationError
        Names the document and, for the first faults, the sentence and what is wrong with the claim.
    """
    data = Graph()
    data.parse(data="\n".join(f"{s} {p} {o} ." for s, p, o, _ in quads), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none", advanced=False)
    if conforms:
        return
    faults = sorted({_fault(report, result, loaded) for result in report.objects(None, SH.result)})
    more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
    raise ValidationError(f"{loaded.document.name}: {'; '.join(faults[:_SHOWN])}{more}")


@cache
def _shapes() -> Graph:
    graph = Graph()
    graph.parse(data=files("ontology").joinpath("shapes.ttl").read_text(encoding="utf-8"), format="turtle")
    return graph


def _fault(report: Graph, result: object, loaded: Loaded) -> str:
    node = report.value(result, SH.focusNode)  # type: ignore[arg-type]
    message = str(report.value(result, SH.resultMessage) or "breaks a shape")  # type: ignore[arg-type]
    path = report.value(result, SH.resultPath)  # type: ignore[arg-type]
    claim = next((each for each in loaded.claims if URIRef(each.id) == node), None)
    name = str(path).removeprefix(NT) if path is not None else ""
    where = f"line {claim.start}" if claim and claim.extractor == "table" else f"“{claim.sentence[:60]}”" if claim else str(node)
    return f"{where}: {name + ': ' if name else ''}{message}"
