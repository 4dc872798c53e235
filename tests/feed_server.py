"""A server on the loopback interface for tests of fetching: well-behaved feeds, and hostile ones."""

from __future__ import annotations

import gzip
import time
from contextlib import AbstractContextManager

from local_server import LocalServer, QuietHandler, running

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Chips</title><link>https://example.org/</link>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>https://example.org/{id}</link><pubDate>Wed, 28 Jan 2026 08:00:00 GMT</pubDate>
<description>{text}</description></item>"""


def rss(*entries: tuple[str, str, str]) -> bytes:
    """A feed of entries (id, title, text)."""
    return RSS.format(items="".join(ITEM.format(id=i, title=title, text=text) for i, title, text in entries)).encode()


class FeedServer(LocalServer):
    """Answers ``/feed`` with ``body``, and other paths with what no client should take."""

    body: bytes = rss(("1", "Memory", "SK hynix supplies HBM4 to Nvidia."))
    etag = '"1"'

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.sent = 0
        super().__init__(_Handler)

    def url(self, path: str = "/feed") -> str:
        return super().url(path)


class _Handler(QuietHandler):
    server: FeedServer

    def do_GET(self) -> None:  # noqa: N802  (the name that http.server looks for)
        self.server.asked.append((self.path, self.headers.get("If-None-Match")))
        getattr(self, f"_{self.path.strip('/').partition('?')[0].replace('-', '_')}", self._missing)()

    def _send(self, body: bytes, kind: str = "application/rss+xml", **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self.end_headers()

    def _missing(self) -> None:
        self.send_error(404)

    def _feed(self) -> None:
        if self.headers.get("If-None-Match") == self.server.etag:
            self.send_response(304)
            self.end_headers()
            return
        self._send(self.server.body, ETag=self.server.etag)

    def _packed(self) -> None:
        self._send(gzip.compress(self.server.body), Content_Encoding="gzip")

    def _broken(self) -> None:
        self._send(rss(("3", "Memory", "Micron supplies HBM4 to Nvidia.")))

    def _packed_and_more(self) -> None:
        """A packed body, and zeros behind it."""
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(gzip.compress(self.server.body))
        for _ in range(100):
            self.wfile.write(b"\0" * 2**20)
            self.server.sent += 2**20

    def _packed_nothing(self) -> None:
        """A packed body of empty blocks without end."""
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
        while True:
            self.wfile.write(b"\0\0\0\xff\xff" * 2**14)

    def _to_letters(self) -> None:
        self.wfile.write("HTTP/1.1 302 Found\r\nLocation: /für\r\n\r\n".encode())

    def _moved(self) -> None:
        self._redirect("/feed")

    def _to_private(self) -> None:
        self._redirect(f"http://127.0.0.2:{self.server.server_port}/feed")

    def _to_file(self) -> None:
        self._redirect("file:///etc/passwd")

    def _round(self) -> None:
        self._redirect("/round")

    def _latin(self) -> None:
        body = rss(("1", "Memory", "SK hynix supplies Nvidia — é.")).replace(b' encoding="utf-8"', b"")
        self._send(body.decode().encode("cp1252"), "application/rss+xml; charset=windows-1252")

    def _wrong_charset(self) -> None:
        self._send(
            b'<?xml version="1.0" encoding="utf-8"?><rss><channel><item><title>\xff\xfe\xc3</title></item></channel></rss>'
        )

    def _wrong_header_charset(self) -> None:
        self._send(b"<rss><channel><item><title>\xff\xff</title></item></channel></rss>", "text/xml; charset=gb2312")

    def _laughs(self) -> None:
        entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        self._send(
            f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{entities}]><rss><channel><item><title>&l9;</title>'
            "</item></channel></rss>".encode()
        )

    def _large(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(2**30))
        self.end_headers()
        for _ in range(2**14):
            self.wfile.write(b" " * 2**16)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"<!-- " + b"x" * 2**16 + b" -->")

    def _bomb(self) -> None:
        self._send(gzip.compress(b" " * 2**26), Content_Encoding="gzip")

    def _drip(self) -> None:
        """A byte now and then: never silent for long, never done."""
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def _drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-A: b\r\n")
            self.wfile.flush()
            time.sleep(0.05)

    def _cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(self.server.body)

    def _cut_packed(self) -> None:
        self._send(gzip.compress(self.server.body * 50)[:-20], Content_Encoding="gzip")

    def _not_http(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    def _busy(self) -> None:
        self.send_response(429)
        self.send_header("Retry-After", "3600")
        self.end_headers()

    def _page(self) -> None:
        self._send(b"<html><body><p>No feed here.</p></body></html>", "text/html")


def feed_server() -> AbstractContextManager[FeedServer]:
    """Run the server."""
    return running(FeedServer())
