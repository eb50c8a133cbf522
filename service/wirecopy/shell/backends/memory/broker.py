"""What the embedded log stores: topics, committed offsets, the epochs of transactional ids, and groups.

`hook` is awaited at every step that a broker could fail or a process die at, with the step's name and what it is about:
a simulation raises `UnavailableError` there, before the step or after it (a commit whose answer is lost), or never
returns.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from wirecopy.core.model import RawPosition
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import RefusalKind, RefusedError
from wirecopy.shell.ports import Headers, OutputRecord, RawRecord, TopicPartition


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
class Partition:
    records: list[StoredRecord] = field(default_factory=list)
    first_offset: int = 0
    append_time_ms: int = 0

    @property
    def end_offset(self) -> int:
        return self.first_offset + len(self.records)

    def stamp(self, now_ms: int) -> int:
        """The append time of what comes now: the broker's clock, which for a partition never runs backwards."""
        self.append_time_ms = max(self.append_time_ms, now_ms)
        return self.append_time_ms

    def append(self, record: StoredRecord) -> None:
        self.records.append(record)

    def read(self, offset: int, count: int) -> list[StoredRecord]:
        begin = offset - self.first_offset
        return self.records[begin : begin + count]

    def forget_before(self, first_offset: int) -> None:
        del self.records[: max(0, first_offset - self.first_offset)]
        self.first_offset = max(self.first_offset, first_offset)


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
        self._topics: dict[str, list[Partition]] = {}
        self._epochs: dict[str, int] = defaultdict(int)
        self._committed: dict[tuple[str, TopicPartition], Committed] = {}
        self._made = 0  # topics so far: an id for each
        self._ids: dict[str, str] = {}
        self._groups: dict[str, _Group] = {}
        self._waiters: list[asyncio.Future[None]] = []

    # ---- topics
    def create_topic(self, name: str, partitions: int) -> None:
        assert name not in self._topics, f"topic {name} exists"
        self._topics[name] = [self._new_partition() for _ in range(partitions)]
        self._made += 1
        self._ids[name] = f"id-{self._made}"

    def _new_partition(self) -> Partition:
        return Partition()

    def delete_topic(self, name: str) -> None:
        del self._topics[name], self._ids[name]

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        """Of those that exist. A topic that is made again has another id."""
        return {name: self._ids[name] for name in names if name in self._ids}

    def partitions(self, topic: str) -> int:
        """0 where there is no such topic."""
        return len(self._topics.get(topic, ()))

    def _at(self, partition: TopicPartition) -> Partition:
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
        stamp = held.stamp(self.clock_ms())
        offset = held.end_offset
        held.append(
            StoredRecord(offset, key, value, headers, stamp if timestamp_ms is None else timestamp_ms)
        )
        self._wake()
        return offset

    async def publish(
        self,
        group: str,
        partition: TopicPartition,
        committed: Committed,
        records: Sequence[tuple[TopicPartition, OutputRecord]],
    ) -> None:
        """A transaction: records and offset become visible in one step."""
        for (topic, number), record in records:
            self.produce(topic, number, record.value, record.key, record.headers)
        self.commit(group, partition, committed)

    def read(
        self, topic: str, partition: int, offset: int = 0, count: int | None = None
    ) -> list[StoredRecord]:
        """The records from `offset` on, at most `count`."""
        held = self._at(TopicPartition(topic, partition))
        return held.read(max(offset, held.first_offset), held.end_offset if count is None else count)

    def bounds(self, partition: TopicPartition) -> tuple[int, int]:
        held = self._at(partition)
        return held.first_offset, held.end_offset

    def truncate(self, topic: str, partition: int, first_offset: int) -> None:
        """Retention: forget what lies before `first_offset`."""
        self._at(TopicPartition(topic, partition)).forget_before(first_offset)

    # ---- fences and offsets
    def fence(self, transactional_id: str) -> int:
        self._epochs[transactional_id] += 1
        return self._epochs[transactional_id]

    def epoch(self, transactional_id: str) -> int:
        return self._epochs[transactional_id]

    def committed(self, group: str, partition: TopicPartition) -> Committed | None:
        return self._committed.get((group, partition))

    def committed_offset(self, group: str, partition: TopicPartition) -> int | None:
        """For tests and laws: without its note."""
        committed = self.committed(group, partition)
        return None if committed is None else committed.offset

    def commit(self, group: str, partition: TopicPartition, committed: Committed) -> None:
        self._committed[(group, partition)] = committed

    def forget_offsets(self, group: str) -> None:
        """What brokers do with a group that stood still for too long."""
        self._committed = {key: value for key, value in self._committed.items() if key[0] != group}

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


class _Member(Protocol):
    async def give(self, partitions: frozenset[TopicPartition]) -> None: ...

    async def take_away(self) -> None: ...


class _Group:
    """Eager rebalances: everything is revoked from everybody, then assigned round robin in the order of
    joining.
    """

    def __init__(self, broker: MemoryBroker, topics: tuple[str, ...]) -> None:
        self._broker = broker
        self._topics = topics
        self._members: list[_Member] = []
        self._lock = asyncio.Lock()

    async def join(self, member: _Member) -> None:
        async with self._lock:
            self._members.append(member)
            await self._rebalance()

    async def leave(self, member: _Member) -> None:
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


def raw_record(partition: TopicPartition, stored: StoredRecord) -> RawRecord:
    position = RawPosition(partition.topic, partition.partition, stored.offset)
    return RawRecord(position, stored.key, stored.value, stored.headers, stored.timestamp_ms)
