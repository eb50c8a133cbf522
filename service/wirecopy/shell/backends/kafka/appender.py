"""Appends of many partition workers to one log partition, a batch at a time.

Workers append whenever they receive something; the log takes one batch at a time anyway, since its producer
has one request in flight per partition. So what comes while a batch is on its way goes together in the next
one: batches grow with the load by themselves, and the short linger only spares requests when the load is low.
The obvious other form, each append a request of its own, costs a round trip each and keeps the log's
partition busy with tiny batches.

Nothing is tried again here: a failed batch fails everybody in it, they rebuild and append again, and the
index takes what the log then holds twice only once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from wirecopy.shell.errors import UnavailableError


@dataclass(slots=True)
class _Waiting:
    values: Sequence[bytes]
    size_bytes: int
    offsets: asyncio.Future[list[int]]


class Appender:
    """`send` appends values in order, in few requests, and returns their offsets, or raises."""

    def __init__(
        self, send: Callable[[list[bytes]], Awaitable[list[int]]], linger_ms: int, batch_bytes_max: int
    ) -> None:
        self._send = send
        self._linger_s = linger_ms / 1000
        self._batch_bytes_max = batch_bytes_max
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="appender")

    async def stop(self) -> None:
        """What still waits fails as unavailable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        _fail(self._waiting, UnavailableError("the log is being closed"))
        self._waiting.clear()

    async def append(self, values: Sequence[bytes]) -> list[int]:
        """Returns the offsets. A cancelled append may still reach the log."""
        if self._task is None or self._task.done():
            raise UnavailableError("the log is closed")
        offsets: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        size = sum(len(value) + 64 for value in values)
        self._waiting.append(_Waiting(values, size, offsets))
        self._arrived.set()
        return await offsets

    async def _run(self) -> None:
        while True:
            self._arrived.clear()
            if not self._waiting:
                await self._arrived.wait()
                if sum(waiting.size_bytes for waiting in self._waiting) < self._batch_bytes_max:
                    await asyncio.sleep(self._linger_s)
            await self._send_next()

    async def _send_next(self) -> None:
        taken: list[_Waiting] = []
        size = 0
        while self._waiting and (not taken or size + self._waiting[0].size_bytes <= self._batch_bytes_max):
            waiting = self._waiting.popleft()
            if waiting.offsets.cancelled():
                continue  # its partition was taken away before it was sent
            taken.append(waiting)
            size += waiting.size_bytes
        if not taken:
            return
        try:
            offsets = await self._send([value for waiting in taken for value in waiting.values])
        except asyncio.CancelledError:
            _fail(taken, UnavailableError("the log is being closed"))
            raise
        except Exception as error:
            _fail(taken, error)
            return
        begin = 0
        for waiting in taken:
            end = begin + len(waiting.values)
            if not waiting.offsets.done():
                waiting.offsets.set_result(offsets[begin:end])
            begin = end
        assert begin == len(offsets), "an offset for each value"


def _fail(several: Sequence[_Waiting] | deque[_Waiting], error: Exception) -> None:
    for waiting in several:
        if not waiting.offsets.done():
            waiting.offsets.set_exception(error)
