"""Columns on disk: the numbered lines that a back-fill hands to its workers, and the results that it leaves.

Lines go into Arrow IPC files, packed, which are read in order and in batches. Results go into Parquet files below
`day=YYYY-MM-DD/`, as Spark, DuckDB, pandas and Polars read partitions (Hive's form). Both are written under another name and
renamed when they are whole.

pyarrow is an extra (`wirecopy[files]`) and is imported where it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from wirecopy.shell.files.extras import needed

LINES_A_BATCH: Final = 256
ROWS_A_GROUP: Final = 4096
DAY_MS: Final = 24 * 3600 * 1000
_WHAT: Final = "Back-fills"

Column = tuple[str, str]  # its name, and its type: int64, double, string, binary or timestamp


class TimedLine(NamedTuple):
    """A raw record of an archive: its number in the order of judging, its time in the log (ms) and its bytes."""

    number: int
    log_time_ms: int
    value: bytes


def write_lines(path: Path, lines: Iterable[TimedLine]) -> int:
    """Writes lines to a file, which appears when it is whole. Returns how many."""
    arrow, ipc = needed("pyarrow", _WHAT, "files"), needed("pyarrow.ipc", _WHAT, "files")
    schema = arrow.schema(
        [("number", arrow.int64()), ("log_time_ms", arrow.int64()), ("value", arrow.binary())]
    )
    beside = path.with_name(path.name + ".partial")
    options = ipc.IpcWriteOptions(compression="zstd")
    count = 0
    with ipc.new_file(str(beside), schema, options=options) as writer:
        for batch in batches(lines, LINES_A_BATCH):
            columns = [list(column) for column in zip(*batch, strict=True)]
            arrays = [arrow.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            count += len(batch)
    beside.replace(path)
    return count


def read_lines(path: Path, first: int, end: int) -> Iterator[TimedLine]:
    """The lines of a file whose numbers lie in first … end - 1, in order."""
    ipc = needed("pyarrow.ipc", _WHAT, "files")
    with ipc.open_file(str(path)) as file:
        for at in range(file.num_record_batches):
            batch = file.get_batch(at)
            numbers = batch.column(0).to_pylist()
            if numbers[-1] < first or numbers[0] >= end:
                continue
            rows = zip(numbers, batch.column(1).to_pylist(), batch.column(2).to_pylist(), strict=True)
            for number, log_time_ms, value in rows:
                if first <= number < end:
                    yield TimedLine(number, log_time_ms, value)


def day_of(log_time_ms: int) -> str:
    """YYYY-MM-DD in UTC."""
    return datetime.fromtimestamp(log_time_ms / 1000, UTC).date().isoformat()


class DayPartitions:
    """Rows as Parquet below `folder/day=…/`, one file a day. Days come in order; `close` when all rows are written."""

    def __init__(self, folder: Path, name: str, columns: Sequence[Column]) -> None:
        arrow = self._arrow = needed("pyarrow", _WHAT, "files")
        self._parquet = needed("pyarrow.parquet", _WHAT, "files")
        types = {
            "int64": arrow.int64(),
            "double": arrow.float64(),
            "string": arrow.string(),
            "binary": arrow.binary(),
            "timestamp": arrow.timestamp("ms", tz="UTC"),
        }
        self._schema = arrow.schema([(column, types[kind]) for column, kind in columns])
        self._folder, self._name = folder, name
        self._day = ""
        self._rows: list[Sequence[object]] = []
        self._writer: Any = None

    def add(self, log_time_ms: int, row: Sequence[object]) -> None:
        """One row, in the order of the columns."""
        day = day_of(log_time_ms)
        if day != self._day:
            self._end_day()
            self._day = day
        self._rows.append(row)
        if len(self._rows) >= ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        self._end_day()

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            place = self._folder / f"day={self._day}"
            place.mkdir(parents=True, exist_ok=True)
            self._writer = self._parquet.ParquetWriter(
                str(place / f"{self._name}.parquet"), self._schema, compression="zstd"
            )
        columns = list(zip(*self._rows, strict=True))
        arrays = [
            self._arrow.array(list(column), kind.type)
            for column, kind in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        self._rows.clear()

    def _end_day(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def sync_tree(folder: Path) -> None:
    """All files of a folder are on the disk, and their names too."""
    for path in [folder, *sorted(folder.rglob("*"))]:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def batches(lines: Iterable[TimedLine], size: int) -> Iterator[list[TimedLine]]:
    """Lists of `size` lines, the last one of what is left."""
    batch: list[TimedLine] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
