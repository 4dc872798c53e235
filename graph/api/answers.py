"""Sending results: whole where small, streamed where large, packed where the client takes it, not at all where it has them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Final

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from graph.api.negotiation import takes_gzip

#: Any page may read, none gets credentials sent along: what can be written needs a token in a header.
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, WWW-Authenticate",
}
_WORTH_PACKING: Final = 1024


def etag(*parts: object) -> str:
    """Return a weak entity tag for an answer made of these parts.

    >>> etag("version", "ASK {}") == etag("version", "ASK {}") != etag("other", "ASK {}")
    True
    """
    return 'W/"' + hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:24] + '"'


def send(request: Request, produce: Callable[[], Iterator[bytes]], media_type: str, tag: str | None = None) -> Response:
    """Return the answer to a GET, HEAD or POST.

    Parameters
    ----------
    produce
        Begins the result; not called when the client has it already.
    tag
        Entity tag, None for what must not be kept.
    """
    headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-cache" if tag else "no-store"}
    if tag:
        headers["ETag"] = tag
    if tag and request.method in ("GET", "HEAD") and tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = media_type + ("; charset=utf-8" if media_type.startswith("text/") else "")
    pieces = produce()
    first, second = next(pieces, b""), next(pieces, None)
    packs = takes_gzip(request.headers.get("accept-encoding")) and len(first) >= _WORTH_PACKING
    if packs:
        headers["Content-Encoding"] = "gzip"
    if second is None:
        whole = b"".join(_packed(iter([first]))) if packs else first
        headers["Content-Length"] = str(len(whole))
        return Response(b"" if request.method == "HEAD" else whole, headers=headers)
    stream = _then(first, second, pieces)
    if request.method == "HEAD":
        next(stream)
        stream.close()
        return StreamingResponse(iter(()), headers=headers)
    return StreamingResponse(_packed(stream) if packs else stream, headers=headers)


def _then(first: bytes, second: bytes, rest: Iterator[bytes]) -> Generator[bytes, None, None]:
    try:
        yield first
        yield second
        yield from rest
    finally:
        if (close := getattr(rest, "close", None)) is not None:
            close()


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(4, zlib.DEFLATED, 31)
    try:
        for piece in pieces:
            if packed := packer.compress(piece):
                yield packed
        yield packer.flush()
    finally:
        if (close := getattr(pieces, "close", None)) is not None:
            close()


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
