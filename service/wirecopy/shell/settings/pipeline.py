"""Settings of the pipeline: how much is under way at a time, how long is waited, when to stop.

The defaults are those of `PipelineOptions` in options.py: one truth.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from wirecopy.core import limits
from wirecopy.shell.options import DamagedBatch, PipelineOptions
from wirecopy.shell.settings.kinds import Bytes, Time, setting

PIPELINE = PipelineOptions()


class PipelineSettings(BaseSettings):
    """Each is `pipeline_` and the name of a field of `PipelineOptions`."""

    pipeline_poll_timeout_ms: Time = setting(PIPELINE.poll_timeout_ms, "Longest wait for new raw records.")
    pipeline_poll_records_max: Annotated[int, Field(ge=1, le=100_000)] = setting(
        PIPELINE.poll_records_max, "Raw records per poll."
    )
    pipeline_follow_records_max: Annotated[int, Field(ge=1, le=100_000)] = setting(
        PIPELINE.follow_records_max, "Log records read at a time."
    )
    pipeline_transaction_records_max: Annotated[int, Field(ge=1, le=100_000)] = setting(
        PIPELINE.transaction_records_max, "Raw records per transaction."
    )
    pipeline_transaction_bytes_max: Bytes = setting(PIPELINE.transaction_bytes_max, "Bytes per transaction.")
    pipeline_in_flight_records_max: Annotated[int, Field(ge=1, le=limits.IN_FLIGHT_RECORDS_MAX)] = setting(
        PIPELINE.in_flight_records_max, "Raw records in flight per partition."
    )
    pipeline_in_flight_bytes_max: Bytes = setting(
        PIPELINE.in_flight_bytes_max, "Bytes in flight of all partitions; above this, reading pauses."
    )
    pipeline_inline_bytes_max: Annotated[int, Field(ge=0, le=64 * 1024**2)] = setting(
        PIPELINE.inline_bytes_max,
        "Larger records are processed in a thread instead of on the event loop.",
    )
    pipeline_inline_replays_max: Annotated[int, Field(ge=0, le=100_000)] = setting(
        PIPELINE.inline_replays_max,
        "Most log records replayed per turn of the event loop; 0: replay in a thread.",
    )
    pipeline_output_record_bytes_max: Bytes = setting(
        PIPELINE.output_record_bytes_max,
        "Largest enriched or correction record; a larger one is dead-lettered.",
    )
    pipeline_dead_record_bytes_max: Bytes = setting(PIPELINE.dead_record_bytes_max, "Largest dead letter.")
    pipeline_log_record_bytes_max: Bytes = setting(
        PIPELINE.log_record_bytes_max, "Largest fingerprint record."
    )
    pipeline_outcome_timeout_ms: Time = setting(
        PIPELINE.outcome_timeout_ms,
        "If a fingerprint is not read back in this time, the partition is rebuilt.",
    )
    pipeline_revoke_timeout_ms: Time = setting(
        PIPELINE.revoke_timeout_ms, "Time to finish transactions when partitions are revoked."
    )
    pipeline_stop_timeout_ms: Time = setting(
        PIPELINE.stop_timeout_ms, "Time for a graceful stop after SIGTERM."
    )
    pipeline_progress_timeout_ms: Annotated[int, Field(ge=1000, le=24 * 3_600_000)] = setting(
        PIPELINE.progress_timeout_ms,
        "The watchdog ends the process (exit code 3) after this time without progress.",
    )
    pipeline_retry_delay_ms: Time = setting(PIPELINE.retry_delay_ms, "First delay before a rebuild.")
    pipeline_retry_delay_ms_max: Time = setting(
        PIPELINE.retry_delay_ms_max, "Longest delay before a rebuild."
    )
    pipeline_fenced_delay_ms: Time = setting(
        PIPELINE.fenced_delay_ms,
        "Wait after being fenced, before the ownership is checked again.",
    )
    pipeline_fenced_again_within_ms: Time = setting(
        PIPELINE.fenced_again_within_ms,
        "Being fenced twice in this time while owning the partition is fatal.",
    )
    pipeline_damaged_batch: DamagedBatch = setting(
        PIPELINE.damaged_batch,
        "A batch that nobody can read: its partition waits, or skips it with a dead letter `damaged`.",
    )
    pipeline_breaker_window_records: Annotated[int, Field(ge=1, le=10_000_000)] = setting(
        PIPELINE.breaker_window_records, "Number of recent records that the breaker considers."
    )
    pipeline_breaker_ratio: Annotated[float, Field(gt=0, le=1)] = setting(
        PIPELINE.breaker_ratio, "Share of unreadable records above which the service stops."
    )
    pipeline_breaker_run_records: Annotated[int, Field(ge=1, le=10_000_000)] = setting(
        PIPELINE.breaker_run_records, "Consecutive unreadable records at which the service stops."
    )
    pipeline_reassignments_max: Annotated[int, Field(ge=1, le=100_000)] = setting(
        PIPELINE.reassignments_max, "More reassignments than this in the window end the process."
    )
    pipeline_reassignment_window_ms: Time = setting(
        PIPELINE.reassignment_window_ms, "Window for counting reassignments."
    )
