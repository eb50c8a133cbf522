"""The pipeline: one poll task, one follower, one worker per owned raw partition, and a watch over all of
them.

    run: log.start → follower catches up with the log's end → source.start → poll … → stop: drain, close,
    leave

The index is caught up before the group is joined, so a rebalance during a restore changes nothing, and a
replica never owns a partition that it cannot judge. The poll task is the only one that touches the source: it
seeks and resumes partitions whose worker has opened them, holds back those that have enough in flight (and
goes on polling, or the group would throw us out), and hands out what comes. Each part bounds its own waits;
the watch ends the process when one of them stands still nevertheless, and says what each was waiting for. A
fatal error of any part stops all of them; offsets in doubt stay uncommitted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from wirecopy.core.model import Outcome, Refused
from wirecopy.shell.errors import (
    FatalError,
    OffsetLostError,
    RefusedError,
    StalledError,
    UnavailableError,
)
from wirecopy.shell.observe import events
from wirecopy.shell.observe.events import Part, Telemetry
from wirecopy.shell.options import PipelineOptions, Shared
from wirecopy.shell.pipeline.back_pressure import BackPressure
from wirecopy.shell.pipeline.breaker import Breaker
from wirecopy.shell.pipeline.follower import Follower
from wirecopy.shell.pipeline.gate import Gate
from wirecopy.shell.pipeline.identity import Identity
from wirecopy.shell.pipeline.lane import CoreLane
from wirecopy.shell.pipeline.partition.flight import InFlight
from wirecopy.shell.pipeline.partition.worker import PartitionWorker, State, WorkerContext
from wirecopy.shell.pipeline.steps import Limits
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.pipeline.watch import AssignmentCount, patiently, require_progress, unless, watch
from wirecopy.shell.ports import (
    Backend,
    EnginePort,
    Lag,
    LogRecord,
    Outputs,
    PipelineHealth,
    RawSource,
    RecordBounds,
    StatePort,
    Steps,
    TopicPartition,
)

POLL_FAILURES_MAX = 10  # in a row, about 6 s: by then another poll does not help, another client may
CORE_THREADS = 2  # for single huge records, and for those who wait for worker processes


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Pipeline:
    """Composes the ports with the engine. One object, one `run`: it returns after a graceful stop, or raises `FatalError`."""

    def __init__(
        self,
        backend: Backend,
        engine: EnginePort,
        steps: Steps,
        options: PipelineOptions | None = None,
        telemetry: Telemetry | None = None,
        wall_clock_ms: Callable[[], int] = _wall_clock_ms,
        state: StatePort | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._backend = backend
        self._options = options or PipelineOptions()
        self._telemetry = telemetry or Telemetry()
        self._executor = ThreadPoolExecutor(CORE_THREADS, thread_name_prefix="core")
        # a thread of its own for questions and for keeping the state: they must not wait behind anybody's decoding
        self._replay_executor = ThreadPoolExecutor(1, thread_name_prefix="replay")
        lane = CoreLane(self._options.inline_bytes_max)
        self.turns = EngineTurns(engine, self._replay_executor, self._options.inline_replays_max, lane)
        self._log = backend.log()
        self._in_flight = InFlight()
        self._pressure = BackPressure(self._options, self._in_flight)
        self._workers: dict[TopicPartition, PartitionWorker] = {}
        self._source: RawSource | None = None
        self._outputs: Outputs | None = None
        self._limits = Limits.of(self._options, RecordBounds())
        self._identity = Identity(shared, engine, self._log, wall_clock_ms)
        self._follower = Follower(
            self._log,
            engine,
            self._options,
            self._telemetry,
            self.turns,
            self._deliver,
            self._followed,
            self._identity,
            None if state is None else (state, self._replay_executor),
        )
        self._state = state
        self._context = WorkerContext(
            engine=engine,
            steps=steps,
            log=self._log,
            options=self._options,
            telemetry=self._telemetry,
            breaker=Breaker(
                self._options.breaker_window_records,
                self._options.breaker_ratio,
                self._options.breaker_run_records,
            ),
            in_flight=self._in_flight,
            lane=lane,
            gate=Gate(lambda: len(self._workers)),
            executor=self._executor,
            wall_clock_ms=wall_clock_ms,
            followed_offset=lambda: self._follower.next_offset,
            limits=lambda: self._limits,
            identity=self._identity,
        )
        self._fatal: asyncio.Future[None] | None = None
        self._assignments = AssignmentCount(self._options)
        self._polled_at = 0.0
        self._poll_waits = "not started"
        self._start_waits = ""
        self._stopping = False

    # ---- what others may ask
    def observe(self, observer: Callable[[Sequence[LogRecord], Sequence[Outcome | Refused]], None]) -> None:
        """From now on `observer` is called with every batch that was replayed, on the event loop: it must be quick, and
        must not raise.
        """
        self._follower.observe = observer

    def lag(self) -> Lag:
        """How far behind this replica is."""
        raw = sum(self._raw_lag(*each) or 0 for each in self._workers.items())
        return Lag(max(0, self._follower.end_offset - self._follower.next_offset), raw)

    def _raw_lag(self, partition: TopicPartition, worker: PartitionWorker) -> int | None:
        """Records from the committed offset to the last stable one; None where either is not known yet."""
        end = self._source.end_offset(partition) if self._source is not None else None
        if end is None or worker.committed_offset is None:
            return None
        return max(0, end - worker.committed_offset)

    def health(self) -> PipelineHealth:
        """A snapshot; cheap enough for every probe."""
        workers = self._workers.values()
        opened = sum(worker.state is State.OPEN for worker in workers)
        return PipelineHealth(
            caught_up=self._follower.caught_up.is_set(),
            assigned=len(self._workers),
            opened=opened,
            waits=tuple(self._waits()),
        )

    def _waits(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        lines = [self._start_waits] if self._start_waits else []
        parts = (
            ("source", self._poll_waits, self._polled_at),
            ("follower", self._follower.waits, self._follower.turned_at),
        )
        for part, waits, turned_at in parts:  # a part that has not begun has no clock yet
            lines.append(f"{part}: {waits}" + (f", for {now - turned_at:.1f} s" if turned_at else ""))
        for partition, worker in sorted(self._workers.items()):
            lines.append(
                f"{partition.topic}-{partition.partition}: {worker.state.value}, {worker.waits},"
                f" {worker.records} in flight, for {max(0.0, now - worker.turned_at):.1f} s"
            )
        return lines

    # ---- the run
    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set: then drain, commit, leave. Raises `FatalError` when it cannot go on."""
        loop = asyncio.get_running_loop()
        self._fatal = loop.create_future()
        self._polled_at = loop.time()
        tasks = [
            self._supervise(self._lead(stop), "lead"),
            self._supervise(self._watch_all(), "watch"),
        ]
        stopped = tasks[0]
        try:
            await asyncio.wait([stopped, self._fatal], return_when=asyncio.FIRST_COMPLETED)
            if self._fatal.done():
                self._fatal.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._shut_down(leave=True)
            if self._fatal.done():
                self._fatal.exception()  # seen, also when we were cancelled

    def _supervise(self, coroutine: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """A task whose failure is the process's: none of them may die in silence."""
        task = asyncio.create_task(coroutine, name=name)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is None or self._fatal is None or self._fatal.done():
            return
        if not isinstance(error, FatalError):
            error = FatalError(f"{task.get_name()} failed: {type(error).__name__}: {error}").with_traceback(
                error.__traceback__
            )
        self._fatal.set_exception(error)

    def _worker_done(self, worker: PartitionWorker, task: asyncio.Task[None]) -> None:
        """A worker that nobody closed has failed, also where its task was cancelled: by nobody of ours, then."""
        if task.cancelled() and not worker.closed and self._fatal is not None and not self._fatal.done():
            self._fatal.set_exception(FatalError(f"{task.get_name()} was cancelled, but not by this service"))
        self._done(task)

    async def _lead(self, stop: asyncio.Event) -> None:
        if not await unless(stop, self._patiently(self._log.start, Part.LOG)):
            return
        follower = self._supervise(self._follower.run(), "follower")
        try:
            if not await _either(self._follower.caught_up, stop):
                return
            if not await unless(stop, self._patiently(self._identity.agree, Part.LOG)):
                return
            if not await unless(stop, self._join()):
                return
            identity = self._supervise(self._identity.watch(), "identity")
            poll = self._supervise(self._poll_all(), "poll")
            try:
                await stop.wait()
                self._stopping = True
                await self._drain()
            finally:
                poll.cancel()
                identity.cancel()
                await asyncio.wait([poll, identity])
                await self._close_workers(0)
        finally:
            follower.cancel()
            await asyncio.wait([follower])

    async def _join(self) -> None:
        """Make a source and join the group."""

        async def start() -> None:
            source = self._backend.source()
            self._source, self._outputs = source, self._backend.outputs(source)
            self._limits = Limits.of(self._options, await self._outputs.record_bounds())
            await source.start(self)

        self._poll_waits = "joining the group"
        await self._patiently(start, Part.SOURCE)

    async def _patiently(self, step: Callable[[], Awaitable[None]], part: Part) -> None:
        await patiently(step, part, self._options, self._telemetry, self._turned)
        self._start_waits = ""

    def _turned(self, failure: str) -> None:
        self._polled_at, self._start_waits = asyncio.get_running_loop().time(), failure

    # ---- the poll task
    async def _poll_all(self) -> None:
        loop = asyncio.get_running_loop()
        failures, succeeded_at = 0, loop.time()
        while True:
            source = self._source
            assert source is not None, "the group is joined before it is polled"
            timeout_ms = self._pressure.apply(source, self._workers, self._stopping)
            self._polled_at, self._poll_waits = loop.time(), "polling"
            try:
                batches = await source.poll(timeout_ms, self._options.poll_records_max)
            except OffsetLostError as error:
                if error.partition in self._workers:
                    self._workers[error.partition].reopen(error_of_reading(error))
                    source.pause(error.partition)
                continue
            except UnavailableError as error:
                failures += 1
                if loop.time() - succeeded_at > self._options.progress_timeout_ms / 1000:
                    raise FatalError(
                        f"the raw topics could not be read for {self._options.progress_timeout_ms} ms: {error}"
                    ) from error
                if failures >= POLL_FAILURES_MAX:
                    failures = 0
                    await self._rejoin(source, error)
                    continue
                self._telemetry.rebuilt(Part.SOURCE, error)
                for opened in self._workers.values():
                    opened.seek_again()
                await asyncio.sleep(min(failures * self._options.retry_delay_ms, 1_000) / 1000)
                continue
            except StalledError as error:
                await self._rejoin(source, error)
                continue
            except RefusedError as error:
                raise FatalError(
                    f"the broker refused access to the raw topics: {error}."
                    " Check with `wirecopy check-config --connect`"
                ) from error
            failures, succeeded_at = 0, loop.time()
            for partition, records in batches.items():
                worker = self._workers.get(partition)
                if worker is not None and not self._stopping:
                    worker.offer(records)
            if not self._stopping:
                for partition, damage in source.take_damaged().items():
                    if partition in self._workers:
                        self._workers[partition].damaged(damage)
                for partition, worker in self._workers.items():
                    worker.passed(source.position(partition))

    async def _rejoin(self, source: RawSource, error: BaseException) -> None:
        """The client is past help: throw it away with all that hangs on it."""
        self._telemetry.rebuilt(Part.SOURCE, error)
        self._poll_waits = "replacing the consumer"
        await self._close_workers(0)
        await source.stop(leave=False)
        await self._join()

    # ---- the group's listener
    async def assigned(self, partitions: frozenset[TopicPartition]) -> None:
        """Only makes the workers, which open in the background: heartbeats stand still during this."""
        self._telemetry.rebalanced(len(partitions))
        self._count_assignment(partitions)
        assert self._source is not None and self._outputs is not None
        for partition in sorted(partitions):
            if partition in self._workers or self._stopping:
                continue
            worker = PartitionWorker(partition, self._source, self._outputs, self._context)
            self._workers[partition] = worker
            worker.start().add_done_callback(partial(self._worker_done, worker))

    async def revoked(self, partitions: frozenset[TopicPartition]) -> None:
        """Let transactions under way end, then drop the workers."""
        gone = [
            self._workers.pop(partition) for partition in sorted(partitions) if partition in self._workers
        ]
        await asyncio.gather(*(worker.close(self._options.revoke_timeout_ms) for worker in gone))
        for worker in gone:
            self._telemetry.partition_closed(worker.partition)

    def _count_assignment(self, partitions: frozenset[TopicPartition]) -> None:
        """Only with static membership: otherwise any replica that joins and leaves again and again looks alike."""
        if not partitions or self._source is None or not self._source.static_member():
            return
        error = self._assignments.count(partitions, asyncio.get_running_loop().time())
        if error is not None and self._fatal is not None and not self._fatal.done():
            self._fatal.set_exception(error)

    # ---- what the follower tells
    def _deliver(self, outcome: Outcome) -> None:
        position = outcome.position
        worker = self._workers.get(TopicPartition(position.topic, position.partition))
        if worker is not None:
            worker.settle(outcome)

    def _followed(self) -> None:
        for worker in self._workers.values():
            worker.followed()

    # ---- the end
    async def _drain(self) -> None:
        """What is in flight is judged and committed, as far as the time for it reaches."""
        try:
            async with asyncio.timeout(self._options.stop_timeout_ms / 1000):
                await asyncio.gather(*(worker.drain() for worker in self._workers.values()))
        except TimeoutError:
            self._telemetry.rebuilt(
                Part.SOURCE,
                TimeoutError("stopped before every record in flight was judged; the rest will be read again"),
            )

    async def _close_workers(self, timeout_ms: int) -> None:
        workers = list(self._workers.values())
        self._workers.clear()
        await asyncio.gather(*(worker.close(timeout_ms) for worker in workers))
        for worker in workers:
            self._telemetry.partition_closed(worker.partition)

    async def _shut_down(self, leave: bool) -> None:
        await self._close_workers(0)
        if self._source is not None:
            await self._source.stop(leave)
        await self._log.stop()
        if self._state is not None:
            await self._state.close(self._replay_executor)
        for executor in (self._executor, self._replay_executor):
            executor.shutdown(wait=False, cancel_futures=True)

    # ---- the watch
    async def _watch_all(self) -> None:
        """Sets gauges, and ends the process when a part stands still."""
        await watch(self._telemetry, self._look)

    def _look(self, now: float) -> None:
        self._set_gauges()
        turned_at = [now]
        if self._follower.turned_at:
            turned_at.append(self._follower.turned_at)
        if self._source is not None:
            turned_at.append(self._polled_at)
        turned_at += [
            worker.turned_at
            for worker in self._workers.values()
            if worker.records or worker.state is State.OPENING
        ]
        require_progress(now, turned_at, self._options.progress_timeout_ms, self._waits)

    def _set_gauges(self) -> None:
        self._telemetry.record(events.IN_FLIGHT_RECORDS, self._in_flight.records)
        self._telemetry.record(events.IN_FLIGHT_BYTES, self._in_flight.size_bytes)
        for partition, worker in self._workers.items():
            lag, paused = self._raw_lag(partition, worker), self._pressure.pauses(worker)
            self._telemetry.partition_sampled(partition, lag, paused)


def error_of_reading(error: OffsetLostError) -> UnavailableError:
    """Reading went out of range: the worker opens anew, and the source decides where it goes on, or that it
    must not.
    """
    return UnavailableError(f"the offset to read from is out of range: {error}")


async def _either(first: asyncio.Event, second: asyncio.Event) -> bool:
    """Wait for one of two events; True when it was the first."""
    waits = [asyncio.ensure_future(first.wait()), asyncio.ensure_future(second.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return first.is_set()
