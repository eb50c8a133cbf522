"""Laws of tracing: the sender's context reaches every output untouched; where spans are asked for, the output
descends from ours, ours from the sender's, and a record that is judged again has a span for each time."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.beside import until
from tests.shell.pipeline.test_pipeline import (
    CORRECTIONS,
    DEAD,
    ENRICHED,
    QUICK,
    RAW,
    out_count,
    world,
)
from tests.shell.toy_engine import TOY_STEPS, ToyEngine
from wirecopy.__main__ import main
from wirecopy.shell.backends.memory import MemoryBackend, Step
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.observe.tracing import SpanTracing
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import Headers

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
SENT: Headers = (
    ("traceparent", f"00-{TRACE}-{PARENT}-01".encode()),
    ("tracestate", b"upstream=t61rcWkgMzE"),
    ("other", b"kept"),
)


async def gone_through(backend: MemoryBackend, values: list[bytes], tracing: SpanTracing | None) -> None:
    for value in values:
        backend.broker.produce(RAW, 0, value, headers=SENT)
    steps, stop = replace(TOY_STEPS, tracing=tracing), asyncio.Event()
    task = asyncio.create_task(Pipeline(backend, ToyEngine(), steps, QUICK).run(stop))
    await until(lambda: out_count(backend) == len(values))
    stop.set()
    await task


def article(body: str) -> bytes:
    return json.dumps({"id": body, "body": body}).encode()


def headers_of(backend: MemoryBackend, topic: str) -> list[dict[str, str]]:
    return [
        {name: (value or b"").decode() for name, value in record.headers}
        for record in backend.broker.read(topic, 0)
    ]


def recorded() -> tuple[InMemorySpanExporter, SpanTracing]:
    exporter = InMemorySpanExporter()
    return exporter, SpanTracing("group", SimpleSpanProcessor(exporter))


async def test_without_spans_the_senders_context_passes_through() -> None:
    backend = world(1)
    await gone_through(backend, [article("a"), b"no json", article("late")], None)
    sent = {name: (value or b"").decode() for name, value in SENT}
    for topic in (ENRICHED, DEAD):
        for headers in headers_of(backend, topic):
            assert headers.items() >= sent.items()
    (correction,) = headers_of(backend, CORRECTIONS)
    assert set(correction) == {"traceparent", "tracestate", "verdict"}
    assert correction["traceparent"] == sent["traceparent"]


async def test_the_output_descends_from_our_span_and_ours_from_the_senders() -> None:
    backend = world(1)
    exporter, tracing = recorded()
    await gone_through(backend, [article("a"), b"no json", article("late")], tracing)
    spans = exporter.get_finished_spans()
    ours = {span.attributes["messaging.kafka.offset"]: span for span in spans if span.attributes}
    assert set(ours) == {0, 1, 2}
    for span in ours.values():
        assert span.context is not None and span.parent is not None
        assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    told = [ours[offset].attributes or {} for offset in range(3)]
    assert [one["wirecopy.said"] for one in told] == ["original", "not_json", "original"]
    for offset, headers in zip((0, 2), headers_of(backend, ENRICHED), strict=True):
        assert headers["traceparent"] == context_of(ours[offset])
        assert headers["tracestate"] == "upstream=t61rcWkgMzE"
        assert headers["other"] == "kept"
    (correction,) = headers_of(backend, CORRECTIONS)
    assert correction["traceparent"] == context_of(ours[2])
    (dead,) = headers_of(backend, DEAD)
    assert dead["traceparent"] == f"00-{TRACE}-{PARENT}-01"  # as it came, so that it can be replayed
    children(spans, ours[0], ["propose", "follow", "publish"])
    await tracing.close()


def context_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"


def children(spans: tuple[ReadableSpan, ...], parent: ReadableSpan, names: list[str]) -> None:
    """The parts of a span follow each other inside it."""
    assert parent.context is not None
    parts = [span for span in spans if span.parent and span.parent.span_id == parent.context.span_id]
    assert [span.name for span in parts] == names
    times = [time or 0 for span in parts for time in (span.start_time, span.end_time)]
    assert (parent.start_time or 0) - 1_000_000 <= times[0]
    assert times[-1] <= (parent.end_time or 0) + 1_000_000
    assert all(late >= early - 1_000_000 for early, late in itertools.pairwise(times))


async def test_a_record_that_is_given_up_has_a_span_that_says_so_and_another_one_next_time() -> None:
    commits = 0

    async def hook(step: Step, _: object) -> None:
        nonlocal commits
        if step is Step.BEFORE_COMMIT:
            commits += 1
            if commits == 2:  # the first is the opening's: a group without an offset gets one
                raise UnavailableError("planted")

    backend = world(1, hook)
    exporter, tracing = recorded()
    await gone_through(backend, [article("a")], tracing)
    spans = [span for span in exporter.get_finished_spans() if span.name == "wirecopy process"]
    assert [span.status.is_ok for span in spans] == [False, True]
    (headers,) = headers_of(backend, ENRICHED)
    assert headers["traceparent"] == context_of(spans[1])


def test_opentelemetry_is_not_even_loaded_unless_asked_for() -> None:
    code = "import sys, wirecopy.shell.cli.run; sys.exit(any(n.startswith('opentelemetry') for n in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def remove() -> None:
        monkeypatch.delitem(sys.modules, "wirecopy.shell.observe.tracing", raising=False)
        monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
        monkeypatch.setenv("WIRECOPY_TRACING", "true")
        monkeypatch.setenv("WIRECOPY_HTTP_PORT", "0")

    return remove


def test_tracing_that_is_not_installed_is_said_with_the_cure(
    not_installed: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    not_installed()
    assert main(["run"]) == 2
    assert "pip install 'wirecopy[tracing]'" in capsys.readouterr().err
