"""`wirecopy notify`: deliver matches as signed webhooks, in a process and a consumer group of its own.

The receivers are those of WIRECOPY_NOTIFY_TARGETS_FILE. What they do, or do not do, never reaches the pipeline. With `--dead`
what was given up before is tried once more, to the end of the dead letters, and the command ends.

Exit codes: 0 stopped on request, or done; 1 it could not go on; 2 settings.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wirecopy.core.fingerprint.record import ENGINE_VERSION
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.desk.access import AccessFault, networks_of
from wirecopy.shell.desk.notify.targets import Target, TargetFault, targets_of
from wirecopy.shell.errors import FatalError
from wirecopy.shell.observe import logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.options import KafkaOptions, OffsetLostPolicy, TopicNames
from wirecopy.shell.web.server import HttpServer, Views

if TYPE_CHECKING:
    from wirecopy.shell.desk.notify.notifier import Notifier
    from wirecopy.shell.ports import Backend
    from wirecopy.shell.settings import Settings

EXIT_FATAL: Final = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the arguments."""
    parser.add_argument("--dead", action="store_true", help="try what was given up once more, then end")
    parser.epilog = "Settings are read from environment variables (WIRECOPY_...); see docs/desk.md."


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    from wirecopy.shell.backends.kafka.backend import KafkaBackend

    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    settings = loaded.settings
    secrets = [settings.kafka_sasl_password or "", settings.kafka_ssl_key_password or ""]
    logs.configure(settings.log_level, settings.log_format, secrets=secrets)
    telemetry = Telemetry(PrometheusSink(version="", engine_version=ENGINE_VERSION), time.time)

    def backend_of(name: str) -> Backend:
        return KafkaBackend(notify_options(settings, name, dead=args.dead))

    try:
        notifier = notifier_of(settings, backend_of, telemetry, dead=args.dead)
    except (TargetFault, AccessFault, ImportError) as fault:
        sys.stderr.write(f"wirecopy notify: {fault}\n")
        return EXIT_CONFIG
    return asyncio.run(_serve(settings, notifier, telemetry))


def notify_options(settings: Settings, name: str, *, dead: bool) -> KafkaOptions:
    """The client's options with the topics, and the group of the target of this name."""
    options = settings.kafka_options()
    names = options.topics
    source = names.matches_dead if dead else names.matches
    return replace(
        options,
        topics=replace(names, raw=(source,), dead=names.matches_dead),
        group_id=group_of(options.group_id, name, dead=dead),
        group_instance_id=None,
        offset_lost=OffsetLostPolicy.EARLIEST,  # what retention took cannot be delivered
    )


def group_of(group: str, name: str, *, dead: bool = False) -> str:
    """The consumer group of a target's deliveries."""
    return ".".join(part for part in (group, "notify", "dead" if dead else "", name) if part)


def notify_topics(names: TopicNames) -> TopicNames:
    """The same names for the embedded log."""
    return replace(names, raw=(names.matches,), dead=names.matches_dead)


def targets_in(settings: Settings) -> dict[str, Target]:
    """TargetFault where there is no file of them."""
    if settings.notify_targets_file is None:
        raise TargetFault("set WIRECOPY_NOTIFY_TARGETS_FILE to the file of receivers")
    return targets_of(settings.notify_targets_file)


def notifier_of(
    settings: Settings, backend_of: Callable[[str], Backend], telemetry: Telemetry, *, dead: bool = False
) -> Notifier:
    """TargetFault, AccessFault; ImportError without the extra."""
    try:
        from wirecopy.shell.desk.notify.notifier import Notifier
    except ImportError as error:
        raise ImportError(f"{error.name} is missing: pip install 'wirecopy[notify]'") from error
    allowed = networks_of(settings.notify_allow_networks)
    return Notifier(backend_of, targets_in(settings), allowed, telemetry, to_the_end=dead)


async def _serve(settings: Settings, notifier: Notifier, telemetry: Telemetry) -> int:
    log = logs.logger("notify")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sink = telemetry.sink
    assert isinstance(sink, PrometheusSink)
    views = Views(sink.exposition, notifier.health, lambda: True)
    server = HttpServer(views, settings.http_host, settings.http_port)
    try:
        await server.start()
    except OSError as error:
        logs.log_event(log, logging.ERROR, "port_taken", port=settings.http_port, detail=error.strerror)
        return EXIT_FATAL
    logs.log_event(log, logging.INFO, "notify_starting", http_port=server.port, pid=os.getpid())
    try:
        await notifier.run(stop)
    except FatalError as error:
        logs.log_event(log, logging.ERROR, "fatal", detail=error, error=type(error).__name__)
        sys.stderr.write(f"wirecopy notify: {error}\n")
        return EXIT_FATAL
    finally:
        await server.stop()
    logs.log_event(log, logging.INFO, "stopped")
    return 0
