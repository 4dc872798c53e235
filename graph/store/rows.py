"""Rows of rdflib terms out of any store, for code that wants a few answers and not a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graph.errors import QueryError

if TYPE_CHECKING:
    from rdflib.term import Identifier

    from graph.store.protocol import Store


def select(store: Store, sparql: str) -> list[tuple[Identifier | None, ...]]:
    """Return the rows of a SELECT, each with one term a variable, None where it is unbound.

    Terms are rdflib's; a plain string has no datatype, and lexical forms stay as the store gives them.

    >>> from graph.store import open_store
    >>> store = open_store("memory:")
    >>> store.update('INSERT DATA { id:tsmc rdfs:label "TSMC"@en }')
    >>> select(store, "SELECT ?who ?name ?none { ?who rdfs:label ?name }")
    [(rdflib.term.URIRef('https://w3id.org/nthtier/id/tsmc'), rdflib.term.Literal('TSMC', lang='en'), None)]
    """
    answer = _answer(store, sparql)
    if "results" not in answer:
        raise QueryError("not a SELECT query")
    names = answer["head"]["vars"]
    return [tuple(term_of(row.get(name)) for name in names) for row in answer["results"]["bindings"]]


def ask(store: Store, sparql: str) -> bool:
    """Return the answer of an ASK.

    >>> from graph.store import open_store
    >>> ask(open_store("memory:"), "ASK { ?s ?p ?o }")
    False
    """
    answer = _answer(store, sparql)
    if "boolean" not in answer:
        raise QueryError("not an ASK query")
    return bool(answer["boolean"])


def _answer(store: Store, sparql: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(b"".join(store.query(sparql)))
    return answer


def term_of(found: dict[str, Any] | None) -> Identifier | None:
    """Return the rdflib term that the JSON result format writes so; nothing for nothing.

    >>> term_of({"type": "literal", "value": "1", "datatype": "urn:t"})
    rdflib.term.Literal('1', datatype=rdflib.term.URIRef('urn:t'))
    """
    from rdflib import BNode, Literal, URIRef

    if found is None:
        return None
    kind, value = found["type"], found["value"]
    if kind == "uri":
        return URIRef(value)
    if kind == "bnode":
        return BNode(value)
    if kind == "triple":
        raise QueryError("rdflib has no triple terms; ask for their parts")
    return Literal(value, lang=found.get("xml:lang"), datatype=found.get("datatype"), normalize=False)
