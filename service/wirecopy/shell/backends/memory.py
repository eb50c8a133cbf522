"""An embedded log behind the same doors as Kafka: for `demo`, `scan`, tests and simulation.

Keeps what the pipeline relies on and nothing else: ordered partitions, a group with eager rebalances, one
transactional producer per raw partition with a fence, records and offset visible together, an append time of
the log's own clock that never runs back. Deterministic: no thread, no clock but the one passed in, waiting
only through asyncio, so a seeded loop replays a run exactly.

A transaction's records are staged in its object and appended at the commit in one step, so there is no
pending transaction that a reader would have to stop at; `read_committed` is the only view there is. `hook` is
awaited at every step that a broker could fail or a process die at, with the step's name and what it is about:
a simulation raises `UnavailableError` there, before the step or after it (a commit whose answer is lost), or
never returns.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.offsets import place
from wirecopy.shell.errors import FencedError, OffsetLostError, RefusalKind, RefusedError
from wirecopy.shell.options import OffsetLostPolicy, StartAt, TopicNames
from wirecopy.shell.ports import (
    AssignmentListener,
    FingerprintLog,
    Headers,
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
    Transactions,
)


class Step(StrEnum):
    """Where the hook is called."""

    BEFORE_APPEND = "before_append"
    AFTER_APPEND = "after_append"
    BEFORE_READ = "before_read"
    BEFORE_POLL = "before_poll"
    BEFORE_OPEN = "before_open"
    AFTER_FENCE = "after_fence"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"


Hook = Callable[[Step, TopicPartition], Awaitable[None]]


async def _no_hook(step: Step, partition: TopicPartition) -> None:
    """Nothing fails."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


@dataclass(slots=True)
class _Partition:
    records: list[StoredRecord] = field(default_factory=list)
    first_offset: int = 0
    append_time_ms: int = 0

    @property
    def end_offset(self) -> int:
        return self.first_offset + len(self.records)

    def read(self, offset: int, count: int) -> list[StoredRecord]:
        begin = offset - self.first_offset
        return self.records[begin : begin + count]


class MemoryBroker:
    """Topics, groups and fences of one in-process world.

    `clock_ms` stamps what is appended. `record_bytes_max` refuses larger output records, as a broker's
    `max.message.bytes` does.
    """

    def __init__(
        self, clock_ms: Callable[[], int], hook: Hook = _no_hook, record_bytes_max: int | None = None
    ) -> None:
        self.clock_ms = clock_ms
        self.hook = hook
        self.record_bytes_max = record_bytes_max
        self._topics: dict[str, list[_Partition]] = {}
        self._epochs: dict[str, int] = defaultdict(int)
        self._committed: dict[tuple[str, TopicPartition], int] = {}
        self._groups: dict[str, _Group] = {}
        self._waiters: list[asyncio.Future[None]] = []

    # ---- topics
    def create_topic(self, name: str, partitions: int) -> None:
        assert name not in self._topics, f"topic {name} exists"
        self._topics[name] = [_Partition() for _ in range(partitions)]

    def delete_topic(self, name: str) -> None:
        del self._topics[name]

    def partitions(self, topic: str) -> int:
        """0 where there is no such topic."""
        return len(self._topics.get(topic, ()))

    def _at(self, partition: TopicPartition) -> _Partition:
        try:
            return self._topics[partition.topic][partition.partition]
        except (KeyError, IndexError):
            raise RefusedError(
                RefusalKind.NO_SUCH_TOPIC, f"no {partition.topic}-{partition.partition}"
            ) from None

    def produce(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> int:
        """Append a record from outside; returns its offset. Without a timestamp it gets the append time."""
        held = self._at(TopicPartition(topic, partition))
        held.append_time_ms = max(held.append_time_ms, self.clock_ms())
        offset = held.end_offset
        stamp = held.append_time_ms if timestamp_ms is None else timestamp_ms
        held.records.append(StoredRecord(offset, key, value, headers, stamp))
        self._wake()
        return offset

    def read(self, topic: str, partition: int, offset: int = 0) -> list[StoredRecord]:
        """All records from `offset` on."""
        held = self._at(TopicPartition(topic, partition))
        return held.read(max(offset, held.first_offset), len(held.records))

    def bounds(self, partition: TopicPartition) -> tuple[int, int]:
        held = self._at(partition)
        return held.first_offset, held.end_offset

    def truncate(self, topic: str, partition: int, first_offset: int) -> None:
        """Retention: forget what lies before `first_offset`."""
        held = self._at(TopicPartition(topic, partition))
        del held.records[: max(0, first_offset - held.first_offset)]
        held.first_offset = max(held.first_offset, first_offset)

    # ---- fences and offsets
    def fence(self, transactional_id: str) -> int:
        self._epochs[transactional_id] += 1
        return self._epochs[transactional_id]

    def epoch(self, transactional_id: str) -> int:
        return self._epochs[transactional_id]

    def committed(self, group: str, partition: TopicPartition) -> int | None:
        return self._committed.get((group, partition))

    def commit(self, group: str, partition: TopicPartition, offset: int) -> None:
        self._committed[(group, partition)] = offset

    # ---- waiting
    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout_ms: int) -> None:
        """Until something is appended anywhere, or the time is over."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await asyncio.wait([waiter], timeout=timeout_ms / 1000)
        waiter.cancel()

    # ---- groups
    def group(self, name: str, topics: Sequence[str]) -> _Group:
        if name not in self._groups:
            self._groups[name] = _Group(self, tuple(topics))
        return self._groups[name]


class _Group:
    """Eager rebalances: everything is revoked from everybody, then assigned round robin in the order of
    joining.
    """

    def __init__(self, broker: MemoryBroker, topics: tuple[str, ...]) -> None:
        self._broker = broker
        self._topics = topics
        self._members: list[MemorySource] = []
        self._lock = asyncio.Lock()

    async def join(self, member: MemorySource) -> None:
        async with self._lock:
            self._members.append(member)
            await self._rebalance()

    async def leave(self, member: MemorySource) -> None:
        async with self._lock:
            if member in self._members:
                self._members.remove(member)
                await self._rebalance()

    async def _rebalance(self) -> None:
        for member in self._members:
            await member.take_away()
        partitions = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in range(self._broker.partitions(topic))
        ]
        shares: dict[int, set[TopicPartition]] = {index: set() for index in range(len(self._members))}
        for index, partition in enumerate(partitions):
            if self._members:
                shares[index % len(self._members)].add(partition)
        for index, member in enumerate(self._members):
            await member.give(frozenset(shares[index]))


class MemorySource:
    """A member of a group. See `RawSource`."""

    def __init__(self, backend: MemoryBackend) -> None:
        self._broker = backend.broker
        self._backend = backend
        self._listener: AssignmentListener | None = None
        self._positions: dict[TopicPartition, int | None] = {}
        self._reading: set[TopicPartition] = set()
        self._group = backend.broker.group(backend.group_id, backend.names.raw)
        self._turn = 0

    async def start(self, listener: AssignmentListener) -> None:
        self._listener = listener
        await self._group.join(self)

    async def give(self, partitions: frozenset[TopicPartition]) -> None:
        """Its share. One that stops meanwhile gets nothing: it is next to leave."""
        if self._listener is None:
            return
        self._positions = dict.fromkeys(partitions)
        self._reading = set()
        await self._listener.assigned(partitions)

    async def take_away(self) -> None:
        gone = frozenset(self._positions)
        self._positions = {}
        self._reading = set()
        if self._listener is not None:
            await self._listener.revoked(gone)

    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        batches = await self._fetch(records_max)
        if not batches:
            await self._broker.wait(timeout_ms)
            batches = await self._fetch(records_max)
        return batches

    async def _fetch(self, records_max: int) -> dict[TopicPartition, list[RawRecord]]:
        """From each readable partition, beginning with another one each time, so that none starves."""
        batches: dict[TopicPartition, list[RawRecord]] = {}
        partitions = sorted(self._reading)
        self._turn += 1
        for index in range(len(partitions)):
            partition = partitions[(index + self._turn) % len(partitions)]
            await self._broker.hook(Step.BEFORE_POLL, partition)
            position = self._positions.get(partition)
            if position is None or partition not in self._reading or records_max == 0:
                continue
            first, end = self._broker.bounds(partition)
            if not first <= position <= end:
                raise OffsetLostError(partition, f"{position} is not within {first} to {end}")
            stored = self._broker.read(partition.topic, partition.partition, position)[:records_max]
            if stored:
                records_max -= len(stored)
                batches[partition] = [_raw_record(partition, record) for record in stored]
                self._positions[partition] = stored[-1].offset + 1
        return batches

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._positions:
            self._positions[partition] = offset

    def pause(self, partition: TopicPartition) -> None:
        self._reading.discard(partition)

    def resume(self, partition: TopicPartition) -> None:
        if partition in self._positions:
            self._reading.add(partition)

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self._positions)

    def static_member(self) -> bool:
        return False

    async def resume_offset(self, partition: TopicPartition, committed_offset: int | None) -> int:
        first, end = self._broker.bounds(partition)
        return place(
            partition, committed_offset, (first, end), self._backend.start_at, self._backend.offset_lost
        )

    def end_offset(self, partition: TopicPartition) -> int | None:
        return self._broker.bounds(partition)[1] if partition in self._positions else None

    async def stop(self, leave: bool) -> None:  # noqa: ARG002 - the door's signature
        """A member that does not leave is thrown out all the same: there is no session to outlast here."""
        self._listener = None
        self._positions, self._reading = {}, set()
        await self._group.leave(self)


def _raw_record(partition: TopicPartition, stored: StoredRecord) -> RawRecord:
    position = RawPosition(partition.topic, partition.partition, stored.offset)
    return RawRecord(position, stored.key, stored.value, stored.headers, stored.timestamp_ms)


class MemoryLog:
    """The fingerprint log. See `FingerprintLog`."""

    def __init__(self, broker: MemoryBroker, topic: str) -> None:
        self._broker = broker
        self._partition = TopicPartition(topic, 0)
        self._offset = 0

    async def start(self) -> None:
        self._broker.bounds(self._partition)  # raises where there is no such topic

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
        stored = self._broker.read(self._partition.topic, 0, self._offset)[:records_max]
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

    async def publish(self, records: Sequence[OutputRecord], next_raw_offset: int) -> None:
        if self._dead:
            raise FencedError("this producer was closed or has failed before")
        self._dead = True  # until this transaction is known to have ended well
        await self._broker.hook(Step.BEFORE_COMMIT, self._partition)
        if self._broker.epoch(self._transactional_id) != self._epoch:
            raise FencedError(f"another owner of {self._partition} came after us")
        self._check_sizes(records)
        for record in records:
            topic = self._backend.topic_of(record.stream)
            count = self._broker.partitions(topic)
            if count == 0:
                raise RefusedError(RefusalKind.NO_SUCH_TOPIC, f"no topic {topic}")
        for record in records:
            topic = self._backend.topic_of(record.stream)
            number = sum(record.key or b"") % self._broker.partitions(topic)
            self._broker.produce(topic, number, record.value, record.key, record.headers)
        self._broker.commit(self._backend.group_id, self._partition, next_raw_offset)
        await self._broker.hook(Step.AFTER_COMMIT, self._partition)
        self._dead = False

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
        transactional_id = f"{backend.group_id}.{partition.topic}.{partition.partition}"
        transactions: Transactions = MemoryTransactions(backend, partition, transactional_id)
        await backend.broker.hook(Step.AFTER_FENCE, partition)
        return Opened(transactions, backend.broker.committed(backend.group_id, partition))

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
        return _raw_record(partition, self._broker.read(*partition, position.offset)[0])

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

    def create_topics(self, raw_partitions: int) -> None:
        """All topics of the pipeline, where they do not exist."""
        wanted = dict.fromkeys(self.names.raw, raw_partitions)
        wanted |= {
            self.names.enriched: raw_partitions,
            self.names.corrections: 1,
            self.names.dead: 1,
            self.names.fingerprints: 1,
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

    def source(self) -> RawSource:
        return MemorySource(self)

    def log(self) -> FingerprintLog:
        return MemoryLog(self.broker, self.names.fingerprints)

    def outputs(self, source: RawSource) -> Outputs:  # noqa: ARG002 - the door's signature
        return MemoryOutputs(self)

    def raw_reader(self) -> RawReader:
        return MemoryRawReader(self.broker)
