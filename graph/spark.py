"""The analysis of tables that do not fit one machine, on Spark: iterated joins over the rows of needs.

The rows are those of :class:`graph.needs.Needs`, a line for each supplier of each need, in Parquet. Each round joins them with
what is known of the suppliers, works the needs out with the same arithmetic as :mod:`graph.shares`, a partition at a time, and
keeps what rose. The answers are those of one machine, as the fixed points are the same.

Needs the extra ``spark`` and a Java runtime; a cluster is named by its master's address.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from graph import shares
from graph.errors import StoreError
from ontology.errors import NthtierError

if TYPE_CHECKING:
    from graph.network import Network

ROWS: Final = pa.schema(
    [
        ("need", pa.int64()),
        ("consumer", pa.string()),
        ("component", pa.string()),
        ("supplier", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("part", pa.bool_()),
        ("complete", pa.bool_()),
    ]
)
_RISE: Final = 1e-12
_ROUNDS: Final = 10_000


@contextmanager
def session(master: str = "local[*]", **options: str) -> Iterator[Any]:
    """Open a Spark session and close it again.

    Raises
    ------
    StoreError
        PySpark or Java is absent, or no cluster answers.
    """
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise StoreError("Spark needs the extra 'spark' (pip install 'nthtier[spark]') and a Java runtime") from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
        **options,
    }
    if master.startswith("local"):
        threads = os.cpu_count() or 1 if "*" in master else int("".join(filter(str.isdigit, master)) or 1)
        settings = {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(threads),
            "spark.default.parallelism": str(threads),
            "spark.sql.adaptive.enabled": "false",
            **settings,
        }
    with warnings.catch_warnings():
        # Arrow is used, not pandas, of which PySpark says that its newest version is too new.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield from _opened(master, settings)


def _opened(master: str, settings: Mapping[str, str]) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("nthtier")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:  # Java's own errors have many classes
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise StoreError(f"no Spark session at {master}: {reason}") from None
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    except NthtierError:
        raise
    except Exception as error:
        raise StoreError(f"the work on Spark failed: {_cause(str(error))}") from error
    finally:
        spark.stop()


def _cause(report: str) -> str:
    """The line of a report of several hundred that says what went wrong in Python, else its first."""
    said = re.findall(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception): .{1,300})$", report, re.MULTILINE)
    lines = [line for line in report.splitlines() if line.strip()]
    return str(said[0]) if said else lines[0][:300] if lines else "no reason given"


def write_needs(net: Network, path: Path) -> None:
    """Write the rows of a network's needs as Parquet."""
    needs = net.needs
    iris = [node.iri for node in net.nodes]

    def named(codes: Any) -> pa.Array:
        return pa.array([iris[code] for code in codes.tolist()], pa.string())

    of_row = needs.need
    table = pa.table(
        [
            pa.array(of_row.astype(np.int64)),
            named(needs.consumer[of_row]),
            named(needs.component[of_row]),
            named(needs.supplier),
            pa.array(needs.low),
            pa.array(needs.high),
            pa.array(needs.part[of_row]),
            pa.array(needs.complete[of_row]),
        ],
        schema=ROWS,
    )
    parquet.write_table(table, path)


def tiers(spark: Any, path: Path | str, sources: Iterable[str]) -> dict[str, int]:
    """Return in which tier each party depends on the sources: breadth first, a join a tier."""
    from pyspark.sql import functions as f

    edges = spark.read.parquet(str(path)).select("supplier", "consumer").distinct().persist()
    frontier = _table(spark, dict.fromkeys(sources, 0), "tier long")
    seen, tier = [frontier], 0
    while tier < _ROUNDS:
        tier += 1
        reached = edges.join(frontier, edges.supplier == frontier.node).select(edges.consumer.alias("node")).distinct()
        known = _union(seen).select("node")
        frontier = reached.join(known, "node", "left_anti").withColumn("tier", f.lit(tier).cast("long"))
        frontier = frontier.localCheckpoint()
        if frontier.isEmpty():
            break
        seen.append(frontier)
    found = {row["node"]: int(row["tier"]) for row in _union(seen[1:]).toLocalIterator()} if len(seen) > 1 else {}
    edges.unpersist()
    return dict(sorted(found.items()))


def exposure(spark: Any, path: Path | str, sources: Iterable[str], bound: Literal["low", "high"]) -> dict[str, float]:
    """Return how exposed each party is to the sources, the lower or upper bound; parties without exposure are left out.

    ``E_b = max over needs of the bound of Σ w·E``, from 0 upwards, as :func:`graph.propagation.spread` has it.
    """
    rows = _rows(spark, path)
    loss = _table(spark, dict.fromkeys(sources, 1.0), "loss double").localCheckpoint()
    for _ in range(_ROUNDS):
        known = loss.withColumnRenamed("node", "supplier")
        offered = (
            rows.join(known, "supplier", "left")
            .fillna(0.0, ["loss"])
            .repartition("need")
            .mapInArrow(_offers(bound), "node string, loss double")
        )
        risen = _greatest(loss.unionByName(offered)).localCheckpoint()
        before = loss.withColumnRenamed("loss", "before")
        more = risen.join(before, "node", "left").fillna(0.0, ["before"]).filter(f"loss > before + {_RISE}")
        settled = more.isEmpty()
        loss = risen
        if settled:
            break
    rows.unpersist()
    return dict(sorted((row["node"], float(row["loss"])) for row in loss.filter("loss > 0").toLocalIterator()))


def stopped(spark: Any, path: Path | str, removed: Iterable[str]) -> dict[str, int]:
    """Return what stops when some parties are removed, and in which step: a need runs dry when all its suppliers are out."""
    from pyspark.sql import functions as f

    rows = _rows(spark, path).filter("NOT part")
    sizes = rows.groupBy("need", "consumer").agg(f.count("*").alias("size")).persist()
    out = _table(spark, dict.fromkeys(removed, 0), "step long").localCheckpoint()
    for step in range(1, _ROUNDS):
        lost = (
            rows.join(out.select(out.node.alias("supplier")), "supplier")
            .groupBy("need")
            .agg(f.count("*").alias("lost"))
        )
        dry = sizes.join(lost, "need").filter("lost = size").select(f.col("consumer").alias("node")).distinct()
        fresh = dry.join(out, "node", "left_anti").withColumn("step", f.lit(step).cast("long")).localCheckpoint()
        if fresh.isEmpty():
            break
        out = out.unionByName(fresh).localCheckpoint()
    sizes.unpersist()
    return dict(sorted((row["node"], int(row["step"])) for row in out.toLocalIterator()))


# ------------------------------------------------------------------ pieces


def _rows(spark: Any, path: Path | str) -> Any:
    return spark.read.parquet(str(path)).persist()


def _table(spark: Any, values: Mapping[str, float], column: str) -> Any:
    return spark.createDataFrame(sorted(values.items()), f"node string, {column}")


def _union(frames: list[Any]) -> Any:
    return reduce(lambda one, other: one.unionByName(other), frames)


def _greatest(frame: Any) -> Any:
    from pyspark.sql import functions as f

    return frame.groupBy("node").agg(f.max("loss").alias("loss"))


def _offers(bound: str) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function from a partition's rows, with their suppliers' losses, to what each need passes on."""

    def offers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found = list(batches)
        if not found:
            return
        table = pa.Table.from_batches(found).sort_by([("need", "ascending"), ("supplier", "ascending")])
        need = table["need"].to_numpy()
        low, high, loss = (table[name].to_numpy() for name in ("low", "high", "loss"))
        head = np.flatnonzero(np.append(True, np.diff(need) != 0))
        start = np.append(head, len(need)).astype(np.int32)
        if bound == "high":
            value = shares.highest(low, high, loss, start)
        else:
            value = shares.lowest(low, high, loss, start, table["complete"].to_numpy(zero_copy_only=False)[head])
            value = np.where(table["part"].to_numpy(zero_copy_only=False)[head], 0.0, value)
        rising = value > 0
        consumer = table["consumer"].combine_chunks().take(pa.array(head[rising]))
        yield pa.RecordBatch.from_arrays(
            [pa.array(consumer.to_pylist(), pa.string()), pa.array(value[rising])], ["node", "loss"]
        )

    return offers
