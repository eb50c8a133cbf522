"""A backend that behaves as Kafka does, where the embedded log is simpler than Kafka.

Storage (topics, committed offsets, append times) is the embedded log's. On top of it:
- transactions have a life of their own: sends, offsets and the commit are requests; what was sent stays
  pending until the commit's markers are written, a moment after the commit was answered (hazard A2); a fence
  ends what its predecessor left open, and a transaction nobody ends times out;
- members of the group live by heartbeats: one that is frozen or dead is thrown out when its session is over,
  learns of it when it asks again, and goes on publishing meanwhile (the zombie);
- a batch may be refused or fail in delivery while the commit would still succeed (hazard A3).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.sim.network import Network, Point, outside
from wirecopy.shell.backends.memory import MemoryBackend, StoredRecord, raw_record
from wirecopy.shell.backends.offsets import place
from wirecopy.shell.committed import NO_NOTE, Committed, Note
from wirecopy.shell.errors import FencedError, OffsetLostError, StalledError, UnavailableError
from wirecopy.shell.ports import (
    AssignmentListener,
    Damage,
    LogBatch,
    LogRecord,
    Opened,
    OutputRecord,
    OutputStream,
    RawReader,
    RawRecord,
    RawSource,
    RecordBounds,
    TopicPartition,
    TopicState,
)

SESSION_SECONDS = 2.0
HEARTBEAT_SECONDS = 0.4
REBALANCE_SECONDS_MAX = 4.0
TRANSACTION_SECONDS_MAX = 6.0
MARKERS_SECONDS_MAX = 0.05
WAIT_READ_MS = 1_000


@dataclass(slots=True)
class _Transaction:
    """What one transactional id has under way. `committing`: the markers are not written yet."""

    epoch: int
    records: list[tuple[str, int, OutputRecord]] = field(default_factory=list)
    offset: tuple[TopicPartition, Committed] | None = None
    committing: bool = False


class TransactionLog:
    """The broker's coordinator of transactions."""

    def __init__(self, backend: MemoryBackend, network: Network) -> None:
        self._backend = backend
        self._network = network
        self._open: dict[str, _Transaction] = {}

    @property
    def open_count(self) -> int:
        return len(self._open)

    def fence(self, transactional_id: str) -> int:
        """InitProducerId: ends what is open, and refuses everybody who came before."""
        ongoing = self._open.get(transactional_id)
        if ongoing is not None:
            if ongoing.committing:
                self._write_markers(transactional_id, ongoing)
            else:
                del self._open[transactional_id]
        return self._backend.broker.fence(transactional_id)

    def send(
        self, transactional_id: str, epoch: int, records: Sequence[tuple[str, int, OutputRecord]]
    ) -> None:
        self._ongoing(transactional_id, epoch).records += records

    def send_offset(
        self, transactional_id: str, epoch: int, partition: TopicPartition, offset: Committed
    ) -> None:
        self._ongoing(transactional_id, epoch).offset = (partition, offset)

    def commit(self, transactional_id: str, epoch: int) -> None:
        """Prepared: from now on it will be seen, whatever happens; its markers are written a little later."""
        ongoing = self._ongoing(transactional_id, epoch)
        ongoing.committing = True
        delay = self._network.chance.random() * MARKERS_SECONDS_MAX
        self._network.loop.call_later(
            delay, self._write_markers, transactional_id, ongoing, context=outside()
        )

    def _write_markers(self, transactional_id: str, ongoing: _Transaction) -> None:
        if self._open.get(transactional_id) is not ongoing:
            return
        del self._open[transactional_id]
        broker = self._backend.broker
        for topic, number, record in ongoing.records:
            broker.produce(topic, number, record.value, record.key, record.headers)
        if ongoing.offset is not None:
            broker.commit(self._backend.group_id, *ongoing.offset)

    def _ongoing(self, transactional_id: str, epoch: int) -> _Transaction:
        if self._backend.broker.epoch(transactional_id) != epoch:
            raise FencedError(f"{transactional_id}: another came after us, or the transaction timed out")
        ongoing = self._open.get(transactional_id)
        if ongoing is not None and ongoing.committing:  # CONCURRENT_TRANSACTIONS: the client would ask again
            self._write_markers(transactional_id, ongoing)
            ongoing = None
        if ongoing is None:
            ongoing = self._open[transactional_id] = _Transaction(epoch)
            self._network.loop.call_later(
                TRANSACTION_SECONDS_MAX, self._time_out, transactional_id, ongoing, context=outside()
            )
        return ongoing

    def _time_out(self, transactional_id: str, ongoing: _Transaction) -> None:
        if self._open.get(transactional_id) is ongoing and not ongoing.committing:
            self._network.events["transaction timed out"] += 1
            self.fence(transactional_id)


class SimTransactions:
    """One transactional producer. See `Transactions`."""

    def __init__(
        self, sim_backend: SimBackend, partition: TopicPartition, transactional_id: str, epoch: int
    ) -> None:
        self.sim_backend = sim_backend
        self.partition = partition
        self.transactional_id = transactional_id
        self.epoch = epoch
        self.dead = False

    async def publish(
        self, records: Sequence[OutputRecord], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        if self.dead:
            raise FencedError("this producer was closed or has failed before")
        self.dead = True  # until this transaction is known to have ended well
        batches: dict[OutputStream, list[tuple[str, int, OutputRecord]]] = {}
        for record in records:
            topic = self.sim_backend.backend.topic_of(record.stream)
            number = sum(record.key or b"") % self.sim_backend.backend.broker.partitions(topic)
            batches.setdefault(record.stream, []).append((topic, number, record))
        deliveries = [self.deliver(stream, batch) for stream, batch in batches.items()]
        await self.deliver_all([*deliveries, self.send_offset(next_raw_offset, note)])
        await self.commit()
        self.dead = False

    async def deliver_all(self, requests: Sequence[Coroutine[Any, Any, None]]) -> None:
        await asyncio.gather(*requests)

    async def deliver(self, stream: OutputStream, batch: Sequence[tuple[str, int, OutputRecord]]) -> None:
        await self.sim_backend.network.ask(
            f"send {stream.value}",
            lambda: self.sim_backend.transactions.send(self.transactional_id, self.epoch, batch),
            done=Point.OUTPUT_SENT,
        )

    async def send_offset(self, next_raw_offset: int, note: Note = NO_NOTE) -> None:
        await self.sim_backend.network.ask(
            "send offsets",
            lambda: self.sim_backend.transactions.send_offset(
                self.transactional_id,
                self.epoch,
                self.partition,
                Committed(next_raw_offset, note, noted=True),
            ),
            sent=Point.BEFORE_OFFSETS,
        )

    async def commit(self) -> None:
        await self.sim_backend.network.ask(
            "commit",
            lambda: self.sim_backend.transactions.commit(self.transactional_id, self.epoch),
            sent=Point.BEFORE_COMMIT,
            done=Point.COMMITTED,
        )

    async def close(self) -> None:
        self.dead = True


class SimOutputs:
    """See `Outputs`."""

    def __init__(self, sim_backend: SimBackend) -> None:
        self.sim_backend = sim_backend

    async def open(self, partition: TopicPartition) -> Opened:
        sim_backend = self.sim_backend
        transactional_id = f"{sim_backend.backend.group_id}.{partition.topic}.{partition.partition}"
        epoch = await self.fence(transactional_id)
        await sim_backend.network.reach(Point.FENCED)
        committed = await self.committed(partition)
        transactions = SimTransactions(sim_backend, partition, transactional_id, epoch)
        return Opened(transactions, committed, self.topic_id(partition))

    async def fence(self, transactional_id: str) -> int:
        return await self.sim_backend.network.ask(
            "fence", lambda: self.sim_backend.transactions.fence(transactional_id)
        )

    def topic_id(self, partition: TopicPartition) -> str:
        return self.sim_backend.backend.broker.topic_ids([partition.topic]).get(partition.topic, "")

    async def committed(self, partition: TopicPartition) -> Committed | None:
        backend = self.sim_backend.backend
        return await self.sim_backend.network.ask(
            "committed", lambda: backend.broker.committed(backend.group_id, partition)
        )

    async def record_bounds(self) -> RecordBounds:
        return RecordBounds()


class SimLog:
    """The fingerprint log. See `FingerprintLog`."""

    def __init__(self, sim_backend: SimBackend) -> None:
        self._sim_backend = sim_backend
        self._partition = TopicPartition(sim_backend.backend.names.fingerprints, 0)
        self._offset = 0
        self.restoring = True

    async def start(self) -> None:
        await self.bounds()

    async def described(self) -> TopicState | None:
        return None

    async def topic_ids(self) -> Mapping[str, str] | None:
        backend = self._sim_backend.backend
        names = [*backend.names.raw, backend.names.fingerprints]
        return await self._sim_backend.network.ask("topic ids", lambda: backend.broker.topic_ids(names))

    async def append(self, values: Sequence[bytes]) -> list[int]:
        broker = self._sim_backend.backend.broker
        return await self._sim_backend.network.ask(
            "append",
            lambda: [broker.produce(self._partition.topic, 0, value) for value in values],
            sent=Point.APPEND_SENT,
            done=Point.APPENDED,
        )

    async def bounds(self) -> tuple[int, int]:
        return await self._sim_backend.network.ask(
            "bounds", lambda: self._sim_backend.backend.broker.bounds(self._partition)
        )

    async def follow(self, offset: int) -> None:
        self._offset = offset

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        """Some of what is there: how much, and when, is chance."""
        network, broker = self._sim_backend.network, self._sim_backend.backend.broker
        if self._offset == broker.bounds(self._partition)[1]:
            await broker.wait(WAIT_READ_MS)
        slow = network.slow.get(self._sim_backend.replica, 0.0)
        if slow:
            await asyncio.sleep(slow * network.chance.random())
        await network.reach(Point.RESTORING)
        count = min(records_max, 1 + int(network.chance.random() ** 2 * 40))
        stored, end = await network.ask("read the log", lambda: self._stored(count))
        self._offset += len(stored)
        records = [LogRecord(record.offset, record.timestamp_ms, record.value or b"") for record in stored]
        return LogBatch(records, self._offset, end)

    def _stored(self, count: int) -> tuple[list[StoredRecord], int]:
        broker = self._sim_backend.backend.broker
        first, end = broker.bounds(self._partition)
        if not first <= self._offset <= end:
            raise OffsetLostError(None, f"log offset {self._offset} is not within {first} to {end}")
        return broker.read(self._partition.topic, 0, self._offset)[:count], end

    async def stop(self) -> None:
        """Nothing is held."""


class HeartbeatAnswer:
    """What a heartbeat is answered."""

    FINE, REJOIN, UNKNOWN = range(3)


class Share(NamedTuple):
    """What a member gets at a rebalance."""

    generation: int
    partitions: frozenset[TopicPartition]


@dataclass(slots=True)
class _Member:
    number: int
    seen_at: float
    joined: asyncio.Future[Share] | None = None


class Group:
    """The broker's coordinator of the group: eager rebalances, sessions."""

    def __init__(self, backend: MemoryBackend, network: Network) -> None:
        self._backend = backend
        self._network = network
        self._members: dict[int, _Member] = {}
        self._count = 0
        self._rebalancing = False
        self._generation = 0

    def enter(self) -> int:
        """A new member; it must `join` next."""
        self._count += 1
        self._members[self._count] = _Member(self._count, self._network.loop.now)
        self._begin()
        self._watch(self._count)
        return self._count

    def heartbeat(self, number: int, generation: int) -> int:
        """`generation`: the one it got its partitions in. An older one means that it missed a rebalance."""
        member = self._members.get(number)
        if member is None:
            return HeartbeatAnswer.UNKNOWN
        member.seen_at = self._network.loop.now
        behind = self._rebalancing or generation != self._generation
        return HeartbeatAnswer.REJOIN if behind else HeartbeatAnswer.FINE

    def join(self, number: int) -> asyncio.Future[Share] | None:
        """The future of its share; None for one that is not a member any more."""
        member = self._members.get(number)
        if member is None:
            return None
        self._begin()
        if member.joined is None:
            member.joined = self._network.loop.create_future()
        joined = member.joined
        self._look()
        return joined

    def leave(self, number: int) -> None:
        if self._members.pop(number, None) is not None:
            self._begin()
            self._look()

    def _watch(self, number: int) -> None:
        member = self._members.get(number)
        if member is None:
            return
        loop = self._network.loop
        if member.joined is None and loop.now - member.seen_at > SESSION_SECONDS:
            self._network.events["session over"] += 1
            self.leave(number)
            return
        loop.call_later(HEARTBEAT_SECONDS, self._watch, number, context=outside())

    def _begin(self) -> None:
        if self._rebalancing:
            return
        self._network.events["rebalance"] += 1
        self._rebalancing = True
        self._generation += 1
        loop = self._network.loop
        loop.call_later(REBALANCE_SECONDS_MAX, self._end_late, self._generation, context=outside())

    def _end_late(self, number: int) -> None:
        """Who has not come by now is out."""
        if not self._rebalancing or number != self._generation:
            return
        for member in list(self._members.values()):
            if member.joined is None:
                del self._members[member.number]
        self._look()

    def _look(self) -> None:
        """All have joined: the partitions are dealt."""
        if any(member.joined is None for member in self._members.values()):
            return
        self._rebalancing = False
        broker = self._backend.broker
        partitions = [
            TopicPartition(topic, number)
            for topic in self._backend.names.raw
            for number in range(broker.partitions(topic))
        ]
        self._network.chance.shuffle(partitions)
        members = list(self._members.values())
        for index, member in enumerate(members):
            share = Share(self._generation, frozenset(partitions[index :: len(members)]))
            joined, member.joined = member.joined, None
            member.seen_at = self._network.loop.now
            assert joined is not None
            if not joined.done():
                joined.set_result(share)


class SimSource:
    """A member of the group. See `RawSource`."""

    def __init__(self, sim_backend: SimBackend) -> None:
        self._sim_backend = sim_backend
        self._network = sim_backend.network
        self._listener: AssignmentListener | None = None
        self._positions: dict[TopicPartition, int | None] = {}
        self._reading: dict[TopicPartition, None] = {}
        self._number = 0
        self._generation = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self, listener: AssignmentListener) -> None:
        self._listener = listener
        self._number = await self._network.ask("enter the group", self._sim_backend.group.enter)
        self._task = asyncio.create_task(self._belong(), name="member")

    async def _belong(self) -> None:
        """The client's own task: heartbeats, and at a rebalance the listener's calls."""
        joined = False
        while True:
            try:
                if not joined:
                    await self._join()
                    joined = True
                await asyncio.sleep(HEARTBEAT_SECONDS)
                answer = await self._network.ask(
                    "heartbeat", lambda: self._sim_backend.group.heartbeat(self._number, self._generation)
                )
                joined = answer == HeartbeatAnswer.FINE
                if answer == HeartbeatAnswer.UNKNOWN:
                    self._number = await self._network.ask("enter the group", self._sim_backend.group.enter)
            except UnavailableError:
                continue

    async def _join(self) -> None:
        assert self._listener is not None
        gone = frozenset(self._positions)
        self._positions, self._reading = {}, {}
        await self._network.reach(Point.REVOKING)
        if gone:
            await self._told(self._listener.revoked(gone))
        while True:
            answer = await self._network.ask("join", lambda: self._sim_backend.group.join(self._number))
            if answer is not None:
                break
            self._number = await self._network.ask("enter the group", self._sim_backend.group.enter)
        share = await asyncio.shield(answer)
        self._generation = share.generation
        self._positions = dict.fromkeys(sorted(share.partitions))
        await self._told(self._listener.assigned(share.partitions))

    async def _told(self, call: Awaitable[None]) -> None:
        """The client only logs what a listener raises; here it is a violation."""
        try:
            await call
        except Exception as error:
            self._sim_backend.raised.append(error)

    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        network = self._network
        await asyncio.sleep(network.chance.random() * network.conditions.delay_max)
        batches = self._fetch(records_max)
        if not batches:
            await self._sim_backend.backend.broker.wait(timeout_ms)
            batches = self._fetch(records_max)
        roll = network.chance.random()
        if roll < network.conditions.lost:
            network.events["lost: poll"] += 1
            raise UnavailableError("a poll failed; what it had taken is gone")
        if roll < network.conditions.lost * 1.1:
            network.events["stalled source"] += 1
            raise StalledError("the client stands still")
        if batches:
            await network.reach(Point.CONSUMED)
        return batches

    def _fetch(self, records_max: int) -> dict[TopicPartition, list[RawRecord]]:
        """Of some readable partitions some records: any order between partitions, order within each."""
        batches: dict[TopicPartition, list[RawRecord]] = {}
        chance, broker = self._network.chance, self._sim_backend.backend.broker
        partitions = list(self._reading)
        chance.shuffle(partitions)
        for partition in partitions:
            position = self._positions.get(partition)
            if position is None or chance.random() < 0.3:
                continue
            first, end = broker.bounds(partition)
            if not first <= position <= end:
                raise OffsetLostError(partition, f"{position} is not within {first} to {end}")
            stored = broker.read(partition.topic, partition.partition, position)
            stored = stored[: min(records_max, 1 + int(chance.random() * 8))]
            if stored:
                records_max -= len(stored)
                batches[partition] = [raw_record(partition, record) for record in stored]
                self._positions[partition] = stored[-1].offset + 1
        return batches

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._positions:
            self._positions[partition] = offset

    def pause(self, partition: TopicPartition) -> None:
        self._reading.pop(partition, None)

    def resume(self, partition: TopicPartition) -> None:
        if partition in self._positions:
            self._reading[partition] = None

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
        backend = self._sim_backend.backend
        bounds = backend.broker.bounds(partition)
        return place(partition, committed, judged, bounds, backend.start_at, backend.offset_lost, topic_id)

    def position(self, partition: TopicPartition) -> int | None:
        return self._positions.get(partition) if partition in self._reading else None

    def take_damaged(self) -> Mapping[TopicPartition, Damage]:
        return {}

    def end_offset(self, partition: TopicPartition) -> int | None:
        return self._sim_backend.backend.broker.bounds(partition)[1] if partition in self._positions else None

    async def stop(self, leave: bool) -> None:
        self._positions, self._reading = {}, {}
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if leave:
            try:
                await self._network.ask("leave", lambda: self._sim_backend.group.leave(self._number))
            except UnavailableError:
                return


@dataclass(slots=True)
class SimBackend:
    """One replica's view of the simulated broker. See `Backend`."""

    replica: int
    backend: MemoryBackend
    network: Network
    transactions: TransactionLog
    group: Group
    raised: list[Exception] = field(default_factory=list)
    make_outputs: Callable[[SimBackend], SimOutputs] = SimOutputs
    alone: bool = True

    def source(self) -> RawSource:
        return SimSource(self)

    def log(self) -> SimLog:
        return SimLog(self)

    def outputs(self, source: RawSource) -> SimOutputs:
        return self.make_outputs(self)

    def raw_reader(self) -> RawReader:
        return self.backend.raw_reader()
