"""What a partition's worker is given, and the states that it goes through."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum

from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.breaker import Breaker
from wirecopy.shell.pipeline.gate import Gate
from wirecopy.shell.pipeline.identity import Identity
from wirecopy.shell.pipeline.lane import CoreLane
from wirecopy.shell.pipeline.partition.flight import InFlight
from wirecopy.shell.pipeline.steps import Limits
from wirecopy.shell.ports import EnginePort, FingerprintLog, Steps


class State(StrEnum):
    OPENING = "opening"
    SEEKING = "seeking"  # opened; waits for the poll task to seek and resume
    OPEN = "open"
    DAMAGED = "damaged"  # stands before offsets that nobody can read, and looks at them now and then
    WAITING = "waiting"  # before the next attempt
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What the workers of a pipeline share."""

    engine: EnginePort
    steps: Steps
    log: FingerprintLog
    options: PipelineOptions
    telemetry: Telemetry
    breaker: Breaker
    in_flight: InFlight
    lane: CoreLane
    gate: Gate
    executor: Executor
    wall_clock_ms: Callable[[], int]
    followed_offset: Callable[[], int]
    limits: Callable[[], Limits]
    identity: Identity
