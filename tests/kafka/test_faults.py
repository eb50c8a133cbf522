"""What the Kafka client does wrongly under failure is made good: the hazards of kafka.py, each on a real
broker.

The pipeline runs in this process with a small engine; the broker is this module's own, since it is frozen,
killed and started again.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords
from confluent_kafka import TopicPartition as ForeignPartition
from confluent_kafka import admin as foreign_admin
from confluent_kafka.admin import AdminClient

from tests.beside import beside
from tests.kafka.client import Record, high_watermarks, produce, read_committed
from tests.shell.backends.test_contract import Member, create_topics, options_of, poll_until_owned
from tests.shell.pipeline.test_pipeline import RecordingTelemetry
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from tools.kafka import Broker, KafkaMissingError, free_ports, new_broker
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.backends.kafka.outputs import KafkaOutputs
from wirecopy.shell.backends.kafka.source import KafkaSource
from wirecopy.shell.errors import FatalError, StalledError, UnavailableError
from wirecopy.shell.options import KafkaOptions, PipelineOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import OutputRecord, OutputStream, RecordBounds, TopicPartition

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

PARTITIONS = 3
foreign: Any = foreign_admin  # its names are not typed
OPTIONS = PipelineOptions(
    retry_delay_ms=50, retry_delay_ms_max=500, fenced_delay_ms=800, outcome_timeout_ms=8_000
)


@pytest.fixture(scope="module")
def own_broker(kafka_jars: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    try:
        broker = new_broker(Path(tmp_path_factory.mktemp("broker")))
        broker.start()
    except KafkaMissingError as error:
        pytest.fail(str(error))
    yield broker
    broker.kill()


@pytest.fixture
async def options(own_broker: Broker, unique: str) -> KafkaOptions:
    """Short deadlines, so that a fault is felt within the test's patience."""
    chosen = replace(
        options_of(own_broker.bootstrap, unique),
        request_timeout_ms=2_000,
        call_timeout_ms=3_000,
        close_timeout_ms=1_000,
        metadata_max_age_ms=2_000,
        transaction_timeout_ms=10_000,
    )
    await create_topics(chosen, PARTITIONS)
    return chosen


async def put(options: KafkaOptions, first: int, count: int, size: int = 20) -> None:
    """Records `first` and on, spread over the partitions; every second body is the one before it again."""
    for partition in range(PARTITIONS):
        records: list[Record] = [
            (b"k", raw(f"a{number}", f"body {number // 2} " + "x" * size), [], None)
            for number in range(first, first + count)
            if number % PARTITIONS == partition
        ]
        await asyncio.to_thread(produce, options.bootstrap_servers, options.topics.raw[0], partition, records)


def limit_enriched(options: KafkaOptions, size_bytes: int) -> None:
    set_up(options, options.topics.enriched, "max.message.bytes", str(size_bytes))


def set_up(options: KafkaOptions, topic: str, name: str, value: str) -> None:
    """A topic's configuration, as an operator sets it."""
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    entry = foreign.ConfigEntry(name, value, incremental_operation=foreign.AlterConfigOpType.SET)
    changed = foreign.ConfigResource(foreign.ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([changed]).values():
        future.result(30)


def found(options: KafkaOptions) -> list[tuple[int, int]]:
    """Raw positions of all that is out; order within each raw partition is checked on the way."""
    out: list[tuple[int, int]] = []
    for topic in (options.topics.enriched, options.topics.dead):
        last: dict[tuple[int, int], int] = defaultdict(lambda: -1)
        for record in read_committed(options.bootstrap_servers, topic):
            if topic == options.topics.dead:
                headers = dict(record.headers)
                position = int(headers["wirecopy.partition"] or b""), int(headers["wirecopy.offset"] or b"")
            else:
                told = json.loads(record.value or b"")["republication"]["position"]
                position = told[1], told[2]
            key = (record.partition, position[0])
            assert position[1] > last[key], f"order of raw partition {position[0]} in {topic}"
            last[key] = position[1]
            out.append(position)
    return sorted(out)


async def wait_for(options: KafkaOptions, count: int, seconds: float = 90) -> None:
    async with asyncio.timeout(seconds):
        while len(await asyncio.to_thread(found, options)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def assert_exactly_once(options: KafkaOptions, count: int) -> None:
    out = await asyncio.to_thread(found, options)
    raws = await asyncio.to_thread(read_committed, options.bootstrap_servers, options.topics.raw[0])
    assert out == sorted((record.partition, record.offset) for record in raws)
    assert len(out) == count
    for topic in (options.topics.enriched, options.topics.dead):
        stable, end = await asyncio.to_thread(high_watermarks, options.bootstrap_servers, topic)
        assert stable == end, f"an open transaction on {topic}"


@asynccontextmanager
async def running(
    options: KafkaOptions, telemetry: RecordingTelemetry | None = None, backend: Any = None
) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(
        backend or KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, telemetry or RecordingTelemetry()
    )
    async with beside(pipeline.run):
        yield pipeline


async def test_a_frozen_broker_is_waited_out(own_broker: Broker, options: KafkaOptions) -> None:
    """A5, A15: nothing on the client returns while the broker is frozen; every call has a deadline, and all
    is rebuilt.
    """
    telemetry = RecordingTelemetry()
    async with running(options, telemetry):
        await put(options, 0, 300)
        await wait_for(options, 50)
        own_broker.freeze()
        try:
            await asyncio.sleep(9)
        finally:
            own_broker.thaw()
        await put(options, 300, 300)
        await wait_for(options, 600)
    await assert_exactly_once(options, 600)


async def test_a_killed_broker_is_waited_out(own_broker: Broker, options: KafkaOptions) -> None:
    """A4, A13, A14."""
    async with running(options):
        await put(options, 0, 300)
        await wait_for(options, 50)
        own_broker.kill()
        await asyncio.sleep(4)
        await asyncio.to_thread(own_broker.start)
        await put(options, 300, 300)
        await wait_for(options, 600)
    await assert_exactly_once(options, 600)


async def test_an_output_that_the_broker_refuses_for_its_size_becomes_a_dead_letter(
    options: KafkaOptions,
) -> None:
    """A3: the refusal comes in a delivery, which the client's commit would pass over."""
    limit_enriched(options, 3_000)

    class Unknowing(KafkaBackend):
        """Has no right to read the topics' limits."""

        def outputs(self, source: Any) -> Any:
            class Without(KafkaOutputs):
                async def record_bounds(self) -> RecordBounds:
                    return RecordBounds()

            return Without(options, source)

    telemetry = RecordingTelemetry()
    async with running(options, telemetry, Unknowing(replace(options, producer_batch_bytes_max=2_500))):
        await put(options, 0, 30)
        await put(options, 30, 2, size=5_000)
        await put(options, 32, 30)
        await wait_for(options, 62)
    assert telemetry.dead.total() == 2
    await assert_exactly_once(options, 62)


async def test_known_limits_of_the_topics_are_kept_without_a_refusal(options: KafkaOptions) -> None:
    limit_enriched(options, 6_000)
    outputs = KafkaOutputs(options, KafkaSource(options))
    async with asyncio.timeout(20):  # the broker tells what it will do a little later than it says so
        while ((await outputs.record_bounds()).enriched or 0) > 6_000:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    telemetry = RecordingTelemetry()
    await put(options, 0, 2, size=8_000)
    await put(options, 2, 120)
    async with running(options, telemetry):
        await wait_for(options, 122)
    assert (telemetry.dead.total(), telemetry.rebuilt_errors) == (2, [])


async def test_retention_past_the_committed_offset_stops_the_service(options: KafkaOptions) -> None:
    """A16."""
    await put(options, 0, 30)
    async with running(options):
        await wait_for(options, 30)
    await put(options, 30, 30)
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    for future in admin.delete_records([ForeignPartition(options.topics.raw[0], 0, 15)]).values():
        future.result(30)
    telemetry = RecordingTelemetry()
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, telemetry)
    with pytest.raises(
        FatalError, match=r"committed offset 10 .*-0 is not in the topic, which holds 15 to 20"
    ):
        async with asyncio.timeout(60):
            await pipeline.run(asyncio.Event())
    assert telemetry.lost == 1


async def test_replicas_that_come_and_go_lose_nothing(options: KafkaOptions) -> None:
    """A6, A8, A12: more replicas than partitions, some joining and leaving all the time."""
    total = 0
    async with running(options):
        for turn in range(4):
            await put(options, total, 120)
            total += 120
            async with running(options), running(options), running(options):
                await asyncio.sleep(1.5)
                await put(options, total, 60)
                total += 60
                if turn % 2:
                    await asyncio.sleep(2)
        await wait_for(options, total)
    await assert_exactly_once(options, total)


async def test_a_pending_transaction_of_a_dead_owner_is_ended_before_its_offset_is_read(
    options: KafkaOptions,
) -> None:
    """A1, A2: the owner dies between its sends and its commit; the new one sees neither records nor offset of
    it.
    """
    backend = KafkaBackend(options)
    source, member = backend.source(), Member()
    await source.start(member)
    try:
        await poll_until_owned({source: member}, [PARTITIONS])
        partition = TopicPartition(options.topics.raw[0], 0)
        for number in range(5):
            opened = await backend.outputs(source).open(partition)
            assert opened.committed_offset == (number or None)
            transactions: Any = opened.transactions
            await transactions._producer.begin_transaction()
            record = await transactions._producer.send(options.topics.enriched, b"{}", partition=0)
            await record
            await transactions._producer.send_offsets_to_transaction(
                {transactions._partition: 77}, options.group_id
            )
            again = await backend.outputs(source).open(partition)
            assert again.committed_offset == (number or None), "the pending offset must not be seen"
            await again.transactions.publish([], number + 1)
            await again.transactions.close()
            await transactions.close()
    finally:
        await source.stop(leave=True)
    assert await asyncio.to_thread(found, options) == []


async def test_records_and_offset_agree_whenever_an_owner_is_abandoned(options: KafkaOptions) -> None:
    """A2: each transaction holds one record and moves the offset by one. An owner that is left alone at any
    moment of its commit must not leave a record whose offset the next owner does not see, or the other way
    round.
    """
    backend = KafkaBackend(options)
    source, member = backend.source(), Member()
    await source.start(member)
    chance = random.Random(11)
    try:
        await poll_until_owned({source: member}, [PARTITIONS])
        partition = TopicPartition(options.topics.raw[0], 0)
        outputs, ended = backend.outputs(source), 0
        for _ in range(40):
            opened = await outputs.open(partition)
            committed = opened.committed_offset or 0
            visible = await asyncio.to_thread(
                read_committed, options.bootstrap_servers, options.topics.enriched
            )
            assert len(visible) == committed
            record = OutputRecord(OutputStream.ENRICHED, b"id", b"{}", ())
            publishing = asyncio.create_task(opened.transactions.publish([record], committed + 1))
            await asyncio.wait([publishing], timeout=chance.uniform(0.0, 0.02))
            ended += publishing.done()
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
        assert 0 < ended < 40, f"some of them in the middle: {ended} ended"
    finally:
        await source.stop(leave=True)


class NotUtf8(str):
    """A header's name as a client writes it that does not care."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfename"


@pytest.mark.parametrize("compression", [0, 1], ids=["plain", "gzip"])
async def test_a_header_whose_name_is_not_utf8_holds_up_nothing(
    options: KafkaOptions, compression: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any client can write one; the compiled reader takes it for a corrupt record, for ever."""
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)  # so that the change ends with the test
    await put(options, 0, 3)
    producer = AIOKafkaProducer(bootstrap_servers=options.bootstrap_servers)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, 0, 100_000)
        for number in range(3):
            headers = [(NotUtf8("name"), b"1"), ("other", None)]
            batch.append(key=b"k", value=raw(f"b{number}", f"b{number}"), timestamp=None, headers=headers)
        await (await producer.send_batch(batch, options.topics.raw[0], partition=0))
    finally:
        await producer.stop()
    await put(options, 3, 3)
    async with running(options):
        await wait_for(options, 9)
    told = await asyncio.to_thread(read_committed, options.bootstrap_servers, options.topics.enriched)
    assert sum(record.headers[0] == ("\\xff\\xfename", b"1") for record in told) == 3


async def test_no_broker_is_said_with_the_clients_own_words() -> None:
    """A13."""
    log = KafkaBackend(KafkaOptions("127.0.0.1:1", call_timeout_ms=5_000)).log()
    with pytest.raises(
        UnavailableError, match=r"last warning of the client.*cannot connect to .*127\.0\.0\.1:1 "
    ):
        await log.start()


async def test_an_advertised_address_that_cannot_be_reached_is_named(
    kafka_jars: None, tmp_path: Path
) -> None:
    """The bootstrap address answers; where the broker says that it is, nobody does."""
    (nobody,) = free_ports(1)
    broker = new_broker(
        tmp_path / "broker", config={"advertised.listeners": f"PLAINTEXT://localhost:{nobody}"}
    )
    broker.start()
    try:
        log = KafkaBackend(KafkaOptions(broker.bootstrap, call_timeout_ms=5_000)).log()
        with pytest.raises(
            UnavailableError, match=rf"cannot connect to .*localhost:{nobody} .*advertised\.listeners"
        ):
            await log.start()
    finally:
        broker.kill()


async def test_a_record_with_ten_thousand_headers_goes_through_with_all_of_them(
    options: KafkaOptions,
) -> None:
    """One that is judged, and one that dies."""
    headers = [(f"name-{number}", b"%d" % number) for number in range(10_000)]
    records: list[Record] = [
        (b"k", raw("a1", "body"), headers, None),
        (b"k", b"{not json", headers, None),
    ]
    await asyncio.to_thread(produce, options.bootstrap_servers, options.topics.raw[0], 0, records)
    async with running(options):
        await wait_for(options, 2)
    for topic in (options.topics.enriched, options.topics.dead):
        [record] = await asyncio.to_thread(read_committed, options.bootstrap_servers, topic)
        assert record.headers[:10_000] == tuple(headers)
    await assert_exactly_once(options, 2)


async def test_a_deleted_output_topic_stops_the_service_and_a_new_one_lets_it_go_on(
    options: KafkaOptions,
) -> None:
    """Nothing is committed that went nowhere: what the new topic lacks is what went to the old one."""
    await put(options, 0, 30)
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, RecordingTelemetry())
    task = asyncio.create_task(pipeline.run(asyncio.Event()))
    await wait_for(options, 30)
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    for future in admin.delete_topics([options.topics.enriched]).values():
        future.result(30)
    await put(options, 30, 30)
    with pytest.raises(FatalError, match="UnknownTopicOrPartition"):
        async with asyncio.timeout(120):
            await task
    await create_topics(options, PARTITIONS)
    async with running(options):
        await wait_for(options, 30)
    out = await asyncio.to_thread(found, options)
    raws = await asyncio.to_thread(read_committed, options.bootstrap_servers, options.topics.raw[0])
    assert out == sorted((record.partition, record.offset) for record in raws if record.offset >= 10)


async def test_a_compacted_dead_letter_topic_stops_the_service_with_its_cure_and_loses_nothing(
    options: KafkaOptions,
) -> None:
    """Brokers refuse a record without a key there, today and tomorrow: the client calls that an unknown error."""
    await asyncio.to_thread(set_up, options, options.topics.dead, "cleanup.policy", "compact")
    unreadable: list[Record] = [(None, b"no article", [], None)]
    await asyncio.to_thread(produce, options.bootstrap_servers, options.topics.raw[0], 0, unreadable)
    pipeline = Pipeline(KafkaBackend(options), ToyEngine(), TOY_STEPS, OPTIONS, RecordingTelemetry())
    with pytest.raises(FatalError, match=r"without a key: set cleanup\.policy=delete"):
        async with asyncio.timeout(60):
            await pipeline.run(asyncio.Event())
    await asyncio.to_thread(set_up, options, options.topics.dead, "cleanup.policy", "delete")
    async with running(options):
        await wait_for(options, 1)
    await assert_exactly_once(options, 1)


async def test_a_fingerprint_log_that_lost_what_the_index_needs_next_stops_the_service(
    options: KafkaOptions,
) -> None:
    """Going on would give other verdicts than the other replicas'."""
    engine = ToyEngine()
    await put(options, 0, 30)
    stop = asyncio.Event()
    first = asyncio.create_task(
        Pipeline(KafkaBackend(options), engine, TOY_STEPS, OPTIONS, RecordingTelemetry()).run(stop)
    )
    await wait_for(options, 30)
    stop.set()
    await first
    await put(options, 30, 30)
    async with running(options):  # another replica, whose index has begun at the log's beginning
        await wait_for(options, 60)
    admin = AdminClient({"bootstrap.servers": options.bootstrap_servers})
    for future in admin.delete_records([ForeignPartition(options.topics.fingerprints, 0, 45)]).values():
        future.result(30)
    with pytest.raises(FatalError, match="log has lost what this replica needs next"):
        async with asyncio.timeout(60):
            await Pipeline(KafkaBackend(options), engine, TOY_STEPS, OPTIONS, RecordingTelemetry()).run(
                asyncio.Event()
            )


async def test_what_a_rebalance_listener_raises_is_not_only_logged(options: KafkaOptions) -> None:
    """A9."""

    class Failing(Member):
        async def assigned(self, partitions: frozenset[TopicPartition]) -> None:
            raise ZeroDivisionError("a fault of our own")

    source = KafkaBackend(options).source()
    await source.start(Failing())
    try:
        with pytest.raises(StalledError, match="a rebalance failed: ZeroDivisionError"):
            async with asyncio.timeout(60):
                while True:
                    await source.poll(100, 10)
    finally:
        await source.stop(leave=True)
