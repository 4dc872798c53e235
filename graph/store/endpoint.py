"""Speaking HTTP to a SPARQL server: connections kept, safe requests retried, errors made ours."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from graph import errors

_PIECE: Final = 128 * 1024
_TRIES: Final = 3
#: Answers that may be other a moment later.
_PASSING: Final = frozenset({429, 502, 503, 504})
_LONGEST_WAIT: Final = 10.0


class Endpoint:
    """One server.

    Parameters
    ----------
    url
        Where it is; a user and password in it are sent as Basic authentication.
    token
        Sent as Bearer authentication.
    patience
        Seconds to wait for a connection or for the next bytes.
    """

    def __init__(self, url: str, token: str | None = None, patience: float = 60.0) -> None:
        parts = urlsplit(url)
        if not parts.hostname:
            raise errors.StoreError(f"not the URL of a server: {url}")
        self._parts, self._patience = parts, patience
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)
        self._headers = {"User-Agent": "nthtier"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        elif parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()

    @property
    def address(self) -> str:
        """The URL without user and password."""
        parts = self._parts
        return SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "").geturl()

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None = None,
        *,
        safe: bool,
        seconds: float | None = None,
    ) -> Answer:
        """Send a request and return the answer once its head is there.

        Parameters
        ----------
        path
            From the root of the server, with query string.
        safe
            Whether sending it twice does no harm; only then is it retried.

        Raises
        ------
        StoreError, or what the server's problem document stands for
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        for left in reversed(range(_TRIES)):
            connection, fresh = self._take(deadline)
            try:
                connection.request(method, path, body, {**self._headers, **headers})
                response = connection.getresponse()
            except TimeoutError as error:
                connection.close()
                raise errors.QueryTimeoutError(
                    f"{self.address} did not answer within {self._wait(deadline):g} s"
                ) from error
            except (OSError, http.client.HTTPException, ssl.SSLError) as error:
                connection.close()
                # A kept connection may have been closed by the server meanwhile, before it read anything.
                refused = isinstance(error, ConnectionRefusedError | socket.gaierror)
                stale = not fresh and isinstance(error, http.client.RemoteDisconnected | BrokenPipeError)
                if left and (safe or refused or stale):
                    time.sleep(0 if stale else 0.2 * (_TRIES - left))
                    continue
                raise errors.StoreError(f"can't reach {self.address}: {error}") from error
            answer = Answer(response, connection, self._give, deadline)
            if response.status < 400:
                return answer
            found = _error(self.address, response.status, response.headers, answer.text())
            if left and safe and response.status in _PASSING and not isinstance(found, errors.QueryTimeoutError):
                time.sleep(_pause(response.headers.get("Retry-After"), _TRIES - left))
                continue
            raise found
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            _close_all(self._idle)

    def _wait(self, deadline: float | None) -> float:
        return self._patience if deadline is None else min(self._patience, max(deadline - time.monotonic(), 0.01))

    def _take(self, deadline: float | None) -> tuple[http.client.HTTPConnection, bool]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        fresh = connection is None
        if connection is None:
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            connection = kind(self._parts.hostname or "", self._parts.port)
        connection.timeout = self._wait(deadline)
        if connection.sock is not None:
            connection.sock.settimeout(connection.timeout)
        return connection, fresh

    def _give(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.append(connection)


def _close_all(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


class Answer:
    """An answer whose body is still to be read."""

    def __init__(
        self,
        response: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        keep: Callable[[http.client.HTTPConnection], None],
        deadline: float | None,
    ) -> None:
        self._response, self._connection, self._keep, self._deadline = response, connection, keep, deadline
        self.headers = response.headers

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes; closing this early ends the connection."""
        complete = False
        try:
            while piece := self._response.read1(_PIECE):
                yield piece
                if self._deadline is not None and time.monotonic() > self._deadline:
                    raise errors.QueryTimeoutError("stopped: the result did not come within the limit")
            if self._response.length:
                raise http.client.IncompleteRead(b"", self._response.length)
            complete = True
        except TimeoutError as error:
            raise errors.QueryTimeoutError("stopped: the server fell silent") from error
        except (OSError, http.client.HTTPException) as error:
            raise errors.StoreError(f"the server broke off its answer: {error}") from error
        finally:
            if complete and not self._response.will_close:
                self._response.close()
                self._keep(self._connection)
            else:
                self.close()

    def close(self) -> None:
        """Leave the body unread."""
        self._response.close()
        self._connection.close()

    def text(self) -> str:
        """Return the body as text, its beginning if it is long."""
        whole = b""
        for piece in self.pieces():
            whole += piece
            if len(whole) > 2**20:
                break
        return whole.decode("utf-8", "replace")


def _pause(retry_after: str | None, tried: int) -> float:
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), _LONGEST_WAIT)
    return 0.2 * float(2**tried)


def _error(address: str, status: int, headers: Message, text: str) -> errors.StoreError:
    """Return the error that an answer stands for; our own services say which, others only by their status."""
    detail = " ".join(text.split())[:500]
    found: dict[str, Any] = {}
    if "json" in headers.get("Content-Type", ""):
        try:
            found = json.loads(text)
            detail = str(found.get("detail") or found.get("message") or detail)
        except (ValueError, AttributeError):
            found = {}
    named = getattr(errors, f"{found.get('title', '')}Error", None)
    if isinstance(named, type) and issubclass(named, errors.StoreError):
        error = named(detail)
        for name in ("line", "column"):
            if name in found:
                setattr(error, name, found[name])
        return error
    if status in (401, 403):
        return errors.StoreError(
            f"{address} refuses ({status}): {detail}; give a token (NTHTIER_STORE_TOKEN) or user:password@ in the URL"
        )
    if status == 400:
        return errors.QuerySyntaxError(f"{address} does not take it: {detail}")
    if status in (408, 504):
        return errors.QueryTimeoutError(f"{address} stopped it: {detail}")
    if status in (429, 503):
        return errors.StoreBusyError(f"{address} is busy: {detail}")
    return errors.StoreError(f"{address} answered {status}: {detail}")
