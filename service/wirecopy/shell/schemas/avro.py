"""Avro: a schema's reader of payloads. The only door to fastavro, a library of the extra `wirecopy[registry]`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import fastavro

from wirecopy.shell.schemas.registry import Schema


def avro_reader(schema: Schema) -> Callable[[bytes], Any]:
    """Reads one payload to plain values, as the writer's schema says. Raises whatever fastavro does, and ValueError where
    bytes are left over."""
    named: dict[str, Any] = {}
    for _, text in schema.references:
        fastavro.parse_schema(json.loads(text), named_schemas=named)
    parsed = fastavro.parse_schema(json.loads(schema.text), named_schemas=named)

    def read(payload: bytes) -> Any:
        stream = io.BytesIO(payload)
        value = fastavro.schemaless_reader(stream, parsed, None)
        if stream.tell() != len(payload):
            raise ValueError(f"{len(payload) - stream.tell()} bytes are left over")
        return value

    return read
