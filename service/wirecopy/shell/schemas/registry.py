"""The client of a schema registry with Confluent's API: a schema by its id, with all schemas that it refers to.

A schema never changes under its id, so each is asked for once. Only the registry's own "there is no such schema" is an answer
about the record. Whatever else comes back (no connection, a refused login, a proxy's page) is an outage, which the partition
waits out: a record must not become a dead letter because the registry was down.
https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

from __future__ import annotations

import base64
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from wirecopy.core.records.raw import json_value
from wirecopy.shell.errors import UnavailableError

ACCEPT: Final = "application/vnd.schemaregistry.v1+json, application/json"
ANSWER_BYTES_MAX: Final = 16 * 1024**2
REFERENCES_MAX: Final = 256  # schemas that one may need, itself among them
NOT_FOUND_CODES: Final = frozenset((40401, 40402, 40403))  # subject, version, schema


class NoSuchSchemaError(Exception):
    """The registry says that it has no such schema; the text is a sentence for the dead letter."""


@dataclass(frozen=True, slots=True)
class Schema:
    """`kind`: AVRO, PROTOBUF or JSON. `references`: (name, text) of each schema that this one needs, directly or not, each
    after those that it needs itself."""

    kind: str
    text: str
    references: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """`url`: http or https, with a path where the API lies below one."""

    url: str
    user: str = ""
    password: str = ""
    ca_file: str | None = None
    timeout_ms: int = 5_000


class SchemaRegistry:
    """`schema` blocks for at most a time-out a schema: call it in a thread."""

    def __init__(self, options: RegistryOptions) -> None:
        self._options = options
        self._url = options.url.rstrip("/")
        self._headers = {"Accept": ACCEPT}
        if options.user:
            login = base64.b64encode(f"{options.user}:{options.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"
        secure = self._url.lower().startswith("https:")
        self._tls = ssl.create_default_context(cafile=options.ca_file) if secure else None

    def schema(self, number: int) -> Schema:
        """The schema of an id. NoSuchSchemaError; UnavailableError where the registry gives no answer about it."""
        found = self._asked(f"/schemas/ids/{number}", f"schema id {number}")
        references: dict[str, str] = {}
        self._refer(found.get("references") or (), references, set())
        return Schema(str(found.get("schemaType") or "AVRO"), _text(found, number), tuple(references.items()))

    def _refer(self, wanted: Sequence[Any], known: dict[str, str], under_way: set[str]) -> None:
        for one in wanted:
            name, subject, version = str(one["name"]), str(one["subject"]), int(one["version"])
            if name in known or name in under_way:
                continue
            if len(known) + len(under_way) >= REFERENCES_MAX:
                raise NoSuchSchemaError(f"its schema needs more than {REFERENCES_MAX} others")
            under_way.add(name)
            where = f"version {version} of {subject!r}"
            found = self._asked(f"/subjects/{quote(subject, safe='')}/versions/{version}", where)
            self._refer(found.get("references") or (), known, under_way)
            known[name] = _text(found, where)
            under_way.discard(name)

    def _asked(self, path: str, what: str) -> Mapping[str, Any]:
        request = urllib.request.Request(self._url + path, headers=self._headers)  # noqa: S310 - the setting is http(s)
        seconds = self._options.timeout_ms / 1000
        try:
            with urllib.request.urlopen(request, timeout=seconds, context=self._tls) as answer:  # noqa: S310
                body = answer.read(ANSWER_BYTES_MAX)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.client.NOT_FOUND and _says_missing(error.read(ANSWER_BYTES_MAX)):
                    raise NoSuchSchemaError(f"the schema registry has no {what}") from None
            raise UnavailableError(f"the schema registry answers {error.code} for {what}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnavailableError(f"the schema registry cannot be reached: {error}") from error
        found = _object(body)
        if "schema" not in found:
            raise UnavailableError(
                f"the schema registry's answer for {what} holds no schema: is its URL right?"
            )
        return found


def _text(found: Mapping[str, Any], what: object) -> str:
    text = found["schema"]
    if not isinstance(text, str):
        raise UnavailableError(f"the schema registry's answer for {what} holds no schema")
    return text


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json_value(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _says_missing(body: bytes) -> bool:
    return _object(body).get("error_code") in NOT_FOUND_CODES
