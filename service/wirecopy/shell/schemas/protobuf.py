"""Protobuf: a schema's reader of payloads. The only door to protobuf, a library of the extra `wirecopy[registry]`.

A registry holds the text of a .proto file, of which proto_files.py makes a descriptor, or the descriptor itself. A pool of
descriptors, one a schema so that two versions of a message never meet, makes the message class. In the frame the payload
follows the path to its message: a count and so many indexes of messages within messages, as zigzag varints; a single 0 stands
for the file's first message.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from google.protobuf import (
    any_pb2,
    api_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    json_format,
    message_factory,
    source_context_pb2,
    struct_pb2,
    timestamp_pb2,
    type_pb2,
    wrappers_pb2,
)

from wirecopy.shell.schemas.proto_files import file_fields
from wirecopy.shell.schemas.registry import Schema

_KNOWN = {
    module.DESCRIPTOR.name: module.DESCRIPTOR.serialized_pb
    for module in (
        any_pb2,
        source_context_pb2,
        type_pb2,
        api_pb2,
        descriptor_pb2,
        duration_pb2,
        empty_pb2,
        field_mask_pb2,
        struct_pb2,
        timestamp_pb2,
        wrappers_pb2,
    )
}
_MAIN = "the schema itself.proto"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")  # the text of a file has spaces and braces
_INDEXES_MAX = 64
_VARINT_BYTES_MAX = 10


def protobuf_reader(schema: Schema) -> Callable[[bytes], Any]:
    """Reads one payload, message indexes first, to plain values under the names of the .proto file."""
    pool = descriptor_pool.DescriptorPool()
    given = dict(schema.references)
    for name, known in _KNOWN.items():
        if name not in given:
            pool.AddSerializedFile(known)
    for name, text in given.items():
        pool.AddSerializedFile(_descriptor(name, text))
    pool.AddSerializedFile(_descriptor(_MAIN, schema.text))
    file = pool.FindFileByName(_MAIN)
    top = list(file.message_types_by_name.values())  # in the order of the file

    def read(payload: bytes) -> Any:
        indexes, at = message_indexes(payload)
        try:
            found = top[indexes[0]]
            for index in indexes[1:]:
                found = found.nested_types[index]
        except IndexError:
            raise ValueError(f"its schema has no message at {indexes}") from None
        message = message_factory.GetMessageClass(found)()
        message.ParseFromString(payload[at:])
        return json_format.MessageToDict(message, preserving_proto_field_name=True, descriptor_pool=pool)

    return read


def message_indexes(payload: bytes) -> tuple[list[int], int]:
    """The path to the message, and where the message begins. ValueError."""
    count, at = _zigzag(payload, 0)
    if count == 0:
        return [0], at
    if not 0 < count <= _INDEXES_MAX:
        raise ValueError(f"the frame holds {count} message indexes")
    indexes = []
    for _ in range(count):
        index, at = _zigzag(payload, at)
        if index < 0:
            raise ValueError(f"the frame holds the message index {index}")
        indexes.append(index)
    return indexes, at


def _zigzag(payload: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(payload[at : at + _VARINT_BYTES_MAX]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at + shift + 1
    raise ValueError("the frame ends within the message indexes")


def _descriptor(name: str, text: str) -> bytes:
    """Of the text of a .proto file, or of a serialized descriptor in base64, as some clients register."""
    file = descriptor_pb2.FileDescriptorProto()
    if _BASE64.fullmatch(text):
        file.ParseFromString(base64.b64decode(text))
        file.name = name
    else:
        json_format.ParseDict({"name": name, **file_fields(text)}, file)
    serialized: bytes = file.SerializeToString()
    return serialized
