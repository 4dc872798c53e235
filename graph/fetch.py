"""Fetching a feed that the user named: politely, within limits, and never from a private address.

The host's name is resolved once, every address it has is checked, and the connection goes to the address that was checked,
so that a name can't point elsewhere a moment later. Each redirect is checked in the same way. Proxies are not used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import version
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ontology.errors import NthtierError

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Ways to write an IPv4 address in IPv6 for one network alone, and its own addresses of old; not all Pythons know them.
_LOCAL = tuple(ipaddress.ip_network(each) for each in ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "fec0::/10"))
#: What stands in an address as it is; a per cent sign too, since what is quoted already stays so.
_PLAIN = "%/:=&?~#+!$,;'@()*[]"
_PIECE = 65_536


class FetchError(NthtierError):
    """An address that was not fetched; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a fetch may take: seconds for silence, seconds for all, bytes (packed and unpacked), redirects.

    ``private`` are the private networks that may be fetched from all the same.
    """

    silence: float = 20.0
    whole: float = 60.0
    size: int = 32 * 2**20
    redirects: int = 5
    private: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Tell whether an IP address may be fetched from."""
        ip = ipaddress.ip_address(address.split("%")[0])
        return is_public(address) or any(ip in network for network in self.private if network.version == ip.version)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its body (empty where nothing changed), what it says of itself, and how long to wait before asking again."""

    url: str
    body: bytes
    content_type: str = ""
    charset: str = ""
    etag: str = ""
    modified: str = ""
    unchanged: bool = False


class _Refused(Exception):
    """Why an address is not fetched."""


def fetch(url: str, *, etag: str = "", modified: str = "", limits: Limits | None = None) -> Fetched:
    """Return what an address answers, or that nothing changed since an earlier answer.

    Parameters
    ----------
    etag, modified
        What the earlier answer said of itself.

    Raises
    ------
    FetchError
        No answer within the limits, an address that is not allowed, or a status other than 200 and 304.
    """
    limits = limits or Limits()
    at = url
    try:
        with _deadline(limits.whole) as deadline:
            for _ in range(limits.redirects + 1):
                parts = _checked(at)
                with contextlib.closing(_connection(parts, limits, deadline)) as connection:
                    answer = _ask(connection, parts, etag, modified)
                    if answer.status in _REDIRECTS and (target := answer.headers.get("Location")):
                        # A header's bytes come as the letters of Latin 1, whatever script they are in.
                        following = urljoin(at, quote(target, _PLAIN, "latin-1"))
                        if parts.scheme == "https" and not following.startswith("https://"):
                            raise _Refused(f"it leads from https to {following[:200]}")
                        at = following
                        continue
                    fetched = _answered(answer, at, limits)
                    deadline.check()
                    return fetched
            raise _Refused(f"more than {limits.redirects} redirects")
    except _Refused as error:
        raise FetchError(f"{_where(url, at)}: {error}") from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        reason = f"no whole answer within {limits.whole:g} s" if deadline.over else _reason(error)
        raise FetchError(f"{_where(url, at)}: {reason}") from None


def _where(url: str, at: str) -> str:
    return url[:300] if at == url else f"{url[:300]} led to {at[:300]}"


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer broke off"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _checked(url: str) -> SplitResult:
    if len(url) > 2_000 or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise _Refused("not an address")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise _Refused(f"only http and https are fetched, not {parts.scheme or 'an address without a scheme'}")
    if parts.username is not None or parts.password is not None:
        raise _Refused("an address with a name or password in it")
    if not parts.hostname:
        raise _Refused("an address without a host")
    if not parts.netloc.isascii():
        port = "" if parts.port is None else f":{parts.port}"
        parts = parts._replace(netloc=parts.hostname.encode("idna").decode("ascii") + port)
    return parts._replace(path=quote(parts.path, _PLAIN), query=quote(parts.query, _PLAIN))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet.

    >>> [is_public(each) for each in ("8.8.8.8", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fd00::1")]
    [True, False, False, False, False, False]
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if any(ip in network for network in _LOCAL):
            return False
    return ip.is_global and not ip.is_multicast


def _connection(parts: SplitResult, limits: Limits, deadline: _Deadline) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _Refused(f"the host's address is not to be found ({error.strerror or error})") from None
    addresses = [str(each[4][0]) for each in found]
    if private := next((each for each in addresses if not limits.allows(each)), None):
        raise _Refused(f"{host} is at the private address {private}; --allow-private {private} would allow that")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    return _Pinned(host, port, addresses[0], limits.silence, secure, deadline)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, whatever the host's name says by now."""

    def __init__(
        self, host: str, port: int, address: str, timeout: float, secure: ssl.SSLContext | None, deadline: _Deadline
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address, self._secure, self._deadline = address, secure, deadline
        if secure is not None:
            self.default_port = 443

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure is None:
            self.sock = plain
            self._deadline.watch(plain)
            return
        secured = self._secure.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = secured
        self._deadline.watch(secured)
        secured.do_handshake()


def _ask(
    connection: http.client.HTTPConnection, parts: SplitResult, etag: str, modified: str
) -> http.client.HTTPResponse:
    headers = {
        "User-Agent": f"nthtier/{version('nthtier')}",
        "Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def _answered(answer: http.client.HTTPResponse, url: str, limits: Limits) -> Fetched:
    headers = answer.headers
    etag, modified = headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:100]
    if answer.status == 304:
        return Fetched(url, b"", etag=etag, modified=modified, unchanged=True)
    if answer.status != 200:
        wait = headers.get("Retry-After", "")
        later = f"; it asks to wait {wait[:40]}" if wait else ""
        raise _Refused(f"the server says {answer.status} {answer.reason[:60]}{later}")
    if (length := headers.get("Content-Length", "")).isdigit() and int(length) > limits.size:
        raise _Refused(f"{int(length):,} bytes, more than {limits.size:,}")
    body = b"".join(_unpacked(answer, headers, limits))
    said = Message()
    said["Content-Type"] = headers.get("Content-Type", "")
    return Fetched(url, body, said.get_content_type(), said.get_content_charset() or "", etag, modified)


def _unpacked(answer: http.client.HTTPResponse, headers: Message, limits: Limits) -> Iterator[bytes]:
    coding = headers.get("Content-Encoding", "identity").strip().casefold()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise _Refused(f"packed in a way that was not asked for ({coding[:40]})")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in coding else None
    total = received = 0
    # What lies behind the end of a packed body is not asked for.
    while not (unpack and unpack.eof) and (piece := answer.read1(_PIECE)):
        received += len(piece)
        if received > limits.size:
            raise _Refused(f"more than {limits.size:,} bytes")
        while piece:
            out = piece if unpack is None else unpack.decompress(piece, _PIECE)
            piece = b"" if unpack is None else unpack.unconsumed_tail
            total += len(out)
            if total > limits.size:
                raise _Refused(f"more than {limits.size:,} bytes")
            yield out
    promised = headers.get("Content-Length", "")
    if (
        not (unpack and unpack.eof)
        and promised.isdigit()
        and received < int(promised)
        and "chunked" not in headers.get("Transfer-Encoding", "").casefold()
    ):
        raise _Refused("the answer broke off")
    if unpack is not None:
        if not unpack.eof:
            raise _Refused("the packed answer broke off")
        yield unpack.flush()


class _Deadline:
    """Ends a connection that takes too long as a whole, however often it sends a byte."""

    def __init__(self) -> None:
        self.over = False
        self._socket: socket.socket | None = None

    def watch(self, connected: socket.socket) -> None:
        """Watch a socket, which its connection forgets once the answer has begun."""
        self._socket = connected
        self.check()

    def end(self) -> None:
        self.over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def check(self) -> None:
        if self.over:
            raise TimeoutError


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[_Deadline]:
    deadline = _Deadline()
    timer = threading.Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
