"""Archives to files: the same bytes on every engine, parts made once, and analysis on Spark equal to one machine's."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from conftest import system_part
from graph import spark as big
from graph.backfill import CLAIMS, backfill
from graph.closure import stop
from graph.consolidate import Relation
from graph.errors import StoreError
from graph.loading import Reading, find_files, load_files
from graph.network import Network, build
from graph.propagation import spread
from graph.store import Store, open_store
from loaders.errors import LoaderError
from plain_reader import BrokenReader, PlainReader
from samples import EVENTS, SAMPLES

READING = Reading(extractor=PlainReader)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "news"
    folder.mkdir()
    for number in range(1, 21):
        (folder / f"2026-01-{number:02}.txt").write_text(
            f"SK hynix supplies HBM4 to Nvidia [{number}]. TSMC supplies N3 to AMD [2]. It rained.\n", encoding="utf-8"
        )
    (folder / "events.jsonl").write_text(EVENTS, encoding="utf-8")
    SAMPLES["eto"].write(folder)
    (folder / "broken.csv").write_text("supplier\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    done = backfill([archive], out, READING, parts=4)
    assert (done.parts, done.made, done.documents, done.claims) == (4, 4, 23, 46)
    assert [fault.split("/")[-1].split(":")[0] for fault in done.faults] == ["broken.csv"]
    return out


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def content(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


def test_more_processes_make_the_same_bytes(archive: Path, made: Path, tmp_path: Path) -> None:
    backfill([archive], tmp_path / "out", READING, parts=4, processes=2)
    assert files(tmp_path / "out") == files(made)


def test_parts_are_made_once_and_what_changed_again(archive: Path, made: Path, tmp_path: Path) -> None:
    news = tmp_path / "news"
    subprocess.run(["cp", "-r", archive, news], check=True)
    out = tmp_path / "out"
    assert backfill([news], out, READING, parts=4).made == 4
    before = files(out)
    assert backfill([news], out, READING).made == 0
    (news / "2026-01-03.txt").write_text("Micron supplies HBM4 to Nvidia.", encoding="utf-8")
    assert backfill([news], out, READING).made == 1
    (news / "2026-01-03.txt").write_bytes((archive / "2026-01-03.txt").read_bytes())
    assert backfill([news], out, READING).made == 1
    assert files(out) == before


def test_its_quads_load_to_the_store_that_the_files_make(archive: Path, made: Path, memory: Store) -> None:
    load_files(memory, find_files([made / "quads"]), READING)
    direct = open_store("memory:")
    load_files(direct, find_files([archive]), READING, keep_going=True)
    assert content(memory) == content(direct)


def test_its_parquet_has_a_row_for_each_claim(made: Path) -> None:
    table = parquet.read_table(made / "claims")
    assert table.schema.names == CLAIMS.names
    ids = table["id"].to_pylist()
    assert len(ids) == len(set(ids)) == 46
    row = next(row for row in table.to_pylist() if row["predicate"] == "cutsWorkforce")
    assert (row["subject"], row["change_low"], row["object"], row["share_low"]) == ("Pinterest", -0.15, None, None)
    assert next(row for row in table.to_pylist() if row["item"] == "HBM4")["citations"]


def test_a_folder_that_is_no_backfill_is_refused(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[]", encoding="utf-8")
    with pytest.raises(StoreError, match="no plan of a backfill"):
        backfill([archive], tmp_path, READING)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize(
    ("more", "reading", "said"),
    [("absent", READING, "no such file or folder"), (".", Reading(loader="evnts"), "did you mean 'events'")],
)
def test_what_can_not_begin_leaves_no_folder_behind(
    archive: Path, tmp_path: Path, more: str, reading: Reading, said: str
) -> None:
    with pytest.raises(LoaderError, match=said):
        backfill([archive, archive / more], tmp_path / "out", reading)
    assert not (tmp_path / "out").exists()


def test_what_it_made_in_a_folder_is_no_input_of_the_next_run_over_it(archive: Path, tmp_path: Path) -> None:
    news = tmp_path / "news"
    subprocess.run(["cp", "-r", archive, news], check=True)
    first = backfill([news], news / "backfill", READING)
    again = backfill([news], news / "backfill", READING)
    assert (again.documents, again.made) == (first.documents, 0)


def test_what_breaks_the_reader_or_can_not_be_written_or_looked_at_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = tmp_path / "news"
    (news / "closed").mkdir(parents=True)
    for number, maker in enumerate(("SK hynix", "Micron", "TSMC"), 1):
        (news / f"2026-01-0{number}.txt").write_text(f"{maker} supplies parts to Nvidia.", encoding="utf-8")
    Path(os.fsdecode(bytes(news) + b"/caf\xe9 2026-01-28.txt")).write_text("SK hynix supplies HBM4 to AMD.")
    real = os.listdir

    def listdir(path: Path) -> list[str]:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    done = backfill([news], tmp_path / "out", Reading(extractor=BrokenReader))
    assert (done.documents, done.claims) == (2, 2)
    said = [fault.removeprefix(f"{news}/").partition(": ")[::2] for fault in done.faults]
    assert said[0] == ("2026-01-02.txt", "KeyError: 'Micron'")
    assert said[1][0] == "2026-01-03.txt"
    assert said[2] == ("closed", "Permission denied")
    assert backfill([news], tmp_path / "out", Reading(extractor=BrokenReader)).made == 0


def test_another_mapping_is_a_reason_to_make_a_part_again(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("maker,buyer,day\nSK hynix,Nvidia,2026-01-28\n", encoding="utf-8")
    told = '[columns]\nsubject = "maker"\nobject = "buyer"\ndate = "day"\n[constants]\npredicate = "{}"\n'
    for predicate in ("supplies", "fabricatesFor"):
        (tmp_path / "orders.csv.map.toml").write_text(told.format(predicate), encoding="utf-8")
        assert backfill([tmp_path / "orders.csv"], tmp_path / "out", READING).made == 1
        assert parquet.read_table(tmp_path / "out" / "claims")["predicate"].to_pylist() == [predicate]


def test_a_folder_that_can_not_be_made_is_a_clear_error(archive: Path) -> None:
    with pytest.raises(StoreError, match="/dev/null/x: can't be written: Not a directory"):
        backfill([archive], Path("/dev/null/x"), READING)


RUN = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from plain_reader import PlainReader
from graph.backfill import backfill
from graph.loading import Reading
if __name__ == "__main__":
    print("begun", flush=True)
    backfill([Path({archive!r})], Path({out!r}), Reading(extractor=PlainReader), parts=4)
"""


@pytest.mark.slow
def test_killed_anywhere_it_goes_on_to_the_same_files(archive: Path, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = RUN.format(tests=str(Path(__file__).parent), archive=str(archive), out=str(out))
    killed = 0
    for wait in (0.0, 0.15, 0.4):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert killed > 0
    backfill([archive], out, READING, parts=4)
    assert {name: data for name, data in files(out).items() if "/." not in name} == files(made)


def test_the_command_reports_parts_and_faults(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(EVENTS, encoding="utf-8")
    command = [sys.executable, "-c", "from graph.cli import main; main()", "backfill", "events.jsonl", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"parts": 1, "made": 1, "documents": 1, "claims": 2, "faults": []}


# ------------------------------------------------------------------ Spark


@pytest.mark.java
def test_where_no_cluster_answers_nothing_is_left_behind(tmp_path: Path) -> None:
    system_part("java")
    (tmp_path / "events.jsonl").write_text(EVENTS, encoding="utf-8")
    command = [sys.executable, "-c", "from graph.cli import main; main()", "backfill", "events.jsonl"]
    nowhere = [*command, "--engine", "spark", "--master", "no://where", "--out", "out"]
    done = subprocess.run(nowhere, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "nthtier: no Spark session at no://where" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    system_part("java")
    with big.session("local[2]") as running:
        yield running


def world(seed: int) -> Network:
    """A random network with cycles, shares of every kind, sole sources and contradictions."""
    chance = random.Random(seed)
    relations = {}
    for _ in range(34):
        supplier, consumer = chance.sample(range(16), 2)
        item = f"urn:item-{chance.randrange(4)}"
        low, high = chance.choice([(0.0, 1.0), (0.3, 0.3), (0.2, 0.6), (0.667, 1.0), (1.0, 1.0), (0.0, 0.25)])
        iri = f"urn:r-{supplier:02}-{consumer:02}-{item[-1]}"
        relations[iri] = Relation(
            iri, f"urn:p-{supplier:02}", "supplies", f"urn:p-{consumer:02}", item, item, "actual", "stated", low, high,
            1, "2026-01-28", "2026-01-28", (),
        )  # fmt: skip
    return build([relations[iri] for iri in sorted(relations)], "reported", {}, {})


@pytest.mark.java
@pytest.mark.slow
def test_spark_makes_the_same_bytes(archive: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system_part("java")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # where Spark's own processes find the plain reader
    done = backfill([archive], tmp_path / "out", READING, parts=4, engine="spark", master="local[2]")
    assert done.made == 4
    assert files(tmp_path / "out") == files(made)


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_spark_walks_weighs_and_stops_as_one_machine_does(session: Any, tmp_path: Path, seed: int) -> None:
    net = world(seed)
    path = tmp_path / "needs.parquet"
    big.write_needs(net, path)
    names = [node.iri for node in net.nodes]
    source = next(name for name in names if len(net.facts_from(net.index[name])) > 2)
    start = net.index[source]

    walked = {name: tier for name, tier in breadth_first(net, start).items() if name != source}
    assert {name: tier for name, tier in big.tiers(session, path, [source]).items() if name != source} == walked
    assert len(walked) > 5

    seed_loss = np.zeros(len(names))
    seed_loss[start] = 1.0
    for bound in ("low", "high"):
        here = spread(net.needs, seed_loss, bound).node
        there = big.exposure(session, path, [source], bound)
        assert set(there) == {names[n] for n in np.flatnonzero(here > 0)}
        assert max(abs(value - here[net.index[name]]) for name, value in there.items()) < 1e-9

    when = stop(net.needs, [start]).round
    assert big.stopped(session, path, [source]) == {names[n]: int(when[n]) for n in np.flatnonzero(when >= 0)}


def breadth_first(net: Network, start: int) -> dict[str, int]:
    """Tiers over suppliers and consumers, the obvious way."""
    tier, frontier, found = 0, {start}, {start: 0}
    while frontier:
        tier += 1
        rows = (fact for node in frontier for fact in net.facts_from(node))
        frontier = {int(net.consumer[fact]) for fact in rows} - found.keys()
        found.update(dict.fromkeys(frontier, tier))
    return {net.nodes[number].iri: tier for number, tier in found.items()}
