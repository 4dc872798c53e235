"""The media types the service speaks, by what is asked: a table of rows, or a graph."""

from __future__ import annotations

from typing import Final

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
N_TRIPLES: Final = "application/n-triples"
N_QUADS: Final = "application/n-quads"
TRIG: Final = "application/trig"
RDF_XML: Final = "application/rdf+xml"
JSON_LD: Final = "application/ld+json"

#: For SELECT and ASK, the preferred first. (CSV and TSV have no form for ASK; see :func:`for_rows`.)
ROWS: Final = (JSON, XML, CSV, TSV)
#: For CONSTRUCT, DESCRIBE and graphs, the preferred first.
GRAPHS: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)
#: Those of them that can hold more than one graph.
DATASETS: Final = (N_QUADS, TRIG, JSON_LD)

#: Other names that clients use.
ALIASES: Final = {
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
    "application/x-turtle": TURTLE,
    "application/turtle": TURTLE,
    "text/plain": N_TRIPLES,
    "application/x-trig": TRIG,
    "text/x-nquads": N_QUADS,
}

#: File name endings, for downloads and for loading files.
SUFFIXES: Final = {
    ".ttl": TURTLE, ".nt": N_TRIPLES, ".nq": N_QUADS, ".trig": TRIG, ".rdf": RDF_XML, ".owl": RDF_XML, ".xml": RDF_XML,
    ".jsonld": JSON_LD, ".json-ld": JSON_LD, ".json": JSON_LD,
}  # fmt: skip


def canonical(media_type: str) -> str:
    """Return a media type without parameters, in lower case, by its usual name.

    >>> canonical("Text/Turtle; charset=utf-8"), canonical("application/json")
    ('text/turtle', 'application/sparql-results+json')
    """
    bare = media_type.partition(";")[0].strip().lower()
    return ALIASES.get(bare, bare)
