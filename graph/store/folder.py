"""The folder of a disk store: its format, and what lies where.

.. code-block:: text

    store/
    ├── nthtier-store.json   format version
    ├── data/                the engine's files, held by one writer
    └── snapshots/           what readers read, see graph.store.snapshots
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from graph.errors import StoreError, StoreVersionError

FORMAT: Final = 1
_FILE: Final = "nthtier-store.json"


def check(folder: Path) -> None:
    """Raise unless the folder is a store of a format that this version reads.

    Raises
    ------
    StoreError
        No store there.
    StoreVersionError
        A store of a newer format.
    """
    try:
        text = (folder / _FILE).read_text("utf-8")
    except FileNotFoundError:
        raise StoreError(f"no store at {folder}; load something first, or name another folder with --store") from None
    except OSError as error:
        raise StoreError(f"can't read the store at {folder}: {error.strerror}") from error
    try:
        found = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError):
        raise StoreVersionError(f"{folder / _FILE} is damaged; restore the store from a backup") from None
    if not isinstance(found, int) or found > FORMAT:
        raise StoreVersionError(
            f"the store at {folder} has format {found}, this nthtier reads up to {FORMAT}; use a newer nthtier, "
            "or export it there as N-Quads and load that here"
        )


def prepare(folder: Path) -> None:
    """Make the folder a store if it is new or empty, and check it otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _FILE).exists():
            if any(folder.iterdir()):
                raise StoreError(f"{folder} holds other files; a store needs a new or empty folder")
            replace_text(folder / _FILE, json.dumps({"format": FORMAT}) + "\n")
        check(folder)
        (folder / "snapshots").mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(f"can't make a store at {folder}: {error.strerror}") from error


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a crash leaves the old one or the new one."""
    beside = path.with_name(path.name + ".new")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
