"""Records whose header names are not UTF-8: Kafka's protocol says they are, brokers do not look, and the client's reader
finds the whole batch corrupt.
"""

from __future__ import annotations

from typing import Any

from aiokafka.consumer import fetcher as aiokafka_fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _TolerantBytes(bytes):
    """Bytes that decode to something, always: `\\xff` for what is not UTF-8."""

    def __getitem__(self, key: Any) -> Any:
        got = super().__getitem__(key)
        return _TolerantBytes(got) if isinstance(key, slice) else got

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002
        return super().decode(encoding, "backslashreplace")


class _TolerantBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: Any

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _TolerantBytes(self._buffer)


class _TolerantRecords(_MemoryRecordsPy):  # type: ignore[misc]
    """Reads what the compiled reader finds corrupt for a header's name alone.

    Kafka's protocol says UTF-8, brokers do not look, and one such record would hold up its partition for
    ever. The compiled reader is some ten times quicker, so this one is used from the first such record on
    only.
    """

    def next_batch(self) -> Any:
        batch = self._next_slice
        if batch is None or batch[self.MAGIC_OFFSET] < 2:
            return super().next_batch()
        self._cache_next()
        return _TolerantBatch(batch)


def read_tolerantly() -> bool:
    """Returns whether that is new."""
    new = aiokafka_fetcher.MemoryRecords is not _TolerantRecords
    aiokafka_fetcher.MemoryRecords = _TolerantRecords
    return new
