"""What must hold between settings: a row for each relation, with the reason that the operator is told.

Bounds of a single setting stand at the setting; here is what no single value shows: time-outs that must
nest, sizes that must fit, names that must differ. `settings.load` checks every row whose settings are
themselves sound. The rows know nothing of how settings are read, and settings/ nothing of why they must
agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wirecopy.core import limits

if TYPE_CHECKING:
    from wirecopy.shell.settings.whole import Settings


@dataclass(frozen=True, slots=True)
class Relation:
    """`sentence` says what must hold and why; `names` are the settings that it speaks of."""

    names: tuple[str, ...]
    holds: Callable[[Settings], bool]
    sentence: str


RELATIONS = (
    Relation(
        ("desk_user_header", "desk_proxies"),
        lambda s: s.desk_user_header is None or bool(s.desk_proxies),
        "a proxy's header counts only from the networks of proxies",
    ),
    Relation(
        ("kafka_heartbeat_interval_ms", "kafka_session_timeout_ms"),
        lambda s: 3 * s.kafka_heartbeat_interval_ms <= s.kafka_session_timeout_ms,
        "the session must last at least three heartbeats, or one lost packet costs the replica its partitions",
    ),
    Relation(
        ("pipeline_revoke_timeout_ms", "kafka_heartbeat_interval_ms", "kafka_session_timeout_ms"),
        lambda s: s.pipeline_revoke_timeout_ms + s.kafka_heartbeat_interval_ms < s.kafka_session_timeout_ms,
        "draining must end one heartbeat before the session does, since no heartbeats are sent meanwhile",
    ),
    Relation(
        ("pipeline_revoke_timeout_ms", "kafka_heartbeat_interval_ms", "kafka_rebalance_timeout_ms"),
        lambda s: s.pipeline_revoke_timeout_ms + s.kafka_heartbeat_interval_ms < s.kafka_rebalance_timeout_ms,
        "draining must fit into the rebalance, or the group removes the replica",
    ),
    Relation(
        ("kafka_request_timeout_ms", "kafka_call_timeout_ms"),
        lambda s: s.kafka_request_timeout_ms < s.kafka_call_timeout_ms,
        "the deadline of a call must be longer than the client's own deadline of a request, whose error is more precise",
    ),
    Relation(
        ("kafka_call_timeout_ms", "kafka_transaction_timeout_ms"),
        lambda s: s.kafka_call_timeout_ms <= s.kafka_transaction_timeout_ms,
        "the broker must not abort a transaction while the service still waits for it",
    ),
    Relation(
        ("pipeline_revoke_timeout_ms", "pipeline_stop_timeout_ms"),
        lambda s: s.pipeline_revoke_timeout_ms <= s.pipeline_stop_timeout_ms,
        "a graceful stop drains as a rebalance does, so it must have at least as much time",
    ),
    Relation(
        ("kafka_log_linger_ms", "pipeline_outcome_timeout_ms"),
        lambda s: 10 * s.kafka_log_linger_ms < s.pipeline_outcome_timeout_ms,
        "the time-out for reading fingerprints back must be more than ten times the linger time",
    ),
    Relation(
        ("kafka_heartbeat_interval_ms", "pipeline_fenced_delay_ms"),
        lambda s: 2 * s.pipeline_fenced_delay_ms >= 3 * s.kafka_heartbeat_interval_ms,
        "the delay must be at least 1.5 heartbeats, by when the group has said who owns the partition",
    ),
    Relation(
        ("kafka_session_timeout_ms", "kafka_max_poll_interval_ms"),
        lambda s: s.kafka_session_timeout_ms <= s.kafka_max_poll_interval_ms,
        "the poll interval must not be shorter than the session",
    ),
    Relation(
        ("pipeline_retry_delay_ms", "pipeline_retry_delay_ms_max"),
        lambda s: s.pipeline_retry_delay_ms <= s.pipeline_retry_delay_ms_max,
        "the first delay must not exceed the longest",
    ),
    Relation(
        ("kafka_call_timeout_ms", "pipeline_outcome_timeout_ms", "pipeline_progress_timeout_ms"),
        lambda s: s.kafka_call_timeout_ms + s.pipeline_outcome_timeout_ms < s.pipeline_progress_timeout_ms,
        "the watchdog must wait longer than the deadlines that it watches",
    ),
    Relation(
        ("pipeline_transaction_records_max", "pipeline_in_flight_records_max"),
        lambda s: s.pipeline_transaction_records_max <= s.pipeline_in_flight_records_max,
        "a transaction must not hold more records than may be in flight",
    ),
    Relation(
        ("pipeline_output_record_bytes_max",),
        lambda s: s.pipeline_output_record_bytes_max > limits.RAW_BYTES_MAX,
        f"it must exceed the largest raw record ({limits.RAW_BYTES_MAX} bytes), plus the verdict",
    ),
    Relation(
        ("pipeline_dead_record_bytes_max",),
        lambda s: s.pipeline_dead_record_bytes_max > limits.RAW_BYTES_MAX,
        f"it must exceed the largest raw record ({limits.RAW_BYTES_MAX} bytes), plus its headers",
    ),
    Relation(
        (
            "pipeline_output_record_bytes_max",
            "pipeline_dead_record_bytes_max",
            "kafka_producer_request_bytes_max",
        ),
        lambda s: (
            max(s.pipeline_output_record_bytes_max, s.pipeline_dead_record_bytes_max)
            <= s.kafka_producer_request_bytes_max
        ),
        "the largest record must fit into a request",
    ),
    Relation(
        ("window_days", "topic_fingerprints_retention_days"),
        lambda s: s.fingerprints_retention_ms >= s.window_ms,
        "the log must be kept at least as long as articles are remembered, or a restart forgets some",
    ),
    Relation(
        (
            "topic_raw",
            "topic_enriched",
            "topic_corrections",
            "topic_dead",
            "topic_fingerprints",
            "topic_matches",
            "topic_watches",
            "topic_matches_dead",
            "topic_feedback",
        ),
        lambda s: len({*s.topic_raw, *_outputs(s)}) == len(s.topic_raw) + len(_outputs(s)),
        "every topic must have its own name, or the service would read its own output",
    ),
    Relation(
        ("kafka_security_protocol", "kafka_sasl_mechanism"),
        lambda s: s.kafka_security_protocol.startswith("SASL") == (s.kafka_sasl_mechanism is not None),
        "a SASL protocol requires a mechanism, and a mechanism requires a SASL protocol",
    ),
    Relation(
        ("kafka_sasl_mechanism", "kafka_sasl_username", "kafka_sasl_password"),
        lambda s: (
            s.kafka_sasl_mechanism in (None, "OAUTHBEARER")
            or bool(s.kafka_sasl_username and s.kafka_sasl_password)
        ),
        "this mechanism requires a user and a password",
    ),
    Relation(
        ("kafka_sasl_mechanism", "kafka_sasl_oauth_token_file"),
        lambda s: (s.kafka_sasl_mechanism == "OAUTHBEARER") == (s.kafka_sasl_oauth_token_file is not None),
        "OAUTHBEARER requires a token file, and no other mechanism uses one",
    ),
    Relation(
        ("kafka_security_protocol", "kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile"),
        lambda s: (
            s.kafka_security_protocol.endswith("SSL")
            or not (s.kafka_ssl_cafile or s.kafka_ssl_certfile or s.kafka_ssl_keyfile)
        ),
        "certificates are set, but this protocol is not encrypted",
    ),
    Relation(
        ("kafka_ssl_certfile", "kafka_ssl_keyfile"),
        lambda s: (s.kafka_ssl_certfile is None) == (s.kafka_ssl_keyfile is None),
        "a client certificate requires its key, and a key its certificate",
    ),
)


def _outputs(settings: Settings) -> tuple[str, ...]:
    return (
        settings.topic_enriched,
        settings.topic_corrections,
        settings.topic_dead,
        settings.topic_fingerprints,
        settings.topic_matches,
        settings.topic_watches,
        settings.topic_matches_dead,
        settings.topic_feedback,
    )
