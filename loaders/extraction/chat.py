"""A client of OpenAI-compatible servers: one request, one JSON answer of a given schema, within limits.

Whatever is asked leaves this machine for the address in the settings; nothing here is called unless one is set.
Redirects are not followed, so the key goes nowhere else; proxies are not used.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ontology.errors import NthtierError


class ChatError(NthtierError):
    """A model server that can't be asked or did not answer as agreed; the message says why, never the key."""


@dataclass(frozen=True)
class Chat:
    """A model on a server, by the address of its API (``http://localhost:11434/v1``), its name and a key.

    Parameters
    ----------
    timeout
        Seconds that one answer may take as a whole.
    longest
        Bytes that a request, and an answer, may have.

    >>> Chat("http://localhost:11434/v1", "qwen3").where
    'localhost:11434'
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    longest: int = 2**20
    options: Mapping[str, Any] = field(default_factory=lambda: {"temperature": 0})

    @property
    def where(self) -> str:
        """Host and port that texts are sent to."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any], name: str = "answer") -> Any:
        """Return the model's answer as JSON; that it fits ``schema`` was asked for, and is for the caller to check.

        Raises
        ------
        ChatError
            No whole answer in time, a status other than 200, or an answer that is not JSON.
        """
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": text}]
        wanted = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
        asked = {"model": self.model, "messages": messages, "response_format": wanted, **self.options}
        body = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
        if len(body) > self.longest:
            raise ChatError(f"{self.where}: the request would have {len(body):,} bytes; {self.longest:,} is the limit")
        try:
            return _content(self._post(body))
        except (OSError, http.client.HTTPException) as error:
            raise ChatError(f"{self.where}: {_reason(error)}") from None
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise ChatError(f"{self.where}: not the answer that was asked for ({_reason(error)})") from None

    def _post(self, body: bytes) -> bytes:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ChatError(f"a model server has an address like http://localhost:11434/v1, not {self.url[:200]!r}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                parts.hostname, port, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        if self.key:
            if not self.key.isprintable() or not self.key.isascii() or self.key != self.key.strip():
                raise ChatError(
                    f"{self.where}: the key has spaces around it, a line break or another letter that no key has"
                )
            headers["Authorization"] = f"Bearer {self.key}"
        with contextlib.closing(connection), _Deadline(self.timeout) as deadline:
            connection.connect()
            deadline.watch(connection.sock)
            connection.request("POST", f"{parts.path.rstrip('/')}/chat/completions", body, headers)
            answer = connection.getresponse()
            said = answer.read(self.longest + 1)
        if answer.status != 200:
            reason = " ".join(said[:300].decode("utf-8", "replace").split())
            reason = reason.replace(self.key, "…") if self.key else reason
            raise ChatError(f"{self.where}: the server says {answer.status} {reason}")
        if len(said) > self.longest:
            raise ChatError(f"{self.where}: an answer of more than {self.longest:,} bytes")
        return said


def _content(body: bytes) -> Any:
    choice = json.loads(body)["choices"][0]
    if choice.get("finish_reason") == "length":
        raise ValueError("it broke off, being too long")
    if choice["message"].get("refusal"):
        raise ValueError("the model refused")
    content = choice["message"]["content"]
    return json.loads(content.strip().removeprefix("```json").removeprefix("```").removesuffix("```"))


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return " ".join(str(error).split())[:200] or type(error).__name__


class _Deadline:
    """Ends a connection that takes too long as a whole, however often it sends a byte."""

    def __init__(self, seconds: float) -> None:
        self._over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.check()

    def watch(self, connected: socket.socket | None) -> None:
        """Watch a connection's socket."""
        self._socket = connected
        self.check()

    def check(self) -> None:
        """Raise if time is over."""
        if self._over:
            raise TimeoutError

    def _end(self) -> None:
        self._over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
