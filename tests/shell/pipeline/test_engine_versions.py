"""Laws of two engine versions: they never judge on one log. A replica of another version than the log's ends
before it owns anything; one that reads a record of another version ends there, with nothing judged beyond;
what is damaged stops nobody."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from tests.beside import until
from tests.shell.pipeline.test_pipeline import DEAD, ENRICHED, LOG, QUICK, RAW
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.record import ENGINE_VERSION, checksum_of
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.cli import run
from wirecopy.shell.errors import FatalError
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.settings import Settings

SENTENCE = "The harbour master of Port Selm said on Tuesday that the ferries would sail again in June. "
HEAD_BYTES = 11  # magic, version, checksum


def world() -> MemoryBackend:
    backend = MemoryBackend(MemoryBroker(lambda: time.time_ns() // 1_000_000))
    backend.create_topics(1)
    return backend


def pipeline(backend: MemoryBackend) -> Pipeline:
    return Pipeline(backend, Engine(), run.steps_of(Settings()), QUICK)


def article(number: int) -> bytes:
    return json.dumps({"id": str(number), "publisher": f"{number}.example", "body": SENTENCE * 10}).encode()


def of_version(value: bytes, version: int) -> bytes:
    """A record as a release of another engine version would have written it."""
    rest = value[HEAD_BYTES:]
    return value[:2] + bytes((version,)) + checksum_of(version, rest).to_bytes(8, "little") + rest


async def log_record(backend: MemoryBackend) -> bytes:
    """What our own version writes for an article."""
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline(backend).run(stop))
    backend.broker.produce(RAW, 0, article(0))
    await until(lambda: bool(backend.broker.read(ENRICHED, 0)))
    stop.set()
    await task
    return backend.broker.read(LOG, 0)[0].value or b""


@pytest.mark.parametrize("version", [ENGINE_VERSION + 1, ENGINE_VERSION - 1])
async def test_a_replica_ends_at_the_start_of_a_log_of_another_version_and_owns_nothing(version: int) -> None:
    value = await log_record(world())
    backend = world()
    backend.broker.produce(LOG, 0, of_version(value, version))
    backend.broker.produce(RAW, 0, article(1))
    with pytest.raises(FatalError, match=rf"offset 0 .* engine version {version}, this is {ENGINE_VERSION}"):
        await pipeline(backend).run(asyncio.Event())
    assert not backend.broker.read(ENRICHED, 0)
    assert not backend.broker.read(DEAD, 0)
    assert len(backend.broker.read(LOG, 0)) == 1


async def test_a_running_replica_ends_where_another_version_begins_to_write() -> None:
    value = await log_record(world())
    backend = world()
    task = asyncio.create_task(pipeline(backend).run(asyncio.Event()))
    backend.broker.produce(RAW, 0, article(1))
    await until(lambda: len(backend.broker.read(ENRICHED, 0)) == 1)
    backend.broker.produce(LOG, 0, of_version(value, ENGINE_VERSION + 1))
    backend.broker.produce(RAW, 0, article(2))
    with pytest.raises(FatalError, match="need a log each"):
        await task
    published = backend.broker.read(ENRICHED, 0)
    assert len(published) == 1, "an article was judged by two versions' log"


async def test_damage_that_looks_like_another_version_stops_nobody() -> None:
    value = await log_record(world())
    backend = world()
    for place, bits in ((-1, 1), (2, ENGINE_VERSION ^ (ENGINE_VERSION + 1))):  # the rest; the version alone
        damaged = bytearray(of_version(value, ENGINE_VERSION + 1))
        damaged[place] ^= bits
        backend.broker.produce(LOG, 0, bytes(damaged))
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline(backend).run(stop))
    backend.broker.produce(RAW, 0, article(1))
    await until(lambda: len(backend.broker.read(ENRICHED, 0)) == 1)
    stop.set()
    await task
