"""Laws of the kept engine: a restart reads the log's tail alone and says the same; whatever is wrong with the
directory, the index is built from the log and the reason told; nothing is saved that was not at rest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.core.story import assert_equal_engines
from tests.shell.state.states import TOPIC, WINDOW_MS, Log, engine_of, log_of, options, saved
from tests.sim.articles import START_MS
from wirecopy.core.engine import Engine
from wirecopy.core.model import Agreement, Outcome, Refused
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.observe.events import StateRefusal, Telemetry
from wirecopy.shell.ports import FingerprintLog, LogRecord
from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.format import MANIFEST
from wirecopy.shell.state.persistent_engine import PersistentEngine

LOG = log_of(60)


class RecordingTelemetry(Telemetry):
    def __init__(self) -> None:
        super().__init__()
        self.refused: list[StateRefusal] = []
        self.restored: list[int] = []
        self.taken: list[int] = []
        self.failed: list[BaseException] = []

    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None:
        self.refused.append(reason)

    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None:
        self.restored.append(log_offset)

    def snapshot_taken(self, log_offset: int, *_: Any) -> None:
        self.taken.append(log_offset)

    def snapshot_failed(self, error: BaseException) -> None:
        self.failed.append(error)


class Following:
    """A log on the embedded broker, and an engine that follows it as the follower does."""

    def __init__(self, root: Path, records: Log, **other: object) -> None:
        now = [START_MS]
        broker = MemoryBroker(lambda: now[0])
        backend = MemoryBackend(broker)
        backend.create_topics(1)
        for _, time_ms, value in records:
            now[0] = time_ms
            broker.produce(TOPIC, 0, value)
        self.log: FingerprintLog = backend.log()
        self.told = RecordingTelemetry()
        self.engine = PersistentEngine(options(root, **other), self.told)
        self.executor = ThreadPoolExecutor(1)
        self.read: list[int] = []
        self.outcomes: list[Outcome | Refused | Agreement] = []

    async def begin(self) -> None:
        await self.log.start()
        first, end = await self.log.bounds()
        await self.engine.restore(self.log, first, end, self.executor)

    async def follow(self, until: int, *, step: int = 5) -> None:
        await self.log.follow(self.engine.stats().log_offset)
        while (at := self.engine.stats().log_offset) < until:
            batch = await self.log.read(500, min(step, until - at))
            self.read += [record.offset for record in batch.records]
            self.outcomes += self.engine.replay_many(batch.records)
            self.engine.between_batches()

    async def save(self) -> None:
        """Waits until a snapshot of the present place is there, or none can be taken."""
        async with asyncio.timeout(30):
            while self.told.taken[-1:] != [self.engine.stats().log_offset] and not self.told.failed:
                self.engine.between_batches()
                await asyncio.sleep(0.01)

    def killed(self) -> None:
        self.engine.abandon()
        self.executor.shutdown()


@pytest.mark.parametrize("fork", [True, False])
async def test_a_restart_reads_only_the_tail_and_says_the_same(tmp_path: Path, fork: bool) -> None:
    whole = Engine(window_ms=WINDOW_MS)
    said = whole.replay_many([LogRecord(*record) for record in LOG])
    first = Following(tmp_path / "state", LOG, fork=fork)
    await first.begin()
    await first.follow(20)
    await first.save()
    await first.follow(40)
    await first.save()
    await first.follow(45)
    first.killed()
    assert not first.told.failed
    second = Following(tmp_path / "state", LOG, fork=fork)
    await second.begin()
    assert second.told.restored == [first.told.taken[-1]]
    await second.follow(len(LOG))
    assert second.read == list(range(second.told.restored[0], len(LOG)))
    assert second.outcomes == said[second.told.restored[0] :]
    assert_equal_engines(second.engine.engine, whole)
    second.killed()


async def test_a_graceful_stop_saves_once_more(tmp_path: Path) -> None:
    first = Following(tmp_path / "state", LOG, snapshot_interval_ms=3_600_000)
    await first.begin()
    await first.follow(33)
    assert not first.told.taken
    await first.engine.close(first.executor)
    assert first.told.taken == [33]
    second = Following(tmp_path / "state", LOG)
    await second.begin()
    assert second.told.restored == [33]
    await second.engine.close(second.executor)
    assert not second.told.taken, "nothing had changed"


async def test_blob_segments_are_read_from_files_once_they_are_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirecopy.core.index.articles.SEGMENT_BYTES", 1 << 13)
    monkeypatch.setattr("wirecopy.core.index.articles.BLOB_BYTES_MAX", 1 << 12)
    following = Following(tmp_path / "state", LOG)
    await following.begin()
    for until in (20, 40, len(LOG)):
        await following.follow(until)
        await following.save()
    following.engine.between_batches()
    sealed = following.engine.engine.sealed_arrays()
    assert len(sealed) >= 2
    assert following.engine._mapped == set(sealed)
    assert_equal_engines(following.engine.engine, engine_of(LOG))
    following.killed()


# ---- what is not trusted
def _recreated(log: Log) -> Log:
    return [(offset, time_ms + 1, value) for offset, time_ms, value in log]


def _cut(root: Path) -> None:
    live = next(state_write.snapshots(root)[0].glob("live-*"))
    with live.open("r+b") as file:
        file.truncate(4096)


def _flip(root: Path) -> None:
    live = next(state_write.snapshots(root)[0].glob("live-*"))
    data = bytearray(live.read_bytes())
    data[3] ^= 1
    live.write_bytes(data)


def _no_manifest(root: Path) -> None:
    (state_write.snapshots(root)[0] / MANIFEST).unlink()


def _nothing(_: Path) -> None:
    pass


ROWS: list[tuple[str, Callable[[Path], None], dict[str, Any], Callable[[Log], Log], StateRefusal]] = [
    ("engine version", _nothing, {"engine_version": 10_000}, list, StateRefusal.ENGINE_VERSION),
    ("window", _nothing, {"window_ms": WINDOW_MS + 1}, list, StateRefusal.WINDOW),
    ("topic", _nothing, {"topic": "another.log"}, list, StateRefusal.TOPIC),
    ("beyond the log's end", _nothing, {}, lambda log: log[:30], StateRefusal.STALE),
    ("the log made anew", _nothing, {}, _recreated, StateRefusal.OTHER_LOG),
    ("cut short", _cut, {}, list, StateRefusal.TORN),
    ("a bit", _flip, {}, list, StateRefusal.CORRUPT),
    ("no manifest", _no_manifest, {}, list, StateRefusal.TORN),
]


@pytest.mark.parametrize(
    ("damage", "place", "log", "reason"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
async def test_what_cannot_be_trusted_is_told_and_rebuilt(
    tmp_path: Path,
    damage: Callable[[Path], None],
    place: dict[str, Any],
    log: Callable[[Log], Log],
    reason: StateRefusal,
) -> None:
    root = tmp_path / "state"
    saved(root, engine_of(LOG[:41]), LOG, **place)
    damage(root)
    records = log(LOG)
    following = Following(root, records)
    await following.begin()
    assert following.told.refused == [reason]
    assert not following.told.restored
    await following.follow(len(records))
    assert_equal_engines(following.engine.engine, engine_of(records))
    await following.save()
    names = [path.name for path in state_write.snapshots(root)]
    assert names[0] == f"snapshot-{len(records):020d}"
    assert f"snapshot-{41:020d}" not in names, "the refused one makes place"
    following.killed()


async def test_the_older_snapshot_serves_where_the_newer_is_damaged(tmp_path: Path) -> None:
    root, engine = tmp_path / "state", engine_of(LOG[:20])
    older = saved(root, engine, LOG)
    engine.replay_many(LOG[20:40])
    saved(root, engine, LOG, older)
    _flip(root)
    following = Following(root, LOG)
    await following.begin()
    assert following.told.refused == [StateRefusal.CORRUPT]
    assert following.told.restored == [20]
    following.killed()


async def test_a_directory_serves_one_process(tmp_path: Path) -> None:
    first, second = (Following(tmp_path / "state", LOG) for _ in range(2))
    await first.begin()
    await second.begin()
    assert second.told.refused == [StateRefusal.IN_USE]
    await second.follow(10)
    await asyncio.sleep(0.11)
    second.engine.between_batches()
    await second.engine.close(second.executor)
    assert not second.told.taken
    assert not state_write.snapshots(tmp_path / "state")
    first.killed()


async def test_a_directory_that_cannot_be_made_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    following = Following(tmp_path / "file" / "state", LOG)
    await following.begin()
    assert following.told.refused == [StateRefusal.UNREADABLE]
    await following.follow(len(LOG))
    await following.engine.close(following.executor)


async def test_a_log_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    """A transient failure is no reason to mistrust a snapshot."""
    saved(tmp_path / "state", engine_of(LOG[:40]), LOG)
    following = Following(tmp_path / "state", LOG)
    read: Callable[..., Awaitable[Any]] = following.log.read

    async def silent(*_: object) -> None:
        raise UnavailableError("no answer")

    following.log.read = silent  # type: ignore[method-assign,assignment]
    with pytest.raises(UnavailableError):
        await following.begin()
    following.log.read = read  # type: ignore[method-assign,assignment]
    await following.begin()
    assert following.told.restored == [40]
    assert not following.told.refused
    following.killed()


# ---- what is not saved
async def test_an_engine_that_failed_is_never_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    following = Following(tmp_path / "state", LOG)
    await following.begin()
    await following.follow(20)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "replay_many", fails)
    with pytest.raises(ZeroDivisionError):
        await following.follow(25)
    await asyncio.sleep(0.11)
    following.engine.between_batches()
    await following.engine.close(following.executor)
    assert not following.told.taken


@pytest.mark.parametrize("fork", [True, False])
async def test_a_full_disk_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork: bool
) -> None:
    following = Following(tmp_path / "state", LOG, fork=fork)
    await following.begin()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        await following.follow(20)
        await following.save()
    (error,) = following.told.failed[:1]
    assert "No space left" in str(error)
    following.told.failed.clear()
    assert not list((tmp_path / "state").glob("snapshot-*"))
    await following.follow(25)
    await following.save()
    assert following.told.taken == [25]
    following.killed()


async def test_a_child_that_is_killed_or_hangs_costs_that_snapshot_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = Following(tmp_path / "state", LOG, fork=True)
    await following.begin()
    with monkeypatch.context() as patched:
        patched.setattr(state_write, "write", lambda *_: signal_pause())
        patched.setattr("wirecopy.shell.state.child.SECONDS_MAX", 0.2)
        await following.follow(20)
        await following.save()
    assert isinstance(following.told.failed[0], TimeoutError)
    following.told.failed.clear()
    await following.follow(25)
    await following.save()
    assert following.told.taken == [25]
    following.killed()


def signal_pause() -> None:
    import signal

    signal.pause()
