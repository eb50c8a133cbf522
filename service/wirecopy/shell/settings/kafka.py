"""Settings of the Kafka client: where the brokers are, how to log in, how to behave as a member of the group.

The defaults are those of `KafkaOptions` in options.py: one truth.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from wirecopy.shell.options import KafkaOptions, LogLostPolicy, OffsetLostPolicy, SharedSettings, StartAt
from wirecopy.shell.settings.kinds import (
    Bytes,
    Compression,
    Mechanism,
    Protocol,
    ReadableFile,
    Servers,
    Time,
    setting,
)

KAFKA = KafkaOptions(bootstrap_servers="localhost:9092")


class KafkaSettings(BaseSettings):
    """Each is `kafka_` and the name of a field of `KafkaOptions`."""

    # ---- Kafka: reaching it
    kafka_bootstrap_servers: Servers = setting(
        KAFKA.bootstrap_servers, "Brokers to connect to first: `host:port`, separated by commas."
    )
    kafka_client_id: str = setting(
        KAFKA.client_id, "Client name in the brokers' logs and quotas.", min_length=1
    )
    kafka_group_id: str = setting(
        KAFKA.group_id, "Consumer group and prefix of the transactional ids.", min_length=1
    )
    kafka_group_instance_id: str | None = setting(
        None, "Static membership: a stable name, *unique per replica*. Unset: dynamic membership."
    )
    kafka_security_protocol: Protocol = setting(
        KAFKA.security_protocol, "Protocol for the connection to the brokers."
    )
    kafka_sasl_mechanism: Mechanism | None = setting(None, "SASL mechanism.")
    kafka_sasl_username: str | None = setting(None, "SASL user.")
    kafka_sasl_password: str | None = setting(None, "SASL password.", secret=True)
    kafka_sasl_oauth_token_file: ReadableFile | None = setting(
        None, "File with the OAUTHBEARER token, read at each log-in."
    )
    kafka_ssl_cafile: ReadableFile | None = setting(
        None,
        "Certificate authorities (PEM). Unset: those of the system. A relative path may be in `WIRECOPY_SECRETS_DIR`.",
    )
    kafka_ssl_certfile: ReadableFile | None = setting(None, "Client certificate (PEM), for mutual TLS.")
    kafka_ssl_keyfile: ReadableFile | None = setting(None, "Private key of the client certificate (PEM).")
    kafka_ssl_key_password: str | None = setting(None, "Password of the private key.", secret=True)
    kafka_ssl_check_hostname: bool = setting(
        KAFKA.ssl_check_hostname, "Require that the broker's certificate names its host."
    )

    # ---- Kafka: behaving as a member
    kafka_auto_offset_reset: StartAt = setting(KAFKA.auto_offset_reset, "Where a new group starts to read.")
    kafka_offset_lost: OffsetLostPolicy = setting(
        KAFKA.offset_lost,
        "If the committed offset is lost: stop, or read from one end of the topic.",
    )
    kafka_log_lost: LogLostPolicy = setting(
        KAFKA.log_lost,
        "If the fingerprint log was made again or cut: stop, or go on with what it holds.",
    )
    kafka_log_settings: SharedSettings = setting(
        KAFKA.log_settings,
        "If replicas of this log judge by other settings: `compare` stops, `replace` stops the others.",
    )
    kafka_session_timeout_ms: Time = setting(
        KAFKA.session_timeout_ms, "A replica without heartbeats for this time loses its partitions."
    )
    kafka_heartbeat_interval_ms: Time = setting(KAFKA.heartbeat_interval_ms, "Time between heartbeats.")
    kafka_rebalance_timeout_ms: Time = setting(
        KAFKA.rebalance_timeout_ms, "How long a rebalance waits for a replica to release its partitions."
    )
    kafka_max_poll_interval_ms: Time = setting(
        KAFKA.max_poll_interval_ms, "A replica that does not poll for this time leaves the group."
    )
    kafka_transaction_timeout_ms: Annotated[int, Field(ge=1000, le=900_000)] = setting(
        KAFKA.transaction_timeout_ms, "The broker aborts a transaction that is open for this time."
    )
    kafka_request_timeout_ms: Time = setting(KAFKA.request_timeout_ms, "The client's timeout per request.")
    kafka_call_timeout_ms: Time = setting(
        KAFKA.call_timeout_ms, "Deadline for each call of the client, which can hang."
    )
    kafka_close_timeout_ms: Time = setting(
        KAFKA.close_timeout_ms, "A client that does not stop in this time is abandoned."
    )
    kafka_metadata_max_age_ms: Time = setting(
        KAFKA.metadata_max_age_ms, "How often topics are checked for new partitions."
    )
    kafka_log_linger_ms: Annotated[int, Field(ge=0, le=1000)] = setting(
        KAFKA.log_linger_ms, "How long fingerprints wait to be sent as a batch."
    )
    kafka_fetch_partition_bytes_max: Bytes = setting(
        KAFKA.fetch_partition_bytes_max, "Bytes per fetch from one partition."
    )
    kafka_fetch_bytes_max: Bytes = setting(KAFKA.fetch_bytes_max, "Bytes per fetch from one broker.")
    kafka_producer_batch_bytes_max: Bytes = setting(
        KAFKA.producer_batch_bytes_max,
        "Bytes per batch; must be below the topics' `max.message.bytes`.",
    )
    kafka_producer_request_bytes_max: Bytes = setting(
        KAFKA.producer_request_bytes_max, "Largest request to a broker."
    )
    kafka_log_compression: Compression | None = setting(
        KAFKA.log_compression, "Compression of the fingerprint log; hashes do not compress."
    )
    kafka_output_compression: Compression | None = setting(
        KAFKA.output_compression, "Compression of the output topics."
    )
