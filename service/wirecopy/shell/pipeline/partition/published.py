"""What is told of records once they are published: spans, dead letters, verdicts."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from wirecopy.core.model import RawArticle, VerdictKind
from wirecopy.shell.observe import events
from wirecopy.shell.observe.events import Stage, Telemetry
from wirecopy.shell.pipeline.steps import Entry, result_of


def tell_all(
    batch: Sequence[Entry], telemetry: Telemetry, now_ms: int, published_at: float, settled_at: float
) -> None:
    """Count the records of one transaction. `settled_at`: when the first of them had come back from the log; as
    `published_at` in the event loop's seconds."""
    telemetry.transaction_committed(len(batch))
    waited = [entry for entry in batch if entry.outcome is not None and entry.appended_at]
    if waited:
        telemetry.stage_time(Stage.FOLLOW, max(0.0, settled_at - waited[0].appended_at), len(waited))
    for entry in batch:
        tell(entry, telemetry, now_ms, published_at)


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
        telemetry.rewritten(outcome.verdict)
        if entry.proposal is not None and not outcome.redelivered:
            guarded(entry.proposal.article, outcome.verdict.kind, telemetry)
    if outcome.redelivered:
        telemetry.record(events.REDELIVERED)
    if outcome.corrections:
        telemetry.record(events.CORRECTIONS, len(outcome.corrections))


def guarded(article: RawArticle, kind: VerdictKind, telemetry: Telemetry) -> None:
    """A verdict goes past the guard; where an alarm begins or ends, the log line names the source."""
    changed = telemetry.guard.judged(article.domain, kind)
    if changed is None:
        return
    alarm, began = changed
    level, event = (logging.WARNING, "source_flagged") if began else (logging.INFO, "source_calm")
    told = {"source": alarm.source, "share": round(alarm.share, 3), "habit": round(alarm.habit, 3)}
    telemetry.sink.log(level, event, {**told, "mostly": alarm.mostly.value})
