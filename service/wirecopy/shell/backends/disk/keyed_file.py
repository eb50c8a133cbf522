"""A file as a table (`KeyedTopic`): JSON lines, each an object with an `id`, which is its key.

The file is written anew at each change, beside the old one and then in its place, so that a crash leaves one of the two.
People may edit it as well: a file whose time or size has changed is read again, and what is no longer in it is removed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wirecopy.core.records.raw import json_value
from wirecopy.shell.errors import RefusalKind, RefusedError, UnavailableError
from wirecopy.shell.keyed import KeyedBatch, KeyedRecord

BYTES_MAX: Final = 256 * 1024 * 1024
LOOK_S: Final = 0.25  # between two looks at the file's time and size


class KeyedFile:
    """See `KeyedTopic`. A file that is not there is an empty table."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bytes] = {}  # as the reader was told
        self._seen: tuple[int, int, int] | None = None

    async def start(self) -> None:
        self._known, self._seen = {}, None

    async def read(self, timeout_ms: int) -> KeyedBatch:
        deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        while True:
            if (self._seen is None or self._state() != self._seen) and (records := self._changes()):
                return KeyedBatch(records, True)
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or self._seen is None:
                return KeyedBatch((), True)
            await asyncio.sleep(min(left, LOOK_S))

    async def put(self, records: Sequence[KeyedRecord]) -> None:
        rows = self.rows()
        for key, value in records:
            rows.pop(key, None)
            if value is not None:
                rows[key] = value
        part = self._path.with_name(self._path.name + ".part")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.writelines(row + b"\n" for row in rows.values())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise UnavailableError(f"“{self._path}” cannot be written: {error.strerror or error}") from error

    async def close(self) -> None:
        """Nothing is held."""

    def _state(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        except OSError as error:
            raise UnavailableError(f"“{self._path}” cannot be read: {error.strerror or error}") from error
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _changes(self) -> list[KeyedRecord]:
        """What differs from what the reader was told, in the order of the file."""
        self._seen = self._state()
        rows = self.rows()
        records = [KeyedRecord(key, None) for key in self._known if key not in rows]
        records += [KeyedRecord(key, row) for key, row in rows.items() if self._known.get(key) != row]
        self._known = rows
        return records

    def rows(self) -> dict[str, bytes]:
        """The lines by their keys; the last line of a key counts. RefusedError for a line that has none."""
        try:
            if not self._path.exists():
                return {}
            data = self._path.read_bytes()
        except OSError as error:
            raise UnavailableError(f"“{self._path}” cannot be read: {error.strerror or error}") from error
        if len(data) > BYTES_MAX:
            raise RefusedError(RefusalKind.TOO_LARGE, f"“{self._path}” has more than {BYTES_MAX} bytes")
        rows: dict[str, bytes] = {}
        for number, line in enumerate(data.splitlines(), 1):
            if not line.strip():
                continue
            try:
                key = json_value(line)["id"]
            except (ValueError, KeyError, TypeError):
                key = None
            if not isinstance(key, str) or not key:
                raise RefusedError(
                    RefusalKind.INVALID, f"line {number} of “{self._path}” is no JSON object with an id"
                )
            rows.pop(key, None)
            rows[key] = line.strip()
        return rows
