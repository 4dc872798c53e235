"""Files that would have a loader fetch, stop or swell: they are refused with their name, or read as far as they can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.claim import Document
from loaders.errors import LoaderError
from loaders.registry import Context, read
from loaders.source import Source
from local_server import LocalServer, QuietHandler, running
from plain_reader import PlainReader


def documents(data: bytes, suffix: str, name: str = "x") -> list[Document]:
    context = Context(reader=PlainReader())
    return [each.document for each in read(Source(name, data, f"x{suffix}"), context, None, suffix)]


# ------------------------------------------------------------------ contexts by address

asked: list[str] = []


class ContextHandler(QuietHandler):
    """Notes who asks for a context."""

    def do_GET(self) -> None:
        """Answer with an empty context."""
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/ld+json")
        self.end_headers()
        self.wfile.write(b'{"@context": {}}')


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(LocalServer(ContextHandler)) as server:
        yield server.url("context")


@pytest.mark.parametrize(
    "context",
    [
        '"ADDRESS"',
        '["ADDRESS"]',
        '[["ADDRESS"]]',
        '[[{}, [["ADDRESS"]]]]',
        '[["FILE"]]',
        '{"@import": "ADDRESS"}',
        '[[{"@version": 1.1, "@import": "ADDRESS"}]]',
        '{"@context": [["ADDRESS"]]}',
        '{"p": {"@id": "http://e/p", "@context": [["ADDRESS"]]}}',
        '{"@version": 1.1, "T": {"@id": "http://e/T", "@context": [[{"@import": "ADDRESS"}]]}}',
    ],
)
def test_no_context_is_fetched_wherever_its_address_stands(context: str, address: str, tmp_path: Path) -> None:
    local = tmp_path / "context.json"
    local.write_text('{"@context": {"q": "http://e/q"}}')
    context = context.replace("ADDRESS", address).replace("FILE", local.as_uri())
    data = f'{{"@context": {context}, "@id": "http://e/1", "@type": "T", "p": {{"@id": "http://e/2"}}}}'
    asked.clear()
    for text in (data, f'{{"@id": "http://e/0", "http://e/p": [[{data}]]}}'):
        with pytest.raises(LoaderError, match=r"^x\.jsonld: a JSON-LD context given by its address is refused"):
            documents(text.encode(), ".jsonld")
    assert asked == []


def test_a_context_written_out_is_read() -> None:
    data = b"""{"@context": [[{"nt": "https://w3id.org/nthtier/ns#", "name": "http://purl.org/dc/terms/identifier",
        "date": {"@id": "http://purl.org/dc/terms/date"}}]],
        "@id": "http://e/1", "@type": "nt:Document", "name": "day", "date": "2026-01-28"}"""
    assert [each.name for each in documents(data, ".jsonld")] == ["day"]
