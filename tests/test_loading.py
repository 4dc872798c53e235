"""Loading many files: over processes as in one, stopped and started again, refused files, changed files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.errors import StoreError
from graph.loading import Reading, find_files, load_files
from graph.store import Store, open_store
from loaders.errors import LoaderError
from plain_reader import BrokenReader, PlainReader
from samples import ETO

READING = Reading(extractor=PlainReader)
MAKERS = ("SK hynix", "Micron", "TSMC", "Samsung Electronics", "ASML", "Amkor")
BUYERS = ("Nvidia", "AMD", "Apple", "Broadcom", "Microsoft", "Meta")


def archive(folder: Path, days: int) -> Path:
    folder.mkdir()
    for number in range(days):
        maker, buyer = MAKERS[number % 6], BUYERS[number // 6 % 6]
        (folder / f"digest-{number:03}.txt").write_text(
            f"On January {number % 28 + 1}, 2026, it was quiet.\n{maker} supplies parts to {buyer} [{number + 1}].\n",
            encoding="utf-8",
        )
    return folder


def content(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("archive") / "news", 60)


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> list[bytes]:
    store = open_store("memory:")
    load_files(store, find_files([folder]), READING)
    return content(store)


def test_two_processes_load_what_one_does(folder: Path, undisturbed: list[bytes], memory: Store) -> None:
    tally = load_files(memory, find_files([folder]), READING, processes=2)
    assert (tally.files, tally.documents, tally.claims) == (60, 60, 60)
    assert content(memory) == undisturbed


def test_batches_make_no_difference(
    folder: Path, undisturbed: list[bytes], memory: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.loading.MAX_DOCUMENTS", 7)
    load_files(memory, list(reversed(find_files([folder]))), READING)
    assert content(memory) == undisturbed


def test_what_was_read_is_not_read_again(folder: Path, memory: Store) -> None:
    load_files(memory, find_files([folder])[:40], READING)
    before = content(memory)
    again = load_files(memory, find_files([folder])[:40], READING)
    assert (again.documents, again.skipped) == (0, 40)
    assert content(memory) == before
    assert load_files(memory, find_files([folder]), READING).documents == 20


def test_a_changed_file_stands_beside_or_takes_the_place(folder: Path, tmp_path: Path, memory: Store) -> None:
    file = tmp_path / "2026-01-05.txt"
    file.write_text("SK hynix supplies HBM4 to Nvidia.", encoding="utf-8")
    load_files(memory, [file], READING)
    file.write_text("Micron supplies HBM4 to Nvidia.", encoding="utf-8")
    assert load_files(memory, [file], READING).kept_beside == 1
    both = content(memory)
    file.write_text("Samsung Electronics supplies HBM4 to Nvidia.", encoding="utf-8")
    assert load_files(memory, [file], READING, replace=True).replaced == 2
    fresh = open_store("memory:")
    load_files(fresh, [file], READING)
    assert content(memory) == content(fresh) != both


@pytest.mark.parametrize("processes", [1, 2])
def test_a_refused_file_ends_the_load_or_is_noted(tmp_path: Path, memory: Store, processes: int) -> None:
    place = archive(tmp_path / "news", 6)
    (place / "digest-003.txt").write_bytes(b"\0")
    paths = find_files([place])
    with pytest.raises(LoaderError, match=r"digest-003\.txt:1: not a text file"):
        load_files(memory, paths, READING, processes=processes)
    assert content(memory) == []
    tally = load_files(memory, paths, READING, processes=processes, keep_going=True)
    assert (tally.documents, len(tally.faults)) == (5, 1)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_file_that_breaks_reader_or_store_stops_no_other(tmp_path: Path, memory: Store, processes: int) -> None:
    paths = find_files([archive(tmp_path / "news", 6)])
    reading = Reading(extractor=BrokenReader)
    with pytest.raises(LoaderError, match=r"digest-001\.txt: KeyError: 'Micron'"):
        load_files(memory, paths, reading, processes=processes)
    with pytest.raises(LoaderError, match=r"digest-000\.txt … .*digest-002\.txt .*can't encode"):
        load_files(memory, [paths[0], paths[2]], reading, processes=processes)
    assert b"/nthtier/document/" not in b"".join(memory.export())
    tally = load_files(memory, paths, reading, processes=processes, keep_going=True)
    assert (tally.documents, tally.claims, len(tally.faults)) == (4, 4, 2)
    assert "digest-001.txt: KeyError" in tally.faults[0]
    assert "digest-002.txt: " in tally.faults[1]


def test_a_store_that_fails_is_no_fault_of_the_files(
    folder: Path, memory: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("graph.loading.ingest", full)
    with pytest.raises(StoreError, match="the disk is full"):
        load_files(memory, find_files([folder]), READING, keep_going=True)


def test_a_name_that_is_not_utf_8_is_shown_and_stored_with_a_replacement(tmp_path: Path, memory: Store) -> None:
    text = b"SK hynix supplies HBM4 to Nvidia."
    good, bad = (Path(os.fsdecode(bytes(tmp_path) + name)) for name in (b"/caf\xe9 2026-01-28.txt", b"/caf\xe9 1.txt"))
    good.write_bytes(text), bad.write_bytes(text)
    tally = load_files(memory, find_files([tmp_path]), READING, keep_going=True)
    assert tally.documents == 1
    assert tally.faults[0].startswith(f"{tmp_path}/caf\ufffd 1.txt:1: no date found")
    assert "caf\ufffd 2026-01-28".encode() in b"".join(memory.export())


def test_what_can_not_be_looked_at_stops_no_other(
    tmp_path: Path, memory: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = archive(tmp_path / "news", 2)
    (place / "closed").mkdir()
    long = place / f"{'x' * 240} 2026-01-28.txt"[-250:]  # with .map.toml no name any more
    long.write_text("SK hynix supplies HBM4 to Nvidia.", encoding="utf-8")
    real = os.listdir

    def listdir(path: Path) -> list[str]:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    paths = find_files([place, place / ("y" * 300)])
    tally = load_files(memory, paths, READING, keep_going=True)
    assert tally.documents == 3
    assert [fault.rpartition(": ")[2] for fault in tally.faults] == ["Permission denied", "File name too long"]
    with pytest.raises(LoaderError, match="closed: Permission denied"):
        load_files(memory, paths, READING)


def test_files_of_one_name_and_day_do_not_replace_one_another(
    tmp_path: Path, memory: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, maker in (("ft", "SK hynix"), ("reuters", "Micron")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "2026-01-28.txt").write_text(f"{maker} supplies HBM4 to Nvidia.", encoding="utf-8")
    monkeypatch.setattr("graph.loading.MAX_DOCUMENTS", 1)
    paths = find_files([tmp_path])
    assert load_files(memory, paths, READING).kept_beside == 0
    both = content(memory)
    for order in (paths, paths[::-1], paths):
        tally = load_files(memory, order, READING, replace=True)
        assert (tally.skipped, tally.replaced) == (2, 0)
        assert content(memory) == both
    (tmp_path / "ft" / "2026-01-28.txt").write_text("Samsung Electronics supplies HBM4 to AMD.", encoding="utf-8")
    assert load_files(memory, paths, READING).kept_beside == 1
    assert load_files(memory, paths, READING, replace=True).replaced == 1
    fresh = open_store("memory:")
    load_files(fresh, paths, READING)
    assert content(memory) == content(fresh) != both


@pytest.mark.parametrize("broken", ["TSMC supplies HBM4 to Nvidia.", "Micron supplies HBM4 to Nvidia."])
def test_what_a_refused_file_was_before_is_not_taken_out(tmp_path: Path, memory: Store, broken: str) -> None:
    for name, maker in (("ft", "SK hynix"), ("reuters", "Samsung Electronics")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "2026-01-28.txt").write_text(f"{maker} supplies HBM4 to Nvidia.", encoding="utf-8")
    paths, reading = find_files([tmp_path]), Reading(extractor=BrokenReader)
    load_files(memory, paths, reading)
    before = content(memory)
    (tmp_path / "ft" / "2026-01-28.txt").write_text(broken, encoding="utf-8")
    tally = load_files(memory, paths, reading, keep_going=True, replace=True)
    assert (tally.skipped, tally.replaced, len(tally.faults)) == (1, 0, 1)
    assert content(memory) == before


def test_folders_give_the_files_that_loaders_read(tmp_path: Path) -> None:
    (tmp_path / "a" / "eto").mkdir(parents=True)
    for name, data in ETO.items():
        (tmp_path / "a" / "eto" / name).write_bytes(data)
    for name in ("x.txt", "y.CSV", "z.exe", ".hidden.txt"):
        (tmp_path / "a" / name).write_text("x", encoding="utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == ["a/eto", "a/x.txt", "a/y.CSV"]
    open_store(str(tmp_path / "store")).close()
    (tmp_path / "store.watch.json").write_text("{}", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])] == found
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoaderError, match="no file in it ends in"):
        find_files([tmp_path / "empty"])


LOAD = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from plain_reader import PlainReader
import graph.loading
from graph.loading import Reading, find_files, load_files
from graph.store import open_store
graph.loading.MAX_DOCUMENTS = 5
if __name__ == "__main__":
    store = open_store({store!r})
    print("open", flush=True)
    load_files(store, find_files([Path({news!r})]), Reading(extractor=PlainReader))
"""


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_to_the_same_store(folder: Path, undisturbed: list[bytes], tmp_path: Path) -> None:
    code = LOAD.format(tests=str(Path(__file__).parent), store=str(tmp_path / "store"), news=str(folder))
    killed = 0
    for wait in (0.0, 0.2, 0.5):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert killed > 0
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    store = open_store(str(tmp_path / "store"))
    assert content(store) == undisturbed
    store.close()


def test_the_command_reports_and_shows_a_licence(tmp_path: Path) -> None:
    place = tmp_path / "eto"
    place.mkdir()
    for name, data in ETO.items():
        (place / name).write_bytes(data)
    (tmp_path / "bad.csv").write_text("supplier,predicate\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from graph.cli import main; main()", "--store", "s", "load", "eto", "bad.csv", "--keep-going", "--json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "CC BY-NC 4.0" in done.stderr
    assert "bad.csv:1: no column 'customer', 'as_of'" in done.stderr
    assert json.loads(done.stdout)["claims"] == 4
