"""A deterministic event loop: virtual time, and an order of events that a seed decides.

Two sources of chance make a run of asyncio code differ from the next: the clock, and the order in which
things that are ready get their turn. Here both are the seed's. Time stands still while anything is ready and
jumps to the next timer when nothing is, so an hour of waiting costs nothing and a deadline is never missed by
accident. Among the ready handles the seed picks one, so every order that asyncio would be allowed to choose
is tried sooner or later; the obvious other, asyncio's own first-in-first-out order, would try one.

A handle belongs to the replica that was current (`REPLICA`, a context variable) when it was made. A frozen
replica's handles are kept aside until it thaws, and those of a killed one for ever: what SIGSTOP and SIGKILL
do to a process. Tasks and futures are numbered, and hashed by their numbers: asyncio keeps them in sets,
whose order would otherwise be that of their addresses in memory.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")
REPLICA: contextvars.ContextVar[int | None] = contextvars.ContextVar("replica", default=None)
TURNS_MAX = 400_000  # a run of a thousand records takes far fewer; more is a livelock
THREAD_SECONDS_MAX = 0.02  # work given to a thread ends within it, in any order


class DeadlockError(AssertionError):
    """Nothing is ready, no timer is set, and the run is not over."""


class LivelockError(AssertionError):
    """The run turned its loop TURNS_MAX times."""


class SimTask(asyncio.Task[Any]):
    """A task that is hashed by its number."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class SimFuture(asyncio.Future[Any]):
    """A future that is hashed by its number."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class SimLoop(asyncio.AbstractEventLoop):
    """One run. `chance` decides; `now` is in seconds from the run's beginning."""

    def __init__(self, chance: random.Random) -> None:
        self.now = 0.0
        self.turns = 0
        self.errors: list[dict[str, Any]] = []
        self._chance = chance
        self._ready: list[tuple[int | None, asyncio.Handle]] = []
        self._timers: list[tuple[float, int, int | None, asyncio.TimerHandle]] = []
        self._timer_count = 0
        self._frozen: dict[int, list[tuple[int | None, asyncio.Handle]]] = {}
        self._tasks: list[SimTask] = []
        self._made = 0
        self.trace = 0  # a digest of what ran when: two runs of one seed must agree

    # ---- faults
    def freeze(self, replica: int) -> None:
        """SIGSTOP: nothing of it runs until `thaw`; its timers go off all the same, and wait."""
        self._frozen.setdefault(replica, [])

    def thaw(self, replica: int) -> None:
        self._ready += self._frozen.pop(replica, [])

    def is_frozen(self, replica: int) -> bool:
        return replica in self._frozen

    def kill(self, replica: int) -> None:
        """SIGKILL: nothing of it runs again, no `finally`, no `except`, until the run is over (`reap`)."""
        self._frozen.setdefault(replica, [])

    # ---- running
    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Runs until `main` is done."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(main)
            while not task.done():
                self._turn()
            result: T = task.result()
            return result
        finally:
            self.reap()
            asyncio._set_running_loop(None)

    def reap(self) -> None:
        """After the run: lets every task end, so that none is destroyed while it waits."""
        for replica in list(self._frozen):
            self.thaw(replica)
        for _ in range(20):
            waiting = [task for task in self._tasks if not task.done()]
            if not waiting:
                return
            for task in waiting:
                task.cancel()
            for _ in range(20 * len(waiting) + 100):
                if not self._ready:
                    break
                self._turn()

    def _turn(self) -> None:
        self.turns += 1
        if self.turns > TURNS_MAX:
            raise LivelockError(f"{TURNS_MAX} turns, {self.now:.1f} s of virtual time")
        if not self._ready:
            if not self._timers:
                raise DeadlockError(f"nothing will ever happen again after {self.now:.3f} s")
            self.now = max(self.now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self.now:
            _, _, owner, timer = heapq.heappop(self._timers)
            self._ready.append((owner, timer))
        ready = self._ready
        at = int(self._chance.random() * len(ready))
        ready[at], ready[-1] = ready[-1], ready[at]
        owner, handle = ready.pop()
        if handle.cancelled():
            return
        if owner is not None and owner in self._frozen:
            self._frozen[owner].append((owner, handle))
            return
        self.trace = hash((self.trace, len(ready), -1 if owner is None else owner, self.now))
        handle._run()

    # ---- what asyncio asks of a loop
    def time(self) -> float:
        return self.now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        context = contextvars.copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append((context.get(REPLICA), handle))
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        context = contextvars.copy_context() if context is None else context
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timer_count += 1
        heapq.heappush(self._timers, (when, self._timer_count, context.get(REPLICA), timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It stays in the heap, and is passed over when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        future = SimFuture(loop=self)
        self._made += 1
        future.number = self._made
        return future

    def create_task(
        self,
        coro: Any,
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[Any]:
        task = SimTask(coro, loop=self, name=name, context=context)
        self._made += 1
        task.number = self._made
        self._tasks.append(task)
        return task

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """A thread that ends some time later; what it does, it does at once, then."""
        future: asyncio.Future[T] = self.create_future()

        def ends() -> None:
            if future.cancelled():
                return
            try:
                result = func(*args)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.call_later(self._chance.random() * THREAD_SECONDS_MAX, ends)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(context)
