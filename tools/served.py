"""The pages over an embedded log, for tests in a browser, screenshots and measurements: a service without Kafka.

    with Served() as served:
        served.send(samples.lines()); served.address

The whole runs in a thread with an event loop of its own, as in `wirecopy demo`: the real pipeline, pages and HTTP server.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from wirecopy.core.engine import Engine
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.cli.warm import warm
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.options import CheckOptions, PipelineOptions, TopicNames
from wirecopy.shell.pipeline.binding import bound_steps, bound_text_checker
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import TopicPartition
from wirecopy.shell.web.server import HttpServer, Views
from wirecopy.shell.web.site import Site

PARTITIONS = 3
START_SECONDS_MAX = 120.0  # kernels may have to be compiled

Value = TypeVar("Value")


class Served:
    """A service on a free port of this machine. `check`: what may be asked; no limit of rate unless given."""

    def __init__(self, check: CheckOptions | None = None, engine: Engine | None = None) -> None:
        self._check = check or CheckOptions(rate_per_second=0)
        self.engine = engine or Engine()
        self.names = TopicNames()
        self.broker = MemoryBroker(clock_ms=lambda: time.time_ns() // 1_000_000)
        self.address = ""
        self.sent = 0
        self.site: Site
        self.pipeline: Pipeline
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="served", daemon=True)

    def __enter__(self) -> Self:
        warm()
        self._thread.start()
        assert self._ready.wait(START_SECONDS_MAX), "the service did not start"
        if self._fault is not None:
            raise RuntimeError("the service did not start") from self._fault
        return self

    def __exit__(self, *_: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def send(self, values: Iterable[bytes], seconds_max: float = 60.0) -> None:
        """Sends raw records one by one, each when the one before is judged, and waits until the pages know them."""
        give_up_at = time.monotonic() + seconds_max
        for value in values:
            self.push(value)
            self._until(lambda: self.site.catalogue.next_serial + self._buried() >= self.sent, give_up_at)

    def push(self, value: bytes) -> None:
        """Sends a raw record and waits for nothing."""
        self.broker.produce(self.names.raw[0], self.sent % PARTITIONS, value)
        self.sent += 1

    def pipeline_next(self) -> int:
        """How many records are out: enriched and committed, or buried."""
        enriched = self.names.enriched
        partitions = [TopicPartition(enriched, each) for each in range(self.broker.partitions(enriched))]
        return self._buried() + sum(self.broker.bounds(each)[1] for each in partitions)

    def call(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """What a coroutine gives on the service's own loop."""
        future: Future[Value] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(60)

    def _until(self, done: Any, give_up_at: float) -> None:
        while not done():
            assert time.monotonic() < give_up_at, "an article was not judged in time"
            assert self._thread.is_alive(), "the service has ended"
            time.sleep(0.005)

    def _buried(self) -> int:
        return self.broker.bounds(TopicPartition(self.names.dead, 0))[1]

    def _run(self) -> None:
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._serve())
        except BaseException as fault:
            self._fault = fault
            raise
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        backend = MemoryBackend(self.broker, self.names)
        backend.create_topics(PARTITIONS)
        metrics = PrometheusSink()
        telemetry = Telemetry(metrics, time.time)
        fields = FieldPaths()
        steps = bound_steps(fields, {})
        self.site = site = Site(
            steps.decode,
            backend.raw_reader(),
            wall_clock_ms=lambda: time.time_ns() // 1_000_000,
            check=self._check,
        )
        self.pipeline = pipeline = Pipeline(
            backend, self.engine, site.listening(steps), PipelineOptions(), telemetry
        )
        checker = bound_text_checker(self.engine, pipeline, fields, {}, self._check)
        site.attach(pipeline, checker)
        views = Views(metrics.exposition, pipeline.health, lambda: pipeline.health().caught_up)
        server = HttpServer(views, "127.0.0.1", 0, routes=site.routes())
        await server.start()
        await site.start()
        self.address = f"http://127.0.0.1:{server.port}"
        running = asyncio.create_task(pipeline.run(self._stop))
        while not pipeline.health().caught_up and not running.done():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        self._ready.set()
        try:
            await running
        finally:
            await server.stop()
            await site.stop()
