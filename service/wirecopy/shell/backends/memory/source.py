"""A member of a group on the embedded log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wirecopy.shell.backends.memory.broker import MemoryBroker, Step, raw_record
from wirecopy.shell.backends.offsets import place
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import OffsetLostError
from wirecopy.shell.options import OffsetLostPolicy, StartAt
from wirecopy.shell.ports import (
    AssignmentListener,
    Damage,
    RawRecord,
    TopicPartition,
)


class MemorySource:
    """A member of a group. See `RawSource`."""

    def __init__(
        self,
        broker: MemoryBroker,
        group_id: str,
        topics: Sequence[str],
        start_at: StartAt,
        offset_lost: OffsetLostPolicy,
    ) -> None:
        self._broker = broker
        self._start_at = start_at
        self._offset_lost = offset_lost
        self._listener: AssignmentListener | None = None
        self._positions: dict[TopicPartition, int | None] = {}
        self._reading: set[TopicPartition] = set()
        self._group = broker.group(group_id, topics)
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
            stored = self._broker.read(partition.topic, partition.partition, position, records_max)
            if stored:
                records_max -= len(stored)
                batches[partition] = [raw_record(partition, record) for record in stored]
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

    async def resume_offset(
        self,
        partition: TopicPartition,
        committed: Committed | None,
        judged: tuple[int, int] | None = None,
        topic_id: str = "",
    ) -> int:
        bounds = self._broker.bounds(partition)
        return place(partition, committed, judged, bounds, self._start_at, self._offset_lost, topic_id)

    def position(self, partition: TopicPartition) -> int | None:
        return self._positions.get(partition) if partition in self._reading else None

    def take_damaged(self) -> Mapping[TopicPartition, Damage]:
        return {}

    def end_offset(self, partition: TopicPartition) -> int | None:
        return self._broker.bounds(partition)[1] if partition in self._positions else None

    async def stop(self, leave: bool) -> None:  # noqa: ARG002 - the port's signature
        """A member that does not leave is thrown out all the same: there is no session to outlast here."""
        self._listener = None
        self._positions, self._reading = {}, set()
        await self._group.leave(self)
