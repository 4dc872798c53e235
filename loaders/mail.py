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
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in _parts(message):
        payload, kind = part.get_payload(decode=True), part.get_content_type()
        if isinstance(payload, bytes) and kind in texts:
            text = markup.decode(payload, part.get_content_charset() or "")
            texts[kind].append(text if kind == "text/plain" else markup.text_of(text))
    plain, rich = ("\n".join(filter(str.strip, said)) for said in texts.values())
    best = plain if len(plain) * 2 >= len(rich) else rich  # a stub that says "see the HTML" is no text
    return Source("", best.encode("utf-8", "replace"), "").text() if best.strip() else ""


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a message that are shown in it, in their order."""
    pending = [message]
    while pending:
        part = pending.pop()
        if part.get_content_disposition() == "attachment":
            continue
        inner = part.get_payload()
        if isinstance(inner, list):
            pending += [each for each in reversed(inner) if isinstance(each, Message)]
        else:
            yield part


def _header(data: bytes, name: str) -> str:
    """A header's text, decoded; a broken one is as good as absent."""
    try:
        headers = email.message_from_bytes(data[:65536], policy=policy.default)
        value = headers.get(name) if isinstance(headers, EmailMessage) else None
        return " ".join(str(value or "").split())[:500]
    except (ValueError, IndexError, LookupError, TypeError, AttributeError):
        return ""
