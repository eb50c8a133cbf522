"""The ports between the pipeline and the world: what it reads and writes, without a word of Kafka.

The pipeline (pipeline/) knows only these protocols. Two backends implement them: backends/kafka, the real client,
and backends/memory, an embedded log for `demo`, `scan` and simulation; one contract suite runs over both. The
docstring of each protocol states what must hold. What a backend cannot do it raises as an error of errors.py, never
as its client's own.

The bargain that exactly-once stands on: `Outputs.open` fences every earlier owner of the raw partition
*before* it reads the committed offset, and `Transactions.publish` makes records and offset visible together
or not at all. The obvious other form, a method that reads the committed offset on its own, would let a new
owner read it while the old owner's transaction is pending."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from wirecopy.core.model import (
    Correction,
    Outcome,
    RawArticle,
    RawPosition,
    Rejected,
    Verdict,
)
from wirecopy.shell.committed import NO_NOTE, Committed, Note
from wirecopy.shell.committed import Damage as Damage
from wirecopy.shell.engine_ports import EnginePort as EnginePort
from wirecopy.shell.engine_ports import ProposalPort as ProposalPort

Headers = tuple[tuple[str, bytes | None], ...]  # Kafka allows a header without a value


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
    damage: str = ""  # it stands for offsets that cannot be read, which this names
    read: bytes | Rejected | None = None  # what its schema makes of the value, where a registry has one


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
    MATCHES = "matches"  # what the watch lists say of a verdict


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
    """A raw partition whose earlier owners are fenced. `committed` None: the group never committed here. `topic_id`: of the
    topic as it is now, "" where the brokers do not tell."""

    transactions: Transactions
    committed: Committed | None
    topic_id: str = ""

    @property
    def committed_offset(self) -> int | None:
        return None if self.committed is None else self.committed.offset


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
class ClusterAccess:
    """What a cluster speaks and allows us. Operations by Kafka's names; None where the cluster has no authorizer."""

    brokers: int
    kafka_version: str  # the release whose newest request it knows
    waits_for_pending_offsets: bool
    topics: Mapping[str, frozenset[str] | None]
    under_replicated: Mapping[str, int]
    group: frozenset[str] | None
    group_fault: str
    transactional_fault: str
    log_newest_ms: int | None
    offsets_retention_ms: int | None = None  # how long offsets of an empty group are kept; None: not told


# ---- the ports
class AssignmentListener(Protocol):
    """Told by the source of partitions that come and go. Neither call may raise; `revoked` returns within its
    deadline."""

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

    async def resume_offset(
        self,
        partition: TopicPartition,
        committed: Committed | None,
        judged: tuple[int, int] | None = None,
        topic_id: str = "",
    ) -> int:
        """Where to read on: the committed offset where the topic still holds it, the configured end of the topic for a group
        that never committed (None). `judged`: the lowest and the highest offset that the fingerprint log is known to have a
        record of; with it a missing offset is a lost one. A lost offset is replaced by policy (`KafkaOptions.offset_lost`),
        or else `OffsetLostError` is raised.
        """
        ...

    def position(self, partition: TopicPartition) -> int | None:
        """The offset that the next poll reads from; None where the partition is not read. It stands past offsets that no
        reader ever gets (markers of transactions, records of aborted ones), so it may lie beyond the last record that
        `poll` returned. Meaningful right after a poll that did not fail.
        """
        ...

    def take_damaged(self) -> Mapping[TopicPartition, Damage]:
        """Partitions whose next batch the last poll could not read. They are not read on until a seek and `resume`."""

    def end_offset(self, partition: TopicPartition) -> int | None:
        """Last stable offset as of the last fetch; None before there was one. For the lag metric."""
        ...

    async def stop(self, leave: bool) -> None:
        """Bounded in time, never raises. `leave`: tell the group (static members do not)."""
        ...


class FingerprintLog(Protocol):
    """One partition, totally ordered, appended to by every replica and followed by each."""

    async def start(self) -> None: ...

    async def described(self) -> TopicState | None:
        """Its topic as it was at the start; None where that is not known."""
        ...

    async def topic_ids(self) -> Mapping[str, str] | None:
        """Ids of the log's topic and of the raw topics, as far as they exist; None where the brokers know no ids."""
        ...

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

    async def publish(
        self, records: Sequence[OutputRecord], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        """Records and offset become visible together, or an exception is raised and the outcome is in doubt.
        `note`: committed beside the offset.

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

    @property
    def alone(self) -> bool:
        """Whether no other process can share this world."""
        ...

    def source(self) -> RawSource: ...

    def log(self) -> FingerprintLog: ...

    def outputs(self, source: RawSource) -> Outputs: ...

    def raw_reader(self) -> RawReader: ...


# ---- the core, as the pipeline sees it
class StatePort(Protocol):
    """An engine that keeps itself on disk (state.py): told by the follower when, and by nobody else."""

    async def restore(self, log: FingerprintLog, first: int, end: int, executor: Executor) -> None:
        """Before anything is replayed: take over saved state that fits a log with these bounds, or none. Raises
        what the log raises.
        """
        ...

    def between_batches(self) -> None:
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

    def end(self, result: str, appended_at: float, published_at: float) -> None:
        """Once. `result`: the verdict or the dead letter's reason; empty where the record was given up, to be judged
        again. Times are those of the event loop: when the log surely held it, when its transaction began; 0: never.
        """
        ...


class Tracing(Protocol):
    """Spans, where they are asked for. Called on the event loop, never blocks, never raises."""

    def begin(self, record: RawRecord, received_at: float) -> Trace: ...


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
    # further records of the same transaction: of the verdict on an article, and of a correction
    watched: Callable[[RawArticle, Verdict, str], Sequence[OutputRecord]] | None = None
    watched_again: Callable[[Correction], Sequence[OutputRecord]] | None = None
    tracing: Tracing | None = None
    envelope: Envelope | None = None
    # decode and propose for a whole batch elsewhere (fingerprints.py), in any thread; None as the answer: do it here
    fingerprint: Callable[[Sequence[RawRecord]], Sequence[ProposalPort | Rejected] | None] | None = None
    opened: Callable[[Sequence[RawRecord]], Awaitable[Sequence[RawRecord]]] | None = None  # by a registry


# ---- the pipeline, as others see it
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
