"""N-Quads terms: IRIs and literals as text, the form that every store takes and gives."""

from __future__ import annotations

import math
import re
from datetime import date as Date
from decimal import Decimal

from graph.errors import StoreError
from ontology.terms import XSD

_BAD_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\ud800-\udfff]")
#: What the canonical form of N-Quads writes with a backslash, so that engines give back what they took.
_ESCAPES = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_ESCAPED = re.compile(r'[\x00-\x1f\x7f\ufffe\uffff"\\]')
_UNESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\b": "\b", "\\f": "\f", "\\'": "'"}
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([\w-]+))?', re.DOTALL)


def iri(value: str) -> str:
    """Return an IRI as an N-Quads term.

    >>> iri("https://example.org/a")
    '<https://example.org/a>'
    """
    if not value or _BAD_IRI.search(value):
        raise StoreError(f"not an IRI: {value[:100]!r}")
    return f"<{value}>"


def literal(value: str, datatype: str = "", language: str = "") -> str:
    r"""Return a text as an N-Quads literal.

    >>> print(literal('He said "no"'), literal("2026-01-28", XSD + "date"))
    "He said \"no\"" "2026-01-28"^^<http://www.w3.org/2001/XMLSchema#date>
    """
    escaped = _ESCAPED.sub(lambda match: _ESCAPES[match.group()], value)
    suffix = f"@{language}" if language else f"^^<{datatype}>" if datatype else ""
    return f'"{escaped}"{suffix}'


def number(value: float) -> str:
    """Return a number as an ``xsd:decimal`` in canonical form, which engines keep as it is; no digit is lost.

    >>> number(1.0), number(0.667), number(3e10)
    ('"1"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"0.667"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"30000000000"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    """
    if not math.isfinite(value):
        raise StoreError(f"not a number that RDF's decimals can say: {value}")
    text = format(Decimal(repr(float(value))), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return literal("0" if text == "-0" else text, XSD + "decimal")


def integer(value: int) -> str:
    """Return a whole number as an ``xsd:integer``."""
    return literal(str(value), XSD + "integer")


def day(value: Date) -> str:
    """Return a date as an ``xsd:date``."""
    return literal(value.isoformat(), XSD + "date")


def terms_of(line: str) -> tuple[str, str, str]:
    """Return subject, predicate and object of a line of N-Triples.

    >>> terms_of('<urn:a> <urn:b> "c d" .')
    ('<urn:a>', '<urn:b>', '"c d"')
    """
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest.rstrip().removesuffix(".").rstrip()


def text_of(term: str) -> str:
    r"""Return what an N-Quads term says: the IRI, or the literal's text.

    >>> text_of('"a\\n\\u00e9"@en'), text_of("<urn:x>")
    ('a\né', 'urn:x')
    """
    if term.startswith("<"):
        return term[1:-1]
    match = _LITERAL.fullmatch(term)
    if match is None:
        raise StoreError(f"not an N-Quads term: {term[:100]!r}")
    return re.sub(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", _unescape, match.group(1), flags=re.DOTALL)


def _unescape(match: re.Match[str]) -> str:
    escape = match.group()
    return chr(int(escape[2:], 16)) if escape[1] in "uU" else _UNESCAPES[escape]
