"""What a SPARQL text may ask for: no other server, no file, nothing too long or too deep, unless it is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph.errors import QueryRefusedError, QueryTooLongError
from graph.store.outline import Outline, outline
from graph.store.tokens import unescape


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits on a SPARQL text.

    Parameters
    ----------
    services, loads
        What SERVICE may call and LOAD may fetch; nothing else.
    length
        Characters.
    depth
        Brackets within brackets; the engine's parser overflows its stack at some thousands.
    """

    services: frozenset[str] = frozenset()
    loads: frozenset[str] = frozenset()
    length: int | None = None
    depth: int = 200


#: Characters up to which a text is remembered.
_SHORT: Final = 5000
#: No other server, no file; any length.
STRICT: Final = Rules()


def check(sparql: str, rules: Rules) -> Outline:
    """Return the outline of a text that the rules allow.

    >>> check("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }", Rules())
    Traceback (most recent call last):
    graph.errors.QueryRefusedError: SERVICE <http://example.org/> is not allowed here

    Raises
    ------
    QueryRefusedError, QueryTooLongError
    """
    if rules.length is not None and len(sparql) > rules.length:
        raise QueryTooLongError(f"the text has {len(sparql)} characters; the limit is {rules.length}")
    return _remembered(sparql, rules) if len(sparql) <= _SHORT else _check(sparql, rules)


def _check(sparql: str, rules: Rules) -> Outline:
    seen = outline(sparql)
    _refuse(seen, rules)
    # Escapes may spell a keyword in one parser and not in another: neither reading may reach out.
    if (plain := unescape(sparql)) != sparql:
        _refuse(outline(plain), rules)
    return seen


#: Clients ask the same again and again, and a text is looked at by more than one layer.
_remembered = lru_cache(maxsize=512)(_check)


def _refuse(seen: Outline, rules: Rules) -> None:
    if seen.depth > rules.depth:
        raise QueryRefusedError(f"brackets nest {seen.depth} deep; the limit is {rules.depth}")
    for target, _ in seen.services:
        if target not in rules.services:
            raise QueryRefusedError(f"SERVICE <{target}> is not allowed here")
    for target, _ in seen.loads:
        if target in rules.loads or seen.form in ("rows", "graph"):
            continue
        raise QueryRefusedError(f"LOAD <{target}> is not allowed here; send the data itself")
    for target, _ in seen.sources:
        if target[:5].lower() == "file:":
            raise QueryRefusedError(f"FROM <{target}> is not allowed here; no file is read")
