"""Web pages saved as HTML: the article in them, without menus, comments and advertisements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date as Date

import lxml.html

from loaders import markup
from loaders.claim import Loaded
from loaders.dates import read_date
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.registry import Context, loader
from loaders.source import Source

MAX_PAGE = 32 * 2**20
_DATES = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[@name='date' or @name='pubdate' or @name='publishdate' or @name='publish-date' or @name='dc.date' or @name='DC.date.issued'"
    " or @name='parsely-pub-date' or @name='sailthru.date']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//time[@pubdate]/@datetime",
    "//article//time/@datetime",
    "//time/@datetime",
)
_TITLES = ("//meta[@property='og:title']/@content", "//h1//text()", "//title/text()")
_LINKS = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_SHORTEST = 200


@loader("articles", suffixes=(".html", ".htm", ".xhtml"))
def read_article(source: Source, context: Context) -> Iterator[Loaded]:
    """Read the article of a page; its date is in the page's metadata, its text, its file's name, or said by the caller."""
    if len(source.data) > MAX_PAGE:
        raise LoaderError(source.origin, f"a page of more than {MAX_PAGE >> 20} MB")
    if not source.data.strip():
        raise LoaderError(source.origin, "the file is empty")
    if b"\0" in source.data and not source.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        line = source.data.count(b"\n", 0, source.data.index(b"\0")) + 1
        raise LoaderError(source.origin, "not a text file (it holds a zero byte)", line)
    page = (
        source.data.decode("utf-16", "replace")
        if source.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        else markup.decode(source.data)
    )
    root = markup.parse(page)
    text = "" if root is None else _article(page)
    if root is None or not text.strip():
        raise LoaderError(source.origin, "no text found in the page", 1)
    link = _first(root, _LINKS)
    document = parse(
        text,
        source.name,
        context.date,
        source.origin,
        known=_published(root),
        loader="articles",
        title=_first(root, _TITLES),
        source=link if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]{1,2000}", link) else "",
    )
    yield context.read(document)


def _article(page: str) -> str:
    from trafilatura import extract  # a second, seldom needed
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")  # its timer needs the main thread
    found = extract(
        page, output_format="txt", include_comments=False, include_tables=True, with_metadata=False, config=config
    )
    whole = markup.text_of(page)
    return found if found and len(found) >= min(_SHORTEST, len(whole) // 2) else whole


def _published(root: lxml.html.HtmlElement) -> Date | None:
    for block in root.xpath("//script[@type='application/ld+json']/text()")[:20]:
        if day := _linked_data(str(block)):
            return day
    for path in _DATES:
        for value in root.xpath(path)[:5]:
            if day := read_date(str(value)):
                return day
    return None


def _linked_data(block: str) -> Date | None:
    try:
        pending = [json.loads(block[:200_000])]
    except (ValueError, RecursionError):
        return None
    for _ in range(200):
        if not pending:
            return None
        node = pending.pop(0)
        if isinstance(node, dict):
            if isinstance(node.get("datePublished"), str) and (day := read_date(node["datePublished"])):
                return day
            pending += [node[key] for key in ("@graph", "mainEntity") if key in node]
        elif isinstance(node, list):
            pending += node[:50]
    return None


def _first(root: lxml.html.HtmlElement, paths: tuple[str, ...]) -> str:
    for path in paths:
        for value in root.xpath(path)[:3]:
            if found := " ".join(str(value).split()):
                return found[:500]
    return ""
