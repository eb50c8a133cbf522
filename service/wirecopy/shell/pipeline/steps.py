"""The synchronous steps between two ports: raw records to log values, outcomes to output records.

No step here waits or touches a port, so each can run on the loop or in a thread, and a test needs no loop.
Bad data is a value: a record that cannot be judged becomes a dead letter with its reason, and a fault of our
own code on one record (any exception of the core) becomes a dead letter `internal`, so that one record can
neither stop a partition nor be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, RejectReason
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.workers import Fault
from wirecopy.shell.ports import (
    Damage,
    EnginePort,
    Headers,
    OutputRecord,
    OutputStream,
    ProposalPort,
    RawRecord,
    RecordBounds,
    Steps,
    TopicPartition,
    Trace,
)

VERDICT_HEADER = "verdict"
TRACE_HEADERS = ("traceparent", "tracestate")  # https://www.w3.org/TR/trace-context
ORIGIN_PREFIX = "wirecopy."
ORIGIN_BYTES_MAX = 2048  # of the headers below: a topic's name of 249 characters, a detail of 1,024 bytes
RECORD_OVERHEAD_BYTES = 512  # of a record in its batch, on top of key, value and headers: counted generously


@dataclass(slots=True)
class Entry:
    """A raw record in flight. Exactly one of `proposal` and `rejected` is set, or, after a fault, `rejected`
    beside it.

    Mutable, and owned by one partition worker: `log_offset` is set when the log surely holds its proposal,
    `outcome` when the follower has replayed it.
    """

    record: RawRecord
    size_bytes: int
    proposal: ProposalPort | None = None
    rejected: Rejected | None = None
    fault: BaseException | None = None
    log_offset: int | None = None
    outcome: Outcome | None = None
    received_at: float = 0.0
    appended_at: float = 0.0
    trace: Trace | None = None
    published_before: bool = False  # by an earlier pass over the partition: passed over

    @property
    def settled(self) -> bool:
        return self.outcome is not None or self.rejected is not None or self.published_before


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes beyond which a record is a dead letter instead."""

    log_value: int
    enriched: int
    corrections: int
    dead: int

    @classmethod
    def of(cls, options: PipelineOptions, known: RecordBounds) -> Limits:
        """Our own limits, and the topics' where they are smaller."""

        def least(ours: int, theirs: int | None) -> int:
            return ours if theirs is None else min(ours, theirs)

        return cls(
            log_value=least(options.log_record_bytes_max, known.fingerprints),
            enriched=least(options.output_record_bytes_max, known.enriched),
            corrections=least(options.output_record_bytes_max, known.corrections),
            dead=least(options.dead_record_bytes_max, known.dead),
        )


def size_of(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of a record in a batch, never too few."""
    size = RECORD_OVERHEAD_BYTES + len(key or b"") + len(value or b"")
    for name, content in headers:
        size += 4 * len(name) + len(content or b"") + 16
    return size


async def opened(steps: Steps, records: Sequence[RawRecord]) -> Sequence[RawRecord]:
    """The records with what their schemas make of them, where there is a registry. Any `PortError` of it."""
    return records if steps.opened is None else await steps.opened(records)


def judged_value(record: RawRecord) -> bytes | None:
    """The JSON of a record: what its schema made of the value, else the value."""
    return record.read if isinstance(record.read, bytes) else record.value


def prepare(records: Sequence[RawRecord], steps: Steps, engine: EnginePort, limits: Limits) -> list[Entry]:
    """Decode and propose, here or where `steps.fingerprint` does it. Changes nothing; may run in any thread.

    All are decoded before the first is proposed: each step then finds its own code and data still in the cache."""
    entries = [Entry(record, size_of(record.key, record.value, record.headers)) for record in records]
    here = steps.fingerprint is None or any(record.damage for record in records)
    found = None if here or steps.fingerprint is None else steps.fingerprint(records)
    if found is None:
        articles = [_decoded(entry, steps) for entry in entries]
        for entry, article in zip(entries, articles, strict=True):
            if article is not None:
                _propose(entry, article, engine, limits)
        return entries
    for entry, one in zip(entries, found, strict=True):
        if isinstance(entry.record.read, Rejected):
            entry.rejected = entry.record.read
        elif isinstance(one, Fault):
            entry.fault = FaultElsewhereError(one.error)
            entry.rejected = _internal(one.error)
        elif isinstance(one, Rejected):
            entry.rejected = one
        else:
            _accept(entry, one, limits)
    return entries


def gap(damage: Damage, partition: TopicPartition) -> RawRecord:
    """A record in place of offsets that nobody can read: it becomes the dead letter that tells of them."""
    last = damage.next_offset - 1
    detail = f"offsets {damage.first_offset} to {last} were passed over: {damage.detail}"
    return RawRecord(RawPosition(*partition, damage.first_offset), None, None, (), 0, detail)


class FaultElsewhereError(Exception):
    """Our own code failed in another process; the text is the type of what it raised there."""


def _decoded(entry: Entry, steps: Steps) -> RawArticle | None:
    """The article of a record, or None where it is now rejected."""
    if entry.record.damage:
        entry.rejected = Rejected(RejectReason.DAMAGED, entry.record.damage)
        return None
    if isinstance(entry.record.read, Rejected):
        entry.rejected = entry.record.read
        return None
    try:
        article = steps.decode(judged_value(entry.record), entry.record.position)
    except Exception as error:
        entry.rejected = internal(error)
        entry.fault = error
        return None
    if isinstance(article, Rejected):
        entry.rejected = article
        return None
    return article


def _propose(entry: Entry, article: RawArticle, engine: EnginePort, limits: Limits) -> None:
    try:
        proposal = engine.propose(article)
    except Exception as error:
        entry.rejected = internal(error)
        entry.fault = error
    else:
        _accept(entry, proposal, limits)


def _accept(entry: Entry, proposal: ProposalPort, limits: Limits) -> None:
    if len(proposal.value) + RECORD_OVERHEAD_BYTES > limits.log_value:
        entry.rejected = Rejected(
            RejectReason.TOO_LARGE,
            f"the fingerprint record has {len(proposal.value)} bytes; the log accepts {limits.log_value}",
        )
    else:
        entry.proposal = proposal


def internal(error: BaseException) -> Rejected:
    """Our own fault. Only the exception's type is told: its text may hold the article's."""
    return _internal(type(error).__name__)


def _internal(error: str) -> Rejected:
    return Rejected(RejectReason.INTERNAL, f"internal error ({error}); see the service's log")


def render(entries: Sequence[Entry], steps: Steps, limits: Limits) -> list[list[OutputRecord]]:
    """Settled entries to what is published for each: exactly one enriched record or dead letter, and
    corrections.

    May set `rejected` (and `fault`) of an entry whose enriched record cannot be made or does not fit.
    Corrections of a rejected entry are published all the same: the index has taken its record in.
    """
    return [_render_one(entry, steps, limits) for entry in entries]


def _render_one(entry: Entry, steps: Steps, limits: Limits) -> list[OutputRecord]:
    out: list[OutputRecord] = []
    if entry.rejected is None:
        try:
            out.extend(_enriched(entry, steps, limits))
        except _DoesNotFitError as misfit:
            entry.rejected = Rejected(RejectReason.TOO_LARGE, str(misfit))
        except Exception as error:
            entry.rejected = internal(error)
            entry.fault = error
    if entry.rejected is not None:
        out.append(dead_letter(entry.record, entry.rejected, limits))
    if entry.outcome is not None:
        try:
            context = traced(entry.record.headers, entry.trace)
            out.extend(_corrections(entry.outcome, steps, limits, context))
        except Exception as error:
            entry.fault = error
        if steps.watched_again is not None:
            for correction in entry.outcome.corrections:
                out.extend(_watched(partial(steps.watched_again, correction), entry))
    return out


def _watched(match: Callable[[], Sequence[OutputRecord]], entry: Entry) -> Sequence[OutputRecord]:
    """What watch lists add. A fault in them is told, and costs nobody a verdict."""
    try:
        return match()
    except Exception as error:
        entry.fault = error
        return ()


class _DoesNotFitError(Exception):
    pass


def _enriched(entry: Entry, steps: Steps, limits: Limits) -> list[OutputRecord]:
    """The enriched record, and what watch lists say of its verdict."""
    assert entry.proposal is not None and entry.outcome is not None, "only settled entries are rendered"
    verdict = steps.enrich(entry.proposal, entry.outcome)
    article = entry.proposal.article
    key = article.id.encode("utf-8", "surrogatepass")
    value = steps.encode_enriched(article, verdict, entry.proposal.body_xxh3)
    kept = tuple(header for header in entry.record.headers if header[0] != VERDICT_HEADER)
    headers = (*traced(kept, entry.trace), (VERDICT_HEADER, verdict.kind.value.encode()))
    if steps.envelope is not None:
        headers = steps.envelope.judged(headers, entry.record.position, article.id)
    size = size_of(key, value, headers)
    if size > limits.enriched:
        raise _DoesNotFitError(f"the enriched record has {size} bytes; its topic accepts {limits.enriched}")
    out = [OutputRecord(OutputStream.ENRICHED, key, value, headers)]
    if steps.watched is not None:
        out.extend(_watched(partial(steps.watched, article, verdict, entry.proposal.body_xxh3), entry))
    return out


def result_of(entry: Entry) -> str:
    """The verdict, or the reason of the dead letter."""
    if entry.rejected is not None:
        return entry.rejected.reason.value
    return "" if entry.outcome is None else entry.outcome.verdict.kind.value


def traced(headers: Headers, trace: Trace | None) -> Headers:
    """With the trace context of our own span, where there is one, in place of the sender's."""
    if trace is None:
        return headers
    return (*(header for header in headers if header[0] not in TRACE_HEADERS), *trace.headers)


def _corrections(outcome: Outcome, steps: Steps, limits: Limits, context: Headers = ()) -> list[OutputRecord]:
    """Of other articles, so none of this record's headers (`context`) but the trace that it belongs to."""
    out = []
    kept = tuple(header for header in context if header[0] in TRACE_HEADERS)
    for correction in outcome.corrections:
        key = correction.id.encode("utf-8", "surrogatepass")
        value = steps.encode_correction(correction)
        headers: Headers = (*kept, (VERDICT_HEADER, correction.verdict.kind.value.encode()))
        if steps.envelope is not None:
            headers = steps.envelope.corrected(headers, correction)
        assert size_of(key, value, headers) <= limits.corrections, "a correction holds no article text"
        out.append(OutputRecord(OutputStream.CORRECTIONS, key, value, headers))
    return out


def dead_letter(record: RawRecord, rejected: Rejected, limits: Limits) -> OutputRecord:
    """The raw key, value and all headers as they came, and where they came from and why, so that it can be
    replayed. What alone is larger than the topic takes is left out, the value first, and said to be.
    """
    position = record.position
    key, value, headers = record.key, record.value, record.headers
    detail, room = rejected.detail, limits.dead - ORIGIN_BYTES_MAX
    if size_of(key, value, headers) > room:
        detail = f"{detail} (value left out: its {len(value or b'')} bytes exceed the limit of the dead-letter topic)"
        value = None
    if size_of(key, value, headers) > room:
        detail = f"{detail} (its {len(headers)} headers left out too)"
        headers = ()
    if size_of(key, value, headers) > room:
        key = None
    origin: Headers = (
        (ORIGIN_PREFIX + "topic", position.topic.encode()),
        (ORIGIN_PREFIX + "partition", str(position.partition).encode()),
        (ORIGIN_PREFIX + "offset", str(position.offset).encode()),
        (ORIGIN_PREFIX + "timestamp", str(record.timestamp_ms).encode()),
        (ORIGIN_PREFIX + "reason", rejected.reason.value.encode()),
        (ORIGIN_PREFIX + "detail", detail.encode("utf-8", "replace")[:1024]),
    )
    # of a record that was replayed from the dead letters and failed again, only the last journey is told
    names = {name for name, _ in origin}
    kept = tuple(header for header in headers if header[0] not in names)
    return OutputRecord(OutputStream.DEAD, key, value, kept + origin)
