"""The text of a .proto file as the fields of a `FileDescriptorProto`. The only door to proto_schema_parser.

Only what decides how bytes are read is taken over: messages, fields, enums, maps, oneofs, imports. Options of other kinds,
services and extensions say nothing about that. Types keep the names that the file gives them: the pool resolves them by
Protobuf's rules of scope, and finds out whether a name is a message or an enum.
https://protobuf.com/docs/descriptors
"""

from __future__ import annotations

from typing import Any, Final

from proto_schema_parser import ast
from proto_schema_parser.parser import Parser

_SCALARS: Final = frozenset(
    (
        *(
            "double",
            "float",
            "bool",
            "string",
            "bytes",
            "int32",
            "int64",
            "uint32",
            "uint64",
            "sint32",
            "sint64",
        ),
        *("fixed32", "fixed64", "sfixed32", "sfixed64"),
    )
)
_Fields = dict[str, Any]


def file_fields(text: str) -> _Fields:
    """Of one file, but for its name. Raises whatever the parser does; ValueError for what is not read."""
    file = Parser().parse(text)
    if file.edition:
        raise ValueError("its schema is written in an edition of Protobuf; proto2 and proto3 are read")
    syntax = file.syntax or "proto2"
    parts = file.file_elements
    fields: _Fields = {"syntax": syntax}
    for part in parts:
        if isinstance(part, ast.Package):
            fields["package"] = part.name
    imports = [part for part in parts if isinstance(part, ast.Import)]
    fields["dependency"] = [part.name for part in imports]
    fields["publicDependency"] = [number for number, part in enumerate(imports) if part.public]
    fields["messageType"] = [_message(part, syntax) for part in parts if isinstance(part, ast.Message)]
    fields["enumType"] = [_enum(part) for part in parts if isinstance(part, ast.Enum)]
    return fields


def _message(message: ast.Message, syntax: str) -> _Fields:
    fields: list[_Fields] = []
    nested: list[_Fields] = []
    enums: list[_Fields] = []
    oneofs: list[_Fields] = []
    alone: list[_Fields] = []  # proto3's optional fields: each a oneof of its own, after the real ones
    for part in message.elements:
        if isinstance(part, ast.Field):
            fields.append(_field(part))
            if syntax == "proto3" and part.cardinality is ast.FieldCardinality.OPTIONAL:
                alone.append(fields[-1])
        elif isinstance(part, ast.MapField):
            entry = _map_entry(part)
            nested.append(entry)
            fields.append(_plain(part.name, part.number, entry["name"], "LABEL_REPEATED"))
        elif isinstance(part, ast.OneOf):
            for one in part.elements:
                if isinstance(one, ast.Field):
                    fields.append({**_field(one), "oneofIndex": len(oneofs)})
                elif isinstance(one, ast.Group):
                    raise ValueError("its schema has a group, which is not read")  # noqa: TRY004
            oneofs.append({"name": part.name})
        elif isinstance(part, ast.Message):
            nested.append(_message(part, syntax))
        elif isinstance(part, ast.Enum):
            enums.append(_enum(part))
        elif isinstance(part, ast.Group):
            raise ValueError("its schema has a group, which is not read")  # noqa: TRY004
    for field in alone:
        field |= {"oneofIndex": len(oneofs), "proto3Optional": True}
        oneofs.append({"name": f"_{field['name']}"})
    return {
        "name": message.name,
        "field": fields,
        "nestedType": nested,
        "enumType": enums,
        "oneofDecl": oneofs,
    }


def _field(field: ast.Field) -> _Fields:
    cardinality = field.cardinality or ast.FieldCardinality.OPTIONAL
    made = _plain(field.name, field.number, field.type, f"LABEL_{cardinality.value}")
    packed = [option.value for option in field.options if option.name == "packed"]
    if packed:
        made["options"] = {"packed": str(packed[0]).lower() == "true"}
    return made


def _plain(name: str, number: int, kind: str, label: str) -> _Fields:
    made: _Fields = {"name": name, "number": number, "label": label}
    if kind in _SCALARS:
        return {**made, "type": f"TYPE_{kind.upper()}"}
    return {**made, "typeName": kind}


def _map_entry(field: ast.MapField) -> _Fields:
    words = [word for word in field.name.split("_") if word]
    name = "".join(word[:1].upper() + word[1:] for word in words) + "Entry"
    pair = [
        _plain("key", 1, field.key_type, "LABEL_OPTIONAL"),
        _plain("value", 2, field.value_type, "LABEL_OPTIONAL"),
    ]
    return {"name": name, "field": pair, "options": {"mapEntry": True}}


def _enum(enum: ast.Enum) -> _Fields:
    values = [part for part in enum.elements if isinstance(part, ast.EnumValue)]
    numbers = [value.number for value in values]
    made: _Fields = {
        "name": enum.name,
        "value": [{"name": value.name, "number": value.number} for value in values],
    }
    if len(set(numbers)) < len(numbers):
        made["options"] = {"allowAlias": True}
    return made
