"""Archives: many documents to claims, on this machine or on a Spark cluster, into files that any engine reads.

The inputs are divided into parts by a hash of their names. A part is read as one piece of work and written as two files,
``quads/part-00007.nq`` (what ``nthtier load`` puts into a store) and ``claims/part-00007.parquet`` (what DuckDB, Polars or Spark
query), and last a note of what it was made from. A part whose note fits is not made again, so a run that was stopped goes on
where it was; whichever engine makes a part, its bytes are the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pyarrow import parquet
from pydantic import Field

from graph.errors import StoreError
from graph.loading import Reading, fault, find_files
from graph.models import Answer
from graph.rdf import quads
from graph.validate import validate
from loaders.claim import Claim, Loaded
from loaders.errors import LoaderError, did_you_mean
from loaders.registry import Context, load, loaders, mapping_beside
from ontology.errors import NthtierError

Engine = Literal["local", "spark"]
_FORM = 1
_FOLDERS = ("quads", "claims", "notes")
_PLAN = "plan.json"
#: Documents a part is meant to have, and the most parts.
_PART = 200
_MOST_PARTS = 4096

_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()
CLAIMS = pa.schema(
    [
        *((name, _TEXT) for name in ("subject", "predicate", "object", "item", "status", "attribution")),
        *((name, _NUMBER) for name in ("share_low", "share_high", "amount_low", "amount_high")),
        ("currency", _TEXT),
        *((name, _NUMBER) for name in ("change_low", "change_high")),
        ("citations", pa.list_(_TEXT)),
        *(
            (name, _TEXT)
            for name in ("sentence", "date", "id", "relation", "document", "document_name", "document_date")
        ),
        *((name, _COUNT) for name in ("part", "start", "end")),
        *((name, _TEXT) for name in ("subject_iri", "object_iri", "item_iri", "valid_from", "valid_until", "source")),
        *((name, _TEXT) for name in ("source_title", "trigger", "extractor")),
        ("confidence", _NUMBER),
    ]
)


class Backfilled(Answer):
    """What a backfill made."""

    parts: int
    made: int = Field(description="Parts that were made in this run; the others were there already.")
    documents: int
    claims: int
    faults: tuple[str, ...] = Field(description="Files that were refused, and why; nothing is made of them.")


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of work: its number and its inputs, as names under a root."""

    number: int
    root: str
    names: tuple[str, ...]
    out: str


def backfill(
    paths: Iterable[Path],
    out: Path,
    reading: Reading | None = None,
    *,
    engine: Engine = "local",
    processes: int = 1,
    master: str = "local[*]",
    parts: int | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Backfilled:
    """Make N-Quads and Parquet of many files.

    Parameters
    ----------
    engine
        ``local``: processes of this machine; ``spark``: a Spark cluster, whose workers see the same files and have nthtier.
    master
        Address of the Spark cluster; ``local[2]`` is a cluster of two threads on this machine.
    parts
        Into how many parts the inputs are divided; kept from the first run on.

    Raises
    ------
    LoaderError, StoreError
    """
    reading = reading or Reading()
    paths, out = tuple(paths), out.resolve()
    if absent := next((path for path in paths if not os.path.exists(path)), None):
        raise LoaderError(absent, "no such file or folder")
    files = sorted({path.resolve() for path in find_files(paths)})
    files = [path for path in files if not path.is_relative_to(out)]  # what an earlier run made of this folder
    if not files:
        raise LoaderError(out, "no file to read")
    if reading.loader is not None and reading.loader not in (known := loaders()):
        raise LoaderError(files[0], f"no loader {reading.loader!r}; {did_you_mean(reading.loader, known)}")
    root = Path(os.path.commonpath([str(path.parent) for path in files]))
    try:
        out.mkdir(parents=True, exist_ok=True)
        count = _plan(out, parts or max(1, min(_MOST_PARTS, -(-len(files) // _PART))))
        for folder in _FOLDERS:
            (out / folder).mkdir(exist_ok=True)
    except OSError as error:
        raise _unwritten(out, error) from None
    shares: list[list[str]] = [[] for _ in range(count)]
    for path in files:
        name = path.relative_to(root).as_posix()
        shares[_part_of(name, count)].append(name)
    work = [_Part(number, str(root), tuple(names), str(out)) for number, names in enumerate(shares)]
    run = _spark(work, reading, master) if engine == "spark" else _local(work, reading, processes)
    notes: list[dict[str, Any]] = []
    try:
        for note in run:
            notes.append(note)
            progress(len(notes), count)
    except NthtierError:
        _leave_nothing_empty(out)
        raise
    except OSError as error:
        raise _unwritten(out, error) from None
    notes.sort(key=lambda note: note["number"])
    return Backfilled(
        parts=count,
        made=sum(note["made"] for note in notes),
        documents=sum(note["documents"] for note in notes),
        claims=sum(note["claims"] for note in notes),
        faults=tuple(fault for note in notes for fault in note["faults"]),
    )


def _unwritten(out: Path, error: OSError) -> StoreError:
    return StoreError(f"{out}: can't be written: {error.strerror or error}")


def _leave_nothing_empty(out: Path) -> None:
    """Take the folder away again if nothing was made in it, as where no cluster answers."""
    if not any(any((out / folder).iterdir()) for folder in _FOLDERS):
        (out / _PLAN).unlink()
        for folder in _FOLDERS:
            (out / folder).rmdir()
        with contextlib.suppress(OSError):  # it holds something else
            out.rmdir()


def _plan(out: Path, parts: int) -> int:
    """The number of parts, fixed by the first run."""
    plan = out / _PLAN
    if plan.exists():
        try:
            said = json.loads(plan.read_text(encoding="utf-8"))
            if said["form"] == _FORM and isinstance(said["parts"], int) and said["parts"] > 0:
                return int(said["parts"])
        except (ValueError, KeyError, TypeError):
            pass
        raise StoreError(f"{plan} is no plan of a backfill; name another folder")
    _write(plan, json.dumps({"form": _FORM, "parts": parts}).encode())
    return parts


def _part_of(name: str, parts: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:8], "big") % parts


# ------------------------------------------------------------------ engines


def _local(work: Sequence[_Part], reading: Reading, processes: int) -> Iterator[dict[str, Any]]:
    if processes <= 1 or len(work) < 2:
        context = reading.context()
        for part in work:
            yield make(part, reading, context)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        try:
            for done in as_completed([pool.submit(_in_worker, part, reading) for part in work]):
                yield done.result()
        except BrokenProcessPool:
            raise StoreError(
                "a working process ended too early (out of memory?); the same command goes on from here"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _spark(work: Sequence[_Part], reading: Reading, master: str) -> Iterator[dict[str, Any]]:
    from graph.spark import session

    with session(master) as spark:
        context = spark.sparkContext
        yield from (
            context.parallelize(work, len(work)).map(lambda part: _in_worker(part, reading)).toLocalIterator(True)
        )


_contexts: dict[Reading, Context] = {}


def _in_worker(part: _Part, reading: Reading) -> dict[str, Any]:
    """Make a part with the process's own context, which holds the catalogue and the model."""
    if reading not in _contexts:
        _contexts.clear()
        _contexts[reading] = reading.context(threads=1)
    return make(part, reading, _contexts[reading])


# ------------------------------------------------------------------ a part


def make(part: _Part, reading: Reading, context: Context) -> dict[str, Any]:
    """Make one part, unless it is there already; return its note."""
    out = Path(part.out)
    name = f"part-{part.number:05}"
    note_file = out / "notes" / f"{name}.json"
    mark = _mark(part, reading, context)
    try:
        note: dict[str, Any] = json.loads(note_file.read_text(encoding="utf-8"))
        if note["mark"] == mark:
            return {**note, "made": False}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    documents: dict[str, Loaded] = {}
    lines: dict[str, bytes] = {}
    faults: list[str] = []
    for each in part.names:
        path = Path(part.root, each)
        try:
            found = tuple(load(path, context, reading.loader))
            written = [_lines(loaded) for loaded in found]
        except Exception as error:  # of whatever kind: one broken file stops no other
            faults.append(fault(path, error))
            continue
        documents.update((loaded.document.iri, loaded) for loaded in found)
        lines.update((loaded.document.iri, said) for loaded, said in zip(found, written, strict=True))
    ordered = [documents[iri] for iri in sorted(documents)]
    _write(out / "quads" / f"{name}.nq", b"".join(lines[loaded.document.iri] for loaded in ordered))
    _write(out / "claims" / f"{name}.parquet", _table(ordered))
    note = {
        "number": part.number,
        "mark": mark,
        "documents": len(ordered),
        "claims": sum(len(loaded.claims) for loaded in ordered),
        "faults": faults,
    }
    _write(note_file, json.dumps(note, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return {**note, "made": True}


def _lines(loaded: Loaded) -> bytes:
    said = quads(loaded)
    validate(said, loaded)
    return "".join(f"{' '.join(quad)} .\n" for quad in said).encode()


def _mark(part: _Part, reading: Reading, context: Context) -> str:
    """What a part is made from: its inputs to the byte, and what reads them."""
    said = hashlib.sha256(
        repr((_FORM, reading.date, reading.loader, context.linker.fingerprint, context.extractor.name)).encode()
    )
    for name in part.names:
        place = Path(part.root, name)
        try:
            if os.path.isdir(place):
                members = sorted(each for each in place.iterdir() if each.is_file())
            else:
                members = list(filter(None, (place, reading.mapping or mapping_beside(place))))
        except OSError:
            members = [place]
        for member in members:
            said.update(f"\0{name}\0{member.name}\0".encode("utf-8", "surrogateescape"))
            try:
                with member.open("rb") as file:
                    said.update(hashlib.file_digest(file, "sha256").digest())
            except OSError:
                said.update(b"unreadable")
    return said.hexdigest()


def _table(documents: Sequence[Loaded]) -> bytes:
    rows = [_row(claim, loaded) for loaded in documents for claim in sorted(loaded.claims, key=_order)]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows, CLAIMS), sink, compression="zstd", store_schema=False)
    return bytes(sink.getvalue())


def _order(claim: Claim) -> tuple[int, int, str]:
    return claim.part, claim.start, claim.id


def _row(claim: Claim, loaded: Loaded) -> dict[str, Any]:
    row = claim.row()
    amount = row.pop("amount") or {}
    for name, bounds in (("share", row.pop("share")), ("change", row.pop("change"))):
        row[f"{name}_low"], row[f"{name}_high"] = bounds or (None, None)
    row.update(amount_low=amount.get("low"), amount_high=amount.get("high"), currency=amount.get("currency"))
    row.update(
        relation=claim.relation,
        document_name=loaded.document.name,
        document_date=loaded.document.date.isoformat(),
    )
    return row


def _write(path: Path, data: bytes) -> None:
    """Write a file in one step; two that write the same part write the same bytes."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
