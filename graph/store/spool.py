"""A result on its way from a reader process to a slow client: written to a file on one side, read on the other.

Thus a client that reads slowly keeps a file open, not a reader busy, and nothing large stays in memory.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from typing import Final

_PIECE: Final = 256 * 1024


class Spool:
    """Bytes that one thread writes and another reads behind it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="nthtier-result-")  # noqa: SIM115  both sides use it; see close
        self._written, self._ended = 0, False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self.abandoned = False

    def write(self, data: bytes) -> None:
        """Append."""
        self._file.write(data)
        self._file.flush()
        with self._changed:
            self._written += len(data)
            self._changed.notify()

    def finish(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, or what the reader is to raise."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def read(self) -> Iterator[bytes]:
        """Yield what is written, as it comes; closing this early marks the spool abandoned."""
        done = 0
        try:
            while True:
                with self._changed:
                    while self._written == done and not self._ended:
                        self._changed.wait()
                    written, ended, error = self._written, self._ended, self._error
                while done < written:
                    piece = os.pread(self._file.fileno(), min(_PIECE, written - done), done)
                    done += len(piece)
                    yield piece
                if ended:
                    if error is not None:
                        raise error
                    return
        finally:
            self.abandoned = True
