"""The kinds of value that settings have: how the environment writes each, and what makes one unsound.

A kind is a type with its bounds and its reader, so that a setting is declared in one line and each fault is
told in the same words wherever the kind occurs. Nothing here knows which settings there are.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from wirecopy.core.records.shapes import PRESETS

SECRETS_DIR = "WIRECOPY_SECRETS_DIR"
TOPIC_NAME = re.compile(r"^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$")


def as_list(value: object) -> object:
    """`a, b` → ["a", "b"]: how the environment writes a list."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def _map(value: object) -> object:
    """`a=b, c=d`, or JSON → {"a": "b", "c": "d"}: how the environment writes a table."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"must be a=b, c=d or a JSON object ({error})") from error
    pairs = [item.partition("=") for item in value.split(",") if item.strip()]
    if any(not sign or not name.strip() or not target.strip() for name, sign, target in pairs):
        raise ValueError("must be a=b, c=d")
    return {name.strip(): target.strip() for name, _, target in pairs}


def topic_name(value: str) -> str:
    if not TOPIC_NAME.match(value):
        raise ValueError("is not a topic name: use 1 to 249 letters, digits, dots, underscores or hyphens")
    return value


def _servers(value: str) -> str:
    for server in value.split(","):
        host, colon, port = server.strip().rpartition(":")
        if "/" in host:
            raise ValueError("must be host:port without a scheme (kafka:9092, not kafka://kafka:9092)")
        if not (colon and host and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("must be host:port, or several separated by commas")
    return ",".join(server.strip() for server in value.split(","))


def _readable(value: str) -> str:
    """A file, looked for in the secrets directory too when the path is relative."""
    directory = os.environ.get(SECRETS_DIR)
    path = str(Path(directory, value)) if directory and not os.path.exists(value) else value  # noqa: PTH110
    if not os.path.isfile(path) or not os.access(path, os.R_OK):  # noqa: PTH113 - Path's raises for some names
        raise ValueError("is not a file that this process can read")
    return path


def _dotted(value: str) -> str:
    if not all(path and all(path.split(".")) for path in value.split("|")):
        raise ValueError(
            "must be a field's name, or several with dots between (content.text), or such paths with | between"
        )
    return value


def _presets(value: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(value.values()) - set(PRESETS))
    if unknown:
        raise ValueError(f"knows no preset {', '.join(unknown)}; there are {', '.join(PRESETS)}")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Topic = Annotated[str, AfterValidator(topic_name)]
TopicList = Annotated[tuple[Topic, ...], NoDecode, BeforeValidator(as_list), Field(min_length=1)]
Table = Annotated[dict[str, str], NoDecode, BeforeValidator(_map)]
Presets = Annotated[Table, AfterValidator(_presets)]
ReadableFile = Annotated[str, AfterValidator(_readable)]
FieldPath = Annotated[str, AfterValidator(_dotted)]
Servers = Annotated[str, AfterValidator(_servers)]
Protocol = Annotated[Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)]
Mechanism = Annotated[
    Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"], BeforeValidator(_upper)
]
Compression = Literal["gzip", "snappy", "lz4", "zstd"]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
LogFormat = Annotated[Literal["json", "text"], BeforeValidator(_lower)]
Time = Annotated[int, Field(ge=1, le=3_600_000)]  # milliseconds, at most an hour
Bytes = Annotated[int, Field(ge=1024, le=1024**3)]


def setting(default: Any, meaning: str, *, secret: bool = False, **bounds: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"secret": secret}, **bounds)
