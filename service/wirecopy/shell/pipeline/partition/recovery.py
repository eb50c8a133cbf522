"""How a partition goes on after a failure: how long it waits, and when it gives up.

A transient failure is waited out, however often it comes. A refusal or a fault of our own would fail again for ever, so
a few in a row without one committed transaction between them end the process with a sentence. Being fenced means that
the partition is another replica's by now, and the group will say so, or that a transaction timed out; being fenced again
soon, while the partition is still ours, means that the deployment is wrong.
"""

from __future__ import annotations

from wirecopy.shell.errors import FatalError, FencedError, OffsetLostError, RefusedError, UnavailableError
from wirecopy.shell.observe.events import Part, Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.ports import TopicPartition

FAILURES_MAX = 8  # refusals and faults of our own in a row, without one transaction between them


class Recovery:
    """Of one partition, over all its incarnations."""

    def __init__(self, partition: TopicPartition, options: PipelineOptions, telemetry: Telemetry) -> None:
        self._partition = partition
        self._options = options
        self._telemetry = telemetry
        self._delay_ms = options.retry_delay_ms
        self._failures = 0
        self._fenced_at: float | None = None
        self._progressed = False

    def begin(self) -> None:
        """An incarnation begins."""
        self._progressed = False

    def committed(self) -> None:
        """A transaction was committed."""
        self._failures, self._progressed = 0, True

    def after_failure(self, error: Exception) -> int:
        """How long to wait, in milliseconds. Raises `FatalError` where waiting would not help."""
        self._telemetry.rebuilt(Part.PARTITION, error)
        if isinstance(error, OffsetLostError):
            self._telemetry.offset_lost(self._partition)
            raise FatalError(str(error)) from error
        if not isinstance(error, UnavailableError):
            self._failures += 1
            if self._failures >= FAILURES_MAX:
                raise FatalError(
                    f"{_name(self._partition)} failed {self._failures} times in a row:"
                    f" {type(error).__name__}: {error}"
                ) from error
        delay_ms = self._options.retry_delay_ms if self._progressed else self._delay_ms
        self._delay_ms = min(2 * delay_ms, self._options.retry_delay_ms_max)
        return delay_ms

    def after_fence(self, error: FencedError, now: float) -> int:
        """The same after a fence; `now` in the loop's seconds."""
        self._telemetry.fenced(self._partition)
        self._telemetry.rebuilt(Part.PARTITION, error)
        fenced_at, self._fenced_at = self._fenced_at, now
        if fenced_at is not None and now - fenced_at < self._options.fenced_again_within_ms / 1000:
            raise FatalError(
                f"{_name(self._partition)} was fenced twice although the group has assigned it to this replica."
                " Either another process uses the group's transactional ids without being a member, or"
                " transactions take longer than their time-out"
            ) from error
        return self._options.fenced_delay_ms


def gravest(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of what the tasks of an incarnation raised, the error that decides how to go on."""
    flat: list[BaseException] = []
    pending: list[BaseException] = [several]
    while pending:
        error = pending.pop()
        if isinstance(error, BaseExceptionGroup):
            pending.extend(error.exceptions)
        else:
            flat.append(error)
    for kind in (FatalError, OffsetLostError, FencedError, RefusedError):
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]


def _name(partition: TopicPartition) -> str:
    return f"{partition.topic}-{partition.partition}"
