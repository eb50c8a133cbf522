"""How many partitions publish at once: a few, the others wait for a turn and go on collecting meanwhile.

Each raw partition has transactions of its own, and a transaction costs the broker and the client the same for five records
as for fifty: five requests in turn, and a marker on each partition that it wrote to. Were all partitions let off at once,
their transactions would share the processors: each takes as long as all of them together, and what arrives meanwhile
waits for the next. A few at a time, each is quick, and what a partition collected while it waited goes with it. On two
processors that the broker shared, with six partitions, three runs in turn gave p99 latencies of 477, 429 and 2,123 ms with a
width of three, 1,500, 1,663 and 1,086 with two, 2,430, 925 and 1,733 with none; medians differ less.

Where transactions are slow because the network is, and not the processors, waiting is for nothing. So the gate is as wide
as half of the partitions: a partition waits for one other at most. And it is a courtesy, no lock: a transaction that hangs,
because its coordinator does, keeps the others waiting for `PATIENCE_S` and no longer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

WIDTH_MIN = 2  # one of them waits for the broker while the other works here
PARTITIONS_EACH = 2
PATIENCE_S = 1.0


class Gate:
    """An async context: inside it a partition publishes. First come, first served. `partitions` counts those that are
    worked on.
    """

    def __init__(self, partitions: Callable[[], int], patience_s: float = PATIENCE_S) -> None:
        self._partitions = partitions
        self._patience_s = patience_s
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def inside(self) -> int:
        return self._inside

    def _open(self) -> bool:
        return self._inside < max(WIDTH_MIN, -(-self._partitions() // PARTITIONS_EACH))

    async def __aenter__(self) -> None:
        if not self._waiting and self._open():
            self._inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=self._patience_s)
        except asyncio.CancelledError:
            if turn.done():
                self._leave()
            else:
                self._waiting.remove(turn)
            raise
        if not turn.done():
            self._waiting.remove(turn)
            self._inside += 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self._inside -= 1
        while self._waiting and self._open():
            self._inside += 1  # on behalf of the one that is let in, so that nobody slips in before it wakes
            self._waiting.popleft().set_result(None)
