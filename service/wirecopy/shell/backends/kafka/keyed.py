"""A compacted topic as a table (`KeyedTopic`): read whole and then followed by a consumer of its own, in no group.

What was there at the start is complete when each partition is read to the end that it had then. Compaction leaves gaps and
removes the markers of keys that are long gone, so the reader remembers nothing of an earlier reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaProducer

from wirecopy.shell.backends.kafka.admin import KafkaAdmin
from wirecopy.shell.backends.kafka.client import all_delivered, connection, reader, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded, close_in_background
from wirecopy.shell.errors import RefusalKind, RefusedError, UnavailableError
from wirecopy.shell.keyed import KeyedBatch, KeyedRecord
from wirecopy.shell.options import KafkaOptions

READ_RECORDS_MAX = 1_000


class KafkaKeyed:
    """See `KeyedTopic`. `also`: topics that must be there too, since what is read leads to records on them."""

    def __init__(self, options: KafkaOptions, topic: str, also: Sequence[str] = ()) -> None:
        self._options = options
        self._topic = topic
        self._also = tuple(also)
        self._consumer: Any = None
        self._producer: Any = None
        self._ends: dict[Any, int] = {}  # of partitions that are not read to their end of the start yet

    async def start(self) -> None:
        self._drop_reader()
        partitions = await self._partitions()
        consumer = await reader(self._options, f"connecting to read {self._topic}")
        try:
            async with within(self._options.call_timeout_ms, f"finding the beginning of {self._topic}"):
                consumer.assign(partitions)
                first = await consumer.beginning_offsets(partitions)
                end = await consumer.end_offsets(partitions)
                for one in partitions:
                    consumer.seek(one, first[one])
        except BaseException:
            close_in_background(consumer.stop, self._options.close_timeout_ms)
            raise
        self._consumer = consumer
        self._ends = {one: end[one] for one in partitions if first[one] < end[one]}

    async def _partitions(self) -> list[Any]:
        """RefusedError where a topic is missing."""
        admin = KafkaAdmin(self._options)
        try:
            states = await admin.topics([self._topic, *self._also])
        finally:
            await admin.close()
        missing = [name for name in (self._topic, *self._also) if name not in states]
        if missing:
            raise RefusedError(
                RefusalKind.NO_SUCH_TOPIC,
                f"no such topic (or no right to see it): {', '.join(missing)}. `wirecopy topics` creates it",
            )
        return [
            aiokafka.TopicPartition(self._topic, number) for number in range(states[self._topic].partitions)
        ]

    async def read(self, timeout_ms: int) -> KeyedBatch:
        consumer = self._consumer
        if consumer is None:
            raise UnavailableError(f"the reader of {self._topic} was closed")
        try:
            doing = f"reading {self._topic}"
            async with within(timeout_ms + self._options.call_timeout_ms, doing):
                wait_ms = timeout_ms if not self._ends else min(timeout_ms, 100)
                got = await consumer.getmany(timeout_ms=wait_ms, max_records=READ_RECORDS_MAX)
                for one, end in list(self._ends.items()):
                    if await consumer.position(one) >= end:
                        del self._ends[one]
        except BaseException:
            self._drop_reader()
            raise
        records = [
            KeyedRecord(record.key.decode("utf-8", "replace"), record.value)
            for partition in sorted(got)
            for record in got[partition]
            if record.key is not None
        ]
        return KeyedBatch(records, not self._ends)

    async def put(self, records: Sequence[KeyedRecord]) -> None:
        producer = await self._writer()
        try:
            async with within(self._options.call_timeout_ms, f"writing to {self._topic}"):
                sent = [
                    await producer.send(self._topic, record.value, record.key.encode()) for record in records
                ]
                await all_delivered(*sent)
        except BaseException:
            self._producer = None
            close_in_background(producer.stop, self._options.close_timeout_ms)
            raise

    async def _writer(self) -> Any:
        if self._producer is None:
            producer = AIOKafkaProducer(**connection(self._options), enable_idempotence=True, acks="all")
            try:
                async with within(self._options.call_timeout_ms, f"connecting to write {self._topic}"):
                    await producer.start()
            except BaseException:
                close_in_background(producer.stop, self._options.close_timeout_ms)
                raise
            self._producer = producer
        return self._producer

    def _drop_reader(self) -> None:
        if self._consumer is not None:
            close_in_background(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None

    async def close(self) -> None:
        for client in (self._consumer, self._producer):
            if client is not None:
                await close_bounded(client.stop, self._options.close_timeout_ms)
        self._consumer = self._producer = None
