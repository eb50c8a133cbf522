"""All settings in one type, and what the parts of the service get of them.

The two long groups lie in files of their own; a new setting of any other group is declared here.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import ENGINE_VERSION
from wirecopy.core.hashing import body_xxh3
from wirecopy.core.model import Rewritten
from wirecopy.shell.options import (
    CheckOptions,
    KafkaOptions,
    LogLostPolicy,
    OffsetLostPolicy,
    PipelineOptions,
    Shared,
    SharedSettings,
    StateOptions,
    TopicNames,
)
from wirecopy.shell.settings.desk import DeskSettings
from wirecopy.shell.settings.kafka import KafkaSettings
from wirecopy.shell.settings.kinds import (
    FieldPath,
    LogFormat,
    LogLevel,
    Presets,
    Table,
    Topic,
    TopicList,
    setting,
)
from wirecopy.shell.settings.pipeline import PipelineSettings
from wirecopy.shell.settings.registry import RegistrySettings

PREFIX = "WIRECOPY_"
DAY_MS = 24 * 3600 * 1000
TOPICS = TopicNames()
CHECK = CheckOptions()
SHOWN_CHARS_MAX = 100


class Settings(
    RegistrySettings, DeskSettings, PipelineSettings, KafkaSettings
):  # fields of the last base come first
    """Made by `load`, which says where each value came from. Fields are grouped by their first word."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    # ---- topics
    topic_raw: TopicList = setting(TOPICS.raw, "Topics with raw articles, separated by commas.")
    topic_enriched: Topic = setting(TOPICS.enriched, "Topic for enriched articles.")
    topic_corrections: Topic = setting(TOPICS.corrections, "Compacted topic for corrected verdicts.")
    topic_dead: Topic = setting(TOPICS.dead, "Topic for records that cannot be judged.")
    topic_fingerprints: Topic = setting(TOPICS.fingerprints, "The fingerprint log; one partition.")
    topic_matches: Topic = setting(TOPICS.matches, "Topic for matches of watches.")
    topic_watches: Topic = setting(TOPICS.watches, "Compacted topic with the watches.")
    topic_matches_dead: Topic = setting(TOPICS.matches_dead, "Topic for matches that were not delivered.")
    topic_feedback: Topic = setting(TOPICS.feedback, "Compacted topic with opinions on verdicts.")
    topic_partitions: Annotated[int, Field(ge=1, le=10_000)] = setting(
        6, "Partitions of new topics made by `wirecopy topics` (the fingerprint log has one)."
    )
    topic_replication_factor: Annotated[int, Field(ge=1, le=32)] = setting(
        3, "Replication factor of topics made by `wirecopy topics`; 1 for a single broker."
    )
    topic_fingerprints_retention_days: Annotated[float, Field(gt=0, le=36_500)] | None = setting(
        None, "Retention of the fingerprint log; at least the window. Unset: window + 7 days."
    )

    # ---- where the raw record's parts lie
    field_body: FieldPath = setting("body", "Path of the article's text or HTML, e.g. `content.text`.")
    field_id: FieldPath = setting("id", "Path of the article's id.")
    field_url: FieldPath = setting("url", "Path of the URL.")
    field_title: FieldPath = setting("title", "Path of the headline.")
    field_publisher: FieldPath = setting("publisher", "Path of the publisher's name or domain.")
    field_published_at: FieldPath = setting("published_at", "Path of the publication time.")
    field_language: FieldPath = setting("language", "Path of the language.")
    field_version: FieldPath = setting("version", "Path of the version number.")
    field_content_type: FieldPath = setting("content_type", "Path of the body's media type.")
    presets: Presets = setting(
        {},
        "Formats of topics, as topic = format or `*` for all topics, e.g. `articles.feeds=feedparser`. Unset: formats are "
        "recognised per record.",
    )
    aliases: Table = setting(
        {},
        "Publishers with several names, as name or domain = main name, e.g. `edition.cnn.com=cnn.com`.",
    )

    # ---- the index
    window_days: Annotated[float, Field(gt=0, le=36_500)] = setting(
        limits.WINDOW_MS / DAY_MS, "How long an article is remembered, in log time."
    )

    rewritten: Rewritten = setting(
        Rewritten.ON,
        "Copies told in other words: `on` makes them republications of extent `rewritten`, `report` names the source beside "
        "the verdict.",
    )

    # ---- its state on disk
    state_dir: str | None = setting(
        None,
        "Directory for snapshots of the index, one per replica. Unset: a restart reads the whole fingerprint log.",
        min_length=1,
    )
    state_snapshot_interval_ms: Annotated[int, Field(ge=100, le=24 * 3_600_000)] = setting(
        300_000, "Time between snapshots; a restart reads the log since the last one."
    )
    state_snapshots_kept: Annotated[int, Field(ge=1, le=100)] = setting(
        2, "Number of snapshots kept, in case the newest is damaged."
    )

    # ---- pages for people
    pages_enabled: bool = setting(
        False,
        "Enable the web pages and the check API. They show articles' texts to everybody who reaches the port; see "
        "docs/pages.md.",
    )
    pages_articles_max: Annotated[int, Field(ge=100, le=5_000_000)] = setting(
        100_000, "Newest articles that the pages show; about 1.5 KB of memory each."
    )

    # ---- asking about a text: the page and POST /api/check
    check_bytes_max: Annotated[int, Field(ge=1024, le=limits.RAW_BYTES_MAX)] = setting(
        CHECK.bytes_max, "Largest request for a check."
    )
    check_rate_per_second: Annotated[float, Field(ge=0, le=10_000)] = setting(
        CHECK.rate_per_second, "Checks per second from one address; 0: no limit."
    )
    check_burst: Annotated[int, Field(ge=1, le=100_000)] = setting(
        CHECK.burst, "Checks that one address may send at once before the rate applies."
    )
    check_waiting_max: Annotated[int, Field(ge=1, le=1_000)] = setting(
        CHECK.waiting_max, "Checks in progress at a time; more are refused."
    )

    # ---- processes
    fingerprint_workers: Annotated[int, Field(ge=0, le=64)] = setting(
        0, "Processes that decode and fingerprint; 0: none besides this process."
    )

    # ---- HTTP and logs
    http_host: str = setting("0.0.0.0", "Address of the HTTP port.", min_length=1)  # noqa: S104
    http_port: Annotated[int, Field(ge=0, le=65535)] = setting(
        8080, "HTTP port for metrics, health and pages; 0: any free port."
    )
    log_level: LogLevel = setting("INFO", "Lowest level that is logged.")
    cloudevents: bool = setting(
        False, "Write CloudEvents in binary mode (headers `ce_…`); see docs/records.md."
    )
    cloudevents_source: str = setting(
        "/wirecopy", "`ce_source` of the output: a URI reference that names this deployment.", min_length=1
    )
    tracing: bool = setting(
        False,
        "Send OpenTelemetry spans; needs the extra `wirecopy[tracing]` and the standard variables `OTEL_…`.",
    )
    log_format: LogFormat = setting("json", "`json`: one JSON object per line; `text`: for a terminal.")

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

    def shared(self) -> Shared:
        """What all replicas must have alike: whatever decides what the log holds and what is said of it."""
        told = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name.startswith("field_") or name in ("presets", "aliases", "window_days", "rewritten")
        }
        settings = {f"{PREFIX}{name.upper()}": _short(value) for name, value in told.items()}
        return Shared(
            topics=frozenset(self.topic_raw),
            log_topic=self.topic_fingerprints,
            settings={**settings, "engine version": str(ENGINE_VERSION)},
            window_ms=self.window_ms,
            replace_settings=self.kafka_log_settings is SharedSettings.REPLACE,
            accept_new_topics=self.kafka_offset_lost is not OffsetLostPolicy.STOP,
            accept_lost_log=self.kafka_log_lost is LogLostPolicy.ACCEPT,
        )

    def pipeline_options(self) -> PipelineOptions:
        return PipelineOptions(**self._options("pipeline_", PipelineOptions))

    def state_options(self) -> StateOptions | None:
        if self.state_dir is None:
            return None
        return StateOptions(
            directory=Path(self.state_dir),
            topic=self.topic_fingerprints,
            window_ms=self.window_ms,
            rewritten=self.rewritten,
            snapshot_interval_ms=self.state_snapshot_interval_ms,
            snapshots_kept=self.state_snapshots_kept,
        )

    def check_options(self) -> CheckOptions:
        return CheckOptions(**self._options("check_", CheckOptions))

    def field_paths(self) -> dict[str, Any]:
        """Keyword arguments of `core.records.fields.FieldPaths`."""
        paths = {
            n.removeprefix("field_"): getattr(self, n)
            for n in type(self).model_fields
            if n.startswith("field_")
        }
        return paths | {"presets": self.presets}

    def _options(self, prefix: str, kind: Any) -> dict[str, Any]:
        names = {option.name for option in fields(kind)} & {
            name.removeprefix(prefix) for name in type(self).model_fields if name.startswith(prefix)
        }
        return {name: getattr(self, prefix + name) for name in names}


def _short(value: object) -> str:
    """A setting's value in few characters: the same text for the same value, for all replicas."""
    text = str(value) if not isinstance(value, dict) else str(sorted((k, str(v)) for k, v in value.items()))
    return text if len(text) <= SHOWN_CHARS_MAX else f"{len(text)} characters, XXH3 {body_xxh3(text)[:12]}"
