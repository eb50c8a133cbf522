"""Outputs: one transactional producer per raw partition.

Its start fences every earlier owner, and only then is the committed offset read. Every delivery is awaited before the
commit, because the client commits over failed batches; a producer that failed once is never touched again.

The transactional id joins group, topic and partition with colons, which no topic's name holds: so no two partitions of two
deployments share one. Releases before 2.1 joined them with dots, and dots are in names. An owner of such a release may
still live, so where the committed offset was not written by a release of ours, its id is fenced too, before the offset is
read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaProducer

from wirecopy.shell.backends.kafka.admin import KafkaAdmin, bound_of
from wirecopy.shell.backends.kafka.client import all_delivered, batches_of, connection, within
from wirecopy.shell.backends.kafka.deadlines import close_in_background
from wirecopy.shell.backends.kafka.source import KafkaSource
from wirecopy.shell.backends.partitioning import partition_of
from wirecopy.shell.committed import NO_NOTE, Note
from wirecopy.shell.errors import FencedError, RefusalKind, RefusedError
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import Opened, OutputRecord, OutputStream, RecordBounds, TopicPartition


class KafkaTransactions:
    """The transactional producer of one raw partition. See `Transactions`."""

    def __init__(self, options: KafkaOptions, partition: TopicPartition, producer: Any) -> None:
        self._options = options
        self._partition = aiokafka.TopicPartition(*partition)
        self._producer = producer
        self._dead = False
        self._begun = False

    async def publish(
        self, records: Sequence[OutputRecord], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        self._look()
        options = self._options
        try:
            async with within(options.call_timeout_ms, f"publishing up to raw offset {next_raw_offset}"):
                await self._producer.begin_transaction()
                self._begun = True
                self._look()
                deliveries = await self._send(records)
                self._look()
                offsets = self._producer.send_offsets_to_transaction(
                    {self._partition: (next_raw_offset, note.text())}, options.group_id
                )
                await all_delivered(offsets, *deliveries)
                self._look()
                self._begun = False  # from here on its end is in doubt until told
                await self._producer.commit_transaction()
        except BaseException:
            self._dead = True
            raise

    def _look(self) -> None:
        if self._dead:
            raise FencedError("this producer is closed or has failed before")

    async def _send(self, records: Sequence[OutputRecord]) -> list[Awaitable[Any]]:
        """Grouped by where they go, in order; returns one delivery per batch."""
        groups: dict[tuple[str, int], list[tuple[bytes | None, bytes | None, Any]]] = {}
        counts: dict[str, int] = {}
        for record in records:
            topic = self._topic(record.stream)
            if topic not in counts:
                counts[topic] = len(await self._producer.partitions_for(topic))
            number = _partition_of(record.key, counts[topic], self._partition.partition)
            groups.setdefault((topic, number), []).append((record.key, record.value, list(record.headers)))
        deliveries = []
        for (topic, number), group in groups.items():
            for batch in batches_of(self._producer, group):
                deliveries.append(await self._producer.send_batch(batch, topic, partition=number))
                self._look()
        return deliveries

    def _topic(self, stream: OutputStream) -> str:
        topics = self._options.topics
        match stream:
            case OutputStream.ENRICHED:
                return topics.enriched
            case OutputStream.CORRECTIONS:
                return topics.corrections
            case OutputStream.DEAD:
                return topics.dead
            case OutputStream.MATCHES:
                return topics.matches

    async def close(self) -> None:
        """An open transaction is aborted where that is quick: readers need not wait for its time-out."""
        begun, self._begun = self._begun, False
        self._dead = True
        producer = self._producer

        async def ending() -> None:
            if begun:
                try:
                    async with asyncio.timeout(self._options.close_timeout_ms / 2000):
                        await producer.abort_transaction()
                except Exception:  # noqa: S110 - the next owner's fence ends it
                    pass
            await producer.stop()

        close_in_background(ending, self._options.close_timeout_ms)


def _partition_of(key: bytes | None, count: int, raw_partition: int) -> int:
    """The partition that every Kafka client gives this key; without a key, one that keeps the raw partition's
    order.
    """
    if key is None or count == 1:
        return raw_partition % count
    return partition_of(key, count)


class KafkaOutputs:
    """See `Outputs`."""

    def __init__(self, options: KafkaOptions, source: KafkaSource) -> None:
        self._options = options
        self._source = source
        self._batch_bytes_max = options.producer_batch_bytes_max

    async def open(self, partition: TopicPartition) -> Opened:
        options = self._options
        producer = self._producer(f"{options.group_id}:{partition.topic}:{partition.partition}")
        transactions = KafkaTransactions(options, partition, producer)
        try:
            async with within(options.call_timeout_ms, f"fencing earlier owners of {partition}"):
                await producer.start()
            committed = await self._source.committed(partition)
            if committed is None or not committed.noted:
                await self._fence_earlier_release(partition)
                committed = await self._source.committed(partition)
            ids = await self._source.topic_ids()
        except BaseException:
            await transactions.close()
            raise
        return Opened(transactions, committed, (ids or {}).get(partition.topic, ""))

    async def _fence_earlier_release(self, partition: TopicPartition) -> None:
        """An owner of a release that joined the parts of its transactional id with dots publishes no more."""
        options = self._options
        earlier = self._producer(f"{options.group_id}.{partition.topic}.{partition.partition}")
        try:
            async with within(
                options.call_timeout_ms, f"fencing owners of {partition} of an earlier release"
            ):
                await earlier.start()
        finally:
            close_in_background(earlier.stop, options.close_timeout_ms)

    def _producer(self, transactional_id: str) -> Any:
        options = self._options
        return AIOKafkaProducer(
            **connection(options),
            transactional_id=transactional_id,
            transaction_timeout_ms=options.transaction_timeout_ms,
            acks="all",
            enable_idempotence=True,
            compression_type=options.output_compression,
            max_batch_size=self._batch_bytes_max,
            max_request_size=options.producer_request_bytes_max,
        )

    async def record_bounds(self) -> RecordBounds:
        """From the topics' `max.message.bytes`, as far as we may read it. Batches are kept below it as well."""
        topics = self._options.topics
        names = [topics.enriched, topics.corrections, topics.dead, topics.fingerprints]
        admin = KafkaAdmin(self._options)
        try:
            states = await admin.topics(names)
        finally:
            await admin.close()
        missing = [name for name in names if name not in states]
        if missing:
            raise RefusedError(
                RefusalKind.NO_SUCH_TOPIC, f"no such topic (or no right to see it): {', '.join(missing)}"
            )
        bounds = [bound_of(states[name]) for name in names]
        told = [bound for bound in bounds[:3] if bound is not None]
        self._batch_bytes_max = min([self._options.producer_batch_bytes_max, *told])
        return RecordBounds(*bounds)
