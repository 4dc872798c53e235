"""Speaking to servers that stumble: what is sent again, what is not, what the caller is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from graph.errors import QuerySyntaxError, QueryTimeoutError, StoreBusyError, StoreError
from graph.store import Change, ask, open_store, select
from graph.store.pull import Limits
from graph.store.remote import RemoteStore

YES = b'{"head":{},"boolean":true}'
JSON = "application/sparql-results+json"


class Server:
    """A server that answers as it is told and keeps what it was asked."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler, int], None]) -> None:
        self.seen: list[tuple[str, str, dict[str, str], str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                answer(self, len(outer.seen))

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/query"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {"Content-Type": JSON, "Content-Length": str(len(body)), **given}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler, int], None]) -> Iterator[Server]:
    server = Server(answer)
    try:
        yield server
    finally:
        server.close()


def test_a_query_is_sent_again_where_that_may_help() -> None:
    with serving(lambda h, n: reply(h, 503, b"", Retry_After="0") if n in (2, 3) else reply(h, 200, YES)) as server:
        store = open_store(server.url)
        assert ask(store, "ASK {}")
        assert len(server.seen) == 4
        store.close()


def test_after_some_tries_the_error_is_told() -> None:
    with serving(lambda h, n: reply(h, 503, b"down", Retry_After="0")) as server:
        with pytest.raises(StoreBusyError, match="busy"):
            ask(open_store(server.url), "ASK {}")
        assert len(server.seen) == 3


def test_an_update_is_sent_once() -> None:
    with serving(lambda h, n: reply(h, 200, YES) if h.command == "GET" else reply(h, 503)) as server:
        with pytest.raises(StoreBusyError):
            open_store(server.url).apply(Change(drop=("<urn:g>",)))
        assert [method for method, *_ in server.seen].count("POST") == 1


def test_a_connection_that_breaks_is_made_again_for_queries_only() -> None:
    def drop(handler: BaseHTTPRequestHandler, count: int) -> None:
        if handler.command == "POST" and count in (2, 3):
            return hang_up(handler)
        return reply(handler, 200, YES)

    with serving(drop) as server:
        store = open_store(server.url)
        assert ask(store, "ASK {}")
        store.close()
    with serving(lambda h, n: reply(h, 200, YES) if h.command == "GET" else hang_up(h)) as server:
        store = RemoteStore(server.url)
        with pytest.raises(StoreError):
            store.update("INSERT DATA { <urn:a> <urn:b> 1 }")
        # The first went over a kept connection that might have been closed long before.
        assert [method for method, *_ in server.seen].count("POST") <= 2
        store.close()


def test_a_syntax_error_is_not_sent_again() -> None:
    with serving(
        lambda h, n: reply(h, 200, YES) if h.command == "GET" else reply(h, 400, b"Parse error at 1:2")
    ) as server:
        with pytest.raises(QuerySyntaxError, match="Parse error"):
            ask(open_store(server.url), "ASK {{}")
        assert len(server.seen) == 2


def test_user_and_password_and_token_are_sent_and_not_told() -> None:
    with serving(lambda h, n: reply(h, 403, b"no")) as server:
        url = server.url.replace("http://", "http://user:p%40ss@")
        with pytest.raises(StoreError, match="refuses") as raised:
            ask(open_store(url), "ASK {}")
        assert server.seen[0][2]["Authorization"] == "Basic dXNlcjpwQHNz"
        assert "p%40ss" not in str(raised.value)
        assert "p@ss" not in str(raised.value)
        with pytest.raises(StoreError):
            ask(RemoteStore(server.url, "secret"), "ASK {}")
        assert server.seen[-1][2]["Authorization"] == "Bearer secret"


def test_a_server_that_is_not_there_is_told_in_a_line() -> None:
    with pytest.raises(StoreError, match=r"can't reach http://127\.0\.0\.1:9/sparql"):
        ask(open_store("http://127.0.0.1:9/sparql"), "ASK {}")


def test_a_silent_server_is_given_up_on() -> None:
    waiting = threading.Event()

    def slow(handler: BaseHTTPRequestHandler, count: int) -> None:
        if handler.command == "POST":
            waiting.wait(20)
        with contextlib.suppress(OSError):
            reply(handler, 200, YES)

    with serving(slow) as server:
        store = RemoteStore(server.url).within(Limits(seconds=0.5))
        with pytest.raises(QueryTimeoutError):
            b"".join(store.query("ASK {}"))
        waiting.set()


def test_an_answer_that_breaks_off_is_an_error_and_not_a_short_result() -> None:
    def short(handler: BaseHTTPRequestHandler, count: int) -> None:
        if handler.command == "GET":
            return reply(handler, 200, YES)
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"head"')
        handler.wfile.flush()
        return hang_up(handler)

    with serving(short) as server, pytest.raises(StoreError, match="broke off"):
        select(open_store(server.url), "SELECT * { ?s ?p ?o }")


def test_a_page_in_place_of_a_result_is_an_error() -> None:
    page = serving(lambda h, n: reply(h, 200, b"<html>", Content_Type="text/html"))
    with page as server, pytest.raises(StoreError, match="text/html"):
        ask(open_store(server.url), "ASK {}")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/query", "/update"),
        ("/ds/query", "/ds/update"),
        ("/repositories/supply", "/repositories/supply/statements"),
        ("/sparql", "/sparql"),
        ("/sparql#update=/elsewhere", "/elsewhere"),
    ],
)
def test_where_updates_go(path: str, expected: str) -> None:
    with serving(lambda h, n: reply(h, 200, YES)) as server:
        store = open_store(server.url.removesuffix("/query") + path)
        store.apply(Change(add=(("<urn:a>", "<urn:b>", '"c"', ""),)))
        assert server.seen[-1][:2] == ("POST", expected)
        assert "INSERT DATA" in parse_qs(server.seen[-1][3])["update"][0]
        store.close()


def test_a_document_is_one_request_and_is_never_split() -> None:
    with serving(lambda h, n: reply(h, 200, YES)) as server:
        store = open_store(server.url)
        store.bulk_load((f"<urn:{at}>", "<urn:p>", '"x"', f"<urn:g{at // 15_000}>") for at in range(60_000))
        updates = [parse_qs(body)["update"][0] for method, _, _, body in server.seen if method == "POST"]
        assert len(updates) == 2
        for graph in range(4):
            assert sum(f"<urn:g{graph}>" in update for update in updates) == 1
        store.close()


def test_a_server_whose_default_graph_is_the_union_gets_a_stand_in() -> None:
    with serving(lambda h, n: reply(h, 200, YES)) as server:
        store = open_store(server.url + "#default-graph=urn:mine")
        ask(store, "ASK { ?s ?p ?o }")
        assert parse_qs(server.seen[-1][3])["default-graph-uri"] == ["urn:mine"]
        ask(store, "ASK { GRAPH <urn:g> { ?s ?p ?o } }")
        assert parse_qs(server.seen[-1][3])["named-graph-uri"] == ["urn:g"]
        store.apply(Change(drop=("",), add=(("<urn:a>", "<urn:b>", '"c"', ""),)))
        update = parse_qs(server.seen[-1][3])["update"][0]
        assert update.startswith("DROP SILENT GRAPH <urn:mine>")
        assert "GRAPH <urn:mine> {" in update
        store.close()


def test_a_version_is_the_servers_tag() -> None:
    with serving(lambda h, n: reply(h, 200, YES, ETag='W/"1"')) as server:
        assert open_store(server.url).version == 'W/"1"'
