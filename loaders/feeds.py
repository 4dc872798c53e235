"""Feeds: RSS, Atom and JSON Feed, each entry a document of its own day and address."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from loaders import markup
from loaders.claim import Loaded
from loaders.dates import read_date
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.registry import Context, loader
from loaders.source import Source, decoded, well_formed

log = logging.getLogger("nthtier.loaders")

MAX_FEED = 32 * 2**20
MAX_ENTRIES = 10_000
_ENCODING = re.compile(
    rb"^\s{0,64}<\?xml[^>]{0,200}?encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9_.:-]{1,40})[\"'][^>]{0,200}\?>"
)
_DECLARATION = re.compile(r"^\s{0,64}<\?xml[^>]{0,400}\?>")
_ENTITIES = re.compile(r"<!(?:ENTITY|DOCTYPE[^>\[]{0,400}\[)", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+));?")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,2000}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed: what it says, and where and when."""

    title: str
    text: str
    link: str
    day: Date | None


@loader("feeds", suffixes=(".rss", ".atom", ".xml", ".feed", ".json"))
def read_feed(source: Source, context: Context) -> Iterator[Loaded]:
    """Read each entry of a feed as a document: its title, then its text, dated by its own date or the feed's.

    An entry without a date is named in a warning, and refuses the feed only where no entry has one.
    """
    if len(source.data) > MAX_FEED:
        raise LoaderError(source.origin, f"a feed of more than {MAX_FEED >> 20} MB")
    if not source.data.strip():
        raise LoaderError(source.origin, "the file is empty")
    is_json = source.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    entries = _json_entries(source) if is_json else _xml_entries(source)
    undated: list[str] = []
    dated = False
    for number, entry in enumerate(entries, 1):
        day = entry.day or context.date
        text = f"{entry.title}\n{entry.text}".strip()
        if not text:
            continue
        if day is None:
            undated.append(f"entry {number} ({(entry.title or entry.text)[:60]!r})")
            continue
        dated = True
        try:
            document = parse(
                text,
                entry.title or source.name,
                origin=source.origin,
                known=day,
                loader="feeds",
                title=entry.title,
                source=entry.link,
            )
        except LoaderError:  # an entry without a sentence: a picture, a sound
            continue
        yield context.read(document)
    if undated:
        more = f" and {len(undated) - 3} more" if len(undated) > 3 else ""
        fault = LoaderError(source.origin, f"no date in {', '.join(undated[:3])}{more}; say it with --date YYYY-MM-DD")
        if not dated:
            raise fault
        log.warning("%s", "".join(letter if letter.isprintable() else " " for letter in f"{fault}; left out"))


def _xml_entries(source: Source) -> list[Entry]:
    import feedparser  # a tenth of a second, seldom needed

    text = _xml_text(source)
    if entities := _ENTITIES.search(text):
        line = text.count("\n", 0, entities.start()) + 1
        raise LoaderError(source.origin, "a feed that declares entities is refused", line)
    found = feedparser.parse(io.BytesIO(text.encode("utf-8")), sanitize_html=False, resolve_relative_uris=False)
    if not found.entries:
        at = getattr(found.get("bozo_exception"), "getLineNumber", lambda: None)() or 1
        raise LoaderError(source.origin, "no feed (RSS, Atom or JSON Feed), or one without an entry", at)
    if len(found.entries) > MAX_ENTRIES:
        raise LoaderError(source.origin, f"a feed of more than {MAX_ENTRIES:,} entries")
    whole = _first_day(found.feed)
    return [_entry(each, whole) for each in found.entries]


def _xml_text(source: Source) -> str:
    data = source.data
    declared = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    name = (
        "utf-16"
        if data.startswith((b"\xff\xfe", b"\xfe\xff"))
        else declared[1].decode("ascii")
        if declared
        else "utf-8"
    )
    try:
        text = decoded(data, "utf-8-sig" if name.casefold() in {"utf-8", "utf8"} else name)
    except LookupError:
        raise LoaderError(source.origin, f"an unknown charset {name!r}", 1) from None
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise LoaderError(source.origin, f"not {name.upper()} text, which it says it is", line) from None
    if "\0" in text:
        raise LoaderError(
            source.origin, "not a text file (it holds a zero byte)", text.count("\n", 0, text.index("\0")) + 1
        )
    text = well_formed(_REFERENCE.sub(_referred, _DECLARATION.sub("", text)))
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'


def _referred(reference: re.Match[str]) -> str:
    """A reference to a character as it is; to half of one, that half; to one that there is not, U+FFFD."""
    digits = (reference["hex"] or reference["decimal"]).lstrip("0")
    point = int(digits or "0", 16 if reference["hex"] else 10) if len(digits) < 9 else 0x110000
    if point >= 0x110000:
        return "\ufffd"
    return chr(point) if 0xD800 <= point < 0xE000 else reference[0]


def _entry(each: Any, whole: Date | None) -> Entry:
    contents = [content for content in each.get("content", []) if content.get("value")]
    best = max(contents, key=lambda content: len(content["value"]), default=None)
    body, kind = (best["value"], best.get("type", "")) if best else (each.get("summary", ""), "")
    text = body if kind == "text/plain" else markup.text_of(body)
    title = " ".join(markup.text_of(each.get("title", "")).lstrip("#- ").split())
    return Entry(title, _without(title, text), _address(each.get("link", "")), _first_day(each) or whole)


def _first_day(each: Any) -> Date | None:
    for name in ("published", "issued", "updated", "modified", "created", "date"):
        if (value := each.get(name)) and isinstance(value, str) and (day := read_date(value)):
            return day
    return None


def _json_entries(source: Source) -> list[Entry]:
    try:
        feed = json.loads(source.text())
        items = feed["items"]
        if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/") or not isinstance(items, list):
            raise KeyError
    except RecursionError:
        raise LoaderError(source.origin, "nested too deeply", 1) from None
    except ValueError as error:
        raise LoaderError(source.origin, "not JSON", getattr(error, "lineno", 1)) from None
    except (KeyError, TypeError, AttributeError):
        raise LoaderError(source.origin, "no JSON Feed (https://jsonfeed.org)", 1) from None
    if len(items) > MAX_ENTRIES:
        raise LoaderError(source.origin, f"a feed of more than {MAX_ENTRIES:,} entries")
    return [_json_entry(source, number, each) for number, each in enumerate(items, 1)]


def _json_entry(source: Source, number: int, each: object) -> Entry:
    if not isinstance(each, dict):
        raise LoaderError(source.origin, f"item {number} is no object")

    def said(*names: str) -> str:
        return next((each[name] for name in names if isinstance(each.get(name), str) and each[name].strip()), "")

    title = " ".join(said("title").split())
    text = said("content_text") or markup.text_of(said("content_html")) or said("summary")
    day = read_date(said("date_published", "date_modified"))
    return Entry(title, _without(title, text), _address(said("url", "external_url", "id")), day)


def _without(title: str, text: str) -> str:
    """A text without its title, where it begins with it."""
    first, _, rest = text.partition("\n")
    return rest if title and first.lstrip("#- ").casefold() == title.casefold() else text


def _address(link: str) -> str:
    return link if _ADDRESS.fullmatch(link) else ""
