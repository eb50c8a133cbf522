"""One request to a running service, for commands that ask it: JSON in and out, with a token where one is given."""

from __future__ import annotations

import argparse
import http.client
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from wirecopy.core.records.raw import json_bytes, json_value

SECONDS_MAX: Final = 30.0
ANSWER_BYTES_MAX: Final = 256 * 1024 * 1024


class ServiceTrouble(Exception):  # noqa: N818 - a sentence for the user
    """The service did not do what was asked; the text says why."""


def add_service(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a running service."""
    parser.add_argument("--service", metavar="URL", help="a running service, such as http://localhost:8080")
    parser.add_argument("--token-file", metavar="FILE", help="file that holds the token for --service")


class Service:
    """ServiceTrouble for an address that is none, or a file that cannot be read."""

    def __init__(self, address: str, token_file: str | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServiceTrouble(f"“{address}” is not an address such as http://localhost:8080.")
        self._address = address.rstrip("/")
        self._token = ""
        if token_file is not None:
            try:
                self._token = Path(token_file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ServiceTrouble(f"The token cannot be read: {error}.") from error

    def json(self, method: str, path: str, value: Any = None) -> Any:
        """The answer's JSON. ServiceTrouble, with what the service says."""
        return json_value(self.bytes(method, path, value) or b"null")

    def bytes(self, method: str, path: str, value: Any = None) -> bytes:
        """The answer's body. ServiceTrouble."""
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = None
        if value is not None:
            body, headers["Content-Type"] = json_bytes(value), "application/json"
        request = urllib.request.Request(self._address + path, body, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:  # noqa: S310
                found: bytes = answer.read(ANSWER_BYTES_MAX)
                return found
        except urllib.error.HTTPError as error:
            raise ServiceTrouble(f"{_said(error.read(65_536))} (status {error.code})") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ServiceTrouble(f"{self._address} did not answer: {reason}.") from error


def _said(body: bytes) -> str:
    try:
        return str(json_value(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return "The service refused."
