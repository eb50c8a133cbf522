"""Prometheus: the sink that keeps the metrics of events.py in a registry, writes the log lines, and answers /metrics.

The only door to prometheus_client. A series is looked up once and its method kept, since `record` is called for every
article.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
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

from wirecopy.shell.observe import logs
from wirecopy.shell.observe.events import BUILD_INFO, METRICS, Kind, Metric

_FAMILIES: Mapping[Kind, Any] = {Kind.COUNTER: Counter, Kind.GAUGE: Gauge, Kind.HISTOGRAM: Histogram}
_METHODS = {Kind.COUNTER: "inc", Kind.GAUGE: "set", Kind.HISTOGRAM: "observe"}


class PrometheusSink:
    """`events.Sink` on a registry of its own, so that tests and several services in a process keep apart."""

    def __init__(self, *, version: str = "", engine_version: int = 0) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series a counter, which no query of ours uses
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._families: dict[str, Any] = {}
        self._calls: dict[tuple[str, tuple[str, ...]], Callable[[float], None]] = {}
        for metric in METRICS:
            extra = {"buckets": metric.buckets} if metric.buckets else {}
            self._families[metric.name] = _FAMILIES[metric.kind](
                metric.name, metric.meaning, metric.labels, registry=self._registry, **extra
            )
            for value in metric.values:
                self._series(metric, (value,))
        self.record(BUILD_INFO, 1, version, str(engine_version), platform.python_version())
        self._log = logs.logger("pipeline")

    def record(self, metric: Metric, value: float = 1, *labels: str) -> None:
        """See `Sink.record`."""
        call = self._calls.get((metric.name, labels))
        if call is None:
            call = self._series(metric, labels)
        call(value)

    def forget(self, metric: Metric, *labels: str) -> None:
        """See `Sink.forget`."""
        self._calls.pop((metric.name, labels), None)
        self._families[metric.name].remove_by_labels(dict(zip(metric.labels, labels, strict=True)))

    def log(self, level: int, event: str, fields: Mapping[str, object]) -> None:
        """See `Sink.log`."""
        logs.log_event(self._log, level, event, **fields)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """What /metrics answers, and its content type, in the form that `accept` asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _series(self, metric: Metric, labels: tuple[str, ...]) -> Callable[[float], None]:
        family = self._families[metric.name]
        series = family.labels(*map(str, labels)) if labels else family
        call: Callable[[float], None] = getattr(series, _METHODS[metric.kind])
        self._calls[metric.name, labels] = call
        return call
