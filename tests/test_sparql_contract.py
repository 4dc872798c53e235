"""Schemathesis over the SPARQL routes of the OpenAPI document: no server error, no broken contract.

``NTHTIER_CASES`` says how many cases: the suite runs some hundreds, ``make contract`` two thousand.
"""

from __future__ import annotations

import os

import hypothesis
import schemathesis
from schemathesis import checks

from graph.store import media, open_store
from store_servers import TOKEN, app_over

CASES = int(os.environ.get("NTHTIER_CASES", "240"))
_TEXTS = ("application/sparql-query", "application/sparql-update", *media.GRAPHS)


@schemathesis.serializer(*_TEXTS)
def as_text(_: object, value: object) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def _document() -> schemathesis.BaseSchema:
    store = open_store("memory:")
    store.update("INSERT DATA { id:tsmc nt:supplies id:nvidia . GRAPH <urn:g> { id:tsmc rdfs:label 'TSMC' } }")
    return schemathesis.openapi.from_asgi("/openapi.json", app_over(store))


schema = _document()


@schema.parametrize()
@hypothesis.settings(
    max_examples=CASES // 7 + 1, deadline=None, suppress_health_check=list(hypothesis.HealthCheck), derandomize=True
)
def test_every_answer_keeps_the_contract(case: schemathesis.Case) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {TOKEN}"},
        # A text that fits the document need not be SPARQL, or Turtle: that it is refused is no fault.
        excluded_checks=[checks.positive_data_acceptance],
    )
