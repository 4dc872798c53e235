"""A result on its way from a reader process to a slow client: written to a file on one side, read on the other.

Thus a client that reads slowly keeps a file open, not a reader busy, and nothing large stays in memory.
"""

from __future__ import annotations

import os
import tempfile
import threading
from typing import Final

_PIECE: Final = 256 * 1024


class Spool:
    """Bytes that one thread writes and another reads behind it, the first of them in memory.

    Iterating waits for what is still to be written. Closing it early, or dropping it, tells the writing side.
    """

    def __init__(self, first: list[bytes]) -> None:
        self._first = first[::-1]
        self._file = tempfile.TemporaryFile(prefix="nthtier-result-")  # noqa: SIM115  both sides use it
        self._written = self._read = 0
        self._ended = self.abandoned = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def write(self, data: bytes) -> None:
        """Append."""
        with self._changed:
            if self.abandoned:
                return
            self._file.write(data)
            self._file.flush()
            self._written += len(data)
            self._changed.notify()

    def finish(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, or what the reading side is to raise."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def __iter__(self) -> Spool:
        return self

    def __next__(self) -> bytes:
        if self._first:
            return self._first.pop()
        with self._changed:
            while self._written == self._read and not self._ended and not self.abandoned:
                self._changed.wait()
            if self.abandoned:
                raise StopIteration
            if self._written > self._read:
                piece = os.pread(self._file.fileno(), min(_PIECE, self._written - self._read), self._read)
                self._read += len(piece)
                return piece
        self.close()
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self) -> None:
        """Read no further."""
        with self._changed:
            self.abandoned = True
            self._file.close()
            self._changed.notify()

    def __del__(self) -> None:
        self.close()
