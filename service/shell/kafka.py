"""Kafka behind the doors of ports.py; the only file that knows aiokafka.

What the client does not do for exactly-once, and what it does wrongly under failure, is made good here (the
hazards A1 to A17 of ARCHITECTURE.md, "Non-obvious"; they were read in aiokafka 0.14.0's source and seen on a
real broker):

- one transactional producer per raw partition; its start fences every earlier owner, and only then is the
  committed offset read, through a guard, because an OffsetFetch that fails as a whole looks to aiokafka like a
  group that never committed;
- every delivery future is awaited before the commit, because the client commits over failed batches;
- every await on the client has a deadline, because with a frozen broker none of them returns; a client that
  hangs while it is closed is left behind, and a producer that failed once is never touched again: it may be
  poisoned;
- positions belong to the pipeline: a partition gives nothing until it is seeked, and held-back ones are left
  out of the poll, not paused, so that what was fetched of them is not fetched again.

The version is pinned and asserted, since private names are used: the coordinator's `_send_req` and
`_coordinator`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiokafka
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, errors
from aiokafka.abc import AbstractTokenProvider, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.consumer import fetcher as aiokafka_fetcher
from aiokafka.producer import sender as aiokafka_sender
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

from service.core.model import RawPosition
from service.shell import deadlines
from service.shell.appender import Appender
from service.shell.deadlines import put_away, put_away_later
from service.shell.offsets import place
from service.shell.partitioning import partition_of
from service.shell.ports import (
    AssignmentListener,
    FatalError,
    FencedError,
    FingerprintLog,
    KafkaOptions,
    LogBatch,
    LogRecord,
    OffsetLostError,
    Opened,
    OutputRecord,
    Outputs,
    OutputStream,
    PortError,
    RawReader,
    RawRecord,
    RawSource,
    RecordBounds,
    RefusalKind,
    RefusedError,
    StalledError,
    TopicPartition,
    TopicSpec,
    TopicState,
    UnavailableError,
)

PINNED_VERSION = "0.14."
CONCURRENT_TRANSACTIONS_DELAY_S = (
    0.002  # aiokafka waits 20 ms; the markers of the last transaction take 1 to 3
)
NOBODY = aiokafka.TopicPartition("", 0)  # polling for it keeps the membership and returns nothing
RAW_READ_BYTES_MAX = 256 * 1024  # fetched to read one record again; a larger record comes whole all the same
BATCH_OVERHEAD_BYTES = 1024  # of a batch with its header, generously, under the topic's max.message.bytes

FENCED = (errors.ProducerFenced, errors.InvalidProducerEpoch, errors.TransactionCoordinatorFenced)
REFUSALS: Mapping[type[Exception], RefusalKind] = {
    errors.MessageSizeTooLargeError: RefusalKind.TOO_LARGE,
    errors.RecordListTooLargeError: RefusalKind.TOO_LARGE,
    errors.TopicAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.GroupAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.ClusterAuthorizationFailedError: RefusalKind.NOT_ALLOWED,
    errors.TransactionalIdAuthorizationFailed: RefusalKind.NOT_ALLOWED,
    errors.UnknownTopicOrPartitionError: RefusalKind.NO_SUCH_TOPIC,
    errors.InvalidTransactionTimeout: RefusalKind.INVALID,
    errors.InvalidSessionTimeoutError: RefusalKind.INVALID,
    errors.InvalidGroupIdError: RefusalKind.INVALID,
    errors.InvalidTopicError: RefusalKind.INVALID,
    errors.InvalidTimestampError: RefusalKind.INVALID,
    errors.InvalidReplicationFactorError: RefusalKind.INVALID,
    errors.PolicyViolationError: RefusalKind.INVALID,
}


# ---- errors and deadlines
class _LastWords(logging.Handler):
    """Keeps the client's last warning: the error it raises when it cannot log in does not say why (A13)."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()[:300]


_last_words = _LastWords()


def translate(error: BaseException, doing: str) -> PortError:
    """A client's exception as one of the doors'. What is not known to be a refusal counts as weather."""
    if isinstance(error, PortError):
        return error
    text = f"{doing}: {type(error).__name__}: {error}"
    if isinstance(error, FENCED):
        return FencedError(text)
    for kind, refusal in REFUSALS.items():
        if isinstance(error, kind):
            return RefusedError(refusal, text)
    if isinstance(error, errors.KafkaConnectionError) and _last_words.text:
        text = f"{text} (the client's last words: {_last_words.text})"
    return UnavailableError(text)


def within(timeout_ms: int, doing: str) -> AbstractAsyncContextManager[None]:
    """A deadline for calls on the client, and the doors' exceptions for its own."""
    return deadlines.within(timeout_ms, doing, translate)


# ---- connections
class _FileToken(AbstractTokenProvider):  # type: ignore[misc]
    """An OAUTHBEARER token from a file that the platform rotates."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    async def token(self) -> str:
        return (await asyncio.to_thread(self._path.read_text, encoding="utf-8")).strip()


def connection(options: KafkaOptions) -> dict[str, Any]:
    """What every client is made with. Raises `FatalError` for a certificate that cannot be read."""
    arguments: dict[str, Any] = {
        "bootstrap_servers": options.bootstrap_servers,
        "client_id": options.client_id,
        "request_timeout_ms": options.request_timeout_ms,
        "metadata_max_age_ms": options.metadata_max_age_ms,
        "security_protocol": options.security_protocol,
    }
    if options.security_protocol in ("SSL", "SASL_SSL"):
        arguments["ssl_context"] = _ssl_context(options)
    if options.security_protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = options.sasl_mechanism
        arguments["sasl_plain_username"] = options.sasl_username
        arguments["sasl_plain_password"] = options.sasl_password
        if options.sasl_mechanism == "OAUTHBEARER" and options.sasl_oauth_token_file:
            arguments["sasl_oauth_token_provider"] = _FileToken(options.sasl_oauth_token_file)
    return arguments


def _ssl_context(options: KafkaOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ssl_cafile)
        if options.ssl_certfile:
            context.load_cert_chain(options.ssl_certfile, options.ssl_keyfile, options.ssl_key_password)
    except (OSError, ssl.SSLError) as error:
        raise FatalError(f"a certificate or key cannot be used: {error}") from error
    context.check_hostname = options.ssl_check_hostname
    return context


def guard_offset_fetch(coordinator: Any) -> None:
    """Make an OffsetFetch that failed as a whole fail, so that the client asks again (A17).

    A broker whose group coordinator moves or loads answers with an error for the whole response and no
    partitions; aiokafka reads only the partitions' errors and would report "never committed".
    """
    send = coordinator._send_req  # noqa: SLF001 - the reason for the pinned version

    async def guarded(request: Any) -> Any:
        response = await send(request)
        if isinstance(request, OffsetFetchRequest):
            code = getattr(response, "error_code", 0)
            if code != 0:
                if code in (errors.NotCoordinatorForGroupError.errno, 15):
                    coordinator.coordinator_dead()
                raise errors.for_code(code)()
        return response

    coordinator._send_req = guarded  # noqa: SLF001


# ---- records whose header names are not UTF-8
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


def _read_tolerantly() -> bool:
    """Returns whether that is new."""
    new = aiokafka_fetcher.MemoryRecords is not _TolerantRecords
    aiokafka_fetcher.MemoryRecords = _TolerantRecords
    return new


# ---- raw topics
class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """The client only logs what its listener raises (A9): here it breaks the source, and the next poll says
    so.
    """

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await self._source.when_revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        await self._source.when_assigned(assigned)


class KafkaSource:
    """A member of the consumer group. See `RawSource`."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._listener: AssignmentListener | None = None
        self._consumer: Any = None
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._reading: set[TopicPartition] = set()
        self._broken: BaseException | None = None

    async def start(self, listener: AssignmentListener) -> None:
        options = self._options
        self._listener = listener
        consumer = AIOKafkaConsumer(
            **connection(options),
            group_id=options.group_id,
            group_instance_id=options.group_instance_id,
            session_timeout_ms=options.session_timeout_ms,
            heartbeat_interval_ms=options.heartbeat_interval_ms,
            rebalance_timeout_ms=options.rebalance_timeout_ms,
            max_poll_interval_ms=options.max_poll_interval_ms,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=options.fetch_partition_bytes_max,
            fetch_max_bytes=options.fetch_bytes_max,
        )
        self._consumer = consumer
        try:
            async with within(options.call_timeout_ms, "joining the group"):
                await consumer.start()
                guard_offset_fetch(consumer._coordinator)  # noqa: SLF001
                there = await consumer.topics()
        except BaseException:
            put_away_later(consumer.stop, options.close_timeout_ms)
            raise
        missing = [topic for topic in options.topics.raw if topic not in there]
        if missing:
            put_away_later(consumer.stop, options.close_timeout_ms)
            raise RefusedError(
                RefusalKind.NO_SUCH_TOPIC, f"no such raw topic (or no right to see it): {', '.join(missing)}"
            )
        consumer.subscribe(topics=list(options.topics.raw), listener=_Listener(self))

    async def when_assigned(self, assigned: Iterable[Any]) -> None:
        partitions = frozenset(TopicPartition(one.topic, one.partition) for one in assigned)
        try:
            self._consumer.pause(
                *assigned
            )  # until the pipeline has seeked: nothing is to be fetched at a stale offset
            self._assigned = partitions
            assert self._listener is not None
            await self._listener.assigned(partitions)
        except Exception as error:
            self._broken = error

    async def when_revoked(self, revoked: Iterable[Any]) -> None:
        partitions = frozenset(TopicPartition(one.topic, one.partition) for one in revoked)
        self._assigned -= partitions
        self._reading -= partitions
        try:
            if self._listener is not None:
                await self._listener.revoked(partitions)
        except Exception as error:
            self._broken = error

    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        if self._broken is not None:
            raise StalledError(f"a rebalance failed: {self._broken!r}") from self._broken
        options = self._options
        wanted = [aiokafka.TopicPartition(*one) for one in self._reading] or [NOBODY]
        # during a rebalance the client does not look at the time-out (A6): it ends within these, or never
        stalled_ms = timeout_ms + options.rebalance_timeout_ms + options.session_timeout_ms
        try:
            async with asyncio.timeout(stalled_ms / 1000):
                got = await self._consumer.getmany(*wanted, timeout_ms=timeout_ms, max_records=records_max)
        except TimeoutError as error:
            raise StalledError(
                f"the consumer did not come back from a poll within {stalled_ms} ms"
            ) from error
        except errors.OffsetOutOfRangeError as error:
            for lost in error.args[0] if error.args else ():
                raise OffsetLostError(TopicPartition(*lost), f"out of range: {error}") from error
            raise UnavailableError(f"polling: {error}") from error
        except (errors.CorruptRecordException, UnicodeDecodeError) as error:
            how = "it is read again, tolerantly" if _read_tolerantly() else "its bytes are damaged"
            raise UnavailableError(f"a record cannot be read ({how}): {error}") from error
        except (errors.ConsumerStoppedError, errors.IllegalStateError) as error:
            raise StalledError(f"polling: {error!r}") from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise StalledError("the consumer cancelled its own poll") from None
        except Exception as error:
            raise _of_polling(error) from error
        return {
            TopicPartition(one.topic, one.partition): [_raw_record(record) for record in records]
            for one, records in got.items()
        }

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._assigned:
            self._quietly(lambda: self._consumer.seek(aiokafka.TopicPartition(*partition), offset))

    def pause(self, partition: TopicPartition) -> None:
        self._reading.discard(partition)

    def resume(self, partition: TopicPartition) -> None:
        if partition in self._assigned and partition not in self._reading:
            self._reading.add(partition)
            self._quietly(lambda: self._consumer.resume(aiokafka.TopicPartition(*partition)))

    def _quietly(self, call: Callable[[], None]) -> None:
        """A partition that the client has just lost: we are about to be told."""
        try:
            call()
        except (errors.IllegalStateError, AssertionError):
            return

    def assignment(self) -> frozenset[TopicPartition]:
        return self._assigned

    def static_member(self) -> bool:
        return self._options.group_instance_id is not None

    async def committed(self, partition: TopicPartition) -> int | None:
        """Only for `KafkaOutputs.open`, after the fence: before it, this may be stale (A2)."""
        offset: int | None
        async with within(self._options.call_timeout_ms, f"reading the committed offset of {partition}"):
            offset = await self._consumer.committed(aiokafka.TopicPartition(*partition))
        return offset

    async def resume_offset(self, partition: TopicPartition, committed_offset: int | None) -> int:
        one = aiokafka.TopicPartition(*partition)
        async with within(self._options.call_timeout_ms, f"reading the bounds of {partition}"):
            first: int = (await self._consumer.beginning_offsets([one]))[one]
            end: int = (await self._consumer.end_offsets([one]))[one]
        return place(
            partition,
            committed_offset,
            (first, end),
            self._options.auto_offset_reset,
            self._options.offset_lost,
        )

    def end_offset(self, partition: TopicPartition) -> int | None:
        if partition not in self._assigned:
            return None
        try:
            end: int | None = self._consumer.last_stable_offset(aiokafka.TopicPartition(*partition))
        except (errors.IllegalStateError, AssertionError):
            return None
        return end

    async def stop(self, leave: bool) -> None:
        self._listener = None
        self._assigned, self._reading = frozenset(), set()
        if self._consumer is None:
            return
        if leave:
            await put_away(self._consumer.stop, self._options.close_timeout_ms)
        else:
            put_away_later(self._consumer.stop, self._options.close_timeout_ms)


def _of_polling(error: Exception) -> PortError:
    """A consumer whose coordination failed without a code stays failed: only a new one helps."""
    if type(error) is errors.KafkaError:
        return StalledError(f"polling: {error}")
    return translate(error, "polling")


def _raw_record(record: Any) -> RawRecord:
    return RawRecord(
        RawPosition(record.topic, record.partition, record.offset),
        record.key,
        record.value,
        tuple(record.headers),
        record.timestamp,
    )


# ---- the fingerprint log
class KafkaLog:
    """See `FingerprintLog`. Reader and writer fail and are rebuilt apart."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._partition = aiokafka.TopicPartition(options.topics.fingerprints, 0)
        self._producer: Any = None
        self._consumer: Any = None
        self._batch_bytes_max = options.producer_batch_bytes_max
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
            bound = _bound(state)
            if bound is not None:
                self._batch_bytes_max = min(self._options.producer_batch_bytes_max, bound)

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
                put_away_later(producer.stop, options.close_timeout_ms)
                raise
            self._producer = producer
        return self._producer

    async def _send(self, values: list[bytes]) -> list[int]:
        """In as few batches as hold them, one after the other; a failure costs the producer (A3, A4)."""
        producer = await self._writer()
        offsets: list[int] = []
        try:
            async with within(self._options.call_timeout_ms, "appending to the fingerprint log"):
                for batch in _batches(producer, [(None, value, []) for value in values]):
                    count = batch.record_count()
                    delivery = await producer.send_batch(
                        batch, self._partition.topic, partition=self._partition.partition
                    )
                    first = (await delivery).offset
                    if first < 0:  # the broker recognised a duplicate, and does not say where it lies
                        raise UnavailableError("the log has the batch, but did not say where")  # noqa: TRY301
                    offsets.extend(range(first, first + count))
        except BaseException:
            self._producer = None
            put_away_later(producer.stop, self._options.close_timeout_ms)
            raise
        return offsets

    async def _reader(self) -> Any:
        if self._consumer is None:
            options = self._options
            consumer = AIOKafkaConsumer(
                **connection(options),
                group_id=None,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="none",
                max_partition_fetch_bytes=options.fetch_partition_bytes_max,
                fetch_max_bytes=options.fetch_bytes_max,
            )
            try:
                async with within(options.call_timeout_ms, "starting the log's consumer"):
                    await consumer.start()
                    if self._partition.topic not in await consumer.topics():
                        raise RefusedError(  # noqa: TRY301
                            RefusalKind.NO_SUCH_TOPIC,
                            f"no such topic (or no right to see it): {self._partition.topic}",
                        )
                    consumer.assign([self._partition])
            except BaseException:
                put_away_later(consumer.stop, options.close_timeout_ms)
                raise
            self._consumer = consumer
        return self._consumer

    async def bounds(self) -> tuple[int, int]:
        try:
            consumer = await self._reader()
            async with within(self._options.call_timeout_ms, "reading the log's bounds"):
                first = (await consumer.beginning_offsets([self._partition]))[self._partition]
                end = (await consumer.end_offsets([self._partition]))[self._partition]
        except BaseException:
            self._drop_reader()
            raise
        return first, end

    async def follow(self, offset: int) -> None:
        consumer = await self._reader()
        consumer.seek(self._partition, offset)

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        consumer = self._consumer
        if consumer is None:
            raise UnavailableError("the log's consumer was dropped")
        try:
            async with within(timeout_ms + self._options.call_timeout_ms, "reading the fingerprint log"):
                got = await consumer.getmany(timeout_ms=timeout_ms, max_records=records_max)
                position = await consumer.position(self._partition)
        except asyncio.CancelledError:
            raise
        except PortError as error:
            self._drop_reader()
            if isinstance(error.__cause__, errors.CorruptRecordException | UnicodeDecodeError):
                _read_tolerantly()
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
            put_away_later(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None

    async def stop(self) -> None:
        await self._appender.stop()
        for client in (self._producer, self._consumer):
            if client is not None:
                await put_away(client.stop, self._options.close_timeout_ms)
        self._producer = self._consumer = None


def _batches(producer: Any, records: Sequence[tuple[bytes | None, bytes | None, Any]]) -> list[Any]:
    """Records in as few batches as hold them: built in one go, a quarter of the cost of a `send` each."""
    batches: list[Any] = []
    batch = None
    for key, value, headers in records:
        if batch is None or batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            batch = producer.create_batch()
            batches.append(batch)
            taken = batch.append(timestamp=None, key=key, value=value, headers=headers)
            assert taken is not None, "an empty batch takes any record"
    for batch in batches:
        batch.close()
    return batches


# ---- outputs
class KafkaTransactions:
    """The transactional producer of one raw partition. See `Transactions`."""

    def __init__(self, options: KafkaOptions, partition: TopicPartition, producer: Any) -> None:
        self._options = options
        self._partition = aiokafka.TopicPartition(*partition)
        self._producer = producer
        self._dead = False
        self._begun = False

    async def publish(self, records: Sequence[OutputRecord], next_raw_offset: int) -> None:
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
                    {self._partition: next_raw_offset}, options.group_id
                )
                await _all(offsets, *deliveries)
                self._look()
                self._begun = False  # from here on its end is in doubt until told
                await self._producer.commit_transaction()
        except BaseException:
            self._dead = True
            raise

    def _look(self) -> None:
        if self._dead:
            raise FencedError("this producer was closed or has failed before")

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
            for batch in _batches(self._producer, group):
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

        put_away_later(ending, self._options.close_timeout_ms)


def _partition_of(key: bytes | None, count: int, raw_partition: int) -> int:
    """The partition that every Kafka client gives this key; without a key, one that keeps the raw partition's
    order.
    """
    if key is None or count == 1:
        return raw_partition % count
    return partition_of(key, count)


async def _all(*waits: Awaitable[Any]) -> None:
    """All of them, to the end: a failed delivery must not leave others unawaited, and none may be overlooked
    (A3).
    """
    results = await asyncio.gather(*waits, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if isinstance(failure, FENCED):
            raise failure
    for failure in failures:
        raise failure


class KafkaOutputs:
    """See `Outputs`."""

    def __init__(self, options: KafkaOptions, source: KafkaSource) -> None:
        self._options = options
        self._source = source
        self._batch_bytes_max = options.producer_batch_bytes_max

    async def open(self, partition: TopicPartition) -> Opened:
        options = self._options
        producer = AIOKafkaProducer(
            **connection(options),
            transactional_id=f"{options.group_id}.{partition.topic}.{partition.partition}",
            transaction_timeout_ms=options.transaction_timeout_ms,
            acks="all",
            enable_idempotence=True,
            compression_type=options.output_compression,
            max_batch_size=self._batch_bytes_max,
            max_request_size=options.producer_request_bytes_max,
        )
        transactions = KafkaTransactions(options, partition, producer)
        try:
            async with within(options.call_timeout_ms, f"fencing earlier owners of {partition}"):
                await producer.start()
            committed = await self._source.committed(partition)
        except BaseException:
            await transactions.close()
            raise
        return Opened(transactions, committed)

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
        bounds = [_bound(states[name]) for name in names]
        told = [bound for bound in bounds[:3] if bound is not None]
        self._batch_bytes_max = min([self._options.producer_batch_bytes_max, *told])
        return RecordBounds(*bounds)


def _bound(state: TopicState) -> int | None:
    told = state.config.get("max.message.bytes")
    return None if told is None else int(told) - BATCH_OVERHEAD_BYTES


# ---- topics
class KafkaAdmin:
    """See `Admin`. Connects at the first call."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._client: Any = None

    async def _started(self) -> Any:
        if self._client is None:
            client = AIOKafkaAdminClient(**connection(self._options))
            try:
                async with within(self._options.call_timeout_ms, "connecting"):
                    await client.start()
            except BaseException:
                put_away_later(client.close, self._options.close_timeout_ms)
                raise
            self._client = client
        return self._client

    async def topics(self, names: Sequence[str]) -> Mapping[str, TopicState]:
        client = await self._started()
        async with within(self._options.call_timeout_ms, "describing topics"):
            there = set(await client.list_topics()).intersection(names)
            told = await client.describe_topics(sorted(there)) if there else []
            configs = await self._configs(client, sorted(there))
        found = {}
        for topic in told:
            if topic["error_code"] == 0 and topic["partitions"]:
                name = topic["topic"]
                replicas = min(len(partition["replicas"]) for partition in topic["partitions"])
                found[name] = TopicState(name, len(topic["partitions"]), replicas, configs.get(name, {}))
        return found

    async def _configs(self, client: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, str]] = {}
        for response in await client.describe_configs(resources):
            for code, _message, _kind, name, entries in response.resources:
                if code == 0:
                    found[name] = {entry[0]: entry[1] for entry in entries}
        return found

    async def create(self, specs: Sequence[TopicSpec]) -> None:
        """Those that exist are left as they are."""
        client = await self._started()
        new = [
            NewTopic(spec.name, spec.partitions, spec.replication_factor, topic_configs=dict(spec.config))
            for spec in specs
        ]
        async with within(self._options.call_timeout_ms, "creating topics"):
            response = await client.create_topics(new)
        for name, code, *message in response.topic_errors:
            if code not in (0, errors.TopicAlreadyExistsError.errno):
                raise translate(errors.for_code(code)(*message), f"creating topic {name}")

    async def close(self) -> None:
        if self._client is not None:
            await put_away(self._client.close, self._options.close_timeout_ms)
            self._client = None


# ---- dead letters, read again
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
            transactional_id=f"{options.group_id}.{options.topics.dead}.replay",
            transaction_timeout_ms=options.transaction_timeout_ms,
            acks="all",
            enable_idempotence=True,
            max_batch_size=options.producer_batch_bytes_max,
            max_request_size=options.producer_request_bytes_max,
        )
        async with within(options.call_timeout_ms, "fencing earlier replays"):
            await self._producer.start()
        self._consumer = await self._reader(None)
        return {group: await self._committed(group) for group in groups}

    async def _reader(self, group: str | None) -> Any:
        options = self._options
        consumer = AIOKafkaConsumer(
            **connection(options),
            group_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=options.fetch_partition_bytes_max,
            fetch_max_bytes=options.fetch_bytes_max,
        )
        try:
            async with within(options.call_timeout_ms, "connecting"):
                await consumer.start()
        except BaseException:
            put_away_later(consumer.stop, options.close_timeout_ms)
            raise
        return consumer

    async def _committed(self, group: str) -> dict[TopicPartition, int]:
        consumer = await self._reader(group)
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
            await put_away(consumer.stop, self._options.close_timeout_ms)
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
                if records := [_raw_record(record) for record in got.get(one, ()) if record.offset < end]:
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
            await _all(offsets, *deliveries)
            await self._producer.commit_transaction()

    async def close(self) -> None:
        for client in (self._consumer, self._producer):
            if client is not None:
                await put_away(client.stop, self._options.close_timeout_ms)
        self._consumer = self._producer = None


class KafkaRawReader:
    """See `RawReader`. A consumer of its own, made when somebody first looks, so that the members of the group
    and their positions never notice; a failed one is thrown away.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._consumer: Any = None

    async def read(self, position: RawPosition) -> RawRecord | None:
        one = aiokafka.TopicPartition(position.topic, position.partition)
        if position.topic not in self._options.topics.raw:
            return None  # a record of the log may name any topic; only ours are read for others to see
        try:
            consumer = await self._started()
            async with within(self._options.call_timeout_ms, f"reading {position} again"):
                numbers = consumer.partitions_for_topic(position.topic)
                if numbers is not None and position.partition not in numbers:
                    return None
                consumer.assign([one])
                first = (await consumer.beginning_offsets([one]))[one]
                end = (await consumer.end_offsets([one]))[one]
                if not first <= position.offset < end:
                    return None
                consumer.seek(one, position.offset)
                got = await consumer.getmany(one, timeout_ms=self._options.request_timeout_ms, max_records=1)
            records = [_raw_record(record) for record in got.get(one, ())]
            if not records:
                raise UnavailableError(f"the broker gave nothing at {position}")  # noqa: TRY301
        except BaseException:
            self._drop()
            raise
        return records[0] if records[0].position == position else None

    async def _started(self) -> Any:
        if self._consumer is None:
            options = self._options
            consumer = AIOKafkaConsumer(
                **connection(options),
                group_id=None,
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="none",
                max_partition_fetch_bytes=RAW_READ_BYTES_MAX,
                fetch_max_bytes=RAW_READ_BYTES_MAX,
            )
            try:
                async with within(options.call_timeout_ms, "connecting to read raw records again"):
                    await consumer.start()
            except BaseException:
                put_away_later(consumer.stop, options.close_timeout_ms)
                raise
            self._consumer = consumer
        return self._consumer

    def _drop(self) -> None:
        if self._consumer is not None:
            put_away_later(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None

    async def close(self) -> None:
        if self._consumer is not None:
            await put_away(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None


# ---- the whole
def check_client() -> None:
    """The guard and the delays use private names: another version of the client must not run unseen."""
    if not aiokafka.__version__.startswith(PINNED_VERSION):
        raise FatalError(f"aiokafka {aiokafka.__version__} is installed, {PINNED_VERSION}x is needed")
    if not __debug__:
        raise FatalError(
            "python -O removes assertions that the Kafka client's safety rests on: run without it"
        )


class KafkaBackend:
    """One replica's view of a Kafka cluster. See `Backend`."""

    def __init__(self, options: KafkaOptions) -> None:
        check_client()
        aiokafka_sender.BACKOFF_OVERRIDE = CONCURRENT_TRANSACTIONS_DELAY_S
        logging.getLogger("aiokafka").addHandler(_last_words)
        self._options = options

    def source(self) -> RawSource:
        return KafkaSource(self._options)

    def log(self) -> FingerprintLog:
        return KafkaLog(self._options)

    def outputs(self, source: RawSource) -> Outputs:
        assert isinstance(source, KafkaSource), "outputs read committed offsets through their own source"
        return KafkaOutputs(self._options, source)

    def raw_reader(self) -> RawReader:
        return KafkaRawReader(self._options)
