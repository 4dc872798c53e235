"""Loading and archives: documents a second, one process against two, how cost grows; ``SIZE=full`` loads 10,000 days."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import archive
import pytest

from graph.backfill import backfill
from graph.loading import Reading, find_files, load_files
from graph.store import open_store
from plain_reader import PlainReader

FULL = os.environ.get("SIZE") == "full"
SIZES = (1_000, 3_000, 10_000) if FULL else (200, 600)
READING = Reading(extractor=PlainReader)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def growth(times: dict[int, float]) -> float:
    """The slope between the smallest and the largest size on log-log: 1 is linear."""
    first, last = min(times), max(times)
    return math.log(times[last] / times[first]) / math.log(last / first)


@pytest.mark.parametrize("processes", [1, 2])
def test_loading_digest_days(tmp_path: Path, processes: int) -> None:
    times: dict[int, float] = {}
    for size in SIZES:
        folder = archive.write(tmp_path / f"days-{size}", size)
        store = open_store(str(tmp_path / f"store-{size}"))
        times[size] = timed(lambda f=folder, s=store: load_files(s, find_files([f]), READING, processes=processes))
        again = load_files(store, find_files([folder]), READING, processes=processes)
        assert (again.documents, again.skipped) == (0, size)
        store.close()
        shutil.rmtree(folder)
    rates = ", ".join(f"{size:,} days {size / spent:,.0f}/s" for size, spent in times.items())
    print(f"\nload, {processes} process(es): {rates}; growth {growth(times):.2f}")
    assert growth(times) < 1.6


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
        times[size] = timed(lambda f=folder, o=out, r=run: backfill([f], o, READING, **r))
        shutil.rmtree(folder)
    rates = ", ".join(f"{size:,} days {size / spent:,.0f}/s" for size, spent in times.items())
    print(f"\nbackfill, {engine} worker(s): {rates}; growth {growth(times):.2f}")
