"""One target's queue: its limits of rate and of requests at once, retries with growing pauses, and the end of patience.

A match leaves the queue as delivered or as given up, with the reason. It is given up when the target refuses it while it takes
others (`give_up_ms`), or says that it wants no more (410). An outage is waited out, unless `patient` is false:

- A match is refused when an attempt fails that began after the target took another, and an attempt before that one failed too.
  What was on its way when an outage began or ended is not refused by that.
- While the last that a target said of a match that it never refused is a failure, it may be down, and nothing is given up.

Order is that of arrival at the first attempt, and not kept between retries.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from wirecopy.shell.desk.notify.sending import Answer, Network, post
from wirecopy.shell.desk.notify.signing import headers_of
from wirecopy.shell.desk.notify.targets import Target
from wirecopy.shell.observe import events
from wirecopy.shell.observe.events import NotifyFailure, Telemetry

DELIVERED: Final = ""  # the reason of what was not given up


@dataclass(slots=True, eq=False)
class Message:
    """A match for one target. `done` gets the reason for which it was given up, DELIVERED, else."""

    id: str
    body: str
    done: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    failures: int = 0
    failed_at: float | None = None  # when its first attempt failed
    refused_at: float | None = None  # when it was first refused


class TargetQueue:
    """`put` takes a message; `close` drops what is there without ending it."""

    def __init__(
        self, target: Target, allowed: Sequence[Network], telemetry: Telemetry, *, patient: bool = True
    ) -> None:
        self.target = target
        self._allowed = tuple(allowed)
        self._telemetry = telemetry
        self._waiting: deque[Message] = deque()
        self._held: set[Message] = set()  # being sent, or between two attempts
        self._arrived = asyncio.Event()
        self._tokens = 1.0
        self._filled_at = time.monotonic()
        self._took_at: float | None = None  # when it last took a match
        self._down = False  # it failed a match that it never refused, and took none since
        self._patient = patient
        self._tasks = {
            asyncio.create_task(self._work(), name=f"target {target.name}")
            for _ in range(target.in_flight_max)
        }

    def __len__(self) -> int:
        return len(self._waiting) + len(self._held)

    def put(self, message: Message) -> None:
        self._waiting.append(message)
        self._arrived.set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._waiting.clear()
        self._held.clear()

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            message = self._waiting.popleft()
            self._held.add(message)
            await self._allowance()
            took_at = self._took_at
            self._judge(message, await self._attempt(message), took_at)

    async def _attempt(self, message: Message) -> Answer:
        target, now_s = self.target, int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "wirecopy",
            "Idempotency-Key": f'"{message.id}"',
            **headers_of(target.secret, message.id, now_s, message.body),
        }
        return await post(target.url, headers, message.body.encode(), target.timeout_ms, self._allowed)

    def _judge(self, message: Message, answer: Answer, took_at: float | None) -> None:
        """It has arrived, or is tried again later without holding up others, or is given up.

        `took_at`: when the target had last taken a match as this attempt began.
        """
        target, now = self.target, time.monotonic()
        if answer.failure is None:
            self._took_at, self._down = now, False
            self._held.discard(message)
            self._telemetry.record(events.NOTIFIED)
            self._telemetry.record(events.NOTIFY_SECONDS, now - message.began)
            message.done(DELIVERED)
            return
        self._telemetry.notify_failed(target.name, message.id, answer.failure, answer.detail)
        pause_ms = min(target.retry_ms * 2**message.failures, target.retry_ms_max)
        message.failures += 1
        wait_ms = max(pause_ms * random.uniform(0.5, 1.0), 1_000 * answer.retry_after_s)  # noqa: S311 - jitter
        tried_since = self._refused_since(message, took_at, now) if self._patient else message.began
        late = tried_since is not None and 1_000 * (now - tried_since) + wait_ms > target.give_up_ms
        if answer.failure is NotifyFailure.GONE or late:
            self._gave_up(message, answer.failure)
            return
        asyncio.get_running_loop().call_later(wait_ms / 1000, self._again, message)

    def _refused_since(self, message: Message, took_at: float | None, now: float) -> float | None:
        """Since when the target refuses this match while it takes others; None where it may take nothing at all."""
        if message.failed_at is None:
            message.failed_at = now
        if message.refused_at is None and took_at is not None and took_at > message.failed_at:
            message.refused_at = now
        if message.refused_at is None:
            self._down = True
        return None if self._down else message.refused_at

    def _again(self, message: Message) -> None:
        if message in self._held:
            self._held.discard(message)
            self._waiting.append(message)
            self._arrived.set()

    def _gave_up(self, message: Message, reason: str) -> None:
        self._held.discard(message)
        self._telemetry.record(events.NOTIFY_DEAD)
        message.done(reason)

    async def _allowance(self) -> None:
        """A token bucket of one second's worth."""
        rate = self.target.rate_per_second
        while True:
            now = time.monotonic()
            self._tokens = min(max(1.0, rate), self._tokens + rate * (now - self._filled_at))
            self._filled_at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / rate)
