"""What the service tells of itself: each occurrence owns its counters and its log line, here and nowhere
else.

`METRICS` is the whole list; docs/metrics.md is generated from it, and the dashboard and the alerts are
tested against it. Names follow Prometheus: base units (seconds, bytes), `_total` for what only grows. Labels
come from closed enums, so that no record can make a new series; the one exception, topic and partition of
the lag, is bounded by what this replica owns, and forgotten when a partition goes. Series of enum labels
exist from the start, at 0, so that a rate over them is never "no data" where it should be "none".

Called on the event loop for every record: a counter's child is looked up once, at the start.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from wirecopy.core.model import EngineStats, RawPosition, RefusalReason, RejectReason, VerdictKind
from wirecopy.shell.observe import logs
from wirecopy.shell.ports import Part, PipelineHealth, Stage, StateRefusal, TopicPartition


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()  # of the one label, where an enum closes it
    buckets: tuple[float, ...] = ()


LATENCY = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
STAGE = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)
LOOP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

METRICS = (
    Metric(
        "wirecopy_records_total", C, "Articles published with a verdict.", ("verdict",), tuple(VerdictKind)
    ),
    Metric(
        "wirecopy_dead_letters_total",
        C,
        "Raw records that nobody can read.",
        ("reason",),
        tuple(RejectReason),
    ),
    Metric("wirecopy_corrections_total", C, "Corrected verdicts that were published."),
    Metric(
        "wirecopy_redelivered_total", C, "Raw records that Kafka delivered again; their first verdict stands."
    ),
    Metric(
        "wirecopy_internal_faults_total",
        C,
        "Records on which our own code failed; dead-lettered as internal.",
    ),
    Metric("wirecopy_latency_seconds", H, "From the raw record's timestamp to its commit.", buckets=LATENCY),
    Metric("wirecopy_stage_seconds", H, "Time of one batch in a stage.", ("stage",), tuple(Stage), STAGE),
    Metric("wirecopy_stage_records_total", C, "Records that went through a stage.", ("stage",), tuple(Stage)),
    Metric("wirecopy_transactions_committed_total", C, "Transactions committed."),
    Metric("wirecopy_transaction_records_total", C, "Records in committed transactions."),
    Metric("wirecopy_transactions_aborted_total", C, "Transactions aborted, or of unknown outcome."),
    Metric(
        "wirecopy_fenced_total", C, "Times that a later owner of a partition, or a time-out, shut us out."
    ),
    Metric("wirecopy_rebuilds_total", C, "Parts that failed and were built anew.", ("part",), tuple(Part)),
    Metric("wirecopy_rebalances_total", C, "Assignments that the group gave this replica."),
    Metric("wirecopy_offsets_lost_total", C, "Times that retention had passed the committed offset."),
    Metric("wirecopy_partitions_assigned", G, "Raw partitions that the group gave this replica."),
    Metric("wirecopy_partitions_open", G, "Those of them that are fenced, sought and worked on."),
    Metric(
        "wirecopy_partition_lag_records",
        G,
        "Records between our committed offset and the partition's last stable one.",
        ("topic", "partition"),
    ),
    Metric(
        "wirecopy_partition_paused",
        G,
        "1 while reading pauses for what is in flight.",
        ("topic", "partition"),
    ),
    Metric("wirecopy_in_flight_records", G, "Raw records taken and not yet committed."),
    Metric("wirecopy_in_flight_bytes", G, "Their bytes."),
    Metric("wirecopy_log_next_offset", G, "Next offset of the fingerprint log to be replayed."),
    Metric("wirecopy_log_end_offset", G, "End of the fingerprint log, as last seen."),
    Metric("wirecopy_log_lag_records", G, "Records of the fingerprint log not yet replayed."),
    Metric("wirecopy_log_time_seconds", G, "Largest append time replayed, as Unix time."),
    Metric(
        "wirecopy_log_refused_total", C, "Records of the log passed over.", ("reason",), tuple(RefusalReason)
    ),
    Metric("wirecopy_caught_up", G, "1 once the log was followed to the end that it had at the start."),
    Metric("wirecopy_catch_up_seconds", G, "How long that took."),
    Metric("wirecopy_catch_up_records", G, "How many records that were."),
    Metric("wirecopy_ready", G, "1 while caught up with every assigned partition open."),
    Metric("wirecopy_last_commit_timestamp_seconds", G, "When a transaction was last committed; 0: never."),
    Metric("wirecopy_index_articles", G, "Articles that the index remembers."),
    Metric("wirecopy_index_postings", G, "Postings in the index."),
    Metric("wirecopy_index_bytes", G, "Memory of the index."),
    Metric("wirecopy_index_template_shingles", G, "Shingles known to be some publisher's template."),
    Metric(
        "wirecopy_state_refused_total",
        C,
        "Saved states that were found and not trusted.",
        ("reason",),
        tuple(StateRefusal),
    ),
    Metric("wirecopy_restore_articles", G, "Articles restored from the saved state at the start."),
    Metric("wirecopy_restore_seconds", G, "How long that took."),
    Metric("wirecopy_restore_cpu_seconds", G, "How long a processor worked on it."),
    Metric("wirecopy_snapshots_taken_total", C, "States saved."),
    Metric("wirecopy_snapshots_failed_total", C, "States that could not be saved."),
    Metric(
        "wirecopy_snapshot_timestamp_seconds", G, "When the state was last saved; 0: not since the start."
    ),
    Metric("wirecopy_snapshot_log_offset", G, "Where in the log it stands: a restart reads on from there."),
    Metric("wirecopy_snapshot_seconds", G, "How long saving took, beside the service."),
    Metric("wirecopy_snapshot_pause_seconds", G, "How long the service stood still for it."),
    Metric("wirecopy_snapshot_bytes", G, "Bytes of the saved state, those of linked files included."),
    Metric("wirecopy_snapshot_written_bytes", G, "Bytes of it that were written anew."),
    Metric("wirecopy_loop_lag_seconds", H, "How much later than asked the event loop wakes.", buckets=LOOP),
    Metric(
        "wirecopy_build_info", G, "Always 1; versions in the labels.", ("version", "engine_version", "python")
    ),
)

_KINDS: Mapping[Kind, Any] = {C: Counter, G: Gauge, H: Histogram}


class PrometheusTelemetry:
    """`ports.Telemetry` on a registry of its own, so that tests and several services in a process keep
    apart."""

    def __init__(
        self, wall_clock: Callable[[], float], *, version: str = "", engine_version: int = 0
    ) -> None:
        self._wall_clock = wall_clock
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each counter, which no query of ours uses
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._of: dict[str, Any] = {}
        self._child: dict[tuple[str, str], Any] = {}
        for metric in METRICS:
            extra = {"buckets": metric.buckets} if metric.buckets else {}
            self._of[metric.name] = made = _KINDS[metric.kind](
                metric.name, metric.meaning, metric.labels, registry=self._registry, **extra
            )
            for value in metric.values:
                self._child[metric.name, str(value)] = made.labels(str(value))
        self._of["wirecopy_build_info"].labels(version, str(engine_version), platform.python_version()).set(1)
        self._open: set[TopicPartition] = set()
        self._log = logs.logger("pipeline")

    # ---- records
    def judged(self, kind: VerdictKind, latency_ms: float) -> None:
        self._child["wirecopy_records_total", kind].inc()
        self._of["wirecopy_latency_seconds"].observe(max(0.0, latency_ms / 1000))

    def corrected(self) -> None:
        self._of["wirecopy_corrections_total"].inc()

    def redelivered(self) -> None:
        self._of["wirecopy_redelivered_total"].inc()

    def dead_lettered(self, reason: RejectReason, position: RawPosition, detail: str) -> None:
        self._child["wirecopy_dead_letters_total", reason].inc()
        self._say(logging.WARNING, "dead_lettered", reason=reason, **_at(position), detail=detail)

    def internal_fault(self, position: RawPosition, error: BaseException) -> None:
        self._of["wirecopy_internal_faults_total"].inc()
        self._say(
            logging.ERROR,
            "internal_fault",
            **_at(position),
            error=type(error).__name__,
            where=logs.where(error),
        )

    # ---- transactions and membership
    def transaction_committed(self, records: int) -> None:
        self._of["wirecopy_transactions_committed_total"].inc()
        self._of["wirecopy_transaction_records_total"].inc(records)
        self._of["wirecopy_last_commit_timestamp_seconds"].set(self._wall_clock())

    def transaction_aborted(self, partition: TopicPartition) -> None:
        self._of["wirecopy_transactions_aborted_total"].inc()
        self._say(logging.WARNING, "transaction_aborted", **_of(partition))

    def fenced(self, partition: TopicPartition) -> None:
        self._of["wirecopy_fenced_total"].inc()
        self._say(logging.WARNING, "fenced", **_of(partition))

    def rebuilt(self, part: Part, error: BaseException) -> None:
        self._child["wirecopy_rebuilds_total", part].inc()
        self._say(
            logging.WARNING,
            "rebuilt",
            rebuilt=part,
            error=type(error).__name__,
            detail=error,
            where=logs.where(error),
        )

    def rebalanced(self, assigned: int) -> None:
        self._of["wirecopy_rebalances_total"].inc()
        self._of["wirecopy_partitions_assigned"].set(assigned)
        self._say(logging.INFO, "rebalanced", assigned=assigned)

    def partition_opened(self, partition: TopicPartition, offset: int) -> None:
        self._open.add(partition)
        self._of["wirecopy_partitions_open"].set(len(self._open))
        self._say(logging.INFO, "partition_opened", **_of(partition), offset=offset)

    def partition_closed(self, partition: TopicPartition) -> None:
        self._open.discard(partition)
        self._of["wirecopy_partitions_open"].set(len(self._open))
        for name in ("wirecopy_partition_lag_records", "wirecopy_partition_paused"):
            self._of[name].remove_by_labels({"topic": partition.topic, "partition": str(partition.partition)})
        self._say(logging.INFO, "partition_closed", **_of(partition))

    def partition_lag(self, partition: TopicPartition, records: int) -> None:
        if partition in self._open:  # a late sample must not bring a forgotten series back
            self._of["wirecopy_partition_lag_records"].labels(*partition).set(records)

    def partition_paused(self, partition: TopicPartition, paused: bool) -> None:
        if partition in self._open:
            self._of["wirecopy_partition_paused"].labels(*partition).set(int(paused))

    def offset_lost(self, partition: TopicPartition) -> None:
        self._of["wirecopy_offsets_lost_total"].inc()
        self._say(logging.ERROR, "offset_lost", **_of(partition))

    # ---- the log and the rest
    def in_flight(self, records: int, size_bytes: int) -> None:
        self._of["wirecopy_in_flight_records"].set(records)
        self._of["wirecopy_in_flight_bytes"].set(size_bytes)

    def log_followed(self, next_offset: int, end_offset: int, log_time_ms: int) -> None:
        self._of["wirecopy_log_next_offset"].set(next_offset)
        self._of["wirecopy_log_end_offset"].set(end_offset)
        self._of["wirecopy_log_lag_records"].set(max(0, end_offset - next_offset))
        self._of["wirecopy_log_time_seconds"].set(log_time_ms / 1000)

    def log_refused(self, reason: RefusalReason, offset: int, detail: str) -> None:
        self._child["wirecopy_log_refused_total", reason].inc()
        self._say(logging.WARNING, "log_refused", reason=reason, offset=offset, detail=detail)

    def stage_time(self, stage: Stage, seconds: float, records: int) -> None:
        self._child["wirecopy_stage_seconds", stage].observe(seconds)
        self._child["wirecopy_stage_records_total", stage].inc(records)

    def caught_up(self, records: int, seconds: float) -> None:
        self._of["wirecopy_caught_up"].set(1)
        self._of["wirecopy_catch_up_records"].set(records)
        self._of["wirecopy_catch_up_seconds"].set(seconds)
        self._say(logging.INFO, "caught_up", records=records, seconds=round(seconds, 3))

    def loop_lag(self, seconds: float) -> None:
        self._of["wirecopy_loop_lag_seconds"].observe(seconds)

    # ---- the state on disk
    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None:
        self._child["wirecopy_state_refused_total", reason].inc()
        self._say(logging.WARNING, "state_refused", reason=reason, snapshot=name, detail=detail)

    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None:
        self._of["wirecopy_restore_articles"].set(articles)
        self._of["wirecopy_restore_seconds"].set(seconds)
        self._of["wirecopy_restore_cpu_seconds"].set(cpu_seconds)
        self._say(
            logging.INFO,
            "state_restored",
            articles=articles,
            log_offset=log_offset,
            seconds=round(seconds, 3),
            cpu_seconds=round(cpu_seconds, 3),
        )

    def snapshot_taken(
        self, log_offset: int, seconds: float, paused_seconds: float, size_bytes: int, written_bytes: int
    ) -> None:
        self._of["wirecopy_snapshots_taken_total"].inc()
        self._of["wirecopy_snapshot_timestamp_seconds"].set(self._wall_clock())
        self._of["wirecopy_snapshot_log_offset"].set(log_offset)
        self._of["wirecopy_snapshot_seconds"].set(seconds)
        self._of["wirecopy_snapshot_pause_seconds"].set(paused_seconds)
        self._of["wirecopy_snapshot_bytes"].set(size_bytes)
        self._of["wirecopy_snapshot_written_bytes"].set(written_bytes)
        self._say(
            logging.INFO,
            "snapshot_taken",
            log_offset=log_offset,
            seconds=round(seconds, 3),
            paused_seconds=round(paused_seconds, 4),
            size_bytes=size_bytes,
            written_bytes=written_bytes,
        )

    def snapshot_failed(self, error: BaseException) -> None:
        self._of["wirecopy_snapshots_failed_total"].inc()
        self._say(logging.ERROR, "snapshot_failed", error=type(error).__name__, detail=error)

    # ---- sampled by run.py
    def sampled(self, stats: EngineStats, health: PipelineHealth) -> None:
        """Gauges that nobody reports: looked at once a second."""
        self._of["wirecopy_index_articles"].set(stats.articles)
        self._of["wirecopy_index_postings"].set(stats.postings)
        self._of["wirecopy_index_bytes"].set(stats.index_bytes)
        self._of["wirecopy_index_template_shingles"].set(stats.template_shingles)
        self._of["wirecopy_partitions_assigned"].set(health.assigned)
        self._of["wirecopy_ready"].set(int(health.ready))

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """What /metrics answers, and its content type, in the form that `accept` asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _say(self, level: int, name: str, **fields: object) -> None:
        logs.occurred(self._log, level, name, **fields)


def _at(position: RawPosition) -> dict[str, object]:
    return {"topic": position.topic, "partition": position.partition, "offset": position.offset}


def _of(partition: TopicPartition) -> dict[str, object]:
    return {"topic": partition.topic, "partition": partition.partition}


def series_names(metrics: Iterable[Metric] = METRICS) -> set[str]:
    """Every name that a query may use: a histogram is read by its three series."""
    names: set[str] = set()
    for metric in metrics:
        parts = ("_bucket", "_sum", "_count") if metric.kind is Kind.HISTOGRAM else ("",)
        names |= {metric.name + part for part in parts}
    return names
