"""What is watched over a pipeline's whole life: that no part stands still, and that no other process has our name.

Every part bounds its own waits; when one stands still nevertheless, the process ends and says what each part was waiting
for. The same partitions assigned again and again are what two processes with one `group.instance.id` look like: they
steal from each other at every heartbeat.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from wirecopy.shell.errors import (
    FatalError,
    RefusalKind,
    RefusedError,
    StalledError,
    UnavailableError,
    WatchdogExpiredError,
)
from wirecopy.shell.observe import events
from wirecopy.shell.observe.events import Part, Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.ports import TopicPartition

WATCH_INTERVAL_S = 0.25  # how often the loop's lag is measured; every fourth time the parts are looked at
LOOK_EACH = 4
GIVE_UP_S = 1.0  # a step that was given up may take so long to see its cancellation


async def watch(telemetry: Telemetry, look: Callable[[float], None]) -> None:
    """Measures the event loop's lag, and calls `look` with the loop's time once a second. Never returns."""
    loop = asyncio.get_running_loop()
    turn = 0
    while True:
        slept_at = loop.time()
        await asyncio.sleep(WATCH_INTERVAL_S)
        telemetry.record(events.LOOP_LAG, max(0.0, loop.time() - slept_at - WATCH_INTERVAL_S))
        turn += 1
        if turn % LOOK_EACH == 0:
            look(loop.time())


def require_progress(
    now: float, turned_at: Sequence[float], timeout_ms: int, waits: Callable[[], Sequence[str]]
) -> None:
    """Raises `WatchdogExpiredError` where a part last turned its loop longer ago than the time-out."""
    limit = timeout_ms / 1000
    if now - min(turned_at) > limit:
        raise WatchdogExpiredError(
            f"no progress for {limit:.0f} s. What each part was doing:\n" + "\n".join(waits())
        )


class AssignmentCount:
    """How often the group has assigned the same partitions within the window."""

    def __init__(self, options: PipelineOptions) -> None:
        self._options = options
        self._recent: deque[tuple[float, frozenset[TopicPartition]]] = deque()

    def count(self, partitions: frozenset[TopicPartition], now: float) -> FatalError | None:
        """One assignment more; the error to end with where there were too many."""
        recent, options = self._recent, self._options
        recent.append((now, partitions))
        window_s = options.reassignment_window_ms / 1000
        while recent and (now - recent[0][0] > window_s or recent[0][1] != partitions):
            recent.popleft()
        if len(recent) <= options.reassignments_max:
            return None
        return FatalError(
            f"the group assigned the same {len(partitions)} partitions to this replica {len(recent)} times within"
            f" {options.reassignment_window_ms} ms: two processes probably share one instance id."
            " Give each replica its own WIRECOPY_KAFKA_GROUP_INSTANCE_ID"
        )


async def patiently(
    step: Callable[[], Awaitable[None]],
    part: Part,
    options: PipelineOptions,
    telemetry: Telemetry,
    turned: Callable[[str], None],
) -> None:
    """A step at start: the broker may come up after us. Time without success is bounded by the watch's limit; `turned` is
    called at each attempt, with why the one before failed ("" at first).
    """
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + options.progress_timeout_ms / 1000
    delay_ms = options.retry_delay_ms
    failure = ""
    while True:
        turned(failure)
        try:
            await step()
        except (RefusedError, UnavailableError, StalledError) as error:
            if isinstance(error, RefusedError) and error.kind is not RefusalKind.NO_SUCH_TOPIC:
                raise FatalError(
                    f"the broker refused access to the {part.value}: {error}."
                    " Check with `wirecopy check-config --connect`"
                ) from error
            telemetry.rebuilt(part, error)
            failure = f"{part.value}: tries again after: {error}"
            turned(failure)
            if loop.time() > give_up_at:
                raise FatalError(
                    f"the {part.value} was not reachable within {options.progress_timeout_ms} ms: {error}"
                ) from error
        else:
            return
        await asyncio.sleep(delay_ms / 1000)
        delay_ms = min(2 * delay_ms, options.retry_delay_ms_max)


async def unless(stop: asyncio.Event, step: Coroutine[None, None, None]) -> bool:
    """Does `step`, or gives it up as soon as `stop` is set; True where it was done.

    A step at start waits for a broker as long as the watch allows, but a stop must not: the client's clean-up ends in the
    background.
    """
    doing, asked = asyncio.ensure_future(step), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([doing, asked], return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            return False
        doing.result()
        return True
    finally:
        asked.cancel()
        doing.cancel()
        await asyncio.wait([doing, asked], timeout=GIVE_UP_S)
