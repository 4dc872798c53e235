"""The outline of a SPARQL text: what form it has, which prefixes it declares and uses, what it reaches out for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from graph.errors import QuerySyntaxError
from graph.store.tokens import Token, place, tokens

_FORMS: Final = {
    "SELECT": "rows", "ASK": "rows", "CONSTRUCT": "graph", "DESCRIBE": "graph",
    **dict.fromkeys(("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"), "update"),
}  # fmt: skip
#: Keywords that only a name of a graph, or a prefix, follows.
_NAMING: Final = frozenset({"PREFIX", "GRAPH", "FROM", "USING", "NAMED", "INTO", "TO", "WITH", "COPY", "MOVE", "ADD"})
_VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "BNODE", "SERVICE"})
_SCHEME: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_OPEN, _CLOSE = "({[", ")}]"


@dataclass(slots=True)
class Outline:
    """What a SPARQL text looks like from afar.

    Parameters
    ----------
    form
        ``rows``, ``graph``, ``update``, or nothing where no keyword says.
    keyword, start
        The keyword that says so, and where the prologue ends and it begins.
    services, loads, sources
        What SERVICE calls, LOAD loads and FROM names: an absolute IRI where it can be told, else the text.
    graphs
        The same of GRAPH: an IRI, or a variable.
    depth
        How deep brackets nest.
    has_dataset
        Whether FROM, USING or WITH occurs.
    needs_base
        Whether a relative IRI stands there and no BASE before it.
    is_volatile
        Whether it asks for the time or a random value, so that its answer is not the same twice.
    """

    form: str = ""
    keyword: str = ""
    start: int = 0
    declared: dict[str, str] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    services: list[tuple[str, int]] = field(default_factory=list)
    loads: list[tuple[str, int]] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)
    graphs: list[str] = field(default_factory=list)
    depth: int = 0
    has_dataset: bool = False
    needs_base: bool = False
    is_volatile: bool = False


def outline(sparql: str) -> Outline:
    """Read the outline of a query or update.

    >>> seen = outline("PREFIX a: <urn:a:> SELECT * FROM <urn:g> { SERVICE a:b { ?s nt:p ?o } }")
    >>> seen.form, seen.services, seen.sources, sorted(seen.used)
    ('rows', [('urn:a:b', 43)], [('urn:g', 28)], ['a', 'nt'])
    """
    found, base, depth = Outline(), "", 0
    before = Token("mark", "", 0)
    pieces = list(tokens(sparql))
    for at, token in enumerate(pieces):
        keyword = token.keyword
        if token.kind == "broken":
            raise located("a string is not closed", *place(sparql, token.start))
        if token.kind == "mark":
            if token.text in _OPEN:
                depth += 1
                found.depth = max(found.depth, depth)
            elif token.text in _CLOSE:
                depth -= 1
        elif token.kind == "name" and before.keyword != "PREFIX" and not token.text.startswith("_:"):
            found.used.setdefault(token.text.partition(":")[0], token.start)
        elif keyword in _FORMS and not found.form:
            found.form, found.keyword, found.start = _FORMS[keyword], keyword, token.start
        elif keyword == "BASE" and at + 1 < len(pieces):
            base = pieces[at + 1].text[1:-1]
        elif keyword == "PREFIX" and at + 2 < len(pieces) and pieces[at + 2].kind == "iri":
            found.declared[pieces[at + 1].text[:-1]] = _resolve(pieces[at + 2], found.declared, base)
        if reach := _reach(token, before, depth, pieces[at + 1].text if at + 1 < len(pieces) else ""):
            rest = [p for p in pieces[at + 1 : at + 3] if p.keyword not in ("SILENT", "NAMED")] or [token]
            target = token if token.kind == "name" else rest[0]
            getattr(found, reach).append((_resolve(target, found.declared, base), token.start))
        if before.keyword == "GRAPH":
            found.graphs.append(_resolve(token, found.declared, base))
        if keyword in ("FROM", "USING", "WITH"):
            found.has_dataset = True
        # The engine needs no white space before a function's name either: HAVINGRAND().
        if token.kind == "word" and any(name in token.text.upper() for name in _VOLATILE):
            found.is_volatile = True
        if token.kind == "iri" and not base and not _SCHEME.match(token.text):
            found.needs_base = True
        before = token
    return found


def _reach(token: Token, before: Token, depth: int, after: str) -> str:
    """Say what a token makes the engine reach out for, if anything.

    The engine's parser needs no white space after a keyword (``SERVICESILENT<…>``, ``SERVICEa:x {``), so a word that
    holds the keyword counts, and a prefixed name that a parser could read as keyword and name.
    """
    if token.kind == "word":
        upper = token.text.upper()
        if "SERVICE" in upper:
            return "services"
        if "LOAD" in upper:
            return "loads"
        return "sources" if "FROM" in upper else ""
    if token.kind == "name" and before.keyword not in _NAMING:
        upper = token.text.upper()
        if "SERVICE" in upper and after == "{":
            return "services"
        if "LOAD" in upper and depth == 0:
            return "loads"
    return ""


def _resolve(token: Token, declared: dict[str, str], base: str) -> str:
    if token.kind == "iri":
        iri = token.text[1:-1]
        return iri if _SCHEME.match(token.text) else base + iri
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return declared.get(prefix, prefix + ":") + local
    return token.text


def _first(sparql: str) -> Token | None:
    """Return what follows the prologue."""
    rest = iter(tokens(sparql))
    for token in rest:
        if token.keyword not in ("BASE", "PREFIX"):
            return token if token.kind == "word" else None
        for _ in range(1 if token.keyword == "BASE" else 2):
            next(rest, None)
    return None


def located(message: str, line: int, column: int) -> QuerySyntaxError:
    """Return a syntax error whose message begins with its place."""
    return QuerySyntaxError(f"line {line}, column {column}: {message}", line, column)


def explain(sparql: str, error: QuerySyntaxError, known: frozenset[str]) -> QuerySyntaxError:
    """Return a clearer error where the cause is a prefix that nobody declared, or a misspelt first word.

    >>> bad = "SELECT * { ?s foo:p ?o }"
    >>> explain(bad, QuerySyntaxError("expected OPTIONAL"), frozenset({"nt"})).args
    ("line 1, column 15: the prefix 'foo:' is not declared",)
    >>> explain("SELEC * { ?s ?p ?o }", QuerySyntaxError("expected CONSTRUCT"), frozenset()).args
    ("line 1, column 1: 'SELEC' begins neither a query nor an update",)
    """
    seen = outline(sparql)
    if not seen.form and (first := _first(sparql)) is not None:
        return located(f"'{first.text[:40]}' begins neither a query nor an update", *place(sparql, first.start))
    for prefix, start in seen.used.items():
        if prefix not in seen.declared and prefix not in known:
            return located(f"the prefix '{prefix}:' is not declared", *place(sparql, start))
    return error
