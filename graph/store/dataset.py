"""The protocol's dataset for updates, written into the text, since engines take it no other way."""

from __future__ import annotations

from collections.abc import Sequence

from graph.errors import QueryError
from graph.store.outline import outline
from graph.store.tokens import Token, tokens


def with_dataset(update: str, graphs: Sequence[str], named: Sequence[str]) -> str:
    """Return an update whose WHERE clauses see the graphs given.

    >>> with_dataset("DELETE WHERE { ?s ?p ?o }", ["urn:g"], [])
    'DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }'
    >>> with_dataset("INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", [], ["urn:g"])
    'INSERT { ?s ?p 1 } USING NAMED <urn:g> WHERE { ?s ?p ?o }'

    Raises
    ------
    QueryError
        The update says USING or WITH itself, which the protocol forbids.
    """
    if not graphs and not named:
        return update
    if outline(update).has_dataset:
        raise QueryError("the update names its dataset with USING or WITH, so the request can't name one too")
    clauses = [f"USING <{iri}>" for iri in map(_plain, graphs)] + [f"USING NAMED <{iri}>" for iri in map(_plain, named)]
    using, parts, done = " ".join(clauses), [], 0
    pieces, depth = list(tokens(update)), 0
    for at, token in enumerate(pieces):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth or token.keyword != "WHERE":
            continue
        parts.append(update[done : token.start])
        if at and pieces[at - 1].keyword == "DELETE":
            parts.append(_block(update, pieces[at + 1 :]) + " ")
        parts.append(using + " ")
        done = token.start
    return "".join((*parts, update[done:]))


def _block(update: str, rest: Sequence[Token]) -> str:
    depth = 0
    for token in rest:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0:
            return update[rest[0].start : token.start + 1]
    raise QueryError("a brace is not closed")


def _plain(iri: str) -> str:
    if any(character in '<>"{}|^`\\' or character <= " " for character in iri) or ":" not in iri:
        raise QueryError(f"not an absolute IRI: {iri!r}")
    return iri
