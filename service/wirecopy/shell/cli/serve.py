"""`wirecopy serve`: the service of `wirecopy run` on one machine, without Kafka.

The pipeline, the engine and the pages are those of `run`; behind the ports is a log in the directory (backends/disk).
Articles come in by `POST /api/articles`, whose answer has their verdicts. The directory holds everything: the log, and
snapshots of the index. It belongs to one process.

Settings are those of `run` (WIRECOPY_…), but for the topics and the broker. Exit codes are those of `run` too.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from wirecopy.shell.backends.disk.broker import DirectoryTroubleError, DiskBroker
from wirecopy.shell.backends.disk.keyed_file import KeyedFile
from wirecopy.shell.backends.memory import MemoryBackend
from wirecopy.shell.cli import run
from wirecopy.shell.cli.desk.notify import group_of, notifier_of, notify_topics
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.desk.access import AccessFault
from wirecopy.shell.desk.composed import Desk
from wirecopy.shell.desk.notify.targets import TargetFault
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.observe import logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.options import OffsetLostPolicy, TopicNames
from wirecopy.shell.settings import Settings
from wirecopy.shell.standalone.intake import Intake
from wirecopy.shell.standalone.routes import article_routes

HOST: Final = "127.0.0.1"
STATE: Final = "state"
GROUP: Final = "wirecopy"
STOP_SECONDS_MAX: Final = 5.0
EVIDENCE_KEY: Final = "evidence.key"
FEEDBACK: Final = "feedback.jsonl"
WATCHES: Final = "watches.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.description = (
        "Run the service without Kafka. Articles come in by POST /api/articles; pages and POST /api/check are on the same "
        "port. The directory holds the log and the index."
    )
    parser.epilog = "Settings are read from environment variables (WIRECOPY_...); see docs/configuration.md."
    parser.add_argument("directory", metavar="DIR", help="where everything is kept; made where it is missing")
    parser.add_argument(
        "--host", default=HOST, help="address to listen on (default: %(default)s, this machine only)"
    )
    parser.add_argument("--port", type=int, help="port (default: WIRECOPY_HTTP_PORT, 8080); 0: any free port")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="name under which others reach this machine; addresses and localhost are always allowed",
    )


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes of `run`."""
    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    given: dict[str, object] = {
        "http_host": args.host,
        "pages_enabled": True,
        "state_dir": str(Path(args.directory) / STATE),
        "topic_fingerprints": TopicNames().fingerprints,
    }
    if args.port is not None:
        given["http_port"] = args.port
    settings = loaded.settings.model_copy(update=given)
    plain = loaded.origins["log_format"] == "default" and sys.stderr.isatty()
    logs.configure(settings.log_level, "text" if plain else settings.log_format)
    try:
        return asyncio.run(serve(settings, Path(args.directory), args.allow_host))
    except (TargetFault, AccessFault, ImportError) as fault:
        sys.stderr.write(f"wirecopy serve: {fault}\n")
        return EXIT_CONFIG
    except (DirectoryTroubleError, UnavailableError) as trouble:
        sys.stderr.write(f"wirecopy serve: {trouble}\n")
        return run.EXIT_FATAL


async def serve(
    settings: Settings, directory: Path, hosts: list[str], stop: asyncio.Event | None = None
) -> int:
    """The service over a directory, until `stop` or a signal. Raises DirectoryTroubleError."""
    broker = DiskBroker(directory, _wall_clock_ms, settings.fingerprints_retention_ms)
    try:
        if broker.cut_bytes:
            log = logs.logger("service")
            logs.log_event(log, logging.WARNING, "journal_cut", bytes=broker.cut_bytes)
        names = TopicNames()
        backend = MemoryBackend(broker, names)
        backend.create_topics(1)
        intake = Intake(broker, names.raw[0])
        watches, opinions = KeyedFile(directory / WATCHES), KeyedFile(directory / FEEDBACK)
        key = directory / EVIDENCE_KEY
        async with _notifying(settings, broker, names):
            return await run.serve(
                settings,
                backend,
                stop,
                more_routes=lambda site: article_routes(site, broker, intake, hosts),
                desk=lambda telemetry: Desk(watches, opinions, settings, telemetry, hosts, key),
            )
    finally:
        broker.close()


@asynccontextmanager
async def _notifying(settings: Settings, broker: DiskBroker, names: TopicNames) -> AsyncIterator[None]:
    """Webhooks beside the service, where there is a file of receivers. Their troubles end nothing else."""
    if settings.notify_targets_file is None:
        yield
        return
    topics = notify_topics(names)

    def backend_of(name: str) -> MemoryBackend:
        group = group_of(GROUP, name)
        broker.bystanders.add(group)
        return MemoryBackend(broker, topics, group, offset_lost=OffsetLostPolicy.EARLIEST)

    notifier = notifier_of(settings, backend_of, Telemetry())
    stop = asyncio.Event()
    task = asyncio.create_task(notifier.run(stop), name="notify")
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([task], timeout=STOP_SECONDS_MAX)
        task.cancel()
        await asyncio.wait([task])


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000
