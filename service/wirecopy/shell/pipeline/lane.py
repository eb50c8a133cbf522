"""Core work on the event loop: one piece at a time, the one that is due first, and a turn of the loop between two pieces.

Decoding, proposing, replaying and rendering hold the interpreter, but for their kernels, which let go of it for some
microseconds each. In threads beside the loop, that is a convoy: at each of the thirty kernels of an article the thread
waits for the others to give the interpreter back, up to the switch interval each time, and the cores idle meanwhile
(two threads judged less than half as many articles a second as none did). So pieces of a few milliseconds run on the loop
itself, and what cannot be cut that small, a single huge record, goes to a thread. More cores are used by processes
(fingerprints.py), which share no interpreter.

A piece is due some time after it was asked for (`ALLOWANCE_S`). While the loop keeps up, everything runs at once and the
times do not matter; where it does not, what has been begun is finished before more is begun, and a partition waits a
little before it publishes, so that its transaction carries more: a transaction costs the same whatever it holds.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class Work(Enum):
    REPLAY = "replay"
    PREPARE = "prepare"
    PUBLISH = "publish"


ALLOWANCE_S = {Work.REPLAY: 0.0, Work.PREPARE: 0.02, Work.PUBLISH: 0.06}
PIECE_RECORDS_MAX = 16  # some 4 ms of decoding and proposing, 5 of replaying
PIECE_BYTES_MAX = 128 * 1024  # of raw records, which decoding and proposing cost by their length


class CoreLane:
    """Belongs to the loop that first uses it."""

    def __init__(self) -> None:
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


def pieces(sequence: Sequence[T], size_bytes: Callable[[T], int]) -> Iterator[tuple[Sequence[T], int]]:
    """Cuts into runs that are small enough for the lane, but for single records that are not; each with its bytes."""
    begin = total = 0
    for index, one in enumerate(sequence):
        size = size_bytes(one)
        if index > begin and (index - begin >= PIECE_RECORDS_MAX or total + size > PIECE_BYTES_MAX):
            yield sequence[begin:index], total
            begin, total = index, 0
        total += size
    if begin < len(sequence):
        yield sequence[begin:], total
