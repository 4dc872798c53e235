"""Fetching: never from a private address, however it is written or named, within limits, addresses of any script."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from feed_server import FeedServer, feed_server
from graph.fetch import FetchError, Limits, fetch, is_public

HERE = ipaddress.ip_network("127.0.0.1/32")
LIMITS = Limits(silence=2.0, whole=4.0, size=2**20, private=(HERE,))


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def test_private_addresses_are_refused_unless_allowed(server: FeedServer) -> None:
    with pytest.raises(FetchError, match=r"private address 127\.0\.0\.1; --allow-private 127\.0\.0\.1 would"):
        fetch(server.url(), limits=replace(LIMITS, private=()))
    with pytest.raises(FetchError, match="private address"):
        fetch(f"http://localhost:{server.server_port}/feed", limits=replace(LIMITS, private=()))
    assert server.asked == []
    for address in (
        "0.0.0.0",
        "100.64.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "64:ff9b:1::a00:1",
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "fec0::1",
    ):
        assert not is_public(address)
    assert is_public("2606:4700::1111")


@pytest.mark.parametrize(
    "host", ["[::ffff:127.0.0.1]", "[::1]", "[64:ff9b::7f00:1]", "2130706433", "0x7f.1", "127.1", "0", "localhost."]
)
def test_other_ways_to_write_a_private_address_are_refused(server: FeedServer, host: str) -> None:
    with pytest.raises(FetchError, match=r"at the private address|not to be found"):
        fetch(f"http://{host}:{server.server_port}/feed", limits=replace(LIMITS, private=()))
    assert server.asked == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],  # one public address does not excuse a private one
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
    ],
)
def test_a_public_name_that_resolves_to_a_private_address_is_refused(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    # The one thing that can't run here is somebody else's name server.
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(socket.AF_INET, 1, 6, "", (each, port)) for each in answers]
    )
    with pytest.raises(FetchError, match=r"feeds\.example\.org is at the private address"):
        fetch(f"http://feeds.example.org:{server.server_port}/feed", limits=replace(LIMITS, private=()))
    assert server.asked == []


def test_a_name_is_resolved_once_so_that_it_can_not_point_elsewhere_a_moment_later(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: (resolver if host == "feeds.example.org" else real)(host, *a, **k)
    )
    fetched = fetch(f"http://feeds.example.org:{server.server_port}/feed", limits=LIMITS)
    assert fetched.body == server.body
    assert asked == ["feeds.example.org"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "http://",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        fetch(url, limits=LIMITS)


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        (
            "/feed/für/新闻.xml?q=münchen&r=%C3%A9",
            "/feed/f%C3%BCr/%E6%96%B0%E9%97%BB.xml?q=m%C3%BCnchen&r=%C3%A9",
        ),
        ("/feed/a%2Fb+c;d=1,2?x=[1]&y='z'~", "/feed/a%2Fb+c;d=1,2?x=[1]&y='z'~"),
    ],
)
def test_an_address_of_any_script_is_asked_for_as_it_is(server: FeedServer, asked: str, reached: str) -> None:
    with pytest.raises(FetchError, match="says 404"):
        fetch(server.url(asked), limits=LIMITS)
    assert server.asked == [(reached, None)]


def test_a_redirect_to_letters_outside_ascii_is_followed(server: FeedServer) -> None:
    with pytest.raises(FetchError, match="says 404"):
        fetch(server.url("/to-letters"), limits=LIMITS)
    assert server.asked[1] == ("/f%C3%BCr", None)


def test_a_host_of_any_script_is_looked_for_by_its_ascii_name(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: (real if host == "127.0.0.1" else resolver)(host, *a, **k)
    )
    fetch(f"http://bücher.example:{server.server_port}/feed", limits=LIMITS)
    assert asked == ["xn--bcher-kva.example"]
    with pytest.raises(FetchError):
        fetch(f"http://{'ü' * 70}.example:{server.server_port}/feed", limits=LIMITS)


def test_nothing_behind_a_packed_body_is_received(server: FeedServer) -> None:
    assert fetch(server.url("/packed-and-more"), limits=LIMITS).body == server.body
    assert server.sent < 50 * 2**20


def test_what_unpacks_to_nothing_is_limited_too(server: FeedServer) -> None:
    with pytest.raises(FetchError, match="more than 1,048,576 bytes"):
        fetch(server.url("/packed-nothing"), limits=LIMITS)
