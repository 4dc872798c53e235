"""Newsletters as e-mail files: the plain text of a message, or its HTML as text."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message

from loaders import markup
from loaders.claim import Loaded
from loaders.dates import read_date
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.registry import Context, loader
from loaders.source import Source

MAX_MESSAGE = 64 * 2**20


@loader("mail", suffixes=(".eml",))
def read_message(source: Source, context: Context) -> Iterator[Loaded]:
    """Read one message; its date is its Date header's. Attachments are left alone."""
    if len(source.data) > MAX_MESSAGE:
        raise LoaderError(source.origin, f"a message of more than {MAX_MESSAGE >> 20} MB")
    if not source.data.strip():
        raise LoaderError(source.origin, "the file is empty")
    message = email.message_from_bytes(source.data, policy=policy.compat32)
    if not message.keys():
        raise LoaderError(source.origin, "not an e-mail message: no header", 1)
    text = _body(message)
    if not text.strip():
        raise LoaderError(source.origin, "a message without text", 1)
    title = _header(source.data, "subject")
    day = read_date(_header(source.data, "date"))
    name = title or source.name
    yield context.read(parse(text, name, context.date, source.origin, known=day, loader="mail", title=title))


def _body(message: Message) -> str:
    plain, rich = "", ""
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        kind, charset = part.get_content_type(), part.get_content_charset() or ""
        if kind == "text/plain" and not plain.strip():
            plain = markup.decode(payload, charset)
        elif kind == "text/html" and not rich.strip():
            rich = markup.text_of(markup.decode(payload, charset))
    best = plain if len(plain) * 2 >= len(rich) else rich  # a stub that says "see the HTML" is no text
    return Source("", best.encode("utf-8", "replace"), "").text() if best.strip() else ""


def _header(data: bytes, name: str) -> str:
    """A header's text, decoded; a broken one is as good as absent."""
    try:
        headers = email.message_from_bytes(data[:65536], policy=policy.default)
        value = headers.get(name) if isinstance(headers, EmailMessage) else None
        return " ".join(str(value or "").split())[:500]
    except (ValueError, IndexError, LookupError, TypeError, AttributeError):
        return ""
