"""A table that is kept as records: the last record of each key counts, and one without a value removes its key.

On Kafka it is a compacted topic (backends/kafka/keyed.py), for `serve` and `scan` a file (backends/disk/keyed_file.py), in
tests a topic of the embedded log. Whoever reads it gets all of it first and then what changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class KeyedRecord(NamedTuple):
    key: str
    value: bytes | None  # None: the key is removed


@dataclass(frozen=True, slots=True)
class KeyedBatch:
    """What one read gave. `complete`: all that was there when the reading began has been given."""

    records: Sequence[KeyedRecord]
    complete: bool


class KeyedTopic(Protocol):
    """One reader and writer of a table. Raises the errors of errors.py only."""

    async def start(self) -> None:
        """From now on `read` gives the table from its beginning. Called again after a failure."""
        ...

    async def read(self, timeout_ms: int) -> KeyedBatch:
        """The next records, as soon as there are any, else none after `timeout_ms`."""
        ...

    async def put(self, records: Sequence[KeyedRecord]) -> None:
        """In this order. Returns once the table surely holds all of them; our own `read` gives them later. After an error
        some may be in it."""
        ...

    async def close(self) -> None:
        """Bounded in time, never raises."""
        ...
