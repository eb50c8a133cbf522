"""Every setting: its name, type, bounds, default, meaning; read from four places, refused as a whole or
taken.

A setting `kafka_group_id` is the environment variable `WIRECOPY_KAFKA_GROUP_ID`, the key `group_id` of the
table `[kafka]` in the file that `WIRECOPY_CONFIG_FILE` names (TOML), or a file `kafka_group_id` in the
directory that `WIRECOPY_SECRETS_DIR` names (as Kubernetes and Docker mount secrets). The environment wins
over secrets, secrets over the file, the file over the defaults; an empty variable counts as unset, as
compose files write them.

Invariant: a `Settings` that exists is sound. `load` collects *every* fault (unknown names, values out of
range, relations that do not hold) and raises them together, a sentence each, since a service that reveals
one fault per restart takes an afternoon to start. A name nobody reads is a fault too: a typo in a time-out
must not be silent.

The defaults of `kafka_*` and `pipeline_*` are those of `KafkaOptions` and `PipelineOptions` in ports.py: one
truth.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from service.core import limits
from service.shell.ports import KafkaOptions, OffsetLostPolicy, PipelineOptions, StartAt, TopicNames
from service.shell.relations import RELATIONS

PREFIX = "WIRECOPY_"
CONFIG_FILE = PREFIX + "CONFIG_FILE"
SECRETS_DIR = PREFIX + "SECRETS_DIR"
NOT_SETTINGS = {CONFIG_FILE, SECRETS_DIR, PREFIX + "REQUIRE_BROKER"}  # the last: of our tests
DAY_MS = 24 * 3600 * 1000

KAFKA = KafkaOptions(bootstrap_servers="localhost:9092")
PIPELINE = PipelineOptions()
TOPICS = TopicNames()

# Kubernetes puts WIRECOPY_SERVICE_HOST, WIRECOPY_PORT_9092_TCP… into every pod beside a Service called
# "wirecopy".
SERVICE_LINK_NAME = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$")
SERVICE_LINK_VALUE = re.compile(r"^(tcp|udp|sctp)://")
TOPIC_NAME = re.compile(r"^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$")


def _list(value: object) -> object:
    """`a, b` → ["a", "b"]: how the environment writes a list."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def _map(value: object) -> object:
    """`a=b, c=d`, or JSON → {"a": "b", "c": "d"}: how the environment writes a table."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"is neither a=b, c=d nor JSON ({error})") from error
    pairs = [item.partition("=") for item in value.split(",") if item.strip()]
    if any(not sign or not name.strip() or not target.strip() for name, sign, target in pairs):
        raise ValueError("must be written a=b, c=d")
    return {name.strip(): target.strip() for name, _, target in pairs}


def _topic(value: str) -> str:
    if not TOPIC_NAME.match(value):
        raise ValueError("is no topic name: 1 to 249 letters, digits, dots, underscores, hyphens")
    return value


def _servers(value: str) -> str:
    for server in value.split(","):
        host, colon, port = server.strip().rpartition(":")
        if not (colon and host and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("must be host:port, several with commas between")
    return ",".join(server.strip() for server in value.split(","))


def _readable(value: str) -> str:
    """A file, looked for in the secrets directory too when the path is relative."""
    directory = os.environ.get(SECRETS_DIR)
    path = Path(directory, value) if directory and not Path(value).exists() else Path(value)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError("is no file that this process can read")
    return str(path)


def _dotted(value: str) -> str:
    if not all(value.split(".")):
        raise ValueError("must be a field's name, or several with dots between (content.text)")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Topic = Annotated[str, AfterValidator(_topic)]
TopicList = Annotated[tuple[Topic, ...], NoDecode, BeforeValidator(_list), Field(min_length=1)]
Table = Annotated[dict[str, str], NoDecode, BeforeValidator(_map)]
ReadableFile = Annotated[str, AfterValidator(_readable)]
FieldPath = Annotated[str, AfterValidator(_dotted)]
Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
Compression = Literal["gzip", "snappy", "lz4", "zstd"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Time = Annotated[int, Field(ge=1, le=3_600_000)]  # milliseconds, at most an hour
Bytes = Annotated[int, Field(ge=1024, le=1024**3)]


def _setting(default: Any, meaning: str, *, secret: bool = False, **bounds: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"secret": secret}, **bounds)


class Settings(BaseSettings):
    """Made by `load`, which says where each value came from. Fields are grouped by their first word."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    # ---- Kafka: reaching it
    kafka_bootstrap_servers: Annotated[str, AfterValidator(_servers)] = _setting(
        KAFKA.bootstrap_servers, "Brokers to reach first, `host:port`, several with commas between."
    )
    kafka_client_id: str = _setting(KAFKA.client_id, "Name in the brokers' logs and quotas.", min_length=1)
    kafka_group_id: str = _setting(
        KAFKA.group_id, "Consumer group; also the prefix of the transactional ids.", min_length=1
    )
    kafka_group_instance_id: str | None = _setting(
        None, "Static membership: a name that is stable and *unique per replica*. Unset: dynamic membership."
    )
    kafka_security_protocol: Annotated[Protocol, BeforeValidator(_upper)] = _setting(
        KAFKA.security_protocol, "How to speak to the brokers."
    )
    kafka_sasl_mechanism: Annotated[Mechanism, BeforeValidator(_upper)] | None = _setting(
        None, "SASL mechanism."
    )
    kafka_sasl_username: str | None = _setting(None, "SASL user.")
    kafka_sasl_password: str | None = _setting(None, "SASL password.", secret=True)
    kafka_sasl_oauth_token_file: ReadableFile | None = _setting(
        None, "File with the OAUTHBEARER token, read anew at each log-in."
    )
    kafka_ssl_cafile: ReadableFile | None = _setting(
        None,
        "Certificate authorities (PEM). Unset: those of the system. A relative path is looked for in "
        "`WIRECOPY_SECRETS_DIR` too.",
    )
    kafka_ssl_certfile: ReadableFile | None = _setting(None, "Client certificate (PEM), for mutual TLS.")
    kafka_ssl_keyfile: ReadableFile | None = _setting(None, "Private key of the client certificate (PEM).")
    kafka_ssl_key_password: str | None = _setting(None, "Password of the private key.", secret=True)
    kafka_ssl_check_hostname: bool = _setting(
        KAFKA.ssl_check_hostname, "Whether the broker's certificate must name its host."
    )

    # ---- Kafka: behaving as a member
    kafka_auto_offset_reset: StartAt = _setting(
        KAFKA.auto_offset_reset, "Where a group that never committed an offset begins."
    )
    kafka_offset_lost: OffsetLostPolicy = _setting(
        KAFKA.offset_lost, "When retention has passed the committed offset: stop, or lose records knowingly."
    )
    kafka_session_timeout_ms: Time = _setting(
        KAFKA.session_timeout_ms, "A replica silent for so long loses its partitions."
    )
    kafka_heartbeat_interval_ms: Time = _setting(KAFKA.heartbeat_interval_ms, "Time between heartbeats.")
    kafka_rebalance_timeout_ms: Time = _setting(
        KAFKA.rebalance_timeout_ms, "How long the group waits for a replica to hand over its partitions."
    )
    kafka_max_poll_interval_ms: Time = _setting(
        KAFKA.max_poll_interval_ms, "A replica that does not ask for records for so long leaves the group."
    )
    kafka_transaction_timeout_ms: Annotated[int, Field(ge=1000, le=900_000)] = _setting(
        KAFKA.transaction_timeout_ms, "The broker aborts a transaction open for so long."
    )
    kafka_request_timeout_ms: Time = _setting(
        KAFKA.request_timeout_ms, "The client's own deadline per request."
    )
    kafka_call_timeout_ms: Time = _setting(
        KAFKA.call_timeout_ms, "Our deadline around each call of the client, which can hang."
    )
    kafka_close_timeout_ms: Time = _setting(
        KAFKA.close_timeout_ms, "A client that does not stop in this time is left behind."
    )
    kafka_metadata_max_age_ms: Time = _setting(
        KAFKA.metadata_max_age_ms, "How soon new partitions are noticed."
    )
    kafka_log_linger_ms: Annotated[int, Field(ge=0, le=1000)] = _setting(
        KAFKA.log_linger_ms, "How long fingerprints wait for company before they are sent."
    )
    kafka_fetch_partition_bytes_max: Bytes = _setting(
        KAFKA.fetch_partition_bytes_max, "Bytes fetched of one partition at a time."
    )
    kafka_fetch_bytes_max: Bytes = _setting(KAFKA.fetch_bytes_max, "Bytes fetched from one broker at a time.")
    kafka_producer_batch_bytes_max: Bytes = _setting(
        KAFKA.producer_batch_bytes_max,
        "Bytes in one batch of records; below the topics' `max.message.bytes`.",
    )
    kafka_producer_request_bytes_max: Bytes = _setting(
        KAFKA.producer_request_bytes_max, "Largest request to a broker."
    )
    kafka_log_compression: Compression | None = _setting(
        KAFKA.log_compression, "Compression of the fingerprint log; hashes do not compress."
    )
    kafka_output_compression: Compression | None = _setting(
        KAFKA.output_compression, "Compression of what goes out."
    )

    # ---- topics
    topic_raw: TopicList = _setting(TOPICS.raw, "Topics with raw articles, several with commas between.")
    topic_enriched: Topic = _setting(TOPICS.enriched, "Topic for articles with their verdicts.")
    topic_corrections: Topic = _setting(TOPICS.corrections, "Compacted topic for corrected verdicts.")
    topic_dead: Topic = _setting(TOPICS.dead, "Topic for records that nobody can read, with the reason.")
    topic_fingerprints: Topic = _setting(
        TOPICS.fingerprints, "The log that every replica follows; one partition."
    )
    topic_partitions: Annotated[int, Field(ge=1, le=10_000)] = _setting(
        6, "Partitions that `wirecopy topics` gives a new topic (the fingerprint log always has one)."
    )
    topic_replication_factor: Annotated[int, Field(ge=1, le=32)] = _setting(
        3, "Copies that `wirecopy topics` has the brokers keep; 1 where there is a single broker."
    )
    topic_fingerprints_retention_days: Annotated[float, Field(gt=0, le=36_500)] | None = _setting(
        None, "How long the fingerprint log is kept; at least the window. Unset: the window and 7 days."
    )

    # ---- where the raw record's parts lie
    field_body: FieldPath = _setting("body", "Path of the article's text or HTML, e.g. `content.text`.")
    field_id: FieldPath = _setting("id", "Path of the article's id.")
    field_url: FieldPath = _setting("url", "Path of its address.")
    field_title: FieldPath = _setting("title", "Path of its headline.")
    field_publisher: FieldPath = _setting("publisher", "Path of its publisher's name or domain.")
    field_published_at: FieldPath = _setting("published_at", "Path of its time of publication.")
    field_language: FieldPath = _setting("language", "Path of its language.")
    field_version: FieldPath = _setting("version", "Path of its version number.")
    field_content_type: FieldPath = _setting("content_type", "Path of the body's media type.")
    aliases: Table = _setting(
        {},
        "Publishers under several names: name or domain = the one that stands for it, e.g. "
        "`edition.cnn.com=cnn.com`.",
    )

    # ---- the index
    window_days: Annotated[float, Field(gt=0, le=36_500)] = _setting(
        limits.WINDOW_MS / DAY_MS, "How long an article is remembered, by the log's time."
    )

    # ---- the pipeline
    pipeline_poll_timeout_ms: Time = _setting(PIPELINE.poll_timeout_ms, "Longest wait for new raw records.")
    pipeline_poll_records_max: Annotated[int, Field(ge=1, le=100_000)] = _setting(
        PIPELINE.poll_records_max, "Raw records taken at a time."
    )
    pipeline_follow_records_max: Annotated[int, Field(ge=1, le=100_000)] = _setting(
        PIPELINE.follow_records_max, "Log records replayed at a time."
    )
    pipeline_transaction_records_max: Annotated[int, Field(ge=1, le=100_000)] = _setting(
        PIPELINE.transaction_records_max, "Raw records in one transaction."
    )
    pipeline_transaction_bytes_max: Bytes = _setting(
        PIPELINE.transaction_bytes_max, "Bytes sent in one transaction."
    )
    pipeline_in_flight_records_max: Annotated[int, Field(ge=1, le=limits.IN_FLIGHT_RECORDS_MAX)] = _setting(
        PIPELINE.in_flight_records_max, "Raw records of one partition that are under way at a time."
    )
    pipeline_in_flight_bytes_max: Bytes = _setting(
        PIPELINE.in_flight_bytes_max, "Bytes of all partitions that are under way; beyond it reading pauses."
    )
    pipeline_inline_bytes_max: Annotated[int, Field(ge=0, le=64 * 1024**2)] = _setting(
        PIPELINE.inline_bytes_max, "Work on more bytes than this leaves the event loop for a thread."
    )
    pipeline_inline_replays_max: Annotated[int, Field(ge=0, le=100_000)] = _setting(
        PIPELINE.inline_replays_max,
        "Replaying more log records than this leaves the event loop for a thread.",
    )
    pipeline_output_record_bytes_max: Bytes = _setting(
        PIPELINE.output_record_bytes_max,
        "Largest enriched or correction record; a larger one is dead-lettered.",
    )
    pipeline_dead_record_bytes_max: Bytes = _setting(PIPELINE.dead_record_bytes_max, "Largest dead letter.")
    pipeline_log_record_bytes_max: Bytes = _setting(
        PIPELINE.log_record_bytes_max, "Largest fingerprint record."
    )
    pipeline_outcome_timeout_ms: Time = _setting(
        PIPELINE.outcome_timeout_ms, "A fingerprint not read back in this time: the partition is rebuilt."
    )
    pipeline_revoke_timeout_ms: Time = _setting(
        PIPELINE.revoke_timeout_ms, "Time for open transactions when partitions are taken away."
    )
    pipeline_stop_timeout_ms: Time = _setting(
        PIPELINE.stop_timeout_ms, "Time for a graceful stop after SIGTERM."
    )
    pipeline_progress_timeout_ms: Annotated[int, Field(ge=1000, le=24 * 3_600_000)] = _setting(
        PIPELINE.progress_timeout_ms, "Without progress for so long the watchdog ends the process (exit 3)."
    )
    pipeline_retry_delay_ms: Time = _setting(PIPELINE.retry_delay_ms, "First delay before a rebuild.")
    pipeline_retry_delay_ms_max: Time = _setting(
        PIPELINE.retry_delay_ms_max, "Longest delay before a rebuild."
    )
    pipeline_fenced_delay_ms: Time = _setting(
        PIPELINE.fenced_delay_ms,
        "Wait after being fenced, before looking whether the partition is still ours.",
    )
    pipeline_fenced_again_within_ms: Time = _setting(
        PIPELINE.fenced_again_within_ms, "Fenced twice within this time while we own the partition: fatal."
    )
    pipeline_breaker_window_records: Annotated[int, Field(ge=1, le=10_000_000)] = _setting(
        PIPELINE.breaker_window_records, "Last records that the breaker looks at."
    )
    pipeline_breaker_ratio: Annotated[float, Field(gt=0, le=1)] = _setting(
        PIPELINE.breaker_ratio, "Unreadable part of them above which the service stops, offsets uncommitted."
    )
    pipeline_breaker_run_records: Annotated[int, Field(ge=1, le=10_000_000)] = _setting(
        PIPELINE.breaker_run_records, "Unreadable records in a row at which the service stops."
    )
    pipeline_reassignments_max: Annotated[int, Field(ge=1, le=100_000)] = _setting(
        PIPELINE.reassignments_max, "More reassignments than this in the window below end the process."
    )
    pipeline_reassignment_window_ms: Time = _setting(PIPELINE.reassignment_window_ms, "The window for it.")

    # ---- HTTP and logs
    http_host: str = _setting("0.0.0.0", "Address of metrics and health.", min_length=1)  # noqa: S104
    http_port: Annotated[int, Field(ge=0, le=65535)] = _setting(
        8080, "Port of metrics and health; 0: any free."
    )
    log_level: Annotated[LogLevel, BeforeValidator(_upper)] = _setting("INFO", "Least level that is logged.")
    log_format: Annotated[Literal["json", "text"], BeforeValidator(_lower)] = _setting(
        "json", "`json`: a JSON object a line; `text`: for a terminal."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        *_: Any,
        **__: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)  # `load` reads the other sources itself, to know where each value came from

    @property
    def window_ms(self) -> int:
        return round(self.window_days * DAY_MS)

    @property
    def fingerprints_retention_ms(self) -> int:
        days = self.topic_fingerprints_retention_days
        return round((self.window_days + 7 if days is None else days) * DAY_MS)

    def topics(self) -> TopicNames:
        return TopicNames(
            **{option.name: getattr(self, "topic_" + option.name) for option in fields(TopicNames)}
        )

    def kafka_options(self) -> KafkaOptions:
        return KafkaOptions(topics=self.topics(), **self._options("kafka_", KafkaOptions))

    def pipeline_options(self) -> PipelineOptions:
        return PipelineOptions(**self._options("pipeline_", PipelineOptions))

    def field_paths(self) -> dict[str, str]:
        """Keyword arguments of `core.fields.FieldPaths`."""
        return {
            n.removeprefix("field_"): getattr(self, n)
            for n in type(self).model_fields
            if n.startswith("field_")
        }

    def _options(self, prefix: str, kind: Any) -> dict[str, Any]:
        names = {option.name for option in fields(kind)} & {
            name.removeprefix(prefix) for name in type(self).model_fields if name.startswith(prefix)
        }
        return {name: getattr(self, prefix + name) for name in names}


# ---- reading
class ConfigFaults(Exception):  # noqa: N818 - several at once
    """The settings are refused; `faults` holds a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Given:
    """A value as some source gave it, and how that source names it."""

    value: object
    origin: str  # "environment", "secrets directory", "file wirecopy.toml"
    name: str  # "WIRECOPY_HTTP_PORT", "http.port"


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    origins: Mapping[str, str]  # of every setting, "default" included


def load() -> Loaded:
    """Read, merge, validate. Raises `ConfigFaults` with every fault there is."""
    faults: list[str] = []
    given: dict[str, Given] = {}
    for source in (_from_file(faults), _from_secrets(faults), _from_environment(faults)):  # the later wins
        given.update(source)
    settings, invalid = _validated(given, faults)
    for relation in RELATIONS:
        if not invalid & set(relation.names) and not relation.holds(settings):
            shown = ", ".join(f"{variable(n)}={masked(n, getattr(settings, n))}" for n in relation.names)
            faults.append(f"{shown}: {relation.sentence}.")
    if faults:
        raise ConfigFaults(faults)
    origins = {name: given[name].origin if name in given else "default" for name in Settings.model_fields}
    return Loaded(settings, origins)


def _validated(given: Mapping[str, Given], faults: list[str]) -> tuple[Settings, set[str]]:
    """Settings in which the invalid values are replaced by defaults, and the names of those."""
    values = {name: item.value for name, item in given.items()}
    try:
        return Settings.model_validate(values), set()
    except ValidationError as error:
        invalid = {str(fault["loc"][0]) for fault in error.errors()}
        for name in sorted(invalid):
            messages = {_message(fault) for fault in error.errors() if fault["loc"][0] == name}
            item = given[name]
            shown = masked(name, item.value)
            faults.append(f"{item.name}={shown} ({item.origin}): {'; '.join(sorted(messages))}.")
        return Settings.model_validate({n: v for n, v in values.items() if n not in invalid}), invalid


def _message(fault: Any) -> str:
    text = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    if text != fault["msg"]:
        return text if str(fault["msg"]).startswith("Value error") else f"must be {text}"
    return text[:1].lower() + text[1:]


def _from_environment(faults: list[str]) -> dict[str, Given]:
    known = {variable(name) for name in Settings.model_fields} | NOT_SETTINGS
    for name, value in os.environ.items():
        if not name.upper().startswith(PREFIX) or name.upper() in known:
            continue
        if not (SERVICE_LINK_NAME.search(name) or SERVICE_LINK_VALUE.match(value)):
            faults.append(f"{name} (environment): no such setting; {_meant(name.upper(), known)}")
    values = EnvSettingsSource(Settings)()
    return {n: Given(v, "environment", variable(n)) for n, v in values.items() if n in Settings.model_fields}


def _from_secrets(faults: list[str]) -> dict[str, Given]:
    directory = os.environ.get(SECRETS_DIR)
    if not directory:
        return {}
    if not Path(directory).is_dir():
        faults.append(f"{SECRETS_DIR}={directory} (environment): is no directory.")
        return {}
    values: dict[str, Any] = {}
    for prefix in (PREFIX, ""):
        try:
            values |= SecretsSettingsSource(Settings, directory, env_prefix=prefix)()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{SECRETS_DIR}={directory} (environment): cannot be read ({error}).")
    return {
        n: Given(v, "secrets directory", n) for n, v in values.items() if n in Settings.model_fields and v
    }


def _from_file(faults: list[str]) -> dict[str, Given]:
    path = os.environ.get(CONFIG_FILE)
    if not path:
        return {}
    origin = f"file {Path(path).name}"
    try:
        document = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{CONFIG_FILE}={path} (environment): cannot be read as TOML ({error}).")
        return {}
    given = {}
    for name, shown, value in _flat(document):
        if name in Settings.model_fields:
            given[name] = Given(value, origin, shown)
        else:
            faults.append(f"{shown} ({origin}): no such setting; {_meant(name, set(Settings.model_fields))}")
    return given


def _flat(document: Mapping[str, Any], name: str = "", shown: str = "") -> Iterator[tuple[str, str, Any]]:
    """`{"kafka": {"group_id": 1}}` → ("kafka_group_id", "kafka.group_id", 1); tables of any depth."""
    for key, value in document.items():
        full, dotted = name + key.replace("-", "_"), f"{shown}{key}"
        if isinstance(value, dict) and full not in Settings.model_fields:
            yield from _flat(value, full + "_", dotted + ".")
        else:
            yield full, dotted, value


def _meant(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else "docs/configuration.md lists them all."


# ---- showing
def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def is_secret(name: str) -> bool:
    extra = Settings.model_fields[name].json_schema_extra if name in Settings.model_fields else None
    return isinstance(extra, dict) and bool(extra.get("secret"))


def masked(name: str, value: object) -> str:
    """A value as it may be printed and logged."""
    if is_secret(name) and value is not None:
        return "********"
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, tuple | list):
        return ",".join(str(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Description:
    """A setting for the table in docs/configuration.md and `check-config`."""

    name: str
    kind: str
    default: str
    meaning: str
    secret: bool


def descriptions() -> list[Description]:
    schema = Settings.model_json_schema()
    return [
        Description(
            name=name,
            kind=_kind(schema["properties"][name], schema.get("$defs", {})),
            default=masked(name, field.get_default()),
            meaning=field.description or "",
            secret=is_secret(name),
        )
        for name, field in Settings.model_fields.items()
    ]


def _kind(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A setting's type and bounds in words, from its JSON Schema."""
    if "$ref" in schema:
        return _kind(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return _kind(next(part for part in schema["anyOf"] if part.get("type") != "null"), definitions)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = {"integer": "integer", "number": "number", "boolean": "true, false", "string": "text",
             "array": "list", "object": "table"}  # fmt: skip
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f"{words[schema['type']]} above {schema['exclusiveMinimum']:g}, to {high:g}"
    return words[schema["type"]] + (f" {low} to {high}" if low is not None else "")
