"""The bytes of a file before a loader reads them: checked, decoded, hostile input refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loaders.errors import LoaderError

#: Longest line of a text and largest file that a loader takes, in characters and bytes.
MAX_LINE = 1_000_000
MAX_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """A named sequence of bytes. ``origin`` is what error messages call it."""

    name: str
    data: bytes
    origin: str

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read a file.

        Raises
        ------
        LoaderError
            No such file, a folder, a file that may not be read, or one over ``MAX_BYTES``.
        """
        try:
            if path.stat().st_size > MAX_BYTES:
                raise LoaderError(path, f"larger than {MAX_BYTES // 2**20} MB")
            return cls(path.stem, path.read_bytes(), str(path))
        except FileNotFoundError:
            raise LoaderError(path, "no such file") from None
        except IsADirectoryError:
            raise LoaderError(path, "is a folder, not a file") from None
        except OSError as error:
            raise LoaderError(path, error.strerror or str(error)) from None

    def text(self) -> str:
        r"""Return the bytes as text, line ends as ``\n``.

        Raises
        ------
        LoaderError
            An empty file, one that is not UTF-8 text, or one with a line over ``MAX_LINE``.
        """
        data = self.data.removeprefix(b"\xef\xbb\xbf")
        if not data.strip():
            raise LoaderError(self.origin, "the file is empty")
        binary = data.find(b"\0")
        if binary >= 0:
            raise LoaderError(self.origin, "not a text file (it holds a zero byte)", data.count(b"\n", 0, binary) + 1)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise LoaderError(self.origin, f"not UTF-8 text (byte 0x{data[error.start]:02x})", line) from None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        for number, line_text in enumerate(text.split("\n"), 1):
            if len(line_text) > MAX_LINE:
                raise LoaderError(
                    self.origin, f"a line of {len(line_text):,} characters; {MAX_LINE:,} is the limit", number
                )
        return text

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the number and text of each line that is not blank."""
        for number, line in enumerate(self.text().split("\n"), 1):
            if line.strip():
                yield number, line
