"""What the embedded stores need of pyoxigraph: its forms, its errors made ours, parsing and serialising."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Final, TypeVar, cast

import pyoxigraph as ox

from graph.errors import QueryError, QuerySyntaxError, RdfSyntaxError, StoreError, StoreLockedError
from graph.store import media
from graph.store.change import n_quads
from graph.store.outline import explain, located, outline
from graph.store.protocol import Quad
from graph.store.tokens import place
from graph.store.xml_entities import without_bombs
from ontology.terms import PREFIXES

ROWS: Final = {
    media.JSON: ox.QueryResultsFormat.JSON,
    media.XML: ox.QueryResultsFormat.XML,
    media.CSV: ox.QueryResultsFormat.CSV,
    media.TSV: ox.QueryResultsFormat.TSV,
}
GRAPHS: Final = {
    media.TURTLE: ox.RdfFormat.TURTLE,
    media.N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    media.N_QUADS: ox.RdfFormat.N_QUADS,
    media.TRIG: ox.RdfFormat.TRIG,
    media.RDF_XML: ox.RdfFormat.RDF_XML,
    media.JSON_LD: ox.RdfFormat.JSON_LD,
}
Form = TypeVar("Form")
GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


def parse(source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> Iterator[Quad]:
    """Yield the quads of a serialised graph or dataset; no file or address that it names is read.

    Triples go to ``graph`` (a plain IRI; None: the default graph).

    >>> import io
    >>> list(parse(io.BytesIO(b'<urn:s> <urn:p> "o"@en .'), "text/turtle", graph="urn:g"))
    [('<urn:s>', '<urn:p>', '"o"@en', '<urn:g>')]

    Raises
    ------
    RdfSyntaxError
    """
    target, form = f"<{graph}>" if graph else "", form_of(media_type)
    if form == ox.RdfFormat.RDF_XML:
        source = without_bombs(source)
    try:
        for quad in ox.parse(source, form, base_iri=base):
            name = target if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
            yield str(quad.subject), str(quad.predicate), str(quad.object), name
    except SyntaxError as error:
        found = syntax_error(str(error))
        raise RdfSyntaxError(str(found), found.line, found.column) from None


def convert(source: bytes, media_type: str, to: str) -> bytes:
    r"""Return a serialised graph in another form.

    >>> convert(b"<urn:s> <urn:p> 1 .", "text/turtle", "application/n-triples")
    b'<urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    """
    triples = (quad.triple for quad in ox.parse(source, form_of(media_type)))
    return ox.serialize(triples, format=form_of(to), prefixes=PREFIXES) or b""


def serialize(quads: Iterable[Quad], media_type: str, *, flat: bool = False) -> Callable[[IO[bytes]], None]:
    """Return a function that writes quads to a file object, without their graphs if ``flat``."""
    form, lines = form_of(media_type), Lines(n_quads(quads))

    def push(out: IO[bytes]) -> None:
        found = ox.parse(cast("IO[bytes]", lines), ox.RdfFormat.N_QUADS)
        ox.serialize((quad.triple for quad in found) if flat else found, out, form, prefixes=PREFIXES)

    return push


def form_of(media_type: str) -> ox.RdfFormat:
    """Return the engine's form for a media type of graphs."""
    form = GRAPHS.get(media.known(media_type, media.GRAPHS) or "")
    if form is None:
        raise StoreError(f"can't read or write {media_type}; it must be one of {', '.join(GRAPHS)}")
    return form


class EngineFailure(StoreError):
    """The engine could not read or write its files."""


class Lines:
    """A file object that reads from an iterator of lines."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._rest = lines, b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        parts, total = [self._rest], len(self._rest)
        while size < 0 or total < size:
            if (line := next(self._lines, None)) is None:
                break
            parts.append(line.encode())
            total += len(parts[-1])
        whole = b"".join(parts)
        self._rest = b"" if size < 0 else whole[size:]
        return whole if size < 0 else whole[:size]


def named_node(iri: str) -> ox.NamedNode:
    """Return an absolute IRI as the engine's term."""
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryError(f"not an absolute IRI: {iri!r}") from error


def fitting(forms: dict[str, Form], media_type: str, asked: str) -> Form:
    """Return the form for a media type, which must be one for what was asked."""
    if media_type in forms:
        return forms[media_type]
    raise QueryError(f"the query asks for {asked}, which {media_type} can't hold")


def check_syntax(update: str) -> None:
    """Raise the syntax error of an update if it has one.

    The engine offers no parser to call alone: it parses the whole, and then fails at the second step.
    """
    start = outline(update).start
    steps = "CREATE GRAPH <urn:x> ; CREATE GRAPH <urn:x> ; "
    try:
        with translated(update):
            ox.Store().update(update[:start] + steps + update[start:], prefixes=PREFIXES)
    except QuerySyntaxError as error:
        line, _ = place(update, start)
        if error.line == line and error.column and error.column > len(steps):
            message = str(error).partition(": ")[2]
            raise located(message, line, error.column - len(steps)) from None
        raise
    except StoreError:
        return


@contextlib.contextmanager
def translated(sparql: str = "") -> Iterator[None]:
    """Turn the engine's errors into ours."""
    try:
        yield
    except SyntaxError as error:
        raise explain(sparql, syntax_error(str(error)), frozenset(PREFIXES)) from None
    except OSError as error:
        if "lock" in str(error).lower():
            raise StoreLockedError(
                "another process writes to this store; stop it, ask its service by URL, or open the store for reading"
            ) from None
        raise EngineFailure(str(error)) from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(str(error)) from error


_PLACE: Final = re.compile(r"(?:parser )?(?:error )?at (?:line )?(\d+)(?::| column )(\d+):?\s*", re.IGNORECASE)


def syntax_error(message: str) -> QuerySyntaxError:
    """Read line and column out of the engine's message, and leave out its lists of characters."""
    plain = re.sub(r",? *\['[^\]]*\](?:\n\|[^\]]*\])*|,? *\[_\]", "", message)
    plain = re.sub(r"\s+", " ", plain).strip()
    if (found := _PLACE.search(plain)) is None:
        return QuerySyntaxError(plain)
    rest = plain[found.end() :].removesuffix("expected").strip() or "the text ends too early or goes on wrongly"
    return located(rest, int(found[1]), int(found[2]))
