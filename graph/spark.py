"""The analysis of tables that do not fit one machine, on Spark: iterated joins over the rows of needs.

The rows are those of :class:`graph.needs.Needs`, a line for each supplier of each need, in Parquet. They are divided among the
workers once, by need. Each round sends out what is known of the suppliers, joins it to the rows where they are, works the needs
out with the same arithmetic as :mod:`graph.shares`, and takes back what rose. So no round moves a row, and the machine that
asks holds a name and a number for each party, none of the rows. The answers are those of one machine, as the fixed points are
the same.

Needs the extra ``spark`` and a Java runtime; a cluster is named by its master's address.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
    with _numbered(spark, path, sources) as (rows, parties, frontier):
        tier = np.full(len(parties), -1)
        tier[frontier] = 0
        for round_ in range(1, _ROUNDS):
            reached = (
                rows.join(_broadcast(spark, supplier=frontier), "supplier", "left_semi").select("consumer").distinct()
            )
            frontier = _column(reached.toArrow(), "consumer")
            frontier = frontier[tier[frontier] < 0]
            if not len(frontier):
                break
            tier[frontier] = round_
    return _of_parties(parties, tier, tier > 0)


def exposure(spark: Any, path: Path | str, sources: Iterable[str], bound: Literal["low", "high"]) -> dict[str, float]:
    """Return how exposed each party is to the sources, the lower or upper bound; parties without exposure are left out.

    ``E_b = max over needs of the bound of Σ w·E``, from 0 upwards, as :func:`graph.propagation.spread` has it.
    """
    with _numbered(spark, path, sources) as (rows, parties, risen):
        loss = np.zeros(len(parties))
        loss[risen] = 1.0
        for _ in range(_ROUNDS):
            lost = np.flatnonzero(loss)
            known = _broadcast(spark, supplier=lost, loss=loss[lost], risen=np.isin(lost, risen))
            offers = (
                rows.join(known, "supplier", "left").mapInArrow(_offers(bound), "consumer long, loss double").toArrow()
            )
            before = loss.copy()
            np.maximum.at(loss, _column(offers, "consumer"), _column(offers, "loss"))
            risen = np.flatnonzero(loss > before + _RISE)
            if not len(risen):
                break
    return _of_parties(parties, loss, loss > 0)


def stopped(spark: Any, path: Path | str, removed: Iterable[str]) -> dict[str, int]:
    """Return what stops when some parties are removed, and in which step: a need runs dry when all its suppliers are out."""
    from pyspark.sql import functions as f

    with _numbered(spark, path, removed) as (rows, parties, out):
        step = np.full(len(parties), -1)
        step[out] = 0
        for round_ in range(1, _ROUNDS):
            out = np.flatnonzero(step >= 0)
            known = _broadcast(spark, supplier=out, out=np.ones(len(out), bool))
            needs = rows.filter("NOT part").join(known, "supplier", "left").groupBy("need", "consumer")
            dry = needs.agg(f.count("*").alias("size"), f.count("out").alias("lost")).filter("size = lost")
            fresh = _column(dry.select("consumer").toArrow(), "consumer")
            fresh = fresh[step[fresh] < 0]
            if not len(fresh):
                break
            step[fresh] = round_
    return _of_parties(parties, step, step >= 0)


# ------------------------------------------------------------------ pieces


@contextmanager
def _numbered(spark: Any, path: Path | str, some: Iterable[str]) -> Iterator[tuple[Any, pa.Array, Any]]:
    """The rows with parties by number, those of one need on one worker; the parties by number; the numbers of some."""
    from pyspark.sql import functions as f

    rows = spark.read.parquet(str(path)).drop("component")
    named = rows.select(f.col("consumer").alias("name")).union(rows.select("supplier")).distinct().toArrow()["name"]
    wanted = pa.array(sorted(set(some)), pa.string())
    parties = pc.unique(pa.concat_arrays([*named.chunks, wanted])).sort()
    numbers = spark.createDataFrame(pa.table({"name": parties, "number": np.arange(len(parties))}))
    for end in ("supplier", "consumer"):
        rows = rows.withColumnRenamed(end, "name").join(numbers, "name").drop("name").withColumnRenamed("number", end)
    rows = rows.repartition("need").persist()
    try:
        yield rows, parties, pc.index_in(wanted, parties).to_numpy(zero_copy_only=False)
    finally:
        rows.unpersist()


def _broadcast(spark: Any, **columns: Any) -> Any:
    from pyspark.sql import functions as f

    return f.broadcast(spark.createDataFrame(pa.table({name: pa.array(each) for name, each in columns.items()})))


def _column(table: pa.Table, name: str) -> Any:
    return table[name].to_numpy()


def _of_parties(parties: pa.Array, values: Any, where: Any) -> dict[str, Any]:
    return dict(zip(parties.filter(pa.array(where)).to_pylist(), values[where].tolist(), strict=True))


def _offers(bound: str) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function from a partition's rows, with their suppliers' losses, to what each need passes on where one of them rose."""

    def offers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found = [batch for batch in batches if batch.num_rows]
        if not found:
            return
        table = pa.Table.from_batches(found)
        touched = pc.unique(table["need"].filter(pc.fill_null(table["risen"], False)))
        table = table.filter(pc.is_in(table["need"], touched)).sort_by(
            [("need", "ascending"), ("supplier", "ascending")]
        )
        if not len(table):
            return
        need, low, high = (table[name].to_numpy() for name in ("need", "low", "high"))
        loss = pc.fill_null(table["loss"], 0.0).to_numpy()
        head = np.flatnonzero(np.append(True, np.diff(need) != 0))
        start = np.append(head, len(need)).astype(np.int32)
        if bound == "high":
            value = shares.highest(low, high, loss, start)
        else:
            value = shares.lowest(low, high, loss, start, table["complete"].to_numpy()[head])
            value = np.where(table["part"].to_numpy()[head], 0.0, value)
        rising = value > 0
        consumer = table["consumer"].to_numpy()[head]
        yield pa.RecordBatch.from_arrays([pa.array(consumer[rising]), pa.array(value[rising])], ["consumer", "loss"])

    return offers
