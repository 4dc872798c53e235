"""The ontology's prefixes, for servers that do not know them."""

from __future__ import annotations

from graph.store.outline import outline
from ontology.terms import PREFIXES


def with_prefixes(sparql: str) -> str:
    """Return a text with the ontology's prefixes declared where it uses them without declaring them.

    They go on the first line, so that the server's errors still name the right line.

    >>> with_prefixes("ASK { ?s nt:supplies ?o }")
    'PREFIX nt: <https://w3id.org/nthtier/ns#> ASK { ?s nt:supplies ?o }'
    >>> with_prefixes("PREFIX nt: <urn:mine> ASK { ?s nt:supplies ?o }")
    'PREFIX nt: <urn:mine> ASK { ?s nt:supplies ?o }'
    """
    seen = outline(sparql)
    missing = [prefix for prefix in seen.used if prefix in PREFIXES and prefix not in seen.declared]
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + sparql
