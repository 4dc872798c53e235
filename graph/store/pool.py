"""Reader processes over the snapshots of a folder: queries with limits that really stop them.

A query over its time is ended by killing its process; a new one starts in its place. A query that keeps the processor
for longer than a moment gets a low priority and moves to a lane of its own, so that quick ones neither wait for it nor
share the processor with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, cast

from graph.errors import QueryTimeoutError, StoreBusyError, StoreError
from graph.store import media
from graph.store.guard import STRICT, Rules, check
from graph.store.pull import NO_LIMITS, Limits
from graph.store.reader import DATA, END, ERROR, HEAD, restored
from graph.store.spool import Spool

#: Up to here a result is gathered before the answer begins, so that what goes wrong by then gets a clean error.
_GATHERED: Final = 1024 * 1024
#: Seconds of the processor's time after which a query counts as slow; by the clock alone a busy machine would make all slow.
_MOMENT: Final = 0.5
#: Seconds by the clock after which it does in any case: a query that gets little of the processor holds its lane no longer.
_WHILE: Final = 2.0


class ReaderPool:
    """Answers queries in reader processes.

    Parameters
    ----------
    folder
        The store's folder; each query sees its newest snapshot.
    size
        Quick queries that run at once; as many slow ones again run beside them.
    memory
        Bytes a reader may use; a query that needs more ends like one over its time.
    patience
        Seconds a query waits for its turn.
    """

    def __init__(
        self,
        folder: Path,
        *,
        size: int = 4,
        limits: Limits = NO_LIMITS,
        rules: Rules = STRICT,
        memory: int | None = None,
        patience: float = 10.0,
    ) -> None:
        self._limits, self._rules, self._patience = limits, rules, patience
        self._options = json.dumps({"folder": str(folder), "services": sorted(rules.services), "memory": memory})
        self._quick, self._slow = threading.Semaphore(size), threading.Semaphore(size)
        self._idle: list[_Reader] = []
        self._lock = threading.Lock()
        self._closed = False
        weakref.finalize(self, _end_all, self._idle)

    def query(
        self,
        sparql: str,
        media_type: str = media.JSON,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """Yield the serialised result of a query in pieces.

        Raises
        ------
        QuerySyntaxError, QueryRefusedError, QueryTooLongError
            The text.
        QueryTimeoutError, ResultTooLargeError
            The query; past the first megabyte this comes out of the iterator.
        StoreBusyError
            No reader became free.
        """
        check(sparql, self._rules)
        return self._ask(
            sparql=sparql,
            media_type=media_type,
            default=list(default_graphs),
            named=list(named_graphs),
            bytes=self._limits.bytes,
        )

    def export(self, media_type: str = media.N_QUADS, graph: str | None = None) -> Iterator[bytes]:
        """Yield the dataset, or one graph, serialised; the size limit does not hold here, the time limit does."""
        return self._ask(sparql=None, media_type=media_type, graph=graph, bytes=None)

    def close(self) -> None:
        """End the reader processes."""
        with self._lock:
            self._closed = True
        _end_all(self._idle)

    def _ask(self, **request: Any) -> Iterator[bytes]:
        turn = _Turn(self, self._limits.seconds)
        gathered: list[bytes] = []
        try:
            answer = turn.ask(request)
            for piece in answer:
                gathered.append(piece)
                if sum(map(len, gathered)) > _GATHERED:
                    break
            else:
                turn.end(reuse=True)
                return iter([b"".join(gathered)])
        except StoreError as error:
            turn.end(reuse=not isinstance(error, _Ended | QueryTimeoutError))
            raise
        except BaseException:
            turn.end(reuse=False)
            raise
        spool = Spool(gathered)
        # The thread holds it weakly: when nobody is left to read, it goes away and the reader process with it.
        arguments = (answer, weakref.ref(spool), turn)
        threading.Thread(target=_drain, args=arguments, name="nthtier-result", daemon=True).start()
        return spool

    def take(self) -> _Reader:
        """Return an idle reader process, or a new one."""
        with self._lock:
            if self._closed:
                raise StoreError("the store is closed")
            while self._idle:
                reader = self._idle.pop()
                if reader.alive:
                    return reader
                reader.end()
        return _Reader(self._options)

    def give(self, reader: _Reader) -> None:
        """Take a reader back that may answer the next query."""
        with self._lock:
            if not self._closed:
                self._idle.append(reader)
                return
        reader.end()


def _end_all(readers: list[_Reader]) -> None:
    while readers:
        readers.pop().end()


class _Turn:
    """One query's turn with a reader process."""

    def __init__(self, pool: ReaderPool, seconds: float | None) -> None:
        self._pool, self._seconds = pool, seconds
        if not pool._quick.acquire(timeout=pool._patience):
            raise StoreBusyError(f"all readers were busy for {pool._patience:g} s; ask again later")
        self._lane: threading.Semaphore | None = pool._quick
        self._is_slow = False
        #: When to look, in seconds since the query was sent, whether it has become slow.
        self._look = _MOMENT
        try:
            self._reader = pool.take()
        except BaseException:
            self._lane.release()
            raise

    def ask(self, request: dict[str, Any]) -> Iterator[bytes]:
        """Send the request and yield the pieces of the answer.

        A reader that died while idle says so before its first piece; then another one is asked.
        """
        try:
            self._reader.send(request)
        except (OSError, _Ended):
            self._reader.end()
            self._reader = self._pool.take()
            self._reader.send(request)
        begun = time.monotonic()
        spent = self._reader.spent()
        while True:
            kind, content = self._next(begun, spent)
            if kind == DATA:
                yield content
            elif kind == END:
                return
            else:
                raise restored(json.loads(content))

    def _next(self, begun: float, spent: float) -> tuple[bytes, bytes]:
        while True:
            elapsed = time.monotonic() - begun
            if self._seconds is not None and elapsed >= self._seconds:
                raise QueryTimeoutError(f"stopped after its limit of {self._seconds:g} s")
            if elapsed >= self._look and not self._is_slow:
                left = min(_MOMENT - (self._reader.spent() - spent), _WHILE - elapsed)
                if left <= 0:
                    self._make_slow()
                self._look = elapsed + max(left, 0.01)
            ends = [end for end in (self._seconds, None if self._is_slow else self._look) if end is not None]
            if self._reader.ready(min(ends) - elapsed if ends else None):
                return self._reader.receive()

    def _make_slow(self) -> None:
        self._is_slow = True
        self._reader.yield_processor()
        if self._lane is self._pool._quick and self._pool._slow.acquire(blocking=False):
            self._lane.release()
            self._lane = self._pool._slow

    def end(self, *, reuse: bool) -> None:
        """Give the reader back or, where it is slow or in doubt, end it."""
        if self._lane is None:
            return
        if reuse and not self._is_slow:
            self._pool.give(self._reader)
        else:
            self._reader.end()
        self._lane.release()
        self._lane = None


def _drain(answer: Iterator[bytes], held: weakref.ref[Spool], turn: _Turn) -> None:
    error: BaseException | None = None
    unread = False
    try:
        for piece in answer:
            spool = held()
            if spool is None or spool.abandoned:
                unread = True
                break
            spool.write(piece)
            del spool
    except BaseException as raised:
        error = raised
    finally:
        turn.end(reuse=error is None and not unread)
        if (spool := held()) is not None:
            spool.finish(error)


class _Ended(StoreError):
    """A reader process that ended by itself: out of memory, or a fault of the engine."""


class _Reader:
    """One reader process."""

    def __init__(self, options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "graph.store.reader", options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = cast("IO[bytes]", self._process.stdout).fileno()
        self._is_ready = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, request: dict[str, Any]) -> None:
        if not self._is_ready:
            # How long it takes to start does not count as the query's time.
            kind, content = self.receive()
            if kind == ERROR:
                raise restored(json.loads(content))
            self._is_ready = True
        content = json.dumps(request).encode()
        self._in.write(HEAD.pack(b"Q", len(content)) + content)
        self._in.flush()

    def ready(self, seconds: float | None) -> bool:
        """Wait for the beginning of a frame, or the end of the process."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        return bool(poll.poll(None if seconds is None else max(seconds, 0) * 1000))

    def receive(self) -> tuple[bytes, bytes]:
        kind, length = HEAD.unpack(self._read(HEAD.size))
        return kind, self._read(length)

    def spent(self) -> float:
        """Seconds that the processor has worked for this process; where the system can't say, those of the clock."""
        try:
            # The number of another process's processor clock, as clock_getcpuclockid(3) makes it on Linux.
            return time.clock_gettime(~self._process.pid << 3 | 2)
        except (OSError, AttributeError):
            return time.monotonic()

    def yield_processor(self) -> None:
        """Let other processes go first, without starving; there is no way back without privileges."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 10)

    def end(self) -> None:
        self._process.kill()
        with contextlib.suppress(OSError):
            self._in.close()
        self._process.wait()
        cast("IO[bytes]", self._process.stdout).close()

    def _read(self, length: int) -> bytes:
        whole = b""
        while len(whole) < length:
            piece = os.read(self._out, length - len(whole))
            if not piece:
                raise _Ended("the query needed more memory than a reader may use, or the engine failed; ask for less")
            whole += piece
        return whole
