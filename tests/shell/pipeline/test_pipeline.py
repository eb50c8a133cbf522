"""The pipeline's laws, on the embedded log: nothing lost, nothing twice, order kept, whatever fails and
whenever.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.beside import beside, until
from tests.shell.toy_engine import TOY_STEPS, ToyEngine, raw
from wirecopy.core.model import Outcome, RejectReason
from wirecopy.shell.backends.memory import Hook, MemoryBackend, MemoryBroker, Step
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import BreakerOpenError, FatalError, UnavailableError, WatchdogExpiredError
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import TopicPartition

QUICK = PipelineOptions(
    poll_timeout_ms=5,
    retry_delay_ms=1,
    retry_delay_ms_max=5,
    fenced_delay_ms=5,
    fenced_again_within_ms=0,
    outcome_timeout_ms=2_000,
    stop_timeout_ms=5_000,
    progress_timeout_ms=60_000,
)
RAW, ENRICHED, DEAD, CORRECTIONS, LOG = (
    "articles.raw",
    "articles.enriched",
    "articles.dead",
    "articles.corrections",
    "articles.fingerprints",
)


class Clock:
    """A clock that somebody has to move."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms


def world(partitions: int, hook: Hook | None = None, **settings: Any) -> MemoryBackend:
    broker = MemoryBroker(Clock(), **settings) if hook is None else MemoryBroker(Clock(), hook, **settings)
    backend = MemoryBackend(broker)
    backend.create_topics(partitions)
    return backend


@dataclass
class RecordingTelemetry(Telemetry):
    """Counts what the tests ask about."""

    dead: Counter[RejectReason] = field(default_factory=Counter)
    judged_count: int = 0
    rebuilt_errors: list[BaseException] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    fenced_count: int = 0
    refused: int = 0
    lost: int = 0
    in_flight_max: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def dead_lettered(self, reason: RejectReason, position: object, detail: str) -> None:
        self.dead[reason] += 1

    def judged(self, kind: object, latency_ms: float) -> None:
        self.judged_count += 1

    def rebuilt(self, part: object, error: BaseException) -> None:
        self.rebuilt_errors.append(error)

    def internal_fault(self, position: object, error: BaseException) -> None:
        self.faults.append(error)

    def fenced(self, partition: TopicPartition) -> None:
        self.fenced_count += 1

    def log_refused(self, reason: object, offset: int, detail: str) -> None:
        self.refused += 1

    def offset_lost(self, partition: TopicPartition) -> None:
        self.lost += 1


@asynccontextmanager
async def running(
    backend: MemoryBackend, options: PipelineOptions = QUICK, telemetry: RecordingTelemetry | None = None
) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, options, telemetry or RecordingTelemetry())
    async with beside(pipeline.run):
        yield pipeline


def positions_out(backend: MemoryBackend) -> list[tuple[int, int]]:
    """(raw partition, raw offset) of everything in the enriched topic and the dead letters."""
    broker, found = backend.broker, []
    for number in range(broker.partitions(ENRICHED)):
        for record in broker.read(ENRICHED, number):
            position = json.loads(record.value or b"")["republication"]["position"]
            found.append((position[1], position[2]))
    for record in broker.read(DEAD, 0):
        headers = dict(record.headers)
        found.append((int(headers["wirecopy.partition"] or b""), int(headers["wirecopy.offset"] or b"")))
    return found


def out_count(backend: MemoryBackend) -> int:
    broker = backend.broker
    ends = [broker.bounds(TopicPartition(ENRICHED, n))[1] for n in range(broker.partitions(ENRICHED))]
    return sum(ends) + broker.bounds(TopicPartition(DEAD, 0))[1]


def verdicts_out(backend: MemoryBackend) -> dict[tuple[int, int], tuple[str, str]]:
    found = {}
    for number in range(backend.broker.partitions(ENRICHED)):
        for record in backend.broker.read(ENRICHED, number):
            told = json.loads(record.value or b"")["republication"]
            found[(told["position"][1], told["position"][2])] = (told["verdict"], told["story"])
    return found


def verdicts_of_log(backend: MemoryBackend) -> dict[tuple[int, int], tuple[str, str]]:
    """What an engine says that reads the log alone, from its beginning."""
    engine = ToyEngine()
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for record in backend.broker.read(LOG, 0):
        (outcome,) = engine.replay_many([(record.offset, record.timestamp_ms, record.value or b"")])
        if isinstance(outcome, Outcome):
            key = (outcome.position.partition, outcome.position.offset)
            found.setdefault(key, (outcome.verdict.kind.value, outcome.verdict.story))
    return found


def produce_stream(backend: MemoryBackend, partitions: int, count: int, seed: int = 1) -> None:
    chance = random.Random(seed)
    for number in range(count):
        kind = chance.random()
        value: bytes | None = raw(f"a{number}", f"body {chance.randrange(count // 2)}")
        if kind < 0.05:
            value = b"{not json"
        elif kind < 0.08:
            value = None
        backend.broker.produce(RAW, chance.randrange(partitions), value, key=b"k")


def assert_exactly_once(backend: MemoryBackend, partitions: int) -> None:
    expected = [
        (number, record.offset) for number in range(partitions) for record in backend.broker.read(RAW, number)
    ]
    assert sorted(positions_out(backend)) == sorted(expected), "each raw record once, in enriched or dead"
    assert_order_kept(backend)
    told = verdicts_out(backend)
    expected_verdicts = verdicts_of_log(backend)
    assert told == {key: expected_verdicts[key] for key in told}


def assert_order_kept(backend: MemoryBackend) -> None:
    for topic in (ENRICHED, DEAD):
        for number in range(backend.broker.partitions(topic)):
            last: dict[int, int] = defaultdict(lambda: -1)
            for record in backend.broker.read(topic, number):
                if topic == DEAD:
                    headers = dict(record.headers)
                    partition = int(headers["wirecopy.partition"] or b"")
                    offset = int(headers["wirecopy.offset"] or b"")
                else:
                    _, partition, offset = json.loads(record.value or b"")["republication"]["position"]
                assert offset > last[partition], f"order of raw partition {partition} in {topic}"
                last[partition] = offset


@pytest.mark.parametrize("partitions", [1, 3])
async def test_every_record_goes_out_once_in_order(partitions: int) -> None:
    backend, telemetry = world(partitions), RecordingTelemetry()
    produce_stream(backend, partitions, 2_000)
    async with running(backend, telemetry=telemetry):
        await until(lambda: out_count(backend) >= 2_000)
    assert_exactly_once(backend, partitions)
    assert telemetry.judged_count + telemetry.dead.total() == 2_000
    assert telemetry.rebuilt_errors == []


async def test_a_stop_drains_and_a_restart_goes_on_where_it_ended() -> None:
    backend = world(2)
    produce_stream(backend, 2, 1_000)
    async with running(backend):
        await until(lambda: out_count(backend) >= 100)
    between = len(positions_out(backend))
    committed = sum(
        backend.broker.committed_offset("wirecopy", TopicPartition(RAW, number)) or 0 for number in range(2)
    )
    assert committed == between
    async with running(backend):
        await until(lambda: out_count(backend) >= 1_000)
    assert_exactly_once(backend, 2)


async def test_replicas_share_the_partitions_and_a_rebalance_loses_nothing() -> None:
    backend = world(6)
    produce_stream(backend, 6, 1_500)
    async with running(backend) as first:
        await until(lambda: out_count(backend) >= 200)
        async with running(backend) as second:
            await until(
                lambda: first.health().ready and second.health().ready and second.health().assigned == 3
            )
            produce_stream(backend, 6, 1_500, seed=2)
            await until(lambda: out_count(backend) >= 2_000)
        produce_stream(backend, 6, 500, seed=3)
        await until(lambda: out_count(backend) >= 3_500)
    assert_exactly_once(backend, 6)


async def test_a_replica_without_partitions_is_a_ready_hot_spare() -> None:
    backend = world(1)
    async with running(backend) as first, running(backend) as second:
        await until(lambda: first.health().ready and second.health().ready)
        backend.broker.produce(RAW, 0, raw("a", "x"))
        await until(lambda: out_count(backend) == 1)
        assert sorted([first.health().assigned, second.health().assigned]) == [0, 1]


@pytest.mark.parametrize("seed", range(12))
async def test_any_failure_of_the_broker_is_survived(seed: int) -> None:
    """Before a step, or after it with the answer lost: the commit's outcome is then unknown."""
    chance = random.Random(seed)
    failures = 0

    async def hook(step: Step, partition: TopicPartition) -> None:
        nonlocal failures
        await asyncio.sleep(0)
        if chance.random() < 0.12 and failures < 80:
            failures += 1
            raise UnavailableError(f"{step.value} failed")

    backend = world(3, hook)
    produce_stream(backend, 3, 600, seed)
    async with running(backend, replace(QUICK, transaction_records_max=17, poll_records_max=23)):
        await until(lambda: out_count(backend) >= 600)
    assert failures >= 5, f"seed {seed} hurt nothing"
    assert_exactly_once(backend, 3)


@pytest.mark.parametrize("seed", range(6))
async def test_killed_replicas_lose_nothing(seed: int) -> None:
    """A replica that dies at any await: its tasks are cancelled without a chance to commit anything."""
    chance = random.Random(seed)
    backend = world(3)
    produce_stream(backend, 3, 600, seed)
    options = replace(QUICK, transaction_records_max=13, poll_records_max=19)
    for _ in range(8):
        pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, options, RecordingTelemetry())
        task = asyncio.create_task(pipeline.run(asyncio.Event()))
        for _ in range(chance.randrange(5, 400)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    async with running(backend, options):
        await until(lambda: out_count(backend) >= 600)
    assert_exactly_once(backend, 3)


async def test_a_fenced_owner_publishes_nothing() -> None:
    """Another process takes the transactional id while records are in flight: they are published once all the
    same.
    """
    backend, telemetry = world(1), RecordingTelemetry()
    fences = 0

    async def hook(step: Step, partition: TopicPartition) -> None:
        nonlocal fences
        if step is Step.BEFORE_COMMIT and fences < 3:
            fences += 1
            backend.broker.fence(f"wirecopy:{RAW}:0")

    backend.broker.hook = hook
    produce_stream(backend, 1, 100)
    async with running(backend, telemetry=telemetry):
        await until(lambda: out_count(backend) >= 100)
    assert telemetry.fenced_count == 3
    assert_exactly_once(backend, 1)


async def test_fenced_again_at_once_is_fatal() -> None:
    backend = world(1)

    async def hook(step: Step, partition: TopicPartition) -> None:
        if step is Step.BEFORE_COMMIT:
            backend.broker.fence(f"wirecopy:{RAW}:0")

    backend.broker.hook = hook
    produce_stream(backend, 1, 10)
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, replace(QUICK, fenced_again_within_ms=60_000))
    with pytest.raises(FatalError, match="fenced twice"):
        await asyncio.wait_for(pipeline.run(asyncio.Event()), 20)
    assert positions_out(backend) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [("decode fails", KeyError), ("propose fails", ZeroDivisionError), ("enrich fails", IndexError)],
)
async def test_a_fault_of_our_own_costs_one_record_its_verdict_and_no_other(
    body: str, fault: type[Exception]
) -> None:
    backend, telemetry = world(1), RecordingTelemetry()
    for number, text in enumerate(["x", body, "y"]):
        backend.broker.produce(RAW, 0, raw(f"a{number}", text), headers=(("trace", b"1"),))
    async with running(backend, telemetry=telemetry):
        await until(lambda: out_count(backend) == 3)
    assert telemetry.dead == {RejectReason.INTERNAL: 1}
    assert [type(error) for error in telemetry.faults] == [fault]
    assert sorted(positions_out(backend)) == [(0, 0), (0, 1), (0, 2)]


async def test_a_dead_letter_keeps_key_value_and_headers_and_tells_its_origin() -> None:
    backend = world(1)
    backend.broker.produce(RAW, 0, b"{not json", b"key", (("trace", b"1"), ("empty", None)), timestamp_ms=77)
    async with running(backend):
        await until(lambda: out_count(backend) == 1)
    (letter,) = backend.broker.read(DEAD, 0)
    assert (letter.key, letter.value) == (b"key", b"{not json")
    assert letter.headers == (
        ("trace", b"1"),
        ("empty", None),
        ("wirecopy.topic", b"articles.raw"),
        ("wirecopy.partition", b"0"),
        ("wirecopy.offset", b"0"),
        ("wirecopy.timestamp", b"77"),
        ("wirecopy.reason", b"not_json"),
        ("wirecopy.detail", b"not JSON"),
    )


async def test_an_enriched_record_has_the_id_as_key_the_raw_headers_and_the_verdict() -> None:
    backend = world(1)
    backend.broker.produce(RAW, 0, raw("a0", "x"), b"key", (("trace", b"1"), ("verdict", b"forged")))
    async with running(backend):
        await until(lambda: out_count(backend) == 1)
    (record,) = backend.broker.read(ENRICHED, 0)
    assert (record.key, record.headers) == (b"a0", (("trace", b"1"), ("verdict", b"original")))


async def test_corrections_go_out_with_their_cause() -> None:
    backend = world(1)
    for number, body in enumerate(["x", "late"]):
        backend.broker.produce(RAW, 0, raw(f"a{number}", body))
    async with running(backend):
        await until(lambda: out_count(backend) == 2)
    (record,) = backend.broker.read(CORRECTIONS, 0)
    assert (record.key, json.loads(record.value or b"")) == (b"a0", {"id": "a0", "cause": 1})


@pytest.mark.parametrize("told", [True, False], ids=["known limit", "refused by the broker"])
async def test_an_enriched_record_that_does_not_fit_is_a_dead_letter(told: bool) -> None:
    """Also when only the broker knows: the batch it was refused with goes out record by record."""
    backend, telemetry = world(1, record_bytes_max=None if told else 3_000), RecordingTelemetry()
    for number in range(9):
        backend.broker.produce(RAW, 0, raw(f"a{number}", "x" * (5_000 if number == 4 else 10)))
    options = replace(QUICK, output_record_bytes_max=3_000 if told else 10**6)
    async with running(backend, options, telemetry):
        await until(lambda: out_count(backend) == 9)
    assert telemetry.dead == {RejectReason.TOO_LARGE: 1}
    assert_exactly_once(backend, 1)


async def test_a_log_record_that_does_not_fit_is_a_dead_letter() -> None:
    backend, telemetry = world(1), RecordingTelemetry()
    backend.broker.produce(RAW, 0, raw("a" * 500, "x"))
    async with running(backend, replace(QUICK, log_record_bytes_max=900), telemetry):
        await until(lambda: out_count(backend) == 1)
    assert telemetry.dead == {RejectReason.TOO_LARGE: 1}
    assert backend.broker.read(LOG, 0) == []


async def test_foreign_records_on_the_log_are_passed_over() -> None:
    backend, telemetry = world(1), RecordingTelemetry()
    backend.broker.produce(LOG, 0, b"\x00 from another writer")
    backend.broker.produce(RAW, 0, raw("a0", "x"))
    async with running(backend, telemetry=telemetry):
        await until(lambda: out_count(backend) == 1)
    assert telemetry.refused == 1


@pytest.mark.parametrize(
    ("unreadable", "readable_between", "fatal"),
    [(20, 0, True), (19, 0, False), (60, 2, False), (60, 1, True)],
    ids=["run of 20", "run of 19", "a third", "a half and more"],
)
async def test_too_many_unreadable_records_stop_the_service(
    unreadable: int, readable_between: int, fatal: bool
) -> None:
    backend = world(1)
    for number in range(unreadable):
        backend.broker.produce(RAW, 0, b"{not json")
        for more in range(readable_between):
            backend.broker.produce(RAW, 0, raw(f"a{number}-{more}", "x"))
    total = unreadable * (1 + readable_between)
    options = replace(QUICK, breaker_run_records=20, breaker_window_records=40, breaker_ratio=0.49)
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, options)
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))
    if fatal:
        with pytest.raises(BreakerOpenError, match="could not be read"):
            await asyncio.wait_for(task, 20)
        assert len(positions_out(backend)) < total
        return
    await until(lambda: out_count(backend) == total)
    stop.set()
    await task


async def test_what_is_in_flight_is_bounded_by_count_and_bytes() -> None:
    """The log stands still: no more is taken in than the bounds allow, and polling goes on."""
    gate = asyncio.Event()

    async def hook(step: Step, partition: TopicPartition) -> None:
        if step is Step.BEFORE_READ and partition.topic == LOG:
            await gate.wait()

    gate.set()
    backend = world(2, hook)
    options = replace(QUICK, poll_records_max=10, in_flight_records_max=50, in_flight_bytes_max=40_000)
    async with running(backend, options) as pipeline:
        await until(lambda: pipeline.health().ready)
        gate.clear()
        for number in range(400):
            backend.broker.produce(RAW, number % 2, raw(f"a{number}", "x" * 100))
        await until(lambda: pipeline._in_flight.records > 20)
        await asyncio.sleep(0.1)
        assert pipeline._in_flight.size_bytes <= 40_000 + 10 * 1_000
        assert all(worker.records <= 50 for worker in pipeline._workers.values())
        gate.set()
        await until(lambda: out_count(backend) == 400)
    assert_exactly_once(backend, 2)


async def test_an_index_that_fits_not_the_log_is_fatal() -> None:
    backend = world(1)
    for number in range(5):
        backend.broker.produce(LOG, 0, b"x")
        del number
    engine = ToyEngine()
    engine.replay_many([(0, 0, b"x")])
    backend.broker.truncate(LOG, 0, 3)
    pipeline = Pipeline(backend, engine, TOY_STEPS, QUICK)
    with pytest.raises(FatalError, match="built anew from the log"):
        await asyncio.wait_for(pipeline.run(asyncio.Event()), 20)


async def test_retention_past_the_committed_offset_stops_the_service() -> None:
    backend = world(1)
    produce_stream(backend, 1, 10)
    backend.broker.commit("wirecopy", TopicPartition(RAW, 0), Committed(2))
    backend.broker.truncate(RAW, 0, 5)
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, QUICK)
    with pytest.raises(FatalError, match="committed offset 2"):
        await asyncio.wait_for(pipeline.run(asyncio.Event()), 20)


async def test_a_part_that_stands_still_ends_the_process_with_what_it_waits_for() -> None:
    async def hook(step: Step, partition: TopicPartition) -> None:
        if step is Step.BEFORE_OPEN:
            await asyncio.Event().wait()

    backend = world(1, hook)
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, replace(QUICK, progress_timeout_ms=300))
    with pytest.raises(WatchdogExpiredError, match=r"articles.raw-0: opening, fencing earlier owners"):
        await asyncio.wait_for(pipeline.run(asyncio.Event()), 20)


async def test_an_outcome_that_never_comes_means_a_new_incarnation() -> None:
    """The log answers the append and forgets the record, as an unclean leader election does."""
    backend, telemetry = world(1), RecordingTelemetry()
    forget = True

    async def hook(step: Step, partition: TopicPartition) -> None:
        nonlocal forget
        if step is Step.AFTER_APPEND and forget:
            forget = False
            held = backend.broker._at(partition)
            held.records.clear()

    backend.broker.hook = hook
    backend.broker.produce(RAW, 0, raw("a0", "x"))
    async with running(backend, replace(QUICK, outcome_timeout_ms=50), telemetry):
        await until(lambda: out_count(backend) == 1)
    assert any("did not come back from the log" in str(error) for error in telemetry.rebuilt_errors)
