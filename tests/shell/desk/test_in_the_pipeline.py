"""A match is published with its verdict or not at all: once for each raw record, whatever fails; and `scan` finds the same."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.beside import until
from tests.shell.pipeline.test_pipeline import QUICK, Clock, RecordingTelemetry
from wirecopy import samples
from wirecopy.core.engine import Engine
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker, Step
from wirecopy.shell.backends.memory.keyed import MemoryKeyed
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.watch import Watch
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.binding import bound_steps
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
from wirecopy.shell.ports import OutputRecord, TopicPartition

WATCHES = (
    Watch("a", publishers=("Meridian Press",)),
    Watch("b", languages=("de", "fr")),
    Watch("c", verdicts=("update", "duplicate")),
)


def watching() -> WatchList:
    made = WatchList(MemoryKeyed(MemoryBroker(lambda: 1), "watches"), Parties({}))
    for watch in WATCHES:
        made.watches.put(watch)
    return made


def scanned() -> list[dict[str, Any]]:
    stream = io.BytesIO()
    lines = (Line(number, value) for number, value in enumerate(samples.lines()))
    scan(lines, ScanOutputs(matches=stream), ScanOptions(FieldPaths(), {}, watching=watching()))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def run(backend: MemoryBackend, count: int, lists: WatchList) -> None:
    steps = replace(bound_steps(FieldPaths(), {}), watched=lists.judged, watched_again=lists.corrected)
    pipeline = Pipeline(backend, Engine(), steps, QUICK, RecordingTelemetry())
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))
    broker = backend.broker

    def out() -> int:
        topics = ("articles.enriched", "articles.dead")
        return sum(broker.bounds(TopicPartition(topic, 0))[1] for topic in topics)

    await until(lambda: out() >= count, 60)
    stop.set()
    await task


def published(backend: MemoryBackend) -> list[dict[str, Any]]:
    return [json.loads(one.value or b"") for one in backend.broker.read("articles.matches", 0)]


def without_topics(records: list[dict[str, Any]]) -> list[str]:
    """Of one order and one origin: what is said, and how often."""
    told = []
    for record in records:
        text = json.dumps({**record, "id": ""}).replace('"articles.raw"', '"scan"')
        told.append(text)
    return sorted(told)


async def test_a_run_publishes_what_a_scan_finds() -> None:
    backend = MemoryBackend(MemoryBroker(Clock()))
    backend.create_topics(1)
    for value in samples.lines():
        backend.broker.produce("articles.raw", 0, value)
    await run(backend, len(samples.lines()), watching())
    found = published(backend)
    assert without_topics(found) == without_topics(scanned())
    assert {one["watch"]["id"] for one in found} == {"a", "b", "c"}
    assert "correction" in {one["cause"] for one in found}


@pytest.mark.parametrize("seed", range(6))
async def test_each_match_is_published_once_whatever_fails(seed: int) -> None:
    chance = random.Random(seed)

    async def hook(step: Step, partition: TopicPartition) -> None:
        if step is not Step.BEFORE_POLL and chance.random() < 0.08:
            raise UnavailableError(f"{step} failed")

    backend = MemoryBackend(MemoryBroker(Clock(), hook))
    backend.create_topics(1)
    for value in samples.lines():
        backend.broker.produce("articles.raw", 0, value)
    await run(backend, len(samples.lines()), watching())
    found = published(backend)
    assert without_topics(found) == without_topics(scanned())
    assert max(Counter(one["id"] for one in found).values()) == 1
    keys = {one.key for one in backend.broker.read("articles.matches", 0)}
    assert keys == {b"a", b"b", b"c"}


async def test_a_fault_of_a_watch_costs_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> list[OutputRecord]:
        raise ValueError("a fault of ours")

    backend = MemoryBackend(MemoryBroker(Clock()))
    backend.create_topics(1)
    for value in samples.lines():
        backend.broker.produce("articles.raw", 0, value)
    lists = watching()
    monkeypatch.setattr(lists, "judged", failing)
    monkeypatch.setattr(lists, "corrected", failing)
    await run(backend, len(samples.lines()), lists)
    assert len(backend.broker.read("articles.enriched", 0)) == len(samples.lines())
    assert not backend.broker.read("articles.matches", 0)
