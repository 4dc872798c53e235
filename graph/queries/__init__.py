"""SPARQL queries, one question a file, and how they are run."""

from __future__ import annotations

import csv
import io
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
    reader = csv.reader(io.StringIO(table, newline=""))
    next(reader)
    return list(reader)


def values(variable: str, iris: Iterable[str]) -> str:
    """Return a VALUES block that binds a variable to IRIs.

    >>> values("x", ["urn:a", "urn:b"])
    'VALUES ?x { <urn:a> <urn:b> }'
    """
    return f"VALUES ?{variable} {{ {' '.join(iri(each) for each in iris)} }}"
