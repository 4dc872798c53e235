"""The bytes of a file before a loader reads them: checked, decoded, hostile input refused."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loaders.errors import LoaderError

#: Longest line of a text and largest file that a loader takes, in characters and bytes.
MAX_LINE = 1_000_000
MAX_BYTES = 512 * 2**20
#: Most text that a small packed file may unfold to, in characters.
MAX_TEXT = 64 * 2**20

_NOT_OF_TEXTS = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape"))
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Control characters have no place in a sentence; a blank in their stead keeps every position.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def well_formed(text: str) -> str:
    r"""Return a text that can be written as UTF-8: surrogates are the character they make, lone ones U+FFFD.

    >>> ascii(well_formed("chips \ud83d\ude00 \ud800 x"))
    "'chips \\U0001f600 \\ufffd x'"
    """
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decoded(data: bytes, charset: str) -> str:
    """Return bytes as text by the charset that they say they are in.

    Raises
    ------
    LookupError
        No charset of texts; one of names or of source code is none, and would take hours.
    ValueError
        The bytes are not in it, or its name is none.
    """
    if codecs.lookup(charset).name in _NOT_OF_TEXTS:
        raise LookupError(charset)
    return data.decode(charset)


@dataclass(frozen=True, slots=True)
class Source:
    """A named sequence of bytes. ``origin`` is what error messages call it.

    ``members`` are the files of a folder, where a loader reads a folder; ``mapping`` is the text of a mapping file
    that says which column is what.
    """

    name: str
    data: bytes
    origin: str
    members: Mapping[str, bytes] = field(default_factory=dict)
    mapping: str = ""

    @classmethod
    def read(cls, path: Path, mapping: Path | None = None) -> Source:
        """Read a file.

        Raises
        ------
        LoaderError
            No such file, a folder, a file that may not be read, or one over ``MAX_BYTES``.
        """
        said = "" if mapping is None else cls.read(mapping).text()
        return cls(well_formed(path.stem), _bytes(path), well_formed(str(path)), mapping=said)

    @classmethod
    def read_folder(cls, path: Path, wanted: frozenset[str]) -> Source:
        """Read some files of a folder as one source."""
        return cls(
            well_formed(path.resolve().name),
            b"",
            well_formed(str(path)),
            {name: _bytes(path / name) for name in sorted(wanted)},
        )

    def member(self, name: str) -> Source:
        """Return one file of a folder."""
        return Source(Path(name).stem, self.members[name], f"{self.origin}/{name}")

    def text(self) -> str:
        r"""Return the bytes as text, line ends as ``\n``, control characters as blanks.

        Raises
        ------
        LoaderError
            An empty file, one that is not text in UTF-8 (or UTF-16 with its mark), or one with a line over ``MAX_LINE``.
        """
        data = self.data
        if data.startswith(_WIDE):
            data = self._decode(data, "utf-16").encode("utf-8", "surrogatepass")
        data = data.removeprefix(codecs.BOM_UTF8)
        if not data.strip():
            raise LoaderError(self.origin, "the file is empty")
        binary = data.find(b"\0")
        if binary >= 0:
            raise LoaderError(self.origin, "not a text file (it holds a zero byte)", data.count(b"\n", 0, binary) + 1)
        text = self._decode(data, "utf-8").replace("\r\n", "\n").replace("\r", "\n")
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_LINE:
                raise LoaderError(self.origin, f"a line of {len(line):,} characters; {MAX_LINE:,} is the limit", number)
        return _CONTROL.sub(" ", text)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the number and text of each line that is not blank."""
        for number, line in enumerate(self.text().split("\n"), 1):
            if line.strip():
                yield number, line

    def _decode(self, data: bytes, encoding: str) -> str:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            wrong = f"byte 0x{data[error.start]:02x}"
            raise LoaderError(self.origin, f"not {encoding.upper()} text ({wrong}); save it as UTF-8", line) from None


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file() and path.exists() and not path.is_dir():
            raise LoaderError(path, "is no ordinary file")
        if path.stat().st_size > MAX_BYTES:
            raise LoaderError(path, f"larger than {MAX_BYTES // 2**20} MB")
        return path.read_bytes()
    except FileNotFoundError:
        raise LoaderError(path, "no such file") from None
    except IsADirectoryError:
        raise LoaderError(path, "is a folder, not a file") from None
    except OSError as error:
        raise LoaderError(path, error.strerror or str(error)) from None
