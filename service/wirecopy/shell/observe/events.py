"""What the service tells of itself: the table of its metrics, and the events that move several of them or write
a log line.

A metric is one row here and one call where the thing happens: `telemetry.record(CORRECTIONS)`. docs/metrics.md and
the types of the registry are made from the rows (`METRICS` collects them), so nothing else is to be touched. An
event that also writes a log line, or moves several series, is a method of `Telemetry`; it is written once, over the
three calls of a `Sink`. `PrometheusSink` (telemetry.py) is the sink of the service, `NullSink` that of tests.

Names follow Prometheus: base units (seconds, bytes), `_total` for what only grows. Labels come from closed enums, so
that no record can make a new series. The one exception, topic and partition, is bounded by what this replica owns and
forgotten when a partition is revoked. Series of enum labels exist from the start, at 0, so that a rate over them is
never "no data" where it should be "none".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from wirecopy.core.model import (
    Basis,
    DateDoubt,
    EngineStats,
    RawPosition,
    RefusalReason,
    RejectReason,
    Verdict,
    VerdictKind,
)
from wirecopy.shell.observe import logs
from wirecopy.shell.observe.guard import SourceGuard
from wirecopy.shell.ports import Damage, PipelineHealth, TopicPartition


# ---- labels
class Stage(StrEnum):
    """The steps of an article's journey whose time is measured."""

    DECODE = "decode"  # with propose: bytes to log record
    APPEND = "append"  # until the log surely holds it
    FOLLOW = "follow"  # from append until our own record is read back
    REPLAY = "replay"
    ENRICH = "enrich"  # with encode
    PUBLISH = "publish"  # the transaction


class Part(StrEnum):
    """The parts of the pipeline that can fail and are built anew."""

    SOURCE = "source"
    FOLLOWER = "follower"
    PARTITION = "partition"
    LOG = "log"


class StateRefusal(StrEnum):
    """Why a snapshot, or the whole directory, is not used."""

    TORN = "torn"  # the manifest, or a file that it names, is missing or has the wrong size
    CORRUPT = "corrupt"  # a checksum differs, or a value is impossible
    FORMAT = "format"  # written by another release, in another format
    ENGINE_VERSION = "engine_version"
    WINDOW = "window"
    REWRITTEN = "rewritten"  # another value of the setting `rewritten`
    TOPIC = "topic"
    STALE = "stale"  # the log does not hold what comes next
    OTHER_LOG = "other_log"  # the log holds another record where the snapshot's last one was
    UNREADABLE = "unreadable"  # the operating system refuses access
    IN_USE = "in_use"  # another process holds the directory


class NotifyFailure(StrEnum):
    """Why an attempt to deliver a webhook failed."""

    STATUS = "status"  # an answer, and not 2xx
    GONE = "gone"  # 410: the receiver wants no more
    REFUSED = "refused"  # the address may not be connected to
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    GARBLED = "garbled"  # no HTTP


# ---- the table
class Kind(StrEnum):
    COUNTER = "counter"  # `record` adds
    GAUGE = "gauge"  # `record` sets
    HISTOGRAM = "histogram"  # `record` observes


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    values: tuple[str, ...] = ()  # of the one label, where an enum closes it
    buckets: tuple[float, ...] = ()


C, G, H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM
_LATENCY = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
_STAGE = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)
_LOOP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_OF_PARTITION = ("topic", "partition")

# fmt: off
RECORDS = Metric("wirecopy_records_total", C, "Articles published with a verdict.", ("verdict",), tuple(VerdictKind))
DEAD_LETTERS = Metric("wirecopy_dead_letters_total", C, "Raw records that cannot be judged.", ("reason",), tuple(RejectReason))
DATES_DISTRUSTED = Metric("wirecopy_dates_distrusted_total", C, "Articles whose publication date was not read or not trusted.",
    ("reason",), (*DateDoubt, "apart"))
REWRITTEN = Metric("wirecopy_rewritten_total", C, "Articles found to be rewritten.", ("verdict",),
    (VerdictKind.REPUBLICATION, VerdictKind.ORIGINAL))
SOURCES_FLAGGED = Metric("wirecopy_sources_flagged", G, "Sources of which suddenly nearly nothing counts as their own.")
CORRECTIONS = Metric("wirecopy_corrections_total", C, "Corrected verdicts that were published.")
REDELIVERED = Metric("wirecopy_redelivered_total", C, "Raw records that Kafka delivered again; they keep their first verdict.")
INTERNAL_FAULTS = Metric("wirecopy_internal_faults_total", C, "Records on which the service failed; dead-lettered as internal.")
LATENCY = Metric("wirecopy_latency_seconds", H, "Time from the raw record's timestamp to its commit.", buckets=_LATENCY)
STAGE_SECONDS = Metric("wirecopy_stage_seconds", H, "Time of a batch in a stage.", ("stage",), tuple(Stage), _STAGE)
STAGE_RECORDS = Metric("wirecopy_stage_records_total", C, "Records that went through a stage.", ("stage",), tuple(Stage))
TRANSACTIONS_COMMITTED = Metric("wirecopy_transactions_committed_total", C, "Transactions committed.")
TRANSACTION_RECORDS = Metric("wirecopy_transaction_records_total", C, "Records in committed transactions.")
TRANSACTIONS_ABORTED = Metric("wirecopy_transactions_aborted_total", C, "Transactions aborted or of unknown outcome.")
FENCED = Metric("wirecopy_fenced_total", C, "Times that a later owner or a timeout fenced this replica from a partition.")
REBUILDS = Metric("wirecopy_rebuilds_total", C, "Parts that failed and were rebuilt.", ("part",), tuple(Part))
REBALANCES = Metric("wirecopy_rebalances_total", C, "Partition assignments received from the group.")
OFFSETS_LOST = Metric("wirecopy_offsets_lost_total", C, "Times that retention removed records before they were read.")
BATCHES_DAMAGED = Metric(
    "wirecopy_damaged_batches_total", C, "Batches that cannot be read, each time they are looked at.", _OF_PARTITION
)
PARTITIONS_ASSIGNED = Metric("wirecopy_partitions_assigned", G, "Raw partitions assigned to this replica.")
PARTITIONS_OPEN = Metric("wirecopy_partitions_open", G, "Assigned partitions that are open and processed.")
PARTITION_LAG = Metric(
    "wirecopy_partition_lag_records", G, "Records between the committed offset and the partition's last stable offset.",
    _OF_PARTITION
)
PARTITION_PAUSED = Metric("wirecopy_partition_paused", G, "1 while reading is paused for records in flight.", _OF_PARTITION)
IN_FLIGHT_RECORDS = Metric("wirecopy_in_flight_records", G, "Raw records read and not yet committed.")
IN_FLIGHT_BYTES = Metric("wirecopy_in_flight_bytes", G, "Bytes of the records in flight.")
LOG_NEXT_OFFSET = Metric("wirecopy_log_next_offset", G, "Next offset of the fingerprint log to replay.")
LOG_END_OFFSET = Metric("wirecopy_log_end_offset", G, "End of the fingerprint log, as last seen.")
LOG_LAG = Metric("wirecopy_log_lag_records", G, "Records of the fingerprint log not yet replayed.")
LOG_TIME = Metric("wirecopy_log_time_seconds", G, "Largest append time replayed, in Unix time.")
LOG_REFUSED = Metric("wirecopy_log_refused_total", C, "Log records skipped, by reason.", ("reason",), tuple(RefusalReason))
CAUGHT_UP = Metric("wirecopy_caught_up", G, "1 after the log was read to the end it had at the start.")
CATCH_UP_SECONDS = Metric("wirecopy_catch_up_seconds", G, "How long catching up took.")
CATCH_UP_RECORDS = Metric("wirecopy_catch_up_records", G, "Records read to catch up.")
READY = Metric("wirecopy_ready", G, "1 while caught up and every assigned partition is open.")
LAST_COMMIT = Metric("wirecopy_last_commit_timestamp_seconds", G, "Time of the last committed transaction; 0: none.")
INDEX_ARTICLES = Metric("wirecopy_index_articles", G, "Articles in the index.")
INDEX_POSTINGS = Metric("wirecopy_index_postings", G, "Postings in the index.")
INDEX_BYTES = Metric("wirecopy_index_bytes", G, "Memory of the index.")
INDEX_TEMPLATES = Metric("wirecopy_index_template_shingles", G, "Shingles known to be a site's template.")
STATE_REFUSED = Metric(
    "wirecopy_state_refused_total", C, "Saved states that were found and not used, by reason.", ("reason",), tuple(StateRefusal)
)
RESTORE_ARTICLES = Metric("wirecopy_restore_articles", G, "Articles restored from saved state at the start.")
RESTORE_SECONDS = Metric("wirecopy_restore_seconds", G, "How long the restore took.")
RESTORE_CPU_SECONDS = Metric("wirecopy_restore_cpu_seconds", G, "Processor time of the restore.")
SNAPSHOTS_TAKEN = Metric("wirecopy_snapshots_taken_total", C, "Snapshots saved.")
SNAPSHOTS_FAILED = Metric("wirecopy_snapshots_failed_total", C, "Snapshots that failed.")
SNAPSHOT_TIMESTAMP = Metric("wirecopy_snapshot_timestamp_seconds", G, "Time of the last snapshot; 0: none since the start.")
SNAPSHOT_LOG_OFFSET = Metric("wirecopy_snapshot_log_offset", G, "Log offset of the last snapshot, where a restart continues.")
SNAPSHOT_SECONDS = Metric("wirecopy_snapshot_seconds", G, "How long writing the snapshot took.")
SNAPSHOT_PAUSE_SECONDS = Metric("wirecopy_snapshot_pause_seconds", G, "How long the service paused for the snapshot.")
SNAPSHOT_BYTES = Metric("wirecopy_snapshot_bytes", G, "Size of the snapshot, including linked files.")
SNAPSHOT_WRITTEN_BYTES = Metric("wirecopy_snapshot_written_bytes", G, "Bytes of the snapshot that were newly written.")
MATCHES = Metric("wirecopy_matches_total", C, "Matches of watches with verdicts, rendered for publication.")
RECALLS = Metric("wirecopy_recalls_total", C, "Updates and withdrawals of which a watch is told.")
WATCHES = Metric("wirecopy_watches", G, "Watches in force.")
WATCHES_READ = Metric("wirecopy_watches_read_timestamp_seconds", G, "Time when the watches were last read.")
NOTIFIED = Metric("wirecopy_notified_total", C, "Webhooks that receivers took.")
NOTIFY_FAILURES = Metric("wirecopy_notify_failures_total", C, "Attempts that failed.", ("reason",), tuple(NotifyFailure))
NOTIFY_DEAD = Metric("wirecopy_notify_dead_total", C, "Webhooks given up and dead-lettered.")
NOTIFY_PENDING = Metric("wirecopy_notify_pending", G, "Webhooks not delivered yet.")
NOTIFY_SECONDS = Metric("wirecopy_notify_seconds", H, "Time from reading a match to its delivery.", buckets=_LATENCY)
FEEDBACK = Metric("wirecopy_feedback_total", C, "Opinions on verdicts.", ("judgement",), ("right", "wrong"))
LOOP_LAG = Metric("wirecopy_loop_lag_seconds", H, "How late the event loop wakes.", buckets=_LOOP)
BUILD_INFO = Metric("wirecopy_build_info", G, "Always 1; versions in the labels.", ("version", "engine_version", "python"))
# fmt: on

METRICS: tuple[Metric, ...] = tuple(row for row in globals().values() if isinstance(row, Metric))


def series_names(metrics: Iterable[Metric] = METRICS) -> set[str]:
    """Every name that a query may use: a histogram is read by its three series."""
    names: set[str] = set()
    for metric in metrics:
        parts = ("_bucket", "_sum", "_count") if metric.kind is Kind.HISTOGRAM else ("",)
        names |= {metric.name + part for part in parts}
    return names


# By the basis of a verdict, why its article's date was not trusted.
DATE_REASONS: Mapping[Basis, str] = {
    Basis.DATES_APART: "apart",
    **{Basis(f"date_{doubt}"): doubt for doubt in DateDoubt},
}


# ---- where it goes
class Sink(Protocol):
    """Where metrics and log lines go. Called on the event loop for every record: never blocks, never raises."""

    def record(self, metric: Metric, value: float = 1, *labels: str) -> None:
        """Add to a counter, set a gauge, observe in a histogram. `labels`: the values, in the row's order."""

    def forget(self, metric: Metric, *labels: str) -> None:
        """Remove a series, if there is one."""

    def log(self, level: int, event: str, fields: Mapping[str, object]) -> None:
        """Write a log line. No field ever holds article text."""


class NullSink:
    """Drops everything."""

    def record(self, metric: Metric, value: float = 1, *labels: str) -> None: ...
    def forget(self, metric: Metric, *labels: str) -> None: ...
    def log(self, level: int, event: str, fields: Mapping[str, object]) -> None: ...


class Telemetry:
    """The events of the pipeline. `wall_clock`: Unix seconds, for the gauges that hold a time."""

    def __init__(self, sink: Sink | None = None, wall_clock: Callable[[], float] = time.time) -> None:
        self._sink: Sink = sink or NullSink()
        self._wall_clock = wall_clock
        self._open: set[TopicPartition] = set()
        self.guard = SourceGuard()

    @property
    def sink(self) -> Sink:
        return self._sink

    def record(self, metric: Metric, value: float = 1, *labels: str) -> None:
        """See `Sink.record`. For a metric that needs nothing else, this is the one call."""
        self._sink.record(metric, value, *labels)

    # ---- records
    def judged(self, kind: VerdictKind, latency_ms: float) -> None:
        """A record was published with its verdict and committed. Latency from the raw timestamp to the commit."""
        self.record(RECORDS, 1, kind)
        self.record(LATENCY, max(0.0, latency_ms / 1000))

    def rewritten(self, verdict: Verdict) -> None:
        """An article with evidence that it was rewritten is counted, by its verdict: original where that is reported only."""
        if verdict.rewritten_of:
            self.record(REWRITTEN, 1, verdict.kind)

    def dated(self, basis: Iterable[Basis]) -> None:
        """The basis of a verdict: what it says of its article's publication date is counted."""
        for said in basis:
            if said in DATE_REASONS:
                self.record(DATES_DISTRUSTED, 1, DATE_REASONS[said])

    def dead_lettered(self, reason: RejectReason, position: RawPosition, detail: str) -> None:
        self.record(DEAD_LETTERS, 1, reason)
        self._log(logging.WARNING, "dead_lettered", reason=reason, **_at(position), detail=detail)

    def internal_fault(self, position: RawPosition, error: BaseException) -> None:
        """Our own code failed on one record; the record is dead-lettered as `internal`."""
        self.record(INTERNAL_FAULTS)
        self._log(
            logging.ERROR,
            "internal_fault",
            **_at(position),
            error=type(error).__name__,
            where=logs.where(error),
        )

    def stage_time(self, stage: Stage, seconds: float, records: int) -> None:
        self.record(STAGE_SECONDS, seconds, stage)
        self.record(STAGE_RECORDS, records, stage)

    # ---- transactions and membership
    def transaction_committed(self, records: int) -> None:
        self.record(TRANSACTIONS_COMMITTED)
        self.record(TRANSACTION_RECORDS, records)
        self.record(LAST_COMMIT, self._wall_clock())

    def transaction_aborted(self, partition: TopicPartition) -> None:
        self.record(TRANSACTIONS_ABORTED)
        self._log(logging.WARNING, "transaction_aborted", **_of(partition))

    def fenced(self, partition: TopicPartition) -> None:
        self.record(FENCED)
        self._log(logging.WARNING, "fenced", **_of(partition))

    def rebuilt(self, part: Part, error: BaseException) -> None:
        """A part failed and is built anew."""
        self.record(REBUILDS, 1, part)
        self._log(
            logging.WARNING,
            "rebuilt",
            rebuilt=part,
            error=type(error).__name__,
            detail=error,
            where=logs.where(error),
        )

    def rebalanced(self, assigned: int) -> None:
        """The group gave us this many partitions."""
        self.record(REBALANCES)
        self.record(PARTITIONS_ASSIGNED, assigned)
        self._log(logging.INFO, "rebalanced", assigned=assigned)

    def partition_opened(self, partition: TopicPartition, offset: int) -> None:
        self._open.add(partition)
        self.record(PARTITIONS_OPEN, len(self._open))
        self._log(logging.INFO, "partition_opened", **_of(partition), offset=offset)

    def partition_closed(self, partition: TopicPartition) -> None:
        """Also forgets the partition's gauges."""
        self._open.discard(partition)
        self.record(PARTITIONS_OPEN, len(self._open))
        for metric in (PARTITION_LAG, PARTITION_PAUSED):
            self._sink.forget(metric, *_labels(partition))
        self._log(logging.INFO, "partition_closed", **_of(partition))

    def partition_sampled(self, partition: TopicPartition, lag_records: int | None, paused: bool) -> None:
        """`lag_records`: between our committed offset and the last stable one; None where not known."""
        if partition not in self._open:  # a late sample must not bring a forgotten series back
            return
        if lag_records is not None:
            self.record(PARTITION_LAG, lag_records, *_labels(partition))
        self.record(PARTITION_PAUSED, int(paused), *_labels(partition))

    def offset_lost(self, partition: TopicPartition) -> None:
        self.record(OFFSETS_LOST)
        self._log(logging.ERROR, "offset_lost", **_of(partition))

    def batch_damaged(self, partition: TopicPartition, damage: Damage, skipped: bool) -> None:
        self.record(BATCHES_DAMAGED, 1, *_labels(partition))
        self._log(
            logging.ERROR,
            "batch_damaged",
            **_of(partition),
            offset=damage.first_offset,
            next_offset=damage.next_offset,
            skipped=skipped,
            detail=damage.detail,
        )

    # ---- the log
    def log_followed(self, next_offset: int, end_offset: int, log_time_ms: int) -> None:
        """The engine has replayed all before `next_offset`."""
        self.record(LOG_NEXT_OFFSET, next_offset)
        self.record(LOG_END_OFFSET, end_offset)
        self.record(LOG_LAG, max(0, end_offset - next_offset))
        self.record(LOG_TIME, log_time_ms / 1000)

    def log_refused(self, reason: RefusalReason, offset: int, detail: str) -> None:
        self.record(LOG_REFUSED, 1, reason)
        self._log(logging.WARNING, "log_refused", reason=reason, offset=offset, detail=detail)

    def caught_up(self, records: int, seconds: float) -> None:
        """The follower reached the end that the log had at start."""
        self.record(CAUGHT_UP, 1)
        self.record(CATCH_UP_RECORDS, records)
        self.record(CATCH_UP_SECONDS, seconds)
        self._log(logging.INFO, "caught_up", records=records, seconds=round(seconds, 3))

    # ---- the state on disk
    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None:
        """Saved state was found and is not used."""
        self.record(STATE_REFUSED, 1, reason)
        self._log(logging.WARNING, "state_refused", reason=reason, snapshot=name, detail=detail)

    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None:
        self.record(RESTORE_ARTICLES, articles)
        self.record(RESTORE_SECONDS, seconds)
        self.record(RESTORE_CPU_SECONDS, cpu_seconds)
        self._log(
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
        """`paused_seconds`: how long the process stood still. `written_bytes`: of `size_bytes`; the rest was
        linked.
        """
        self.record(SNAPSHOTS_TAKEN)
        self.record(SNAPSHOT_TIMESTAMP, self._wall_clock())
        self.record(SNAPSHOT_LOG_OFFSET, log_offset)
        self.record(SNAPSHOT_SECONDS, seconds)
        self.record(SNAPSHOT_PAUSE_SECONDS, paused_seconds)
        self.record(SNAPSHOT_BYTES, size_bytes)
        self.record(SNAPSHOT_WRITTEN_BYTES, written_bytes)
        self._log(
            logging.INFO,
            "snapshot_taken",
            log_offset=log_offset,
            seconds=round(seconds, 3),
            paused_seconds=round(paused_seconds, 4),
            size_bytes=size_bytes,
            written_bytes=written_bytes,
        )

    def snapshot_failed(self, error: BaseException) -> None:
        self.record(SNAPSHOTS_FAILED)
        self._log(logging.ERROR, "snapshot_failed", error=type(error).__name__, detail=error)

    def notify_failed(self, target: str, message: str, reason: NotifyFailure, detail: str) -> None:
        """An attempt to deliver a webhook failed."""
        self.record(NOTIFY_FAILURES, 1, reason)
        self._log(
            logging.WARNING, "notify_failed", target=target, match=message, reason=reason, detail=detail
        )

    # ---- sampled once a second by `wirecopy run`
    def sampled(self, stats: EngineStats, health: PipelineHealth) -> None:
        """The gauges that no event sets."""
        self.record(INDEX_ARTICLES, stats.articles)
        self.record(INDEX_POSTINGS, stats.postings)
        self.record(INDEX_BYTES, stats.index_bytes)
        self.record(INDEX_TEMPLATES, stats.template_shingles)
        self.record(PARTITIONS_ASSIGNED, health.assigned)
        self.record(READY, int(health.ready))
        self.record(SOURCES_FLAGGED, len(self.guard.alarms()))

    def _log(self, level: int, event: str, **fields: object) -> None:
        self._sink.log(level, event, fields)


def _at(position: RawPosition) -> dict[str, object]:
    return {"topic": position.topic, "partition": position.partition, "offset": position.offset}


def _of(partition: TopicPartition) -> dict[str, object]:
    return {"topic": partition.topic, "partition": partition.partition}


def _labels(partition: TopicPartition) -> tuple[str, str]:
    return partition.topic, str(partition.partition)
