"""From a :class:`Change` to the one SPARQL update that makes it, all or nothing, on any server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

from graph.errors import StoreError
from graph.store.protocol import Change, Quad

_IRI: Final = r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>"
_LITERAL: Final = (
    r"\"(?:[^\"\\\n\r]|\\[tbnrf\"'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*\""
    rf"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^{_IRI})?"
)
_NODE: Final = r"_:\w(?:[\w.-]*[\w-])?"

# A change names few predicates and graphs, and says all of one subject in a row.
_is_iri: Final = lru_cache(1024)(re.compile(_IRI).fullmatch)
_is_subject: Final = lru_cache(1024)(re.compile(f"{_IRI}|{_NODE}").fullmatch)
_is_object: Final = re.compile(f"{_IRI}|{_LITERAL}|{_NODE}").fullmatch


def n_quads(quads: Iterable[Quad]) -> Iterator[str]:
    """Yield each quad as a line of N-Quads, its terms checked.

    >>> list(n_quads([("<urn:s>", "<urn:p>", '"text"@en', "")]))
    ['<urn:s> <urn:p> "text"@en  .\\n']
    """
    for quad in quads:
        s, p, o, g = _checked(quad)
        yield f"{s} {p} {o} {g} .\n"


def update_text(change: Change, default: str | None = None, *, blank_data: bool = True) -> str:
    """Return the SPARQL update that makes a change.

    Parameters
    ----------
    default
        A named graph (a plain IRI) that stands in for the default graph, on servers whose own is the union of all.
    blank_data
        Whether the server takes blank nodes in INSERT DATA, as it should.

    >>> print(update_text(Change(drop=("<urn:g>",), add=(("<urn:s>", "<urn:p>", "<urn:o>", "<urn:g>"),))))
    DROP SILENT GRAPH <urn:g> ;
    INSERT DATA {
    GRAPH <urn:g> {
    <urn:s> <urn:p> <urn:o> .
    }
    }

    Raises
    ------
    StoreError
        A term that is no N-Quads term, so that nothing but data can get into the update.
    """
    stand_in = graph_name(default) if default else ""
    steps = [
        f"DROP SILENT GRAPH {graph_name(name)}"
        if name
        else f"DROP SILENT {'GRAPH ' if stand_in else ''}{stand_in or 'DEFAULT'}"
        for name in change.drop
    ]
    steps += [f"CREATE SILENT GRAPH {graph_name(name)}" for name in change.create]
    if change.remove:
        if blank := next((quad for quad in change.remove if any(term.startswith("_:") for term in quad)), None):
            raise StoreError(f"a blank node has no name to remove it by: {' '.join(blank)}")
        steps.append("DELETE DATA {\n" + "".join(_data(change.remove, stand_in)) + "}")
    if change.add:
        plain = blank_data or not any(quad[0].startswith("_:") or quad[2].startswith("_:") for quad in change.add)
        data = "".join(_data(change.add, stand_in))
        steps.append(f"INSERT DATA {{\n{data}}}" if plain else f"INSERT {{\n{data}}} WHERE {{}}")
    return " ;\n".join(steps)


def _data(quads: Iterable[Quad], default: str) -> Iterator[str]:
    for graph, members in groupby(quads, key=lambda quad: quad[3]):
        name = graph_name(graph) if graph else default
        if name:
            yield f"GRAPH {name} {{\n"
        for quad in members:
            s, p, o, _ = _checked(quad)
            yield f"{s} {p} {o} .\n"
        if name:
            yield "}\n"


def _checked(quad: Quad) -> Quad:
    s, p, o, g = quad
    if _is_subject(s) and _is_iri(p) and _is_object(o) and (not g or _is_subject(g)):
        return quad
    raise StoreError(f"not a quad of N-Quads terms: {quad!r}")


def graph_name(name: str) -> str:
    """Return the name of a graph, given with or without brackets, as it is written in SPARQL.

    >>> graph_name("urn:g"), graph_name("<urn:g>")
    ('<urn:g>', '<urn:g>')
    """
    written = name if name.startswith("<") else f"<{name}>"
    if _is_iri(written) and re.match(r"<[A-Za-z][A-Za-z0-9+.-]*:", written):
        return written
    raise StoreError(f"not the name of a graph, write <iri>: {name!r}")
