"""The worker of one owned raw partition: every record of it ends exactly once in the enriched topic or in the
dead letters.

A worker lives in *incarnations*. Each one opens the partition (fence, then committed offset), reads on from
there, and works until something fails or the partition is taken away. Whatever fails, nothing is repaired:
the transaction is left to be aborted, the producer dropped, what was in flight forgotten, and the next
incarnation begins again at the committed offset. That is sound because a record appended to the log twice is
judged once: the engine gives its second copy the first verdict.

Within an incarnation two tasks share the records in flight (flight.py):

    offer → inbox → [intake: decode, propose, append to the log at once] → entries → (the follower settles them,
    in any order)
          → [publishing: the settled prefix of the entries, with the raw offset after it, as one transaction]

How long to wait after a failure, and when to give up, is decided in recovery.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from wirecopy.core.model import Outcome
from wirecopy.shell.errors import (
    FatalError,
    FencedError,
    RefusalKind,
    RefusedError,
    UnavailableError,
)
from wirecopy.shell.observe.events import Stage
from wirecopy.shell.options import DamagedBatch
from wirecopy.shell.pipeline.lane import Slices, Work
from wirecopy.shell.pipeline.partition.context import State as State
from wirecopy.shell.pipeline.partition.context import WorkerContext as WorkerContext
from wirecopy.shell.pipeline.partition.flight import PartitionFlight, record_size
from wirecopy.shell.pipeline.partition.passage import Passage
from wirecopy.shell.pipeline.partition.passed import Passed
from wirecopy.shell.pipeline.partition.published import tell_all
from wirecopy.shell.pipeline.partition.recovery import Recovery, gravest
from wirecopy.shell.pipeline.steps import Entry, gap, opened, prepare, render
from wirecopy.shell.ports import (
    Damage,
    Opened,
    OutputRecord,
    Outputs,
    RawRecord,
    RawSource,
    TopicPartition,
    Transactions,
)

DAMAGED_LOOK_S = 30.0  # a replica of the broker may hold the batch whole


class PartitionWorker:
    """One object from assignment to revocation; `run` is its supervised task."""

    def __init__(
        self, partition: TopicPartition, source: RawSource, outputs: Outputs, context: WorkerContext
    ) -> None:
        self.partition = partition
        self._source = source
        self._outputs = outputs
        self._context = context
        self._options = context.options
        self._telemetry = context.telemetry
        self._flight = PartitionFlight(context.in_flight, context.options)
        self._recovery = Recovery(partition, context.options, context.telemetry)
        self.state = State.OPENING
        self.committed_offset: int | None = None  # next raw offset as of the last opening or transaction
        self.turned_at = asyncio.get_running_loop().time()
        self.waits = "not started"
        self._seek_offset: int | None = None
        self._next_offset = 0  # after the last record offered in this incarnation
        self._passed = Passed()
        self._passage = Passage(partition, None, 0, "")
        self._arrived = asyncio.Event()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._publishing = asyncio.Lock()  # held while a transaction is under way
        self._reopen_error: BaseException | None = None
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # ---- called by the pipeline
    @property
    def full(self) -> bool:
        """One more poll could take it over its share."""
        return self._flight.full

    @property
    def records(self) -> int:
        """How many are in flight."""
        return self._flight.records

    def start(self) -> asyncio.Task[None]:
        self._task = asyncio.create_task(
            self.run(), name=f"partition {self.partition.topic}-{self.partition.partition}"
        )
        return self._task

    def take_seek(self) -> int | None:
        """The offset to seek to, once, when the partition is ready to read; from then on `offer` takes
        records.
        """
        offset, self._seek_offset = self._seek_offset, None
        if offset is not None and self.state is State.SEEKING:
            self.state, self._next_offset = State.OPEN, offset
            self._telemetry.partition_opened(self.partition, offset)
        return offset

    def seek_again(self) -> None:
        """A poll failed: what it may have taken from the client on the way is fetched again."""
        if self.state is State.OPEN:
            self._seek_offset = self._next_offset

    def offer(self, records: Sequence[RawRecord]) -> None:
        """Take fetched records. Those that come while the partition is not open are dropped: a seek will
        follow.
        """
        if self.state is not State.OPEN or not records:
            return
        assert records[0].position.offset >= self._next_offset, "records are offered in order, each once"
        self._next_offset = records[-1].position.offset + 1
        self._flight.offer(records)
        self._idle.clear()
        self._arrived.set()

    def damaged(self, damage: Damage) -> None:
        """The source met offsets that nobody can read. They are passed over, or the partition stands until they can be."""
        if self.state is not State.OPEN:
            return
        skips = self._options.damaged_batch is DamagedBatch.SKIP
        self._telemetry.batch_damaged(self.partition, damage, skips)
        if skips:
            self.offer([gap(damage, self.partition)])
            self._next_offset = self._seek_offset = damage.next_offset
        else:
            self.state, self._next_offset = State.DAMAGED, damage.first_offset
            self.waits = f"raw offset {damage.first_offset} cannot be read: {damage.detail}"
            asyncio.get_running_loop().call_later(DAMAGED_LOOK_S, self._look_again)

    def _look_again(self) -> None:
        if self.state is State.DAMAGED:
            self.state, self._seek_offset = State.SEEKING, self._next_offset

    def passed(self, offset: int | None) -> None:
        """The source stands at `offset` after a poll whose records were all offered: no reader gets what lies between."""
        if self.state is not State.OPEN or offset is None or offset <= self._next_offset:
            return
        self._next_offset = offset
        self._passed.note(asyncio.get_running_loop().time())
        self._changed.set()

    @property
    def closed(self) -> bool:
        """Whether somebody has closed it, so that the end of its task is no failure."""
        return self._closing.is_set()

    def settle(self, outcome: Outcome) -> None:
        """The follower has replayed a record of this partition. The first outcome of a position and body
        counts.
        """
        if self._flight.settle(outcome):
            self._changed.set()

    def followed(self) -> None:
        """The follower has moved on: an entry that it should have settled and did not was refused."""
        head = self._flight.head
        if head is not None and not head.settled:
            self._changed.set()

    def reopen(self, error: BaseException) -> None:
        """Begin a new incarnation: what was read is lost or out of place."""
        self._reopen_error = error
        self._changed.set()

    async def drain(self) -> None:
        """Wait until nothing is in flight."""
        await self._idle.wait()

    async def close(self, timeout_ms: int) -> None:
        """Let the transaction under way end, within the time-out, then drop everything. Never raises."""
        self.state = State.CLOSED
        self._closing.set()
        self._seek_offset = None
        task = self._task
        if task is None or task.done():
            return
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await self._publishing.acquire()
        except TimeoutError:
            pass
        task.cancel()
        await asyncio.wait([task])

    # ---- the supervised life
    async def run(self) -> None:
        """Incarnation after incarnation, until closed. Raises `FatalError` when it cannot go on by itself."""
        while not self._closing.is_set():
            try:
                await self._incarnation()
            except FatalError:
                raise
            except Exception as error:
                if self._closing.is_set():  # a failure that meets the cancellation hides it
                    return
                if isinstance(error, FencedError):
                    delay_ms = self._recovery.after_fence(error, asyncio.get_running_loop().time())
                else:
                    delay_ms = self._recovery.after_failure(error)
                await self._pause(delay_ms)

    async def _pause(self, delay_ms: int) -> None:
        self.state = State.WAITING
        self.waits = f"retrying in {delay_ms} ms"
        self.turned_at = asyncio.get_running_loop().time()
        await asyncio.sleep(delay_ms / 1000)

    async def _incarnation(self) -> None:
        """Open, then work until something raises; never returns."""
        transactions: Transactions | None = None
        self.state = State.OPENING
        self._reopen_error = None
        self._recovery.begin()
        try:
            self.waits = "fencing earlier owners and reading the committed offset"
            self.turned_at = asyncio.get_running_loop().time()
            opened = await self._outputs.open(self.partition)
            transactions = opened.transactions
            offset = await self._place(opened)
            if (
                opened.committed is None
            ):  # from here on a group without an offset is one whose offset was lost
                await self._publish_guarded(transactions, (), (), offset)
            self.committed_offset = offset
            self.state, self._seek_offset = State.SEEKING, offset
            self.waits = "waiting for records"
            await self._work(transactions)
        finally:
            self.state = State.CLOSED if self._closing.is_set() else State.WAITING
            self._forget()
            if transactions is not None:
                await transactions.close()

    async def _place(self, opened: Opened) -> int:
        """Where to read on, and what is noted beside each offset from now on."""
        committed, engine = opened.committed, self._context.engine
        await self._context.identity.check(self.partition, opened)
        judged = engine.judged(*self.partition)
        offset = await self._source.resume_offset(self.partition, committed, judged, opened.topic_id)
        self._passage = Passage(self.partition, committed, offset, opened.topic_id, judged)
        if committed is not None and offset != committed.offset:
            self._telemetry.offset_lost(self.partition)
        return offset

    async def _work(self, transactions: Transactions) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._intake(group, transactions))
                group.create_task(self._publish_all(transactions))
        except BaseExceptionGroup as several:
            raise gravest(several) from None

    def _forget(self) -> None:
        self._flight.forget()
        self._passed.forget()
        self._idle.set()

    # ---- intake
    async def _intake(self, group: asyncio.TaskGroup, transactions: Transactions) -> None:
        loop = asyncio.get_running_loop()
        context = self._context
        while True:
            self._arrived.clear()
            batch = self._flight.next_batch()
            if batch is None:
                await self._arrived.wait()
                continue
            came, size = batch
            records = await opened(context.steps, came)
            # worker processes share out a whole batch among them
            whole = context.steps.fingerprint is not None
            waiting = Slices.whole(records, size) if whole else Slices(records, record_size)
            step = partial(prepare, steps=context.steps, engine=context.engine, limits=context.limits())
            while waiting:
                began_at = loop.time()
                entries = await context.lane.advance(Work.PREPARE, waiting, step, context.executor)
                self._telemetry.stage_time(Stage.DECODE, loop.time() - began_at, len(entries))
                if self._passage.note.published_until and self._passage.mark(entries, context.engine):
                    async with self._publishing:  # noted before the log holds what is new
                        await self._publish_guarded(transactions, (), (), self.committed_offset or 0)
                self._take_in(entries, began_at)
                proposed = [entry for entry in entries if entry.proposal and not entry.published_before]
                if proposed:
                    group.create_task(self._append(proposed))

    def _take_in(self, entries: Sequence[Entry], received_at: float) -> None:
        for entry in entries:
            entry.received_at = received_at
            self._context.breaker.count(entry.rejected.reason if entry.rejected else None)
        self._flight.take_in(entries)
        self._changed.set()

    async def _append(self, entries: Sequence[Entry]) -> None:
        """Append on receipt, not when the record's turn to be published comes: so the log is never waited for
        twice.
        """
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        offsets = await self._context.log.append(
            [entry.proposal.value for entry in entries if entry.proposal]
        )
        appended_at = loop.time()
        for entry, offset in zip(entries, offsets, strict=True):
            entry.log_offset = offset
            entry.appended_at = appended_at
        self._telemetry.stage_time(Stage.APPEND, appended_at - began_at, len(entries))
        self.followed()

    # ---- publishing
    async def _publish_all(self, transactions: Transactions) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            if self._reopen_error is not None:
                raise self._reopen_error
            self.turned_at = loop.time()
            if self._settled_prefix(1):
                self.waits = "waiting for its turn to publish"
                await self._context.lane.turn(Work.PUBLISH)
                async with self._context.gate:
                    batch = self._settled_prefix(self._options.transaction_records_max)
                    await self._publish(transactions, batch)
                continue
            if not self._flight.records:
                self._idle.set()
                if self._passed.due(loop.time()):
                    await self._commit_passed(transactions)
            await self._wait_for_change()

    async def _commit_passed(self, transactions: Transactions) -> None:
        """Commit the position past what no reader gets, in a transaction without records."""
        next_offset = self._next_offset
        self._passed.forget()
        if self.committed_offset is not None and next_offset > self.committed_offset:
            self.waits = f"committing the position past markers, raw offset {next_offset}"
            async with self._context.gate, self._publishing:
                await self._publish_guarded(transactions, (), (), next_offset)
            self.committed_offset = next_offset

    async def _wait_for_change(self) -> None:
        """Wait for the head to be settled. One that is not followed in time means a rebuild."""
        head = self._flight.head
        if head is None:
            self.waits = "waiting for records"
            with suppress(TimeoutError):
                async with asyncio.timeout(self._passed.wait_s()):
                    await self._changed.wait()
            return
        self.waits = f"waiting for raw offset {head.record.position.offset} to come back from the log"
        try:
            async with asyncio.timeout(self._options.outcome_timeout_ms / 1000):
                await self._changed.wait()
        except TimeoutError:
            if self._flight.head is head and not head.settled:
                raise UnavailableError(
                    f"the fingerprint of raw offset {head.record.position.offset} did not come back from the log within"
                    f" {self._options.outcome_timeout_ms} ms"
                ) from None

    def _settled_prefix(self, records_max: int) -> list[Entry]:
        return self._flight.settled_prefix(records_max, self._context.followed_offset())

    async def _publish(self, transactions: Transactions, batch: Sequence[Entry]) -> None:
        loop = asyncio.get_running_loop()
        context = self._context
        began_at = loop.time()
        self._trace(batch)
        self.waits = f"rendering {len(batch)} records"
        records: list[OutputRecord] = []
        fresh = [entry for entry in batch if not entry.published_before]
        waiting = Slices(fresh, lambda entry: entry.size_bytes)
        step = partial(render, steps=context.steps, limits=context.limits())
        while waiting:  # due at once: its turn to publish has come already
            rendered = await context.lane.advance(Work.REPLAY, waiting, step, context.executor)
            records += [record for several in rendered for record in several]
        self._telemetry.stage_time(Stage.ENRICH, loop.time() - began_at, len(batch))
        next_offset = batch[-1].record.position.offset + 1
        began_at = loop.time()
        self.waits = f"committing the transaction up to raw offset {next_offset}"
        async with self._publishing:
            await self._publish_guarded(transactions, batch, records, next_offset)
        self._telemetry.stage_time(Stage.PUBLISH, loop.time() - began_at, len(batch))
        self.committed_offset = next_offset
        self._recovery.committed()
        self._flight.leave(batch)
        tell_all(fresh, self._telemetry, self._context.wall_clock_ms(), began_at, self.turned_at)

    async def _publish_guarded(
        self,
        transactions: Transactions,
        batch: Sequence[Entry],
        records: Sequence[OutputRecord],
        next_offset: int,
    ) -> None:
        """One transaction. A refusal for size narrows the next incarnation down to the record that it is
        about.
        """
        try:
            note = replace(self._passage.note, log=self._context.identity.log_place())
            await transactions.publish(records, next_offset, note)
        except RefusedError as error:
            self._telemetry.transaction_aborted(self.partition)
            if error.kind is RefusalKind.TOO_LARGE and not self._flight.narrow(batch):
                raise FatalError(
                    f"the broker refused a dead letter of {batch[0].size_bytes} bytes: raise the dead-letter topic's"
                    " max.message.bytes above the raw topic's"
                ) from error
            if error.kind is RefusalKind.INVALID_RECORD:
                raise FatalError(
                    f"the brokers refused a record as invalid ({error}). A compacted topic takes none without a key: set"
                    " cleanup.policy=delete on the topics of enriched articles and of dead letters"
                ) from error
            raise
        except BaseException:
            self._telemetry.transaction_aborted(self.partition)
            raise

    def _trace(self, batch: Sequence[Entry]) -> None:
        """Spans begin here and are told backwards, when it is known what to tell; the output names them."""
        tracing = self._context.steps.tracing
        if tracing is not None:
            for entry in batch:
                entry.trace = tracing.begin(entry.record, entry.received_at)
