"""SPARQL queries, one question a file, and how they are run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from graph.nquads import iri
from graph.store import Store
from ontology.terms import PREFIXES

PROLOGUE = "".join(f"PREFIX {prefix}: <{base}>\n" for prefix, base in PREFIXES.items())


@cache
def query(name: str) -> str:
    """Return the text of the query ``name.rq`` with the project's prefixes before it."""
    return PROLOGUE + files(__name__).joinpath(f"{name}.rq").read_text(encoding="utf-8")


def rows(store: Store, sparql: str) -> list[list[str]]:
    """Run a SELECT; return the texts of its rows: an IRI without brackets, a literal's text, ``""`` for unbound."""
    table = b"".join(store.query(sparql, "text/csv")).decode("utf-8")
    columns, *found = csv.reader(io.StringIO(table, newline=""))
    if any(len(row) > len(columns) for row in found):  # an IRI with a comma, which Oxigraph's CSV does not quote
        return exact(store.query(sparql, "application/sparql-results+json"))[1]
    return found


def exact(result: Iterable[bytes]) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows of a JSON result, in which every term stands by itself; slower than CSV.

    >>> exact([b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "urn:a,b"}}]}}'])
    (['x'], [['urn:a,b']])
    """
    answer = json.loads(b"".join(result))
    if "boolean" in answer:
        return ["ask"], [[str(answer["boolean"]).lower()]]
    columns = answer["head"]["vars"]
    bindings = answer["results"]["bindings"]
    return columns, [[row[name]["value"] if name in row else "" for name in columns] for row in bindings]


def values(variable: str, iris: Iterable[str]) -> str:
    """Return a VALUES block that binds a variable to IRIs.

    >>> values("x", ["urn:a", "urn:b"])
    'VALUES ?x { <urn:a> <urn:b> }'
    """
    return f"VALUES ?{variable} {{ {' '.join(iri(each) for each in iris)} }}"
