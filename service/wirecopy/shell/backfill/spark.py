"""A back-fill on Apache Spark: one task a range, as `mapInArrow` over the ranges' numbers.

Spark schedules and no more: each task reads the slices of its range from the folder of the back-fill and puts its result there,
so that folder must be on storage that all workers mount. A task that Spark starts twice leaves one result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wirecopy.shell.backfill.local import run_numbered
from wirecopy.shell.backfill.ranges import Result
from wirecopy.shell.files.extras import needed


def run_spark(work: Path, numbers: Sequence[int], on_done: Callable[[Result], None]) -> None:
    """Does these ranges in the Spark session of this process, or in one made by the settings of spark-submit. Spark's own
    exception where a task failed for good."""
    needed("pandas", "Back-fills on Spark", "spark")  # mapInArrow asks for it
    sql = needed("pyspark.sql", "Back-fills on Spark", "spark")
    session = sql.SparkSession.builder.appName("wirecopy backfill").getOrCreate()
    rows = session.sparkContext.parallelize([(number,) for number in numbers], max(len(numbers), 1))
    frame = session.createDataFrame(rows, "number long")
    folder = str(work.absolute())

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return _run(batches, folder)

    done = frame.mapInArrow(run, "result string")
    for row in done.collect():
        on_done(Result(**json.loads(row["result"])))


def _run(batches: Iterator[Any], work: str) -> Iterator[Any]:
    """In a worker of Spark: the ranges of each Arrow batch, their results as JSON."""
    arrow = needed("pyarrow", "Back-fills on Spark", "spark")
    for batch in batches:
        for number in batch.column(0).to_pylist():
            result = json.dumps(asdict(run_numbered(work, number)))
            yield arrow.record_batch([arrow.array([result], arrow.string())], names=["result"])
