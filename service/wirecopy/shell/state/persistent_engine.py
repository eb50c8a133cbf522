"""The engine with its state on disk: restored before the log is followed, saved while it is, saved once more at
the end.

Stands between the pipeline and the engine: for the follower it is an engine (`EnginePort`) that also keeps
itself (`StatePort`). Whatever is wrong with the directory, the service starts: what cannot be trusted is told
with its reason and passed over, the next older snapshot is tried, and without any the index is built from the
log, which is what it would be without a directory at all.

A snapshot is taken by a fork. The process stands still only while its page tables are copied (measured at 1
million articles: 30 to 80 ms, where copying the arrays takes 0.8 to 5.6 s), and the child, whose memory is the engine's at
that very log offset, writes it out beside us. In a program with threads a child may inherit a lock that nobody will ever
release; so the child takes none: it closes what it inherited, reads arrays, writes files, and ends by `_exit`. Should
it hang nevertheless, it is killed after `state_child.SECONDS_MAX` and that snapshot is not taken: nothing waits for
it, and nothing of it is believed before the parent has read its manifest. The obvious other way, copying
arrays bit by bit between batches, needs either all writers to mark what they touch, or a pause.

Invariants: what is on disk was the state of an engine at rest between two batches; after an engine has failed
nothing is saved; blob segments are linked only from a snapshot of this very index (restored or written by this
process), since an index that was built anew from the log numbers them otherwise.
"""

from __future__ import annotations

import asyncio
import errno
import mmap
import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Final

import numpy as np

from wirecopy.core.engine import ENGINE_VERSION, Engine, Proposal, Remembered
from wirecopy.core.hashing import xxh3_128_hex
from wirecopy.core.model import Agreement, EngineStats, Outcome, RawArticle, Refused
from wirecopy.shell import locking
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.observe.events import StateRefusal, Telemetry
from wirecopy.shell.options import StateOptions
from wirecopy.shell.ports import FingerprintLog
from wirecopy.shell.state import read as state_read
from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.child import Child
from wirecopy.shell.state.format import MANIFEST, LastRecord, Manifest, Place, Unusable, parse, sealed_names
from wirecopy.shell.state.write import Previous

CHILD_POLL_SECONDS: Final = 0.05
LAST_BYTES_MAX: Final = 2 * 1024**3  # of an index that is saved at a stop: a few seconds of a usual disk
LOG_READ_TIMEOUT_MS: Final = 500
LOG_READS_MAX: Final = 60  # 30 s for one record that the log surely holds


class PersistentEngine:
    """One engine, one directory. `restore`, `between_batches` and `close` are called by the follower's task alone."""

    def __init__(self, options: StateOptions, telemetry: Telemetry) -> None:
        self._options = options
        self._telemetry = telemetry
        self._engine = Engine(window_ms=options.window_ms, rewritten=options.rewritten)
        self._last_record: tuple[int, int, bytes] | None = None
        self._failed = False
        self._lock: int | None = None
        self._restored = False
        self._trusted: list[Path] = []
        self._previous: Previous | None = None
        self._saved_offset = 0
        self._saved_at: float | None = None
        self._written_bytes = 0
        self._mapped: set[str] = set()  # blob segments that are read from files
        self._unmapped: Previous | None = None  # published, its sealed segments still held in memory too
        self._watch: asyncio.Task[None] | None = None
        self._publishing: asyncio.Future[None] | None = None
        self._child: Child | None = None

    # ---- the engine, as the pipeline sees it
    @property
    def engine(self) -> Engine:
        """The engine as it stands, for tests; another takes its place when state is restored."""
        return self._engine

    def propose(self, article: RawArticle) -> Proposal:
        return self._engine.propose(article)

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused | Agreement]:
        try:
            outcomes = self._engine.replay_many(records)
        except BaseException:
            self._failed = True  # half of a record may be in it
            raise
        if records:
            self._last_record = records[-1]
        return outcomes

    def judged(self, topic: str, partition: int) -> tuple[int, int] | None:
        return self._engine.judged(topic, partition)

    def body_at(self, topic: str, partition: int, offset: int) -> str | None:
        return self._engine.body_at(topic, partition, offset)

    def agreed(self) -> Agreement | None:
        return self._engine.agreed()

    def stats(self) -> EngineStats:
        return self._engine.stats()

    def check(self, proposal: Proposal) -> Outcome:
        return self._engine.check(proposal)

    def at_url(self, url: str) -> Remembered | None:
        return self._engine.at_url(url)

    # ---- restoring
    async def restore(self, log: FingerprintLog, first: int, end: int, executor: Executor) -> None:
        """Takes over the newest snapshot that can be trusted and whose place the log still holds. Raises what
        `log` raises: asked again then, it begins anew.
        """
        loop = asyncio.get_running_loop()
        if self._restored or self._engine.stats().log_offset:
            return
        found = await loop.run_in_executor(executor, self._open_directory)
        if isinstance(found, Unusable):
            self._refuse("", found)
            found = []
        for directory in found:
            manifest = await loop.run_in_executor(executor, state_read.read_manifest, directory)
            if isinstance(manifest, Manifest):
                manifest = await self._placed(manifest, log, first, end)
            taken = manifest
            if isinstance(manifest, Manifest):
                taken = await self._take(directory, manifest, executor)
            if not isinstance(taken, Unusable):
                break
            self._refuse(directory.name, taken)
        self._restored = True
        self._saved_at = loop.time()

    def _refuse(self, name: str, unusable: Unusable) -> None:
        self._telemetry.state_refused(unusable.reason, name or str(self._options.directory), unusable.detail)

    def _open_directory(self) -> list[Path] | Unusable:
        """Takes the directory for this process; returns its snapshots, newest first."""
        root = self._options.directory
        try:
            root.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = locking.taken(root)
            if self._lock is None:
                return Unusable(
                    StateRefusal.IN_USE,
                    "another process uses this directory. Give each replica its own WIRECOPY_STATE_DIR",
                )
            state_write.discard_unfinished(root)
            return state_write.snapshots(root)
        except OSError as error:
            return Unusable(StateRefusal.UNREADABLE, str(error))

    async def _placed(
        self, manifest: Manifest, log: FingerprintLog, first: int, end: int
    ) -> Manifest | Unusable:
        """Whether this engine may go on in this log from where the snapshot stands."""
        place, options = manifest.place, self._options
        if place.engine_version != ENGINE_VERSION:
            detail = f"written by engine version {place.engine_version}; this is version {ENGINE_VERSION}"
            return Unusable(StateRefusal.ENGINE_VERSION, detail)
        if place.window_ms != options.window_ms:
            detail = f"written with a window of {place.window_ms} ms; the setting is {options.window_ms} ms"
            return Unusable(StateRefusal.WINDOW, detail)
        if place.topic != options.topic:
            return Unusable(
                StateRefusal.TOPIC, f"written from the topic {place.topic}; the setting is {options.topic}"
            )
        last = place.last
        if last.offset != place.next_offset - 1 or not first <= last.offset < end:
            detail = f"its last record has offset {last.offset}, but the log holds {first} to {end}"
            return Unusable(StateRefusal.STALE, detail)
        record = await _record_at(log, last.offset)
        if record is None or LastRecord(record[0], record[1], xxh3_128_hex(record[2])) != last:
            detail = (
                f"the log holds another record at offset {last.offset}: the topic was recreated,"
                " or belongs to another cluster"
            )
            return Unusable(StateRefusal.OTHER_LOG, detail)
        return manifest

    async def _take(self, directory: Path, manifest: Manifest, executor: Executor) -> Manifest | Unusable:
        """Makes the snapshot's engine ours."""
        loop = asyncio.get_running_loop()
        began_at, cpu = loop.time(), time.thread_time
        template = Engine(window_ms=self._options.window_ms).state()

        def load() -> tuple[Engine | Unusable, float]:
            started = cpu()
            return state_read.load(directory, manifest, Engine.from_state, template), cpu() - started

        engine, cpu_seconds = await loop.run_in_executor(executor, load)
        if isinstance(engine, Unusable):
            return engine
        if engine.rewritten is not self._options.rewritten:
            detail = f"written with rewritten={engine.rewritten}; the setting is {self._options.rewritten}"
            return Unusable(StateRefusal.REWRITTEN, detail)
        self._engine = engine
        self._mapped = {array.name for array in manifest.arrays} & sealed_names(
            [a.name for a in manifest.arrays]
        )
        self._trusted, self._previous = [directory], Previous(directory, manifest)
        self._saved_offset = manifest.place.next_offset
        self._telemetry.state_restored(
            manifest.place.articles, manifest.place.next_offset, loop.time() - began_at, cpu_seconds
        )
        return manifest

    # ---- saving
    def between_batches(self) -> None:
        """Between two batches: begins a snapshot when it is time. Returns at once, but for the fork."""
        now = asyncio.get_running_loop().time()
        if self._unmapped is not None and self._child is None:
            self._map_sealed(self._unmapped)
            self._unmapped = None
        if self._lock is None or self._child is not None or self._failed:
            return
        due_at = (self._saved_at or 0.0) + self._options.snapshot_interval_ms / 1000
        if self._last_record is None or now < due_at or self._engine.stats().log_offset == self._saved_offset:
            return
        self._saved_at = now
        if not self._options.fork:
            self._save_here()
            return
        try:
            root, engine = self._options.directory, self._engine
            self._child = Child.fork(root, engine.state, self._place(), self._previous, now)
        except OSError as error:  # no memory for the page tables, no process left
            self._telemetry.snapshot_failed(error)
            return
        self._watch = asyncio.create_task(self._await_child(self._child), name="snapshot")

    def _place(self) -> Place:
        record = self._last_record
        assert record is not None, "what took no record is not saved"
        last = LastRecord(record[0], record[1], xxh3_128_hex(record[2]))
        return Place.of(self._engine.stats(), self._options.window_ms, self._options.topic, last)

    async def _await_child(self, child: Child) -> None:
        """Waits for the child, and publishes what it wrote."""
        loop = asyncio.get_running_loop()
        try:
            while not child.ended(loop.time()):  # noqa: ASYNC110 - a process has no event to wait for
                await asyncio.sleep(CHILD_POLL_SECONDS)
            self._publishing = loop.run_in_executor(None, self._publish, child.written, child.next_offset)
            await asyncio.shield(self._publishing)
            self._report(child.paused_seconds, loop.time() - child.began_at)
        except (OSError, TimeoutError) as error:
            self._telemetry.snapshot_failed(error)
            child.end()
            state_write.discard_unfinished(self._options.directory)
        finally:
            if self._child is child:
                self._child = None

    def _publish(self, written: Path, next_offset: int) -> None:
        """Gives a written snapshot its name. OSError where it is not what it should be."""
        before = self._previous.manifest if self._previous is not None else None
        root, kept = self._options.directory, self._options.snapshots_kept
        manifest = _manifest_of(written)
        left = state_write.publish(root, written, next_offset, self._trusted, kept)
        known = {file.name for file in before.files} if before is not None else set()
        self._written_bytes = sum(f.size_bytes for f in manifest.files if f.name not in known)
        self._trusted, self._previous = left, Previous(left[0], manifest)
        self._saved_offset, self._unmapped = next_offset, self._previous

    def _report(self, paused_seconds: float, seconds: float) -> None:
        assert self._previous is not None
        self._telemetry.snapshot_taken(
            self._saved_offset,
            seconds,
            paused_seconds,
            self._previous.manifest.size_bytes,
            self._written_bytes,
        )

    def _save_here(self) -> None:
        """Writes and publishes in this thread; the engine must be at rest."""
        started = time.perf_counter()
        place = self._place()
        try:
            root = self._options.directory
            tag = f"{os.getpid()}-here"
            written = state_write.write(root, self._engine.state(), place, self._previous, tag)
            self._publish(written, place.next_offset)
        except OSError as error:
            self._telemetry.snapshot_failed(error)
            return
        seconds = time.perf_counter() - started
        self._report(seconds, seconds)

    def _map_sealed(self, saved: Previous) -> None:
        """Full blob segments are read from the snapshot's files from now on; their memory is free."""
        wanted = self._engine.sealed_arrays()
        self._mapped &= set(wanted)
        memory: dict[str, mmap.mmap] = {}
        for array in saved.manifest.arrays:
            number = wanted.get(array.name)
            if number is None or array.name in self._mapped or not array.file.startswith("sealed-"):
                continue  # one that has been filled since then was saved half full
            try:
                if array.file not in memory:
                    with (saved.directory / array.file).open("rb") as file:
                        memory[array.file] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            except OSError:
                return  # the segments stay where they are
            count = array.shape[0]
            self._engine.map_array(number, np.frombuffer(memory[array.file], np.uint8, count, array.start))
            self._mapped.add(array.name)

    # ---- the end
    async def close(self, executor: Executor) -> None:
        """Saves once more where that is quick, and leaves the directory. Nothing is replayed after it."""
        self._give_up_writing()  # it is older than what comes now
        if self._watch is not None:
            await asyncio.wait([self._watch])
        if self._publishing is not None and not self._publishing.done():
            await asyncio.wait([self._publishing])
        if self._lock is None:
            return
        loop = asyncio.get_running_loop()
        # behind what the executor is still replaying
        await loop.run_in_executor(executor, self._save_last)
        self.abandon()

    def _save_last(self) -> None:
        stats = self._engine.stats()
        moved = self._last_record is not None and stats.log_offset != self._saved_offset
        if moved and not self._failed and stats.index_bytes <= LAST_BYTES_MAX:
            self._save_here()

    def abandon(self) -> None:
        """Lets go of the directory, as the end of the process does: what is still being written is given up."""
        self._give_up_writing()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _give_up_writing(self) -> None:
        """Ends the child that writes, and whoever waits for it."""
        if self._watch is not None:
            self._watch.cancel()
        if self._child is not None:
            self._child.end()
            self._child = None


async def _record_at(log: FingerprintLog, offset: int) -> tuple[int, int, bytes] | None:
    """The log's record at an offset below its end; None where there is a gap."""
    await log.follow(offset)
    for _ in range(LOG_READS_MAX):
        batch = await log.read(LOG_READ_TIMEOUT_MS, 1)
        if batch.records:
            record = batch.records[0]
            return record if record.offset == offset else None
        if batch.next_offset > offset:
            return None
    raise UnavailableError(f"the fingerprint log does not return its record at offset {offset}")


def _manifest_of(written: Path) -> Manifest:
    """What was just written, read back. OSError where it is not what it should be."""
    manifest = parse((written / MANIFEST).read_bytes())
    if isinstance(manifest, Unusable):
        raise OSError(errno.EIO, f"the snapshot just written cannot be read back: {manifest.detail}")
    return manifest
