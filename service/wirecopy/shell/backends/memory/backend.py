"""The embedded log as a backend: fingerprint log, transactions, outputs, raw reader, administration.

A transaction's records are staged in its object and appended at the commit in one step, so there is no pending
transaction that a reader would have to stop at; `read_committed` is the only view there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.memory.broker import MemoryBroker, Step, raw_record
from wirecopy.shell.backends.memory.source import MemorySource
from wirecopy.shell.committed import NO_NOTE, Committed, Note
from wirecopy.shell.errors import FencedError, OffsetLostError, RefusalKind, RefusedError
from wirecopy.shell.options import OffsetLostPolicy, StartAt, TopicNames
from wirecopy.shell.ports import (
    FingerprintLog,
    LogBatch,
    LogRecord,
    Opened,
    OutputRecord,
    Outputs,
    OutputStream,
    RawReader,
    RawRecord,
    RawSource,
    RecordBounds,
    TopicPartition,
    TopicSpec,
    TopicState,
)


class MemoryLog:
    """The fingerprint log. See `FingerprintLog`."""

    def __init__(self, broker: MemoryBroker, names: TopicNames) -> None:
        self._broker = broker
        self._names = names
        self._partition = TopicPartition(names.fingerprints, 0)
        self._offset = 0

    async def start(self) -> None:
        self._broker.bounds(self._partition)  # raises where there is no such topic

    async def described(self) -> TopicState | None:
        topic = self._partition.topic
        return TopicState(topic, self._broker.partitions(topic), 1, {})

    async def topic_ids(self) -> Mapping[str, str] | None:
        return self._broker.topic_ids([*self._names.raw, self._names.fingerprints]) or None

    async def append(self, values: Sequence[bytes]) -> list[int]:
        await self._broker.hook(Step.BEFORE_APPEND, self._partition)
        offsets = [self._broker.produce(self._partition.topic, 0, value) for value in values]
        await self._broker.hook(Step.AFTER_APPEND, self._partition)
        return offsets

    async def bounds(self) -> tuple[int, int]:
        return self._broker.bounds(self._partition)

    async def follow(self, offset: int) -> None:
        self._offset = offset

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        await self._broker.hook(Step.BEFORE_READ, self._partition)
        first, end = self._broker.bounds(self._partition)
        if not first <= self._offset <= end:
            raise OffsetLostError(None, f"log offset {self._offset} is not within {first} to {end}")
        if self._offset == end:
            await self._broker.wait(timeout_ms)
        stored = self._broker.read(self._partition.topic, 0, self._offset, records_max)
        records = [LogRecord(record.offset, record.timestamp_ms, record.value or b"") for record in stored]
        self._offset += len(records)
        return LogBatch(records, self._offset, self._broker.bounds(self._partition)[1])

    async def stop(self) -> None:
        """Nothing is held."""


class MemoryTransactions:
    """The producer of one raw partition. See `Transactions`."""

    def __init__(self, backend: MemoryBackend, partition: TopicPartition, transactional_id: str) -> None:
        self._backend = backend
        self._broker = backend.broker
        self._partition = partition
        self._transactional_id = transactional_id
        self._epoch = backend.broker.fence(transactional_id)
        self._dead = False

    async def publish(
        self, records: Sequence[OutputRecord], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        if self._dead:
            raise FencedError("this producer is closed or has failed before")
        self._dead = True  # until this transaction is known to have ended well
        await self._broker.hook(Step.BEFORE_COMMIT, self._partition)
        if self._broker.epoch(self._transactional_id) != self._epoch:
            raise FencedError(f"{self._partition} has a newer owner")
        self._check_sizes(records)
        for record in records:
            topic = self._backend.topic_of(record.stream)
            count = self._broker.partitions(topic)
            if count == 0:
                raise RefusedError(RefusalKind.NO_SUCH_TOPIC, f"no topic {topic}")
        placed = [(self._place_of(record), record) for record in records]
        committed = Committed(next_raw_offset, note, noted=True)
        await self._broker.publish(self._backend.group_id, self._partition, committed, placed)
        await self._broker.hook(Step.AFTER_COMMIT, self._partition)
        self._dead = False

    def _place_of(self, record: OutputRecord) -> TopicPartition:
        topic = self._backend.topic_of(record.stream)
        return TopicPartition(topic, sum(record.key or b"") % self._broker.partitions(topic))

    def _check_sizes(self, records: Sequence[OutputRecord]) -> None:
        bound = self._broker.record_bytes_max
        for record in records:
            size = len(record.value or b"")
            if bound is not None and record.stream is not OutputStream.DEAD and size > bound:
                raise RefusedError(RefusalKind.TOO_LARGE, f"{size} bytes, {bound} are taken")

    async def close(self) -> None:
        self._dead = True


class MemoryOutputs:
    """See `Outputs`."""

    def __init__(self, backend: MemoryBackend) -> None:
        self._backend = backend

    async def open(self, partition: TopicPartition) -> Opened:
        backend = self._backend
        await backend.broker.hook(Step.BEFORE_OPEN, partition)
        transactional_id = f"{backend.group_id}:{partition.topic}:{partition.partition}"
        transactions = MemoryTransactions(backend, partition, transactional_id)
        await backend.broker.hook(Step.AFTER_FENCE, partition)
        committed = backend.broker.committed(backend.group_id, partition)
        return Opened(
            transactions, committed, backend.broker.topic_ids([partition.topic]).get(partition.topic, "")
        )

    async def record_bounds(self) -> RecordBounds:
        return RecordBounds()


class MemoryRawReader:
    """See `RawReader`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def read(self, position: RawPosition) -> RawRecord | None:
        partition = TopicPartition(position.topic, position.partition)
        if position.partition >= self._broker.partitions(position.topic):
            return None
        first, end = self._broker.bounds(partition)
        if not first <= position.offset < end:
            return None
        return raw_record(partition, self._broker.read(*partition, position.offset, 1)[0])

    async def close(self) -> None:
        """Nothing is held."""


class MemoryAdmin:
    """See `Admin`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def topics(self, names: Sequence[str]) -> Mapping[str, TopicState]:
        return {
            name: TopicState(name, self._broker.partitions(name), 1, {})
            for name in names
            if self._broker.partitions(name)
        }

    async def create(self, specs: Sequence[TopicSpec]) -> None:
        for spec in specs:
            if not self._broker.partitions(spec.name):
                self._broker.create_topic(spec.name, spec.partitions)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class MemoryBackend:
    """One replica's view of a broker. See `Backend`."""

    broker: MemoryBroker
    names: TopicNames = field(default_factory=TopicNames)
    group_id: str = "wirecopy"
    start_at: StartAt = StartAt.EARLIEST
    offset_lost: OffsetLostPolicy = OffsetLostPolicy.STOP
    alone: bool = True

    def create_topics(self, raw_partitions: int) -> None:
        """All topics of the pipeline, where they do not exist."""
        wanted = dict.fromkeys(self.names.raw, raw_partitions)
        wanted |= {
            self.names.enriched: raw_partitions,
            self.names.corrections: 1,
            self.names.dead: 1,
            self.names.fingerprints: 1,
            self.names.matches: 1,
            self.names.matches_dead: 1,
        }
        for name, partitions in wanted.items():
            if not self.broker.partitions(name):
                self.broker.create_topic(name, partitions)

    def topic_of(self, stream: OutputStream) -> str:
        match stream:
            case OutputStream.ENRICHED:
                return self.names.enriched
            case OutputStream.CORRECTIONS:
                return self.names.corrections
            case OutputStream.DEAD:
                return self.names.dead
            case OutputStream.MATCHES:
                return self.names.matches

    def source(self) -> RawSource:
        return MemorySource(self.broker, self.group_id, self.names.raw, self.start_at, self.offset_lost)

    def log(self) -> FingerprintLog:
        return MemoryLog(self.broker, self.names)

    def outputs(self, source: RawSource) -> Outputs:  # noqa: ARG002 - the port's signature
        return MemoryOutputs(self)

    def raw_reader(self) -> RawReader:
        return MemoryRawReader(self.broker)
