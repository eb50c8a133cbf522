"""`wirecopy run`: the service, composed. What depends on what, in the order of its start and of its end.

    settings → logs → telemetry → HTTP port → engine, kernels warmed → pipeline (restores saved state where there is a
    directory for it, follows the log, joins the group)

The port opens before the engine is warm, so that a probe sees "starting" and not "refused"; the group is
joined only when the log was followed to its end, so that a replica never owns a partition that it cannot
judge. SIGTERM and SIGINT ask the pipeline to stop: it drains, commits, leaves; a second signal ends the
process at once, since the protocol survives a SIGKILL anyway.

Exit codes: 0 after a stop that was asked for; 1 the service could not go on (standard error and the log say
why); 2 settings; 3 the watchdog. A supervisor should restart on 1 and 3, never on 2.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import TYPE_CHECKING

from wirecopy.core.engine import Engine, Proposal
from wirecopy.core.fingerprint.record import ENGINE_VERSION
from wirecopy.core.model import RawArticle, Rejected, Verdict
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import encode_enriched
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.cli.warm import warm
from wirecopy.shell.desk.composed import AccessFault, Desk
from wirecopy.shell.desk.licences import LicenceFault, licensed_of
from wirecopy.shell.errors import FatalError, WatchdogExpiredError
from wirecopy.shell.files.extras import MissingExtraError
from wirecopy.shell.observe import logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.observe.loop_watch import LoopWatch
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.pipeline.binding import bound_steps, bound_text_checker
from wirecopy.shell.pipeline.cloud_events import CloudEvents
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.pipeline.steps import judged_value
from wirecopy.shell.pipeline.text_check import TextChecker
from wirecopy.shell.pipeline.watch import unless
from wirecopy.shell.pipeline.workers import RestartingPool, WorkerDiedError, WorkerPool
from wirecopy.shell.ports import EnginePort, PipelineHealth, Steps
from wirecopy.shell.schemas.composed import opened_of, opening
from wirecopy.shell.state.persistent_engine import PersistentEngine
from wirecopy.shell.web.exchange import Route
from wirecopy.shell.web.server import HttpServer, Views
from wirecopy.shell.web.site import Site

if TYPE_CHECKING:
    from wirecopy.shell.observe.tracing import SpanTracing
    from wirecopy.shell.ports import Backend, RawRecord
    from wirecopy.shell.settings import Settings

EXIT_FATAL = 1
EXIT_WATCHDOG = 3
SAMPLE_SECONDS = 1.0
# How long a thread of the core may hold the interpreter while the event loop wants it: at every wake-up the loop
# waits for up to this long, and a transaction is five of them (Python's default is 5 ms).
SWITCH_SECONDS = 0.0005
COLLECT_AFTER = (10_000, 20, 20)  # objects more than before; young, then middle collections
NOT_STARTED = PipelineHealth(caught_up=False, assigned=0, opened=0, waits=("service: warming the kernels",))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Settings are read from environment variables (WIRECOPY_...); see docs/configuration.md. "
        "Exit codes: 0 stopped on request, 1 fatal error, 2 invalid settings, 3 ended by the watchdog."
    )


def main(args: argparse.Namespace) -> int:  # noqa: ARG001 - all is settings
    from wirecopy.shell.backends.kafka.backend import KafkaBackend

    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    chosen = loaded.settings
    secrets = [chosen.kafka_sasl_password or "", chosen.kafka_ssl_key_password or ""]
    logs.configure(chosen.log_level, chosen.log_format, secrets=secrets)
    sys.setswitchinterval(SWITCH_SECONDS)
    backend = KafkaBackend(chosen.kafka_options())
    desk = partial(_desk, chosen) if chosen.desk_enabled else None
    return asyncio.run(serve(chosen, backend, when_warm=_spare_the_collector, desk=desk))


def _desk(settings: Settings, telemetry: Telemetry) -> Desk:
    from wirecopy.shell.backends.kafka.keyed import KafkaKeyed

    names = settings.topics()
    options = settings.kafka_options()
    watches = KafkaKeyed(options, names.watches, also=[names.matches])
    return Desk(watches, KafkaKeyed(options, names.feedback), settings, telemetry)


def steps_of(settings: Settings) -> Steps:
    """The core's pure functions with the settings bound."""
    steps = licensing(bound_steps(FieldPaths(**settings.field_paths()), settings.aliases), settings)
    steps = replace(steps, opened=opened_of(settings))
    if not settings.cloudevents:
        return steps
    envelope = CloudEvents(settings.cloudevents_source, lambda: time.time_ns() // 1_000_000)
    return replace(steps, envelope=envelope)


def licensing(steps: Steps, settings: Settings) -> Steps:
    """The steps with what the file of licences says of each verdict. LicenceFault."""
    if settings.licences_file is None:
        return steps
    licensed = licensed_of(settings.licences_file, settings.aliases)

    def encode(article: RawArticle, verdict: Verdict, digest: str) -> bytes:
        allowed = licensed(article.publisher, article.url, article.published_at_ms, verdict)
        return encode_enriched(article, verdict, digest, allowed)

    return replace(steps, encode_enriched=encode)


@dataclass(slots=True)
class _Phase:
    pipeline: Pipeline | None = None
    started: bool = False

    def health(self) -> PipelineHealth:
        health = NOT_STARTED if self.pipeline is None else self.pipeline.health()
        self.started = self.started or health.caught_up
        return health


async def serve(
    settings: Settings,
    backend: Backend,
    stop: asyncio.Event | None = None,
    when_warm: Callable[[], None] = lambda: None,
    more_routes: Callable[[Site], Sequence[Route]] = lambda _: (),
    desk: Callable[[Telemetry], Desk] | None = None,
) -> int:
    """Run until `stop` or a signal; returns the exit code. `when_warm`: the process's own preparations, which change more
    than this service. `more_routes`: of the pages, before all others. `desk`: makes the publisher's desk."""
    log = logs.logger("service")
    stop = stop or asyncio.Event()
    _ask_on_signal(stop)
    metrics = PrometheusSink(version=_version(), engine_version=ENGINE_VERSION)
    telemetry = Telemetry(metrics, time.time)
    try:
        tracing, watching = _asked_for(settings, telemetry, desk)
    except (ImportError, AccessFault, LicenceFault, MissingExtraError) as error:
        sys.stderr.write(f"wirecopy: {error}\n")
        return EXIT_CONFIG
    phase = _Phase()
    views = Views(metrics.exposition, phase.health, lambda: phase.health().caught_up or phase.started)
    site = _site(settings, backend) if settings.pages_enabled else None
    besides = [beside for beside in (site, watching) if beside is not None]
    server = HttpServer(
        views, settings.http_host, settings.http_port, routes=_routes(site, watching, more_routes)
    )
    if not await _listens(server, settings.http_port, log):
        return EXIT_FATAL
    logs.log_event(log, logging.INFO, "starting", version=_version(), http_port=server.port, pid=os.getpid())
    sampler: asyncio.Task[None] | None = None
    workers: RestartingPool | None = None
    watch = LoopWatch(settings.pipeline_progress_timeout_ms / 1000, EXIT_WATCHDOG)
    watch.start()
    try:
        engine, steps = _engine(settings, telemetry), replace(steps_of(settings), tracing=tracing)
        workers = _workers(settings, log)
        if workers is not None:
            steps = replace(steps, fingerprint=partial(_by_workers, workers))
        await _warm(log, when_warm)
        steps = reduce(lambda known, beside: beside.listening(known), besides, steps)
        if watching is not None:
            await unless(stop, watching.start())
        state = engine if isinstance(engine, PersistentEngine) else None
        options, shared = settings.pipeline_options(), None if backend.alone else settings.shared()
        phase.pipeline = Pipeline(backend, engine, steps, options, telemetry, state=state, shared=shared)
        if site is not None:
            site.guard = telemetry.guard
            site.attach(phase.pipeline, _checker(settings, phase.pipeline, engine))
            await site.start()
        sampler = asyncio.create_task(_sample(engine, phase, telemetry), name="sampler")
        await phase.pipeline.run(stop)
    except WatchdogExpiredError as error:
        return _end(log, "watchdog", error, EXIT_WATCHDOG)
    except FatalError as error:
        return _end(log, "fatal", error, EXIT_FATAL)
    finally:
        if sampler is not None:
            sampler.cancel()
        await server.stop()
        watch.stop()
        for beside in besides:
            await beside.stop()
        if workers is not None:
            await asyncio.to_thread(workers.close)
        if tracing is not None:
            await tracing.close()
    logs.log_event(log, logging.INFO, "stopped")
    return 0


def _asked_for(
    settings: Settings, telemetry: Telemetry, desk: Callable[[Telemetry], Desk] | None
) -> tuple[SpanTracing | None, Desk | None]:
    """What only settings bring. ImportError, AccessFault, LicenceFault, MissingExtraError: told before anything starts."""
    licensed_of(settings.licences_file, settings.aliases)
    opened_of(settings)
    return tracing_of(settings), None if desk is None else desk(telemetry)


async def _listens(server: HttpServer, port: int, log: logging.Logger) -> bool:
    try:
        await server.start()
    except OSError as error:
        logs.log_event(log, logging.ERROR, "port_taken", port=port, detail=error.strerror)
        return False
    return True


async def _warm(log: logging.Logger, when_warm: Callable[[], None]) -> None:
    began = time.monotonic()
    await asyncio.to_thread(warm)
    when_warm()
    logs.log_event(log, logging.INFO, "warmed", seconds=round(time.monotonic() - began, 3))


def _routes(
    site: Site | None, desk: Desk | None, more_routes: Callable[[Site], Sequence[Route]]
) -> tuple[Route, ...]:
    """Of the pages and the desk, the more special first."""
    routes = () if site is None else (*more_routes(site), *site.routes())
    return (*(() if desk is None else desk.routes(site)), *routes)


def _spare_the_collector() -> None:
    """What is loaded by now stays: it need not be looked through again and again (a quarter of a million objects, some
    100 ms of standing still each time). What comes later is freed by its counts, but for a few cycles of the client's.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _site(settings: Settings, backend: Backend) -> Site:
    steps = steps_of(settings)
    return Site(
        steps.decode,
        opening(backend.raw_reader(), steps.opened),
        articles_max=settings.pages_articles_max,
        wall_clock_ms=lambda: time.time_ns() // 1_000_000,
        check=settings.check_options(),
    )


def _checker(settings: Settings, pipeline: Pipeline, engine: Engine | PersistentEngine) -> TextChecker:
    fields = FieldPaths(**settings.field_paths())
    return bound_text_checker(engine, pipeline, fields, settings.aliases, settings.check_options())


def _workers(settings: Settings, log: logging.Logger) -> RestartingPool | None:
    if settings.fingerprint_workers == 0:
        return None

    def died(death: WorkerDiedError) -> None:
        logs.log_event(log, logging.ERROR, "worker_died", detail=death)

    fields = FieldPaths(**settings.field_paths())
    make = partial(WorkerPool, settings.fingerprint_workers, fields, settings.aliases)
    return RestartingPool(make, died, settings.pipeline_inline_bytes_max)


def _by_workers(
    workers: RestartingPool, records: Sequence[RawRecord]
) -> Sequence[Proposal | Rejected] | None:
    return workers.fingerprint([(judged_value(record), record.position) for record in records])


def tracing_of(settings: Settings) -> SpanTracing | None:
    if not settings.tracing:
        return None
    from wirecopy.shell.observe.tracing import (
        SpanTracing,  # here: OpenTelemetry is an extra, and slow to load
    )

    return SpanTracing(settings.kafka_group_id)


def _engine(settings: Settings, telemetry: Telemetry) -> Engine | PersistentEngine:
    options = settings.state_options()
    return (
        Engine(window_ms=settings.window_ms, rewritten=settings.rewritten)
        if options is None
        else PersistentEngine(options, telemetry)
    )


def _end(log: logging.Logger, name: str, error: FatalError, code: int) -> int:
    logs.log_event(
        log, logging.ERROR, name, detail=error, error=type(error).__name__, where=logs.where(error)
    )
    sys.stderr.flush()
    return code


async def _sample(engine: EnginePort, phase: _Phase, telemetry: Telemetry) -> None:
    while True:
        telemetry.sampled(engine.stats(), phase.health())
        await asyncio.sleep(SAMPLE_SECONDS)


def _ask_on_signal(stop: asyncio.Event) -> None:
    """The first signal asks for a graceful stop, the second ends the process as the kernel would."""
    loop = asyncio.get_running_loop()

    def asked(number: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + number)
        logs.log_event(logs.logger("service"), logging.INFO, "stopping", signal=number.name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wirecopy")
    except PackageNotFoundError:
        return "unknown"
