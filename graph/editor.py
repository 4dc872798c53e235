"""The SPARQL editor, Yasgui as Zazuko keeps it: a package of its own that is fetched, checked and served, not pasted in.

The SPARQL page works without it. ``make editor`` fetches it with npm; a wheel that is built afterwards carries it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import tarfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from ontology.errors import NthtierError

PACKAGE: Final = "@zazuko/yasgui"
VERSION: Final = "4.6.2"
#: SHA-512 of the package, as npm writes it in lock files.
INTEGRITY: Final = "Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw=="
_FILES: Final = ("package/build/yasgui.min.js", "package/build/yasgui.min.css")


class EditorError(NthtierError):
    """A package that is not the editor."""


def folder() -> Path:
    """Return where the editor stands once it is installed."""
    return Path(str(files("graph").joinpath("static", "editor")))


def installed() -> bool:
    """Say whether the editor is installed."""
    return all((folder() / Path(name).name).is_file() for name in _FILES)


def install(package: Path, into: Path | None = None, integrity: str = INTEGRITY) -> list[Path]:
    """Unpack the editor from the package that npm fetched; nothing else in it is touched.

    Raises
    ------
    EditorError
        The file can't be read, or is not the package that was checked.
    """
    into = into or folder()
    try:
        content = package.read_bytes()
    except OSError as error:
        raise EditorError(f"{package}: {error.strerror or error}") from None
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if not hmac.compare_digest(digest, integrity):
        raise EditorError(f"{package}: not {PACKAGE} {VERSION}: its SHA-512 is another")
    written = []
    with tarfile.open(package) as archive:
        into.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            member = archive.extractfile(name)
            if member is None:
                raise EditorError(f"{package}: no file {name} in it")
            target = into / Path(name).name
            target.write_bytes(member.read())
            written.append(target)
    return written
