"""Core work on the event loop: one piece at a time, the one that is due first, and a turn of the loop between two pieces.

Decoding, proposing, replaying and rendering hold the interpreter, but for their kernels, which let go of it for some
microseconds each. In threads beside the loop, that is a convoy: at each of the thirty kernels of an article the thread
waits for the others to give the interpreter back, up to the switch interval each time, and the cores idle meanwhile
(two threads judged less than half as many articles a second as none did). So pieces of a few milliseconds run on the loop
itself, and what cannot be cut that small, a single huge record, goes to a thread. More cores are used by processes
(fingerprints.py), which share no interpreter.

A piece is a slice of 16 records while little waits, so that what comes alone is soon done. In a backlog, slices are put
together up to 128 records: what follows on a piece, a request to the broker or a transaction, costs the same whatever it
holds. After each slice the clock is looked at, and a piece ends before it would hold the loop for longer than
`PIECE_SECONDS_MAX`. So the clock decides where a batch is cut, and nothing else.

A piece is due some time after it was asked for (`ALLOWANCE_S`). While the loop keeps up, everything runs at once and the
times do not matter; where it does not, what has been begun is finished before more is begun, and a partition waits a
little before it publishes, so that its transaction carries more: a transaction costs the same whatever it holds.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Work(Enum):
    REPLAY = "replay"
    PREPARE = "prepare"
    PUBLISH = "publish"


ALLOWANCE_S = {Work.REPLAY: 0.0, Work.PREPARE: 0.02, Work.PUBLISH: 0.06}
SLICE_RECORDS_MAX = 16  # some 4 ms of decoding and proposing, 3 of replaying
SLICE_BYTES_MAX = 128 * 1024  # of raw records, which decoding and proposing cost by their length
PIECE_RECORDS_MAX = 128
PIECE_SECONDS_MAX = 0.015  # of the loop; a piece of one slice may take longer
BACKLOG_RECORDS = 64  # a batch of so many has waited already, and gains by fewer pieces


class CoreLane:
    """Belongs to the loop that first uses it. What has more than `inline_bytes_max` bytes does not run on it."""

    def __init__(self, inline_bytes_max: int = 256 * 1024) -> None:
        self._inline_bytes_max = inline_bytes_max
        self._waiting: list[tuple[float, int, asyncio.Future[Any], Callable[[], Any]]] = []
        self._count = 0
        self._scheduled = False

    async def run(self, work: Work, piece: Callable[[], T]) -> T:
        """What `piece` returns, or raises. One whose caller was cancelled before its turn is not run."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._count += 1
        heapq.heappush(self._waiting, (loop.time() + ALLOWANCE_S[work], self._count, done, piece))
        self._schedule(loop)
        return await done

    async def advance(
        self, work: Work, waiting: Slices[T], step: Callable[[Sequence[T]], list[R]], executor: Executor
    ) -> list[R]:
        """The results of the next piece of a batch: in its turn, or in a thread where it would hold up the loop."""
        loop = asyncio.get_running_loop()
        if waiting.next_bytes <= self._inline_bytes_max:
            return await self.run(work, partial(waiting.piece, step, loop.time))
        return await loop.run_in_executor(executor, step, waiting.take())

    async def turn(self, work: Work) -> None:
        """Returns when a piece of this kind would be run."""
        await self.run(work, _nothing)

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        while self._waiting:
            _, _, done, piece = heapq.heappop(self._waiting)
            if done.done():
                continue  # nobody waits for it any more
            try:
                result = piece()
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(result)
            break
        if self._waiting:
            self._schedule(loop)


def _nothing() -> None:
    return


class Slices(Generic[T]):
    """A batch that is worked off from its front, slice by slice."""

    def __init__(self, sequence: Sequence[T], size_bytes: Callable[[T], int]) -> None:
        self._waiting = deque(slices(sequence, size_bytes))
        self._records_max = piece_records_max(len(sequence))

    @classmethod
    def whole(cls, sequence: Sequence[T], size_bytes: int) -> Slices[T]:
        """A batch that is not to be cut."""
        made = cls((), lambda _: 0)
        made._waiting.append((sequence, size_bytes))
        return made

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def next_bytes(self) -> int:
        """Of the slice that is next."""
        return self._waiting[0][1]

    def take(self) -> Sequence[T]:
        """The next slice, which then counts as done."""
        return self._waiting.popleft()[0]

    def piece(self, step: Callable[[Sequence[T]], list[R]], now: Callable[[], float]) -> list[R]:
        """The results of `step` for the next slice, and for those after it that belong in the same piece. A single large
        record is a piece of its own."""
        spent = Spent(now)
        done, large = list[R](), False
        records = 0
        while self._waiting and not large:
            following, size_bytes = self._waiting[0]
            large = size_bytes > SLICE_BYTES_MAX
            full = large or records + len(following) > self._records_max
            if records and (full or spent.enough()):
                break
            self._waiting.popleft()
            records += len(following)
            done += step(following)
        return done


def piece_records_max(waiting: int) -> int:
    """How many records make a piece where so many wait."""
    return PIECE_RECORDS_MAX if waiting >= BACKLOG_RECORDS else SLICE_RECORDS_MAX


class Spent:
    """The time that a piece has taken. Begins where it is made; `now` is in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began = self._last = now()
        self._longest = 0.0

    def enough(self) -> bool:
        """Asked after each slice: whether another one as long as the longest would take the piece past its time."""
        at = self._now()
        self._longest = max(self._longest, at - self._last)
        self._last = at
        return at - self._began + self._longest > PIECE_SECONDS_MAX


def slices(sequence: Sequence[T], size_bytes: Callable[[T], int]) -> Iterator[tuple[Sequence[T], int]]:
    """Cuts into runs that are small enough for the lane, but for single records that are not; each with its bytes."""
    begin = total = 0
    for index, one in enumerate(sequence):
        size = size_bytes(one)
        if index > begin and (index - begin >= SLICE_RECORDS_MAX or total + size > SLICE_BYTES_MAX):
            yield sequence[begin:index], total
            begin, total = index, 0
        total += size
    if begin < len(sequence):
        yield sequence[begin:], total
