"""Showing settings: a name as the environment has it, a value that may be printed, a kind in words.

Secrets are masked here and nowhere else, so that what is printed, logged and told as a fault is masked alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wirecopy.shell.settings.whole import PREFIX, Settings

MASK = "********"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def is_secret(name: str) -> bool:
    extra = Settings.model_fields[name].json_schema_extra if name in Settings.model_fields else None
    return isinstance(extra, dict) and bool(extra.get("secret"))


def masked(name: str, value: object) -> str:
    """A value as it may be printed and logged."""
    if is_secret(name) and value is not None:
        return MASK
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, tuple | list):
        return ",".join(str(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Description:
    """A setting for the table in docs/configuration.md and `check-config`."""

    name: str
    kind: str
    default: str
    meaning: str
    secret: bool


def descriptions() -> list[Description]:
    schema = Settings.model_json_schema()
    return [
        Description(
            name=name,
            kind=_kind(schema["properties"][name], schema.get("$defs", {})),
            default=masked(name, field.get_default()),
            meaning=field.description or "",
            secret=is_secret(name),
        )
        for name, field in Settings.model_fields.items()
    ]


def _kind(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A setting's type and bounds in words, from its JSON Schema."""
    if "$ref" in schema:
        return _kind(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return _kind(next(part for part in schema["anyOf"] if part.get("type") != "null"), definitions)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = {"integer": "integer", "number": "number", "boolean": "true, false", "string": "text",
             "array": "list", "object": "table"}  # fmt: skip
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f"{words[schema['type']]} above {schema['exclusiveMinimum']:g}, to {high:g}"
    return words[schema["type"]] + (f" {low} to {high}" if low is not None else "")
