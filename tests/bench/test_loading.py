"""Loading and archives: documents a second, one process against two, how cost grows; ``SIZE=full`` loads 10,000 days."""

from __future__ import annotations

import math
import os
import resource
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import archive
import industry
import numpy as np
import pytest

from graph.backfill import backfill
from graph.closure import stop
from graph.loading import Reading, find_files, load_files
from graph.network import build
from graph.propagation import spread
from graph.store import open_store
from plain_reader import PlainReader

FULL = os.environ.get("SIZE") == "full"
SIZES = (1_000, 3_000, 10_000) if FULL else (200, 600)
BOUNDS: tuple[Literal["low", "high"], ...] = ("low", "high")
READING = Reading(extractor=PlainReader)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def growth(times: dict[int, float]) -> float:
    """The slope between the smallest and the largest size on log-log: 1 is linear."""
    first, last = min(times), max(times)
    return math.log(times[last] / times[first]) / math.log(last / first)


def processor() -> tuple[float, float]:
    """CPU seconds of this process, which writes, and of those that ended below it, which read."""
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime, below.ru_utime + below.ru_stime


@pytest.mark.parametrize("processes", [1, 2])
def test_loading_digest_days(tmp_path: Path, processes: int) -> None:
    times: dict[int, float] = {}
    wrote: dict[int, float] = {}
    read = 0.0
    for size in SIZES:
        folder = archive.write(tmp_path / f"days-{size}", size)
        store = open_store(str(tmp_path / f"store-{size}"))
        begun = processor()
        times[size] = timed(partial(load_files, store, find_files([folder]), READING, processes=processes))
        wrote[size], read = (after - before for after, before in zip(processor(), begun, strict=True))
        again = load_files(store, find_files([folder]), READING, processes=processes)
        assert (again.documents, again.skipped) == (0, size)
        store.close()
        shutil.rmtree(folder)
    rates = ", ".join(f"{size:,} days {size / spent:,.0f}/s" for size, spent in times.items())
    print(
        f"\nload, {processes} process(es): {rates}; growth {growth(times):.2f}, of the writer's CPU {growth(wrote):.2f}"
    )
    print(f"  CPU of the largest: {wrote[max(SIZES)]:.1f} s in the writer, {read:.1f} s in processes that only read")
    assert growth(wrote) < 1.4


@pytest.mark.parametrize("processes", [1, 2])
def test_loading_short_days_with_the_learned_reader(tmp_path: Path, processes: int) -> None:
    """What reading costs: the plain reader above takes a hundredth of it."""
    days = 400 if FULL else 80
    for number in range(days):
        lines = archive.digest(number).splitlines()
        (tmp_path / f"day-{number:05}.txt").write_text("\n".join([lines[0], lines[1][:200]]), encoding="utf-8")
    store = open_store(str(tmp_path / "store"))
    begun = processor()
    spent = timed(lambda: load_files(store, find_files([tmp_path]), Reading(), processes=processes))
    writer, readers = (after - before for after, before in zip(processor(), begun, strict=True))
    store.close()
    print(
        f"\nload with the learned reader, {processes} process(es): {days} short days {days / spent:,.1f}/s; CPU {writer:.1f} s "
        f"here, {readers:.1f} s in processes that only read"
    )


@pytest.mark.parametrize("engine", ["local 1", "local 2", "spark 1", "spark 2"])
def test_backfill_of_digest_days(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, workers = engine.split()
    if name == "spark" and shutil.which("java") is None:
        pytest.skip("java is absent; add it with: apt-get install default-jre-headless")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    times: dict[int, float] = {}
    for size in SIZES:
        folder = archive.write(tmp_path / f"days-{size}", size)
        out = tmp_path / f"out-{size}"
        run: dict[str, Any] = {"engine": name, "processes": int(workers), "master": f"local[{workers}]"}
        times[size] = timed(partial(backfill, [folder], out, READING, **run))
        shutil.rmtree(folder)
    rates = ", ".join(f"{size:,} days {size / spent:,.0f}/s" for size, spent in times.items())
    print(f"\nbackfill, {engine} worker(s): {rates}; growth {growth(times):.2f}")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_analysis_on_spark(tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("java") is None:
        pytest.skip("java is absent; add it with: apt-get install default-jre-headless")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    from graph import spark as big

    for parties in (2_000, 20_000, 200_000) if FULL else (2_000,):
        net = build(industry.relations(parties), "reported", {}, {})
        path = tmp_path / f"needs-{parties}.parquet"
        big.write_needs(net, path)
        hub = int(np.bincount(net.supplier).argmax())
        source = net.nodes[hub].iri
        seed = np.zeros(len(net.nodes))
        seed[hub] = 1.0
        said = []
        with big.session(f"local[{workers}]") as spark:
            begun = time.perf_counter()
            tiers = big.tiers(spark, path, [source])
            said.append(f"tiers {time.perf_counter() - begun:.1f} s")
            for bound in BOUNDS:
                begun = time.perf_counter()
                there = big.exposure(spark, path, [source], bound)
                spent = time.perf_counter() - begun
                begun = time.perf_counter()
                here = spread(net.needs, seed, bound)
                alone = time.perf_counter() - begun
                said.append(f"exposure {bound} {spent:.1f} s in {here.rounds} rounds (here {alone:.2f} s)")
                assert len(there) == int((here.node > 0).sum())
                assert max(abs(value - here.node[net.index[name]]) for name, value in there.items()) < 1e-9
            begun = time.perf_counter()
            stopped = big.stopped(spark, path, [source])
            said.append(f"stop {time.perf_counter() - begun:.1f} s")
        assert len(stopped) == int((stop(net.needs, [hub]).round >= 0).sum())
        print(
            f"\nSpark, {workers} worker(s), {len(net.relations):,} relations, {len(tiers):,} dependents: {', '.join(said)}"
        )
