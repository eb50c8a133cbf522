"""Framed values to JSON, by the schemas of a registry: what a record says then goes the same way as a record of JSON.

    records = await framed.opened(records)

The record itself stays as it came, so that a dead letter holds its bytes. The schema, not the bytes, says what a payload is:
Avro can begin like JSON. Values without a frame pass through.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Lock
from typing import Any, Final, Protocol

from wirecopy.core.model import Rejected, RejectReason
from wirecopy.core.records.raw import json_bytes
from wirecopy.core.records.repair import FRAMING_BYTES, framing_of
from wirecopy.shell.files.extras import needed
from wirecopy.shell.ports import RawRecord
from wirecopy.shell.schemas.registry import NoSuchSchemaError, Schema

Reader = Callable[[bytes], bytes]
DETAIL_CHARS_MAX: Final = 200
READERS_MAX: Final = 4_096  # schemas kept; beyond, the one that came first is asked for again


class Registry(Protocol):
    def schema(self, number: int) -> Schema:
        """See `SchemaRegistry.schema`."""
        ...


class UnreadableError(Exception):
    """The schema or the payload cannot be read; the text is a sentence for the dead letter."""


class Framed:
    """Reads what a registry knows. MissingExtraError where its libraries are not installed."""

    def __init__(self, registry: Registry) -> None:
        for module in ("fastavro", "google.protobuf", "proto_schema_parser"):
            needed(module, "values of a schema registry", "registry")
        self._registry = registry
        self._readers: dict[int, Reader] = {}
        self._lock = Lock()  # one thread at a time asks, so that each schema is asked for once

    async def opened(self, records: Sequence[RawRecord]) -> Sequence[RawRecord]:
        """The same records, the framed ones with what they say. UnavailableError while the registry gives no answer."""
        if not any(record.value and framing_of(record.value) is not None for record in records):
            return records
        return await asyncio.to_thread(self.read_all, records)

    def read_all(self, records: Sequence[RawRecord]) -> list[RawRecord]:
        """`opened`, without the loop: blocks where a schema is not known yet."""
        return [self._read(record) for record in records]

    def _read(self, record: RawRecord) -> RawRecord:
        value = record.value
        number = None if value is None else framing_of(value)
        if value is None or number is None:
            return record
        try:
            return replace(record, read=self._reader(number)(value[FRAMING_BYTES:]))
        except (NoSuchSchemaError, UnreadableError) as error:
            detail = f"the value is framed with schema id {number}: {error}"
            return replace(record, read=Rejected(RejectReason.NOT_JSON, detail))

    def _reader(self, number: int) -> Reader:
        known = self._readers.get(number)  # without the lock: an outage holds back only what it concerns
        if known is not None:
            return known
        with self._lock:
            reader = self._readers.get(number)
            if reader is None:
                reader = reader_of(self._registry.schema(number))
                if len(self._readers) >= READERS_MAX:
                    del self._readers[next(iter(self._readers))]
                self._readers[number] = reader
            return reader


def reader_of(schema: Schema) -> Reader:
    """Payload to JSON. A schema that cannot be read makes a reader that says so of every payload."""
    try:
        read = _plain_reader(schema)
    except Exception as error:  # the libraries' own kinds; a schema is data
        said = UnreadableError(f"its {schema.kind} schema cannot be read ({_shown(error)})")
        return _refusing(said)
    if read is None:
        return bytes
    return lambda payload: _json(schema, read, payload)


def _json(schema: Schema, read: Callable[[bytes], Any], payload: bytes) -> bytes:
    try:
        return json_bytes(read(payload), _plain)
    except Exception as error:  # the libraries' own kinds; a payload is data
        raise UnreadableError(f"it does not fit its {schema.kind} schema ({_shown(error)})") from error


def _plain_reader(schema: Schema) -> Callable[[bytes], Any] | None:
    """None: the payload is JSON as it is. The readers are imported here: their libraries are of an extra."""
    if schema.kind == "AVRO":
        from wirecopy.shell.schemas.avro import avro_reader

        return avro_reader(schema)
    if schema.kind == "PROTOBUF":
        from wirecopy.shell.schemas.protobuf import protobuf_reader

        return protobuf_reader(schema)
    if schema.kind == "JSON":
        return None
    raise ValueError(f"{schema.kind} is neither AVRO nor PROTOBUF nor JSON")


def _refusing(error: UnreadableError) -> Reader:
    def refuse(_: bytes) -> bytes:
        raise UnreadableError(str(error))

    return refuse


def _plain(value: object) -> object:
    """What JSON has no type for."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def _shown(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"[:DETAIL_CHARS_MAX]
