"""The doors between the pipeline and the world: what it reads, writes and tells, without a word of Kafka.

The pipeline (pipeline.py, partition.py, follower.py) knows only this file. Two backends stand behind these
doors: kafka.py, the real client, and memory.py, an embedded log for `demo`, `scan` and simulation; one
contract suite runs over both. What must hold behind each door is said at the door; what a backend cannot do
it says with one of the exceptions here, never with its client's own.

The bargain that exactly-once stands on: `Outputs.open` fences every earlier owner of the raw partition
*before* it reads the committed offset, and `Transactions.publish` makes records and offset visible together
or not at all. The obvious other form, a method that reads the committed offset on its own, would let a new
owner read it while the old owner's transaction is pending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from wirecopy.core import limits
from wirecopy.core.model import (
    Correction,
    EngineStats,
    Outcome,
    RawArticle,
    RawPosition,
    RefusalReason,
    Refused,
    Rejected,
    RejectReason,
    Verdict,
    VerdictKind,
)

Headers = tuple[tuple[str, bytes | None], ...]  # Kafka allows a header without a value


# ---- weather: what a backend raises
class PortError(Exception):
    """Something outside this process went wrong. The message says what, and what to do if known."""


class UnavailableError(PortError):
    """The broker did not answer in time or could not be reached; whether the request took effect is not
    known.
    """


class FencedError(PortError):
    """Another owner of the raw partition came after us (or our transaction timed out): nothing of ours may be
    published.
    """


class RefusalKind(StrEnum):
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_TOPIC = "no_such_topic"
    INVALID = "invalid"


class RefusedError(PortError):
    """The broker said no, and would say no again."""

    def __init__(self, kind: RefusalKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OffsetLostError(PortError):
    """The offset to read from is not in the topic any more (retention passed it) or not yet (the topic was
    created anew). `partition` None: of the fingerprint log.
    """

    def __init__(self, partition: TopicPartition | None, message: str) -> None:
        super().__init__(message)
        self.partition = partition


class StalledError(PortError):
    """The client neither answers nor fails: its object is to be thrown away and made anew."""


# ---- what the process ends with
class FatalError(Exception):
    """The service cannot go on by itself; the message is for the operator. Offsets in doubt are left
    uncommitted.
    """


class BreakerOpenError(FatalError):
    """Too many records in a row, or of the last ones, are unreadable: probably a wrong schema upstream."""


class WatchdogExpiredError(FatalError):
    """No progress for `PipelineOptions.progress_timeout_ms`; the message holds what each part waits for."""


# ---- what travels
class TopicPartition(NamedTuple):
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record of a raw topic as it lies there. `timestamp_ms`: the record's own (producer's or broker's)."""

    position: RawPosition
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


class LogRecord(NamedTuple):
    """A record of the fingerprint log: a plain tuple, so that a batch goes to the engine as it is."""

    offset: int
    append_time_ms: int
    value: bytes


class LogBatch(NamedTuple):
    """What one read of the log gave. `next_offset` may lie beyond the last record: offsets can have gaps."""

    records: Sequence[LogRecord]
    next_offset: int
    end_offset: int  # as far as known, for the lag


class OutputStream(StrEnum):
    ENRICHED = "enriched"
    CORRECTIONS = "corrections"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class OutputRecord:
    stream: OutputStream
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class RecordBounds:
    """Largest record that each topic takes, in bytes, as far as the broker tells; None: not known."""

    enriched: int | None = None
    corrections: int | None = None
    dead: int | None = None
    fingerprints: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A raw partition whose earlier owners are fenced. `committed_offset` None: the group never committed
    here.
    """

    transactions: Transactions
    committed_offset: int | None


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be; `config` holds the broker's own names (`retention.ms`)."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the broker has it. `config` is empty where we may not read it."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cluster stands to us. Operations by Kafka's names; None where the cluster has no authorizer."""

    brokers: int
    speaks: str  # the release whose newest request it knows
    waits_for_pending_offsets: bool
    topics: Mapping[str, frozenset[str] | None]
    under_replicated: Mapping[str, int]
    group: frozenset[str] | None
    group_fault: str
    transactional_fault: str
    log_newest_ms: int | None


# ---- the doors
class AssignmentListener(Protocol):
    """Told by the source of partitions that come and go. Neither call may raise; `revoked` returns within its
    deadline.
    """

    async def assigned(self, partitions: frozenset[TopicPartition]) -> None: ...

    async def revoked(self, partitions: frozenset[TopicPartition]) -> None: ...


class RawSource(Protocol):
    """A consumer group member. Newly assigned partitions give nothing until `seek` and `resume`.

    `seek`, `pause`, `resume` are called by the same task that calls `poll`, between its calls: so no batch
    that was fetched before a seek can arrive after it.
    """

    async def start(self, listener: AssignmentListener) -> None: ...

    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        """Records of unpaused partitions in offset order, as soon as there are any, else after `timeout_ms`
        an empty mapping.

        Raises `UnavailableError` (try again), `StalledError` (make a new source), `OffsetLostError`,
        `RefusedError`.
        """
        ...

    def seek(self, partition: TopicPartition, offset: int) -> None: ...

    def pause(self, partition: TopicPartition) -> None: ...

    def resume(self, partition: TopicPartition) -> None: ...

    def assignment(self) -> frozenset[TopicPartition]: ...

    def static_member(self) -> bool:
        """Whether it has a name of its own in the group, so that its restart causes no rebalance."""
        ...

    async def resume_offset(self, partition: TopicPartition, committed_offset: int | None) -> int:
        """Where to read on: the committed offset where the topic still holds it, the configured end of the
        topic for a group that never committed (None). An offset that is lost is replaced by policy
        (`KafkaOptions.offset_lost`), or else `OffsetLostError` is raised.
        """
        ...

    def end_offset(self, partition: TopicPartition) -> int | None:
        """Last stable offset as of the last fetch; None before there was one. For the lag metric."""
        ...

    async def stop(self, leave: bool) -> None:
        """Bounded in time, never raises. `leave`: tell the group (static members do not)."""
        ...


class FingerprintLog(Protocol):
    """One partition, totally ordered, appended to by every replica and followed by each."""

    async def start(self) -> None: ...

    async def append(self, values: Sequence[bytes]) -> list[int]:
        """Append in this order; returns the offsets once the log surely holds all of them.

        Raises `UnavailableError` (some may be in it: append again, the index takes duplicates once) or
        `RefusedError`. The next call works on a fresh producer: a failed batch poisons the old one.
        """
        ...

    async def bounds(self) -> tuple[int, int]:
        """First offset that is held, and the offset after the last: what a follower must have seen to be
        caught up.
        """
        ...

    async def follow(self, offset: int) -> None:
        """From now on `read` continues at `offset`."""
        ...

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        """The next records in order, as soon as there are any, else after `timeout_ms` none. Raises as
        `RawSource.poll`.
        """
        ...

    async def stop(self) -> None: ...


class Transactions(Protocol):
    """The one transactional producer of a raw partition."""

    async def publish(self, records: Sequence[OutputRecord], next_raw_offset: int) -> None:
        """Records and offset become visible together, or an exception is raised and the outcome is in doubt.

        After any exception (`FencedError`, `UnavailableError`, `RefusedError`) or cancellation this object is
        dead: close it and open the partition anew.
        """
        ...

    async def close(self) -> None:
        """Bounded in time, never raises. What was not committed is aborted, at the latest by the next owner's
        fence.
        """
        ...


class Outputs(Protocol):
    async def open(self, partition: TopicPartition) -> Opened:
        """Fence earlier owners, finish their transactions, then read the committed offset: in this order,
        always.
        """
        ...

    async def record_bounds(self) -> RecordBounds:
        """Asked once, before partitions are opened. Raises `RefusedError` where a topic is missing."""
        ...


class Admin(Protocol):
    async def topics(self, names: Sequence[str]) -> Mapping[str, TopicState]:
        """Those of `names` that exist."""
        ...

    async def create(self, specs: Sequence[TopicSpec]) -> None: ...

    async def close(self) -> None: ...


class DeadTopic(Protocol):
    """The dead letters read again, and sent on: for `replay-dead`, of which `open` fences all earlier ones.

    A group here is only a name under which offsets are committed; nobody joins it.
    """

    async def open(self, groups: Sequence[str]) -> Mapping[str, Mapping[TopicPartition, int]]:
        """Fence, then read what each group has committed: partitions without an offset are left out."""
        ...

    async def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        """Of each partition of the dead letters the first offset that is held and the last stable one."""
        ...

    async def read(self, partition: TopicPartition, offset: int, end: int) -> Sequence[RawRecord]:
        """The next records from `offset` on, below `end`; none where there are only transaction markers."""
        ...

    async def send(
        self, letters: Sequence[tuple[TopicPartition, RawRecord]], group: str, of: TopicPartition, offset: int
    ) -> None:
        """In one transaction: each record to the raw partition beside it, and the group's offset of `of`."""
        ...

    async def close(self) -> None: ...


class RawReader(Protocol):
    """Raw records read again by their position, for whoever looks at an article. In no group; owns nothing."""

    async def read(self, position: RawPosition) -> RawRecord | None:
        """The record at a position, or None where the topic does not hold it (any more). One call at a time.

        Raises `UnavailableError` or `RefusedError`; the next call works on a fresh client.
        """
        ...

    async def close(self) -> None:
        """Bounded in time, never raises."""
        ...


class Backend(Protocol):
    """Everything of one world. Sources can be made several times: a stalled one is thrown away."""

    def source(self) -> RawSource: ...

    def log(self) -> FingerprintLog: ...

    def outputs(self, source: RawSource) -> Outputs: ...

    def raw_reader(self) -> RawReader: ...


# ---- the core, as the pipeline sees it
class ProposalPort(Protocol):
    @property
    def article(self) -> RawArticle: ...

    @property
    def value(self) -> bytes: ...

    @property
    def body_xxh3(self) -> str: ...


class EnginePort(Protocol):
    """`propose` changes nothing and may run in any thread; `replay_many` is called by the follower alone, in
    log order.
    """

    def propose(self, article: RawArticle) -> ProposalPort: ...

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused]: ...

    def stats(self) -> EngineStats: ...


class StatePort(Protocol):
    """An engine that keeps itself on disk (state.py): told by the follower when, and by nobody else."""

    async def restore(self, log: FingerprintLog, first: int, end: int, executor: Executor) -> None:
        """Before anything is replayed: take over saved state that fits a log with these bounds, or none. Raises
        what the log raises.
        """
        ...

    def rested(self) -> None:
        """Between two batches; may begin to save. Returns at once."""
        ...

    async def close(self, executor: Executor) -> None:
        """After the last batch. Never raises."""
        ...


class Trace(Protocol):
    """The span of one raw record's way through this process."""

    @property
    def headers(self) -> Headers:
        """What tells readers of the output that their work descends from ours (W3C trace context)."""
        ...

    def ended(self, said: str, appended_at: float, published_at: float) -> None:
        """Once. `said`: the verdict or the dead letter's reason; empty where the record was given up, to be judged
        again. Times are those of the event loop: when the log surely held it, when its transaction began; 0: never.
        """
        ...


class Tracing(Protocol):
    """Spans, where they are asked for. Called on the event loop, never blocks, never raises."""

    def began(self, record: RawRecord, received_at: float) -> Trace: ...


class Envelope(Protocol):
    """What makes an output an event of some standard, by its headers."""

    def judged(self, headers: Headers, position: RawPosition, article_id: str) -> Headers: ...

    def corrected(self, headers: Headers, correction: Correction) -> Headers: ...


@dataclass(frozen=True, slots=True)
class Steps:
    """The core's pure functions with their settings bound: `decode` knows field paths and aliases."""

    decode: Callable[[bytes | None, RawPosition], RawArticle | Rejected]
    enrich: Callable[[ProposalPort, Outcome], Verdict]
    encode_enriched: Callable[[RawArticle, Verdict, str], bytes]  # with the body's digest, as proposed
    encode_correction: Callable[[Correction], bytes]
    tracing: Tracing | None = None
    envelope: Envelope | None = None
    # decode and propose for a whole batch elsewhere (fingerprints.py), in any thread; None as the answer: do it here
    fingerprint: Callable[[Sequence[RawRecord]], Sequence[ProposalPort | Rejected] | None] | None = None


# ---- options
@dataclass(frozen=True, slots=True)
class TopicNames:
    raw: tuple[str, ...] = ("articles.raw",)
    enriched: str = "articles.enriched"
    corrections: str = "articles.corrections"
    dead: str = "articles.dead"
    fingerprints: str = "articles.fingerprints"


class StartAt(StrEnum):
    EARLIEST = "earliest"
    LATEST = "latest"


class OffsetLostPolicy(StrEnum):
    STOP = "stop"
    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class KafkaOptions:
    """How to reach the broker and behave as a member. Every time-out is given: the client's own defaults are
    unsafe (A8, A16).
    """

    bootstrap_servers: str
    topics: TopicNames = TopicNames()
    client_id: str = "wirecopy"
    group_id: str = "wirecopy"
    group_instance_id: str | None = (
        None  # static membership: only where the deployment gives a stable, unique name
    )

    security_protocol: str = "PLAINTEXT"  # PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL
    sasl_mechanism: str | None = None  # PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    sasl_oauth_token_file: str | None = None  # read anew at every log-in: the platform rotates it
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_key_password: str | None = field(default=None, repr=False)
    ssl_check_hostname: bool = True

    auto_offset_reset: StartAt = StartAt.EARLIEST  # where a group that never committed begins
    offset_lost: OffsetLostPolicy = OffsetLostPolicy.STOP  # retention passed the committed offset

    session_timeout_ms: int = 30_000
    heartbeat_interval_ms: int = 3_000
    rebalance_timeout_ms: int = 60_000  # draining at revocation fits inside it
    max_poll_interval_ms: int = 300_000
    transaction_timeout_ms: int = 60_000
    request_timeout_ms: int = 20_000
    # on every await on the client; above request_timeout_ms, so that its own answer comes first
    call_timeout_ms: int = 30_000
    close_timeout_ms: int = 5_000  # a client that hangs while it stops is left behind after this
    metadata_max_age_ms: int = 30_000

    # appends of several partitions share a batch; measured p50 46 ms end to end with 5
    log_linger_ms: int = 5
    fetch_partition_bytes_max: int = 4 * 1024 * 1024
    fetch_bytes_max: int = 32 * 1024 * 1024
    # below the topics' max.message.bytes; a larger record goes as a batch of its own
    producer_batch_bytes_max: int = 1024 * 1024
    producer_request_bytes_max: int = 64 * 1024 * 1024
    log_compression: str | None = None  # hashes do not compress
    output_compression: str | None = None


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """Bounds and deadlines of the pipeline; the numbers are reasons, not taste."""

    poll_timeout_ms: int = 100  # bounds how long a partition that is ready waits for its seek
    poll_records_max: int = 500
    follow_records_max: int = 1_000
    # measured: beyond this the throughput gains nothing and the latency grows
    transaction_records_max: int = 500
    transaction_bytes_max: int = 32 * 1024 * 1024
    # a partition; tied to the engine's memory of verdicts
    in_flight_records_max: int = limits.IN_FLIGHT_RECORDS_MAX
    # all partitions together; over it they are paused, polling goes on
    in_flight_bytes_max: int = 64 * 1024 * 1024
    # core work goes on the event loop in small pieces (lane.py); a piece of more raw bytes than this, which is one
    # huge record, goes to a thread. Replays go so many log records in one go, some 5 ms; 0: in a thread
    inline_bytes_max: int = 256 * 1024
    inline_replays_max: int = 16

    # enriched and corrections; the topics' own bounds are taken where smaller
    output_record_bytes_max: int = 32 * 1024 * 1024
    dead_record_bytes_max: int = 48 * 1024 * 1024
    log_record_bytes_max: int = 8 * 1024 * 1024

    # an appended record that is not followed within it: rebuild the partition
    outcome_timeout_ms: int = 30_000
    revoke_timeout_ms: int = 5_000  # for the transaction that is under way when partitions are revoked
    stop_timeout_ms: int = 20_000  # graceful stop: drain, commit, leave
    progress_timeout_ms: int = 180_000  # a part that does not turn its loop for so long ends the process
    retry_delay_ms: int = 200  # first delay before a rebuild, doubled up to retry_delay_ms_max
    retry_delay_ms_max: int = 5_000
    # 1.5 heartbeats: after it the group has said whether the partition is still ours
    fenced_delay_ms: int = 4_500
    fenced_again_within_ms: int = 60_000  # fenced twice within this while we own the partition: fatal

    breaker_window_records: int = 1_000
    breaker_ratio: float = 0.5
    breaker_run_records: int = 1_000

    # of a static member, within reassignment_window_ms: two processes with one instance id steal from each
    # other at every heartbeat (3 s)
    reassignments_max: int = 10
    reassignment_window_ms: int = 60_000


@dataclass(frozen=True, slots=True)
class StateOptions:
    """Where and when an engine keeps itself on disk."""

    directory: Path
    topic: str  # of the fingerprint log: another's state is refused
    window_ms: int
    snapshot_interval_ms: int = 300_000
    snapshots_kept: int = 2
    fork: bool = True  # False: written where it stands, for a simulation that must not leave its process


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What those who ask about a text may cost the service."""

    bytes_max: int = 1024 * 1024  # of a text with what is said of it: some 150,000 words
    rate_per_second: float = 10.0  # of one address; 0: no limit
    burst: int = 40  # what an address may ask at once before the rate counts
    waiting_max: int = 16  # at about 6 ms each, the last of them waits for 0.1 s


# ---- what is told
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

    TORN = "torn"  # the manifest, or a file that it names, is not there or not of its size
    CORRUPT = "corrupt"  # a checksum differs, or what is written cannot be
    FORMAT = "format"  # another release's way of writing
    ENGINE_VERSION = "engine_version"
    WINDOW = "window"
    TOPIC = "topic"
    STALE = "stale"  # the log does not hold what comes next
    OTHER_LOG = "other_log"  # the log holds another record where the snapshot's last one was
    UNREADABLE = "unreadable"  # the system does not let us
    IN_USE = "in_use"  # another process holds the directory


class Telemetry(Protocol):
    """One method per occurrence; the implementation owns both its log line and its counters. Called on the
    event loop, never blocks.
    """

    def judged(self, kind: VerdictKind, latency_ms: float) -> None:
        """A record went out enriched and is committed; latency from the raw timestamp to the commit."""

    def corrected(self) -> None: ...

    def redelivered(self) -> None: ...

    def dead_lettered(self, reason: RejectReason, position: RawPosition, detail: str) -> None:
        """`detail` never holds article text."""

    def internal_fault(self, position: RawPosition, error: BaseException) -> None:
        """Our own fault on one record; it is dead-lettered as `internal`."""

    def transaction_committed(self, records: int) -> None: ...

    def transaction_aborted(self, partition: TopicPartition) -> None: ...

    def fenced(self, partition: TopicPartition) -> None: ...

    def rebuilt(self, part: Part, error: BaseException) -> None:
        """A part failed and is built anew."""

    def rebalanced(self, assigned: int) -> None:
        """The group gave us this many partitions."""

    def partition_opened(self, partition: TopicPartition, offset: int) -> None: ...

    def partition_closed(self, partition: TopicPartition) -> None:
        """Forget its gauges."""

    def partition_lag(self, partition: TopicPartition, records: int) -> None:
        """Records between our committed position and the last stable offset."""

    def partition_paused(self, partition: TopicPartition, paused: bool) -> None: ...

    def offset_lost(self, partition: TopicPartition) -> None: ...

    def in_flight(self, records: int, size_bytes: int) -> None: ...

    def log_followed(self, next_offset: int, end_offset: int, log_time_ms: int) -> None:
        """The engine has replayed all before `next_offset`; lag is the difference to `end_offset`."""

    def log_refused(self, reason: RefusalReason, offset: int, detail: str) -> None: ...

    def stage_time(self, stage: Stage, seconds: float, records: int) -> None: ...

    def caught_up(self, records: int, seconds: float) -> None:
        """The follower reached the end that the log had at start."""

    def loop_lag(self, seconds: float) -> None: ...

    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None:
        """Saved state was found and is not used."""

    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None: ...

    def snapshot_taken(
        self, log_offset: int, seconds: float, paused_seconds: float, size_bytes: int, written_bytes: int
    ) -> None:
        """`paused_seconds`: the process stood still; `written_bytes`: of `size_bytes`, the rest was linked."""

    def snapshot_failed(self, error: BaseException) -> None: ...


class NullTelemetry:
    """Tells nobody."""

    def judged(self, kind: VerdictKind, latency_ms: float) -> None: ...
    def corrected(self) -> None: ...
    def redelivered(self) -> None: ...
    def dead_lettered(self, reason: RejectReason, position: RawPosition, detail: str) -> None: ...
    def internal_fault(self, position: RawPosition, error: BaseException) -> None: ...
    def transaction_committed(self, records: int) -> None: ...
    def transaction_aborted(self, partition: TopicPartition) -> None: ...
    def fenced(self, partition: TopicPartition) -> None: ...
    def rebuilt(self, part: Part, error: BaseException) -> None: ...
    def rebalanced(self, assigned: int) -> None: ...
    def partition_opened(self, partition: TopicPartition, offset: int) -> None: ...
    def partition_closed(self, partition: TopicPartition) -> None: ...
    def partition_lag(self, partition: TopicPartition, records: int) -> None: ...
    def partition_paused(self, partition: TopicPartition, paused: bool) -> None: ...
    def offset_lost(self, partition: TopicPartition) -> None: ...
    def in_flight(self, records: int, size_bytes: int) -> None: ...
    def log_followed(self, next_offset: int, end_offset: int, log_time_ms: int) -> None: ...
    def log_refused(self, reason: RefusalReason, offset: int, detail: str) -> None: ...
    def stage_time(self, stage: Stage, seconds: float, records: int) -> None: ...
    def caught_up(self, records: int, seconds: float) -> None: ...
    def loop_lag(self, seconds: float) -> None: ...
    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None: ...
    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None: ...
    def snapshot_taken(
        self, log_offset: int, seconds: float, paused_seconds: float, size_bytes: int, written_bytes: int
    ) -> None: ...
    def snapshot_failed(self, error: BaseException) -> None: ...


# ---- the pipeline, as its surroundings see it
@dataclass(frozen=True, slots=True)
class PipelineHealth:
    """For readiness and the watchdog's dump. `waits` holds a line per part: what it waits for, and for how
    long.
    """

    caught_up: bool
    assigned: int
    opened: int
    waits: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Caught up, and every assigned partition is open. A hot spare without partitions is ready."""
        return self.caught_up and self.opened == self.assigned


class Lag(NamedTuple):
    """Records that a replica has still to replay, and of its own raw partitions to publish."""

    log_records: int
    raw_records: int


# Public API of pipeline.py, for those who compose it:
#   pipeline = Pipeline(backend, engine, steps, options=PipelineOptions(), telemetry=NullTelemetry())
#   await pipeline.run(stop)   # an asyncio.Event; returns after a graceful stop, raises FatalError
#   pipeline.health()          # PipelineHealth
