"""Enriched records as Parquet: their own members as columns, and `republication` with the types of its schema.

Records are anybody's, so what their members are is taken from the first `SAMPLE_ROWS`: text, whole numbers, numbers or
truth values; anything else, a list for instance, is JSON in a text column. A later value that does not fit its column, and
a member that the first rows did not have, goes into the column `more` as JSON: nothing is left out. The columns of
`republication` come from the table that the published schema is made from (core/records/enriched.py).

pyarrow is an extra (`wirecopy[files]`) and is imported where a table is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final

from wirecopy.core.records.enriched import OBJECTS
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.files.extras import needed

SAMPLE_ROWS: Final = 1_000
ROWS_A_GROUP: Final = 8_192
BYTES_A_GROUP: Final = 64 << 20  # of records as JSON
FIELD: Final = "republication"
MORE: Final = "more"
_TIME_FORMAT: Final = "date-time"
_BITS: Final = 63
Row = dict[str, Any]


class TableWriter:
    """What a scan writes JSON lines to, and a Parquet file comes of. `close` writes what is left; without it the file is none."""

    def __init__(self, file: BinaryIO) -> None:
        self._arrow = needed("pyarrow", "Parquet files", "files")
        self._parquet = needed("pyarrow.parquet", "Parquet files", "files")
        self._file = file
        self._rows: list[Row] = []
        self._bytes = 0
        self._kinds: dict[str, type] = {}
        self._writer: Any = None

    def write(self, lines: bytes) -> int:
        """Takes whole lines, each a record."""
        for line in lines.splitlines():
            self._rows.append(json_value(line))
            self._bytes += len(line)
            if len(self._rows) >= ROWS_A_GROUP or self._bytes >= BYTES_A_GROUP:
                self._write_rows()
        return len(lines)

    def flush(self) -> None:
        """A table has nothing to give before its group is full."""

    def close(self) -> None:
        if self._rows or self._writer is None:
            self._write_rows()
        self._writer.close()

    def _write_rows(self) -> None:
        if self._writer is None:
            self._kinds = kinds_of(self._rows[:SAMPLE_ROWS])
            self._writer = self._parquet.ParquetWriter(self._file, self._schema(), compression="zstd")
        columns = [self._column(row) for row in self._rows]
        self._writer.write_table(self._arrow.Table.from_pylist(columns, schema=self._writer.schema))
        self._rows, self._bytes = [], 0

    def _schema(self) -> Any:
        arrow = self._arrow
        types = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
        fields = [(name, types.get(kind, types[str])) for name, kind in self._kinds.items()]
        return arrow.schema([*fields, (MORE, arrow.string()), (FIELD, _type_of(arrow, FIELD))])

    def _column(self, record: Row) -> Row:
        """A record as the columns have it."""
        republication = record.pop(FIELD)
        row: Row = {}
        more: Row = {}
        for name, value in record.items():
            kind = self._kinds.get(name)
            if value is None and kind is not None:
                continue
            if kind is list:
                row[name] = json_bytes(value).decode()
            elif kind is None or not _fits(value, kind):
                more[name] = value
            else:
                row[name] = value
        row[MORE] = json_bytes(more).decode() if more else None
        row[FIELD] = _with_times(republication, FIELD)
        return row


def kinds_of(rows: list[Row]) -> dict[str, type]:
    """The kind of each member: str, bool, int, float, or list for what only JSON can hold. Members whose name is one of ours
    have none."""
    kinds: dict[str, type] = {}
    for row in rows:
        for name, value in row.items():
            if name in (FIELD, MORE) or value is None:
                continue
            kind = _kind_of(value)
            before = kinds.setdefault(name, kind)
            if before is not kind:
                kinds[name] = float if {before, kind} == {int, float} else list
    return kinds


def _kind_of(value: object) -> type:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int):
        return int if value.bit_length() <= _BITS else list
    return type(value) if isinstance(value, str | float) else list


def _fits(value: object, kind: type) -> bool:
    given = _kind_of(value)
    return given is kind or (kind is float and given is int and abs(int(str(value))) < 1 << 53)


# ---- republication
def _type_of(arrow: Any, name: str) -> Any:
    """An object of the schema as a struct."""
    return arrow.struct([(member.name, _of_schema(arrow, member.schema)) for member in OBJECTS[name]])


def _of_schema(arrow: Any, schema: Mapping[str, Any]) -> Any:
    """A JSON Schema, as far as our own uses it, as a type of Arrow."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _type_of(arrow, name) if name in OBJECTS else arrow.float64()  # a share
    if "anyOf" in schema:
        return _of_schema(arrow, next(one for one in schema["anyOf"] if one != {"type": "null"}))
    if _is_time(schema):
        return arrow.timestamp("ms", tz="UTC")
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if kind == "array":
        return arrow.list_(_of_schema(arrow, schema["items"]))
    if "const" in schema:
        return arrow.int64()
    return {
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
    }.get(kind, arrow.string())


def _is_time(schema: Mapping[str, Any]) -> bool:
    """Whether a member's schema is a time's, or null."""
    return schema.get("format") == _TIME_FORMAT or any(map(_is_time, schema.get("anyOf", ())))


_TIMES: Final = {
    (name, member.name) for name, members in OBJECTS.items() for member in members if _is_time(member.schema)
}


def _with_times(value: Row, name: str) -> Row:
    """An object of the schema with its times as moments."""
    found: Row = {}
    for member, held in value.items():
        if isinstance(held, dict):
            found[member] = _with_times(held, member)
        elif (name, member) in _TIMES and isinstance(held, str):
            found[member] = datetime.fromisoformat(held)
        else:
            found[member] = held
    return found
