"""Snapshots: what the one writer publishes and any number of readers, in any process, read.

After each write the writer makes a hard-link copy of the engine's files (milliseconds, whatever the size)
and points ``snapshots/current`` at it. A reader holds a shared lock on the snapshot it reads; the writer removes
older ones that nobody holds. The kernel drops the locks of a killed process, so nothing is left behind for long.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

_CURRENT: Final = "current"
_LOCK: Final = ".held"


class Snapshot:
    """A snapshot that stays on disk for as long as this object holds it."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path, self._lock = path, lock

    @property
    def name(self) -> str:
        """The name, unlike that of any other snapshot of this store."""
        return self.path.name

    def release(self) -> None:
        """Let the writer remove it once it is old."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __del__(self) -> None:
        self.release()


def publish(folder: Path, name: str, copy: Callable[[str], None]) -> None:
    """Make a new current snapshot of the name given and remove older ones that nobody reads.

    Parameters
    ----------
    copy
        Makes the copy at a path that does not exist yet.
    """
    unfinished = folder / f"{name}.unfinished"
    copy(str(unfinished))
    (unfinished / _LOCK).touch()
    unfinished.rename(folder / name)
    link = folder / f"{_CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(folder / _CURRENT)
    sweep(folder)


def current_name(folder: Path) -> str | None:
    """Return the name of the current snapshot, None if there is none."""
    try:
        return os.readlink(folder / _CURRENT)
    except OSError:
        return None


def hold(folder: Path) -> Snapshot | None:
    """Return the current snapshot, held; None if the writer never published one."""
    while name := current_name(folder):
        path = folder / name
        try:
            lock = os.open(path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            if current_name(folder) == name:
                return None
            continue
        fcntl.flock(lock, fcntl.LOCK_SH)
        if os.fstat(lock).st_nlink and (path / _LOCK).exists():
            return Snapshot(path, lock)
        os.close(lock)
    return None


def sweep(folder: Path) -> None:
    """Remove unfinished snapshots and those that are neither current nor held. Only the writer may call this."""
    current = current_name(folder)
    for path in folder.iterdir():
        if path.name.startswith(_CURRENT) or path.name == current:
            continue
        with contextlib.suppress(OSError):
            if path.suffix == ".unfinished" or not (path / _LOCK).exists():
                shutil.rmtree(path)
                continue
            lock = os.open(path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (path / _LOCK).unlink()
                shutil.rmtree(path)
            finally:
                os.close(lock)
