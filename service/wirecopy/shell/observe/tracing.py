"""OpenTelemetry spans, where they are asked for: one for each raw record's way through this process.

    wirecopy process             received … committed; child of the `traceparent` that the raw record carries
      ├─ propose                 decoded, fingerprinted, held by the log
      ├─ follow                  until our own record was read back and judged
      └─ publish                 the transaction

The span begins when the record is rendered, for its id must be in what is published; its start time is when
the record was received, and its children are told backwards, when their times are known. The obvious other
form, a span opened at the poll and carried along, would hold thousands of open spans for records that are
forgotten at a rebalance. A record that is given up ends its span as an error and has another one next time:
that is what really happened.

The only door to OpenTelemetry, imported only where `WIRECOPY_TRACING` is set; without it the sender's context
passes through untouched. Exporter, sampler and resource are chosen by the standard variables
(OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, …). Names of attributes: OpenTelemetry's
semantic conventions for messaging.
"""

from __future__ import annotations

import asyncio
import threading
import time

from wirecopy.shell.ports import Headers, RawRecord

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ModuleNotFoundError as missing:
    raise ImportError("OpenTelemetry is not installed: pip install 'wirecopy[tracing]'") from missing

FLUSH_SECONDS_MAX = 5.0  # a collector that does not answer must not hold up a stop
CONTEXT = TraceContextTextMapPropagator()


class SpanTracing:
    """See `ports.Tracing`. `processor`: where spans go; by default in batches to the collector."""

    def __init__(self, group: str, processor: SpanProcessor | None = None) -> None:
        named = Resource({"service.name": "wirecopy"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("wirecopy")
        self._group = group

    def begin(self, record: RawRecord, received_at: float) -> _Trace:
        clock_ns = _wall_clock_ns()
        carried = {name: value.decode("latin-1") for name, value in record.headers if value is not None}
        position = record.position
        span = self._tracer.start_span(
            "wirecopy process",
            context=CONTEXT.extract(carried),
            kind=SpanKind.CONSUMER,
            start_time=clock_ns(received_at),
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.consumer.group.name": self._group,
                "messaging.destination.name": position.topic,
                "messaging.destination.partition.id": str(position.partition),
                "messaging.kafka.offset": position.offset,
            },
        )
        return _Trace(self._tracer, span, received_at)

    async def close(self) -> None:
        """Send what waits, for a bounded time."""
        sending = threading.Thread(target=self._provider.shutdown, name="tracing", daemon=True)
        sending.start()
        await asyncio.to_thread(sending.join, FLUSH_SECONDS_MAX)


class _Trace:
    """See `ports.Trace`."""

    __slots__ = ("_received_at", "_span", "_tracer", "headers")

    def __init__(self, tracer: Tracer, span: Span, received_at: float) -> None:
        self._tracer = tracer
        self._span = span
        self._received_at = received_at
        written: dict[str, str] = {}
        CONTEXT.inject(written, set_span_in_context(span))
        self.headers: Headers = tuple((name, value.encode("latin-1")) for name, value in written.items())

    def end(self, result: str, appended_at: float, published_at: float) -> None:
        clock_ns = _wall_clock_ns()
        now = asyncio.get_running_loop().time()
        if self._span.is_recording():
            if appended_at:
                self._child("propose", clock_ns(self._received_at), clock_ns(appended_at))
            if appended_at and published_at:
                self._child("follow", clock_ns(appended_at), clock_ns(max(appended_at, published_at)))
            if published_at:
                self._child("publish", clock_ns(published_at), clock_ns(now))
            if result:
                self._span.set_attribute("wirecopy.said", result)
            else:
                self._span.set_status(StatusCode.ERROR, "given up; the record will be judged again")
        self._span.end(clock_ns(now))

    def _child(self, name: str, began_ns: int, ended_ns: int) -> None:
        span = self._tracer.start_span(name, context=set_span_in_context(self._span), start_time=began_ns)
        span.end(ended_ns)


class _Clock:
    """The event loop's seconds to Unix nanoseconds, by one look at both clocks."""

    def __init__(self, loop_s: float, unix_ns: int) -> None:
        self._loop_s = loop_s
        self._unix_ns = unix_ns

    def __call__(self, loop_s: float) -> int:
        return self._unix_ns - round((self._loop_s - loop_s) * 1e9)


def _wall_clock_ns() -> _Clock:
    return _Clock(asyncio.get_running_loop().time(), time.time_ns())
