"""Text of PDF files, lines joined to paragraphs; needs the extra ``pdf``."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

from loaders.claim import Loaded
from loaders.dates import read_date
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.registry import Context, loader
from loaders.source import MAX_TEXT, Source

MAX_PAGES = 2_000
MAX_PDF = 64 * 2**20


@loader("pdf", suffixes=(".pdf",))
def read_pdf(source: Source, context: Context) -> Iterator[Loaded]:
    """Read the text of a PDF file; its date is in its text, its name or its metadata, or said by the caller."""
    try:
        import pypdf
    except ImportError:
        raise LoaderError(source.origin, "PDF files need the extra 'pdf': pip install 'nthtier[pdf]'") from None
    if not source.data.startswith(b"%PDF-"):
        raise LoaderError(source.origin, "not a PDF file" if source.data else "the file is empty", 1)
    if len(source.data) > MAX_PDF:
        raise LoaderError(source.origin, f"a PDF file of more than {MAX_PDF >> 20} MB")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    length = 0

    def measure(text: str, *_: object) -> None:
        nonlocal length
        if (length := length + len(text)) > MAX_TEXT:  # a page may show a form of forms of forms
            raise LoaderError(source.origin, f"a PDF file of more than {MAX_TEXT >> 20} MB of text")

    try:
        reader = pypdf.PdfReader(io.BytesIO(source.data))
        if reader.is_encrypted:
            raise LoaderError(source.origin, "an encrypted PDF file")
        if len(reader.pages) > MAX_PAGES:
            raise LoaderError(source.origin, f"more than {MAX_PAGES:,} pages")
        pages = [page.extract_text(visitor_text=measure) for page in reader.pages]
        said = {key: str(value) for key, value in (reader.metadata or {}).items()}
        created = said.get("/CreationDate", "").removeprefix("D:")[:8]
        title = said.get("/Title", "")
    except LoaderError:
        raise
    except Exception as error:  # a broken file fails in many ways inside the library
        raise LoaderError(source.origin, f"a PDF file that can't be read ({type(error).__name__})") from None
    text = paragraphs("\n\n".join(pages))
    if not text.strip():
        raise LoaderError(source.origin, "no text in the PDF file; scanned pages have none")
    text = Source("", text.encode("utf-8", "replace"), source.origin).text()
    title = " ".join(title.split())[:300]
    day = read_date(created) or context.date
    yield context.read(parse(text, source.name, day, source.origin, loader="pdf", title=title))


def paragraphs(text: str) -> str:
    r"""Return a text with the lines of each paragraph joined, words broken at a line's end made whole.

    >>> paragraphs("SK hynix ships HBM4 to Nvi-\ndia this\nyear.\n\nMicron waits.")
    'SK hynix ships HBM4 to Nvidia this year.\nMicron waits.'
    """
    blocks = re.split(r"\n[ \t]*\n", text)
    joined = (re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", block) for block in blocks)
    return "\n".join(" ".join(block.split()) for block in joined if block.strip())
