"""Turn a serialiser that writes into one that is read, with limits on time and size.

The engine pushes its results into a file object; a web response pulls them. A thread stands between
them with a short queue, so that a result is never held whole.
"""

from __future__ import annotations

import contextlib
import io
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final, cast

from graph.errors import QueryTimeoutError, ResultTooLargeError

_PIECE: Final = 128 * 1024
_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a query may run, in seconds, and how large its result may be, in bytes; None: no limit."""

    seconds: float | None = None
    bytes: int | None = None


NO_LIMITS: Final = Limits()


def pull(
    push: Callable[[IO[bytes]], None], limits: Limits = NO_LIMITS, done: Callable[[], None] = lambda: None
) -> Iterator[bytes]:
    """Run ``push`` in a thread and yield what it writes.

    Returns once the first piece is there, so early errors are raised here, not at the first ``next``. Over the time
    limit the caller gets its error at once; ``push`` itself stops at its next write. ``done`` is called when it ended.

    >>> list(pull(lambda out: print(out.write(b"rows"), file=io.StringIO())))
    [b'rows']

    Raises
    ------
    QueryTimeoutError, ResultTooLargeError, or what ``push`` raises
    """
    pieces: queue.Queue[bytes | BaseException | None] = queue.Queue(_DEPTH)
    sink = _Sink(pieces, limits.bytes)

    def run() -> None:
        end: BaseException | None = None
        try:
            push(cast("IO[bytes]", sink))
            sink.send()
        except BaseException as error:  # the consumer raises it, whatever it is, even a panic of the engine
            end = error
        finally:
            done()
        with contextlib.suppress(_Abandoned):
            sink.put(end)

    threading.Thread(target=run, name="nthtier-query", daemon=True).start()
    rest = _drain(pieces, sink, None if limits.seconds is None else time.monotonic() + limits.seconds, limits)
    first = next(rest, b"")
    return _chain(first, rest)


def _drain(
    pieces: queue.Queue[bytes | BaseException | None], sink: _Sink, deadline: float | None, limits: Limits
) -> Iterator[bytes]:
    try:
        while True:
            try:
                piece = pieces.get(timeout=None if deadline is None else max(deadline - time.monotonic(), 0))
            except queue.Empty:
                raise QueryTimeoutError(f"stopped after its limit of {limits.seconds:g} s") from None
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        sink.abandoned.set()


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


class _Abandoned(Exception):
    """Nobody reads the result any more."""


class _Sink(io.RawIOBase):
    """A file object that gathers small writes and hands them over in larger pieces."""

    def __init__(self, pieces: queue.Queue[bytes | BaseException | None], limit: int | None) -> None:
        self.abandoned = threading.Event()
        self._pieces, self._limit, self._total, self._gathered = pieces, limit, 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        size = len(cast("bytes", data))
        self._total += size
        if self._limit is not None and self._total > self._limit:
            raise ResultTooLargeError(
                f"the result is over the limit of {self._limit} bytes; ask for less, or use LIMIT"
            )
        self._gathered += cast("bytes", data)
        if len(self._gathered) >= _PIECE:
            self.send()
        return size

    def send(self) -> None:
        """Hand over what was gathered."""
        if self._gathered:
            self.put(bytes(self._gathered))
            self._gathered.clear()

    def put(self, piece: bytes | BaseException | None) -> None:
        """Wait for room in the queue, or for the reader to go away."""
        while not self.abandoned.is_set():
            with contextlib.suppress(queue.Full):
                return self._pieces.put(piece, timeout=0.2)
        raise _Abandoned
