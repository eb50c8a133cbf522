"""Tables: CSV and TSV, Parquet and Arrow. A row is an article, its columns are the fields.

A CSV file may be divided by commas, semicolons, tabs or bars; what divides its first line into most columns is taken. Every
value is text, since a reader that guesses types loses leading zeros and offsets. Parquet and Arrow keep their types: a
time with a zone stays a moment, one without stays without.

pyarrow is an extra (`wirecopy[files]`) and is imported where a table needs it.
"""

from __future__ import annotations

import base64
import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, Final

from wirecopy.core import limits
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.files.extras import needed

ROWS_A_BATCH: Final = 512
_PLAIN_TYPES: Final = frozenset(
    (
        "string",
        "large_string",
        "bool",
        "double",
        "float",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
    )
)
_DIVIDERS: Final = ",;\t|"
_SPOOL_BYTES: Final = 64 << 20


def csv_rows(stream: BinaryIO) -> Iterator[bytes]:
    """The rows of a CSV or TSV file as JSON objects, by the names in its first line. ValueError where it is not UTF-8, or
    where a row is no row."""
    csv.field_size_limit(limits.RAW_BYTES_MAX)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        head = text.readline()
        divider = max(_DIVIDERS, key=head.count)
        names = [name.strip() for name in next(csv.reader([head], delimiter=divider), [])]
        for row in csv.reader(text, delimiter=divider, strict=True):
            if row:
                yield _record(names, row)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 ({error.reason}): convert it, as with iconv") from error
    except csv.Error as error:
        raise ValueError(f"a row cannot be read: {error}") from error


def _record(names: list[str], row: list[str]) -> bytes:
    record: dict[str, Any] = {name: value for name, value in zip(names, row, strict=False) if value and name}
    if len(row) > len(names):
        record["_more"] = row[len(names) :]
    return json_bytes(record)


def parquet_rows(stream: BinaryIO, path: Path | None) -> Iterator[bytes]:
    """The rows of a Parquet file as JSON objects. `path`: the file itself where it is not packed, to be read in place."""
    parquet = needed("pyarrow.parquet", "Parquet files", "files")
    with _seekable(stream, path) as source:
        file = parquet.ParquetFile(source)
        for batch in file.iter_batches(batch_size=ROWS_A_BATCH):
            yield from _rows(batch)


def arrow_rows(stream: BinaryIO, path: Path | None) -> Iterator[bytes]:
    """The rows of an Arrow IPC file (also Feather 2) or stream as JSON objects."""
    ipc = needed("pyarrow.ipc", "Arrow files", "files")
    with _seekable(stream, path) as source:
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        if is_file:
            file = ipc.open_file(source)
            batches: Iterable[Any] = (file.get_batch(at) for at in range(file.num_record_batches))
        else:
            batches = ipc.open_stream(source)
        for batch in batches:
            for at in range(0, batch.num_rows, ROWS_A_BATCH):
                yield from _rows(batch.slice(at, ROWS_A_BATCH))


def _seekable(stream: BinaryIO, path: Path | None) -> Any:
    """Parquet's index stands at its end, so a packed file or standard input is laid into a temporary file first."""
    if path is not None:
        return path.open("rb")
    spooled = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the caller closes it
    while part := stream.read(1 << 20):
        spooled.write(part)
    spooled.seek(0)
    return spooled


def _rows(batch: Any) -> Iterator[bytes]:
    """The rows of a batch, taken column by column: a column of texts or numbers is plain as it is."""
    columns = [
        column.to_pylist() if str(column.type) in _PLAIN_TYPES else [plain(one) for one in column.to_pylist()]
        for column in batch.columns
    ]
    names = batch.schema.names
    for row in zip(*columns, strict=True):
        yield json_bytes({name: value for name, value in zip(names, row, strict=True) if value is not None})


def plain(value: Any) -> Any:
    """A column's value as JSON has it: times in ISO 8601 (without a zone where they have none), bytes as text."""
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)  # decimals, UUIDs, intervals
