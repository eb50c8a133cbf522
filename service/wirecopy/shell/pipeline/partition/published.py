"""What is told of a record once it is published: its span, its dead letter, its verdict."""

from __future__ import annotations

from wirecopy.shell.observe import events
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.pipeline.steps import Entry, result_of


def tell(entry: Entry, telemetry: Telemetry, now_ms: int, published_at: float) -> None:
    """Count one published record. `published_at`: when its transaction began, in the event loop's seconds."""
    if entry.trace is not None:
        entry.trace.end(result_of(entry), entry.appended_at, published_at)
        entry.trace = None
    if entry.fault is not None:
        telemetry.internal_fault(entry.record.position, entry.fault)
    if entry.rejected is not None:
        telemetry.dead_lettered(entry.rejected.reason, entry.record.position, entry.rejected.detail)
    outcome = entry.outcome
    if outcome is None:
        return
    if entry.rejected is None:
        telemetry.judged(outcome.verdict.kind, float(now_ms - entry.record.timestamp_ms))
        telemetry.dated(outcome.verdict.basis)
    if outcome.redelivered:
        telemetry.record(events.REDELIVERED)
    if outcome.corrections:
        telemetry.record(events.CORRECTIONS, len(outcome.corrections))
