"""SPARQL as tokens: enough to know keywords from what only looks like them in strings, IRIs, comments and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ESCAPE: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_TOKEN: Final = re.compile(
    rf"""
      (?P<space>\s+|\#[^\r\n]*)
    | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_ESCAPE})*>)
    | (?P<string>'''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''|\"\"\"(?:"{{0,2}}(?:[^"\\]|\\.))*+\"\"\"
        |'(?!'')(?:[^'\\\r\n]|\\.)*+'|"(?!"")(?:[^"\\\r\n]|\\.)*+")
    | (?P<broken>["'].*)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?:_|[^\W\d_](?:[\w.·-]{{0,200}}[\w·-])?)?
        :(?:[\w:·-]|\.+(?=[\w:%\\·-])|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])*+)
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a SPARQL text: kind, text and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The text in upper case if this may be a keyword, else nothing."""
        return self.text.upper() if self.kind == "word" else ""


def tokens(sparql: str) -> Iterator[Token]:
    """Yield the tokens of a SPARQL text, without white space and comments.

    It never fails: what is no SPARQL comes out as single marks, and the engine's parser says what is wrong. An
    unterminated string is one token of kind ``broken``, to the end of the text.

    >>> [token.text for token in tokens('ASK { ?a <urn:p> "LOAD" } # SERVICE')]
    ['ASK', '{', '?a', '<urn:p>', '"LOAD"', '}']
    """
    for match in _TOKEN.finditer(sparql):
        if match.lastgroup != "space":
            yield Token(match.lastgroup or "", match[0], match.start())


def place(sparql: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of an offset.

    >>> place("ASK {\\n  ?s }", 8)
    (2, 3)
    """
    return sparql.count("\n", 0, offset) + 1, offset - sparql.rfind("\n", 0, offset)


def unescape(text: str) -> str:
    r"""Return a text with its ``\\u`` escapes read, as SPARQL does before anything else.

    >>> unescape("\\u0053ERVICE")
    'SERVICE'
    """

    def character(match: re.Match[str]) -> str:
        point = int(match[0][2:], 16)
        return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else match[0]

    return re.sub(_ESCAPE, character, text) if "\\" in text else text
