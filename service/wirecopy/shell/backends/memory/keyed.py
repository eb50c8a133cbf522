"""A topic of the embedded log as a table (`KeyedTopic`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wirecopy.shell.backends.memory.broker import MemoryBroker, Step
from wirecopy.shell.keyed import KeyedBatch, KeyedRecord
from wirecopy.shell.ports import TopicPartition

READ_RECORDS_MAX: Final = 1_000


class MemoryKeyed:
    """See `KeyedTopic`. The topic is made, with one partition, where it is missing."""

    def __init__(self, broker: MemoryBroker, topic: str) -> None:
        self._broker = broker
        self._partition = TopicPartition(topic, 0)
        self._offset = 0
        self._end = 0
        if not broker.partitions(topic):
            broker.create_topic(topic, 1)

    async def start(self) -> None:
        await self._broker.hook(Step.BEFORE_OPEN, self._partition)
        self._offset, self._end = self._broker.bounds(self._partition)

    async def read(self, timeout_ms: int) -> KeyedBatch:
        await self._broker.hook(Step.BEFORE_READ, self._partition)
        if self._offset == self._broker.bounds(self._partition)[1] and self._offset >= self._end:
            await self._broker.wait(timeout_ms)
        stored = self._broker.read(self._partition.topic, 0, self._offset, READ_RECORDS_MAX)
        self._offset += len(stored)
        records = [KeyedRecord((one.key or b"").decode(), one.value) for one in stored]
        return KeyedBatch(records, self._offset >= self._end)

    async def put(self, records: Sequence[KeyedRecord]) -> None:
        await self._broker.hook(Step.BEFORE_APPEND, self._partition)
        for record in records:
            self._broker.produce(self._partition.topic, 0, record.value, record.key.encode())
        await self._broker.hook(Step.AFTER_APPEND, self._partition)

    async def close(self) -> None:
        """Nothing is held."""
