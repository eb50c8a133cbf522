"""`wirecopy scan`: the engine of `wirecopy run` over a file, where the order of the lines is the order of the
log.

A line's raw position is ("scan", 0, line number from 0), and its place in the log is its place among the
lines that could be read. So a scan of what a topic holds, in the log's order, gives the topic's verdicts, and
two scans of a file are equal to the byte. An archive is one window (the log's time stands still) unless
`--clock published` lets the dates of the articles drive it.

Work goes in batches: decode and propose each line, replay the batch in order, then write. With `--jobs N` that
many processes decode and propose while this one replays; what is said, and its order, are the same. Bad lines are
counted by reason and kept in the file given by `--dead`; nothing that a line holds stops the scan. Only a
file that cannot be read or written does.
"""

from __future__ import annotations

import argparse
import base64
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from wirecopy.core import limits
from wirecopy.core.engine import Engine, Proposal, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, RejectReason, VerdictKind
from wirecopy.core.records.raw import FieldPaths, decode_raw, encode_correction, encode_enriched, json_bytes
from wirecopy.shell.files.lines import STANDARD, FileTrouble, Line, LineReader, open_output
from wirecopy.shell.pipeline.workers import Pending, WorkerDiedError, WorkerPool, internal_fault
from wirecopy.shell.report.terminal import Terminal

TOPIC: Final = "scan"
BATCH_LINES_MAX: Final = 128
BATCH_BYTES_MAX: Final = (
    8 * 1024 * 1024
)  # what is held of raw lines at once, but for one line larger than that
BATCHES_AHEAD: Final = 2  # handed out a worker: one that it works on, one that waits for it
JOBS_MAX: Final = 64  # one process replays what all others make: it is busy long before
PROGRESS_SECONDS: Final = 0.2
DAY_MS: Final = 24 * 3600 * 1000
EXIT_FINE: Final = 0
EXIT_TROUBLE: Final = 1
EXIT_USAGE: Final = 2


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How lines are read and judged. `clock_published`: the log's time is the latest published_at so far,
    else 0.
    """

    fields: FieldPaths
    aliases: dict[str, str]
    window_ms: int = limits.WINDOW_MS
    clock_published: bool = False
    jobs: int = 1  # processes that decode and propose; 1: this one does


@dataclass(frozen=True, slots=True)
class ScanOutputs:
    """Where records go, one JSON object a line; None: they are counted only."""

    enriched: BinaryIO | None = None
    corrections: BinaryIO | None = None
    dead: BinaryIO | None = None


@dataclass(slots=True)
class Summary:
    """What a scan did. The counts add up: `lines` is the sum of `verdicts` and `dead`."""

    lines: int = 0
    verdicts: Counter[VerdictKind] = field(default_factory=Counter)
    dead: Counter[RejectReason] = field(default_factory=Counter)
    corrections: int = 0
    seconds: float = 0.0

    @property
    def articles(self) -> int:
        return self.verdicts.total()

    @property
    def articles_per_second(self) -> float:
        return self.articles / self.seconds if self.seconds > 0 else 0.0


def scan(
    lines: Iterable[Line],
    outputs: ScanOutputs,
    options: ScanOptions,
    on_progress: Callable[[Summary], None] = lambda _: None,
    engine: Engine | None = None,
) -> Summary:
    """Judge every line in order and write the records. `on_progress` is called after each batch with the
    counts so far. `engine`: a new one that holds the file's index afterwards.
    """
    scanner = _Scanner(outputs, options, engine or Engine(window_ms=options.window_ms))
    started = time.perf_counter()
    fingerprinted = scanner.fingerprinted if options.jobs == 1 else partial(_by_workers, options=options)
    with closing(fingerprinted(_batches(lines))) as batches:  # workers end here, whatever happens
        for batch, found in batches:
            scanner.judge(batch, found)
            scanner.summary.seconds = time.perf_counter() - started
            on_progress(scanner.summary)
    scanner.summary.seconds = time.perf_counter() - started
    return scanner.summary


Fingerprinted = tuple[list[Line], list[Proposal | Rejected]]  # a batch, and what came of each of its lines


class _Scanner:
    """An engine with its outputs and counts; `judge` takes one batch through all stages."""

    def __init__(self, outputs: ScanOutputs, options: ScanOptions, engine: Engine) -> None:
        self._outputs = outputs
        self._options = options
        self._engine = engine
        self._log_offset = 0
        self._log_time_ms = 0
        self._log_time_ms_max = (
            int(time.time() * 1000) + DAY_MS
        )  # a date in the far future must not end the window
        self.summary = Summary()

    def judge(self, batch: Sequence[Line], found: Sequence[Proposal | Rejected]) -> None:
        proposals = self._readable(batch, found)
        first = self._log_offset
        self._log_offset += len(proposals)
        outcomes = self._engine.replay_many(
            [(first + index, time_ms, proposal.value) for index, (proposal, time_ms) in enumerate(proposals)]
        )
        enriched: list[bytes] = []
        for (proposal, _), outcome in zip(proposals, outcomes, strict=True):
            assert isinstance(outcome, Outcome), "the engine refused a record of its own making"
            self._write_outcome(proposal, outcome, enriched)
        if self._outputs.enriched is not None and enriched:
            enriched.append(b"")
            self._outputs.enriched.write(b"\n".join(enriched))

    def fingerprinted(self, batches: Iterable[list[Line]]) -> Generator[Fingerprinted]:
        """Each batch with what came of its lines, made in this process. A whole batch is read before any of it is
        fingerprinted: each step then finds its own code and data still in the cache.
        """
        options = self._options
        for batch in batches:
            articles = [
                decode_raw(line.value, RawPosition(TOPIC, 0, line.number), options.fields, options.aliases)
                for line in batch
            ]
            yield batch, [self._proposed(article) for article in articles]

    def _proposed(self, article: RawArticle | Rejected) -> Proposal | Rejected:
        if isinstance(article, Rejected):
            return article
        try:
            return self._engine.propose(article)
        except Exception as fault:  # our fault must not cost the rest of an archive
            return internal_fault(fault)

    def _readable(
        self, batch: Sequence[Line], found: Sequence[Proposal | Rejected]
    ) -> list[tuple[Proposal, int]]:
        """The proposals, each with its time in the log; the other lines are buried."""
        proposals: list[tuple[Proposal, int]] = []
        for line, proposal in zip(batch, found, strict=True):
            self.summary.lines += 1
            if isinstance(proposal, Rejected):
                self._bury(line, proposal)
                continue
            published_at_ms = proposal.article.published_at_ms
            if self._options.clock_published and published_at_ms is not None:
                within = min(published_at_ms, self._log_time_ms_max)
                self._log_time_ms = max(self._log_time_ms, within)
            proposals.append((proposal, self._log_time_ms))
        return proposals

    def _write_outcome(self, proposal: Proposal, outcome: Outcome, enriched: list[bytes]) -> None:
        try:
            verdict = enrich(proposal, outcome)
            record = encode_enriched(proposal.article, verdict, outcome.body_xxh3)
        except Exception as fault:  # as above
            article = proposal.article
            self._bury(Line(article.position.offset, article.raw), internal_fault(fault))
            return
        self.summary.verdicts[verdict.kind] += 1
        enriched.append(record)
        self.summary.corrections += len(outcome.corrections)
        if self._outputs.corrections is not None:
            for correction in outcome.corrections:
                self._outputs.corrections.write(encode_correction(correction) + b"\n")

    def _bury(self, line: Line, rejected: Rejected) -> None:
        self.summary.dead[rejected.reason] += 1
        if self._outputs.dead is not None:
            self._outputs.dead.write(dead_letter(line, rejected) + b"\n")


def dead_letter(line: Line, rejected: Rejected) -> bytes:
    """A line that cannot be judged, as JSON: reason, detail, position and the line (`value`, or
    `value_base64` if not UTF-8).
    """
    letter: dict[str, object] = {
        "reason": rejected.reason.value,
        "detail": rejected.detail,
        "position": {"topic": TOPIC, "partition": 0, "offset": line.number},
    }
    try:
        letter["value"] = line.value.decode("utf-8")
    except UnicodeDecodeError:
        letter["value_base64"] = base64.b64encode(line.value).decode("ascii")
    return json_bytes(letter)


def _by_workers(batches: Iterable[list[Line]], *, options: ScanOptions) -> Generator[Fingerprinted]:
    """The same by worker processes, in order; some batches ahead, so that none waits for the engine."""
    ahead: deque[tuple[list[Line], Pending]] = deque()
    with WorkerPool(options.jobs, options.fields, options.aliases) as workers:
        for batch in batches:
            came = [(line.value, RawPosition(TOPIC, 0, line.number)) for line in batch]
            ahead.append((batch, workers.hand_out(came)))
            if len(ahead) > BATCHES_AHEAD * options.jobs:
                batch, pending = ahead.popleft()
                yield batch, pending.results()
        while ahead:
            batch, pending = ahead.popleft()
            yield batch, pending.results()


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size_bytes = 0
    for line in lines:
        batch.append(line)
        size_bytes += len(line.value)
        if len(batch) >= BATCH_LINES_MAX or size_bytes >= BATCH_BYTES_MAX:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


# ---- the command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.description = (
        "Judge every article of a JSON-lines file (plain, .xz, .gz or .zst), in the order of its lines."
    )
    parser.add_argument(
        "input", metavar="IN.jsonl", help="the articles, one JSON object a line; - is standard input"
    )
    parser.add_argument(
        "-o",
        "--output",
        default=STANDARD,
        metavar="OUT.jsonl",
        help="enriched records (default: standard output)",
    )
    parser.add_argument("--corrections", metavar="FILE", help="where corrections of earlier verdicts go")
    parser.add_argument(
        "--dead", metavar="FILE", help="where lines go that cannot be read, each with its reason"
    )
    parser.add_argument(
        "--clock",
        choices=("none", "published"),
        default="none",
        help="what drives the window: nothing (the file is one window, the default) or the articles' dates",
    )
    parser.add_argument(
        "--window-days",
        type=_days,
        metavar="N",
        help="window with --clock published (default: the setting WIRECOPY_WINDOW_DAYS)",
    )
    parser.add_argument(
        "--field",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=PATH",
        help="where a field stands in a record, as body=content.text; may be repeated",
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help="processes that read and fingerprint articles, beside the one that judges (default: 1, all in one)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no summary")


def main(args: argparse.Namespace) -> int:
    """Run the command: 0; 1 when a file cannot be read or written, or a worker process died; 2 for a wrong
    command line or settings.
    """
    screen = Terminal(sys.stderr)
    try:
        options = _options(args)
    except ValueError as fault:
        sys.stderr.write(f"wirecopy scan: {fault}\n")
        return EXIT_USAGE
    if options is None:
        return EXIT_USAGE
    try:
        summary = _scan_files(args, options, screen)
    except (FileTrouble, WorkerDiedError) as trouble:
        sys.stderr.write(f"wirecopy scan: {trouble}\n")
        return EXIT_TROUBLE
    if not args.quiet:
        print_summary(summary, screen)
    return EXIT_FINE


def _scan_files(args: argparse.Namespace, options: ScanOptions, screen: Terminal) -> Summary:
    with ExitStack() as stack:
        # first: a missing input must not touch any output
        reader = stack.enter_context(LineReader(args.input))
        outputs = ScanOutputs(
            enriched=stack.enter_context(open_output(args.output)),
            corrections=stack.enter_context(open_output(args.corrections)) if args.corrections else None,
            dead=stack.enter_context(open_output(args.dead)) if args.dead else None,
        )
        if args.quiet:
            return scan(reader, outputs, options)
        bar = stack.enter_context(screen.progress("scanning"))
        shown_at = 0.0

        def on_progress(summary: Summary) -> None:
            nonlocal shown_at
            if summary.seconds - shown_at >= PROGRESS_SECONDS:
                shown_at = summary.seconds
                bar.show(reader.fraction(), _progress_note(summary))

        return scan(reader, outputs, options, on_progress)


def _progress_note(summary: Summary) -> str:
    copied = summary.verdicts[VerdictKind.REPUBLICATION]
    return f"{summary.articles:,} articles · {copied:,} republications · {summary.articles_per_second:,.0f}/s"


def print_summary(summary: Summary, screen: Terminal) -> None:
    """Counts by verdict, dead letters by reason, corrections and speed."""
    rows = [("articles judged", f"{summary.articles:,}")]
    rows += [(f"  {kind.value}", f"{summary.verdicts[kind]:,}") for kind in VerdictKind]
    rows.append(("corrections of earlier verdicts", f"{summary.corrections:,}"))
    rows.append(("lines that could not be read", f"{summary.dead.total():,}"))
    rows += [(f"  {reason.value}", f"{count:,}") for reason, count in sorted(summary.dead.items())]
    rows.append(("articles a second", f"{summary.articles_per_second:,.0f}"))
    screen.numbers(rows)


def _options(args: argparse.Namespace) -> ScanOptions | None:
    """The settings of `wirecopy run` that bear on verdicts, but for what the command line says; None for
    faulty ones, which are told. ValueError for a faulty command line.
    """
    from wirecopy.shell.cli.loading import (
        load_or_explain,  # here: slow to import, and `scan()` needs none of it
    )

    named = [path for path in (args.output, args.corrections, args.dead) if path]
    places = [path if path == STANDARD else str(Path(path).absolute()) for path in named]
    if len(set(places)) < len(places):
        raise ValueError("enriched records, corrections and dead letters need a file each, but two share one")
    loaded = load_or_explain()
    if loaded is None:
        return None
    settings = loaded.settings
    paths = settings.field_paths()
    for name, path in args.field:
        if name not in paths:
            raise ValueError(f"--field {name}: there is no such field; there are {', '.join(paths)}")
        paths[name] = path
    return ScanOptions(
        fields=FieldPaths(**paths),
        aliases=settings.aliases,
        window_ms=settings.window_ms if args.window_days is None else args.window_days * DAY_MS,
        clock_published=args.clock == "published",
        jobs=args.jobs,
    )


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError("a window is between 1 and 36500 days")
    return days


def _jobs(text: str) -> int:
    jobs = int(text)
    if not 1 <= jobs <= JOBS_MAX:
        raise argparse.ArgumentTypeError(f"jobs are between 1 and {JOBS_MAX}")
    return jobs


def _assignment(text: str) -> tuple[str, str]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise argparse.ArgumentTypeError(f"{text!r} should read NAME=PATH, as body=content.text")
    return name, path
