"""`wirecopy notify`: matches read by a group of its own, delivered, and their offsets committed once all before them are done.

    source → a window per partition → each target's queue → delivered, or a dead letter
    the done prefix of a window → its dead letters and the next offset, in one transaction

So a match is lost by no crash: what was not done is read again, and a receiver may get a match twice, under the same id. A
dead letter comes once. A partition that another member takes over is fenced as raw partitions are. Whatever fails in reading or
committing, the whole is put together anew at the committed offsets; targets' outages are none of that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.desk.notify.queue import DELIVERED, Message, TargetQueue
from wirecopy.shell.desk.notify.sending import Network
from wirecopy.shell.desk.notify.targets import Target
from wirecopy.shell.errors import FatalError, PortError, RefusedError
from wirecopy.shell.observe import events, logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.ports import (
    Backend,
    OutputRecord,
    Outputs,
    OutputStream,
    PipelineHealth,
    RawRecord,
    RawSource,
    TopicPartition,
    Transactions,
)

WINDOW_MAX: Final = 5_000  # matches of a partition that are read and not committed
POLL_MS: Final = 100
POLL_RECORDS_MAX: Final = 500
COMMIT_S: Final = 0.2  # at most so often
RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 30.0
UNKNOWN_TARGET: Final = "unknown_target"
UNREADABLE: Final = "unreadable"
EVENT_TYPE: Final = "wirecopy.match"


@dataclass(slots=True)
class _Item:
    """One match in the window. `open`: targets that are not done; `letters`: what was given up."""

    record: RawRecord
    open: int = 0
    letters: list[tuple[str, str]] = field(default_factory=list)  # target, reason


class _Window:
    """The matches of one partition, in their order."""

    def __init__(self, partition: TopicPartition) -> None:
        self.partition = partition
        self.items: deque[_Item] = deque()
        self.transactions: Transactions | None = None
        self.next_offset = 0
        self.seek: int | None = None
        self.reading = False
        self.gone = False

    def done(self) -> list[_Item]:
        """Takes the done prefix out."""
        found = []
        while self.items and not self.items[0].open:
            found.append(self.items.popleft())
        return found


class Notifier:
    """`backend`: of the topic of matches as its raw topic, and that of undelivered ones as its dead letters. `to_the_end`: `run`
    returns when all that was there is done."""

    def __init__(
        self,
        backend: Backend,
        targets: Mapping[str, Target],
        allowed: Sequence[Network],
        telemetry: Telemetry | None = None,
        *,
        to_the_end: bool = False,
    ) -> None:
        self._backend = backend
        self._targets = dict(targets)
        self._allowed = tuple(allowed)
        self._telemetry = telemetry or Telemetry()
        self._log = logs.logger("notify")
        self._queues: dict[str, TargetQueue] = {}
        self._windows: dict[TopicPartition, _Window] = {}
        self._source: RawSource | None = None
        self._outputs: Outputs | None = None
        self._to_the_end = to_the_end
        self._ends: dict[TopicPartition, int] = {}

    def health(self) -> PipelineHealth:
        opened = sum(window.reading for window in self._windows.values())
        waits = tuple(f"target {name}: {len(queue)} waiting" for name, queue in self._queues.items())
        return PipelineHealth(self._source is not None, len(self._windows), opened, waits)

    # ---- its life
    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. FatalError where a topic is missing or access is denied."""
        delay = RETRY_S
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._life(stop)
            except RefusedError as error:
                raise FatalError(f"matches cannot be read or their offsets written: {error}") from error
            except PortError as error:
                if asyncio.get_running_loop().time() - began > 4 * RETRY_S_MAX:
                    delay = RETRY_S
                logs.log_event(
                    self._log, logging.WARNING, "notify_rebuilt", error=type(error).__name__, detail=error
                )
                await _either(stop, delay)
                delay = min(2 * delay, RETRY_S_MAX)

    async def _life(self, stop: asyncio.Event) -> None:
        """One source with all that hangs on it, until something fails."""
        source = self._backend.source()
        outputs = self._backend.outputs(source)
        self._queues = {
            name: TargetQueue(target, self._allowed, self._telemetry)
            for name, target in self._targets.items()
        }
        self._outputs = outputs
        try:
            await source.start(self)
            self._source = source
            committed_at = 0.0
            while not stop.is_set():
                await self._open_windows(source)
                for partition, records in (await source.poll(self._poll_ms(), POLL_RECORDS_MAX)).items():
                    self._take(partition, records)
                now = asyncio.get_running_loop().time()
                if now - committed_at >= COMMIT_S:
                    await self._commit()
                    committed_at = now
                self._telemetry.record(events.NOTIFY_PENDING, self.pending)
                if self._to_the_end and self._at_the_end(source):
                    stop.set()
            await self._commit()
        finally:
            self._source = None
            for queue in self._queues.values():
                await queue.close()
            for window in list(self._windows.values()):
                await self._close(window)
            self._windows = {}
            await source.stop(leave=stop.is_set())

    def _at_the_end(self, source: RawSource) -> bool:
        """Whether every partition is done as far as it went when it was first read."""
        if not self._windows or self.pending:
            return False
        for partition in self._windows:
            end, position = source.end_offset(partition), source.position(partition)
            if end is None or position is None or position < self._ends.setdefault(partition, end):
                return False
        return True

    @property
    def pending(self) -> int:
        return sum(len(window.items) for window in self._windows.values())

    def _poll_ms(self) -> int:
        return POLL_MS if any(window.reading for window in self._windows.values()) else 2 * POLL_MS

    # ---- the group's listener
    async def assigned(self, partitions: frozenset[TopicPartition]) -> None:
        for partition in partitions:
            self._windows[partition] = _Window(partition)

    async def revoked(self, partitions: frozenset[TopicPartition]) -> None:
        """What is on its way to a target goes on; its end counts for nobody here."""
        for partition in partitions:
            window = self._windows.pop(partition, None)
            if window is not None:
                await self._close(window)

    async def _close(self, window: _Window) -> None:
        window.gone = True
        if window.transactions is not None:
            await window.transactions.close()

    async def _open_windows(self, source: RawSource) -> None:
        """Fence and seek what was assigned; hold back what has enough in flight."""
        assert self._outputs is not None
        for partition, window in list(self._windows.items()):
            if window.transactions is None and not window.gone:
                opened = await self._outputs.open(partition)
                window.transactions = opened.transactions
                offset = await source.resume_offset(partition, opened.committed_offset)
                if window.gone or self._windows.get(partition) is not window:
                    await opened.transactions.close()
                    continue
                window.next_offset = offset
                source.seek(partition, offset)
                source.resume(partition)
                window.reading = True
            full = len(window.items) >= WINDOW_MAX
            if window.reading and full:
                source.pause(partition)
                window.reading = False
            elif not window.reading and not full and window.transactions is not None:
                source.resume(partition)
                window.reading = True

    # ---- matches
    def _take(self, partition: TopicPartition, records: Sequence[RawRecord]) -> None:
        window = self._windows.get(partition)
        if window is None:
            return
        for record in records:
            item = _Item(record)
            window.items.append(item)
            window.next_offset = record.position.offset + 1
            self._hand_out(item)

    def _hand_out(self, item: _Item) -> None:
        message = read_match(item.record)
        if message is None:
            item.letters.append(("", UNREADABLE))
            return
        number, tenant, names, body = message
        queues = []
        for name in names:
            queue = self._queues.get(name)
            if queue is None or not queue.target.takes(tenant):
                item.letters.append((name, UNKNOWN_TARGET))
            else:
                queues.append(queue)
        item.open = len(queues)
        for queue in queues:
            queue.put(Message(number, body, self._ending(item, queue.target.name)))

    def _ending(self, item: _Item, name: str) -> Callable[[str], None]:
        def end(reason: str) -> None:
            item.open -= 1
            if reason != DELIVERED:
                item.letters.append((name, reason))

        return end

    async def _commit(self) -> None:
        """The done prefix of each window: its dead letters and the offset after it."""
        for window in list(self._windows.values()):
            done = window.done() if window.transactions is not None and not window.gone else []
            if not done:
                continue
            assert window.transactions is not None
            letters = [dead_letter(item.record, *letter) for item in done for letter in item.letters]
            await window.transactions.publish(letters, done[-1].record.position.offset + 1)


def read_match(record: RawRecord) -> tuple[str, str, list[str], str] | None:
    """The message id, tenant, targets and body of a match; None for what is none. A dead letter is for its one target."""
    try:
        match: Any = json_value(record.value or b"")
        number, watch = match["id"], match["watch"]
        tenant, names = watch["tenant"], watch["targets"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(number, str) or not isinstance(tenant, str) or not number.isalnum():
        return None
    again = dict(record.headers).get("notify.target")
    names = names if again is None else [again.decode("utf-8", "replace")]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    body = {"type": EVENT_TYPE, "timestamp": time_text(record.timestamp_ms), "data": match}
    return f"msg_{number}", tenant, list(dict.fromkeys(names)), json_bytes(body).decode()


def dead_letter(record: RawRecord, target: str, reason: str) -> OutputRecord:
    """The match as it lay there, with the one target that did not take it."""
    headers = (
        *(header for header in record.headers if not header[0].startswith("notify.")),
        ("notify.target", target.encode()),
        ("notify.reason", reason.encode()),
    )
    return OutputRecord(OutputStream.DEAD, record.key, record.value, headers)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
