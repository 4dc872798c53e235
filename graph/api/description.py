"""The SPARQL 1.1 Service Description: what the service is and can do, as a graph."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from graph.store import media
from graph.store.oxigraph import convert

_FORMATS: Final = {
    media.JSON: "SPARQL_Results_JSON", media.XML: "SPARQL_Results_XML", media.CSV: "SPARQL_Results_CSV",
    media.TSV: "SPARQL_Results_TSV", media.TURTLE: "Turtle", media.N_TRIPLES: "N-Triples", media.RDF_XML: "RDF_XML",
    media.N_QUADS: "N-Quads", media.TRIG: "TriG", media.JSON_LD: "JSON-LD",
}  # fmt: skip


def describe(request: Request, media_type: str, writable: bool) -> bytes:
    """Return the description in a form of choice."""
    query, update = str(request.url_for("sparql_query")), str(request.url_for("sparql_update"))
    forms = ", ".join(f"<http://www.w3.org/ns/formats/{name}>" for name in _FORMATS.values())
    inputs = ", ".join(f"<http://www.w3.org/ns/formats/{_FORMATS[kind]}>" for kind in media.GRAPHS)
    write = (
        f"""
        [] a sd:Service ; sd:endpoint <{update}> ; sd:supportedLanguage sd:SPARQL11Update ; sd:inputFormat {inputs} ;
            sd:defaultDataset <{query}#dataset> ."""
        if writable
        else ""
    )
    turtle = f"""
        @prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        <{query}#service> a sd:Service ;
            dcterms:title "nthtier" ;
            sd:endpoint <{query}> ;
            sd:supportedLanguage sd:SPARQL10Query, sd:SPARQL11Query ;
            sd:feature sd:EmptyGraphs ;
            sd:resultFormat {forms} ;
            sd:defaultDataset <{query}#dataset> .
        <{query}#dataset> a sd:Dataset ;
            dcterms:description "The default graph is the consolidated view; each document has its named graph." ;
            sd:defaultGraph [ a sd:Graph ] .{write}
    """
    return convert(turtle.encode(), media.TURTLE, media_type)
