"""Which partitions are read at the next poll: those that have opened, and have room for more in flight.

A partition that has enough in flight is paused and not left out of the poll: the group would throw out a member that does
not poll (hazards A6 and A7).
"""

from __future__ import annotations

from collections.abc import Mapping

from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.partition.flight import InFlight
from wirecopy.shell.pipeline.partition.worker import PartitionWorker, State
from wirecopy.shell.ports import RawSource, TopicPartition

HELD_POLL_MS = 20  # a held-back partition may be read again soon: do not sleep over it
RESUME_SHARE = 0.5  # memory in flight falls to this share of its bound before partitions are read again


class BackPressure:
    """Over all partitions of a pipeline."""

    def __init__(self, options: PipelineOptions, in_flight: InFlight) -> None:
        self._options = options
        self._in_flight = in_flight
        self._holding = False  # all together have too many bytes in flight

    def apply(
        self, source: RawSource, workers: Mapping[TopicPartition, PartitionWorker], stopping: bool
    ) -> int:
        """Seek what has opened, hold back what has enough in flight. Returns how long to poll, in milliseconds."""
        bound = self._options.in_flight_bytes_max
        limit = bound * RESUME_SHARE if self._holding else bound
        self._holding = self._in_flight.size_bytes >= limit
        held = False
        for partition, worker in workers.items():
            offset = worker.take_seek()
            if offset is not None:
                source.seek(partition, offset)
            if worker.state is State.OPEN and not self._holding and not worker.full and not stopping:
                source.resume(partition)
            else:
                source.pause(partition)
                held = held or worker.state in (State.OPEN, State.SEEKING)
        return min(HELD_POLL_MS, self._options.poll_timeout_ms) if held else self._options.poll_timeout_ms

    def pauses(self, worker: PartitionWorker) -> bool:
        """Whether an open partition is held back, for its gauge."""
        return worker.state is State.OPEN and (worker.full or self._holding)
