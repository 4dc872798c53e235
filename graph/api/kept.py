"""Answers kept as they were sent: an entity tag names an answer, so what bears the same tag needs no second working out."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 2**21  # bytes of an answer that is worth its room
_FRAME: Final = 2048  # bytes that an answer takes beside its own: objects, the dictionary's place


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it was sent: its headers but for the request's id, its bytes, and what is counted of it."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    route: str
    intent: str = ""


class Kept:
    """The answers asked for last, bounded in bytes, keys and headers and all.

    The tag in a key holds the version of the store, so an answer of before a change is never found after it.

    >>> kept = Kept(most=5000)
    >>> for name in "abc":
    ...     kept.put((name,), Sent((), b"12345", "/"))
    >>> kept.get(("a",)) is None, kept.get(("c",)).body
    (True, b'12345')
    """

    def __init__(self, most: int = 2**26) -> None:
        self._most, self._size = most, 0
        self._answers: OrderedDict[tuple[object, ...], Sent] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Sent | None:
        """Return a kept answer."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def put(self, key: tuple[object, ...], sent: Sent) -> None:
        """Keep an answer, and let go of those that nobody asked for longest."""
        if len(sent.body) > LARGEST or key in self._answers:
            return
        self._answers[key] = sent
        self._size += _room(key, sent)
        while self._size > self._most:
            self._size -= _room(*self._answers.popitem(last=False))


def _room(key: tuple[object, ...], sent: Sent) -> int:
    texts = sum(len(part) for part in key if isinstance(part, str))
    return _FRAME + texts + len(sent.body) + sum(len(name) + len(value) for name, value in sent.headers)
