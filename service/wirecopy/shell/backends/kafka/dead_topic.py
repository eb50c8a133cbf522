"""The dead letters, read again and sent on in transactions: for `replay-dead`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaProducer

from wirecopy.shell.backends.kafka.client import (
    all_delivered,
    connection,
    guard_offset_fetch,
    raw_record,
    reader,
    within,
)
from wirecopy.shell.backends.kafka.deadlines import close_bounded
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import RawRecord, TopicPartition


class KafkaDeadTopic:
    """See `DeadTopic`."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._consumer: Any = None
        self._producer: Any = None

    async def open(self, groups: Sequence[str]) -> Mapping[str, Mapping[TopicPartition, int]]:
        options = self._options
        self._producer = AIOKafkaProducer(
            **connection(options),
            transactional_id=f"{options.group_id}:{options.topics.dead}:replay",
            transaction_timeout_ms=options.transaction_timeout_ms,
            acks="all",
            enable_idempotence=True,
            max_batch_size=options.producer_batch_bytes_max,
            max_request_size=options.producer_request_bytes_max,
        )
        async with within(options.call_timeout_ms, "fencing earlier replays"):
            await self._producer.start()
        self._consumer = await reader(options, "connecting to read the dead letters")
        return {group: await self._committed(group) for group in groups}

    async def _committed(self, group: str) -> dict[TopicPartition, int]:
        consumer = await reader(self._options, f"connecting as {group}", group)
        found = {}
        try:
            partitions = await self._partitions()
            consumer.assign(partitions)
            guard_offset_fetch(consumer._coordinator)  # noqa: SLF001
            async with within(self._options.call_timeout_ms, f"reading the committed offsets of {group}"):
                for one in partitions:
                    offset = await consumer.committed(one)
                    if offset is not None:
                        found[TopicPartition(*one)] = offset
        finally:
            await close_bounded(consumer.stop, self._options.close_timeout_ms)
        return found

    async def _partitions(self) -> list[Any]:
        topic = self._options.topics.dead
        async with within(self._options.call_timeout_ms, f"describing {topic}"):
            numbers = await self._producer.partitions_for(topic)
        return [aiokafka.TopicPartition(topic, number) for number in sorted(numbers)]

    async def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        partitions = await self._partitions()
        async with within(self._options.call_timeout_ms, "reading the bounds of the dead letters"):
            first = await self._consumer.beginning_offsets(partitions)
            end = await self._consumer.end_offsets(partitions)
        return {TopicPartition(*one): (first[one], end[one]) for one in partitions}

    async def read(self, partition: TopicPartition, offset: int, end: int) -> Sequence[RawRecord]:
        one = aiokafka.TopicPartition(*partition)
        self._consumer.assign([one])
        self._consumer.seek(one, offset)
        async with within(self._options.call_timeout_ms, f"reading the dead letters of {partition}"):
            while await self._consumer.position(one) < end:
                got = await self._consumer.getmany(one, timeout_ms=500, max_records=500)
                if records := [raw_record(record) for record in got.get(one, ()) if record.offset < end]:
                    return records
        return ()

    async def send(
        self, letters: Sequence[tuple[TopicPartition, RawRecord]], group: str, of: TopicPartition, offset: int
    ) -> None:
        async with within(self._options.call_timeout_ms, f"replaying {len(letters)} dead letters"):
            await self._producer.begin_transaction()
            deliveries = []
            for to, letter in letters:
                count = len(await self._producer.partitions_for(to.topic))
                sent = await self._producer.send(
                    to.topic,
                    letter.value,
                    letter.key,
                    partition=to.partition if to.partition < count else None,
                    headers=list(letter.headers),
                    timestamp_ms=letter.timestamp_ms,
                )
                deliveries.append(sent)
            offsets = self._producer.send_offsets_to_transaction(
                {aiokafka.TopicPartition(*of): offset}, group
            )
            await all_delivered(offsets, *deliveries)
            await self._producer.commit_transaction()

    async def close(self) -> None:
        for client in (self._consumer, self._producer):
            if client is not None:
                await close_bounded(client.stop, self._options.close_timeout_ms)
        self._consumer = self._producer = None
