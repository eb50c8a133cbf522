"""One batch that nobody can read, on a real broker: a byte of its file is flipped while the service runs."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.beside import beside
from tests.kafka.client import Record, produce, read_committed
from tests.kafka.test_faults import OPTIONS, own_broker
from tests.shell.backends.test_contract import create_topics, options_of
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.options import DamagedBatch, KafkaOptions
from wirecopy.shell.pipeline.partition import worker
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import Damage, TopicPartition

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]
PARTITIONS = 3
MARK = "here a byte is flipped"

__all__ = ["own_broker"]  # the fixture


class Telemetry(RecordingTelemetry):
    """Notes what was damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.damaged: list[tuple[TopicPartition, Damage, bool]] = []

    def batch_damaged(self, partition: TopicPartition, damage: Damage, skipped: bool) -> None:
        super().batch_damaged(partition, damage, skipped)
        self.damaged.append((partition, damage, skipped))


@pytest.fixture
async def options(own_broker: Broker, unique: str) -> KafkaOptions:
    chosen = options_of(own_broker.bootstrap, unique)
    await create_topics(chosen, PARTITIONS)
    return chosen


@asynccontextmanager
async def running(options: KafkaOptions, telemetry: Telemetry, what: DamagedBatch) -> AsyncIterator[Pipeline]:
    chosen = replace(OPTIONS, damaged_batch=what, poll_records_max=20)
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, chosen, telemetry)
    async with beside(pipeline.run):
        yield pipeline


def put(options: KafkaOptions, partition: int, name: str, count: int, body: str = "body") -> None:
    """One batch."""
    records: list[Record] = [
        (b"k", raw(f"{name}{n}", f"{body} {partition} {name} {n}"), [], None) for n in range(count)
    ]
    produce(options.bootstrap_servers, options.topics.raw[0], partition, records)


def flip(broker: Broker, options: KafkaOptions, text: str) -> None:
    """One bit of the only batch that holds the text, where it lies on the broker's disk."""
    for path in Path(broker.folder).rglob(f"{options.topics.raw[0]}-*/*.log"):
        data = path.read_bytes()
        at = data.find(text.encode())
        if at >= 0:
            with path.open("r+b") as file:
                file.seek(at)
                file.write(bytes([data[at] ^ 1]))
                file.flush()
                os.fsync(file.fileno())
            return
    raise AssertionError("no batch holds the text")


def out(options: KafkaOptions) -> Counter[str]:
    """How many records are out, by topic."""
    return Counter(
        {
            topic: len(read_committed(options.bootstrap_servers, topic))
            for topic in (options.topics.enriched, options.topics.dead)
        }
    )


async def wait_for(options: KafkaOptions, enriched: int, dead: int = 0) -> None:
    async with asyncio.timeout(60):
        while True:
            found = await asyncio.to_thread(out, options)
            if (found[options.topics.enriched], found[options.topics.dead]) == (enriched, dead):
                return
            assert found[options.topics.enriched] <= enriched
            await asyncio.sleep(0.2)


async def damaged_topic(broker: Broker, options: KafkaOptions) -> None:
    """Partition 0: a good batch of 5, a damaged one of 4, a good one of 6. The others: 50 good ones each."""
    put(options, 0, "before", 5)
    put(options, 0, "damaged", 4, MARK)
    put(options, 0, "after", 6)
    for partition in (1, 2):
        put(options, partition, "well", 50)
    flip(broker, options, MARK)


async def test_a_damaged_batch_stops_its_own_partition_alone(
    own_broker: Broker, options: KafkaOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DAMAGED_LOOK_S", 1.0)
    await damaged_topic(own_broker, options)
    telemetry = Telemetry()
    async with running(options, telemetry, DamagedBatch.WAIT) as pipeline:
        await wait_for(options, 5 + 100)
        for turn in range(3):
            for partition in (1, 2):
                await asyncio.to_thread(put, options, partition, f"turn{turn}-", 10)
            await wait_for(options, 105 + 20 * (turn + 1))
        await asyncio.sleep(1.5)
        assert any("raw offset 5 cannot be read" in line for line in pipeline.health().waits)
        where, damage, skipped = telemetry.damaged[0]
        assert where == TopicPartition(options.topics.raw[0], 0)
        assert (damage.first_offset, damage.next_offset, skipped) == (5, 9, False)
        assert "CRC" in damage.detail
        assert telemetry.rebuilt_errors == [], "nothing else was disturbed"
        flip(
            own_broker, options, chr(ord(MARK[0]) ^ 1) + MARK[1:]
        )  # as another replica of the broker might have it
        await wait_for(options, 105 + 60 + 10)


async def test_a_damaged_batch_can_be_passed_over_with_a_record_of_the_gap(
    own_broker: Broker, options: KafkaOptions
) -> None:
    await damaged_topic(own_broker, options)
    telemetry = Telemetry()
    async with running(options, telemetry, DamagedBatch.SKIP):
        await wait_for(options, 5 + 6 + 100, 1)
    [letter] = await asyncio.to_thread(read_committed, options.bootstrap_servers, options.topics.dead)
    headers = dict(letter.headers)
    assert headers["wirecopy.reason"] == b"damaged"
    assert headers["wirecopy.offset"] == b"5" and headers["wirecopy.partition"] == b"0"
    assert b"offsets 5 to 8 were passed over" in (headers["wirecopy.detail"] or b"")
    assert telemetry.rebuilt_errors == [] and len(telemetry.damaged) == 1
    async with running(options, telemetry, DamagedBatch.SKIP):  # and not once more
        await asyncio.to_thread(put, options, 0, "later", 3)
        await wait_for(options, 5 + 6 + 100 + 3, 1)
    assert len(telemetry.damaged) == 1
