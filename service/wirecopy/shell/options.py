"""The options of the pipeline, the client, the saved state and the checker, with their defaults and the reasons for them.

Plain values: the settings (settings/) are read from the environment and made into these, and tests make them directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wirecopy.core import limits
from wirecopy.core.model import Rewritten


@dataclass(frozen=True, slots=True)
class TopicNames:
    raw: tuple[str, ...] = ("articles.raw",)
    enriched: str = "articles.enriched"
    corrections: str = "articles.corrections"
    dead: str = "articles.dead"
    fingerprints: str = "articles.fingerprints"
    matches: str = "articles.matches"
    watches: str = "articles.watches"
    matches_dead: str = "articles.matches.dead"
    feedback: str = "articles.feedback"


class StartAt(StrEnum):
    EARLIEST = "earliest"
    LATEST = "latest"


class OffsetLostPolicy(StrEnum):
    STOP = "stop"
    EARLIEST = "earliest"
    LATEST = "latest"


class DamagedBatch(StrEnum):
    """What becomes of a batch of a raw partition that nobody can read."""

    WAIT = "wait"
    SKIP = "skip"


class LogLostPolicy(StrEnum):
    STOP = "stop"
    ACCEPT = "accept"


class SharedSettings(StrEnum):
    """What a replica does whose settings are not those that its fingerprint log names."""

    COMPARE = "compare"
    REPLACE = "replace"


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

    log_lost: LogLostPolicy = LogLostPolicy.STOP  # the fingerprint log was made again, or lost what is needed
    log_settings: SharedSettings = SharedSettings.COMPARE

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
    # huge record, goes to a thread. Replays go at most so many log records in one go, in a backlog; 0: in a thread
    inline_bytes_max: int = 256 * 1024
    inline_replays_max: int = 128

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

    damaged_batch: DamagedBatch = DamagedBatch.WAIT  # its partition stands alone either way

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
    rewritten: Rewritten = Rewritten.ON
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


@dataclass(frozen=True, slots=True)
class Shared:
    """What replicas must have alike, and what to do where that has changed on purpose."""

    topics: frozenset[str]  # raw
    log_topic: str
    settings: Mapping[str, str] = field(default_factory=dict)
    window_ms: int | None = None
    replace_settings: bool = False
    accept_new_topics: bool = False  # a lost offset is replaced too
    accept_lost_log: bool = False
