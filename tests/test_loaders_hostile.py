"""Files that would have a loader fetch, stop or swell: they are refused with their name, or read as far as they can be."""

from __future__ import annotations

import io
import os
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from loaders import markup
from loaders.claim import Document
from loaders.errors import LoaderError
from loaders.registry import Context, load, read
from loaders.source import Source
from loaders.triples import _lines
from local_server import LocalServer, QuietHandler, running
from plain_reader import PlainReader
from samples import pdf_of


def documents(data: bytes, suffix: str, name: str = "x") -> list[Document]:
    context = Context(reader=PlainReader())
    return [each.document for each in read(Source(name, data, f"x{suffix}"), context, None, suffix)]


# ------------------------------------------------------------------ contexts by address

asked: list[str] = []


class ContextHandler(QuietHandler):
    """Notes who asks for a context."""

    def do_GET(self) -> None:  # noqa: N802
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


# ------------------------------------------------------------------ characters that there are not

FEED = """<rss version="2.0"><channel><title>c</title><item><title>Chips TITLE rise</title><pubDate>Wed, 28 Jan 2026 08:00:00 GMT</pubDate>
<description>SK hynix supplies HBM4 to Nvidia.</description></item></channel></rss>"""


@pytest.mark.parametrize(
    ("reference", "read_as"),
    [
        ("&#55357;&#56832;", "\U0001f600"),
        ("&#xD83D;&#xDE00;", "\U0001f600"),
        ("&#55357;", "\ufffd"),
        ("&#xDE00; x", "\ufffd x"),
        ("&#x110000;", "\ufffd"),
        ("&#99999999999999999999;", "\ufffd"),
        (f"&#{'9' * 5000};", "\ufffd"),
        (f"&amp;#{'9' * 5000};", "\ufffd"),
        ("&#0000000000233;", "é"),
    ],
)
def test_a_broken_character_stops_no_feed(reference: str, read_as: str) -> None:
    (document,) = documents(FEED.replace("TITLE", reference).encode(), ".rss")
    assert document.title.split() == ["Chips", *read_as.split(), "rise"]
    (document,) = documents(FEED.replace("supplies", f"supplies {reference}").encode(), ".rss")
    assert document.sentences[-1].text.split() == ["SK", "hynix", "supplies", *read_as.split(), "HBM4", "to", "Nvidia."]


def test_half_a_character_is_read_as_one_that_is_unknown() -> None:
    feed = rb"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "date_published": "2026-01-28",
        "title": "Chips \ud800 x", "content_text": "TSMC \udc00 makes chips. AMD waits."}]}"""
    (document,) = documents(feed, ".json")
    assert (document.name, document.title) == ("Chips \ufffd x", "Chips \ufffd x")
    assert [each.text for each in document.sentences] == ["Chips \ufffd x", "TSMC \ufffd makes chips.", "AMD waits."]
    assert [document.text[each.start : each.end] for each in document.sentences] == document.text.replace(
        "chips. ", "chips.\n"
    ).split("\n")


def test_a_number_of_thousands_of_digits_is_no_character() -> None:
    (document,) = documents(f"On January 28, 2026, TSMC &#{'9' * 5000}; makes chips.".encode(), ".txt")
    assert document.sentences[0].text == "On January 28, 2026, TSMC \ufffd makes chips."


def test_the_name_of_a_file_need_not_be_utf_8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("On January 28, 2026, TSMC made chips.")
    (found,) = load(path, Context(reader=PlainReader()))
    assert found.document.name == "caf\ufffd"
    path.write_text("TSMC makes chips.")
    with pytest.raises(LoaderError, match=r"/caf\ufffd\.txt:1: no date found"):
        list(load(path, Context(reader=PlainReader())))


# ------------------------------------------------------------------ files that unfold


def packed(**columns: object) -> bytes:
    rows = {"subject": ["TSMC"] * 2000, "predicate": ["supplies"] * 2000, "object": ["AMD"] * 2000}
    out = io.BytesIO()
    parquet.write_table(pa.table({**rows, "date": ["2026-01-28"] * 2000, **columns}), out, compression="zstd")
    return out.getvalue()


def test_parquet_that_unfolds_is_refused_before_it_does() -> None:
    tracemalloc.start()
    with pytest.raises(LoaderError, match=r"^x\.parquet: unfolds to far more text than a file of its size"):
        documents(packed(sentence=["x" * 99_000] * 2000), ".parquet")
    assert tracemalloc.get_traced_memory()[1] < 2**26
    tracemalloc.stop()


@pytest.mark.parametrize(
    "column",
    [
        ["x" * 100_001] * 2000,
        [["1"], ["x" * 100_001]] * 1000,
        [{"a": {"b": ["x" * 100_001]}}] * 2000,
        pa.array([[("a", "x" * 100_001)]] * 2000, pa.map_(pa.string(), pa.string())),
    ],
    ids=["text", "list", "record", "map"],
)
def test_an_endless_cell_of_parquet_is_refused(column: object) -> None:
    with pytest.raises(LoaderError, match=r"^x\.parquet:1: a cell of more than 100,000 bytes"):
        documents(packed(sentence=column), ".parquet")


def test_a_pdf_file_whose_forms_show_forms_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.pdf.MAX_TEXT", 2**20)

    def form(body: str, resources: str) -> str:
        head = f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << {resources} >> /Length {len(body)}"
        return f"<< {head} >>\nstream\n{body}\nendstream"

    text = "BT /F1 12 Tf 72 720 Td " + f"({'x' * 500}) Tj 0 -16 Td " * 20 + "ET"
    show = "/X Do " * 20
    file = pdf_of([
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /XObject << /X 6 0 R >> >> >>",
        f"<< /Length {len(show)} >>\nstream\n{show}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        form(show, "/XObject << /X 7 0 R >>"),
        form(text, "/Font << /F1 5 0 R >>"),
    ])  # fmt: skip
    with pytest.raises(LoaderError, match=r"^x\.pdf: a PDF file of more than 1 MB of text"):
        documents(file, ".pdf")


# ------------------------------------------------------------------ text that would take hours


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "raw-unicode-escape", "a\0b", "é"])
def test_a_charset_that_is_none_of_texts_is_passed_over(charset: str) -> None:
    page = f"<meta charset={charset}><p>TSMC caf\\u0065 é-</p>"
    assert markup.decode(page.encode()) == markup.decode(page.encode(), charset) == page


def test_a_feed_in_a_charset_of_names_is_refused() -> None:
    feed = '<?xml version="1.0" encoding="punycode"?>' + FEED
    with pytest.raises(LoaderError, match=r"^x\.rss:1: an unknown charset 'punycode'"):
        documents(feed.encode(), ".rss")


@pytest.mark.parametrize(
    "line", ["<a:b> <b:c> REST", "REST <b:c> <c:d> .", "<a:b> <b:c> _:a REST", '<a:b> <b:c> "REST']
)
def test_a_long_label_of_n_quads_is_read_once(line: str) -> None:
    begun = time.process_time()
    with pytest.raises(LoaderError, match=r"^x\.nq:1: not a statement of N-Quads|^x\.nq: no document in it"):
        documents(line.replace("REST", "_:a" * 100_000).encode(), ".nq")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("_:a <b:c> _:d.", ("_:a", "_:d")),
        ("_:a.b <b:c> _:d:e <g:h> . # end", ("_:a.b", "_:d:e")),
        ("_:a<b:c>_:d _:g.# end", ("_:a", "_:d")),
        ("_:a·é <b:c> <d:e>_:g .", ("_:a·é", "d:e")),
    ],
)
def test_labels_of_n_quads_end_where_they_end(line: str, said: tuple[str, str]) -> None:
    ((subject, _, (object_, _)),) = _lines(line, "x")
    assert (subject, object_) == said
