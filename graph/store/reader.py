"""A reader process: answers one query after another from the newest snapshot, until it is killed.

The engine can't be stopped in its process, so a query that must be stoppable runs in one that can be killed.
Requests come on standard input and answers go to standard output as frames: one letter, a length, the bytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import struct
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, Final, cast

from graph import errors
from graph.store.guard import Rules
from graph.store.sandbox import forbid_connections

HEAD: Final = struct.Struct(">cI")
DATA, ERROR, END = b"D", b"E", b"."
_PIECE: Final = 64 * 1024


def main() -> None:
    """Answer requests for the folder and options of the command line."""
    from graph.store.embedded import SnapshotStore

    options = json.loads(sys.argv[1])
    if options["memory"]:
        resource.setrlimit(resource.RLIMIT_DATA, (options["memory"], options["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not options["services"]:
        forbid_connections()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    start = Frames(sys.stdout.fileno(), None)
    try:
        store = SnapshotStore(Path(options["folder"]), rules=Rules(frozenset(options["services"])))
    except errors.StoreError as error:
        start.close_with(ERROR, json.dumps(described(error)).encode())
        return
    start.close_with(END, b"")
    requests = sys.stdin.buffer
    while head := requests.read(HEAD.size):
        request = json.loads(requests.read(HEAD.unpack(head)[1]))
        out = Frames(sys.stdout.fileno(), request["bytes"])
        try:
            if request["sparql"] is None:
                push = store.dump(request["media_type"], request["graph"])
            else:
                push = store.answer(
                    request["sparql"],
                    request["media_type"],
                    default_graphs=request["default"],
                    named_graphs=request["named"],
                )
            push(cast("IO[bytes]", out))
            out.close_with(END, b"")
        except errors.StoreError as error:
            out.close_with(ERROR, json.dumps(described(error)).encode())


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone, even in the middle of a query."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def described(error: errors.StoreError) -> dict[str, Any]:
    """Return an error as JSON can carry it."""
    return {"type": type(error).__name__, "message": str(error), **vars(error)}


def restored(found: dict[str, Any]) -> errors.StoreError:
    """Return the error that a description stands for.

    >>> restored(described(errors.QuerySyntaxError("expected WHERE", 1, 2))).column
    2
    """
    kind = getattr(errors, found["type"], errors.StoreError)
    error: errors.StoreError = kind(found["message"])
    for name in ("line", "column"):
        if name in found:
            setattr(error, name, found[name])
    return error


class Frames(io.RawIOBase):
    """A file object that sends what is written as frames, a few large ones rather than many small."""

    def __init__(self, descriptor: int, limit: int | None) -> None:
        self._descriptor, self._limit, self._total, self._gathered = descriptor, limit, 0, bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Take bytes; sent once there are enough, or at the end."""
        size = len(cast("bytes", data))
        self._total += size
        if self._limit is not None and self._total > self._limit:
            raise errors.ResultTooLargeError(
                f"the result is over the limit of {self._limit} bytes; ask for less, or use LIMIT"
            )
        self._gathered += cast("bytes", data)
        if len(self._gathered) >= _PIECE:
            self._send(HEAD.pack(DATA, len(self._gathered)) + self._gathered)
            self._gathered.clear()
        return size

    def close_with(self, kind: bytes, content: bytes) -> None:
        """Send the rest and an END or ERROR frame in one go."""
        rest = HEAD.pack(DATA, len(self._gathered)) + self._gathered if self._gathered and kind == END else b""
        self._gathered.clear()
        self._send(rest + HEAD.pack(kind, len(content)) + content)

    def _send(self, whole: bytes | bytearray) -> None:
        view = memoryview(whole)
        while view:
            view = view[os.write(self._descriptor, view) :]


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
