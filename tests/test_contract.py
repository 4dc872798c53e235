"""Schemathesis over every route of the OpenAPI document: no server error, no broken contract.

``NTHTIER_CASES`` says how many random cases: the suite runs few, ``make contract`` two thousand, and with them the
three thousand that schemathesis derives from the schemas' borders.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import checks

from graph.api.app import create_app
from graph.api.examples import SAMPLE
from graph.ingest import ingest
from graph.settings import Settings
from graph.store import media, open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from store_servers import TOKEN, serving

LONG = "NTHTIER_CASES" in os.environ
CASES = int(os.environ.get("NTHTIER_CASES", "120"))
_TEXTS = (
    "application/sparql-query",
    "application/sparql-update",
    "application/jsonl",
    "application/x-ndjson",
    "application/rss+xml",
    "application/atom+xml",
    *media.GRAPHS,
)


@schemathesis.serializer(*_TEXTS)
def as_text(_: object, value: object) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


schema = schemathesis.openapi.from_dict(create_app(open_store("memory:"), Settings(token=TOKEN)).openapi())
if not LONG:
    schema.config.phases.update(phases=["examples", "fuzzing"])
OPERATIONS = schema.statistic.operations.total


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Iterator[str]:
    """The service over a few claims in a folder."""
    folder: Path = tmp_path_factory.mktemp("contract")
    table = folder / "suppliers.csv"
    table.write_text(SAMPLE, encoding="utf-8")
    store = open_store(str(folder / "store"))
    ingest(store, load(table, Context(catalogue=catalogue)), catalogue)
    with serving(create_app(store, Settings(token=TOKEN))) as address:
        yield address
    store.close()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@schema.parametrize()
@hypothesis.settings(
    max_examples=CASES // OPERATIONS + 1,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    derandomize=True,
)
def test_every_answer_keeps_the_contract(case: schemathesis.Case, address: str, session: requests.Session) -> None:
    case.call_and_validate(
        base_url=address,
        session=session,
        headers={"Authorization": f"Bearer {TOKEN}"},
        # A text that fits the document need not be SPARQL, or Turtle, or a name: that it is refused is no fault.
        excluded_checks=[checks.positive_data_acceptance],
    )
