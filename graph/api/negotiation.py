"""Content negotiation: which of the forms on offer a client likes best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.store import media

#: Ways in which ``?format=`` and clients name a form. What JSON or XML is depends on whether rows or a graph are asked for.
SHORT: Final = {
    "json": "application/json", "xml": "application/xml", "csv": media.CSV, "tsv": media.TSV,
    "turtle": media.TURTLE, "ttl": media.TURTLE, "n3": media.TURTLE, "nt": media.N_TRIPLES, "ntriples": media.N_TRIPLES,
    "nq": media.N_QUADS, "nquads": media.N_QUADS, "trig": media.TRIG, "rdf": media.RDF_XML, "rdf+xml": media.RDF_XML,
    "jsonld": media.JSON_LD, "json-ld": media.JSON_LD,
}  # fmt: skip


def asked_for(fields: Sequence[tuple[str, str]]) -> str | None:
    """Return what the parameters ``format`` and ``output`` ask for, as an Accept header would; None if nothing.

    Clients give both, or one of them twice, as a short name and as a media type.

    >>> asked_for([("query", "ASK {}"), ("format", "tsv"), ("format", "text/tab-separated-values")])
    'text/tab-separated-values, text/tab-separated-values'
    """
    names = [value.lower() for wanted in ("format", "output") for key, value in fields if key == wanted and value]
    return ", ".join(SHORT.get(name, name) for name in names) or None


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the offer that an Accept header likes best, the first one among equals; None if it likes none.

    >>> choose("text/turtle;q=0.5, application/ld+json", ["text/turtle", "application/ld+json"])
    'application/ld+json'
    >>> choose("*/*;q=0.1, text/turtle;q=0", ["text/turtle", "application/n-triples"])
    'application/n-triples'
    >>> choose("image/png", ["text/turtle"]) is None
    True
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best, best_quality = None, 0.0
    for offer in offers:
        fits = [(_match(wanted, offer), quality) for wanted, quality in ranges]
        closest, quality = max(fits, default=(0, 0.0))
        if closest and quality > best_quality:
            best, best_quality = offer, quality
    return best


def takes_gzip(accept_encoding: str | None) -> bool:
    """Say whether an Accept-Encoding header takes gzip.

    >>> takes_gzip("br, gzip;q=0.8"), takes_gzip("gzip;q=0"), takes_gzip("*")
    (True, False, True)
    """
    found = dict(_range(part) for part in (accept_encoding or "").split(",") if part.strip())
    return found.get("gzip", found.get("*", 0.0)) > 0


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return name.lower(), quality


def _match(wanted: str, offer: str) -> int:
    """Return how closely a range fits an offer, 0 for not at all."""
    if wanted == offer:
        return 4
    if wanted in media.OTHER_NAMES.get(offer, ()):
        return 3
    if wanted == offer.partition("/")[0] + "/*":
        return 2
    return 1 if wanted in ("*/*", "*") else 0
