"""Watching folders and feeds: what is new goes in once, what changed replaces itself, hostile feeds leave nothing."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from feed_server import FeedServer, feed_server, rss
from graph.errors import StoreError
from graph.fetch import Limits
from graph.loading import Reading
from graph.store import Store, open_store
from graph.watch import State, look
from loaders.claim import Claim, Document
from plain_reader import BrokenReader, PlainReader

HERE = ipaddress.ip_network("127.0.0.1/32")
LIMITS = Limits(silence=2.0, whole=4.0, size=2**20, private=(HERE,))
READING = Reading(extractor=PlainReader)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def content(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


def graphs(store: Store) -> int:
    answer = b"".join(store.query("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?d a nt:Document } }", "text/csv"))
    return int(answer.decode().split()[1])


# ------------------------------------------------------------------ feeds


def test_a_feed_is_stored_once_and_asked_politely(server: FeedServer, memory: Store) -> None:
    state = State()
    first = look(memory, [server.url()], state, READING, limits=LIMITS)
    assert (first.looked[0].documents, first.looked[0].claims, first.faults) == (1, 1, ())
    before = content(memory)
    second = look(memory, [server.url()], state, READING, limits=LIMITS)
    assert (second.looked[0].documents, second.looked[0].unchanged) == (0, 1)
    assert content(memory) == before
    assert server.asked == [("/feed", None), ("/feed", '"1"')]


def test_an_entry_that_changes_takes_its_own_place(server: FeedServer, memory: Store) -> None:
    state = State()
    look(memory, [server.url()], state, READING, limits=LIMITS)
    server.etag = '"2"'
    server.body = rss(
        ("1", "Memory", "Micron supplies HBM4 to Nvidia."), ("2", "Foundry", "TSMC supplies N3 wafers to AMD.")
    )
    again = look(memory, [server.url()], state, READING, limits=LIMITS)
    assert (again.looked[0].documents, again.looked[0].replaced) == (2, 1)
    fresh = open_store("memory:")
    look(fresh, [server.url()], State(), READING, limits=LIMITS)
    assert content(memory) == content(fresh)


def test_an_entry_that_leaves_the_feed_stays_in_the_store(server: FeedServer, memory: Store) -> None:
    state = State()
    look(memory, [server.url()], state, READING, limits=LIMITS)
    server.etag, server.body = '"2"', rss(("2", "Foundry", "TSMC supplies N3 wafers to AMD."))
    look(memory, [server.url()], state, READING, limits=LIMITS)
    assert graphs(memory) == 2


@pytest.mark.parametrize("path", ["/packed", "/moved", "/latin"])
def test_what_servers_ordinarily_do_is_understood(server: FeedServer, memory: Store, path: str) -> None:
    run = look(memory, [server.url(path)], State(), READING, limits=LIMITS)
    assert (run.looked[0].claims, run.faults) == (1, ())


HOSTILE = {
    "/laughs": "declares entities",
    "/large": "1,073,741,824 bytes, more than 1,048,576",
    "/endless": "more than 1,048,576 bytes",
    "/bomb": "more than 1,048,576 bytes",
    "/drip": "no whole answer within 4 s",
    "/drip-headers": "no whole answer within 4 s|got more than 100 headers",
    "/to-private": r"/to-private led to http://127\.0\.0\.2:\d+/feed: 127\.0\.0\.2 is at the private address",
    "/to-file": "only http and https are fetched",
    "/round": "more than 5 redirects",
    "/wrong-charset": "not UTF-8 text",
    "/wrong-header-charset": "not gb2312 text",
    "/cut": "broke off",
    "/cut-packed": "broke off",
    "/not-http": "SSH",
    "/busy": "says 429 .*asks to wait 3600",
    "/missing": "says 404",
    "/page": "no date found|no sentence",
}


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_feed_is_refused_with_a_clear_line_and_nothing_stored(
    server: FeedServer, memory: Store, path: str
) -> None:
    look(memory, [server.url()], State(), READING, limits=LIMITS)
    before = content(memory)
    run = look(memory, [server.url(path)], State(), READING, limits=LIMITS)
    (fault,) = run.faults
    assert "\n" not in fault
    with pytest.raises(AssertionError, match=HOSTILE[path]):
        raise AssertionError(fault)
    assert fault.startswith("http://127.0.0.")
    assert content(memory) == before


# ------------------------------------------------------------------ folders


def day(folder: Path, number: int, text: str = "SK hynix supplies HBM4 to Nvidia [1].") -> Path:
    path = folder / f"2026-01-{number:02}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_read_once_and_changes_replace_themselves(tmp_path: Path, memory: Store) -> None:
    news = tmp_path / "news"
    news.mkdir()
    day(news, 1), day(news, 2)
    state = State.read(tmp_path / "state.json")
    assert look(memory, [str(news)], state, READING).looked[0].documents == 2
    assert look(memory, [str(news)], State.read(tmp_path / "state.json"), READING).looked[0].unchanged == 2
    changed = day(news, 2, "Micron supplies HBM4 to Nvidia [1]. TSMC supplies wafers to AMD [1].")
    os.utime(changed, ns=(1, 1))
    run = look(memory, [str(news)], State.read(tmp_path / "state.json"), READING)
    assert (run.looked[0].documents, run.looked[0].claims, run.looked[0].replaced) == (1, 2, 1)
    fresh = open_store("memory:")
    look(fresh, [str(news)], State(), READING)
    assert content(memory) == content(fresh)


def test_a_refused_file_is_named_at_every_look_until_it_can_be_read(tmp_path: Path, memory: Store) -> None:
    broken, undated = tmp_path / "2026-01-03.txt", tmp_path / "undated.txt"
    broken.write_bytes(b"a\0b")
    undated.write_text("TSMC supplies N3 to AMD.", encoding="utf-8")
    state = State()
    for _ in range(2):
        run = look(memory, [str(tmp_path)], state, READING)
        assert [fault.split(": ")[1].split(" (")[0] for fault in run.faults] == [
            "not a text file",
            "no date found in the text or its name; say it with --date YYYY-MM-DD",
        ]
    broken.write_text("SK hynix supplies HBM4 to Nvidia.", encoding="utf-8")
    assert look(memory, [str(tmp_path)], state, READING).looked[0].documents == 1
    dated = look(memory, [str(tmp_path)], state, replace(READING, date=date(2026, 1, 28)))
    assert (dated.looked[0].documents, dated.looked[0].unchanged, dated.faults) == (1, 1, ())


@dataclass(frozen=True)
class NewReader(PlainReader):
    """The same extractor in a later version."""

    name: str = "plain 2"


def test_another_reader_or_mapping_is_a_reason_to_read_again(tmp_path: Path, memory: Store) -> None:
    day(tmp_path, 3)
    (tmp_path / "orders.csv").write_text("maker,buyer,day\nSK hynix,Nvidia,2026-01-28\n", encoding="utf-8")
    mapping = tmp_path / "orders.csv.map.toml"
    told = '[columns]\nsubject = "maker"\nobject = "buyer"\ndate = "day"\n[constants]\npredicate = "{}"\n'
    mapping.write_text(told.format("supplies"), encoding="utf-8")
    state = State()
    run = look(memory, [str(tmp_path)], state, READING)
    assert (run.looked[0].documents, run.faults) == (2, ())
    assert look(memory, [str(tmp_path)], state, READING).looked[0].unchanged == 2
    mapping.write_text(told.format("fabricatesFor"), encoding="utf-8")
    run = look(memory, [str(tmp_path)], state, READING)
    assert (run.looked[0].documents, run.looked[0].unchanged) == (1, 1)
    assert b"fabricatesFor" in b"".join(memory.export())
    assert look(memory, [str(tmp_path)], state, Reading(extractor=NewReader)).looked[0].documents == 2


def test_what_breaks_reader_or_store_stops_neither_folder_nor_feed(
    server: FeedServer, tmp_path: Path, memory: Store
) -> None:
    news, reading = tmp_path / "news", Reading(extractor=BrokenReader)
    news.mkdir()
    day(news, 1), day(news, 2, "Micron supplies HBM4 to Nvidia."), day(news, 3, "TSMC supplies N3 to AMD.")
    named = Path(os.fsdecode(bytes(news) + b"/caf\xe9 2026-01-28.txt"))
    named.write_text("SK hynix supplies HBM4 to AMD.", encoding="utf-8")
    server.body = rss(("1", "Memory", "SK hynix supplies HBM4 to AMD."), ("2", "Foundry", "TSMC supplies N3 to AMD."))
    broken = server.url("/broken")
    for documents, unchanged in (2, 0), (0, 2):
        state = State.read(tmp_path / "state.json")
        run = look(memory, [str(news), server.url(), broken], state, reading, limits=LIMITS)
        assert (run.looked[0].documents, run.looked[0].unchanged) == (documents, unchanged)
        first, second = run.looked[0].faults
        assert "2026-01-02.txt: KeyError: 'Micron'" in first
        assert "2026-01-03.txt: " in second
        (entry,) = run.looked[1].faults
        assert entry.startswith("https://example.org/2: ")
        assert "KeyError" in run.looked[2].faults[0]
        assert run.model_dump_json()
    assert graphs(memory) == 3


def test_two_files_of_one_content_keep_it_until_both_change(tmp_path: Path, memory: Store) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        day(tmp_path / name, 4)
    state = State()
    look(memory, [str(tmp_path)], state, READING)
    assert graphs(memory) == 1
    day(tmp_path / "a", 4, "Micron supplies HBM4 to Nvidia, it says now.")
    look(memory, [str(tmp_path)], state, READING)
    assert graphs(memory) == 2


def test_a_state_of_another_store_is_not_believed(tmp_path: Path, memory: Store) -> None:
    day(tmp_path, 5)
    state = State()
    look(memory, [str(tmp_path)], state, READING)
    other = open_store("memory:")
    assert look(other, [str(tmp_path)], state, READING).looked[0].documents == 1


def test_a_broken_state_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="no state of a watch"):
        State.read(tmp_path / "state.json")


@dataclass(frozen=True)
class UnsureReader(PlainReader):
    """An extractor gone wrong: one of its claims is surer than sure."""

    def extract(self, document: Document) -> Iterator[Claim]:
        for claim in super().extract(document):
            yield replace(claim, confidence=2.0) if "Micron" in claim.sentence else claim


def test_a_claim_that_breaks_the_shapes_stops_neither_folder_nor_feed(
    server: FeedServer, tmp_path: Path, memory: Store
) -> None:
    day(tmp_path, 6), day(tmp_path, 7, "Micron supplies HBM4 to Nvidia.")
    server.body = rss(
        ("1", "Memory", "Micron supplies HBM4 to AMD."), ("2", "Memory", "SK hynix supplies HBM4 to AMD.")
    )
    run = look(memory, [str(tmp_path), server.url()], State(), Reading(extractor=UnsureReader), limits=LIMITS)
    assert [each.documents for each in run.looked] == [1, 1]
    assert all("confidence" in fault and "“Micron supplies" in fault for fault in run.faults)
    assert len(run.faults) == 2


WATCH = """
import sys
sys.path.insert(0, {tests!r})
from plain_reader import PlainReader
from graph.loading import Reading
from graph.store import open_store
from graph.watch import State, look
import graph.watch
from pathlib import Path
graph.watch._BATCH = 3
if __name__ == "__main__":
    store = open_store({store!r})
    print("open", flush=True)
    look(store, [{news!r}], State.read(Path({state!r})), Reading(extractor=PlainReader))
"""


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_to_the_same_store(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for number in range(1, 25):
        day(news, number, f"SK hynix supplies HBM4 to Nvidia [{number}]. TSMC supplies N3 to AMD [{number}].")
    undisturbed = open_store("memory:")
    look(undisturbed, [str(news)], State(), READING)
    code = WATCH.format(
        tests=str(Path(__file__).parent),
        store=str(tmp_path / "store"),
        news=str(news),
        state=str(tmp_path / "state.json"),
    )
    killed = 0
    for wait in (0.0, 0.1, 0.3, 0.6):
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
    assert content(store) == content(undisturbed)
    store.close()


# ------------------------------------------------------------------ command


def test_a_look_while_another_writes_waits_for_the_next(tmp_path: Path) -> None:
    day(tmp_path, 8)
    command = [
        sys.executable,
        "-c",
        "from graph.cli import main; main()",
        "--store",
        "store",
        "watch",
        "2026-01-08.txt",
    ]
    other = open_store(str(tmp_path / "store"))
    once = subprocess.run([*command, "--once"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert once.returncode == 1
    assert "another process" in once.stderr
    waiting = subprocess.Popen(
        [*command, "--every", "1", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert waiting.stderr is not None
        assert waiting.stdout is not None
        assert "another process" in (said := waiting.stderr.readline())
        assert said.endswith("; next look in 1 s\n")
        other.close()
        assert json.loads(waiting.stdout.readline())["looked"][0]["documents"] == 1
    finally:
        waiting.kill()
        waiting.communicate()


def test_the_state_of_a_store_without_a_folder_is_no_document(tmp_path: Path) -> None:
    day(tmp_path, 9)
    command = [sys.executable, "-c", "from graph.cli import main; main()", "--store", "memory:", "watch", ".", "--once"]
    (tmp_path / "nthtier-watch.json").write_text('{"form": 1, "files": {}, "feeds": {}}', encoding="utf-8")
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"2026-01-09.txt", "nthtier.watch.json"}


def test_the_command_looks_once_and_reports(server: FeedServer, tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "day.jsonl").write_text(
        json.dumps(
            {"subject": "SK hynix", "predicate": "supplies", "object": "Nvidia", "sentence": "x", "date": "2026-01-28"}
        )
    )
    command = [sys.executable, "-c", "from graph.cli import main; main()", "--store", "store", "watch", "events"]
    done = subprocess.run([*command, "--once", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["looked"][0]["documents"] == 1
    again = subprocess.run(
        [*command, server.url(), "--once"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "0 documents with 0 claims; 1 unchanged" in again.stdout
    assert "--allow-private" in again.stderr
