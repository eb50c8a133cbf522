"""The engine of `wirecopy run` over a file's articles, where their order is the order of the log.

An article's raw position is ("scan", 0, its number from 0), and its place in the log is its place among those that could
be read. So a scan of what a topic holds, in the log's order, gives the topic's verdicts, and two scans of a file are equal
to the byte. An archive is one window (the log's time stands still) unless the articles' dates are to drive it.

Work goes in batches: decode and propose each record, replay the batch in order, then write. With several jobs that many
processes decode and propose while this one replays; the verdicts and their order are the same. Records that cannot be read
are counted by reason and written to the dead letters; nothing that a record holds stops the scan.
"""

from __future__ import annotations

import base64
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Final, Protocol

from wirecopy.core import limits
from wirecopy.core.engine import Engine, Proposal, enrich
from wirecopy.core.model import (
    Correction,
    DateDoubt,
    Dropped,
    Outcome,
    RawArticle,
    RawPosition,
    Rejected,
    RejectReason,
    Rewritten,
    Verdict,
    VerdictKind,
)
from wirecopy.core.records.raw import FieldPaths, decode_raw, encode_correction, encode_enriched, json_bytes
from wirecopy.shell.files.lines import PAUSE, Line
from wirecopy.shell.pipeline.scan_log import TOPIC, Clock, LogTime
from wirecopy.shell.pipeline.workers import Pending, WorkerPool, internal_fault
from wirecopy.shell.ports import LogRecord, OutputRecord

BATCH_LINES_MAX: Final = 128
BATCH_BYTES_MAX: Final = (
    8 * 1024 * 1024
)  # what is held of raw lines at once, but for one line larger than that
DROPPED_DATES: Final = frozenset(
    (DateDoubt.UNREAD, DateDoubt.AMBIGUOUS, DateDoubt.PLACEHOLDER)
)  # null in verdicts
BATCHES_AHEAD: Final = 2  # handed out a worker: one that it works on, one that waits for it


class Watching(Protocol):
    """Watch lists (desk/watches): the records that they add to a verdict and to a correction."""

    def judged(self, article: RawArticle, verdict: Verdict, body_xxh3: str) -> Sequence[OutputRecord]: ...

    def corrected(self, correction: Correction) -> Sequence[OutputRecord]: ...


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How lines are read and judged. `clock_published`: the log's time is the latest published_at so far,
    else 0.
    """

    fields: FieldPaths
    aliases: dict[str, str]
    window_ms: int = limits.WINDOW_MS
    rewritten: Rewritten = Rewritten.ON
    clock_published: bool = False
    jobs: int = 1  # processes that decode and propose; 1: this one does
    watching: Watching | None = None  # what is written to the matches
    licensed: Callable[[str, str, int | None, Verdict], bool | None] | None = None  # desk/licences.py


@dataclass(frozen=True, slots=True)
class ScanOutputs:
    """Where records go, one JSON object a line; None: they are counted only."""

    enriched: BinaryIO | None = None
    corrections: BinaryIO | None = None
    dead: BinaryIO | None = None
    matches: BinaryIO | None = None


@dataclass(slots=True)
class Summary:
    """What a scan did. The counts add up: `lines` is the sum of `verdicts` and `dead`."""

    lines: int = 0
    verdicts: Counter[VerdictKind] = field(default_factory=Counter)
    dead: Counter[RejectReason] = field(default_factory=Counter)
    corrections: int = 0
    matches: int = 0
    seconds: float = 0.0
    examples: dict[RejectReason, str] = field(default_factory=dict)  # of each reason the first detail
    dropped: Counter[Dropped | DateDoubt] = field(default_factory=Counter)  # fields that were not used

    @property
    def articles(self) -> int:
        return self.verdicts.total()

    @property
    def articles_per_second(self) -> float:
        return self.articles / self.seconds if self.seconds > 0 else 0.0


class Observer(Protocol):
    """Told of what was judged, batch by batch: records of the log with their outcomes, and what they were made of."""

    def judged(
        self, records: Sequence[LogRecord], outcomes: Sequence[Outcome], proposals: Sequence[Proposal]
    ) -> None: ...


def scan(
    lines: Iterable[Line],
    outputs: ScanOutputs,
    options: ScanOptions,
    on_progress: Callable[[Summary], None] = lambda _: None,
    engine: Engine | None = None,
    observers: Sequence[Observer] = (),
) -> Summary:
    """Judge every line in order and write the records. `on_progress` is called after each batch with the
    counts so far. `engine`: a new one that holds the file's index afterwards. What was written goes out (`flush`) when the
    input pauses.
    """
    scanner = _Scanner(
        outputs,
        options,
        engine or Engine(window_ms=options.window_ms, rewritten=options.rewritten),
        observers,
    )
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

    def __init__(
        self, outputs: ScanOutputs, options: ScanOptions, engine: Engine, observers: Sequence[Observer]
    ) -> None:
        self._observers = observers
        self._outputs = outputs
        self._options = options
        self._engine = engine
        self._log_offset = 0
        self._time = LogTime(Clock.PUBLISHED if options.clock_published else Clock.NONE)
        self.summary = Summary()

    def judge(self, batch: Sequence[Line], found: Sequence[Proposal | Rejected]) -> None:
        """Takes a batch through; one without lines says that the input pauses."""
        if not batch:
            self._flush()
            return
        proposals = self._readable(batch, found)
        first = self._log_offset
        self._log_offset += len(proposals)
        records = [
            LogRecord(first + index, time_ms, proposal.value)
            for index, (proposal, time_ms) in enumerate(proposals)
        ]
        enriched: list[bytes] = []
        outcomes: list[Outcome] = []
        for (proposal, _), outcome in zip(proposals, self._engine.replay_many(records), strict=True):
            assert isinstance(outcome, Outcome), "the engine refused a record of its own making"
            self._write_outcome(proposal, outcome, enriched)
            outcomes.append(outcome)
        if self._outputs.enriched is not None and enriched:
            enriched.append(b"")
            self._outputs.enriched.write(b"\n".join(enriched))
        for observer in self._observers:
            observer.judged(records, outcomes, [proposal for proposal, _ in proposals])

    def _flush(self) -> None:
        for output in (
            self._outputs.enriched,
            self._outputs.corrections,
            self._outputs.dead,
            self._outputs.matches,
        ):
            if output is not None:
                output.flush()

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
            self._count_dropped(proposal.article)
            proposals.append((proposal, self._time.of(proposal.article.published_at_ms)))
        return proposals

    def _count_dropped(self, article: RawArticle) -> None:
        if article.dropped:
            self.summary.dropped.update(article.dropped)
        if article.date_doubt in DROPPED_DATES:
            self.summary.dropped[article.date_doubt] += 1

    def _write_outcome(self, proposal: Proposal, outcome: Outcome, enriched: list[bytes]) -> None:
        try:
            verdict = enrich(proposal, outcome)
            article, licensed = proposal.article, self._options.licensed
            allowed = licensed and licensed(article.publisher, article.url, article.published_at_ms, verdict)
            record = encode_enriched(article, verdict, outcome.body_xxh3, allowed)
        except Exception as fault:  # as above
            self._bury(Line(article.position.offset, article.raw), internal_fault(fault))
            return
        self.summary.verdicts[verdict.kind] += 1
        enriched.append(record)
        watching = self._options.watching
        if watching is not None:
            self._write_matches(watching.judged(proposal.article, verdict, outcome.body_xxh3))
            for correction in outcome.corrections:
                self._write_matches(watching.corrected(correction))
        self.summary.corrections += len(outcome.corrections)
        if self._outputs.corrections is not None:
            for correction in outcome.corrections:
                self._outputs.corrections.write(encode_correction(correction) + b"\n")

    def _write_matches(self, records: Sequence[OutputRecord]) -> None:
        self.summary.matches += len(records)
        if self._outputs.matches is not None:
            self._outputs.matches.writelines((record.value or b"") + b"\n" for record in records)

    def _bury(self, line: Line, rejected: Rejected) -> None:
        self.summary.dead[rejected.reason] += 1
        self.summary.examples.setdefault(rejected.reason, rejected.detail)
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
            if batch:
                came = [(line.value, RawPosition(TOPIC, 0, line.number)) for line in batch]
                ahead.append((batch, workers.hand_out(came)))
            while len(ahead) > (BATCHES_AHEAD * options.jobs if batch else 0):
                first, pending = ahead.popleft()
                yield first, pending.results()
            if not batch:
                yield batch, []
        while ahead:
            batch, pending = ahead.popleft()
            yield batch, pending.results()


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines in batches; an empty one where the input has nothing to say for a moment."""
    batch: list[Line] = []
    size_bytes = 0
    for line in lines:
        if line is PAUSE:  # what came so far goes out
            if batch:
                yield batch
                batch, size_bytes = [], 0
            yield batch
            continue
        batch.append(line)
        size_bytes += len(line.value)
        if len(batch) >= BATCH_LINES_MAX or size_bytes >= BATCH_BYTES_MAX:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch
