"""RDF/XML that blows up: entities within entities grow without bound when the engine expands them."""

from __future__ import annotations

import io
import re
from typing import IO, Final, cast

from graph.errors import RdfSyntaxError

#: Room for the address of a namespace, which is what entities are for in RDF/XML.
_LONGEST: Final = 500
_DECLARED: Final = re.compile(rb"<!ENTITY\s+(?P<name>[^\s%\"'<>]+)\s+(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')")


def without_bombs(source: IO[bytes]) -> IO[bytes]:
    """Return the source, whose reading fails if its entities are more than short names for namespaces.

    >>> fine = b'<!DOCTYPE r [<!ENTITY owl "http://www.w3.org/2002/07/owl#">]><r/>'
    >>> without_bombs(io.BytesIO(fine)).read() == fine
    True
    >>> without_bombs(io.BytesIO(b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r/>')).read()
    Traceback (most recent call last):
    graph.errors.RdfSyntaxError: the entity b is built of others; write it out
    """
    return cast("IO[bytes]", _Watched(source))


class _Watched(io.RawIOBase):
    """Hands over a piece once it has seen that no entity in it, or begun in the one before, does harm."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._tail = source, b""

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        seen = self._tail + piece
        at = seen.find(b"<!ENTITY")
        while at >= 0:
            self._check(seen[at : at + 2 * _LONGEST], complete=not piece or len(seen) - at >= 2 * _LONGEST)
            at = seen.find(b"<!ENTITY", at + 1)
        self._tail = seen[-2 * _LONGEST :]
        return piece

    def _check(self, text: bytes, *, complete: bool) -> None:
        found = _DECLARED.match(text)
        if found is None:
            if complete or b">" in text:
                raise RdfSyntaxError(
                    f"an entity is longer than {_LONGEST} bytes or comes from elsewhere, which is not read"
                )
            return
        name, value = found["name"].decode("utf-8", "replace"), found["double"] or found["single"] or b""
        if b"&" in value or b"%" in value:
            raise RdfSyntaxError(f"the entity {name} is built of others; write it out")
        if len(value) > _LONGEST:
            raise RdfSyntaxError(f"the entity {name} is longer than {_LONGEST} bytes")
