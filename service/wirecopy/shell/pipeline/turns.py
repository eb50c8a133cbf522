"""Whose turn it is with the engine, which is not for several threads at once: the follower's replays, or a question.

Replaying must not wait for people who look, and people must not wait for a batch of hundreds of records. So a batch goes
in slices, on the event loop (lane.py says why there), and gives way between two of them where a question waits. Questions
come one at a time: behind each the next slice is already in the queue, so a crowd of them takes its share of the engine
and no more. They are of any length, so they go to a thread.

Invariant: records reach the engine in the order they were given in, each once; a question changes nothing, so what the
records lead to does not depend on who asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from wirecopy.core.model import Agreement, Outcome, Refused
from wirecopy.shell.pipeline.lane import SLICE_RECORDS_MAX, CoreLane, Spent, Work, piece_records_max
from wirecopy.shell.ports import EnginePort

Result = TypeVar("Result")
Record = tuple[int, int, bytes]


class EngineTurns:
    """`executor` has one thread, for questions; at most `inline_replays_max` records are replayed in one go on the event
    loop, or, where that is 0, in the thread."""

    def __init__(
        self, engine: EnginePort, executor: Executor, inline_replays_max: int, lane: CoreLane | None = None
    ) -> None:
        self._engine = engine
        self._executor = executor
        self._inline_replays_max = inline_replays_max
        self._lane = lane or CoreLane()
        self._turn = asyncio.Lock()
        self._questions = asyncio.Lock()
        self._asking = 0  # questions that wait; the engine's thread reads it between slices

    async def replay(self, records: Sequence[Record]) -> list[Outcome | Refused | Agreement]:
        """Replays a batch in order. Raises what the engine raises."""
        outcomes: list[Outcome | Refused | Agreement] = []
        while len(outcomes) < len(records):
            rest = records[len(outcomes) :] if outcomes else records
            async with self._turn:
                loop = asyncio.get_running_loop()
                if self._inline_replays_max:
                    piece = partial(self._piece, rest, len(records), loop.time)
                    outcomes += await self._lane.run(Work.REPLAY, piece)
                else:
                    outcomes += await loop.run_in_executor(self._executor, self._until_asked, rest)
        return outcomes

    def _piece(
        self, records: Sequence[Record], waiting: int, now: Callable[[], float]
    ) -> list[Outcome | Refused | Agreement]:
        """Replays the first of the records: one slice, and more of them in a backlog, unless somebody asks."""
        spent = Spent(now)
        most = min(self._inline_replays_max, piece_records_max(waiting), len(records))
        outcomes: list[Outcome | Refused | Agreement] = []
        while len(outcomes) < most and not (outcomes and (self._asking or spent.enough())):
            end = min(most, len(outcomes) + SLICE_RECORDS_MAX)
            outcomes += self._engine.replay_many(records[len(outcomes) : end])
        return outcomes

    def _until_asked(self, records: Sequence[Record]) -> list[Outcome | Refused | Agreement]:
        """Replays the first of the records, one slice at least and all of them unless somebody asks."""
        outcomes: list[Outcome | Refused | Agreement] = []
        while len(outcomes) < len(records) and not (outcomes and self._asking):
            outcomes += self._engine.replay_many(records[len(outcomes) : len(outcomes) + SLICE_RECORDS_MAX])
        return outcomes

    async def ask(self, question: Callable[[], Result]) -> Result:
        """Calls `question`, which may read the engine and must not change it, between two slices."""
        self._asking += 1
        try:
            async with self._questions, self._turn:
                answer = asyncio.get_running_loop().run_in_executor(self._executor, question)
                try:
                    return await asyncio.shield(answer)
                finally:
                    await _ended(answer)  # also when who asked has gone: the engine is still being read
        finally:
            self._asking -= 1


async def _ended(future: asyncio.Future[Result]) -> None:
    """Waits for the end of what cannot be stopped, however often we are cancelled meanwhile."""
    cancelled = False
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
