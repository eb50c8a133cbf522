"""The fingerprint log: one partition that every replica appends to and follows. Reader and writer fail and are rebuilt
apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaProducer, errors

from wirecopy.shell.backends.kafka.admin import KafkaAdmin, bound_of
from wirecopy.shell.backends.kafka.appender import Appender
from wirecopy.shell.backends.kafka.client import batches_of, connection, reader, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded, close_in_background
from wirecopy.shell.backends.kafka.tolerant import read_tolerantly
from wirecopy.shell.backends.kafka.topic_ids import topic_ids
from wirecopy.shell.errors import OffsetLostError, PortError, RefusalKind, RefusedError, UnavailableError
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import LogBatch, LogRecord, TopicState


class KafkaLog:
    """See `FingerprintLog`. Reader and writer fail and are rebuilt apart."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._partition = aiokafka.TopicPartition(options.topics.fingerprints, 0)
        self._producer: Any = None
        self._consumer: Any = None
        self._batch_bytes_max = options.producer_batch_bytes_max
        self._state: TopicState | None = None
        self._appender = Appender(self._send, options.log_linger_ms, options.producer_batch_bytes_max)

    async def start(self) -> None:
        await self._reader()
        await self._bound_batches()
        await self._writer()
        self._appender.start()

    async def _bound_batches(self) -> None:
        """A topic may take less than we would send at a time; where we may not know, what is refused says so."""
        admin = KafkaAdmin(self._options)
        try:
            states = await admin.topics([self._partition.topic])
        finally:
            await admin.close()
        for state in states.values():
            self._state = state
            bound = bound_of(state)
            if bound is not None:
                self._batch_bytes_max = min(self._options.producer_batch_bytes_max, bound)

    async def described(self) -> TopicState | None:
        return self._state

    async def topic_ids(self) -> Mapping[str, str] | None:
        topics = self._options.topics
        consumer = await self._reader()
        names = [*topics.raw, topics.fingerprints]
        return await topic_ids(consumer._client, names, self._options.call_timeout_ms)  # noqa: SLF001

    async def append(self, values: Sequence[bytes]) -> list[int]:
        return await self._appender.append(values)

    async def _writer(self) -> Any:
        if self._producer is None:
            options = self._options
            producer = AIOKafkaProducer(
                **connection(options),
                enable_idempotence=True,
                acks="all",
                compression_type=options.log_compression,
                max_batch_size=self._batch_bytes_max,
                max_request_size=options.producer_request_bytes_max,
            )
            try:
                async with within(options.call_timeout_ms, "starting the log's producer"):
                    await producer.start()
            except BaseException:
                close_in_background(producer.stop, options.close_timeout_ms)
                raise
            self._producer = producer
        return self._producer

    async def _send(self, values: list[bytes]) -> list[int]:
        """In as few batches as hold them, one after the other; a failure costs the producer (A3, A4)."""
        producer = await self._writer()
        offsets: list[int] = []
        try:
            async with within(self._options.call_timeout_ms, "appending to the fingerprint log"):
                for batch in batches_of(producer, [(None, value, []) for value in values]):
                    count = batch.record_count()
                    delivery = await producer.send_batch(
                        batch, self._partition.topic, partition=self._partition.partition
                    )
                    first = (await delivery).offset
                    if first < 0:  # the broker recognised a duplicate, and does not say where it lies
                        raise UnavailableError("the broker took the batch but returned no offset")  # noqa: TRY301
                    offsets.extend(range(first, first + count))
        except BaseException:
            self._producer = None
            close_in_background(producer.stop, self._options.close_timeout_ms)
            raise
        return offsets

    async def _reader(self) -> Any:
        if self._consumer is None:
            options = self._options
            consumer = await reader(options, "starting the log's consumer")
            try:
                async with within(options.call_timeout_ms, "looking for the log"):
                    there = await consumer.topics()
                if self._partition.topic not in there:
                    raise RefusedError(  # noqa: TRY301
                        RefusalKind.NO_SUCH_TOPIC,
                        f"no such topic (or no right to see it): {self._partition.topic}",
                    )
                consumer.assign([self._partition])
            except BaseException:
                close_in_background(consumer.stop, options.close_timeout_ms)
                raise
            self._consumer = consumer
        return self._consumer

    async def bounds(self) -> tuple[int, int]:
        try:
            consumer = await self._reader()
            async with within(self._options.call_timeout_ms, "reading the log's bounds"):
                first = (await consumer.beginning_offsets([self._partition]))[self._partition]
                end = (await consumer.end_offsets([self._partition]))[self._partition]
        except PortError:
            self._drop_reader()
            raise
        return first, end

    async def follow(self, offset: int) -> None:
        consumer = await self._reader()
        consumer.seek(self._partition, offset)

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        consumer = self._consumer
        if consumer is None:
            raise UnavailableError("the consumer of the log was closed")
        try:
            async with within(timeout_ms + self._options.call_timeout_ms, "reading the fingerprint log"):
                got = await consumer.getmany(timeout_ms=timeout_ms, max_records=records_max)
                position = await consumer.position(self._partition)
        except asyncio.CancelledError:
            raise
        except PortError as error:
            self._drop_reader()
            if isinstance(error.__cause__, errors.CorruptRecordException | UnicodeDecodeError):
                read_tolerantly()
            if isinstance(error.__cause__, errors.OffsetOutOfRangeError):
                raise OffsetLostError(None, str(error)) from error
            raise
        records = [
            LogRecord(record.offset, record.timestamp, record.value or b"")
            for record in got.get(self._partition, ())
        ]
        end = consumer.last_stable_offset(self._partition)
        return LogBatch(records, position, position if end is None else end)

    def _drop_reader(self) -> None:
        if self._consumer is not None:
            close_in_background(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None

    async def stop(self) -> None:
        await self._appender.stop()
        for client in (self._producer, self._consumer):
            if client is not None:
                await close_bounded(client.stop, self._options.close_timeout_ms)
        self._producer = self._consumer = None
