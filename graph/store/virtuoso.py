"""What Virtuoso 7 does in ways of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from graph.store import media

#: Graphs that a new server has of itself; they are no data.
SYSTEM_GRAPHS: Final = frozenset(
    {"http://www.openlinksw.com/schemas/virtrdf#", "http://www.w3.org/ns/ldp#", "http://localuriqaserver/sparql"}
)


def is_virtuoso(server: str) -> bool:
    """Say whether a Server header is Virtuoso's.

    >>> is_virtuoso("Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu")
    True
    """
    return server.startswith("Virtuoso")


def with_default_graph(update: str, default: str, named: Sequence[str]) -> str:
    """Return an update whose default graph is the graph given; Virtuoso has no other way to say so.

    >>> with_default_graph("INSERT DATA { <urn:s> <urn:p> 1 }", "urn:d", [])
    'define input:default-graph-uri <urn:d> INSERT DATA { <urn:s> <urn:p> 1 }'
    """
    pragmas = [
        f"define input:default-graph-uri <{default}>",
        *(f"define input:named-graph-uri <{iri}>" for iri in named),
    ]
    return " ".join((*pragmas, update))


def ask_answer(rows: bytes, media_type: str) -> bytes:
    """Return the answer of an ASK, which Virtuoso gives as a table of one number.

    >>> ask_answer(b'{"results": {"bindings": [{"__ASK_RETVAL": {"value": "1"}}]}}', "application/sparql-results+json")
    b'{"head":{},"boolean":true}'
    """
    found = json.loads(rows)
    if "boolean" in found:
        yes = bool(found["boolean"])
    else:
        yes = any(row["__ASK_RETVAL"]["value"] != "0" for row in found["results"]["bindings"])
    word = "true" if yes else "false"
    if media_type == media.JSON:
        return f'{{"head":{{}},"boolean":{word}}}'.encode()
    if media_type == media.XML:
        space = 'xmlns="http://www.w3.org/2005/sparql-results#"'
        return f'<?xml version="1.0"?><sparql {space}><head/><boolean>{word}</boolean></sparql>'.encode()
    return word.encode()
