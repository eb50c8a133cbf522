"""`wirecopy notify`: matches read by groups of its own, delivered, and their offsets committed once all before them are done.

    source → a window per partition → the target's queue → delivered, or a dead letter
    the done prefix of a window → its dead letters and the next offset, in one transaction

Each target has a group, a source and a window of its own: what one does not take waits in the topic, and holds back nobody
else. One more group looks for what is no target's: a match that names none that is known becomes a dead letter.

A match is lost by no crash: what was not done is read again, and a receiver may get a match twice, under the same id. A dead
letter comes once. A partition that another member takes over is fenced as raw partitions are. Whatever fails in reading or
committing, the delivery is put together anew at the committed offsets.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

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
RECALL_TYPE: Final = "wirecopy.recall"  # of a match whose cause is "recall"


@dataclass(slots=True)
class _Item:
    """One match in the window. `open`: on its way to the target; `letters`: what was given up."""

    record: RawRecord
    open: bool = False
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
    """All deliveries. `backend_of`: for a part of the group's name, of the topic of matches as its raw topic, and that of
    undelivered ones as its dead letters. `to_the_end`: `run` returns when all that was there is done."""

    def __init__(
        self,
        backend_of: Callable[[str], Backend],
        targets: Mapping[str, Target],
        allowed: Sequence[Network],
        telemetry: Telemetry | None = None,
        *,
        to_the_end: bool = False,
    ) -> None:
        telemetry = telemetry or Telemetry()

        def delivery(name: str, target: Target | None) -> Delivery:
            return Delivery(backend_of(name), target, targets, allowed, telemetry, to_the_end=to_the_end)

        self._deliveries = [delivery(name, target) for name, target in sorted(targets.items())]
        if not to_the_end:  # what was no target's is in the dead letters already
            self._deliveries.append(delivery("", None))
        self._telemetry = telemetry

    def health(self) -> PipelineHealth:
        found = [one.health() for one in self._deliveries]
        return PipelineHealth(
            all(one.caught_up for one in found),
            sum(one.assigned for one in found),
            sum(one.opened for one in found),
            tuple(line for one in found for line in one.waits),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. FatalError where a topic is missing or access is denied: it ends all deliveries."""
        tasks = [asyncio.create_task(one.run(stop)) for one in self._deliveries]
        told = asyncio.create_task(self._tell())
        try:
            await asyncio.gather(*tasks)
        finally:
            told.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _tell(self) -> None:
        while True:
            self._telemetry.record(events.NOTIFY_PENDING, sum(one.pending for one in self._deliveries))
            await asyncio.sleep(1)


class Delivery:
    """What one target gets; of no target (None), what is nobody's: unknown names and what is no match."""

    def __init__(
        self,
        backend: Backend,
        target: Target | None,
        targets: Mapping[str, Target],
        allowed: Sequence[Network],
        telemetry: Telemetry,
        *,
        to_the_end: bool = False,
    ) -> None:
        self._backend = backend
        self._target = target
        self._targets = dict(targets)
        self._allowed = tuple(allowed)
        self._telemetry = telemetry
        self._log = logs.logger("notify")
        self._queue: TargetQueue | None = None
        self._windows: dict[TopicPartition, _Window] = {}
        self._source: RawSource | None = None
        self._outputs: Outputs | None = None
        self._to_the_end = to_the_end
        self._ended = False
        self._ends: dict[TopicPartition, int] = {}

    def health(self) -> PipelineHealth:
        opened = sum(window.transactions is not None for window in self._windows.values())
        name = "nobody's" if self._target is None else self._target.name
        waiting = 0 if self._queue is None else len(self._queue)
        return PipelineHealth(
            self._source is not None, len(self._windows), opened, (f"{name}: {waiting} waiting",)
        )

    # ---- its life
    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. FatalError where a topic is missing or access is denied."""
        delay = RETRY_S
        while not (stop.is_set() or self._ended):
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
        if self._target is not None:
            patient = not self._to_the_end
            self._queue = TargetQueue(self._target, self._allowed, self._telemetry, patient=patient)
        self._outputs = outputs
        try:
            await source.start(self)
            self._source = source
            committed_at = 0.0
            while not (stop.is_set() or self._ended):
                await self._open_windows(source)
                batches = await source.poll(self._poll_ms(), POLL_RECORDS_MAX)
                if self._to_the_end:
                    self._note_ends(source)
                for partition, records in batches.items():
                    self._take(partition, records)
                for partition, damage in source.take_damaged().items():
                    raise FatalError(
                        f"offset {damage.first_offset} of {partition} is damaged: {damage.detail}"
                    )
                now = asyncio.get_running_loop().time()
                if now - committed_at >= COMMIT_S:
                    await self._commit()
                    committed_at = now
                self._ended = self._to_the_end and self._at_the_end(source)
            await self._commit()
        finally:
            self._source = None
            if self._queue is not None:
                await self._queue.close()
                self._queue = None
            for window in list(self._windows.values()):
                await self._close(window)
            self._windows = {}
            await source.stop(leave=stop.is_set() or self._ended)

    def _at_the_end(self, source: RawSource) -> bool:
        """Whether every partition is done as far as it went when it was first read: not what this run itself gave up."""
        positions = {partition: source.position(partition) for partition in self._windows}
        return (
            bool(self._windows)
            and not self.pending
            and self._ends.keys() >= positions.keys()
            and all(at is not None and at >= self._ends[partition] for partition, at in positions.items())
        )

    def _note_ends(self, source: RawSource) -> None:
        for partition in self._windows.keys() - self._ends.keys():
            end = source.end_offset(partition)
            if end is not None:
                self._ends[partition] = end

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
                offset = await source.resume_offset(partition, opened.committed)
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
        end = self._ends.get(partition, sys.maxsize)
        for record in records:
            if record.position.offset >= end:
                break
            item = _Item(record)
            window.items.append(item)
            window.next_offset = record.position.offset + 1
            self._hand_out(item)

    def _hand_out(self, item: _Item) -> None:
        message = read_match(item.record)
        if self._target is None:
            item.letters.extend([("", UNREADABLE)] if message is None else self._nobodys(message))
            return
        name = self._target.name
        if message is None or name not in message.targets or not self._target.takes(message.tenant):
            return
        assert self._queue is not None

        def done(reason: str) -> None:
            item.open = False
            if reason != DELIVERED:
                item.letters.append((name, reason))

        item.open = True
        self._queue.put(Message(message.id, message.body, done))

    def _nobodys(self, message: Told) -> list[tuple[str, str]]:
        """The names of a match that no target has, or none that its tenant may use."""
        known = self._targets
        return [
            (name, UNKNOWN_TARGET)
            for name in message.targets
            if name not in known or not known[name].takes(message.tenant)
        ]

    async def _commit(self) -> None:
        """The done prefix of each window: its dead letters and the offset after it."""
        for window in list(self._windows.values()):
            done = window.done() if window.transactions is not None and not window.gone else []
            if not done:
                continue
            assert window.transactions is not None
            letters = [dead_letter(item.record, *letter) for item in done for letter in item.letters]
            await window.transactions.publish(letters, done[-1].record.position.offset + 1)


class Told(NamedTuple):
    """A match as it is told: the message's id, whose watch it is, the targets that it names, the body."""

    id: str
    tenant: str
    targets: list[str]
    body: str


def read_match(record: RawRecord) -> Told | None:
    """What is told of a match; None for what is none. A dead letter is for its one target."""
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
    kind = RECALL_TYPE if match.get("cause") == "recall" else EVENT_TYPE
    body = {"type": kind, "timestamp": time_text(record.timestamp_ms), "data": match}
    return Told(f"msg_{number}", tenant, list(dict.fromkeys(names)), json_bytes(body).decode())


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
