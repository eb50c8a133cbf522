"""One contract for all backends: what the pipeline relies on behind each port holds on the embedded log, in memory and on
disk, and on Kafka.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest

from tests.kafka.client import produce, read_committed
from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.disk.broker import DiskBroker
from wirecopy.shell.backends.kafka.admin import KafkaAdmin
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import FencedError, OffsetLostError, RefusalKind, RefusedError
from wirecopy.shell.options import KafkaOptions, OffsetLostPolicy, StartAt, TopicNames
from wirecopy.shell.ports import (
    Backend,
    LogRecord,
    OutputRecord,
    OutputStream,
    RawRecord,
    RawSource,
    TopicPartition,
    TopicSpec,
)

PARTITIONS = 3


@dataclass(frozen=True)
class Stored:
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class World(Protocol):
    """A backend, and what the tests do to it from outside."""

    names: TopicNames

    def backend(self, start_at: StartAt = ..., offset_lost: OffsetLostPolicy = ...) -> Backend: ...

    async def produce(self, partition: int, values: Sequence[bytes | None]) -> None: ...

    async def read(self, topic: str) -> list[Stored]: ...


class MemoryWorld:
    def __init__(self, broker: MemoryBroker) -> None:
        self.names = TopicNames()
        self._broker = broker
        MemoryBackend(self._broker).create_topics(PARTITIONS)

    def backend(
        self, start_at: StartAt = StartAt.EARLIEST, offset_lost: OffsetLostPolicy = OffsetLostPolicy.STOP
    ) -> Backend:
        return MemoryBackend(self._broker, start_at=start_at, offset_lost=offset_lost)

    async def produce(self, partition: int, values: Sequence[bytes | None]) -> None:
        for value in values:
            self._broker.produce(self.names.raw[0], partition, value, b"k", (("h", b"1"), ("n", None)), 77)

    async def read(self, topic: str) -> list[Stored]:
        return [
            Stored(record.key, record.value, record.headers)
            for number in range(self._broker.partitions(topic))
            for record in self._broker.read(topic, number)
        ]


class KafkaWorld:
    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.names = names_of(prefix)
        self._options = options_of(bootstrap, prefix)

    async def create(self) -> None:
        await create_topics(self._options, PARTITIONS)

    def backend(
        self, start_at: StartAt = StartAt.EARLIEST, offset_lost: OffsetLostPolicy = OffsetLostPolicy.STOP
    ) -> Backend:
        return KafkaBackend(replace(self._options, auto_offset_reset=start_at, offset_lost=offset_lost))

    async def produce(self, partition: int, values: Sequence[bytes | None]) -> None:
        records = [(b"k", value, [("h", b"1"), ("n", None)], 77) for value in values]
        await asyncio.to_thread(
            produce, self._options.bootstrap_servers, self.names.raw[0], partition, records
        )

    async def read(self, topic: str) -> list[Stored]:
        told = await asyncio.to_thread(read_committed, self._options.bootstrap_servers, topic)
        return [Stored(record.key, record.value, record.headers) for record in told]


def names_of(prefix: str) -> TopicNames:
    return TopicNames(
        raw=(f"{prefix}.raw",),
        enriched=f"{prefix}.enriched",
        corrections=f"{prefix}.corrections",
        dead=f"{prefix}.dead",
        fingerprints=f"{prefix}.fingerprints",
    )


def options_of(bootstrap: str, prefix: str) -> KafkaOptions:
    return KafkaOptions(
        bootstrap_servers=bootstrap,
        topics=names_of(prefix),
        group_id=prefix,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=500,
        rebalance_timeout_ms=20_000,
    )


async def create_topics(options: KafkaOptions, partitions: int) -> None:
    names = options.topics
    time_of_log = {"message.timestamp.type": "LogAppendTime"}
    specs = [TopicSpec(name, partitions, 1, {}) for name in (*names.raw, names.enriched)]
    specs += [TopicSpec(names.dead, 1, 1, {}), TopicSpec(names.corrections, 1, 1, {})]
    specs.append(TopicSpec(names.fingerprints, 1, 1, time_of_log))
    admin = KafkaAdmin(options)
    try:
        await admin.create(specs)
        async with asyncio.timeout(30):  # a broker says that they are made before it lists them
            while len(await admin.topics([spec.name for spec in specs])) < len(specs):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(params=["memory", "disk", pytest.param("kafka", marks=pytest.mark.kafka)])
async def world(request: pytest.FixtureRequest, unique: str, tmp_path: Path) -> World:
    if request.param == "memory":
        return MemoryWorld(MemoryBroker(wall_clock_ms))
    if request.param == "disk":
        return MemoryWorld(DiskBroker(tmp_path, wall_clock_ms, retention_ms=0))
    kafka = KafkaWorld(request.getfixturevalue("kafka_broker"), unique)
    await kafka.create()
    return kafka


class Member:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.owned: frozenset[TopicPartition] = frozenset()
        self.changed = asyncio.Event()

    async def assigned(self, partitions: frozenset[TopicPartition]) -> None:
        self.owned = partitions
        self.changed.set()

    async def revoked(self, partitions: frozenset[TopicPartition]) -> None:
        self.owned -= partitions
        self.changed.set()


async def poll_until_owned(sources: Mapping[RawSource, Member], counts: Sequence[int]) -> None:
    async with asyncio.timeout(60):
        while sorted(len(member.owned) for member in sources.values()) != sorted(counts):
            await asyncio.gather(*(source.poll(50, 100) for source in sources))


@asynccontextmanager
async def joined(backend: Backend, owned: int = PARTITIONS) -> AsyncIterator[tuple[RawSource, Member]]:
    source, member = backend.source(), Member()
    await source.start(member)
    try:
        await poll_until_owned({source: member}, [owned])
        yield source, member
    finally:
        await source.stop(leave=True)


async def take(source: RawSource, count: int) -> list[RawRecord]:
    found: list[RawRecord] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            for records in (await source.poll(50, 100)).values():
                found.extend(records)
    return found


def enriched(*values: bytes) -> list[OutputRecord]:
    return [
        OutputRecord(OutputStream.ENRICHED, b"id", value, (("verdict", b"original"),)) for value in values
    ]


# ---- the fingerprint log
async def test_the_log_gives_back_what_was_appended_in_order_with_rising_times(world: World) -> None:
    log = world.backend().log()
    await log.start()
    try:
        assert await log.bounds() == (0, 0)
        assert await log.append([b"a", b"b"]) == [0, 1]
        appends = await asyncio.gather(*(log.append([b"%d" % number]) for number in range(50)))
        assert sorted(offset for offsets in appends for offset in offsets) == list(range(2, 52))
        assert await log.bounds() == (0, 52)
        await log.follow(0)
        records: list[LogRecord] = []
        next_offset = 0
        async with asyncio.timeout(30):
            while len(records) < 52:
                batch = await log.read(100, 10)
                assert len(batch.records) <= 10
                assert batch.next_offset == next_offset + len(batch.records)
                records.extend(batch.records)
                next_offset = batch.next_offset
        assert [record.offset for record in records] == list(range(52))
        assert [record.value for record in records[:2]] == [b"a", b"b"]
        for number, offsets in enumerate(appends):
            assert records[offsets[0]].value == b"%d" % number
        times = [record.append_time_ms for record in records]
        assert times == sorted(times)
        assert abs(times[0] - time.time() * 1000) < 60_000, "the log's own time"
    finally:
        await log.stop()


async def test_the_log_can_be_followed_from_the_middle_and_ends_at_its_end(world: World) -> None:
    log = world.backend().log()
    await log.start()
    try:
        await log.append([b"%d" % number for number in range(10)])
        await log.follow(7)
        async with asyncio.timeout(30):
            records = list((await log.read(200, 100)).records)
            while len(records) < 3:
                records.extend((await log.read(200, 100)).records)
        assert [record.value for record in records] == [b"7", b"8", b"9"]
        assert list((await log.read(20, 100)).records) == []
    finally:
        await log.stop()


async def test_a_place_that_the_log_does_not_hold_is_lost(world: World) -> None:
    log = world.backend().log()
    await log.start()
    try:
        await log.append([b"a"])
        await log.follow(5)
        with pytest.raises(OffsetLostError):
            async with asyncio.timeout(30):
                while True:
                    await log.read(50, 10)
    finally:
        await log.stop()


# ---- the raw topics
async def test_a_partition_gives_nothing_before_its_seek_and_all_of_it_after(world: World) -> None:
    await world.produce(0, [b"a", None, b"c"])
    async with joined(world.backend()) as (source, member):
        partition = TopicPartition(world.names.raw[0], 0)
        assert partition in member.owned
        for _ in range(5):
            assert not await source.poll(20, 100)
        assert await source.resume_offset(partition, None) == 0
        source.seek(partition, 1)
        source.resume(partition)
        records = await take(source, 2)
        assert [(record.position.offset, record.value) for record in records] == [(1, None), (2, b"c")]
        assert (records[0].key, records[0].headers) == (b"k", (("h", b"1"), ("n", None)))
        assert records[0].timestamp_ms == 77
        assert source.end_offset(partition) == 3


async def test_a_held_back_partition_gives_nothing_and_loses_nothing(world: World) -> None:
    await world.produce(0, [b"%d" % number for number in range(20)])
    await world.produce(1, [b"x"])
    async with joined(world.backend()) as (source, _):
        held, other = (TopicPartition(world.names.raw[0], number) for number in (0, 1))
        source.seek(held, 0)
        source.resume(held)
        first = list((await take_some(source))[held])
        source.pause(held)
        source.seek(other, 0)
        source.resume(other)
        assert [record.value for record in await take(source, 1)] == [b"x"]
        source.pause(other)
        for _ in range(5):
            assert not await source.poll(20, 100)
        source.resume(held)
        rest = await take(source, 20 - len(first)) if len(first) < 20 else []
        assert [record.position.offset for record in first + rest] == list(range(20))


async def take_some(source: RawSource) -> Mapping[TopicPartition, Sequence[RawRecord]]:
    async with asyncio.timeout(30):
        while True:
            got = await source.poll(50, 7)
            if got:
                return got


async def test_members_share_the_partitions(world: World) -> None:
    first, second = world.backend().source(), world.backend().source()
    members = {first: Member(), second: Member()}
    try:
        await first.start(members[first])
        await poll_until_owned({first: members[first]}, [3])
        await second.start(members[second])
        await poll_until_owned(members, [1, 2])
        assert not members[first].owned & members[second].owned
        await first.stop(leave=True)
        del members[first]
        await poll_until_owned(members, [3])
    finally:
        await first.stop(leave=True)
        await second.stop(leave=True)


@pytest.mark.parametrize(("start_at", "expected"), [(StartAt.EARLIEST, 0), (StartAt.LATEST, 2)])
async def test_a_new_group_begins_where_it_is_told(world: World, start_at: StartAt, expected: int) -> None:
    await world.produce(0, [b"a", b"b"])
    async with joined(world.backend(start_at)) as (source, _):
        assert await source.resume_offset(TopicPartition(world.names.raw[0], 0), None) == expected


@pytest.mark.parametrize("policy", list(OffsetLostPolicy))
async def test_a_lost_offset_follows_the_policy(world: World, policy: OffsetLostPolicy) -> None:
    await world.produce(0, [b"a", b"b"])
    async with joined(world.backend(offset_lost=policy)) as (source, _):
        partition = TopicPartition(world.names.raw[0], 0)
        assert await source.resume_offset(partition, Committed(1)) == 1
        if policy is OffsetLostPolicy.STOP:
            with pytest.raises(OffsetLostError, match="9"):
                await source.resume_offset(partition, Committed(9))
        else:
            expected = 0 if policy is OffsetLostPolicy.EARLIEST else 2
            assert await source.resume_offset(partition, Committed(9)) == expected


# ---- the outputs
async def test_records_and_offset_become_visible_together(world: World) -> None:
    backend = world.backend()
    async with joined(backend) as (source, _):
        partition = TopicPartition(world.names.raw[0], 0)
        opened = await backend.outputs(source).open(partition)
        assert opened.committed_offset is None
        dead = OutputRecord(OutputStream.DEAD, None, None, (("wirecopy.reason", b"tombstone"), ("n", None)))
        correction = OutputRecord(OutputStream.CORRECTIONS, b"id", b"{}", ())
        await opened.transactions.publish([*enriched(b"1", b"2"), dead, correction], 3)
        await opened.transactions.publish([*enriched(b"3")], 4)
        await opened.transactions.close()
        again = await backend.outputs(source).open(partition)
        assert again.committed_offset == 4
        await again.transactions.close()
    found = await world.read(world.names.enriched)
    assert [record.value for record in found] == [b"1", b"2", b"3"], "in order, one key being one partition"
    assert (found[0].key, found[0].headers) == (b"id", (("verdict", b"original"),))
    assert await world.read(world.names.dead) == [Stored(None, None, dead.headers)]
    assert await world.read(world.names.corrections) == [Stored(b"id", b"{}", ())]


async def test_opening_fences_the_owner_before(world: World) -> None:
    backend = world.backend()
    async with joined(backend) as (source, _):
        partition = TopicPartition(world.names.raw[0], 0)
        old = await backend.outputs(source).open(partition)
        await old.transactions.publish(enriched(b"old"), 1)
        new = await backend.outputs(source).open(partition)
        assert new.committed_offset == 1
        with pytest.raises(FencedError):
            await old.transactions.publish(enriched(b"zombie"), 2)
        with pytest.raises(FencedError):
            await old.transactions.publish(enriched(b"zombie again"), 2)
        await new.transactions.publish(enriched(b"new"), 2)
        await old.transactions.close()
        await new.transactions.close()
    assert [record.value for record in await world.read(world.names.enriched)] == [b"old", b"new"]


async def test_partitions_do_not_fence_each_other(world: World) -> None:
    backend = world.backend()
    async with joined(backend) as (source, _):
        opened = [
            await backend.outputs(source).open(TopicPartition(world.names.raw[0], number))
            for number in range(PARTITIONS)
        ]
        for number, one in enumerate(opened):
            await one.transactions.publish(enriched(b"%d" % number), number + 1)
        for one in opened:
            await one.transactions.close()
        again = await backend.outputs(source).open(TopicPartition(world.names.raw[0], 2))
        assert again.committed_offset == 3
        await again.transactions.close()
    assert len(await world.read(world.names.enriched)) == PARTITIONS


async def test_a_closed_producer_publishes_nothing(world: World) -> None:
    backend = world.backend()
    async with joined(backend) as (source, _):
        opened = await backend.outputs(source).open(TopicPartition(world.names.raw[0], 0))
        await opened.transactions.close()
        with pytest.raises(FencedError):
            await opened.transactions.publish(enriched(b"late"), 1)
    assert await world.read(world.names.enriched) == []


@pytest.mark.kafka
async def test_a_raw_record_can_be_read_again_by_its_position(world: World) -> None:
    values = [f"value {number}".encode() for number in range(5)]
    await world.produce(1, values)
    reader = world.backend().raw_reader()
    topic = world.names.raw[0]
    try:
        for offset in (3, 0, 4):
            record = await reader.read(RawPosition(topic, 1, offset))
            assert record is not None and record.position == RawPosition(topic, 1, offset)
            assert (record.value, record.key) == (values[offset], b"k")
        for nowhere in (
            RawPosition(topic, 1, 5),
            RawPosition(topic, 0, 0),
            RawPosition(topic, PARTITIONS + 7, 0),
            RawPosition(world.names.dead + ".none", 0, 0),
        ):
            assert await reader.read(nowhere) is None, nowhere
    finally:
        await reader.close()


async def test_missing_topics_are_refused_by_name(unique: str, kafka_broker: str) -> None:
    backend = KafkaBackend(options_of(kafka_broker, unique))
    with pytest.raises(RefusedError, match=r"\.fingerprints") as refused:
        await backend.log().start()
    assert refused.value.kind is RefusalKind.NO_SUCH_TOPIC
    source = backend.source()
    with pytest.raises(RefusedError, match=r"\.raw"):
        await source.start(Member())
    with pytest.raises(RefusedError, match=r"\.enriched"):
        await backend.outputs(source).record_bounds()
