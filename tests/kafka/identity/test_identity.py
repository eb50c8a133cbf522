"""A topic is not its name, and replicas judge alike only where they have the same log and the same settings.

Topics that are deleted and made again, logs that are cut or set up wrongly, replicas with other settings, committed offsets
past the end, transactional ids that two deployments could spell alike: each on a real broker.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as ClientPartition
from aiokafka.structs import OffsetAndMetadata
from confluent_kafka import TopicPartition as ForeignPartition
from confluent_kafka import admin as foreign_admin
from confluent_kafka.admin import AdminClient

from tests.beside import beside
from tests.kafka.client import produce, read_committed
from tests.kafka.test_faults import OPTIONS, found, own_broker, wait_for
from tests.shell.backends.test_contract import Member, create_topics, options_of, poll_until_owned
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker
from wirecopy.core.engine import Engine
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.errors import FatalError
from wirecopy.shell.options import KafkaOptions, OffsetLostPolicy, Shared
from wirecopy.shell.pipeline.binding import bound_steps
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import TopicPartition

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]
foreign: Any = foreign_admin  # its names are not typed
WINDOW_MS = 30 * 86_400_000
STEMS = (
    "harb",
    "mark",
    "riv",
    "count",
    "libr",
    "minist",
    "repor",
    "garden",
    "winter",
    "paper",
    "school",
    "bridg",
)
ENDINGS = ("or", "et", "er", "ing", "ary", "ry", "ted", "ed", "ly", "s", "ful", "es")

__all__ = ["own_broker"]  # the fixture


@pytest.fixture
async def options(own_broker: Broker, unique: str) -> KafkaOptions:
    chosen = replace(options_of(own_broker.bootstrap, unique), metadata_max_age_ms=1_000)
    await create_topics(chosen, 1)
    return chosen


def shared_by(options: KafkaOptions, **more: Any) -> Shared:
    told = {"settings": {"WIRECOPY_WINDOW_DAYS": "30"}, "window_ms": None, **more}
    return Shared(frozenset(options.topics.raw), options.topics.fingerprints, **told)


def pipeline_of(options: KafkaOptions, shared: Shared | None = None, *, real: bool = False) -> Pipeline:
    """`real`: with the engine itself, for verdicts that depend on texts."""
    return Pipeline(
        KafkaBackend(options),
        Engine() if real else ToyEngine(),
        bound_steps(FieldPaths(), {}) if real else TOY_STEPS,
        OPTIONS,
        RecordingTelemetry(),
        shared=shared or shared_by(options),
    )


@asynccontextmanager
async def running(
    options: KafkaOptions, shared: Shared | None = None, *, real: bool = False
) -> AsyncIterator[Pipeline]:
    pipeline = pipeline_of(options, shared, real=real)
    async with beside(pipeline.run):
        yield pipeline


async def refuses(options: KafkaOptions, match: str, shared: Shared | None = None) -> None:
    """The service ends with this sentence."""
    with pytest.raises(FatalError, match=match):
        async with asyncio.timeout(60):
            await pipeline_of(options, shared).run(asyncio.Event())


def put(options: KafkaOptions, *records: tuple[str, str]) -> None:
    """Records of these ids and bodies."""
    send(options, [raw(id_, body) for id_, body in records])


def send(options: KafkaOptions, values: Sequence[bytes]) -> None:
    produce(
        options.bootstrap_servers, options.topics.raw[0], 0, [(b"k", value, [], None) for value in values]
    )


def bodies(first: int, count: int) -> list[tuple[str, str]]:
    return [(f"a{number}", f"body {number}") for number in range(first, first + count)]


def articles(publisher: str, count: int) -> list[bytes]:
    """Of each number one text, whoever publishes it."""
    made = []
    for number in range(count):
        chance = random.Random(number)
        words = [f"{chance.choice(STEMS)}{chance.choice(ENDINGS)}" for _ in range(240)]
        body = ". ".join(" ".join(words[at : at + 12]).capitalize() for at in range(0, 240, 12))
        record = {"id": f"{publisher}-{number}", "url": f"https://{publisher}.example/{number}", "body": body}
        made.append(json.dumps(record).encode())
    return made


async def made_again(options: KafkaOptions, topic: str) -> None:
    """Deleted, and made again by the same name."""
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    await asyncio.to_thread(admin.delete_topics([topic])[topic].result, 30)
    async with asyncio.timeout(30):
        while topic in (await asyncio.to_thread(admin.list_topics, timeout=10)).topics:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await create_topics(options, 1)


async def delete_before(options: KafkaOptions, topic: str, offset: int) -> None:
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    for future in admin.delete_records([ForeignPartition(topic, 0, offset)]).values():
        await asyncio.to_thread(future.result, 30)


async def commit_by_hand(options: KafkaOptions, offset: int) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=options.bootstrap_servers, group_id=options.group_id, enable_auto_commit=False
    )
    await consumer.start()
    one = ClientPartition(options.topics.raw[0], 0)
    try:
        consumer.assign([one])
        await consumer.commit({one: OffsetAndMetadata(offset, "")})
    finally:
        await consumer.stop()


# ---- topics
async def test_a_raw_topic_that_was_made_again_is_told_from_the_old_one(options: KafkaOptions) -> None:
    send(options, articles("first", 5))
    async with running(options, real=True):
        await wait_for_enriched(options, 5)
    await made_again(options, options.topics.raw[0])
    send(options, articles("second", 5))  # the same bodies at the same offsets
    await refuses(options, r"raw topic .* was deleted and made again")
    assert len(await enriched(options)) == 5
    accepting = replace(options, offset_lost=OffsetLostPolicy.EARLIEST)
    async with running(accepting, shared_by(options, accept_new_topics=True), real=True):
        await wait_for_enriched(options, 10)
    verdicts = [dict(record.headers)["verdict"] for record in await enriched(options)]
    assert verdicts == [b"original"] * 5 + [b"republication"] * 5, "none took an old record's place"
    async with running(options, real=True):  # nothing is left to be decided
        send(options, articles("third", 1))
        await wait_for_enriched(options, 11)


async def enriched(options: KafkaOptions) -> list[Any]:
    return await asyncio.to_thread(read_committed, options.bootstrap_servers, options.topics.enriched)


async def wait_for_enriched(options: KafkaOptions, count: int) -> None:
    async with asyncio.timeout(60):
        while len(await enriched(options)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("again", [False, True])
async def test_a_raw_topic_that_goes_away_at_run_time_ends_the_service(
    again: bool, options: KafkaOptions
) -> None:
    put(options, *bodies(0, 3))
    task = asyncio.create_task(pipeline_of(options).run(asyncio.Event()))
    await wait_for(options, 3)
    if again:
        await made_again(options, options.topics.raw[0])
    else:
        admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
        topic = options.topics.raw[0]
        await asyncio.to_thread(admin.delete_topics([topic])[topic].result, 30)
    match = "made again" if again else "is not there any more"
    with pytest.raises(FatalError, match=match):
        async with asyncio.timeout(60):
            await task


# ---- the fingerprint log
async def test_a_log_that_was_made_again_is_told(options: KafkaOptions) -> None:
    put(options, *bodies(0, 3))
    async with running(options):
        await wait_for(options, 3)
    await made_again(options, options.topics.fingerprints)
    put(options, *bodies(3, 3))
    await refuses(options, r"fingerprint log .* was deleted and made again.*LOG_LOST")
    assert len(await asyncio.to_thread(found, options)) == 3
    async with running(options, shared_by(options, accept_lost_log=True)):
        await wait_for(options, 6)
    async with running(options):
        put(options, *bodies(6, 1))
        await wait_for(options, 7)


@pytest.mark.parametrize("cut_at", [2, None])
async def test_a_log_that_was_cut_is_told(cut_at: int | None, options: KafkaOptions) -> None:
    shared = shared_by(options, window_ms=WINDOW_MS)
    topics = options.topics
    lasting = foreign.ConfigEntry(
        "retention.ms", str(2 * WINDOW_MS), incremental_operation=foreign.AlterConfigOpType.SET
    )
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    resource = foreign.ConfigResource(
        foreign.ResourceType.TOPIC, topics.fingerprints, incremental_configs=[lasting]
    )
    for future in admin.incremental_alter_configs([resource]).values():
        await asyncio.to_thread(future.result, 30)
    put(options, *bodies(0, 6))
    async with running(options, shared):
        await wait_for(options, 6)
    await delete_before(options, topics.fingerprints, -1 if cut_at is None else cut_at)
    put(options, *bodies(0, 6))
    await refuses(options, r"fingerprint log .* was cut", shared)
    assert len(await asyncio.to_thread(found, options)) == 6
    async with running(options, replace(shared, accept_lost_log=True)):
        await wait_for(options, 12)


@pytest.mark.parametrize(
    ("partitions", "config", "match"),
    [
        (3, {"message.timestamp.type": "LogAppendTime"}, "3 partitions instead of one"),
        (1, {"message.timestamp.type": "CreateTime"}, "message.timestamp.type is not LogAppendTime"),
        (
            1,
            {"message.timestamp.type": "LogAppendTime", "retention.ms": "86400000"},
            "shorter than the window",
        ),
        (1, {"message.timestamp.type": "LogAppendTime", "cleanup.policy": "compact"}, "cleanup.policy"),
    ],
)
async def test_a_log_that_is_set_up_wrongly_is_refused(
    partitions: int, config: dict[str, str], match: str, own_broker: Broker, unique: str
) -> None:
    options = options_of(own_broker.bootstrap, unique)
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    log = foreign.NewTopic(options.topics.fingerprints, partitions, 1, config=config)
    await asyncio.to_thread(admin.create_topics([log])[options.topics.fingerprints].result, 30)
    await create_topics(options, 1)
    put(options, *bodies(0, 1))
    await refuses(options, match, shared_by(options, window_ms=WINDOW_MS))
    assert await asyncio.to_thread(found, options) == []


# ---- settings
async def test_a_replica_with_other_settings_says_so_and_does_not_judge(options: KafkaOptions) -> None:
    other = shared_by(options, settings={"WIRECOPY_WINDOW_DAYS": "7"})
    async with running(options):
        put(options, *bodies(0, 3))
        await wait_for(options, 3)
        await refuses(options, "WIRECOPY_WINDOW_DAYS is 7 here and 30 there", other)
        put(options, *bodies(3, 3))
        await wait_for(options, 6)
    await refuses(options, "WIRECOPY_WINDOW_DAYS is 7 here and 30 there", other)


async def test_settings_are_changed_on_purpose_by_one_replica_and_the_others_stop(
    options: KafkaOptions,
) -> None:
    changed = shared_by(options, settings={"WIRECOPY_WINDOW_DAYS": "7"})
    old = asyncio.create_task(pipeline_of(options).run(asyncio.Event()))
    put(options, *bodies(0, 3))
    await wait_for(options, 3)
    async with running(options, replace(changed, replace_settings=True)):
        with pytest.raises(FatalError, match="WIRECOPY_WINDOW_DAYS is 30 here and 7 there"):
            async with asyncio.timeout(60):
                await old
        put(options, *bodies(3, 3))
        await wait_for(options, 6)
    async with running(options, changed):
        put(options, *bodies(6, 1))
        await wait_for(options, 7)


# ---- a committed offset past the end
@pytest.mark.parametrize("by_hand", [True, False])
async def test_an_offset_past_the_end_gives_nothing_twice(by_hand: bool, options: KafkaOptions) -> None:
    put(options, *bodies(0, 4), ("", "no id: a dead letter"), *bodies(4, 2))
    async with running(options):
        await wait_for(options, 7)
    if by_hand:
        await commit_by_hand(options, 99)
    else:
        await made_by(options, lambda transactions: transactions.publish([], 99))
    await refuses(options, "committed offset 99")
    put(options, *bodies(6, 2))
    accepting = replace(options, offset_lost=OffsetLostPolicy.EARLIEST)
    for more in (9, 10):  # and it goes on so after a restart
        async with running(accepting):
            await wait_for(options, more)
            put(options, *bodies(more - 1, 1))
            await wait_for(options, more + 1)
        assert await asyncio.to_thread(found, options) == [(0, offset) for offset in range(more + 1)]


async def made_by(options: KafkaOptions, act: Callable[[Any], Any]) -> None:
    """As an owner of the partition does it."""
    backend = KafkaBackend(options)
    source, member = backend.source(), Member()
    await source.start(member)
    try:
        await poll_until_owned({source: member}, [1])
        opened = await backend.outputs(source).open(TopicPartition(options.topics.raw[0], 0))
        await act(opened.transactions)
        await opened.transactions.close()
    finally:
        await source.stop(leave=True)


# ---- transactional ids
async def test_two_deployments_cannot_share_a_transactional_id(own_broker: Broker, unique: str) -> None:
    """With dots between its parts, group `x` with topic `shadow.x.raw` spelled the id of group `x.shadow`, topic `x.raw`."""
    one = options_of(own_broker.bootstrap, unique)
    one = replace(one, topics=replace(one.topics, raw=(f"shadow.{unique}.raw",)))
    two = replace(options_of(own_broker.bootstrap, unique), group_id=f"{unique}.shadow")
    for each in (one, two):
        await create_topics(each, 1)
    apart = replace(two.topics, fingerprints=f"{unique}.second", enriched=f"{unique}.second.enriched")
    two = replace(two, topics=apart)
    await create_topics(two, 1)
    async with running(one), running(two):
        for turn in range(10):
            put(one, *bodies(turn, 1))
            put(two, *bodies(turn, 1))
            await wait_for(one, turn + 1, 30)
            await wait_for(two, turn + 1, 30)


async def test_an_owner_of_an_earlier_release_is_fenced_when_its_partition_is_taken_over(
    options: KafkaOptions,
) -> None:
    """It used an id with dots, wrote no note, and still has a transaction open."""
    topic = options.topics.raw[0]
    earlier = AIOKafkaProducer(
        bootstrap_servers=options.bootstrap_servers, transactional_id=f"{options.group_id}.{topic}.0"
    )
    await earlier.start()
    put(options, *bodies(0, 4))
    await commit_by_hand(options, 2)
    await earlier.begin_transaction()
    await earlier.send_and_wait(options.topics.enriched, b"{}", partition=0)
    await earlier.send_offsets_to_transaction({ClientPartition(topic, 0): 3}, options.group_id)
    async with running(options):
        await wait_for(options, 2)
    with pytest.raises(Exception, match=r"(?i)fenced|epoch|transition"):
        await earlier.commit_transaction()
    await earlier.stop()
    assert await asyncio.to_thread(found, options) == [(0, 2), (0, 3)]
