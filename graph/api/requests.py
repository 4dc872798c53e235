"""Reading requests of the SPARQL protocols: bodies with a limit, parameters once, tokens in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from email.parser import BytesParser
from email.policy import HTTP
from typing import IO, Any
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from graph.api.answers import CORS
from graph.api.problems import of_error, problem
from graph.errors import StoreError


class Refused(Exception):
    """A request that can't be served; carries the answer."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        super().__init__(answer.status_code)


class ProtocolRoute(APIRoute):
    """A route whose errors become problem documents, and whose answers any web page may read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def handle_with_problems(request: Request) -> Response:
            try:
                answer = await handle(request)
            except Refused as refused:
                answer = refused.answer
            except StoreError as error:
                answer = of_error(error)
            answer.headers.update(CORS)
            return answer

        return handle_with_problems


def body_reader(limit: int) -> Callable[[Request], AsyncIterator[IO[bytes]]]:
    """Return a dependency that gives the body as a file, on disk where it is large."""

    async def body(request: Request) -> AsyncIterator[IO[bytes]]:
        with tempfile.SpooledTemporaryFile(max_size=2**20) as file:
            total = 0
            async for piece in request.stream():
                if (total := total + len(piece)) > limit:
                    raise Refused(problem(413, f"the body is larger than the limit of {limit} bytes"))
                file.write(piece)
            file.seek(0)
            yield file

    return body


def text_of(body: IO[bytes]) -> str:
    """Return a body as text, which must be UTF-8."""
    try:
        return body.read().decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(problem(400, "the body is not UTF-8")) from None


def content_type(request: Request) -> tuple[str, str]:
    """Return media type and character set of the body, in lower case."""
    bare, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return bare.strip().lower(), charset


def parts(request: Request, body: IO[bytes]) -> list[tuple[str, bytes]]:
    """Return the parts of a multipart body, each with its media type."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + body.read())
    if not message.is_multipart():
        raise Refused(problem(400, "the multipart body has no parts"))
    found = []
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            found.append((part.get_content_type(), content))
    return found


def fields(text: str) -> list[tuple[str, str]]:
    """Return the fields of a query string or form, decoded once, as UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise Refused(problem(400, "the parameters are not UTF-8")) from None


def single(found: list[tuple[str, str]], name: str) -> str | None:
    """Return the value of a field that may stand there once."""
    values = [value for key, value in found if key == name]
    if len(values) > 1:
        raise Refused(problem(400, f"'{name}' is given {len(values)} times"))
    return values[0] if values else None


def require_token(request: Request, token: str | None) -> None:
    """Refuse a request to write that does not carry the token, as Bearer or as a Basic password."""
    if not token:
        raise Refused(
            problem(403, "this service only reads; start it with a token (NTHTIER_TOKEN) to let clients write")
        )
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    elif scheme.lower() != "bearer":
        given = ""
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        challenge = {"WWW-Authenticate": 'Bearer realm="nthtier"'}
        raise Refused(problem(401, "writing needs the token, as 'Authorization: Bearer …'", headers=challenge))
