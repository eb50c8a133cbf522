"""`wirecopy demo`: the whole service in one process, on sample articles, without Kafka.

The pipeline is the real one (pipeline.py, the engine, the codec); only what implements its ports is the
embedded log of memory.py. The samples are produced to the raw topic one by one, each after the verdict of the
one before has been read back from the output topic, and every verdict is shown with its reasons. Corrections
are shown when they appear.

About forty samples at PAUSE_SECONDS each take some fifteen seconds; `--fast` does not pause. Where standard
output is no terminal, the same comes out as plain lines.

While it runs, the pages are served on this machine's own address alone, and their address is printed;
`--open` opens it in a browser, `--serve` goes on serving when the samples are through.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
import webbrowser
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wirecopy import samples
from wirecopy.core.engine import Engine
from wirecopy.core.model import Verdict, VerdictKind
from wirecopy.core.records.raw import (
    FieldPaths,
    Republication,
    json_value,
    republication_from_json,
)
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.options import CheckOptions, PipelineOptions, TopicNames
from wirecopy.shell.pipeline.binding import bound_steps, bound_text_checker
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.report.terminal import Foot, Piece, Terminal, Tone, padded, shown_line
from wirecopy.shell.report.words import TONES, headline, percent, sentences
from wirecopy.shell.web.server import HttpServer, Views
from wirecopy.shell.web.site import Site

PAUSE_SECONDS: Final = 0.3
VERDICT_SECONDS_MAX: Final = 60.0  # the first verdict may have to wait for kernels to be compiled
RAW_PARTITIONS: Final = 3
PORT: Final = 8080  # of the pages, as that of the service
PUBLISHER_COLUMNS: Final = 22
VERDICT_COLUMNS: Final = 15
SHARE_COLUMNS: Final = 6
INDENT_COLUMNS: Final = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.add_argument("--fast", action="store_true", help="do not pause between the articles")
    parser.add_argument(
        "--serve", action="store_true", help="keep serving the pages afterwards, until Ctrl-C"
    )
    parser.add_argument("--open", action="store_true", help="open the live page in a browser")
    parser.add_argument(
        "--port",
        type=int,
        default=None,
        help=f"port of the web pages (default: {PORT}, or a free port if it is taken)",
    )


def main(args: argparse.Namespace) -> int:
    """Run the demo; 0, or 1 when a sample got no verdict."""
    terminal = Terminal(sys.stdout)
    pages = _Pages(args.port, serve=args.serve, opened=args.open)
    return asyncio.run(_demo(terminal, 0.0 if args.fast else PAUSE_SECONDS, pages))


@dataclass(frozen=True, slots=True)
class _Pages:
    """How the pages are served: `port` None for the usual one or, where it is taken, any."""

    port: int | None
    serve: bool
    opened: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sample with what the service said of it."""

    record: Mapping[str, Any]
    republication: Republication


class _Outputs:
    """Reads the output topics of the embedded log as a consumer would: each record once, in order."""

    def __init__(self, broker: MemoryBroker, names: TopicNames) -> None:
        self._broker = broker
        self._names = names
        self._next: dict[tuple[str, int], int] = {}

    def enriched(self) -> list[_Judged]:
        return [_judged(value) for value in self._read(self._names.enriched)]

    def corrections(self) -> list[_Judged]:
        return [_judged(value) for value in self._read(self._names.corrections)]

    def dead(self) -> int:
        return len(self._read(self._names.dead))

    def _read(self, topic: str) -> list[bytes]:
        values = []
        for partition in range(self._broker.partitions(topic)):
            start = self._next.get((topic, partition), 0)
            stored = self._broker.read(topic, partition, start)
            self._next[(topic, partition)] = start + len(stored)
            values += [record.value for record in stored if record.value is not None]
        return values


def _judged(value: bytes) -> _Judged:
    republication = republication_from_json(value)
    assert republication is not None, "the service wrote a record that it cannot read"
    return _Judged(json_value(value), republication)


async def _demo(terminal: Terminal, pause_seconds: float, pages: _Pages) -> int:
    names = TopicNames()
    broker = MemoryBroker(clock_ms=_wall_clock_ms)
    backend = MemoryBackend(broker, names)
    backend.create_topics(RAW_PARTITIONS)
    metrics = PrometheusSink()
    telemetry = Telemetry(metrics, time.time)
    steps = bound_steps(FieldPaths(), {})
    site = Site(steps.decode, backend.raw_reader(), wall_clock_ms=_wall_clock_ms)
    engine = Engine()
    pipeline = Pipeline(backend, engine, site.listening(steps), PipelineOptions(), telemetry)
    site.attach(pipeline, bound_text_checker(engine, pipeline, FieldPaths(), {}, CheckOptions()))
    views = Views(metrics.exposition, pipeline.health, lambda: pipeline.health().caught_up)
    server = await _serving(views, site, pages.port)
    if server is None:
        terminal.line(Piece(f"Port {pages.port} is already in use. Choose another with --port.", Tone.ALARM))
        return 1
    address = f"http://127.0.0.1:{server.port}/"
    _introduce(terminal, address)
    if pages.opened:
        await asyncio.to_thread(webbrowser.open, address)
    stop = asyncio.Event()
    service = asyncio.create_task(pipeline.run(stop))
    show = _Show(terminal, _Outputs(broker, names))
    try:
        with terminal.foot() as foot:
            foot.show(Piece("The service starts …", Tone.DIM))
            due = 0.0
            for number, value in enumerate(samples.lines()):
                broker.produce(names.raw[0], number % RAW_PARTITIONS, value)
                if not await show.verdict_of(foot, service):
                    return 1
                # by the clock and not from the last verdict: a slow machine shows the same in the same time
                due = (due or time.monotonic()) + pause_seconds
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        _conclude(terminal, show, None if pages.serve else "wirecopy demo --serve")
        if pages.serve:
            await _serve_on(terminal, address)
    finally:
        stop.set()
        await service
        await server.stop()
        await site.stop()
    return 0


async def _serving(views: Views, site: Site, port: int | None) -> HttpServer | None:
    """The pages on this machine's own address; None where the port that was asked for is taken."""
    await site.start()
    for each in (PORT, 0) if port is None else (port,):
        server = HttpServer(views, "127.0.0.1", each, routes=site.routes())
        try:
            await server.start()
        except OSError:
            await server.stop()
            continue
        return server
    await site.stop()
    return None


async def _serve_on(terminal: Terminal, address: str) -> None:
    """Until Ctrl-C, which is a normal end here."""
    terminal.line()
    terminal.line(Piece(f"The pages stay at {address} until Ctrl-C.", Tone.STRONG))
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class _Show:
    """Prints each verdict as it is published, and counts."""

    def __init__(self, terminal: Terminal, outputs: _Outputs) -> None:
        self._terminal = terminal
        self._outputs = outputs
        self._told: dict[str, _Judged] = {}
        self.counts: Counter[VerdictKind] = Counter()
        self.corrections = 0

    async def verdict_of(self, foot: Foot, service: asyncio.Task[None]) -> bool:
        """Wait for the next enriched record and print it; False where none came."""
        give_up_at = time.monotonic() + VERDICT_SECONDS_MAX
        while not (judged := self._outputs.enriched()):
            if service.done() or self._outputs.dead() or time.monotonic() > give_up_at:
                self._terminal.line(Piece("No verdict came: this is a fault, please report it.", Tone.ALARM))
                return False
            await asyncio.sleep(0.002)
        for one in judged:
            self._article(one)
        for one in self._outputs.corrections():
            self._correction(one)
        foot.show(
            Piece("  ·  ".join(f"{kind.value} {self.counts[kind]}" for kind in VerdictKind), Tone.STRONG)
        )
        return True

    def _article(self, judged: _Judged) -> None:
        verdict, record = judged.republication.verdict, judged.record
        self.counts[verdict.kind] += 1
        self._told[record["id"]] = judged
        share = percent(verdict.share) if verdict.sources else ""
        title_columns = max(
            24, self._terminal.columns - INDENT_COLUMNS - PUBLISHER_COLUMNS - VERDICT_COLUMNS - 6
        )
        self._terminal.line(
            Piece(padded(record["published_at"][11:16], INDENT_COLUMNS), Tone.DIM),
            Piece(padded(record["publisher"], PUBLISHER_COLUMNS - 1) + " ", Tone.STRONG),
            Piece(padded(record["title"], title_columns - 1) + " "),
            Piece(padded(verdict.kind.value, VERDICT_COLUMNS - 1) + " ", TONES[verdict.kind]),
            Piece(f"{share:>6}"),
        )
        self._terminal.indented(INDENT_COLUMNS, Piece(" ".join(sentences(verdict)), Tone.DIM))

    def _correction(self, judged: _Judged) -> None:
        self.corrections += 1
        before = self._told.get(judged.record["id"])
        if before is None:
            return
        publisher = shown_line(before.record["publisher"], PUBLISHER_COLUMNS)
        self._terminal.indented(
            INDENT_COLUMNS,
            Piece("correction ", Tone.ALARM),
            Piece(f"{publisher}: {_change(before.republication.verdict, judged.republication.verdict)}"),
        )


def _change(was: Verdict, now: Verdict) -> str:
    """What a correction changes, in words."""
    before, after = was.original, now.original
    known = f" ({shown_line(after.id, 40)})" if after is not None and after.id else ""
    if before is not None and after is not None and not before.ingested and after.ingested:
        return f"its original, by {shown_line(after.publisher, 40)}, has now come in{known}"
    return f"was “{headline(was)}”, is “{headline(now)}”{known}"


def _row(terminal: Terminal, cells: Sequence[str], tones: Sequence[Tone]) -> None:
    """Time, publisher, title, verdict, share; the title takes what the others leave."""
    fixed = (INDENT_COLUMNS, PUBLISHER_COLUMNS, 0, VERDICT_COLUMNS, SHARE_COLUMNS)
    columns = [each or max(24, terminal.columns - sum(fixed) - 1) for each in fixed]
    pieces = [
        Piece(
            f"{shown_line(cell, width):>{width}}"
            if width == SHARE_COLUMNS
            else padded(cell, width - 1) + " ",
            tone,
        )
        for cell, width, tone in zip(cells, columns, tones, strict=True)
    ]
    terminal.line(*pieces)


def _introduce(terminal: Terminal, address: str) -> None:
    terminal.line(Piece("Wirecopy tells where a text was published before.", Tone.STRONG))
    terminal.line(
        Piece(
            f"{len(samples.lines())} invented articles now arrive on an embedded log, "
            "in the order in which a crawler met them."
        )
    )
    terminal.line(Piece("The service judges each as it would on Kafka.", Tone.DIM))
    terminal.line(Piece("Live page: "), Piece(address, Tone.STRONG))
    terminal.line()
    _row(terminal, ("time", "publisher", "title", "verdict", "share"), [Tone.DIM] * 5)


def _conclude(terminal: Terminal, show: _Show, serving: str | None) -> None:
    terminal.line()
    rows = [(kind.value, str(show.counts[kind])) for kind in VerdictKind]
    rows += [("articles", str(show.counts.total())), ("corrections", str(show.corrections))]
    terminal.numbers(rows)
    path = _shown_path(Path(samples.__file__).with_name(samples.FILE_NAME))
    terminal.line()
    terminal.line(Piece("Next:", Tone.STRONG))
    terminal.line(
        Piece(f"  wirecopy scan {path} -o out.jsonl       the same engine over a file, or over yours")
    )
    terminal.line(
        Piece("  wirecopy explain meridian-4411 eastgate-70125 --in out.jsonl    two of them side by side")
    )
    if serving is not None:
        terminal.line(Piece(f"  {serving}                   the same, and the pages stay up"))
    terminal.line(Piece("  docker compose up                       the service on a real Kafka"))


def _shown_path(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
