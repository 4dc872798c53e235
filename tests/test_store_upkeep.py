"""Folders of stores: versions, locks, snapshots, backups, full disks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.errors import StoreError, StoreLockedError, StoreVersionError
from graph.store import Change, Store, ask, open_store, select
from graph.store.embedded import DiskStore, SnapshotStore
from graph.store.maintenance import backup, restore, stats

A = Change(add=(("<urn:a>", "<urn:p>", '"a"', "<urn:g>"),))
B = Change(drop=("<urn:g>",), add=(("<urn:b>", "<urn:p>", '"b"', "<urn:g>"),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DiskStore]:
    opened = DiskStore(tmp_path / "store")
    yield opened
    opened.close()


def subjects(store: Store) -> list[str]:
    return sorted(str(row[0]) for row in select(store, "SELECT ?s { GRAPH <urn:g> { ?s ?p ?o } }"))


def test_a_store_is_there_after_closing(store: DiskStore) -> None:
    store.apply(A)
    store.close()
    again = open_store(str(store.path))
    assert subjects(again) == ["urn:a"]
    again.close()


def test_a_closed_store_says_so(store: DiskStore) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.query("ASK {}")


def test_a_second_writer_is_refused_in_this_process_and_in_another(store: DiskStore) -> None:
    with pytest.raises(StoreLockedError, match="another process"):
        open_store(str(store.path))
    code = f"from graph.store import open_store\ntry:\n  open_store({str(store.path)!r})\nexcept Exception as e:\n  print(type(e).__name__)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "StoreLockedError\n"
    )
    store.apply(A)
    assert subjects(store) == ["urn:a"]


def test_a_reader_beside_the_writer_sees_each_write(store: DiskStore) -> None:
    reader = open_store(str(store.path), read_only=True)
    assert subjects(reader) == []
    before = reader.version
    store.apply(A)
    assert subjects(reader) == ["urn:a"]
    assert reader.version != before
    reader.close()


def test_a_reader_can_not_write(store: DiskStore) -> None:
    reader = open_store(str(store.path), read_only=True)
    for write in (lambda: reader.update("DROP ALL"), lambda: reader.apply(A), lambda: reader.bulk_load([])):
        with pytest.raises(StoreError, match="reading only"):
            write()
    reader.close()


def test_a_long_read_goes_on_over_later_writes(store: DiskStore) -> None:
    store.bulk_load((f"<urn:{at}>", "<urn:p>", f'"{"x" * 100}{at}"', "") for at in range(20_000))
    reader = SnapshotStore(store.path)
    rows = reader.query("SELECT * { ?s ?p ?o }", "text/csv")
    next(rows)
    for _ in range(5):
        store.apply(Change(drop=("",)))
        store.apply(A)
        assert not ask(reader, "ASK { ?s ?p ?o }")
    assert sum(piece.count(b"\n") for piece in rows) > 10_000
    reader.close()


def test_old_snapshots_go_away(store: DiskStore) -> None:
    for _ in range(10):
        store.apply(A)
        store.apply(B)
    assert len(list((store.path / "snapshots").iterdir())) <= 2


def test_what_a_crash_left_behind_is_swept(store: DiskStore) -> None:
    store.apply(A)
    store.close()
    place = store.path / "snapshots"
    (place / "old.unfinished").mkdir()
    (place / "torn").mkdir()
    (place / "torn" / "file").touch()
    again = open_store(str(store.path))
    assert len(list(place.iterdir())) == 2
    assert subjects(again) == ["urn:a"]
    again.close()


@pytest.mark.parametrize("found", [{"format": 99}, {"format": "x"}, {}, []])
def test_a_newer_or_unknown_format_is_refused_and_left_alone(store: DiskStore, found: object) -> None:
    store.apply(A)
    store.close()
    file = store.path / "nthtier-store.json"
    before = file.read_text()
    file.write_text(json.dumps(found))
    for read_only in (False, True):
        with pytest.raises(StoreVersionError):
            open_store(str(store.path), read_only=read_only)
    file.write_text(before)
    again = open_store(str(store.path))
    assert subjects(again) == ["urn:a"]
    again.close()


def test_a_folder_with_other_files_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir")
    with pytest.raises(StoreError, match="other files"):
        open_store(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_reading_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        open_store(str(tmp_path / "none"), read_only=True)
    assert not (tmp_path / "none").exists()


def test_a_backup_is_what_the_store_was(store: DiskStore, tmp_path: Path) -> None:
    store.apply(A)
    backup(store.path, tmp_path / "kept")
    store.apply(B)
    restore(tmp_path / "kept", tmp_path / "again")
    again = open_store(str(tmp_path / "again"))
    assert subjects(again) == ["urn:a"]
    assert subjects(store) == ["urn:b"]
    again.apply(B)
    again.close()
    restore(tmp_path / "kept", tmp_path / "third")
    third = open_store(str(tmp_path / "third"), read_only=True)
    assert subjects(third) == ["urn:a"]
    third.close()


def test_restoring_over_a_store_is_said_and_whole(store: DiskStore, tmp_path: Path) -> None:
    store.apply(A)
    backup(store.path, tmp_path / "kept")
    store.apply(B)
    with pytest.raises(StoreError, match="not empty"):
        restore(tmp_path / "kept", store.path)
    with pytest.raises(StoreLockedError):
        restore(tmp_path / "kept", store.path, replace=True)
    assert subjects(store) == ["urn:b"]
    store.close()
    restore(tmp_path / "kept", store.path, replace=True)
    again = open_store(str(store.path))
    assert subjects(again) == ["urn:a"]
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "store"]


def test_a_backup_overwrites_nothing(store: DiskStore, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(StoreError, match="exists"):
        backup(store.path, tmp_path / "there")
    with pytest.raises(StoreError, match="no store"):
        restore(tmp_path / "there", tmp_path / "new")


def test_figures(store: DiskStore) -> None:
    store.apply(A)
    store.apply(Change(add=(("<urn:d>", "<urn:p>", '"d"', ""),)))
    found = stats(store)
    assert (found.quads, found.graphs, found.default, found.predicates) == (2, 1, 1, (("urn:p", 2),))
    assert found.size is not None
    assert found.size > 0


def test_many_threads_write_and_read(store: DiskStore) -> None:
    errors: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for at in range(5):
                store.apply(Change(add=((f"<urn:{writer}-{at}>", "<urn:p>", '"x"', "<urn:g>"),)))
                assert f"urn:{writer}-{at}" in subjects(store)
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert errors == []
    assert len(subjects(store)) == 20


_FULL = """
import resource, signal, sys
from pathlib import Path
from graph.errors import StoreError
from graph.store import Change, open_store, select
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(sys.argv[1])
store.apply(Change(add=(("<urn:a>", "<urn:p>", '"kept"', "<urn:g>"),)))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
big = tuple((f"<urn:s{at}>", "<urn:p>", '"' + "y" * 100 + f'{at}"', "<urn:g>") for at in range(20_000))
try:
    store.apply(Change(drop=("<urn:g>",), add=big))
    print("written")
except StoreError as error:
    print("refused")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
print(len(select(store, "SELECT ?s { GRAPH <urn:g> { ?s ?p ?o } }")))
store.apply(Change(add=(("<urn:b>", "<urn:p>", '"after"', "<urn:h>"),)))
store.close()
again = open_store(sys.argv[1])
print(len(select(again, "SELECT ?s { GRAPH <urn:g> { ?s ?p ?o } }")), len(select(again, "SELECT ?s { GRAPH <urn:h> { ?s ?p ?o } }")))
"""


def test_a_write_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path / "store")], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["refused", "1", "1", "1"], done.stdout + done.stderr


def test_a_disk_that_is_nearly_full_is_not_written_to(store: DiskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.apply(A)
    monkeypatch.setattr("graph.store.embedded._SPARE", 2**60)
    with pytest.raises(StoreError, match="MiB free"):
        store.apply(B)
    assert subjects(store) == ["urn:a"]
