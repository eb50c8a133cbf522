"""What lies between a simulated replica and the broker: delay, loss, and the moment at which a process dies.

A request is sent, takes effect at the broker, and is answered. The three are separate events, as they are on
a wire: the effect happens whether or not the client still lives, waits, or was told that its time is up. So
each of these is an ordinary run here: a commit that was applied and whose answer was lost, a commit that
arrives after its sender was given up and another took over, an append that lands twice.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tests.sim.loop import REPLICA, SimLoop
from wirecopy.shell.errors import UnavailableError

T = TypeVar("T")


class Point(StrEnum):
    """Where a process can be made to die."""

    CONSUMED = "after consume"
    APPEND_SENT = "before the append takes effect"
    APPENDED = "after the append, before its answer"
    FENCED = "after the fence, before the committed offset is read"
    OUTPUT_SENT = "after the outputs are sent"
    BEFORE_OFFSETS = "before the offsets"
    BEFORE_COMMIT = "before the commit"
    COMMITTED = "after the commit, before its answer"
    RESTORING = "while the index is restored"
    REVOKING = "while partitions are revoked"


@dataclass(slots=True)
class Conditions:
    """Chances of a request; all zero is calm. Delays in seconds."""

    lost: float = 0.0  # it never arrives
    unanswered: float = 0.0  # it takes effect, the answer is lost
    late: float = 0.0  # it takes effect only after its sender has given up
    delay_max: float = 0.004
    timeout: float = 0.5  # after which the client gives up
    late_max: float = 3.0


@dataclass(slots=True)
class Network:
    """One per run. `crash_at`: for a replica the point at which it is to be killed, and the visits left."""

    loop: SimLoop
    chance: random.Random
    conditions: Conditions = field(default_factory=Conditions)
    slow: dict[int, float] = field(default_factory=dict)  # replica → extra seconds at each read of the log
    crash_at: dict[int, tuple[Point, int]] = field(default_factory=dict)
    crashed: list[tuple[int, Point]] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    on_crash: Callable[[int], None] = lambda replica: None

    async def reach(self, point: Point) -> None:
        """A process is here. It may be its last place."""
        replica = REPLICA.get()
        armed = None if replica is None else self.crash_at.get(replica)
        if armed is None or replica is None or armed[0] is not point:
            return
        if armed[1] > 0:
            self.crash_at[replica] = (point, armed[1] - 1)
            return
        del self.crash_at[replica]
        self.crashed.append((replica, point))
        self.events[f"crash: {point.value}"] += 1
        self.on_crash(replica)
        self.loop.kill(replica)
        await asyncio.sleep(0)  # never comes back

    async def ask(
        self, what: str, action: Callable[[], T], sent: Point | None = None, done: Point | None = None
    ) -> T:
        """Sends a request. Its effect at the broker is `action`; what that gives or raises is the answer."""
        chance, conditions, loop = self.chance, self.conditions, self.loop
        answer: asyncio.Future[T] = loop.create_future()
        if sent is not None:
            await self.reach(sent)
        roll = chance.random()
        delay = chance.random() * conditions.delay_max
        lost = roll < conditions.lost
        unanswered = conditions.lost <= roll < conditions.lost + conditions.unanswered
        late = (
            conditions.lost + conditions.unanswered
            <= roll
            < conditions.lost + conditions.unanswered + conditions.late
        )

        def reply(error: Exception | None, result: T | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]

        def take_effect() -> None:
            error: Exception | None = None
            result: T | None = None
            try:
                result = action()
            except Exception as raised:
                error = raised
            if not unanswered:
                loop.call_later(
                    chance.random() * conditions.delay_max, reply, error, result, context=outside()
                )

        if lost or unanswered or late:
            self.events[f"{'lost' if lost else 'unanswered' if unanswered else 'late'}: {what}"] += 1
        if late:
            delay = conditions.timeout + chance.random() * conditions.late_max
        if not lost:
            loop.call_later(delay, take_effect, context=outside())
        try:
            async with asyncio.timeout(conditions.timeout):
                result = await answer
        except TimeoutError:
            raise UnavailableError(f"no answer: {what}") from None
        if done is not None:
            await self.reach(done)
        return result


def outside() -> contextvars.Context:
    """The context of what happens at the broker: nobody's, so no replica's death stops it."""
    return contextvars.Context()
