"""The media types the service speaks, by what is asked: a table of rows, or a graph."""

from __future__ import annotations

from collections.abc import Sequence
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

#: Other names that clients use for them.
OTHER_NAMES: Final = {
    JSON: ("application/json",),
    XML: ("application/xml", "text/xml"),
    RDF_XML: ("application/xml", "text/xml"),
    JSON_LD: ("application/json",),
    TURTLE: ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"),
    N_TRIPLES: ("text/plain",),
    TRIG: ("application/x-trig",),
    N_QUADS: ("text/x-nquads",),
}

#: File name endings, for downloads and for loading files.
SUFFIXES: Final = {
    ".ttl": TURTLE, ".nt": N_TRIPLES, ".nq": N_QUADS, ".trig": TRIG, ".rdf": RDF_XML, ".owl": RDF_XML, ".xml": RDF_XML,
    ".jsonld": JSON_LD, ".json-ld": JSON_LD, ".json": JSON_LD,
}  # fmt: skip


def bare(media_type: str) -> str:
    """Return a media type without parameters, in lower case.

    >>> bare("Text/Turtle; charset=utf-8")
    'text/turtle'
    """
    return media_type.partition(";")[0].strip().lower()


def known(media_type: str, offers: Sequence[str]) -> str | None:
    """Return which of the offers a media type means, None if none.

    >>> known("application/xml", GRAPHS), known("application/xml", ROWS), known("image/png", ROWS)
    ('application/rdf+xml', 'application/sparql-results+xml', None)
    """
    wanted = bare(media_type)
    if wanted in offers:
        return wanted
    return next((offer for offer in offers if wanted in OTHER_NAMES.get(offer, ())), None)
