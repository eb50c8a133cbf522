"""The follower: reads the fingerprint log from where the engine stands and replays every record, in order.

The only caller of `Engine.replay_many`, so the engine's state depends on the log's prefix alone. What each
record led to is handed to whoever waits for that raw position. The follower runs whether or not this replica
owns partitions: a replica without any is a hot spare whose index is as warm as the others'.

A transient failure (a broker that does not answer) is waited out here, for ever and with a growing delay, since
reading again changes nothing. A log that does not hold what the engine needs next is not transient: every replica must
have replayed the same prefix, so going on would give other verdicts than the others', and the process ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from wirecopy.core.model import Agreement, Outcome, RefusalReason, Refused
from wirecopy.shell.errors import FatalError, OffsetLostError, PortError, RefusedError
from wirecopy.shell.observe.events import Part, Stage, Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.identity import Identity
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.ports import EnginePort, FingerprintLog, LogRecord, StatePort

# replayed before those who wait for them hear of it, of a batch of up to a thousand; a piece of the lane, so that a
# backlog's transactions are as large
TOLD_RECORDS = 128


class Follower:
    """`deliver` gets every outcome in log order; `followed` is called after each batch, with the engine at
    rest. `state`: the engine too, where it keeps itself on disk, and the engine's thread.
    """

    def __init__(
        self,
        log: FingerprintLog,
        engine: EnginePort,
        options: PipelineOptions,
        telemetry: Telemetry,
        turns: EngineTurns,
        deliver: Callable[[Outcome], None],
        followed: Callable[[], None],
        identity: Identity,
        state: tuple[StatePort, Executor] | None = None,
    ) -> None:
        self._log = log
        self._engine = engine
        self._options = options
        self._telemetry = telemetry
        self._turns = turns
        self._deliver = deliver
        self._followed = followed
        self._identity = identity
        self._state = state
        # told of each batch that was replayed; it appends, and does no more
        self.observe: Callable[[Sequence[LogRecord], Sequence[Outcome | Refused]], None] | None = None
        self.next_offset = 0
        self.end_offset = 0  # of the log, as last seen
        self.caught_up = asyncio.Event()
        self.turned_at = 0.0  # loop time of the last turn, for the watchdog
        self.waits = "has not begun"

    async def run(self) -> None:
        """Follow until cancelled. Raises `FatalError` when the log and the engine do not belong together."""
        loop = asyncio.get_running_loop()
        delay_ms = self._options.retry_delay_ms
        while True:
            try:
                target = await self._begin()
                delay_ms = self._options.retry_delay_ms
                await self._follow(target)
            except OffsetLostError as error:
                raise FatalError(
                    f"the fingerprint log has lost what this replica needs next: {error}"
                ) from error
            except RefusedError as error:
                raise FatalError(
                    f"the broker refused access to the fingerprint log: {error}."
                    " Check the topic and our permissions with `wirecopy check-config --connect`"
                ) from error
            except PortError as error:
                self._telemetry.rebuilt(Part.FOLLOWER, error)
                self.turned_at = loop.time()
                self.waits = f"tries the log again after: {error}"
                await asyncio.sleep(delay_ms / 1000)
                delay_ms = min(2 * delay_ms, self._options.retry_delay_ms_max)

    async def _begin(self) -> int:
        """Place the reader where the engine stands; returns the end that the log has now."""
        self.waits = "asks the log for its bounds"
        first, end = await self._log.bounds()
        if self._state is not None:
            self.waits = "restores the saved state"
            keeper, executor = self._state
            await keeper.restore(self._log, first, end, executor)
        self._identity.bounds = (first, end)
        offset = self._engine.stats().log_offset
        if offset == 0:
            offset = (
                first  # an empty index begins with what the log still holds: what is gone is past the window
            )
        elif not first <= offset <= end:
            raise OffsetLostError(
                None,
                f"the index stands at offset {offset}, the log holds {first} to {end}. After a"
                " restart it is built anew from the log: a saved state that does not fit is passed over.",
            )
        await self._log.follow(offset)
        self.next_offset = offset
        return end

    async def _follow(self, target: int) -> None:
        loop = asyncio.get_running_loop()
        began_at, replayed = loop.time(), 0
        while True:
            if not self.caught_up.is_set() and self.next_offset >= target:
                self.caught_up.set()
                self._telemetry.caught_up(replayed, loop.time() - began_at)
            self.turned_at = loop.time()
            self.waits = f"reads the log at offset {self.next_offset}"
            batch = await self._log.read(self._options.poll_timeout_ms, self._options.follow_records_max)
            self.turned_at = loop.time()
            if batch.records and self._engine.stats().log_offset == 0:
                self._identity.oldest = (batch.records[0].offset, batch.records[0].append_time_ms)
            for begin in range(0, len(batch.records), TOLD_RECORDS):
                records = batch.records[begin : begin + TOLD_RECORDS]
                await self._replay(records)
                replayed += len(records)
                self.next_offset = records[-1].offset + 1
                self._followed()
            if batch.next_offset != self.next_offset:
                self.next_offset = batch.next_offset
                self._followed()
            self.end_offset = max(batch.end_offset, self.next_offset)
            last_ms = batch.records[-1].append_time_ms if batch.records else 0
            self._telemetry.log_followed(self.next_offset, max(batch.end_offset, self.next_offset), last_ms)
            if self._state is not None:
                self._state[0].between_batches()

    async def _replay(self, records: Sequence[LogRecord]) -> None:
        loop = asyncio.get_running_loop()
        self.waits = f"replays {len(records)} records from log offset {records[0].offset}"
        began_at = loop.time()
        try:
            outcomes = await self._turns.replay(records)
        except Exception as error:
            # passing the record over would part this replica's index from the others'
            raise FatalError(
                f"the engine failed on the fingerprint log between offsets {records[0].offset} and"
                f" {records[-1].offset}: {type(error).__name__}"
            ) from error
        self._telemetry.stage_time(Stage.REPLAY, loop.time() - began_at, len(records))
        told, said = [], []
        for record, outcome in zip(records, outcomes, strict=True):
            if isinstance(outcome, Agreement):
                self._identity.seen()
                continue
            told.append(record)
            said.append(outcome)
            if isinstance(outcome, Refused):
                if outcome.reason is RefusalReason.ENGINE_VERSION:
                    # passed over, what it says would be missing here, and ours there: verdicts would part
                    raise FatalError(
                        f"the record at offset {record.offset} of the fingerprint log cannot be used: {outcome.detail}"
                    )
                self._telemetry.log_refused(outcome.reason, record.offset, outcome.detail)
            else:
                self._deliver(outcome)
        if self.observe is not None:
            self.observe(told, said)
