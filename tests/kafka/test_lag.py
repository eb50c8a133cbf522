"""What operators are told of a raw topic that is written in transactions, and what a group without offsets means.

Markers of transactions and records of aborted ones take offsets that no reader ever gets. The service commits its position
past them, so that a quiet topic has no lag and retention can delete it without a loss being told.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as ClientPartition
from confluent_kafka import admin as foreign_admin
from confluent_kafka.admin import AdminClient

from tests.kafka.test_faults import OPTIONS, found, own_broker, running, wait_for
from tests.shell.backends.test_contract import create_topics, options_of
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.errors import FatalError
from wirecopy.shell.options import KafkaOptions, OffsetLostPolicy
from wirecopy.shell.pipeline.pipeline import Pipeline

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]
foreign: Any = foreign_admin  # its names are not typed
QUIET_SECONDS_MAX = 10

__all__ = ["own_broker"]  # the fixture


@pytest.fixture
async def options(own_broker: Broker, unique: str) -> KafkaOptions:
    chosen = options_of(own_broker.bootstrap, unique)
    await create_topics(chosen, 1)
    return chosen


async def write_in_transactions(options: KafkaOptions, name: str, plan: str) -> None:
    """One transaction a letter: `c` commits two records, `a` aborts two."""
    producer = AIOKafkaProducer(
        bootstrap_servers=options.bootstrap_servers, transactional_id=f"{options.group_id}.{name}"
    )
    await producer.start()
    try:
        for number, letter in enumerate(plan):
            await producer.begin_transaction()
            for part in range(2):
                value = raw(f"{name}-{number}-{part}", f"body of {name} {number} {part}")
                await producer.send_and_wait(options.topics.raw[0], value, partition=0)
            await (producer.commit_transaction() if letter == "c" else producer.abort_transaction())
    finally:
        await producer.stop()


async def committed_and_end(options: KafkaOptions) -> tuple[int | None, int, int]:
    """(committed offset, log start, last stable offset) of the raw partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=options.bootstrap_servers,
        group_id=options.group_id,
        isolation_level="read_committed",
        enable_auto_commit=False,
    )
    await consumer.start()
    one = ClientPartition(options.topics.raw[0], 0)
    try:
        consumer.assign([one])
        first = (await consumer.beginning_offsets([one]))[one]
        end = (await consumer.end_offsets([one]))[one]
        return await consumer.committed(one), first, end
    finally:
        await consumer.stop()


async def wait_until_quiet(options: KafkaOptions, pipeline: Pipeline) -> None:
    """Until committed offset and end agree, and the pipeline says so too."""
    async with asyncio.timeout(QUIET_SECONDS_MAX):
        while True:
            committed, _, end = await committed_and_end(options)
            if committed == end and pipeline.lag().raw_records == 0:
                return
            await asyncio.sleep(0.3)


@pytest.mark.parametrize("plan", ["c", "a", "ca", "cacaaa"])
async def test_a_quiet_topic_written_in_transactions_has_no_lag(plan: str, options: KafkaOptions) -> None:
    async with running(options) as pipeline:
        await write_in_transactions(options, "first", plan)
        await wait_for(options, 2 * plan.count("c"))
        await wait_until_quiet(options, pipeline)
        await write_in_transactions(options, "second", "c")
        await wait_for(options, 2 * plan.count("c") + 2)
    assert len(await asyncio.to_thread(found, options)) == 2 * plan.count("c") + 2


async def test_retention_past_a_marker_is_no_loss(options: KafkaOptions) -> None:
    telemetry = RecordingTelemetry()
    async with running(options, telemetry) as pipeline:
        await write_in_transactions(options, "first", "cca")
        await wait_for(options, 4)
        await wait_until_quiet(options, pipeline)
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    _, _, end = await committed_and_end(options)
    from confluent_kafka import TopicPartition

    for future in admin.delete_records([TopicPartition(options.topics.raw[0], 0, end)]).values():
        future.result(30)
    assert (await committed_and_end(options))[1] == end, "the topic is empty, markers and all"
    async with running(options, telemetry):
        await write_in_transactions(options, "second", "c")
        await wait_for(options, 6)
    assert len(await asyncio.to_thread(found, options)) == 6


async def forget_offsets(options: KafkaOptions) -> None:
    """As brokers do with a group that stood still for `offsets.retention.minutes`."""
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    async with asyncio.timeout(30):
        while True:
            try:
                for future in admin.delete_consumer_groups([options.group_id]).values():
                    await asyncio.to_thread(future.result, 10)
            except Exception:
                await asyncio.sleep(0.5)
            else:
                return


async def test_offsets_that_the_brokers_forgot_are_lost_and_not_a_new_group(options: KafkaOptions) -> None:
    async with running(options):
        await write_in_transactions(options, "first", "cc")
        await wait_for(options, 4)
    await forget_offsets(options)
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, RecordingTelemetry())
    with pytest.raises(FatalError, match=r"offsets\.retention\.minutes"):
        async with asyncio.timeout(60):
            await pipeline.run(asyncio.Event())
    assert len(await asyncio.to_thread(found, options)) == 4, "nothing went out twice"
    async with running(replace(options, offset_lost=OffsetLostPolicy.LATEST)) as pipeline:
        async with asyncio.timeout(60):
            while pipeline.health().opened < 1:  # noqa: ASYNC110 - "latest" means the end as of the opening
                await asyncio.sleep(0.1)
        await write_in_transactions(options, "second", "c")
        await wait_for(options, 6)
    assert len(await asyncio.to_thread(found, options)) == 6


async def test_a_group_that_never_committed_begins_where_it_is_told(options: KafkaOptions) -> None:
    """The log of another installation knows nothing of this topic, and the first opening leaves an offset behind."""
    await write_in_transactions(options, "before", "c")
    async with running(options):
        await wait_for(options, 2)
    assert (await committed_and_end(options))[0] is not None
