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
from tests.core.story import prose
from tests.shell.pipeline.test_pipeline import QUICK, Clock, RecordingTelemetry
from tests.test_schemas import faults
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


# ---- recalls
TEXT, OTHER = prose(1, 260), prose(2, 260)
RECALLING = (
    Watch("all", recalls=True),
    Watch("german", recalls=True, languages=("de",)),
    Watch("ours", recalls=True, publishers=("meridian.example",), targets=("newsroom",)),
    Watch("silent", publishers=("meridian.example",)),
    Watch("theirs", recalls=True, publishers=("birch.example",)),
)


def raw(id_: str, site: str, body: str, minute: int, **more: Any) -> bytes:
    value = {
        "id": id_,
        "url": f"https://{site}/{id_}",
        "publisher": site,
        "title": f"Title of {id_}",
        "body": body,
        "language": "en",
        "published_at": f"2026-06-02T06:{minute:02}:00Z",
        **more,
    }
    return json.dumps(value).encode()


STREAM = (
    raw("a", "meridian.example", TEXT, 0),
    raw("copy", "birch.example", TEXT, 1),
    raw("b", "cedar.example", OTHER, 2),
    raw("a", "meridian.example", TEXT.rpartition("\n\n")[0], 3, version=2),  # a paragraph less
    raw(
        "a", "meridian.example", TEXT.rpartition("\n\n")[0], 4, version=3, pubstatus="canceled"
    ),  # a duplicate
    raw("b", "cedar.example", OTHER + "\n\n" + prose(3, 60), 5, version=2),
)
EXPECTED = [
    ("all", "a", False),
    ("all", "a", True),
    ("all", "b", False),
    ("ours", "a", False),
    ("ours", "a", True),
]


def recalling() -> WatchList:
    made = WatchList(MemoryKeyed(MemoryBroker(lambda: 1), "watches"), Parties({}))
    for watch in RECALLING:
        made.watches.put(watch)
    return made


def recalls(records: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return sorted(
        (one["watch"]["id"], one["article"]["id"], one["recall"]["withdrawn"])
        for one in records
        if one["cause"] == "recall"
    )


@pytest.mark.parametrize("seed", [None, *range(6)])
async def test_a_recall_is_told_once_with_the_verdict_whatever_fails(seed: int | None) -> None:
    chance = random.Random(seed)

    async def hook(step: Step, partition: TopicPartition) -> None:
        if seed is not None and step is not Step.BEFORE_POLL and chance.random() < 0.2:
            raise UnavailableError(f"{step} failed")

    backend = MemoryBackend(MemoryBroker(Clock(), hook))
    backend.create_topics(1)
    for value in STREAM:
        backend.broker.produce("articles.raw", 0, value)
    await run(backend, len(STREAM), recalling())
    found = published(backend)
    assert recalls(found) == EXPECTED
    assert len({one["id"] for one in found}) == len(found)
    for one in found:
        assert faults("match", one) == []
    copies = [one for one in found if one["cause"] == "verdict"]
    assert {one["watch"]["id"] for one in copies} == {"all", "ours", "silent"}


def test_a_scan_tells_the_same_recalls() -> None:
    stream = io.BytesIO()
    lines = (Line(number, value) for number, value in enumerate(STREAM))
    scan(lines, ScanOutputs(matches=stream), ScanOptions(FieldPaths(), {}, watching=recalling()))
    assert recalls([json.loads(line) for line in stream.getvalue().splitlines()]) == EXPECTED


def test_a_watch_that_is_removed_or_changed_is_told_of_no_recall() -> None:
    lists = recalling()
    lists.watches.put(Watch("all"))
    for watch in RECALLING:
        lists.watches.remove(watch.id)
    assert not lists.watches.recalling
