"""`wirecopy demo`: the whole service in one process, on sample articles, without Kafka.

The pipeline is the real one (pipeline.py, the engine, the codec); only what stands behind its doors is the
embedded log of memory.py. The samples are produced to the raw topic one by one, each after the verdict of the
one before has been read back from the output topic, and every verdict is shown with its reasons. Corrections
are shown when they appear.

About forty samples at PAUSE_SECONDS each take some fifteen seconds; `--fast` does not pause. Where standard
output is no terminal, the same comes out as plain lines.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service import samples
from service.core.codec import (
    FieldPaths,
    Republication,
    decode_raw,
    encode_correction,
    encode_enriched,
    json_value,
    republication_from_json,
)
from service.core.engine import Engine, Proposal, enrich
from service.core.model import Outcome, Verdict, VerdictKind
from service.shell.memory import MemoryBackend, MemoryBroker
from service.shell.pipeline import Pipeline
from service.shell.ports import NullTelemetry, PipelineOptions, ProposalPort, Steps, TopicNames
from service.shell.terminal import Foot, Piece, Terminal, Tone, padded, shown_line
from service.shell.words import TONES, headline, percent, sentences

PAUSE_SECONDS: Final = 0.3
VERDICT_SECONDS_MAX: Final = 60.0  # the first verdict may have to wait for kernels to be compiled
RAW_PARTITIONS: Final = 3
PUBLISHER_COLUMNS: Final = 22
VERDICT_COLUMNS: Final = 15
SHARE_COLUMNS: Final = 6
INDENT_COLUMNS: Final = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.add_argument("--fast", action="store_true", help="do not pause between the articles")


def main(args: argparse.Namespace) -> int:
    """Run the demo; 0, or 1 when a sample got no verdict."""
    terminal = Terminal(sys.stdout)
    return asyncio.run(_demo(terminal, 0.0 if args.fast else PAUSE_SECONDS))


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


async def _demo(terminal: Terminal, pause_seconds: float) -> int:
    names = TopicNames()
    broker = MemoryBroker(clock_ms=lambda: int(time.time() * 1000))
    backend = MemoryBackend(broker, names)
    backend.create_topics(RAW_PARTITIONS)
    _introduce(terminal)
    stop = asyncio.Event()
    service = asyncio.create_task(_pipeline(backend).run(stop))
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
    finally:
        stop.set()
        await service
    _conclude(terminal, show)
    return 0


def _pipeline(backend: MemoryBackend) -> Pipeline:
    fields = FieldPaths()

    def judge(proposal: ProposalPort, outcome: Outcome) -> Verdict:
        assert isinstance(proposal, Proposal), "the pipeline gives back what our engine proposed"
        return enrich(proposal, outcome)

    steps = Steps(
        decode=lambda value, position: decode_raw(value, position, fields, {}),
        enrich=judge,
        encode_enriched=encode_enriched,
        encode_correction=encode_correction,
    )
    return Pipeline(backend, Engine(), steps, PipelineOptions(), NullTelemetry())


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


def _introduce(terminal: Terminal) -> None:
    terminal.line(Piece("Wirecopy tells where a text was published before.", Tone.STRONG))
    terminal.line(
        Piece(
            f"{len(samples.lines())} invented articles now arrive on an embedded log, "
            "in the order in which a crawler met them."
        )
    )
    terminal.line(Piece("The service judges each as it would on Kafka.", Tone.DIM))
    terminal.line()
    _row(terminal, ("time", "publisher", "title", "verdict", "share"), [Tone.DIM] * 5)


def _conclude(terminal: Terminal, show: _Show) -> None:
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
    terminal.line(Piece("  docker compose up                       the service on a real Kafka"))


def _shown_path(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
